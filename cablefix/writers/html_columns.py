"""The two columns of the HTML page: the source line by line, and beside it what was made of these lines.

Each row holds a block of the reading text (or a run of table rows) and the source lines from its first to its last;
lines that are not read stand in rows of their own. Every source line comes exactly once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from cablefix.document import Block, BlockKind
from cablefix.layout import HYPHENS, Join, LineClass
from cablefix.ledger import Edit
from cablefix.restored import Restored
from cablefix.text import Fate, IntArray, View
from cablefix.writers.cells import row_cells, wide_gaps
from cablefix.writers.html_text import text
from cablefix.writers.labels import field_label

_FURNITURE = {
    "head": "running head",
    "page": "page number",
    "banner": "classification banner",
    "stamp": "stamp",
    "margin": "margin code",
    "section": "repeated section header",
}
_UNREAD = {LineClass.PROTOCOL: "protocol line", LineClass.RULE: "ruled line", LineClass.FURNITURE: "page furniture"}


@dataclass(slots=True)
class Row:
    """Source lines `first:last` and the blocks that are read from them."""

    first: int
    last: int
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text with what is to be shown of it: the repair it belongs to, and CSS classes."""

    start: int
    end: int
    edit: Edit | None = None
    name: str = ""


def in_source_order(restored: Restored) -> list[Block]:
    """The blocks as they stand in the source: the sections of a message may be read in another order."""
    return sorted(restored.document.blocks, key=lambda block: block.source.start)


def find_rows(restored: Restored) -> list[Row]:
    """The rows in source order. Blank lines go with the row before them."""
    layout = restored.layout
    rows: list[Row] = []
    blank = layout.line_class == LineClass.BLANK
    place = 0
    for block in in_source_order(restored):
        first, last = block.lines[0], block.lines[-1] + 1
        if first < place:  # shares a line with the block before it
            rows[-1].last = max(rows[-1].last, last)
            rows[-1].blocks.append(block)
        else:
            _add_unread(rows, place, first, blank)
            table = block.kind is BlockKind.TABLE and rows and rows[-1].blocks
            if table and rows[-1].blocks[-1].kind is BlockKind.TABLE and rows[-1].last == first:
                rows[-1].last = last
                rows[-1].blocks.append(block)
            else:
                rows.append(Row(first, last, [block]))
        place = max(place, last)
    _add_unread(rows, place, layout.lines, blank)
    return rows


