"""What a rule may know: the source, its layout and habits, the words and codes, and what was read so far."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cablefix.cable.codes import Codes
from cablefix.cable.fields import Header, Line
from cablefix.cable.grammar import read_header
from cablefix.cable.lostmarks import LineHead, find_faint_mark, find_symbol_mark, join_cut_marks, without_dust
from cablefix.cable.paragraphmarks import Candidate, find_bracketed, find_candidate, without_letters
from cablefix.cable.sequence import Numbering, adds_up, solve_numbering
from cablefix.convention import Convention, learn_convention, running_lines
from cablefix.layout import Layout, LineClass, Mark, in_order, read_lines
from cablefix.ledger import Edit, Evidence, EvidenceKind
from cablefix.lexicon.corrections import Correction
from cablefix.lexicon.rescoring import Rescorer
from cablefix.lexicon.userlists import OwnWordList
from cablefix.lexicon.wordlist import WordList
from cablefix.rules.measure import Geometry, measure
from cablefix.text import Source, Span, View

# So much of a text tells how noisy it is.
_NOISE_SAMPLE = 20_000
# A text with fewer small letters than this is typed in capitals, and what small letters it has are misread.
_CAPITALS = 0.2
_PAIR, _COMMON_PAIR = 2, 3000  # of two letters only common words are words; the rest are scraps as well
_LEAST_BRACKETED = _LEAST_COUNTED = 3
_ENCLOSED, _MOST_ENCLOSED = re.compile(r"(?:Enclosures?|Attachments?)(?:\s?[:;.].{0,8})?", re.IGNORECASE), 20
_LONE_STOPS = frozenset(".,;:'")
_PLAIN_WORD = re.compile(r"(?<![\w'-])[^\W\d_]{3,}(?![\w'-])")
# A stop with a blank before it, and one without. Where so large a share of all but one is loose, it is habit.
LOOSE_STOP = re.compile(r"[ \t][.,;:](?<=[^\s.,;:?!][ \t].)(?=\s|$)")
_TIGHT_STOP = re.compile(r"[.,;:](?<=[^\W_].)(?=\s|$)")
_LOOSE_SHARE = 0.2

Rule = Callable[[View, "Context"], Iterator[Edit | Mark]]


@dataclass
class Context:
    """The state that the rules of one document share. Rules read it; only `restore` changes it, between rules.

    `words` is an `OwnWordList` where the user gave lists; `corrections` are those of the user's tables; `lexicon` is
    the folder of a lexicon that the user trained, None for ours; `rescorer` is an outside model.
    """

    source: Source
    layout: Layout
    words: WordList
    codes: Codes
    kind: str = "other"
    header: Header | None = None
    numbering: Numbering | None = None
    sections: tuple[tuple[int, int], ...] = ()
    live: Sequence[Edit] = ()
    settings: Mapping[str, float] = field(default_factory=dict)
    corrections: Sequence[Correction] = ()
    lexicon: Path | None = None
    rescorer: Rescorer | None = None
    _former: Convention | None = None
    _running: bytes = b""
    _header_read: bool = False
    _listed: tuple[Layout, list[int], list[int], list[int]] | None = None
    _token_lines: dict[int, Line] = field(default_factory=dict)
    _live_ends: list[int] = field(default_factory=list)

    @cached_property
    def convention(self) -> Convention:
        """The habits of this file; where the lines of its text are those of before they are what they were."""
        running = running_lines(self.layout).tobytes()
        if self._former is not None and running == self._running:
            return self._former
        self._running = running
        return learn_convention(self.layout, self._former)

    @cached_property
    def geometry(self) -> Geometry | None:
        """The measures of the pages, None for a text without boxes. Marks do not change them."""
        return measure(self.layout)

    def learn_again(self) -> None:
        """Forget the habits of the file: with furniture and header known they are learned from the text alone."""
        self._former = self.__dict__.pop("convention", self._former)

    @cached_property
    def noise(self) -> float:
        """The share of the words (three letters or more) that the word list does not know, 0..1.

        Names and foreign words count too: clean telegrams have 0.02 to 0.08, a page that is hardly legible 0.3.
        """
        counts = Counter(_PLAIN_WORD.findall(self.source.text, 0, _NOISE_SAMPLE))
        total = counts.total()
        if total < 20:
            return 0.0
        common = self.words.vocabulary
        strange = self.words.unknown([word for word in counts if word not in common])
        return sum([counts[word] for word in strange]) / total

    @cached_property
    def sets_stops_apart(self) -> bool:
        """Whether stops with a blank before them are many in this text: then they are set so, and are no specks."""
        loose = sum(1 for _ in LOOSE_STOP.finditer(self.source.text))
        if loose < 2:
            return False
        tight = sum(1 for _ in _TIGHT_STOP.finditer(self.source.text))
        return loose - 1 >= _LOOSE_SHARE * (loose + tight)

    @cached_property
    def lines(self) -> list[str]:
        """Each line of the source with its gaps closed up to one space."""
        return self.layout.collapsed()

    def read_lines(self) -> list[int]:
        """The lines that stand in the reading text as far as is known now."""
        return self._lines_by_layout()[0]

    def classes(self) -> list[int]:
        """What each line is, a `LineClass` as a plain number: loops over lines compare these much faster."""
        return self._lines_by_layout()[2]

    def body_lines(self) -> list[int]:
        """The lines of the reading text that are not part of the message header."""
        return self._lines_by_layout()[1]

    def set_sections(self, starts: Sequence[tuple[int, int]]) -> None:
        """Tell the rules that follow that the sections are out of order: where each begins, as (line, section)."""
        self.sections = tuple(starts)
        self._listed = None

    def pairs(self, lines: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Each line with the one that is read after it, where the source has them in this order too."""
        starts = [line for line, _ in self.sections]
        for a, b in itertools.pairwise(lines):
            if not starts or (a < b and bisect_right(starts, a) == bisect_right(starts, b)):
                yield a, b

    def _lines_by_layout(self) -> tuple[list[int], list[int], list[int]]:
        if self._listed is None or self._listed[0] is not self.layout:
            read = in_order(read_lines(self.layout), self.sections)
            classes: list[int] = self.layout.line_class.tolist()
            header = int(LineClass.HEADER)
            body = [n for n in read if classes[n] != header]
            self._listed = self.layout, read, body, classes
        return self._listed[1:]

    def read_message_header(self) -> Header | None:
        """The header of the message, read once from the lines that are not furniture; None where it is no message."""
        if not self._header_read:
            self._header_read = True
            furniture = self.layout.lines_of(LineClass.FURNITURE)
            lines = [_without_last_speck(line) for line in self.token_lines(self.read_lines())]
            self.header = read_header(lines, self.codes, self.token_lines(furniture))
            self.kind = "cable" if self.header else "other"
        return self.header

    def solve_numbers(self) -> Numbering:
        """The paragraph numbers of the body, solved once as a sequence.

        Where numbers are missing the lines between their neighbours are looked at again, for marks that cannot be read.
        """
        if self.numbering is None:
            whole = self.kind == "cable"
            heads = _without_enclosures(list(self._heads_of_lines()))
            marks = [c for h in heads if (c := find_candidate(h.line, h.text, h.offset, h.after_break, h.page))]
            found = join_cut_marks(without_letters(marks), heads)
            self.numbering = solve_numbering(found, whole=whole)
            if whole and not self.numbering.paragraphs and (bracketed := _find_brackets(heads)):
                found, self.numbering = bracketed, solve_numbering(bracketed, whole=True)
            if whole and self.numbering.paragraphs and (below := self._symbols_below(heads, found)):
                found = [*found, *below]
                self.numbering = solve_numbering(found, whole=True)
            counted = whole or len(self.numbering.paragraphs) >= _LEAST_COUNTED
            if counted and not adds_up(self.numbering, found):
                closer = solve_numbering(found, whole=whole, closely=True)
                faint = list(self._faint_marks(heads, found, closer)) if closer.missing else []
                if faint:
                    place = {head.line: k for k, head in enumerate(heads)}
                    both = sorted([*found, *faint], key=lambda candidate: place[candidate.line])
                    closer = solve_numbering(both, whole=whole, closely=True)
                if not closer.denies_run():
                    self.numbering = closer
        return self.numbering

    def _heads_of_lines(self) -> Iterator[LineHead]:
        """Each line of the body from its first word on, with what the lines before it say of a paragraph's end."""
        layout, wrap = self.layout, self.convention.wrap
        turns = (layout.line_class == int(LineClass.FURNITURE)).cumsum() + layout.line_page
        body = self.body_lines()
        before, apart = -1, True
        starts, ends = layout.line_spans()
        for n, page in zip(body, (turns[body] - turns[body[:1]]).tolist(), strict=True):
            start, end = starts[n], ends[n]
            if self.live:
                for edit in self.touching(start, start + 1):  # a speck before the mark is none of it
                    if not edit.after:
                        start = edit.end
                while layout.text[start : start + 1].isspace() and start < end:
                    start += 1
            ended = before < 0 or n - before > 1 or wrap is None
            if before >= 0:
                text = self.lines[before]
                if not text[-1].isalnum():
                    text = without_dust(text)
                short = len(text) < 0.7 * (wrap or 0)
                ended = ended or short or text.endswith((".", "?", "!", '"', ")", ":"))
                apart = short and not text.endswith(".")
            gone = layout.text[starts[n] : start]
            yield LineHead(n, layout.text[start:end], start, ended, page, apart, gone)
            before = n

    def _symbols_below(self, heads: Sequence[LineHead], found: Sequence[Candidate]) -> list[Candidate]:
        """Symbols with the stop of a number on lines below the last paragraph: those that follow it may be there."""
        last = self.numbering.paragraphs[-1].candidate.line if self.numbering else 0
        taken = {candidate.line for candidate in found}
        below = (head for head in heads if head.line > last and head.after_break and head.line not in taken)
        marks = (find_symbol_mark(head.whole()) for head in below)
        return [mark for mark in marks if mark and mark.mark not in _LONE_STOPS]

    def _faint_marks(
        self, heads: Sequence[LineHead], found: Sequence[Candidate], numbering: Numbering
    ) -> Iterator[Candidate]:
        """What may be left of the marks of missing paragraphs, on the lines between their neighbours."""
        gaps = list(numbering.gaps(self.header.last_line if self.header else -1))
        taken = {candidate.line for candidate in found}
        small: bool | None = None

        def known(word: str) -> bool:
            """A word of the list; in a text of capitals, one in capitals."""
            nonlocal small
            if small is None:
                letters = list(filter(str.isalpha, "".join([head.text for head in heads])))
                small = sum(map(str.islower, letters)) > _CAPITALS * len(letters)
            rare = len(word) == _PAIR and self.words.count(word) < _COMMON_PAIR
            return (small or word.isupper()) and not rare and self.words.known(word)

        for head in heads:
            if head.after_break and head.line not in taken and any(a < head.line < b for a, b in gaps):
                candidate = find_faint_mark(head, known)
                if candidate is not None:
                    yield candidate

    def token_lines(self, numbers: Sequence[int]) -> list[Line]:
        """Lines as words with their source offsets, as the cable grammar takes them."""
        known = self._token_lines
        for line in word_lines(self.layout, [number for number in numbers if number not in known]):
            known[line.number] = self._without_deleted(line) if self.live else line
        return [known[number] for number in numbers]

    def _without_deleted(self, line: Line) -> Line:
        gone = [edit for edit in self.touching(*self.layout.line_span(line.number)) if not edit.after]
        if not gone:
            return line
        kept = (t for t in line.tokens if not any(e.start <= t.start and t.end <= e.end for e in gone))
        return Line(line.number, tuple(kept))

    def set_live(self, edits: Sequence[Edit]) -> None:
        """Tell the rules that follow which edits make the text now; sorted, without overlap.

        Lines that edits touch read as restored from here on, as do the words of `token_lines` that edits delete.
        """
        known = {edit.id for edit in self.live}
        self.live = edits
        self._live_ends = [edit.end for edit in edits]
        for line in {self.layout.line_at(edit.start) for edit in edits if edit.id not in known}:
            self.lines[line] = self._restored_line(line)
            self._token_lines.pop(line, None)

    def _restored_line(self, line: int) -> str:
        start, end = self.layout.line_start.item(line), self.layout.line_end.item(line)
        pieces, at = [], start
        for edit in self.touching(start, end):
            if start <= edit.start and edit.end <= end:
                pieces += [self.source.text[at : edit.start], edit.after]
                at = edit.end
        pieces.append(self.source.text[at:end])
        return " ".join("".join(pieces).split()) or self.lines[line]

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
        if isinstance(self.words, OwnWordList):
            evidence += self._own_words(self.words, start, end, after)
        return Edit(start, end, before, after, rule, confidence, evidence, parents, self.source.sha256)

    def _own_words(self, words: OwnWordList, start: int, end: int, after: str) -> tuple[Evidence, ...]:
        """The user's lists as evidence: the words of the text with an edit in it that stand in them."""
        text = self.source.text
        left, right = start, end
        while left > 0 and not text[left - 1].isspace():
            left -= 1
        while right < len(text) and not text[right].isspace():
            right += 1
        listed = words.places_in(text[left:start] + after + text[end:right])
        return tuple(because(EvidenceKind.USER, f"a word of your own: {place}") for place in listed)


