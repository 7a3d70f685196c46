"""Writes what a document's gold is: reading text and record, from the same blocks that were printed."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.generate.compose import Composition, compose
from benchmarks.generate.forms import form_of
from benchmarks.generate.model import Document
from benchmarks.generate.typeset import Block, collapse, reading_text

PAGE_BREAK = "\f"
"""Stands between two pages of a printed text."""


def printed_text(composition: Composition) -> str:
    """The clean print: pages parted by form feeds."""
    return PAGE_BREAK.join(composition.pages)


def gold_text(composition: Composition) -> str:
    """The reading text, one logical line a line."""
    return "\n".join(block.reading for block in composition.blocks) + "\n"


def gold_record(composition: Composition) -> dict[str, Any]:
    """The record in the benchmark's gold shape; a paragraph without a number has `n` null."""
    document = composition.document
    form = form_of(document)
    return {
        "id": document.id,
        "kind": "other" if document.form == "prose" else "cable",
        "era": document.era,
        "fields": form.fields(composition.totals),
        **form.beside(),
        **({"release": document.release} if document.release else {}),
        "paragraphs": _paragraphs(composition),
        "page_headers": list(composition.furniture),
        "missing_paragraphs": list(composition.lost_numbers),
        "optional_lines": list(composition.optional),
        "repeated_headers": list(composition.repeated),
        "margin_codes": list(composition.margin_codes),
        "redactions": composition.redactions,
        "pilcrow": document.geometry.pilcrow,
        "pages": len(composition.pages),
    }


def gold_json(composition: Composition) -> str:
    """The record as the committed file has it."""
    return json.dumps(gold_record(composition), indent=1, ensure_ascii=False) + "\n"


def _paragraphs(composition: Composition) -> list[dict[str, Any]]:
    document = composition.document
    by_entry: dict[int, list[Block]] = {}
    for block in composition.blocks:
        if block.entry >= 0:
            by_entry.setdefault(block.entry, []).append(block)
    found = []
    for index, blocks in by_entry.items():
        entry = document.body[index]
        paragraph: dict[str, Any] = {"n": entry.n}
        if entry.portion:
            paragraph["portion"] = entry.portion
        if entry.heading:
            paragraph["heading_before"] = collapse(entry.heading)
        lines = [collapse(reading_text(block.text)) for block in blocks if not block.heading]
        paragraph["text"] = "\n".join(lines)
        found.append(paragraph)
    return found


def files_of(document: Document) -> dict[str, str]:
    """All committed texts of a document by file name: print, reading text and record."""
    composition = compose(document)
    return {
        f"{document.id}.print.txt": printed_text(composition),
        f"{document.id}.gold.txt": gold_text(composition),
        f"{document.id}.gold.json": gold_json(composition),
    }
