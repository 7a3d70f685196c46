"""Reading what a command was given: a document in any format, a kept restoration, or standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cablefix.cli.failures import Failure, warn
from cablefix.errors import ExitCode

if TYPE_CHECKING:
    from cablefix.restoration import Restoration

STDIN = "-"
_STDIN_NAME = "<stdin>"

_REMEDY = "take the file from a copy, or restore again"
_KEPT_MARK = b'"cablefix-restoration/'


def read_bytes(path: str) -> bytes:
    """The bytes of a file or of standard input. Raises Failure naming the file."""
    if path == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise Failure(f"{path}: there is no such file; check the path", ExitCode.INPUT) from error
    except IsADirectoryError as error:
        raise Failure(f"{path}: is a folder; give a file", ExitCode.INPUT) from error
    except OSError as error:
        reason, remedy = error.strerror or str(error), "check the path and its permissions"
        raise Failure(f"{path}: cannot be read ({reason}); {remedy}", ExitCode.INPUT) from error


def name_of(path: str) -> str:
    """How messages name an input."""
    return _STDIN_NAME if path == STDIN else path


def restoration_of(path: str, profile: str, dictionaries: Sequence[Path]) -> Restoration:
    """The restoration of an input: made now, or read back where the input is a kept one. Warnings are printed."""
    return restorations_of(path, profile, dictionaries)[0]


def restorations_of(path: str, profile: str, dictionaries: Sequence[Path], *, split: bool = False) -> list[Restoration]:
    """As `restoration_of`; with `split` one for each message where the input holds several."""
    folder = path != STDIN and Path(path).is_dir()
    data = b"" if folder else read_bytes(path)
    if is_kept(data):
        if profile != "auto" or dictionaries:
            name = name_of(path)
            warn(f"{name}: is taken as it was kept; --profile and --dictionary need the source (cablefix undo {name})")
        return [read_kept(data, name_of(path))]
    if looks_like_json(data) and is_record(_json_or_none(data)):
        raise Failure(
            f"{name_of(path)}: is a record (--to json), which does not hold the source; give the file that it was made "
            "from, or a restoration (--to restoration)",
            ExitCode.INPUT,
        )
    from cablefix.pipeline import message_starts, restore, restore_all
    from cablefix.readers.read import read_document

    # Given its path, the reader finds what belongs to a file: the pages that METS names, the files of a folder.
    found = read_document(data, name_of(path)) if path == STDIN else read_document(path)
    for warning in found.source.warnings:
        warn(warning)
    # What is written names the file and not the folders of this machine.
    source = found.source if path == STDIN else replace(found.source, origin=Path(path).name)
    if split and source.container is None:
        return restore_all(source, profile, dictionaries=dictionaries)
    messages = len(message_starts(source, found.layout)) if profile != "prose" else 0
    if messages > 1:
        warn(f"{name_of(path)}: holds {messages} messages, read as one; `restore --split` gives one output for each")
    return [restore(source, profile, layout=found.layout, dictionaries=dictionaries)]


def is_kept(data: bytes) -> bool:
    """Whether bytes look like a restoration written with `--to restoration`."""
    return data[:1] == b"{" and _KEPT_MARK in data[:200]


def looks_like_json(data: bytes) -> bool:
    """Whether bytes may be a JSON object: TEI and most texts begin otherwise."""
    return data.lstrip()[:1] == b"{"


def is_record(found: Any) -> bool:
    """Whether JSON is the record of a document, as `--to json` writes it."""
    return isinstance(found, dict) and {"kind", "fields", "repairs"} <= found.keys()


def _json_or_none(data: bytes) -> Any:
    """The JSON in bytes, None where it is none: a text may begin with a brace."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def read_kept(data: bytes, name: str) -> Restoration:
    """A restoration from its JSON. Raises Failure when it is damaged."""
    from cablefix.ledger import LedgerError
    from cablefix.restoration import Restoration

    try:
        return Restoration.from_json(load_json(data, name))
    except LedgerError as error:
        raise Failure(f"{name}: {error}; {_REMEDY}", ExitCode.UNDO) from error
    except KeyError as error:
        raise Failure(f"{name}: not a whole restoration (no {error}); {_REMEDY}", ExitCode.UNDO) from error
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        raise Failure(f"{name}: not a whole restoration ({error}); {_REMEDY}", ExitCode.UNDO) from error


def load_json(data: bytes, name: str) -> Any:
    """The JSON in bytes. Raises Failure with line and column when there is none."""
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        place = f"{name}, line {error.lineno}, column {error.colno}"
        raise Failure(f"{place}: not valid JSON ({error.msg}); {_REMEDY}", ExitCode.UNDO) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise Failure(f"{name}: not valid JSON ({error}); {_REMEDY}", ExitCode.UNDO) from error
