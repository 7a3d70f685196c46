"""Sketches of texts, by which copies and several OCR runs of one document find each other.

MinHash (A. Broder, "On the resemblance and containment of documents", 1997): the smallest of many hashes of the
three-word sequences of a text. The share of equal smallest hashes estimates the share of sequences in common.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt

HASHES = 64
_WORD = re.compile(r"[^\W_]+")
_ASCII_WORDS = bytes(code if chr(code).isalnum() and code < 0x80 else ord(" ") for code in range(256))
_LEAST = 20  # sequences; a shorter text is like too many others
_RUN = 3
# Multipliers and offsets of 64 hash functions h(x) = (a x + b mod 2^64) >> 32; the high bits of an odd multiple mix
# well (Dietzfelbinger and others, 1997). Drawn once from a fixed seed.
_RANDOM = np.random.Generator(np.random.PCG64(20240229))
_FACTORS = _RANDOM.integers(0, 1 << 63, HASHES, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_OFFSETS = _RANDOM.integers(0, 1 << 63, HASHES, dtype=np.uint64)
_BLOCK = 4096

Sketch = npt.NDArray[np.uint32]


def sketch(text: str) -> Sketch | None:
    """The sketch of a text, shape (64,); None where the text is too short to tell it from others.

    >>> a, b = sketch("The tug left at noon and " * 9 + "so on"), sketch("the tug left at noon and " * 9 + "so on")
    >>> a is None
    True
    >>> words = " ".join(str(number) for number in range(300))
    >>> near = sketch(words.replace(" 150 ", " x "))
    >>> 0.9 < similarity(sketch(words), near) < 1
    True
    """
    words = _words(text)
    codes = np.fromiter(map(zlib.crc32, words), np.uint64, len(words))
    if len(codes) < _RUN:
        return None
    # Each sequence of three words as one number of 64 bits.
    first, second, third = codes[:-2], codes[1:-1], codes[2:]
    runs = (first * np.uint64(0x9E3779B97F4A7C15)) ^ (second * np.uint64(0xC2B2AE3D27D4EB4F) + third)
    runs ^= runs >> np.uint64(29)
    # A sequence that comes again changes no smallest hash.
    if len(set(runs[: 2 * _LEAST].tolist())) < _LEAST and len(set(runs.tolist())) < _LEAST:
        return None
    lowest = np.full(HASHES, np.iinfo(np.uint64).max, np.uint64)
    for at in range(0, len(runs), _BLOCK):
        hashed = runs[at : at + _BLOCK] * _FACTORS[:, None]
        hashed += _OFFSETS[:, None]
        np.minimum(lowest, hashed.min(axis=1), out=lowest)
    return (lowest >> np.uint64(32)).astype("<u4")


def similarity(one: Sketch, other: Sketch) -> float:
    """The estimated share of three-word sequences that two texts have in common."""
    return float((one == other).mean())


def text_digest(text: str) -> str:
    """A digest of the letters and digits of a text, case and spacing left out.

    >>> text_digest("The tug left.") == text_digest("THE  TUG LEFT")
    True
    """
    return hashlib.sha256(b"".join(_words(text))).hexdigest()


@lru_cache(maxsize=1)
def _words(text: str) -> list[bytes]:
    """The words of a text in small letters; sketch and digest of a text are made one after the other."""
    if text.isascii():
        return text.lower().encode("ascii").translate(_ASCII_WORDS).split()
    return " ".join(_WORD.findall(text.lower())).encode("utf-8", "surrogatepass").split()
