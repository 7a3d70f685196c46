"""Rules that find tables: rows whose words stand in columns, or that end in the same number of figures."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from cablefix.layout import LineClass, Mark
from cablefix.ledger import EvidenceKind
from cablefix.rules.context import Context, because
from cablefix.text import View

_LOOSE_STOPS = frozenset(".,;:'")
_SENTENCE_ENDS = ".?!:;\"')"
_HAS_FIGURE = re.compile(r"\d")
_FIGURE = re.compile(r"[($]?[-+]?\d[\d.,/%-]*\)?|-{1,2}|n/?a", re.IGNORECASE)


def mark_tables(view: View, context: Context) -> Iterator[Mark]:
    """Mark rows of tables: runs of lines whose words stand in columns, or that end in the same number of figures.

    A gap counts as wide from three blanks in a file of single gaps, from five in one of doubled gaps. Two lines in
    a row with two wide gaps, or three with one, at places that agree, make a table; so do two with two gaps of two
    blanks or more at the same places, where both hold figures. Where OCR evened out the gaps,
    two or more short lines that end in as many figures do, with the line of column heads above them. Rows are not
    joined, and their columns stay readable through the layout.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(mark_tables, "Port     Tugs    Men\\nCadiz    2       31\\nVigo     1       12\\nThat is all.")
    ['Port Tugs Men', 'Cadiz 2 31', 'Vigo 1 12']
    >>> marked_lines(mark_tables, "He gave the figures.\\nPORT TUGS MEN\\nCADIZ 2 31\\nVIGO 1 12\\nThat is all.")
    ['PORT TUGS MEN', 'CADIZ 2 31', 'VIGO 1 12']
    """
    rows = dict.fromkeys(_rows_by_gaps(context), "in columns")
    rows.update(dict.fromkeys(_rows_by_narrow_gaps(context), "in columns"))
    rows.update(dict.fromkeys(_rows_by_figures(context), "that end in as many figures"))
    for n, how in sorted(rows.items()):
        reason = because(EvidenceKind.FORM, f"one of several lines {how}")
        yield context.layout.mark_line(n, LineClass.TABLE, "structure.table", 0.85, [reason])


def _rows_by_gaps(context: Context) -> Iterator[int]:
    """The lines of tables whose columns wide gaps show."""
    layout = context.layout
    least = 5 if context.convention.doubled else 3
    inside = layout.word_line[1:] == layout.word_line[:-1]
    wide = np.flatnonzero(inside & (layout.word_start[1:] - layout.word_end[:-1] >= least))
    if not len(wide):
        return
    columns: dict[int, list[int]] = {}
    for k in wide.tolist():
        line = int(layout.word_line[k])
        columns.setdefault(line, []).append(int(layout.word_start[k + 1] - layout.line_start[line]))
    run: list[int] = []
    classes, body = context.classes(), LineClass.BODY
    for n in [*context.body_lines(), -1]:
        if n in columns and classes[n] == body and (not run or _columns_agree(columns, run[-1], n)):
            run.append(n)
            continue
        if len(run) >= 3 or (len(run) == 2 and all(len(columns[m]) >= 2 for m in run)):
            yield from run
        run = [n] if n in columns and classes[n] == body else []


def _rows_by_narrow_gaps(context: Context) -> Iterator[int]:
    """The lines of tables whose columns stand two blanks apart: `JANUARY 1981  525  9,870 TONS`.

    Two blanks after the end of a sentence are a typist's habit and part no columns; where gaps are doubled they say
    nothing.
    """
    if context.convention.doubled:
        return
    layout = context.layout
    classes = context.classes()
    columns: dict[int, frozenset[int]] = {}
    body = [n for n in context.body_lines() if classes[n] == LineClass.BODY]
    for n in body:
        first, last = int(layout.line_first[n]), int(layout.line_last[n])
        starts, ends = layout.word_start[first:last], layout.word_end[first:last]
        wide = np.flatnonzero(starts[1:] - ends[:-1] >= 2).tolist()
        apart = [k for k in wide if layout.text[int(ends[k]) - 1] not in _SENTENCE_ENDS]
        if len(apart) == len(wide) >= 2 and _HAS_FIGURE.search(context.lines[n]):
            columns[n] = frozenset(int(starts[k + 1]) - int(layout.line_start[n]) for k in apart)
    run: list[int] = []
    for n in [*body, -1]:
        if n in columns and (not run or len(columns[n] & columns[run[-1]]) >= 2):
            run.append(n)
            continue
        if len(run) >= 2:
            yield from run
        run = [n] if n in columns else []


def _rows_by_figures(context: Context) -> Iterator[int]:
    """The lines of tables whose rows end in the same number of figures, with their column heads."""
    classes = context.classes()
    body = [n for n in context.body_lines() if classes[n] == LineClass.BODY]
    figures = {n: _figures_at_end(context.lines[n]) for n in body}
    run: list[int] = []
    for k, n in enumerate([*body, -1]):
        count = figures.get(n, 0)
        if count >= 2 and (not run or abs(count - figures[run[-1]]) <= 1):
            run.append(n)
            continue
        if len(run) >= 2:
            above = body[k - len(run) - 1] if k > len(run) else -1
            if above >= 0 and _heads_columns(context.lines[above], figures[run[0]]):
                yield above
            yield from run
        run = [n] if count >= 2 else []


def _figures_at_end(text: str) -> int:
    """How many figures a line ends in, where it is a row: little text before them, no sentence."""
    words = text.split()
    while words and words[-1] in _LOOSE_STOPS:
        words.pop()
    count = 0
    for word in reversed(words):
        if not _FIGURE.fullmatch(word):
            break
        count += 1
    letters = len(words) - count
    return count if letters <= 4 and len(words) <= 14 else 0


def _heads_columns(text: str, figures: int) -> bool:
    words = text.split()
    return figures <= len(words) <= 14 and not text.endswith((".", ",", ";", ":", "-")) and words[0][0].isupper()


def _columns_agree(columns: dict[int, list[int]], one: int, other: int) -> bool:
    """Whether two lines have a column in common, within two characters."""
    return any(abs(a - b) <= 2 for a in columns[one] for b in columns[other])
