"""The trigram model and the letter model of a text.

Words are numbered by their line in words.z, after three special units. Interpolated
absolute discounting (Ney, Essen, Kneser 1994) with three discounts an order (Chen and Goodman 1999); pruned by
weighted difference (Seymore and Rosenfeld 1996); back-off weights computed exactly after pruning. A log-probability
is stored in one byte as round(-14 ln p).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablefix.lexicon.model import NUMBER, SENTENCE, UNKNOWN
from cablefix.lexicon.pieces import ABBREVIATIONS
from cablefix.train.texts import Stream

STEPS_PER_NAT = 14
BACKOFF_ZERO = 128  # a back-off weight is stored as round(14 ln b) + 128
Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]


def unit_table(types: list[str], number: dict[str, int]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The units of every type, joined, and where each type's units begin; shape (units,) and (types + 1,)."""
    units: list[int] = []
    ends = [0]
    for token in types:
        if token[0].isalpha():
            for part in token.lower().split("-"):
                word = part[:-2] if part.endswith("'s") else part
                units.append(number.get(word, UNKNOWN))
        elif token[0].isdigit():
            units.append(NUMBER)
        elif token in ("\n", "!", "?", "."):
            units.append(SENTENCE)
        ends.append(len(units))
    return np.array(units, np.int32), np.array(ends, np.int64)


