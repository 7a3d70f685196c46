"""A user's text laid over the shipped lexicon: word counts added, language models mixed, marks pooled.

The mixture is linear, p = share * theirs + (1 - share) * ours, over the n-grams that either model lists, with back-off
weights computed exactly for them. The share is the one under which text held back from training is likeliest (EM).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablefix.lexicon.marks import MarkTables
from cablefix.lexicon.model import FIRST_WORD, UNKNOWN, LanguageModel
from cablefix.lexicon.wordlist import WordList
from cablefix.train.trigrams import BACKOFF_ZERO, quantise
from cablefix.train.words import COUNTS_PER_OCTAVE, Counts, Listing, sift

MOST_WORDS = 0xFFFF - FIRST_WORD  # a word's number has two bytes
_LEAST_SHARE, _MOST_SHARE = 0.02, 0.5  # one's own texts are more alike than what the lexicon will meet
_ROUNDS = 30
Floats = NDArray[np.float64]
Units = NDArray[np.uint32]
Keys = NDArray[np.uint64]


def expand(steps: NDArray[np.uint8]) -> Floats:
    """The counts that bytes of the word list stand for."""
    counts: Floats = np.exp2(steps.astype(np.float64) / COUNTS_PER_OCTAVE) - 1
    return counts


def add_words(ours: WordList, counts: Counts, least: int) -> tuple[Listing, int]:
    """Our listing with a text's counts added, and how many of the text's words were sifted out as misprints.

    Where there are more words than can be numbered, the text's rarest new words stay without counts.
    """
    trusted = set(ours.vocabulary) | ours.more | ours.names
    sifted = sift(counts, trusted)
    new = [
        word for word, n in counts.total.items() if n >= least and word not in ours.vocabulary and word not in sifted
    ]
    new.sort(key=lambda word: (-counts.total[word], word))
    room = max(MOST_WORDS - len(ours.vocabulary), 0)
    words = sorted([*ours.vocabulary, *new[:room]])
    table = np.zeros((3, len(words)))
    listed = np.array([ours.vocabulary.get(word, -1) for word in words])
    table[:, listed >= 0] = expand(ours.counts)[:, listed[listed >= 0]]
    for row, source in enumerate((counts.total, counts.lower, counts.capital)):
        table[row] += [source[word] for word in words]
    compounds = dict(zip(ours.hyphens, expand(ours.hyphen_counts).tolist(), strict=True))
    for word, n in counts.hyphen.items():
        if word in compounds or n >= least:
            compounds[word] = compounds.get(word, 0.0) + n
    numbered = set(words)
    more = (ours.more | set(new[room:])) - numbered
    return Listing(words, table, sorted(more), sorted(ours.names - numbered), compounds), len(sifted)


@dataclass(frozen=True, slots=True, eq=False)
class Numbering:
    """How the units of the mixture are numbered in our model: `old`, shape (units,); UNKNOWN where it lacks a word."""

    old: Units
    lacks: NDArray[np.bool_]

    @classmethod
    def of(cls, words: list[str], ours: WordList) -> Numbering:
        """The numbering of a listing's words."""
        rows = [ours.vocabulary.get(word, -1) for word in words]
        old = np.array([*range(FIRST_WORD), *(row + FIRST_WORD if row >= 0 else UNKNOWN for row in rows)], np.uint32)
        lacks = old == UNKNOWN
        lacks[UNKNOWN] = False
        return cls(old, lacks)


def find_share(units: NDArray[np.int32], theirs: LanguageModel, ours: LanguageModel, numbering: Numbering) -> float:
    """The share of their model under which a text is likeliest, given both models; by EM."""
    flat = units.astype(np.uint32)
    u, v, w = flat[:-2], flat[1:-1], flat[2:]
    a = np.exp(theirs.after_two(u, v, w).astype(np.float64))
    b = _ours_after_two(ours, numbering, u, v, w)
    share = 0.5
    for _ in range(_ROUNDS):
        part = share * a / (share * a + (1 - share) * b)
        share = min(max(float(part.mean()), _LEAST_SHARE), _MOST_SHARE) if len(part) else _LEAST_SHARE
    return share


def _ours_after_two(ours: LanguageModel, numbering: Numbering, u: Units, v: Units, w: Units) -> Floats:
    old = numbering.old
    p = np.exp(ours.after_two(old[u], old[v], old[w]).astype(np.float64))
    return np.where(numbering.lacks[w], 0.0, p)


def _ours_after_one(ours: LanguageModel, numbering: Numbering, v: Units, w: Units) -> Floats:
    p = np.exp(ours.after_one(numbering.old[v], numbering.old[w]).astype(np.float64))
    return np.where(numbering.lacks[w], 0.0, p)


