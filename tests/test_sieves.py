"""Cheap tests before expensive ones let the same things through: lines and documents read alike without them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cablefix.cable import dtgline, ending, find, heads, openings, paragraphmarks, split
from cablefix.cable.channel import DIGITS, Channel, load_channel
from cablefix.cable.codes import load_codes
from cablefix.cable.rows import Row
from cablefix.layout import Layout, read_lines
from cablefix.pipeline import restore
from cablefix.rules import specks
from cablefix.rules.context import word_lines

_NOISE = sorted((Path(__file__).parent.parent / "benchmarks" / "noise").rglob("*.txt"))
_ALWAYS, _NEVER = re.compile(""), re.compile(r"(?!)")
# What engines make of the characters of a header line.
_MISREAD = dict(zip("OIZSBELTMNRVC", "01256€1†WHKUG", strict=True)) | {"0": "O", "1": "I", " ": "", "/": "J", ":": ";"}


def _rows(texts: Iterator[str]) -> Iterator[tuple[Row, list[Row]]]:
    """The rows of texts, each with those after it."""
    for text in texts:
        layout = Layout.from_text(text)
        rows = [Row(line) for line in word_lines(layout, read_lines(layout)[:70])]
        yield from ((row, rows[at + 1 : at + 5]) for at, row in enumerate(rows))


def _texts() -> Iterator[str]:
    """The heads of damaged documents, and their lines damaged further."""
    rng = random.Random(7)
    for path in _NOISE[::4]:
        text = path.read_text(encoding="utf-8")[:2500]
        yield text
        yield "".join(_MISREAD.get(char, char) if rng.random() < 0.12 else char for char in text)
        yield "".join(char.swapcase() if rng.random() < 0.2 else char for char in text if rng.random() > 0.03)


def test_the_first_word_keeps_no_reader_from_its_line() -> None:
    channel, codes = load_channel(), load_codes()
    for row, after in _rows(_texts()):
        may = openings.openings(row.words[0], channel) | openings.ANY
        for needs, read in find._READERS:
            if not needs & may:
                assert read(row, after, channel, codes) is None, row.text


def test_no_reading_costs_less_than_the_least() -> None:
    channel, shape = load_channel(), tuple(dtgline.DAY_TIME)
    rng = random.Random(3)
    for _ in range(300):
        seen = "".join(rng.choice("0123456789OIZSBAEGMT.:-") for _ in range(rng.randint(5, 8)))
        readings = channel.decode(seen, shape)
        assert not readings or channel.least(seen, shape) <= readings[0].cost + 1e-9, seen
    assert channel.least("12", (DIGITS, DIGITS)) < channel.least("XW", (DIGITS, DIGITS))


@pytest.fixture
def open_sieves(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Every sieve lets everything through."""
    every = openings.ANY * 2 - 1
    monkeypatch.setattr(find, "openings", lambda word, channel: every)
    monkeypatch.setattr(split, "_TEXT", _NEVER)
    for name in ("_CUT", "_MORE_CUTS"):
        pattern = getattr(split, name)
        monkeypatch.setattr(split, name, re.compile(re.sub(r"\(\?=\[[A-Z0]+\]\)", "", pattern.pattern), pattern.flags))
    monkeypatch.setattr(heads, "_DASHED", "")
    monkeypatch.setattr(heads, "_OF_OR_PAGE", _ALWAYS)
    monkeypatch.setattr(heads, "_longest", lambda forms: 10_000)
    monkeypatch.setattr(paragraphmarks, "_MAY_BE_MARK", _ALWAYS)
    monkeypatch.setattr(dtgline, "_MOST_BEFORE", 10_000)
    monkeypatch.setattr(Channel, "least", lambda channel, seen, shape: 0.0)
    monkeypatch.setattr(ending, "_LONGEST_PROTOCOL", 10_000)
    monkeypatch.setattr(specks, "_may_end_in_specks", lambda text, start, end, dashes: True)
    return monkeypatch


def _made_of(texts: list[str]) -> list[dict[str, Any]]:
    return [restore(text, "cable").record for text in texts]


def test_documents_read_alike_without_the_sieves(open_sieves: pytest.MonkeyPatch) -> None:
    texts = [text for number, text in enumerate(_texts()) if number % 4 == 0]
    without = _made_of(texts)
    open_sieves.undo()
    assert _made_of(texts) == without
