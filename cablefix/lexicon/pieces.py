"""A text as pieces: the words inside its tokens, each with what the word list and the language model know of it.

Most questions about a word depend on its letters alone. So each different word is looked at once (a type), and the
text itself is arrays of type numbers.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.model import FIRST_WORD, NUMBER, SENTENCE, UNKNOWN
from cablefix.lexicon.tokens import Flag, Token
from cablefix.lexicon.typestore import Look, Plan, Types, TypeStore
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

_REMEMBERED = 40_000  # types and tokens that are remembered from text to text
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


is_abbreviation = ABBREVIATIONS.__contains__


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
    gap_number: Ints = field(repr=False)

    def __len__(self) -> int:
        return len(self.type)

    def by_gap(self, question: Callable[[str], bool]) -> Bools:
        """Of which gaps before the pieces a question is true; one that is asked of every text. Shape (pieces,)."""
        return self.types.store.gaps.ask(question, self.gap_number)

    def of_kind(self, *kinds: Kind) -> Bools:
        """Which pieces are of one of the kinds; shape (pieces,)."""
        found = np.zeros(len(self.types.kind), bool)
        for kind in kinds:
            found |= self.types.kind == kind
        return found[self.type]


def cut_pieces(tokens: Sequence[Token], words: WordList) -> Pieces:
    """Cut tokens into pieces and look each type up."""
    texts, _, _, flags = zip(*tokens, strict=True) if tokens else ((),) * 4
    store = _store(words)
    cut = store.cut(texts, flags, _PROTECTED)
    types, of = store.types(cut.type)
    stop = (cut.flags & _BREAK) > 0
    stop |= _sentence_ends(store.gaps.ask(_has_stop, cut.gap), types, of)
    gaps = store.gaps.strings
    return Pieces(
        types,
        of,
        cut.token,
        cut.offset,
        stop,
        ~store.gaps.ask(_has_space, cut.gap),
        (cut.flags & _LINE_START) > 0,
        (cut.flags & _BREAK) > 0,
        (cut.flags & _PROTECTED) > 0,
        [gaps[at] for at in cut.gap.tolist()],
        cut.gap,
    )


def _has_stop(gap: str) -> bool:
    return _STOP.search(gap) is not None


def _has_space(gap: str) -> bool:
    return " " in gap


def _plan(text: str) -> Plan:
    """The pieces of a token."""
    if text.isalpha():  # as most tokens
        return Plan(((0, text, ""),), "", 0)
    found = []
    last = 0
    for match in _PIECE.finditer(text):
        found.append((match.start(), match.group(), text[last : match.start()]))
        last = match.end()
    return Plan(tuple(found), text[last:], _PROTECTED if _ADDRESS.search(text) else 0)


def _sentence_ends(stop: Bools, types: Types, type_: Ints) -> Bools:
    """Where a full stop, question or exclamation mark ends a sentence: not after an initial or abbreviation."""
    quiet = types.which_low(is_abbreviation) | (types.kind == Kind.LETTER) | (types.kind == Kind.CODE)
    stop[1:] &= ~quiet[type_[:-1]]
    return stop


class _OfThread(threading.local):
    """The types that were looked at in this thread: the next text has many of them too. Threads share none of it."""

    store: TypeStore | None = None


@lru_cache(maxsize=4)
def _of_thread(words: WordList) -> _OfThread:
    return _OfThread()


def _store(words: WordList) -> TypeStore:
    known = _of_thread(words)
    if known.store is None or len(known.store) >= _REMEMBERED:
        known.store = TypeStore(lambda text: _look_at(text, words), _plan)
    return known.store


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
