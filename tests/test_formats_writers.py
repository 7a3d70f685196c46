"""Corrections written back: splits, merges, deletions and hyphens reach the elements, and nothing else changes."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from cablefix.layout import Join
from cablefix.readers.read import read_document
from cablefix.restored import Restored
from cablefix.text import SourceError
from cablefix.writers.alto import write_alto
from cablefix.writers.boxes import find_corrections
from cablefix.writers.hocr import write_hocr
from cablefix.writers.page import write_page
from tests.format_support import FORMATS, WRITABLE, edit, joined, sample, with_edits

WRITERS = {"hocr": write_hocr, "alto": write_alto, "page": write_page}


def native(restored: Restored) -> bytes:
    return WRITERS[find_corrections(restored).document.format](restored)


def elements(data: bytes, name: str) -> list[etree._Element]:
    return list(etree.fromstring(data).iter("{*}" + name))


@pytest.mark.parametrize("name", WRITABLE)
def test_nothing_changed_is_byte_for_byte(name: str) -> None:
    document = sample(name)
    assert native(with_edits(document)) == (FORMATS / name).read_bytes()


def all_ids(tree: etree._Element) -> list[str]:
    return [value for element in tree.iter() for key, value in element.attrib.items() if key in ("id", "ID")]


@pytest.mark.parametrize("name", WRITABLE)
def test_one_change_changes_one_element(name: str) -> None:
    """With one word changed and changed back in the output, the trees are equal but for the recorded step."""
    document = sample(name)
    text = document.source.text
    word = next(w for w in reversed(text.split()) if text.count(w) == 1 and len(w) > 2 and w.swapcase() != w)
    data = native(with_edits(document, edit(document, word, word.swapcase())))
    again = read_document(data, name)
    assert again.source.text == text.replace(word, word.swapcase())
    assert again.layout.word_box.tolist() == document.layout.word_box.tolist()
    before, after = etree.fromstring((FORMATS / name).read_bytes()), etree.fromstring(data)
    new = [ident for ident in all_ids(after) if ident not in set(all_ids(before))]
    assert [ident for ident in all_ids(after) if ident not in new] == all_ids(before)
    assert all(ident.startswith("cablefix") for ident in new)
    changed = {element.tag.rpartition("}")[2] for element in differing(before, after)}
    assert changed <= {
        "span",
        "meta",
        "String",
        "TextEquiv",
        "Word",
        "TextLine",
        "ALTERNATIVE",
        "MetadataItem",
        "Comments",
    } | {
        "postProcessingStep",
        "Processing",
    }


def differing(one: etree._Element, other: etree._Element) -> list[etree._Element]:
    """The elements of the second tree that the first has not, or has otherwise (tail and children apart)."""
    own = {}
    for element in one.iter(etree.Element):
        key = (element.tag, tuple(sorted(element.attrib.items())), (element.text or "").strip())
        own[key] = own.get(key, 0) + 1
    out = []
    for element in other.iter(etree.Element):
        key = (element.tag, tuple(sorted(element.attrib.items())), (element.text or "").strip())
        if own.get(key, 0):
            own[key] -= 1
        elif element.tag.rpartition("}")[2] not in (
            "Unicode",
            "processingStepDescription",
            "processingSoftware",
            "softwareName",
            "softwareVersion",
        ):
            out.append(element)
    return out


def test_alto_merge_and_hyphen_and_alternative() -> None:
    document = sample("alto2.xml")
    layout = joined(document, 2)
    restored = with_edits(
        document, edit(document, "ferrv", "ferry"), edit(document, "nego tiations", "negotiations"), layout=layout
    )
    data = write_alto(restored)
    strings = {item.get("ID"): item for item in elements(data, "String")}
    assert strings["S2"].get("CONTENT") == "ferry"
    assert strings["S2"].get("CC") is None
    assert [(a.get("PURPOSE"), a.text) for a in strings["S2"]] == [("OCR", "ferrv"), ("candidate", "ferry")]
    assert "S8" not in strings
    merged = strings["S7"]
    assert merged.get("CONTENT") == "negotiations."
    assert [merged.get(key) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")] == ["300", "140", "194", "20"]
    assert merged[0].text == "nego tiations."
    assert len(elements(data, "SP")) == len(elements((FORMATS / "alto2.xml").read_bytes(), "SP")) - 1
    assert strings["S4"].get("SUBS_CONTENT") == "operations"
    assert [hyphen.get("CONTENT") for hyphen in elements(data, "HYP")] == ["-"]
    steps = [element.text for element in elements(data, "processingStepDescription")]
    assert len(steps) == 1
    assert steps[0]
    assert "2 places changed, 1 line-end hyphen marked" in steps[0]


def test_alto_hyphen_in_the_word_becomes_an_element() -> None:
    document = sample("tesseract.alto.xml")
    line = document.source.text.split("\n").index("not be repaired before the winter, and that nego-")
    data = write_alto(with_edits(document, layout=joined(document, line)))
    first = next(item for item in elements(data, "String") if item.get("CONTENT") == "nego")
    hyphen = first.getnext()
    assert hyphen is not None
    assert hyphen.tag.endswith("HYP")
    assert (first.get("SUBS_TYPE"), first.get("SUBS_CONTENT")) == ("HypPart1", "negotiations")
    second = next(item for item in elements(data, "String") if item.get("CONTENT") == "tiations")
    assert (second.get("SUBS_TYPE"), second.get("SUBS_CONTENT")) == ("HypPart2", "negotiations")
    assert float(first.get("HPOS") or 0) + float(first.get("WIDTH") or 0) == pytest.approx(
        float(hyphen.get("HPOS") or 0)
    )
    assert read_document(data).source.text == document.source.text


def test_a_hyphen_that_stays_is_left_alone() -> None:
    document = sample("tesseract.alto.xml")
    line = document.source.text.split("\n").index("not be repaired before the winter, and that nego-")
    layout = joined(document, line, Join.CLOSE)
    assert write_alto(with_edits(document, layout=layout)) == (FORMATS / "tesseract.alto.xml").read_bytes()


def test_page_split_is_divided_by_characters() -> None:
    document = sample("page2019.xml")
    restored = with_edits(document, edit(document, ".The", ". The"), edit(document, "ferrv", "ferry"))
    data = write_page(restored)
    words = {item.get("id"): item for item in elements(data, "Word")}
    texts = [
        item.findtext("{*}TextEquiv[@index='0']/{*}Unicode") or item.findtext("{*}TextEquiv/{*}Unicode")
        for item in elements(data, "Word")
    ]
    assert texts[:5] == ["The", "ferry", "left.", "The", "tug"]
    assert words["w3"].find("{*}Coords").get("points") == "320,100 420,100 420,140 320,140"
    assert words["w3_s2"].find("{*}Coords").get("points") == "440,100 500,100 500,140 440,140"
    readings = [
        (e.get("index"), e.get("dataTypeDetails"), e.findtext("{*}Unicode")) for e in words["w2"].iter("{*}TextEquiv")
    ]
    assert readings == [("2", None, "ferry"), ("0", None, "ferry"), ("1", "ocr", "ferrv")]
    line = next(item for item in elements(data, "TextLine") if item.get("id") == "l1")
    found = [e.findtext("{*}Unicode") for e in line.findall("{*}TextEquiv")]
    assert found == ["The ferry left. The tug", "The ferrv left.The tug"]
    region = next(item for item in elements(data, "TextRegion") if item.get("id") == "r1")
    assert region.findtext("{*}TextEquiv/{*}Unicode") == "The ferry left. The tug\nstayed."
    item = elements(data, "MetadataItem")[0]
    assert item.get("type") == "processingStep"
    assert not words["w2"].findall("{*}Glyph")


def test_page_2013_keeps_the_reading_in_comments() -> None:
    document = sample("page2013.xml")
    data = write_page(with_edits(document, edit(document, "nego tiations", "negotiations")))
    words = elements(data, "Word")
    merged = next(word for word in words if word.get("id") == "w3")
    assert merged.get("comments") == "OCR read: nego tiations."
    assert merged.find("{*}Coords").get("points") == "100,200 400,200 400,240 100,240"
    assert [word.get("id") for word in words] == ["w3", "w1", "w2"]
    assert "nego tiations" not in (elements(data, "TextRegion")[0].findtext("{*}TextEquiv/{*}Unicode") or "")
    comments = elements(data, "Comments")[0].text or ""
    assert comments.startswith("cablefix ")


def test_page_lines_without_words() -> None:
    document = sample("page-lines.xml")
    data = write_page(with_edits(document, edit(document, "nor th", "north")))
    line = next(item for item in elements(data, "TextLine") if item.get("id") == "l1")
    assert line.findtext("{*}TextEquiv/{*}Unicode") == "The tug left the north"
    assert read_document(data).source.text == document.source.text.replace("nor th", "north")


def test_hocr_split_merge_delete_and_soft_hyphen() -> None:
    document = sample("tesseract.hocr")
    line = document.source.text.split("\n").index("not be repaired before the winter, and that nego-")
    restored = with_edits(
        document,
        edit(document, "tug ( the", "tug (the"),
        edit(document, "one ) could", "one) could"),
        edit(document, "nothing .", "nothing."),
        edit(document, "o'clock", "o' clock"),
        edit(document, "MINUTES ", ""),
        layout=joined(document, line),
    )
    data = write_hocr(restored)
    again = read_document(data)
    expected = (
        document.source.text.replace("( the old one )", "(the old one)")
        .replace("nothing .", "nothing.")
        .replace("o'clock", "o' clock")
        .replace("MINUTES ", "")
        .replace("nego-", "nego\u00ad")
    )
    assert again.source.text == expected
    words = {item.get("id"): item for item in elements(data, "span")}
    spans = [item for item in words.values() if "x_ocr" in (item.get("title") or "")]
    assert {(item.text, (item.get("title") or "").split("x_ocr ")[1]) for item in spans} == {
        ("(the", "(%20the"),
        ("one)", "one%20)"),
        ("nothing.", "nothing%20."),
        ("o'", "o%27clock."),
        (None, "MINUTES"),
    }
    joined_word = next(item for item in spans if item.text == "(the")
    old = document.layout
    first = old.text[: old.text.index("( the")].split()
    k = len(first)
    left, right = old.word_box[k], old.word_box[k + 1]
    box = [
        round(float(left[0])),
        round(float(min(left[1], right[1]))),
        round(float(right[2])),
        round(float(max(left[3], right[3]))),
    ]
    assert f"bbox {' '.join(map(str, box))};" in (joined_word.get("title") or "")
    meta = [item.get("content") for item in elements(data, "meta") if item.get("name") == "ocr-corrected"]
    assert len(meta) == 1


@pytest.mark.parametrize("target", list(WRITERS))
@pytest.mark.parametrize(
    "name", ["tesseract.tsv", "tesseract.hocr", "abbyy6.xml", "djvu.xml", "alto2.xml", "page2019.xml"]
)
def test_any_format_becomes_any_other(name: str, target: str) -> None:
    document = sample(name)
    before = "ferrv" if "ferrv" in document.source.text else "thanked"
    data = WRITERS[target](with_edits(document, edit(document, before, "Xyzzy")))
    again = read_document(data)
    words = document.source.text.replace(before, "Xyzzy").split()
    assert again.source.text.split() == words
    assert again.format in (target, "page")
    if document.format != target:
        assert abs(again.layout.word_box - document.layout.word_box).max() <= 0.51
    assert len(set(all_ids_of(data))) == len(all_ids_of(data))


def all_ids_of(data: bytes) -> list[str]:
    return [] if data.startswith(b"PK") else all_ids(etree.fromstring(data))


def test_a_pdf_becomes_alto_in_a_unit_that_alto_has() -> None:
    pytest.importorskip("pypdfium2", reason="the extra pdf is not installed")
    document = sample("tesseract.pdf")
    data = write_alto(with_edits(document))
    again = read_document(data)
    assert again.unit == "inch1200"
    assert abs(again.layout.word_box * 72 / 1200 - document.layout.word_box).max() < 0.1


def test_several_files_come_back_as_an_archive(tmp_path: Path) -> None:
    for number, name in enumerate(("alto2.xml", "alto4.xml"), 1):
        (tmp_path / f"p{number}.xml").write_bytes((FORMATS / name).read_bytes())
    document = read_document(tmp_path)
    data = write_alto(with_edits(document, edit(document, "ferrv", "ferry")))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["p1.xml", "p2.xml"]
        assert archive.read("p2.xml") == (FORMATS / "alto4.xml").read_bytes()
        assert b'CONTENT="ferry"' in archive.read("p1.xml")
    assert read_document(data).source.text == document.source.text.replace("ferrv", "ferry")


def test_a_packed_file_comes_back_unpacked() -> None:
    document = read_document(gzip.compress((FORMATS / "alto2.xml").read_bytes()))
    assert b'CONTENT="ferry"' in write_alto(with_edits(document, edit(document, "ferrv", "ferry")))


def test_plain_text_has_no_places() -> None:
    document = read_document(b"The tug left.", "tug.txt")
    with pytest.raises(SourceError, match=r"tug\.txt: plain text has no places on the page"):
        write_hocr(with_edits(document))


def test_html_stays_html() -> None:
    document = sample("ocropus.html")
    data = write_hocr(with_edits(document, edit(document, "ferry", "barge")))
    assert data.lstrip().lower().startswith((b"<!doctype", b"<html"))
    assert b"The tug &amp; the barge" in data
    assert b"<?xml" not in data
    assert read_document(data).source.text == document.source.text.replace("ferry", "barge")


REGION = """<?xml version="1.0" encoding="UTF-8"?>
<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"><Metadata><Creator>Quill</Creator>
<Created>2020-05-01T10:00:00</Created><LastChange>2020-05-01T10:00:00</LastChange></Metadata>
<Page imageFilename="a.png" imageWidth="800" imageHeight="600">
<TextRegion id="r1"><Coords points="100,100 700,100 700,220 100,220"/><TextEquiv><Unicode>The ferrv left
at noon and did
not come back.</Unicode></TextEquiv></TextRegion>
<TextRegion id="r2"><Coords points="100,300 700,300 700,340 100,340"/>
<TextLine id="l1"><Coords points="100,300 700,300"/>
<Word id="w1"><Coords points="100,300 200,300 200,340 100,340"/></Word>
<TextEquiv><Unicode>It sank on the bar.</Unicode></TextEquiv></TextLine></TextRegion></Page></PcGts>"""


def test_page_regions_with_text_and_no_lines_keep_their_other_lines() -> None:
    document = read_document(REGION.encode())
    assert document.source.text.splitlines() == [
        "The ferrv left",
        "at noon and did",
        "not come back.",
        "",
        "It sank on the bar.",
    ]
    assert document.layout.line_box[1].tolist() == [100.0, 140.0, 700.0, 180.0]
    data = write_page(with_edits(document, edit(document, "ferrv", "ferry"), edit(document, "sank on", "sank off")))
    regions = elements(data, "TextRegion")
    texts = [item.findtext("{*}Unicode") for item in regions[0].findall("{*}TextEquiv")]
    assert texts == [
        "The ferry left\nat noon and did\nnot come back.",
        "The ferrv left\nat noon and did\nnot come back.",
    ]
    line = elements(data, "TextLine")[0]
    assert line.findtext("{*}TextEquiv/{*}Unicode") == "It sank off the bar."


def test_a_word_merged_over_two_lines_leaves_the_second_element_empty() -> None:
    for name, write in (("page2019.xml", write_page), ("alto2.xml", write_alto), ("tesseract.hocr", write_hocr)):
        document = sample(name)
        end = document.source.text.index("\n", document.source.text.index("tug" if name != "alto2.xml" else "opera"))
        start = document.source.text.rindex(" ", 0, end) + 1
        stop = min(k for k in (document.source.text.find(" ", end), document.source.text.find("\n", end + 1)) if k > 0)
        before = document.source.text[start:stop]
        merged = with_edits(document, edit(document, before, before.replace("\n", "")))
        again = read_document(write(merged), name)
        assert again.source.text.split() == document.source.text.replace(before, before.replace("\n", "")).split()


def test_careless_xhtml_is_read_as_html_and_a_cut_off_file_is_not() -> None:
    data = (FORMATS / "tesseract.hocr").read_bytes()
    careless = data.replace(b"<meta name='ocr-system'", b"<meta name='generator'><meta name='ocr-system'")
    assert read_document(careless).source.text == sample("tesseract.hocr").source.text
    changed = write_hocr(with_edits(read_document(careless), edit(read_document(careless), "thanked", "praised")))
    assert b"praised" in changed
    with pytest.raises(SourceError, match="cut off or damaged"):
        read_document(careless[:-200])


@pytest.mark.parametrize("name,factor", [("alto4.xml", 300 / 254), ("tesseract.pdf", 300 / 72)])
def test_other_units_become_pixels(name: str, factor: float) -> None:
    if name.endswith("pdf"):
        pytest.importorskip("pypdfium2", reason="the extra pdf is not installed")
    document = sample(name)
    for write in (write_hocr, write_page):
        data = write(with_edits(document))
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                data = archive.read(archive.namelist()[0])
        again = read_document(data)
        assert again.unit == "pixel"
        assert again.layout.extra["page_resolution"][0] == 300
        count = again.layout.words
        assert abs(again.layout.word_box - document.layout.word_box[:count] * factor).max() <= 0.51
        assert again.layout.page_size[0] == pytest.approx(document.layout.page_size[0] * factor, abs=1)


def test_a_page_without_a_size_gets_the_one_that_its_words_need() -> None:
    data = (FORMATS / "alto2.xml").read_bytes().replace(b' HEIGHT="1000" WIDTH="800"', b"")
    document = read_document(data)
    assert len(document.layout.page_size) == 0
    assert b'imageWidth="700" imageHeight="160"' in write_page(with_edits(document))
