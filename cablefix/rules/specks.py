"""Rules for specks: dust, scratches and page edges that an engine read as punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from cablefix.layout import LineClass, Mark
from cablefix.ledger import Edit, EvidenceKind
from cablefix.rules.context import LOOSE_STOP, Context, because
from cablefix.rules.loose import look_beside
from cablefix.text import View

# What a speck is read as. Dashes, bullets and double quotation marks are left out: they begin and end lines in earnest.
_STOPS = frozenset(".,;:")
_NEVER_ALONE = frozenset("'\u2018\u2019`_~|\u00b0^\u00b7\u00ab\u00bb")
_SPECKS = _STOPS | _NEVER_ALONE
_SCRATCHES = "_~-—=|"
# Hardly a line ends in one of these set apart; what begins a line may be a bullet.
_NEVER_LAST = frozenset("\u00a9\u00ae=<>*\u00a7\u00a2")
_LAST_MARKS = _SPECKS | _NEVER_LAST | frozenset(_SCRATCHES)
_DASHES = ("\u2014", "\u2013")
_GOES_ON = frozenset(",;").union(_NEVER_LAST, _DASHES)
_DOUBTFUL = _NEVER_LAST.union(_DASHES)  # specks where the page has others
_CLOSERS = tuple(".,;:!?")
_LONGEST, _LONGEST_SCRATCH = 2, 3
# From this share of lines with certain specks on, a loose stop at a line end is one too.
_SPECKLED = 0.02
_NOT_TEXT = (LineClass.HEADER, LineClass.TABLE, LineClass.FURNITURE, LineClass.RULE, LineClass.PROTOCOL)
_BLANKS = (" ", "\t")
_LEAD, _CLEAR_LEAD = 7.0, 9.0  # nats by which nothing is likelier than a stop that is taken for a speck


@dataclass(frozen=True, slots=True)
class _Edge:
    """Specks at one edge of a line: their source span, their text, and whether they can be nothing else."""

    line: int
    start: int
    end: int
    text: str
    certain: bool


def remove_header_specks(view: View, context: Context) -> Iterator[Edit]:
    """Remove stops set apart at the end of header lines: `RUEHXY/AMEMBASSY QUITO 6021 ;`.

    No header line ends in a stop of its own; the grammar reads the lines without them.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(remove_header_specks, "The tug left ;")
    []
    """
    layout = context.layout
    reason = because(EvidenceKind.FORM, "no header line ends in a stop set apart")
    for n in layout.lines_of(LineClass.HEADER):
        words = layout.line_words(n)
        tail = len(words)
        while tail > 1 and _is_speck(words[tail - 1]):
            tail -= 1
        if tail < len(words):
            edge = _edge(context, n, int(layout.line_first[n]) + tail, int(layout.line_last[n]), certain=True)
            if context.is_free(edge.start, edge.end):
                yield context.edit(edge.start, edge.end, "", "specks.header", 0.95, reason)


def mark_speck_lines(view: View, context: Context) -> Iterator[Mark]:
    """Mark lines that hold nothing but specks: a dot, a bar, a quotation mark in the margin.

    Up to four characters, none a letter or digit. Longer rows of dashes are rules of the page; page numbers and
    single letters are left for other rules.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(mark_speck_lines, "The tug left\\n. '\\nat noon.")
    [". '"]
    """
    reason = because(EvidenceKind.FORM, "no letter or digit on the line")
    for n in context.read_lines():
        text = context.lines[n]
        if len(text) > 7 or len(text.replace(" ", "")) > 4:
            continue
        if not any(char.isalnum() or char in "\u2588\u25a0\u00b6$%&" for char in text):
            yield context.layout.mark_line(n, LineClass.RULE, "specks.line", 0.92, [reason])


def remove_specks(view: View, context: Context) -> Iterator[Edit]:
    """Remove specks that stand alone at the beginning or end of a line: `. Farmers in the`, `BUCHAREST 6021 .`.

    Nothing begins a line with a full stop, comma or bar set apart, and no bar or accent ends one. A loose stop at a
    line end may be a real one: it goes where the word before has its stop already, or where the page is full of
    specks and the sentence goes on; there also a symbol (`©`), and a dash if dashes stand at line ends more often than
    inside lines.
    Ellipses, other dashes, bullets, quotation marks and a file's own style (` ;`) stay.

    >>> from cablefix.rules.examples import edits_of
    >>> text = ". The tug left the old pier |\\nat noon and came back; ,\\nand then . . .\\nwent on to the bar -"
    >>> edits_of(remove_specks, text)
    [('.', ''), ('|', ''), (',', '')]
    """
    edges = list(_edges(context))
    certain = sum(edge.certain for edge in edges)
    speckled = certain >= max(2, _SPECKLED * len(context.read_lines()))
    read = context.read_lines()
    after = dict(pairwise(read))
    for edge in edges:
        if not edge.certain and not (speckled and _goes_on(context, edge, after.get(edge.line, -1))):
            continue
        sure = "a stop, bar or accent set apart at the edge of a line"
        where = sure if edge.certain else f"one of {certain} specks or more on these pages"
        reason = because(EvidenceKind.FORM, where)
        yield context.edit(edge.start, edge.end, "", "specks.edge", 0.92 if edge.certain else 0.86, reason)


def remove_loose_stops(view: View, context: Context) -> Iterator[Edit]:
    """Remove stops set apart between two words that hardly ever have one between them: `The . Department`.

    A speck between two words is read as a stop with blanks on both sides. How likely a stop is after the one word and
    before the other is counted in clean text. Left alone are rare and foreign words (`gouvernement ; celui`), initials,
    abbreviations, numbers, the labels of forms (`TO : Rusk`), and texts that set their stops apart as a matter of
    course.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(remove_loose_stops, "The tug, the barge, and the . house, the road, and the rest were sold . He left.")
    [(' .', '')]
    """
    if context.sets_stops_apart:
        return
    text, layout = context.source.text, context.layout
    style = context.convention.spaced_marks
    for match in LOOSE_STOP.finditer(text):
        start, end = match.span()
        mark = text[end - 1]
        while text[start - 1 : start] in _BLANKS:
            start -= 1
        line = layout.line_at(start)
        if mark in style or layout.line_class[line] in _NOT_TEXT or not context.is_free(start, end):
            continue
        beside = look_beside(context, start, end, mark)
        first = not text[layout.line_span(line)[0] : start].strip(beside.left)
        if beside.lead < _LEAD or beside.rare or (mark == ":" and first) or not (beside.left + beside.right).isalpha():
            continue
        reason = because(EvidenceKind.CONTEXT, "hardly ever a stop between these words", weight=beside.lead)
        confidence = 0.96 if beside.lead > _CLEAR_LEAD else 0.88
        yield context.edit(start, end, "", "specks.loose", confidence, reason)


def _goes_on(context: Context, edge: _Edge, after: int) -> bool:
    """Whether the sentence goes on behind a loose stop at a line end, or the line is no sentence."""
    if context.classes()[edge.line] == LineClass.HEADER or edge.text[0] in _GOES_ON:
        return True
    if after < 0:
        return len(context.lines[edge.line]) < 30
    return context.lines[after][0].islower()


def _edges(context: Context) -> Iterator[_Edge]:
    layout = context.layout
    style = context.convention.spaced_marks
    source = layout.text
    starts, ends = layout.line_spans()
    dashes = _dashes_at_ends(source)
    for n in context.read_lines():
        start, end = starts[n], ends[n]
        if source[start] not in _SPECKS and source[end - 1] not in _LAST_MARKS:
            continue
        text = context.lines[n]
        if text[0] not in _SPECKS and text[-1] not in _SPECKS and not _ends_in_speck(text[-2:].strip(), dashes):
            continue
        if not _may_end_in_specks(source, start, end, dashes):
            continue
        words = layout.line_words(n)
        first = int(layout.line_first[n])
        head = 0
        while head < len(words) and _is_speck(words[head]):
            head += 1
        tail = len(words)
        while tail > head and (_is_speck(words[tail - 1]) or _ends_in_speck(words[tail - 1], dashes)):
            tail -= 1
        if head and words[0][0] == "|" and words[0][-1] in _STOPS:
            head = 0  # it may be the figure one with its stop
        if head == len(words) or sum(word.count(".") for word in words[:head] + words[tail:]) >= 3:
            continue
        if head and context.convention.wrap is None and words[0][0] not in _NEVER_ALONE:
            head = 0
        if head and not (words[0] in "'\u2018" and any(char in "'\u2019" for char in text[1:])):
            yield _edge(context, n, first, first + head, certain=True)
        if tail == head:
            continue  # an ornament
        if tail < len(words) and (context.convention.wrap is not None or words[tail][0] in _NEVER_ALONE):
            run = words[tail:]
            sure = run[0][0] in _NEVER_ALONE or words[tail - 1].endswith(_CLOSERS) or len(run) > 1
            sure = sure and run[0][0] not in _DOUBTFUL
            if sure or run[0] not in style:
                yield _edge(context, n, first + tail, first + len(words), certain=sure)


def _dashes_at_ends(text: str) -> frozenset[str]:
    """The dashes that stand alone at line ends of a text more often than inside its lines: no writer's do.

    >>> _dashes_at_ends("a \u2014 b\\nc \u2014\\nd \u2014\\ne"), _dashes_at_ends("a \u2013 b\\nc \u2013\\nd")
    (frozenset({'\u2014'}), frozenset())
    """
    found = set()
    for dash in _DASHES:
        if dash in text:
            last = len(re.findall(rf"[ \t]{dash}[ \t\r]*(?:\n|$)", text))
            if last > len(re.findall(rf"\S[ \t]+{dash}[ \t]+\S", text)):
                found.add(dash)
    return frozenset(found)


def _may_end_in_specks(text: str, start: int, end: int, dashes: frozenset[str]) -> bool:
    """Whether the first or last word of a line may be a speck or a scratch; most stops stand at words."""
    first = text[start : min(end, start + _LONGEST + 1)].split()[0]
    last = text[max(start, end - _LONGEST_SCRATCH - 1) : end].split()[-1]
    return _is_speck(first) or _is_speck(last) or _ends_in_speck(last, dashes) or not (first + last).isprintable()


def _is_speck(word: str) -> bool:
    return len(word) <= _LONGEST and all(char in _SPECKS for char in word)


def _ends_in_speck(word: str, dashes: frozenset[str]) -> bool:
    """Whether the last word of a line is a scratch, a symbol that ends no line, or one of these dashes."""
    symbols = 0 < len(word) <= _LONGEST and all(char in _NEVER_LAST for char in word)
    return symbols or word in dashes or _is_scratch(word)


def _is_scratch(word: str) -> bool:
    """Whether a word at a line end is a scratch read as a dash with something else: `_—`."""
    return (
        1 < len(word) <= _LONGEST_SCRATCH and all(char in _SCRATCHES for char in word) and not set(word) <= {"-", "—"}
    )


def _edge(context: Context, line: int, first: int, last: int, *, certain: bool) -> _Edge:
    layout = context.layout
    start, end = int(layout.word_start[first]), int(layout.word_end[last - 1])
    return _Edge(line, start, end, layout.text[start:end], certain)
