"""References between messages, resolved to documents of the corpus."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from cablefix.corpus.columns import ACROSS
from cablefix.corpus.database import rows_of
from cablefix.corpus.tables import to_arrow

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# `06 MOSCOW 11698`, `STATE 123456`, `USUN NEW YORK 0412 (NOTAL)`.
_MESSAGE = re.compile(r"(?:(?P<year>\d{2})\s+)?(?P<post>[A-Z][A-Z.' ]*[A-Z])[\s-]+(?P<number>\d{2,6})\b(?!/)")
_NOT_POSTS = frozenset({"OF", "ON", "DATED", "AND", "TO", "FOR"})
_CENTURY = 45

_REFS = """
    SELECT fields.n, fields.key, fields.value, year(documents."time") FROM fields JOIN documents USING (n)
    WHERE fields.field = 'refs' ORDER BY fields.n
"""
# Without a year the message of the sender's own year is meant, else that of the year before.
_RESOLVE = """
    WITH messages AS (
        SELECT post, year("time") AS of_year, number, min(n) AS first, count(*) AS several FROM documents
        WHERE status = 'done' AND post IS NOT NULL AND number IS NOT NULL AND "time" IS NOT NULL
        GROUP BY ALL
    )
    SELECT refs.n, refs.key, refs.label, refs.text, refs.post,
        CASE WHEN same.first IS NULL AND last.first IS NOT NULL THEN refs.year - 1 ELSE refs.year END,
        refs.number,
        CASE WHEN refs.post IS NULL THEN 'other' WHEN coalesce(same.first, last.first) IS NULL THEN 'absent'
             WHEN coalesce(same.several, last.several) > 1 THEN 'several' ELSE 'found' END,
        documents.n, documents.key
    FROM refs
    LEFT JOIN messages AS same ON same.post = refs.post AND same.of_year = refs.year AND same.number = refs.number
    LEFT JOIN messages AS last ON refs.supposed = 1 AND last.post = refs.post AND last.of_year = refs.year - 1
        AND last.number = refs.number
    LEFT JOIN documents ON documents.n = coalesce(same.first, last.first)
    ORDER BY refs.n, refs.position
"""


class Cited(NamedTuple):
    """A message that a reference names; `year` is None where it gives none."""

    post: str
    year: int | None
    number: int


def read_reference(text: str) -> Cited | None:
    """The message that a reference names, None for letters, reports and the like.

    >>> read_reference("06 QUITO 1107 (NOTAL)"), read_reference("STATE 0412"), read_reference("HALL-DOE TELCON")
    (Cited(post='QUITO', year=2006, number=1107), Cited(post='STATE', year=None, number=412), None)
    """
    found = _MESSAGE.match(text.strip().upper())
    if found is None or _NOT_POSTS & set(found["post"].split()):
        return None
    year = int(found["year"]) if found["year"] else None
    if year is not None:
        year += 1900 if year >= _CENTURY else 2000
    return Cited(" ".join(found["post"].split()), year, int(found["number"]))


def find_references(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Rows of the table of references, in the order of the documents."""
    from cablefix.corpus.columns import Column

    more = (Column("position", "int", ""), Column("supposed", "int", ""))
    columns = [column for column in ACROSS["references"] if column.name not in ("status", "target", "target_key")]
    connection.register("refs", to_arrow([*columns, *more], list(_read_all(connection))))
    names = [column.name for column in ACROSS["references"]]
    try:
        return [dict(zip(names, row, strict=True)) for row in connection.execute(_RESOLVE).fetchall()]
    finally:
        connection.unregister("refs")


def _read_all(connection: DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    for n, key, value, own_year in rows_of(connection, _REFS):
        for position, reference in enumerate(json.loads(value)):
            cited = read_reference(reference["text"])
            given = cited.year if cited else None
            yield {
                "n": n,
                "key": key,
                "label": reference.get("label"),
                "text": reference["text"],
                "post": cited.post if cited else None,
                "year": (given or own_year) if cited else None,
                "number": cited.number if cited else None,
                "position": position,
                "supposed": int(given is None),
            }
