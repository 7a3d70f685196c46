"""How well a word fits among the six words on either side of it, beyond what three words in a row tell.

Each common word has a vector. The vectors around a place, weighed by where they stand, and a small hidden layer over
them make the vector of the place; its product with the vector of a word, and the word's bias, is ln p of the word there
up to a constant (a log-bilinear model, Mnih and Hinton 2007, that reads both sides at once). The constant is guessed
from the commonest words. Words without a vector share that of the unknown word, and each has its share of what that is
given. Made by dictionaries/build/lexicon_context.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.files import lexicon_folder
from cablefix.lexicon.model import FIRST_WORD, SENTENCE, UNKNOWN, load_model

SIDE = 6  # words on either side
STEPS_BELOW_ZERO = 8  # a number of a vector is one of sixteen steps
RARE_WORD = np.float32(-11.4)  # ln of one over the number of words without counts
_TYPICAL = 256  # words that stand for all words
_AT_ONCE = 32  # places; larger products wake the threads of the linear algebra, which cost more than they bring
_PARTS = 2  # into which the typical words are cut, for the same reason
_MOST_UNITS = 3

Ints = npt.NDArray[np.int64]
Units = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float32]


class Readings(NamedTuple):
    """Readings of places in a text of units: each stands for `flat[left:right]`; columns of shape (readings,).

    `unit`, shape (readings, 3), of which the first `units` count; `kept` is the unit that stands there now.
    """

    flat: Units
    left: Ints
    right: Ints
    unit: Units
    units: Ints
    kept: Units


class Fit(NamedTuple):
    """ln p of each reading and of what stands there, guessed from what stands around; of several units the mean."""

    meant: Floats
    kept: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """The model: `row` of each unit's vector in the table `packed`, two numbers of four bits in a byte.

    `share`: shape (units,), ln of a unit's share of what its vector is given, 0 for one that has it alone. `scale`,
    `bias`: shape (rows,). `places`: (2 * SIDE, size), the weights of where a word stands. `w1`, (2 * SIDE, size,
    hidden), `b1`, `w2`, `b2`: the hidden layer. `common`, (parts, size, words), `usual`: vectors and biases
    of the commonest words.
    """

    row: Ints
    share: Floats
    packed: npt.NDArray[np.uint8]
    scale: Floats
    bias: Floats
    places: Floats
    w1: Floats
    b1: Floats
    w2: Floats
    b2: Floats
    common: Floats
    usual: Floats

    def vectors(self, rows: Ints) -> Floats:
        """The vectors of some rows; shape (rows, size)."""
        return unpack(self.packed[rows], self.scale[rows])

    def look(self, around: Ints) -> tuple[Floats, Floats]:
        """The vectors of places, from the rows of the words around, shape (places, 2 * SIDE); and their constants.

        The constant is ln of the sum that products with the vector are to be divided by, over the commonest words.
        """
        rows, index = np.unique(around, return_inverse=True)
        table, index = self.vectors(rows), index.reshape(around.shape).T
        found = np.empty((len(around), table.shape[1]), np.float32)
        constant = np.empty(len(around), np.float32)
        for begin in range(0, len(around), _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            each = table[index[:, part]]  # (2 * SIDE, places, size)
            hidden = np.maximum(np.matmul(each, self.w1).sum(0) + self.b1, 0)
            found[part] = (each * self.places[:, None]).sum(0) + hidden @ self.w2 + self.b2
            constant[part] = np.log(np.exp(np.matmul(found[part], self.common) + self.usual).sum((0, 2)))
        return found, constant

    def fit(self, readings: Readings) -> Fit:
        """ln p of each reading, and of what stands in its place.

        >>> from cablefix.lexicon.wordlist import load_wordlist
        >>> def units(text):
        ...     return [load_wordlist().vocabulary[word] + FIRST_WORD for word in text.split()]
        >>> flat = np.array(units("the ambassador called on the foreign monster last night to deliver it"), np.uint32)
        >>> offered = np.array([[*units("minister"), 0, 0]], np.uint32)
        >>> one = np.ones(1, np.int64)
        >>> fit = load_surroundings().fit(Readings(flat, one * 6, one * 7, offered, one, flat[6:7]))
        >>> bool(fit.meant[0] > fit.kept[0] + 5)
        True
        """
        bounds = np.full(SIDE, SENTENCE, np.uint32)
        flat = self.row[np.concatenate((bounds, readings.flat, bounds))]
        before = flat[readings.left[:, None] + np.arange(SIDE)]
        after = flat[readings.right[:, None] + np.arange(SIDE, 2 * SIDE)]
        unit = self.row[readings.unit]
        _, first, back = np.unique(
            readings.left * (len(flat) + 1) + readings.right, return_index=True, return_inverse=True
        )
        vector, constant = self.look(np.concatenate((before[first], after[first]), axis=1))
        vector, constant = vector[back], constant[back]
        meant = self._product(vector, unit[:, 0]) - constant + self.share[readings.unit[:, 0]]
        several = np.flatnonzero(readings.units > 1)
        if len(several):
            units = readings.units[several]
            line = _in_a_row(before[several], unit[several], units, after[several])
            parts = []
            for at in (units * 0, units - 1):
                place, sum_ = self.look(_around(line, at))
                parts.append(self._product(place, unit[several, at]) - sum_ + self.share[readings.unit[several, at]])
            meant[several] = (parts[0] + parts[1]) / 2
        kept = self._product(vector, self.row[readings.kept]) - constant
        return Fit(meant, kept + np.where(readings.kept == UNKNOWN, 0, self.share[readings.kept]))

    def _product(self, vector: Floats, row: Ints) -> Floats:
        rows, index = np.unique(row, return_inverse=True)
        product: Floats = (vector * self.vectors(rows)[index]).sum(1) + self.bias[row]
        return product

    def renumbered(self, ours: Mapping[str, int], theirs: Mapping[str, int]) -> Surroundings:
        """The model for a word list that numbers its words otherwise; words that ours lacks are unknown."""
        unit = np.full(len(theirs) + FIRST_WORD, UNKNOWN, np.int64)
        unit[:FIRST_WORD] = np.arange(FIRST_WORD)
        for word, at in theirs.items():
            if word in ours:
                unit[at + FIRST_WORD] = ours[word] + FIRST_WORD
        return replace(self, row=self.row[unit], share=self.share[unit])


def unpack(packed: npt.NDArray[np.uint8], scale: Floats) -> Floats:
    """Vectors from four bits a number, the first half of each below the second.

    >>> unpack(np.array([[0x9F, 0x80]], np.uint8), np.array([0.5], np.float32)).tolist()
    [[3.5, -4.0, 0.5, 0.0]]
    """
    steps = np.concatenate((packed & 15, packed >> 4), axis=-1).astype(np.float32)
    vectors: Floats = (steps - STEPS_BELOW_ZERO) * scale[:, None]
    return vectors


def _in_a_row(before: Ints, unit: Ints, units: Ints, after: Ints) -> Ints:
    """What stands before each reading, its units, and what stands after, without holes; shape (readings, columns)."""
    column = np.arange(_MOST_UNITS + SIDE)
    own = column < units[:, None]
    behind = np.clip(column - units[:, None], 0, SIDE - 1)
    wide = np.pad(unit, ((0, 0), (0, SIDE)))
    return np.concatenate((before, np.where(own, wide, np.take_along_axis(after, behind, axis=1))), axis=1)


def _around(line: Ints, at: Ints) -> Ints:
    """The words around the unit number `at` of each line."""
    offsets = np.concatenate((np.arange(SIDE), np.arange(SIDE + 1, 2 * SIDE + 1)))
    return np.take_along_axis(line, at[:, None] + offsets, axis=1)


@lru_cache(maxsize=1)
def load_surroundings() -> Surroundings:
    """The shipped model, for the numbers of the shipped word list."""
    folder = lexicon_folder()
    with np.load(folder / "context_net.npz") as data:
        read: dict[str, npt.NDArray[Any]] = {name: data[name] for name in data.files}
    unit = read.pop("unit")
    row = np.zeros(int(read.pop("words")), np.int64)
    row[unit] = np.arange(len(unit))
    p1 = load_model().p1
    share = np.where(row == 0, p1 - np.log(np.exp(p1[row == 0]).sum()), 0).astype(np.float32)
    share[UNKNOWN] = RARE_WORD
    numbers = {name: value.astype(np.float32) for name, value in read.items()}
    typical = np.argsort(-numbers["bias"], kind="stable")[:_TYPICAL]
    numbers["w1"] = numbers["w1"].reshape(2 * SIDE, -1, numbers["w1"].shape[1])
    packed = np.asarray(np.load(folder / "context_words.npy", mmap_mode="r"))
    common = unpack(packed[typical], numbers["scale"][typical]).reshape(_PARTS, -1, 2 * packed.shape[1])
    usual = numbers["bias"][typical].reshape(_PARTS, 1, -1)
    return Surroundings(
        row=row, share=share, packed=packed, common=common.transpose(0, 2, 1).copy(), usual=usual, **numbers
    )
