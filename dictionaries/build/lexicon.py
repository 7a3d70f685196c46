"""Build the word list of dictionaries/lexicon/ from a folder of text and, optionally, the SCOWL lists.

    python dictionaries/build/lexicon.py TEXT_FOLDER --scowl SCOWL_FOLDER [--beside FOLDER] [--cache FOLDER]

TEXT_FOLDER holds .txt or .txt.xz files (for the shipped list: 109 volumes of Foreign Relations of the United
States, 1861-1980, a public-domain work of the Department of State). Text of --beside (68 older books, see books.py)
adds to the counts, but no word of dialect: only words that the text or SCOWL has, and names. SCOWL_FOLDER is
share/dict/scowl of the Debian package `scowl`; its notice ships beside the list. Only words and counts are written, no
text.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from cablefix.train.texts import cached_stream, read_stream, texts
from cablefix.train.words import Counts, bare, count_words, list_words, sift

OUT = Path(__file__).resolve().parent.parent / "lexicon"
SCOWL_LEVEL = 70  # larger lists hold ever more words that are also misreadings of common ones
OFTEN, OFTEN_NAME = 5, 8  # uses that a word or a name which only another text has needs there
SHORT_NAME = 3  # letters of a name up to which it may be dialect in another text
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


def add_beside(counts: Counts, beside: Counts, words: set[str], names: set[str], least: int) -> None:
    """Add the uses in another text, of words that the first one or SCOWL has, and of names."""
    small = words | {word for word, n in counts.lower.items() if n}
    trusted = words | names
    listed = {word for word, n in counts.total.items() if n >= least} - sift(counts, trusted)
    for word, n in beside.total.items():
        name = not beside.lower[word] and len(word) > SHORT_NAME and n >= OFTEN_NAME
        if word in listed or name or (n >= OFTEN and word in trusted):
            counts.total[word] += n
            counts.lower[word] += (
                beside.lower[word] if word in small and (word in words or len(word) > SHORT_NAME) else 0
            )
            counts.capital[word] += beside.capital[word]
    counts.hyphen.update({word: n for word, n in beside.hyphen.items() if word in counts.hyphen})


def main() -> None:
    """Count, sift, write."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("text", type=Path)
    parser.add_argument("--scowl", type=Path)
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--least", type=int, default=2, help="uses a word needs to be listed")
    parser.add_argument("--least-hyphen", type=int, default=2)
    options = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    counts = count_words(cached_stream(options.text, options.cache))
    words, names = read_scowl(options.scowl) if options.scowl else (set[str](), set[str]())
    if options.beside:
        add_beside(counts, count_words(read_stream(texts(options.beside))), words, names, options.least)
    listing, sifted = list_words(counts, words, names, options.least, options.least_hyphen)
    listing.write(OUT)
    more = f"{len(listing.more)} words and {len(listing.names)} names of SCOWL, {len(listing.compounds)} compounds"
    print(f"{len(listing.words)} words, {sifted} sifted out, {more}")


if __name__ == "__main__":
    main()
