"""The parts of a message header: lines, fields with their readings, checks between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from cablefix.ledger import Evidence
from cablefix.text import Span


class Token(NamedTuple):
    """A word of the source: `source.text[start:end] == text`."""

    text: str
    start: int
    end: int


class Line:
    """A line of the source as words; `number` is its index in the layout, `text` has one space between the words.

    `starts` and `ends` are the places of the words in the source. Most lines are never asked for these nor for tokens:
    they are made when they are.
    """

    __slots__ = ("_ends", "_first", "_starts", "_tokens", "number", "text", "words")

    def __init__(self, number: int, tokens: Sequence[Token]) -> None:
        self.number = number
        self.words = tuple([token.text for token in tokens])
        self.text = " ".join(self.words)
        self._first = -1
        self._starts: Sequence[int] = [token.start for token in tokens]
        self._ends: Sequence[int] = [token.end for token in tokens]
        self._tokens: tuple[Token, ...] | None = tuple(tokens)

    @classmethod
    def at(cls, number: int, words: tuple[str, ...], first: int, starts: Sequence[int], ends: Sequence[int]) -> Line:
        """A line of these words; `starts` and `ends` are the places of all words, its own begin at `first`."""
        line = cls.__new__(cls)
        line.number, line.words, line._tokens = number, words, None
        line._first, line._starts, line._ends = first, starts, ends
        line.text = " ".join(words)
        return line

    @property
    def starts(self) -> Sequence[int]:
        """Where each word starts in the source."""
        if self._first >= 0:
            self._take_own()
        return self._starts

    @property
    def ends(self) -> Sequence[int]:
        """Where each word ends in the source."""
        if self._first >= 0:
            self._take_own()
        return self._ends

    def _take_own(self) -> None:
        first, last = self._first, self._first + len(self.words)
        self._first, self._starts, self._ends = -1, self._starts[first:last], self._ends[first:last]

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The words with their places in the source."""
        if self._tokens is None:
            self._tokens = tuple(map(Token, self.words, self.starts, self.ends))
        return self._tokens


@dataclass(frozen=True, slots=True)
class FormatLine:
    """A line (or a run of lines) of the header and what it is.

    Kinds: channel, routing, de, security, dtg, from, to, info, exempt, classification, caption, eo, tags, subject,
    ref, classified-by, pass (PASS TO, FOR ...), protocol, and those of other eras (action, distribution, drafted,
    approved, control ...). Each addressee of TO and INFO is a format line of its own.
    """

    kind: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a field, with its probability."""

    value: Any
    confidence: float


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the record: its value in the shape of the record, where it stands, how sure it is.

    `parts` names source spans inside it (an addressee's routing indicator, a date-time group's month ...).
    `alternatives` are the other readings, best first.
    """

    name: str
    value: Any
    span: Span
    confidence: float = 1.0
    alternatives: tuple[Reading, ...] = ()
    parts: tuple[tuple[str, Span], ...] = ()


class Status(StrEnum):
    """How a cross-check came out."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """A cross-check between fields: its name, how it came out, a sentence for a person, the places compared."""

    name: str
    status: Status
    text: str
    fields: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """A change of characters that the header reading calls for: `source.text[span]` should read `after`."""

    span: Span
    after: str
    rule: str
    confidence: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Header:
    """What the grammar made of the lines at the head of a message (and of its signature at the end).

    `fields` are in the order of the record. `repairs` are what the rules turn into edits.
    """

    format_lines: tuple[FormatLine, ...]
    fields: dict[str, Field]
    repairs: tuple[Repair, ...] = ()
    checks: tuple[Check, ...] = ()
    era: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def last_line(self) -> int:
        """The last line of the header, -1 where it has none."""
        return max((line for part in self.format_lines for line in part.lines), default=-1)

    def value(self, name: str) -> Any:
        """The value of a field, None where the document does not have it."""
        found = self.fields.get(name)
        return found.value if found else None
