"""What a text itself says often: evidence for its own words, names above all."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from cablefix.lexicon.model import UNKNOWN
from cablefix.lexicon.pieces import Kind
from cablefix.lexicon.typestore import Types

_MEMORY = 3  # times that an unknown word stands before it is believed

_SPELT = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")  # letters, as a word has them


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """What the document itself says often: its unknown words, and the case that they mostly have.

    `words`: unknown ones that stand at least three times. `form`: how such a word is mostly written. `count`: how often
    it stands there.
    """

    words: frozenset[str]
    form: dict[str, str]
    count: dict[str, int]

    @classmethod
    def of(cls, types: Types) -> Memory:
        """The memory of a text."""
        total = np.bincount(types.word, weights=types.count, minlength=len(types.words))
        uses = dict(zip(types.words, total.tolist(), strict=True))
        usable = (types.kind == Kind.WORD) & (~types.known | (types.unit == UNKNOWN))
        form: dict[str, tuple[int, str]] = {}
        for row in np.flatnonzero(usable & (total[types.word] >= _MEMORY)).tolist():
            text = types.text[row]
            if len(text) == len(types.low[row]) > 1 and _SPELT.fullmatch(text):
                best = form.get(types.low[row], (0, ""))
                form[types.low[row]] = max(best, (int(types.count[row]), text))
        kept = {low: text for low, (n, text) in form.items() if n >= max(_MEMORY, 0.6 * uses[low])}
        count = {low: int(uses[low]) for low in kept}
        return cls(frozenset(kept), kept, count)

    def near(self, low: str, count: int) -> list[str]:
        """Words of the memory within reach of a string and clearly more frequent than it."""
        most = 1 if len(low) < 3 else 2
        near = (
            word for word, n in self.count.items()
            if n > (2 * count if len(word) > 4 else 6 * count + 1) and abs(len(word) - len(low)) <= most and word != low
        )  # fmt: skip
        return [word for word in near if Levenshtein.distance(word, low, score_cutoff=most) <= most]
