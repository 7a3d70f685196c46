"""Names that many documents spell one way, and the few that spell them another way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cablefix.corpus.database import rows_of
from cablefix.lexicon.wordlist import strip_possessive

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LEAST = 10  # documents that have the usual spelling
_TIMES = 10  # times as many as have the variant

_SPELLINGS = "SELECT name, count(*) FROM (SELECT unnest(names) AS name FROM documents) GROUP BY name ORDER BY name"
_WHERE = "SELECT n, key, unnest(names) AS name FROM documents WHERE status = 'done' ORDER BY n"


def find_names(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Rows of the table of names: a document with a rare spelling of a name that is usual.

    Only words that the word list does not know are compared; a difference in the first or last letter may be another
    name or an ending and is left alone.
    """
    counts: dict[str, int] = {}
    for name, number in rows_of(connection, _SPELLINGS):
        folded = fold_name(name)
        counts[folded] = counts.get(folded, 0) + number
    usual = usual_spellings(counts)
    if not usual:
        return []
    rows = []
    for n, key, name in rows_of(connection, _WHERE):
        folded = fold_name(name)
        found = usual.get(folded)
        if found:
            rows.append(
                {
                    "usual": found,
                    "usual_documents": counts[found],
                    "variant": folded,
                    "variant_documents": counts[folded],
                    "n": n,
                    "key": key,
                }
            )
    return sorted(rows, key=lambda row: (-row["usual_documents"], row["usual"], row["variant"], row["n"]))


def fold_name(name: str) -> str:
    """A name in lower case, without possessive.

    >>> fold_name("KARIMOV'S")
    'karimov'
    """
    return strip_possessive(name).lower()


def usual_spellings(counts: Mapping[str, int]) -> dict[str, str]:
    """For each rare spelling the usual one that it differs from by one inner letter or a swap of two.

    >>> usual_spellings({"karimov": 40, "kairmov": 1, "karimof": 1, "karimow": 2, "karmov": 4})
    {'kairmov': 'karimov', 'karmov': 'karimov'}
    """
    frequent = sorted((name for name, count in counts.items() if count >= _LEAST), key=lambda n: (-counts[n], n))
    without: dict[tuple[int, str], list[str]] = {}
    shorter: dict[str, list[str]] = {}
    for name in frequent:
        for place in _inner(name):
            key = name[:place] + name[place + 1 :]
            without.setdefault((place, key), []).append(name)
            shorter.setdefault(key, []).append(name)
    known = set(frequent)
    found: dict[str, str] = {}
    for name, count in counts.items():
        best = [
            other for other in _near(name, known, without, shorter) if other != name and counts[other] >= _TIMES * count
        ]
        if best:
            found[name] = min(best, key=lambda other: (-counts[other], other))
    return found


def _near(
    name: str, known: set[str], without: Mapping[tuple[int, str], list[str]], shorter: Mapping[str, list[str]]
) -> Iterator[str]:
    yield from shorter.get(name, ())
    for place in _inner(name):
        key = name[:place] + name[place + 1 :]
        if key in known:
            yield key
        yield from without.get((place, key), ())
    for place in range(1, len(name) - 2):
        swapped = name[:place] + name[place + 1] + name[place] + name[place + 2 :]
        if swapped in known:
            yield swapped


def _inner(name: str) -> range:
    return range(1, len(name) - 1)
