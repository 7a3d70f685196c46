"""Build the trigram model and the letter model of dictionaries/lexicon/ from the text that lexicon.py counted.

    python dictionaries/build/lexicon_model.py TEXT_FOLDER [--cache FOLDER] [--bigrams N] [--trigrams N]

Run it after lexicon.py: words are numbered by their line in words.z, after three special units. The method is that of
cablefix.train.trigrams.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from cablefix.lexicon.files import read_words
from cablefix.lexicon.model import FIRST_WORD
from cablefix.train.texts import cached_stream
from cablefix.train.trigrams import letter_model, train, unit_stream

OUT = Path(__file__).resolve().parent.parent / "lexicon"


def main() -> None:
    """Count, estimate, prune, write."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("text", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--bigrams", type=int, default=460_000)
    parser.add_argument("--trigrams", type=int, default=450_000)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    words = read_words(OUT / "words.z")
    number = {word: row + FIRST_WORD for row, word in enumerate(words)}
    units = unit_stream(cached_stream(options.text, options.cache), number)
    print(f"{len(units)} units")
    arrays = train(units, len(words) + FIRST_WORD, options.bigrams, options.trigrams)
    print(f"kept {len(arrays['unit2'])} bigrams, {len(arrays['unit3'])} trigrams")
    counts = np.bincount(units, minlength=len(words) + FIRST_WORD)[FIRST_WORD:]
    arrays["letters"] = letter_model(words, counts)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(options.out / f"model_{name}.npy", array)


if __name__ == "__main__":
    main()
