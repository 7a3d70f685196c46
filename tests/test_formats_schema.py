"""What is written is valid: by the formats' own schemas where they are at hand, by structure always."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from lxml import etree

from cablefix.readers.read import read_document
from cablefix.restored import Restored
from cablefix.writers.alto import write_alto
from cablefix.writers.hocr import write_hocr
from cablefix.writers.page import write_page
from tests.format_support import FORMATS, edit, joined, sample, schema, with_edits

# The order in which the children of an element must stand; what is not named may not stand there.
_ALTO_ORDER = {
    "alto": ("Description", "Styles", "Tags", "ReadingOrder", "Layout"),
    "Description": ("MeasurementUnit", "sourceImageInformation", "OCRProcessing", "Processing"),
    "OCRProcessing": ("preProcessingStep", "ocrProcessingStep", "postProcessingStep"),
    "Page": ("TopMargin", "LeftMargin", "RightMargin", "BottomMargin", "PrintSpace"),
    "String": ("Shape", "ALTERNATIVE", "Glyph"),
    "Processing": (
        "processingCategory",
        "processingDateTime",
        "processingAgency",
        "processingStepDescription",
        "processingStepSettings",
        "processingSoftware",
    ),
}
_PAGE_ORDER = {
    "PcGts": ("Metadata", "Page"),
    "Metadata": ("Creator", "Created", "LastChange", "Comments", "UserDefined", "MetadataItem"),
    "TextLine": ("AlternativeImage", "Coords", "Baseline", "Word", "TextEquiv", "TextStyle", "UserDefined", "Labels"),
    "Word": ("AlternativeImage", "Coords", "Glyph", "TextEquiv", "TextStyle", "UserDefined", "Labels"),
    "TextEquiv": ("PlainText", "Unicode"),
}
_NEEDED = {
    "String": ("CONTENT",),
    "HYP": ("CONTENT",),
    "TextBlock": ("ID",),
    "Page": ("ID", "imageFilename"),
    "Word": ("id",),
    "TextLine": (),
    "MetadataItem": ("value",),
}


def check_structure(data: bytes, order: dict[str, tuple[str, ...]]) -> None:
    root = etree.fromstring(data)
    ids: list[str] = []
    for element in root.iter(etree.Element):
        name = element.tag.rpartition("}")[2]
        children = [child.tag.rpartition("}")[2] for child in element.iterchildren(etree.Element)]
        if name in order:
            places = [order[name].index(child) for child in children]
            assert places == sorted(places), f"{name}: {children}"
        if _NEEDED.get(name):
            assert any(key in element.attrib for key in _NEEDED[name]), f"{name}: {dict(element.attrib)}"
        ids.extend(value for key, value in element.attrib.items() if key in ("ID", "id"))
        assert not any(character in "\x00\x0b" for character in "".join(element.itertext()))
    assert len(ids) == len(set(ids))


CASES = [
    ("alto2.xml", "alto-2-1", write_alto),
    ("alto4.xml", "alto-4-3", write_alto),
    ("tesseract.alto.xml", "alto-3-1", write_alto),
    ("tesseract.hocr", "alto-4-2", write_alto),
    ("abbyy10.xml", "alto-4-2", write_alto),
    ("page2013.xml", "page-2013-07-15", write_page),
    ("page-lines.xml", "page-2013-07-15", write_page),
    ("page2019.xml", "page-2019-07-15", write_page),
    ("abbyy10.xml", "page-2019-07-15", write_page),
    ("archive.hocr", "page-2019-07-15", write_page),
]
# The versions whose schema no package carries, and the nearest that one does.
_NEAREST = {
    "alto-2-1": "alto-4-2",
    "alto-3-1": "alto-4-2",
    "alto-4-3": "alto-4-2",
    "page-2013-07-15": "page-2019-07-15",
}
_NAMESPACES = {
    "alto-4-2": "http://www.loc.gov/standards/alto/ns-v4#",
    "page-2019-07-15": "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15",
}


def written(name: str, write: Callable[[Restored], bytes]) -> bytes:
    """A file with a change, a split and, where there is one, a hyphen marked."""
    document = sample(name)
    if name == "tesseract.alto.xml":
        # Tesseract gives the ids of its first page again on the second; a file of one page is valid.
        data = (FORMATS / name).read_bytes()
        second, end = data.rindex(b"<Page "), data.rindex(b"</Page>") + len(b"</Page>")
        document = read_document(data[:second] + data[end:], name)
    text = document.source.text
    words = [word for word in dict.fromkeys(text.split()) if text.count(word) == 1 and len(word) > 2]
    edits = [edit(document, words[0], words[0].swapcase())]
    edits += [edit(document, word, f"{word[:2]} {word[2:]}") for word in words[1:2]]
    lines = [n for n, line in enumerate(text.split("\n")) if line.endswith(("-", "¬"))]
    layout = joined(document, lines[-1]) if lines else None
    data = write(with_edits(document, *edits, layout=layout))
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.read(archive.namelist()[0])
    return data


@pytest.mark.parametrize("name,xsd,write", CASES)
def test_valid_by_the_schema_of_the_format(name: str, xsd: str, write: Callable[[Restored], bytes]) -> None:
    found = schema(xsd)
    tree = etree.fromstring(written(name, write)).getroottree()
    assert found.validate(tree), found.error_log


@pytest.mark.parametrize("name,xsd,write", [case for case in CASES if case[1] in _NEAREST])
def test_valid_by_the_schema_of_another_version(name: str, xsd: str, write: Callable[[Restored], bytes]) -> None:
    """What these files have is the same in both versions, but for the name space and the reading order of ALTO 4.3."""
    found = schema(_NEAREST[xsd])
    data = written(name, write)
    own = etree.QName(etree.fromstring(data)).namespace or ""
    root = etree.fromstring(data.replace(own.encode(), _NAMESPACES[_NEAREST[xsd]].encode()))
    for order in root.findall("{*}ReadingOrder") if xsd == "alto-4-3" else ():
        root.remove(order)
    assert found.validate(root.getroottree()), found.error_log


@pytest.mark.parametrize("name,xsd,write", CASES)
def test_well_built(name: str, xsd: str, write: Callable[[Restored], bytes]) -> None:
    check_structure(written(name, write), _ALTO_ORDER if xsd.startswith("alto") else _PAGE_ORDER)


@pytest.mark.parametrize("name", ["tesseract.hocr", "abbyy10.xml", "alto2.xml"])
def test_hocr_has_what_the_specification_asks_for(name: str) -> None:
    """hOCR 1.2, sections 3.3 and 15: system and capabilities in the head, a box for each page, line and word."""
    root = etree.fromstring(written(name, write_hocr))
    metas = {element.get("name"): element.get("content") for element in root.iter("{*}meta")}
    assert metas["ocr-system"]
    declared = (metas["ocr-capabilities"] or "").split()
    used = {element.get("class") for element in root.iter() if (element.get("class") or "").startswith("ocr")}
    assert used <= {*declared, "ocr_header", "ocr_caption", "ocr_textfloat"}
    for element in root.iter():
        if element.get("class") in ("ocr_page", "ocr_line", "ocrx_word"):
            assert "bbox " in (element.get("title") or "")
    pages = [element for element in root.iter("{*}div") if element.get("class") == "ocr_page"]
    assert all(page.getparent().tag.endswith("body") for page in pages)
