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
        others: tuple[Reading, ...] = ()
        if rest and 1.0 - confidence >= _WORTH_NAMING:
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


_PLACES = {
    "channel": "the number of the channel",
    "routing.prec": "a precedence, twice its letter,",
    "routing.ri": "a routing indicator",
    "de.station": "the routing indicator of the sender",
    "de.serial": "the serial of the message",
    "de.section": "the section",
    "de.julian": "the day of the year",
    "de.time": "the filing time",
    "security.signal": "the operating signal",
    "security.letters": "the letter of the classification, five times,",
    "security.rest": "an operating signal",
    "office": "an office of the Department or an agency",
    "dtg.prec": "the precedence",
    "dtg.group": "day and time in six digits, then Z,",
    "dtg.month": "the month",
    "dtg.year": "the year in two digits",
    "class.level": "the classification",
    "class.section": "the section",
    "class.total": "the number of sections",
    "class.post": "the post",
    "class.number": "the number of the message",
    "caption": "a caption",
    "eo.number": "the number of an executive order",
    "eo.decl": "the date or rule of declassification",
    "tags": "a TAGS code",
    "ref.label": "the next letter of the references",
    "ref.post": "a post",
    "ref.number": "a message number",
    "ref.year": "a year",
    "routing": "a routing indicator",
    "precedence": "a precedence",
    "serial": "a number",
    "name": "an address",
    "slash": "a slash",
    "word": "its keyword",
    "colon": "a colon",
}
"""What stands at a place, by the name of the part or the first word of its last pieces."""


def _place(name: str) -> str:
    """What the form has at a part, for a person."""
    pieces = [piece for piece in name.split(".") if not piece[:1].isdecimal()]
    for key in (".".join(pieces[:2]), *reversed(pieces), *pieces):
        if key in _PLACES:
            return _PLACES[key]
    return "a word of the form"


def form_evidence(part: Part, text: str) -> tuple[Evidence, ...]:
    """The reason for reading a part otherwise than seen: the form of the line and a known confusion."""
    if text == part.seen:
        return ()
    return (
        Evidence(EvidenceKind.FORM, f"the form has {_place(part.name)} here", 0.0, (part.span,)),
        Evidence(EvidenceKind.CONFUSION, f"{text!r} is read as {part.seen!r}", round(-part.readings[0].cost, 2)),
    )


def agree(text: str, parts: Iterable[Part], weight: float = 0.0) -> Evidence:
    """Evidence that other places say the same."""
    spans = tuple(part.span for part in parts)
    return Evidence(EvidenceKind.CROSS_CHECK, text, round(weight, 2), spans)
