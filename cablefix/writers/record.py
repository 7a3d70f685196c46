"""The record: what a message says about itself, its paragraphs and its page furniture, as one JSON object."""

from __future__ import annotations

from typing import Any

from cablefix.document import Document, Paragraph
from cablefix.ledger import Edit
from cablefix.restored import Restored

# What the header keeps for the pipeline beside the facts of its era: where sections begin, which were seen.
_INNER = ("sections", "sections_seen")


def write_record(restored: Restored, *, repairs: bool = True) -> dict[str, Any]:
    """The record of a document in the shape of docs/record.md.

    A field that the document does not have is absent: never null, never guessed. With `repairs` the keys `repairs`,
    `proposals`, `checks`, `confidence` and `source` stand beside the record proper.
    """
    document = restored.document
    record: dict[str, Any] = {"kind": document.kind}
    if document.header is not None:
        record["fields"] = {name: found.value for name, found in document.header.fields.items()}
        record.update((key, value) for key, value in document.header.extra.items() if key not in _INNER)
    else:
        record["fields"] = {}
    record["paragraphs"] = [_paragraph(document, paragraph) for paragraph in document.paragraphs()]
    record["page_headers"] = [piece.text for piece in document.furniture]
    record["missing_paragraphs"] = list(document.missing_paragraphs)
    if repairs:
        record.update(_beside(restored))
    return record


def _paragraph(document: Document, paragraph: Paragraph) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if paragraph.n is not None:
        data["n"] = paragraph.n
    if paragraph.portion:
        data["portion"] = paragraph.portion
    if paragraph.headings:
        data["heading_before"] = "\n".join(document.text_of(block) for block in paragraph.headings)
    data["text"] = "\n".join(document.body_of(block) for block in paragraph.blocks)
    return data


def _beside(restored: Restored) -> dict[str, Any]:
    """What more the record holds: repairs, proposals, checks, confidence of fields, and which source it is of."""
    header = restored.document.header
    source = restored.source
    more: dict[str, Any] = {
        "repairs": [_edit(restored, edit) for edit in restored.applied],
        "proposals": [_edit(restored, edit) for edit in restored.proposed],
        "checks": [
            {
                "name": check.name,
                "status": str(check.status),
                "text": check.text,
                "fields": list(check.fields),
            }
            for check in restored.checks
        ],
        "source": {
            "name": source.name,
            "sha256": source.sha256,
            "encoding": source.encoding,
            "profile": restored.profile,
        },
    }
    if header is not None:
        more["confidence"] = {name: round(found.confidence, 4) for name, found in header.fields.items()}
        alternatives = {
            name: [{"value": other.value, "confidence": round(other.confidence, 4)} for other in found.alternatives]
            for name, found in header.fields.items()
            if found.alternatives
        }
        if alternatives:
            more["alternatives"] = alternatives
        if header.era:
            more["era"] = header.era
    if source.warnings:
        more["warnings"] = list(source.warnings)
    return more


def _edit(restored: Restored, edit: Edit) -> dict[str, Any]:
    line = restored.layout.line_at(edit.start)
    data = edit.to_json()
    data["line"] = line + 1
    data["column"] = edit.start - int(restored.layout.line_start[line]) + 1
    return data
