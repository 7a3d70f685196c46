"""Format line 5 of a message: precedence and date-time group."""

from __future__ import annotations

import re
from functools import lru_cache

from cablefix.cable.channel import DIGITS, Channel, Decoded, nearest
from cablefix.cable.codes import Codes
from cablefix.cable.formatlines import PROSIGNS, digit_group
from cablefix.cable.rows import Parsed, Part, Row, exact, strip_dust

DAY_TIME = ["0123", DIGITS, "012", DIGITS, "012345", DIGITS, "Z"]
_DAY_TIME = tuple(DAY_TIME)
YEAR = [DIGITS, DIGITS]
_DTG = re.compile(
    r"(?P<prec>[ZOPRYM])(?: (?P<second>[ZOPRYM]))? (?P<group>[0-3]\d[0-2]\d[0-5]\dZ) "
    r"(?P<month>[A-Z]{3}) (?P<year>\d\d)\b"
)
# A group in good form after its precedence: no other cut between the two is worth trying.
_GROUP = re.compile(r"^\S{1,2} (?P<group>[0-3]\d[0-2]\d[0-5]\d[Z2])$")
_NO_MONTH = re.compile(
    r"[^\w\s]?(?P<prec>\S{1,2}) (?P<group>\S{6,8}) (?P<month>\S.{0,5}?) (?P<year>\S{2})(?: [^\dA-Z]{1,3}){0,3}"
)
_NO_MONTH_LIMIT = 12.0
_MONTH_LIMIT = 9.0
_MOST_BEFORE = 10
_YEAR_SEEN = re.compile(r"[\s.,:;'-]*(?P<year>[^\s.,:;'-]{1,4})")


def read_dtg_line(row: Row, channel: Channel, codes: Codes) -> Parsed | None:
    """Format line 5: precedence, day and time, month, year. `O 281745Z FEB 07`."""
    match = _DTG.match(row.text)
    if match and match["month"] in codes.months:
        parts = [exact("dtg.prec", row, 0, match.end("second") if match["second"] else 1)]
        parts.append(digit_group("dtg.group", row, *match.span("group"), DAY_TIME))
        parts.append(exact("dtg.month", row, *match.span("month")))
        parts.append(digit_group("dtg.year", row, *match.span("year"), YEAR))
        return Parsed("dtg", [row], parts, 22.0 - min(6.0, 0.3 * len(row.text[match.end() :])))
    if not 8 <= len(row.text) - len(row.words) + 1 <= 44:
        return None
    best: Parsed | None = None
    before = 0  # characters that can be no dust before the word: more than a precedence and a group leave no fit
    for at, (word, plain) in enumerate(zip(row.words, row.bare, strict=True)):
        if before > _MOST_BEFORE:
            break
        for cut, size, month in _month_in(word, plain, at, channel, codes):
            parsed = _fit_dtg(row, at, cut, size, month, channel)
            if parsed and (best is None or parsed.gain > best.gain):
                best = parsed
        before += len(plain) - plain.count(".")
    return best or _fit_without_month(row, channel, codes)


def _fit_without_month(row: Row, channel: Channel, codes: Codes) -> Parsed | None:
    """A line whose month cannot be read at all, between a good group and a year: `R 140220Z | Y 02`.

    The day of the year in the DE line may tell the month.
    """
    match = _NO_MONTH.fullmatch(row.text)
    if match is None:
        return None
    prec, group = prosigns(match["prec"], channel), channel.decode(match["group"], DAY_TIME, 12)
    year = channel.decode(match["year"], YEAR, 8)
    if prec[0].cost + group[0].cost + year[0].cost > _NO_MONTH_LIMIT:
        return None
    seen = match["month"]
    names, _ = _months(codes)
    months = sorted((Decoded(name, min(channel.word_cost(name, seen), 20.0)) for name in names), key=lambda r: r.cost)
    parts = [
        Part("dtg.prec", row.span(*match.span("prec")), match["prec"], prec, rule="header.precedence"),
        Part("dtg.group", row.span(*match.span("group")), match["group"], group, rule="header.dtg"),
        Part("dtg.month", row.span(*match.span("month")), seen, months, rule="header.dtg"),
        Part("dtg.year", row.span(*match.span("year")), match["year"], year, YEAR, rule="header.dtg"),
    ]
    return Parsed("dtg", [row], parts, 5.0)


@lru_cache(maxsize=4)
def _months(codes: Codes) -> tuple[tuple[str, ...], re.Pattern[str]]:
    """The short names of the months, and a pattern that finds one at the end of a date-time group."""
    names = tuple(name for name in codes.months if len(name) == 3)
    return names, re.compile(rf"(?<=.{{6}})({'|'.join(names)})\d{{0,2}}$")


