"""The language model: how likely a word is after two others, and how word-like a string of letters is.

A trigram model over word numbers with back-off, and a four-letter model. All probabilities are natural logarithms;
on disk they are bytes (14 steps to a nat). Made by dictionaries/build/lexicon_model.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.files import lexicon_folder

UNKNOWN, SENTENCE, NUMBER, FIRST_WORD = 0, 1, 2, 3
_STEP = np.float32(1 / 14)
_BACKOFF_ZERO = 128

_PAIRS_IN_ROW, _TRIPLES_IN_ROW = 32, 16

Keys = npt.NDArray[np.unsignedinteger[Any]]
Units = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Reader = Callable[[str], npt.NDArray[np.generic]]


class Blocks:
    """Sorted keys in rows, with a table of the first key of each row but the first.

    The table is small enough to stay in the processor's cache, and a row lies in one or two of its lines: a search
    in the keys themselves would wait for memory at each of its last steps.
    """

    def __init__(self, keys: Keys, width: int) -> None:
        rows = -(-max(len(keys), 1) // width)
        padded = np.full(rows * width, np.iinfo(keys.dtype).max, keys.dtype)
        padded[: len(keys)] = keys
        self.keys = padded[: len(keys)]
        self._rows = padded.reshape(rows, width)
        self._first = self._rows[1:, 0].copy()

    def find(self, wanted: Keys) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Where each key stands, and whether it is there at all; no key is the largest that there may be.

        >>> blocks = Blocks(np.array([2, 3, 5, 7, 11], np.uint32), 2)
        >>> [found.tolist() for found in blocks.find(np.array([7, 2, 4], np.uint32))]
        [[3, 0, 0], [True, True, False]]
        """
        row = np.searchsorted(self._first, wanted, side="right")
        same = self._rows[row] == wanted[:, None]
        column = same.argmax(axis=1)
        return row * self._rows.shape[1] + column, same[np.arange(len(row)), column]


