"""The airgram of 1962-74: a telegram sent by pouch, on a form with AIRGRAM, a number `A-97`, TO, FROM and DATE."""

from __future__ import annotations

import re

from cablefix.cable.bodylines import TO_FIGURES
from cablefix.cable.channel import Channel, Decoded
from cablefix.cable.codes import Codes
from cablefix.cable.rows import Parsed, Part, Row, strip_dust
from cablefix.cable.telegram import read_form_entry, state_part

_WORD = "AIRGRAM"
_WAYS = ("OUTGOING", "INCOMING")
_WORD_LIMIT = 9.0
_NUMBER = re.compile(
    r"\W{0,2}(?:N[O0o]\.?\s?[:;.]?\s?)?(?P<number>A\s?[-–—~=_]\s?[0-9OoIlSBZ]{1,4})(?=\s|$)(?P<rest>.*)"
)
_FROM = re.compile(r"\W{0,2}F[RK][O0]M\s?[>|]?[:;.]\s?(?=\S)")
_DATE = re.compile(r"\s(?:DATE|Date)\s?[:;.]\s?(?P<when>.*)")
_YEAR = re.compile(r"\b19[4-9]\d\b")
_LONGEST_HEAD = 40


def read_airgram_head(row: Row, channel: Channel) -> Parsed | None:
    """`AIRGRAM`, `OUTGOING AIRGRAM`, `DEPARTMENT OF STATE AIRGRAM`, letters spaced or not: the head of the form."""
    if len(row.text) > _LONGEST_HEAD or len(row.words) > 9:
        return None
    state = state_part(row, channel)
    way = state is None and len(row.words) == 2 and row.bare[0] in _WAYS
    shut = "".join(row.bare) if state is None and not way else strip_dust(row.words[-1])
    if (
        not 6 <= len(shut) <= 8
        or shut[:2].islower()
        or channel.word_cost(_WORD, shut.upper(), _WORD_LIMIT) >= _WORD_LIMIT
    ):
        return None
    parts = [Part("form.way", row.span(0, len(row.text)), row.text, [Decoded(row.text, 0.0)])]
    return Parsed("form", [row], [*parts, state] if state else parts, 7.0)


def read_airgram_number(row: Row) -> Parsed | None:
    """`A-97`, with the classification or nothing behind it."""
    match = _NUMBER.match(row.text) if len(row.text) < _LONGEST_HEAD else None
    if match is None or any(map(str.islower, match["rest"])) or any(map(str.isdecimal, match["rest"])):
        return None
    seen = match["number"]
    text = "A-" + re.sub(r"\W|_", "", seen[1:]).translate(TO_FIGURES)
    part = Part("no.number", row.span(*match.span("number")), seen, [Decoded(text, 0.1 if text == seen else 2.0)])
    part.rule = "header.number"
    return Parsed("airgram", [row], [part], 7.0)


def read_sender(row: Row, channel: Channel, codes: Codes) -> Parsed | None:
    """`FROM : AmEmbassy CONAKRY   DATE: March 18, 1966`: who sends an airgram, in small letters, and when."""
    match = _FROM.match(row.text)
    if match is None:
        return None
    date = _DATE.search(row.text, match.end())
    stop = date.start() if date else len(row.text)
    whole = row.cut(0, sum(start < stop for start in row.starts))
    entry = read_form_entry(whole, match.end(), "from.1", channel, codes)
    if entry is None:
        return None
    seen = match[0].split()[0]
    word = Part("from.word", row.span(0, len(seen)), seen, [Decoded(seen, 0.0)])
    return Parsed("from", [row], [word, *entry.parts], min(entry.gain, 8.0) + 2.0)


def year_of(row: Row) -> int | None:
    """The year in the line that names the sender; None where it has none."""
    date = _DATE.search(row.text)
    year = _YEAR.search(row.text, date.start("when")) if date else None
    return int(year[0]) if year else None
