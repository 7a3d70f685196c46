"""A line as text with the way back to the source, and the parts that a parser finds in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from cablefix.cable.channel import Channel, Decoded
from cablefix.cable.fields import Line, Token
from cablefix.text import Span

_SPECKS = frozenset(";:,.'`‘’“”|_*~^=<>°©®")
_OPENING, _CLOSING = "'‘`“", "'’”\""
MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
"""The months as messages shorten them, for a pattern."""
LIKE_C = "©€"
"""What engines read for a C in brackets or before a stop."""
FUNCTION_WORDS = frozenset("A AN AND AT BY FOR FROM IN OF ON OR THE TO WITH".split())
"""Words in which no sentence and no part of a title ends."""
_DUST = " .,:;'`\"‘’“”*•·|_~^-—–=<>«»°\\!"


class Row:
    """A line with single blanks between its words; `dropped` are tokens at its ends that are dust and no part of it.

    Of a line that was cut in two, `breaks` are the words with which its later pieces begin, each with the number of its
    line in the layout.
    """

    __slots__ = ("_bare", "_starts", "breaks", "dropped", "line", "text", "words")

    def __init__(self, line: Line, dropped: tuple[Token, ...] = (), breaks: tuple[tuple[int, int], ...] = ()) -> None:
        self.line, self.dropped, self.breaks = line, dropped, breaks
        self.words, self.text = line.words, line.text
        self._starts: tuple[int, ...] | None = None
        self._bare: tuple[str, ...] | None = None

    @property
    def starts(self) -> tuple[int, ...]:
        """Where each word begins in `text`."""
        if self._starts is None:
            self._starts = tuple(accumulate([len(word) + 1 for word in self.words[:-1]], initial=0))
        return self._starts

    @property
    def bare(self) -> tuple[str, ...]:
        """The words without the marks that dust and frames leave at their ends; empty for a word of such marks."""
        if self._bare is None:
            self._bare = tuple([word.strip(_DUST) for word in self.words])
        return self._bare

    def cut(self, first: int, last: int) -> Row:
        """The words from `first` to before `last` as a row of their own."""
        dropped = self.dropped if last >= len(self.words) else ()
        number = max((number for word, number in self.breaks if word <= first), default=self.number)
        breaks = tuple([(word - first, number) for word, number in self.breaks if first < word < last])
        return Row(Line(number, self.line.tokens[first:last]), dropped, breaks)

    def with_below(self, row: Row) -> Row:
        """This row and the rest of its line, which stands on the next one."""
        count = len(self.words)
        breaks = (*self.breaks, (count, row.number), *((count + word, number) for word, number in row.breaks))
        return Row(Line(self.number, (*self.line.tokens, *row.line.tokens)), self.dropped + row.dropped, breaks)

    @property
    def number(self) -> int:
        """The number of the line in the layout."""
        return self.line.number

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the lines in the layout on which it stands; most stand on one."""
        return (self.line.number, *[number for _, number in self.breaks]) if self.breaks else (self.line.number,)

    def span(self, start: int, end: int) -> Span:
        """The source span of `text[start:end]`; blanks at its ends are left out."""
        while start < end and self.text[start] == " ":
            start += 1
        while end > start and self.text[end - 1] == " ":
            end -= 1
        starts, places = self.starts, self.line.starts
        first = max(0, bisect_right(starts, start) - 1)
        if start == end:
            place = min(places[first] + start - starts[first], self.line.ends[first])
            return Span(place, place)
        last = max(0, bisect_right(starts, end - 1) - 1)
        return Span(places[first] + start - starts[first], places[last] + end - starts[last])

    def offset(self, place: int) -> int:
        """Where a place of the source inside the row's tokens stands in `text`."""
        at = max(0, bisect_right(self.line.starts, place) - 1)
        return self.starts[at] + place - self.line.starts[at]

    def word_end(self, word: int) -> int:
        """Where a word ends in `text`."""
        return self.starts[word] + len(self.words[word])


