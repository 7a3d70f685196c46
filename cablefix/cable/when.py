"""Dates and hours as telegrams until 1963 print them: `September 14, 2 p.m.`, `OCTOBER 19, 1963 6:56 AM`, `noon`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cablefix.cable.channel import Channel, Decoded, nearest
from cablefix.cable.codes import Codes
from cablefix.cable.rows import Part, Row, exact

_MONTH = re.compile(r"(?P<month>[^\W\d][\w.]{2,9}|\w{3,10})[.:,]{0,2} ?(?=[\dlIoO]{1,2}\b)")
_DAY = re.compile(r"(?P<day>\d{1,2})\b")
_YEAR = re.compile(r" ?[,.]{0,2} ?(?P<year>19[4-6]\d)\b")
_CLOCK = re.compile(
    r" ?[,.:;]{0,2} ?(?:(?P<word>noon|midnight)\b"
    r"|(?P<hour>[\dlI]{1,2}(?:[:;.] ?[\dlI]{2})?)[. ]{0,2}(?P<half>[ap]([.,]?) ?[mnwruioa0](?P<last>\.?)(?!\w)))",
    re.IGNORECASE,
)
_DIGITS = str.maketrans("lLiI;", "1111:")
_LIMIT = 2.2


@dataclass(frozen=True)
class When:
    """A date in a row: its parts, where it begins and ends, which of its pieces are there."""

    parts: list[Part]
    start: int
    end: int
    year: bool
    clock: bool


def read_when(row: Row, start: int, name: str, channel: Channel, codes: Codes) -> When | None:
    """The date, with year and hour where they are printed, that begins at an offset; None where none does.

    A month that is spelled with damage is one of twelve words, and of `p.m.` only the first letter carries news.
    The parts are named `name.month`, `name.day` and so on; together they cover what is printed.
    """
    match = _MONTH.match(row.text, start)
    if match is None:
        return None
    month = _month(row, match, f"{name}.month", channel, codes)
    day = _DAY.match(row.text, match.end())
    if month is None or day is None or not 1 <= int(day["day"]) <= 31:
        return None
    parts = [month, exact(f"{name}.day", row, *day.span("day"))]
    end = day.end()
    year = _YEAR.match(row.text, end)
    if year:
        parts.append(exact(f"{name}.year", row, *year.span("year")))
        end = year.end()
    clock = read_clock(row, end, name, channel)
    if clock:
        parts += clock[0]
        end = clock[1]
    return When(parts, start, end, year is not None, clock is not None)


def _month(row: Row, match: re.Match[str], name: str, channel: Channel, codes: Codes) -> Part | None:
    seen = match["month"].rstrip(".:,")
    plain = seen.upper().replace(".", "")
    words = tuple(codes.months)
    near = [(plain, 0.05)] if plain in words else nearest(channel, plain, words, _LIMIT * len(plain) ** 0.9, 2)
    if not near or len(plain) < 3:
        return None
    capitals = sum(map(str.isupper, seen)) > 0.6 * len(seen)
    readings = [Decoded(word if capitals else word.title(), cost) for word, cost in near]
    at = match.start("month")
    return Part(name, row.span(at, at + len(seen)), seen, readings, rule="header.date")


def read_clock(row: Row, start: int, name: str, channel: Channel) -> tuple[list[Part], int] | None:
    """The hour that begins at an offset, as parts, and where it ends: `2 p.m.`, `11:08 a.m.`, `noon`."""
    match = _CLOCK.match(row.text, start)
    if match is None:
        return None
    if match["word"]:
        return [exact(f"{name}.clock", row, *match.span("word"))], match.end()
    a, b = match.span("hour")
    hour = match["hour"].translate(_DIGITS).replace(" ", "")
    if not 0 < int(re.split("[:.]", hour)[0]) <= 12:
        return None
    cost = channel.word_cost(hour, match["hour"]) if hour != match["hour"] else 0.05
    parts = [Part(f"{name}.clock", row.span(a, b), match["hour"], [Decoded(hour, cost)], rule="header.date")]
    a, b = match.span("half")
    seen = match["half"]
    small = seen[0].islower()
    letters = ("a" if small else "A") if seen[0] in "aA" else ("p" if small else "P"), "m" if small else "M"
    dotted = "." in seen or "," in seen
    printed = f"{letters[0]}.{letters[1]}." if dotted else "".join(letters)
    own = seen.replace(" ", "") == printed or seen[-2:].upper() in (".M", "M.")
    readings = [Decoded(seen if own else printed, 0.05 if own else 3.0)]
    parts.append(Part(f"{name}.half", row.span(a, b), seen, readings, rule="header.date"))
    return parts, match.end()
