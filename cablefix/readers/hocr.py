"""hOCR: HTML in which classes and `title` properties say what the page holds.

Format: hOCR 1.2 (http://kba.github.io/hocr-spec/1.2/). Read are the dialects of Tesseract, ocropus and kraken, and of
archive.org (`*_chocr.html`, one `ocrx_cinfo` a character). Most are XHTML; what is not well-formed is read as HTML.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from io import BytesIO
from math import isnan

from lxml import etree

from cablefix.readers.build import FormatFacts, clean_text
from cablefix.readers.document import NO_CONFIDENCE, Box, Page, PageLine, Role, Style, Word, around, make_word
from cablefix.readers.xml import local_name, number, parse_tree, refuse_entities, stream_elements
from cablefix.text import SourceError

MEDIA_TYPE = "text/vnd.hocr+html"
FORMAT = "hocr"

LINE_CLASSES = frozenset(
    {"ocr_line", "ocrx_line", "ocr_header", "ocr_caption", "ocr_textfloat", "ocr_footer", "ocr_pageno"}
)
_WORD_CLASSES = frozenset({"ocrx_word", "ocr_word"})
_BLOCK_CLASSES = frozenset({"ocr_par", "ocr_carea", "ocrx_block", "ocr_column", "ocr_float", "ocr_table"})
# Tesseract calls a heading `ocr_header`; it knows no running heads.
_ROLES = {"ocr_caption": Role.CAPTION, "ocr_footer": Role.PAGE_FOOTER, "ocr_pageno": Role.PAGE_NUMBER}
_STYLES = {"strong": Style.BOLD, "b": Style.BOLD, "em": Style.ITALIC, "i": Style.ITALIC}
_BBOX = re.compile(r"\bbbox\s+(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)")
_WCONF = re.compile(r"\bx_wconf\s+(-?\d+(?:\.\d+)?)")
_XCONF = re.compile(r"\bx_conf\s+(-?\d+(?:\.\d+)?)")
_XCONFS = re.compile(r"\bx_confs\s+([-\d. ]+)")
_IMAGE = re.compile(r"\bimage\s+(?:\"([^\"]*)\"|'([^']*)'|([^;]+))")
_RESOLUTION = re.compile(r"\bscan_res\s+(\d+(?:\.\d+)?)")
_BASELINE = re.compile(r"\bbaseline\s+(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)")


def parse_hocr(data: bytes, name: str) -> etree._ElementTree:
    """The tree of an hOCR file, as XML where it is well-formed, else as HTML. Raises `SourceError`."""
    try:
        return parse_tree(data, name)
    except SourceError:
        refuse_entities(data, name)
        if is_xml(data) and not is_whole(data):
            raise
        return parse_html(data, name)


def is_whole(data: bytes) -> bool:
    """Whether an HTML file has its end: what is not well-formed then is written carelessly, and not cut off.

    >>> is_whole(b"<html><head><meta></head></html>\\n"), is_whole(b"<html><head>")
    (True, False)
    """
    return data[-64:].rstrip().lower().endswith(b"</html>")


def is_xml(data: bytes) -> bool:
    """Whether a file says that it is XML: then it must be well-formed.

    >>> is_xml(b"<!DOCTYPE html><html>")
    False
    """
    return data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml")


def parse_html(data: bytes, name: str) -> etree._ElementTree:
    """The tree of an HTML file, mended where it must be."""
    parser = etree.HTMLParser(no_network=True, huge_tree=False, remove_pis=True, encoding=_html_encoding(data))
    try:
        return etree.parse(BytesIO(data), parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(f"{name}: no HTML can be made of it ({error.msg}); take the file from a copy") from error


def _html_encoding(data: bytes) -> str | None:
    """UTF-8 unless the file names an encoding or is none."""
    if re.search(rb"charset\s*=", data[:4096], re.IGNORECASE):
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def hocr_pages(data: bytes, name: str, facts: FormatFacts, *, keep_elements: bool = False) -> Iterator[Page]:
    """The pages of an hOCR file, one at a time; `facts` is filled in.

    Boxes are in pixels of the page image. A confidence is `x_wconf` (or the mean of `x_conf` of the characters)
    divided by 100. With `keep_elements` the whole tree is kept, as a writer needs it. Raises `SourceError` naming the
    file, the place and the remedy.
    """
    if keep_elements:
        yield from pages_of_tree(parse_hocr(data, name), facts)
        return
    seen = 0
    try:
        for element in stream_elements(data, "{*}div", name, marked="ocr_page"):
            if not seen:
                _read_head(element, facts)
            seen += 1
            yield read_page(element)
    except SourceError:
        if seen or (is_xml(data) and not is_whole(data)):
            raise
        refuse_entities(data, name)
        yield from pages_of_tree(parse_html(data, name), facts)
        return
    if not seen:
        yield from pages_of_tree(parse_hocr(data, name), facts)


def pages_of_tree(tree: etree._ElementTree, facts: FormatFacts) -> Iterator[Page]:
    """The pages of a tree. A file without `ocr_page` is one page."""
    root = tree.getroot()
    pages = [element for element in root.iter("{*}div", "div") if "ocr_page" in (element.get("class") or "")]
    _read_head(root, facts)
    for element in pages or [root]:
        yield read_page(element)


def _read_head(element: etree._Element, facts: FormatFacts) -> None:
    root = element.getroottree().getroot()
    for meta in root.iter("{*}meta", "meta"):
        if meta.get("name") == "ocr-system":
            facts.engine = meta.get("content") or ""


def read_page(element: etree._Element) -> Page:
    """A page of hOCR."""
    title = element.get("title") or ""
    box = read_box(title)
    image = _IMAGE.search(title)
    resolution = _RESOLUTION.search(title)
    page = Page(
        width=box[2] - box[0] if box else NO_CONFIDENCE,
        height=box[3] - box[1] if box else NO_CONFIDENCE,
        image=next((part for part in image.groups() if part), "").strip() if image else "",
        resolution=number(resolution[1]) if resolution else NO_CONFIDENCE,
        id=element.get("id") or "",
        element=element,
    )
    _read_lines(element, page)
    return page


def _read_lines(element: etree._Element, page: Page) -> None:
    """The lines of a page. Their words are found first and then read all at once, since there are so many."""
    line: PageLine | None = None
    paragraph = 0
    found: list[list[etree._Element]] = []
    for each in element.iter(etree.Element):
        kind = each.get("class")
        if kind is None:
            continue
        if " " in kind:
            kind = _known_class(kind.split())
        if kind in _WORD_CLASSES:
            if line is None:
                line = PageLine([], paragraph=paragraph)
                page.lines.append(line)
                found.append([])
            found[-1].append(each)
        elif kind in LINE_CLASSES:
            line = _open_line(each, kind, paragraph)
            page.lines.append(line)
            found.append([])
        elif kind in _BLOCK_CLASSES:
            paragraph += 1
            line = None
    elements = list(itertools.chain.from_iterable(found))
    words = iter(_read_words(elements))
    tails = "".join([each.tail or "" for each in elements]).split()
    for line, own in zip(page.lines, found, strict=True):
        line.words = list(itertools.islice(words, len(own)))
        if tails:
            line.words = list(_with_tails(line.words))
        if not own and line.element is not None:
            _read_whole_line(line)


def _known_class(names: list[str]) -> str:
    """The one of several class names that counts."""
    for known in (LINE_CLASSES, _WORD_CLASSES, _BLOCK_CLASSES):
        for name in names:
            if name in known:
                return name
    return ""


def _open_line(element: etree._Element, kind: str, paragraph: int) -> PageLine:
    title = element.get("title") or ""
    box = read_box(title)
    heights = None
    place = title.find("baseline")
    baseline = _BASELINE.search(title, place) if box and place >= 0 else None
    if box and baseline:
        left, _, right, bottom = box
        slope, offset = map(float, baseline.groups())
        heights = (bottom + offset, bottom + offset + slope * (right - left))
    role = _ROLES.get(kind, Role.TEXT)
    return PageLine([], box, paragraph, role, heights, element.get("id") or "", element=element)


def _read_words(elements: list[etree._Element]) -> list[Word]:
    """Word elements, one word each, read column by column."""
    boxes, confidences = _read_titles([each.get("title") or "" for each in elements])
    ids = [each.get("id") or "" for each in elements]
    texts = [each.text or "" for each in elements]
    together = "".join(texts)
    if together.split() != [together]:
        texts = [clean_text(text) for text in texts]
    usual = (itertools.repeat(value, len(elements)) for value in (False, 0, (), ()))
    words = list(map(make_word, zip(texts, boxes, confidences, ids, *usual, elements, strict=True)))
    for k in [k for k, each in enumerate(elements) if len(each)]:
        words[k] = _read_marked_up(elements[k], words[k])
    return words


def _with_tails(words: list[Word]) -> Iterator[Word]:
    """Words, and what stands between their elements: a hyphen that is glued to its word."""
    for word in words:
        yield word
        tail = word.element.tail
        if tail and not tail.isspace():
            yield Word(clean_text(tail), glued=not tail[0].isspace())


def _read_titles(titles: list[str]) -> tuple[list[Box | None], list[float]]:
    """The boxes and confidences in the titles of words.

    Nearly every page has `bbox 10 20 30 40; x_wconf 93` at each of its words; then all titles are taken apart at once.

    >>> _read_titles(["bbox 10 20 30 40; x_wconf 93"])
    ([(10.0, 20.0, 30.0, 40.0)], [0.93])
    """
    count = len(titles)
    # Controls, which XML cannot hold, mark where a box and where a title ends.
    parts = " \2 ".join([*titles, ""]).replace("; x_wconf ", " \1 ").split()
    names, left, top, right, bottom, first, percent, second = (parts[k::8] for k in range(8))
    if len(parts) == 8 * count and names.count("bbox") == first.count("\1") == second.count("\2") == count:
        try:
            numbers = zip(map(float, left), map(float, top), map(float, right), map(float, bottom), strict=True)
            return list(numbers), [float(value) / 100 for value in percent]
        except ValueError:
            pass
    found = [_WCONF.search(title) for title in titles]
    return [read_box(title) for title in titles], [float(each[1]) / 100 if each else NO_CONFIDENCE for each in found]


def _read_marked_up(element: etree._Element, word: Word) -> Word:
    """A word whose element has children."""
    text, style, alternatives, characters = _read_inside(element)
    confidence = word.confidence
    if characters and isnan(confidence):
        confidence = sum(characters) / len(characters)
    text = clean_text(text)
    if len(characters) != len(text):
        characters = ()
    return Word(text, word.box, confidence, word.id, False, style, alternatives, characters, element)


def _read_inside(element: etree._Element) -> tuple[str, int, tuple[tuple[str, float], ...], tuple[float, ...]]:
    """Text, style, alternatives and confidences of a word that has children."""
    style = Style.PLAIN
    alternatives: list[tuple[str, float]] = []
    confidences: list[float] = []
    # Blanks between character elements are the file's, not the word's.
    between = "" if element[0].get("class") == "ocrx_cinfo" else None
    parts = [element.text or ""] if between is None else [clean_text(element.text or "")]
    for child in element:
        name = local_name(child)
        if not name:
            parts.append(child.tail or "")
            continue
        text = "".join(str(part) for part in child.itertext())
        if name == "del" or (name == "span" and child.get("class") == "alternatives"):
            parts.append(_read_alternatives(child, alternatives))
        else:
            style |= _STYLES.get(name, Style.PLAIN)
            parts.append(text)
        if child.get("class") == "ocrx_cinfo":
            found = _XCONF.search(child.get("title") or "")
            confidences.extend([float(found[1]) / 100 if found else NO_CONFIDENCE] * len(text))
        parts.append(clean_text(child.tail or "") if between is not None else child.tail or "")
    listed = _XCONFS.search(element.get("title") or "")
    if listed:
        confidences = [number(value) / 100 for value in listed[1].split()]
    return "".join(parts), int(style), tuple(alternatives), tuple(confidences)


def _read_alternatives(element: etree._Element, alternatives: list[tuple[str, float]]) -> str:
    """The text of `ins` in a list of alternative readings; the others go to `alternatives`."""
    chosen = ""
    for child in [element] if local_name(element) == "del" else element:
        text = clean_text("".join(str(part) for part in child.itertext()))
        if local_name(child) == "ins" and not chosen:
            chosen = text
        elif text:
            alternatives.append((text, NO_CONFIDENCE))
    return chosen


def _read_whole_line(line: PageLine) -> None:
    """A line without word elements is one piece of text."""
    text = clean_text("".join(str(part) for part in line.element.itertext()))
    if text:
        line.words.append(Word(text, line.box, NO_CONFIDENCE, line.id, element=line.element))
        line.whole = True


def read_box(title: str) -> Box | None:
    """The box in a `title`; None where it has none.

    >>> read_box("bbox 10 20 30 40; x_wconf 93")
    (10.0, 20.0, 30.0, 40.0)
    """
    found = _BBOX.search(title)
    if found is None:
        return None
    left, top, right, bottom = map(float, found.groups())
    return (left, top, right, bottom)


def line_box(line: PageLine) -> Box | None:
    """The box of a line: its own, or else the one around its words."""
    return line.box or around(word.box for word in line.words)
