"""Weighing hypotheses in their context: sweeps over the whole text, all hypotheses of a sweep in one array.

The score of a hypothesis is what it gains, in nats, over leaving its place as it is: the language model's gain for
the place and the two units after it, less the channel's cost. The neighbours of a place are taken as the last sweep
left them. Between sweeps the channel is re-estimated on what the text itself showed (one round of EM).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.adapt import Tally, adapt
from cablefix.lexicon.channel import Alignment, Channel, explain
from cablefix.lexicon.hypotheses import Memory, Table
from cablefix.lexicon.model import UNKNOWN, LanguageModel
from cablefix.lexicon.pieces import Ints, Pieces, Units, unit_stream

Floats = npt.NDArray[np.float32]

_RARE_WORD = np.float32(-11.4)  # ln of one over the number of words without counts
_UNI, _BI = 0.05, 0.10  # weights of the document's own words and word pairs
_TINY = np.float32(1e-20)
_SURE = 0.75  # hypotheses from this posterior teach the channel
_PSEUDO = 1.0
_LEAST_ERRORS = 4.0


@dataclass(slots=True, eq=False)
class Weighed:
    """The hypotheses of a table, weighed; columns of shape (hypotheses,).

    `gain` over keeping, `context` the language model's part, `keep` the language model's value of keeping,
    `posterior` among the hypotheses of its place and keeping. `ties`, shape (hypotheses, 2): how much better than by
    its frequency the word before expects the first unit, and the last unit the word after.
    """

    gain: Floats
    context: Floats
    keep: Floats
    posterior: Floats
    alignment: Alignment
    channel: Channel
    ties: Floats


class Weigher:
    """Weighs the hypotheses of one text."""

    def __init__(self, pieces: Pieces, table: Table, memory: Memory, model: LanguageModel, channel: Channel) -> None:
        self.pieces, self.table, self.model, self.channel = pieces, table, model, channel
        self._words = max(len(memory.lows), 1)
        self._own = memory.of_type[pieces.type]
        self._word = self._own.copy()
        self._uses = self._pair_key = self._pair_uses = np.zeros(0, np.int64)
        types = pieces.types
        self._unit = np.zeros((len(pieces), 3), np.uint32)
        self._unit[:, 0] = types.unit[pieces.type]
        self._count = np.ones(len(pieces), np.int64)
        unknown = np.flatnonzero(types.unit == UNKNOWN)
        spelled = np.zeros(len(types.text), np.float32)
        spelled[unknown] = model.spell([types.low[row] for row in unknown.tolist()])
        self._spell = spelled[pieces.type]
        self._first = np.flatnonzero(np.diff(table.place, prepend=-1))
        self._group = np.cumsum(np.diff(table.place, prepend=-1) != 0) - 1

    def _count_words(self) -> None:
        """Count the words of the text as it reads now, and their pairs."""
        word = np.concatenate((self._word, [-1]))
        word = word[word >= -1]
        self._uses = np.bincount(word[word >= 0], minlength=self._words)
        key = word[:-1] * self._words + word[1:]
        self._pair_key, self._pair_uses = np.unique(key[(word[:-1] >= 0) & (word[1:] >= 0)], return_counts=True)

    def _pair_count(self, first: Ints, second: Ints) -> Ints:
        if not len(self._pair_key):
            return np.zeros(len(first), np.int64)
        key = first * self._words + second
        row = np.minimum(np.searchsorted(self._pair_key, key), len(self._pair_key) - 1)
        hit = (self._pair_key[row] == key) & (first >= 0) & (second >= 0)
        return np.where(hit, self._pair_uses[row], 0)

    def _cached(self, place: Ints, last: Ints, word: Ints) -> tuple[Floats, Floats]:
        """The document's own probability of a word at a place, and of the next one after it; the place left out.

        `place` to `last` is what the word would stand for.
        """
        n = len(self._word)
        if not len(self._uses):
            return np.zeros(len(place), np.float32), np.zeros(len(place), np.float32)
        before = np.where(place > 0, self._word[np.maximum(place - 1, 0)], -1)
        after = np.where(last + 1 < n, self._word[np.minimum(last + 1, n - 1)], -1)
        here = self._word[place]
        same = here == word
        uses = np.maximum(np.where(word >= 0, self._uses[word], 0) - same, 0)
        left = np.maximum(self._pair_count(before, word) - same, 0)
        right = np.maximum(self._pair_count(word, after) - same, 0)
        known = word >= 0
        total = max(int(self._uses.sum()), 1)
        context = np.where(before >= 0, self._uses[before], 0)
        first = _UNI * uses / (total + 20) + _BI * left / (context + 2)
        second = _BI * right / (uses + 2) + _UNI * np.where(after >= 0, self._uses[after] - 1, 0) / (total + 20)
        return np.where(known, first, 0).astype(np.float32), np.where(known, second, 0).astype(np.float32)

    def sweep(self, flat: Units, begin: Ints) -> tuple[Floats, Floats]:
        """The language model's value of each hypothesis and of keeping its place."""
        table = self.table
        left = begin[table.place]
        last = table.place + table.span - 1
        right = begin[last] + self._count[last]
        rare = ((table.unit == UNKNOWN) & (np.arange(3) < table.units[:, None])).sum(1) * _RARE_WORD
        cache = self._cached(table.place, last, table.word)
        value = self._value(flat, left, right, table.unit, table.units, rare.astype(np.float32), cache)
        # One value of keeping for all hypotheses of a place and span.
        _, row, back = np.unique(table.place * 32 + table.span, return_index=True, return_inverse=True)
        keep = self._keep_value(flat, left[row], right[row], table.place[row], table.span[row])
        return value, keep[back]

    def _value(
        self,
        flat: Units,
        left: Ints,
        right: Ints,
        unit: Units,
        units: Ints,
        extra: Floats,
        cache: tuple[Floats, Floats],
    ) -> Floats:
        """ln p of the units and the two after them, given the two before; one-unit values mixed with the cache.

        `extra` is ln p of the spelling of unknown units.
        """
        value = extra.copy()
        for size in np.unique(units).tolist():
            of = np.flatnonzero(units == size)
            a, b = left[of], right[of]
            row = [flat[a - 2], flat[a - 1], *(unit[of, k] for k in range(size)), flat[b], flat[b + 1]]
            for k in range(2, len(row)):
                part = self.model.after_two(row[k - 2], row[k - 1], row[k])
                if size == 1 and k == 2:
                    value[of] = np.logaddexp(part + extra[of], np.log(cache[0][of] + _TINY))
                elif size == 1 and k == 3:
                    value[of] += np.logaddexp(part, np.log(cache[1][of] + _TINY))
                else:
                    value[of] += part
        return value

    def _keep_value(self, flat: Units, left: Ints, right: Ints, place: Ints, span: Ints) -> Floats:
        types = self.pieces.types
        width = int(span.max(initial=1))
        member = np.minimum(place[:, None] + np.arange(width), len(self.pieces) - 1)
        inside = np.arange(width) < span[:, None]
        unit = types.unit[self.pieces.type[member]]
        spelled = np.where(inside & (unit == UNKNOWN), self._spell[member], 0).sum(1)
        cache = self._cached(place, place + span - 1, np.where(span == 1, self._own[place], -1))
        return self._value(flat, left, right, unit, span, spelled.astype(np.float32), cache)

    def posterior(self, gain: Floats) -> Floats:
        """The share of each hypothesis among those of its place and keeping."""
        if not len(gain):
            return gain
        top = np.maximum(np.maximum.reduceat(gain, self._first), 0)[self._group]
        weight = np.exp(gain - top)
        total = np.add.reduceat(weight, self._first)[self._group] + np.exp(-top)
        share: Floats = weight / total
        return share

    def _settle(self, gain: Floats) -> None:
        """Let every place have its best hypothesis where that gains; of overlapping ones the better."""
        table = self.table
        self._unit[:, 0] = self.pieces.types.unit[self.pieces.type]
        self._count[:] = 1
        self._word = self._own.copy()
        chosen = best_of_places(table.place, gain)
        chosen = chosen[gain[chosen] > 0]
        for row in without_overlap(table, gain, chosen).tolist():
            place = table.place[row]
            self._unit[place] = table.unit[row]
            self._count[place] = table.units[row]
            self._count[place + 1 : place + table.span[row]] = 0
            self._word[place] = table.word[row]
            self._word[place + 1 : place + table.span[row]] = -2  # joined with the piece before

    def run(self, rate: float) -> Weighed:
        """Settle on the channel alone, sweep, re-estimate the channel, sweep twice more."""
        table = self.table
        if not len(table.place):
            none = np.zeros(0, np.float32)
            nothing = explain(self.channel, [], [])
            return Weighed(none, none, none, none, nothing, self.channel.with_rate(rate), none.reshape(0, 2))
        channel = self.channel.with_rate(rate)
        alignment = explain(channel, table.seen, table.meant)
        prior = self.model.p1[table.unit[:, 0]] - alignment.cost[table.pair] + 14 - 3 * (table.units > 1)
        known = self.pieces.types.known[self.pieces.type[table.place]]
        self._settle(np.where(known | (table.span > 1), -1, prior).astype(np.float32))
        gain = context = keep = np.zeros(0, np.float32)
        for turn in range(3):
            flat, begin = unit_stream(self.pieces, self._unit, self._count)
            if turn:  # at first an engine's habitual misreading would vouch for itself
                self._count_words()
            context, keep = self.sweep(flat, begin)
            gain = context - keep - alignment.cost[table.pair]
            self._settle(gain)
            if turn == 0:
                taught = self._teach(channel, alignment, self.posterior(gain))
                if taught is not channel:
                    channel = taught
                    alignment = explain(channel, table.seen, table.meant)
        flat, begin = unit_stream(self.pieces, self._unit, self._count)
        return Weighed(gain, context, keep, self.posterior(gain), alignment, channel, self._ties(flat, begin))

    def _ties(self, flat: Units, begin: Ints) -> Floats:
        table, model = self.table, self.model
        last = table.place + table.span - 1
        before = flat[begin[table.place] - 1]
        after = flat[begin[last] + self._count[last]]
        first, final = table.unit[:, 0], table.unit[np.arange(len(table.unit)), table.units - 1]
        left = model.after_one(before, first) - model.p1[first]
        return np.stack((left, model.after_one(final, after) - model.p1[after]), axis=1)

    def _teach(self, channel: Channel, alignment: Alignment, posterior: Floats) -> Channel:
        """The channel after one round of EM on the sure hypotheses."""
        sure = np.where(posterior >= _SURE, posterior, 0)
        weight = np.bincount(self.table.pair, weights=sure, minlength=len(self.table.seen))
        tally = Tally.empty(channel)
        tally.add(alignment.errors, weight.astype(np.float32))
        if tally.total() < _LEAST_ERRORS:
            return channel
        types = self.pieces.types
        for kind in np.unique(np.minimum(types.count, 64)).tolist():
            of = np.flatnonzero(np.minimum(types.count, 64) == kind)
            part = Tally.empty(channel)
            part.read((types.text[row] for row in of.tolist()), channel)
            tally.chars += part.chars * kind
            tally.pairs += part.pairs * kind
        return adapt(channel, tally, _PSEUDO)


def best_of_places(place: Ints, gain: Floats) -> Ints:
    """The row of the best hypothesis of each place."""
    order = np.lexsort((-gain, place))
    first = np.diff(place[order], prepend=-1) != 0
    best: Ints = order[first]
    return best


def without_overlap(table: Table, gain: Floats, rows: Ints) -> Ints:
    """The rows, less those that overlap a better one."""
    start, end = table.place[rows], table.place[rows] + table.span[rows]
    clash = np.zeros(len(rows), bool)
    order = np.argsort(start, kind="stable")
    clash[order[1:]] = start[order[1:]] < np.maximum.accumulate(end[order])[:-1]
    if not clash.any():
        return rows
    taken: set[int] = set()
    kept = []
    for row in rows[np.argsort(-gain[rows], kind="stable")].tolist():
        covered = range(int(table.place[row]), int(table.place[row] + table.span[row]))
        if taken.isdisjoint(covered):
            taken.update(covered)
            kept.append(row)
    return np.array(sorted(kept), np.int64)
