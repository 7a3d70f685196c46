"""Format lines 1 to 4 of a message (ACP 127): channel, routing, DE, security.

Each reader takes a row and says whether it can be that line and how it reads. A line in perfect form is recognised by
a pattern; a damaged one is fitted to the form under the costs of the channel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from cablefix.cable.channel import DIGITS, LETTERS, Channel, Decoded, close_words, fold, nearest, shape
from cablefix.cable.codes import Codes
from cablefix.cable.fields import Line, Token
from cablefix.cable.rows import Parsed, Part, Row, exact, strip_dust

JULIAN = ["0123", DIGITS, DIGITS]
CLOCK = ["012", DIGITS, "012345", DIGITS]
_CHANNEL = re.compile(r"VZCZC[A-Z]{2}[A-Z0-9]\d{3,16}")
_DE = re.compile(
    r"DE (?P<station>R[A-Z]{4,7}) #(?P<serial>\d{3,5})(?:/(?P<section>\d\d))? (?P<julian>\d{3})(?P<time>\d{4})"
)
_SECURITY = re.compile(r"ZN[RY] (?P<letter>[A-Z])(?P=letter){4}(?: (?P<rest>Z[A-Z]{2}\b(?:.*\w)?))?\W*")
_ROUTE = re.compile(r"(?P<prec>ZZ|OO|PP|RR)(?P<routes>(?: R[A-Z]{4,7})+)")
PROSIGNS = "ZOPR"
# The first letters of an indicator as engines see them.
_SCRAP = 3
_R_LIKE = re.compile(r"\W?[RKBPHAF8][UHVDOWLN0R]", re.IGNORECASE)
# How the indicators of the networks begin with which State and its addressees were connected (ACP 117).
NETWORKS = ("RUEH", "RUEA", "RUCN", "RHEH", "RUCP", "RUEK", "RHMF", "RUEI", "RHEF", "RUWD", "RUCO", "RUFO", "RHEB")
_PREFIX_LIMIT = 14.0
_CHANNEL_LIMIT = 19.0
_USUAL_LIMIT = 9.0
_ABOVE_FORM = 10.0  # what the first line may cost more where the form goes on below it
_FORM_BELOW = re.compile(r"[OPRZ0o]{2} R[A-Z]{3}|DE R[A-Z]{3}")
_RI_LIMIT = 12.0
_CLEAR = 8.0
_UNREAD_END = 14.0
_DE_LIMIT = 8.0
_GLUED_DE = ("DE", "0E", "OE", "D8", "DB")
_QUOTES = "\"'‘“”’.,-_~*"


def opens_channel(word: str, channel: Channel) -> bool:
    """Whether `read_channel_line` may take a line that begins with a word."""
    limit = _PREFIX_LIMIT + _ABOVE_FORM
    head = word.lstrip(_QUOTES)[:5].upper()
    return len(word) >= 3 and channel.cost("VZCZC", head, limit) <= limit


def opens_de(word: str, channel: Channel) -> bool:
    """Whether `read_de_line` may take a line that begins with a word; dust may stand before the keyword."""
    return not strip_dust(word) or word[:2] in _GLUED_DE or channel.cost("DE", word, _DE_LIMIT) <= _DE_LIMIT


def read_channel_line(row: Row, channel: Channel, codes: Codes, below: Row | None = None) -> Parsed | None:
    """Format line 1: `VZCZC`, three letters for circuit and direction, a number.

    Above line 2 or 3 of the form it may be damaged worse than elsewhere.
    """
    more = _ABOVE_FORM if below and _FORM_BELOW.match(below.text) else 0.0
    word = row.words[0]
    if _CHANNEL.fullmatch(word) and len(row.words) == 1:
        part = exact("channel", row, 0, len(word), 0.5 + _channel_prior(word, codes))
        part.readings += _usual(part.readings, word, channel, codes)
        part.readings = sorted({item.text: item for item in part.readings[::-1]}.values(), key=lambda item: item.cost)
        part.rule = "header.channel"
        return Parsed("channel", [row], [part], 20.0)
    dust = word.find(word.lstrip(_QUOTES)) if more else 0
    head = row.text.replace(" ", "")[dust : dust + 5].upper() if more else word[:5].upper()
    limit = _PREFIX_LIMIT + more
    if len(row.words) > 4 or (len(word) < 5 and not more) or channel.cost("VZCZC", head, limit) > limit:
        return None
    best: Decoded | None = None
    others: dict[str, float] = {}
    end = 0
    for count in range(1, min(3, len(row.words)) + 1):
        stop = row.word_end(count - 1)
        seen = row.text[dust:stop].replace(" ", "")
        seen = seen[:8].upper() + seen[8:]
        if not 11 <= len(seen) <= 24:
            continue
        for digits in {len(seen) - 8, max(3, len(seen) - 9)}:
            found = channel.decode(seen, shape("VZCZCAAA" + "9" * digits), 6)
            for item in (*found, *_usual(found, seen, channel, codes)):
                cost = item.cost + channel.split * (count - 1) + 1.5 * (len(row.words) - count)
                cost += _channel_prior(item.text, codes)
                if "?" in item.text:
                    continue
                others[item.text] = min(cost, others.get(item.text, cost))
                if best is None or cost < best.cost:
                    best, end = Decoded(item.text, cost), stop
    if best is None or best.cost > _CHANNEL_LIMIT + more:
        return None
    readings = [Decoded(*item) for item in sorted(others.items(), key=lambda item: item[1])[:4]]
    part = Part("channel", row.span(0, end), row.text[:end], readings, rule="header.channel")
    return Parsed("channel", [row], [part], 20.0 - best.cost + more)


def _usual(found: Sequence[Decoded], seen: str, channel: Channel, codes: Codes) -> list[Decoded]:
    """The readings with the letters of the usual circuits in place of theirs, where these may have been seen."""
    texts = dict.fromkeys(name + item.text[8:] for name in codes.circuits for item in found)
    return [Decoded(text, cost) for text in texts if (cost := channel.cost(text, seen, _USUAL_LIMIT)) < _USUAL_LIMIT]


def _channel_prior(text: str, codes: Codes) -> float:
    """Most cables of the 2000s came over two circuits and have a count of four digits; older ones add a time."""
    cost = 0.0 if text[:8] in codes.circuits else 8.0
    return cost + {4: 0.0, 3: 1.0}.get(len(text) - 8, 5.0)


def read_routing_line(row: Row, channel: Channel, codes: Codes) -> Parsed | None:
    """Format line 2: the digraph of the highest precedence and the routing indicators of this copy."""
    match = _ROUTE.fullmatch(row.text)
    parts: list[Part] = []
    if match:
        parts.append(Part("routing.prec", row.span(0, 2), match["prec"], [Decoded(match["prec"], 0.1)]))
        cost, first = 0.1, 1
    elif not any(map(_R_LIKE.match, row.words[1:3])):
        return None
    else:
        row = _without_tail(row)
        first = 2 if len(row.words) > 2 and len(row.words[0]) == len(row.words[1]) == 1 else 1
        if len(row.words) < first + 1 or len(row.words) > 12:
            return None
        seen = row.text[: row.word_end(first - 1)]
        if not _R_LIKE.match(row.words[first]) or not all(
            looks_like_route(fold(word)) for word in row.bare[first:] if word and word not in codes.routing_indicators
        ):
            return None
        near = nearest(channel, strip_dust(seen.replace(" ", "")), _digraphs(codes), 13.0)
        if not near:
            return None
        readings = [Decoded(text, value) for text, value in near]
        parts.append(Part("routing.prec", row.span(0, len(seen)), seen, readings, rule="header.precedence"))
        cost = readings[0].cost
    for at in range(first, len(row.words)):
        if not row.bare[at]:
            continue
        part = route_part(f"routing.ri.{at - first + 1}", row, row.starts[at], row.word_end(at), channel, codes)
        if part is None:
            return None
        parts.append(part)
        cost += min(part.best.cost, 6.0)
    if len(parts) < 2:
        return None
    return Parsed("routing", [row], parts, 11.0 - cost)


def _without_tail(row: Row) -> Row:
    """The row without scraps of up to three characters behind its last indicator."""
    last = len(row.words)
    while last > 2 and len(row.bare[last - 1]) <= _SCRAP:
        last -= 1
    return row.cut(0, last) if last < len(row.words) else row


@lru_cache(maxsize=4)
def _digraphs(codes: Codes) -> tuple[str, ...]:
    return tuple(item for item in codes.precedences_by_digraph if item[0] in PROSIGNS)


def _network_prior(indicator: str) -> float:
    """Cost of an indicator that the table does not have, by the network that its first letters name."""
    if indicator.startswith("RUEH"):
        return 1.0
    if indicator[:4] in NETWORKS:
        return 2.0
    return 7.0 if indicator[1] in "UH" else 10.0


def in_form(word: str) -> bool:
    """Whether a word has the form of a routing indicator of a known network, so that it may well be one.

    >>> in_form("RUEHBI"), in_form("RUERWEB"), in_form("RUEH8I")
    (True, False, False)
    """
    return word[:4] in NETWORKS and word.isalpha() and word.isupper()


def looks_like_route(word: str) -> bool:
    """Whether a word can be a routing indicator: five to eight letters or what stands for them, R first."""
    return 5 <= len(word) <= 8 and sum(char.isupper() or char in "0123456789©@£" for char in word) >= len(word) - 1


@lru_cache(maxsize=4)
def _indicators(codes: Codes) -> tuple[str, ...]:
    return tuple(codes.routing_indicators)


def route_part(name: str, row: Row, start: int, end: int, channel: Channel, codes: Codes) -> Part | None:
    """A routing indicator with its readings: as seen, and known ones that it may be."""
    seen = row.text[start:end]
    plain = strip_dust(seen)
    if plain in codes.routing_indicators:
        return Part(name, row.span(start, end), seen, [Decoded(plain, 0.1)], rule="header.routing")
    case = 0.0 if fold(plain) == plain else 1.5
    plain = fold(plain)
    if not looks_like_route(plain):
        return None
    letters = channel.decode(plain, ["R", "UH", *[LETTERS] * (len(plain) - 2)], 4)
    letters += channel.decode(plain, ["R", *[LETTERS] * (len(plain) - 1)], 1)
    if plain[4:].isalpha() and plain[:4] not in NETWORKS:
        letters += [
            Decoded(network + plain[4:], channel.cost(network, plain[:4]) + channel.same * len(plain[4:]))
            for network in NETWORKS[:4]
        ]
    # An indicator that the table does not have is likely enough: the table holds some 350 of several thousand.
    readings = [
        Decoded(item.text, item.cost + case + _network_prior(item.text))
        for item in {item.text: item for item in letters if "?" not in item.text}.values()
    ]
    near = nearest(channel, plain, close_words(plain, _indicators(codes), 3), _RI_LIMIT, 3)
    have = {reading.text for reading in readings}
    readings += [Decoded(text, cost + case + 0.5) for text, cost in near if text not in have]
    readings.sort(key=lambda reading: reading.cost)
    if not readings or readings[0].cost > _RI_LIMIT:
        return None
    return Part(name, row.span(start, end), seen, readings, rule="header.routing")


def read_de_line(row: Row, channel: Channel, codes: Codes) -> Parsed | None:
    """Format line 3: `DE`, the sender's routing indicator, its serial, the section, Julian day and filing time."""
    match = _DE.fullmatch(row.text)
    if match:
        parts = [exact("de.word", row, 0, 2)]
        parts += [
            digit_group("de." + key, row, *match.span(key)) for key in ("station", "serial", "section") if match[key]
        ]
        parts += [
            digit_group("de.julian", row, *match.span("julian"), JULIAN),
            digit_group("de.time", row, *match.span("time"), CLOCK),
        ]
        station = route_part("de.station", row, *match.span("station"), channel, codes)
        if station:
            parts[1] = station
        return Parsed("de", [row], parts, 20.0)
    words = [at for at, word in enumerate(row.bare) if word]
    if len(words) in (2, 3) and len(row.words[words[0]]) >= 7:
        row, words = _unglue(row, words)
    if not 3 <= len(words) <= 8:
        return None
    word_cost = channel.cost("DE", row.words[words[0]], _DE_LIMIT)
    if word_cost > _DE_LIMIT:
        return None
    station = route_part("de.station", row, row.starts[words[1]], row.word_end(words[1]), channel, codes)
    if station is None:
        return None
    return _fit_de(row, words, word_cost, station, channel)


