"""Settle the distribution of 1965-79: the copies of all offices add up to the number after the slash."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Hamming

from cablefix.cable.channel import Channel, Decoded
from cablefix.cable.codes import Codes
from cablefix.cable.draft import Draft
from cablefix.cable.rows import Part
from cablefix.cable.settle import Verdicts, agree, form_evidence, weigh

_USUAL = 0.4  # a number that this office is known to get
_UNUSUAL = 3.0  # another number, where the usual ones are known
_UNKNOWN = 1.5
_MOST = 6
_LIMIT = 400
_NO_SUM = 7.0
_AGENCY, _ONE_NEAR = 4, 0.9


def settle_distribution(draft: Draft, verdicts: Verdicts, channel: Channel, codes: Codes) -> bool | None:
    """Decide copies and total; whether they add up, None where there is no total.

    A sum that comes out ranks the readings and proves nothing: many wrong sets of copies have the same sum. So each
    number is also weighed by what its office usually gets.
    """
    _settle_offices(draft, verdicts, codes)
    copies: list[tuple[Part, str]] = []
    total: Part | None = None
    for kind in ("action", "distribution"):
        line = draft.found.get(kind)
        if line is None:
            continue
        offices = {part.name.split(".", 1)[1]: verdicts.of(part).text for part in line.parts if _is_office(part)}
        copies += [(p, offices[p.name.split(".", 1)[1]]) for p in line.parts if p.name.startswith("copies.")]
        total = line.part("distribution.total") or total
    if not copies:
        return None
    for part, office in copies:
        part.readings = _readings(part, office, channel, codes)
    if total is None:
        return None
    total.readings = [item for item in channel.decode(total.seen, total.shape, 8) if item.text.isdecimal()]
    return _settle_sum([part for part, _ in copies], total, verdicts)


def _is_office(part: Part) -> bool:
    return part.name.startswith("office.")


def _settle_offices(draft: Draft, verdicts: Verdicts, codes: Codes) -> None:
    """Read offices that the table does not have as the only one there that differs in one letter: `PODE-00`.

    Short codes differ in one letter from many, and the table does not have all: only agencies, of four letters, are
    looked up, and only beside a number of copies.
    """
    listed = tuple(name for name in codes.distribution_offices if len(name) == _AGENCY)
    for kind in ("action", "distribution"):
        parts = draft.found[kind].parts if kind in draft.found else []
        counted = {part.name.split(".", 1)[1] for part in parts if part.name.startswith("copies.")}
        for part in filter(_is_office, parts):
            if len(part.seen) != _AGENCY or part.seen in listed or part.name.split(".", 1)[1] not in counted:
                continue
            near = [name for name in listed if Hamming.distance(name, part.seen) == 1]
            if len(near) == 1:
                part.rule = "header.distribution"
                part.readings = [Decoded(near[0], 1.0), *part.readings]
                verdicts.set(part, near[0], _ONE_NEAR, *form_evidence(part, near[0]))


def _readings(part: Part, office: str, channel: Channel, codes: Codes) -> list[Decoded]:
    known = codes.distribution_offices.get(office)
    usual = known.copies if known else ()
    found = {item.text: item.cost for item in channel.decode(part.seen, part.shape, _MOST) if item.text.isdecimal()}
    for number in usual:
        text = f"{number:02d}"
        found.setdefault(text, channel.cost(text, part.seen))
    readings = []
    for text, cost in found.items():
        prior = _UNKNOWN if not usual else _USUAL if int(text) in usual else _UNUSUAL
        readings.append(Decoded(text, cost + prior))
    readings.sort(key=lambda item: item.cost)
    return readings[:_MOST] or [Decoded(part.seen, 9.0)]


def _settle_sum(parts: list[Part], total: Part, verdicts: Verdicts) -> bool:
    """The cheapest numbers with a sum that a reading of the total has, found exactly over all sums."""
    every = (*parts, total)
    plain = all(part.readings[0].text == part.seen for part in every)
    if plain and sum(int(part.seen) for part in parts) == int(total.seen):
        for part in every:
            verdicts.set(part, part.seen, 0.99)
        return True
    # The least cost of each sum so far, and by which reading of the last part it is reached.
    table = np.full(_LIMIT + 1, np.inf)
    table[0] = 0.0
    steps: list[tuple[list[Decoded], npt.NDArray[np.int64]]] = []
    for part in parts:
        items = [item for item in part.readings if item.text.isdecimal() and int(item.text) <= _LIMIT]
        if not items:
            return False
        grown = np.full((len(items), _LIMIT + 1), np.inf)
        for row, item in zip(grown, items, strict=True):
            number = int(item.text)
            row[number:] = table[: _LIMIT + 1 - number] + item.cost
        table = grown.min(axis=0)
        steps.append((items, grown.argmin(axis=0)))
    free = sum(part.readings[0].cost for part in parts)
    within = [t for t in total.readings if int(t.text) <= _LIMIT and np.isfinite(table[int(t.text)])]
    ends = sorted((float(table[int(t.text)]) + t.cost, t.text) for t in within)
    if not ends or ends[0][0] > free + total.readings[0].cost + _NO_SUM:
        return False
    cost, text = ends[0]
    share = weigh([cost, *(end[0] for end in ends[1:3])], free + total.readings[0].cost + _NO_SUM)[0]
    verdicts.set(total, text, share, *form_evidence(total, text))
    value = int(text)
    for part, (items, chosen) in zip(reversed(parts), reversed(steps), strict=True):
        item = items[chosen[value]]
        value -= int(item.text)
        own = weigh([reading.cost for reading in part.readings])[part.readings.index(item)]
        confidence = max(own, min(share, 0.5 + own))
        evidence = form_evidence(part, item.text)
        if evidence:
            evidence = (*evidence, agree(f"the copies add up to {text}", [total]))
        verdicts.set(part, item.text, confidence, *evidence)
    return True
