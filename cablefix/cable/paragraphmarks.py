"""Paragraph marks as they are read: what stands at the head of a line, and which numbers it may be.

The garbled forms of pilcrows and digits, with their costs in nats, are in dictionaries/confusions/.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from cablefix.lexicon.wordlist import load_wordlist
from cablefix.resources import dictionary_path

PILCROW = "¶"
_MOST_NUMBER = 300
_LONGEST_WITH_PILCROW = 4
_PORTION = re.compile(r"[(\[{<]\s?(?P<mark>[A-Za-z0-9$€¢©§/ ]{1,14}?)\\?[({\[]?(?:/[A-Z]{2})?\s?[)\]}>]")
# A portion mark whose brackets were misread: `€C)`, `CC.`, `(3 The`; only behind the stop of a number.
_TORN_PORTION = re.compile(
    r"(?P<head>\S{1,5}?[.,])\s?(?P<mark>[^\s.,()\[\]]{1,4}[)\]}>]|CC\.|[({\[]{1,2}[^\s()\[\]{}.,]{1,3}(?=\s[A-Z]))"
    r"(?=\s+[A-Z\"'\u2018\u201c(\[])"
)
# Two small letters that are no word and a clear number: dust in the margin.
_LEAD_SCRAP, _COMMON = re.compile(r"(?P<scrap>[a-z]{2})\s+['\"\u2018\u201c]?(?=\d{1,2}[.,]\s)"), 3000
UNREAD_PORTION = "?"
# What every mark has: a stop among the first characters of the line, or an opening bracket.
_MAY_BE_MARK = re.compile(r".{0,11}[.,:;*]|.{0,25}[(\[{<]", re.DOTALL)
_DOT = re.compile(r"[.,:;*]")
_BRACKET = re.compile(r"[)}\]]")
_NEXT = re.compile(r"(?:[-_~\u2014]|\s[=|;~\u00b0\u00bb])?\s+[A-Z\"'(\[{0-9\u2018-\u201d-]|[:;,](?=[A-Z]{2})|\s*$")
_SPECK_AFTER = frozenset(":;,")
_MORE_STOPS = re.compile(r"[.,]{0,2}")
_SPECKS = "-_~ \u2014"
# Between a number and a portion mark.
_SURPLUS = re.compile(r"(?<=\d)[.,]?\?$")  # alone a question mark may be a figure
_SPECKS_BETWEEN = ".,:;*\"'`\u00b0\u2018\u2019\u201c\u201d|" + _SPECKS
# Before a number an underscore may be a pilcrow that the engine could not read; the sequence tells.
_SPECKS_BEFORE = "-~. \u2014"
_LONGEST_MARK = 6
_LEAST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may begin a numbered paragraph.

    `start:end` is the source span of the mark, dot included; `mark` its text without the dot and blanks, empty where
    the number is lost and only a portion mark stands there. `portion` is the portion mark as printed. `after_break`
    says whether the line before looks like the end of a paragraph, `apart` whether a heading or nothing stands there.
    `page` counts page turns from the first line of the text on: it differs between two candidates where a page may be
    lost between them. A `faint` candidate has no readable mark and no portion mark; it counts only where a number is
    missing.
    """

    line: int
    start: int
    end: int
    mark: str
    dot: str
    portion: str
    after_break: bool
    page: int = 0
    faint: bool = False
    apart: bool = False


@lru_cache(maxsize=1)
def pilcrow_garbles() -> dict[str, float]:
    """Cost of each reading of a pilcrow; the empty one is a pilcrow that the engine lost."""
    return _read_costs("pilcrow.tsv")


@lru_cache(maxsize=1)
def _digits() -> dict[str, tuple[tuple[str, float], ...]]:
    """For each character the digits that it may stand for, with costs."""
    table: dict[str, list[tuple[str, float]]] = {str(d): [(str(d), 0.0)] for d in range(10)}
    for pair, cost in _read_costs("digits.tsv").items():
        table.setdefault(pair[0], []).append((pair[1], cost))
    return {key: tuple(value) for key, value in table.items()}


