"""Stops set apart: marks that are loosely set, or specks. The words beside them tell."""

from __future__ import annotations

import re
from typing import NamedTuple

from cablefix.lexicon.files import find_parts
from cablefix.lexicon.marks import lead_of_nothing, load_marks
from cablefix.rules.context import Context

_LONGEST_WORD = 40
_OFTEN = (
    500  # of a word that was counted less often it is not known what never stands beside it; foreign words are such
)
_AFTER = re.compile(r"[ \t]*(?P<turn>\r?\n)?[ \t]*(?P<word>[^\W_]*)")
_BEFORE = re.compile(r"[^\W_]+$")


class LooseStop(NamedTuple):
    """The words on either side of a stop with white space around it, "" for none.

    `line_end`: the line ends behind it. `lead` is by how many nats nothing is likelier than the stop between these
    words in clean text; 0 where one of them is missing. `rare`: one of them is, so a stop is not taken out for it.
    """

    left: str
    right: str
    line_end: bool
    lead: float
    rare: bool


def look_beside(context: Context, start: int, end: int, mark: str) -> LooseStop:
    """What stands beside a stop; `start` is where the blanks before it begin, `end` where it ends."""
    text = context.source.text
    before = _BEFORE.search(text, max(0, start - _LONGEST_WORD), start)
    after = _AFTER.match(text, end)
    left, right = before[0] if before else "", after["word"] if after else ""
    tables = load_marks(find_parts(context.lexicon).words)
    lead = lead_of_nothing(context.words, tables, left, mark, right) if left and right else 0.0
    rare = min(context.words.count(left), context.words.count(right)) < _OFTEN
    return LooseStop(left, right, bool(after and after["turn"]), lead, rare)
