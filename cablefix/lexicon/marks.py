"""The marks between words: a full stop read as a comma, one lost after an initial, a speck taken for a mark.

What stands between two words is one of five classes: nothing, comma, full stop, semicolon, colon. How likely each is
beside a word is counted in the text of the word list; a decision then weighs that with the sentence that the language
model sees to go on or to end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.files import lexicon_folder
from cablefix.lexicon.model import FIRST_WORD, UNKNOWN, LanguageModel
from cablefix.lexicon.pieces import Bools, Bytes, Case, Ints, Kind, Pieces, is_abbreviation
from cablefix.lexicon.screen import Screen
from cablefix.lexicon.tokens import Token
from cablefix.lexicon.wordlist import WordList

Floats = npt.NDArray[np.float32]

MARKS = ("", ",", ".", ";", ":")
JUNK = 5  # the class of what is no mark of a sentence
_JUNK = frozenset("'`*~_|^=•·¥«»‘’°<>")
_SIGNS = frozenset("=<>~°")
_is_elided = frozenset(
    "em tis twas til till cause round bout neath tween s d ll re ve n im er twill twould".split()
).__contains__
_STEP = np.float32(1 / 14)
_WORTH = 0.5  # nats that another mark must be ahead of the one seen, to be looked at
_TWIN = {1: 2, 2: 1}  # a comma and a full stop differ by a speck
_TWIN_WORTH = -1.5
_LONG = 4  # letters of a word that may be a possessive without its s
_COMMON = -7.5  # ln p of a word from which on it is a small word of the language
_HABIT = 0.5  # share of the initials and abbreviations of a text with a full stop, below which they go without


@dataclass(frozen=True, slots=True, eq=False)
class MarkTables:
    """ln p of each class after a word, shape (rows, 5), and before it, lower-case or with a capital, (rows, 2, 5).

    `row` gives each unit's row; row 0 is for words too rare to tell. `prior`: ln p of each class, shape (5,).
    """

    row: npt.NDArray[np.uint16]
    after: Floats
    before: Floats
    prior: Floats


@lru_cache(maxsize=2)
def load_marks(folder: Path | None = None) -> MarkTables:
    """The tables of a folder made by dictionaries/build/lexicon_marks.py; without one, the shipped ones."""
    with np.load((folder or lexicon_folder()) / "marks.npz") as data:
        after, before = -_STEP * data["after"].astype(np.float32), -_STEP * data["before"].astype(np.float32)
        return MarkTables(data["row"], after, before, -_STEP * data["prior"].astype(np.float32))


def lead_of_nothing(words: WordList, tables: MarkTables, left: str, mark: str, right: str) -> float:
    """By how many nats nothing is likelier than a mark between two words, in clean text.

    After an initial, an abbreviation or between two numbers the words tell nothing: 0.

    >>> from cablefix.lexicon.wordlist import load_wordlist
    >>> places = (("the", ".", "Department"), ("home", ".", "The"), ("M", ".", "Laval"))
    >>> [round(lead_of_nothing(load_wordlist(), load_marks(), *place)) for place in places]
    [10, -4, 0]
    """
    if (len(left) == 1 and left.isupper()) or is_abbreviation(left.lower()) or (left + right).isdigit():
        return 0.0
    rows = [words.vocabulary.get(word.lower()) for word in (left, right)]
    before, after = (0 if row is None else int(tables.row[row + FIRST_WORD]) for row in rows)
    score = tables.after[before] + tables.before[after, int(not right.islower())] - tables.prior
    return float(score[0] - score[MARKS.index(mark)])


@dataclass(frozen=True, slots=True, eq=False)
class MarkStudy:
    """Gaps whose mark is doubtful: the piece after each, what stands there and what else may, the features.

    A gap may come twice, with two targets.
    """

    place: Ints
    seen: Bytes
    target: Bytes
    features: Floats
    habit: Bools  # a stop after an initial or abbreviation where the text mostly has none, the apostrophe of a noun


def study_marks(pieces: Pieces, screen: Screen, model: LanguageModel, tables: MarkTables, rate: float) -> MarkStudy:
    """Find the doubtful gaps and describe them."""
    seen = pieces.types.store.gaps.ask(_class_of, pieces.gap_number, np.int64)
    after, before = _beside(pieces, tables)
    score = after + before - tables.prior
    value = np.concatenate((score, np.full((len(score), 1), -20, np.float32)), axis=1)
    own = np.take_along_axis(value, np.maximum(seen, 0)[:, None], 1)[:, 0]
    rest = score.copy()
    rest[np.arange(len(seen)), np.clip(seen, 0, 4)] = -np.inf
    rest[seen == JUNK] = score[seen == JUNK]
    usable = (seen >= 0) & ~pieces.near & ~pieces.line_break & ~pieces.held
    usable[0] = False
    usable[1:] &= ~pieces.held[:-1]
    usable &= ~_elided(pieces) & ~_labels(pieces, seen) & ~_equations(pieces)
    usable &= screen.free | np.roll(screen.free, 1)
    place, target = _alternatives(usable, seen, score, own, rest)
    shortened = _shortened(pieces, seen, place)
    features = _describe(pieces, screen, model, place, seen, target, (after, before, score), shortened, rate)
    habit = (seen[place] == 0) & (target == 2) & shortened.here & (shortened.share < _HABIT)
    habit |= _possessives(pieces, model)[place]
    return MarkStudy(place, seen[place].astype(np.uint8), target.astype(np.uint8), features, habit)


def _class_of(gap: str) -> int:
    """The class of a gap, -1 for what is neither a mark nor a speck."""
    mark = gap.replace(" ", "")
    return MARKS.index(mark) if mark in MARKS else JUNK if mark in _JUNK else -1


def _alternatives(usable: Bools, seen: Ints, score: Floats, own: Floats, rest: Floats) -> tuple[Ints, Ints]:
    """Gaps and what each may have instead: the likeliest mark, and a comma or a full stop for one another."""
    best = rest.argmax(1)
    ahead = rest.max(1) - own > _WORTH
    first = np.flatnonzero(usable & ahead)
    twin = np.zeros(len(seen), np.int64)
    for mark, other in _TWIN.items():
        twin[seen == mark] = other
    worth = score[np.arange(len(seen)), twin] - own > _TWIN_WORTH
    second = np.flatnonzero(usable & (twin > 0) & worth)
    second = second[(best[second] != twin[second]) | ~ahead[second]]
    place = np.concatenate((first, second))
    order = np.argsort(place, kind="stable")
    return place[order], np.concatenate((best[first], twin[second]))[order]


def _elided(pieces: Pieces) -> Bools:
    """Where an apostrophe before a piece stands for letters left out, or one after it for a possessive."""
    apostrophe = pieces.by_gap(_is_apostrophe)
    if not apostrophe.any():
        return np.zeros(len(pieces), bool)
    short, possessive = pieces.types.which_low(_is_elided), pieces.types.which(_ends_in_s)
    after = np.concatenate(([False], possessive[pieces.type[:-1]]))
    elided: Bools = apostrophe & (short[pieces.type] | after)
    return elided


def _is_apostrophe(gap: str) -> bool:
    return gap.strip() in ("'", "’", "‘")


def _equations(pieces: Pieces) -> Bools:
    """Where a sign of reckoning stands beside a number: `65.5 = US $1.00`, `x > 3`, `20 ° C`."""
    sign = pieces.by_gap(_is_sign)
    number = pieces.of_kind(Kind.NUMBER)
    found: Bools = sign & (number | np.concatenate(([False], number[:-1])))
    return found


def _is_sign(gap: str) -> bool:
    return gap.strip() in _SIGNS


def _ends_in_s(text: str) -> bool:
    return text[-1] in "sS"


def _possessives(pieces: Pieces, model: LanguageModel) -> Bools:
    """Where an apostrophe ends a longer word without s, and no small word of the language stands behind it.

    There the s of a possessive was lost more often than a speck was read.
    """
    long = pieces.types.length >= _LONG
    apostrophe = pieces.by_gap(_is_last_apostrophe)
    ends = np.concatenate(([False], long[pieces.type[:-1]]))
    unit = pieces.types.unit[pieces.type]
    rare = (unit < FIRST_WORD) | (model.p1[unit] < _COMMON)
    possessives: Bools = apostrophe & ends & rare
    return possessives


def _is_last_apostrophe(gap: str) -> bool:
    return gap in ("' ", "’ ")


def _labels(pieces: Pieces, seen: Ints) -> Bools:
    """Where a colon stands behind the first word of a line: a label of a form, `TO : Rusk`."""
    first = np.concatenate(([False], pieces.line_start[:-1]))
    labels: Bools = first & (seen == MARKS.index(":"))
    return labels


def _beside(pieces: Pieces, tables: MarkTables) -> tuple[Floats, Floats]:
    """ln p of the classes by the word before each gap and by the word after it; shape (pieces, 5) each."""
    types = pieces.types
    row = np.where(types.unit == UNKNOWN, 0, tables.row[types.unit])
    of = row[pieces.type]
    capital = (types.case[pieces.type] != Case.LOWER).astype(np.int64)
    after = np.concatenate((tables.after[:1], tables.after[of[:-1]]))
    initial = (types.kind[pieces.type] == Kind.LETTER) & (types.case[pieces.type] == Case.TITLE)
    stop = np.log(np.array([0.02, 0.01, 0.96, 0.005, 0.005], np.float32))
    after[1:][initial[:-1] & ~types.known[pieces.type[:-1]]] = stop
    return after, tables.before[of, capital]


def locate_mark(tokens: Sequence[Token], pieces: Pieces, at: int) -> tuple[int, int] | None:
    """Where the mark before a piece stands in the tokens' offsets, empty where there is none; None if none can tell."""
    left, right = tokens[pieces.token[at - 1]], tokens[pieces.token[at]]
    offset = int(pieces.offset[at - 1]) + len(pieces.types.text[int(pieces.type[at - 1])])
    if len(left.text) != left.end - left.start or len(right.text) != right.end - right.start:
        return None
    mark = pieces.gap[at].replace(" ", "")
    if not mark:
        return left.start + offset, left.start + offset
    if left.text[offset:] == mark:
        return left.start + offset, left.end
    if right.text[: int(pieces.offset[at])] == mark:
        return right.start, right.start + len(mark)
    middle = int(pieces.token[at - 1]) + 1
    if middle + 1 == int(pieces.token[at]) and tokens[middle].text == mark:
        return tokens[middle].start, tokens[middle].end
    return None


