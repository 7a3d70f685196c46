"""Where an outside language model may have its say: a protocol, and what becomes of the repairs. None is shipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, log
from typing import Protocol

from cablefix.lexicon.repair import WordRepair

_SIDE = 120  # characters of context on either side


class Rescorer(Protocol):
    """An outside model: how likely is each reading of a doubtful place."""

    def score(self, before: str, readings: Sequence[str], after: str) -> Sequence[float]:
        """ln p of each reading between the text before and after it, up to a constant; one number for each."""
        ...


def rescore(text: str, repairs: Sequence[WordRepair], model: Rescorer, weight: float = 0.3) -> list[WordRepair]:
    """The repairs with confidences moved by an outside model: by `weight` times what it prefers, in log-odds.

    The readings are what stands there, then the candidates. Where the model prefers another candidate than the one
    chosen, by more than the scores put that one ahead, the repair is that candidate, at even odds. Offsets and
    `text` must belong together.

    >>> class Echo:
    ...     def score(self, before, readings, after):
    ...         return [0.0, *(2.0 for _ in readings[1:])]
    >>> repair = WordRepair(0, 3, "tbe", "the", 0.7, (), "no word")
    >>> round(rescore("tbe end", [repair], Echo())[0].confidence, 2)
    0.81
    """
    return [_rescore_one(text, repair, model, weight) for repair in repairs]


def _rescore_one(text: str, repair: WordRepair, model: Rescorer, weight: float) -> WordRepair:
    others = [c.text for c in repair.candidates if c.text != repair.after and c.before in ("", repair.before)]
    readings = [repair.before, repair.after, *others]
    before, after = text[max(0, repair.start - _SIDE) : repair.start], text[repair.end : repair.end + _SIDE]
    scores = list(model.score(before, readings, after))
    if len(scores) != len(readings):
        raise ValueError(f"the rescoring model gave {len(scores)} scores for {len(readings)} readings")
    own = {c.text: c.score for c in repair.candidates}
    total = {r: own.get(r, 0.0) + weight * s for r, s in zip(readings[1:], scores[1:], strict=True)}
    best = max(total, key=lambda reading: total[reading])
    if best != repair.after:
        return replace(repair, after=best, confidence=0.5, reason=f"{repair.reason}; chosen by the outside model")
    odds = log(max(repair.confidence, 1e-6) / max(1 - repair.confidence, 1e-6)) + weight * (scores[1] - scores[0])
    return replace(repair, confidence=1 / (1 + exp(-odds)))
