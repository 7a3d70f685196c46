"""Each reader on files of its format: text, boxes, confidences, roles, order; and the way back to the bytes."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cablefix.layout import Layout
from cablefix.pipeline import restore, restore_all
from cablefix.readers.detect import detect_format
from cablefix.readers.document import Role, Style
from cablefix.readers.read import FORMATS as KNOWN
from cablefix.readers.read import members_of, read_again, read_document
from cablefix.text import SourceError
from tests.format_support import FORMATS, sample

FILES = sorted(
    path.name
    for path in FORMATS.iterdir()
    if path.suffix not in (".py", ".md", ".pdf") and path.name != "tesseract.txt"
)
TEXT = (FORMATS / "tesseract.txt").read_text(encoding="utf-8").rstrip("\f")


@pytest.mark.parametrize(
    "name,kind",
    [
        ("tesseract.hocr", "hocr"),
        ("archive.hocr", "hocr"),
        ("ocropus.html", "hocr"),
        ("tesseract.alto.xml", "alto"),
        ("alto2.xml", "alto"),
        ("page2019.xml", "page"),
        ("abbyy6.xml", "abbyy"),
        ("abbyy10.xml", "abbyy"),
        ("djvu.xml", "djvuxml"),
        ("tesseract.tsv", "tsv"),
        ("tesseract.pdf", "pdf"),
        ("tesseract.txt", "text"),
    ],
)
def test_the_content_says_the_format(name: str, kind: str) -> None:
    assert detect_format((FORMATS / name).read_bytes(), "no.name") == kind
    assert kind in KNOWN


@pytest.mark.parametrize("name", ["tesseract.hocr", "tesseract.alto.xml", "tesseract.tsv"])
def test_one_page_gives_one_text(name: str) -> None:
    assert sample(name).source.text == TEXT


@pytest.mark.parametrize("name", FILES)
def test_the_bytes_come_back(name: str) -> None:
    data = (FORMATS / name).read_bytes()
    document = read_document(data, name)
    assert document.source.to_bytes() == data
    assert document.source.sha256 == read_document(data).source.sha256


@pytest.mark.parametrize("name", FILES)
def test_columns_fit_the_text(name: str) -> None:
    document = sample(name)
    layout, text = document.layout, document.source.text
    assert layout.text == text
    plain = Layout.from_text(text)
    assert np.array_equal(plain.word_start, layout.word_start)
    assert len(layout.word_box) in (0, layout.words)
    assert len(layout.word_confidence) in (0, layout.words)
    assert len(layout.line_box) in (0, layout.lines)
    assert len(layout.page_size) in (0, layout.pages)
    assert len(document.page_id) == layout.pages
    pieces = document.pieces
    assert pieces is not None
    for start, end in zip(pieces.start.tolist(), pieces.end.tolist(), strict=True):
        assert text[start:end].strip() == text[start:end] != ""


def test_boxes_and_confidences_of_hocr_alto_and_tsv_are_alike() -> None:
    hocr, alto, tsv = (sample(f"tesseract.{end}").layout for end in ("hocr", "alto.xml", "tsv"))
    assert np.array_equal(hocr.word_box, alto.word_box)
    assert np.array_equal(hocr.word_box, tsv.word_box)
    assert np.abs(hocr.word_confidence - tsv.word_confidence).max() <= 0.01
    assert np.abs(alto.word_confidence - tsv.word_confidence).max() <= 0.01
    assert hocr.page_size.tolist() == [[1275.0, 900.0], [1275.0, 900.0]]
    assert hocr.page_image == ("selmouth-1.png", "selmouth-2.png")


def test_hocr_by_characters() -> None:
    document = sample("archive.hocr")
    assert document.source.text == "The ferrv\n\f\n"
    assert document.engine == "tesseract 5.0.0-rc1"
    sure = document.layout.extra["character_confidence"]
    assert sure[8] == pytest.approx(0.4)
    assert np.isnan(sure[3])
    assert document.layout.extra["line_baseline"][0].tolist() == [125.0, 129.0]
    assert "HARBOUR BOARD" in sample("tesseract-characters.hocr").source.text


def test_hocr_that_is_no_xml_is_read_as_html() -> None:
    document = sample("ocropus.html")
    assert document.source.text == "The tug & the ferry\nleft at noon.\n"
    assert document.pieces is not None
    assert document.pieces.whole.all()
    assert document.layout.word_box[0, 0] == 100.0
    assert document.layout.word_box[-1, 2] == 500.0


def test_alto_with_a_divided_word() -> None:
    document = sample("alto2.xml")
    layout = document.layout
    assert document.source.text.splitlines()[2:] == ["The ferrv suspended opera-", "tions for nego tiations."]
    word = layout.line_words(2).index("opera-") + int(layout.line_first[2])
    assert layout.word_box[word].tolist() == [500.0, 100.0, 700.0, 120.0]
    assert layout.extra["line_role"].tolist()[0] == Role.PAGE_HEADER
    assert layout.extra["word_style"].tolist()[3] == Style.BOLD
    assert layout.extra["alternatives"][0][1][0][0] == "ferry"
    assert document.engine == "Quill OCR 3.1"


def test_alto_in_reading_order_and_its_own_unit() -> None:
    document = sample("alto4.xml")
    assert document.source.text == "First column,\n\nsecond column\n\n17\n"
    assert document.unit == "mm10"
    assert document.version == "4.3"
    assert document.layout.word_box[2, 0] == 1100.5
    assert document.layout.extra["line_role"].tolist()[-1] == Role.PAGE_NUMBER


def test_page_in_reading_order() -> None:
    document = sample("page2013.xml")
    assert document.source.text == "MINUTES 1952\n\nnego tiations.\n"
    assert document.layout.extra["line_role"].tolist() == [Role.PAGE_HEADER, 0, 0]
    assert document.layout.page_image == ("minutes.png",)


def test_page_with_readings_by_index_and_a_table() -> None:
    document = sample("page2019.xml")
    assert document.source.text.splitlines() == ["The ferrv left.The tug", "stayed.", "", "Cadiz 31", "Vigo 12"]
    assert document.layout.extra["alternatives"][0][1] == (("ferry", 0.3),)
    assert document.layout.extra["line_role"].tolist()[3:] == [Role.TABLE, Role.TABLE]


def test_page_with_lines_only() -> None:
    document = sample("page-lines.xml")
    assert document.source.text.splitlines()[:2] == ["The tug left the nor th", "pier and did not return."]
    assert document.pieces is not None
    assert document.pieces.whole.all()
    assert document.layout.word_box[0, 0] == 100.0
    assert document.layout.word_box[5, 2] == 900.0


def test_abbyy_6() -> None:
    document = sample("abbyy6.xml")
    assert document.source.text == "The ferrv left¬\nat noon.\n\f\n"
    assert document.version == "6"
    assert document.layout.word_box[1].tolist() == [180.0, 100.0, 276.0, 124.0]
    assert document.layout.extra["character_confidence"][8] == pytest.approx(0.4)
    assert document.layout.word_confidence[1] == pytest.approx(0.84)
    assert document.layout.pages == 2


def test_abbyy_10() -> None:
    document = sample("abbyy10.xml")
    assert document.source.text == "REPORT 7\n\ntlie tug\n\nCadiz 31\n"
    roles = document.layout.extra["line_role"].tolist()
    assert (roles[0], roles[-1]) == (Role.PAGE_HEADER, Role.TABLE)
    assert document.layout.extra["alternatives"][0][1][0][0] == "the"
    assert np.isnan(document.layout.word_confidence[-1])


def test_djvuxml() -> None:
    document = sample("djvu.xml")
    assert document.source.text == "The ferrv\nleft at'noon.\n\nIt\n\f\n"
    assert document.layout.word_box[0].tolist() == [100.0, 100.0, 160.0, 124.0]
    assert document.layout.word_confidence[1] == pytest.approx(0.31)
    assert document.layout.page_image == ("report_0001.djvu", "report_0002.djvu")


def test_pdf() -> None:
    pytest.importorskip("pypdfium2", reason="the extra pdf is not installed")
    document = sample("tesseract.pdf")
    assert " ".join(document.source.text.split()) == " ".join(TEXT.split())
    assert "that nego-\ntiations with" in document.source.text
    assert document.unit == "point"
    pixels = sample("tesseract.hocr").layout.word_box
    assert np.abs(document.layout.word_box * 150 / 72 - pixels)[:, 0].max() < 6


def test_plain_text_stays_as_it_is() -> None:
    data = b"The  tug\r\n\x0b left\x0c"
    document = read_document(data)
    assert document.format == "text"
    assert document.source.text == "The  tug\r\n\x0b left\x0c"
    assert document.source.container is None


def test_gzip_and_zip_and_folder_and_mets_of_pages(tmp_path: Path) -> None:
    pages = {"p10.xml": "page2019.xml", "p2.xml": "page2013.xml"}
    expected = sample("page2013.xml").source.text + "\f" + sample("page2019.xml").source.text
    packed = gzip.compress((FORMATS / "tesseract.hocr").read_bytes())
    assert read_document(packed).source.text == TEXT
    assert read_document(packed).source.to_bytes() == packed

    folder = tmp_path / "book"
    folder.mkdir()
    for name, made_from in pages.items():
        (folder / name).write_bytes((FORMATS / made_from).read_bytes())
    (folder / "p2.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "p2.txt").write_text("the same as text", encoding="utf-8")
    found = read_document(folder)
    assert found.source.text == expected
    assert found.members == ("p2.xml", "p10.xml")
    assert found.source.warnings == (f"{folder}: 1 file of plain text left out beside PAGE XML",)
    assert [member.data for member in members_of(found.source)] == [
        (FORMATS / pages[name]).read_bytes() for name in ("p2.xml", "p10.xml")
    ]
    assert read_document(folder).source.sha256 == found.source.sha256

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, made_from in pages.items():
            archive.write(FORMATS / made_from, name)
    assert read_document(buffer.getvalue()).source.text == expected
    assert read_document(buffer.getvalue()).source.to_bytes() == buffer.getvalue()

    (folder / "mets.xml").write_bytes(mets("p10.xml", "p2.xml"))
    ordered = sample("page2019.xml").source.text + "\f" + sample("page2013.xml").source.text
    for place in (folder, folder / "mets.xml"):
        again = read_document(place)
        assert again.source.text == ordered
        assert read_again(again.source).source.text == ordered


def mets(*places: str) -> bytes:
    files = "".join(
        f'<file ID="F{k}" MIMETYPE="text/xml"><FLocat LOCTYPE="URL" xlink:href="{place}"/></file>'
        for k, place in enumerate(places)
    )
    divs = "".join(f'<div ORDER="{k}"><fptr FILEID="F{k}"/></div>' for k in range(len(places)))
    return (
        '<?xml version="1.0"?><mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<fileSec><fileGrp USE="DEFAULT"><file ID="I1" MIMETYPE="image/png"/></fileGrp>'
        f'<fileGrp USE="FULLTEXT">{files}</fileGrp></fileSec>'
        f'<structMap TYPE="PHYSICAL"><div>{divs}</div></structMap></mets>'
    ).encode()


def test_utf_16_and_text_in_a_gzip() -> None:
    text = (FORMATS / "alto2.xml").read_text(encoding="utf-8").replace("UTF-8", "UTF-16")
    assert read_document(text.encode("utf-16")).source.text == sample("alto2.xml").source.text
    assert (
        read_document(gzip.compress(b"The tug\n\n\n left\x0cat noon.")).source.text == "The tug\n\n left\n\fat noon.\n"
    )


def test_a_container_that_was_changed_is_noticed() -> None:
    document = sample("alto2.xml")
    container = document.source.container
    assert container is not None
    changed = replace(container, data=container.data.replace(b"ferrv", b"fairy"))
    with pytest.raises(SourceError, match="no longer gives the text"):
        read_again(replace(document.source, container=changed, sha256=""))


def test_a_path_is_read_in_its_format() -> None:
    document = sample("tesseract.hocr")
    found = restore(FORMATS / "tesseract.hocr", "prose")
    assert found.source.to_bytes() == document.source.to_bytes()
    assert len(found.layout.word_box) == found.layout.words
    assert [part.text for part in restore_all(FORMATS / "tesseract.hocr", "prose")] == [found.text]