def _unglue(row: Row, words: list[int]) -> tuple[Row, list[int]]:
    """The row with `DE` taken off the indicator that it runs into."""
    token = row.line.tokens[words[0]]
    if token.text[:2] not in _GLUED_DE:
        return row, words
    pieces = (Token(token.text[:2], token.start, token.start + 2), Token(token.text[2:], token.start + 2, token.end))
    tokens = (*row.line.tokens[: words[0]], *pieces, *row.line.tokens[words[0] + 1 :])
    cut = Row(Line(row.line.number, tokens), (), tuple((word + 1, number) for word, number in row.breaks))
    return cut, [at for at, word in enumerate(cut.bare) if word]


def digit_group(name: str, row: Row, start: int, end: int, form: list[str] | None = None) -> Part:
    """A group of digits that reads as it is seen; its shape lets more readings be asked for."""
    seen = row.text[start:end]
    form = form or [DIGITS] * len(seen)
    return Part(name, row.span(start, end), seen, [Decoded(seen, 0.03 * len(seen))], form, rule="header.digits")


def _fit_de(row: Row, words: list[int], word_cost: float, station: Part, channel: Channel) -> Parsed | None:
    """Fit the rest of a damaged DE line: `#0849/01` and `0591745`, which may be split or run together."""
    start = row.starts[words[2]]
    rest = row.text[start : row.word_end(words[-1])]
    best: tuple[float, list[Part]] | None = None
    for cut in _cuts(rest):
        head, tail = rest[:cut].rstrip(), strip_dust(rest[cut:])
        shut = tail.replace(" ", "")
        if not 5 <= len(shut) <= 9:
            continue
        day = channel.decode(shut, JULIAN + CLOCK, 4)[0]
        close = head.replace(" ", "")
        for form in _serial_forms(len(close)):
            serial = channel.decode(close, shape(form), 3)[0]
            splits = rest[:cut].strip().count(" ") + tail.count(" ")
            cost = day.cost + serial.cost + splits * channel.split
            if best is None or cost < best[0]:
                best = (cost, _de_parts(row, start, cut, head, tail, form))
    total = word_cost + station.best.cost + (best[0] if best else 99.0)
    if best is None or total > 32.0:
        return None
    keyword = row.text[row.starts[words[0]] : row.word_end(words[0])]
    word = Part("de.word", row.span(row.starts[words[0]], row.word_end(words[0])), keyword, [Decoded("DE", word_cost)])
    station.glued = word.span.end == station.span.start
    parts = [word, station, *best[1]]
    for part in parts[2:]:
        part.readings = part.widen(channel)
    return Parsed("de", [row], parts, 20.0 - 0.6 * total)


