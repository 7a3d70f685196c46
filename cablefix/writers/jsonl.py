"""JSON Lines: one object a block of the reading text, with its place; for search engines and data frames."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cablefix.document import Block
from cablefix.provenance import Place, places_of
from cablefix.restored import Restored


def write_jsonl(restored: Restored) -> bytes:
    """A restored document as JSON Lines in UTF-8, one object a logical line of the reading text.

    Keys: `document` (name of the source), `block` (from 0), `kind` and, where they are known, `field`, `n` and
    `portion`; `text`; `source` (span of code points); `pages` (from 1), `lines` (from 1), and `boxes`, one
    `[page, left, top, right, bottom]` a printed line, where the source has boxes; `repairs`, the number of them.
    """
    rows = (json.dumps(row, ensure_ascii=False) for row in jsonl_rows(restored))
    return "".join(f"{row}\n" for row in rows).encode("utf-8", "backslashreplace")


def jsonl_rows(restored: Restored) -> Iterator[dict[str, Any]]:
    """The objects of `write_jsonl`."""
    document, layout = restored.document, restored.layout
    edits = restored.applied
    for number, block in enumerate(document.blocks):
        row: dict[str, Any] = {"document": restored.source.origin, "block": number, "kind": str(block.kind)}
        if block.field:
            row["field"] = block.field
        if block.n is not None:
            row["n"] = block.n
        if block.portion:
            row["portion"] = block.portion
        row["text"] = document.text_of(block)
        row["source"] = list(block.source)
        row["pages"] = sorted({int(layout.line_page[line]) + 1 for line in block.lines})
        row["lines"] = [line + 1 for line in block.lines]
        boxes = line_boxes(restored, block)
        if boxes:
            row["boxes"] = boxes
        row["repairs"] = sum(edit.start < block.source.end and block.source.start < edit.end for edit in edits)
        yield row


def line_boxes(restored: Restored, block: Block) -> list[list[float]]:
    """`[page, left, top, right, bottom]` for each printed line of a block; empty where there are no boxes."""
    rows: dict[int, list[Place]] = {}
    for place in places_of(restored, block.start, block.end):
        if place.box is not None:
            rows.setdefault(place.line, []).append(place)
    return [
        [
            places[0].page + 1,
            *(round(min(place.box[k] for place in places if place.box), 2) for k in (0, 1)),
            *(round(max(place.box[k] for place in places if place.box), 2) for k in (2, 3)),
        ]
        for _, places in sorted(rows.items())
    ]
