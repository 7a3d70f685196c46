"""What is known of strings that come again in every text: each is numbered and looked at once in a process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Units = npt.NDArray[np.uint32]
Test = Callable[[str], Any]


class Rows:
    """An array that grows at its end; `width` columns, or none."""

    def __init__(self, kind: type[np.generic] = np.int64, width: int = 0) -> None:
        self._room: npt.NDArray[Any] = np.zeros((64, width) if width else 64, kind)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def rows(self) -> npt.NDArray[Any]:
        """What is in it."""
        return self._room[: self._size]

    def add(self, rows: Sequence[Any]) -> None:
        """Put rows at the end."""
        if not len(rows):
            return
        size = self._size + len(rows)
        if size > len(self._room):
            more = np.zeros((size, *self._room.shape[1:]), self._room.dtype)
            self._room = np.concatenate((self._room, more))
        self._room[self._size : size] = rows
        self._size = size


class Numbered:
    """Strings with a number each, in the order in which they came, and the answers to questions about them."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._number: dict[str, int] = {}
        self._answers: dict[Test, Rows] = {}
        self._place = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self.strings)

    def number(self, string: str) -> int:
        """The number of a string, which may be new."""
        number = self._number.setdefault(string, len(self.strings))
        if number == len(self.strings):
            self.strings.append(string)
        return number

    def numbers(self, strings: Sequence[str]) -> Ints:
        """The numbers of strings."""
        found = np.fromiter(map(self._number.get, strings, repeat(-1)), np.int64, len(strings))
        for row in np.flatnonzero(found < 0).tolist():
            found[row] = self.number(strings[row])
        return found

    def ask(self, question: Test, of: Ints, kind: type[np.generic] = np.bool_) -> npt.NDArray[Any]:
        """What a question gives for each of the strings numbered `of`; a function that lives as long as this.

        >>> words = Numbered()
        >>> of = words.numbers(["the", "TUG", "the"])
        >>> words.ask(str.isupper, of).tolist()
        [False, True, False]
        """
        answers = self._answers.get(question)
        if answers is None:
            answers = self._answers[question] = Rows(kind)
        answers.add(list(map(question, self.strings[len(answers) :])))
        return answers.rows[of]

    def in_order(self, of: Ints) -> tuple[Ints, Ints]:
        """The different numbers among `of` in the order in which they come first, and the place of each in that order.

        >>> [found.tolist() for found in Numbered().in_order(np.array([7, 3, 7, 5]))]
        [[7, 3, 5], [0, 1, 0, 2]]
        """
        if not len(of):
            return of, of
        if len(self._place) <= of.max():
            self._place = np.zeros(2 * int(of.max()) + 1, np.int64)
        row, place = np.arange(len(of)), self._place
        place[of[::-1]] = row[::-1]
        first = place[of]
        new = first == row
        order: Ints = (np.cumsum(new) - 1)[first]
        return of[new], order


class Look(NamedTuple):
    """What is known of one type; the fields are those of `Types`."""

    low: str
    unit: int
    known: bool
    kind: int
    case: int
    length: int


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
    store: TypeStore = field(repr=False)
    number: Ints = field(repr=False)
    low_number: Ints = field(repr=False)

    def which(self, question: Test) -> Bools:
        """Of which types a question is true, as they are printed; one that is asked of every text."""
        return self.store.texts.ask(question, self.number)

    def which_low(self, question: Test) -> Bools:
        """Of which types a question is true, in lower case without a possessive ending."""
        return self.store.lows.ask(question, self.low_number)


class Plan(NamedTuple):
    """The pieces of a token: where each begins, its text, what stands before it; what stands behind; flags."""

    pieces: tuple[tuple[int, str, str], ...]
    trail: str
    flags: int


class Cut(NamedTuple):
    """The pieces of a text: the row of each one's token, the number of its type, its place, the number of its gap."""

    token: Ints
    type: Ints
    offset: Ints
    gap: Ints
    flags: Ints
    first: Bools  # the first of its token


class TypeStore:
    """Tokens, the pieces that they are cut into, and what stands between these.

    `look` tells what is known of a type, `plan` cuts a token.
    """

    def __init__(self, look: Callable[[str], Look], plan: Callable[[str], Plan]) -> None:
        self._look, self._plan = look, plan
        self.texts, self.lows, self.gaps = Numbered(), Numbered(), Numbered()
        self._tokens = Numbered()
        self._columns = Rows(width=6)  # of each type: the number of its low, and the columns of Look
        self._of_token = Rows(width=4)  # first piece, number of pieces, flags, whether marks stand behind
        self._trails: list[str] = []
        self._pieces = Rows(width=3)  # offset, type, gap

    def __len__(self) -> int:
        return max(len(self.texts), len(self._tokens), len(self.gaps))

    def cut(self, texts: Sequence[str], flags: Sequence[int], kept: int) -> Cut:
        """The pieces of tokens in order. Of a token's flags, the pieces after its first have those in `kept` alone."""
        number = self._tokens.numbers(texts)
        self._cut_new()
        begin, count, more, trailing = self._of_token.rows[number].T
        ends = np.cumsum(count)
        token = np.repeat(np.arange(len(number)), count)
        piece = np.arange(len(token)) + (begin - ends + count)[token]
        offset, kind, gap = self._pieces.rows[piece].T
        first = np.zeros(len(token), bool)
        first[(ends - count)[count > 0]] = True
        flag = np.array(flags, np.int64)
        flag = np.where(first, flag[token], flag[token] & kept) | more[token]
        gap = gap.copy()
        trail, last = "", -1
        starts = (ends - count).tolist()
        for row in np.flatnonzero(trailing).tolist():
            trail = (
                self._trails[number[row]] if count[row] else (trail if last == row - 1 else "").rstrip() + texts[row]
            )
            last = row
            if row + 1 < len(number) and count[row + 1]:
                at = starts[row + 1]
                gap[at] = self.gaps.number(trail + self.gaps.strings[gap[at]])
        return Cut(token, kind, offset, gap, flag, first)

    def _cut_new(self) -> None:
        new = self._tokens.strings[len(self._of_token) :]
        if not new:
            return
        rows, pieces, begin = [], [], len(self._pieces)
        for text in new:
            plan = self._plan(text)
            for at, (offset, piece, before) in enumerate(plan.pieces):
                gap = self.gaps.number(before if at else " " + before)
                pieces.append((offset, self.texts.number(piece), gap))
            rows.append((begin, len(plan.pieces), plan.flags, bool(plan.trail) or not plan.pieces))
            begin += len(plan.pieces)
            self._trails.append(plan.trail)
        self._of_token.add(rows)
        self._pieces.add(pieces)
        looks = [self._look(text) for text in self.texts.strings[len(self._columns) :]]
        self._columns.add([(self.lows.number(look.low), *look[1:]) for look in looks])

    def types(self, of: Ints) -> tuple[Types, Ints]:
        """The different types among the numbers `of`, in the order in which they come first, and each one's row."""
        number, row = self.texts.in_order(of)
        low, unit, known, kind, case, length = self._columns.rows[number].T
        words, word = self.lows.in_order(low)
        texts, lows = self.texts.strings, self.lows.strings
        return Types(
            [texts[at] for at in number.tolist()], [lows[at] for at in low.tolist()], unit.astype(np.uint32),
            known.astype(bool), kind.astype(np.uint8), case.astype(np.uint8), length.astype(np.uint8),
            np.bincount(row, minlength=len(number)), [lows[at] for at in words.tolist()], word, self, number, low,
        ), row  # fmt: skip
