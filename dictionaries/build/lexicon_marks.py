"""Count the marks beside words for dictionaries/lexicon/: after a word, and before it in either case.

    python dictionaries/build/lexicon_marks.py TEXT_FOLDER [--cache FOLDER]

Run it after lexicon.py. The method is that of cablefix.train.marks.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from cablefix.lexicon.files import read_words
from cablefix.lexicon.model import FIRST_WORD
from cablefix.train.marks import count, write_marks
from cablefix.train.texts import cached_stream

OUT = Path(__file__).resolve().parent.parent / "lexicon"


def main() -> None:
    """Count, smooth, write."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("text", type=Path)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    number = {word: row + FIRST_WORD for row, word in enumerate(read_words(OUT / "words.z"))}
    after, before = count(cached_stream(options.text, options.cache), number)
    rows = write_marks(after, before, OUT / "marks.npz")
    print(f"{rows} words with marks")


if __name__ == "__main__":
    main()
