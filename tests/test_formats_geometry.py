"""Geometry as evidence: what the page shows and the text does not; and the same text from each format of a page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cablefix.layout import Join, LineClass
from cablefix.ledger import EvidenceKind
from cablefix.pipeline import restore
from cablefix.readers.build import FormatFacts, build_document
from cablefix.readers.document import Page, PageLine, ReadDocument, Role
from cablefix.readers.read import read_document
from cablefix.restoration import Restoration
from cablefix.rules.engine import engine_evidence, weigh_with_engine
from cablefix.rules.measure import measure
from cablefix.text import Container
from cablefix.writers.alto import write_alto
from cablefix.writers.hocr import write_hocr
from cablefix.writers.page import write_page
from tests.format_support import FORMATS, edit, sample, with_edits
from tests.test_readers_order import PITCH, words

STEP = 20.0


def typed(
    *rows: str, role: dict[int, Role] | None = None, confidence: float | None = None, engine: str = ""
) -> ReadDocument:
    """A typed page: columns and rows of the text are places on the page. Each row is a paragraph of the engine."""
    lines = []
    for k, row in enumerate(rows):
        if row.strip():
            found = words(row, 100, 100 + STEP * k)
            if confidence is not None:
                found = [word._replace(confidence=confidence) for word in found]
            lines.append(PageLine(found, paragraph=k, role=(role or {}).get(k, Role.TEXT)))
    facts = FormatFacts("hocr", engine=engine)
    return build_document([Page(lines, 1000, 1400)], facts, Container(b"typed", "text/plain", "hocr"), "typed")


def restored(document: ReadDocument, profile: str = "prose") -> Restoration:
    return restore(document.source, profile, layout=document.layout)


def test_measures() -> None:
    geometry = measure(typed("     The tug left the pier", "at noon and came back.", "", "It sank on the bar.").layout)
    assert geometry is not None
    assert geometry.pitch == pytest.approx(PITCH)
    assert geometry.monospaced
    assert geometry.usual_gap == pytest.approx(1.2)
    steps = geometry.step[~np.isnan(geometry.step)]
    assert steps.tolist() == pytest.approx([1.0, 2.0])
    assert (geometry.left[0] - geometry.start[0]) / geometry.pitch == pytest.approx(5.0)


def test_blank_lines_of_the_engine_are_overruled_by_the_page() -> None:
    """Every row is a paragraph to the engine; on the page there is an indent and one wider step."""
    document = typed(
        "     The board met at ten o'clock in the old customs house.",
        "The harbour master reported that two tugs of the port and",
        "the crane on the north pier could not be repaired before",
        "the winter, and that the yard had asked for more money.",
        "",
        "     He asked for two more men and for a boat of their own.",
        "The treasurer answered that no money had been set aside by",
        "the board for wages in the present quarter of the year.",
    )
    assert "\n\n" in document.source.text
    found = restored(document)
    assert [line.split()[0] for line in found.text.splitlines()] == ["The", "He"]


def test_lines_that_end_early_are_lines_of_their_own() -> None:
    document = typed(
        "Selmouth Harbour Board",
        "4 Pier Road",
        "Selmouth",
        "",
        "The board met at ten o'clock in the old customs house and",
        "heard the report of the pilot, who had been at sea.",
    )
    assert restored(document).text.splitlines()[:3] == ["Selmouth Harbour Board", "4 Pier Road", "Selmouth"]


def test_tables_by_their_gaps() -> None:
    document = typed(
        "The tugs of the ports are these, as the board has them now.",
        "",
        "Port            Tugs       Men       Since",
        "Selmouth           2        31        1931",
        "Hythe Creek        1        12        1938",
        "",
        "All figures are those of the board and of nobody else here.",
    )
    found = restored(document)
    assert found.text.splitlines()[1:4] == ["Port Tugs Men Since", "Selmouth 2 31 1931", "Hythe Creek 1 12 1938"]
    rows = [n for n, value in enumerate(found.layout.line_class.tolist()) if value == LineClass.TABLE]
    assert len(rows) == 3
    marks = [mark for mark in found.layout.marks if mark.rule == "geometry.table"]
    assert all(mark.evidence[0].kind is EvidenceKind.GEOMETRY for mark in marks)
    assert len(marks) == 3


def test_numbers_that_stand_off_their_text_are_no_table() -> None:
    document = typed(
        "1.   The tug left the pier at noon and did not come back.",
        "2.   The crane stayed where it was and was not repaired.",
        "3.   The pilot was thanked by the board and went home.",
    )
    assert LineClass.TABLE not in restored(document).layout.line_class.tolist()


def test_margin_codes_stand_off_the_text() -> None:
    document = typed(
        "RELEASE IN PART B6",
        "",
        "The pilot of the tug met with the master of the other one,       B6",
        "and with the men of the harbour board on the old north pier.",
        "They drank coffee there and talked about the price of rope.",
    )
    found = restored(document)
    assert "other one, and with" in found.text
    assert [piece.text for piece in found.document.furniture][-1] == "B6"


def test_a_code_in_the_text_stays() -> None:
    document = typed(
        "RELEASE IN PART B6",
        "",
        "The pilot of the tug took the road that is called the B6",
        "and met with the men of the harbour board at the old pier.",
        "They drank coffee there and talked about the price of rope.",
    )
    assert "called the B6 and met" in restored(document).text


def test_a_word_is_joined_where_the_page_has_no_gap() -> None:
    document = typed(
        "The board spoke for an hour about the nego tiations with",
        "the yard, and about the port tax and the north pier light.",
    )
    text = document.source.text
    place = text.index("nego tiations")
    layout = document.layout
    k = int(np.searchsorted(layout.word_start, place))
    box = layout.word_box.copy()
    box[k + 1 :, 0] -= np.where(layout.word_line[k + 1 :] == layout.word_line[k], PITCH, 0)
    box[k + 1 :, 2] -= np.where(layout.word_line[k + 1 :] == layout.word_line[k], PITCH, 0)
    found = restore(document.source, "prose", layout=replace(layout, word_box=box))
    assert "negotiations with" in found.text
    assert [e.rule for e in found.applied] == ["geometry.split-word"]
    # With the usual gap between them the page says nothing, and the rule neither.
    assert not [e for e in restored(document).edits if e.rule == "geometry.split-word"]


def test_roles_that_the_file_gives() -> None:
    document = typed(
        "Harbour Survey, Second Report of the Board",
        "",
        "The tug left the pier at noon and did not come back to it.",
        "17",
        role={0: Role.PAGE_HEADER, 3: Role.PAGE_NUMBER},
    )
    found = restored(document)
    assert found.text == "The tug left the pier at noon and did not come back to it.\n"
    assert [piece.kind for piece in found.document.furniture] == ["head", "page"]


def test_confidence_of_the_engine_weighs() -> None:
    sure = typed("The tlie tug left the pier and went to sea again.", confidence=0.96, engine="tesseract 5.3.0").layout
    unsure = typed("The tlie tug left the pier and went to sea again.", confidence=0.7, engine="tesseract 5.3.0").layout
    unknown = typed("The tlie tug left the pier and went to sea again.", confidence=0.3, engine="Quill").layout
    assert weigh_with_engine(unsure, 4, 8, 0.7)[0] > 0.7 > 0.6 > weigh_with_engine(sure, 4, 8, 0.7)[0]
    assert weigh_with_engine(unknown, 4, 8, 0.7) == (0.7, None)
    found = engine_evidence(unsure, 4, 8)
    assert found is not None
    assert found.text == "the engine was 70% sure of it"


def test_text_without_boxes_is_left_to_the_other_rules() -> None:
    text = sample("tesseract.txt")
    marks = restored(text).layout.marks
    assert not [mark for mark in marks if mark.rule.startswith("geometry")]


@pytest.mark.parametrize("profile", ["auto", "prose"])
def test_hocr_alto_and_tsv_of_a_page_are_restored_alike(profile: str) -> None:
    found = [restored(sample(f"tesseract.{end}"), profile).text for end in ("hocr", "alto.xml", "tsv")]
    assert found[0] == found[1] == found[2]


def test_dropped_hyphen_of_the_page() -> None:
    found = restored(sample("tesseract.hocr"))
    assert "that negotiations with the yard" in found.text
    joins = found.layout.line_join.tolist()
    assert Join.DROP_HYPHEN in joins


NOISE = Path(__file__).resolve().parent.parent / "benchmarks" / "noise"


def _pages() -> list[str]:
    manifest = NOISE / "manifest.json"
    if not manifest.is_file():
        return []
    data = json.loads(manifest.read_text(encoding="utf-8"))
    files = data["files"] if isinstance(data, dict) else data
    return [
        f"{item['version']}/{item['document']}"
        for item in files
        if item.get("forms") and (NOISE / f"{item['version']}/{item['document']}.hocr.gz").is_file()
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", _pages()[:8])
def test_benchmark_pages_give_the_same_restoration_from_each_format(name: str) -> None:
    """hOCR, ALTO and TSV say the same of the page; plain text says less, and what differs is geometry's doing."""
    plain = read_document(NOISE / f"{name}.txt")
    forms = {end: read_document(NOISE / f"{name}.{end}.gz") for end in ("hocr", "alto.xml", "tsv")}
    for document in forms.values():
        # The same words; lines that the engine has out of order come in the order of the page.
        assert sorted(document.source.text.split()) == sorted(plain.source.text.split())
        assert document.source.text == forms["hocr"].source.text
    results = {end: restore(document.source, layout=document.layout) for end, document in forms.items()}
    texts = {found.text for found in results.values()}
    assert len(texts) == 1
    if forms["hocr"].source.text.split() != plain.source.text.split():
        return
    bare = restore(plain.source).text
    assert restore(forms["hocr"].source).text == bare
    if texts != {bare}:
        found = results["hocr"]
        seen = [evidence for item in (*found.layout.marks, *found.edits) for evidence in item.evidence]
        assert any(evidence.kind is EvidenceKind.GEOMETRY for evidence in seen)