def unit_stream(stream: Stream, number: dict[str, int]) -> NDArray[np.int32]:
    """The text as units: words, numbers and sentence bounds; bounds never doubled, stops of abbreviations gone."""
    types = stream.types
    quiet = np.fromiter((len(t) == 1 or t.lower() in ABBREVIATIONS for t in types), bool, len(types))
    quiet &= np.fromiter((t[0].isalpha() for t in types), bool, len(types))
    stop = types.index(".") if "." in types else len(types)
    ids = np.asarray(stream.ids)
    keep = np.ones(len(ids), bool)
    keep[1:] = ~((ids[1:] == stop) & quiet[ids[:-1]])
    ids = ids[keep]
    units, ends = unit_table(types, number)
    lengths = (ends[1:] - ends[:-1])[ids]
    first = np.repeat(ends[ids] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    flat = units[first + np.arange(len(first))]
    again = np.zeros(len(flat), bool)
    again[1:] = (flat[1:] == SENTENCE) & (flat[:-1] == SENTENCE)
    once: NDArray[np.int32] = flat[~again]
    return once


def discounts(counts: NDArray[np.int64]) -> Floats:
    """The discounts of counts 0, 1, 2 and more by Chen and Goodman's formula; shape (4,)."""
    n1, n2, n3, n4 = (float((counts == k).sum()) for k in (1, 2, 3, 4))
    if not n1 * n2 * n3 * n4:  # too little text for the formula
        return np.array([0, 0.5, 0.75, 0.9])
    y = n1 / (n1 + 2 * n2)
    return np.array([0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])


def group_sum(index: NDArray[np.int64], values: Floats, size: int) -> Floats:
    """Sums of values by index; shape (size,)."""
    return np.bincount(index, weights=values, minlength=size).astype(np.float64)


@dataclass
class Order:
    """The n-grams of one order: sorted keys, counts, the row of each one's history, the unit that it adds."""

    keys: Keys
    counts: NDArray[np.int64]
    history: NDArray[np.int64]
    unit: NDArray[np.int64]
    p: Floats
    backoff: Floats


def estimate(keys: Keys, counts: NDArray[np.int64], histories: Keys, lower: Floats) -> Order:
    """Interpolated probabilities of one order. `lower` is p of each n-gram without its first unit."""
    history = np.searchsorted(histories, keys >> np.uint64(16)).astype(np.int64)
    unit = (keys & np.uint64(0xFFFF)).astype(np.int64)
    cut = discounts(counts)[np.minimum(counts, 3)]
    size = len(histories)
    total = group_sum(history, counts.astype(float), size)
    free = group_sum(history, cut, size) / np.maximum(total, 1)
    p = (counts - cut) / total[history] + free[history] * lower
    return Order(keys, counts, history, unit, p, free)


def prune(order: Order, lower: Floats, keep: int, must: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    """Which n-grams to keep: those whose loss would cost the text most, and those that must stay."""
    gain = order.counts * (np.log(order.p) - np.log(order.backoff[order.history] * lower))
    if must is not None:
        gain[must] = np.inf
    chosen = np.zeros(len(gain), bool)
    chosen[np.argpartition(-gain, min(keep, len(gain) - 1))[:keep]] = True
    if must is not None:
        chosen |= must
    return chosen


def quantise(logs: Floats, zero: int = 0) -> NDArray[np.uint8]:
    """Logarithms in one byte each."""
    return np.clip(np.round(logs * STEPS_PER_NAT) + zero, 0, 255).astype(np.uint8)


def exact_backoff(order: Order, kept: NDArray[np.bool_], lower: Floats, size: int) -> Floats:
    """ln of the back-off weight of every history after pruning; shape (size,)."""
    used = group_sum(order.history[kept], order.p[kept], size)
    covered = group_sum(order.history[kept], lower[kept], size)
    return np.log(np.maximum(1 - used, 1e-6) / np.maximum(1 - covered, 1e-6))


def train(units: NDArray[np.int32], vocabulary: int, keep2: int, keep3: int) -> dict[str, NDArray[np.generic]]:
    """The arrays of the pruned model; see cablefix.lexicon.model for what they hold."""
    u = units.astype(np.uint64)
    c1 = np.bincount(units, minlength=vocabulary).astype(np.int64)
    p1 = np.maximum(c1, 0.5) / np.maximum(c1, 0.5).sum()
    k2, c2 = np.unique(u[:-1] << np.uint64(16) | u[1:], return_counts=True)
    k3, c3 = np.unique(u[:-2] << np.uint64(32) | u[1:-1] << np.uint64(16) | u[2:], return_counts=True)
    del u
    lower2 = p1[(k2 & np.uint64(0xFFFF)).astype(np.int64)]
    order2 = estimate(k2, c2, np.arange(vocabulary, dtype=np.uint64), lower2)
    lower3 = order2.p[np.searchsorted(k2, k3 & np.uint64(0xFFFFFFFF))]
    order3 = estimate(k3, c3, k2, lower3)
    kept3 = prune(order3, lower3, keep3, None)
    must = np.zeros(len(k2), bool)
    must[order3.history[kept3]] = True
    kept2 = prune(order2, lower2, keep2, must)
    bow2 = exact_backoff(order3, kept3, lower3, len(k2))[kept2]
    bow1 = exact_backoff(order2, kept2, lower2, vocabulary)
    row2 = np.cumsum(kept2) - 1
    count2 = np.bincount(order2.history[kept2], minlength=vocabulary)
    count3 = np.bincount(row2[order3.history[kept3]], minlength=int(kept2.sum()))
    return {
        "p1": quantise(-np.log(p1)),
        "b1": quantise(bow1, BACKOFF_ZERO),
        "count2": count2.astype(np.uint16),
        "unit2": order2.unit[kept2].astype(np.uint16),
        "p2": quantise(-np.log(order2.p[kept2])),
        "b2": quantise(bow2, BACKOFF_ZERO),
        "count3": count3.astype(np.uint16),
        "unit3": order3.unit[kept3].astype(np.uint16),
        "p3": quantise(-np.log(order3.p[kept3])),
    }


def letter_model(words: list[str], counts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """-14 ln p of a letter after three others, shape (28, 28, 28, 28): bound, a-z, any other. Weighted by ln count."""
    code = np.full(0x10000, 27, np.int64)
    code[ord("a") : ord("z") + 1] = np.arange(1, 27)
    table = np.zeros((28, 28, 28, 28))
    for word, n in zip(words, counts.tolist(), strict=True):
        letters = [0, 0, 0, *code[[min(ord(c), 0xFFFF) for c in word]].tolist(), 0]
        for at in range(3, len(letters)):
            table[letters[at - 3], letters[at - 2], letters[at - 1], letters[at]] += np.log2(n + 1)
    p = (table.sum((0, 1, 2)) + 1) / (table.sum() + 28)
    for axes in ((0, 1), (0,), ()):
        seen = table.sum(axes) if axes else table
        kinds = (seen > 0).sum(-1, keepdims=True)
        p = (seen + 3 * kinds * p + 0.01 * p) / (seen.sum(-1, keepdims=True) + 3 * kinds + 0.01)
    return quantise(-np.log(p))
