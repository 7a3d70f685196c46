"""Where the output of a document goes, and files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

_LONGEST = 180  # bytes; most file systems allow 255, and suffixes follow
_FORBIDDEN = {ord(char): "_" for char in '<>:"|?*\\'} | dict.fromkeys(range(32), "_")


def safe_place(key: str) -> str:
    """A key as a relative path that stays inside its folder, on any file system.

    >>> safe_place("set/../a:b/ ../page 1.txt")
    'set/_/a_b/_/page 1.txt'
    """
    parts = [_safe_part(part) for part in key.replace("\\", "/").split("/") if part not in ("", ".")]
    return "/".join(parts) or "_"


def _safe_part(part: str) -> str:
    clean = part.translate(_FORBIDDEN).encode("utf-8", "replace").decode("utf-8").strip(" ")
    if not clean.strip("."):
        return "_"
    if len(clean.encode("utf-8")) <= _LONGEST:
        return clean
    kept = clean.encode("utf-8")[: _LONGEST - 20].decode("utf-8", "ignore")
    return f"{kept}-{short_digest(clean)}"


def short_digest(text: str) -> str:
    """Eight hexadecimal digits that stand for a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def output_place(key: str, suffix: str) -> str:
    """The path of a document's output below the folder of outputs; only the suffix of plain text is replaced.

    >>> output_place("set/0001.txt", ".xml"), output_place("set/0001.hocr", ".xml")
    ('set/0001.xml', 'set/0001.hocr.xml')
    """
    place = safe_place(key)
    if PurePosixPath(place).suffix.lower() in (".txt", ".text") and PurePosixPath(place).stem.strip("."):
        place = place.rpartition(".")[0]
    return place + suffix


def write_whole(files: Iterable[tuple[Path, bytes]]) -> None:
    """Write files so that after a crash or a power cut each is there whole, or as it was before.

    All are written under temporary names, brought to the disk, and then renamed: the file system groups the waits.
    A temporary file that a killed process leaves has the same name the next time and is replaced then.
    """
    pending: list[tuple[str, str, int]] = []
    folders: set[str] = set()
    try:
        for path, data in files:
            folder, name = os.path.split(path)
            if folder not in folders:
                os.makedirs(folder or ".", exist_ok=True)
                folders.add(folder)
            temporary = os.path.join(folder, f".{name}.tmp")
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            pending.append((temporary, str(path), handle))
            _write_all(handle, data)
        for _, _, handle in pending:
            os.fsync(handle)
    except BaseException:
        for temporary, _, handle in pending:
            os.close(handle)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
        raise
    for temporary, final, handle in pending:
        os.close(handle)
        os.replace(temporary, final)
    sync_folders(map(Path, folders))


def _write_all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def append_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Append lines to a file and bring them to the disk."""
    created = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        _write_all(handle, b"".join(line + b"\n" for line in lines))
        os.fsync(handle)
    finally:
        os.close(handle)
    if created:
        sync_folders({path.parent})


def cut_torn_line(path: Path) -> None:
    """Take away the beginning of a line that a killed process left at the end of a file of lines."""
    try:
        with path.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            keep = end
            while keep:
                step = min(keep, 1 << 16)
                file.seek(keep - step)
                found = file.read(step).rfind(b"\n")
                if found >= 0:
                    keep = keep - step + found + 1
                    break
                keep -= step
            if keep < end:
                file.truncate(keep)
                os.fsync(file.fileno())
    except FileNotFoundError:
        return


def sync_folders(folders: Iterable[Path]) -> None:
    """Bring the entries of folders to the disk, where the system has a way to."""
    if os.name == "nt":
        return
    for folder in sorted(folders):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