def test_cells_of_a_table_come_from_the_page() -> None:
    """The text has one blank between the cells; TEI has a cell for each column of the page."""
    data = restored(sample("tesseract.hocr")).to_tei().decode()
    rows = re.findall(r"<row>(.*?)</row>", data)
    cells = [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<cell>(.*?)</cell>", rows[2])]
    assert cells == ["Hythe Creek", "1", "12", "1938"]
    assert [row.count("<cell>") for row in rows] == [4, 4, 4, 4]


def test_specks_have_not_the_size_of_type() -> None:
    document = typed(
        "The board met at ten o'clock in the old customs house ee",
        "and heard the pilot, who had been at sea for a week on 7",
        "the tug of the port and had seen no other ship and so",
        confidence=0.4,
    )
    layout = document.layout
    box = layout.word_box.copy()
    for text in (" ee\n", " 7\n"):
        word = int(np.searchsorted(layout.word_start, document.source.text.index(text) + 1))
        box[word] += np.array([80, -30, 140, 30], np.float32)
    found = restore(document.source, "prose", layout=replace(layout, word_box=box))
    assert [(item.before, item.rule) for item in found.applied] == [("ee", "geometry.speck")]
    assert "house and heard" in found.text
    assert "week on 7 the tug" in found.text
    # Far off the line and hardly believed even a number goes.
    sure = layout.word_confidence.copy()
    sure[:] = 0.2
    unsure = restore(document.source, "prose", layout=replace(layout, word_box=box, word_confidence=sure))
    assert {item.before for item in unsure.applied} == {"ee", "7"}
    # A small word of the usual size stays, however unsure the engine was of it.
    assert not [item for item in restored(document).edits if item.rule == "geometry.speck"]


def test_the_file_gives_a_divided_word_in_full() -> None:
    """ALTO says `operations` for `opera-` and `tions`; with another word in SUBS_CONTENT the hyphen stays."""
    document = sample("alto2.xml")
    assert "suspended operations for" in restored(document).text
    data = (FORMATS / "alto2.xml").read_bytes().replace(b'"operations"', b'"opera-tions"')
    other = read_document(data)
    found = restored(other)
    assert "suspended opera-tions for" in found.text
    assert any(mark.rule == "engine.divided" for mark in found.layout.marks)


def test_another_reading_that_the_engine_weighed() -> None:
    found = restored(sample("alto2.xml"))
    repair = next(item for item in found.applied if item.before == "ferrv")
    assert (repair.after, repair.rule) == ("ferry", "engine.alternative")
    assert repair.evidence[0].text == "the engine weighed ferry too"


def test_what_the_ocr_read_is_no_alternative_of_a_corrected_file() -> None:
    document = sample("alto2.xml")
    for write in (write_alto, write_hocr, write_page):
        again = read_document(write(with_edits(document, edit(document, "ferrv", "ferry"))))
        readings = again.layout.extra.get("alternatives", np.zeros((0, 2), object)).tolist()
        assert "ferrv" not in str(readings)


@pytest.mark.parametrize("name", ["tesseract.hocr", "tesseract.alto.xml", "page2019.xml", "alto2.xml"])
def test_restoring_a_corrected_file_changes_no_word(name: str) -> None:
    first = restored(sample(name))
    write = {"hocr": write_hocr, "alto": write_alto, "page": write_page}[sample(name).format]
    second = restored(read_document(write(first), name))
    assert second.text == first.text
    assert not second.applied
