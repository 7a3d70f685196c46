"""Recurrent confusions: the OCR channel estimated anew from what the edits of a whole corpus show.

The estimate is the plain share of uses that were misread. A corpus has enough of them to do without a prior, which one
document needs (`cablefix.lexicon.adapt`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cablefix.corpus.database import rows_of
from cablefix.corpus.extras import need
from cablefix.lexicon.adapt import Tally, load_channel
from cablefix.lexicon.channel import Channel, Kind, explain

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH = 4096
_LONGEST = 24
_FAR = 1e3
_LEAST = 2

# A misread letter, and not a blank or a mark out of place.
_PAIRS = f"""
    SELECT before, after, count(*) AS uses FROM edits
    WHERE status = 'applied' AND (rule LIKE 'words.%' OR rule LIKE 'header.%')
      AND length(before) BETWEEN 1 AND {_LONGEST} AND length(after) BETWEEN 1 AND {_LONGEST} AND before <> after
    GROUP BY before, after ORDER BY before, after
"""
_TEXTS = "SELECT text FROM paragraphs UNION ALL SELECT value FROM fields"
_DOCUMENTS = """
    SELECT shown.meant, shown.seen, count(DISTINCT edits.n) FROM edits JOIN shown USING (before, after)
    WHERE edits.status = 'applied' AND (rule LIKE 'words.%' OR rule LIKE 'header.%')
    GROUP BY shown.meant, shown.seen
"""


@dataclass(frozen=True, slots=True)
class _Shown:
    before: str
    after: str
    meant: str
    seen: str


def find_confusions(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Rows of the table of confusions, the most frequent first."""
    channel = load_channel()
    tally, shown, counts = Tally.empty(channel), [], dict[tuple[str, str], int]()
    for batch in _batches(rows_of(connection, _PAIRS)):
        uses = np.array([row[2] for row in batch], np.float64)
        found = explain(channel, [row[0] for row in batch], [row[1] for row in batch])
        near = found.cost < _FAR
        tally.add(found.errors, np.where(near, uses, 0.0))
        names = _Names(channel)
        for row, kind, meant, seen in zip(*(part.tolist() for part in _columns(found.errors)), strict=True):
            if near[row]:
                pair = names.of(kind, meant, seen)
                counts[pair] = counts.get(pair, 0) + int(uses[row])
                shown.append(_Shown(batch[row][0], batch[row][1], *pair))
    for texts in _batches(rows_of(connection, _TEXTS)):
        tally.read([row[0] for row in texts], channel)
    documents = _count_documents(connection, shown)
    rows = []
    for (meant, seen), count in counts.items():
        printed = _printed(channel, tally, meant)
        if count >= _LEAST and printed:
            rows.append(
                {
                    "meant": meant,
                    "seen": seen,
                    "count": count,
                    "documents": documents.get((meant, seen), 0),
                    "meant_count": printed,
                    "rate": count / printed,
                    "cost": round(-math.log(count / printed), 3),
                    "shipped_cost": _cost(channel, meant, seen),
                }
            )
    return sorted(rows, key=lambda row: (-row["count"], row["meant"], row["seen"]))


def _printed(channel: Channel, tally: Tally, meant: str) -> int:
    """How often what was meant stands in the corpus; for what stands nowhere, the number of characters."""
    if len(meant) == 2:
        return int(tally.pairs[channel.pairs[ord(meant[0]), ord(meant[1])]])
    return int(tally.chars[ord(meant)] if meant else tally.chars.sum())


def _columns(errors: Any) -> tuple[Any, Any, Any, Any]:
    return errors.row, errors.kind, errors.meant, errors.seen


def _batches(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class _Names:
    """What the codes of errors stand for."""

    def __init__(self, channel: Channel) -> None:
        first, second = np.nonzero(channel.pairs)
        numbers = channel.pairs[first, second].tolist()
        self._pairs = {n: chr(a) + chr(b) for n, a, b in zip(numbers, first.tolist(), second.tolist(), strict=True)}

    def of(self, kind: int, meant: int, seen: int) -> tuple[str, str]:
        if kind == Kind.FUSE:
            return self._pairs.get(meant, ""), chr(seen)
        if kind == Kind.PART:
            return chr(meant), self._pairs.get(seen, "")
        return "" if kind == Kind.FOUND else chr(meant), "" if kind == Kind.LOST else chr(seen)


def _count_documents(connection: DuckDBPyConnection, shown: list[_Shown]) -> dict[tuple[str, str], int]:
    arrow = need("pyarrow")
    columns = {name: [getattr(row, name) for row in shown] for name in ("before", "after", "meant", "seen")}
    connection.register(
        "shown", arrow.table(columns, schema=arrow.schema([(name, arrow.string()) for name in columns]))
    )
    try:
        return {(meant, seen): count for meant, seen, count in connection.execute(_DOCUMENTS).fetchall()}
    finally:
        connection.unregister("shown")


def _cost(channel: Channel, meant: str, seen: str) -> float:
    """What the confusion costs in a channel, on a page with its share of wrong characters, in nats."""
    codes = [ord(char) for char in meant], [ord(char) for char in seen]
    if len(meant) == 2:
        odds = channel.fuse[channel.pairs[codes[0][0], codes[0][1]], codes[1][0]]
    elif len(seen) == 2:
        odds = channel.part[codes[0][0], channel.pairs[codes[1][0], codes[1][1]]]
    elif not meant:
        odds = channel.found[codes[1][0]]
    elif not seen:
        odds = channel.lost[codes[0][0]]
    else:
        odds = channel.swap[codes[0][0], codes[1][0]]
    return round(float(odds) - math.log(channel.rate), 3)
