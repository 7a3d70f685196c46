"""Was a repair right? OCR and truth of a document aligned, so that any span of the one finds its words in the other."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from cablefix.lexicon.aligning import QUOTES

HYPHEN = re.compile(r"(?<=\w)-[ \t]*\r?\n[ \t]*(?=\w)")
SPACE = re.compile(r"\s+")


def normal(text: str) -> tuple[str, NDArray[np.int64]]:
    """Quotes unified, hyphens at line ends dropped, white space single; and where each boundary of `text` went."""
    text = text.translate(QUOTES)
    cuts = [(m.start(), m.end(), "") for m in HYPHEN.finditer(text)]
    cuts += [(m.start(), m.end(), " ") for m in SPACE.finditer(text)]
    where = np.zeros(len(text) + 1, np.int64)
    parts: list[str] = []
    size = last = 0
    for start, end, new in sorted(cuts):
        if start < last:
            continue
        where[last : start + 1] = size + np.arange(start - last + 1)
        parts += [text[last:start], new]
        size += start - last + len(new)
        where[start + 1 : end + 1] = size
        last = end
    where[last:] = size + np.arange(len(text) - last + 1)
    return "".join(parts) + text[last:], where


class Truth:
    """The truth of a document, by spans of its OCR text."""

    def __init__(self, ocr: str, truth: str) -> None:
        seen, self._where = normal(ocr)
        self._gold = normal(truth)[0]
        self._low = np.full(len(seen) + 1, len(self._gold), np.int64)
        self._high = np.zeros(len(seen) + 1, np.int64)
        for code in Levenshtein.opcodes(seen, self._gold):
            a, b, c, d = code.src_start, code.src_end, code.dest_start, code.dest_end
            if code.tag in ("equal", "replace"):
                span = np.arange(c, d + 1)
                self._low[a : b + 1] = np.minimum(self._low[a : b + 1], span)
                self._high[a : b + 1] = np.maximum(self._high[a : b + 1], span)
            else:
                self._low[a : b + 1] = np.minimum(self._low[a : b + 1], c)
                self._high[a : b + 1] = np.maximum(self._high[a : b + 1], d)

    def words(self, start: int, end: int) -> set[str]:
        """What the truth may have for a span of the OCR text, widened to whole words."""
        a, b = int(self._where[start]), int(self._where[end])
        found = set()
        for left in {int(self._low[a]), int(self._high[a])}:
            for right in {int(self._low[b]), int(self._high[b])}:
                if left <= right:
                    found.add(self._widen(left, right))
        return found

    def _widen(self, left: int, right: int) -> str:
        gold = self._gold
        while left > 0 and (gold[left - 1].isalnum() or gold[left - 1] == "'"):
            left -= 1
        while right < len(gold) and (gold[right].isalnum() or gold[right] == "'"):
            right += 1
        return gold[left:right].strip()

    def marks(self, start: int, end: int) -> set[str]:
        """The marks that the truth may have between the boundaries of two words, without white space.

        Of the spans that the alignment allows, the widest without a letter: a mark that was lost belongs to the gap.
        """
        a, b = int(self._where[start]), int(self._where[end])
        spans = {
            (left, right)
            for left in (int(self._low[a]), int(self._high[a]))
            for right in (int(self._low[b]), int(self._high[b]))
            if left <= right and not any(map(str.isalnum, self._gold[left:right]))
        }
        widest = max((right - left for left, right in spans), default=0)
        return {self._gold[left:right].replace(" ", "") for left, right in spans if right - left == widest}

    def agrees(self, start: int, end: int, text: str, *, case: bool) -> bool:
        """Whether the truth has this text for the span; marks at its edges aside."""
        text = edge(normal(text)[0], case=case)
        return any(edge(word, case=case) == text for word in self.words(start, end))


def edge(text: str, *, case: bool) -> str:
    """The text without marks at its edges, lower-cased unless case counts."""
    text = re.sub(r"^[\W_]+|[\W_]+$", "", text)
    return text if case else text.lower()
