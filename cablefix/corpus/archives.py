"""Archives as inputs: each file in a zip or tar archive is a document."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import IO, cast

from cablefix.corpus.items import Choice, Item, TooLarge, clean_key, read_bounded, too_large, unreadable
from cablefix.text import SourceError

_REMEDY = "take it from a copy"
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError)


@dataclass(slots=True)
class ZipFiles:
    """A zip archive. Its list is read once, each file when it is needed."""

    label: str
    opener: Callable[[], IO[bytes]]
    choice: Choice

    def items(self) -> Iterator[Item]:
        """The documents in the order of the archive's list."""
        try:
            with self.opener() as file, zipfile.ZipFile(file) as archive:
                lock = threading.Lock()
                for info in self._members(archive):
                    key = clean_key(f"{self.label}/{info.filename}")
                    yield Item(key, partial(self._read, archive, info, key, lock))
        except (*_DAMAGE, OSError, SourceError) as error:
            yield unreadable(self.label, f"this zip archive cannot be read ({error}); {_REMEDY}")

    def count(self) -> int | None:
        """How many documents there are."""
        try:
            with self.opener() as file, zipfile.ZipFile(file) as archive:
                return sum(1 for _ in self._members(archive))
        except (*_DAMAGE, OSError):
            return 1

    def _members(self, archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
        return (info for info in archive.infolist() if not info.is_dir() and self.choice.takes(info.filename))

    def _read(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, key: str, lock: threading.Lock) -> bytes:
        if info.file_size > self.choice.most_bytes:
            raise TooLarge(too_large(key, self.choice))
        if info.flag_bits & 1:
            raise SourceError(f"{key}: is locked by a password; unpack the archive first")
        try:
            with lock, archive.open(info) as stream:
                return read_bounded(stream, key, self.choice)
        except _DAMAGE as error:
            raise SourceError(f"{key}: cannot be unpacked ({error}); {_REMEDY}") from error


@dataclass(slots=True)
class TarFiles:
    """A tar archive, packed or not, read from its beginning to its end."""

    label: str
    opener: Callable[[], IO[bytes]]
    choice: Choice

    def items(self) -> Iterator[Item]:
        """The documents in the order of the archive."""
        try:
            with self._archive() as archive:
                for info in archive:
                    if info.isfile() and self.choice.takes(_name(info)):
                        yield self._item(archive, info)
        except (tarfile.TarError, *_DAMAGE, OSError, SourceError) as error:
            yield unreadable(f"{self.label}#end", f"this tar archive cannot be read further ({error}); {_REMEDY}")

    @contextmanager
    def _archive(self) -> Iterator[tarfile.TarFile]:
        with (
            self.opener() as file,
            _unpacked(file, self.label) as tar,
            tarfile.open(fileobj=tar, mode="r|") as archive,
        ):
            yield archive

    def _item(self, archive: tarfile.TarFile, info: tarfile.TarInfo) -> Item:
        key = clean_key(f"{self.label}/{_name(info)}")
        if info.size > self.choice.most_bytes:
            return Item(key, partial(_raise_too_large, key, self.choice))
        stream = archive.extractfile(info)
        data = stream.read() if stream else b""
        return Item(key, lambda: data)

    def count(self) -> int | None:
        """How many documents there are."""
        number = 0
        try:
            with self._archive() as archive:
                for info in archive:
                    number += info.isfile() and self.choice.takes(_name(info))
        except (tarfile.TarError, *_DAMAGE, OSError):
            number += 1
        return number


def _unpacked(file: IO[bytes], name: str) -> AbstractContextManager[IO[bytes]]:
    """A packed file unpacked as it is read. These readers say when it is cut off, tarfile's own do not always."""
    low = name.lower()
    if low.endswith((".gz", ".tgz")):
        return cast(AbstractContextManager[IO[bytes]], gzip.GzipFile(fileobj=file))
    if low.endswith((".bz2", ".tbz2")):
        return cast(AbstractContextManager[IO[bytes]], bz2.BZ2File(file))
    if low.endswith((".xz", ".txz")):
        return cast(AbstractContextManager[IO[bytes]], lzma.LZMAFile(file))
    return nullcontext(file)


def _name(info: tarfile.TarInfo) -> str:
    return info.name.removeprefix("./")


def _raise_too_large(key: str, choice: Choice) -> bytes:
    raise TooLarge(too_large(key, choice))
