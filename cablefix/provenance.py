"""From the reading text to the pixel, and back: on which page, in which line and box each character stands.

Boxes come from the OCR file (`Layout.word_box`); for plain text there are pages, lines and offsets, and no boxes. All
offsets of the reading text are those of `Restored.view`, as blocks have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

import numpy as np

from cablefix.layout import Layout
from cablefix.restored import Restored
from cablefix.text import Fate, Span

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece of the reading text stands.

    `text` is its span in the reading text, `source` the source span that it was made from. `page`, `line` and `word`
    count from 0 in the layout; `word` is -1 where no word of the source stands behind it. `box` is left, top, right,
    bottom in the unit of the file (pixels for most), `confidence` the engine's, 0..1; both None where unknown.
    `fate` says whether the source is kept or edited here.
    """

    text: Span
    source: Span
    page: int
    line: int
    word: int
    box: Box | None
    confidence: float | None
    fate: Fate
    image: str = ""


def place_of(restored: Restored, offset: int) -> Place:
    """The place of one character of the reading text. IndexError for an offset outside it.

    The box of an unedited character is its share of the word's box, as if all characters of the word were equally
    wide; that of an edited one is the box of what the edit replaces.
    """
    view = restored.view
    if not 0 <= offset < len(view.text):
        raise IndexError(f"the reading text has {len(view.text)} characters; there is none at {offset}")
    source = view.source_span(offset, offset + 1)
    return _place(restored, Span(offset, offset + 1), source)


def places_of(restored: Restored, start: int, end: int) -> list[Place]:
    """The places of a span of the reading text, one for each word of the source behind it, in source order."""
    view, layout = restored.view, restored.layout
    source = view.source_span(start, end)
    first = int(np.searchsorted(layout.word_end, source.start, side="right"))
    last = int(np.searchsorted(layout.word_start, source.end, side="left"))
    out = []
    for word in range(first, last):
        own = Span(
            max(source.start, int(layout.word_start[word])),
            min(source.end, int(layout.word_end[word])),
        )
        shown = view.view_span(*own)
        shown = Span(max(start, shown.start), min(end, shown.end))
        if shown.start < shown.end:
            out.append(_place(restored, shown, own))
    return out


def text_at(restored: Restored, page: int, x: float, y: float) -> Span | None:
    """The span of the reading text that stands at a point of a page, the whole word; None where there is none.

    Page furniture and other text that is left out of the reading text gives None.
    """
    return next(iter(text_in(restored, page, (x, y, x, y))), None)


def text_in(restored: Restored, page: int, box: Box) -> list[Span]:
    """The spans of the reading text whose words touch a box on a page, joined where they adjoin, in reading order."""
    layout = restored.layout
    if not len(layout.word_box):
        return []
    left, top, right, bottom = box
    boxes = layout.word_box
    with np.errstate(invalid="ignore"):
        inside = (boxes[:, 0] <= right) & (boxes[:, 2] >= left) & (boxes[:, 1] <= bottom) & (boxes[:, 3] >= top)
    inside &= layout.line_page[layout.word_line] == page
    spans = [
        restored.view.view_span(int(layout.word_start[k]), int(layout.word_end[k]))
        for k in np.flatnonzero(inside).tolist()
        if not _is_left_out(restored, k)
    ]
    return list(_joined(sorted(span for span in spans if span.start < span.end), restored.view.text))


def _is_left_out(restored: Restored, word: int) -> bool:
    """Whether a word of the source is not in the reading text."""
    view = restored.view
    start = int(restored.layout.word_start[word])
    k = int(np.searchsorted(view.src, start, side="right")) - 1
    return bool(view.kind[min(k, len(view.kind) - 1)] in (Fate.FURNITURE, Fate.LAYOUT))


def _joined(spans: list[Span], text: str) -> Iterator[Span]:
    now: Span | None = None
    for span in spans:
        if now is None:
            now = span
        elif span.start <= now.end or not text[now.end : span.start].strip():
            now = Span(now.start, max(now.end, span.end))
        else:
            yield now
            now = span
    if now is not None:
        yield now


def _place(restored: Restored, text: Span, source: Span) -> Place:
    layout, view = restored.layout, restored.view
    line = layout.line_at(source.start)
    segment = int(np.searchsorted(view.out, text.start, side="right")) - 1
    fate = Fate(int(view.kind[min(max(segment, 0), len(view.kind) - 1)]))
    word = _word_at(layout, source)
    page = int(layout.line_page[line]) if layout.lines else 0
    image = layout.page_image[page] if page < len(layout.page_image) else ""
    return Place(
        text, source, page, line, word, _box(layout, source, word), _confidence(layout, source, word), fate, image
    )


def _word_at(layout: Layout, source: Span) -> int:
    """The first word that a source span touches, -1 for none."""
    k = int(np.searchsorted(layout.word_end, source.start, side="right"))
    touches = k < layout.words and layout.word_start[k] < max(source.end, source.start + 1)
    return k if touches else -1


def _box(layout: Layout, source: Span, word: int) -> Box | None:
    """The box of a source span: parts of words by their characters, several words together."""
    if word < 0 or not len(layout.word_box):
        return None
    last = max(word, int(np.searchsorted(layout.word_start, source.end, side="left")) - 1)
    boxes = [_part(layout, k, source) for k in range(word, last + 1)]
    known = [box for box in boxes if box is not None]
    if not known:
        return None
    return (
        min(box[0] for box in known),
        min(box[1] for box in known),
        max(box[2] for box in known),
        max(box[3] for box in known),
    )


def _part(layout: Layout, word: int, source: Span) -> Box | None:
    left, top, right, bottom = layout.word_box[word].tolist()
    if isnan(left):
        return None
    start, end = int(layout.word_start[word]), int(layout.word_end[word])
    width = (right - left) / (end - start)
    first = left + width * max(source.start - start, 0)
    return (first, top, min(right, left + width * (min(source.end, end) - start)), bottom)


def _confidence(layout: Layout, source: Span, word: int) -> float | None:
    """The lowest confidence of the characters where the engine gives them, else of the word."""
    characters = layout.extra.get("character_confidence")
    if characters is not None and source.end > source.start:
        own = characters[source.start : source.end]
        if not np.isnan(own).all():
            return float(np.nanmin(own))
    if word < 0 or not len(layout.word_confidence):
        return None
    last = max(word + 1, int(np.searchsorted(layout.word_start, source.end, side="left")))
    own = layout.word_confidence[word:last]
    return None if np.isnan(own).all() else float(np.nanmin(own))
