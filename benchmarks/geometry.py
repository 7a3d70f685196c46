"""What the page adds to its plain text: `python -m benchmarks.geometry [dev|test]`.

The same pages, as Tesseract read them (noise C1, C2, C4), are restored three times: from its plain text, from the text
of its hOCR (lines in the order of the page), and from the hOCR with boxes and confidences. Printed are the character
error rate of the reading text against the gold and how many logical lines too many or too few there are.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from cablefix.pipeline import restore
from cablefix.readers.read import read_document

_HERE = Path(__file__).resolve().parent
_NOISE, _DOCUMENTS = _HERE / "noise", _HERE / "documents"
WAYS = ("plain text", "order of the page", "boxes and confidences")


@dataclass
class Tally:
    """Errors, characters of the gold, and lines too many or too few, over all documents."""

    errors: int = 0
    characters: int = 0
    lines: int = 0

    def add(self, gold: str, text: str) -> None:
        """Count one document."""
        self.errors += Levenshtein.distance(gold, text)
        self.characters += len(gold)
        self.lines += abs(text.count("\n") - gold.count("\n"))

    def __str__(self) -> str:
        return f"CER {100 * self.errors / max(self.characters, 1):6.3f} %   lines {self.lines:4d}"


def pages(split: str) -> Iterator[tuple[str, str]]:
    """Version and document of each file of a split that is kept as hOCR too."""
    manifest = json.loads((_NOISE / "manifest.json").read_text(encoding="utf-8"))
    for item in manifest["files"] if isinstance(manifest, dict) else manifest:
        if item["split"] == split and item.get("forms"):
            yield item["version"], item["document"]


def measure(split: str) -> tuple[int, dict[str, Tally]]:
    """The number of documents of a split, and the tally of each way to read them."""
    tallies = {way: Tally() for way in WAYS}
    count = 0
    for version, document in pages(split):
        gold = (_DOCUMENTS / f"{document}.gold.txt").read_text(encoding="utf-8").rstrip("\n")
        plain = read_document(_NOISE / version / f"{document}.txt")
        page = read_document(_NOISE / version / f"{document}.hocr.gz")
        found = (restore(plain.source), restore(page.source), restore(page.source, layout=page.layout))
        for way, restoration in zip(WAYS, found, strict=True):
            tallies[way].add(gold, restoration.text.rstrip("\n"))
        count += 1
    return count, tallies


def main() -> None:
    """Print the table of a split."""
    split = sys.argv[1] if len(sys.argv) > 1 else "dev"
    count, tallies = measure(split)
    print(f"{split}: {count} documents")
    for way, tally in tallies.items():
        print(f"  {way:24} {tally}")


if __name__ == "__main__":
    main()
