"""Plain text: what most OCR is kept as, archive.org's `*_djvu.txt` among it.

`djvutxt` ends pages with a form feed and may end columns, regions and paragraphs with the controls VT, GS and US;
all of them count as white space. There is no container: the text is the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from cablefix.layout import Layout
from cablefix.readers.build import FormatFacts
from cablefix.readers.document import Page, PageLine, ReadDocument, Word
from cablefix.text import Source


def read_plain(data: bytes, name: str = "<text>") -> ReadDocument:
    """The document in a text file. Any bytes can be read; `Source.warnings` says what was guessed."""
    source = Source.from_bytes(data, name)
    return ReadDocument(source, Layout.from_text(source.text), "text")


def plain_pages(data: bytes, name: str, facts: FormatFacts) -> Iterator[Page]:
    """The pages of a text file that is one of several, or packed: each line verbatim, empty lines as one."""
    source = Source.from_bytes(data, name)
    facts.warnings.extend(source.warnings)
    for text in source.text.removesuffix("\f").split("\f"):
        page = Page()
        paragraph = 0
        for line in text.splitlines():
            if line.strip():
                page.lines.append(PageLine([Word(line.rstrip())], paragraph=paragraph, whole=True))
            else:
                paragraph += 1
        yield page
