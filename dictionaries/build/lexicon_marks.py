"""Count the marks beside words for dictionaries/lexicon/: after a word, and before it in either case.

    python dictionaries/build/lexicon_marks.py TEXT_FOLDER [--cache FOLDER]

Run it after lexicon.py. Classes: nothing, comma, full stop, semicolon, colon; other marks are not counted. A table's
probabilities are those of the word's own counts with the class's overall share as a prior worth five uses.
"""

from __future__ import annotations

import argparse
import zlib
from pathlib import Path

import numpy as np
from lexicon_model import FIRST_WORD, NUMBER, STEPS_PER_NAT
from lexicon_text import Stream, cached_stream
from numpy.typing import NDArray

OUT = Path(__file__).resolve().parent.parent / "lexicon"
MARKS = (",", ".", ";", ":")
PRIOR_USES = 5
LEAST = 12  # uses a word needs for a row of its own


def units_of(types: list[str], number: dict[str, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
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


def count(stream: Stream, number: dict[str, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Counts of the classes after each unit, (units, 5), and before it by case, (units, 2, 5)."""
    types, ids = stream.types, np.asarray(stream.ids)
    size = len(number) + FIRST_WORD
    first, last = units_of(types, number)
    capital = np.array([not token[0].islower() for token in types])
    mark = np.full(len(types), -1)
    for k, text in enumerate(MARKS):
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


def main() -> None:
    """Count, smooth, write."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("text", type=Path)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    words = zlib.decompress((OUT / "words.z").read_bytes()).decode("utf-8").split("\n")
    number = {word: row + FIRST_WORD for row, word in enumerate(words)}
    after, before = count(cached_stream(options.text, options.cache), number)
    prior = after.sum(0) / after.sum()
    cased = before.sum(0) / before.sum((0, 2))[:, None]
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
    np.savez_compressed(OUT / "marks.npz", row=row, **logs)
    print(f"{len(own)} words with marks; overall {np.round(prior, 3)}")


if __name__ == "__main__":
    main()
