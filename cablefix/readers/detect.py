"""Which format a file is in, by its content. Its name does not count."""

from __future__ import annotations

from cablefix.readers.tsv import HEADER
from cablefix.readers.xml import root_of
from cablefix.text import SourceError

GZIP, ZIP, METS = "gzip", "zip", "mets"

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", GZIP),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"%PDF-", "pdf"),
)
# What is not text and holds none that we can read, and what to do about it.
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image", "run OCR on it first"),
    (b"\xff\xd8\xff", "a JPEG image", "run OCR on it first"),
    (b"II*\x00", "a TIFF image", "run OCR on it first"),
    (b"MM\x00*", "a TIFF image", "run OCR on it first"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image", "run OCR on it first"),
    (b"AT&TFORM", "a DjVu file", "take its text out with djvutoxml or djvutxt first"),
    (b"\xd0\xcf\x11\xe0", "an old office document", "save it as plain text first"),
    (b"BZh", "a bzip2 archive", "unpack it first"),
    (b"\xfd7zXZ\x00", "an xz archive", "unpack it first"),
    (b"(\xb5/\xfd", "a zstd archive", "unpack it first"),
)
_ROOTS = {"alto": "alto", "PcGts": "page", "DjVuXML": "djvuxml", "mets": METS}
_HOCR_MARKS = (b"ocr_page", b"ocr_line", b"ocrx_word", b"ocr-system", b"ocr_carea")
# A PDF may begin with so many bytes of something else (ISO 32000-1, Annex H).
_PDF_SEARCH = 1024


def detect_format(data: bytes, name: str = "<bytes>") -> str:
    """The name of the format: hocr, alto, page, abbyy, djvuxml, tsv, pdf, text, gzip, zip or mets.

    Raises `SourceError` for images and other files that hold no OCR text, and for XML and HTML of other kinds.

    >>> detect_format(b'<?xml version="1.0"?><alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"/>')
    'alto'
    """
    for mark, kind in _MAGIC:
        if data.startswith(mark):
            return kind
    for mark, what, remedy in _FOREIGN:
        if data.startswith(mark):
            raise SourceError(f"{name}: is {what}; {remedy}")
    if b"%PDF-" in data[:_PDF_SEARCH] and b"%%EOF" in data[-_PDF_SEARCH:]:
        return "pdf"
    if data[:400].removeprefix(b"\xef\xbb\xbf").startswith(HEADER.encode()):
        return "tsv"
    return _detect_markup(data, name)


def _detect_markup(data: bytes, name: str) -> str:
    root, attributes = root_of(data)
    declared = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<?xml")
    if root in _ROOTS:
        return _ROOTS[root]
    if root == "document" and ("FineReader_xml" in attributes or "producer" in attributes):
        return "abbyy"
    if root.lower() in ("html", "body", "div"):
        if any(mark in data for mark in _HOCR_MARKS):
            return "hocr"
        marks = "ocr_page, ocr_line or ocrx_word"
        raise SourceError(f"{name}: is HTML, but no hOCR (it has no {marks}); give hOCR or text")
    if root == "TEI":
        raise SourceError(f"{name}: is TEI; `cablefix undo` takes the source out of TEI that cablefix wrote")
    if declared and root:
        known = "hOCR, ALTO, PAGE, ABBYY, DjVuXML and METS"
        raise SourceError(f"{name}: is XML with the root {root!r}, which is none of {known}; convert it first")
    if declared:
        raise SourceError(f"{name}: says that it is XML but has no root element; the file is cut off or damaged")
    return "text"
