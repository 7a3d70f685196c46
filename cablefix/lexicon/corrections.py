"""A user's correction tables: what is to be replaced by what, in which case, and where.

A table is a UTF-8 file of tab-separated values called `corrections.tsv` (or `engine.corrections.tsv`); comment lines
begin with ``#``, the first other line names the columns. `pattern` and `replacement` are needed; the rest may be left
out or left empty:

* `kind`: ``word`` (the default), the pattern is text as it stands; ``regex``, it is a Python regular expression.
* `case`: ``as-is`` (the default), ``keep`` or ``ignore``; see `CaseRule`.
* `where`: ``text`` (the default), running text; ``header``, the header of a message too; ``furniture``, page furniture
  and nothing else; ``everywhere``, all of it, numbers and codes included.
* `confidence`: 0.99 by default; below the threshold of the profile the correction is only proposed.

A pattern of either kind begins and ends at the bounds of words.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import product
from pathlib import Path

from cablefix.lexicon.userlists import ListKind, find_lists, place_of, read_list_lines
from cablefix.resources import DictionaryError

COLUMNS = ("pattern", "replacement", "kind", "case", "where", "confidence")
_NEEDED = COLUMNS[:2]
_LONGEST = 300  # characters of a pattern
_CONFIDENCE = 0.99
_LITERALS = 6  # different characters of a pattern that it is tried out on
_SIZES = (*range(4, 41, 3), 60, 100, 200, 400)
_SLOW = 0.01  # CPU seconds that a pattern may need on one trial


class CaseRule(StrEnum):
    """How a correction treats capitals.

    ``as-is``: found only in the case in which the pattern has it; the replacement stands as written. ``keep``: found in
    any case; the replacement takes the case of what was found (capitals, a capital first, else as written).
    ``ignore``: found in any case; the replacement stands as written.
    """

    AS_IS = "as-is"
    KEEP = "keep"
    IGNORE = "ignore"


class Where(StrEnum):
    """Where a correction applies."""

    TEXT = "text"
    HEADER = "header"
    FURNITURE = "furniture"
    EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """One row of a correction table. `place` names it in evidence, `origin` (path and line) in errors."""

    pattern: str
    replacement: str
    is_regex: bool
    case: CaseRule
    where: Where
    confidence: float
    place: str
    origin: str
    compiled: re.Pattern[str] = field(repr=False)

    @property
    def takes_numbers(self) -> bool:
        """Whether the pattern itself speaks of digits, or is meant for everything: then it may change numbers."""
        return self.where is Where.EVERYWHERE or bool(re.search(r"\d|\\d|\\w", self.pattern))

    def after(self, match: re.Match[str]) -> str:
        """What a match should read."""
        text = match.expand(self.replacement) if self.is_regex else self.replacement
        return in_case_of(match.group(), text) if self.case is CaseRule.KEEP else text


def in_case_of(seen: str, text: str) -> str:
    """A text in the case of what it replaces.

    >>> in_case_of("COLOUR", "color"), in_case_of("Colour", "color"), in_case_of("colour", "color")
    ('COLOR', 'Color', 'color')
    """
    letters = "".join(filter(str.isalpha, seen))
    if letters.isupper() and len(letters) > 1:
        return text.upper()
    if letters[:1].isupper():
        first = next((k for k, char in enumerate(text) if char.isalpha()), 0)
        return text[:first] + text[first : first + 1].upper() + text[first + 1 :]
    return text


def load_corrections(paths: Sequence[Path]) -> tuple[Correction, ...]:
    """The corrections of all tables among files and folders, in their order. Raises DictionaryError."""
    return tuple(row for path in find_lists(paths, ListKind.CORRECTIONS) for row in read_corrections(path))


def read_corrections(path: Path) -> list[Correction]:
    """The rows of one table. Raises DictionaryError naming file, line and remedy."""
    lines = read_list_lines(path)
    if not lines:
        raise DictionaryError(f"{path}, line 1: there is no header row. Name the columns in the first line.")
    number, first = lines[0]
    header = first.split("\t")
    if not set(_NEEDED) <= set(header) <= set(COLUMNS) or len(set(header)) < len(header):
        raise DictionaryError(
            f"{path}, line {number}: the columns are {', '.join(header)}. A correction table needs"
            f" {' and '.join(_NEEDED)} and may have {', '.join(COLUMNS[2:])}; part them by tabs."
        )
    return [_read_row(path, number, line.split("\t"), header) for number, line in lines[1:]]


def _read_row(path: Path, line: int, cells: list[str], header: list[str]) -> Correction:
    origin = f"{path}, line {line}"
    if len(cells) > len(header) or len(cells) < 2:
        raise DictionaryError(
            f"{origin}: {len(cells)} fields where the header has {len(header)}. Part the fields with single tabs."
        )
    row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
    pattern, replacement = row.get("pattern", ""), row.get("replacement", "")
    if not pattern:
        raise DictionaryError(f"{origin}: the pattern is empty. Say what is to be replaced, or take the line out.")
    if len(pattern) > _LONGEST:
        raise DictionaryError(f"{origin}: a pattern of {len(pattern)} characters. Part it; {_LONGEST} is the most.")
    is_regex = _one_of(origin, "kind", row.get("kind", ""), ("word", "regex")) == "regex"
    case = CaseRule(_one_of(origin, "case", row.get("case", ""), tuple(CaseRule)))
    where = Where(_one_of(origin, "where", row.get("where", ""), tuple(Where)))
    if not is_regex and pattern == replacement:
        raise DictionaryError(f"{origin}: {pattern!r} is replaced by itself. Take the line out.")
    compiled = _compile(origin, pattern, replacement, case) if is_regex else _literal(pattern, case)
    confidence = _confidence(origin, row.get("confidence", ""))
    return Correction(pattern, replacement, is_regex, case, where, confidence, place_of(path, line), origin, compiled)


def _one_of(origin: str, column: str, value: str, known: Sequence[str]) -> str:
    """A value that must be one of a few; the first stands for an empty one."""
    if not value:
        return known[0]
    if value not in known:
        raise DictionaryError(f"{origin}: {column!r} is {value!r}. Write {', '.join(known[:-1])} or {known[-1]}.")
    return value


def _confidence(origin: str, value: str) -> float:
    try:
        number = float(value or _CONFIDENCE)
    except ValueError:
        number = -1.0
    if not 0 < number <= 1:
        raise DictionaryError(f"{origin}: 'confidence' is {value!r}. Write a number above 0 and up to 1.")
    return number


def _literal(pattern: str, case: CaseRule) -> re.Pattern[str]:
    """The expression of a literal: its blanks match any run of blanks within a logical line."""
    return _bounded(r"[^\S\n]+".join(map(re.escape, pattern.split())), case)


def _bounded(expression: str, case: CaseRule) -> re.Pattern[str]:
    """An expression that begins and ends at the bounds of words."""
    flags = 0 if case is CaseRule.AS_IS else re.IGNORECASE
    return re.compile(rf"(?:(?<!\w)|(?!\w))(?:{expression})(?:(?!\w)|(?<!\w))", flags)


def _compile(origin: str, pattern: str, replacement: str, case: CaseRule) -> re.Pattern[str]:
    """The expression of a regex row, with its replacement tried out. Raises DictionaryError."""
    try:
        plain = re.compile(pattern)
        bounded = _bounded(pattern, case)
    except (re.error, OverflowError, RecursionError) as error:
        raise DictionaryError(
            f"{origin}: {pattern!r} is no regular expression ({error}). Correct it, or leave the kind empty for text as"
            " it stands; the column 'case' takes the place of flags."
        ) from error
    try:
        plain.sub(replacement, "")
    except (re.error, IndexError) as error:
        raise DictionaryError(
            f"{origin}: the replacement {replacement!r} does not fit the pattern ({error}). Write \\1 for its first"
            r" group, \\ for a backslash."
        ) from error
    if plain.match(""):
        raise DictionaryError(f"{origin}: {pattern!r} matches nothing at all, and so everywhere. Ask for a character.")
    if is_slow(bounded):
        raise DictionaryError(
            f"{origin}: {pattern!r} would take too long on some texts. Avoid repetitions inside repetitions,"
            " as in (a+)+."
        )
    return bounded


def is_slow(expression: re.Pattern[str]) -> bool:
    """Whether an expression takes far more than linear time on some text, as `(a+)+b` does on a row of a's.

    It is tried on growing rows of its own characters, so that an explosion is seen before it hurts.

    >>> is_slow(re.compile(r"(?:a+)+b")), is_slow(re.compile(r"(\\w+) +of +(\\w+)"))
    (True, False)
    """
    literals = [char for char in dict.fromkeys(expression.pattern) if char.isalnum() or char == " "]
    units = dict.fromkeys((*literals[:_LITERALS], *"a0 "))
    runs = [*units, *("".join(pair) for pair in product(units, repeat=2) if pair[0] != pair[1])]
    for size in _SIZES:
        for run in runs:
            trial = (run * size)[:size] + "\x01"
            if _cpu_seconds(expression, trial) > _SLOW and _cpu_seconds(expression, trial) > _SLOW:
                return True
    return False


def _cpu_seconds(expression: re.Pattern[str], trial: str) -> float:
    start = time.thread_time()
    expression.search(trial)
    return time.thread_time() - start


@lru_cache(maxsize=8)
def cached_corrections(paths: tuple[Path, ...]) -> tuple[Correction, ...]:
    """As `load_corrections`, kept for each tuple of paths."""
    return load_corrections(paths)
