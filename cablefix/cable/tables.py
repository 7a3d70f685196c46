"""The code tables on disk: their columns, how they are read, and how a user's own rows are laid over ours.

A table is a UTF-8 file of tab-separated values. Lines that begin with ``#`` before the header are comments;
the header names the columns; every further line is one row. Fields with several values part them with ``|``.
There is no quoting: a field holds neither tabs nor line breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cablefix.lexicon.userlists import LIST_NAMES, is_misnamed_list, list_kind, read_list_text
from cablefix.resources import DictionaryError, dictionary_path

__all__ = ["FOLDER", "TABLES", "Row", "Table", "TableSet", "check_folders"]

FOLDER = "codes"
"""Folder of the shipped tables inside the dictionaries."""

Row = list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """What one table looks like: its columns in order, which name a row, which must parse as what."""

    columns: tuple[str, ...]
    key: tuple[str, ...]
    whole: tuple[str, ...] = ()
    """Columns that hold a whole number or nothing."""
    several: tuple[str, ...] = ()
    """Columns that hold whole numbers parted by ``|``, or nothing."""
    number: tuple[str, ...] = ()
    """Columns that hold a decimal number."""
    dates: tuple[str, ...] = ()
    """Columns that hold an ISO date or nothing."""
    needed: tuple[str, ...] = ()
    """Columns, beside the key, that may not be empty."""


_YEARS = ("first", "last")
TABLES: dict[str, Table] = {
    "abbreviations": Table(("abbreviation", "meaning"), ("abbreviation",)),
    "addressees": Table(("name", "kind", "meaning"), ("name",), needed=("kind",)),
    "captions": Table(("caption", "kind", "meaning"), ("caption",), needed=("kind",)),
    "chiefs_of_mission": Table(
        ("mission", "role", "surname", "forename", "start", "end"),
        ("mission", "role", "surname", "start"),
        dates=("start", "end"),
        needed=("start",),
    ),
    "circuits": Table(("circuit", "copy"), ("circuit",)),
    "classification": Table(
        ("level", "rank", "signal", "letters", "header", "forms", "portion_marks"),
        ("level",),
        number=("rank",),
        needed=("rank", "header", "forms"),
    ),
    "distribution": Table(("office", "copies", "meaning"), ("office",), several=("copies",)),
    "executive_orders": Table(
        ("eo", "signed", "effective", "until", "kind", "forms", "reasons", "note"),
        ("eo",),
        dates=("signed", "effective", "until"),
        needed=("signed", "effective", "kind"),
    ),
    "months": Table(("word", "number", "days"), ("word",), whole=("number", "days"), needed=("number", "days")),
    "posts": Table(
        ("post", "place", "territory", "kind", "first", "last", "alternates"),
        ("post", "kind", "first"),
        whole=_YEARS,
    ),
    "precedence": Table(
        ("word", "prosign", "digraph", "rank", "note"),
        ("word",),
        whole=("rank",),
        needed=("prosign", "digraph", "rank"),
    ),
    "principal_officers": Table(
        ("position", "surname", "forename", "start", "end"),
        ("position", "surname", "start"),
        dates=("start", "end"),
        needed=("start",),
    ),
    "routing": Table(("ri", "plad"), ("ri", "plad")),
    "signals": Table(("signal", "kind", "meaning"), ("signal",), needed=("kind",)),
    "states": Table(("code", "name"), ("code",)),
    "tags": Table(("code", "kind", "meaning", "first", "last"), ("code", "kind", "first"), whole=_YEARS),
    "territories": Table(
        ("territory", "name", "long_name", "first", "last"), ("territory",), whole=_YEARS, needed=("name",)
    ),
    "titles": Table(("word",), ("word",)),
}
"""Every table by its file name without ``.tsv``."""


def _split(path: Path) -> tuple[list[tuple[int, Row]], Row]:
    """The rows of a file with their line numbers, and its header."""
    header: Row | None = None
    rows: list[tuple[int, Row]] = []
    for number, raw in enumerate(read_list_text(path).split("\n"), start=1):
        line = raw.removesuffix("\r")
        if header is None:
            if line and not line.startswith("#"):
                header = line.split("\t")
        elif line:
            rows.append((number, line.split("\t")))
    if header is None:
        raise DictionaryError(f"{path}, line 1: there is no header row. Name the columns in the first line.")
    return rows, header


def _parses(value: str, parse: Callable[[str], object]) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


def _whole_numbers(value: str) -> list[int]:
    return [int(part) for part in value.split("|")]


def _check(path: Path, line: int, row: Row, table: Table) -> None:
    """Refuse a row of a user's file that a look-up could not use."""
    field = dict(zip(table.columns, row, strict=True))
    for column in (*table.key, *table.needed):
        if not field[column] and column not in (*table.whole, *table.dates):
            raise DictionaryError(f"{path}, line {line}: the column {column!r} is empty. Give it a value.")
    kinds: tuple[tuple[tuple[str, ...], Callable[[str], object], str], ...] = (
        (table.whole, int, "a whole number"),
        (table.several, _whole_numbers, "whole numbers parted by |"),
        (table.number, float, "a number"),
        (table.dates, date.fromisoformat, "a date such as 1972-06-01"),
    )
    for columns, parse, wanted in kinds:
        for column in columns:
            value = field[column]
            if (value and not _parses(value, parse)) or (not value and column in table.needed):
                raise DictionaryError(f"{path}, line {line}: {column!r} is {value!r}. Write {wanted}.")


