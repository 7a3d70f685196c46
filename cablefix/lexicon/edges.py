"""Letters that an engine gave up on: read as a symbol at the edge of a word, or left blank inside or behind it.

`officer«` is officers, `_nd` is and, `w th` is with, `book ,` is books. The symbol, or the blank, is taken for any
letter that makes a word; the weighing tells which, and whether it is not a bullet, a speck or a space after all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.pieces import Bools, Ints, Kind, Pieces

Floats = npt.NDArray[np.float32]

# What never stands directly beside a word by design, or seldom; and marks that do, unless the word is damaged.
_SYMBOLS = frozenset("@$§€£®©°¢|{}<>=*~^\\#%&«»¥•·_¡¬¦+")
_MARKS = frozenset("!?:'\"()[]’‘“”-")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_BLANK = " "
_BLANKS = frozenset((" ", "-", " -", "- ", "_", " _", "_ ", " _ "))
_STOPS = frozenset(".,;:?!")
_USUAL = 0.2  # share of a text's stops that stand off their words, from which on the blank says nothing
_ROW = 3  # so many symbols in a row are a rule or an ornament
LONGEST = 24  # characters of the longest string that is taken for a word


class Known(NamedTuple):
    """The words that there are: those counted often enough, and the text's own."""

    counted: frozenset[str]
    own: frozenset[str]

    def among(self, tries: list[str]) -> list[str]:
        """Those of the strings that are words."""
        if not self.own:
            return list(filter(self.counted.__contains__, tries))
        return [low for low in tries if low in self.counted or low in self.own]


class Offer(NamedTuple):
    """What the pieces `place` to `place + span - 1` may be, read with `lead` characters before them as `seen`.

    `junk` is the symbol that is left over where they are kept.
    """

    place: int
    span: int
    seen: str
    low: str
    lead: int = 0
    junk: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """The symbol directly before and after each piece, "" for none; lists of length (pieces,).

    `unknown`, shape (pieces,): of the pieces that have the same symbol on the same side, the share that no list has
    without it; 0 where there is no symbol. A bullet stands before words, an unread letter before what is none.
    """

    before: list[str]
    after: list[str]
    places: Ints
    unknown: Floats


def find_edges(pieces: Pieces, free: Bools, damaged: Bools) -> Edges:
    """The symbols beside the words that may be repaired; marks of punctuation only beside damaged ones."""
    size = len(pieces)
    before, after = [""] * size, [""] * size
    unknown = np.zeros(size, np.float32)
    ends: dict[str, tuple[str, str]] = {}
    for gap in set(pieces.gap):
        left, _, right = gap.partition(" ")
        if " " in gap and gap != " " and len(gap) <= _ROW + 1:
            ends[gap] = _symbol(left[:1]), _symbol(right[-1:])
    apart = _before_stops_apart(pieces)
    if not ends and not len(apart):
        return Edges(before, after, np.zeros(0, np.int64), unknown)
    word = free & pieces.of_kind(Kind.WORD, Kind.LETTER, Kind.MIXED)
    usable, hurt = word.tolist(), damaged.tolist()
    sides: dict[tuple[str, bool], list[int]] = {}
    for place, gap in enumerate(pieces.gap):
        found = ends.get(gap)
        if found is None:
            continue
        if found[0] and place and usable[place - 1] and (found[0] in _SYMBOLS or hurt[place - 1]):
            after[place - 1] = found[0]
            sides.setdefault((found[0], True), []).append(place - 1)
        if found[1] and usable[place] and (found[1] in _SYMBOLS or hurt[place]):
            before[place] = found[1]
            sides.setdefault((found[1], False), []).append(place)
    for place in apart.tolist():
        if usable[place] and not after[place]:
            after[place] = _BLANK
            sides.setdefault((_BLANK, True), []).append(place)
    for of in sides.values():
        unknown[of] = np.maximum(unknown[of], damaged[of].mean())
    places = np.array(sorted({place for of in sides.values() for place in of}), np.int64)
    return Edges(before, after, places, unknown)


def _before_stops_apart(pieces: Pieces) -> Ints:
    """The pieces before a stop that stands alone, `book ,`; none where stops mostly stand so."""
    stop = np.fromiter((gap[0] in _STOPS and gap[1:] == " " for gap in pieces.gap), bool, len(pieces))
    alone = stop & (np.diff(pieces.token, prepend=pieces.token[:1]) > 1)
    alone[:1] = False
    if (alone.sum() - 1) >= _USUAL * stop.sum():
        return np.zeros(0, np.int64)
    return np.flatnonzero(alone) - 1


def _symbol(character: str) -> str:
    return character if character in _SYMBOLS or character in _MARKS else ""


def offer_edges(pieces: Pieces, edges: Edges, others: Callable[[int], Sequence[str]], words: Known) -> Iterator[Offer]:
    """The words that the pieces with a symbol may be when it stands for a letter.

    `others` gives what a type may be by itself; `words` are those that there are.
    """
    types = pieces.types
    for place in edges.places.tolist():
        kind = int(pieces.type[place])
        text, low = types.text[kind], types.low[kind]
        if len(low) < len(text) or len(low) > LONGEST:
            continue  # a possessive
        for lead, trail in ((edges.before[place], ""), ("", edges.after[place])):
            symbol = lead + trail
            if not symbol:
                continue
            junk = symbol if symbol in _SYMBOLS or symbol == _BLANK else ""
            tries = [letter + low if lead else low + letter for letter in _LETTERS]
            for meant in dict.fromkeys([*words.among(tries), *others(kind)]):
                if meant != low and abs(len(meant) - len(low)) < 3:
                    yield Offer(place, 1, lead + text + trail, meant, len(lead), junk)


def offer_blanks(pieces: Pieces, free: Bools, damaged: Bools, doubtful: Bools, words: Known) -> Iterator[Offer]:
    """The words that two pieces make with a letter where the blank between them is.

    One of the two must be no word, or both be words out of place.
    """
    types, type_ = pieces.types, pieces.type
    word = free & pieces.of_kind(Kind.WORD, Kind.LETTER)
    blank = np.fromiter((gap in _BLANKS for gap in pieces.gap), bool, len(pieces))
    first = np.flatnonzero(word[:-1] & word[1:] & blank[1:] & _hurt(damaged, doubtful))
    for place in first.tolist():
        left, right = int(type_[place]), int(type_[place + 1])
        head, tail = types.text[left], types.low[right]
        if len(head) + len(tail) < 3 or len(head) + len(tail) > LONGEST:
            continue
        gap = pieces.gap[place + 1]
        if gap == "-" and types.known[right]:
            continue  # co-respondent
        seen = head + gap + types.text[right]
        head = head.lower()
        for meant in words.among([head + letter + tail for letter in _LETTERS]):
            yield Offer(place, 2, seen, meant + types.text[right][len(tail) :])


def _hurt(damaged: Bools, doubtful: Bools) -> Bools:
    pairs: Bools = damaged[:-1] | damaged[1:] | (doubtful[:-1] & doubtful[1:])
    return pairs
