"""The OCR channel: how an engine turns the letters of a page into other letters, and what that costs.

A reading is explained by operations: one character read as another, lost, or invented; two read as one; one read
as two. An error costs -ln(rate * odds) nats, where `rate` is the page's share of wrong characters and `odds` says
how much more often than the average character this one suffers this error; a character read right costs nothing.
Costs of many pairs of strings are found together by a weighted edit distance in numpy.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Postfix, Prefix
from rapidfuzz.process import cpdist

SIZE = 128  # character codes: ASCII; an accented letter has the code of its base, anything else the last code
_OTHER = 127
_FAR = np.float32(1e4)
_SHIFT = 4
_ROUNDING = np.float32(1e-3)
_FEW = 200  # pairs that share the smallest grids
_GRIDS = (4, 7)  # characters of a trimmed pair that fit the small grids; most need no larger one

Codes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Counts = npt.NDArray[np.float64]


@lru_cache(maxsize=1)
def _folding() -> Codes:
    """The code of each character of the Basic Multilingual Plane below U+0250; shape (0x250,)."""
    bases = [unicodedata.normalize("NFKD", chr(number))[0] for number in range(0x250)]
    return np.array([ord(base) if ord(base) < _OTHER else _OTHER for base in bases], np.uint8)


def encode(strings: Sequence[str], width: int) -> Codes:
    """Strings as rows of character codes, zero-padded; shape (strings, width). Longer strings are cut."""
    joined = "".join([string[:width].ljust(width, "\0") for string in strings])
    if joined.isascii():
        flat = np.frombuffer(joined.encode("ascii"), np.uint8)
    else:
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        flat = np.where(points < 0x250, _folding()[np.minimum(points, 0x24F)], np.uint8(_OTHER))
    return flat.reshape(len(strings), width)


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """Costs of each error, -ln odds, and the page's share of wrong characters.

    `swap[t, o]`: t read as o. `lost[t]`: t not read. `found[o]`: o read where nothing is. `pairs[a, b]` numbers the
    two-character strings that take part in `fuse[pair, o]` (pair read as o) and `part[t, pair]` (t read as pair);
    pair 0 stands for all others, and its costs are prohibitive.
    """

    swap: Floats
    lost: Floats
    found: Floats
    pairs: Codes
    fuse: Floats
    part: Floats
    rate: float = 0.02

    def with_rate(self, rate: float) -> Channel:
        """The same channel on a page with another share of wrong characters."""
        return replace(self, rate=rate)


class Kind(IntEnum):
    """The operations of an explanation."""

    SAME = 0
    SWAP = 1
    LOST = 2
    FOUND = 3
    FUSE = 4
    PART = 5
    FAR = 6  # no explanation is in reach


_SWAP, _LOST, _FOUND, _FUSE, _PART = (np.uint8(kind) for kind in list(Kind)[1:6])
_BACK = np.array([[1, 1], [1, 1], [0, 1], [1, 0], [1, 2], [2, 1]])  # characters seen and meant of each operation


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """The errors of many pairs: which pair, what kind, the code (or pair number) meant and seen; shape (errors,)."""

    row: npt.NDArray[np.int64]
    kind: Codes
    meant: Codes
    seen: Codes


_COLUMNS = ("row", "kind", "meant", "seen")


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """The cheapest explanation of each pair: its cost in nats, the number of errors, and the errors themselves."""

    cost: Floats
    count: npt.NDArray[np.int64]
    errors: Errors


def explain(channel: Channel, seen: Sequence[str], meant: Sequence[str]) -> Alignment:
    """Cost of reading each `meant` string as the `seen` string beside it.

    Explanations that shift by more than four characters are not looked for; such a pair costs at least 10,000.

    >>> from cablefix.lexicon.adapt import load_channel
    >>> found = explain(load_channel(), ["tbe", "tbe", "the"], ["the", "toe", "the"])
    >>> bool(found.cost[0] < found.cost[1]), found.count.tolist(), float(found.cost[2])
    (True, [1, 1, 0], 0.0)
    """
    if not seen:
        none = np.zeros(0, np.uint8)
        return Alignment(np.zeros(0, np.float32), np.zeros(0, np.int64), Errors(none.astype(int), none, none, none))
    seen, meant, longest = _trim(seen, meant)
    cost, found = np.empty(len(seen), np.float32), []
    grids = _GRIDS if len(seen) > _FEW else _GRIDS[1:]
    grid = np.searchsorted(grids, longest)
    for size in range(len(grids) + 1):
        rows = np.flatnonzero(grid == size)
        if len(rows):
            picked = rows.tolist()
            cost[rows], errors = _explain(channel, [seen[row] for row in picked], [meant[row] for row in picked])
            found.append(replace(errors, row=rows[errors.row]))
    errors = Errors(*(np.concatenate([getattr(part, name) for part in found]) for name in _COLUMNS))
    return Alignment(cost, np.bincount(errors.row, minlength=len(seen)), errors)


def price(channel: Channel, errors: Errors, pairs: int) -> Floats:
    """What the errors of so many pairs cost, by a channel that need not be the one that explained them."""
    kind, meant, seen = errors.kind, errors.meant, errors.seen
    cost = np.where(kind == Kind.FAR, _FAR, np.float32(-np.log(channel.rate)))
    for of, table in ((_SWAP, channel.swap), (_FUSE, channel.fuse), (_PART, channel.part)):
        at = np.flatnonzero(kind == of)
        cost[at] += table[meant[at], seen[at]]
    for of, line, codes in ((_LOST, channel.lost, meant), (_FOUND, channel.found, seen)):
        at = np.flatnonzero(kind == of)
        cost[at] += line[codes[at]]
    return np.bincount(errors.row, weights=cost, minlength=pairs).astype(np.float32)


def _explain(channel: Channel, seen: Sequence[str], meant: Sequence[str]) -> tuple[Floats, Errors]:
    """Cost and errors of trimmed pairs."""
    obs = np.ascontiguousarray(encode(seen, max(map(len, seen))).T)
    true = np.ascontiguousarray(encode(meant, max(map(len, meant))).T)
    pair_o, pair_t = np.zeros_like(obs), np.zeros_like(true)
    pair_o[1:] = channel.pairs[obs[:-1], obs[1:]]
    pair_t[1:] = channel.pairs[true[:-1], true[1:]]
    grid, steps = _advance(channel, obs, true, pair_o, pair_t)
    size_o = np.fromiter(map(len, seen), np.int64, len(seen))
    size_t = np.fromiter(map(len, meant), np.int64, len(seen))
    cost = grid[size_o, size_t, np.arange(len(seen))]
    return cost, _read_back(steps, size_o, size_t, (obs, true, pair_o, pair_t))


def _trim(seen: Sequence[str], meant: Sequence[str]) -> tuple[list[str], list[str], npt.NDArray[np.int64]]:
    """Each pair without what both begin and end with, but for one character on either side; the longer one's length.

    What is alike costs nothing; one character is kept because an error may take it in (`rn` for `m`).
    """
    size_o = np.fromiter(map(len, seen), np.int64, len(seen))
    size_t = np.fromiter(map(len, meant), np.int64, len(seen))
    head = cpdist(seen, meant, scorer=Prefix.similarity, dtype=np.int64)
    tail = np.minimum(cpdist(seen, meant, scorer=Postfix.similarity, dtype=np.int64), np.minimum(size_o, size_t) - head)
    first, last = np.maximum(head - 1, 0), np.maximum(tail - 1, 0)
    short_seen = [text[a:b] for text, a, b in zip(seen, first.tolist(), (size_o - last).tolist(), strict=True)]
    short_meant = [text[a:b] for text, a, b in zip(meant, first.tolist(), (size_t - last).tolist(), strict=True)]
    return short_seen, short_meant, np.maximum(size_o, size_t) - first - last


def _advance(channel: Channel, obs: Codes, true: Codes, pair_o: Codes, pair_t: Codes) -> tuple[Floats, Codes]:
    """Fill the grid of costs, shape (seen + 1, meant + 1, pairs), and the operation that ended in each cell.

    A row is filled at once, but for what is lost: that follows from the cells before it in the same row.
    """
    n, most = obs.shape[1], len(true)
    rate = np.float32(-np.log(channel.rate))
    found = channel.found.take(obs) + rate
    lost = np.zeros((most + 1, n), np.float32)
    np.cumsum(channel.lost.take(true) + rate, axis=0, out=lost[1:])
    swaps, swap_row = (channel.swap + rate).ravel(), true.astype(np.int64) * channel.swap.shape[1]
    fuses, fuse_row = (channel.fuse + rate).ravel(), pair_t.astype(np.int64) * channel.fuse.shape[1]
    parts, part_row = (channel.part + rate).ravel(), true.astype(np.int64) * channel.part.shape[1]
    divided: list[bool] = (pair_o != 0).any(1).tolist()
    joined = bool(pair_t.any())
    grid = np.full((len(obs) + 1, most + 1, n), _FAR, np.float32)
    steps = np.zeros(grid.shape, np.uint8)
    grid[0, 0] = 0
    for i in range(min(len(obs), most + _SHIFT) + 1):
        low, end = max(0, i - _SHIFT), min(most, i + _SHIFT) + 1
        row, step = grid[i, low:end], steps[i, low:end]
        if i:
            o, one, two = obs[i - 1], max(low, 1), max(low, 2)
            swap = swaps.take(swap_row[one - 1 : end - 1] + o)
            swap *= true[one - 1 : end - 1] != o
            np.add(swap, grid[i - 1, one - 1 : end - 1], out=row[one - low :])
            step[one - low :] = _SWAP
            _improve(row, step, grid[i - 1, low:end] + found[i - 1], _FOUND)
            if joined and two < end:
                fuse = fuses.take(fuse_row[two - 1 : end - 1] + o)
                fuse += grid[i - 1, two - 2 : end - 2]
                _improve(row[two - low :], step[two - low :], fuse, _FUSE)
            if i > 1 and divided[i - 1]:
                part = parts.take(part_row[one - 1 : end - 1] + pair_o[i - 1])
                part += grid[i - 2, one - 1 : end - 1]
                _improve(row[one - low :], step[one - low :], part, _PART)
        spare = row - lost[low:end]
        least = np.minimum.accumulate(spare, axis=0)
        fewer = least < spare - _ROUNDING
        np.copyto(row, least + lost[low:end], where=fewer)
        np.copyto(step, _LOST, where=fewer)
    return grid, steps


def _improve(best: Floats, step: Codes, cost: Floats, kind: np.uint8) -> None:
    np.copyto(step, kind, where=cost < best)
    np.minimum(best, cost, out=best)


def _read_back(
    steps: Codes, size_o: npt.NDArray[np.int64], size_t: npt.NDArray[np.int64], codes: tuple[Codes, ...]
) -> Errors:
    """Follow the operations from the end of each pair to its beginning; right characters are left out.

    A cell of a pair is one number, so that a step back is a subtraction.
    """
    obs, true, pair_o, pair_t = codes
    width, n = steps.shape[1:]
    back = (_BACK[:, 0] * width + _BACK[:, 1]) * n
    back[Kind.SAME] = steps.size  # there is no way back from a cell that was not filled
    flat = steps.ravel()
    cell = (size_o * width + size_t) * n + np.arange(n)
    cells, kinds = [cell[:0]], [flat[:0]]
    while len(cell):
        cell = cell[cell >= n]
        kind = flat.take(cell)
        cells.append(cell)
        kinds.append(kind)
        cell = cell - back.take(kind)
    kind = np.concatenate(kinds)
    place, row = np.divmod(np.concatenate(cells), n)
    i, j = np.divmod(place, width)
    i, j = np.maximum(i - 1, 0), np.maximum(j - 1, 0)
    o = np.where(kind == _PART, pair_o[i, row], obs[i, row])
    t = np.where(kind == _FUSE, pair_t[j, row], true[j, row])
    wrong = (kind != _SWAP) | (o != t)
    return Errors(row[wrong], kind[wrong], t[wrong], o[wrong])
