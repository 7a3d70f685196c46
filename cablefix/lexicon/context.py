"""Weighing hypotheses in their context: sweeps over the whole text, all hypotheses of a sweep in one array.

The score of a hypothesis is what it gains, in nats, over leaving its place as it is: the language model's gain for
the place and the two units after it, less the channel's cost. The neighbours of a place are taken as the last sweep
left them. Between sweeps the channel is re-estimated on what the text itself showed (one round of EM). After the last
sweep the hypotheses that are not hopeless are weighed among the words further off as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.adapt import Tally, adapt
from cablefix.lexicon.channel import Alignment, Channel, price
from cablefix.lexicon.explainer import Explainer
from cablefix.lexicon.hypotheses import Table
from cablefix.lexicon.model import UNKNOWN, LanguageModel
from cablefix.lexicon.pieces import Ints, Pieces, Units, unit_stream
from cablefix.lexicon.surroundings import RARE_WORD, Readings, Surroundings

Floats = npt.NDArray[np.float32]

_UNI, _BI = 0.05, 0.10  # weights of the document's own words and word pairs
_TINY = np.float32(1e-20)
_SURE = 0.75  # hypotheses from this posterior teach the channel
_PSEUDO = 1.0
_LEAST_ERRORS = 4.0
_MOST_TIMES = 64  # that a word counts
_HOPELESS = -6.0  # nats that a hypothesis gains by the trigrams, up to which the words further off are not asked
_AROUND = np.float32(0.2)  # what these count for beside the trigrams, which have seen most of them
_JUNK = np.float32(7)  # nats: the most that an unexplained symbol costs; some are written


@dataclass(slots=True, eq=False)
class Weighed:
    """The hypotheses of a table, weighed; columns of shape (hypotheses,).

    `gain` over keeping, `context` the language models' part, `keep` the language models' value of keeping,
    `posterior` among the hypotheses of its place and keeping. `ties`, shape (hypotheses, 2): how much better than by
    its frequency the word before expects the first unit, and the last unit the word after. `around`, shape
    (hypotheses, 2): ln p among the words around, of the hypothesis and of keeping; not a number where it is hopeless.
    """

    gain: Floats
    context: Floats
    keep: Floats
    posterior: Floats
    alignment: Alignment
    channel: Channel
    ties: Floats
    around: Floats


class Chains:
    """Readings of places as chains of units, with the two units before each and the two after it.

    `unit` is of shape (readings, most units), of which the first `units` count; `extra` is ln p of the spelling of
    their unknown units. What the language model gives is kept from sweep to sweep: most neighbours stay as they are.
    """

    def __init__(self, unit: Units, units: Ints, extra: Floats, model: LanguageModel) -> None:
        self._model, self._units, self._extra = model, units, extra
        self._single = units == 1
        self._start = np.concatenate(([0], np.cumsum(units + 4)))
        self._stream = np.zeros(int(self._start[-1]), np.uint32)
        self._part = np.zeros(len(self._stream), np.float32)
        begin = self._start[:-1] + 2
        for column in range(unit.shape[1]):
            has = np.flatnonzero(units > column)
            self._stream[begin[has] + column] = unit[has, column]
        self._context = np.full((len(units), 4), -1, np.int64)
        self._longest = int(units.max(initial=1))

    def value(self, flat: Units, left: Ints, right: Ints, cache: tuple[Floats, Floats]) -> Floats:
        """ln p of the units and the two after them, given the two before; one-unit values mixed with the cache.

        In `flat` the reading stands before `right`, and behind `left`.
        """
        context = np.stack((flat[left - 2], flat[left - 1], flat[right], flat[right + 1]), axis=1)
        self._look_up(np.flatnonzero((context != self._context).any(axis=1)), context)
        self._context = context.astype(np.int64)
        value, begin, part = self._extra.copy(), self._start[:-1], self._part
        single = self._single
        one = begin[single]
        for k in range(2, self._longest + 4):
            of = np.flatnonzero(~single & (self._units + 4 > k))
            value[of] += part[begin[of] + k]
        first = np.logaddexp(part[one + 2] + self._extra[single], np.log(cache[0][single] + _TINY))
        value[single] = first + np.logaddexp(part[one + 3], np.log(cache[1][single] + _TINY)) + part[one + 4]
        return value

    def _look_up(self, rows: Ints, context: Units) -> None:
        """Ask the language model about the readings whose neighbours are new."""
        if not len(rows):
            return
        begin, size = self._start[rows], self._units[rows] + 4
        for column, place in enumerate((begin, begin + 1, begin + size - 2, begin + size - 1)):
            self._stream[place] = context[rows, column]
        first = np.concatenate(([0], np.cumsum(size)))
        pick = np.repeat(begin - first[:-1], size) + np.arange(int(first[-1]))
        wanted = np.ones(len(pick), bool)
        wanted[first[:-1]] = wanted[first[:-1] + 1] = False
        self._part[pick] = self._model.along(self._stream[pick], wanted)


class Weigher:
    """Weighs the hypotheses of one text."""

    def __init__(
        self,
        pieces: Pieces,
        table: Table,
        model: LanguageModel,
        surroundings: Surroundings,
        channel: Channel,
        explainer: Explainer,
    ) -> None:
        self.pieces, self.table, self.model, self.channel, self._explainer = pieces, table, model, channel, explainer
        self._surroundings = surroundings
        self._words = max(len(pieces.types.words), 1)
        self._own = pieces.types.word[pieces.type]
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
        # What stands at the places now is read beside the hypotheses; once for all of a place and span.
        _, kept, self._back = np.unique(table.place * 32 + table.span, return_index=True, return_inverse=True)
        self._place = np.concatenate((table.place, table.place[kept]))
        self._last = self._place + np.concatenate((table.span, table.span[kept])) - 1
        own = np.where(table.span[kept] == 1, self._own[table.place[kept]], -1)
        self._meant = np.concatenate((table.word, own))
        self._chains = self._read_both(table.place[kept], table.span[kept])

    def _read_both(self, place: Ints, span: Ints) -> Chains:
        """The hypotheses, and behind them what stands at some places."""
        types, table = self.pieces.types, self.table
        width = max(int(span.max(initial=1)), table.unit.shape[1])
        column = np.arange(width)
        member = np.minimum(place[:, None] + column, len(self.pieces) - 1)
        unit = types.unit[self.pieces.type[member]]
        inside = column < span[:, None]
        spelled = np.where(inside & (unit == UNKNOWN), self._spell[member], 0).sum(1)
        offered = np.pad(table.unit, ((0, 0), (0, width - table.unit.shape[1])))
        rare = ((offered == UNKNOWN) & (column < table.units[:, None])).sum(1) * RARE_WORD
        extra = np.concatenate((rare, spelled)).astype(np.float32)
        return Chains(np.concatenate((offered, unit)), np.concatenate((table.units, span)), extra, self.model)

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
        left, right = begin[self._place], begin[self._last] + self._count[self._last]
        value = self._chains.value(flat, left, right, self._cached(self._place, self._last, self._meant))
        offers = len(self.table.place)
        return value[:offers], value[offers:][self._back]

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
        rows = without_overlap(table, gain, chosen)
        place = table.place[rows]
        self._unit[place] = table.unit[rows]
        self._count[place] = table.units[rows]
        self._word[place] = table.word[rows]
        for row in rows[table.span[rows] > 1].tolist():
            rest = slice(table.place[row] + 1, table.place[row] + table.span[row])
            self._count[rest] = 0
            self._word[rest] = -2  # joined with the piece before

    def run(self, rate: float) -> Weighed:
        """Settle on the channel alone, sweep, re-estimate the channel, sweep twice more."""
        table = self.table
        if not len(table.place):
            none = np.zeros(0, np.float32)
            nothing = self._explainer.explain(self.channel, [], [])
            pairs = none.reshape(0, 2)
            return Weighed(none, none, none, none, nothing, self.channel.with_rate(rate), pairs, pairs)
        channel = self.channel.with_rate(rate)
        alignment = self._explainer.explain(channel, table.seen, table.meant)
        prior = self.model.p1[table.unit[:, 0]] - alignment.cost[table.pair] + 14 - 3 * (table.units > 1)
        known = self.pieces.types.known[self.pieces.type[table.place]]
        self._settle(np.where(known | (table.span > 1), -1, prior).astype(np.float32))
        gain = context = keep = np.zeros(0, np.float32)
        for turn in range(3):
            flat, begin = unit_stream(self.pieces, self._unit, self._count)
            if turn:  # at first an engine's habitual misreading would vouch for itself
                self._count_words()
            context, keep = self.sweep(flat, begin)
            gain = context - keep - alignment.cost[table.pair] + self._junk(channel)
            self._settle(gain)
            if turn == 0:
                taught = self._teach(channel, alignment, self.posterior(gain))
                if taught is not channel:
                    channel = taught
                    cost = price(channel, alignment.errors, len(table.seen))
                    alignment = replace(alignment, cost=cost)
        flat, begin = unit_stream(self.pieces, self._unit, self._count)
        around = self._look_around(flat, begin, gain)
        more = _AROUND * np.nan_to_num(around)
        context, keep, gain = context + more[:, 0], keep + more[:, 1], gain + more[:, 0] - more[:, 1]
        ties = self._ties(flat, begin)
        return Weighed(gain, context, keep, self.posterior(gain), alignment, channel, ties, around)

    def _look_around(self, flat: Units, begin: Ints, gain: Floats) -> Floats:
        """ln p among the words around, of each hypothesis that is not hopeless and of keeping its place."""
        table, found = self.table, np.full((len(gain), 2), np.nan, np.float32)
        rows = np.flatnonzero(gain > _HOPELESS)
        if len(rows):
            place, span = table.place[rows], table.span[rows]
            last = place + span - 1
            kept = np.where(span == 1, self.pieces.types.unit[self.pieces.type[place]], UNKNOWN).astype(np.uint32)
            right = begin[last] + self._count[last]
            readings = Readings(flat, begin[place], right, table.unit[rows], table.units[rows], kept)
            found[rows] = np.stack(self._surroundings.fit(readings), axis=1)
        return found

    def _junk(self, channel: Channel) -> Floats:
        """What keeping costs besides, where it leaves a symbol over that no one wrote."""
        cost = np.minimum(channel.found - np.float32(np.log(channel.rate)), _JUNK)
        return np.where(self.table.junk > 0, cost[self.table.junk], np.float32(0))

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
        tally.read_often(types.text, np.minimum(types.count, _MOST_TIMES).tolist(), channel)
        return adapt(channel, tally, _PSEUDO)


def best_of_places(place: Ints, gain: Floats) -> Ints:
    """The row of the best hypothesis of each place."""
    new = np.diff(place, prepend=-1) != 0
    first = np.flatnonzero(new)
    if not len(first):
        return first
    group = np.cumsum(new) - 1
    at_best = np.flatnonzero(gain == np.maximum.reduceat(gain, first)[group])
    best: Ints = at_best[np.diff(group[at_best], prepend=-1) != 0]
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
