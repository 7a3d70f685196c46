"""Rules that rest on where words stand on the page. They say nothing about a text without boxes.

Typewriters and teleprinters give each character the same width, so a gap can be measured in characters, and a break
between paragraphs is a step or an indent. Blank lines of OCR text are the engine's guesses at the same thing; the page
itself is the better witness.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from cablefix.cable.heads import margin_codes
from cablefix.layout import Join, Layout, LineClass, Mark, MarkKind
from cablefix.ledger import Edit, EvidenceKind
from cablefix.rules.context import Context, because
from cablefix.rules.measure import Geometry
from cablefix.text import View

# What a reader says that a line is (cablefix.readers.document.Role), as far as rules use it.
_HEADER, _FOOTER, _PAGE_NUMBER, _MARGIN, _TABLE = 2, 3, 4, 5, 6
_ROLE_NAMES = {
    _HEADER: "a page header",
    _FOOTER: "a page footer",
    _PAGE_NUMBER: "a page number",
    _MARGIN: "a margin note",
}
_ROLE_RULES = {
    _HEADER: "furniture.head",
    _FOOTER: "furniture.repeated",
    _PAGE_NUMBER: "furniture.page-number",
    _MARGIN: "furniture.stamp",
}
# A gap of so many characters is wide; one of less than this part of the usual gap is none.
_WIDE_GAP = 3.0
_WIDE_GAP_PROPORTIONAL = 4.5
_NO_GAP = 0.5
# A step of so many lines is a blank line on the page.
_PRINTED_BLANK = 1.5
# Lines of running text end within this part of the width from the right edge.
_RAGGED = 0.16
# A word of up to four characters is a speck where the engine was less sure than one half and its size per character is
# out of these bounds: width in pitches, height in usual heights. Type is 0.2 (a stop) to 1.1 wide; letters from 0.5.
_SPECK_LENGTH = 4
_DOUBTED = 0.5
# So far off the word before it, and so unsure, even a number or a known word of odd size is one.
_FAR_OFF, _HARDLY = 6.0, 0.35
_NARROWEST, _NARROWEST_LETTER, _WIDEST = 0.12, 0.4, 1.45
_LOWEST_LETTER, _HIGHEST = 0.4, 1.8
# A margin code stands so many characters off the text.
_OFF_TEXT = 3.0
_TERMINAL = (".", "?", "!", ":", ";", '"', "\u201d", ")", "]")


def remove_page_specks(view: View, context: Context) -> Iterator[Edit | Mark]:
    """Remove specks at the edges of lines that the engine read as letters or stops: `NNNN ie ee`, `22H . . |`.

    Dust, punch holes and page edges have not the shape of type: a word of four characters or fewer is far too wide, too
    narrow, too high or too low for its text, and the engine itself was not sure of it. All of that is asked for, so
    a real dash, a faint paragraph mark and the last number of a row stay. So do known words, capitals and numbers,
    unless they stand far off the line.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(remove_page_specks, "The tug left ee\\nat noon.")
    []
    """
    layout = context.layout
    geometry = context.geometry
    if geometry is None or not len(layout.word_confidence):
        return
    specks = _has_no_shape_of_type(layout, geometry)
    for k in np.flatnonzero(specks).tolist():
        alone = k > 0 and geometry.gap[k - 1] >= _FAR_OFF and layout.word_confidence[k] < _HARDLY
        word = layout.text[int(layout.word_start[k]) : int(layout.word_end[k])]
        specks[k] = alone or not _may_be_meant(context, word)
    for n in context.read_lines():
        first, last = int(layout.line_first[n]), int(layout.line_last[n])
        head, tail = first, last
        while head < last and specks[head]:
            head += 1
        while tail > head and specks[tail - 1]:
            tail -= 1
        if head == last:
            shape = because(EvidenceKind.GEOMETRY, "nothing on the line has the size of what it is read as")
            yield layout.mark_line(n, LineClass.RULE, "geometry.speck-line", 0.9, [shape])
            continue
        for begin, stop in ((first, head), (tail, last)):
            if begin == stop:
                continue
            start, end = int(layout.word_start[begin]), int(layout.word_end[stop - 1])
            if context.is_free(start, end):
                sure = float(np.nanmax(layout.word_confidence[begin:stop]))
                shape = because(EvidenceKind.GEOMETRY, "has not the size of what it is read as")
                engine = because(EvidenceKind.GEOMETRY, f"the engine was {sure:.0%} sure of it at most")
                yield context.edit(start, end, "", "geometry.speck", 0.93, shape, engine)


def _may_be_meant(context: Context, word: str) -> bool:
    """Whether a word of odd size is one all the same: a known word, a number or part of one, a mark in brackets."""
    core = word.strip(".,;:-'\"()")
    if core.isalpha():
        return context.words.known(core) or context.words.known(core.lower()) or core.isupper()
    return any(char.isdecimal() for char in core)


def _has_no_shape_of_type(layout: Layout, geometry: Geometry) -> npt.NDArray[np.bool_]:
    """Which words are short, doubted by the engine, and not of the size that their characters have."""
    box = layout.word_box
    length = layout.word_end - layout.word_start
    width = (box[:, 2] - box[:, 0]) / (geometry.pitch * length)
    tall = box[:, 3] - box[:, 1]
    letters = np.array([layout.text[start].isalnum() for start in layout.word_start.tolist()], bool)
    with np.errstate(invalid="ignore"):
        usual = float(np.nanmedian(tall[letters])) if letters.any() else 0.0
        odd = (width < _NARROWEST) | (width > _WIDEST) | (tall > _HIGHEST * usual)
        odd |= letters & ((width < _NARROWEST_LETTER) | (tall < _LOWEST_LETTER * usual))
        return np.asarray(odd & (length <= _SPECK_LENGTH) & (layout.word_confidence < _DOUBTED), bool)


def mark_roles(view: View, context: Context) -> Iterator[Mark]:
    """Mark the page headers, footers, page numbers and margin notes that the file itself says are such.

    ALTO keeps them in margins outside the print space or tags them, PAGE has region types, ABBYY styles. An engine
    errs too: a line that begins with a small letter and breaks into a sentence, or that is as long as the lines of
    text beside it and ends none, is left to the other rules.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(mark_roles, "HARBOUR SURVEY 1962\\nThe tug left.")
    []
    """
    roles = context.layout.extra.get("line_role")
    if roles is None:
        return
    body = set(context.body_lines())
    for n in np.flatnonzero(np.isin(roles, list(_ROLE_NAMES))).tolist():
        if n not in body or context.lines[n][0].islower():
            continue
        role = int(roles[n])
        reason = because(EvidenceKind.GEOMETRY, f"the file marks it as {_ROLE_NAMES[role]}")
        yield context.layout.mark_line(n, LineClass.FURNITURE, _ROLE_RULES[role], 0.9, [reason])


def mark_margin_codes(view: View, context: Context) -> Iterator[Mark]:
    """Mark exemption codes that stand in the margin, off the text, at the end or the beginning of a line.

    OCR text has one space before `B6` in `met with B6`, as before any word; on the page the code stands outside the
    right edge of the text. Both its form and its place are asked for.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(mark_margin_codes, "He met B6\\nat noon.")
    []
    """
    layout = context.layout
    geometry = context.geometry
    if geometry is None:
        return
    for n in context.body_lines():
        first, last = int(layout.line_first[n]), int(layout.line_last[n]) - 1
        if last <= first:
            continue
        for word, gap in ((last, geometry.gap[last - 1]), (first, geometry.gap[first])):
            start, end = int(layout.word_start[word]), int(layout.word_end[word])
            if gap >= _OFF_TEXT and margin_codes(layout.text[start:end]) and _outside(layout, geometry, n, word):
                where = because(EvidenceKind.GEOMETRY, f"stands {gap:.0f} characters off, outside the text")
                form = because(EvidenceKind.FORM, "has the form of an exemption code")
                yield Mark(start, end, MarkKind.FURNITURE, 0, "furniture.margin-code", 0.92, (where, form))


def _outside(layout: Layout, geometry: Geometry, line: int, word: int) -> bool:
    """Whether a word stands left of the text of its page, or right of where the other lines end."""
    left, _, right, _ = layout.word_box[word].tolist()
    return bool(right <= geometry.start[line] or left >= _inner_end(layout, geometry, line) - geometry.pitch)


def _inner_end(layout: Layout, geometry: Geometry, line: int) -> float:
    """Where full lines of this page end, their words that stand off at the right not counted."""
    own = np.flatnonzero((layout.line_page == layout.line_page[line]) & ~np.isnan(geometry.right))
    last = layout.line_last[own] - 1
    before = np.maximum(last - 1, 0)
    inner = (last > layout.line_first[own]) & (geometry.gap[before] >= _OFF_TEXT)
    ends = np.where(inner, layout.word_box[before, 2], layout.word_box[last, 2])
    return float(np.percentile(ends, 90))


def mark_page_tables(view: View, context: Context) -> Iterator[Mark]:
    """Mark rows of tables by the gaps on the page: OCR text closes them up to one space.

    Three lines in a row with a wide gap, or two with two wide gaps, whose columns begin or end at the same places, make
    a table. So do lines that the reader took from a table. Lists whose marks stand off their text have one wide gap at
    the head of some lines; they are no tables.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(mark_page_tables, "Cadiz 2 31\\nVigo 1 12")
    []
    """
    layout = context.layout
    roles = layout.extra.get("line_role")
    if roles is not None:
        reason = because(EvidenceKind.GEOMETRY, "the cells stand level with each other on the page")
        for n in context.body_lines():
            if roles[n] == _TABLE and layout.line_class[n] == LineClass.BODY:
                yield layout.mark_line(n, LineClass.TABLE, "geometry.table", 0.9, [reason])
    geometry = context.geometry
    if geometry is None:
        return
    columns = _cells(layout, geometry)
    run: list[int] = []
    for n in [*context.body_lines(), -1]:
        follows = bool(run) and n >= 0 and layout.line_page[n] == layout.line_page[run[-1]]
        fits = n in columns and layout.line_class[n] == LineClass.BODY
        if fits and (not run or (follows and _columns_agree(columns[run[-1]], columns[n], geometry.pitch))):
            run.append(n)
            continue
        yield from _table_marks(layout, run, columns)
        run = [n] if fits else []


def _cells(layout: Layout, geometry: Geometry) -> dict[int, list[tuple[float, float]]]:
    """For each line with wide gaps the left and right edges of its cells."""
    least = _WIDE_GAP if geometry.monospaced else _WIDE_GAP_PROPORTIONAL
    with np.errstate(invalid="ignore"):
        wide = np.flatnonzero(geometry.gap >= least + max(geometry.usual_gap - 1.0, 0.0))
    lines: dict[int, list[int]] = {}
    for word in wide.tolist():
        lines.setdefault(int(layout.word_line[word]), []).append(word)
    out = {}
    for line, ends in lines.items():
        first, last = int(layout.line_first[line]), int(layout.line_last[line]) - 1
        starts = [first, *(word + 1 for word in ends)]
        stops = [*ends, last]
        if len(starts) == 2 and stops[0] == first and layout.word_end[first] - layout.word_start[first] <= 4:
            continue  # the number or mark of a paragraph or list item, and its text
        boxes = layout.word_box
        out[line] = [(float(boxes[a, 0]), float(boxes[b, 2])) for a, b in zip(starts, stops, strict=True)]
    return out


def _columns_agree(one: list[tuple[float, float]], other: list[tuple[float, float]], pitch: float) -> bool:
    """Whether a cell after the first begins or ends where one of the other line does."""
    near = 1.5 * pitch
    return any(abs(a[0] - b[0]) <= near or abs(a[1] - b[1]) <= near for a in one[1:] for b in other[1:])


def _table_marks(layout: Layout, run: list[int], columns: dict[int, list[tuple[float, float]]]) -> Iterator[Mark]:
    if len(run) >= 3 or (len(run) == 2 and all(len(columns[n]) >= 3 for n in run)):
        reason = because(EvidenceKind.GEOMETRY, f"{len(run)} lines in columns on the page")
        for n in run:
            yield layout.mark_line(n, LineClass.TABLE, "geometry.table", 0.88, [reason])


def part_paragraphs(view: View, context: Context) -> Iterator[Mark]:
    """Part or join paragraphs by what the page shows: the step between lines, indents, lines that end early.

    Numbered paragraphs are counted, which says it better: within them only a blank line of the page parts text that is
    at an end. A line that begins with a small letter
    after one that ends no sentence is never parted from it. The page overrules the blank lines of the OCR text, not the
    sentence.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(part_paragraphs, "The tug left\\n\\nat noon.")
    []
    """
    layout = context.layout
    geometry = context.geometry
    if geometry is None:
        return
    body = context.body_lines()
    begins = {LineClass.HEADING, LineClass.PARAGRAPH, LineClass.ITEM, LineClass.TABLE, LineClass.SIGNATURE}
    closed = {LineClass.HEADING, LineClass.TABLE, LineClass.SIGNATURE}
    numbered = [n for n in body if layout.line_class[n] == LineClass.PARAGRAPH]
    counted = numbered[0] if len(numbered) >= 2 and context.kind == "cable" else None
    for a, b in context.pairs(body):
        if layout.line_class[b] in begins or layout.line_class[a] in closed:
            continue
        if layout.line_page[a] != layout.line_page[b]:
            continue
        if counted is not None and a >= counted and not _stands_off(context, geometry, a, b):
            continue
        score, seen = _weigh_break(context, geometry, a, b)
        join = Join.BREAK if score > 0 else Join.SPACE
        now = Join(int(layout.line_join[a]))
        if abs(score) < 0.5 or (now == Join.BREAK) == (join == Join.BREAK):
            continue
        if join is Join.SPACE and not _fills_its_line(geometry, a, b):
            continue
        reason = because(EvidenceKind.GEOMETRY, ", ".join(seen), weight=abs(score))
        confidence = min(0.97, 1.0 / (1.0 + float(np.exp(-2.0 * abs(score)))))
        yield layout.mark_join(
            a, join, "geometry.break" if join is Join.BREAK else "geometry.join", confidence, [reason]
        )


def _stands_off(context: Context, geometry: Geometry, a: int, b: int) -> bool:
    """Whether a line of a counted paragraph stands off the one before it, which ends a sentence or is short."""
    before = context.lines[a]
    width = geometry.end[a] - geometry.start[a]
    short = geometry.end[a] - geometry.right[a] > 0.4 * width
    return bool(geometry.step[b] >= _PRINTED_BLANK and (before.endswith(_TERMINAL) or short))


def _fills_its_line(geometry: Geometry, a: int, b: int) -> bool:
    """Whether line a reaches the right edge of the text, and line b begins at the left one, as running text does."""
    width = geometry.end[a] - geometry.start[a]
    full = geometry.end[a] - geometry.right[a] <= _RAGGED * width
    return bool(full and abs(geometry.left[b] - geometry.start[b]) <= 2.5 * geometry.pitch)


def _weigh_break(context: Context, geometry: Geometry, a: int, b: int) -> tuple[float, list[str]]:
    """Evidence that a paragraph begins at line b, above 0 for it, and what was seen."""
    before, after = context.lines[a], context.lines[b]
    ended = before.endswith(_TERMINAL)
    if after[0].islower() and not ended:
        return -2.0, ["the sentence goes on"]
    seen = []
    score = -0.5
    step = float(geometry.step[b])
    if step >= _PRINTED_BLANK:
        score += 1.5
        seen.append(f"a step of {step:.1f} lines")
    elif step <= 1.25:
        score -= 0.5
        seen.append("the usual step between lines")
    indent = (geometry.left[b] - geometry.start[b]) / geometry.pitch
    if 1.5 <= indent <= 14 and (geometry.left[b] - geometry.left[a]) / geometry.pitch >= 1.5:
        score += 1.3
        seen.append(f"an indent of {indent:.0f} characters")
    first = after.split(" ", 1)[0]
    room = (geometry.end[a] - geometry.right[a]) / geometry.pitch - len(first) - 1
    width = (geometry.end[a] - geometry.start[a]) / geometry.pitch
    if room > max(0.12 * width, 4):
        share = room / max(width, 1.0)
        score += 1.0 + 2.5 * min(max(share - 0.15, 0.0), 0.4)
        seen.append(f"room for {room:.0f} characters more on the line before")
    elif room < 1:
        score -= 0.6
        seen.append("the line before is full")
    score += 0.5 if ended else -1.0
    score += 0.2 if after[0].isupper() or not after[0].isalnum() else -0.6
    return score, seen


def join_split_by_gap(view: View, context: Context) -> Iterator[Edit]:
    """Join words between which the page has no gap: `nego tiations` printed as one word.

    The engine parts a word where a letter is faint. In a monospaced face the gap is then less than half of the usual
    one. The parts must make a word of the list: boxes of engines overlap at times where words stand well apart.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(join_split_by_gap, "They met for nego tiations in the old port.")
    []
    """
    layout = context.layout
    geometry = context.geometry
    if geometry is None or np.isnan(geometry.usual_gap) or geometry.usual_gap <= 0:
        return
    with np.errstate(invalid="ignore"):
        close = np.flatnonzero(geometry.gap < _NO_GAP * geometry.usual_gap)
    text = context.source.text
    for k in close.tolist():
        start, end = int(layout.word_start[k]), int(layout.word_end[k + 1])
        left, right = text[start : int(layout.word_end[k])], text[int(layout.word_start[k + 1]) : end]
        core = right.rstrip(".,;:?!\"')")
        if not left.isalpha() or not core.isalpha() or not context.is_free(start, end):
            continue
        if layout.line_class[layout.word_line[k]] in (LineClass.HEADER, LineClass.FURNITURE, LineClass.TABLE):
            continue
        if not context.words.known(left + core):
            continue
        both = context.words.known(left) and context.words.known(core)
        share = max(float(geometry.gap[k]) / geometry.usual_gap, 0.0)
        seen = because(EvidenceKind.GEOMETRY, f"the gap is {share:.0%} of the usual one")
        listed = because(EvidenceKind.LEXICON, f"{left + core} is a word of the list")
        confidence = (0.85 if both else 0.96) - (0.0 if geometry.monospaced else 0.08)
        yield context.edit(start, end, left + right, "geometry.split-word", confidence, seen, listed)
