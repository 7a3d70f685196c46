"""Learning the OCR channel: errors counted, and a channel re-estimated on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.channel import SIZE, Channel, Errors, Kind, encode
from cablefix.lexicon.files import lexicon_folder

_STEPS_PER_NAT = 16
_PROHIBITIVE = 30.0

Counts = npt.NDArray[np.float64]


@dataclass(slots=True, eq=False)
class Tally:
    """Errors counted by kind, and how often each character and numbered pair was meant."""

    swap: Counts
    lost: Counts
    found: Counts
    fuse: Counts
    part: Counts
    chars: Counts
    pairs: Counts

    @classmethod
    def empty(cls, channel: Channel) -> Tally:
        """All zero, in the shape of a channel."""
        n = len(channel.fuse)
        shapes = ((SIZE, SIZE), (SIZE,), (SIZE,), (n, SIZE), (SIZE, n), (SIZE,), (n,))
        return cls(*(np.zeros(shape) for shape in shapes))

    def add(self, errors: Errors, weight: npt.NDArray[np.floating] | None = None) -> None:
        """Count errors, each with the weight of the pair that it is in."""
        w = np.ones(len(errors.row)) if weight is None else weight[errors.row]
        for kind, table in ((Kind.SWAP, self.swap), (Kind.FUSE, self.fuse), (Kind.PART, self.part)):
            of = errors.kind == kind
            np.add.at(table, (errors.meant[of], errors.seen[of]), w[of])
        for kind, line, codes in ((Kind.LOST, self.lost, errors.meant), (Kind.FOUND, self.found, errors.seen)):
            of = errors.kind == kind
            np.add.at(line, codes[of], w[of])

    def read(self, words: Iterable[str], channel: Channel) -> None:
        """Count the characters and pairs of words that were meant."""
        text = " ".join(words)
        codes = encode([text], len(text))[0]
        self.chars += np.bincount(codes, minlength=SIZE)
        self.pairs += np.bincount(channel.pairs[codes[:-1], codes[1:]], minlength=len(self.pairs))

    def read_often(self, words: Sequence[str], times: Sequence[int], channel: Channel) -> None:
        """Count the characters and pairs of words that were meant so many times; those of a number are one text."""
        order = sorted(range(len(words)), key=times.__getitem__)
        words, times = [words[row] for row in order], [times[row] for row in order]
        size = np.fromiter(map(len, words), np.int64, len(words)) + 1
        text = " ".join(words) + " "
        codes = encode([text], len(text))[0]
        weight = np.repeat(np.array(times, np.float64), size)
        ends = np.cumsum(size) - 1
        weight[ends[np.diff(times, append=-1) != 0]] = 0
        self.chars += np.bincount(codes, weights=weight, minlength=SIZE)
        pairs = channel.pairs[codes[:-1], codes[1:]]
        self.pairs += np.bincount(pairs, weights=np.minimum(weight[:-1], weight[1:]), minlength=len(self.pairs))

    def total(self) -> float:
        """The number of errors counted."""
        return float(sum(t.sum() for t in (self.swap, self.lost, self.found, self.fuse, self.part)))


def adapt(channel: Channel, tally: Tally, pseudo: float) -> Channel:
    """The channel re-estimated on counted errors.

    Of each error the count is Poisson with mean odds * rate * uses of what was meant; the odds have a Gamma prior with
    the old odds as mean and `pseudo` as shape, so what is new is (count + pseudo) / (rate * uses + pseudo / old odds).
    """
    uses = float(tally.chars.sum())
    if not uses or not tally.total():
        return channel
    rate = max(tally.total() / uses, 1e-5)

    def posterior(cost: npt.NDArray[np.float32], count: Counts, meant: Counts) -> npt.NDArray[np.float32]:
        new = np.log(rate * meant + pseudo * np.exp(np.minimum(cost, _PROHIBITIVE))) - np.log(count + pseudo)
        return np.where(cost >= _PROHIBITIVE, cost, new).astype(np.float32)

    everywhere = np.full(SIZE, uses)
    return replace(
        channel,
        swap=posterior(channel.swap, tally.swap, tally.chars[:, None]),
        lost=posterior(channel.lost, tally.lost, tally.chars),
        found=posterior(channel.found, tally.found, everywhere),
        fuse=posterior(channel.fuse, tally.fuse, tally.pairs[:, None]),
        part=posterior(channel.part, tally.part, tally.chars[:, None]),
        rate=rate,
    )


def blank_channel(pairs: Iterable[str], rate: float = 0.02) -> Channel:
    """A channel that knows nothing but that letters are read as letters, with the pairs that may fuse or part."""
    number = np.zeros((SIZE, SIZE), np.uint8)
    count = 1
    for pair in pairs:
        number[ord(pair[0]), ord(pair[1])] = count
        count += 1
    letter = np.zeros(SIZE, bool)
    letter[[*range(65, 91), *range(97, 123)]] = True
    swap = np.full((SIZE, SIZE), 7.5, np.float32)
    swap[np.ix_(letter, letter)] = 5.0
    fuse = np.full((count, SIZE), 7.0, np.float32)
    part = np.full((SIZE, count), 7.0, np.float32)
    fuse[0], part[:, 0] = _PROHIBITIVE, _PROHIBITIVE
    lost = np.full(SIZE, 3.5, np.float32)
    found = np.full(SIZE, 6.0, np.float32)
    return Channel(swap, lost, found, number, fuse, part, rate)


def save_channel(channel: Channel, folder: Path) -> None:
    """Write a channel as bytes, 16 steps to a nat, offset by 5 nats."""
    for name in ("swap", "lost", "found", "fuse", "part"):
        steps = np.clip(np.round((getattr(channel, name) + 5) * _STEPS_PER_NAT), 0, 255)
        np.save(folder / f"channel_{name}.npy", steps.astype(np.uint8))
    np.save(folder / "channel_pairs.npy", channel.pairs)


@lru_cache(maxsize=4)
def load_channel(folder: Path | None = None) -> Channel:
    """The channel of a folder made by dictionaries/build/channel.py; without one, the shipped channel."""
    folder = folder or lexicon_folder()

    def read(name: str) -> npt.NDArray[np.float32]:
        steps = np.load(folder / f"channel_{name}.npy").astype(np.float32)
        return np.where(steps == 255, np.float32(1e4), steps / _STEPS_PER_NAT - 5).astype(np.float32)

    pairs = np.load(folder / "channel_pairs.npy")
    swap, lost = read("swap"), read("lost")
    swap[:, ord(" ")] = lost  # a letter that is lost may leave its blank
    return Channel(swap, lost, read("found"), pairs, read("fuse"), read("part"))
