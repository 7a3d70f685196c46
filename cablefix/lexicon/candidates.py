"""Which words a damaged string may have been.

Two searches complete each other: every likely misreading is undone at every place and the result looked up; and the
counted vocabulary is scanned for words of about the same letters, whatever their order, of which those within two
or three edits stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist, cpdist

from cablefix.lexicon.channel import Channel, encode, explain
from cablefix.lexicon.explainer import Explainer
from cablefix.lexicon.remembered import make_room
from cablefix.lexicon.wordlist import WordList

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

_SWAP_LIMIT = 4.5  # nats: misreadings rarer than this are left to the scan
_SURE_SWAP_LIMIT = 3.2  # the same where the string is a word as it stands
_PAIR_LIMIT = 6.5
_SCAN_LEAST = 13  # steps of the word list: words seen twice or more
_COMMON_LIMIT, _COMMON_MOST = 7.5, 3  # nats (without the page's rate) and number of twice misread common words
_REMEMBERED = 10_000  # strings whose words are remembered from text to text
_SCAN_MOST = 14  # words kept of a scan
_LENGTHS = 64  # words are told apart by length up to this one
MOST_EDITS = 3  # by which a string may differ from the words that are looked for
_ONE_EDIT = 3  # characters up to which a string is one edit from its words
_COMMON = 400  # so many common words are also found with a letter missing


class Proposals(NamedTuple):
    """What a type may have been: as printed, the same in lower case without an ending, and in numbers.

    `rows`, shape (proposals, 5): how each was found, how many units it has, and up to three units.
    """

    meant: tuple[str, ...]
    bare: tuple[str, ...]
    rows: Ints


@dataclass(frozen=True, slots=True)
class Undo:
    """Misreadings by what is seen: one character, or two, and what may have been meant."""

    one: dict[str, tuple[str, ...]]
    two: dict[str, tuple[str, ...]]


def make_undo(channel: Channel, limit: float, *, upper: bool) -> Undo:
    """The misreadings of a channel, below a cost, between letters of one case; always in lower case."""
    numbers = {int(channel.pairs[a, b]): chr(a) + chr(b) for a, b in zip(*channel.pairs.nonzero(), strict=True)}
    letters = range(65, 91) if upper else range(97, 123)
    one: dict[str, list[tuple[float, str]]] = {}
    two: dict[str, list[tuple[float, str]]] = {}
    seen_ones = [o for o in range(33, 127) if not chr(o).isalpha() or o in letters]
    for o in seen_ones:
        costs = [(float(channel.swap[t, o]), chr(t).lower()) for t in letters if t != o]
        costs += [
            (float(channel.fuse[n, o]) - 1, pair.lower())
            for n, pair in numbers.items()
            if ord(pair[0]) in letters and ord(pair[1]) in letters
        ]
        one[chr(o).lower()] = [c for c in costs if c[0] <= (limit if len(c[1]) == 1 else _PAIR_LIMIT - 1)]
    for n, pair in numbers.items():
        if all(ord(c) in seen_ones for c in pair):
            costs = [(float(channel.part[t, n]), chr(t).lower()) for t in letters]
            two[pair.lower()] = [c for c in costs if c[0] <= _PAIR_LIMIT]
    return Undo(
        {o: tuple(t for _, t in sorted(found)) for o, found in one.items()},
        {o: tuple(t for _, t in sorted(found)) for o, found in two.items() if found},
    )


def signatures(words: Sequence[str]) -> npt.NDArray[np.uint64]:
    """A bit for each letter that a word has, another for each that it has twice; shape (words,).

    >>> [int(bits) for bits in signatures(["aab", "b"])]
    [134217731, 2]
    """
    codes = np.sort(encode(words, 24), axis=1)
    letter = (codes >= 97) & (codes <= 122)
    bit = np.where(letter, np.uint64(1) << (codes.astype(np.uint64) - np.uint64(97)) % np.uint64(64), np.uint64(0))
    twice = np.where(codes[:, 1:] == codes[:, :-1], bit[:, 1:], np.uint64(0))
    low: npt.NDArray[np.uint64] = np.bitwise_or.reduce(bit, axis=1)
    high: npt.NDArray[np.uint64] = np.bitwise_or.reduce(twice, axis=1)
    return low | high << np.uint64(27)


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """Words sorted by a look and then by length; columns of shape (words,). `first` is the look of the first letter."""

    words: npt.NDArray[np.object_]
    count: Bytes
    signature: npt.NDArray[np.uint64]
    first: Bytes
    length: Bytes
    bound: Ints = field(default_factory=lambda: np.zeros(0, np.int64))  # where each look and length begins

    def sorted(self, look: Ints, among: npt.NDArray[np.bool_]) -> Shelf:
        """Those of the words that are marked, sorted by a look that each has."""
        rows = np.flatnonzero(among)
        rows = rows[np.lexsort((self.length[rows], look[rows]))]
        key = look[rows] * _LENGTHS + np.minimum(self.length[rows], _LENGTHS - 1)
        bound = np.searchsorted(key, np.arange(256 * _LENGTHS + 1))
        return Shelf(
            self.words[rows], self.count[rows], self.signature[rows], self.first[rows], self.length[rows], bound
        )

    def alike(self, look: int, length: int, bits: np.uint64, but: int = -1) -> tuple[npt.NDArray[np.object_], Bytes]:
        """The words of a look that have about the letters of a string, and their counts; none of first look `but`."""
        near = reach(length)
        begin = look * _LENGTHS
        low, end = self.bound[begin + max(length - near, 0)], self.bound[begin + min(length + near + 1, _LENGTHS - 1)]
        fit = np.bitwise_count(self.signature[low:end] ^ bits) <= 2 * near - (near > 2)
        if but >= 0:
            fit &= self.first[low:end] != but
        rows = np.flatnonzero(fit) + low
        return self.words.take(rows), self.count.take(rows)


class Finder:
    """Finds candidates for damaged strings, all in lower case."""

    def __init__(self, words: WordList, channel: Channel) -> None:
        self.words = words
        self._undo = {upper: make_undo(channel, _SWAP_LIMIT, upper=upper) for upper in (False, True)}
        self._sure = {upper: make_undo(channel, _SURE_SWAP_LIMIT, upper=upper) for upper in (False, True)}
        self._list = list(words.vocabulary)
        self._every = words.more.union(words.vocabulary)
        # Many strings come again in the next text; what they may have been does not depend on the text.
        self._undone: dict[tuple[str, bool, bool], list[str]] = {}
        self._scanned: dict[str, list[str]] = {}
        self._twice: dict[str, list[str]] = {}
        self._proposals: dict[tuple[str, bool], Proposals] = {}
        counts = words.counts[0][np.fromiter(words.vocabulary.values(), np.int64, len(self._list))]
        length = np.fromiter(map(len, self._list), np.int64, len(self._list))
        at = np.flatnonzero((length > 1) & (counts >= _SCAN_LEAST))
        self.counted = frozenset([self._list[row] for row in at.tolist()])
        listed = [self._list[row] for row in at.tolist()]
        first = np.fromiter((looks(word[0]) for word in listed), np.int64, len(at))
        last = np.fromiter((looks(word[-1]) for word in listed), np.int64, len(at))
        columns = (counts[at], signatures(listed), first.astype(np.uint8), length[at].astype(np.uint8))
        every = Shelf(np.array(listed, object), *columns)
        self._short_words = every.sorted(np.zeros(len(at), np.int64), length[at] <= _ONE_EDIT + 1)
        self._by_first = every.sorted(first, length[at] > 0)
        self._by_last = every.sorted(last, length[at] > 0)
        self._channel = channel
        self.explainer = Explainer(channel)
        often = np.argsort(-counts.astype(np.int64), kind="stable")[: _COMMON // 2].tolist()
        self._short_common = [word for word in (self._list[row] for row in often) if 1 < len(word) < 6]
        self._short = self._missing_letter(np.argsort(-counts.astype(np.int64), kind="stable")[:_COMMON])

    def _missing_letter(self, common: Ints) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for at in common.tolist():
            word = self._list[at]
            if len(word) > 1:
                for cut in range(len(word)):
                    found.setdefault(word[:cut] + word[cut + 1 :], []).append(word)
        return {seen: tuple(dict.fromkeys(meant)) for seen, meant in found.items()}

    def recalled(self, seen: str, known: bool) -> Proposals | None:
        """What was proposed for a type before, as an unknown string or as a word out of place."""
        return self._proposals.get((seen, known))

    def remember(self, seen: str, known: bool, proposals: Proposals) -> None:
        """Keep what is proposed for a type; nothing of it may depend on the text."""
        make_room(self._proposals, _REMEMBERED)
        self._proposals[seen, known] = proposals

    def undo(self, low: str, *, upper: bool, sure: bool, more: frozenset[str] = frozenset()) -> list[str]:
        """Words that one likely misreading turns into the string; `more` are words of the document itself."""
        if any(abs(len(word) - len(low)) < 2 and Levenshtein.distance(word, low, score_cutoff=2) < 3 for word in more):
            return self._words_among(self._tries(low, upper, sure), low, more)
        key = (low, upper, sure)
        found = self._undone.get(key)
        if found is None:
            found = self._words_among(self._tries(low, upper, sure), low, frozenset())
            make_room(self._undone, _REMEMBERED)
            self._undone[key] = found
        return found

    def _words_among(self, tries: Sequence[str], low: str, more: frozenset[str]) -> list[str]:
        known = self._every.__contains__
        found = dict.fromkeys([word for word in tries if word in more or known(word)] if more else filter(known, tries))
        return [word for word in found if word != low and (len(word) > 1 or word in "ai")]

    def _tries(self, low: str, upper: bool, sure: bool) -> list[str]:
        rules = (self._sure if sure else self._undo)[upper]
        tries: list[str] = []
        for at, seen in enumerate(low):
            head, tail = low[:at], low[at + 1 :]
            tries += [head + meant + tail for meant in rules.one.get(seen, ())]
            if not sure:
                tries.append(head + tail)
            pair = rules.two.get(low[at : at + 2])
            if pair:
                tries += [head + meant + low[at + 2 :] for meant in pair]
        tries += self._short.get(low, ())
        return tries

    def scan(self, lows: Sequence[str]) -> list[list[str]]:
        """For each string, the words of the vocabulary within one, two or three edits, the nearest first."""
        return recall(self._scanned, lows, self._scan)

    def _scan(self, lows: Sequence[str]) -> list[list[str]]:
        return [self._within_reach(low, bits) for low, bits in zip(lows, signatures(lows), strict=True)]

    def _within_reach(self, low: str, bits: np.uint64) -> list[str]:
        near = reach(len(low))
        if near == 1:
            meant, count = self._short_words.alike(0, len(low), bits)
        else:  # ends that both look quite unlike are too rare to pay for
            first = looks(low[0])
            parts = (
                self._by_first.alike(first, len(low), bits),
                self._by_last.alike(looks(low[-1]), len(low), bits, but=first),
            )
            meant, count = (np.concatenate(both) for both in zip(*parts, strict=True))
        words = meant.tolist()
        apart = cdist([low], words, scorer=Levenshtein.distance, score_cutoff=near, dtype=np.uint8)[0]
        fit = np.flatnonzero((apart <= near) & (apart > 0))
        if len(fit) > _SCAN_MOST:
            rank = apart[fit].astype(np.int64) * 4096 - count[fit]
            fit = fit[np.argpartition(rank, _SCAN_MOST)[:_SCAN_MOST]]
        return [words[at] for at in fit.tolist()]

    def likely_common(self, lows: Sequence[str]) -> list[list[str]]:
        """For each short string, the few most common words that it may be twice misread from, the likeliest first."""
        return recall(self._twice, lows, self._likely_common)

    def _likely_common(self, lows: Sequence[str]) -> list[list[str]]:
        size = len(self._short_common)
        seen = [low for low in lows for _ in range(size)]
        meant = self._short_common * len(lows)
        apart = cpdist(seen, meant, scorer=Levenshtein.distance, score_cutoff=2, dtype=np.uint8)
        length = np.repeat([len(low) for low in lows], size)
        near = np.flatnonzero((apart == 2) & (length > 2) | ((apart == 1) & (length == 2)))
        found: list[list[str]] = [[] for _ in lows]
        costs = explain(self._channel, [seen[at] for at in near.tolist()], [meant[at] for at in near.tolist()])
        odds = costs.cost + costs.count * np.log(self._channel.rate)
        for at in np.argsort(odds, kind="stable").tolist():
            row = int(near[at]) // size
            if odds[at] <= _COMMON_LIMIT and len(found[row]) < _COMMON_MOST:
                found[row].append(meant[near[at]])
        return found


def recall(
    known: dict[str, list[str]], lows: Sequence[str], find: Callable[[Sequence[str]], list[list[str]]]
) -> list[list[str]]:
    """What was found for each string before, and for those that are new what `find` says, to be remembered."""
    found = {low: known.get(low) for low in lows}
    new = [low for low, words in found.items() if words is None]
    if new:
        fresh = dict(zip(new, find(new), strict=True))
        make_room(known, _REMEMBERED)
        known.update(fresh)
        found |= fresh
    return [found[low] or [] for low in lows]


_LOOKS = {letter: row for row, group in enumerate(("ceoasgq", "iltfrj1", "nuhmbkd", "vwyx", "pz")) for letter in group}


def looks(letter: str) -> int:
    """A number that letters of about the same look share."""
    return _LOOKS.get(letter, 255)


def reach(length: int) -> int:
    """How many edits are undone in a string of so many characters."""
    return 1 if length <= _ONE_EDIT else 2 if length <= 8 else MOST_EDITS
