"""The text layer of a PDF, read with pdfium (extra `pdf`).

Characters come in the order of the file with their boxes in points (1/72 inch) from the lower left corner; here they
are turned to the upper left corner. Pages without text come as empty pages: such a PDF needs OCR first.
"""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Iterator
from typing import Any

from cablefix.readers.build import FormatFacts
from cablefix.readers.document import Box, Page, PageLine, Word, around
from cablefix.text import SourceError

MEDIA_TYPE = "application/pdf"
FORMAT = "pdf"
_POINTS_PER_INCH = 72.0
# How pdfium marks a hyphen at a line end; no line break follows it.
_LINE_END_HYPHENS = ("\x02", "\ufffe")
# A line that begins so far below the one before it, in heights of that one, begins a new paragraph.
_PARAGRAPH_STEP = 2.2


def pdf_pages(data: bytes, name: str, facts: FormatFacts) -> Iterator[Page]:
    """The pages of a PDF, one at a time; `facts` is filled in.

    Raises `SourceError` where the extra is not installed, the file is no whole PDF or locked by a password.
    """
    try:
        import pypdfium2 as pdfium
    except ImportError as error:
        remedy = "install it with pip install 'cablefix[pdf]', or take the text out with pdftotext"
        raise SourceError(f"{name}: reading a PDF needs pypdfium2; {remedy}") from error
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        remedy = "if it opens in a viewer, print it to a new file without a password"
        raise SourceError(f"{name}: cannot be opened as a PDF ({error}); {remedy}") from error
    facts.unit = "point"
    try:
        facts.engine = document.get_metadata_dict().get("Producer", "")
        yield from _pages(document, pdfium.raw)
    finally:
        document.close()


def _pages(document: Any, raw: Any) -> Iterator[Page]:
    for number in range(len(document)):
        page = document[number]
        text_page = page.get_textpage()
        try:
            width, height = page.get_size()
            yield Page(_read_lines(text_page, raw, height), width, height, resolution=_POINTS_PER_INCH)
        finally:
            text_page.close()
            page.close()


def _read_lines(text_page: Any, raw: Any, height: float) -> list[PageLine]:
    """The lines as pdfium breaks them: CR LF between lines, a blank where it sees a gap, a mark for a divided word."""
    count = text_page.count_chars()
    lines: list[PageLine] = []
    words: list[Word] = []
    text: list[str] = []
    boxes: list[Box] = []
    edges = [ctypes.c_double() for _ in range(4)]
    pointers = [ctypes.byref(edge) for edge in edges]
    handle = text_page.raw

    def end_word() -> None:
        if text:
            words.append(Word("".join(text), around(boxes)))
            text.clear()
            boxes.clear()

    def end_line() -> None:
        nonlocal words
        end_word()
        if words:
            lines.append(PageLine(words, around(word.box for word in words)))
            words = []

    for k in range(count):
        code = raw.FPDFText_GetUnicode(handle, k)
        char = chr(code) if 0 < code < 0x110000 else ""
        hyphen = char in _LINE_END_HYPHENS
        if char in ("\r", "\n"):
            end_line()
        elif not char or char.isspace():
            end_word()
        else:
            text.append("-" if hyphen else char)
            if raw.FPDFText_GetCharBox(handle, k, *pointers):
                left, right, bottom, top = (edge.value for edge in edges)
                boxes.append((left, height - top, right, height - bottom))
            if hyphen:
                end_line()
    end_line()
    _number_paragraphs(lines)
    return lines


def _number_paragraphs(lines: list[PageLine]) -> None:
    """Set lines apart as paragraphs where the page leaves a wider gap."""
    paragraph = 0
    for before, line in itertools.pairwise(lines):
        if before.box and line.box:
            step = line.box[3] - before.box[3]
            tall = max(before.box[3] - before.box[1], line.box[3] - line.box[1])
            if step < 0 or step > _PARAGRAPH_STEP * tall:
                paragraph += 1
        line.paragraph = paragraph
