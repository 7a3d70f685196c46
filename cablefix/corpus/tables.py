"""The tables of a corpus as Parquet: one file for each table and part, made from the journal of the part."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from cablefix.corpus.columns import TABLES, Column
from cablefix.corpus.extras import need
from cablefix.corpus.places import sync_folders, write_whole
from cablefix.corpus.store import Store

_TOGETHER = 100
_NUMBER = len(b'{"n":')

Rows = Sequence[Mapping[str, Any]]


def finish_part(store: Store, part: int) -> None:
    """Make the tables of a part from its journal, or put what the journal has into the tables that are there.

    The journal goes last, so this can be begun again after a kill at any moment.
    """
    arrow, parquet = need("pyarrow"), need("pyarrow.parquet")
    journal = store.journal(part)
    places = _places(journal)
    pieces: dict[str, list[Any]] = {name: [to_arrow(columns, [])] for name, columns in TABLES.items()}
    for rows in _read_journal(journal, places):
        for name, columns in TABLES.items():
            pieces[name].append(to_arrow(columns, _rows_of(name, rows)))
    for name, found in pieces.items():
        table = arrow.concat_tables(found)
        path = store.table(name, part)
        if path.exists():
            table = _merged(parquet.read_table(path), table, list(places))
        write_parquet(path, table)
    journal.unlink()
    sync_folders({journal.parent})


def _places(path: Path) -> dict[int, int]:
    """Where in a journal the row of each document begins; of several for one the last counts: it was reported."""
    places: dict[int, int] = {}
    with path.open("rb") as file:
        place = 0
        for line in file:
            places[int(line[_NUMBER : line.index(b",")])] = place
            place += len(line)
    return dict(sorted(places.items()))


def _read_journal(path: Path, places: Mapping[int, int]) -> Iterator[dict[int, dict[str, Any]]]:
    """The rows of a journal by number, some documents at a time: as Python objects they take much memory."""
    rows: dict[int, dict[str, Any]] = {}
    with path.open("rb") as file:
        for n, place in places.items():
            file.seek(place)
            entry = json.loads(file.readline())
            rows[n] = {**entry["row"], "output": entry["output"]}
            if len(rows) == _TOGETHER:
                yield rows
                rows = {}
    if rows:
        yield rows


def _rows_of(name: str, rows: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    if name == "documents":
        return [{**row, "n": n} for n, row in rows.items()]
    return [{**item, "n": n, "key": row["key"]} for n, row in rows.items() for item in row.get(name, ())]


def _merged(old: Any, new: Any, numbers: Sequence[int]) -> Any:
    """The rows of two tables in the order of their numbers, those of `numbers` from the new one."""
    arrow, compute = need("pyarrow"), need("pyarrow.compute")
    kept = old.filter(compute.invert(compute.is_in(old["n"], value_set=arrow.array(numbers, arrow.int64()))))
    joined = arrow.concat_tables([kept.cast(new.schema), new])
    order = compute.sort_indices(joined, sort_keys=[("n", "ascending")])
    return joined.take(order)


def to_arrow(columns: Sequence[Column], rows: Rows) -> Any:
    """Rows as an Arrow table with the types and descriptions of its columns."""
    arrow = need("pyarrow")
    arrays = []
    for column in columns:
        convert = _CONVERT.get(column.kind, _same)
        values = [None if value is None else convert(value) for value in (row.get(column.name) for row in rows)]
        try:
            array = arrow.array(values, _type(arrow, column.kind))
        except UnicodeEncodeError:
            array = arrow.array([_without_surrogates(value) for value in values], _type(arrow, column.kind))
        arrays.append(array)
    return arrow.Table.from_arrays(arrays, schema=schema_of(columns))


def _same(value: Any) -> Any:
    return value


def _without_surrogates(value: Any) -> Any:
    """A text, or the texts of a list, with lone surrogates as escapes: Arrow holds UTF-8 only."""
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    return value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else value


_CONVERT: dict[str, Callable[[Any], Any]] = {
    "time": lambda value: datetime.fromisoformat(value).replace(tzinfo=None) if isinstance(value, str) else value,
    "bytes": lambda value: bytes.fromhex(value) if isinstance(value, str) else value,
}


def schema_of(columns: Sequence[Column]) -> Any:
    """The Arrow schema of a table; each column has its description as metadata."""
    arrow = need("pyarrow")
    return arrow.schema(
        [arrow.field(column.name, _type(arrow, column.kind), metadata={"about": column.about}) for column in columns]
    )


def _type(arrow: Any, kind: str) -> Any:
    return {
        "int": arrow.int64(),
        "float": arrow.float64(),
        "text": arrow.string(),
        "time": arrow.timestamp("s"),
        "texts": arrow.list_(arrow.string()),
        "ints": arrow.list_(arrow.int64()),
        "bytes": arrow.binary(),
    }[kind]


def write_parquet(path: Path, table: Any) -> None:
    """Write a table whole or not at all; the same rows give the same bytes."""
    parquet = need("pyarrow.parquet")
    out = BytesIO()
    parquet.write_table(table.combine_chunks(), out, compression="zstd", row_group_size=max(1, table.num_rows))
    write_whole([(path, out.getvalue())])