@dataclass(frozen=True, slots=True, eq=False)
class LanguageModel:
    """A pruned back-off trigram model over units.

    Units are uint16 numbers: unknown word, sentence bound, number, then the words of `words.z` in order. `key2` holds
    `first << 16 | second` of each bigram, `key3` `row of the bigram << 16 | third` of each trigram, both sorted.
    `p*` are log-probabilities, `b*` log back-off weights.
    """

    p1: Floats
    b1: Floats
    key2: npt.NDArray[np.uint32]
    p2: Floats
    b2: Floats
    key3: npt.NDArray[np.uint64]
    p3: Floats
    letters: npt.NDArray[np.uint8]
    _pairs: Blocks = field(init=False, repr=False)
    _triples: Blocks = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Lay the keys out for the search."""
        pairs, triples = Blocks(self.key2, _PAIRS_IN_ROW), Blocks(self.key3, _TRIPLES_IN_ROW)
        for name, value in (("_pairs", pairs), ("_triples", triples), ("key2", pairs.keys), ("key3", triples.keys)):
            object.__setattr__(self, name, value)

    def after_one(self, v: Units, w: Units) -> Floats:
        """ln p(w | v), element by element."""
        key = (v << np.uint32(16)) | w
        row, seen = self._pairs.find(key)
        return np.where(seen, self.p2[row * seen], self.b1[v] + self.p1[w])

    def after_two(self, u: Units, v: Units, w: Units) -> Floats:
        """ln p(w | u v), element by element."""
        if not len(w):
            return np.zeros(0, np.float32)
        third: npt.NDArray[np.bool_] = np.tile([False, False, True], len(w))
        value: Floats = self.along(np.stack((u, v, w), axis=1).ravel(), third)[third]
        return value

    def on_or_anew(self, units: Units, place: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
        """ln p of the units at some places of a text if the sentence goes on there, and if a new one begins."""
        before = np.concatenate((np.full(2, SENTENCE, np.uint32), units))
        earlier, last, unit = before[place], before[place + 1], units[place]
        bound = np.full(len(place), SENTENCE, np.uint32)
        streams = ((earlier, earlier, last), (last, last, bound), (unit, bound, unit))
        goes_on, ends, begins = np.split(self.after_two(*(np.concatenate(part) for part in streams)), 3)
        return goes_on, ends + begins

    def along(self, stream: Units, wanted: npt.NDArray[np.bool_]) -> Floats:
        """ln p of each wanted unit of a stream after the two before it, 0 for the others; shape (units,).

        Each pair of the stream is looked up once.
        """
        v, w = stream[1:-1], stream[2:]
        key = (stream[:-1] << np.uint32(16)) | stream[1:]
        row, seen = self._pairs.find(key)
        row *= seen
        single = np.where(seen[1:], self.p2[row[1:]], self.b1[v] + self.p1[w])
        value = np.zeros(len(stream), np.float32)
        value[2:] = single + np.where(seen[:-1], self.b2[row[:-1]], np.float32(0))
        look = np.flatnonzero(seen[:-1] & wanted[2:])
        whole = (row[look].astype(np.uint64) << np.uint64(16)) | w[look]
        at, hit = self._triples.find(whole)
        value[look[hit] + 2] = self.p3[at[hit]]
        value[~wanted] = 0
        return value

    def spell(self, words: list[str]) -> Floats:
        """ln p of the letters of each word, lower-cased, its end included; shape (words,).

        >>> model = load_model()
        >>> good, bad = model.spell(["consulting", "cqnsnltlng"])
        >>> bool(good > bad + 5)
        True
        """
        if not words:
            return np.zeros(0, np.float32)
        width = max(map(len, words)) + 1
        joined = "".join(word.lower()[: width - 1].ljust(width, "\0") for word in words)
        codes = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32).reshape(len(words), width)
        letters = np.where((codes >= 97) & (codes <= 122), codes - 96, 27)
        length = np.fromiter(map(len, words), np.int64, len(words))
        column = np.arange(width)
        letters[column >= length[:, None]] = 0
        padded = np.pad(letters, ((0, 0), (3, 0)))
        cost = self.letters[padded[:, :-3], padded[:, 1:-2], padded[:, 2:-1], letters].astype(np.float32)
        cost[column > length[:, None]] = 0
        total: Floats = -_STEP * cost.sum(1)
        return total


def _load(folder: Path, name: str) -> npt.NDArray[np.generic]:
    array: npt.NDArray[np.generic] = np.load(folder / f"model_{name}.npy", mmap_mode="r")
    return array


def _logs(read: Reader, name: str) -> Floats:
    return -_STEP * read(name).astype(np.float32)


def _weights(read: Reader, name: str) -> Floats:
    return _STEP * (read(name).astype(np.float32) - _BACKOFF_ZERO)


@lru_cache(maxsize=4)
def load_model(folder: Path | None = None) -> LanguageModel:
    """The model of a folder made by dictionaries/build/lexicon_model.py; without one, the shipped model."""
    folder = folder or lexicon_folder()
    return decode_model(lambda name: _load(folder, name))


def decode_model(read: Reader) -> LanguageModel:
    """The model whose arrays, as bytes and counts, `read` gives by name."""
    count2 = read("count2").astype(np.int64)
    count3 = read("count3").astype(np.int64)
    first = np.repeat(np.arange(len(count2), dtype=np.uint32), count2)
    second = read("unit2").astype(np.uint32)
    row = np.repeat(np.arange(len(count3), dtype=np.uint64), count3)
    third = read("unit3").astype(np.uint64)
    return LanguageModel(
        _logs(read, "p1"),
        _weights(read, "b1"),
        (first << np.uint32(16)) | second,
        _logs(read, "p2"),
        _weights(read, "b2"),
        (row << np.uint64(16)) | third,
        _logs(read, "p3"),
        np.asarray(read("letters"), np.uint8),
    )
