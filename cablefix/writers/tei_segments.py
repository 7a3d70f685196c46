"""What running text in TEI is made of: segments of the reading view that need markup, and tags around spans of it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cablefix.document import Document
from cablefix.layout import IGNORABLE, Layout
from cablefix.text import Fate, Span

# Characters that take no room on paper, for `str.translate`; see `cablefix.layout.IGNORABLE`.
IGNORED = {code: None for code in range(0x20) if chr(code) not in "\t\n\v\f\r\x1c\x1d\x1e\x1f"}
IGNORED.update({ord(char): None for char in IGNORABLE if ord(char) > 0x7E})
IGNORED[0x7F] = None
# From the first to the last character that takes room on paper.
PRINTED = re.compile(rf"[^\s{IGNORABLE}](?:.*[^\s{IGNORABLE}])?", re.DOTALL)


class Tag(NamedTuple):
    """An element around a span of the view. A solid one holds text only: no repair, line beginning or other tag.

    `query` is the id of the proposal that the span shows, empty for all other markup.
    """

    start: int
    end: int
    open: str
    close: str
    solid: bool = False
    query: str = ""


class Segment(NamedTuple):
    """A segment of the view that needs markup: source span, view span, fate, lines at its two ends."""

    src_start: int
    src_end: int
    out_start: int
    out_end: int
    fate: int
    line: int
    next_line: int


class Wide(NamedTuple):
    """A segment and the view span that its markup takes in: more than its own where a repair stands in a word."""

    segment: Segment
    start: int
    end: int


def squeeze(text: str) -> str:
    """Text with single spaces and without characters that take no room; a space at either end stays."""
    words = text.translate(IGNORED).split()
    if not words:
        return ""
    lead = " " if text[0].isspace() else ""
    return lead + " ".join(words) + (" " if text[-1].isspace() else "")


def segments_of(document: Document, layout: Layout) -> list[Segment]:
    """The segments of the view that need markup, in order."""
    view = document.view
    if not len(layout.line_start):
        return []
    start_line = layout.line_start.searchsorted(view.src[:-1], side="right") - 1
    end_line = layout.line_start.searchsorted(view.src[1:], side="right") - 1
    # The numbers of fates are compared faster than the fates: numpy looks into what is not a plain number.
    kind, kept = view.kind, int(Fate.KEPT)
    chosen = (kind == int(Fate.EDITED)) | (kind == int(Fate.FURNITURE))
    chosen |= (kind == int(Fate.LAYOUT)) & (start_line != end_line)
    if len(kind):
        chosen[0] |= kind[0] != kept
        chosen[-1] |= kind[-1] != kept
    rows = chosen.nonzero()[0]
    columns = (view.src[rows], view.src[rows + 1], view.out[rows], view.out[rows + 1])
    parts = [column.tolist() for column in (*columns, kind[rows], start_line[rows], end_line[rows])]
    return [Segment(*row) for row in zip(*parts, strict=True)]


def fit_tags(tags: Sequence[Tag], segments: Sequence[Segment]) -> tuple[list[Tag], list[Tag], list[tuple[int, str]]]:
    """Tags that nest with one another and with the repairs: those around repairs, those within one, those that do not.

    Of the last kind a query leaves an `anchor` behind; other markup is dropped, for the text matters more.
    """
    if not tags:
        return [], [], []
    edits = [s for s in segments if s.fate == Fate.EDITED and s.out_end > s.out_start]
    starts = [s.out_start for s in edits]
    every = [s.out_start for s in segments]
    outer: list[Tag] = []
    inner: list[Tag] = []
    lost: list[tuple[int, str]] = []
    stack: list[Tag] = []
    for tag in sorted(tags, key=lambda tag: (tag.start, -tag.end)):
        while stack and stack[-1].end <= tag.start:
            stack.pop()
        at_start, at_end = _within(edits, starts, tag.start), _within(edits, starts, tag.end)
        host = edits[bisect_right(starts, tag.start) - 1] if edits and starts[0] <= tag.start else None
        clash = bool(stack) and (tag.end > stack[-1].end or stack[-1].solid)
        if tag.solid and bisect_left(every, tag.start) < bisect_left(every, tag.end):
            clash = True
        if (
            host
            and host.out_start <= tag.start
            and tag.end <= host.out_end
            and (tag.start > host.out_start or tag.end < host.out_end or tag.solid)
        ):
            inner.append(tag)
        elif tag.end <= tag.start or at_start or at_end or clash:
            if tag.query:
                place = at_start.out_start if at_start else tag.start
                if stack and stack[-1].solid:
                    place = min(place, stack[-1].start)
                lost.append((place, f'<anchor xml:id="q-{tag.query}"/>'))
        else:
            outer.append(tag)
            stack.append(tag)
    return outer, inner, lost


def _within(edits: Sequence[Segment], starts: Sequence[int], place: int) -> Segment | None:
    """The repair strictly inside of which a view offset lies."""
    k = bisect_right(starts, place) - 1
    if k >= 0 and edits[k].out_start < place < edits[k].out_end:
        return edits[k]
    return None


def widen(
    text: str,
    span: Span,
    segments: Sequence[Segment],
    tags: Sequence[Tag],
    lost: Sequence[tuple[int, str]],
) -> Iterator[Wide]:
    """The segments of a block, which is the `span` of the view's `text`.

    A repair within a word is widened to the word, up to the next tag or segment, so that a reader sees whole words.
    """
    if not any(segment.fate == Fate.EDITED for segment in segments):
        yield from (Wide(s, s.out_start, s.out_end) for s in segments)
        return
    fences = sorted([*span, *(tag.start for tag in tags), *(tag.end for tag in tags), *(place for place, _ in lost)])
    reached = span.start
    for k, segment in enumerate(segments):
        a, b = segment.out_start, segment.out_end
        if segment.fate == Fate.EDITED and span.start <= a and b <= span.end:
            lower = max(reached, fences[bisect_right(fences, a) - 1])
            upper = fences[bisect_left(fences, b)]
            if k + 1 < len(segments):
                upper = max(b, min(upper, segments[k + 1].out_start))
            while a > lower and not text[a - 1].isspace():
                a -= 1
            while b < upper and not text[b].isspace():
                b += 1
        reached = max(reached, b)
        yield Wide(segment, a, b)
