"""Plain text as one stream of token types, the raw material of every count.

A token is a word (with its inner apostrophes and hyphens), a number, one mark of punctuation, or a line end.
The stream is an array of type numbers, so that all later counting is done by numpy over the (few) types and
not by Python over the (many) tokens.
"""

from __future__ import annotations

import lzma
import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cablefix.errors import CablefixError

TOKEN = re.compile(
    r"[^\W\d_]+(?:['-][^\W\d_]+)*"  # don't, co-existence, Mideast's
    r"|\d[\d.,]*\d|\d"
    r"|-{2,}|[^\w\s]|\n"
)
UNIFY = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "‐": "-", "‑": "-", "—": "--", "\u00ad": ""})


@dataclass(frozen=True)
class Stream:
    """Tokens as type numbers (uint32, shape (tokens,)) and the types they number."""

    types: list[str]
    ids: NDArray[np.uint32]


class TrainError(CablefixError):
    """What was given to learn from cannot be used; the message names the place and the remedy."""


def text_files(folder: Path) -> list[Path]:
    """The .txt and .txt.xz files of a folder and of the folders in it, by name; the path itself where it is a file."""
    if folder.is_file():
        return [folder]
    found = sorted(path for path in folder.rglob("*") if path.name.endswith((".txt", ".txt.xz")) and path.is_file())
    if not found:
        raise TrainError(f"{folder}: no .txt or .txt.xz files in it; give a folder of plain text")
    return found


def read_text(path: Path) -> str:
    """The text of a .txt or .txt.xz file in UTF-8. Raises TrainError naming file and place."""
    try:
        data = path.read_bytes()
        return (lzma.decompress(data) if path.suffix == ".xz" else data).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TrainError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except (OSError, lzma.LZMAError) as error:
        raise TrainError(f"{path}: cannot be read ({error}); check the file") from error


def texts(folder: Path) -> Iterator[str]:
    """Yield the text of every .txt and .txt.xz file of a folder, in name order."""
    yield from map(read_text, text_files(folder))


def read_stream(every: Iterable[str]) -> Stream:
    """Texts as tokens. Form feeds between documents count as line ends.

    >>> stream = read_stream(["The tug left; the tug\\fsank."])
    >>> [stream.types[k] for k in stream.ids.tolist()]
    ['The', 'tug', 'left', ';', 'the', 'tug', '\\n', 'sank', '.', '\\n']
    """
    number: dict[str, int] = {}
    ids = array("I")
    for text in every:
        for token in TOKEN.findall(text.translate(UNIFY).replace("\f", "\n")):
            ids.append(number.setdefault(token, len(number)))
        ids.append(number.setdefault("\n", len(number)))
    return Stream(list(number), np.frombuffer(ids, dtype=np.uint32))


def cached_stream(folder: Path, cache: Path | None) -> Stream:
    """The stream of a folder, kept between runs in a cache folder when one is given."""
    if cache is None:
        return read_stream(texts(folder))
    names, numbers = cache / "types.txt", cache / "ids.npy"
    if names.exists() and numbers.exists():
        types = names.read_text(encoding="utf-8").split("\x1f")
        return Stream(types, np.load(numbers, mmap_mode="r"))
    stream = read_stream(texts(folder))
    cache.mkdir(parents=True, exist_ok=True)
    names.write_text("\x1f".join(stream.types), encoding="utf-8")
    np.save(numbers, stream.ids)
    return stream