def _cuts(rest: str) -> list[int]:
    cuts = [at for at, char in enumerate(rest) if char == " "]
    return cuts or ([len(rest) - 7] if len(rest) > 10 else [])


def _serial_forms(length: int) -> list[str]:
    return [form for form in ("#9999/99", "#9999", "#99999/99", "#999/99") if abs(len(form) - length) <= 1]


def _de_parts(row: Row, start: int, cut: int, head: str, tail: str, form: str) -> list[Part]:
    """The serial, section, Julian day and time of a damaged line, placed by counting from the ends of their groups."""
    parts = []
    size = len(form.split("/")[0])
    body_end = start + len(head)
    if "/" in form and len(head) > 3:
        slash = body_end - 3
        parts.append(_shaped("de.serial", row, start, slash, "#" + "9" * (size - 1)))
        parts.append(_shaped("de.section", row, slash, body_end, "/99"))
    else:
        parts.append(_shaped("de.serial", row, start, body_end, "#" + "9" * (size - 1)))
    tail_start = row.text.index(tail, start + cut)
    tail_end = tail_start + len(tail)
    middle = tail_start + 3 if len(tail) != 6 else tail_start + 2
    parts.append(
        Part("de.julian", row.span(tail_start, middle), row.text[tail_start:middle], [], JULIAN, rule="header.digits")
    )
    parts.append(
        Part("de.time", row.span(middle, tail_end), row.text[middle:tail_end], [], CLOCK, rule="header.digits")
    )
    return parts


