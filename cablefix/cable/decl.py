"""The date on which a message is to be declassified: read against the date of the message."""

from __future__ import annotations

import re
from datetime import date, timedelta

from cablefix.cable.channel import Channel, Decoded
from cablefix.cable.draft import Draft
from cablefix.cable.settle import Verdicts, agree, form_evidence, weigh

ROUND_YEARS = (10, 25, 5, 6, 20, 1, 2, 3, 4)
ELSE_MARGIN = 9.0
_MOST_YEARS = 50


def years_after(day: date, years: int) -> date:
    """The same day some years later; the 28th for a 29 February.

    >>> years_after(date(2004, 2, 29), 10)
    datetime.date(2014, 2, 28)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def decl_date(text: str) -> date | None:
    """The date of `mm/dd/yyyy`, None for anything else.

    >>> decl_date("02/28/2017"), decl_date("OADR")
    (datetime.date(2017, 2, 28), None)
    """
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    if not match:
        return None
    try:
        return date(int(match[3]), int(match[1]), int(match[2]))
    except ValueError:
        return None


def _round(until: date, day: date) -> bool:
    """Whether a date is a round number of years after another, give or take three days."""
    return any(abs((until - years_after(day, years)).days) <= 3 for years in ROUND_YEARS)


def _decl_prior(text: str, day: date | None) -> float:
    """Cost of a DECL date that no order allows: before the message, or more than two generations after it."""
    until = decl_date(text)
    if until is None or day is None:
        return 0.0
    return 0.0 if day <= until <= years_after(day, 50) else 8.0


def _short_decl(seen: str, day: date | None, channel: Channel) -> str:
    """A date with a short year; a year in which no message of that day is declassified is misread."""
    year = int(seen[-2:])
    if day is None or (year - day.year) % 100 <= _MOST_YEARS:
        return seen
    usual = [f"{(day.year + years) % 100:02d}" for years in ROUND_YEARS]
    return seen[:-2] + min(usual, key=lambda text: channel.cost(text, seen[-2:], 99.0))


def settle_decl(draft: Draft, day: date | None, verdicts: Verdicts, channel: Channel) -> None:
    """Decide the DECL date: most are 10 or 25 years after the date of the message, or the day before that."""
    line = draft.found.get("eo")
    part = line.part("eo.decl") if line else None
    if part is None or not re.search(r"\d\d", part.seen):
        return
    if re.fullmatch(r"\d{1,2}/\d{1,2}/\d\d", part.best.text):
        best = _short_decl(part.best.text, day, channel)
        if best != part.best.text:
            part.readings.insert(0, Decoded(best, 0.0))
        plain = part.best.text == part.seen
        verdicts.set(
            part, part.best.text, 0.95 if plain else 0.9, *(() if plain else form_evidence(part, part.best.text))
        )
        return
    until = decl_date(part.seen)
    if until and (day is None or _round(until, day)):
        verdicts.set(part, part.seen, 0.99)
        return
    seen = part.seen.replace(" ", "")
    readings = {
        item.text: item.cost + 1.5 + _decl_prior(item.text, day)
        for item in part.widen(channel)[:16]
        if decl_date(item.text)
    }
    if day is not None:
        for years, price in ((10, 1.0), (25, 2.5), (5, 4.0), (20, 4.0)):
            for shift, more in ((-1, 0.0), (0, 0.0), (-2, 1.5), (1, 2.0), (-3, 2.5)):
                text = f"{years_after(day, years) + timedelta(shift):%m/%d/%Y}"
                cost = channel.cost(text, seen, 34.0) + price + more - 2.0
                if cost < readings.get(text, 34.0):
                    readings[text] = cost
    if not readings:
        return
    ranked = sorted(readings.items(), key=lambda item: item[1])
    shares = weigh([cost for _, cost in ranked], max(ELSE_MARGIN, 12.0))
    text = ranked[0][0]
    part.readings = [Decoded(*item) for item in ranked[:6]]
    evidence = form_evidence(part, text)
    if text != part.seen and day is not None:
        note = f"{(decl_date(text) or day).year - day.year} years after the date of the message"
        evidence = (*evidence, agree(note, [part]))
    settled = decl_date(text)
    near = day is not None and settled is not None and _round(settled, day)
    verdicts.set(part, text, shares[0] if near else min(shares[0], 0.85), *evidence)
