"""Puts pages together: the text in its one form, and the layout columns beside it."""

from __future__ import annotations

import gc
import itertools
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from cablefix.layout import FloatArray, Layout
from cablefix.readers.document import NO_CONFIDENCE, Box, Page, PageLine, Pieces, ReadDocument, Word, around
from cablefix.readers.order import arrange
from cablefix.text import Container, IntArray, Source, SourceError

_T = TypeVar("_T")

_NAN = NO_CONFIDENCE
_NO_BOX: Box = (_NAN, _NAN, _NAN, _NAN)
_EMPTY = PageLine([])


@dataclass(slots=True)
class FormatFacts:
    """What a reader says of the file as a whole."""

    name: str
    version: str = ""
    engine: str = ""
    unit: str = "pixel"
    warnings: list[str] = field(default_factory=list)


class Builder:
    """Takes pages one after the other and keeps only columns of them, so that a book needs little memory."""

    def __init__(self, *, keep_elements: bool = False) -> None:
        self._keep = keep_elements
        self._pages = 0
        self._text: list[str] = []
        # Columns of words.
        self._length = array("q")
        self._box, self._confidence = array("f"), array("f")
        self._glued, self._styles = bytearray(), bytearray()
        self._ids: list[str] = []
        self._alternatives: list[tuple[int, tuple[tuple[str, float], ...]]] = []
        self._characters: list[tuple[int, tuple[float, ...]]] = []
        self._elements: list[Any] = []
        # Columns of lines.
        self._count = array("q")
        self._line_box, self._baseline = array("f"), array("f")
        self._role, self._column, self._whole = bytearray(), bytearray(), bytearray()
        self._line_ids: list[str] = []
        self._divided: list[str] = []
        self._line_elements: list[Any] = []
        # Columns of pages.
        self._page_size, self._resolution = array("f"), array("f")
        self._images: list[str] = []
        self._page_ids: list[str] = []
        self._members: list[str] = []
        self._page_elements: list[Any] = []

    def add_page(self, page: Page) -> None:
        """Add a page, its lines put in order. Words without text are left out, as are lines without words.

        Each line ends with a line feed; a page ends with an empty line and a form feed.
        """
        page = arrange(page)
        lines = list(_spaced_lines(page.lines)) or [_EMPTY]
        if self._pages:
            lines.insert(0, _EMPTY)  # the end of the page before
        words = [[word for word in line.words if word.text] for line in lines]
        self._add_words(words, ["\f" if self._pages else "\n", *itertools.repeat("\n", len(lines) - 1)])
        self._add_lines(lines)
        self._pages += 1
        self._page_size.extend((page.width, page.height))
        self._resolution.append(page.resolution)
        self._images.append(page.image)
        self._page_ids.append(page.id)
        self._members.append(page.member)
        if self._keep:
            self._page_elements.append(page.element)

    def _add_lines(self, lines: list[PageLine]) -> None:
        """Add what is known of the lines of a page besides their words."""
        boxes = [line.box or around(word.box for word in line.words) or _NO_BOX for line in lines]
        self._line_box.fromlist(_flat(boxes))
        self._baseline.fromlist(_flat([line.baseline or (_NAN, _NAN) for line in lines]))
        self._role.extend([line.role for line in lines])
        self._column.extend([line.column for line in lines])
        self._whole.extend([line.whole for line in lines])
        self._line_ids.extend([line.id for line in lines])
        self._divided.extend([line.divided for line in lines])
        if self._keep:
            self._line_elements.extend([line.element for line in lines])

    def _add_words(self, lines: list[list[Word]], ends: list[str]) -> None:
        """Add the words of the lines of a page, column by column: every word of a book comes by here."""
        columns = list(zip(*itertools.chain.from_iterable(lines), strict=True)) or [()] * len(Word._fields)
        texts, boxes, confidences, ids, glued, styles, alternatives, characters, elements = columns
        counts = [len(words) for words in lines]
        self._text.extend(map(str.__add__, _line_texts(texts, glued, counts), ends))
        before = len(self._ids)
        self._count.fromlist(counts)
        self._length.fromlist(list(map(len, texts)))
        self._box.fromlist(_flat([box or _NO_BOX for box in boxes]))
        self._confidence.fromlist(list(confidences))
        self._ids.extend(ids)
        self._glued.extend(glued)
        self._styles.extend(styles)
        if any(alternatives):
            self._alternatives.extend((before + k, found) for k, found in enumerate(alternatives) if found)
        if any(characters):
            self._characters.extend((before + k, found) for k, found in enumerate(characters) if found)
        if self._keep:
            self._elements.extend(elements)

    def finish(self, facts: FormatFacts, container: Container, name: str) -> ReadDocument:
        """The document. Raises `SourceError` when no page was added."""
        if not self._pages:
            raise SourceError(f"{name}: has no page; is this the whole {facts.name} file?")
        text = "".join(self._text)
        source = Source(text, origin=name, warnings=tuple(facts.warnings), container=container)
        pieces = self._pieces()
        members = tuple(self._members) if any(self._members) else ()
        return ReadDocument(
            source,
            self._layout(text, pieces, facts.engine),
            facts.name,
            facts.version,
            facts.engine,
            facts.unit,
            pieces,
            tuple(self._page_ids),
            _objects(self._line_ids),
            members,
            tuple(self._page_elements),
            tuple(self._line_elements),
        )

    def _pieces(self) -> Pieces:
        length, words = _integers(self._length), _integers(self._count)
        line = np.repeat(np.arange(len(words)), words)
        # Before a piece stand the pieces before it, the ends of the lines before its own, and the gaps between pieces.
        gap = np.frombuffer(bytes(self._glued), np.uint8) == 0
        gap[:1] = False
        gap[1:] &= line[1:] == line[:-1]
        end = np.cumsum(length + gap) + line
        return Pieces(
            end - length,
            end,
            _floats(self._box).reshape(-1, 4),
            _floats(self._confidence),
            line,
            np.repeat(np.frombuffer(bytes(self._whole), np.uint8).astype(bool), words),
            _objects(self._ids),
            tuple(self._elements),
        )

    def _layout(self, text: str, pieces: Pieces, engine: str) -> Layout:
        layout = Layout.from_text(text)
        if layout.lines != len(self._count):
            raise ValueError(
                f"{layout.lines} lines in the text, {len(self._count)} were added: a word holds a line break"
            )
        extra: dict[str, npt.NDArray[Any]] = {}
        for key, column in (("line_role", self._role), ("line_column", self._column)):
            if any(column):
                extra[key] = np.frombuffer(bytes(column), np.uint8).astype(np.int8)
        if any(self._divided):
            extra["line_divided"] = _objects(self._divided)
        baseline = _floats(self._baseline).reshape(-1, 2)
        if not np.isnan(baseline).all():
            extra["line_baseline"] = baseline
        if any(self._styles):
            extra["word_style"] = _spread(np.frombuffer(bytes(self._styles), np.uint8), layout, pieces)
        if self._characters:
            extra["character_confidence"] = _characters(len(text), pieces, self._characters)
        if self._alternatives:
            extra["alternatives"] = _pairs(pieces, self._alternatives)
        if engine:
            extra["engine"] = _objects([engine])
        resolution = _floats(self._resolution)
        if not np.isnan(resolution).all():
            extra["page_resolution"] = resolution
        page_size, line_box = _floats(self._page_size).reshape(-1, 2), _floats(self._line_box).reshape(-1, 4)
        return replace(
            layout,
            word_box=word_boxes(layout, pieces),
            word_confidence=word_confidences(layout, pieces),
            line_box=line_box if not np.isnan(line_box).all() else line_box[:0],
            page_size=page_size if not np.isnan(page_size).all() else page_size[:0],
            page_image=tuple(self._images) if any(self._images) else (),
            extra=extra,
        )


