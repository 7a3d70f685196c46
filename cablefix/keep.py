"""Source, header and numbering as JSON and back, so that a restoration can be kept without running the rules again."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from typing import Any

from cablefix.cable.fields import Check, Field, FormatLine, Header, Reading, Status
from cablefix.cable.paragraphmarks import Candidate
from cablefix.cable.sequence import NumberedParagraph, Numbering
from cablefix.layout import Layout
from cablefix.ledger import LedgerError
from cablefix.readers.read import read_again
from cablefix.text import Container, Source, SourceError, Span


def source_to_json(source: Source) -> dict[str, Any]:
    """A JSON object of a source; the file that it was taken out of goes along, packed (zlib, base64)."""
    data: dict[str, Any] = {
        "text": source.text,
        "encoding": source.encoding,
        "bom": source.bom.hex(),
        "origin": source.origin,
        "sha256": source.sha256,
        "warnings": list(source.warnings),
    }
    if source.container is not None:
        packed = base64.b64encode(zlib.compress(source.container.data, 9)).decode("ascii")
        data["container"] = {
            "media_type": source.container.media_type,
            "read_as": source.container.read_as,
            "bytes": len(source.container.data),
            "data": packed,
        }
    return data


def source_from_json(data: Mapping[str, Any]) -> tuple[Source, Layout]:
    """The inverse of `source_to_json`, with the layout that its reader gives. LedgerError where it was changed."""
    origin = data["origin"]
    container = _container_from_json(data["container"], origin) if "container" in data else None
    warnings = tuple(data["warnings"])
    source = Source(data["text"], data["encoding"], bytes.fromhex(data["bom"]), origin, "", warnings, container)
    if data["sha256"] != source.sha256:
        raise LedgerError(f"{origin}: the source in this restoration was changed; its sha256 does not fit")
    if container is None:
        return source, Layout.from_text(source.text)
    try:
        return source, read_again(source).layout
    except SourceError as error:
        raise LedgerError(str(error)) from error


def _container_from_json(data: Mapping[str, Any], origin: str) -> Container:
    size = int(data["bytes"])
    try:
        machine = zlib.decompressobj()
        unpacked = machine.decompress(base64.b64decode(data["data"], validate=True), size + 1)
    except (binascii.Error, zlib.error) as error:
        raise LedgerError(f"{origin}: the packed file in this restoration is damaged ({error})") from error
    if len(unpacked) != size:
        raise LedgerError(f"{origin}: the packed file in this restoration is not {size} bytes long; it was changed")
    return Container(unpacked, data["media_type"], data["read_as"])


def header_to_json(header: Header) -> dict[str, Any]:
    """A JSON object of format lines, fields, checks and era. Repairs are left out: they are edits in the ledger."""
    return {
        "format_lines": [[part.kind, list(part.lines)] for part in header.format_lines],
        "fields": {name: _field_to_json(found) for name, found in header.fields.items()},
        "checks": [
            [
                check.name,
                str(check.status),
                check.text,
                list(check.fields),
                [list(span) for span in check.spans],
            ]
            for check in header.checks
        ],
        "era": header.era,
        "extra": header.extra,
    }


def _field_to_json(found: Field) -> dict[str, Any]:
    return {
        "value": found.value,
        "span": list(found.span),
        "confidence": found.confidence,
        "alternatives": [[other.value, other.confidence] for other in found.alternatives],
        "parts": [[name, list(span)] for name, span in found.parts],
    }


def header_from_json(data: Mapping[str, Any]) -> Header:
    """The inverse of `header_to_json`."""
    fields = {
        name: Field(
            name,
            found["value"],
            Span(*found["span"]),
            found["confidence"],
            tuple(Reading(value, confidence) for value, confidence in found["alternatives"]),
            tuple((part, Span(*span)) for part, span in found["parts"]),
        )
        for name, found in data["fields"].items()
    }
    checks = tuple(
        Check(name, Status(status), text, tuple(names), tuple(Span(*span) for span in spans))
        for name, status, text, names, spans in data["checks"]
    )
    lines = tuple(FormatLine(kind, tuple(numbers)) for kind, numbers in data["format_lines"])
    return Header(lines, fields, (), checks, data["era"], dict(data["extra"]))


def numbering_to_json(numbering: Numbering) -> dict[str, Any]:
    """A JSON object of the paragraphs with their marks, whether they have pilcrows, and the missing numbers."""
    return {
        "pilcrow": numbering.pilcrow,
        "missing": list(numbering.missing),
        "paragraphs": [
            {
                "line": p.candidate.line,
                "span": [p.candidate.start, p.candidate.end],
                "mark": p.candidate.mark,
                "dot": p.candidate.dot,
                "portion": p.candidate.portion,
                "after_break": p.candidate.after_break,
                "n": p.n,
                "garble": p.garble,
                "cost": p.cost,
                "confidence": p.confidence,
            }
            for p in numbering.paragraphs
        ],
    }


def _candidate(data: Mapping[str, Any]) -> Candidate:
    start, end = data["span"]
    return Candidate(data["line"], start, end, data["mark"], data["dot"], data["portion"], data["after_break"])


def numbering_from_json(data: Mapping[str, Any]) -> Numbering:
    """The inverse of `numbering_to_json`."""
    paragraphs = tuple(
        NumberedParagraph(
            _candidate(p),
            p["n"],
            p["garble"],
            p["cost"],
            p["confidence"],
        )
        for p in data["paragraphs"]
    )
    return Numbering(paragraphs, data["pilcrow"], tuple(data["missing"]))
