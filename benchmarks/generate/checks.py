"""Facts of a document that must agree with each other, so that cross-checks are measured on firm ground."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from benchmarks.generate.compose import compose
from benchmarks.generate.gold import gold_record, gold_text
from benchmarks.generate.model import Document

_SECURITY = {"UNCLAS": "U", "CONFIDENTIAL": "C", "SECRET": "S", "TOP SECRET": "T"}
_ORDERS = {
    "11652": (date(1972, 6, 1), date(1978, 12, 1)),
    "12065": (date(1978, 12, 1), date(1982, 8, 1)),
    "12356": (date(1982, 8, 1), date(1995, 10, 14)),
    "12958": (date(1995, 10, 14), date(2010, 6, 27)),
    "13526": (date(2010, 6, 27), date(2100, 1, 1)),
}
_WORDS = (250, 1600)


def faults_of(document: Document) -> list[str]:
    """What in a document contradicts itself; empty when all holds."""
    return [*_header_faults(document), *_sheet_faults(document), *_body_faults(document)]


def _header_faults(document: Document) -> Iterator[str]:
    header = document.header
    if header.sent and header.filed:
        origin = f"{header.sent:%H%M}"
        if header.filed < origin and not (origin > "2300" and header.filed < "0100"):
            yield f"filed at {header.filed} before its date-time group {origin}"
    if header.precedence and header.routing_line2 and header.routing_line2[0] != header.precedence[0]:
        yield f"routing line {header.routing_line2!r} disagrees with precedence {header.precedence}"
    letter = _SECURITY.get(header.classification, "")
    if header.security and letter and letter * 5 not in header.security:
        yield f"security line {header.security!r} disagrees with {header.classification}"
    if header.security and (header.security[:3] == "ZNR") != (letter == "U"):
        yield f"security line {header.security!r} has the wrong signal for {header.classification}"
    if header.eo and header.sent:
        first, last = _ORDERS[header.eo]
        if not first <= header.sent.date() < last:
            yield f"E.O. {header.eo} was not in force on {header.sent:%Y-%m-%d}"
    match = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", header.decl)
    if match and header.sent:
        due = date(int(match[3]), int(match[1]), int(match[2]))
        years = due.year - header.sent.year
        if not 0 < years <= 25:
            yield f"DECL {header.decl} is {years} years after the message"
    if header.sent:
        yield from _reference_faults(document, header.sent.year)


def _sheet_faults(document: Document) -> Iterator[str]:
    """A record that was written by hand beside the lines that it means: each value must stand in them."""
    sheet = document.sheet
    lines = [*sheet.first_head, *sheet.opening, *sheet.closing, *(e.text for e in document.body)]
    printed = _bare("".join(lines))
    for value in _leaves({k: v for k, v in sheet.fields.items() if k not in {"precedence", "dtg_iso", "de"}}):
        if _bare(value) not in printed:
            yield f"field value {value!r} is not printed"
    moment = sheet.fields.get("dtg_iso", "")
    if moment and f"{datetime.fromisoformat(moment):%d%H%MZ%b%y}".lower() not in printed:
        yield f"date-time group {moment} is not printed"
    de = sheet.fields.get("de", {})
    if de and f"{datetime.fromisoformat(moment):%j}" != de["julian"]:
        yield f"Julian day {de['julian']} disagrees with {moment}"
    if de and _bare(de["julian"] + de["time"]) not in printed:
        yield f"filing time {de['time']} is not printed"
    shares = [int(office["copies"]) for office in sheet.beside.get("distribution", ()) if "copies" in office]
    if sum(shares) != sheet.beside.get("distribution_total", 0):
        yield f"copies add up to {sum(shares)}"


def _bare(text: str) -> str:
    """Letters and digits only, in small letters."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _leaves(value: object) -> Iterator[str]:
    """The strings in a record, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)


def _reference_faults(document: Document, year: int) -> Iterator[str]:
    header = document.header
    for reference in header.refs:
        match = re.fullmatch(r"(?:(\d\d) )?(.+?) (\d+)(?: \(NOTAL\))?", reference.text)
        if match is None:
            continue
        if match[1] and (int(match[1]) - year) % 100 < 50 and int(match[1]) != year % 100:
            yield f"reference {reference.text!r} is later than the message"
        same_series = match[2] == header.post and (not match[1] or int(match[1]) == year % 100)
        if same_series and int(match[3]) >= header.number:
            yield f"reference {reference.text!r} does not precede message {header.number}"


def _body_faults(document: Document) -> Iterator[str]:
    numbers = [entry.n for entry in document.body if entry.n is not None]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"paragraph numbers are not a sequence: {numbers}"
    composition = compose(document)
    words = len(gold_text(composition).split())
    if not _WORDS[0] <= words <= _WORDS[1]:
        yield f"{words} words, not between {_WORDS[0]} and {_WORDS[1]}"
    record = gold_record(composition)
    missing = record["missing_paragraphs"]
    kept = [p["n"] for p in record["paragraphs"] if p["n"] is not None]
    if sorted(kept + missing) != numbers:
        yield "kept and missing paragraphs do not make up the sequence"
    if any("  " in block.reading for block in composition.blocks):
        yield "double blank in the reading text"
