"""How the compact data files of the lexicon are found and read."""

from __future__ import annotations

import zlib
from pathlib import Path

from cablefix.resources import dictionary_path


def lexicon_folder() -> Path:
    """The folder of the shipped lexicon."""
    return dictionary_path("lexicon")


def read_words(path: Path) -> list[str]:
    """A deflated list of words, one a line, in UTF-8."""
    return zlib.decompress(path.read_bytes()).decode("utf-8").split("\n")