def _spaced_lines(lines: Iterable[PageLine]) -> Iterator[PageLine]:
    """The lines that have text, with an empty one between paragraphs."""
    before: PageLine | None = None
    for line in lines:
        if any(word.text for word in line.words):
            if before and (line.paragraph, line.column) != (before.paragraph, before.column):
                yield _EMPTY
            yield line
            before = line


def _line_texts(texts: Sequence[str], glued: Sequence[bool], counts: Iterable[int]) -> Iterator[str]:
    """The texts of lines, which have so many words each.

    >>> list(_line_texts(["tugs", ",", "two"], [False, True, False], [2, 1]))
    ['tugs,', 'two']
    """
    between = any(glued)
    start = 0
    for count in counts:
        end = start + count
        if between and any(glued[start + 1 : end]):
            gaps = ["" if each else " " for each in glued[start + 1 : end]]
            rest = zip(gaps, texts[start + 1 : end], strict=True)
            yield texts[start] + "".join(itertools.chain.from_iterable(rest))
        else:
            yield " ".join(texts[start:end])
        start = end


def _flat(parts: Iterable[Iterable[_T]]) -> list[_T]:
    return list(itertools.chain.from_iterable(parts))


def build_document(
    pages: Iterable[Page], facts: FormatFacts, container: Container, name: str, *, keep_elements: bool = False
) -> ReadDocument:
    """A document from its pages, which are taken one at a time."""
    builder = Builder(keep_elements=keep_elements)
    with _no_collections():
        for page in pages:
            builder.add_page(page)
    return builder.finish(facts, container, name)


