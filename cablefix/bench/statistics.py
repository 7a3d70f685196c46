"""Totals of a tool on a set, its measures, and their confidence intervals."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from cablefix.bench.documents import document_measures
from cablefix.bench.runner import CaseScore
from cablefix.bench.words import share, word_measures

SEED = 20070228
"""Seed of the bootstrap; the name of the set is added, so that all tools on a set get the same samples."""

REPLICATES = 1000
INTERVAL = 0.95

# Measures that get an interval: quotients of sums over documents.
_RATIOS: dict[str, Callable[[Mapping[str, float]], float]] = {
    "removed": lambda t: 100 * share(t["errors_before"] - t["errors_after"], t["errors_before"]),
    "word_removed": lambda t: 100 * share(t["word_errors_before"] - t["word_errors_after"], t["word_errors_before"]),
    "broken_per_1000": lambda t: 1000 * share(t["broken"], t["right"]),
    "precision": lambda t: 100 * share(t["fixed"], t["fixed"] + t["broken"]),
    "cer": lambda t: 100 * share(t["errors_after"], t["chars"]),
    "wer": lambda t: 100 * share(t["word_errors_after"], t["words"]),
}
_PARTS = (
    "errors_before", "errors_after", "word_errors_before", "word_errors_after", "chars", "words", "broken", "right",
    "fixed",
)  # fmt: skip


def total_counts(scores: Sequence[CaseScore]) -> dict[str, int]:
    """The sums of the counts."""
    total: Counter[str] = Counter()
    for score in scores:
        total.update({name: int(value) for name, value in score.counts.items()})
    return dict(total)


def measures(scores: Sequence[CaseScore]) -> dict[str, float]:
    """All measures of a tool on a set."""
    total = total_counts(scores)
    found = word_measures(total)
    if "documents" in total:
        found |= document_measures(total)
    return found


def field_shares(total: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """For each field of the gold: in how many documents it is right, and in how many it is there."""
    names = sorted(name[6:-4] for name in total if name.startswith("field.") and name.endswith(".all"))
    return {name: (total.get(f"field.{name}.right", 0), total[f"field.{name}.all"]) for name in names}


def spurious_fields(total: Mapping[str, int]) -> dict[str, int]:
    """For each field that gold does not have: in how many documents the record has it."""
    return {name[9:]: count for name, count in sorted(total.items()) if name.startswith("spurious.")}


def intervals(name: str, scores: Sequence[CaseScore]) -> dict[str, tuple[float, float]]:
    """Bootstrap intervals over documents: 95 of 100 resamplings lie between the two figures.

    Percentile method, 1000 resamplings of the documents with replacement, with a fixed seed. Empty for fewer than
    three documents.
    """
    if len(scores) < 3:
        return {}
    table = np.array([[int(score.counts[part]) for part in _PARTS] for score in scores], np.float64)
    generator = np.random.default_rng([SEED, zlib.crc32(name.encode())])
    weights = generator.multinomial(len(scores), np.full(len(scores), 1 / len(scores)), REPLICATES)
    sums = weights @ table
    tail = 50 * (1 - INTERVAL)
    found = {}
    for measure, ratio in _RATIOS.items():
        values = [ratio(dict(zip(_PARTS, row, strict=True))) for row in sums.tolist()]
        low, high = np.percentile(values, [tail, 100 - tail])
        found[measure] = (float(low), float(high))
    return found


def words_per_second(scores: Sequence[CaseScore]) -> float:
    """Words of the damaged texts to one CPU second."""
    return share(sum(score.words for score in scores), sum(score.seconds for score in scores))