def _read_extra(path: Path, table: Table) -> list[Row]:
    """The rows of a user's file, checked, in the order of our columns."""
    rows, header = _split(path)
    if sorted(header) != sorted(table.columns):
        raise DictionaryError(
            f"{path}, line 1: the columns are {', '.join(header)}. "
            f"This table needs exactly these columns, parted by tabs: {', '.join(table.columns)}."
        )
    place = [header.index(column) for column in table.columns]
    found: list[Row] = []
    for line, row in rows:
        if len(row) != len(header):
            raise DictionaryError(
                f"{path}, line {line}: {len(row)} fields where the header has {len(header)}. "
                "Part the fields with single tabs and leave empty fields empty."
            )
        ordered = [row[index].strip() for index in place]
        _check(path, line, ordered, table)
        found.append(ordered)
    return found


def check_folders(folders: Sequence[Path]) -> None:
    """Refuse folders and files that a look-up could not use, before anything is looked up.

    A file with a wrong name would otherwise be passed over in silence, and the user would never learn that it
    has no effect. Files that do not end in ``.tsv`` and do not look like a list are left alone: a folder may hold a
    README. Lists (``words.txt``, ``names.txt``, ``corrections.tsv``) are read elsewhere.

    :raises DictionaryError: naming the folder, or the file and the line, and the remedy.
    """
    tables = ", ".join(f"{name}.tsv" for name in TABLES)
    known = f"{tables}; or, for lists, {', '.join(LIST_NAMES)}"
    for folder in folders:
        if not folder.exists():
            raise DictionaryError(f"{folder}: no such folder. Name a folder that holds tables such as posts.tsv.")
        inside = sorted(folder.iterdir()) if folder.is_dir() else [folder]
        paths = [path for path in inside if path.suffix == ".tsv" or is_misnamed_list(path) or list_kind(path)]
        if not paths:
            what = "no tables in it" if folder.is_dir() else "neither a table nor a list"
            raise DictionaryError(f"{folder}: {what}. Put there one or more of these: {known}.")
        for path in paths:
            if path.stem in TABLES and path.suffix == ".tsv":
                _read_extra(path, TABLES[path.stem])
            elif list_kind(path) is None:
                raise DictionaryError(f"{path}, line 1: unknown table. Rename it to one of these: {known}.")


class TableSet:
    """Our tables with the tables of users' folders laid over them.

    :param folders: folders of the user's own tables, or single tables; those of later folders win.
    """

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self.folders = tuple(folders)

    def rows(self, name: str) -> list[Row]:
        """The rows of one table, each with exactly the columns of ``TABLES[name]`` in that order.

        A later row with the same key takes the place of the earlier one; a new key is added at the end.

        :raises DictionaryError: when a file is missing or a user's file is not as it should be.

        >>> TableSet().rows("months")[0]
        ['JAN', '1', '31']
        """
        table = TABLES[name]
        ours = [row for _, row in _split(dictionary_path(f"{FOLDER}/{name}.tsv"))[0]]
        paths = [folder if folder.name == f"{name}.tsv" else folder / f"{name}.tsv" for folder in self.folders]
        extra = [row for path in paths if path.is_file() for row in _read_extra(path, table)]
        if not extra:
            return ours
        place = [table.columns.index(column) for column in table.key]
        merged = {tuple(row[index] for index in place): row for row in ours}
        for row in extra:
            merged[tuple(row[index] for index in place)] = row
        return list(merged.values())
