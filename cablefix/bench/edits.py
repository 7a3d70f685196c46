"""Whether single edits are right: each is taken back alone, and the text is compared with gold with and without it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from rapidfuzz.distance import Levenshtein

from cablefix.bench.words import share

_ANCHOR = 6
_WINDOW = 400
_SPACE = re.compile(r"\s")
_SPACES = re.compile(r"\s+")
_PLAIN_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")

BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1.0)
"""Bounds of the classes of confidence; each holds its lower bound, the last one both."""


class Verdict(StrEnum):
    """What an edit did: NEUTRAL ones neither helped nor harmed; near UNCLEAR ones nothing fits the gold."""

    RIGHT = "right"
    NEUTRAL = "neutral"
    WRONG = "wrong"
    UNCLEAR = "unclear"


class Trace(NamedTuple):
    """An edit in the view that it belongs to: `start:end` in the view reads `after` where applied, else `before`."""

    start: int
    end: int
    before: str
    after: str
    rule: str
    confidence: float
    applied: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """An edit with its verdict; `context` is the text around it as the tool left it, `gold` what should stand there."""

    rule: str
    confidence: float
    applied: bool
    verdict: Verdict
    before: str
    after: str
    context: str
    gold: str

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the fields."""
        names = ("rule", "confidence", "applied", "verdict", "before", "after", "context", "gold")
        return {name: getattr(self, name) for name in names}


def judge_edits(view: str, gold: str, traces: Iterable[Trace]) -> list[Judgement]:
    """A verdict for each edit.

    The view is aligned with the gold. Around the edit the nearest places on both sides are sought where six or more
    characters in a row agree; between them the distance to gold is measured once with the edit and once without it.
    White space counts as one space, curly quotes as plain ones; all else counts.

    >>> traces = [Trace(4, 8, "bcat", "boat", "words", 0.9, True), Trace(13, 17, "took", "look", "words", 0.6, False)]
    >>> found = judge_edits("The boat they took at noon.", "The boat they took at noon.", traces)
    >>> [judgement.verdict.value for judgement in found]
    ['right', 'unclear']
    """
    text = _SPACE.sub(" ", view.translate(_PLAIN_QUOTES))
    target = _SPACES.sub(" ", gold.translate(_PLAIN_QUOTES)).strip()
    aligned = _Aligned(text, target)
    return [aligned.judge(trace) for trace in traces]


class _Aligned:
    """A view and its gold, with the blocks in which they agree."""

    def __init__(self, text: str, gold: str) -> None:
        self.text, self.gold = text, gold
        blocks = [b for b in Levenshtein.opcodes(text, gold) if b.tag == "equal" and b.src_end - b.src_start >= _ANCHOR]
        self.starts = [block.src_start for block in blocks]
        self.ends = [block.src_end for block in blocks]
        self.shifts = [block.dest_start - block.src_start for block in blocks]

    def judge(self, trace: Trace) -> Judgement:
        start, end = trace.start, trace.end
        before, after = _plain(trace.before), _plain(trace.after)
        window = self._window(start, end)
        standing = self.text[start:end]
        if window is None or (not trace.applied and standing != before):
            return self._judgement(trace, Verdict.UNCLEAR, "")
        first, last, gold = window
        without, made = (before, standing) if trace.applied else (standing, after)
        left, right = self.text[first:start], self.text[end:last]
        gain = Levenshtein.distance(left + without + right, gold) - Levenshtein.distance(left + made + right, gold)
        verdict = Verdict.RIGHT if gain > 0 else Verdict.WRONG if gain < 0 else Verdict.NEUTRAL
        return self._judgement(trace, verdict, gold)

    def _judgement(self, trace: Trace, verdict: Verdict, gold: str) -> Judgement:
        context = self.text[max(0, trace.start - 30) : trace.end + 30]
        return Judgement(trace.rule, trace.confidence, trace.applied, verdict, trace.before, trace.after, context, gold)

    def _window(self, start: int, end: int) -> tuple[int, int, str] | None:
        """The view span around start:end whose both ends agree with the gold, and the gold between them."""
        k = bisect_right(self.starts, start - _ANCHOR) - 1
        if k < 0:
            first, gold_first = 0, 0
        else:
            first = min(start, self.ends[k])
            gold_first = first + self.shifts[k]
        j = bisect_right(self.ends, end + _ANCHOR - 1)
        if j >= len(self.starts):
            last, gold_last = len(self.text), len(self.gold)
        else:
            last = max(end, self.starts[j])
            gold_last = last + self.shifts[j]
        if last - first > _WINDOW or gold_last < gold_first:
            return None
        return first, last, self.gold[gold_first:gold_last]


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text.translate(_PLAIN_QUOTES))


@dataclass(frozen=True, slots=True)
class RuleScore:
    """How the applied edits of one rule turned out, and how many it proposed."""

    rule: str
    right: int
    neutral: int
    wrong: int
    unclear: int
    proposed: int

    @property
    def precision(self) -> float | None:
        """Right edits among those judged, in percent; None where none was judged."""
        judged = self.right + self.neutral + self.wrong
        return 100 * self.right / judged if judged else None


def score_rules(judgements: Sequence[Judgement]) -> list[RuleScore]:
    """The score of each rule, by name."""
    scores = []
    for rule in sorted({judgement.rule for judgement in judgements}):
        mine = [judgement for judgement in judgements if judgement.rule == rule]
        applied = [judgement.verdict for judgement in mine if judgement.applied]
        scores.append(
            RuleScore(
                rule,
                applied.count(Verdict.RIGHT),
                applied.count(Verdict.NEUTRAL),
                applied.count(Verdict.WRONG),
                applied.count(Verdict.UNCLEAR),
                len(mine) - len(applied),
            )
        )
    return scores


@dataclass(frozen=True, slots=True)
class Reliability:
    """A class of confidence `low:high`: how many edits, their mean confidence, and the share of right ones."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


def reliability(judgements: Iterable[Judgement]) -> list[Reliability]:
    """The reliability table of the judged edits; classes without edits are left out."""
    classes: list[list[Judgement]] = [[] for _ in BINS[1:]]
    for judgement in judgements:
        if judgement.verdict is not Verdict.UNCLEAR:
            classes[min(bisect_right(BINS, judgement.confidence), len(BINS) - 1) - 1].append(judgement)
    return [
        Reliability(
            low,
            high,
            len(found),
            sum(judgement.confidence for judgement in found) / len(found),
            sum(judgement.verdict is Verdict.RIGHT for judgement in found) / len(found),
        )
        for low, high, found in zip(BINS, BINS[1:], classes, strict=False)
        if found
    ]


def calibration_error(table: Sequence[Reliability]) -> float | None:
    """Expected calibration error: the mean gap between confidence and share of right edits, weighted by their number.

    Guo et al. 2017, "On calibration of modern neural networks", equation 3. None without edits.
    """
    total = sum(row.count for row in table)
    if not total:
        return None
    return share(sum(row.count * abs(row.confidence - row.right) for row in table), total)
