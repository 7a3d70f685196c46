"""The cells of table rows: where the wide gaps of the source, or of the page, stand in the reading text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np

from cablefix.document import Block, BlockKind
from cablefix.layout import Layout
from cablefix.rules.measure import measure
from cablefix.text import Span, View

# A table cell ends at a tab, and where the gap is this much wider than the usual gap of the document.
_CELL_GAP = 2


def row_cells(block: Block, gap_ends: Sequence[int]) -> list[Span]:
    """The view spans of the cells of a table row; `gap_ends` is what `wide_gaps` returns."""
    first, last = bisect_right(gap_ends, block.start), bisect_left(gap_ends, block.end)
    starts = [block.start, *gap_ends[first:last]]
    ends = [start - 1 for start in starts[1:]] + [block.end]
    return [Span(start, end) for start, end in zip(starts, ends, strict=True)]


def wide_gaps(layout: Layout, view: View, blocks: Sequence[Block]) -> list[int]:
    """View offsets just after the gaps that part table cells, sorted; empty where no block is a table row."""
    if layout.words < 2 or not any(block.kind is BlockKind.TABLE for block in blocks):
        return []
    width = layout.word_start[1:] - layout.word_end[:-1]
    same_line = layout.word_line[1:] == layout.word_line[:-1]
    usual = int(np.bincount(np.minimum(width[same_line], 8)).argmax()) if same_line.any() else 1
    wide = same_line & (width >= usual + _CELL_GAP)
    for k in np.flatnonzero(same_line & ~wide & (width >= 1)).tolist():
        if "\t" in layout.text[layout.word_end[k] : layout.word_start[k + 1]]:
            wide[k] = True
    geometry = measure(layout)
    if geometry is not None:
        # The text has one blank between cells; the page shows how wide it is.
        with np.errstate(invalid="ignore"):
            wide |= same_line & (geometry.gap[:-1] >= geometry.usual_gap + _CELL_GAP)
    out = []
    for k in np.flatnonzero(wide).tolist():
        start = int(layout.word_start[k + 1])
        offset = view.to_view(start)
        if offset and view.text[offset - 1] == " " and view.to_source(offset, end=True) == start:
            out.append(offset)
    return out