def _shaped(name: str, row: Row, start: int, end: int, form: str) -> Part:
    return Part(name, row.span(start, end), row.text[start:end], [], shape(form), rule="header.digits")


def read_security_line(row: Row, channel: Channel, codes: Codes) -> Parsed | None:
    """Format line 4: `ZNR UUUUU ZZH` or `ZNY CCCCC ZZH`, the letter of the classification five times.

    Military messages end it with the letters: `ZNY CCCCC`.
    """
    perfect = _SECURITY.fullmatch(row.text)
    if perfect:
        parts = [exact("security.signal", row, 0, 3), exact("security.letters", row, 4, 9)]
        if perfect["rest"]:
            parts.append(exact("security.rest", row, *perfect.span("rest")))
        return Parsed("security", [row], parts, 20.0)
    if len(row.words) == 2 and row.dropped and row.text[:3] in ("ZNR", "ZNY"):
        row = Row(Line(row.number, (*row.line.tokens, row.dropped[0])), (), row.breaks)  # `zZH` looks like dust
    words = [at for at, word in enumerate(row.bare) if word]
    if len(words) > 3 and row.words[0][:1] in "Z2" and len(row.words[2]) == 3:
        return read_security_line(row.cut(0, 3), channel, codes)  # scraps behind it
    if not 1 <= len(words) <= 5 or not 9 <= len(row.text.replace(" ", "")) <= 16:
        return None
    start, end = row.starts[words[0]], row.word_end(words[-1])
    first, last = _security_cuts(row, words)
    signal = nearest(channel, strip_dust(row.text[start:first]).upper(), ("ZNR", "ZNY"), 14.0)
    if not signal:
        return None
    groups, closing = _security_words(codes)
    letters = nearest(channel, row.text[first:last].replace(" ", "").strip("."), groups, 26.0)
    clear = bool(letters) and signal[0][1] + letters[0][1] < _CLEAR
    last_seen = strip_dust(row.text[last:end]).upper()
    close = nearest(channel, last_seen, closing, 10.0)
    if not close and clear:
        close = nearest(channel, last_seen, ("ZZH",), 18.0)  # which nearly all have
        if not close and len(last_seen) == len("ZZH"):
            close = [("ZZH", _UNREAD_END)]
    if not letters or not close:
        return None
    cost = signal[0][1] + letters[0][1] + close[0][1]
    parts = [
        Part("security.signal", row.span(start, first), row.text[start:first].strip(), [Decoded(*s) for s in signal]),
        Part("security.letters", row.span(first, last), row.text[first:last].strip(), [Decoded(*s) for s in letters]),
        Part("security.rest", row.span(last, end), row.text[last:end].strip(), [Decoded(*s) for s in close]),
    ]
    for part in parts:
        part.rule = "header.security"
    return Parsed("security", [row], parts, 16.0 - 0.5 * cost) if cost < 40.0 else None


@lru_cache(maxsize=4)
def _security_words(codes: Codes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The groups of five letters, one for each classification, and the operating signals of three."""
    groups = dict.fromkeys(item.letters for item in codes.classifications.values() if item.letters)
    return tuple(groups), tuple(name for name in codes.signals if len(name) == 3 and name[0] == "Z")


def _security_cuts(row: Row, words: list[int]) -> tuple[int, int]:
    """Where the letters begin and end: at the blanks where there are two, else by count from the ends."""
    if len(words) >= 3:
        return row.word_end(words[0]), row.starts[words[-1]]
    start, end = row.starts[words[0]], row.word_end(words[-1])
    if len(words) == 2 and len(row.words[words[0]]) <= 4:
        return row.word_end(words[0]), max(row.word_end(words[0]), end - 3)
    if len(words) == 2:
        return start + 3, row.starts[words[-1]]
    return start + 3, end - 3
