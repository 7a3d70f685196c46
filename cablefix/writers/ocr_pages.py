"""The corrected pages as plain data, and what the writers of hOCR, ALTO and PAGE have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, isnan

import numpy as np

from cablefix._version import __version__
from cablefix.readers.archives import Member, pack
from cablefix.readers.document import Box, around
from cablefix.readers.read import members_of
from cablefix.restored import Restored
from cablefix.text import IntArray, SourceError
from cablefix.writers.boxes import Corrections, box_of, divide_box

# Pixels at this many an inch for tenths of a millimetre, 1/1200 inch and points.
_RESOLUTION = 300.0
_PIXELS_PER_UNIT = {"mm10": _RESOLUTION / 254, "inch1200": _RESOLUTION / 1200, "point": _RESOLUTION / 72}

SOFT_HYPHEN = "\u00ad"

WriteMember = Callable[[Member, Corrections], bytes]


@dataclass(frozen=True, slots=True)
class Step:
    """The processing step that is recorded in the file."""

    software: str
    version: str
    description: str

    def __str__(self) -> str:
        return f"{self.software} {self.version}: {self.description}"


def processing_step(restored: Restored, corrections: Corrections) -> Step:
    """What was done to a file, in words, with the digest of what it was done to."""
    changed, hyphens = len(corrections.changes), len(corrections.hyphens)
    text = (
        f"OCR text corrected, profile {restored.profile}: {changed} place{'' if changed == 1 else 's'} changed, "
        f"{hyphens} line-end hyphen{'' if hyphens == 1 else 's'} marked; source sha256 {restored.source.sha256}"
    )
    return Step("cablefix", __version__, text)


def write_back(restored: Restored, corrections: Corrections, write: WriteMember) -> bytes:
    """Each file of the source with its corrections, written by `write`; a zip archive where there are several.

    A file in which nothing changes comes out byte for byte.
    """
    members = members_of(restored.source)
    if len(members) == 1 and not members[0].name:
        return members[0].data if corrections.nothing else write(members[0], corrections)
    bounds = _piece_bounds(corrections, members)
    out = []
    for member, (first, last) in zip(members, bounds, strict=True):
        own = corrections.of_pieces(first, last)
        out.append(member if own.nothing else Member(member.name, write(member, own)))
    return pack(out)


def _piece_bounds(corrections: Corrections, members: Sequence[Member]) -> list[tuple[int, int]]:
    """The range of pieces that each file holds."""
    document = corrections.document
    page_of = document.layout.line_page[corrections.pieces.line]
    names = np.array(document.members or ("",) * len(document.page_id), object)
    owner = names[page_of] if len(page_of) else names[:0]
    out = []
    place = 0
    for member in members:
        end = place
        while end < len(owner) and owner[end] == member.name:
            end += 1
        out.append((place, end))
        place = end
    return out


# --- pages as data, for files that are made anew --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CorrectedWord:
    """A word of the page as corrected. `before` is what the OCR read, "" where it is the same.

    `hyphen` is the whole word where this one ends a line in a hyphen that is no part of it, `rest` where this one
    goes on from the line before.
    """

    text: str
    box: Box
    confidence: float
    before: str = ""
    hyphen: str = ""
    rest: str = ""


@dataclass(slots=True)
class CorrectedLine:
    """A printed line."""

    words: list[CorrectedWord]
    box: Box
    baseline: tuple[float, float] | None = None


@dataclass(slots=True)
class CorrectedPage:
    """A page: blocks of lines, as the file parts them."""

    number: int
    width: int
    height: int
    image: str
    resolution: float
    blocks: list[list[CorrectedLine]] = field(default_factory=list)


def corrected_pages(restored: Restored, corrections: Corrections) -> Iterator[CorrectedPage]:
    """The pages with every correction carried out. Raises `SourceError` where words have no boxes."""
    layout, document = restored.layout, corrections.document
    if layout.words and not document.has_boxes:
        raise SourceError(f"{restored.source.origin}: its words have no boxes, which hOCR, ALTO and PAGE need")
    words = _words_by_line(restored, corrections)
    baselines = layout.extra.get("line_baseline", np.zeros((0, 2)))
    resolutions = layout.extra.get("page_resolution", np.zeros(0))
    for number in range(layout.pages):
        width, height = layout.page_size[number].tolist() if len(layout.page_size) else (0.0, 0.0)
        page = CorrectedPage(
            number,
            0 if isnan(width) else round(width),
            0 if isnan(height) else round(height),
            layout.page_image[number] if layout.page_image else "",
            float(resolutions[number]) if len(resolutions) else float("nan"),
        )
        if not page.width or not page.height:
            _fit(page, words, layout.line_page)
        block: list[CorrectedLine] = []
        for line in np.flatnonzero(layout.line_page == number).tolist():
            if not words.get(line):
                if block and layout.line_first[line] == layout.line_last[line]:
                    page.blocks.append(block)
                    block = []
                continue
            box = around(word.box for word in words[line])
            if box is None:
                continue
            heights = baselines[line].tolist() if len(baselines) else []
            block.append(CorrectedLine(words[line], box, tuple(heights) if heights and not isnan(heights[0]) else None))
        if block:
            page.blocks.append(block)
        yield page


def _fit(page: CorrectedPage, words: dict[int, list[CorrectedWord]], page_of: IntArray) -> None:
    """Give a page whose size the file does not tell the size that its words need."""
    box = around(word.box for line, row in words.items() if page_of[line] == page.number for word in row)
    if box is not None:
        page.width, page.height = ceil(box[2]), ceil(box[3])


def in_pixels(pages: Iterator[CorrectedPage], unit: str) -> Iterator[CorrectedPage]:
    """The pages in pixels, which hOCR and PAGE ask for: other units are turned into pixels at 300 an inch."""
    scale = _PIXELS_PER_UNIT.get(unit, 1.0)
    for page in pages:
        if scale != 1.0:
            page.width, page.height = round(page.width * scale), round(page.height * scale)
            page.resolution = _RESOLUTION
            for block in page.blocks:
                for line in block:
                    _scale(line, scale)
        yield page


def _scale(line: CorrectedLine, scale: float) -> None:
    line.box = _scaled(line.box, scale)
    line.words = [replace(word, box=_scaled(word.box, scale)) for word in line.words]
    if line.baseline:
        line.baseline = (line.baseline[0] * scale, line.baseline[1] * scale)


def _scaled(box: Box, scale: float) -> Box:
    return (box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale)


def _words_by_line(restored: Restored, corrections: Corrections) -> dict[int, list[CorrectedWord]]:
    pieces, text = corrections.pieces, restored.source.text
    hyphen = {h.left: h.whole for h in corrections.hyphens}
    rest = {h.right: h.whole for h in corrections.hyphens}
    confidences = pieces.confidence.tolist()
    out: dict[int, list[CorrectedWord]] = {}

    def add(line: int, word: CorrectedWord, glued: bool) -> None:
        row = out.setdefault(line, [])
        if glued and row:
            before = row.pop()
            joined = around((before.box, word.box)) or before.box
            sure = before.confidence if isnan(word.confidence) else word.confidence
            was = f"{before.before or before.text}{word.before or word.text}" if before.before or word.before else ""
            word = CorrectedWord(before.text + word.text, joined, sure, was, word.hyphen, before.rest)
        row.append(word)

    change_at = {change.first: change for change in corrections.changes}
    k = 0
    while k < len(pieces):
        line = int(pieces.line[k])
        glued = k > 0 and pieces.end[k - 1] == pieces.start[k]
        change = change_at.get(k)
        if change is None:
            box = box_of(pieces, k)
            if box:
                found = text[int(pieces.start[k]) : int(pieces.end[k])]
                for part, own in _parts(found, box):
                    add(line, CorrectedWord(part, own, confidences[k], "", hyphen.get(k, ""), rest.get(k, "")), glued)
                    glued = False
            k += 1
            continue
        before = change.before
        for word, place in zip(change.words, change.boxes, strict=True):
            if place and word:
                for part, own in _parts(word, place):
                    add(line, CorrectedWord(part, own, confidences[k], before, hyphen.get(change.last - 1, "")), glued)
                    before, glued = "", False
        k = change.last
    return out


def _parts(text: str, box: Box) -> list[tuple[str, Box]]:
    words = text.split()
    return [(text, box)] if len(words) < 2 else list(zip(words, divide_box(box, words), strict=True))
