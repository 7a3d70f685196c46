"""What the corrections do to the words of a page: which elements read what now, and where it stands.

A merged word has the box around its parts. A word that was split is divided by its characters, as if all were of one
width. Elements whose text is deleted stay with no text. The line breaks of the page stay as they are printed: where a
word is divided at a line end and its hyphen is the printer's, the hyphen is marked, not removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isnan

import numpy as np

from cablefix.layout import HYPHENS, UNREAD, Join
from cablefix.ledger import Edit
from cablefix.readers.document import Box, Pieces, ReadDocument, around
from cablefix.readers.read import read_again
from cablefix.restored import Restored
from cablefix.text import Replacement, SourceError, View


@dataclass(frozen=True, slots=True)
class Change:
    """The pieces `first:last` of the file read `words` now, at `boxes`; `before` is what they read."""

    first: int
    last: int
    words: tuple[str, ...]
    boxes: tuple[Box | None, ...]
    before: str


@dataclass(frozen=True, slots=True)
class Hyphen:
    """Piece `left` ends a line in a hyphen that is no part of the word `whole`, which goes on in piece `right`."""

    left: int
    right: int
    whole: str


@dataclass(frozen=True, slots=True)
class Corrections:
    """The document as it was read, with all its elements, and what changes in it."""

    document: ReadDocument
    pieces: Pieces = field(repr=False)
    changes: tuple[Change, ...]
    hyphens: tuple[Hyphen, ...]

    @property
    def nothing(self) -> bool:
        """Whether the file stays as it is."""
        return not self.changes and not self.hyphens

    def of_pieces(self, first: int, last: int) -> Corrections:
        """The corrections of one file of several: those of a range of pieces."""
        changes = tuple(c for c in self.changes if first <= c.first < last)
        hyphens = tuple(h for h in self.hyphens if first <= h.left < last)
        return Corrections(self.document, self.pieces, changes, hyphens)


def find_corrections(restored: Restored) -> Corrections:
    """What the live edits and the hyphens at line ends change in the file that was read.

    Raises `SourceError` when the source was not read from a format with places on the page.
    """
    source = restored.source
    if source.container is None:
        raise SourceError(
            f"{source.origin}: plain text has no places on the page, which hOCR, ALTO and PAGE need; "
            "restore the OCR engine's hOCR, ALTO, PAGE or TSV instead"
        )
    document = read_again(source)
    pieces = document.pieces
    if pieces is None or (len(pieces) and np.isnan(pieces.box).all() and not pieces.elements):
        raise SourceError(f"{source.origin}: its words have no boxes, which hOCR, ALTO and PAGE need")
    changes = tuple(_changes(source.text, pieces, restored.applied))
    return Corrections(document, pieces, changes, tuple(_hyphens(restored, pieces, changes)))


def _changes(text: str, pieces: Pieces, edits: Sequence[Edit]) -> Iterator[Change]:
    for first, last, inside in _clusters(pieces, edits):
        start = min(int(pieces.start[first]), inside[0].start)
        end = max(int(pieces.end[last - 1]), max(edit.end for edit in inside))
        replacements = [_trimmed(edit, start) for edit in inside]
        view = View.build(text[start:end], replacements)
        yield from _changes_of(text, pieces, first, last, start, view)


def _trimmed(edit: Edit, origin: int) -> Replacement:
    """An edit without what it has in common before and after, so that words it leaves alone keep their elements."""
    before, after = edit.before, edit.after
    shortest = min(len(before), len(after))
    head = 0
    while head < shortest and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < shortest - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return Replacement(edit.start + head - origin, edit.end - tail - origin, after[head : len(after) - tail])


def _clusters(pieces: Pieces, edits: Sequence[Edit]) -> Iterator[tuple[int, int, list[Edit]]]:
    """Ranges of pieces that edits touch or stand beside, with these edits; ranges that overlap are one."""
    now: tuple[int, int, list[Edit]] | None = None
    for edit in edits:
        first = int(np.searchsorted(pieces.end, edit.start, side="left"))
        last = int(np.searchsorted(pieces.start, edit.end, side="right"))
        if last <= first:
            # In a gap between pieces that it does not touch; it belongs to the one before.
            first = max(0, min(first, len(pieces)) - 1)
            last = first + 1
        if now is not None and first < now[1]:
            now = (now[0], max(now[1], last), [*now[2], edit])
            continue
        if now is not None:
            yield now
        now = (first, last, [edit])
    if now is not None:
        yield now


def _changes_of(text: str, pieces: Pieces, first: int, last: int, start: int, view: View) -> Iterator[Change]:
    """The changes of a cluster: its new words go to the pieces that they were made from."""
    groups: list[tuple[int, int, list[str]]] = []
    at = first
    for word_start, word_end, word in _words(view.text):
        source = view.source_span(word_start, word_end)
        a, b = _pieces_of(pieces, first, last, start + source.start, start + source.end)
        if pieces.whole[a]:
            b = a + 1
        if groups and a < groups[-1][1]:
            before = groups.pop()
            groups.append((before[0], max(before[1], b), [*before[2], word]))
        else:
            groups.append((max(a, at), max(b, a + 1, at + 1), [word]))
        at = groups[-1][1]
    at = first
    for a, b, words in [*groups, (last, last, [])]:
        for gone in range(at, a):
            yield _change(text, pieces, gone, gone + 1, [""])
        if a < b and [_piece_text(text, pieces, k) for k in range(a, b)] != words:
            joined = [" ".join(words)] if pieces.whole[a] else words
            if joined != [text[int(pieces.start[a]) : int(pieces.end[b - 1])]]:
                yield _change(text, pieces, a, b, joined)
        at = b


def _words(text: str) -> Iterator[tuple[int, int, str]]:
    place = 0
    for word in text.split():
        start = text.index(word, place)
        place = start + len(word)
        yield start, place, word


def _pieces_of(pieces: Pieces, first: int, last: int, start: int, end: int) -> tuple[int, int]:
    """The pieces of a cluster from which a source span was made; for text that was put in, the one beside it."""
    a = int(np.searchsorted(pieces.end, start, side="right"))
    b = int(np.searchsorted(pieces.start, end, side="left"))
    a = min(max(a, first), last - 1)
    return a, min(max(b, a + 1), last)


def _piece_text(text: str, pieces: Pieces, piece: int) -> str:
    return text[int(pieces.start[piece]) : int(pieces.end[piece])]


def _change(text: str, pieces: Pieces, first: int, last: int, words: Sequence[str]) -> Change:
    before = " ".join(text[int(pieces.start[first]) : int(pieces.end[last - 1])].split())
    return Change(first, last, tuple(words), tuple(_place(pieces, first, last, words)), before)


def _place(pieces: Pieces, first: int, last: int, words: Sequence[str]) -> list[Box | None]:
    """Boxes for words made of pieces: their own where there are as many, else the box around them divided."""
    boxes = [box_of(pieces, k) for k in range(first, last)]
    if len(words) == len(boxes):
        return boxes
    line = pieces.line[first]
    whole = around(box for k, box in enumerate(boxes) if pieces.line[first + k] == line)
    return list(divide_box(whole, words)) if whole else [None] * len(words)


def box_of(pieces: Pieces, piece: int) -> Box | None:
    """The box of a piece; None where it has none."""
    left, top, right, bottom = pieces.box[piece].tolist()
    return None if isnan(left) else (left, top, right, bottom)


def divide_box(box: Box, words: Sequence[str]) -> list[Box]:
    """A box divided between words by their characters, with the width of one character between them.

    >>> divide_box((0.0, 0.0, 90.0, 20.0), ["two", "tugs!"])
    [(0.0, 0.0, 30.0, 20.0), (40.0, 0.0, 90.0, 20.0)]
    """
    left, top, right, bottom = box
    total = sum(len(word) for word in words) + len(words) - 1
    pitch = (right - left) / max(total, 1)
    out = []
    place = left
    for word in words:
        end = min(right, place + len(word) * pitch)
        out.append((round(place, 2), top, round(end, 2), bottom))
        place = end + pitch
    return out


def _hyphens(restored: Restored, pieces: Pieces, changes: Sequence[Change]) -> Iterator[Hyphen]:
    """The hyphens at line ends that are no part of their words."""
    layout = restored.layout
    even = [c for c in changes if len(c.words) == c.last - c.first]
    now = {k: word for c in even for k, word in zip(range(c.first, c.last), c.words, strict=True)}
    gone = {k for c in changes if len(c.words) != c.last - c.first for k in range(c.first, c.last)}
    read = np.flatnonzero(~np.isin(layout.line_class, UNREAD))
    for place in np.flatnonzero(layout.line_join[read[:-1]] == Join.DROP_HYPHEN).tolist():
        end = int(layout.word_end[layout.line_last[read[place]] - 1])
        start = int(layout.word_start[layout.line_first[read[place + 1]]])
        left = int(np.searchsorted(pieces.end, end, side="left"))
        right = int(np.searchsorted(pieces.start, start, side="right")) - 1
        if left >= len(pieces) or left in gone or right in gone or pieces.whole[left]:
            continue
        first = left
        while first and pieces.end[first - 1] == pieces.start[first]:
            first -= 1
        parts = [now.get(k, _piece_text(restored.source.text, pieces, k)) for k in range(first, left + 1)]
        head = "".join(parts)
        tail = now.get(right, _piece_text(restored.source.text, pieces, right)).split(" ", 1)[0]
        if head.endswith(tuple(HYPHENS)):
            yield Hyphen(left, right, head[:-1] + tail.rstrip(".,;:!?\"')]”’"))
