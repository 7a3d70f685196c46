"""From the reading text to the pixel and back."""

from __future__ import annotations

import pytest

from cablefix.layout import LineClass
from cablefix.provenance import place_of, places_of, text_at, text_in
from cablefix.readers.read import read_document
from cablefix.text import Fate
from tests.format_support import edit, joined, sample, with_edits


def test_every_character_has_its_place() -> None:
    document = sample("tesseract.hocr")
    restored = with_edits(document)
    layout = document.layout
    for offset, char in enumerate(restored.view.text):
        if char.isspace():
            continue
        place = place_of(restored, offset)
        assert document.source.text[place.source.start : place.source.end] == char
        assert place.box is not None
        left, top, right, bottom = layout.word_box[place.word].tolist()
        assert left <= place.box[0] < place.box[2] <= right + 0.01
        assert (top, bottom) == (place.box[1], place.box[3])
        assert place.page == layout.line_page[place.line]
        assert place.image == f"selmouth-{place.page + 1}.png"
        assert place.confidence is not None
        middle = ((place.box[0] + place.box[2]) / 2, (top + bottom) / 2)
        span = text_at(restored, place.page, *middle)
        assert span is not None
        assert span.start <= offset < span.end


def test_an_edited_character_has_the_box_of_what_was_replaced() -> None:
    document = sample("alto2.xml")
    restored = with_edits(document, edit(document, "nego tiations", "negotiations"), layout=joined(document, 2))
    offset = restored.view.text.index("negotiations")
    place = place_of(restored, offset)
    assert place.fate is Fate.EDITED
    assert place.box is not None
    assert place.box[0] == 300.0
    assert place.box[2] == pytest.approx(364 + 130 * 8 / 9)
    assert place.confidence == pytest.approx(0.7)
    word = restored.view.text.index("operations")
    boxes = [found.box for found in places_of(restored, word, word + len("operations"))]
    assert [box[1] for box in boxes if box] == [100.0, 140.0]
    assert text_at(restored, 0, 370, 150) == (offset, offset + len("negotiations."))


def test_characters_have_confidences_of_their_own() -> None:
    restored = with_edits(sample("archive.hocr"))
    offset = restored.view.text.index("ferrv")
    assert place_of(restored, offset).confidence == pytest.approx(0.9)
    assert place_of(restored, offset + 4).confidence == pytest.approx(0.4)


def test_furniture_has_no_place_in_the_reading_text() -> None:
    document = sample("tesseract.hocr")
    layout = document.layout.with_marks([document.layout.mark_line(0, LineClass.FURNITURE, "test")])
    restored = with_edits(document, layout=layout)
    box = layout.word_box[0].tolist()
    assert text_at(restored, 0, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2) is None


def test_a_box_on_a_page_gives_the_text_in_it() -> None:
    document = sample("tesseract.hocr")
    restored = with_edits(document)
    spans = text_in(restored, 1, (0, 0, 1275, 110))
    assert [restored.view.text[a:b] for a, b in spans] == ["HARBOUR BOARD OF SELMOUTH PAGE 2"]
    assert text_in(restored, 1, (0, 890, 10, 900)) == []


def test_plain_text_has_pages_and_lines_and_no_boxes() -> None:
    restored = with_edits(read_document(b"The tug left.\n\x0cIt came back."))
    place = place_of(restored, restored.view.text.index("It"))
    assert (place.page, place.box, place.confidence) == (1, None, None)
    assert text_at(restored, 0, 1, 1) is None
    with pytest.raises(IndexError, match="there is none at 999"):
        place_of(restored, 999)
