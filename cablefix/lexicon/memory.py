"""What a text itself says often: evidence for its own words, names above all."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from cablefix.lexicon.model import UNKNOWN
from cablefix.lexicon.pieces import Ints, Kind, Types

_MEMORY = 3  # times that an unknown word stands before it is believed

_SPELT = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")  # letters, as a word has them


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """What the document itself says often: its unknown words, and the case that they mostly have.

    `lows`: the lower-case words of the document, numbered. `of_type`: the number of each type's word. `words`:
    unknown ones that stand at least three times. `form`: how such a word is mostly written.
    """

    lows: list[str]
    of_type: Ints
    words: frozenset[str]
    form: dict[str, str]
    count: dict[str, int]

    @classmethod
    def of(cls, types: Types) -> Memory:
        """The memory of a text."""
        number: dict[str, int] = {}
        of_type = np.fromiter((number.setdefault(low, len(number)) for low in types.low), np.int64, len(types.low))
        total = np.bincount(of_type, weights=types.count, minlength=len(number))
        usable = (types.kind == Kind.WORD) & (~types.known | (types.unit == UNKNOWN))
        form: dict[str, tuple[int, str]] = {}
        for row in np.flatnonzero(usable & (total[of_type] >= _MEMORY)).tolist():
            text = types.text[row]
            if len(text) == len(types.low[row]) > 1 and _SPELT.fullmatch(text):
                best = form.get(types.low[row], (0, ""))
                form[types.low[row]] = max(best, (int(types.count[row]), text))
        kept = {low: text for low, (n, text) in form.items() if n >= max(_MEMORY, 0.6 * total[number[low]])}
        count = {low: int(total[number[low]]) for low in kept}
        return cls(list(number), of_type, frozenset(kept), kept, count)

    def near(self, low: str, count: int) -> list[str]:
        """Words of the memory within reach of a string and clearly more frequent than it."""
        most = 1 if len(low) < 3 else 2
        near = (
            word for word, n in self.count.items()
            if n > (2 * count if len(word) > 4 else 6 * count + 1) and abs(len(word) - len(low)) <= most and word != low
        )  # fmt: skip
        return [word for word in near if Levenshtein.distance(word, low, score_cutoff=most) <= most]
