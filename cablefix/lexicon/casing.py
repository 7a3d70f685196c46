"""The case of words: `In` in mid-sentence for `in`, a lower-case word after a full stop, `cc` in a column of `CC`s.

Engines misread case where the two forms differ in size alone (c, o, s, v, w, x, z) or look like another letter (I).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.model import FIRST_WORD, LanguageModel
from cablefix.lexicon.pieces import Bools, Bytes, Case, Ints, Kind, Pieces
from cablefix.lexicon.screen import Screen
from cablefix.lexicon.wordlist import WordList

Floats = npt.NDArray[np.float32]

_SAME_SHAPE = frozenset("cosvwxzCOSVWXZ")
_all_same_shape = _SAME_SHAPE.issuperset
_all_like_digits = frozenset("0123456789oOlIQ.,").issuperset
_MOSTLY_LOWER = 0.93


class Change(IntEnum):
    """What a case repair does."""

    DOWN = 0
    UP = 1
    CAPITALS = 2


@dataclass(frozen=True, slots=True, eq=False)
class CaseStudy:
    """Places whose case is doubtful, the change each would need, and what the decision sees of them."""

    place: Ints
    change: Bytes
    features: Floats

    def meant(self, pieces: Pieces, row: int) -> str:
        """What the piece should read."""
        text = pieces.types.text[int(pieces.type[self.place[row]])]
        change = int(self.change[row])
        if change == Change.DOWN:
            return text[0].lower() + text[1:]
        return text[0].upper() + text[1:] if change == Change.UP else text.upper()


def study_case(pieces: Pieces, screen: Screen, words: WordList, model: LanguageModel, rate: float) -> CaseStudy:
    """Find the places whose case is doubtful and describe them."""
    types, of = pieces.types, pieces.type
    kind, case = types.kind[of], types.case[of]
    share, count = _lower_share(pieces, words)
    same_shape = types.which(_all_same_shape)[of]
    word = screen.free & (kind == Kind.WORD)
    starts = pieces.stop | pieces.line_break
    column = _column_share(pieces, case == Case.UPPER, same_shape)
    down = word & (case == Case.TITLE) & types.known[of] & ~starts & (share[of] >= _MOSTLY_LOWER)
    up = word & (case == Case.LOWER) & types.known[of] & pieces.stop
    lone = screen.free & (kind == Kind.LETTER) & (case == Case.LOWER)
    capitals = (word | lone) & (case == Case.LOWER) & same_shape & ((column > 0.35) | (screen.capitals > 0.5))
    change = np.where(capitals, Change.CAPITALS, np.where(down, Change.DOWN, Change.UP)).astype(np.uint8)
    place = np.flatnonzero(down | up | capitals)
    features = _describe(pieces, screen, place, change[place], share, count, column, rate)
    bounds = np.stack(model.on_or_anew(types.unit[of], place), axis=1)
    features = np.concatenate((features, bounds), axis=1)
    return CaseStudy(place, change[place], features)


def _lower_share(pieces: Pieces, words: WordList) -> tuple[Floats, Floats]:
    """Of each type: the share of lower-case uses inside sentences in the counted text, and the log of its count."""
    row = pieces.types.unit.astype(np.int64) - FIRST_WORD
    listed = row >= 0
    share = np.where(listed, words.lower_share[np.maximum(row, 0)], np.float32(0.5))
    count = np.where(listed, words.counts[0][np.maximum(row, 0)].astype(np.float32) / 11.5, np.float32(0))
    return share, count


def _column_share(pieces: Pieces, upper: Bools, same_shape: Bools) -> Floats:
    """For the first word after the numbers that begin a line: the share of upper-case ones among all such.

    Words whose letters do not show their case are not counted, but they get the share of the others wherever they
    stand.
    """
    number = (pieces.types.which(_all_like_digits) | (pieces.types.kind == Kind.NUMBER))[pieces.type]
    line = np.cumsum(pieces.line_start)
    word = np.flatnonzero(~number)
    first = word[np.unique(line[word], return_index=True)[1]]
    first = first[(first > 0) & number[first - 1] & ~pieces.line_start[first]]
    shown = first[~same_shape[first]]
    share = np.zeros(len(pieces), np.float32)
    if len(shown) >= 6:
        share[first] = upper[shown].mean()
        known = np.zeros(len(pieces.types.text), np.float32)
        known[pieces.type[first]] = share[first[0]]
        share = np.where(same_shape, known[pieces.type], share)
    return share


def _describe(
    pieces: Pieces,
    screen: Screen,
    place: Ints,
    change: Bytes,
    share: Floats,
    count: Floats,
    column: Floats,
    rate: float,
) -> Floats:
    """The features, shape (places, features)."""
    types, of = pieces.types, pieces.type
    case = np.concatenate((types.case[of], np.zeros(2, np.uint8)))
    kind = types.kind[of]
    inside = ~(pieces.stop | pieces.line_break)
    size, low = len(types.words), types.word[of]
    titles = np.bincount(low, weights=inside & (types.case[of] == Case.TITLE), minlength=size)
    lowers = np.bincount(low, weights=types.case[of] == Case.LOWER, minlength=size)
    own = (change == Change.DOWN) * 1.0
    gap = [pieces.gap[at] for at in place.tolist()]
    text = [types.text[row] for row in of[place].tolist()]
    sentence_starts = pieces.stop & (kind == Kind.WORD)
    capital_starts = float((types.case[of][sentence_starts] != Case.LOWER).mean()) if sentence_starts.any() else 1.0
    last_number = np.concatenate(([False], kind[:-1] == Kind.NUMBER))
    columns = [
        change == Change.DOWN, change == Change.UP, change == Change.CAPITALS, share[of[place]], count[of[place]],
        pieces.stop[place], pieces.line_start[place], pieces.line_break[place],
        [("," in g) or (";" in g) for g in gap], [any(c in ":.!?-–—" for c in g) for g in gap],
        case[place + 1] == Case.TITLE, case[place + 1] == Case.UPPER, (case[place - 1] == Case.TITLE) & (place > 0),
        np.log1p(np.maximum(titles[low[place]] - own, 0)), np.log1p(lowers[low[place]]),
        [t[0] in _SAME_SHAPE for t in text], [t[0] == "I" for t in text], [set(t) <= _SAME_SHAPE for t in text],
        types.length[of[place]], column[place], np.full(len(place), np.log1p(float((column > 0).sum()))),
        screen.capitals[place], np.full(len(place), np.log(rate)), last_number[place],
        np.full(len(place), capital_starts), types.known[of[place]], [any(c in "\"'“”‘’(" for c in g) for g in gap],
    ]  # fmt: skip
    return np.stack([np.asarray(column, np.float32) for column in columns], axis=1)
