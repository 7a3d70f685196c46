"""A text as pieces: the words inside its tokens, each with what the word list and the language model know of it.

Most questions about a word depend on its letters alone. So each different word is looked at once (a type), and the
text itself is arrays of type numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.model import FIRST_WORD, NUMBER, SENTENCE, UNKNOWN
from cablefix.lexicon.remembered import make_room
from cablefix.lexicon.tokens import Flag, Token
from cablefix.lexicon.wordlist import WordList, strip_possessive

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Units = npt.NDArray[np.uint32]


class Kind(IntEnum):
    """What a piece looks like."""

    WORD = 0
    LETTER = 1  # one letter
    MIXED = 2  # letters and digits, more like a damaged word than a code
    CODE = 3  # F-16, U.S, B6: letters and digits or dots by design
    NUMBER = 4


class Case(IntEnum):
    """The case of a piece's letters."""

    LOWER = 0
    TITLE = 1
    UPPER = 2
    ODD = 3


_PROTECTED, _LINE_START, _BREAK = int(Flag.PROTECTED), int(Flag.LINE_START), int(Flag.BREAK)

_REMEMBERED = 40_000  # types that are remembered from text to text
# A piece begins and ends with a letter or digit and holds no dash, slash or mark that parts words.
_PIECE = re.compile(r"[^\W_](?:[^\s\-–—/,;:?!()\"“”\[\]]*[^\W_])?")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_](?:\.?['’]?s)?")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|d|s|[ap]m|mm|km)", re.IGNORECASE)
_ADDRESS = re.compile(r"\w@\w|://|\bwww\.|\w\.(?:com|org|gov|net|edu|mil|int|example)\b", re.IGNORECASE)
_DIGITS_AS_LETTERS = str.maketrans("015862", "olsbgz")
_SHORT_WITH_ZERO = frozenset("0f t0 0n n0 0r s0 d0 g0".split())
_STOP = re.compile(r"[.!?]")
# A full stop after these ends no sentence.
ABBREVIATIONS = frozenset(
    "mr mrs ms dr no nos st gen col capt lt hon messrs jr sr vol dept sec adm maj sgt rep sen gov prof rev art "
    "para pp ch fig co inc ltd ave jan feb mar apr jun jul aug sept oct nov dec".split()
)


def classify(word: str) -> tuple[Kind, Case]:
    """Kind and case of a piece.

    >>> [classify(w)[0].name for w in ("letter", "U.S", "c0ntrol", "B52", "14th", "1945")]
    ['WORD', 'CODE', 'MIXED', 'CODE', 'NUMBER', 'NUMBER']
    >>> [classify(w)[1].name for w in ("tbe", "Tbe", "TBE", "tBe", "McDuff", "don't")]
    ['LOWER', 'TITLE', 'UPPER', 'ODD', 'TITLE', 'LOWER']
    """
    if word.islower():
        case = Case.LOWER
    elif word.isupper():
        case = Case.UPPER if len(word) > 1 else Case.TITLE
    else:
        case = _mixed_case(word)
    if word.isalpha():
        return (Kind.WORD if len(word) > 1 else Kind.LETTER), case
    digits = sum(map(str.isdigit, word))
    if not digits:
        return (Kind.CODE if _DOTTED.fullmatch(word) else Kind.WORD), case
    letters = sum(map(str.isalpha, word))
    if letters <= digits or _ORDINAL.fullmatch(word):
        return (Kind.NUMBER if not letters or word[0].isdigit() else Kind.CODE), case
    return (Kind.CODE if case == Case.UPPER else Kind.MIXED), case


def _mixed_case(word: str) -> Case:
    letters = "".join(filter(str.isalpha, word))
    if letters[:1].isupper() and letters[1:].islower():
        return Case.TITLE
    if letters.startswith(("Mc", "Mac")) and letters[2:].lstrip("c").istitle():
        return Case.TITLE
    if len(word) > 2 and word[1] in "'’" and word[0].isupper() and word[2:].istitle():
        return Case.TITLE
    return Case.ODD


@dataclass(slots=True, eq=False)
class Types:
    """The different pieces of a text; all columns of shape (types,).

    `words` are its lower-case words in the order in which they come first; `word` is the number of each type's.
    """

    text: list[str]
    low: list[str]
    unit: Units
    known: Bools
    kind: Bytes
    case: Bytes
    length: Bytes
    count: Ints
    words: list[str]
    word: Ints


@dataclass(slots=True, eq=False)
class Pieces:
    """The pieces of a text in order; all columns of shape (pieces,).

    `token` is the row of the token, `offset` where the piece begins in it. `stop`: a sentence ends before the piece.
    `gap` is what stands between the last piece and this one, a space for the end of a token.
    """

    types: Types
    type: Ints
    token: Ints
    offset: Ints
    stop: Bools
    near: Bools  # no white space before the piece
    line_start: Bools
    line_break: Bools  # the first piece of a paragraph or logical line
    held: Bools  # protected
    gap: list[str] = field(repr=False)

    def __len__(self) -> int:
        return len(self.type)

    def of_kind(self, *kinds: Kind) -> Bools:
        """Which pieces are of one of the kinds; shape (pieces,)."""
        found: Bools = np.isin(self.types.kind, kinds)[self.type]
        return found


def cut_pieces(tokens: Sequence[Token], words: WordList) -> Pieces:
    """Cut tokens into pieces and look each type up."""
    number: dict[str, int] = {}
    plans: dict[str, tuple[tuple[tuple[int, int, str], ...], str, int]] = {}
    type_, token_, offset_, gap_, flag_ = [], [], [], [], []
    trail = ""
    for row, (text, _, _, flags) in enumerate(tokens):
        lead = trail + " "
        if text.isalpha():  # most tokens are one piece
            type_.append(number.setdefault(text, len(number)))
            token_.append(row)
            offset_.append(0)
            gap_.append(lead)
            flag_.append(flags)
            trail = ""
            continue
        plan = plans.get(text)
        if plan is None:
            plan = plans[text] = _plan(text, number)
        for offset, kind, before in plan[0]:
            type_.append(kind)
            token_.append(row)
            offset_.append(offset)
            gap_.append(lead + before)
            flag_.append(flags | plan[2])
            lead, flags = "", flags & _PROTECTED
        trail = plan[1] if plan[0] else lead.rstrip() + text
    of = np.array(type_, np.int64)
    types = look_up(list(number), of, words)
    flag = np.array(flag_, np.int64)
    stop = (flag & _BREAK) > 0
    stop |= _sentence_ends(gap_, types, of)
    return Pieces(
        types,
        of,
        np.array(token_, np.int64),
        np.array(offset_, np.int64),
        stop,
        _by_gap({gap: " " not in gap for gap in set(gap_)}, gap_),
        (flag & _LINE_START) > 0,
        (flag & _BREAK) > 0,
        (flag & _PROTECTED) > 0,
        gap_,
    )


def _plan(text: str, number: dict[str, int]) -> tuple[tuple[tuple[int, int, str], ...], str, int]:
    """The pieces of a token, as (offset, type, what stands before), what stands after the last, and flags."""
    found = []
    last = 0
    for match in _PIECE.finditer(text):
        found.append((match.start(), number.setdefault(match.group(), len(number)), text[last : match.start()]))
        last = match.end()
    return tuple(found), text[last:], _PROTECTED if _ADDRESS.search(text) else 0


def _sentence_ends(gaps: list[str], types: Types, type_: Ints) -> Bools:
    """Where a full stop, question or exclamation mark ends a sentence: not after an initial or abbreviation."""
    stop = _by_gap({gap: _STOP.search(gap) is not None for gap in set(gaps)}, gaps)
    quiet = np.fromiter(map(ABBREVIATIONS.__contains__, types.low), bool, len(types.low))
    quiet |= (types.kind == Kind.LETTER) | (types.kind == Kind.CODE)
    stop[1:] &= ~quiet[type_[:-1]]
    return stop


def _by_gap(kinds: dict[str, bool], gaps: list[str]) -> Bools:
    """What is known of each gap; few are different."""
    return np.fromiter(map(kinds.__getitem__, gaps), bool, len(gaps))


class Look(NamedTuple):
    """What is known of one type; the fields are those of `Types`."""

    low: str
    unit: int
    known: bool
    kind: int
    case: int
    length: int


@lru_cache(maxsize=4)
def _looks(words: WordList) -> dict[str, Look]:
    """The types that were looked at in this process: the next text has many of them too."""
    return {}


def look_up(texts: list[str], type_: Ints, words: WordList) -> Types:
    """What is known of each type."""
    remembered = _looks(words)
    make_room(remembered, _REMEMBERED)
    looks = []
    for text in texts:
        look = remembered.get(text)
        if look is None:
            look = remembered[text] = _look_at(text, words)
        looks.append(look)
    low, unit, known, kind, case, length = zip(*looks, strict=True) if looks else ((),) * len(Look._fields)
    number = {word: place for place, word in enumerate(dict.fromkeys(low))}
    return Types(
        texts,
        list(low),
        np.array(unit, np.uint32),
        np.array(known, bool),
        np.array(kind, np.uint8),
        np.array(case, np.uint8),
        np.array(length, np.uint8),
        np.bincount(type_, minlength=len(texts)),
        list(number),
        np.fromiter(map(number.__getitem__, low), np.int64, len(texts)),
    )


def _look_at(text: str, words: WordList) -> Look:
    low = strip_possessive(text).lower()
    kind, case = classify(text)
    if kind == Kind.CODE and case == Case.UPPER and is_word_with_digits(low, words):
        kind = Kind.MIXED
    row = words.vocabulary.get(low)
    unit = NUMBER if kind == Kind.NUMBER else UNKNOWN if row is None else row + FIRST_WORD
    known = kind in (Kind.NUMBER, Kind.CODE) or words.known(text)
    return Look(low, unit, known, int(kind), int(case), min(len(text), 255))


def is_word_with_digits(low: str, words: WordList) -> bool:
    """Whether what looks like a code is a common word with digits read for its letters; of two letters, with a zero.

    >>> from cablefix.lexicon.wordlist import load_wordlist
    >>> [is_word_with_digits(word, load_wordlist()) for word in ("n0tes", "m1nister", "0f", "b52a", "iso9001", "l03")]
    [True, True, True, False, False, False]
    """
    letters = low.translate(_DIGITS_AS_LETTERS)
    if len(low) < 3:
        return low in _SHORT_WITH_ZERO
    return letters.isalpha() and (letters in words.common or letters.replace("l", "i") in words.common)


def unit_stream(pieces: Pieces, units: Units, counts: Ints) -> tuple[Units, Ints]:
    """The text as the language model reads it, and where each piece begins in it.

    `units` holds up to three units of each piece, shape (pieces, 3), of which the first `counts` are read. Sentence
    bounds stand where the pieces have them, two at the beginning and at the end.
    """
    width = counts + pieces.stop
    start = np.concatenate(([0], np.cumsum(width))) + 2
    flat = np.full(int(start[-1]) + 2, SENTENCE, np.uint32)
    begin = start[:-1] + pieces.stop
    for column in range(units.shape[1]):
        has = counts > column
        flat[begin[has] + column] = units[has, column]
    return flat, begin