def _read_costs(name: str) -> dict[str, float]:
    rows = dictionary_path(f"confusions/{name}").read_text(encoding="utf-8").splitlines()
    pairs = [row.split("\t") for row in rows if row and not row.startswith("#")]
    return {key: float(cost) for key, cost in pairs[1:]}


class MarkReading(NamedTuple):
    """A paragraph number as read from a mark: the number, the garble before it, the cost of its digits."""

    n: int
    garble: str
    cost: float


@lru_cache(maxsize=4096)
def read_mark(mark: str) -> tuple[MarkReading, ...]:
    """All ways to read a mark (without dot and blanks) as an optional garbled pilcrow and a number.

    >>> read_mark("1[2")[0]
    MarkReading(n=2, garble='1[', cost=0.0)
    >>> [(r.n, r.garble) for r in read_mark("12") if r.cost == 0]
    [(2, '1'), (12, '')]

    A pilcrow that is there needs no other:

    >>> read_mark("¶12")[0], {r.garble for r in read_mark("¶12")}
    (MarkReading(n=12, garble='¶', cost=0.0), {'¶'})
    """
    if mark.startswith(PILCROW):
        numbers = _numbers(mark[1:]) if len(mark) <= _LONGEST_WITH_PILCROW else []
        return tuple(sorted((MarkReading(n, PILCROW, cost) for n, cost in numbers), key=attrgetter("cost")))
    out: list[MarkReading] = []
    for cut in range(max(0, len(mark) - 3), -1, -1) if len(mark) <= 3 else range(len(mark) - 1, len(mark) - 4, -1):
        out.extend(MarkReading(n, mark[:cut], cost) for n, cost in _numbers(mark[cut:]))
    if len(mark) <= 3:
        for cut in range(1, len(mark)):
            out.extend(MarkReading(n, mark[:cut], cost) for n, cost in _numbers(mark[cut:]))
    return tuple(sorted(set(out), key=lambda r: (r.cost, len(r.garble) == 0, -len(r.garble))))


def _numbers(text: str) -> list[tuple[int, float]]:
    """The numbers that a string may stand for, with the cost of its digits."""
    if not text:
        return []
    partial: list[tuple[str, float]] = [("", 0.0)]
    for char in text:
        options = _digits().get(char)
        if not options:
            return []
        partial = [(done + digit, cost + more) for done, cost in partial for digit, more in options]
    return [
        (int(digits), cost)
        for digits, cost in partial
        if digits[0] != "0" and cost <= 5.5 and int(digits) <= _MOST_NUMBER
    ]


def find_candidate(line: int, text: str, offset: int, after_break: bool, page: int = 0) -> Candidate | None:
    """The paragraph mark at the head of a line, None where there is none.

    `text` is the verbatim line from its first word on, `offset` its place in the source.

    >>> found = find_candidate(7, "1[3 . (C)  The  Minister", 100, after_break=True)
    >>> found.start, found.end, found.mark, found.dot, found.portion
    (100, 105, '1[3', '.', 'C')
    >>> find_candidate(7, "q8. €C) The Minister", 100, after_break=True).portion
    'C'
    >>> find_candidate(7, "&. (3 The Minister", 100, after_break=True).portion
    '?'
    >>> find_candidate(7, "q7?. \u2018(C) The Minister", 100, after_break=True).mark
    'q7'
    >>> find_candidate(7, "ee 3. The Minister", 100, after_break=True).mark
    '3'
    >>> find_candidate(7, "The Minister said. He left", 100, after_break=True) is None
    True
    """
    if not _MAY_BE_MARK.match(text):
        return None
    lead = _LEAD_SCRAP.match(text) if after_break else None
    if lead and load_wordlist().count(lead["scrap"]) < _COMMON:
        found = find_candidate(line, text[lead.end() :], offset + lead.end(), after_break, page)
        return replace(found, start=offset) if found else None
    portion = _PORTION.search(text, 0, 26)
    if portion and len(text[: portion.start()].replace(" ", "")) <= _LONGEST_MARK + 1:
        head = text[: portion.start()].rstrip()
        mark = _SURPLUS.sub("", head.rstrip(_SPECKS_BETWEEN))
        dot = head[len(mark) :].strip()
        compact = mark.replace(" ", "").lstrip(_SPECKS_BEFORE)
        letters = portion["mark"].replace(" ", "").upper()
        if not compact and not dot:
            return Candidate(line, offset, offset, "", "", letters, after_break, page)
        if len(compact) <= _LONGEST_MARK and (_has_stop(dot) or (read_mark(compact) and not letters.isdecimal())):
            return Candidate(line, offset, offset + len(head), compact, dot, letters, after_break, page)
    torn = _TORN_PORTION.match(text)
    if torn:
        head = torn["head"]
        compact = head[:-1].lstrip(_SPECKS_BEFORE)
        if read_mark(compact):
            letters = torn["mark"].strip("€{<«()}>[].").upper()
            letters = UNREAD_PORTION if letters.isdecimal() else letters
            return Candidate(line, offset, offset + len(head), compact, head[-1], letters, after_break, page)
    return _stopped(line, text, offset, after_break, page, _DOT)


