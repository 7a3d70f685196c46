"""Measures of a page in its own units: character steps, gaps, steps between lines, edges of the text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cablefix.layout import Layout

Floats = npt.NDArray[np.float64]

# Step from one word to the next, less than so much of it spread: the face is monospaced.
_MONOSPACED_SPREAD = 0.06


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
