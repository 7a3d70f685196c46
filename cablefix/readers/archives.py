"""Files in files: gzip, zip and folders, within bounds, and the archive that keeps the files of a folder together."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cablefix.text import SourceError

# OCR files pack to a tenth or a thirtieth. What unpacks to more than this is no OCR file.
_MOST_BYTES = 2 << 30
_MOST_RATIO = 250
_ALWAYS_FINE = 64 << 20
_MOST_FILES = 20_000
_CHUNK = 1 << 20
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive or folder: its name with forward slashes, and its bytes."""

    name: str
    data: bytes


def unpack_gzip(data: bytes, name: str) -> bytes:
    """The bytes in a gzip file, all its parts. Raises `SourceError` when it is damaged, cut off or a bomb."""
    bound = _bound(len(data))
    out = bytearray()
    rest = data
    while rest:
        machine = zlib.decompressobj(wbits=31)
        try:
            while not machine.eof:
                piece = machine.decompress(rest, _CHUNK)
                rest = machine.unconsumed_tail
                out += piece
                if len(out) > bound:
                    raise SourceError(f"{name}: unpacks to more than {bound >> 20} MB; do not trust it")
                if not piece and not rest and not machine.eof:
                    raise SourceError(f"{name}: this gzip file is cut off; take it from a copy")
        except zlib.error as error:
            raise SourceError(f"{name}: this gzip file is damaged ({error}); take it from a copy") from error
        rest = machine.unused_data.lstrip(b"\0")
        if rest and not rest.startswith(b"\x1f\x8b"):
            break
    return bytes(out)


def unpack_zip(data: bytes, name: str) -> list[Member]:
    """The files in a zip archive in natural order. Raises `SourceError` when it is damaged, locked or a bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir() and not _is_clutter(info.filename)]
            _check(infos, len(data), name)
            members = [Member(safe_name(info.filename, name), _read(archive, info, name)) for info in infos]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise SourceError(f"{name}: this zip archive is damaged ({error}); take it from a copy") from error
    return sorted(members, key=lambda member: natural_key(member.name))


def _check(infos: list[zipfile.ZipInfo], size: int, name: str) -> None:
    if len(infos) > _MOST_FILES:
        raise SourceError(f"{name}: holds {len(infos)} files, more than {_MOST_FILES}; split it")
    total = sum(info.file_size for info in infos)
    if total > _bound(size):
        raise SourceError(f"{name}: unpacks to {total >> 20} MB from {size >> 10} kB; do not trust it")
    locked = next((info for info in infos if info.flag_bits & 1), None)
    if locked:
        raise SourceError(f"{name}: {locked.filename} is locked by a password; unpack the archive first")


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    """A file of an archive; no more is unpacked than the archive says that there is."""
    with archive.open(info) as stream:
        data = stream.read(info.file_size + 1)
    if len(data) != info.file_size:
        raise SourceError(f"{name}: {info.filename} is not as long as the archive says; do not trust it")
    return data


def read_folder(folder: Path) -> list[Member]:
    """The files of a folder and of those in it, in natural order; hidden ones are left out."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    names = sorted((name for name in paths if not _is_clutter(name)), key=natural_key)
    if len(names) > _MOST_FILES:
        raise SourceError(f"{folder}: holds {len(names)} files, more than {_MOST_FILES}; give a smaller folder")
    return [Member(name, read_file(paths[name])) for name in names]


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises `SourceError` naming it."""
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceError(f"{path}: cannot be read ({reason}); check the path and its permissions") from error


def pack(members: Iterable[Member]) -> bytes:
    """A zip archive of files, not compressed, without dates: the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for member in members:
            info = zipfile.ZipInfo(member.name, _FIXED_DATE)
            info.external_attr = 0o644 << 16
            archive.writestr(info, member.data)
    return out.getvalue()


def safe_name(member: str, name: str) -> str:
    """A name within an archive; raises `SourceError` for one that leads out of it.

    >>> safe_name("pages/0001.xml", "book.zip")
    'pages/0001.xml'
    """
    path = PurePosixPath(member.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", member):
        raise SourceError(f"{name}: the name {member!r} leads out of it; do not trust it")
    return str(path)


def natural_key(text: str) -> list[tuple[int, str]]:
    """A key by which page 2 comes before page 10.

    >>> sorted(["p10.xml", "p2.xml"], key=natural_key)
    ['p2.xml', 'p10.xml']
    """
    parts = _DIGITS.split(text.lower())
    return [(int(part), "") if part.isdigit() and part.isascii() else (-1, part) for part in parts]


def _is_clutter(name: str) -> bool:
    """Hidden files and what a Macintosh adds."""
    parts = [part for part in PurePosixPath(name).parts if part != ".."]
    return any(part.startswith((".", "__MACOSX")) for part in parts)


def _bound(size: int) -> int:
    return min(_MOST_BYTES, max(_ALWAYS_FINE, _MOST_RATIO * size))