def _describe(
    pieces: Pieces,
    screen: Screen,
    model: LanguageModel,
    place: Ints,
    seen: Ints,
    target: Ints,
    tables: tuple[Floats, Floats, Floats],
    shortened: Shortened,
    rate: float,
) -> Floats:
    """The features, shape (places, features)."""
    types, of = pieces.types, pieces.type
    after, before, score = tables
    now, then = np.minimum(seen[place], 4), target
    unit = types.unit[of]
    last = unit[place - 1]
    goes_on, anew = model.on_or_anew(unit, place)
    case, kind = types.case[of], types.kind[of]
    stopped = np.bincount(of[:-1], weights=seen[1:] == 2, minlength=len(types.text))
    uses = np.maximum(types.count, 1)
    share = np.bincount(np.clip(seen, 0, 5), minlength=6) / max(len(seen), 1)
    short = shortened.abbreviation
    gap = [pieces.gap[at] for at in place.tolist()]
    alone = pieces.token[place] - pieces.token[place - 1] > 1

    def pick(table: Floats, column: Ints) -> Floats:
        return table[place, column]

    columns: list[npt.ArrayLike] = [
        *(seen[place] == k for k in range(6)), *(then == k for k in range(5)),
        pick(score, then) - np.where(seen[place] == JUNK, 0, pick(score, now)), pick(score, then),
        pick(after, now), pick(after, then), pick(before, now), pick(before, then), goes_on, anew,
        case[place] == Case.LOWER, case[place] == Case.TITLE, case[place] == Case.UPPER,
        case[place - 1] == Case.LOWER, case[place - 1] == Case.UPPER, kind[place - 1] == Kind.LETTER,
        kind[place] == Kind.LETTER, kind[place] == Kind.NUMBER, kind[place - 1] == Kind.NUMBER, short[place - 1],
        screen.damaged[place - 1], screen.damaged[place], unit[place] == UNKNOWN, last == UNKNOWN,
        (stopped[of[place - 1]] - (seen[place] == 2)) / uses[of[place - 1]], np.log1p(uses[of[place - 1]]),
        np.log(share[seen[place]] + 1e-4), np.log(share[then] + 1e-4), np.full(len(place), np.log(rate)),
        alone, [g.startswith(" ") and g != " " for g in gap], pieces.line_start[place],
        ["'" in g or "’" in g or "‘" in g for g in gap], ["*" in g for g in gap], ["~" in g for g in gap],
        np.where(last >= FIRST_WORD, model.p1[last], -16),
        np.where(unit[place] >= FIRST_WORD, model.p1[unit[place]], -16),
        types.length[of[place - 1]], screen.capitals[place], shortened.share, shortened.others,
        *_sentences(pieces, seen, place),
    ]  # fmt: skip
    return np.stack([np.asarray(column, np.float32) for column in columns], axis=1)


