"""The habits of one file, learned from it and then used as evidence: its gaps, its line width, its blank lines."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from cablefix.layout import Layout, LineClass, are_of
from cablefix.text import IntArray

# A typed page is at most 85 columns wide; a longer line is a logical one, or a row of a wide table.
_WIDEST_TYPED_LINE = 110
# What stands before is looked at last: a search for a character is faster than one for a place.
_LOOSE = re.compile(r" (?<=\w )([,;:.?!])(?=\s(?! ?[.,]))")
_TIGHT = re.compile(r"([,;:.?!])(?<=\w.)(?=\s)")


@dataclass(frozen=True, slots=True)
class Convention:
    """What this file does with white space.

    `doubled`: two spaces stand between words. `single_after_one`: but one after a one-character word.
    `wrap`: the width in characters (gaps closed up) at which lines are broken, None where each line is a logical
    line of its own. `blank_between`: share of line ends inside a sentence that a blank line follows; where it is
    high a blank line says nothing. `spaced_marks`: punctuation that this file sets off by a space as its style.
    """

    doubled: bool
    single_after_one: bool
    wrap: int | None
    blank_between: float
    spaced_marks: frozenset[str]

    @property
    def usual_gap(self) -> int:
        """The width of a gap between words, in spaces."""
        return 2 if self.doubled else 1

    def splits(self, length: int, gap: int) -> bool:
        """Whether a gap of this width after a word of this length says that the OCR split one word.

        >>> Convention(True, True, 62, 0.1, frozenset()).splits(3, 1)
        True
        """
        return self.doubled and gap == 1 and (length > 1 or not self.single_after_one)


def line_lengths(layout: Layout) -> IntArray:
    """The length of each line with its gaps closed up to one space, shape (lines,)."""
    totals = np.zeros(layout.lines + 1, np.int64)
    np.add.at(totals, layout.word_line, layout.word_end - layout.word_start + 1)
    return np.maximum(totals[:-1] - 1, 0)


def learn_convention(layout: Layout, before: Convention | None = None) -> Convention:
    """Learn the habits of a file from its layout.

    `before` is what was learned when less was known of the lines: gaps and marks, which do not depend on what lines
    are, stay as they were.

    >>> learn_convention(Layout.from_text("We  met  a friend  of  the  paper")).doubled
    True
    """
    lengths = line_lengths(layout)
    wrap = _learn_wrap(layout, lengths)
    blank_between = _learn_blank_lines(layout, lengths, wrap)
    if before is not None:
        return replace(before, wrap=wrap, blank_between=blank_between)
    return Convention(*_learn_gaps(layout), wrap, blank_between, _learn_spaced_marks(layout))


def _learn_gaps(layout: Layout) -> tuple[bool, bool]:
    if layout.words < 2:
        return False, False
    inside = layout.word_line[1:] == layout.word_line[:-1]
    width = (layout.word_start[1:] - layout.word_end[:-1])[inside]
    length = (layout.word_end - layout.word_start)[:-1][inside]
    long, short = width[length > 1], width[length == 1]
    doubled = len(long) >= 5 and float((long == 2).mean()) >= 0.7
    single_after_one = doubled and (not len(short) or float((short == 1).mean()) >= 0.5)
    return doubled, single_after_one


_NOT_RUNNING = (
    LineClass.BLANK,
    LineClass.HEADER,
    LineClass.FURNITURE,
    LineClass.RULE,
    LineClass.PROTOCOL,
    LineClass.TABLE,
)


def running_lines(layout: Layout) -> IntArray:
    """The lines that may be running text, as far as is known now; habits that change with the lines rest on these."""
    return (~are_of(layout.line_class, _NOT_RUNNING)).nonzero()[0]


def _learn_wrap(layout: Layout, lengths: IntArray) -> int | None:
    """The width at which the lines of running text were broken, None where they were not.

    It is the greatest width that an eighth of the lines come near. Lines that begin with a small letter prove that
    sentences run over line ends; in a text of capitals the proof is that most lines are nearly that long.
    """
    running = running_lines(layout)
    filled = lengths[running]
    if len(filled) < 2:
        return None
    typed = np.sort(filled[filled <= _WIDEST_TYPED_LINE])
    if not len(typed) or filled[filled > _WIDEST_TYPED_LINE].sum() > 0.5 * filled.sum():
        return None
    near = np.arange(1, len(typed) + 1) - np.searchsorted(typed, 0.9 * typed, side="left")
    enough = near >= min(max(3.0, 0.12 * len(filled)), len(typed) / 2)
    width = int(typed[enough].max()) if enough.any() else int(typed[-1])
    starts = layout.word_start[layout.line_first[running]]
    lower = sum(layout.text[start].islower() for start in starts.tolist()) / len(filled)
    full = float((filled >= 0.8 * width).mean())
    if width < 25 or full < (0.2 if lower >= 0.1 else 0.35):
        return None
    return width


def _learn_blank_lines(layout: Layout, lengths: IntArray, wrap: int | None) -> float:
    """The share of certain mid-sentence line ends that a blank line follows."""
    filled = running_lines(layout)
    if wrap is None or len(filled) < 3:
        return 0.0
    first = layout.word_start[layout.line_first[filled]]
    lower = np.array([layout.text[start].islower() for start in first.tolist()])
    inside = lower[1:] & (lengths[filled[:-1]] >= 0.7 * wrap)
    if int(inside.sum()) < 4:
        return 0.0
    return float((np.diff(filled)[inside] > 1).mean())


def _learn_spaced_marks(layout: Layout) -> frozenset[str]:
    """Punctuation marks that stand off the word before them more often than not: a house style, not damage."""
    loose = Counter(_LOOSE.findall(layout.text))
    often = {mark: count for mark, count in loose.items() if count >= 3}
    tight = Counter(_TIGHT.findall(layout.text)) if often else {}
    return frozenset(mark for mark, count in often.items() if count > tight.get(mark, 0))