def _without_enclosures(heads: list[LineHead]) -> list[LineHead]:
    """The lines above a list of enclosures at the end of a text: its numbers are none of paragraphs."""
    for at in range(max(0, len(heads) - _MOST_ENCLOSED), len(heads)):
        if _ENCLOSED.fullmatch(heads[at].text.strip()):
            return heads[:at]
    return heads


def _find_brackets(heads: Sequence[LineHead]) -> list[Candidate]:
    """The marks of a message that numbers its paragraphs `1)`, `2)`, `3)`; none where fewer than three count from 1."""
    found = [c for h in heads if (c := find_bracketed(h.line, h.text, h.offset, h.after_break, h.page))]
    numbering = solve_numbering(found, whole=True)
    counted = [paragraph.n for paragraph in numbering.paragraphs]
    return found if len(counted) >= _LEAST_BRACKETED and counted[0] == 1 and not numbering.pilcrow else []


def _without_last_speck(line: Line) -> Line:
    """A line less the stops that stand alone at its end, which no header line has."""
    last = len(line.words)
    while last > 1 and line.words[last - 1] in _LONE_STOPS:
        last -= 1
    return line if last == len(line.words) else Line(line.number, line.tokens[:last])


def word_lines(layout: Layout, numbers: Sequence[int]) -> list[Line]:
    """Lines of the layout as words with their source offsets."""
    if not numbers:
        return []
    words, starts, ends = layout.word_lists()
    bounds = zip(numbers, layout.line_first[numbers].tolist(), layout.line_last[numbers].tolist(), strict=True)
    return [Line.at(n, words[first:last], first, starts, ends) for n, first, last in bounds]


def because(kind: EvidenceKind, text: str, *spans: Span, weight: float = 0.0) -> Evidence:
    """Evidence in one call."""
    return Evidence(kind, text, weight, spans)
