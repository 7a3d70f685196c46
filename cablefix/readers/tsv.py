"""Tesseract's TSV: one row a word, with numbers of page, block, paragraph and line.

Format: the header row of `tesseract IMAGE OUT tsv`, versions 3.05 to 5. Level 1 is a page, 5 a word.
"""

from __future__ import annotations

from collections.abc import Iterator

from cablefix.readers.build import FormatFacts, clean_text
from cablefix.readers.document import NO_CONFIDENCE, Box, Page, PageLine, Word
from cablefix.text import SourceError

MEDIA_TYPE = "text/tab-separated-values"
FORMAT = "tsv"
HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
_COLUMNS = 12


def tsv_pages(data: bytes, name: str, facts: FormatFacts) -> Iterator[Page]:
    """The pages of a TSV file of Tesseract, one at a time.

    Boxes are in pixels, confidences are `conf` divided by 100. Raises `SourceError` naming the file, the line and
    the remedy.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        remedy = "Tesseract writes UTF-8, take the file from a copy"
        raise SourceError(f"{name}, line {line}: not UTF-8; {remedy}") from error
    facts.engine = "tesseract"
    return _pages(text, name)


def _pages(text: str, name: str) -> Iterator[Page]:
    page = Page()
    place: tuple[str, str, str] | None = None
    block: tuple[str, str] | None = None
    current = ""
    paragraph = 0
    words: list[Word] = []
    box: Box | None = None
    for count, row in enumerate(text.split("\n"), 1):
        cells = row.rstrip("\r").split("\t", _COLUMNS - 1)
        if count == 1 or cells == [""]:
            continue
        if len(cells) < _COLUMNS - 1:
            found = f"{len(cells)} columns, not {_COLUMNS}"
            raise SourceError(f"{name}, line {count}: {found}; the file is cut off or damaged, take it from a copy")
        level, now = cells[0], cells[1]
        if now != current:
            if current:
                yield page
            page, current, place, block = Page(), now, None, None
        try:
            left, top, width, height = (float(value) for value in cells[6:10])
            percent = float(cells[10])
        except ValueError as error:
            raise SourceError(f"{name}, line {count}: {error}; the file is damaged, take it from a copy") from error
        if level == "1":
            page.width, page.height = width, height
        elif level == "5" and len(cells) == _COLUMNS and cells[11].strip():
            if place != (cells[2], cells[3], cells[4]):
                place = (cells[2], cells[3], cells[4])
                if block != place[:2]:
                    block = place[:2]
                    paragraph += 1
                words = []
                page.lines.append(PageLine(words, box, paragraph))
                box = None
            sure = percent / 100 if percent >= 0 else NO_CONFIDENCE
            words.append(Word(clean_text(cells[11]), (left, top, left + width, top + height), sure))
        elif level == "4":
            place = None
            box = (left, top, left + width, top + height)
    if current:
        yield page
