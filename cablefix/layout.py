"""Where things stand on the page: lines, words, gaps, pages, and what each line is and how it joins the next.

Layout is not repair. Runs of spaces, blank lines, line joins and page furniture are annotations over the source;
they are as reversible as edits, but a person who reviews a document does not have to look at a thousand of them.
All columns are numpy arrays keyed by source offsets (code points, half-open).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cablefix.ledger import Evidence
from cablefix.text import IntArray, Span, code_points

FloatArray = npt.NDArray[np.float32]
ByteArray = npt.NDArray[np.int8]


class LineClass(IntEnum):
    """What a line is."""

    BODY = 0
    BLANK = 1
    HEADER = 2  # a format line or field of the message header, or one that continues it
    HEADING = 3  # a heading within the text
    PARAGRAPH = 4  # the first line of a paragraph
    ITEM = 5  # the first line of a sub-paragraph, bullet or list item
    TABLE = 6  # a table row
    SIGNATURE = 7
    FURNITURE = 8  # running head, page number, banner, stamp, repeated section header
    RULE = 9  # a row of dashes or underscores that the reading text does not need
    PROTOCOL = 10  # BT, NNNN, #0849 and the like


class Join(IntEnum):
    """How a line is joined to the next line that is read."""

    BREAK = 0  # a new logical line begins
    SPACE = 1
    CLOSE = 2  # nothing between them; a hyphen or dash at the line end stays
    DROP_HYPHEN = 3  # nothing between them, and the hyphen at the line end goes


class MarkKind(IntEnum):
    """What a layout mark says."""

    LINE = 0  # the line is of class `value`
    JOIN = 1  # the line joins the next one by `value`
    FURNITURE = 2  # the span, less than a line, is page furniture


@dataclass(frozen=True, slots=True)
class Mark:
    """A layout annotation with its reason. `value` is a LineClass or a Join; `start:end` the text concerned."""

    start: int
    end: int
    kind: MarkKind
    value: int
    rule: str
    confidence: float = 1.0
    evidence: tuple[Evidence, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the fields, with names for the codes."""
        names = {MarkKind.LINE: LineClass, MarkKind.JOIN: Join}
        kind = names.get(self.kind)
        return {
            "start": self.start,
            "end": self.end,
            "kind": self.kind.name.lower(),
            "value": kind(self.value).name.lower() if kind else "",
            "rule": self.rule,
            "confidence": round(self.confidence, 4),
            "evidence": [item.to_json() for item in self.evidence],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Mark:
        """The inverse of `to_json`."""
        kind = MarkKind[data["kind"].upper()]
        names = {MarkKind.LINE: LineClass, MarkKind.JOIN: Join}
        value = int(names[kind][data["value"].upper()]) if kind in names else 0
        evidence = tuple(Evidence.from_json(item) for item in data["evidence"])
        return cls(data["start"], data["end"], kind, value, data["rule"], float(data["confidence"]), evidence)


# Characters that take no room on paper and no part in a word: C0 controls that are not white space, DEL, zero-width
# characters and the byte order mark. They stay in the source and are left out of the reading text.
IGNORABLE = "\x00-\x08\x0e-\x1b\x7f\u200b\u2060\ufeff"
# Whether a code point is white space; all that are lie below the last entry, which stands for every other.
_IS_SPACE = np.array([chr(code).isspace() for code in range(0x3002)])
_IGNORED = re.compile(f"[{IGNORABLE}]+")
_PIECE = re.compile(rf"[^\s{IGNORABLE}](?:[{IGNORABLE}]*[^\s{IGNORABLE}])*")

HYPHENS = "-\u00ac\u00ad\u2010\u2011"


class _Known:
    """What has been asked for of a layout and stays the same under marks, which do not move words.

    `plain` says that words are all that stands between white space.
    """

    __slots__ = ("line_spans", "plain", "words")

    def __init__(self, *, plain: bool = False) -> None:
        self.plain = plain
        self.line_spans: tuple[list[int], list[int]] | None = None
        self.words: tuple[tuple[str, ...], list[int], list[int]] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Numpy columns over the source.

    Lines (shape (lines,)): `line_start`, `line_end` (without the line break), `line_next` (with it), `line_class`
    (`LineClass`), `line_join` (`Join`), `line_page` (0-based), `line_first`/`line_last` (range of words).
    Words (shape (words,)): `word_start`, `word_end`, `word_line`. The gap after word i is
    `word_end[i]:word_start[i+1]`.
    Optional columns, empty where the reader knows none: `word_box` and `line_box` (shape (n, 4): left, top, right,
    bottom in pixels), `word_confidence` (0..1), `page_size` (pages, 2), `page_image`. A box or confidence that the
    file does not give is NaN. `extra` holds what only some formats have, by name: `cablefix.readers.document` lists
    the columns.
    `marks` are the annotations that made classes and joins what they are, `cuts` the furniture inside lines.
    """

    text: str = field(repr=False)
    line_start: IntArray
    line_end: IntArray
    line_next: IntArray
    line_class: ByteArray
    line_join: ByteArray
    line_page: IntArray
    line_first: IntArray
    line_last: IntArray
    word_start: IntArray
    word_end: IntArray
    word_line: IntArray
    word_box: FloatArray = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    word_confidence: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))
    line_box: FloatArray = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    page_size: FloatArray = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    page_image: tuple[str, ...] = ()
    extra: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict, repr=False)
    marks: tuple[Mark, ...] = field(default=(), repr=False)
    cuts: tuple[Span, ...] = ()
    _known: _Known = field(default_factory=lambda: _Known(), repr=False)

    @classmethod
    def from_text(cls, text: str) -> Layout:
        """The layout of plain text: lines end at LF, CRLF, CR or form feed; a form feed ends a page.

        >>> layout = Layout.from_text("TAGS:  PREL\\n\\fPAGE 02")
        >>> layout.lines, layout.words, layout.line_page.tolist()
        (3, 4, [0, 0, 1])
        """
        line_end, line_next, feeds = _find_line_ends(text)
        if not len(line_next) or line_next[-1] < len(text):
            line_end = np.append(line_end, len(text))
            line_next = np.append(line_next, len(text))
            feeds = np.append(feeds, False)
        count = len(line_end)
        line_start = np.concatenate(([0], line_next[:-1])).astype(np.int64)
        line_page = np.concatenate(([0], np.cumsum(feeds[:-1]))).astype(np.int64)
        word_start, word_end = _find_words(text)
        word_line = np.searchsorted(line_start, word_start, side="right") - 1
        first = np.searchsorted(word_line, np.arange(count), side="left")
        last = np.searchsorted(word_line, np.arange(count), side="right")
        line_class = np.where(first == last, LineClass.BLANK, LineClass.BODY).astype(np.int8)
        return cls(
            text,
            line_start,
            line_end,
            line_next,
            line_class,
            np.zeros(count, np.int8),
            line_page,
            first,
            last,
            word_start,
            word_end,
            word_line.astype(np.int64),
            _known=_Known(plain=not _IGNORED.search(text)),
        )

    @property
    def lines(self) -> int:
        """The number of lines."""
        return len(self.line_start)

    @property
    def words(self) -> int:
        """The number of words (runs of characters between white space)."""
        return len(self.word_start)

    @property
    def pages(self) -> int:
        """The number of pages that form feeds or the reader tell apart, at least 1."""
        return int(self.line_page[-1]) + 1 if self.lines else 1

    def line_text(self, line: int) -> str:
        """The verbatim text of a line, without its line break."""
        return self.text[self.line_start[line] : self.line_end[line]]

    def line_words(self, line: int) -> list[str]:
        """The words of a line."""
        words, _, _ = self.word_lists()
        return list(words[self.line_first.item(line) : self.line_last.item(line)])

    def word_lists(self) -> tuple[tuple[str, ...], list[int], list[int]]:
        """All words in order, with where each starts and ends."""
        if self._known.words is None:
            text, starts, ends = self.text, self.word_start.tolist(), self.word_end.tolist()
            words = text.split() if self._known.plain else [text[a:b] for a, b in zip(starts, ends, strict=True)]
            self._known.words = tuple(words), starts, ends
        return self._known.words

    def lines_of(self, value: LineClass) -> list[int]:
        """The lines of a class."""
        # The number of a class is compared faster than the class: numpy looks into what is not a plain number.
        found: list[int] = (self.line_class == int(value)).nonzero()[0].tolist()
        return found

    def line_span(self, line: int) -> Span:
        """From the first to the last word of a line; empty at its start for a blank line."""
        starts, ends = self.line_spans()
        return Span(starts[line], ends[line])

    def line_spans(self) -> tuple[list[int], list[int]]:
        """Where each line starts and ends, as `line_span` has it."""
        spans = self._known.line_spans
        if spans is None:
            start, end = self.line_start.copy(), self.line_start.copy()
            filled = self.line_first < self.line_last
            start[filled] = self.word_start[self.line_first[filled]]
            end[filled] = self.word_end[self.line_last[filled] - 1]
            spans = self._known.line_spans = start.tolist(), end.tolist()
        return spans

    def line_at(self, offset: int) -> int:
        """The line that holds the source offset."""
        return max(0, int(self.line_start.searchsorted(offset, "right")) - 1)

    def collapsed(self) -> list[str]:
        """Each line with one space between its words."""
        if not self._known.plain:
            return [" ".join(line.split()) for line in self.text_lines()]
        words, _, _ = self.word_lists()
        bounds = zip(self.line_first.tolist(), self.line_last.tolist(), strict=True)
        return [" ".join(words[first:last]) for first, last in bounds]

    def text_lines(self) -> list[str]:
        """Each line verbatim, without line breaks."""
        bounds = zip(self.line_start.tolist(), self.line_end.tolist(), strict=True)
        return [self.text[a:b] for a, b in bounds]

    def with_marks(self, marks: Iterable[Mark]) -> Layout:
        """This layout with annotations applied; of two marks on one thing the later one counts."""
        marks = tuple(marks)
        if not marks:
            return self
        line_class, line_join = self.line_class.copy(), self.line_join.copy()
        lines = self.line_start.searchsorted([mark.start for mark in marks], side="right") - 1
        cuts = []
        for mark, line in zip(marks, lines.tolist(), strict=True):
            if mark.kind is MarkKind.LINE:
                line_class[line] = mark.value
            elif mark.kind is MarkKind.JOIN:
                line_join[line] = mark.value
            else:
                cuts.append(Span(mark.start, mark.end))
        return replace(
            self,
            line_class=line_class,
            line_join=line_join,
            marks=self.marks + marks,
            cuts=tuple(sorted({*self.cuts, *cuts})) if cuts else self.cuts,
        )

    def mark_line(
        self,
        line: int,
        value: LineClass,
        rule: str,
        confidence: float = 1.0,
        evidence: Sequence[Evidence] = (),
    ) -> Mark:
        """A mark that says what a line is."""
        starts, ends = self.line_spans()
        return Mark(starts[line], ends[line], MarkKind.LINE, value, rule, confidence, tuple(evidence))

    def mark_join(
        self, line: int, value: Join, rule: str, confidence: float = 1.0, evidence: Sequence[Evidence] = ()
    ) -> Mark:
        """A mark that says how a line joins the next one that is read."""
        starts, ends = self.line_spans()
        return Mark(starts[line], ends[line], MarkKind.JOIN, value, rule, confidence, tuple(evidence))


def _find_line_ends(text: str) -> tuple[IntArray, IntArray, npt.NDArray[np.bool_]]:
    """Where lines end, where the next ones begin, and whether a form feed stands between."""
    codes = code_points(text)
    end = np.flatnonzero((codes == 0x0A) | (codes == 0x0C) | (codes == 0x0D)).astype(np.int64)
    after = end + 1
    # CRLF ends one line, not two.
    pair = (codes[end[:-1]] == 0x0D) & (codes[end[1:]] == 0x0A) & (end[1:] == after[:-1])
    after[:-1] += pair
    first = np.append(True, ~pair)[: len(end)]
    end = end[first]
    return end, after[first], codes[end] == 0x0C


def _find_words(text: str) -> tuple[IntArray, IntArray]:
    if _IGNORED.search(text):
        spans = [match.span() for match in _PIECE.finditer(text)]
        array = np.array(spans, dtype=np.int64).reshape(-1, 2)
        return np.ascontiguousarray(array[:, 0]), np.ascontiguousarray(array[:, 1])
    space = np.ones(len(text) + 2, bool)
    space[1:-1] = _IS_SPACE[np.minimum(code_points(text), len(_IS_SPACE) - 1)]
    edges = np.flatnonzero(space[1:] != space[:-1]).astype(np.int64)
    return np.ascontiguousarray(edges[0::2]), np.ascontiguousarray(edges[1::2])


def find_ignorable(text: str) -> list[Span]:
    """The runs of characters that take no room on paper (see `IGNORABLE`)."""
    return [Span(*match.span()) for match in _IGNORED.finditer(text)]


UNREAD = (LineClass.BLANK, LineClass.FURNITURE, LineClass.RULE, LineClass.PROTOCOL)


@lru_cache
def _chosen(classes: tuple[LineClass, ...]) -> npt.NDArray[np.bool_]:
    return np.isin(np.arange(len(LineClass)), classes)


def are_of(line_class: ByteArray, classes: tuple[LineClass, ...]) -> npt.NDArray[np.bool_]:
    """Whether each line is of one of the classes."""
    return _chosen(classes)[line_class]


def read_lines(layout: Layout) -> list[int]:
    """The lines that stand in the reading text, in source order."""
    return (~are_of(layout.line_class, UNREAD)).nonzero()[0].tolist()


def in_order(lines: Sequence[int], sections: Sequence[tuple[int, int]]) -> list[int]:
    """Source lines in the order in which they are read, where the sections of a message stand out of order.

    `sections` gives the first line and the number of each section, by line; empty where they are in order.

    >>> in_order([0, 1, 5, 6], [(0, 2), (5, 1)])
    [5, 6, 0, 1]
    """
    if not sections:
        return list(lines)
    starts = [line for line, _ in sections]
    parts: list[list[int]] = [[] for _ in sections]
    for line in lines:
        parts[max(0, bisect_right(starts, line) - 1)].append(line)
    order = sorted(range(len(sections)), key=lambda k: (sections[k][1], k))
    return [line for k in order for line in parts[k]]
