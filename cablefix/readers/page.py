"""PAGE XML (Page Analysis and Ground truth Elements), the format of PRImA, OCR-D, Transkribus and eScriptorium.

Format: https://github.com/PRImA-Research-Lab/PAGE-XML, versions 2013-07-15 to 2019-07-15. One file is one page. Text
stands at each level (region, line, word) in `TextEquiv`; the one with the lowest index is the best reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from cablefix.readers.build import FormatFacts, clean_text
from cablefix.readers.document import NO_CONFIDENCE, Box, Page, PageLine, Role, Style, Word, around
from cablefix.readers.xml import elements_of, local_name, number, root_of

MEDIA_TYPE = "application/vnd.prima.page+xml"
FORMAT = "page"

_ROLES = {
    "heading": Role.HEADING,
    "header": Role.PAGE_HEADER,
    "footer": Role.PAGE_FOOTER,
    "page-number": Role.PAGE_NUMBER,
    "marginalia": Role.MARGIN,
    "caption": Role.CAPTION,
}
_VERSION = re.compile(r"pagecontent/(\d{4}-\d{2}-\d{2})")
_CUSTOM_INDEX = re.compile(r"readingOrder\s*\{\s*index\s*:\s*(\d+)")
_CUSTOM_TYPE = re.compile(r"structure\s*\{\s*type\s*:\s*([\w-]+)")
_POINT = re.compile(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)")
_NOT_ALIKE = 1 << 30


def page_pages(data: bytes, name: str, facts: FormatFacts, *, keep_elements: bool = False) -> Iterator[Page]:
    """The pages of a PAGE XML file, one at a time; `facts` is filled in.

    Raises `SourceError` naming the file, the place and the remedy.

    Boxes are the rectangles around the polygons of `Coords`, in pixels. Where a line has no words, the line is one
    piece and its words are placed within it by characters. Regions come in the order of `ReadingOrder`, else of the
    `readingOrder` in `custom` (Transkribus), else of the file.
    """
    facts.version = page_version(data)
    found = elements_of(data, "{*}Page", name, keep=keep_elements)
    return _pages(found, facts)


def page_version(data: bytes) -> str:
    """The date in the namespace, such as "2019-07-15"; "" where there is none."""
    found = _VERSION.search(root_of(data)[1])
    return found[1] if found else ""


def _pages(elements: Iterator[etree._Element], facts: FormatFacts) -> Iterator[Page]:
    for element in elements:
        root = element.getroottree().getroot()
        facts.engine = facts.engine or clean_text(root.findtext("{*}Metadata/{*}Creator") or "")
        yield _read_page(element)


def _read_page(element: etree._Element) -> Page:
    unit = element.get("imageResolutionUnit") or "PPI"
    scale = 2.54 if unit == "PPCM" else 1.0
    page = Page(
        width=number(element.get("imageWidth")),
        height=number(element.get("imageHeight")),
        image=element.get("imageFilename") or "",
        resolution=number(element.get("imageXResolution")) * scale,
        id=element.get("id") or "",
        element=element,
    )
    page.ordered = element.find("{*}ReadingOrder") is not None
    for count, region in enumerate(_regions_in_order(element)):
        for line in _read_region(region):
            line.paragraph = count
            page.lines.append(line)
    return page


def _regions_in_order(page: etree._Element) -> list[etree._Element]:
    """The outermost text and table regions in reading order; those that the order does not name come after."""
    regions = [child for child in page if local_name(child) in ("TextRegion", "TableRegion")]
    order = page.find("{*}ReadingOrder")
    rank: dict[str, int] = {}
    if order is not None:
        for group in order:
            _rank(group, rank)
    if not rank:
        indexes = [_custom_index(region) for region in regions]
        if all(index != _NOT_ALIKE for index in indexes):
            return [region for _, region in sorted(zip(indexes, regions, strict=True), key=lambda pair: pair[0])]
        return regions
    return sorted(regions, key=lambda region: rank.get(region.get("id") or "", _NOT_ALIKE))


def _rank(group: etree._Element, rank: dict[str, int]) -> None:
    """Number the regions that a group of the reading order names, groups within it in their places."""
    reference = group.get("regionRef")
    if reference:
        rank.setdefault(reference, len(rank))
    for child in sorted(group, key=lambda item: number(item.get("index"), 0.0)):
        _rank(child, rank)


def _custom_index(element: etree._Element) -> int:
    found = _CUSTOM_INDEX.search(element.get("custom") or "")
    return int(found[1]) if found else _NOT_ALIKE


def _read_region(region: etree._Element) -> Iterator[PageLine]:
    if local_name(region) == "TableRegion":
        yield from _read_table(region)
        return
    role = _role(region)
    lines = [child for child in region if local_name(child) == "TextLine"]
    indexes = [_custom_index(line) for line in lines]
    if lines and all(index != _NOT_ALIKE for index in indexes):
        lines = [line for _, line in sorted(zip(indexes, lines, strict=True), key=lambda pair: pair[0])]
    for line in lines:
        found = _read_line(line, role)
        if found:
            yield found
    inner = [child for child in region if local_name(child) in ("TextRegion", "TableRegion")]
    for child in inner:
        yield from _read_region(child)
    if not lines and not inner:
        yield from _read_plain_region(region, role)


def _role(region: etree._Element) -> Role:
    kind = region.get("type")
    if not kind:
        found = _CUSTOM_TYPE.search(region.get("custom") or "")
        kind = found[1] if found else ""
    return _ROLES.get(kind, Role.TEXT)


def _read_plain_region(region: etree._Element, role: Role) -> Iterator[PageLine]:
    """A region that has text but no lines: each line of its text is a line, divided evenly over its height."""
    equivalent = best_text(region)
    text = "" if equivalent is None else equivalent.findtext("{*}Unicode") or ""
    parts = [clean_text(part) for part in text.splitlines()]
    parts = [part for part in parts if part]
    box = read_box(region)
    for k, part in enumerate(parts):
        own: Box | None = None
        if box:
            step = (box[3] - box[1]) / len(parts)
            own = (box[0], box[1] + k * step, box[2], box[1] + (k + 1) * step)
        word = Word(part, own, _confidence(equivalent), region.get("id") or "", element=region)
        yield PageLine([word], own, role=role, id=region.get("id") or "", whole=True, element=region)


def _read_table(table: etree._Element) -> Iterator[PageLine]:
    """A table row by row: cells of one line make one line; others come cell by cell."""
    rows: dict[int, list[tuple[int, list[PageLine]]]] = {}
    for cell in table.iter("{*}TextRegion", "{*}TableCell"):
        row, column = _cell_place(cell)
        lines = [found for line in cell if local_name(line) == "TextLine" and (found := _read_line(line, Role.TABLE))]
        if lines:
            rows.setdefault(row, []).append((column, lines))
    for row in sorted(rows):
        cells = [lines for _, lines in sorted(rows[row], key=lambda item: item[0])]
        if row != _NOT_ALIKE and all(len(lines) == 1 for lines in cells):
            words = [word for lines in cells for word in lines[0].words]
            whole = any(lines[0].whole for lines in cells)
            box = around(lines[0].box for lines in cells)
            yield PageLine(words, box, role=Role.TABLE, id=cells[0][0].id, whole=whole, element=cells[0][0].element)
        else:
            for lines in cells:
                yield from lines


def _cell_place(cell: etree._Element) -> tuple[int, int]:
    """Row and column of a table cell, as PAGE 2019 (`TableCellRole`) or Transkribus (`row`, `col`) say them."""
    role = cell.find("{*}Roles/{*}TableCellRole")
    if role is not None:
        return int(number(role.get("rowIndex"), 0)), int(number(role.get("columnIndex"), 0))
    if cell.get("row") is not None:
        return int(number(cell.get("row"), 0)), int(number(cell.get("col"), 0))
    return _NOT_ALIKE, 0


def _read_line(line: etree._Element, role: Role) -> PageLine | None:
    box = read_box(line)
    ident = line.get("id") or ""
    words = [_read_word(child) for child in line.iterchildren("{*}Word")]
    whole = not any(word.text for word in words)
    if whole:
        equivalent = best_text(line)
        text = clean_text(equivalent.findtext("{*}Unicode") or "") if equivalent is not None else ""
        if not text:
            return None
        words = [Word(text, box, _confidence(equivalent), ident, element=line)]
    baseline = line.find("{*}Baseline")
    points = _POINT.findall(baseline.get("points") or "") if baseline is not None else []
    heights = (float(points[0][1]), float(points[-1][1])) if points else None
    return PageLine(words, box, role=role, baseline=heights, id=ident, whole=whole, element=line)


def _read_word(word: etree._Element) -> Word:
    equivalents = [child for child in word if local_name(child) == "TextEquiv"]
    chosen = best_text(word)
    text = clean_text(chosen.findtext("{*}Unicode") or "") if chosen is not None else ""
    alternatives: tuple[tuple[str, float], ...] = ()
    if len(equivalents) > 1:
        alternatives = tuple(
            (other, _confidence(item))
            for item in equivalents
            if item is not chosen
            and item.get("dataTypeDetails") != "ocr"
            and (other := clean_text(item.findtext("{*}Unicode") or ""))
            and other != text
        )
    style = word.find("{*}TextStyle")
    return Word(
        text,
        read_box(word),
        _confidence(chosen),
        word.get("id") or "",
        False,
        _style(style) if style is not None else 0,
        alternatives,
        (),
        word,
    )


def best_text(element: etree._Element) -> etree._Element | None:
    """The `TextEquiv` of an element that counts: the one with the lowest index, of those without the first."""
    found = [child for child in element if local_name(child) == "TextEquiv"]
    if len(found) < 2:
        return found[0] if found else None
    return min(found, key=lambda item: number(item.get("index"), 0.0))


def _confidence(equivalent: etree._Element | None) -> float:
    return number(equivalent.get("conf")) if equivalent is not None else NO_CONFIDENCE


def _style(element: etree._Element) -> int:
    flags = (("bold", Style.BOLD), ("italic", Style.ITALIC), ("underlined", Style.UNDERLINED))
    return int(sum(flag for name, flag in flags if element.get(name) in ("true", "1")))


def read_box(element: etree._Element) -> Box | None:
    """The rectangle around the polygon of an element; None where it has none.

    >>> read_box(etree.XML('<Word><Coords points="4,7 9,7 9,12 4,12"/></Word>'))
    (4.0, 7.0, 9.0, 12.0)
    """
    coordinates = element.find("{*}Coords")
    if coordinates is None:
        return None
    points = _POINT.findall(coordinates.get("points") or "")
    if not points:
        return None
    across = [float(x) for x, _ in points]
    down = [float(y) for _, y in points]
    return (min(across), min(down), max(across), max(down))
