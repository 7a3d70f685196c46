"""Source and View: whatever comes in comes back, and every character knows where it came from."""

from __future__ import annotations

import codecs
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cablefix.text import Fate, Replacement, Source, SourceError, View, encode_text

TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab .-\n\r\f\t\x00\x85\u00a0\u2028¶"), st.characters(codec="utf-8", exclude_categories=())
    ),
    max_size=60,
)


@given(st.binary(max_size=80))
def test_any_bytes_come_back(data: bytes) -> None:
    assert Source.from_bytes(data).to_bytes() == data


@given(st.text(max_size=60), st.sampled_from(["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-8"]))
def test_encodings_with_and_without_bom(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    if encoding == "utf-16-le":
        data = codecs.BOM_UTF16_LE + data
    elif encoding == "utf-16-be":
        data = codecs.BOM_UTF16_BE + data
    source = Source.from_bytes(data)
    assert source.to_bytes() == data
    if not text.startswith("\ufeff"):
        assert source.text == text


@pytest.mark.parametrize(
    "data,encoding",
    [
        (b"caf\xc3\xa9", "utf-8"),
        (b"caf\xe9", "cp1252"),
        (b"\x93quoted\x94 \x81", "cp1252"),
        (b"\xff\xfea\x00b", "cp1252"),  # an odd number of bytes is no UTF-16
        (b"\xff\xfea\x00b\x00", "utf-16-le"),
        (b"", "utf-8"),
    ],
)
def test_encoding_is_told_and_warned_about(data: bytes, encoding: str) -> None:
    source = Source.from_bytes(data, "page.txt")
    assert source.encoding == encoding
    assert bool(source.warnings) == (encoding == "cp1252")
    assert all("page.txt" in warning for warning in source.warnings)


def test_lone_surrogates_of_a_text_come_back() -> None:
    source = Source.from_text("a\ud800b")
    assert source.to_bytes().decode("utf-8", "surrogatepass") == "a\ud800b"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"missing\.txt"):
        Source.from_path(tmp_path / "missing.txt")


def test_unknown_encoding_is_refused() -> None:
    with pytest.raises(SourceError, match="latin-9"):
        encode_text("a", "latin-9")


@st.composite
def texts_with_replacements(draw: st.DrawFn) -> tuple[str, list[Replacement]]:
    text = draw(TEXTS)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=10)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    fates = st.sampled_from([Fate.EDITED, Fate.LAYOUT, Fate.FURNITURE])
    return text, [Replacement(a, b, draw(st.text(max_size=4)), draw(fates)) for a, b in pairs]


@given(texts_with_replacements())
def test_a_view_is_well_formed(case: tuple[str, list[Replacement]]) -> None:
    text, replacements = case
    view = View.build(text, replacements)
    expected, at = [], 0
    for item in replacements:
        expected += [text[at : item.start], item.after]
        at = item.end
    assert view.text == "".join(expected) + text[at:]
    assert len(view.fates()) == len(text)
    assert view.src[-1] == len(text)
    assert view.out[-1] == len(view.text)


@given(texts_with_replacements())
def test_a_kept_character_maps_to_itself_and_back(case: tuple[str, list[Replacement]]) -> None:
    text, replacements = case
    view = View.build(text, replacements)
    for offset in np.flatnonzero(view.fates() == Fate.KEPT).tolist():
        there = view.to_view(offset)
        assert view.text[there] == text[offset]
        assert view.to_source(there) == offset


@given(texts_with_replacements(), st.data())
def test_spans_hold_what_they_touch(case: tuple[str, list[Replacement]], data: st.DataObject) -> None:
    text, replacements = case
    view = View.build(text, replacements)
    a, b = sorted((data.draw(st.integers(0, len(view.text))), data.draw(st.integers(0, len(view.text)))))
    span = view.source_span(a, b)
    assert 0 <= span.start <= span.end <= len(text)
    if a < b:
        back = view.view_span(*span)
        assert back.start <= a
        assert b <= back.end


def test_an_empty_view_is_the_source() -> None:
    view = View.build("TAGS: PREL")
    assert view.text == "TAGS: PREL"
    assert view.to_source(3) == view.to_view(3) == 3


@pytest.mark.parametrize("replacements", [[(3, 2, "")], [(0, 3, "x"), (2, 4, "y")], [(0, 99, "")], [(-1, 2, "")]])
def test_replacements_that_do_not_fit_are_refused(replacements: list[tuple[int, int, str]]) -> None:
    with pytest.raises(ValueError, match="sorted"):
        View.build("abcdef", [Replacement(*item) for item in replacements])
