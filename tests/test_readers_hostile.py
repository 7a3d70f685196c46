"""Malformed, cut off, wrongly encoded and hostile files: each ends in one clear error that names the file."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cablefix.readers.archives import pack, safe_name
from cablefix.readers.mets import mets_files
from cablefix.readers.read import read_document
from cablefix.text import SourceError
from tests.format_support import FORMATS

ALTO = '<?xml version="1.0" encoding="UTF-8"?><alto xmlns="http://www.loc.gov/standards/alto/ns-v3#">'


def sample(name: str) -> bytes:
    return (FORMATS / name).read_bytes()


def zip_of(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def bomb(levels: int) -> bytes:
    entities = "".join(f'<!ENTITY e{k} "{f"&e{k - 1};" * 10}">' for k in range(1, levels))
    return (
        f'<?xml version="1.0"?><!DOCTYPE alto [<!ENTITY e0 "ha">{entities}]>'
        f'<alto xmlns="http://www.loc.gov/standards/alto/ns-v3#"><Layout><Page ID="&e{levels - 1};"/></Layout></alto>'
    ).encode()


def lying_zip() -> bytes:
    """A zip that says its member is longer than it is."""
    data = bytearray(zip_of(("a.xml", sample("alto2.xml"))))
    size = len(sample("alto2.xml")).to_bytes(4, "little")
    place = data.rindex(size)
    data[place : place + 4] = (len(sample("alto2.xml")) + 5).to_bytes(4, "little")
    return bytes(data)


CASES: dict[str, tuple[bytes, str]] = {
    "an entity bomb": (bomb(10), "declares entities"),
    "an entity in hOCR": (
        b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><div class="ocr_page">&x;</div></html>',
        "declares entities",
    ),
    "an entity bomb in UTF-16": (bomb(10).decode().encode("utf-16"), "declares entities"),
    "deep nesting": ((ALTO + "<Layout>" * 5000).encode(), "not well-formed XML"),
    "a huge attribute": (
        (f'{ALTO}<Layout><Page ID="{"x" * 11_000_000}"/></Layout></alto>').encode(),
        "not well-formed",
    ),
    "cut off ALTO": (sample("alto2.xml")[:1500], "line 2"),
    "cut off hOCR": (sample("tesseract.hocr")[:6000], "cut off or damaged"),
    "cut off ABBYY": (sample("abbyy10.xml")[:2000], "cut off or damaged"),
    "cut off TSV": (sample("tesseract.tsv")[:900], "columns, not 12|could not convert"),
    "a TSV with a word for a number": (
        sample("tesseract.tsv").replace(b"1275", b"wide", 1),
        "line 2: could not convert",
    ),
    "wrong encoding": (
        sample("alto2.xml").replace(b"ferrv", "f\xe9rry".encode("latin-1")),
        "not in the encoding that its first line declares",
    ),
    "Latin-1 TSV": (sample("tesseract.tsv").replace(b"HARBOUR", b"HARB\xd6UR"), "not UTF-8"),
    "XML without a root": (b'<?xml version="1.0"?>\n', "has no root element"),
    "XML of another kind": (b'<?xml version="1.0"?><svg/>', "root 'svg'"),
    "TEI": (b'<?xml version="1.0"?><TEI xmlns="http://www.tei-c.org/ns/1.0"/>', "is TEI"),
    "HTML that is no hOCR": (b"<!DOCTYPE html><html><body>The tug left.</body></html>", "no hOCR"),
    "ALTO without pages": ((ALTO + "<Layout/></alto>").encode(), "has no page"),
    "an image": (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "PNG image; run OCR"),
    "DjVu": (b"AT&TFORM\0\0\0\0DJVM", "djvutoxml"),
    "no whole PDF": (b"%PDF-1.4\n%broken", "cannot be opened as a PDF|needs pypdfium2"),
    "cut off gzip": (gzip.compress(sample("alto2.xml"))[:200], "gzip file is cut off"),
    "damaged gzip": (gzip.compress(sample("alto2.xml"))[:40] + b"\xff" * 200, "gzip file is"),
    "a gzip bomb": (gzip.compress(b"\0" * (80 << 20)), "unpacks to more than"),
    "gzip in gzip": (gzip.compress(gzip.compress(b"The tug left.")), "packed twice"),
    "a zip bomb": (zip_of(("a.xml", b"\0" * (80 << 20))), "unpacks to 80 MB"),
    "a zip that lies": (lying_zip(), "not as long as the archive says|damaged"),
    "a damaged zip": (zip_of(("a.xml", sample("alto2.xml")))[:300], "zip archive is damaged"),
    "a zip with a way out": (zip_of(("../../a.xml", sample("alto2.xml"))), "leads out of it"),
    "a zip without pages": (zip_of(("a.png", b"\x89PNG\r\n\x1a\n")), "no page in a format that can be read"),
    "METS without its folder": (
        b'<?xml version="1.0"?><mets xmlns="http://www.loc.gov/METS/"/>',
        "only names its pages",
    ),
}


@pytest.mark.parametrize("name", list(CASES))
def test_each_ends_in_one_clear_error(name: str) -> None:
    data, expected = CASES[name]
    with pytest.raises(SourceError, match=expected) as caught:
        read_document(data, "given.file")
    message = str(caught.value)
    assert message.startswith("given.file")
    assert "\n" not in message
    assert len(message) < 400
    assert ";" in message or "," in message  # what is wrong, and what to do


def mets(href: str) -> bytes:
    return (
        '<?xml version="1.0"?><mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink">'
        '<fileSec><fileGrp USE="ALTO"><file ID="F">'
        f'<FLocat LOCTYPE="URL" xlink:href="{href}"/></file></fileGrp></fileSec></mets>'
    ).encode()


@pytest.mark.parametrize(
    "href",
    ["../secret.xml", "/etc/passwd", "file:///etc/passwd", "a/../../b.xml", "C:\\secret.xml", "%2e%2e/secret.xml"],
)
def test_mets_names_nothing_outside_its_folder(href: str, tmp_path: Path) -> None:
    inside = tmp_path / "book"
    inside.mkdir()
    (tmp_path / "secret.xml").write_bytes(sample("alto2.xml"))
    (inside / "mets.xml").write_bytes(mets(href))
    with pytest.raises(SourceError, match=r"outside its own folder|points at C:"):
        read_document(inside / "mets.xml")


def test_mets_follows_no_link_out_of_its_folder(tmp_path: Path) -> None:
    inside = tmp_path / "book"
    inside.mkdir()
    (tmp_path / "secret.xml").write_bytes(sample("alto2.xml"))
    (inside / "a.xml").symlink_to(tmp_path / "secret.xml")
    (inside / "mets.xml").write_bytes(mets("a.xml"))
    with pytest.raises(SourceError, match="outside its own folder"):
        read_document(inside / "mets.xml")


def test_mets_goes_to_no_network() -> None:
    with pytest.raises(SourceError, match="download the page files"):
        mets_files(mets("https://example.org/a.xml"), "mets.xml")


def test_mets_with_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "mets.xml").write_bytes(mets("a.xml"))
    with pytest.raises(SourceError, match=r"a\.xml: cannot be read"):
        read_document(tmp_path / "mets.xml")
    with pytest.raises(SourceError, match=r"names a\.xml, which is not there"):
        read_document(tmp_path)


@pytest.mark.parametrize("name", ["/a.xml", "../a", "a/../../b", "C:a", "..\\a"])
def test_names_that_lead_out_of_an_archive(name: str) -> None:
    with pytest.raises(SourceError, match="leads out of it"):
        safe_name(name, "book.zip")


def test_a_file_and_a_folder_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.xml: cannot be read"):
        read_document(tmp_path / "none.xml")
    with pytest.raises(SourceError, match="holds no page"):
        read_document(tmp_path)


@pytest.mark.parametrize(
    "name", ["alto2.xml", "page2019.xml", "tesseract.hocr", "tesseract.tsv", "abbyy10.xml", "djvu.xml"]
)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(name: str, data: st.DataObject) -> None:
    """Whatever is done to the bytes, there is a document or a SourceError, and never another exception."""
    whole = bytearray(sample(name))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        action = data.draw(st.sampled_from(("cut", "change", "drop")))
        if action == "cut":
            del whole[place:]
        elif action == "change":
            whole[place] = data.draw(st.integers(0, 255))
        else:
            del whole[place : place + data.draw(st.integers(1, 40))]
        if not whole:
            break
    try:
        document = read_document(bytes(whole), name)
    except SourceError:
        return
    assert document.source.to_bytes() == bytes(whole)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        document = read_document(data, "any")
    except SourceError:
        return
    assert document.source.to_bytes() == data


def test_an_archive_of_the_same_files_has_the_same_bytes() -> None:
    from cablefix.readers.archives import Member

    members = [Member("b.xml", b"<b/>"), Member("a.xml", zlib.compress(b"a" * 100))]
    assert pack(members) == pack(members)


def test_mets_takes_the_group_with_text_and_leaves_images_out() -> None:
    groups = (
        '<fileGrp USE="DEFAULT"><file ID="I" MIMETYPE="image/png"><FLocat xlink:href="a.png"/></file></fileGrp>'
        '<fileGrp USE="OCR-D-IMG-BIN"><file ID="B" MIMETYPE="image/png"><FLocat xlink:href="b.png"/></file></fileGrp>'
        '<fileGrp USE="OCR-D-SEG"><file ID="S" MIMETYPE="application/vnd.prima.page+xml"><FLocat xlink:href="s.xml"/>'
        "</file></fileGrp>"
        '<fileGrp USE="OCR-D-OCR-1"><file ID="F" MIMETYPE="application/vnd.prima.page+xml"><FLocat xlink:href="f.xml"/>'
        '</file><file ID="G" MIMETYPE="image/png"><FLocat xlink:href="g.png"/></file></fileGrp>'
    )
    head = '<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink"><fileSec>'
    assert mets_files(f"{head}{groups}</fileSec></mets>".encode()) == ["f.xml"]
    only_images = groups.split("</fileGrp>")[0] + "</fileGrp>"
    images = f"{head}{only_images}</fileSec></mets>".encode()
    with pytest.raises(SourceError, match="no file group with OCR text"):
        mets_files(images)
    beside = read_document(zip_of(("mets.xml", images), ("p1.xml", sample("alto2.xml"))))
    assert beside.members == ("p1.xml",)
