"""Places that a releasing agency blanked out, as they look in a line of text whose box the engine did not read."""

from __future__ import annotations

import re
from typing import NamedTuple

# What the frame of a white box is read as: its upright sides, with scraps of the lines between them.
_FRAME = re.compile(r"(?<!\S)(?:[\"'_—-]*[|\[\]{}][|\[\]{}\"'_—-]*(?:[ \t]+|(?=[.,;:]?(?:\s|$))))+")
_WIDE = re.compile(r"(?<=[^\s.?!:])[ \t]{3,}(?=[^\s])")
_MARK = re.compile(r"(?<=\S)[ \t]+(?=([.,;:])(?:\s|$))")
_FIRST = re.compile(r"\s*(?![—–-]+$)\S+$")
_WORD = re.compile(r"[A-Za-z]{3}")
EXEMPTION = r"\(?[bB]\(?[1-9]\)?\)?|1[.,][45]\([a-hA-H]\)"
"""The form of an exemption code: `B6`, `(b)(1)`, `1.4(D)`."""
_TORN = r"1[.,][45][ \t]\([a-hA-H]\)"
_CODE = re.compile(rf"(?<=\s)({EXEMPTION}|{_TORN})[ \t|.,]*$")


class Code(NamedTuple):
    """An exemption code at the end of a line: where it begins in the line, and the code without blanks."""

    start: int
    text: str


class Blank(NamedTuple):
    """A blanked place in a line: where it stands, and whether a frame shows it, a wide gap, or a mark set off."""

    start: int
    end: int
    kind: str


def last_code(line: str) -> Code | None:
    """The exemption code that ends a line, with scraps of the margin behind it; None where there is none.

    >>> last_code("comes from | } 1.4 (D)")
    Code(start=15, text='1.4(D)')
    >>> last_code("for reason 1.4 (b) and (d)") is None
    True
    """
    match = _CODE.search(line)
    return Code(match.start(1), re.sub(r"\s", "", match[1])) if match else None


def find_frames(line: str) -> list[Blank]:
    """The boxes of a line that their frames show: `| ]`, `[" "|`; none in a line without a word.

    >>> [(blank.start, blank.end) for blank in find_frames("(S) | ]} who handled the papers | ],")]
    [(4, 8), (32, 35)]
    """
    found: list[Blank] = []
    if not _WORD.search(line):
        return found
    for match in _FRAME.finditer(line):
        text = match[0].rstrip()
        found.append(Blank(match.start(), match.start() + len(text), "frame"))
    return found


def find_blanks(line: str, usual: int, style: frozenset[str] = frozenset()) -> list[Blank]:
    """The places of a line where a box may have stood: its frames, else wide gaps, else marks that stand off.

    `usual` is the width of the gap between words in this file, `style` the marks that it sets off by habit. Behind the
    end of a sentence a wide gap says nothing, and a mark behind the first word may be that of a paragraph number.

    >>> find_blanks("General  Manager    has  run  the  park", 2)
    [Blank(start=16, end=20, kind='gap')]
    >>> find_blanks("The real owner is . He described", 1)
    [Blank(start=17, end=18, kind='mark')]
    """
    frames = find_frames(line)
    if frames:
        return frames
    gaps = (match.span() for match in _WIDE.finditer(line.rstrip()))
    wide = [Blank(start, end, "gap") for start, end in gaps if end - start >= usual + 2 and line[:start].strip()]
    marks = (
        match
        for match in _MARK.finditer(line)
        if match[1] not in style and not _FIRST.fullmatch(line, 0, match.start())
    )
    return wide or [Blank(*match.span(), "mark") for match in marks]
