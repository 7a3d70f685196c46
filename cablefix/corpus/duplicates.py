"""Copies of one document, and several OCR runs of it, found by digests and sketches.

Sketches are cut into bands; documents that agree in a band are compared (locality-sensitive hashing). Within a band
each is compared with the first and with the one before it, so time stays linear however many there are of a kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cablefix.corpus.database import rows_of
from cablefix.corpus.sketch import HASHES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ROWS = 4  # hashes in a band: two texts that share half of their sequences agree in one of 16 bands in 64 % of cases
_NEAR = 0.5
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

_DOCUMENTS = """
    SELECT n, key, sha256, text_sha256, sketch, bytes FROM documents WHERE status = 'done' ORDER BY n
"""


@dataclass(frozen=True, slots=True, eq=False)
class _Corpus:
    n: list[int]
    key: list[str]
    bytes_digest: list[bytes]
    text_digest: list[bytes]
    sketched: npt.NDArray[np.int64]
    sketches: npt.NDArray[np.uint32]


def find_duplicates(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Rows of the table of duplicates: groups of two and more, the first document first."""
    corpus = _load(connection)
    groups = _Groups(len(corpus.n))
    _join_equal(groups, corpus.bytes_digest)
    _join_equal(groups, corpus.text_digest)
    nearest: dict[int, tuple[float, int]] = {}
    for one, other, share in near_pairs(corpus.sketches):
        earlier, later = sorted((int(corpus.sketched[one]), int(corpus.sketched[other])))
        groups.join(earlier, later)
        nearest[later] = max(nearest.get(later, (0.0, 0)), (share, -earlier))
    where = {row: place for place, row in enumerate(corpus.sketched.tolist())}
    rows = []
    for members in groups.several():
        seen: dict[bytes, int] = {}
        for member in members:
            kind, other = _relation(corpus, seen, members[0], member)
            if kind == "near" and member in nearest:
                other = -nearest[member][1]
            equal = kind != "near" or corpus.sketches[where[other]] == corpus.sketches[where[member]]
            rows.append(
                {
                    "group": corpus.n[members[0]],
                    "n": corpus.n[member],
                    "key": corpus.key[member],
                    "kind": kind,
                    "of": corpus.n[other],
                    "similarity": round(float(np.mean(equal)), 3),
                }
            )
    return rows


def _relation(corpus: _Corpus, seen: dict[bytes, int], first: int, member: int) -> tuple[str, int]:
    """What a member of a group is, and of which earlier one; `seen` are the digests of the earlier ones."""
    found = "first" if member == first else "near", first
    for kind, digest in (("same text", corpus.text_digest[member]), ("same bytes", corpus.bytes_digest[member])):
        if digest and seen.setdefault(digest, member) != member:
            found = kind, seen[digest]
    return found


def _load(connection: DuckDBPyConnection) -> _Corpus:
    corpus = _Corpus([], [], [], [], np.zeros(0, np.int64), np.zeros((0, HASHES), np.uint32))
    places, sketches = [], []
    for place, (n, key, sha256, text_sha256, sketch, size) in enumerate(rows_of(connection, _DOCUMENTS)):
        corpus.n.append(n)
        corpus.key.append(key)
        # An empty file is like any other; a text too short for a sketch may be a cover sheet.
        corpus.bytes_digest.append(bytes.fromhex(sha256) if size else b"")
        corpus.text_digest.append(bytes.fromhex(text_sha256) if sketch else b"")
        if sketch:
            places.append(place)
            sketches.append(sketch)
    table = np.frombuffer(b"".join(sketches), "<u4").reshape(len(sketches), HASHES)
    return _Corpus(corpus.n, corpus.key, corpus.bytes_digest, corpus.text_digest, np.array(places, np.int64), table)


def near_pairs(sketches: npt.NDArray[np.uint32]) -> Iterator[tuple[int, int, float]]:
    """Pairs of rows that share half of their sequences or more, and that share; sketches of shape (documents, 64).

    Not every pair of a group is named; those that are connect the group.
    """
    if len(sketches) < 2:
        return
    for start in range(0, HASHES, _ROWS):
        code = np.zeros(len(sketches), np.uint64)
        for column in range(start, start + _ROWS):
            code = (code ^ sketches[:, column]) * _MULTIPLIER
            code ^= code >> np.uint64(31)
        order = np.argsort(code, kind="stable")
        sorted_code = code[order]
        fresh = np.concatenate([[True], sorted_code[1:] != sorted_code[:-1]])
        first = order[np.maximum.accumulate(np.where(fresh, np.arange(len(order)), 0))]
        one = np.concatenate([first[~fresh], order[:-1][~fresh[1:]]])
        other = np.concatenate([order[~fresh], order[1:][~fresh[1:]]])
        shares = (sketches[one] == sketches[other]).mean(axis=1)
        near = shares >= _NEAR
        yield from zip(one[near].tolist(), other[near].tolist(), shares[near].tolist(), strict=True)


class _Groups:
    """Sets of rows that belong together (union-find); the lowest row stands for its set."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def of(self, row: int) -> int:
        while self._above[row] != row:
            self._above[row] = self._above[self._above[row]]
            row = self._above[row]
        return row

    def join(self, one: int, other: int) -> None:
        a, b = self.of(one), self.of(other)
        self._above[max(a, b)] = min(a, b)

    def several(self) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for row in range(len(self._above)):
            found.setdefault(self.of(row), []).append(row)
        return [members for members in found.values() if len(members) > 1]


def _join_equal(groups: _Groups, digests: list[bytes]) -> None:
    first: dict[bytes, int] = {}
    for row, digest in enumerate(digests):
        if digest:
            groups.join(first.setdefault(digest, row), row)
