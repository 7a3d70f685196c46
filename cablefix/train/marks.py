"""Counting the marks beside words: after a word, and before it in either case.

Classes: nothing, comma, full stop, semicolon, colon; other marks are not counted. A table's probabilities are those of
the word's own counts with the class's overall share as a prior worth five uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cablefix.lexicon.model import FIRST_WORD, NUMBER
from cablefix.train.texts import Stream
from cablefix.train.trigrams import STEPS_PER_NAT

MARKS = (",", ".", ";", ":")
PRIOR_USES = 5
LEAST = 12  # uses a word needs for a row of its own


def units_of(types: list[str], number: Mapping[str, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first and the last unit of each type that is a word or number, -1 for marks."""
    first, last = [], []
    for token in types:
        if token[0].isalpha():
            parts = [part[:-2] if part.endswith("'s") else part for part in token.lower().split("-")]
            first.append(number.get(parts[0], 0))
            last.append(number.get(parts[-1], 0))
        else:
            first.append(NUMBER if token[0].isdigit() else -1)
            last.append(first[-1])
    return np.array(first), np.array(last)


def count(stream: Stream, number: Mapping[str, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Counts of the classes after each unit, (units, 5), and before it by case, (units, 2, 5)."""
    types, ids = stream.types, np.asarray(stream.ids)
    size = len(number) + FIRST_WORD
    first, last = units_of(types, number)
    capital = np.array([not token[0].islower() for token in types])
    mark = np.full(len(types), -1)
    for k, text in enumerate(MARKS):
        if text in types:
            mark[types.index(text)] = k + 1
    after, before = np.zeros((size, 5)), np.zeros((size, 2, 5))
    words = first[ids] >= 0
    for gap in (1, 2):
        left, right = ids[:-gap], ids[gap:]
        of = words[:-gap] & words[gap:]
        if gap == 2:
            of &= mark[ids[1:-1]] > 0
        kind = np.zeros(len(left), np.int64) if gap == 1 else np.maximum(mark[ids[1:-1]], 0)
        np.add.at(after, (last[left[of]], kind[of]), 1)
        np.add.at(before, (first[right[of]], capital[right[of]].astype(int), kind[of]), 1)
    return after, before


def write_marks(after: NDArray[np.float64], before: NDArray[np.float64], path: Path) -> int:
    """Smooth counts of the classes and write what `load_marks` reads; returns how many words have a row."""
    smooth = np.maximum(after.sum(0), 0.5)
    prior = smooth / smooth.sum()
    cased = np.maximum(before.sum(0), 0.5)
    cased /= cased.sum(-1, keepdims=True)
    own = np.flatnonzero(after.sum(1) >= LEAST)
    row = np.zeros(len(after), np.uint16)
    row[own] = np.arange(len(own)) + 1
    rows_after = np.concatenate((after[:1] * 0, after[own])) + PRIOR_USES * prior
    rows_before = np.concatenate((before[:1] * 0, before[own])) + PRIOR_USES * cased
    tables = {"after": rows_after, "before": rows_before, "prior": prior}
    logs = {
        name: np.clip(np.round(-STEPS_PER_NAT * np.log(table / table.sum(-1, keepdims=True))), 0, 255).astype(np.uint8)
        for name, table in tables.items()
    }
    np.savez_compressed(path, row=row, **logs)
    return len(own)
