"""The reading text as a view: source + layout + live edits, with a fate for every source code point."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from cablefix.layout import UNREAD, Join, Layout, LineClass, are_of, find_ignorable
from cablefix.ledger import Edit
from cablefix.text import Fate, IntArray, KindArray, Source, View, code_points

_NOTHING, _BLANK, _NEWLINE = 0, 1, 2
_SEPARATORS = ("", " ", "\n")
_JOIN_SEPARATOR = np.array([_NEWLINE, _BLANK, _NOTHING, _NOTHING], np.int8)


def reading_view(source: Source, layout: Layout, live: Sequence[Edit]) -> View:
    """The reading text: live edits applied, gaps closed up, lines joined, furniture and rules left out.

    A logical line ends in a line feed, but for the last one. `live` is what `Ledger.live` returns: sorted edits
    without overlap. Edits inside page furniture do not show.

    >>> source = Source.from_text("TAGS:  PREL \\n\\nBT")
    >>> reading_view(source, Layout.from_text(source.text), ()).text
    'TAGS: PREL\\nBT'
    """
    spaces = _spaces(layout)
    spaces.cut_ignorable(layout)
    edits = spaces.make_room(live, source.text)
    columns = _merge(spaces, edits)
    return View.from_columns(source.text, *columns) if columns[0] else View.build(source.text)


@dataclass
class _Spaces:
    """Source spans that layout replaces, sorted: where, by which separator, and whether words go with them."""

    start: list[int]
    end: list[int]
    separator: list[int]
    hides: list[int]  # 0: white space only; else the Fate of the words that are left out

    def cut_ignorable(self, layout: Layout) -> None:
        """Add the control and zero-width characters that stand inside words."""
        spans = find_ignorable(layout.text)
        if not spans:
            return
        rows = list(zip(self.start, self.end, self.separator, self.hides, strict=True))
        starts, ends = list(self.start), list(self.end)
        for start, end in spans:
            k = bisect_left(starts, start + 1) - 1
            if k < 0 or ends[k] <= start:
                rows.append((start, end, _NOTHING, 0))
        rows.sort()
        self.start, self.end, self.separator, self.hides = (list(column) for column in zip(*rows, strict=True))

    def make_room(self, live: Sequence[Edit], text: str) -> list[Edit]:
        """Cut away what the edits cover; returns the edits that show: those outside what is left out."""
        shown = []
        for edit in live:
            first = k = bisect_left(self.end, edit.start + (edit.end > edit.start))
            while k < len(self.start) and self.start[k] < edit.end:
                k += 1
            if any(self.hides[j] and self.start[j] <= edit.start and edit.end <= self.end[j] for j in range(first, k)):
                continue
            self._trim(first, k, edit)
            shown.append(edit)
            if not edit.after and edit.before.strip():
                self._close_up(edit, text, shown[-2].end if len(shown) > 1 else 0)
        return shown

    def _trim(self, first: int, last: int, edit: Edit) -> None:
        """Trim the spans first..last-1 to what lies outside the edit; covered ones stay with no width."""
        for k in range(first, last):
            if self.start[k] >= edit.start and self.end[k] <= edit.end:
                self.start[k] = self.end[k] = edit.end
                self.separator[k] = _NOTHING
            elif self.start[k] < edit.start:
                if self.end[k] > edit.end:  # an edit inside a gap: a separator on both sides
                    self._insert(k + 1, edit.end, self.end[k], self.separator[k], self.hides[k])
                self.end[k] = min(self.end[k], edit.start)
            else:
                self.start[k] = edit.end

    def _close_up(self, edit: Edit, text: str, done: int) -> None:
        """Where an edit deletes whole words, one separator stays of the two beside it, the stronger."""
        after = bisect_left(self.start, edit.end)
        while after < len(self.start) and self.end[after] == edit.end:
            after += 1
        if text[edit.end : edit.end + 1] == " " and (after == len(self.start) or self.start[after] != edit.end):
            self._insert(after, edit.end, edit.end + 1)
        before = bisect_left(self.start, edit.start) - 1
        free = edit.start > done and text[edit.start - 1] == " "
        if free and (before < 0 or self.end[before] != edit.start):
            before += 1
            after += 1
            self._insert(before, edit.start - 1, edit.start)
        if before < 0 or after >= len(self.start):
            return
        if self.end[before] != edit.start or self.start[after] != edit.end:
            return
        at_edge = before == 0 or after == len(self.start) - 1
        self.separator[after] = _NOTHING if at_edge else max(self.separator[before], self.separator[after])
        self.separator[before] = _NOTHING

    def _insert(self, place: int, start: int, end: int, separator: int = _BLANK, hides: int = 0) -> None:
        """Add a span; a single blank, which reads as it stands, is not in the list from the start."""
        self.start.insert(place, start)
        self.end.insert(place, end)
        self.separator.insert(place, separator)
        self.hides.insert(place, hides)


def _spaces(layout: Layout) -> _Spaces:
    """What layout replaces: each gap between two words that are read, with the words left out between them."""
    total = len(layout.text)
    kept = read_words(layout)
    before = np.concatenate(([-1], kept))
    after = np.concatenate((kept, [layout.words]))
    start = np.concatenate(([0], layout.word_end[kept]))
    end = np.concatenate((layout.word_start[kept], [total]))
    separator = np.zeros(len(start), np.int8)
    if len(kept) > 1:
        line = layout.word_line[kept]
        turns = line[:-1] != line[1:]
        join = layout.line_join[line[:-1]]
        separator[1:-1] = np.where(turns, _JOIN_SEPARATOR[join], _BLANK)
        start[1:-1] -= turns & (join == Join.DROP_HYPHEN)
    hides = _fate_of_left_out(layout, before, after)
    code = code_points(layout.text)
    same = (end - start == 1) & (separator == _BLANK) & (hides == 0)
    same[same] = code[start[same]] == ord(" ")
    edge = np.zeros(len(start), bool)
    edge[0] = edge[-1] = True
    chosen = np.flatnonzero(edge | (~same & ((end > start) | (separator != _NOTHING))))
    columns = (column[chosen].tolist() for column in (start, end, separator, hides))
    return _Spaces(*columns)


def read_words(layout: Layout) -> IntArray:
    """The words that are read: in lines that are, and outside furniture cut from within lines."""
    unread = are_of(layout.line_class, UNREAD)[layout.word_line] if layout.words else np.zeros(0, bool)
    if layout.cuts and layout.words:
        cuts = np.array(layout.cuts, np.int64)
        first = np.searchsorted(layout.word_end, cuts[:, 0], side="right")
        last = np.searchsorted(layout.word_start, cuts[:, 1], side="left")
        depth = np.zeros(layout.words + 1, np.int64)
        np.add.at(depth, first, 1)
        np.add.at(depth, np.maximum(first, last), -1)
        unread |= np.cumsum(depth)[:-1] > 0
    return np.flatnonzero(~unread)


def _fate_of_left_out(layout: Layout, before: IntArray, after: IntArray) -> KindArray:
    """For each gap between two read words: the fate of the words left out there, 0 where there are none."""
    hides = np.zeros(len(before), np.uint8)
    for k in (after - before > 1).nonzero()[0].tolist():
        lines = layout.word_line[before[k] + 1 : after[k]]
        classes = layout.line_class[lines]
        furniture = (classes == int(LineClass.FURNITURE)).any() or not are_of(classes, UNREAD).all()
        hides[k] = Fate.FURNITURE if furniture else Fate.LAYOUT
    return hides


def _merge(spaces: _Spaces, edits: Sequence[Edit]) -> tuple[list[int], list[int], list[str], list[int]]:
    """Spaces and edits as the columns of one sorted list of replacements."""
    wide = [e > s or bool(x) for s, e, x in zip(spaces.start, spaces.end, spaces.separator, strict=True)]
    starts = list(compress(spaces.start, wide))
    ends = list(compress(spaces.end, wide))
    afters = [_SEPARATORS[x] for x in compress(spaces.separator, wide)]
    layout = int(Fate.LAYOUT)
    fates = [x or layout for x in compress(spaces.hides, wide)]
    if not edits:
        return starts, ends, afters, fates
    starts += [edit.start for edit in edits]
    ends += [edit.end for edit in edits]
    afters += [edit.after for edit in edits]
    fates += [int(Fate.EDITED)] * len(edits)
    # At one place an insertion comes before the span that begins there.
    places = list(zip(starts, ends, strict=True))
    order = sorted(range(len(places)), key=places.__getitem__)
    return (
        [starts[k] for k in order],
        [ends[k] for k in order],
        [afters[k] for k in order],
        [fates[k] for k in order],
    )
