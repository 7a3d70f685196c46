"""The tables of a corpus in DuckDB: a view for each, by the name of the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cablefix.corpus.columns import ACROSS, TABLES
from cablefix.corpus.extras import CorpusError, need

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FETCH = 10_000


@contextmanager
def open_database(root: Path) -> Iterator[DuckDBPyConnection]:
    """A connection with the tables of a corpus as views; nothing is written. Raises CorpusError without tables."""
    duckdb = need("duckdb")
    need("pyarrow")
    if not any((root / "tables" / "documents").glob("*.parquet")):
        raise CorpusError(f"{root}: has no tables; make them with: cablefix corpus INPUT... --out {root}")
    connection: DuckDBPyConnection = duckdb.connect()
    try:
        for name in TABLES:
            _view(connection, name, root / "tables" / name / "*.parquet")
        for name in ACROSS:
            path = root / "across" / f"{name}.parquet"
            if path.exists():
                _view(connection, name, path)
        yield connection
    finally:
        connection.close()


def _view(connection: DuckDBPyConnection, name: str, path: Path) -> None:
    quoted = str(path).replace("'", "''")
    connection.execute(f"""CREATE VIEW "{name}" AS SELECT * FROM read_parquet('{quoted}')""")


def rows_of(connection: DuckDBPyConnection, sql: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, fetched a few thousand at a time."""
    cursor = connection.cursor().execute(sql, list(values))
    while rows := cursor.fetchmany(_FETCH):
        yield from rows
