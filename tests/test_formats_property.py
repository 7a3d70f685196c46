"""Whatever the edits are, the file written back reads as the edited text, word for word and line for line."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cablefix.ledger import Edit
from cablefix.readers.document import ReadDocument
from cablefix.readers.read import read_document
from cablefix.restored import Restored
from cablefix.text import Replacement, View
from cablefix.writers.alto import write_alto
from cablefix.writers.hocr import write_hocr
from cablefix.writers.page import write_page
from tests.format_support import sample, with_edits

WRITERS: dict[str, Callable[[Restored], bytes]] = {"hocr": write_hocr, "alto": write_alto, "page": write_page}
NAMES = ("archive.hocr", "alto2.xml", "page2019.xml", "page-lines.xml", "tesseract.hocr")
DOCUMENTS = {name: sample(name) for name in NAMES}
WORDS = st.text("ab -.;%\"'<&é¶", max_size=8)


@st.composite
def edits(draw: st.DrawFn, document: ReadDocument) -> list[Edit]:
    """Edits that do not overlap, each within a line: replaced, deleted and inserted text."""
    text = document.source.text
    out: list[Edit] = []
    place = 0
    for _ in range(draw(st.integers(1, 5))):
        if place >= len(text):
            break
        start = draw(st.integers(place, len(text) - 1))
        line_end = text.find("\n", start)
        end = draw(st.integers(start, min(start + 9, line_end if line_end >= 0 else len(text))))
        after = draw(WORDS)
        before = text[start:end]
        if "\f" in before or before == after or "\n" in text[start - 1 : start + 1]:
            place = end + 1
            continue
        out.append(Edit(start, end, before, after, "test", 1.0, digest=document.source.sha256))
        place = end + 1
    return out


@pytest.mark.parametrize("name", list(DOCUMENTS))
@given(data=st.data())
def test_what_is_written_reads_as_edited(name: str, data: st.DataObject) -> None:
    document = DOCUMENTS[name]
    restored = with_edits(document, *data.draw(edits(document)))
    live = [Replacement(item.start, item.end, item.after) for item in restored.applied]
    expected = View.build(document.source.text, live).text
    again = read_document(WRITERS[document.format](restored), name)
    assert lines_of(again.source.text) == lines_of(expected)


def lines_of(text: str) -> list[list[str]]:
    """The words of each line. The HYP of ALTO is glued to its word, and with a hyphen before it makes one hyphen."""
    lines = (re.sub(r"[ -]*-$", "-", line.rstrip()) for line in text.split("\n"))
    return [words for line in lines if (words := line.split())]
