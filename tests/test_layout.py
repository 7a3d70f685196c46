"""Layout and the reading view: lines, gaps, joins, and a fate for every code point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cablefix.convention import learn_convention
from cablefix.layout import Join, Layout, LineClass, Mark, MarkKind
from cablefix.ledger import Edit, Ledger
from cablefix.reading import reading_view
from cablefix.text import Fate, Source

TEXTS = st.text(alphabet="ab .-\n\r\f\t\x00\u200b\u00a0'", max_size=60)


@given(TEXTS)
def test_lines_and_words_cover_the_text(text: str) -> None:
    layout = Layout.from_text(text)
    assert layout.line_start[0] == 0
    assert (layout.line_start[1:] == layout.line_next[:-1]).all()
    assert layout.line_next[-1] == len(text)
    for n in range(layout.lines):
        assert "\n" not in layout.line_text(n)
        span = layout.line_span(n)
        assert layout.line_start[n] <= span.start <= span.end <= layout.line_end[n]


@st.composite
def pages(draw: st.DrawFn) -> tuple[Source, Layout, tuple[Edit, ...]]:
    source = Source.from_text(draw(TEXTS))
    layout = Layout.from_text(source.text)
    classes = [LineClass.BODY, LineClass.FURNITURE, LineClass.RULE, LineClass.ITEM]
    drawn = draw(st.lists(st.sampled_from(classes), min_size=layout.lines, max_size=layout.lines))
    blank = layout.line_class == LineClass.BLANK
    joins = draw(st.lists(st.sampled_from(list(Join)[:3]), min_size=layout.lines, max_size=layout.lines))
    layout = replace(
        layout,
        line_class=np.where(blank, LineClass.BLANK, drawn).astype(np.int8),
        line_join=np.array(joins, np.int8),
    )
    cuts = sorted(draw(st.lists(st.integers(0, len(source.text)), max_size=6)))
    ledger = Ledger(source.sha256)
    for a, b in zip(cuts[::2], cuts[1::2], strict=False):
        after = draw(st.sampled_from(["", "x", "x y"]))
        ledger = ledger.extend([Edit(a, b, source.text[a:b], after, "r", 0.9, digest=source.sha256)])
    return source, layout, ledger.live()


@given(pages())
def test_every_code_point_has_one_fate(case: tuple[Source, Layout, tuple[Edit, ...]]) -> None:
    source, layout, live = case
    view = reading_view(source, layout, live)
    assert len(view.fates()) == len(source.text)
    assert view.out[-1] == len(view.text)
    kept = view.fates() == Fate.KEPT
    assert "".join(source.text[k] for k in np.flatnonzero(kept)) == "".join(
        view.text[int(view.out[k]) : int(view.out[k + 1])] for k in range(len(view.kind)) if view.kind[k] == Fate.KEPT
    )


@given(TEXTS)
def test_without_edits_only_white_space_changes(text: str) -> None:
    view = reading_view(Source.from_text(text), Layout.from_text(text), ())
    bare = str.maketrans("", "", "\x00\u200b")
    assert view.text.split() == text.translate(bare).split()
    assert "  " not in view.text
    assert "\n\n" not in view.text


@pytest.mark.parametrize(
    "join,expected",
    [
        (Join.BREAK, "short-\nterm"),
        (Join.SPACE, "short- term"),
        (Join.CLOSE, "short-term"),
        (Join.DROP_HYPHEN, "shortterm"),
    ],
)
def test_joins(join: Join, expected: str) -> None:
    source = Source.from_text("short-  \n\n term")
    layout = Layout.from_text(source.text)
    view = reading_view(source, layout.with_marks([layout.mark_join(0, join, "t")]), ())
    assert view.text == expected


def test_furniture_is_left_out_and_the_text_runs_on() -> None:
    source = Source.from_text("the wharf\n\nPAGE 02\n\nauthority")
    layout = Layout.from_text(source.text)
    marks = [layout.mark_join(0, Join.SPACE, "t"), layout.mark_line(2, LineClass.FURNITURE, "t")]
    view = reading_view(source, layout.with_marks(marks), ())
    assert view.text == "the wharf authority"
    assert set(view.fates()[11:18]) == {Fate.FURNITURE}


def test_furniture_inside_a_line() -> None:
    source = Source.from_text("He met     B6\nat noon")
    layout = Layout.from_text(source.text)
    cut = Mark(11, 13, MarkKind.FURNITURE, 0, "t")
    view = reading_view(source, layout.with_marks([cut, layout.mark_join(0, Join.SPACE, "t")]), ())
    assert view.text == "He met at noon"


def test_a_deleted_word_leaves_one_separator() -> None:
    source = Source.from_text("the  ;  tug\nleft ~\nat")
    edits = [Edit(a, a + 1, source.text[a], "", "r", 0.9, digest=source.sha256) for a in (5, 17)]
    view = reading_view(source, Layout.from_text(source.text), edits)
    assert view.text == "the tug\nleft\nat"


def test_control_characters_are_left_out_but_not_lost() -> None:
    source = Source.from_text("PA\x00GE\x0b02 \u200b\n\x00")
    view = reading_view(source, Layout.from_text(source.text), ())
    assert view.text == "PAGE 02"
    assert source.to_bytes() == "PA\x00GE\x0b02 \u200b\n\x00".encode()


@pytest.mark.parametrize(
    "text,lines,pages",
    [("", 1, 1), ("\n", 1, 1), ("a\r\nb\rc\nd", 4, 1), ("a\fb", 2, 2), ("a\n\fb\f", 3, 2), ("a\r\r\nb", 3, 1)],
)
def test_line_and_page_counts(text: str, lines: int, pages: int) -> None:
    layout = Layout.from_text(text)
    assert (layout.lines, layout.pages) == (lines, pages)


def test_marks_come_back_from_json() -> None:
    layout = Layout.from_text("a b\nc")
    marks = [
        layout.mark_line(0, LineClass.HEADING, "t", 0.9),
        layout.mark_join(0, Join.SPACE, "t"),
        Mark(2, 3, MarkKind.FURNITURE, 0, "t"),
    ]
    assert [Mark.from_json(mark.to_json()) for mark in marks] == marks


@pytest.mark.parametrize(
    "text,doubled,single_after_one",
    [
        ("We  met  a friend  of  the  old  paper", True, True),
        ("We  met  a  friend  of  a  paper  I  read", True, False),
        ("We met a friend of the old paper", False, False),
    ],
)
def test_gap_convention(text: str, doubled: bool, single_after_one: bool) -> None:
    convention = learn_convention(Layout.from_text(text))
    assert (convention.doubled, convention.single_after_one) == (doubled, single_after_one)


def test_wrap_is_learned_from_wrapped_text_only() -> None:
    wrapped = (
        "The tug left the old pier at noon\nand came back with two barges in\ntow before the lamps were lit on\nit."
    )
    assert learn_convention(Layout.from_text(wrapped)).wrap == 33
    logical = wrapped.replace("\n", " ") * 2 + "\n" + wrapped.replace("\n", " ")
    assert learn_convention(Layout.from_text(logical)).wrap is None


def test_house_style_of_spaced_marks_is_learned() -> None:
    text = "Bro. Lamb ; Bro. Hill ; Bro. Wood ; Bro. Field . . . and more; done."
    assert learn_convention(Layout.from_text(text)).spaced_marks == frozenset(";")


def test_an_edit_inside_a_gap_keeps_words_apart() -> None:
    source = Source.from_text("the   tug")
    edit = Edit(4, 5, " ", "old", "r", 0.9, digest=source.sha256)
    assert reading_view(source, Layout.from_text(source.text), [edit]).text == "the old tug"
