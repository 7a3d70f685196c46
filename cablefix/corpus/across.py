"""The pass across documents: what none of them knows alone. It reads the tables and writes tables beside them.

Nothing is repaired by it. What it finds is for a person to look at, or for a dictionary of the user's own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cablefix.corpus.columns import ACROSS
from cablefix.corpus.confusions import find_confusions
from cablefix.corpus.database import open_database
from cablefix.corpus.duplicates import find_duplicates
from cablefix.corpus.names import find_names
from cablefix.corpus.references import find_references
from cablefix.corpus.sequences import find_sequence_faults
from cablefix.corpus.tables import to_arrow, write_parquet

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FINDERS: dict[str, Callable[[DuckDBPyConnection], list[dict[str, Any]]]] = {
    "confusions": find_confusions,
    "names": find_names,
    "sequences": find_sequence_faults,
    "references": find_references,
    "duplicates": find_duplicates,
}


def look_across(root: Path, tell: Callable[[str, int], None] = lambda name, rows: None) -> None:
    """Make the tables in `DIR/across/`. The same corpus gives the same bytes. Raises CorpusError without tables."""
    with open_database(root) as connection:
        for name, find in _FINDERS.items():
            rows = find(connection)
            write_parquet(root / "across" / f"{name}.parquet", to_arrow(ACROSS[name], rows))
            tell(name, len(rows))
