"""Lines that may begin a paragraph though their number cannot be read: looked for where a number is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from cablefix.cable.paragraphmarks import Candidate

_LONGEST = 6
_WORD = re.compile(r"[^\W\d_]{2,}")
_OPENING = "\"'([{<*\u2018\u2019\u201c\u201d-_~.,"
_DUST = frozenset("<>\\/-_~\u2014\u2013\u2022\u00b7*=.'\"\u2018\u2019\u201c\u201d|,;:")
# A symbol where a figure stood, with its stop: `©. THE MEN`, `.. THE MEN`; three stops are an ellipsis.
_SYMBOL = re.compile(
    r"(?P<mark>[^\w\s.,()\[\]{}<>\"'\u2018-\u201f*\u2022\u00b7-]{0,2})(?P<stop>[.,]{1,2})(?=\s+[\"'\u2018\u201c]?[A-Z])"
)
_NUMBERED = re.compile(r"\W{0,2}\d{1,2}[.,]\W")


class LineHead(NamedTuple):
    """A line from its first word on, with its place, and what the lines before it say of a paragraph's end.

    `page` counts page turns up to the line; `apart` says that a heading, a short line or nothing stands before it;
    `gone` is what was taken off before the first word.
    """

    line: int
    text: str
    offset: int
    after_break: bool
    page: int = 0
    apart: bool = False
    gone: str = ""

    def whole(self) -> LineHead:
        """The line with the specks that were taken off before its first word: what was a number may be among them."""
        return self._replace(text=self.gone + self.text, offset=self.offset - len(self.gone))


def join_cut_marks(found: Sequence[Candidate], heads: Sequence[LineHead]) -> list[Candidate]:
    """The candidates, a number alone on its line made one with the portion mark below it: `5.` above `(C) The tug`.

    Lines that are cut at a wide gap are cut behind the number first of all. A scrap that may be a number is left alone.

    >>> heads = [LineHead(3, "5.", 90, True), LineHead(4, "(C) The tug", 93, True)]
    >>> cut = [Candidate(3, 90, 92, "5", ".", "", True), Candidate(4, 93, 93, "", "", "C", True)]
    >>> [(mark.line, mark.mark, mark.portion) for mark in join_cut_marks(cut, heads)]
    [(3, '5', 'C')]
    """
    if all(candidate.mark or not candidate.portion for candidate in found):
        return list(found)
    ends = {head.line: head.offset + len(head.text.rstrip()) for head in heads}
    below = {head.line: other.line for head, other in pairwise(heads)}
    kept: list[Candidate] = []
    for candidate in found:
        before = kept[-1] if kept and candidate.portion and not candidate.mark else None
        if (
            before is not None
            and before.mark.isdecimal()
            and before.dot == "."
            and not before.portion
            and before.end == ends[before.line]
            and below.get(before.line) == candidate.line
        ):
            kept[-1] = replace(before, portion=candidate.portion)
        else:
            kept.append(candidate)
    return kept


def without_dust(text: str) -> str:
    """A line less the words at its end that hold neither letter nor figure nor the end of a sentence.

    >>> without_dust("we do not expect it to pass. — |")
    'we do not expect it to pass.'
    """
    words = text.split(" ")
    while len(words) > 1 and not any(char.isalnum() or char in ".?!" for char in words[-1]):
        words.pop()
    return " ".join(words)


def find_symbol_mark(head: LineHead) -> Candidate | None:
    """A paragraph number of which an engine made a symbol and left the stop: `©. THE MEN`.

    >>> [bool(find_symbol_mark(LineHead(1, text, 0, True))) for text in ("©. THE MEN", ".. THE MEN", "* THE MEN")]
    [True, True, False]
    """
    symbol = _SYMBOL.match(head.text)
    if symbol is None:
        return None
    mark = symbol["mark"] or symbol["stop"]
    end = head.offset + symbol.end()
    return Candidate(head.line, head.offset, end, mark, ".", "", head.after_break, head.page, True, head.apart)


def find_faint_mark(head: LineHead, known: Callable[[str], bool]) -> Candidate | None:
    """What may be left of a paragraph number at the head of a line: a scrap that is no word, before a capital.

    `known` tells words. Bullets, brackets, words and figures within a sentence are none.

    >>> known = {"the", "men", "for"}.__contains__
    >>> [bool(find_faint_mark(LineHead(1, text, 0, True), known)) for text in ("ee FOR MOSCOW", "-- The men", "25 men")]
    [True, False, False]
    """
    text = head.text
    words = text.split()
    if len(words) < 2:
        return None
    symbol = find_symbol_mark(head.whole())
    if symbol is not None:
        return symbol
    count = 2 if _DUST.issuperset(words[0]) and len(words) > 2 else 1
    mark = " ".join(words[:count])
    compact = mark.replace(" ", "")
    if len(compact) > _LONGEST or _DUST.issuperset(compact) or (compact[0] in "([{" and not _NUMBERED.match(text)):
        return None
    if not _NUMBERED.match(text) and not _is_scrap(words[count - 1], words[count : count + 3], known):
        return None
    end = text.index(words[count - 1]) + len(words[count - 1]) if count == 1 else _end_of_second(text, words)
    core = compact.strip(".,:;()[]{}<>*-_~\u2014\\/|'\"\u2018\u2019\u201c\u201d") or compact
    return Candidate(head.line, head.offset, head.offset + end, core, "", "", True, head.page, True, head.apart)


def _end_of_second(text: str, words: list[str]) -> int:
    first = text.index(words[0]) + len(words[0])
    return text.index(words[1], first) + len(words[1])


def _is_scrap(word: str, after: list[str], known: Callable[[str], bool]) -> bool:
    """Whether a word is none, and a sentence begins in one of the three after it.

    A figure is no word either; it counts only where just that number is missing.
    """
    if word[-1] in ")]}" and not any(char.isdecimal() or char in "([{" for char in word):
        return False  # `B)` of a list
    letters = word.strip(".,")
    if (letters.isalpha() and letters[0].isupper()) or any(known(part) for part in _WORD.findall(word)):
        return False
    figure = letters.isdecimal()
    for other in after:
        start = other.lstrip(_OPENING)
        if start[:1].isupper():
            return True
        if known(start.strip(".,;:")) and not figure:
            return False
    return False
