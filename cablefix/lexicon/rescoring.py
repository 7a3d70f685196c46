"""Where an outside language model may have its say: a protocol, and what becomes of the repairs. None is shipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, isfinite, log
from typing import Protocol

from cablefix.errors import CablefixError
from cablefix.lexicon.repair import WordRepair

_SIDE = 120  # characters of context on either side


class RescorerError(CablefixError):
    """An outside model gave what is no vote; the message says which model, and what it must give."""


class Rescorer(Protocol):
    """An outside model: how likely is each reading of a doubtful place."""

    def score(self, before: str, readings: Sequence[str], after: str) -> Sequence[float]:
        """ln p of each reading between the text before and after it, up to a constant; one number for each."""
        ...


class Remembering:
    """A rescorer that asks another one, each question once, and checks its answers. Raises RescorerError."""

    def __init__(self, model: Rescorer) -> None:
        self.model = model
        self._answers: dict[tuple[str, tuple[str, ...], str], tuple[float, ...]] = {}

    def score(self, before: str, readings: Sequence[str], after: str) -> Sequence[float]:
        """As `Rescorer.score`."""
        question = (before, tuple(readings), after)
        answer = self._answers.get(question)
        if answer is None:
            answer = self._answers[question] = tuple(map(float, self.model.score(before, readings, after)))
            if len(answer) != len(readings) or not all(map(isfinite, answer)):
                name = type(self.model).__name__
                raise RescorerError(
                    f"the rescorer {name} gave {len(answer)} scores, {answer}, for {len(readings)} readings; it must"
                    " give one finite number for each"
                )
        return answer


def rescore(text: str, repairs: Sequence[WordRepair], model: Rescorer, weight: float = 0.3) -> list[WordRepair]:
    """The repairs with confidences moved by an outside model: by `weight` times what it prefers, in log-odds.

    The readings are what stands there, then the candidates. Where the model prefers another candidate than the one
    chosen, by more than the scores put that one ahead, the repair is that candidate, at even odds. Offsets and
    `text` must belong together. The votes stay with the repair.

    >>> class Echo:
    ...     def score(self, before, readings, after):
    ...         return [0.0, *(2.0 for _ in readings[1:])]
    >>> repair = WordRepair(0, 3, "tbe", "the", 0.7, (), "no word")
    >>> [(round(r.confidence, 2), r.votes) for r in rescore("tbe end", [repair], Echo())]
    [(0.81, (('the', 2.0),))]
    """
    model = model if isinstance(model, Remembering) else Remembering(model)
    return [_rescore_one(text, repair, model, weight) for repair in repairs]


def _rescore_one(text: str, repair: WordRepair, model: Rescorer, weight: float) -> WordRepair:
    if repair.before == repair.after:
        return repair
    rivals = [c for c in repair.candidates if c.before in ("", repair.before)]
    readings = [repair.before, repair.after, *(c.text for c in rivals if c.text != repair.after)]
    before, after = text[max(0, repair.start - _SIDE) : repair.start], text[repair.end : repair.end + _SIDE]
    scores = model.score(before, readings, after)
    own = {c.text: c.score for c in rivals}
    total = {r: own.get(r, 0.0) + weight * s for r, s in zip(readings[1:], scores[1:], strict=True)}
    best = max(total, key=lambda reading: total[reading])
    votes = tuple((r, round(s - scores[0], 2)) for r, s in zip(readings[1:], scores[1:], strict=True))
    if best != repair.after:
        reason = f"{repair.reason}; chosen by the outside model"
        return replace(repair, after=best, confidence=0.5, reason=reason, votes=votes)
    odds = log(max(repair.confidence, 1e-6) / max(1 - repair.confidence, 1e-6)) + weight * (scores[1] - scores[0])
    return replace(repair, confidence=1 / (1 + exp(-max(min(odds, 60.0), -60.0))), votes=votes)
