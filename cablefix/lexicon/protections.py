"""What of the repairs is rather the author's own: names, habits, slips, and the garbles of the wire."""

from __future__ import annotations

import re
import string
from typing import Any
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.channel import Channel
from cablefix.lexicon.explainer import Explainer
from cablefix.lexicon.hypotheses import Table
from cablefix.lexicon.model import UNKNOWN
from cablefix.lexicon.pieces import Bools, Case, Ints, Kind, Pieces
from cablefix.lexicon.spellings import is_elision, is_older, takes_accents
from cablefix.lexicon.wordlist import WordList, load_slips

Floats = npt.NDArray[np.float32]

_CLEAN = 0.004  # share of words to be repaired below which a text is clean
LEAST_FACTOR = 0.05  # the odds of a repair do not fall below this share of theirs
_TOGETHER = re.compile(r"([A-Za-z][a-z]+|[A-Za-z]['’])[A-Z][a-z]{2,}")
_PARTICLES = frozenset("de da del di du la le van von".split())


def doubt_clean_text(confidence: Floats, words: int, capitals: Bools, others: int = 0) -> Floats:
    """Lower confidence where a text has next to no errors: what is odd in a clean text is rather the author's.

    Where less than four words in a thousand would be repaired, the odds fall with the square of their share; with its
    fourth power for words in capitals, of which a telegraph garbles some. `others` are repairs of another kind that
    count with these.

    >>> sure = np.array([0.9, 0.9, 0.1], np.float32)
    >>> [round(float(c), 2) for c in doubt_clean_text(sure, 1000, np.array([False, True, False]))]
    [0.69, 0.36, 0.03]
    >>> [round(float(c), 2) for c in doubt_clean_text(sure, 1000, np.zeros(3, bool), others=2)]
    [0.9, 0.9, 0.1]
    """
    share = min((int((confidence >= 0.5).sum()) + others) / max(words, 1) / _CLEAN, 1.0)
    factor = np.where(capitals, max(share**4, LEAST_FACTOR), max(share**2, LEAST_FACTOR))
    return doubt(confidence, factor)


def doubt(confidence: Floats, factor: npt.NDArray[np.floating[Any]]) -> Floats:
    """The confidence when its odds are multiplied."""
    return (confidence * factor / (1 - confidence + confidence * factor)).astype(np.float32)


def struck_out(pieces: Pieces) -> bool:
    """Whether a teletype operator struck a word out with a row of E: this message has errors of its own."""
    return any("eeeeee" in low for low in pieces.types.low)


def in_capitals(pieces: Pieces, table: Table, rows: Ints) -> Bools:
    """Which of the rows are words in capitals."""
    upper: Bools = (pieces.types.case == Case.UPPER)[pieces.type[table.place[rows]]]
    return upper


def initials_set_off(pieces: Pieces, table: Table, rows: Ints) -> Bools:
    """Which of the rows join a large first letter with its word in capitals: `T HE`.

    Old prints begin a paragraph or an advertisement with such a letter, which readers set off; some editors keep it so.
    Amid capitals it is no large letter but a broken word.
    """
    place = table.place[rows]
    following = np.minimum(place + 1, len(pieces) - 1)
    types = pieces.types
    letter = (types.kind == Kind.LETTER) & (types.case == Case.TITLE)
    upper = types.case[pieces.type] == Case.UPPER
    capitals = upper | letter[pieces.type]
    before = capitals[np.maximum(place - 1, 0)] & (place > 0) & ~pieces.stop[place] & ~pieces.line_break[place]
    joins: Bools = letter[pieces.type[place]] & upper[following] & (table.span[rows] == 2) & ~before
    return joins


def stand_before(pieces: Pieces, table: Table, rows: Ints) -> Bools:
    """Which of the rows put a letter before a word that stands there already, alone: `T HE` is not `T THE`."""
    place = table.place[rows]
    alone = pieces.types.length[pieces.type[place - 1]] == 1
    single: Bools = (place > 0) & (table.span[rows] == 1) & alone
    for at in np.flatnonzero(single).tolist():
        pair = int(table.pair[rows[at]])
        before = pieces.types.low[int(pieces.type[place[at] - 1])]
        single[at] = table.meant[pair].lower() == before + table.seen[pair].lower()
    return single


