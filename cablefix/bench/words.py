"""Word and character measures of any text with gold: CER, WER, the HIPE match error rates, words fixed and broken.

All distances are exact Levenshtein distances over the whole text. Counts are summed over documents and divided once.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from cablefix.bench.views import hipe_view, strict_view

Counts = dict[str, int]
"""Whole numbers by name; those of several documents are added up."""


class Compared(NamedTuple):
    """The counts of one text, and the gold words that the output breaks, in order."""

    counts: Counts
    broken: tuple[str, ...]


def compare_text(source: str, output: str, gold: str) -> Compared:
    """The counts and the broken words of one text in the strict and the HIPE view.

    `chars` and `words` are of the gold; `errors` are characters, `word_errors` words; `match` numbers are those of
    the HIPE view (errors, and errors plus hits). `right` gold words stood right in the source, `wrong` ones did not;
    `fixed` are wrong ones that stand right in the output, `broken` right ones that no longer do.

    >>> counts, broken = compare_text("tbe old harbor", "the old harhor", "the old harbor")
    >>> counts["errors_before"], counts["errors_after"], counts["fixed"], counts["broken"], broken
    (1, 1, 1, 1, ('harbor',))
    """
    before, after, right = strict_view(source), strict_view(output), strict_view(gold)
    words_before, words_after, words = before.split(), after.split(), right.split()
    counts = {
        "chars": len(right),
        "errors_before": Levenshtein.distance(before, right),
        "errors_after": Levenshtein.distance(after, right),
        "words": len(words),
        "word_errors_before": Levenshtein.distance(words_before, words),
        "word_errors_after": Levenshtein.distance(words_after, words),
    }
    hipe_before, hipe_after, hipe_gold = hipe_view(before), hipe_view(after), hipe_view(right)
    tokens_before, tokens_after, tokens = hipe_before.split(), hipe_after.split(), hipe_gold.split()
    for name, text, target in (
        ("match_before", hipe_before, hipe_gold),
        ("match_after", hipe_after, hipe_gold),
        ("word_match_before", tokens_before, tokens),
        ("word_match_after", tokens_after, tokens),
    ):
        counts[name], counts[name + "_total"] = _match_errors(text, target)
    stood, stands = matched(tokens_before, tokens), matched(tokens_after, tokens)
    counts["right"], counts["wrong"] = len(stood), len(tokens) - len(stood)
    counts["fixed"], counts["broken"] = len(stands - stood), len(stood - stands)
    return Compared(counts, tuple(tokens[n] for n in sorted(stood - stands)))


def _match_errors(text: Sequence[Hashable], gold: Sequence[Hashable]) -> tuple[int, int]:
    """Errors, and errors plus hits: the match error rate of HIPE-OCRepair 2026 is the one divided by the other."""
    operations = Levenshtein.editops(text, gold)
    missed = sum(operation.tag in ("replace", "delete") for operation in operations)
    errors = len(operations)
    return errors, len(text) - missed + errors


def matched(words: Sequence[str], gold: Sequence[str]) -> set[int]:
    """The places of the gold words that the aligned text reads unchanged."""
    found: set[int] = set()
    for block in Levenshtein.opcodes(words, gold):
        if block.tag == "equal":
            found.update(range(block.dest_start, block.dest_end))
    return found


def share(part: float, whole: float) -> float:
    """A quotient, 0 where there is nothing to divide by."""
    return part / whole if whole else 0.0


def word_measures(total: Mapping[str, int]) -> dict[str, float]:
    """The measures of summed counts. Rates are percentages, but for the match error rates, which are shares.

    `removed` is the share of character errors removed in percent (negative: errors were added), `word_removed` that
    of word errors; `precision` the share of fixed words among those fixed or broken.
    """
    measures = {
        "cer_before": 100 * share(total["errors_before"], total["chars"]),
        "cer": 100 * share(total["errors_after"], total["chars"]),
        "removed": 100 * share(total["errors_before"] - total["errors_after"], total["errors_before"]),
        "wer_before": 100 * share(total["word_errors_before"], total["words"]),
        "wer": 100 * share(total["word_errors_after"], total["words"]),
        "word_removed": 100
        * share(total["word_errors_before"] - total["word_errors_after"], total["word_errors_before"]),
        "cmer_before": share(total["match_before"], total["match_before_total"]),
        "cmer": share(total["match_after"], total["match_after_total"]),
        "wmer_before": share(total["word_match_before"], total["word_match_before_total"]),
        "wmer": share(total["word_match_after"], total["word_match_after_total"]),
        "fixed": float(total["fixed"]),
        "broken": float(total["broken"]),
        "fixed_share": 100 * share(total["fixed"], total["wrong"]),
        "broken_per_1000": 1000 * share(total["broken"], total["right"]),
        "precision": 100 * share(total["fixed"], total["fixed"] + total["broken"]),
    }
    return measures
