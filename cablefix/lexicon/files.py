"""How the compact data files of the lexicon are found and read."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import NamedTuple

from cablefix.resources import DictionaryError, dictionary_path


def lexicon_folder() -> Path:
    """The folder of the shipped lexicon."""
    return dictionary_path("lexicon")


def read_words(path: Path) -> list[str]:
    """A deflated list of words, one a line, in UTF-8."""
    return zlib.decompress(path.read_bytes()).decode("utf-8").split("\n")


class Parts(NamedTuple):
    """Which parts of a lexicon a folder has: the folder for each that it has, None for what is taken from ours."""

    words: Path | None
    channel: Path | None
    decision: Path | None


_FILES = {
    "words": (
        "words.z", "word_counts.npy", "hyphens.z", "hyphen_counts.npy", "scowl_words.z", "scowl_names.z", "marks.npz",
        *(f"model_{name}.npy" for name in "p1 b1 count2 unit2 p2 b2 count3 unit3 p3 letters".split()),
    ),
    "channel": tuple(f"channel_{name}.npy" for name in "swap lost found pairs fuse part".split()),
    "decision": tuple(f"decision_{name}.npz" for name in ("words", "case", "marks")),
}  # fmt: skip


def find_parts(folder: Path | None) -> Parts:
    """The parts of a lexicon that a folder of the user's own has. Raises DictionaryError where one is not whole.

    >>> find_parts(None)
    Parts(words=None, channel=None, decision=None)
    """
    if folder is None:
        return Parts(None, None, None)
    has: dict[str, Path | None] = {}
    for part, names in _FILES.items():
        lacking = [name for name in names if not (folder / name).is_file()]
        if lacking and len(lacking) < len(names):
            raise DictionaryError(f"{folder}: {lacking[0]} is missing. Train the folder again: cablefix train --help.")
        has[part] = None if lacking else folder
    if not any(has.values()):
        raise DictionaryError(f"{folder}: no lexicon in it. Make one with cablefix train, or correct the path.")
    return Parts(**has)