def without_letters(found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without sub-paragraphs that letters count: `¶A. (SBU)`, `¶B. (U)`, whatever the pilcrow reads as.

    >>> marks = ("G2", "G(@A", "({B", "q@c", "G3")
    >>> [c.mark for c in without_letters([Candidate(n, 0, 0, m, ".", "C", True) for n, m in enumerate(marks)])]
    ['G2', 'G3']
    """
    kept: list[Candidate] = []
    at = 0
    while at < len(found):
        run = 0
        while at + run < len(found) and run < 26 and _is_lettered(found[at + run], chr(ord("A") + run)):
            run += 1
        if run < _LEAST_LETTERS:
            kept.append(found[at])
            run = 1
        at += run
    return kept


def _is_lettered(candidate: Candidate, letter: str) -> bool:
    return bool(candidate.portion) and candidate.mark[-1:].upper() == letter


def find_bracketed(line: int, text: str, offset: int, after_break: bool, page: int = 0) -> Candidate | None:
    """The paragraph mark at the head of a line where a bracket closes it: `3) The Minister`. None where there is none.

    In a message that numbers its paragraphs with stops these are items of a list.

    >>> found = find_bracketed(7, "3) The Minister", 100, after_break=True)
    >>> found.mark, found.dot
    ('3', ')')
    >>> find_bracketed(7, "(3) The Minister", 100, after_break=True) is None
    True
    """
    if text[:1] in "([{<" or not after_break:
        return None
    return _stopped(line, text, offset, after_break, page, _BRACKET)


def _stopped(
    line: int, text: str, offset: int, after_break: bool, page: int, stops: re.Pattern[str]
) -> Candidate | None:
    """A mark up to one of the stops within the first characters of a line."""
    for stop in stops.finditer(text, 0, 12):
        mark = text[: stop.start()].rstrip(_SPECKS if stops is _DOT else _SPECKS + ".,").lstrip(_SPECKS_BEFORE)
        compact = mark.replace(" ", "")
        if not compact or len(compact) > _LONGEST_MARK or (" " in mark and len(compact) > 3):
            continue
        last = stop.end()
        if stops is _DOT and stop[0] in ".," and compact.isdecimal() and (more := _MORE_STOPS.match(text, last)):
            last = more.end()  # `1... The`
        plain = compact.isdecimal() and stop[0] == "." and after_break and text[last : last + 1] == " "
        if (plain or _NEXT.match(text, last)) and read_mark(compact):
            end = last + (text[last : last + 1] in _SPECK_AFTER)
            return Candidate(line, offset, offset + end, compact, text[stop.start() : end], "", after_break, page)
    return None


def _has_stop(dot: str) -> bool:
    """Whether a mark that cannot be read has at least the stop of a paragraph number behind it."""
    return dot.lstrip("-_~")[:1] in (".", ",")