def _month_in(
    word: str, plain: str, at: int, channel: Channel, codes: Codes
) -> list[tuple[int, int, list[tuple[str, float]]]]:
    """Where in a word a month may stand, how long it is, and which: the whole word, or its end after the group."""
    months, glued_month = _months(codes)
    found = []
    if len(plain) in (5, 6) and at > 0 and plain[:3] in months:
        found.append((word.find(plain), 3, [(plain[:3], 0.5)]))
    elif 2 <= len(plain) <= 4 and at > 0:
        near = nearest(channel, plain, months, _MONTH_LIMIT)
        if near:
            found.append((word.find(plain), len(plain), near))
    elif 9 <= len(plain) <= 15:
        glued = glued_month.search(plain)
        if glued:
            found.append((word.find(plain) + glued.start(1), 3, [(glued[1], 2.0)]))
    return found


def _fit_dtg(row: Row, at: int, cut: int, size: int, month: list[tuple[str, float]], channel: Channel) -> Parsed | None:
    """Fit what stands around a month: precedence and group before it, the year after it."""
    start = row.starts[at] + cut
    month_end = min(start + size, row.word_end(at))
    year = _year_after(row, at, month_end, channel)
    rest = month[0][1] + (year.best.cost if year else 7.0)
    limit = 26.0 if year else 14.0
    lead = _lead(row, start, channel, limit - rest)
    if lead is None:
        return None
    lead_cost, parts = lead
    cost = lead_cost + month[0][1] + (year.best.cost if year else 7.0)
    if cost > limit:
        return None
    seen = row.text[start:month_end]
    parts.append(
        Part("dtg.month", row.span(start, month_end), seen, [Decoded(*item) for item in month], rule="header.dtg")
    )
    if start > 0 and row.text[start - 1] != " ":
        parts[-1].glued = True
    if year:
        parts.append(year)
    return Parsed("dtg", [row], parts, 18.0 - 0.7 * cost)


def _year_after(row: Row, at: int, month_end: int, channel: Channel) -> Part | None:
    rest = row.text[month_end:]
    match = _YEAR_SEEN.match(rest)
    if not match or len(strip_dust(match["year"])) not in (1, 2, 3):
        return None
    start, end = month_end + match.start("year"), month_end + match.end("year")
    seen = row.text[start:end]
    readings = [item for item in channel.decode(seen, YEAR, 8) if item.cost < 14.0]
    if not readings:
        return None
    glued = start == month_end
    return Part("dtg.year", row.span(start, end), seen, readings, glued=glued, rule="header.dtg")


def _lead(row: Row, start: int, channel: Channel, limit: float) -> tuple[float, list[Part]] | None:
    """The precedence and the group before the month: each cut between them is tried that may cost up to the limit."""
    text = row.text[:start]
    begin = len(text) - len(text.lstrip(" .,:;_-'‘’“*•|\\~"))
    best: tuple[float, int] | None = None
    stop = len(text.rstrip(" .,:;-"))
    plain = _GROUP.search(text[begin:stop])
    cuts = [begin + plain.start("group")] if plain else range(begin, min(begin + 7, stop))
    for cut in cuts:
        group = text[cut:stop].strip().replace(" ", "").strip(".")
        prec = text[begin:cut].strip().strip(".").replace(" ", "")
        if not 5 <= len(group) <= 8 or len(prec) > 2 or channel.least(group, _DAY_TIME) > limit + 0.01:
            continue
        clean = cut > begin and (text[cut - 1] in " ." or text[cut] == " ")
        splits = text[cut:stop].strip().count(" ")
        cost = channel.decode(group, DAY_TIME, 6)[0].cost + splits * channel.split
        cost += _prosign_cost(prec, channel) + (0.0 if clean or not prec else channel.split)
        if best is None or cost < best[0]:
            best = (cost, cut)
    if best is None:
        return None
    cost, cut = best
    while cut < stop and text[cut] == " ":
        cut += 1
    prec_end = len(text[:cut].rstrip())
    parts = []
    if prec_end > begin:
        seen = text[begin:prec_end]
        parts.append(
            Part("dtg.prec", row.span(begin, prec_end), seen, prosigns(seen, channel), rule="header.precedence")
        )
    group = text[cut:stop]
    readings = channel.decode(group.replace(" ", "").strip("."), DAY_TIME, 12)
    part = Part("dtg.group", row.span(cut, stop), group, readings, rule="header.dtg")
    part.glued = prec_end == cut and prec_end > begin
    return cost, [*parts, part]


def _prosign_cost(seen: str, channel: Channel) -> float:
    if not seen:
        return channel.lost
    return prosigns(seen, channel)[0].cost


def prosigns(seen: str, channel: Channel) -> list[Decoded]:
    """Readings of the precedence letters before a date-time group: one, or two of which the first is more urgent."""
    plain = seen.replace(" ", "").strip(".,:_")
    found = [Decoded(sign, channel.cost(sign, plain)) for sign in PROSIGNS]
    if len(plain) == 2:
        pairs = [(a, b) for a in PROSIGNS for b in PROSIGNS if PROSIGNS.index(a) < PROSIGNS.index(b)]
        found += [Decoded(f"{a} {b}", channel.of(a, plain[0]) + channel.of(b, plain[1])) for a, b in pairs]
    return sorted(found, key=lambda item: item.cost)
