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
from cablefix.lexicon.hypotheses import Table
from cablefix.lexicon.model import UNKNOWN, LanguageModel
from cablefix.lexicon.pieces import Ints, Pieces, Units, unit_stream

Floats = npt.NDArray[np.float32]

_RARE_WORD = np.float32(-11.4)  # ln of one over the number of words without counts
_CACHE = 0.1  # weight of the document's own word frequencies
_SURE = 0.75  # hypotheses from this posterior teach the channel
_PSEUDO = 1.0
_LEAST_ERRORS = 4.0


@dataclass(slots=True, eq=False)
class Weighed:
    """The hypotheses of a table, weighed; columns of shape (hypotheses,).

    `gain` over keeping, `context` the language model's part, `keep` the language model's value of keeping,
    `posterior` among the hypotheses of its place and keeping.
    """

    gain: Floats
    context: Floats
    keep: Floats
    posterior: Floats
    alignment: Alignment
    channel: Channel


class Weigher:
    """Weighs the hypotheses of one text."""

    def __init__(self, pieces: Pieces, table: Table, model: LanguageModel, channel: Channel) -> None:
        self.pieces, self.table, self.model, self.channel = pieces, table, model, channel
        types = pieces.types
        self._unit = np.zeros((len(pieces), 3), np.uint32)
        self._unit[:, 0] = types.unit[pieces.type]
        self._count = np.ones(len(pieces), np.int64)
        unknown = np.flatnonzero(types.unit == UNKNOWN)
        spelled = np.zeros(len(types.text), np.float32)
        spelled[unknown] = model.spell([types.low[row] for row in unknown.tolist()])
        self._spell = spelled[pieces.type]
        self._bonus = self._cache_bonus()
        self._first = np.flatnonzero(np.diff(table.place, prepend=-1))
        self._group = np.cumsum(np.diff(table.place, prepend=-1) != 0) - 1

    def _cache_bonus(self) -> Floats:
        """What a hypothesis gains because the document has its words elsewhere."""
        uses = np.bincount(self.pieces.types.unit[self.pieces.type], minlength=len(self.model.p1))
        share = uses / max(len(self.pieces), 1)
        table = self.table
        ratio = share[table.unit] / np.exp(self.model.p1[table.unit].astype(np.float64))
        bonus = np.log1p(_CACHE * ratio) * (table.unit != UNKNOWN) * (np.arange(3) < table.units[:, None])
        total: Floats = bonus.sum(1).astype(np.float32)
        return total

    def sweep(self, flat: Units, begin: Ints) -> tuple[Floats, Floats]:
        """The language model's value of each hypothesis and of keeping its place."""
        table = self.table
        left = begin[table.place]
        last = table.place + table.span - 1
        right = begin[last] + self._count[last]
        value = self._value(flat, left, right, table.unit, table.units)
        value += np.where((table.unit == UNKNOWN) & (np.arange(3) < table.units[:, None]), _RARE_WORD, 0).sum(1)
        keep = self._keep_value(flat, left, right)
        return value, keep

    def _value(self, flat: Units, left: Ints, right: Ints, unit: Units, units: Ints) -> Floats:
        """ln p of up to three units and the two after them, given the two before."""
        value = np.zeros(len(left), np.float32)
        for size in range(1, unit.shape[1] + 1):
            of = np.flatnonzero(units == size)
            if not len(of):
                continue
            a, b = left[of], right[of]
            row = [flat[a - 2], flat[a - 1], *(unit[of, k] for k in range(size)), flat[b], flat[b + 1]]
            for k in range(2, len(row)):
                value[of] += self.model.after_two(row[k - 2], row[k - 1], row[k])
        return value

    def _keep_value(self, flat: Units, left: Ints, right: Ints) -> Floats:
        table, types = self.table, self.pieces.types
        width = int(table.span.max(initial=1))
        member = np.minimum(table.place[:, None] + np.arange(width), len(self.pieces) - 1)
        inside = np.arange(width) < table.span[:, None]
        unit = types.unit[self.pieces.type[member]]
        spelled = np.where(inside & (unit == UNKNOWN), self._spell[member], 0).sum(1)
        # One value for all hypotheses of a place and span.
        key = table.place * 8 + table.span
        _, row, back = np.unique(key, return_index=True, return_inverse=True)
        value = self._value(flat, left[row], right[row], unit[row], table.span[row])
        kept: Floats = value[back] + spelled.astype(np.float32)
        return kept

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
        chosen = best_of_places(table.place, gain)
        chosen = chosen[gain[chosen] > 0]
        for row in without_overlap(table, gain, chosen).tolist():
            place = table.place[row]
            self._unit[place] = table.unit[row]
            self._count[place] = table.units[row]
            self._count[place + 1 : place + table.span[row]] = 0

    def run(self, rate: float) -> Weighed:
        """Settle on the channel alone, sweep, re-estimate the channel, sweep twice more."""
        table = self.table
        channel = self.channel.with_rate(rate)
        alignment = explain(channel, table.seen, table.meant)
        prior = self.model.p1[table.unit[:, 0]] - alignment.cost[table.pair] + 14 - 3 * (table.units > 1)
        known = self.pieces.types.known[self.pieces.type[table.place]]
        self._settle(np.where(known | (table.span > 1), -1, prior).astype(np.float32))
        gain = context = keep = np.zeros(0, np.float32)
        for turn in range(3):
            flat, begin = unit_stream(self.pieces, self._unit, self._count)
            context, keep = self.sweep(flat, begin)
            gain = context - keep + self._bonus - alignment.cost[table.pair]
            self._settle(gain)
            if turn == 0:
                taught = self._teach(channel, alignment, self.posterior(gain))
                if taught is not channel:
                    channel = taught
                    alignment = explain(channel, table.seen, table.meant)
        return Weighed(gain, context, keep, self.posterior(gain), alignment, channel)

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
