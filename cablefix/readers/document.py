"""What a reader gives: the source, the layout with boxes and confidences, and the pieces that the file is made of.

The text of a document is written down in one way, whatever format it comes from: the words of a line with one space
between them, a line feed after each line, an empty line between paragraphs, a form feed between pages. That is also
what Tesseract writes as plain text, so the same page gives the same text from each of its outputs.

Names of columns in `Layout.extra` (each is empty or absent where the format does not say):

* ``line_role``, shape (lines,): `Role`, what the file says that the line is.
* ``line_column``, shape (lines,): 0 for a line as wide as the page, 1, 2, ... for the columns of a page.
* ``line_divided``, shape (lines,), objects: the word that the line end divides, in full, "" for none.
* ``line_baseline``, shape (lines, 2): height of the baseline at the left and right end of the line.
* ``word_style``, shape (words,): flags of `Style`.
* ``character_confidence``, shape (len(text),): 0..1, NaN for what no character of the file stands for.
* ``alternatives``, shape (n, 2), objects: start of the word, tuple of (text, confidence) that the engine weighed.
* ``engine``, shape (1,), object: the name of the engine, as the file has it.
* ``page_resolution``, shape (pages,): pixels per inch, NaN where unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from functools import partial
from math import isnan
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cablefix.layout import FloatArray, Layout
from cablefix.text import IntArray, Source

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, from the upper left corner of the page."""

NO_CONFIDENCE = float("nan")


class Role(IntEnum):
    """What the file says that a line is."""

    TEXT = 0
    HEADING = 1
    PAGE_HEADER = 2
    PAGE_FOOTER = 3
    PAGE_NUMBER = 4
    MARGIN = 5
    TABLE = 6
    CAPTION = 7


class Style(IntFlag):
    """How a word is set."""

    PLAIN = 0
    BOLD = 1
    ITALIC = 2
    UNDERLINED = 4


class Word(NamedTuple):
    """One word element of a page, or a line element where the file has no words.

    `glued` says that nothing stands between it and the word before. `characters` are confidences, one a character.
    `element` is the element of the tree, kept only where a writer asks for it.
    """

    text: str
    box: Box | None = None
    confidence: float = NO_CONFIDENCE
    id: str = ""
    glued: bool = False
    style: int = 0
    alternatives: tuple[tuple[str, float], ...] = ()
    characters: tuple[float, ...] = ()
    element: Any = None


make_word: Callable[[tuple[Any, ...]], Word] = partial(tuple.__new__, Word)
"""A `Word` from all its fields in a tuple, in a third of the time; for the loops that see every word of a book."""


def _join(one: Box, other: Box) -> Box:
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))


def around(boxes: Iterable[Box | None]) -> Box | None:
    """The box around boxes; None where there is none.

    >>> around([(1, 5, 3, 9), None, (2, 4, 8, 8)])
    (1, 4, 8, 9)
    """
    out: Box | None = None
    for box in boxes:
        if box is not None and not isnan(box[0]):
            out = box if out is None else _join(out, box)
    return out


@dataclass(slots=True)
class PageLine:
    """A line of a page. `paragraph` counts within the page; `whole` says that its one word is the line itself.

    `divided` is the word that the line end divides, as the file gives it in full.
    """

    words: list[Word]
    box: Box | None = None
    paragraph: int = 0
    role: int = Role.TEXT
    baseline: tuple[float, float] | None = None
    id: str = ""
    column: int = 0
    whole: bool = False
    divided: str = ""
    element: Any = None


@dataclass(slots=True)
class Page:
    """A page: its lines in reading order, size, image and resolution (pixels per inch).

    `ordered` says that the file itself gives the order, and not only a sequence.
    """

    lines: list[PageLine] = field(default_factory=list)
    width: float = NO_CONFIDENCE
    height: float = NO_CONFIDENCE
    image: str = ""
    resolution: float = NO_CONFIDENCE
    id: str = ""
    member: str = ""
    ordered: bool = False
    element: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The elements that the words come from, in the order of the text, as numpy columns of shape (pieces,).

    `start:end` is the place in the source text, `box` (pieces, 4) and `confidence` what the file says (else NaN),
    `id` the id of the element (objects, "" for none), `line` the source line, `whole` whether it is a line element.
    `elements` are the elements themselves where they were asked for.
    """

    start: IntArray
    end: IntArray
    box: FloatArray
    confidence: FloatArray
    line: IntArray
    whole: npt.NDArray[np.bool_]
    id: npt.NDArray[np.object_]
    elements: tuple[Any, ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, slots=True, eq=False)
class ReadDocument:
    """A document as it was read: `source`, `layout`, the name of its `format` and version, the pieces it is made of.

    `engine` is what the file says made it. `unit` is the unit of boxes: "pixel", "mm10" (tenths of a millimetre),
    "inch1200" or "point". `members` are the names of the files of an archive or folder, one a page.
    """

    source: Source
    layout: Layout
    format: str
    version: str = ""
    engine: str = ""
    unit: str = "pixel"
    pieces: Pieces | None = None
    page_id: tuple[str, ...] = ()
    line_id: npt.NDArray[np.object_] = field(default_factory=lambda: np.zeros(0, object), repr=False)
    members: tuple[str, ...] = ()
    page_elements: tuple[Any, ...] = field(default=(), repr=False)
    line_elements: tuple[Any, ...] = field(default=(), repr=False)

    @property
    def has_boxes(self) -> bool:
        """Whether the words have a place on the page."""
        return len(self.layout.word_box) > 0
