"""Decide how the parts of a header read: what one field says is weighed against what the others say.

Each variable of the message (its precedence, date, number, post, level) is seen in several places. The cost of a
value is the sum of what it costs to see each place as it is seen, given that value; a place may also be out of step
with the rest, at a price. All values that any place suggests are tried, so that the search is exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cablefix.cable.fields import Reading
from cablefix.cable.rows import Part
from cablefix.ledger import Evidence, EvidenceKind

_WORTH_NAMING = 0.01
ELSE = 9.0
"""Cost of the printed text being none of the readings considered."""


@dataclass(slots=True)
class Verdict:
    """How a part reads: its text, the probability, why, and the other readings."""

    text: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[Reading, ...] = ()


class Verdicts:
    """The decisions on the parts of one header."""

    def __init__(self) -> None:
        self._by_part: dict[int, Verdict] = {}

    def set(self, part: Part, text: str, confidence: float, *evidence: Evidence) -> None:
        """Decide a part."""
        rest = [item for item in part.readings[:5] if item.text != text and "?" not in item.text]
        shares = weigh([item.cost for item in rest])
        others = tuple(
            Reading(item.text, round(share * (1.0 - confidence), 4))
            for item, share in zip(rest, shares, strict=True)
            if share * (1.0 - confidence) >= _WORTH_NAMING
        )
        self._by_part[id(part)] = Verdict(text, confidence, evidence, others)

    def __contains__(self, part: object) -> bool:
        return id(part) in self._by_part

    def of(self, part: Part) -> Verdict:
        """The decision on a part: made before, or by its own readings alone."""
        verdict = self._by_part.get(id(part))
        if verdict is None:
            text, confidence = best_alone(part)
            self.set(part, text, confidence, *form_evidence(part, text))
            verdict = self._by_part[id(part)]
        return verdict


def weigh(costs: Sequence[float], other: float = ELSE) -> list[float]:
    """Probabilities of readings with these costs, when something else costs `other`.

    >>> [round(share, 2) for share in weigh([0.1, 3.0])]
    [0.95, 0.05]
    """
    if not costs:
        return []
    least = min(*costs, other)
    shares = [math.exp(least - cost) for cost in costs]
    total = sum(shares) + math.exp(least - other)
    return [share / total for share in shares]


def best_alone(part: Part) -> tuple[str, float]:
    """The best reading of a part and its probability, by its own costs."""
    if not part.readings:
        return part.seen, 0.3
    shares = weigh([item.cost for item in part.readings])
    text = part.readings[0].text
    if "?" in text:
        return part.seen, 0.3
    return text, shares[0]


def form_evidence(part: Part, text: str) -> tuple[Evidence, ...]:
    """The reason for reading a part otherwise than seen: the form of the line and a known confusion."""
    if text == part.seen:
        return ()
    return (
        Evidence(EvidenceKind.FORM, f"{part.name.split('.')[0]} line: {text!r} stands here", 0.0, (part.span,)),
        Evidence(EvidenceKind.CONFUSION, f"{text!r} is read as {part.seen!r}", round(-part.readings[0].cost, 2)),
    )


def agree(text: str, parts: Iterable[Part], weight: float = 0.0) -> Evidence:
    """Evidence that other places say the same."""
    spans = tuple(part.span for part in parts)
    return Evidence(EvidenceKind.CROSS_CHECK, text, round(weight, 2), spans)
