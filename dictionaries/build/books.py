"""Plain text of books with one paragraph a line, as lexicon.py and lexicon_model.py read it.

    python dictionaries/build/books.py BOOKS OUT

BOOKS holds .txt files whose lines are wrapped and whose paragraphs stand apart by a blank line (for the shipped
lexicon: the 68 books in the folders 19C, AAW and ArTs of the corpora of CLiC, novels and essays of the 18th to the
early 20th century as Project Gutenberg transcribed them; public domain). Marks of italics are taken out.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from cablefix.train.texts import read_text, text_files


def unwrap(text: str) -> str:
    """The text with each paragraph on one line.

    >>> unwrap("The _tug_ sank\\nat noon.\\n\\nIt rained.")
    'The tug sank at noon.\\nIt rained.'
    """
    text = text.replace("\r", "").replace("_", "")
    return re.sub(r"\n+", "\n", re.sub(r"(?<!\n)\n(?!\n)", " ", text))


def main() -> None:
    """Read, unwrap, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("books", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for path in text_files(options.books):
        name = "-".join(path.relative_to(options.books).parts)
        (options.out / name).write_text(unwrap(read_text(path)), encoding="utf-8")


if __name__ == "__main__":
    main()