@dataclass(slots=True)
class Part:
    """A piece of a line that has a meaning of its own, and the ways to read it, cheapest first.

    `seen` is its text with single blanks; `readings` are printed forms. `shape` allows more readings to be asked for.
    `glued` says that a blank should stand before it and does not. `others` is how later sections show the same part.
    """

    name: str
    span: Span
    seen: str
    readings: list[Decoded]
    shape: Sequence[str] = ()
    glued: bool = False
    rule: str = "header.code"
    others: list[str] = field(default_factory=list)

    @property
    def best(self) -> Decoded:
        """The cheapest reading."""
        return self.readings[0]

    def price(self, text: str, channel: Channel, seen: str = "") -> float:
        """What it costs that the part is seen as it is here, and in later sections, if this was printed."""
        seen = seen or self.seen.replace(" ", "")
        own = channel.same * len(text) if text == seen else channel.word_cost(text, seen)
        return own + self._elsewhere(text, channel)

    def _elsewhere(self, text: str, channel: Channel) -> float:
        return sum(min(channel.word_cost(text, other.replace(" ", "")), 7.0) for other in self.others)

    def widen(self, channel: Channel, beam: int = 12) -> list[Decoded]:
        """More readings of the same shape; those that are there stay."""
        if self.shape:
            have = {reading.text for reading in self.readings}
            more = channel.decode(self.seen.replace(" ", ""), self.shape, beam)
            self.readings += [
                Decoded(item.text, item.cost + self._elsewhere(item.text, channel))
                for item in more
                if item.text not in have
            ]
            self.readings.sort(key=lambda reading: reading.cost)
            self.shape = ()
        return self.readings


@dataclass(slots=True)
class Parsed:
    """What a line, or a run of lines, is as a format line: its kind, its parts, how well it fits (in nats)."""

    kind: str
    rows: list[Row]
    parts: list[Part] = field(default_factory=list)
    gain: float = 0.0

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its lines."""
        return tuple(number for row in self.rows for number in row.numbers)

    def part(self, name: str) -> Part | None:
        """The part of that name."""
        return next((part for part in self.parts if part.name == name), None)

    def named(self, prefix: str) -> list[Part]:
        """The parts whose names begin so."""
        return [part for part in self.parts if part.name.startswith(prefix)]


def exact(name: str, row: Row, start: int, end: int, cost: float = 0.0, rule: str = "header.code") -> Part:
    """A part that reads as it is seen."""
    seen = row.text[start:end]
    return Part(name, row.span(start, end), seen, [Decoded(seen, cost)], rule=rule)


def strip_dust(word: str) -> str:
    """A word without the marks at its ends that dust and frames leave.

    >>> strip_dust("‘TAGS:"), strip_dust("-69.--")
    ('TAGS', '69')
    """
    return word.strip(_DUST)


def is_speck(word: str) -> bool:
    """Whether a word is one mark that no text has alone: a dash may stand alone, a semicolon not."""
    return len(word) == 1 and word in _SPECKS


def without_specks(text: str) -> str:
    """A text without marks that stand alone in it.

    >>> without_specks("Chief ; Bernard Cornish - acting")
    'Chief Bernard Cornish - acting'
    """
    return " ".join(word for word in text.split(" ") if not is_speck(word))


def speck_beside(word: str, text: str) -> tuple[int, int] | None:
    """What belongs to no word at an edge of one in a text of capitals: a lone opening quote, a stop after `OF`.

    >>> speck_beside("'MARKETS", "IN FOUR 'MARKETS"), speck_beside("OF.", "A LIST OF. QUESTIONS")
    ((0, 1), (2, 3))
    >>> speck_beside("'QUIET", "A 'QUIET' WORD") is None
    True
    """
    if word[0] in _OPENING and len(word) > 2 and word[1].isalpha():
        rest = text[text.find(word) + 1 :]
        if not any(char in rest for char in _CLOSING):
            return 0, 1
    if word[-1] in ".:;," and len(word) > 2 and word[:-1] in FUNCTION_WORDS and not text.endswith(word):
        return len(word) - 1, len(word)
    return None


def is_dust(word: str) -> bool:
    """Whether a word is nothing but such marks."""
    return not word.strip(_DUST)


def rows_of(lines: Iterable[Line]) -> list[Row]:
    """The rows of lines that hold words."""
    return [Row(line) for line in lines if line.words]
