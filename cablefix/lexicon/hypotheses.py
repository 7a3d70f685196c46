"""What each doubtful place of a text may have read: words, words parted, words joined.

The table is built for the text as a whole. Words that look alike share their candidates, so these are found once for
each type and then spread over the places by array arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from cablefix.lexicon.candidates import MOST_EDITS, Finder, Proposals
from cablefix.lexicon.channel import encode
from cablefix.lexicon.edges import LONGEST, Edges, Known, Offer, offer_blanks, offer_edges
from cablefix.lexicon.memory import Memory
from cablefix.lexicon.model import FIRST_WORD, NUMBER, UNKNOWN
from cablefix.lexicon.pieces import Bools, Case, Ints, Kind, Pieces, Units
from cablefix.lexicon.spellings import adds_prefix, is_plural, is_variant, render
from cablefix.lexicon.typestore import Types
from cablefix.lexicon.userlists import OwnWordList
from cablefix.lexicon.wordlist import strip_possessive

_SPLIT_COUNT = 60  # parts of a parted word were each counted so often (in steps of the word list)
_JOIN_COUNT = 13
_SHORT = 6
_MOST_JOINED = 16
_NUMBER_RUN_ON = re.compile(r"\d+(?P<after>[a-z]{2,})|(?P<before>[a-z]{2,})\d+")
_SHORT_PARTS = frozenset("a i o of to in is it be by we he as at on or an my no so up us do if me go am".split())


class Source(IntEnum):
    """How a hypothesis was found."""

    WORD = 0
    SPLIT = 1
    JOIN = 2
    EDGE = 3  # a symbol beside the word is one of its letters
    BLANK = 4  # two pieces with a letter lost between them


_WORD, _ODD = Source.WORD, int(Case.ODD)


@dataclass(slots=True, eq=False)
class Table:
    """Hypotheses, sorted by place; all columns of shape (hypotheses,), `unit` (hypotheses, 3).

    A hypothesis says that the pieces `place` to `place + span - 1`, which read `seen`, should read `meant`: one unit
    or several (`units` of them). `pair` is the row of its (seen, meant) in the channel's alignment. Of `seen`, the
    first `lead` characters stand before the first piece; `junk` is the code of a symbol that is left over where the
    place is kept, 0 for none.
    """

    place: Ints
    span: Ints
    source: npt.NDArray[np.uint8]
    unit: Units
    units: Ints
    pair: Ints
    seen: list[str]  # of each pair
    meant: list[str]  # of each pair
    word: Ints  # the document's number of the word meant, -1 for a word that it does not have or for several
    lead: Ints
    junk: npt.NDArray[np.uint8]


class _Found(NamedTuple):
    """A candidate of a type; the fields are those of `Table`."""

    meant: str
    source: Source
    units: tuple[int, ...]


_NO_UNITS = (0, 0, 0)


class _Row(NamedTuple):
    """A hypothesis of one place alone; the fields are those of `Table`."""

    place: int
    span: int
    pair: int
    source: Source
    units: tuple[int, ...]
    lead: int = 0
    junk: str = ""


@lru_cache(maxsize=1 << 16)
def _bare(word: str) -> str:
    """The word in lower case without a possessive ending."""
    return strip_possessive(word).lower()


class Builder:
    """Collects hypotheses for one text."""

    def __init__(self, pieces: Pieces, finder: Finder) -> None:
        self.pieces = pieces
        self.finder = finder
        self.words = finder.words
        self._own_forms = finder.words.forms if isinstance(finder.words, OwnWordList) else {}
        self.memory = Memory.of(pieces.types)
        self._of_type: dict[int, Proposals] = {}
        self._found: dict[int, list[_Found]] = {}  # of the types that are looked at
        self._rows: list[_Row] = []
        self._pair: dict[tuple[str, str], int] = {}  # those of the rows

    def unit(self, low: str) -> int:
        """The language model's number of a word."""
        row = self.words.vocabulary.get(low)
        return UNKNOWN if row is None else row + FIRST_WORD

    def _add_pair(self, seen: str, meant: str) -> int:
        return self._pair.setdefault((seen, meant), len(self._pair))

    def propose_words(self, unknown: Sequence[int], doubtful: Sequence[int], acronyms: Sequence[int]) -> None:
        """Candidates for types.

        `unknown` ones by both searches, `doubtful` words by likely misreadings only, `acronyms` only from the
        document's own words. What does not depend on the text is remembered from text to text.
        """
        text = self.pieces.types.text
        every = [*unknown, *doubtful, *acronyms]
        stems = {kind: _stem(self.pieces.types, kind) for kind in every}
        own = self._near_memory(stems)
        new: tuple[list[int], list[int]] = ([], [])
        for kinds, known in ((unknown, False), (doubtful, True)):
            for kind in kinds:
                before = None if kind in own else self.finder.recalled(text[kind], known)
                if before is None:
                    new[known].append(kind)
                else:
                    self._of_type[kind] = before
        self._search(*new, [kind for kind in acronyms if kind in own], stems)
        for kinds, known in zip(new, (False, True), strict=True):
            for kind in kinds:
                if kind not in own:
                    self.finder.remember(text[kind], known, self._of_type[kind])

    def _near_memory(self, stems: dict[int, tuple[str, str]]) -> set[int]:
        """The types that are so near a word of the document's own that this may be a candidate."""
        memory = list(self.memory.words)
        if not memory or not stems:
            return set()
        lows = [stem for stem, _ in stems.values()]
        apart = cdist(lows, memory, scorer=Levenshtein.distance, score_cutoff=MOST_EDITS, dtype=np.uint8)
        near = np.flatnonzero((apart <= MOST_EDITS).any(axis=1))
        kinds = list(stems)
        return {kinds[row] for row in near.tolist()}

    def _search(
        self,
        unknown: Sequence[int],
        doubtful: Sequence[int],
        acronyms: Sequence[int],
        stems: dict[int, tuple[str, str]],
    ) -> None:
        """Look for the candidates of types."""
        types = self.pieces.types
        capitals = (types.case == Case.UPPER).tolist()
        memory = self.memory.words
        short = [kind for kind in (*unknown, *doubtful) if 1 < len(stems[kind][0]) < _SHORT]
        common = dict(zip(short, self.finder.likely_common([stems[kind][0] for kind in short]), strict=True))
        scanned = [kind for kind in unknown if 2 <= len(stems[kind][0]) <= LONGEST]
        near = dict(zip(scanned, self.finder.scan([stems[kind][0] for kind in scanned]), strict=True))
        for kind in unknown:
            low = stems[kind][0]
            if kind in near:
                lows = self.finder.undo(low, upper=capitals[kind], sure=False, more=memory)
                lows = [*lows, *self.memory.near(low, int(types.count[kind])), *common.get(kind, []), *near[kind]]
                self._propose(kind, stems[kind], dict.fromkeys(lows))
                self._propose_splits(kind, low)
            else:
                self._propose(kind, stems[kind], self.finder.undo(low, upper=False, sure=False))
        for kind in doubtful:
            low = stems[kind][0]
            lows = self.finder.undo(low, upper=capitals[kind], sure=True, more=memory)
            lows = [*lows, *self.memory.near(low, int(types.count[kind])), *common.get(kind, [])]
            self._propose(kind, stems[kind], dict.fromkeys(lows))
        for kind in acronyms:
            self._propose(kind, stems[kind], self.memory.near(stems[kind][0], int(types.count[kind])))
        self._pack(self._found)

    def _pack(self, found: dict[int, list[_Found]]) -> None:
        """Put together what was found for types."""
        every = [item for items in found.values() for item in items]
        rows = [(source, len(units), *units, *_NO_UNITS[len(units) :]) for _, source, units in every]
        columns = np.array(rows, np.int64).reshape(-1, 2 + len(_NO_UNITS))
        end = 0
        for kind, items in found.items():
            begin, end = end, end + len(items)
            meant = tuple([item.meant for item in items])
            self._of_type[kind] = Proposals(meant, tuple(map(_bare, meant)), columns[begin:end].copy())

    def _propose(self, kind: int, stem: tuple[str, str], lows: Iterable[str]) -> None:
        types = self.pieces.types
        odd = types.case[kind] == _ODD and types.unit[kind] != UNKNOWN
        if not stem[1] and (stem[0] in self.memory.form or odd):
            lows = [stem[0], *lows]
        found = self._found.setdefault(kind, [])
        found += self._readings(kind, stem, lows)

    def _readings(self, kind: int, stem: tuple[str, str], lows: Iterable[str]) -> list[_Found]:
        """The candidates of a type as they would be printed, each with its unit."""
        types = self.pieces.types
        seen, case, known = types.text[kind], int(types.case[kind]), bool(types.known[kind])
        bare, ending = stem
        forms, own_forms = self.memory.form, {} if case == Case.UPPER else self._own_forms
        may_be_plural = bare[-3:] == "men"
        found = []
        for low in lows:
            if (len(low) > len(bare) and adds_prefix(bare, low)) or (may_be_plural and is_plural(bare, low)):
                continue
            if known and is_variant(bare, low):
                continue
            meant = (forms.get(low) or own_forms.get(low) or render(seen, low, case, self.words)) + ending
            if meant != seen:
                found.append(_Found(meant, _WORD, (self.unit(low),)))
        return found

    def _propose_splits(self, kind: int, low: str) -> None:
        seen, counts = self.pieces.types.text[kind], self.words.counts[0]
        if len(low) < 3 or len(low) > len(seen) or seen[: len(low)].lower() != low:
            return  # too short, or a capital that is two small letters shifts the places
        best: list[tuple[int, tuple[int, ...], tuple[int, ...]]] = []
        if parted := _NUMBER_RUN_ON.fullmatch(low):
            row = self._part(parted["before"] or parted["after"])
            if row >= 0:
                at = parted.end("before") if parted["before"] else parted.start("after")
                units = (row + FIRST_WORD, NUMBER) if parted["before"] else (NUMBER, row + FIRST_WORD)
                self._found[kind].append(_Found(f"{seen[:at]} {seen[at:]}", Source.SPLIT, units))
            return
        if not low.isalpha():
            mark = next((at for at, c in enumerate(low) if not c.isalnum()), 0)
            left, right = self._part(low[:mark]), self._part(low[mark + 1 :])
            if left >= 0 and right >= 0 and low[mark] not in "'’":
                units = (left + FIRST_WORD, right + FIRST_WORD)
                for between in (" ", ". ") if seen[mark + 1].isupper() else (" ",):
                    meant = seen[:mark] + between + seen[mark + 1 :]
                    self._found[kind].append(_Found(meant, Source.SPLIT, units))
            return
        for at in range(1, len(low)):
            left, right = self._part(low[:at]), self._part(low[at:])
            if left >= 0 and right >= 0:
                best.append((int(counts[left]) + int(counts[right]), (at,), (left, right)))
        if len(low) > 6:
            best += self._three_parts(low)
        for _, cuts, rows in sorted(best, reverse=True)[:3]:
            meant = " ".join(seen[a:b] for a, b in zip((0, *cuts), (*cuts, len(seen)), strict=True))
            parts = tuple(row + FIRST_WORD for row in rows)
            self._found[kind].append(_Found(meant, Source.SPLIT, parts))

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
        """Runs of two to sixteen pieces that make one word together.

        `damaged`: the piece is unknown or a stray letter; two pieces that are words themselves are joined only where
        the whole is a common word. `free`: the piece may be repaired.
        """
        pieces = self.pieces
        word = free & pieces.of_kind(Kind.WORD, Kind.LETTER, Kind.MIXED)
        joinable = pieces.by_gap(_is_joinable)
        follows = np.zeros(len(pieces), bool)
        follows[1:] = word[1:] & word[:-1] & joinable[1:]
        low, type_ = pieces.types.low, pieces.type
        common = self.words.common
        lows = [low[kind] for kind in type_.tolist()]
        first = np.flatnonzero(follows) - 1
        near = damaged.copy()
        near[:-1] |= damaged[1:]
        near[:-2] |= damaged[2:]
        ties, bad = follows.tolist(), damaged.tolist()
        for place, likely in zip(first.tolist(), near[first].tolist(), strict=True):
            if likely or lows[place] + lows[place + 1] in common:
                self._join_from(place, ties, bad)

    def _join_from(self, first: int, follows: Sequence[bool], damaged: Sequence[bool]) -> None:
        pieces, words = self.pieces, self.words
        types, gaps = pieces.types, pieces.gap
        kind = int(pieces.type[first])
        seen, whole, any_bad = types.text[kind], types.low[kind], damaged[first]
        for last in range(first + 1, min(first + _MOST_JOINED, len(pieces))):
            if not follows[last] or len(whole) > LONGEST:
                break
            text, gap = types.text[int(pieces.type[last])], gaps[last]
            any_bad = any_bad or damaged[last] or "-" in gap
            seen += gap + text
            whole += text.lower()
            stem = strip_possessive(whole) if "'" in whole or "’" in whole else whole
            row = words.vocabulary.get(stem)
            if row is not None and (words.counts[0][row] >= (_JOIN_COUNT if any_bad else 40)):
                unit = row + FIRST_WORD
            elif any_bad and (stem in words.more or stem in words.names) and len(stem) > 3:
                unit = UNKNOWN
            else:
                continue
            meant = render(types.text[kind], whole, int(types.case[kind]), words)
            if seen.isupper():
                meant = whole.upper()
            self._rows.append(_Row(first, last - first + 1, self._add_pair(seen, meant), Source.JOIN, (unit,)))

    def propose_lost_letters(self, damaged: Bools, doubtful: Bools, free: Bools, edges: Edges) -> None:
        """Words of which a letter is a symbol beside the word or a blank inside it."""
        words = Known(self.finder.counted, self.memory.words)

        def others(kind: int) -> list[str]:
            found = self._of_type.get(kind)
            if found is None or self.pieces.types.known[kind]:
                return []
            sources = found.rows[:, 0].tolist()
            return [meant.lower() for meant, how in zip(found.meant, sources, strict=True) if how == _WORD]

        for offer in offer_edges(self.pieces, edges, others, words):
            self._accept(offer, Source.EDGE)
        for offer in offer_blanks(self.pieces, free, damaged, doubtful, words):
            self._accept(offer, Source.BLANK)

    def _accept(self, offer: Offer, source: Source) -> None:
        types, kind = self.pieces.types, int(self.pieces.type[offer.place])
        text, case = types.text[kind], int(types.case[kind])
        letters = sum(map(str.isalpha, offer.seen))
        meant = offer.low.upper() if offer.seen.isupper() and letters > 1 else None
        meant = meant or self.memory.form.get(offer.low) or render(text, offer.low, case, self.words)
        unit = self.unit(strip_possessive(offer.low))
        pair = self._add_pair(offer.seen, meant)
        self._rows.append(_Row(offer.place, offer.span, pair, source, (unit,), offer.lead, offer.junk))

    def table(self, active: Ints) -> Table:
        """The hypotheses of all `active` places, and the joins."""
        types = self.pieces.types
        kinds, found, rows = list(self._of_type), list(self._of_type.values()), self._rows
        number = np.array([len(proposals.meant) for proposals in found], np.int64)
        begin, size = np.zeros(len(types.text), np.int64), np.zeros(len(types.text), np.int64)
        begin[kinds], size[kinds] = np.cumsum(number) - number, number
        kind = self.pieces.type[active]
        sizes = size[kind]
        pick = np.repeat(begin[kind] - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
        total = int(number.sum())
        other = np.array([(row.place, row.span, row.pair + total, row.lead) for row in rows], np.int64).reshape(-1, 4)
        more = [(row.source, len(row.units), *row.units, *_NO_UNITS[len(row.units) :]) for row in rows]
        columns = np.concatenate((*(proposals.rows for proposals in found), np.array(more, np.int64).reshape(-1, 5)))
        which = np.concatenate((pick, np.arange(total, total + len(rows))))
        place = np.concatenate((np.repeat(active, sizes), other[:, 0]))
        order = np.argsort(place, kind="stable")
        which, place = which[order], place[order]
        numbers = {low: at for at, low in enumerate(types.words)}
        bare = chain(
            chain.from_iterable(proposals.bare for proposals in found), (_bare(pair[1]) for pair in self._pair)
        )
        word = np.array([numbers.get(low, -1) for low in bare], np.int64)
        pair = np.concatenate((pick, other[:, 2]))[order]
        seen = [text for kind, many in zip(kinds, number.tolist(), strict=True) for text in [types.text[kind]] * many]
        meant = [*chain.from_iterable(proposals.meant for proposals in found), *(pair[1] for pair in self._pair)]
        span, lead, junk = np.ones(len(which), np.int64), np.zeros(len(which), np.int64), np.zeros(len(which), np.uint8)
        later = np.flatnonzero(order >= len(pick))
        row = order[later] - len(pick)
        span[later], lead[later] = other[row, 1], other[row, 3]
        junk[later] = encode([row.junk for row in rows], 1)[row, 0]
        return Table(
            place, span, columns[which, 0].astype(np.uint8), columns[which, 2:].astype(np.uint32), columns[which, 1],
            pair, [*seen, *(pair[0] for pair in self._pair)], meant, word[pair], lead, junk,
        )  # fmt: skip


_is_joinable = frozenset((" ", "- ", "' ", ". ")).__contains__


def _stem(types: Types, kind: int) -> tuple[str, str]:
    """The lower-case string to search for, and a possessive ending kept aside."""
    low, text = types.low[kind], types.text[kind]
    return low, text[len(low) :] if len(low) < len(text) else ""
