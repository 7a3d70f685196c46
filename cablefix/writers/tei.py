"""TEI P5: the restored text with every repair marked, its record in the header, and the exact source.

docs/tei.md explains the encoding. What is written is valid against tei_all and against our own profile
(cablefix/schema). The same restoration gives the same bytes: a date stands in the file only when the caller or the
environment variable SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/) gives one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Literal

from cablefix.layout import Layout
from cablefix.ledger import Edit, Verdict
from cablefix.restored import Restored
from cablefix.writers.tei_facsimile import boxed_lines, facsimile
from cablefix.writers.tei_header import (
    HeaderFacts,
    document_id,
    encoding_description,
    file_description,
    profile_description,
    revision_description,
)
from cablefix.writers.tei_inline import InlineWriter, PageMarks
from cablefix.writers.tei_markup import Vocabulary
from cablefix.writers.tei_repair import RepairWriter
from cablefix.writers.tei_source import CARRIER_OF, source_doc, source_record
from cablefix.writers.tei_standoff import Proposal, failing, stand_off
from cablefix.writers.tei_text import TextWriter
from cablefix.writers.tei_xml import Ids, Xml, attributes

SourceMode = Literal["compact", "embedded", "sidecar", "none"]


def write_tei(
    restored: Restored,
    *,
    source: SourceMode = "compact",
    sidecar: str = "",
    when: date | None = None,
    title: str = "",
    images: str = "",
) -> bytes:
    """A restored document as a TEI file in UTF-8.

    `source` says how the exact source goes along: "compact", packed into the header, where no viewer shows it;
    "embedded", line by line in `sourceDoc`; "sidecar", in a file beside, whose name is `sidecar` and whose bytes are
    `restored.source.to_bytes()`; "none". `when` dates the file. `images` is a template for
    the addresses of page images, as "https://iiif.example.org/{stem}/full/max/0/default.jpg" (see
    `tei_facsimile.image_address`). Raises ValueError for a mode that does not exist, a sidecar without a name and a
    template that is wrong.
    """
    if source not in CARRIER_OF:
        raise ValueError(f"no way {source!r} to keep the source; use {', '.join(CARRIER_OF)}")
    if source == "sidecar" and not sidecar:
        raise ValueError("a source in a file beside the TEI needs a name: give sidecar='NAME.source.txt'")
    xml, ids = Xml(), Ids()
    for name in ("text", "cablefix", "app-cablefix", "ocr", "src-message", "d1", "source"):
        ids.give(name)
    document, layout = restored.document, restored.layout
    fields = {name: item.value for name, item in document.header.fields.items()} if document.header else {}
    reviewers = _reviewers(restored.verdicts, ids)
    repairs = RepairWriter(xml, ids, reviewers, restored.verdicts)
    words = Vocabulary(ids, _year(fields.get("dtg_iso")))
    proposals = restored.proposed
    inline = InlineWriter(document, layout, restored.applied, xml, ids, repairs, _marks(source, layout))
    text = TextWriter(document, layout, inline, words, ids, proposals)
    checks = [(check, text.blocks_of(check)) for check in failing(restored.checks)]
    text.want_ids({block for _, blocks in checks for block in blocks})
    body = text.write()
    data = restored.source.to_bytes()
    facts = HeaderFacts(
        restored.source,
        len(data),
        layout.lines,
        source,
        sidecar,
        document.kind,
        fields,
        pages=len(document.pages),
        hyphens=inline.hyphens,
        proposals=len(proposals),
        checks=len(checks),
        missing=document.missing_paragraphs,
        title=title,
        when=(when.date() if isinstance(when, datetime) else when) or _epoch(),
        reviewers=reviewers,
        profile=restored.profile,
    )
    lines = source_doc(layout, xml, inline.page_lines) if source == "embedded" else ""
    record = source_record(restored.source, source, sidecar, layout.lines, data)
    pointed = [(check, text.ids_of(blocks) or ("text",)) for check, blocks in checks]
    front = file_description(facts, words, xml)
    profile = profile_description(facts, words, xml)
    annotations = stand_off(words, xml, ids, _place(proposals, text), pointed, repairs.reasons)
    encoding = encoding_description(facts, words, xml)
    header = f"{front}{encoding}{profile}{record}{revision_description(facts, repairs)}"
    return _assemble(facts, header, facsimile(layout, images), body, annotations, lines)


def _place(proposals: Sequence[Edit], text: TextWriter) -> list[Proposal]:
    """Proposed repairs with the places in the written text that they are about: the whole text where there is none."""
    return [
        Proposal(
            edit,
            f"q-{edit.id}" if edit.id in text.placed else "text",
            *text.proposed.get(edit.id, (edit.before, edit.after)),
        )
        for edit in proposals
    ]


def _assemble(facts: HeaderFacts, header: str, images: str, body: str, annotations: str, lines: str) -> bytes:
    key = document_id(facts.fields, facts.source)
    cable = facts.kind == "cable"
    root = attributes(xmlns="http://www.tei-c.org/ns/1.0", xml_id=f"{'cable' if cable else 'doc'}-{key}")
    text = attributes(xml_id="text", xml_space="preserve", type="telegram" if cable else None, xml_lang="en")
    div = attributes(type="document", n=key if cable else None, xml_id="d1")
    parts = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<TEI{root}>\n<teiHeader>\n{header}</teiHeader>\n',
        images,
        f"<text{text}>\n<body>\n<div{div}>\n",
        body,
        f"</div>\n</body>\n</text>\n{annotations}{lines}</TEI>\n",
    )
    return "".join(parts).encode("utf-8")


def _reviewers(verdicts: Sequence[Verdict], ids: Ids) -> dict[str, str]:
    """The people who decided, each with an id."""
    return {who: ids.give("reviewer1") for who in dict.fromkeys(item.who for item in verdicts if item.who)}


def _year(iso: object) -> int | None:
    return int(iso[:4]) if isinstance(iso, str) and iso[:4].isdecimal() else None


def _marks(mode: str, layout: Layout) -> PageMarks:
    zones = boxed_lines(layout)
    return PageMarks(mode == "embedded", bool(zones or layout.page_image), zones)


def _epoch() -> date | None:
    """The date of SOURCE_DATE_EPOCH, None where it is not set."""
    stamp = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(stamp), UTC).date() if stamp.isdecimal() else None