def _add_unread(rows: list[Row], first: int, last: int, blank: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
    """Put the lines between two blocks into the row before as far as they are blank, else into a row of their own."""
    place = first
    while place < last and blank[place] and rows:
        place += 1
    if rows:
        rows[-1].last = place
    if place < last:
        rows.append(Row(place, last))


class ColumnWriter:
    """Writes rows as HTML."""

    def __init__(self, restored: Restored) -> None:
        self._restored = restored
        self._document, self._layout, self._view = restored.document, restored.layout, restored.view
        self._source = restored.source.text
        self._blocks = in_source_order(restored)
        self._block_starts = [block.source.start for block in self._blocks]
        self._marks = _without_overlap(restored)
        self._mark_starts = [edit.start for edit in self._marks]
        self._live = frozenset(edit.id for edit in restored.applied)
        self._line_view = to_view_many(self._view, self._layout.line_start)
        self._gaps = wide_gaps(self._layout, self._view, self._document.blocks)
        self._kinds = {line: piece.kind for piece in self._document.furniture for line in piece.lines}
        self._pages = [(page.source, page.n) for page in self._document.pages if page.n > 1]
        self._cut_starts = [span.start for span in self._layout.cuts]
        self._in_text = self._shown_in_text()
        self.placed: set[str] = set()

    def _shown_in_text(self) -> frozenset[str]:
        """The ids of the repairs that have a mark in the reading column."""
        fates = self._view.kind
        src = self._view.src
        shown = []
        for edit in self._marks:
            k = int(np.searchsorted(src, edit.start, side="right")) - 1
            k = min(max(k, 0), len(fates) - 1)
            at_edge = edit.start == edit.end and k > 0 and int(src[k]) == edit.start
            hidden = int(fates[k]) == Fate.FURNITURE and not at_edge
            if not hidden and self._block_at(edit.start) is not None:
                shown.append(edit.id)
        return frozenset(shown)

    def _block_at(self, offset: int) -> Block | None:
        k = bisect_right(self._block_starts, offset) - 1
        return self._blocks[k] if k >= 0 and offset <= self._blocks[k].source.end else None

    def write(self) -> Iterator[str]:
        """The rows."""
        for row in find_rows(self._restored):
            kind = row.blocks[0].kind.value if row.blocks else "unread"
            lines = "".join(self._line(n) for n in range(row.first, row.last))
            yield (
                f'<div class="row {kind}"><div class="src">{lines}</div>'
                f'<div class="read">{self._reading(row)}</div></div>\n'
            )

    # --- source -------------------------------------------------------------------------------------------------

    def _line(self, n: int) -> str:
        layout = self._layout
        value = LineClass(int(layout.line_class[n]))
        start, end = int(layout.line_start[n]), int(layout.line_end[n])
        if value is LineClass.BLANK and not self._source[start:end].strip(" \t"):
            return f'<div class="ln blank" id="L{n + 1}"></div>'
        stop = end
        while stop > start and self._source[stop - 1] in " \t":
            stop -= 1
        label = ""
        name = ""
        if value in _UNREAD:
            label = _FURNITURE.get(self._kinds.get(n, ""), "") or _UNREAD[value]
            name = " quiet"
        content = self._marked(start, stop, self._source_pieces(n, start, stop), self._source, reading=False)
        note = f'<span class="label">{label}</span>' if label else ""
        return f'<div class="ln{name}" id="L{n + 1}" data-n="{n + 1}"><span>{content}</span>{note}</div>'

    def _source_pieces(self, n: int, start: int, stop: int) -> list[Piece]:
        """Repairs, furniture and dropped hyphens within a line."""
        pieces = []
        k = bisect_left(self._mark_starts, start)
        if k and self._marks[k - 1].end > start:
            k -= 1
        while k < len(self._marks) and self._marks[k].start <= stop:
            edit = self._marks[k]
            if edit.start < stop or edit.start == edit.end:
                pieces.append(Piece(max(edit.start, start), min(edit.end, stop), edit))
            k += 1
        first = bisect_left(self._cut_starts, start)
        cuts = self._layout.cuts[first : bisect_left(self._cut_starts, stop)]
        pieces += [Piece(cut.start, min(cut.end, stop), name="cut") for cut in cuts]
        if self._layout.line_join[n] == Join.DROP_HYPHEN and stop > start and self._source[stop - 1] in HYPHENS:
            pieces.append(Piece(stop - 1, stop, name="hyphen"))
        return pieces

    # --- reading text -------------------------------------------------------------------------------------------

    def _reading(self, row: Row) -> str:
        if not row.blocks:
            page = next((n for source, n in self._pages if self._in_lines(source, row.first, row.last)), None)
            return f'<div class="page">page {page}</div>' if page else ""
        if row.blocks[0].kind is BlockKind.TABLE:
            rows = "".join(self._table_row(block) for block in row.blocks if block.kind is BlockKind.TABLE)
            rest = "".join(self._block(block) for block in row.blocks if block.kind is not BlockKind.TABLE)
            return f"<table>{rows}</table>{rest}"
        return "".join(self._block(block) for block in row.blocks)

    def _in_lines(self, offset: int, first: int, last: int) -> bool:
        starts = self._layout.line_start
        return int(starts[first]) <= offset < (int(starts[last]) if last < len(starts) else len(self._source) + 1)

    def _block(self, block: Block) -> str:
        content = self._view_text(block, block.start, block.end)
        if block.kind is BlockKind.HEADING:
            return f"<h3>{content}</h3>"
        label = f'<span class="label">{text(field_label(block.field))}</span>' if block.field else ""
        return f'<p class="{block.kind.value}">{content}{label}</p>'

    def _table_row(self, block: Block) -> str:
        cells = (self._view_text(block, start, end) for start, end in row_cells(block, self._gaps))
        return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"

    def _view_text(self, block: Block, start: int, end: int) -> str:
        pieces = []
        k = bisect_left(self._mark_starts, block.source.start)
        while k < len(self._marks) and self._marks[k].start <= block.source.end:
            edit = self._marks[k]
            span = self._view.view_span(edit.start, edit.end)
            if edit.id in self._in_text and start <= span.start and span.end <= end and edit.end <= block.source.end:
                pieces.append(Piece(span.start, span.end, edit))
            k += 1
        for span_, name in ((block.number, "number"), (block.mark, "portion")):
            if span_ and start <= span_.start and span_.end <= end:
                pieces.append(Piece(span_.start, span_.end, name=name))
        return self._marked(start, end, pieces, self._view.text, reading=True, ticks=self._ticks(block, start, end))

    def _ticks(self, block: Block, start: int, end: int) -> list[tuple[int, str]]:
        """Where source lines and pages begin within a block, as view offsets and markup."""
        found = []
        pages = [(source, n) for source, n in self._pages if block.source.start < source < block.source.end]
        for line in block.lines[1:]:
            place = int(self._line_view[line])
            if not start < place < end:
                continue
            begin = int(self._layout.line_start[line])
            turned = [n for source, n in pages if source <= begin]
            if turned:
                pages = [(source, n) for source, n in pages if source > begin]
                found.append((place, f'<span class="turn">page {turned[-1]}</span>'))
            found.append((place, f'<a class="lb" href="#L{line + 1}" tabindex="-1" aria-hidden="true"></a>'))
        return found

    # --- both ---------------------------------------------------------------------------------------------------

    def _marked(
        self,
        start: int,
        end: int,
        pieces: Sequence[Piece],
        whole: str,
        *,
        reading: bool,
        ticks: Sequence[tuple[int, str]] = (),
    ) -> str:
        """`whole[start:end]` with its pieces marked. Repairs are links; other pieces may stand in or around them."""
        edits = sorted((p for p in pieces if p.edit), key=lambda piece: (piece.start, piece.end))
        names = [p for p in pieces if not p.edit]
        cuts = {start, end, *(place for place, _ in ticks)}
        cuts.update(place for piece in pieces for place in (piece.start, piece.end))
        places = sorted(place for place in cuts if start <= place <= end)
        out: list[str] = []
        tick = 0
        waiting = list(edits)
        is_open: Piece | None = None
        for k, place in enumerate(places):
            if is_open and is_open.end <= place:
                out.append("</a>")
                is_open = None
            while tick < len(ticks) and ticks[tick][0] <= place:
                out.append(ticks[tick][1] if not is_open else "")
                tick += 1
            while waiting and waiting[0].start <= place and not is_open:
                piece = waiting.pop(0)
                out.append(self._open(piece, reading=reading))
                if piece.end <= piece.start:
                    out.append('<span class="caret">\u2038</span></a>')
                else:
                    is_open = piece
            if k + 1 == len(places):
                break
            content = text(whole[place : places[k + 1]])
            classes = " ".join(p.name for p in names if p.start <= place and p.end >= places[k + 1])
            out.append(f'<span class="{classes}">{content}</span>' if classes else content)
        if is_open:
            out.append("</a>")
        return "".join(out)

    def _open(self, piece: Piece, *, reading: bool) -> str:
        edit = piece.edit
        if edit is None:
            return ""
        key = edit.id
        side = "t" if reading else "s"
        status = "applied" if key in self._live else "proposed"
        tab = "" if reading or key not in self._in_text else ' tabindex="-1"'
        first = f"{side}-{key}" not in self.placed
        name = f' id="{side}-{key}"' if first else ""
        self.placed.add(f"{side}-{key}")
        return f'<a class="fix {status}"{name} href="#r-{key}" data-e="{key}" aria-describedby="d-{key}"{tab}>'


def _without_overlap(restored: Restored) -> list[Edit]:
    """The repairs that can be marked in the source: all applied ones, and the proposals that do not touch another."""
    found: list[Edit] = list(restored.applied)
    taken = [(edit.start, edit.end) for edit in found]
    ends = [end for _, end in taken]
    last = -1
    for edit in restored.proposed:
        k = bisect_right(ends, edit.start)
        free = k == len(taken) or taken[k][0] >= edit.end
        if free and edit.start >= last and (edit.start, edit.end) not in taken[max(0, k - 1) : k + 1]:
            found.append(edit)
            last = max(edit.end, edit.start + 1)
    return sorted(found, key=lambda edit: (edit.start, edit.end))


def to_view_many(view: View, offsets: IntArray) -> IntArray:
    """`View.to_view` for many source offsets at once."""
    if not len(offsets):
        return np.zeros(0, np.int64)
    k = np.clip(np.searchsorted(view.src, offsets, side="right") - 1, 0, len(view.kind) - 1)
    inside = np.where(view.kind[k] == Fate.KEPT, offsets - view.src[k], 0)
    at_end = (view.kind[k] != Fate.KEPT) & (offsets >= view.src[k + 1])
    moved: IntArray = np.where(at_end, view.out[k + 1], view.out[k] + inside)
    return moved
