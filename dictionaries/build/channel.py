"""Learn the OCR channel of dictionaries/lexicon/ from folders of OCR with its truth.

    python dictionaries/build/channel.py FOLDER... [--rounds 3]

Each folder holds <id>.ocr.txt and <id>.gt.txt. Only counts of character errors are written. The method is that of
cablefix.train.channel, alone.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from cablefix.lexicon.adapt import save_channel
from cablefix.lexicon.aligning import aligned_words
from cablefix.train.channel import documents, is_readable, learn_channel

OUT = Path(__file__).resolve().parent.parent / "lexicon"


def main() -> None:
    """Align, learn, write."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    words: list[tuple[str, str]] = []
    for folder in options.folders:
        before = len(words)
        for _, ocr, truth in documents(folder):
            page = list(aligned_words(ocr, truth))
            if is_readable(page):
                words.extend(page)
        part = words[before:]
        print(f"{folder.name}: {len(part)} words, {sum(a != b for a, b in part)} wrong")
    channel, tally = learn_channel(words, options.rounds, None)
    print(f"{tally.total():.0f} errors in {tally.chars.sum():.0f} characters")
    save_channel(channel, options.out)


if __name__ == "__main__":
    main()
