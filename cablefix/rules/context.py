"""What a rule may know: the source, its layout and habits, the words and codes, and what was read so far."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cablefix.cable.codes import Codes
from cablefix.cable.fields import Header, Line, Token
from cablefix.cable.grammar import read_header
from cablefix.cable.sequence import Candidate, Numbering, find_candidate, solve_numbering
from cablefix.convention import Convention, learn_convention
from cablefix.layout import Layout, LineClass, Mark
from cablefix.ledger import Edit, Evidence, EvidenceKind
from cablefix.lexicon.wordlist import WordList
from cablefix.text import Source, Span, View

Rule = Callable[[View, "Context"], Iterator[Edit | Mark]]


@dataclass
class Context:
    """The state that the rules of one document share. Rules read it; only `restore` changes it, between rules."""

    source: Source
    layout: Layout
    words: WordList
    codes: Codes
    kind: str = "other"
    header: Header | None = None
    numbering: Numbering | None = None
    live: Sequence[Edit] = ()
    settings: Mapping[str, float] = field(default_factory=dict)
    _header_read: bool = False
    _live_ends: list[int] = field(default_factory=list)

    @cached_property
    def convention(self) -> Convention:
        """The habits of this file."""
        return learn_convention(self.layout)

    @cached_property
    def lines(self) -> list[str]:
        """Each line of the source with its gaps closed up to one space."""
        return self.layout.collapsed()

    def read_lines(self) -> list[int]:
        """The lines that stand in the reading text as far as is known now."""
        unread = (LineClass.BLANK, LineClass.FURNITURE, LineClass.RULE, LineClass.PROTOCOL)
        return [n for n, value in enumerate(self.layout.line_class.tolist()) if value not in unread]

    def body_lines(self) -> list[int]:
        """The lines of the reading text that are not part of the message header."""
        return [n for n in self.read_lines() if self.layout.line_class[n] != LineClass.HEADER]

    def read_message_header(self) -> Header | None:
        """The header of the message, read once from the lines that are not furniture; None where it is no message."""
        if not self._header_read:
            self._header_read = True
            self.header = read_header(self.token_lines(self.read_lines()), self.codes)
            self.kind = "cable" if self.header else "other"
        return self.header

    def solve_numbers(self) -> Numbering:
        """The paragraph numbers of the body, solved once as a sequence."""
        if self.numbering is None:
            self.numbering = solve_numbering(list(self._number_candidates()), whole=self.header is not None)
        return self.numbering

    def _number_candidates(self) -> Iterator[Candidate]:
        layout, wrap = self.layout, self.convention.wrap
        before = -1
        for n in self.body_lines():
            start, end = layout.line_span(n)
            ended = before < 0 or n - before > 1 or wrap is None
            if not ended:
                text = self.lines[before]
                ended = text.endswith((".", "?", "!", '"', ")", ":")) or len(text) < 0.7 * (wrap or 0)
            candidate = find_candidate(n, layout.text[start:end], start, after_break=ended)
            if candidate:
                yield candidate
            before = n

    def token_lines(self, numbers: Sequence[int]) -> list[Line]:
        """Lines as words with their source offsets, as the cable grammar takes them."""
        return [token_line(self.layout, number) for number in numbers]

    def set_live(self, edits: Sequence[Edit]) -> None:
        """Tell the rules that follow which edits make the text now; sorted, without overlap."""
        self.live = edits
        self._live_ends = [edit.end for edit in edits]

    def touching(self, start: int, end: int) -> Sequence[Edit]:
        """The live edits that overlap a source span."""
        first = last = bisect_right(self._live_ends, start)
        while last < len(self.live) and self.live[last].start < end:
            last += 1
        return self.live[first:last]

    def is_free(self, start: int, end: int) -> bool:
        """Whether no live edit touches a source span."""
        return not self.touching(start, end)

    def edit(self, start: int, end: int, after: str, rule: str, confidence: float, *evidence: Evidence) -> Edit:
        """An edit of source text; live edits that lie inside it become its parents."""
        parents = tuple(edit.id for edit in self.touching(start, end))
        before = self.source.text[start:end]
        return Edit(start, end, before, after, rule, confidence, evidence, parents, self.source.sha256)


def token_line(layout: Layout, number: int) -> Line:
    """A line of the layout as words with their source offsets."""
    first, last = int(layout.line_first[number]), int(layout.line_last[number])
    starts = layout.word_start[first:last].tolist()
    ends = layout.word_end[first:last].tolist()
    return Line(number, tuple(Token(layout.text[a:b], a, b) for a, b in zip(starts, ends, strict=True)))


def because(kind: EvidenceKind, text: str, *spans: Span, weight: float = 0.0) -> Evidence:
    """Evidence in one call."""
    return Evidence(kind, text, weight, spans)
