"""Engines of our own: clean text misread as the channel says, each time by an engine with other habits."""

from __future__ import annotations

import math
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from cablefix.lexicon.channel import Channel, encode
from cablefix.train.texts import texts

SIZE, FIRST, STEP = 6_000, 30_000, 120_000  # characters of a text, where the first begins, and from one to the next
RATES = (0.002, 0.1)  # share of characters misread, drawn on a logarithmic scale
HABITS = (0.15, 0.5, 1.0)  # shape of the Gamma by which an engine's odds differ from the channel's
DIVIDED = (0.0, 0.0, 0.01, 0.03)  # share of longer words that fall apart where a line end was
APART = (0.0, 0.0, 0.0, 0.01, 0.04)  # share of the stops after a word that stand apart from it
TAKEN = (0.0, 0.3, 0.7)  # share of these where the last letter of the word is lost in the blank: `book ,` for `books,`
UPPER = 0.12
# What an engine writes for a letter that it cannot read: nothing of its own, one of these, or "no ASCII".
REJECTS = (*3 * ("",), *"~_^*@ -", "\x7f")
REJECTED = 0.4  # errors of that kind, as a share of all others
SYMBOLS = "«»•©®°£§¢€¥"  # one of these is seen where the channel says "no ASCII"
PLAIN = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "—": "-", "–": "-"})
WORD = re.compile(r"[a-z]{5,}")
BEFORE_STOP = re.compile(r"(?<=[A-Za-z]{2})([A-Za-z])([,.;:])(?=\s|$)")
_SPACE, _LINE, _LAST = ord(" "), ord("\n"), 127
LETTERS = [*range(65, 91), *range(97, 123)]
Floats = NDArray[np.float64]


class Engine:
    """A channel whose odds are each made greater or smaller at random."""

    def __init__(self, channel: Channel, rng: np.random.Generator, rate: float, habit: float) -> None:
        def odds(costs: NDArray[np.float32]) -> Floats:
            """The chance of each error."""
            usual: Floats = rate * np.exp(-np.minimum(costs, 30).astype(np.float64))
            return usual * rng.gamma(habit, 1 / habit, costs.shape)

        self.rng, self.number = rng, channel.pairs
        self.pairs = {int(channel.pairs[a, b]): chr(a) + chr(b) for a, b in zip(*channel.pairs.nonzero(), strict=True)}
        self.swap, self.lost, self.found = odds(channel.swap), odds(channel.lost), odds(channel.found)
        self.fuse, self.part = odds(channel.fuse), odds(channel.part)
        np.fill_diagonal(self.swap, 0)
        self.swap[:, :_SPACE] = self.found[:_SPACE] = 0
        self.swap[_SPACE] *= 0.3
        reject = rng.choice(REJECTS)
        if reject:
            self.swap[LETTERS, ord(reject)] += REJECTED * rate
        self.symbols = rng.choice(list(SYMBOLS), 2)
        self.fuse[0] = self.part[:, 0] = 0

    def read(self, text: str) -> str:
        """The text as this engine reads it; line ends and what is not ASCII it reads right."""
        codes = encode([text], len(text))[0]
        after = np.append(codes[1:], _LAST)
        pair = self.number[codes, after]
        none = np.zeros(len(codes))
        chances = np.stack(
            [
                self.swap.sum(1)[codes], self.lost[codes], self.part.sum(1)[codes],
                np.where(pair > 0, self.fuse.sum(1)[pair], none), np.full(len(codes), self.found.sum()),
            ]
        ).cumsum(0)  # fmt: skip
        drawn = self.rng.random(len(codes))
        wrong = (drawn < chances[-1]) & (codes != _LINE) & (codes < _LAST)
        kinds = (drawn >= chances).sum(0)
        parts: list[str] = []
        last = 0
        for at in np.flatnonzero(wrong).tolist():
            if at < last:
                continue
            parts.append(text[last:at])
            seen, used = self._misread(int(kinds[at]), text[at], int(codes[at]), int(pair[at]))
            parts.append(seen)
            last = at + used
        return "".join(parts) + text[last:]

    def _misread(self, kind: int, character: str, code: int, pair: int) -> tuple[str, int]:
        """What is seen, and how many characters it stands for."""
        if kind == 0:
            return self._shown(self._pick(self.swap[code])), 1
        if kind == 1:
            return "", 1
        if kind == 2:
            return self.pairs[self._pick(self.part[code])], 1
        if kind == 3:
            return chr(self._pick(self.fuse[pair])), 2
        return character + self._shown(self._pick(self.found)), 1

    def _shown(self, code: int) -> str:
        """A character; for the last code, one of the symbols that this engine is prone to."""
        return chr(code) if code < _LAST else str(self.rng.choice(self.symbols))

    def _pick(self, chances: Floats) -> int:
        return int(self.rng.choice(len(chances), p=chances / chances.sum()))


def divide(text: str, share: float, rng: random.Random) -> str:
    """The text with some longer words in two, as where a hyphen at a line end was lost."""

    def cut(match: re.Match[str]) -> str:
        word = match.group()
        at = rng.randrange(2, len(word) - 1)
        return f"{word[:at]} {word[at:]}" if rng.random() < share else word

    return WORD.sub(cut, text)


def set_stops_apart(text: str, share: float, taken: float, rng: random.Random) -> str:
    """The text with some stops apart from their words, some of which have lost their last letter.

    >>> set_stops_apart("It sank, they say.", 1.0, 0.0, random.Random(1))
    'It sank , they say .'
    >>> set_stops_apart("It sank, they said.", 1.0, 1.0, random.Random(1))
    'It san , they sai .'
    """

    def part(match: re.Match[str]) -> str:
        if rng.random() >= share:
            return match.group()
        return f"{'' if rng.random() < taken else match[1]} {match[2]}"

    return BEFORE_STOP.sub(part, text)


def misread(folder: Path, channel: Channel, seed: int) -> Iterator[tuple[str, str]]:
    """Parts of the texts of a folder, each as an engine of its own misreads it, with the truth."""
    rng, draws = random.Random(seed), np.random.default_rng(seed)
    for text in texts(folder):
        for start in range(FIRST if len(text) > FIRST + SIZE else 0, max(len(text) - SIZE, 1), STEP):
            gold = text[start : start + SIZE].translate(PLAIN)
            gold = gold.upper() if rng.random() < UPPER else gold
            rate = math.exp(rng.uniform(*map(math.log, RATES)))
            engine = Engine(channel, draws, rate, rng.choice(HABITS))
            seen = set_stops_apart(divide(gold, rng.choice(DIVIDED), rng), rng.choice(APART), rng.choice(TAKEN), rng)
            yield engine.read(seen), gold