def _sentences(pieces: Pieces, seen: Ints, place: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    """How far each gap is from the ends of sentences before and after it, and how the text treats its sentences.

    The last two are of the text: ln of the shares of full stops before small letters, and of commas before capitals of
    words that mostly have none.
    """
    types, of = pieces.types, pieces.type
    size = len(pieces)
    at = np.flatnonzero(pieces.stop | pieces.line_break)
    bounds = np.concatenate(([0], at, [size]))
    since = place - bounds[np.searchsorted(bounds, place, "left") - 1]
    until = bounds[np.minimum(np.searchsorted(bounds, place, "right"), len(bounds) - 1)] - place
    small = types.case[of] == Case.LOWER
    common = (types.case[of] == Case.TITLE) & (types.unit[of] >= FIRST_WORD)

    def share(mark: int, which: Bools) -> Floats:
        of_mark = seen == mark
        value = np.log((float((of_mark & which).sum()) + 0.2) / (float(of_mark.sum()) + 4))
        return np.full(len(place), value, np.float32)

    ends, pauses = MARKS.index("."), MARKS.index(",")
    return np.log1p(since), np.log1p(until), share(ends, small), share(pauses, common)


class Shortened(NamedTuple):
    """Of each gap: whether an initial or an abbreviation stands before it, and what stands after the text's others.

    `abbreviation` is of shape (pieces,). `share` of the other initials and abbreviations have a full stop; `others` is
    ln of one plus their number.
    """

    abbreviation: Bools
    here: Bools
    share: Floats
    others: Floats


def _shortened(pieces: Pieces, seen: Ints, place: Ints) -> Shortened:
    types = pieces.types
    short = types.which_low(is_abbreviation)[pieces.type]
    initial = (types.kind == Kind.LETTER) & (types.case == Case.TITLE) & ~types.known
    ends = np.concatenate(((initial[pieces.type] | short)[:-1], [False]))
    stop = ends & np.concatenate((seen[1:] == 2, [False]))
    others = ends.sum() - ends[place - 1]
    share = (stop.sum() - stop[place - 1]) / np.maximum(others, 1)
    return Shortened(short, ends[place - 1], share.astype(np.float32), np.log1p(others).astype(np.float32))


def mark_bounds(tokens: Sequence[Token], pieces: Pieces, at: int) -> tuple[int, int]:
    """The end of the piece before a gap and the start of the piece after it, in the tokens' offsets."""
    left, right = tokens[pieces.token[at - 1]], tokens[pieces.token[at]]
    ends = int(pieces.offset[at - 1]) + len(pieces.types.text[int(pieces.type[at - 1])])
    return left.start + ends, right.start + int(pieces.offset[at])


__all__ = [
    "JUNK",
    "MARKS",
    "Bools",
    "MarkStudy",
    "MarkTables",
    "load_marks",
    "locate_mark",
    "mark_bounds",
    "study_marks",
]
