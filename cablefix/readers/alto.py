"""ALTO (Analyzed Layout and Text Object) 2, 3 and 4, the format of the Library of Congress and of many libraries.

Format: https://www.loc.gov/standards/alto/. The parts of a word that a line end divides carry the whole word in
SUBS_CONTENT, the hyphen is an element of its own (HYP), spaces are elements (SP) that say how wide they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from cablefix.layout import HYPHENS
from cablefix.readers.build import FormatFacts, clean_text
from cablefix.readers.document import NO_CONFIDENCE, Box, Page, PageLine, Role, Style, Word, make_word
from cablefix.readers.xml import elements_of, local_name, number, root_of

MEDIA_TYPE = "application/xml+alto"
FORMAT = "alto"

_SPACES = {
    "TopMargin": Role.PAGE_HEADER,
    "BottomMargin": Role.PAGE_FOOTER,
    "LeftMargin": Role.MARGIN,
    "RightMargin": Role.MARGIN,
    "PrintSpace": Role.TEXT,
}
_LABELS = {
    "header": Role.PAGE_HEADER,
    "page-header": Role.PAGE_HEADER,
    "running-title": Role.PAGE_HEADER,
    "footer": Role.PAGE_FOOTER,
    "page-footer": Role.PAGE_FOOTER,
    "page-number": Role.PAGE_NUMBER,
    "pagenumber": Role.PAGE_NUMBER,
    "marginalia": Role.MARGIN,
    "marginalia-left": Role.MARGIN,
    "marginalia-right": Role.MARGIN,
    "heading": Role.HEADING,
    "headline": Role.HEADING,
    "caption": Role.CAPTION,
    "table": Role.TABLE,
}
_STYLES = {"bold": Style.BOLD, "italics": Style.ITALIC, "underline": Style.UNDERLINED}
_WANTED = ("{*}TextBlock", "{*}TextLine", "{*}String", "{*}HYP")


@dataclass(slots=True)
class _Context:
    """What the head of the file says: styles and labels by id, the order of blocks."""

    styles: dict[str, int] = field(default_factory=dict)
    labels: dict[str, Role] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    image: str = ""


def alto_pages(data: bytes, name: str, facts: FormatFacts, *, keep_elements: bool = False) -> Iterator[Page]:
    """The pages of an ALTO file, one at a time; `facts` is filled in.

    Raises `SourceError` naming the file, the place and the remedy.

    Boxes are in the unit that the file declares (`ReadDocument.unit`), confidences are `WC`. A word and the HYP
    after it are one word of the text. Blocks come in the order of `ReadingOrder` or `IDNEXT` where there is one.
    """
    facts.version = alto_version(data)
    found = elements_of(data, "{*}Page", name, keep=keep_elements)
    return _pages(found, facts)


def alto_version(data: bytes) -> str:
    """The version of the schema: what SCHEMAVERSION says, else the number in the namespace; "" where unknown."""
    _, attributes = root_of(data)
    for key, quote in (('SCHEMAVERSION="', '"'), ("SCHEMAVERSION='", "'")):
        if key in attributes:
            return attributes.split(key, 1)[1].split(quote, 1)[0]
    _, mark, rest = attributes.partition("/alto/ns-v")
    return rest[0] if mark and rest[:1].isdigit() else ""


def _pages(elements: Iterator[etree._Element], facts: FormatFacts) -> Iterator[Page]:
    context: _Context | None = None
    for element in elements:
        if context is None:
            context = _read_head(element, facts)
        yield _read_page(element, context)
        # A file names one image: that of its first page.
        context.image = ""


def _read_head(page: etree._Element, facts: FormatFacts) -> _Context:
    context = _Context()
    root = page.getroottree().getroot()
    for part in root:
        name = local_name(part)
        if name == "Description":
            context.image = clean_text(part.findtext("{*}sourceImageInformation/{*}fileName") or "")
            facts.unit = clean_text(part.findtext("{*}MeasurementUnit") or "pixel")
            programs = [clean_text(item.text or "") for item in part.iter("{*}softwareName")]
            versions = [clean_text(item.text or "") for item in part.iter("{*}softwareVersion")]
            facts.engine = " ".join(value for value in (*programs[:1], *versions[:1]) if value)
        elif name == "Styles":
            for style in part.iter("{*}TextStyle"):
                context.styles[style.get("ID") or ""] = _style(style.get("FONTSTYLE"))
        elif name == "Tags":
            for tag in part:
                label = (tag.get("LABEL") or tag.get("TYPE") or "").lower().replace("_", "-").replace(" ", "-")
                if label in _LABELS:
                    context.labels[tag.get("ID") or ""] = _LABELS[label]
        elif name == "ReadingOrder":
            for reference in part.iter("{*}ElementRef"):
                context.order.extend((reference.get("REF") or "").split())
    return context


def _style(text: str | None) -> int:
    return int(sum(_STYLES.get(part, 0) for part in text.split())) if text else 0


def _read_page(element: etree._Element, context: _Context) -> Page:
    page = Page(
        width=number(element.get("WIDTH")),
        height=number(element.get("HEIGHT")),
        image=context.image,
        id=element.get("ID") or "",
        element=element,
    )
    blocks: list[tuple[str, str, list[PageLine]]] = []
    for space in element:
        role = _SPACES.get(local_name(space))
        if role is not None:
            blocks.extend(_read_space(space, role, context))
    page.ordered = bool(context.order) or any(following for _, following, _ in blocks)
    for count, (_, _, lines) in enumerate(_in_order(blocks, context.order)):
        for line in lines:
            line.paragraph = count
        page.lines.extend(lines)
    return page


def _in_order(blocks: list[tuple[str, str, list[PageLine]]], order: list[str]) -> list[tuple[str, str, list[PageLine]]]:
    """Blocks (id, id of the next one, lines) in reading order; those that the order does not name come after."""
    if not order and any(following for _, following, _ in blocks):
        order = _follow(blocks)
    if not order:
        return blocks
    rank = {ident: place for place, ident in enumerate(order)}
    return sorted(blocks, key=lambda block: rank.get(block[0], len(rank)))


def _follow(blocks: list[tuple[str, str, list[PageLine]]]) -> list[str]:
    """The chain that IDNEXT makes of blocks, broken where it would come back."""
    following = {ident: other for ident, other, _ in blocks if other}
    targets = set(following.values())
    seen: dict[str, None] = {}
    for ident, _, _ in blocks:
        now = ident if ident not in targets else ""
        while now and now not in seen:
            seen[now] = None
            now = following.get(now, "")
    return list(seen)


def _read_space(space: etree._Element, role: Role, context: _Context) -> Iterator[tuple[str, str, list[PageLine]]]:
    """The blocks of a print space or margin. This loop sees every word of the file, so it is kept flat."""
    lines: list[PageLine] = []
    words: list[Word] = []
    block: tuple[str, str] | None = None
    block_role = role
    namespace = str(space.tag).removesuffix(local_name(space))
    string, text_line, hyphen = f"{namespace}String", f"{namespace}TextLine", f"{namespace}HYP"
    for element in space.iter(*_WANTED):
        tag = element.tag
        if tag == string:
            words.append(_read_string(element, context.styles))
            if element.get("SUBS_TYPE") == "HypPart1" and lines:
                lines[-1].divided = clean_text(element.get("SUBS_CONTENT") or "")
        elif tag == text_line:
            words = []
            lines.append(_open_line(element, words, block_role, context))
        elif tag == hyphen:
            _read_hyphen(element, words)
        else:
            if block is not None:
                yield (*block, lines)
            lines = []
            block = (element.get("ID") or "", element.get("IDNEXT") or "")
            block_role = _role(element.get("TAGREFS"), context.labels, role)
    if block is not None:
        yield (*block, lines)


def _role(references: str | None, labels: Mapping[str, Role], default: Role) -> Role:
    found = [labels[key] for key in references.split() if key in labels] if references and labels else []
    return found[0] if found else default


def _open_line(element: etree._Element, words: list[Word], role: Role, context: _Context) -> PageLine:
    return PageLine(
        words,
        read_box(element),
        role=_role(element.get("TAGREFS"), context.labels, role),
        baseline=_read_baseline(element.get("BASELINE")),
        id=element.get("ID") or "",
        element=element,
    )


def _read_baseline(text: str | None) -> tuple[float, float] | None:
    """A height, or points of which the first and the last count."""
    if not text:
        return None
    values = [number(part) for part in text.replace(",", " ").split()]
    if len(values) == 1:
        return (values[0], values[0])
    return (values[1], values[-1]) if len(values) >= 4 else None


def read_box(element: etree._Element) -> Box | None:
    """HPOS, VPOS, WIDTH and HEIGHT as left, top, right, bottom; None where one of them is missing."""
    get = element.get
    left, top, width, height = get("HPOS"), get("VPOS"), get("WIDTH"), get("HEIGHT")
    if left is None or top is None or width is None or height is None:
        return None
    try:
        x, y = float(left), float(top)
        return (x, y, x + float(width), y + float(height))
    except ValueError:
        return None


def _read_string(element: etree._Element, styles: Mapping[str, int]) -> Word:
    get = element.get
    text = get("CONTENT") or ""
    if " " in text or "\t" in text or "\n" in text:
        text = clean_text(text)
    confidence = get("WC")
    style = _style(get("STYLE"))
    if styles:
        for key in (get("STYLEREFS") or "").split():
            style |= styles.get(key, 0)
    characters = _read_characters(get("CC"), len(text))
    alternatives = _read_alternatives(element) if len(element) else ()
    ident = get("ID") or ""
    value = number(confidence) if confidence is not None else NO_CONFIDENCE
    return make_word((text, read_box(element), value, ident, False, style, alternatives, characters, element))


def _read_characters(text: str | None, length: int) -> tuple[float, ...]:
    """CC: one digit a character, 0 for sure and 9 for unsure, with or without blanks between them."""
    if not text:
        return ()
    digits = text.replace(" ", "")
    if len(digits) != length or not digits.isdigit():
        return ()
    return tuple(1.0 - int(digit) / 9 for digit in digits)


def _read_alternatives(element: etree._Element) -> tuple[tuple[str, float], ...]:
    """What the engine weighed; what cablefix kept of the OCR's reading is none of it."""
    found = (child for child in element if local_name(child) == "ALTERNATIVE" and child.get("PURPOSE") != "OCR")
    return tuple((clean_text(child.text), NO_CONFIDENCE) for child in found if child.text)


def _read_hyphen(element: etree._Element, words: list[Word]) -> None:
    """The hyphen at a line end; one that the word before already ends in is not read twice."""
    text = element.get("CONTENT") or "-"
    if words and words[-1].text.endswith(tuple(HYPHENS)):
        return
    box = read_box(element)
    before = words[-1].box if words else None
    if box is None and before is not None:
        # HYP has no HEIGHT before version 3.
        left = number(element.get("HPOS"), before[2])
        box = (left, before[1], left + number(element.get("WIDTH"), 0.0), before[3])
    words.append(Word(text, box, NO_CONFIDENCE, element.get("ID") or "", True, element=element))
