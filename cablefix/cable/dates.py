"""Settle the date and time of a message: date-time group, Julian day, page heads and DECL date together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cablefix.cable.channel import Channel
from cablefix.cable.codes import Codes
from cablefix.cable.decl import ROUND_YEARS, decl_date, years_after
from cablefix.cable.draft import Draft
from cablefix.cable.rows import Part
from cablefix.cable.settle import Verdicts, agree, form_evidence, weigh
from cablefix.ledger import Evidence, EvidenceKind

_PIVOT = 45  # two-digit years from here on are of the 20th century; telegrams in this form begin in the 1940s
_APART = 7.0  # the Julian day does not belong to the date at all
_NEXT_DAY = 2.2  # filed on the day after
_UNDATED = 2.5  # the DECL date is at no round distance from the date
_OUT_OF_FORCE = 4.0
_CLEAN = 3.0  # another reading than that of a group in perfect form which only one field disputes: one never decides
_UNREAD = 9.0  # a month of which nothing can be read: all twelve are tried
_UNMENTIONED = 3.0  # the text speaks of other years only; counts where the year is damaged


@dataclass(frozen=True, slots=True)
class Moment:
    """A date and a time of day as `ddhhmmZ`."""

    day: date
    group: str


def century(two_digits: int) -> int:
    """The year that two digits stand for. The 06-99 rule of ACP 127 would date a cable of 2007 to 1907.

    >>> century(7), century(68)
    (2007, 1968)
    """
    return (1900 if two_digits >= _PIVOT else 2000) + two_digits


def settle_date(draft: Draft, verdicts: Verdicts, channel: Channel, codes: Codes) -> tuple[Moment | None, float]:
    """Decide day, time, month and year; returns them with their probability, None where there is no group."""
    parsed = draft.found.get("dtg")
    if parsed is None:
        return None, 0.0
    parts = {key: parsed.part(f"dtg.{key}") for key in ("group", "month", "year")}
    group, month, year = parts["group"], parts["month"], parts["year"]
    if group is None or month is None:
        return None, 0.0
    judge = _Judge(draft, channel, codes)
    plain = judge.plain(group, month, year)
    kept = plain if plain is not None and judge.disputes(plain.day) < 2 else None
    scored = sorted(
        (
            (judge.cost(moment, group, month, year) + (_CLEAN if kept and moment != kept else 0.0), moment)
            for moment in _moments(draft, judge, group, month, year)
        ),
        key=lambda item: item[0],
    )
    if not scored:
        return None, 0.0
    best = scored[0][1]
    shares = weigh([item[0] for item in scored], min(scored[0][0], 30.0) + 9.0)
    confidence = shares[0]
    extra = judge.evidence(best)
    _decide(group, best.group, shares, [item[1].group for item in scored], verdicts, extra)
    months = [_month_word(item[1].day, month, codes) for item in scored]
    _decide(month, months[0], shares, months, verdicts, extra)
    if year is not None:
        years = [f"{item[1].day.year % 100:02d}" for item in scored]
        _decide(year, years[0], shares, years, verdicts, extra)
    judge.settle_julian(best, verdicts, confidence)
    judge.settle_filed(best, verdicts)
    return best, confidence


def _decide(
    part: Part, text: str, shares: list[float], texts: list[str], verdicts: Verdicts, extra: tuple[Evidence, ...]
) -> None:
    """Decide one part by the share of all moments that give it this text."""
    share = sum(weight for weight, other in zip(shares, texts, strict=True) if other == text)
    evidence = (*form_evidence(part, text), *extra) if text != part.seen else ()
    verdicts.set(part, text, min(share, 0.999), *evidence)


def _month_word(day: date, part: Part, codes: Codes) -> str:
    for reading in part.readings:
        if reading.text in codes.months and codes.months[reading.text].number == day.month:
            return reading.text
    return next(word for word, entry in codes.months.items() if entry.number == day.month and len(word) == 3)


def _moments(draft: Draft, judge: _Judge, group: Part, month: Part, year: Part | None) -> list[Moment]:
    """All moments that some place suggests."""
    plain = judge.plain(group, month, year)
    if plain is not None and judge.fits_julian(plain.day) and judge.undisputed(plain.day):
        return [plain]
    found: dict[Moment, None] = {}
    groups = group.widen(judge.channel)
    years = [item.text for item in year.widen(judge.channel)] if year else []
    for two in dict.fromkeys([text for text in years if "?" not in text][:6] or judge.years_elsewhere()):
        full = century(int(two))
        for word in month.readings[: 12 if month.readings[0].cost > _UNREAD else 4]:
            entry = judge.codes.months.get(word.text)
            if entry is None:
                continue
            for item in groups[:10]:
                for text in _filled(item.text):
                    day = _day(full, entry.number, text[:2])
                    if day and _clock(text[2:6]):
                        found[Moment(day, text)] = None
        for day in judge.julian_days(full):
            for item in groups[:6]:
                text = f"{day.day:02d}{item.text[2:]}"
                if "?" not in text and _clock(text[2:6]):
                    found[Moment(day, text)] = None
    return list(found)


def _filled(text: str) -> Iterator[str]:
    """A group whose first digit cannot be told, with each digit that a day may begin with."""
    if "?" not in text:
        yield text
    elif text.count("?") == 1 and text[0] == "?":
        yield from (digit + text[1:] for digit in "0123")


def _day(year: int, month: int, text: str) -> date | None:
    try:
        return date(year, month, int(text))
    except ValueError:
        return None


def _clock(text: str) -> bool:
    return text.isdecimal() and int(text[:2]) < 24 and int(text[2:]) < 60


class _Judge:
    """Knows what the other places of the header say about the date."""

    def __init__(self, draft: Draft, channel: Channel, codes: Codes) -> None:
        self.channel, self.codes = channel, codes
        line = draft.found.get("de")
        self.julian = line.part("de.julian") if line else None
        self.filed = line.part("de.time") if line else None
        order = draft.found.get("eo")
        self.decl = order.part("eo.decl") if order else None
        self.order = order.part("eo.number") if order else None
        self.stamps = [part for page in draft.pages if (part := page.part("page.time"))]
        self.mentioned = draft.years
        received = draft.found.get("received")
        self.received = received.part("received") if received else None
        self._day_costs: dict[date, tuple[float, float]] = {}

    def plain(self, group: Part, month: Part, year: Part | None) -> Moment | None:
        """The moment as seen, where every part of it reads as seen and cheaply."""
        if year is None or group.best.text != group.seen or year.best.text != year.seen:
            return None
        if group.others or month.others or year.others:
            return None
        entry = self.codes.months.get(month.seen)
        if entry is None or not re.fullmatch(r"\d{6}Z", group.seen):
            return None
        day = _day(century(int(year.seen)), entry.number, group.seen[:2])
        return Moment(day, group.seen) if day and _clock(group.seen[2:6]) else None

    def fits_julian(self, day: date) -> bool:
        """Whether the Julian day as seen is that of the date or the next one; true where there is none."""
        if self.julian is None:
            return True
        return not self.julian.others and self.julian.seen in (_ordinal(day), _ordinal(day + timedelta(1)))

    def undisputed(self, day: date) -> bool:
        """Whether neither the executive order nor the DECL date speaks against the date."""
        return self._order_cost(day) < 0.5 and self._decl_cost(day) < 0.5

    def disputes(self, day: date) -> int:
        """How many of day of the year, executive order and DECL date speak against a date."""
        return (not self.fits_julian(day)) + (self._order_cost(day) >= 0.5) + (self._decl_cost(day) >= 0.5)

    def years_elsewhere(self) -> list[str]:
        """Two-digit years that the DECL date and the date of receipt suggest."""
        found = []
        if self.decl is not None and (match := re.search(r"(\d{4})$", self.decl.best.text)):
            found += [f"{(int(match[1]) - back) % 100:02d}" for back in (10, 25)]
        if self.received is not None and (match := re.search(r"\b19(\d\d)\b", self.received.seen)):
            found.insert(0, match[1])
        return found

    def julian_days(self, year: int) -> list[date]:
        """The days that the Julian day may mean, and the days before them."""
        if self.julian is None:
            return []
        days = []
        for item in self.julian.widen(self.channel)[:4]:
            if item.text.isdecimal() and 1 <= int(item.text) <= 366:
                day = date(year, 1, 1) + timedelta(int(item.text) - 1)
                days += [day, day - timedelta(1)]
        return [day for day in days if day.year == year]

    def cost(self, moment: Moment, group: Part, month: Part, year: Part | None) -> float:
        """What it costs that all places read as they do, given the moment."""
        channel = self.channel
        seen = group.seen.replace(" ", "").strip(".")
        total = group.price(moment.group, channel, seen)
        word = _month_word(moment.day, month, self.codes)
        total += min(month.price(word, channel, month.seen.strip(".,")), 20.0)
        if year is not None:
            total += year.price(f"{moment.day.year % 100:02d}", channel)
        if year is not None and year.best.text != year.seen and self.mentioned:
            total += 0.0 if moment.day.year in self.mentioned else _UNMENTIONED
        if moment.day not in self._day_costs:
            elsewhere = self._julian_cost(moment.day) + self._decl_cost(moment.day) + self._order_cost(moment.day)
            self._day_costs[moment.day] = elsewhere, self._stamp_cost(moment.day)
        elsewhere, stamps = self._day_costs[moment.day]
        return total + elsewhere + stamps

    def _julian_cost(self, day: date) -> float:
        if self.julian is None:
            return 0.0
        seen = self.julian.seen.replace(" ", "")
        same = self.julian.price(_ordinal(day), self.channel, seen)
        after = self.julian.price(_ordinal(day + timedelta(1)), self.channel, seen) + _NEXT_DAY
        return min(same, after, _APART)

    def _decl_cost(self, day: date) -> float:
        if self.decl is None:
            return 0.0
        best = _UNDATED
        for item in self.decl.readings[:6]:
            until = decl_date(item.text)
            if until and any(abs((until - years_after(day, years)).days) <= 3 for years in ROUND_YEARS):
                best = min(best, item.cost - self.decl.readings[0].cost)
        return best if decl_date(self.decl.best.text) else 0.0

    def _order_cost(self, day: date) -> float:
        if self.order is None:
            return 0.0
        costs = []
        for item in self.order.readings:
            entry = self.codes.executive_orders.get(item.text)
            if entry is None:
                continue
            early = day < entry.effective - timedelta(365)
            inside = entry.effective - timedelta(180) <= day and (
                entry.until is None or day <= entry.until + timedelta(365)
            )
            costs.append(
                item.cost
                - self.order.readings[0].cost
                + (0.0 if inside else 2 * _OUT_OF_FORCE if early else _OUT_OF_FORCE)
            )
        return min(costs, default=0.0)

    def _stamp_cost(self, day: date) -> float:
        """The time of the page heads of 1965-79 is that of arrival: the same day or the next."""
        total = 0.0
        seen = {part.seen: part for part in self.stamps}
        for text in list(seen)[:3]:
            after = day + timedelta(1)
            days = (
                self.channel.cost(f"{day.day:02d}", text[:2]),
                self.channel.cost(f"{after.day:02d}", text[:2]) + _NEXT_DAY,
            )
            total += min(*days, 4.0)
        return total

    def evidence(self, moment: Moment) -> tuple[Evidence, ...]:
        """What speaks for the moment beside its own line."""
        found = []
        if self.julian is not None and self._julian_cost(moment.day) < _APART:
            text = f"day {_ordinal(moment.day)} of the year in the DE line is {moment.day:%d %b}"
            found.append(agree(text, [self.julian]))
        if self.decl is not None and decl_date(self.decl.best.text) and self._decl_cost(moment.day) < 1.0:
            found.append(agree("the DECL date is a round number of years later", [self.decl]))
        if self.order is not None and self._order_cost(moment.day) == 0.0:
            found.append(agree(f"E.O. {self.order.best.text} was in force in {moment.day:%Y}", [self.order]))
        return tuple(found)

    def settle_julian(self, moment: Moment, verdicts: Verdicts, confidence: float) -> None:
        """Decide the Julian day by the date, where the two can belong together."""
        if self.julian is None:
            return
        seen = self.julian.seen.replace(" ", "")
        days = [_ordinal(moment.day), _ordinal(moment.day + timedelta(1))]
        if seen in days:
            verdicts.set(self.julian, seen, max(confidence, 0.95))
            return
        costs = [(self.channel.cost(days[0], seen), days[0]), (self.channel.cost(days[1], seen) + _NEXT_DAY, days[1])]
        costs += [(item.cost + _APART, item.text) for item in self.julian.widen(self.channel)[:4]]
        best: dict[str, float] = {}
        for cost, text in costs:
            best[text] = min(cost, best.get(text, cost))
        ranked = sorted(best.items(), key=lambda item: item[1])
        shares = weigh([cost for _, cost in ranked], ranked[0][1] + ELSE_MARGIN)
        text = ranked[0][0]
        if "?" in text:
            return
        evidence = Evidence(
            EvidenceKind.CROSS_CHECK, f"{moment.day:%d %b %Y} is day {_ordinal(moment.day)}", 0.0, (self.julian.span,)
        )
        verdicts.set(self.julian, text, shares[0] * max(confidence, 0.6), evidence, *form_evidence(self.julian, text))

    def settle_filed(self, moment: Moment, verdicts: Verdicts) -> None:
        """Decide the filing time: a time of day, at or after the date-time group and mostly within hours of it."""
        part = self.filed
        if part is None or self.julian is None:
            return
        same_day = verdicts.of(self.julian).text == _ordinal(moment.day)
        sent = int(moment.group[2:4]) * 60 + int(moment.group[4:6])
        costs: dict[str, float] = {}
        for item in part.widen(self.channel):
            if _clock(item.text):
                delay = int(item.text[:2]) * 60 + int(item.text[2:]) - sent + (0 if same_day else 1440)
                costs[item.text] = item.cost + (4.0 if delay < 0 else 0.0 if delay <= _SOON else 1.5)
        if not costs:
            return
        ranked = sorted(costs.items(), key=lambda item: item[1])
        text = ranked[0][0]
        share = weigh([cost for _, cost in ranked], ranked[0][1] + ELSE_MARGIN)[0]
        evidence = form_evidence(part, text)
        if evidence:
            evidence = (*evidence, agree(f"the date-time group is of {moment.group[2:6]}", [part]))
        verdicts.set(part, text, share, *evidence)


ELSE_MARGIN = 9.0
_SOON = 6 * 60


def _ordinal(day: date) -> str:
    return f"{day:%j}"
