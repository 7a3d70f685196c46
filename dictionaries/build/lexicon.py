"""Build the word list of dictionaries/lexicon/ from a folder of text and, optionally, the SCOWL lists.

    python dictionaries/build/lexicon.py TEXT_FOLDER --scowl SCOWL_FOLDER [--cache FOLDER]

TEXT_FOLDER holds .txt or .txt.xz files (for the shipped list: 109 volumes of Foreign Relations of the United
States, 1861-1980, a public-domain work of the Department of State). SCOWL_FOLDER is share/dict/scowl of the
Debian package `scowl`; its notice ships beside the list. Only words and counts are written, no text.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from cablefix.train.texts import cached_stream
from cablefix.train.words import bare, count_words, list_words

OUT = Path(__file__).resolve().parent.parent / "lexicon"
SCOWL_LEVEL = 70  # larger lists hold ever more words that are also misreadings of common ones
SCOWL_SHORT_LEVEL = 50  # the same for words of up to three letters


def read_scowl(folder: Path) -> tuple[set[str], set[str]]:
    """The words and the proper names of SCOWL up to the level used, lower-cased, without possessives."""
    words: set[str] = set()
    names: set[str] = set()
    for path in sorted(folder.iterdir()):
        kind, _, level = path.name.rpartition(".")
        if int(level) > SCOWL_LEVEL or "abbreviations" in kind or kind.startswith("special"):
            continue
        target = names if kind.endswith(("proper-names", "upper")) else words
        for line in path.read_text(encoding="latin-1").split():
            low = bare(line.lower())
            if len(low) > 3 or int(level) <= SCOWL_SHORT_LEVEL:
                target.add(low)
    return words, names - words


def main() -> None:
    """Count, sift, write."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("text", type=Path)
    parser.add_argument("--scowl", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--least", type=int, default=2, help="uses a word needs to be listed")
    parser.add_argument("--least-hyphen", type=int, default=2)
    options = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    counts = count_words(cached_stream(options.text, options.cache))
    words, names = read_scowl(options.scowl) if options.scowl else (set[str](), set[str]())
    listing, sifted = list_words(counts, words, names, options.least, options.least_hyphen)
    listing.write(OUT)
    more = f"{len(listing.more)} words and {len(listing.names)} names of SCOWL, {len(listing.compounds)} compounds"
    print(f"{len(listing.words)} words, {sifted} sifted out, {more}")


if __name__ == "__main__":
    main()
