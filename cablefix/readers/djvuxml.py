"""DjVuXML: the hidden text of a DjVu file, as `djvutoxml` and archive.org (`*_djvu.xml`) write it.

Format: DjVuXML-s.dtd of DjVuLibre. One OBJECT a page; `coords` of a word are left, bottom, right, top and, in some
files, baseline. archive.org adds `x-confidence` (0..100).
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from cablefix.readers.build import FormatFacts, clean_text
from cablefix.readers.document import NO_CONFIDENCE, Box, Page, PageLine, Word
from cablefix.readers.xml import number, stream_elements

MEDIA_TYPE = "application/xml+djvu"
FORMAT = "djvuxml"

_BLOCKS = ("PAGECOLUMN", "REGION", "PARAGRAPH")


def djvuxml_pages(data: bytes, name: str, facts: FormatFacts) -> Iterator[Page]:
    """The pages of a DjVuXML file, one at a time; `facts` is filled in.

    Raises `SourceError` naming the file, the place and the remedy.

    Boxes are in pixels from the upper left corner, confidences are `x-confidence` divided by 100.
    """
    for element in stream_elements(data, "OBJECT", name):
        yield _read_page(element)


def _read_page(element: etree._Element) -> Page:
    parameters = {item.get("name"): item.get("value") or "" for item in element.iterchildren("PARAM")}
    page = Page(
        width=number(element.get("width")),
        height=number(element.get("height")),
        image=parameters.get("PAGE") or element.get("usemap") or "",
        resolution=number(parameters.get("DPI")),
        element=element,
    )
    words: list[Word] = []
    paragraph = 0
    for part in element.iter("WORD", "LINE", *_BLOCKS):
        tag = part.tag
        if tag == "WORD":
            if not page.lines or page.lines[-1].paragraph != paragraph:
                words = []
                page.lines.append(PageLine(words, paragraph=paragraph))
            words.append(_read_word(part))
        elif tag == "LINE":
            words = []
            page.lines.append(PageLine(words, _box(part.get("coords")), paragraph))
        else:
            paragraph += 1
    return page


def _read_word(element: etree._Element) -> Word:
    text = element.text or ""
    if len(element):
        text = "".join(str(part) for part in element.itertext())
    percent = element.get("x-confidence")
    confidence = number(percent) / 100 if percent is not None else NO_CONFIDENCE
    return Word(clean_text(text), _box(element.get("coords")), confidence)


def _box(text: str | None) -> Box | None:
    """A box from `coords`, whichever of its corners come first.

    >>> _box("241,509,757,421,500")
    (241.0, 421.0, 757.0, 509.0)
    """
    values = [number(part) for part in text.split(",")[:4]] if text else []
    if len(values) < 4 or any(value != value for value in values):
        return None
    left, bottom, right, top = values
    return (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