def writers_slips(table: Table, rows: Ints) -> Bools:
    """Which of the rows undo a slip that writers are known for."""
    slips = load_slips()
    pairs = [(table.seen[pair].lower(), table.meant[pair].lower()) for pair in table.pair[rows].tolist()]
    return np.fromiter((slips.get(seen, "").lower() == meant for seen, meant in pairs), bool, len(pairs))


def own_spellings(table: Table, rows: Ints, words: WordList) -> Bools:
    """Which of the rows undo a spelling that no engine makes: `shatter'd`, `Hoàng`, `Grønland`, `governour`.

    A letter that verse and speech leave out leaves an apostrophe; names keep their accents, unless the word without
    them is a common one (`Thére`).
    """
    own = np.zeros(len(rows), bool)
    for at, pair in enumerate(table.pair[rows].tolist()):
        seen, meant = table.seen[pair], table.meant[pair]
        own[at] = is_elision(seen, meant) or is_older(seen, meant) or _keeps_accents(seen, meant, words)
    return own


def _keeps_accents(seen: str, meant: str, words: WordList) -> bool:
    """Whether letters that English does not have are a name's or a foreign word's own.

    Letters that no engine for English knows are, and in a word with a capital those that are no accented ones (`ø`).
    """
    if seen.isascii():
        return False
    if seen[0].isupper() and any(
        not char.isascii() and normalize("NFD", char) == char for char in filter(str.isalpha, seen)
    ):
        return True
    if not takes_accents(seen, meant):
        return False
    row = words.vocabulary.get(meant.lower())
    small = row is not None and words.lower_share[row] >= 0.5
    return max(seen) > "\xff" or (seen[0].isupper() and not small)


def written_together(table: Table, rows: Ints, words: WordList) -> Bools:
    """Which of the rows take the inner capital from a word that is put together of two: `PolOff`, `ChiCom`, `deGaulle`.

    Such a word has hardly any use in small letters, or begins with a particle of names or an elided one (`d'Affaires`);
    `theSe` and `compAny` have.
    """
    together = np.zeros(len(rows), bool)
    for at, pair in enumerate(table.pair[rows].tolist()):
        seen = table.seen[pair]
        low = seen.lower()
        if low == table.meant[pair].lower() and (match := _TOGETHER.fullmatch(seen)):
            together[at] = match[1].lower() in _PARTICLES or match[1][-1] in "'’" or words.is_name(low.capitalize())
    return together


def likelier_the_other_way(table: Table, rows: Ints, channel: Channel, words: WordList, explainer: Explainer) -> Bools:
    """Which of the rows turn a name into another form of it that the text has, and that is rather a misreading of it.

    Where a text reads o as c, `Rcthen` may stand there more often than `Rothen`.
    """
    unlisted = [int(row) for row in np.flatnonzero(table.unit[rows, 0] == UNKNOWN)]
    pairs = [(at, int(table.pair[rows[at]])) for at in unlisted]
    own = [(at, table.seen[pair], table.meant[pair]) for at, pair in pairs if not words.known(table.meant[pair])]
    other = np.zeros(len(rows), bool)
    if own:
        places, seen, meant = zip(*own, strict=True)
        other[list(places)] = (
            explainer.explain(channel, meant, seen).cost < explainer.explain(channel, seen, meant).cost
        )
    return other


def numbers_at_edges(table: Table, rows: Ints) -> Bools:
    """Which of the rows take the digits from the edge of a word, `5per`, or part those behind it, `me4`.

    A number before a word is more often one that ran on, which must not be lost; one behind it is rather a mark or a
    letter that was misread, which is no word of its own.
    """
    pairs = [(table.seen[pair], table.meant[pair]) for pair in table.pair[rows].tolist()]
    bare = ((seen, seen.strip(string.digits), meant) for seen, meant in pairs)
    return np.fromiter((seen != word and meant.split(" ")[0] == word for seen, word, meant in bare), bool, len(pairs))
