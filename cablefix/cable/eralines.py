"""Header lines of 1950-79: distribution, drafting, control number, page heads with the name of the post cut to six."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from cablefix.cable.channel import DIGITS, Channel, Decoded, nearest, shape
from cablefix.cable.codes import Codes
from cablefix.cable.dtgline import DAY_TIME
from cablefix.cable.rows import Parsed, Part, Row, exact, strip_dust
from cablefix.cable.when import read_clock, read_when

# An office and its copies: `AF-08`, `EUR 17`, `SS 20,`; the slashed zero of line printers is read in many ways.
OFFICE = re.compile(r"(?P<office>[A-Z][A-Z0-9/]{0,5}?)[ -]{1,3}(?P<copies>[0-9OoIlBDGQS@©&?!]{2})(?![0-9A-Za-z])")
TOTAL = re.compile(r"[/17I|l](?P<total>[0-9OoIlBDGQS@©]{3}) ?(?P<for>[WR])\b")
_BEFORE = 60
ACTION_WORDS, INFO_WORDS = ("ACTION", "ORIGIN"), ("INFO",)
_ACTION_LIMIT, _INFO_LIMIT, _DRAFTING_LIMIT = 9.0, 8.0, 12.0
DRAFTING_WORDS = ("DRAFTED", "APPROVED")
_DASHES = re.compile(r"[-—–_=~]{4,}")
_PART = re.compile(r"\(?S[EB]CT\w{2,4} (?P<section>[A-Z]+|\d{1,2}) OF (?P<total>[A-Z]+|\d{1,2})\)?", re.IGNORECASE)
_NO = re.compile(r"(?:\S{1,4} )?[^\w\s]?\bN[O0o]\s?[:;.]\s?")
_OWN_NUMBER = re.compile(r"(?P<number>[0-9OoIlSBZ]{1,5}) ?[,.] ?(?=[A-Za-z])")
_DATE_KEY = re.compile(r"(?:DATE|Date)\s?[:;]\s?")
_PLAIN_OFFICE = re.compile(r"(?P<office>[A-Za-z/]{1,6})(?: \S{1,2}){0,2}\W*")
_OFFICES = re.compile(r"[A-Z][A-Z/]{0,4}(?: [A-Z][A-Z/]{0,4})?[.,]?")
_CONTROL = re.compile(r"\bC[o0O]N?n?t[r1]o[l1]\b\s?[:;.]?\s?(?P<value>\d{2,6})?\b", re.IGNORECASE)
_RECEIVED = re.compile(r"\bREC.{0,2}D\s?(?:[:;.]|$)\s?[. ]*", re.IGNORECASE)
_LONE_BELOW = 4
_STAMPED = "COPY"  # `ACTION COPY` is a stamp on the form


def opens_action(word: str, channel: Channel) -> bool:
    """Whether `read_action_line` may take a line that begins with a word."""
    plain = strip_dust(word)
    return 5 <= len(plain) <= 8 and bool(nearest(channel, plain.upper(), ACTION_WORDS, _ACTION_LIMIT, 1))


def opens_distribution(word: str, channel: Channel) -> bool:
    """Whether `read_distribution_line` may take a line that begins with a word."""
    return bool(nearest(channel, strip_dust(word).upper(), INFO_WORDS, _INFO_LIMIT, 1))


def opens_drafting(word: str, channel: Channel) -> bool:
    """Whether `read_drafting_line` may take a line that begins with a word."""
    return any(_drafting_cost(key, strip_dust(word), channel) < _DRAFTING_LIMIT for key in DRAFTING_WORDS)


def _drafting_cost(key: str, word: str, channel: Channel) -> float:
    """What it costs to read a word as a keyword; words of another length are none."""
    near = len(key) - 2 <= len(word) <= len(key) + 2
    return channel.word_cost(key, word, _DRAFTING_LIMIT) if near else math.inf


def read_action_line(row: Row, channel: Channel, codes: Codes) -> Parsed | None:
    """`ACTION AF-08`, `ORIGIN SCS 04`, `Action EUR`: the office that acts on the message, or that wrote it."""
    word = row.bare[0]
    if len(row.words) < 2 or len(row.text) > _BEFORE or not 5 <= len(word) <= 8:
        return None
    near = nearest(channel, word.upper(), ACTION_WORDS, _ACTION_LIMIT, 1)
    if not near:
        return None
    rest = row.text[row.starts[1] :]
    office = OFFICE.match(rest)
    plain = None if office or rest.upper().startswith(_STAMPED) else _PLAIN_OFFICE.fullmatch(rest)
    name = _office_reading(plain["office"], codes) if plain else None
    if not office and not (name and word[:1].isupper() and len(word) == 6):
        return None
    if plain and word not in ("Action", "Origin", "ACTION", "ORIGIN") and plain["office"].upper() not in _known(codes):
        return None
    at = row.starts[1]
    start = row.text.find(word)
    shown = near[0][0].title() if plain and not word.isupper() else near[0][0]
    parts = [
        Part(
            "action.word", row.span(start, start + len(word)), word, [Decoded(shown, near[0][1])], rule="header.keyword"
        )
    ]
    if office:
        parts += office_parts(row, at)
    elif plain and name:
        parts.append(Part("office.1", row.span(at, at + len(plain["office"])), plain["office"], [name]))
    return Parsed("action", [row], parts, 8.0 - 0.6 * near[0][1] if office else 5.0)


def _known(codes: Codes) -> frozenset[str]:
    return frozenset(codes.distribution_offices)


def _office_reading(seen: str, codes: Codes) -> Decoded | None:
    """An office that stands without copies: in capitals, or one that is known but for the case of its letters."""
    if seen.isupper():
        return Decoded(seen, 0.1)
    capitals = seen.isalpha() and 2 * sum(map(str.isupper, seen)) > len(seen)
    if capitals or seen.upper() in _known(codes) or (len(seen) == 1 and seen.isalpha()):
        return Decoded(seen.upper(), 2.0)
    return None


def read_office_column(rows: Sequence[Row], first: int, codes: Codes) -> list[Row]:
    """The rows below a lone `Info` that name one office each, as the margin of the form of 1950-63 does."""
    found: list[Row] = []
    for row in rows[first : first + 30]:
        text = row.text.strip(" .,•-")
        if not _OFFICES.fullmatch(text) or (len(text) > 3 and text not in _known(codes) and len(found) < 2):
            break
        found.append(row)
    return found


def read_lone_office(row: Row, below: Row, codes: Codes) -> Parsed | None:
    """`Action`, `Origin` or `Info` alone, and the office on the next line."""
    word = strip_dust(row.text)
    if word not in ("Action", "Origin", "Info", "ACTION", "ORIGIN") or row.text[:1] != word[:1]:
        return None
    text = below.text.strip(" .,•-")
    if not re.fullmatch(r"[A-Z][A-Z/]{0,4}", text) or len(below.words) > 2:
        return None
    at = below.text.find(text)
    office = Part("office.1", below.span(at, at + len(text)), text, [Decoded(text, 0.1)])
    kind = "distribution" if word == "Info" else "action"
    return Parsed(kind, [row, below], [office], 4.0)


def office_parts(row: Row, start: int) -> list[Part]:
    """The offices and copies that a row lists from an offset on, and the total after the slash."""
    parts = []
    for number, match in enumerate(OFFICE.finditer(row.text, start), start=1):
        a, b = match.span("office")
        parts.append(Part(f"office.{number}", row.span(a, b), match["office"], [Decoded(match["office"], 0.1)]))
        a, b = match.span("copies")
        parts.append(
            Part(f"copies.{number}", row.span(a, b), match["copies"], [], [DIGITS, DIGITS], rule="header.distribution")
        )
    total = TOTAL.search(row.text, start)
    if total:
        a, b = total.span("total")
        parts.append(
            Part("distribution.total", row.span(a, b), total["total"], [], [DIGITS] * 3, rule="header.distribution")
        )
    return parts


def read_distribution_line(row: Row, channel: Channel, first: bool, codes: Codes | None = None) -> Parsed | None:
    """`INFO OCT-01 ISO-00 /025 W` and the lines that go on with it (`first` False)."""
    if first:
        word = row.bare[0]
        if len(row.words) < 2 or not nearest(channel, word.upper(), INFO_WORDS, _INFO_LIMIT, 1):
            return None
        start = row.starts[1]
    else:
        start = 0
    pairs = len(OFFICE.findall(row.text[start:]))
    total = TOTAL.search(row.text, start)
    if first and codes is not None and not row.words[0].isupper() and row.words[0][0] in "Ii":
        return _plain_distribution(row, codes)
    if pairs < (2 if first else 1) and not total:
        return None
    return Parsed("distribution", [row], office_parts(row, start), min(9.0, 2.0 * pairs) + (3.0 if total else 0.0))


def _plain_distribution(row: Row, codes: Codes) -> Parsed | None:
    """`Info SS G SP L INR`: offices without copies; one in four may be read in a way that fits none."""
    parts, strange = [], 0
    for at in range(1, len(row.words)):
        seen = row.bare[at]
        reading = _office_reading(seen, codes) if re.fullmatch(r"[A-Za-z/]{1,5}", seen) else None
        if reading is None and not (len(seen) <= 4 and seen[:1].isupper()):
            return None
        strange += reading is None
        begin = row.starts[at] + row.words[at].find(seen)
        parts.append(Part(f"office.{at}", row.span(begin, begin + len(seen)), seen, [reading or Decoded(seen, 3.0)]))
    if not parts or 4 * strange > len(parts):
        return None
    return Parsed("distribution", [row], parts, 4.0)


def read_drafting_line(row: Row, channel: Channel) -> Parsed | None:
    """`DRAFTED BY OES/OFA:RBTOLLIVER`, `APPROVED BY ...`."""
    if len(row.words) < 2:
        return None
    for key in DRAFTING_WORDS:
        kind = key.lower()
        cost = _drafting_cost(key, row.bare[0], channel)
        second = re.match(r"'?(BY|8Y|BV|B7|BY2|BYs|BY;)", row.words[1])
        if cost < _DRAFTING_LIMIT and second:
            end = row.starts[1] + second.end()
            seen = row.text[:end]
            text = row.text[end:].lstrip(" :;")
            at = len(row.text) - len(text)
            parts = [Part(f"{kind}.word", row.span(0, end), seen, [Decoded(key + " BY", cost)], rule="header.keyword")]
            if text:
                parts.append(Part(f"{kind}.text", row.span(at, len(row.text)), text, [Decoded(text, 0.0)]))
            return Parsed(kind, [row], parts, 9.0 - 0.5 * cost)
    return None


def is_counter_line(text: str) -> bool:
    """Whether a line is the dashes before a relay counter: `------------------270429Z 060566 /61`.

    >>> is_counter_line("-------- 118205"), is_counter_line("--------")
    (True, False)
    """
    dashes = _DASHES.search(text)
    if dashes is None:
        return False
    rest = (text[: dashes.start()] + text[dashes.end() :]).strip()
    return 5 <= len(rest) <= 24 and sum(char.isdecimal() for char in rest) >= 5


def read_file_page_head(row: Row, channel: Channel, codes: Codes) -> Parsed | None:
    """`PAGE 01 TEGUCI 02308 141640Z`: the page head of 1965-79, with the post cut to six letters."""
    words = [at for at in range(len(row.words)) if row.bare[at]]
    if not 4 <= len(words) <= 12:
        return None
    for position in range(min(3, len(words) - 3)):
        at = words[position]
        if channel.word_cost("PAGE", row.bare[at].upper(), 8.0) < 8.0:
            return _file_head_parts(row, words[position:], channel, codes)
    return None


def _file_head_parts(row: Row, words: list[int], channel: Channel, codes: Codes) -> Parsed | None:
    page = row.bare[words[1]]
    if not 1 <= len(page) <= 3 or len(words) < 4:
        return None
    name = row.bare[words[2]]
    at = 3
    if len(words) > 4 and not any(char.isdecimal() for char in row.words[words[3]]) and len(name) <= 4:
        name = f"{name} {row.bare[words[3]]}"
        at = 4
    number = row.bare[words[at]] if at < len(words) else ""
    if not name.replace(" ", "").isalpha() or not name.isupper() or not 4 <= len(number) <= 7:
        return None
    parts = [
        Part(
            "page.page",
            row.span(row.starts[words[1]], row.word_end(words[1])),
            page,
            channel.decode(page, shape("99"), 4),
        )
    ]
    parts.append(
        Part("page.post", row.span(row.starts[words[2]], row.word_end(words[at - 1])), name, [Decoded(name, 0.3)])
    )
    form = [DIGITS] * (6 if len(number) == 6 else 5)
    span = row.span(row.starts[words[at]], row.word_end(words[at]))
    parts.append(Part("page.number", span, number, channel.decode(number, form, 6)))
    for later in words[at + 1 :]:
        stamp = row.bare[later]
        if 6 <= len(stamp) <= 8 and sum(char.isdecimal() for char in stamp) >= 4:
            span = row.span(row.starts[later], row.word_end(later))
            parts.append(Part("page.time", span, stamp, channel.decode(stamp, DAY_TIME, 6)))
            break
    return Parsed("page", [row], parts, 12.0)


def read_control_line(row: Row, channel: Channel, codes: Codes, below: Sequence[Row] = ()) -> Parsed | None:
    """`Control: 15256` and `Rec'd: OCTOBER 19, 1963` of incoming telegrams until 1963; values may stand below."""
    low = row.text.lower()
    match = _CONTROL.search(row.text) if "tro" in low or "t1o" in low else None
    if match and row.text[match.start()] in "Cc" and (match["value"] or match.end() == len(row.text.rstrip(" .:;"))):
        return _control(row, match, below)
    match = _RECEIVED.search(row.text) if "rec" in low else None
    if match is None:
        return None
    for place, at in [(row, match.end()), *((other, 0) for other in below[:_LONE_BELOW])]:
        if place is not row and match.end() < len(row.text):
            break
        start = at + len(place.text[at:]) - len(place.text[at:].lstrip(" .:;"))
        when = read_when(place, start, "received", channel, codes)
        if when and (when.year or when.clock):
            return Parsed("received", [row] if place is row else [row, place], when.parts, 6.0)
    if match.end() >= len(row.text) or not re.search(r"\d", row.text[match.end() :]):
        return None
    return Parsed("received", [row], [exact("received", row, match.end(), len(row.text))], 5.0)


def _control(row: Row, match: re.Match[str], below: Sequence[Row]) -> Parsed | None:
    if match["value"]:
        value = exact("control", row, *match.span("value"), cost=0.1)
        return Parsed("control", [row], [value], 6.0 if re.search(r"[:;.]", match[0]) else 3.5)
    for other in below[:_LONE_BELOW]:
        number = re.fullmatch(r"\W*(?P<value>\d{3,6})\W*", other.text)
        if number:
            return Parsed("control", [row, other], [exact("control", other, *number.span("value"), cost=0.1)], 5.0)
    return None


def read_clock_row(row: Row, name: str, channel: Channel) -> list[Part]:
    """The parts of a row that is an hour and nothing else: `11:08 a.m.` below the date of receipt."""
    start = len(row.text) - len(row.text.lstrip(" .:;"))
    found = read_clock(row, start, name, channel)
    return found[0] if found and len(row.text) - found[1] <= 12 else []


def read_number_line(row: Row, channel: Channel, codes: Codes, below: Row | None = None) -> Parsed | None:
    """`NO: 748, OCTOBER 19, 1 PM (SECTION ONE OF TWO)`: number and local time of telegrams until 1963.

    `NO:` may stand alone with the rest on the next line. `DATE: September 21, 4 p.m.` is what forms of 1963-64 have.
    """
    head = _NO.match(row.text)
    rows, start = [row], head.end() if head else 0
    if strip_dust(row.text) in ("NO", "N0", "No") and below is not None and len(row.text) > 2:
        rows, start, head = [row, below], 0, re.match("", "")
    last = rows[-1]
    match = _OWN_NUMBER.match(last.text, start)
    if not match:
        return _date_line(row, channel, codes)
    when = read_when(last, match.end(), "no.when", channel, codes)
    part = _PART.search(last.text)
    if when is None and head and part:  # the day is misread
        number = Part(
            "no.number", last.span(*match.span("number")), match["number"], [], [DIGITS] * len(match["number"])
        )
        number.widen(channel)
        counts = [exact(f"no.{name}", last, *part.span(name)) for name in ("section", "total")]
        return Parsed("number", rows, [number, *counts], 7.5)
    if when is None or when.year or not (head or (match["number"].isdecimal() and when.clock)):
        return None
    form = [DIGITS] * len(match["number"])
    parts = [Part("no.number", last.span(*match.span("number")), match["number"], [], form, rule="header.number")]
    parts[0].widen(channel)
    parts += when.parts
    section = _PART.search(last.text, when.end)
    if section:
        parts += [exact(f"no.{name}", last, *section.span(name)) for name in ("section", "total")]
    return Parsed("number", rows, parts, 8.0 if when.clock else 5.0)


def _date_line(row: Row, channel: Channel, codes: Codes) -> Parsed | None:
    key = _DATE_KEY.match(row.text)
    when = read_when(row, key.end(), "no.when", channel, codes) if key else None
    if when is None or not when.clock or when.year or len(row.text) - when.end > 6:
        return None
    return Parsed("number", [row], when.parts, 4.5)