def mix_models(
    theirs: LanguageModel, ours: LanguageModel, numbering: Numbering, share: float
) -> dict[str, NDArray[np.generic]]:
    """The arrays of the mixture; see `cablefix.lexicon.model` for what they hold."""
    size = len(numbering.old)
    new = np.zeros(len(ours.p1), np.uint64)
    kept = ~numbering.lacks
    new[numbering.old[kept]] = np.flatnonzero(kept)
    p1 = share * np.exp(theirs.p1.astype(np.float64))
    p1 += (1 - share) * np.where(numbering.lacks, 0.0, np.exp(ours.p1[numbering.old].astype(np.float64)))

    our2 = new[ours.key2 >> np.uint32(16)] << np.uint64(16) | new[ours.key2 & np.uint32(0xFFFF)]
    key2 = np.union1d(theirs.key2.astype(np.uint64), our2)
    v, w = (key2 >> np.uint64(16)).astype(np.uint32), (key2 & np.uint64(0xFFFF)).astype(np.uint32)
    p2 = share * np.exp(theirs.after_one(v, w).astype(np.float64)) + (1 - share) * _ours_after_one(
        ours, numbering, v, w
    )
    b1 = _backoff(v, p2, p1[w], size)

    their_row = (theirs.key3 >> np.uint64(16)).astype(np.int64)
    their3 = theirs.key2[their_row].astype(np.uint64) << np.uint64(16) | (theirs.key3 & np.uint64(0xFFFF))
    our_row = (ours.key3 >> np.uint64(16)).astype(np.int64)
    our3 = our2[our_row] << np.uint64(16) | new[(ours.key3 & np.uint64(0xFFFF)).astype(np.int64)]
    key3 = np.union1d(their3, our3)
    x, y = (key3 >> np.uint64(32)).astype(np.uint32), (key3 >> np.uint64(16) & np.uint64(0xFFFF)).astype(np.uint32)
    z = (key3 & np.uint64(0xFFFF)).astype(np.uint32)
    p3 = share * np.exp(theirs.after_two(x, y, z).astype(np.float64)) + (1 - share) * _ours_after_two(
        ours, numbering, x, y, z
    )
    history = np.searchsorted(key2, key3 >> np.uint64(16))
    b2 = _backoff(history, p3, _mixed_after_one(key2, p2, b1, p1, y, z), len(key2))
    return {
        "p1": quantise(-np.log(p1)),
        "b1": quantise(b1, BACKOFF_ZERO),
        "count2": np.bincount(v, minlength=size).astype(np.uint16),
        "unit2": w.astype(np.uint16),
        "p2": quantise(-np.log(p2)),
        "b2": quantise(b2, BACKOFF_ZERO),
        "count3": np.bincount(history, minlength=len(key2)).astype(np.uint16),
        "unit3": z.astype(np.uint16),
        "p3": quantise(-np.log(p3)),
    }


def _mixed_after_one(key2: Keys, p2: Floats, b1: Floats, p1: Floats, v: Units, w: Units) -> Floats:
    key = v.astype(np.uint64) << np.uint64(16) | w
    row = np.minimum(np.searchsorted(key2, key), len(key2) - 1)
    return np.where(key2[row] == key, p2[row], np.exp(b1[v]) * p1[w])


def _backoff(history: NDArray[np.generic], p: Floats, lower: Floats, size: int) -> Floats:
    """ln of each history's back-off weight: what its n-grams leave, over what the lower order leaves without them."""
    left = 1 - np.bincount(history, weights=p, minlength=size)
    below = 1 - np.bincount(history, weights=lower, minlength=size)
    weights: Floats = np.log(np.maximum(left, 1e-6) / np.maximum(below, 1e-6))
    return weights


def pool_marks(
    after: Floats, before: Floats, ours: MarkTables, words: WordList, numbering: Numbering
) -> tuple[Floats, Floats]:
    """Counts of the marks beside words, with ours added: our shares, weighed by how often we counted the word.

    Shapes as in `cablefix.train.marks.count`.
    """
    uses = np.zeros(len(numbering.old))
    listed = numbering.old >= FIRST_WORD
    uses[listed] = expand(words.counts[0])[numbering.old[listed].astype(np.int64) - FIRST_WORD]
    row = ours.row[numbering.old]
    uses[row == 0] = 0
    pooled_after = after + uses[:, None] * np.exp(ours.after[row].astype(np.float64))
    by_case = before.sum(2) + 1
    share = by_case / by_case.sum(1, keepdims=True)
    pooled_before = before + (uses[:, None] * share)[..., None] * np.exp(ours.before[row].astype(np.float64))
    return pooled_after, pooled_before
