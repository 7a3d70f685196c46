"""What an input is made of: documents, each with a key that names it in the corpus and a way to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import partial
from typing import IO, Protocol

from cablefix.text import SourceError


@dataclass(frozen=True, slots=True)
class Item:
    """A document: its key, and how to read its bytes. `read` raises SourceError or OSError."""

    key: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which files of a folder or archive are documents, which columns of records hold what, how long one may be."""

    patterns: tuple[str, ...] = ()
    text_column: str = "text"
    id_column: str = "id"
    most_bytes: int = 32 << 20

    def takes(self, path: str) -> bool:
        """Whether a file of this name is a document: no hidden one, and one that a pattern matches, if any is given."""
        parts = path.split("/")
        if any(part.startswith((".", "__MACOSX")) for part in parts):
            return False
        return not self.patterns or any(fnmatch(path, p) or fnmatch(parts[-1], p) for p in self.patterns)


class Collection(Protocol):
    """One input."""

    label: str

    def items(self) -> Iterator[Item]:
        """The documents in order."""

    def count(self) -> int | None:
        """How many there are; None where that cannot be told without reading everything twice over a network."""


@dataclass(slots=True)
class Files:
    """Files below a root: each is a document. A single file has the empty path."""

    label: str
    paths: Callable[[], Iterator[str]]
    opener: Callable[[str], IO[bytes]]
    choice: Choice = field(default_factory=Choice)

    def items(self) -> Iterator[Item]:
        """The documents in order."""
        for path in self._chosen():
            key = clean_key(f"{self.label}/{path}" if path else self.label)
            yield Item(key, partial(self._read, path, key))

    def count(self) -> int | None:
        """How many documents there are."""
        return sum(1 for _ in self._chosen())

    def _chosen(self) -> Iterator[str]:
        # A path that ends in a slash is a folder that cannot be listed: reading it says why.
        return (path for path in self.paths() if not path or path.endswith("/") or self.choice.takes(path))

    def _read(self, path: str, key: str) -> bytes:
        with self.opener(path) as file:
            return read_bounded(file, key, self.choice)


def clean_key(name: str) -> str:
    """A name as text: bytes that are no UTF-8, and other lone surrogates, as escapes.

    >>> clean_key("caf\\udce9.txt")
    'caf\\\\udce9.txt'
    """
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode("utf-8")


class TooLarge(SourceError):
    """A document is longer than the limit."""


def read_bounded(file: IO[bytes], key: str, choice: Choice) -> bytes:
    """The bytes of a file, at most as many as a document may have. Raises TooLarge."""
    data = file.read(choice.most_bytes + 1)
    if len(data) > choice.most_bytes:
        raise TooLarge(too_large(key, choice))
    return data


def too_large(key: str, choice: Choice) -> str:
    """The message for a document that is too long."""
    return f"{key}: longer than {choice.most_bytes >> 20} MB; divide it, or raise --max-size"


def unreadable(key: str, reason: str) -> Item:
    """An item that stands for something that cannot be read: it fails with the reason, the others go on."""
    return Item(key, partial(_fail, f"{key}: {reason}"))


def _fail(message: str) -> bytes:
    raise SourceError(message)
