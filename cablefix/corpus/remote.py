"""Inputs that are URLs: s3://, gs://, http://, memory:// and whatever else fsspec knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

from cablefix.corpus.extras import CorpusError, need

WILD = frozenset("*?[")
"""Characters that make a name a pattern."""


@dataclass(frozen=True, slots=True)
class RemoteFiles:
    """A file system of fsspec, and the files that a URL names on it.

    `paths` are the files of a folder or a pattern, None where the URL names a single file. `root` is the folder that
    their names are told from.
    """

    system: Any
    root: str
    paths: tuple[str, ...] | None

    @property
    def label(self) -> str:
        """The last part of the root."""
        return self.root.rstrip("/").rpartition("/")[2] or "root"

    def open(self, path: str) -> IO[bytes]:
        """A file, opened for reading."""
        return cast(IO[bytes], self.system.open(path, "rb"))

    def below(self) -> Iterator[tuple[str, str]]:
        """(name below the root, path) of each file."""
        prefix = self.root.rstrip("/") + "/"
        for path in self.paths or ():
            yield path.removeprefix(prefix), path


def open_url(url: str, packed: bool) -> RemoteFiles:
    """The files that a URL names. `packed` says that its name is that of an archive or of records.

    Raises CorpusError where there is none, and where the package for this kind of URL is missing.
    """
    fsspec = need("fsspec")
    try:
        system, path = fsspec.core.url_to_fs(url)
        if WILD & set(path) and not _is_file_named_so(system, path):
            paths = tuple(sorted(str(found) for found in system.glob(path)))
            root = "/".join(_fixed(path))
        elif not packed and not url.startswith(("http://", "https://")) and system.isdir(path):
            paths, root = tuple(sorted(str(found) for found in system.find(path))), path
        else:
            if not system.exists(path):
                raise CorpusError(f"{url}: there is no such file; check the URL")
            return RemoteFiles(system, path, None)
    except ImportError as error:
        raise CorpusError(f"{url}: {error}; install it with: pip install 'cablefix[cloud]'") from error
    except (OSError, ValueError) as error:
        if isinstance(error, CorpusError):
            raise
        raise CorpusError(f"{url}: cannot be read ({error}); check the URL and your credentials") from error
    if not paths:
        raise CorpusError(f"{url}: no file matches; check the URL")
    return RemoteFiles(system, root, paths)


def _is_file_named_so(system: Any, path: str) -> bool:
    """Whether a path with a wildcard in it is the name of a file all the same."""
    return "*" not in path and bool(system.exists(path))


def _fixed(path: str) -> Iterator[str]:
    for part in path.split("/"):
        if WILD & set(part):
            return
        yield part
