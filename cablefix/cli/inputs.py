"""Reading what a command was given: a text, a restoration that was kept as JSON, or standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cablefix.cli.failures import Failure, warn
from cablefix.errors import ExitCode

if TYPE_CHECKING:
    from cablefix.restoration import Restoration
    from cablefix.text import Source

STDIN = "-"
_STDIN_NAME = "<stdin>"

# The first bytes of files that hold no plain text, and how to get at their text.
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "a PDF file", "take its text out first, with pdftotext for example"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image", "it needs OCR first"),
    (b"\xff\xd8\xff", "a JPEG image", "it needs OCR first"),
    (b"II*\x00", "a TIFF image", "it needs OCR first"),
    (b"MM\x00*", "a TIFF image", "it needs OCR first"),
    (b"PK\x03\x04", "a ZIP archive or an office document", "take its text out first"),
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
    (b"AT&TFORM", "a DjVu file", "take its text out first, with djvutxt for example"),
    (b"<?xml", "an XML file", "its tags will be read as text; use undo to get the source of cablefix's own TEI"),
)
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
        remedy = "give the files in it, and a folder for the results with -o"
        raise Failure(f"{path}: is a folder; {remedy}", ExitCode.INPUT) from error
    except OSError as error:
        reason, remedy = error.strerror or str(error), "check the path and its permissions"
        raise Failure(f"{path}: cannot be read ({reason}); {remedy}", ExitCode.INPUT) from error


def name_of(path: str) -> str:
    """How messages name an input."""
    return _STDIN_NAME if path == STDIN else path


def restoration_of(path: str, profile: str, dictionaries: Sequence[Path]) -> Restoration:
    """The restoration of an input: made now, or read back where the input is a kept one. Warnings are printed."""
    data = read_bytes(path)
    if is_kept(data):
        return read_kept(data, name_of(path))
    from cablefix.restore import restore

    source = source_of(data, path)
    return restore(source, profile, dictionaries=dictionaries)


def source_of(data: bytes, path: str) -> Source:
    """The source in the bytes of an input, with warnings printed for what is no plain text."""
    from cablefix.text import Source

    name = name_of(path)
    # What is written names the file and not the folders of this machine.
    source = Source.from_bytes(data, name if path == STDIN else Path(path).name)
    foreign = next(((what, remedy) for head, what, remedy in _FOREIGN if data.startswith(head)), None)
    if foreign:
        warn(f"{name}: looks like {foreign[0]}, and is read as plain text; {foreign[1]}")
    else:
        for warning in source.warnings:
            warn(warning)
    return source


def is_kept(data: bytes) -> bool:
    """Whether bytes look like a restoration written with `--to restoration`."""
    return data[:1] == b"{" and _KEPT_MARK in data[:200]


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
