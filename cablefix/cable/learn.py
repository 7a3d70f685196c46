"""Learn from the sure readings of a header what this engine did to this document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rapidfuzz.distance import Levenshtein

from cablefix.cable.channel import Channel
from cablefix.cable.rows import Part, strip_dust
from cablefix.cable.settle import Verdicts

_SURE = 0.9
_LEAST = 2
_SPOKEN = (
    ".word",
    ".head",
    ".post",
    ".level",
    ".precedence",
    ".section_word",
    ".routing",
    ".letters",
    ".signal",
    ".month",
)
_PRIOR_WRONG, _PRIOR_TOTAL = 0.6, 60.0


def learn_channel(channel: Channel, parts: Iterable[Part], verdicts: Verdicts) -> Channel | None:
    """The channel with the confusions that sure repairs show; None where there are too few to learn from.

    Only parts from a closed list of words are used: what they were printed as is beyond doubt.
    """
    counts: Counter[tuple[str, str]] = Counter()
    totals: Counter[str] = Counter()
    for part in parts:
        if not part.name.endswith(_SPOKEN) and not part.name.startswith(("caption", "tags.", "copies.")):
            continue
        verdict = verdicts.of(part)
        if verdict.confidence < _SURE:
            continue
        totals.update(verdict.text)
        if verdict.text != part.seen:
            counts.update(_confusions(verdict.text, strip_dust(part.seen)))
    if sum(counts.values()) < _LEAST:
        return None
    return channel.learned(counts, totals)


def error_rate(wrong: int, total: int) -> float:
    """The share of characters that were read wrong, from what `count_errors` gives.

    It says how far running text of the header can be trusted, of which no list knows what it should be.
    """
    return (_PRIOR_WRONG + wrong) / (_PRIOR_TOTAL + total)


def count_errors(parts: Iterable[Part], verdicts: Verdicts) -> tuple[int, int]:
    """The characters that were read wrong in the parts from closed lists, and how many these parts have."""
    wrong = total = 0
    for part in parts:
        if part.name.endswith(_SPOKEN) or part.name.startswith(("caption", "tags.")):
            text = verdicts.of(part).text
            wrong += Levenshtein.distance(strip_dust(text), strip_dust(part.seen)) if text != part.seen else 0
            total += len(text)
    return wrong, total


def _confusions(printed: str, seen: str) -> Iterable[tuple[str, str]]:
    for op in Levenshtein.opcodes(printed, seen):
        if op.tag == "replace":
            yield from zip(printed[op.src_start : op.src_end], seen[op.dest_start : op.dest_end], strict=True)
