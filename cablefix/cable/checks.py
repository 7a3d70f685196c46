"""Cross-checks between the fields of a header: which hold, which fail, which cannot be judged.

A check that fails is news for the reader, not a reason to change anything: the repairs were weighed before, and a
sender can be wrong too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from cablefix.cable.codes import Codes
from cablefix.cable.dates import century
from cablefix.cable.decl import decl_date
from cablefix.cable.fields import Check, Field, Status
from cablefix.cable.record import Decided
from cablefix.cable.rows import Part
from cablefix.text import Span

_LONGEST_DELAY = timedelta(hours=48)
_ROUND_YEARS = (1, 2, 3, 4, 5, 6, 10, 20, 25)
_RANKS = "ZOPR"
_SIGNS = {"FLASH": "Z", "IMMEDIATE": "O", "PRIORITY": "P", "ROUTINE": "R"}


def check_header(decided: Decided, fields: dict[str, Field], codes: Codes) -> tuple[Check, ...]:
    """All cross-checks for which the header has both sides, in the order of the record."""
    found: list[Check] = []
    for checker in (_precedence, _times, _numbers, _sections, _levels, _posts, _orders, _tags, _references, _sums):
        found += checker(decided, fields, codes)
    return tuple(found)


def _check(name: str, holds: bool | None, text: str, fields: Sequence[str], spans: Sequence[Span]) -> Check:
    status = Status.UNKNOWN if holds is None else Status.HOLDS if holds else Status.FAILS
    return Check(name, status, text, tuple(fields), tuple(spans))


def _part(decided: Decided, kind: str, name: str) -> Part | None:
    line = decided.draft.found.get(kind)
    return line.part(name) if line else None


def _said(decided: Decided, part: Part | None) -> str:
    return decided.verdicts.of(part).text if part else ""


def _precedence(decided: Decided, fields: dict[str, Field], codes: Codes) -> Iterator[Check]:
    own, digraph = _part(decided, "dtg", "dtg.prec"), _part(decided, "routing", "routing.prec")
    if own and digraph:
        one, two = _said(decided, digraph), _said(decided, own)
        text = f"line 2 says {one}, the date-time group {two}"
        yield _check("precedence", one[:1] == two[:1], text, ("routing_line2", "precedence"), (digraph.span, own.span))
    words = [
        item["precedence"].split()[-1]
        for name in ("to", "info")
        if name in fields
        for item in fields[name].value
        if "precedence" in item
    ]
    signs = [_SIGNS[word] for word in words if word in _SIGNS]
    if own and signs:
        top = min(signs, key=_RANKS.index)
        mine = _said(decided, own)[:1]
        text = f"the most urgent addressee has {top}, the message {mine}"
        holds = mine in _RANKS and _RANKS.index(top) >= _RANKS.index(mine)
        yield _check("addressee precedence", holds, text, ("precedence", "to", "info"), (own.span,))


def _times(decided: Decided, fields: dict[str, Field], codes: Codes) -> Iterator[Check]:
    julian, filed = _part(decided, "de", "de.julian"), _part(decided, "de", "de.time")
    moment = decided.moment
    if julian is None or moment is None:
        return
    day = _said(decided, julian)
    places = (julian.span, fields["dtg_iso"].span)
    names = ("de", "dtg_iso")
    days = {f"{moment.day:%j}": moment.day, f"{moment.day + timedelta(1):%j}": moment.day + timedelta(1)}
    text = f"day {day} in the DE line, {moment.day:%d %b %Y} is day {moment.day:%j}"
    yield _check("julian day", day in days, text, names, places)
    clock = _said(decided, filed)
    if day in days and filed is not None and re.fullmatch(r"([01]\d|2[0-3])[0-5]\d", clock):
        sent = _instant(moment.day, moment.group[2:6])
        given = _instant(days[day], clock)
        text = f"filed {given:%d %b %H%M}, date-time group {sent:%d %b %H%M}"
        yield _check("filing time", sent <= given <= sent + _LONGEST_DELAY, text, names, (filed.span, places[1]))


def _instant(day: date, clock: str) -> datetime:
    return datetime(day.year, day.month, day.day, int(clock[:2]), int(clock[2:]))


def _numbers(decided: Decided, fields: dict[str, Field], codes: Codes) -> Iterator[Check]:
    own = fields.get("message_number")
    if own is None or not own.value.isdecimal():
        return
    number = int(own.value)
    serial = _part(decided, "de", "de.serial")
    if serial is not None:
        text = _said(decided, serial).lstrip("#")
        holds = int(text) == number % 10 ** len(text) if text.isdecimal() else None
        yield _check(
            "serial", holds, f"#{text} in the DE line, number {own.value}", ("de", own.name), (serial.span, own.span)
        )
    heads = [part for page in decided.draft.pages if (part := page.part("page.number"))]
    if heads:
        read = [int(part.best.text) for part in heads if part.best.text.isdecimal()]
        holds = None if not read else number in read
        text = f"{read.count(number)} of {len(heads)} page heads say {number}"
        yield _check("page heads", holds, text, (own.name,), (own.span, *(part.span for part in heads)))


def _sections(decided: Decided, fields: dict[str, Field], codes: Codes) -> Iterator[Check]:
    own, total = fields.get("section"), fields.get("sections_total")
    line = _part(decided, "de", "de.section")
    if own and line:
        text = _said(decided, line).strip("/")
        holds = int(text) == own.value if text.isdecimal() else None
        yield _check(
            "section", holds, f"/{text} in the DE line, section {own.value}", ("de", "section"), (line.span, own.span)
        )
    if own and total:
        text = f"section {own.value} of {total.value}"
        yield _check(
            "section count", own.value <= total.value, text, ("section", "sections_total"), (own.span, total.span)
        )
    heads = [part for page in decided.draft.pages if (part := page.part("page.total"))]
    if total and heads:
        read = [int(part.best.text) for part in heads if part.best.text.isdecimal()]
        text = f"{read.count(total.value)} of {len(heads)} page heads say {total.value}"
        holds = None if not read else total.value in read
        yield _check("section heads", holds, text, ("sections_total",), (total.span, *(part.span for part in heads)))


def _levels(decided: Decided, fields: dict[str, Field], codes: Codes) -> Iterator[Check]:
    own = fields.get("classification")
    letters = _part(decided, "security", "security.letters")
    if own is None:
        return
    entry = codes.classification_forms.get(str(own.value).split("//")[0].replace(" ", ""))
    if letters is not None:
        said = _said(decided, letters)
        holds = said == entry.letters if entry and entry.letters else None
        text = f"{said} in the security line, {own.value} in the classification line"
        yield _check("security letters", holds, text, ("security_line", own.name), (letters.span, own.span))
    banners = [part for banner in decided.draft.banners if (part := banner.part("class.level"))]
    if banners:
        same = sum(codes.classification_forms.get(part.best.text.replace(" ", "")) == entry for part in banners)
        text = f"{same} of {len(banners)} banners say {own.value}"
        holds = None if entry is None else same > 0
        yield _check("banners", holds, text, (own.name,), (own.span, *(part.span for part in banners)))


def _posts(decided: Decided, fields: dict[str, Field], codes: Codes) -> Iterator[Check]:
    own, sender = fields.get("post"), fields.get("from")
    if own and sender and isinstance(sender.value, str):
        said = sender.value.upper()
        holds: bool | None = said == own.value or said.split(" ", 1)[-1] == own.value
        if said.startswith("SECSTATE"):
            holds = own.value == "STATE"
        elif not holds and said.split(" ", 1)[0] in ("USMISSION", "USDEL"):
            holds = None
        yield _check(
            "post",
            holds,
            f"{own.value} before the number, from {sender.value}",
            ("post", "from"),
            (own.span, sender.span),
        )
    station = _part(decided, "de", "de.station")
    if station and sender:
        said = _said(decided, station)
        plads = codes.routing(said)
        holds = sender.value in plads if plads else None
        text = f"{said} is {' or '.join(plads)}" if plads else f"{said} is not in the table"
        yield _check("routing indicator", holds, text, ("de", "from"), (station.span, sender.span))
    heads = [part for page in decided.draft.pages if (part := page.part("page.post"))]
    if own and heads:
        short = (own.value, own.value[:6].strip(), own.value.replace(" ", "")[:6])
        same = sum(part.best.text in short for part in heads)
        text = f"{same} of {len(heads)} page heads name {own.value}"
        yield _check("page head post", same > 0, text, ("post",), (own.span, *(part.span for part in heads)))


def _orders(decided: Decided, fields: dict[str, Field], codes: Codes) -> Iterator[Check]:
    order, decl, reasons = fields.get("eo"), fields.get("decl"), fields.get("reasons")
    day = decided.moment.day if decided.moment else None
    if day is None:
        return
    if order is not None:
        force = codes.executive_orders_in_force(day, slack=60)
        text = f"E.O. {order.value} on {day}: in force {' and '.join(item.eo for item in force)}"
        yield _check(
            "executive order", order.value in {item.eo for item in force}, text, ("eo", "dtg_iso"), (order.span,)
        )
    until = decl_date(str(decl.value)) if decl else None
    if decl and until:
        years = [n for n in _ROUND_YEARS if abs((until - _years_after(day, n)).days) <= 7]
        text = f"{years[0]} years after the message" if years else f"{(until - day).days} days after the message"
        yield _check(
            "declassification date",
            bool(years) or None if until > day else False,
            text,
            ("decl", "dtg_iso"),
            (decl.span,),
        )
    if reasons is not None and (match := re.match(r"1\.[345]", str(reasons.value))):
        known = {reason for item in codes.executive_orders_in_force(day, slack=30) for reason in item.reasons}
        text = f"reason {match[0]}; the orders in force have {', '.join(sorted(known))}"
        yield _check("reasons", match[0] in known, text, ("reasons", "dtg_iso"), (reasons.span,))


def _years_after(day: date, years: int) -> date:
    return day + timedelta(round(365.2425 * years))


def _tags(decided: Decided, fields: dict[str, Field], codes: Codes) -> Iterator[Check]:
    tags = fields.get("tags")
    if tags is None:
        return
    year = decided.moment.day.year if decided.moment else None
    plain = [str(tag).split(" (")[0] for tag in tags.value]
    unknown = [tag for tag in plain if not codes.is_tag(tag, year) and not re.fullmatch(r"K[A-Z]{3}", tag)]
    text = f"not known in {year or 'any year'}: {', '.join(unknown)}" if unknown else "all codes are known"
    yield _check("tags", None if unknown else True, text, ("tags",), (tags.span,))
    post = fields.get("post")
    entry = codes.post(post.value, year) if post else None
    country = codes.territories.get(entry.territory) if entry else None
    if country is not None and post is not None and post.value != "STATE":
        own = [tag for tag in plain if (codes.tag_meaning(tag, year) or "").lower() == country.name.lower()]
        text = f"{own[0]} is {country.name}" if own else f"no code of {country.name} among the TAGS"
        yield _check("country of the post", True if own else None, text, ("tags", "post"), (tags.span, post.span))


_REFERENCE = re.compile(r"(?:(?P<year>\d\d) )?(?P<post>[A-Z][A-Z .]+?) (?P<number>\d{2,6})\b")


def _references(decided: Decided, fields: dict[str, Field], codes: Codes) -> Iterator[Check]:
    refs, post, number = fields.get("refs"), fields.get("post"), fields.get("message_number")
    if refs is None or decided.moment is None:
        return
    day = decided.moment.day
    for value, (_, span) in zip(refs.value, refs.parts, strict=False):
        match = _REFERENCE.match(value["text"])
        if not match:
            continue
        year = century(int(match["year"])) if match["year"] else day.year
        holds: bool | None = True if year < day.year else None if year == day.year else False
        if year == day.year and post and number and match["post"] == post.value and number.value.isdecimal():
            holds = int(match["number"]) < int(number.value)
        when = "in the year of" if holds is None else "before" if holds else "after"
        text = f"{value['text']} comes {when} this message"
        yield _check("reference", holds, text, ("refs", "message_number"), (span,))


def _sums(decided: Decided, fields: dict[str, Field], codes: Codes) -> Iterator[Check]:
    if decided.adds_up is None:
        return
    line = decided.draft.found.get("distribution") or decided.draft.found.get("action")
    total = line.part("distribution.total") if line else None
    if line is None or total is None:
        return
    said = _said(decided, total)
    text = f"the copies add up to {said}" if decided.adds_up else f"the copies do not add up to {said}"
    yield _check("distribution", decided.adds_up, text, (), (total.span,))
