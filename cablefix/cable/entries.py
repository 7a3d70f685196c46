"""The rows of the code tables as Python sees them: one named tuple for each kind of entry."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

__all__ = [
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
]


class Precedence(NamedTuple):
    """A precedence: the word of an addressee line, the letter of the date-time group, the digraph of line 2."""

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
    """``"geographic"``, ``"region"``, ``"subject"``, ``"organization"`` or ``"program"``."""
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
