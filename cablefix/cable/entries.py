"""The rows of the code tables as Python sees them: one named tuple for each kind of entry."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import NamedTuple

__all__ = [
    "OPEN_YEAR",
    "Addressee",
    "Caption",
    "Classification",
    "ExecutiveOrder",
    "Month",
    "Office",
    "Officer",
    "Post",
    "Precedence",
    "Signal",
    "TagEntry",
    "Territory",
    "day_or_none",
    "upper_name",
    "values",
    "year",
]

OPEN_YEAR = 9999
"""The last year of what has not ended."""


def year(value: str, otherwise: int) -> int:
    """The year in a field, or another where the field is empty."""
    return int(value) if value else otherwise


def values(field: str) -> tuple[str, ...]:
    """The values in a field that parts several with ``|``."""
    return tuple(field.split("|")) if field else ()


def day_or_none(value: str) -> date | None:
    """The date in a field, or None where the field is empty."""
    return date.fromisoformat(value) if value else None


def upper_name(text: str) -> str:
    """A name as a telegram prints it: capitals, no accents, no apostrophes, single spaces.

    >>> upper_name("N’Djamena"), upper_name("São  Paulo")
    ('NDJAMENA', 'SAO PAULO')
    """
    if text.isascii():
        plain = text
    else:
        plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return " ".join(plain.replace("’", "").replace("'", "").upper().split())


class Precedence(NamedTuple):
    """A precedence: word of an address, letter of the date-time group, digraph of format line 2."""

    word: str
    prosign: str
    digraph: str
    rank: int
    """Higher is more urgent."""
    note: str


class Classification(NamedTuple):
    """A level of classification and the forms in which a cable shows it."""

    level: str
    """The name of the level, such as ``"UNCLASSIFIED"``."""
    rank: float
    signal: str
    """Operating signal of format line 4 (``ZNR`` or ``ZNY``), or nothing."""
    letters: str
    """The five letters after the signal, such as ``"CCCCC"``, or nothing."""
    header: str
    """The word of the classification line, closed up: ``"UNCLAS"``, ``"SECRET"``."""
    forms: tuple[str, ...]
    """Printed forms, the spaced ones included."""
    portion_marks: tuple[str, ...]
    """Portion marks without their brackets."""


class Caption(NamedTuple):
    """A distribution or handling caption."""

    caption: str
    kind: str
    meaning: str


class ExecutiveOrder(NamedTuple):
    """An executive order on classified information, with the days on which it was in force."""

    eo: str
    """The number as the E.O. line prints it, such as ``"12958"``."""
    signed: date
    effective: date
    until: date | None
    """The last day before another order took its place, or None while it stands."""
    kind: str
    """``"order"``, or ``"amendment"`` for one that changes another and is not cited by E.O. lines."""
    forms: tuple[str, ...]
    """What follows the number on an E.O. line under this order."""
    reasons: tuple[str, ...]
    """Sections that a reason for classification cites, such as ``"1.5"``."""
    note: str


class Month(NamedTuple):
    """A month as a date-time group or a date spells it."""

    word: str
    number: int
    days: int
    """Days in a common year."""


class Signal(NamedTuple):
    """An operating signal (Z code) or a prosign."""

    signal: str
    kind: str
    meaning: str


class Office(NamedTuple):
    """An office or agency on a distribution line, with the numbers of copies seen beside it."""

    office: str
    copies: tuple[int, ...]
    meaning: str


class TagEntry(NamedTuple):
    """One meaning of one TAGS code in one span of years."""

    code: str
    kind: str
    """``"geographic"``, ``"region"``, ``"subject"``, ``"organization"``, ``"program"`` or ``"term"``."""
    meaning: str
    """Empty where only the code is known."""
    first: int
    last: int


class Post(NamedTuple):
    """A post, mission or department under the name by which telegrams call it."""

    name: str
    place: str
    territory: str
    kind: str
    first: int
    last: int
    alternates: tuple[str, ...]


class Addressee(NamedTuple):
    """A head word of an address (``AMEMBASSY``), or a whole address that is no post (``CIA WASHDC``)."""

    name: str
    kind: str
    meaning: str


class Officer(NamedTuple):
    """A person who held an office; the surname is what a telegram is signed with."""

    surname: str
    forename: str
    role: str
    where: str
    """The mission, by its territory; empty for officers of the Department."""
    start: date
    end: date | None


class Territory(NamedTuple):
    """A country or dependency under one of its names."""

    territory: str
    name: str
    long_name: str
    first: int
    last: int
