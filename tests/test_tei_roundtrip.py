"""Any text through TEI and back: the bytes, the reading text, and every character of the source in the text."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from cablefix.layout import HYPHENS, Join, Layout, LineClass
from cablefix.ledger import Edit
from cablefix.readers.tei import TeiError, rebuild_source
from cablefix.readers.tei_validate import validate_tei
from cablefix.restored import Restored
from cablefix.text import Source, Span
from cablefix.writers.tei import SourceMode, write_tei
from tests.tei_support import EVIDENCE, bare, reading_lines, restored_of, source_words

MODES: tuple[SourceMode, ...] = get_args(SourceMode)
NASTY = "ab1 -\u00ad\n\n\r\t\f\x00\x0b\x1f\x85\x9f\u200b\u2028\ufeff\ufffe\ud800\udc00&<>\"'¶\U0001f600"


def tei_of(restored: Restored, mode: SourceMode) -> bytes:
    return write_tei(restored, source=mode, sidecar="page.source.txt")


def check_bytes(source: Source, restored: Restored) -> None:
    for mode in MODES:
        data = tei_of(restored, mode)
        if mode == "none":
            with pytest.raises(TeiError, match="without its source"):
                rebuild_source(data)
        else:
            assert rebuild_source(data, lambda name: source.to_bytes()) == source.to_bytes()
        assert validate_tei(data, load_sidecar=lambda name: source.to_bytes()) == []


@given(st.text(alphabet=st.one_of(st.sampled_from(NASTY), st.characters()), max_size=80))
def test_any_text_comes_back(text: str) -> None:
    source = Source.from_text(text)
    check_bytes(source, restored_of(source))


@given(st.binary(max_size=60), st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"]))
def test_any_bytes_come_back(data: bytes, bom: bytes) -> None:
    source = Source.from_bytes(bom + data)
    check_bytes(source, restored_of(source))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\f",
        b"\r\n",
        b"no end",
        b"a\r\nb\rc\nd\x0ce",
        b"\x00\x01nul",
        "€\u2019".encode("cp1252"),
        b"\xff\xfeA\x00",
    ],
)
def test_odd_files_come_back(data: bytes) -> None:
    source = Source.from_bytes(data)
    check_bytes(source, restored_of(source))


@st.composite
def marked_documents(draw: st.DrawFn) -> Restored:
    """Any text with any line classes, joins, cuts and repairs."""
    pieces = st.sampled_from(
        [
            "alpha",
            "be-",
            "ga\u00ad",
            "1[2 .",
            "x",
            "[REDACTED B6]",
            "&",
            "\x00z",
            "\ud800",
            " ",
            "  ",
            "\n",
            "\n\n",
            "\f",
            "\r\n",
        ]
    )
    text = "".join(draw(st.lists(pieces, max_size=30)))
    source = Source.from_text(text)
    layout = Layout.from_text(text)
    some_lines = st.integers(0, max(0, layout.lines - 1))
    kinds = st.sampled_from([kind for kind in LineClass if kind is not LineClass.BLANK])
    classes = draw(st.dictionaries(some_lines, kinds, max_size=8)) if layout.lines else {}
    joins = draw(st.dictionaries(some_lines, st.sampled_from(list(Join)), max_size=8)) if layout.lines else {}
    joins = {n: how for n, how in joins.items() if how is not Join.DROP_HYPHEN or ends_in_hyphen(layout, n)}
    spans = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, 6)), max_size=5))
    edits = [
        Edit(
            a,
            b,
            text[a:b],
            draw(st.sampled_from(["", "mended", "a b", "[REDACTED]"])),
            "test.rule",
            sure,
            EVIDENCE,
            digest=source.sha256,
        )
        for a, b, sure in ((a, min(a + n, len(text)), draw(st.sampled_from([0.9, 0.4]))) for a, n in spans)
    ]
    joined = {n for n, how in joins.items() if how in (Join.SPACE, Join.CLOSE)}
    edits = [
        edit
        for edit in edits
        if edit.before != edit.after and joined.issuperset(turns(layout, edit)) and beside_a_word(layout, edit)
    ]
    cuts = []
    if layout.words and draw(st.booleans()):
        k = draw(st.integers(0, layout.words - 1))
        line = int(layout.word_line[k])
        if len(layout.line_words(line)) > 1:  # a whole line would be marked as a line
            cuts.append(Span(int(layout.word_start[k]), int(layout.word_end[k])))
    return restored_of(source, classes=classes, joins=joins, cuts=cuts, edits=edits)


def turns(layout: Layout, edit: Edit) -> range:
    """The lines whose end an edit takes in."""
    return range(layout.line_at(edit.start), layout.line_at(edit.end)) if layout.lines else range(0)


def beside_a_word(layout: Layout, edit: Edit) -> bool:
    """Whether an edit has to do with a word: one within a gap, or an insertion at a line end, is no repair."""
    if edit.before:
        return bool(bare(edit.before))
    k = int(layout.word_start.searchsorted(edit.start, side="right")) - 1
    if k < 0 or edit.start > layout.word_end[k]:
        return False
    last = k + 1 == layout.line_last[layout.word_line[k]]
    return not (last and edit.start == layout.word_end[k])


def ends_in_hyphen(layout: Layout, line: int) -> bool:
    words = layout.line_words(line)
    return bool(words) and len(words[-1]) > 1 and words[-1][-1] in HYPHENS


@given(marked_documents())
def test_text_and_source_are_both_in_the_tei(restored: Restored) -> None:
    for mode in ("compact", "embedded"):
        data = tei_of(restored, mode)
        assert rebuild_source(data) == restored.source.to_bytes()
        assert [str(problem) for problem in validate_tei(data)] == []
        root = etree.fromstring(data)
        assert source_words(root) == bare(restored.source.text)
        assert reading_lines(root) == expected_lines(restored)


def expected_lines(restored: Restored) -> list[str]:
    """The logical lines of the reading view, blank ones left out."""
    lines = [" ".join(line.split()) for line in restored.view.text.split("\n")]
    return [line for line in lines if line]
