"""What each doubtful place of a text may have read: words, words parted, words joined.

The table is built for the text as a whole. Words that look alike share their candidates, so these are found once for
each type and then spread over the places by array arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.candidates import Finder
from cablefix.lexicon.model import FIRST_WORD, UNKNOWN
from cablefix.lexicon.pieces import Bools, Case, Ints, Kind, Pieces, Types, Units
from cablefix.lexicon.wordlist import WordList

_LONGEST = 24
_SPLIT_COUNT = 60  # parts of a parted word were each counted so often (in steps of the word list)
_JOIN_COUNT = 24
_SHORT_PARTS = frozenset("a i o of to in is it be by we he as at on or an my no so up us do if me go am".split())


class Source(IntEnum):
    """How a hypothesis was found."""

    WORD = 0
    SPLIT = 1
    JOIN = 2


@dataclass(slots=True, eq=False)
class Table:
    """Hypotheses, sorted by place; all columns of shape (hypotheses,), `unit` (hypotheses, 3).

    A hypothesis says that the pieces `place` to `place + span - 1`, which read `seen`, should read `meant`: one unit
    or several (`units` of them). `pair` is the row of its (seen, meant) in the channel's alignment.
    """

    place: Ints
    span: Ints
    source: npt.NDArray[np.uint8]
    unit: Units
    units: Ints
    pair: Ints
    seen: list[str]  # of each pair
    meant: list[str]  # of each pair


def render(seen: str, low: str, case: int, words: WordList) -> str:
    """A lower-case candidate in the case of the string that it replaces; a name keeps its capital.

    >>> from cablefix.lexicon.wordlist import load_wordlist
    >>> words = load_wordlist()
    >>> render("Tbe", "the", Case.TITLE, words), render("gencva", "geneva", Case.LOWER, words)
    ('The', 'Geneva')
    """
    if case == Case.UPPER:
        return low.upper()
    if case == Case.TITLE:
        return capitalise(low)
    if case == Case.ODD:
        capitals = sum(map(str.isupper, seen))
        small = sum(map(str.islower, seen))
        if capitals > 2 * small:
            return low.upper()
        if seen[0].isupper():
            return capitalise(low)
    return low if words.known(low) else capitalise(low)


def capitalise(low: str) -> str:
    """The word with a capital, two in McX and O'X.

    >>> capitalise("mcduff"), capitalise("o'hara"), capitalise("don't")
    ('McDuff', "O'Hara", "Don't")
    """
    if low.startswith("mc") and len(low) > 4:
        return "Mc" + low[2:].capitalize()
    if low[1:2] == "'" and len(low) > 4:
        return low[:2].capitalize() + low[2:].capitalize()
    return low.capitalize()


class Builder:
    """Collects hypotheses for one text."""

    def __init__(self, pieces: Pieces, finder: Finder) -> None:
        self.pieces = pieces
        self.finder = finder
        self.words = finder.words
        self._pair: dict[tuple[str, str], int] = {}
        self._of_type: dict[int, list[tuple[int, Source, tuple[int, ...]]]] = {}
        self._rows: list[tuple[int, int, int, int, tuple[int, ...]]] = []

    def unit(self, low: str) -> int:
        """The language model's number of a word."""
        row = self.words.vocabulary.get(low)
        return UNKNOWN if row is None else row + FIRST_WORD

    def _add_pair(self, seen: str, meant: str) -> int:
        return self._pair.setdefault((seen, meant), len(self._pair))

    def propose_words(self, unknown: Sequence[int], doubtful: Sequence[int], memory: frozenset[str]) -> None:
        """Candidates for types: `unknown` ones by both searches, `doubtful` words by likely misreadings only."""
        types = self.pieces.types
        stems = {kind: _stem(types, kind) for kind in (*unknown, *doubtful)}
        scanned = [kind for kind in unknown if 2 <= len(stems[kind][0]) <= _LONGEST]
        near = self.finder.scan([stems[kind][0] for kind in scanned])
        for kind, lows in zip(scanned, near, strict=True):
            upper = types.case[kind] == Case.UPPER
            exact = self.finder.undo(stems[kind][0], upper=upper, sure=False, more=memory)
            self._propose(kind, stems[kind], dict.fromkeys(exact + lows))
            self._propose_splits(kind, stems[kind][0])
        for kind in doubtful:
            upper = types.case[kind] == Case.UPPER
            self._propose(kind, stems[kind], self.finder.undo(stems[kind][0], upper=upper, sure=True, more=memory))

    def _propose(self, kind: int, stem: tuple[str, str], lows: Sequence[str] | dict[str, None]) -> None:
        types = self.pieces.types
        seen, case = types.text[kind], int(types.case[kind])
        ending = stem[1]
        found = self._of_type.setdefault(kind, [])
        if case == Case.ODD and types.unit[kind] != UNKNOWN and not ending:
            lows = [stem[0], *lows]
        for low in lows:
            meant = render(seen, low, case, self.words) + ending
            if meant != seen:
                found.append((self._add_pair(seen, meant), Source.WORD, (self.unit(low),)))

    def _propose_splits(self, kind: int, low: str) -> None:
        if len(low) < 4 or not low.isalpha():
            return
        seen, counts = self.pieces.types.text[kind], self.words.counts[0]
        best: list[tuple[int, tuple[int, ...], tuple[int, ...]]] = []
        for at in range(1, len(low)):
            left, right = self._part(low[:at]), self._part(low[at:])
            if left >= 0 and right >= 0:
                best.append((int(counts[left]) + int(counts[right]), (at,), (left, right)))
        if len(low) > 8:
            best += self._three_parts(low)
        for _, cuts, rows in sorted(best, reverse=True)[:3]:
            meant = " ".join(seen[a:b] for a, b in zip((0, *cuts), (*cuts, len(seen)), strict=True))
            units = tuple(row + FIRST_WORD for row in rows)
            self._of_type[kind].append((self._add_pair(seen, meant), Source.SPLIT, units))

    def _three_parts(self, low: str) -> list[tuple[int, tuple[int, ...], tuple[int, ...]]]:
        counts = self.words.counts[0]
        found: list[tuple[int, tuple[int, ...], tuple[int, ...]]] = []
        for a in range(1, len(low) - 2):
            left = self._part(low[:a])
            if left < 0:
                continue
            for b in range(a + 1, len(low)):
                middle, right = self._part(low[a:b]), self._part(low[b:])
                if middle >= 0 and right >= 0:
                    total = int(counts[left]) + int(counts[middle]) + int(counts[right])
                    found.append((total - 120, (a, b), (left, middle, right)))
        return found

    def _part(self, low: str) -> int:
        """The vocabulary row of a word common enough to be one part of a run-together string, else -1."""
        row = self.words.vocabulary.get(low, -1)
        if row < 0 or self.words.counts[0][row] < _SPLIT_COUNT:
            return -1
        return row if len(low) > 2 or low in _SHORT_PARTS else -1

    def propose_joins(self, damaged: Bools, free: Bools) -> None:
        """Runs of two to four pieces that make one word together.

        `damaged`: the piece is unknown or a stray letter; a run without one is joined only where the whole is a
        common word. `free`: the piece may be repaired.
        """
        pieces = self.pieces
        text, low = pieces.types.text, pieces.types.low
        vocabulary, counts, more = self.words.vocabulary, self.words.counts[0], self.words.more
        word = free & np.isin(pieces.types.kind, (Kind.WORD, Kind.LETTER, Kind.MIXED))[pieces.type]
        joinable = np.fromiter((gap in _JOINABLE for gap in pieces.gap), bool, len(pieces))
        follows = np.zeros(len(pieces), bool)
        follows[1:] = word[1:] & word[:-1] & joinable[1:]
        type_ = pieces.type.tolist()
        ahead, bad = follows.tolist(), damaged.tolist()
        for place in np.flatnonzero(follows).tolist():
            first = place - 1
            seen, whole = text[type_[first]], low[type_[first]]
            any_bad = bad[first]
            for last in range(place, min(place + 3, len(type_))):
                if not ahead[last]:
                    break
                kind = type_[last]
                seen += pieces.gap[last] + text[kind]
                whole += text[kind].lower()
                any_bad = any_bad or bad[last]
                row = vocabulary.get(whole)
                if row is not None and counts[row] >= (_JOIN_COUNT if any_bad else 40):
                    unit = row + FIRST_WORD
                elif any_bad and whole in more and len(whole) > 3:
                    unit = UNKNOWN
                else:
                    if last - first >= 1 and not any_bad:
                        break
                    continue
                meant = render(text[type_[first]], whole, int(pieces.types.case[type_[first]]), self.words)
                if text[type_[last]].isupper() and text[type_[first]].isupper():
                    meant = whole.upper()
                self._rows.append((first, last - first + 1, self._add_pair(seen, meant), Source.JOIN, (unit,)))

    def table(self, active: Ints) -> Table:
        """The hypotheses of all `active` places, and the joins."""
        kinds = self.pieces.type[active]
        proposals = self._of_type
        sizes = np.fromiter((len(proposals.get(kind, ())) for kind in kinds.tolist()), np.int64, len(kinds))
        flat_kind = {kind: row for row, kind in enumerate(proposals)}
        begin = np.concatenate(([0], np.cumsum([len(found) for found in proposals.values()]))).astype(np.int64)
        flat = [item for found in proposals.values() for item in found]
        start = begin[[flat_kind.get(kind, 0) for kind in kinds.tolist()]] if len(kinds) else np.zeros(0, np.int64)
        first = np.concatenate(([0], np.cumsum(sizes)))[:-1]
        pick = np.repeat(start - first, sizes) + np.arange(int(sizes.sum()))
        pair = np.array([item[0] for item in flat] + [row[2] for row in self._rows], np.int64)
        source = np.array([item[1] for item in flat] + [row[3] for row in self._rows], np.uint8)
        listed = [item[2] for item in flat] + [row[4] for row in self._rows]
        units = np.fromiter(map(len, listed), np.int64, len(listed))
        unit = np.zeros((len(listed), 3), np.uint32)
        for column in range(3):
            has = np.flatnonzero(units > column)
            unit[has, column] = [listed[row][column] for row in has.tolist()]
        rows = np.concatenate((pick, np.arange(len(flat), len(listed))))
        place = np.concatenate((np.repeat(active, sizes), [row[0] for row in self._rows])).astype(np.int64)
        span = np.concatenate((np.ones(len(pick)), [row[1] for row in self._rows])).astype(np.int64)
        order = np.argsort(place, kind="stable")
        rows = rows[order]
        pairs = list(self._pair)
        return Table(
            place[order], span[order], source[rows], unit[rows], units[rows], pair[rows],
            [seen for seen, _ in pairs], [meant for _, meant in pairs],
        )  # fmt: skip


_JOINABLE = frozenset((" ", "  ", " '", "' ", " -", ""))


def _stem(types: Types, kind: int) -> tuple[str, str]:
    """The lower-case string to search for, and a possessive ending kept aside."""
    low, text = types.low[kind], types.text[kind]
    return low, text[len(low) :] if len(low) < len(text) else ""
