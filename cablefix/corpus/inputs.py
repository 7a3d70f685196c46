"""The documents of the inputs, one after the other, in an order that depends on the inputs alone.

An input is a folder, a pattern, a zip or tar archive, JSON Lines, Parquet, a single file, or the URL of one of these.
"""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO

from cablefix.corpus.archives import TarFiles, ZipFiles
from cablefix.corpus.extras import CorpusError
from cablefix.corpus.items import Choice, Collection, Files
from cablefix.corpus.records import JsonLines, ParquetRows
from cablefix.corpus.remote import WILD, open_url

_TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")


def open_inputs(inputs: Sequence[str], choice: Choice) -> list[Collection]:
    """The collections that the inputs name. Raises CorpusError for an input that is not there.

    The keys of a collection begin with its label, the last part of its path; where two inputs would have the same
    label, the second gets a number.
    """
    found: list[Collection] = []
    for name in inputs:
        found += _open_url(name, choice) if "://" in name else _open_path(name, choice)
    labels: Counter[str] = Counter()
    for collection in found:
        labels[collection.label] += 1
        if labels[collection.label] > 1:
            collection.label = f"{collection.label}-{labels[collection.label]}"
    return found


def _open_path(name: str, choice: Choice) -> list[Collection]:
    path = Path(name)
    if not path.exists() and WILD & set(name):
        return _open_pattern(name, choice)
    if path.is_dir():
        root = path.resolve()
        return [Files(root.name or "root", partial(_walk, root), partial(_open_below, root), choice)]
    if not path.exists():
        raise CorpusError(f"{name}: there is no such file or folder; check the path")
    return [open_file(path.name, partial(_open_below, path.resolve().parent, path.name), choice)]


def _open_pattern(name: str, choice: Choice) -> list[Collection]:
    """The files that a pattern matches: archives and files of records each for itself, the others together."""
    fixed = Path(*_fixed_parts(name)).resolve()
    paths = [path for found in sorted(glob.glob(name, recursive=True)) if (path := Path(found).resolve()).is_file()]
    plain = [Path(os.path.relpath(path, fixed)).as_posix() for path in paths if not is_packed(path.name)]
    packed = [str(path) for path in paths if is_packed(path.name)]
    if not paths:
        raise CorpusError(f"{name}: no file matches; check the pattern")
    found = [collection for path in packed for collection in _open_path(path, choice)]
    if plain:
        found.insert(0, Files(fixed.name or "root", partial(iter, plain), partial(_open_below, fixed), choice))
    return found


def _fixed_parts(name: str) -> Iterator[str]:
    for part in Path(name).parts:
        if WILD & set(part):
            return
        yield part


def open_file(name: str, opener: Callable[[], IO[bytes]], choice: Choice) -> Collection:
    """One file by what its name says that it is: an archive, records, or a document."""
    low = name.lower()
    if low.endswith(".zip"):
        return ZipFiles(name, opener, choice)
    if low.endswith(_TARS):
        return TarFiles(name, opener, choice)
    if low.endswith(_LINES):
        return JsonLines(name, opener, choice)
    if low.endswith(".parquet"):
        return ParquetRows(name, opener, choice)
    return Files(name, partial(iter, [""]), lambda _: opener(), choice)


def is_packed(name: str) -> bool:
    """Whether a name is that of a file that holds many documents."""
    return name.lower().endswith((".zip", ".parquet", *_TARS, *_LINES))


def _walk(root: Path, below: str = "") -> Iterator[str]:
    """The files below a folder in the order of their names; links to folders are not followed.

    A folder that cannot be listed comes as its name with a slash, a link that leads nowhere as a file: both fail when
    they are read, and are recorded.
    """
    try:
        with os.scandir(root / below) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        yield below
        return
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith("."):
                yield from _walk(root, f"{below}{entry.name}/")
        elif entry.is_file() or (entry.is_symlink() and not os.path.exists(entry.path)):
            yield f"{below}{entry.name}"


def _open_below(root: Path, path: str) -> IO[bytes]:
    return (root / path).open("rb")


def _open_url(url: str, choice: Choice) -> list[Collection]:
    """What a URL names, by fsspec: a file, a folder, a pattern."""
    files = open_url(url, is_packed(url))
    if files.paths is None:
        return [open_file(files.label, partial(files.open, files.root), choice)]
    below = dict(files.below())
    packed = [name for name in below if is_packed(name)]
    found: list[Collection] = [
        open_file(name.rpartition("/")[2], partial(files.open, below[name]), choice) for name in packed
    ]
    plain = [name for name in below if not is_packed(name)]
    if plain:
        found.insert(0, Files(files.label, partial(iter, plain), lambda name: files.open(below[name]), choice))
    return found
