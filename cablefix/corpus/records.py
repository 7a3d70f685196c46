"""Files of records as inputs: each record of JSON Lines, each row of Parquet, is a document."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from cablefix.corpus.extras import need
from cablefix.corpus.items import Choice, Item, TooLarge, clean_key, too_large, unreadable

_ROWS = 256


@dataclass(slots=True)
class JsonLines:
    """JSON Lines, packed with gzip or not: one object a line, its text in one column, its name in another."""

    label: str
    opener: Callable[[], IO[bytes]]
    choice: Choice

    def items(self) -> Iterator[Item]:
        """The documents in the order of the lines."""
        try:
            with self._lines() as file:
                for number, line in enumerate(file, 1):
                    if line.strip():
                        yield self._item(number, line)
        except (OSError, EOFError, zlib.error) as error:
            yield unreadable(f"{self.label}#end", f"cannot be read further ({error}); take it from a copy")

    def count(self) -> int | None:
        """How many lines are not empty."""
        try:
            with self._lines() as file:
                return sum(1 for line in file if line.strip())
        except (OSError, EOFError, zlib.error):
            return None

    @contextmanager
    def _lines(self) -> Iterator[Iterable[bytes]]:
        with self.opener() as file:
            if self.label.lower().endswith(".gz"):
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield unpacked
            else:
                yield file

    def _item(self, number: int, line: bytes) -> Item:
        place = f"{self.label}/{number:09d}"
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            return unreadable(place, f"line {number} is not valid JSON ({error}); correct the line")
        if not isinstance(record, dict):
            return unreadable(place, f"line {number} is no JSON object; give one object a line")
        return record_item(self.label, number, record.get(self.choice.id_column), record, self.choice)


@dataclass(slots=True)
class ParquetRows:
    """A Parquet file: one document a row."""

    label: str
    opener: Callable[[], IO[bytes]]
    choice: Choice

    def items(self) -> Iterator[Item]:
        """The documents in the order of the rows."""
        parquet = need("pyarrow.parquet")
        number = 0
        try:
            with self.opener() as raw:
                file = parquet.ParquetFile(raw)
                names = file.schema_arrow.names
                if self.choice.text_column not in names:
                    known = ", ".join(names)
                    reason = f"has no column {self.choice.text_column!r}, but {known}; name it with --text-column"
                    yield unreadable(self.label, reason)
                    return
                columns = [name for name in dict.fromkeys(self._columns()) if name in names]
                for batch in file.iter_batches(batch_size=_ROWS, columns=columns):
                    for record in batch.to_pylist():
                        number += 1
                        yield record_item(self.label, number, record.get(self.choice.id_column), record, self.choice)
        except (OSError, need("pyarrow").ArrowInvalid) as error:
            reason = str(error).splitlines()[0]
            yield unreadable(f"{self.label}#end", f"this Parquet file cannot be read ({reason}); take it from a copy")

    def _columns(self) -> tuple[str, str]:
        return self.choice.id_column, self.choice.text_column

    def count(self) -> int | None:
        """How many rows there are."""
        try:
            with self.opener() as raw:
                return int(need("pyarrow.parquet").ParquetFile(raw).metadata.num_rows)
        except (OSError, need("pyarrow").ArrowInvalid):
            return None


def record_item(label: str, number: int, name: object, record: dict[str, Any], choice: Choice) -> Item:
    """The document in a record; a thousand of them go into one folder of outputs."""
    known = isinstance(name, str | int) and str(name).strip()
    key = clean_key(f"{label}/{(number - 1) // 1000:06d}/{str(name).strip() if known else f'{number:09d}'}")
    text = record.get(choice.text_column)
    if isinstance(text, bytes):
        data = text
    elif isinstance(text, str):
        data = text.encode("utf-8", "surrogatepass")
    else:
        what = "no column" if choice.text_column not in record else "no text in column"
        return unreadable(key, f"{what} {choice.text_column!r}; name the column with --text-column")
    if len(data) > choice.most_bytes:
        return Item(key, partial(_raise, key, choice))
    return Item(key, lambda: data)


def _raise(key: str, choice: Choice) -> bytes:
    raise TooLarge(too_large(key, choice))
