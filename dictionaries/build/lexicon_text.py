"""Read a folder of plain text into one stream of token types, the raw material of every count in this folder.

A token is a word (with its inner apostrophes and hyphens), a number, one mark of punctuation, or a line end.
The stream is an array of type numbers, so that all later counting is done by numpy over the (few) types and
not by Python over the (many) tokens.
"""

from __future__ import annotations

import lzma
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TOKEN = re.compile(
    r"[^\W\d_]+(?:['-][^\W\d_]+)*"  # don't, co-existence, Mideast's
    r"|\d[\d.,]*\d|\d"
    r"|-{2,}|[^\w\s]|\n"
)
UNIFY = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "‐": "-", "‑": "-", "—": "--", "\u00ad": ""}
)


@dataclass(frozen=True)
class Stream:
    """Tokens as type numbers (uint32, shape (tokens,)) and the types they number."""

    types: list[str]
    ids: NDArray[np.uint32]


def texts(folder: Path) -> Iterator[str]:
    """Yield the text of every .txt and .txt.xz file of a folder, in name order."""
    for path in sorted(folder.iterdir()):
        if path.name.endswith(".txt.xz"):
            yield lzma.decompress(path.read_bytes()).decode("utf-8")
        elif path.suffix == ".txt":
            yield path.read_text(encoding="utf-8")


def read_stream(folder: Path) -> Stream:
    """Tokenize every text of a folder. Form feeds between documents count as line ends."""
    number: dict[str, int] = {}
    ids = array("I")
    for text in texts(folder):
        for token in TOKEN.findall(text.translate(UNIFY).replace("\f", "\n")):
            ids.append(number.setdefault(token, len(number)))
    return Stream(list(number), np.frombuffer(ids, dtype=np.uint32))


def cached_stream(folder: Path, cache: Path | None) -> Stream:
    """The stream of a folder, kept between runs in a cache folder when one is given."""
    if cache is None:
        return read_stream(folder)
    names, numbers = cache / "types.txt", cache / "ids.npy"
    if names.exists() and numbers.exists():
        types = names.read_text(encoding="utf-8").split("\x1f")
        return Stream(types, np.load(numbers, mmap_mode="r"))
    stream = read_stream(folder)
    cache.mkdir(parents=True, exist_ok=True)
    names.write_text("\x1f".join(stream.types), encoding="utf-8")
    np.save(numbers, stream.ids)
    return stream
