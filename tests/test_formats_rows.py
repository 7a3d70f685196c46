"""JSON Lines by block and text by page."""

from __future__ import annotations

import json

from cablefix.layout import LineClass
from cablefix.readers.read import read_document
from cablefix.writers.jsonl import write_jsonl
from cablefix.writers.pages import write_page_records, write_pages
from tests.format_support import edit, joined, sample, with_edits


def test_json_lines_have_text_place_and_boxes() -> None:
    document = sample("alto2.xml")
    restored = with_edits(document, edit(document, "ferrv", "ferry"), layout=joined(document, 2))
    rows = [json.loads(line) for line in write_jsonl(restored).decode().splitlines()]
    assert [row["text"] for row in rows] == [
        "FERRY REPORT",
        "The ferry suspended operations for nego tiations.",
    ]
    row = rows[1]
    assert row["pages"] == [1]
    assert row["lines"] == [3, 4]
    assert row["repairs"] == 1
    assert row["boxes"] == [[1, 100.0, 100.0, 700.0, 120.0], [1, 100.0, 140.0, 494.0, 160.0]]
    start, end = row["source"]
    assert document.source.text[start:end].startswith("The ferrv")
    assert "n" not in row


def test_pages_keep_lines_and_furniture() -> None:
    document = sample("tesseract.hocr")
    layout = document.layout.with_marks([document.layout.mark_line(0, LineClass.FURNITURE, "test")])
    restored = with_edits(document, edit(document, "nothing .", "nothing."), layout=layout)
    pages = write_pages(restored).decode().split("\f")
    assert len(pages) == 2
    assert pages[0].startswith("HARBOUR BOARD OF SELMOUTH PAGE 1\n")
    assert "had come to nothing.\n" in pages[0]
    assert pages[1].endswith("E. WARDLE\n")
    rows = [json.loads(line) for line in write_page_records(restored).decode().splitlines()]
    assert [(row["page"], row["image"], row["width"]) for row in rows] == [
        (1, "selmouth-1.png", 1275.0),
        (2, "selmouth-2.png", 1275.0),
    ]
    assert "\n".join(rows[1]["lines"]) + "\n" == pages[1]


def test_plain_text_has_pages_too() -> None:
    restored = with_edits(read_document(b"The  tug.\n\n\x0cIt left.", "tug.txt"))
    assert write_pages(restored) == b"The tug.\n\x0cIt left.\n"
    rows = [json.loads(line) for line in write_jsonl(restored).decode().splitlines()]
    assert [row["pages"] for row in rows] == [[1], [2]]
    assert "boxes" not in rows[0]