@contextmanager
def _no_collections() -> Iterator[None]:
    """No search for cyclic garbage meanwhile: reading makes a great many small objects and no cycles.

    Each search walks over everything that the process holds, word lists and models too.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def clean_text(text: str) -> str:
    """The text of an element with each run of white space made one space and none at its ends.

    >>> clean_text(" two\\n  tugs ")
    'two tugs'
    """
    return " ".join(text.split())


def word_boxes(layout: Layout, pieces: Pieces) -> FloatArray:
    """The boxes of the words, shape (words, 4); shape (0, 4) where no piece has one.

    A word made of several pieces has the box around them. A piece that holds several words is divided between them
    by characters.
    """
    if not len(pieces) or np.isnan(pieces.box).all():
        return np.zeros((0, 4), np.float32)
    if _same(layout, pieces):
        return pieces.box
    first, last = _ranges(layout, pieces)
    box = np.full((layout.words, 4), np.nan, np.float32)
    found = np.flatnonzero(last > first)
    a, b = first[found], last[found] - 1
    box[found, 0] = _at(pieces, a, layout.word_start[found])
    box[found, 2] = _at(pieces, b, layout.word_end[found])
    box[found, 1] = pieces.box[a, 1]
    box[found, 3] = pieces.box[a, 3]
    for k in found[b > a].tolist():
        own = pieces.box[first[k] : last[k]]
        own = own[~np.isnan(own[:, 0])]
        if len(own):
            # A part without a box of its own adds nothing.
            left, right = box[k, 0], box[k, 2]
            box[k, 0] = own[:, 0].min() if np.isnan(left) else left
            box[k, 2] = own[:, 2].max() if np.isnan(right) else right
            box[k, 1], box[k, 3] = own[:, 1].min(), own[:, 3].max()
    return box


def _at(pieces: Pieces, which: IntArray, offset: IntArray) -> FloatArray:
    """Where in its piece a text offset stands, in units of the page, as if all characters were equally wide."""
    start, end = pieces.start[which], pieces.end[which]
    share = np.clip((offset - start) / np.maximum(end - start, 1), 0.0, 1.0)
    left, right = pieces.box[which, 0], pieces.box[which, 2]
    return np.asarray(left + share * (right - left), np.float32)


def word_confidences(layout: Layout, pieces: Pieces) -> FloatArray:
    """The confidences of the words, shape (words,): the lowest of their pieces; shape (0,) where none has one."""
    if not len(pieces) or np.isnan(pieces.confidence).all():
        return np.zeros(0, np.float32)
    if _same(layout, pieces):
        return pieces.confidence
    first, last = _ranges(layout, pieces)
    out = np.full(layout.words, np.nan, np.float32)
    found = np.flatnonzero(last > first)
    out[found] = pieces.confidence[first[found]]
    for k in found[(last - first)[found] > 1].tolist():
        known = pieces.confidence[first[k] : last[k]]
        known = known[~np.isnan(known)]
        out[k] = known.min() if len(known) else np.nan
    return out


def _same(layout: Layout, pieces: Pieces) -> bool:
    return np.array_equal(layout.word_start, pieces.start) and np.array_equal(layout.word_end, pieces.end)


def _ranges(layout: Layout, pieces: Pieces) -> tuple[IntArray, IntArray]:
    """For each word the range of pieces that share a character with it."""
    first = np.searchsorted(pieces.end, layout.word_start, side="right")
    return first, np.searchsorted(pieces.start, layout.word_end, side="left")


def _spread(values: npt.NDArray[np.uint8], layout: Layout, pieces: Pieces) -> npt.NDArray[np.uint8]:
    if _same(layout, pieces):
        return values
    first, last = _ranges(layout, pieces)
    out = np.zeros(layout.words, np.uint8)
    found = last > first
    out[found] = values[first[found]]
    return out


def _characters(length: int, pieces: Pieces, found: list[tuple[int, tuple[float, ...]]]) -> FloatArray:
    out = np.full(length, np.nan, np.float32)
    for piece, values in found:
        start = pieces.start.item(piece)
        out[start : start + len(values)] = values
    return out


def _pairs(pieces: Pieces, found: list[tuple[int, tuple[tuple[str, float], ...]]]) -> npt.NDArray[np.object_]:
    out = np.empty((len(found), 2), object)
    for k, (piece, alternatives) in enumerate(found):
        out[k, 0], out[k, 1] = pieces.start.item(piece), alternatives
    return out


def _objects(values: list[str]) -> npt.NDArray[np.object_]:
    out = np.empty(len(values), object)
    out[:] = values
    return out


def _integers(values: array[int]) -> IntArray:
    return np.frombuffer(values, np.int64) if values else np.zeros(0, np.int64)


def _floats(values: array[float]) -> FloatArray:
    return np.frombuffer(values, np.float32) if values else np.zeros(0, np.float32)
