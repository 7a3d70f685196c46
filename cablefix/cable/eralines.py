"""Header lines of 1950-79: distribution, drafting, control number, page heads with the name of the post cut to six."""

from __future__ import annotations

import re

from cablefix.cable.channel import DIGITS, Channel, Decoded, nearest, shape
from cablefix.cable.codes import Codes
from cablefix.cable.dtgline import DAY_TIME
from cablefix.cable.rows import Parsed, Part, Row, exact, is_dust, strip_dust

# An office and its copies: `AF-08`, `EUR 17`, `SS 20,`; the slashed zero of line printers is read in many ways.
OFFICE = re.compile(r"(?P<office>[A-Z][A-Z0-9/]{0,5}?)[ -]{1,3}(?P<copies>[0-9OoIlBDGQS@©&?!]{2})(?![0-9A-Za-z])")
TOTAL = re.compile(r"[/17I|l](?P<total>[0-9OoIlBDGQS@©]{3}) ?(?P<for>[WR])\b")
_BEFORE = 60
_DASHES = re.compile(r"[-—–_=~]{4,}")
_PART = re.compile(r"\(?SECTION (?P<section>[A-Z]+|\d{1,2}) OF (?P<total>[A-Z]+|\d{1,2})\)?", re.IGNORECASE)
_LOCAL_TIME = re.compile(r", (?:NOON|MIDNIGHT|\d{1,2}(?::\d\d)? ?[AP]\.? ?M\b)", re.IGNORECASE)
_NUMBER_LINE = re.compile(r"(?P<number>[0-9OoIlSBZ]{1,5}) ?[,.] ?(?P<when>[A-Za-z]{3,10}\.? \d{1,2}, .*)")


def read_action_line(row: Row, channel: Channel) -> Parsed | None:
    """`ACTION AF-08`, `ORIGIN SCS 04`, `Action EUR`: the office that acts on the message, or that wrote it."""
    word = strip_dust(row.words[0])
    if len(row.words) < 2 or len(row.text) > _BEFORE or not 5 <= len(word) <= 8:
        return None
    near = nearest(channel, word.upper(), ("ACTION", "ORIGIN"), 9.0, 1)
    if not near:
        return None
    rest = row.text[row.starts[1] :]
    office = OFFICE.match(rest)
    plain = re.fullmatch(r"(?P<office>[A-Z]{1,6})\.?", rest.strip())
    if not office and not (plain and word in ("Action", "ACTION")):
        return None
    at = row.starts[1]
    start = row.text.find(word)
    shown = near[0][0] if word.isupper() or near[0][1] > 4.0 else word
    parts = [
        Part(
            "action.word", row.span(start, start + len(word)), word, [Decoded(shown, near[0][1])], rule="header.keyword"
        )
    ]
    if office:
        parts += office_parts(row, at)
    elif plain:
        a = at + rest.find(plain["office"])
        parts.append(
            Part("office.1", row.span(a, a + len(plain["office"])), plain["office"], [Decoded(plain["office"], 0.1)])
        )
    return Parsed("action", [row], parts, 8.0 - 0.6 * near[0][1] if office else 5.0)


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


def read_distribution_line(row: Row, channel: Channel, first: bool) -> Parsed | None:
    """`INFO OCT-01 ISO-00 /025 W` and the lines that go on with it (`first` False)."""
    if first:
        word = strip_dust(row.words[0])
        if len(row.words) < 2 or not nearest(channel, word.upper(), ("INFO",), 8.0, 1):
            return None
        start = row.starts[1]
    else:
        start = 0
    pairs = len(OFFICE.findall(row.text[start:]))
    total = TOTAL.search(row.text, start)
    plain = first and row.words[0] == "Info" and all(re.fullmatch(r"[A-Z]{1,6}", word) for word in row.words[1:])
    if pairs < (2 if first else 1) and not total and not plain:
        return None
    parts = office_parts(row, start)
    if plain:
        parts = [
            Part(
                f"office.{at}", row.span(row.starts[at], row.word_end(at)), row.words[at], [Decoded(row.words[at], 0.1)]
            )
            for at in range(1, len(row.words))
        ]
    return Parsed(
        "distribution", [row], parts, min(9.0, 2.0 * pairs) + (3.0 if total else 0.0) + (4.0 if plain else 0.0)
    )


