"""ABBYY FineReader XML, versions 6 to 10: one element a character, with its box, confidence and doubts.

Format: FineReader6-schema-v1 and FineReader10-schema-v1 of ABBYY. archive.org kept millions of books in it
(`*_abbyy.gz`). A word has no element; it is what stands between blanks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from cablefix.readers.build import FormatFacts
from cablefix.readers.document import NO_CONFIDENCE, Box, Page, PageLine, Role, Style, Word, around
from cablefix.readers.xml import local_name, number, root_of, stream_elements

MEDIA_TYPE = "application/xml+abbyy"
FORMAT = "abbyy"

# charConfidence goes to 100; 255 and negative numbers say that there is none. A suspicious character counts as at
# most this sure.
_MOST_IF_SUSPICIOUS = 0.5
_ROLES = {
    "heading": Role.HEADING,
    "rt": Role.PAGE_HEADER,
    "garb": Role.MARGIN,
    "tableText": Role.TABLE,
    "tableHeading": Role.TABLE,
    "pictureCaption": Role.CAPTION,
    "tableCaption": Role.CAPTION,
}
_TRUE = ("1", "true")


@dataclass(slots=True)
class _WordParts:
    """The characters of a word as they come."""

    text: list[str] = field(default_factory=list)
    boxes: list[Box | None] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    style: int = 0
    alternatives: tuple[tuple[str, float], ...] = ()

    def word(self) -> Word:
        text = "".join(self.text)
        known = [value for value in self.confidences if value == value]
        mean = sum(known) / len(known) if known else NO_CONFIDENCE
        characters = tuple(self.confidences) if known and len(self.confidences) == len(text) else ()
        others = tuple(item for item in self.alternatives if item[0] != text)
        return Word(text, around(self.boxes), mean, "", False, self.style, others, characters)


def abbyy_pages(data: bytes, name: str, facts: FormatFacts) -> Iterator[Page]:
    """The pages of an ABBYY FineReader XML file, one at a time; `facts` is filled in.

    Raises `SourceError` naming the file, the place and the remedy.

    The confidence of a word is the mean of its characters' `charConfidence`; characters marked `suspicious` count at
    most one half. `wordRecVariants` give the alternatives.
    """
    facts.version = abbyy_version(data)
    return _pages(stream_elements(data, "{*}page", name), facts)


def abbyy_version(data: bytes) -> str:
    """The number in the name of the schema: "6", "8", "9", "10"; "" where unknown."""
    _, mark, rest = root_of(data)[1].partition("FineReader_xml/FineReader")
    return rest.split("-", 1)[0] if mark else ""


def _pages(elements: Iterator[etree._Element], facts: FormatFacts) -> Iterator[Page]:
    roles: dict[str, Role] | None = None
    for element in elements:
        if roles is None:
            root = element.getroottree().getroot()
            facts.engine = root.get("producer") or ""
            styles = root.iter("{*}paragraphStyle")
            roles = {item.get("id") or "": _ROLES.get(item.get("role") or "", Role.TEXT) for item in styles}
        yield _read_page(element, roles)


def _read_page(element: etree._Element, roles: dict[str, Role]) -> Page:
    page = Page(
        width=number(element.get("width")),
        height=number(element.get("height")),
        resolution=number(element.get("resolution")),
        element=element,
    )
    paragraph = 0
    for block in element.iterchildren("{*}block"):
        if (block.get("blockType") or "") == "Table":
            paragraph += 1
            for line in _read_table(block, roles):
                line.paragraph = paragraph
                page.lines.append(line)
            continue
        for found in block.iterchildren("{*}text"):
            for lines in _read_text(found, roles):
                paragraph += 1
                for line in lines:
                    line.paragraph = paragraph
                page.lines.extend(lines)
    return page


def _read_text(text: etree._Element, roles: dict[str, Role]) -> Iterator[list[PageLine]]:
    """The lines of each paragraph."""
    for paragraph in text.iterchildren("{*}par"):
        role = roles.get(paragraph.get("style") or "", Role.TEXT)
        lines = [_read_line(line, role) for line in paragraph.iterchildren("{*}line")]
        yield [line for line in lines if line.words]


def _read_table(block: etree._Element, roles: dict[str, Role]) -> Iterator[PageLine]:
    """A table row by row: cells of one line make one line; others come cell by cell."""
    for row in block.iterchildren("{*}row"):
        cells = []
        for cell in row.iterchildren("{*}cell"):
            lines = [line for text in cell for part in _read_text(text, roles) for line in part]
            if lines:
                cells.append(lines)
        single = all(len(lines) == 1 for lines in cells)
        if single and cells:
            words = [word for lines in cells for word in lines[0].words]
            yield PageLine(words, around(lines[0].box for lines in cells), role=Role.TABLE)
            continue
        for lines in cells:
            for line in lines:
                line.role = Role.TABLE
                yield line


def _read_line(line: etree._Element, role: Role) -> PageLine:
    words: list[Word] = []
    word = _WordParts()
    for formatting in line.iterchildren("{*}formatting"):
        style = _style(formatting)
        if not len(formatting):
            word = _read_plain(formatting.text or "", word, words, style)
            continue
        for child in formatting:
            kind = local_name(child)
            if kind == "charParams":
                word = _read_character(child, word, words, style)
            elif kind == "wordRecVariants":
                word.alternatives = _read_variants(child)
    if word.text:
        words.append(word.word())
    baseline = line.get("baseline")
    heights = (number(baseline), number(baseline)) if baseline else None
    return PageLine(words, _box(line), role=role, baseline=heights)


def _read_character(element: etree._Element, word: _WordParts, words: list[Word], style: int) -> _WordParts:
    """Add a character to the word; a blank ends it. Returns the word that goes on."""
    text = element.text or ""
    if not text and len(element):
        # charRecVariants stand before the character itself, which is then the tail of them.
        text = "".join(child.tail or "" for child in element)
    text = text.replace("\t", " ")
    if not text.strip():
        if word.text:
            words.append(word.word())
            return _WordParts()
        return word
    value = element.get("charConfidence")
    sure = number(value) / 100 if value is not None else NO_CONFIDENCE
    if sure > 1.0 or sure < 0.0:
        sure = NO_CONFIDENCE
    if element.get("suspicious") in _TRUE:
        sure = min(sure, _MOST_IF_SUSPICIOUS) if sure == sure else _MOST_IF_SUSPICIOUS
    text = "".join(text.split())
    word.text.append(text)
    word.boxes.append(_box(element))
    word.confidences.extend([sure] * len(text))
    word.style |= style
    return word


def _read_plain(text: str, word: _WordParts, words: list[Word], style: int) -> _WordParts:
    """Text without character elements (coordinates switched off); it has no boxes."""
    for k, part in enumerate(text.replace("\t", " ").replace("\n", " ").split(" ")):
        if k and word.text:
            words.append(word.word())
            word = _WordParts()
        if part:
            word.text.append(part)
            word.confidences.extend([NO_CONFIDENCE] * len(part))
            word.style |= style
    return word


def _read_variants(element: etree._Element) -> tuple[tuple[str, float], ...]:
    """The readings of a word that the engine weighed. It gives a penalty, which is no probability."""
    found = []
    for variant in element.iterchildren("{*}wordRecVariant"):
        text = variant.find("{*}variantText")
        if text is not None:
            reading = "".join("".join(str(part) for part in text.itertext()).split())
            if reading:
                found.append((reading, NO_CONFIDENCE))
    return tuple(found)


def _style(element: etree._Element) -> int:
    flags = (("bold", Style.BOLD), ("italic", Style.ITALIC), ("underline", Style.UNDERLINED))
    return int(sum(flag for name, flag in flags if element.get(name) in _TRUE))


def _box(element: etree._Element) -> Box | None:
    get = element.get
    left, top, right, bottom = get("l"), get("t"), get("r"), get("b")
    if left is None or top is None or right is None or bottom is None:
        return None
    try:
        return (float(left), float(top), float(right), float(bottom))
    except ValueError:
        return None
