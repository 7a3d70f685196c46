"""The doubtful words of a text with all that each may read: for an editor to look through, or an outside model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cablefix.lexicon.context import without_overlap
from cablefix.lexicon.pieces import Ints, Kind
from cablefix.lexicon.repair import Lexicon, Study, WordRepair, judge, load_lexicon, locate, name_repair, study
from cablefix.lexicon.tokens import Token

LEAST = 0.05  # a word that the lists know is doubtful from this confidence of its best other reading
_REPEATED = 3  # a word that no list has and that stands so often is rather a name


def find_doubts(tokens: Sequence[Token], lexicon: Lexicon | None = None, least: float = LEAST) -> list[WordRepair]:
    """The doubtful words of a text in order, each with its candidates; `after` is the best of them.

    Doubtful is a word of two letters or more that no list has, unless the text repeats it, and any word whose best
    other reading has a confidence of at least `least`. A word that nothing resembles is listed too: its `after` is its
    `before`.

    >>> from cablefix.lexicon.tokens import read_tokens
    >>> found = find_doubts(list(read_tokens("He said that tlie talks with the Zxqvbran would be held in June.")))
    >>> [(doubt.before, doubt.after) for doubt in found]
    [('tlie', 'the'), ('Zxqvbran', 'Zxqvbran')]
    """
    lexicon = lexicon or load_lexicon()
    found = study(tokens, lexicon)
    if found is None:
        return []
    value = np.zeros(len(found.table.place), np.float32)
    value[found.rows] = judge(found, lexicon)
    word = found.pieces.types.kind[found.pieces.type] != Kind.LETTER
    strange = found.screen.unknown & ~found.screen.acronym & word & (_uses(found) < _REPEATED)
    likely = found.rows[(value[found.rows] >= least) | strange[found.table.place[found.rows]]]
    rows = without_overlap(found.table, value, likely)
    doubts = [name_repair(tokens, found, int(row), float(value[row])) for row in rows.tolist()]
    covered = np.zeros(len(found.pieces), bool)
    for row in rows.tolist():
        first = int(found.table.place[row])
        covered[first : first + int(found.table.span[row])] = True
    doubts += [_nothing_like(tokens, found, place) for place in np.flatnonzero(strange & ~covered).tolist()]
    return sorted(doubts, key=lambda doubt: doubt.start)


def _uses(found: Study) -> Ints:
    """How often the text has the word of each piece, in any case, possessives included; shape (pieces,)."""
    types = found.pieces.types
    uses = np.bincount(types.word, weights=types.count, minlength=len(types.words)).astype(np.int64)
    return uses[types.word][found.pieces.type]


def _nothing_like(tokens: Sequence[Token], found: Study, place: int) -> WordRepair:
    seen = found.pieces.types.text[int(found.pieces.type[place])]
    start, end, before, after = locate(tokens, found.pieces, place, 1, seen, seen)
    return WordRepair(start, end, before, after, 0.0, (), "no word, and nothing likely resembles it")