def read_drafting_line(row: Row, channel: Channel) -> Parsed | None:
    """`DRAFTED BY OES/OFA:RBTOLLIVER`, `APPROVED BY ...`."""
    if len(row.words) < 2:
        return None
    for kind, key in (("drafted", "DRAFTED"), ("approved", "APPROVED")):
        word = strip_dust(row.words[0])
        if not len(key) - 2 <= len(word) <= len(key) + 2:
            continue
        cost = channel.word_cost(key, word, 12.0)
        second = re.match(r"'?(BY|8Y|BV|B7|BY2|BYs|BY;)", row.words[1])
        if cost < 12.0 and second:
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
    return 5 <= len(rest) <= 24 and sum(char.isdigit() for char in rest) >= 5


def read_file_page_head(row: Row, channel: Channel, codes: Codes) -> Parsed | None:
    """`PAGE 01 TEGUCI 02308 141640Z`: the page head of 1965-79, with the post cut to six letters."""
    words = [at for at in range(len(row.words)) if not is_dust(row.words[at])]
    if not 4 <= len(words) <= 12:
        return None
    for position in range(min(3, len(words) - 3)):
        at = words[position]
        if channel.word_cost("PAGE", strip_dust(row.words[at]).upper(), 8.0) < 8.0:
            return _file_head_parts(row, words[position:], channel, codes)
    return None


def _file_head_parts(row: Row, words: list[int], channel: Channel, codes: Codes) -> Parsed | None:
    page = strip_dust(row.words[words[1]])
    if not 1 <= len(page) <= 3 or len(words) < 4:
        return None
    name = strip_dust(row.words[words[2]])
    at = 3
    if len(words) > 4 and not any(char.isdigit() for char in row.words[words[3]]) and len(name) <= 4:
        name = f"{name} {strip_dust(row.words[words[3]])}"
        at = 4
    number = strip_dust(row.words[words[at]]) if at < len(words) else ""
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
        stamp = strip_dust(row.words[later])
        if 6 <= len(stamp) <= 8 and sum(char.isdigit() for char in stamp) >= 4:
            span = row.span(row.starts[later], row.word_end(later))
            parts.append(Part("page.time", span, stamp, channel.decode(stamp, DAY_TIME, 6)))
            break
    return Parsed("page", [row], parts, 12.0)


def read_control_line(row: Row) -> Parsed | None:
    """`Control: 15256` and `Rec'd: OCTOBER 19, 1963` of incoming telegrams until 1963."""
    match = re.search(r"\b(?P<key>Control|CONTROL)\s?[:;.]\s?(?P<value>\d{1,6})\b", row.text)
    if match:
        parts = [Part("control", row.span(*match.span("value")), match["value"], [Decoded(match["value"], 0.1)])]
        return Parsed("control", [row], parts, 6.0)
    match = re.search(r"\b(?P<key>Rec.?d|REC.?D)\s?[:;.]\s?(?P<value>\S.*)", row.text)
    if match:
        parts = [Part("received", row.span(*match.span("value")), match["value"], [Decoded(match["value"], 0.1)])]
        return Parsed("received", [row], parts, 6.0)
    return None


def read_number_line(row: Row, channel: Channel) -> Parsed | None:
    """`NO: 748, OCTOBER 19, 1 PM (SECTION ONE OF TWO)`: number and local time of telegrams until 1963."""
    head = re.match(r"(?:NO|No|N0)\s?[:;.]\s?", row.text)
    match = _NUMBER_LINE.match(row.text, head.end() if head else 0)
    if not match or not (head or (match["number"].isdigit() and _LOCAL_TIME.search(match["when"]))):
        return None
    form = [DIGITS] * len(match["number"])
    section = _PART.search(match["when"])
    end = match.start("when") + (section.start() if section else len(match["when"]))
    parts = [
        Part("no.number", row.span(*match.span("number")), match["number"], [], form, rule="header.number"),
        exact("no.when", row, match.start("when"), len(row.text[:end].rstrip())),
    ]
    parts[0].widen(channel)
    if section:
        for name in ("section", "total"):
            a, b = section.span(name)
            parts.append(exact(f"no.{name}", row, match.start("when") + a, match.start("when") + b))
    return Parsed("number", [row], parts, 8.0)


def is_incoming_head(text: str) -> bool:
    """Whether a line is the head of the form of 1950-63: `INCOMING TELEGRAM Department of State`."""
    return bool(re.search(r"\b(?:INCOMING|OUTGOING)\s+TELEGRAM\b", text))
