"""Rules that rest on where words stand on the page. They say nothing about a text without boxes.

Typewriters and teleprinters give each character the same width, so a gap can be measured in characters, and a break
between paragraphs is a step or an indent. Blank lines of OCR text are the engine's guesses at the same thing; the page
itself is the better witness.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log

import numpy as np
import numpy.typing as npt

from cablefix.cable.heads import margin_codes
from cablefix.layout import Join, Layout, LineClass, Mark, MarkKind
from cablefix.ledger import Edit, Evidence, EvidenceKind
from cablefix.resources import dictionary_path
from cablefix.rules.context import Context, because
from cablefix.text import Span, View

Floats = npt.NDArray[np.float64]

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
# Step from one word to the next, less than so much of it spread: the face is monospaced.
_MONOSPACED_SPREAD = 0.06
# A gap of so many characters is wide; one of less than this part of the usual gap is none.
_WIDE_GAP = 3.0
_WIDE_GAP_PROPORTIONAL = 4.5
_NO_GAP = 0.5
# A step of so many lines is a blank line on the page.
_PRINTED_BLANK = 1.5
# Lines of running text end within this part of the width from the right edge.
_RAGGED = 0.16
# A margin code stands so many characters off the text.
_OFF_TEXT = 3.0
_TERMINAL = (".", "?", "!", ":", ";", '"', "\u201d", ")", "]")


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """A layout in measures of its own: columns of shape (lines,) or (words,), NaN where nothing is known.

    `pitch` is the step from one character to the next, `gap` the white space after a word in pitches (NaN at the end
    of a line), `usual_gap` the median of it. `left`, `right` and `height` (of the middle of the line) are in units of
    the page, `step` the distance from the line with words before it in steps between lines that follow close.
    `start` and `end` are the usual left and right edge of the text on the page of each line.
    """

    pitch: float
    monospaced: bool
    usual_gap: float
    gap: Floats
    left: Floats
    right: Floats
    height: Floats
    step: Floats
    start: Floats
    end: Floats


def measure(layout: Layout) -> Geometry | None:
    """Measure a layout; None where it has no boxes or too few words to tell.

    >>> measure(Layout.from_text("no boxes")) is None
    True
    """
    if not len(layout.word_box) or layout.words < 8:
        return None
    box = layout.word_box.astype(np.float64)
    length = (layout.word_end - layout.word_start).astype(np.float64)
    inside = layout.word_line[1:] == layout.word_line[:-1]
    steps = (box[1:, 0] - box[:-1, 0]) / (length[:-1] + 1)
    gaps = box[1:, 0] - box[:-1, 2]
    usable = inside & (steps > 0) & (length[:-1] >= 2)
    if int(usable.sum()) < 4:
        return None
    pitch, monospaced = _pitch(steps[usable])
    gap = np.full(layout.words, np.nan)
    gap[:-1][inside] = gaps[inside] / pitch
    left, right, height = _edges(layout, box)
    return Geometry(
        pitch,
        monospaced,
        float(np.nanmedian(gap)),
        gap,
        left,
        right,
        height,
        _steps(layout, height),
        *_text_edges(layout, left, right, pitch),
    )


def _pitch(steps: Floats) -> tuple[float, bool]:
    """The step from character to character and whether it is the same for all words."""
    pitch = float(np.median(steps))
    near = steps[np.abs(steps - pitch) < 0.3 * pitch]
    spread = float(np.percentile(near, 75) - np.percentile(near, 25)) / pitch if len(near) else 1.0
    return pitch, spread < _MONOSPACED_SPREAD


def _edges(layout: Layout, box: Floats) -> tuple[Floats, Floats, Floats]:
    left, right, height = (np.full(layout.lines, np.nan) for _ in range(3))
    filled = np.flatnonzero(layout.line_last > layout.line_first)
    first, last = layout.line_first[filled], layout.line_last[filled] - 1
    left[filled], right[filled] = box[first, 0], box[last, 2]
    if len(filled):
        bottoms = np.maximum.reduceat(np.nan_to_num(box[:, 3]), first)
        tops = np.minimum.reduceat(np.where(np.isnan(box[:, 1]), np.inf, box[:, 1]), first)
        height[filled] = (bottoms + tops) / 2
    return left, right, height


def _steps(layout: Layout, height: Floats) -> Floats:
    """How far each line stands below the line with words before it, in usual steps; NaN at the top of a page."""
    out = np.full(layout.lines, np.nan)
    filled = np.flatnonzero(~np.isnan(height))
    if len(filled) < 3:
        return out
    step = np.diff(height[filled])
    same = np.diff(layout.line_page[filled]) == 0
    down = same & (step > 0)
    if not down.any():
        return out
    # The closest steps that many lines have: half of all lines follow closely, or a quarter in a loose text.
    usual = float(np.percentile(step[down], 30, method="lower"))
    out[filled[1:]] = np.where(same, step / max(usual, 1e-6), np.nan)
    return out


def _text_edges(layout: Layout, left: Floats, right: Floats, pitch: float) -> tuple[Floats, Floats]:
    """The left edge that most lines of a page share, and the right edge that the full lines reach."""
    start, end = np.full(layout.lines, np.nan), np.full(layout.lines, np.nan)
    for page in range(layout.pages):
        own = np.flatnonzero((layout.line_page == page) & ~np.isnan(left))
        if not len(own):
            continue
        rounded = np.round(left[own] / pitch).astype(np.int64)
        values, counts = np.unique(rounded, return_counts=True)
        # Skewed pages spread the edge over neighbours.
        near = np.array([counts[np.abs(values - value) <= 1].sum() for value in values])
        best = values[int(np.argmax(near))]
        start[own] = float(np.median(left[own][np.abs(rounded - best) <= 1]))
        end[own] = float(np.percentile(right[own], 90))
    return start, end


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
    geometry = measure(layout)
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
    geometry = measure(layout)
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
    geometry = measure(layout)
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
    geometry = measure(layout)
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


def engine_evidence(layout: Layout, start: int, end: int) -> Evidence | None:
    """What the engine said of its own reading of a source span; None where it said nothing that can be weighed.

    The weight is what that adds to the log odds of a repair being right, in nats, from
    `dictionaries/confusions/engine_confidence.tsv`.
    """
    engine = layout.extra.get("engine")
    if not len(layout.word_confidence) or engine is None:
        return None
    table = _confidence_table(str(engine[0]))
    first = int(np.searchsorted(layout.word_end, start, side="right"))
    last = int(np.searchsorted(layout.word_start, end, side="left"))
    known = layout.word_confidence[first:last]
    known = known[~np.isnan(known)]
    if table is None or not len(known):
        return None
    lowest = float(known.min())
    weight = float(np.interp(lowest, table[:, 0], table[:, 2]))
    return Evidence(EvidenceKind.GEOMETRY, f"the engine was {lowest:.0%} sure of it", weight, (Span(start, end),))


def weigh_with_engine(layout: Layout, start: int, end: int, confidence: float) -> tuple[float, Evidence | None]:
    """A repair's confidence with the engine's own confidence in what it read taken into account, and that evidence.

    An engine that was sure of a word makes its repair less likely. Where the engine said nothing, or is not one that
    was measured, the confidence stays as it is.

    >>> weigh_with_engine(Layout.from_text("tlie tug"), 0, 4, 0.7)
    (0.7, None)
    """
    found = engine_evidence(layout, start, end)
    if found is None:
        return confidence, None
    sure = min(max(confidence, 1e-4), 1.0 - 1e-4)
    odds = log(sure / (1.0 - sure)) + found.weight
    return 1.0 / (1.0 + exp(-odds)), found


@lru_cache(maxsize=8)
def _confidence_table(engine: str) -> Floats | None:
    """Rows of (confidence, misread, repair) for an engine whose name begins so; None where none was measured."""
    path = dictionary_path("confusions/engine_confidence.tsv")
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "engine\t")):
            name, *values = line.split("\t")
            if engine.lower().startswith(name):
                rows.append([float(value) for value in values])
    return np.array(rows, np.float64) if rows else None
