"""Learn the OCR channel of dictionaries/lexicon/ from folders of OCR with its truth.

    python dictionaries/build/channel.py FOLDER... [--rounds 3]

Each folder holds <id>.ocr.txt and <id>.gt.txt. Only counts of character errors are written.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lexicon_truth import QUOTES
from rapidfuzz.distance import Levenshtein

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from cablefix.lexicon.adapt import Tally, adapt, blank_channel, save_channel
from cablefix.lexicon.channel import Channel, explain

OUT = Path(__file__).resolve().parent.parent / "lexicon"
PAIRS = 200  # two-character strings that may fuse or part
UNREADABLE = 0.5  # a page with a larger share of wrong words teaches nothing about repairable noise


def documents(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (id, OCR, truth) of a folder."""
    for path in sorted(folder.glob("*.ocr.txt")):
        name = path.name.removesuffix(".ocr.txt")
        truth = path.with_name(f"{name}.gt.txt")
        yield name, path.read_text(encoding="utf-8"), truth.read_text(encoding="utf-8")


def clean(text: str) -> str:
    """Quotes and dashes unified, line-end hyphens closed, white space single."""
    text = re.sub(r"(?<=\w)-[ \t]*\r?\n[ \t]*(?=\w)", "", text.translate(QUOTES))
    return " ".join(text.split())


def aligned_words(ocr: str, truth: str) -> Iterator[tuple[str, str]]:
    """Yield (seen, meant) for each word that the alignment of the whole text keeps whole on both sides."""
    seen, meant = clean(ocr), clean(truth)
    cuts = [(0, 0)]
    for code in Levenshtein.opcodes(seen, meant):
        if code.tag == "equal":
            ahead = code.dest_start - code.src_start
            cuts += [(at, at + ahead) for at in range(code.src_start, code.src_end) if seen[at] == " "]
    cuts.append((len(seen), len(meant)))
    for (a, b), (c, d) in itertools.pairwise(cuts):
        left, right = seen[a:c].strip(), meant[b:d].strip()
        if left and is_prose(right) and max(len(left), len(right)) <= 24:
            parted, joined = left.count(" "), right.count(" ")
            if not parted + joined or (parted + joined <= 2 and left.replace(" ", "") == right.replace(" ", "")):
                yield left, right


def is_prose(word: str) -> bool:
    """Whether a word is one word of prose: not a number, not a short code in capitals."""
    letters = "".join(filter(str.isalpha, word))
    return bool(letters) and not any(map(str.isdigit, word)) and (not letters.isupper() or len(letters) > 3)


def likely_pairs(words: list[tuple[str, str]]) -> list[str]:
    """The two-character strings most often read as one character, or read for one."""
    count: Counter[str] = Counter()
    for seen, meant in words:
        if seen == meant:
            continue
        for code in Levenshtein.opcodes(seen, meant):
            a, b = seen[code.src_start : code.src_end], meant[code.dest_start : code.dest_end]
            if code.tag == "equal" or len(a) + len(b) > 3:
                continue
            before = seen[code.src_start - 1 : code.src_start]
            after = seen[code.src_end : code.src_end + 1]
            for pair in (a, b, before + a, a + after, before + b, b + after):
                if len(pair) == 2 and pair.isascii() and pair.isalpha():
                    count[pair] += 1
    return [pair for pair, _ in count.most_common(PAIRS)]


def learn(words: list[tuple[str, str]], rounds: int) -> Channel:
    """A channel estimated by rounds of explaining the words and counting the errors."""
    channel = blank_channel(likely_pairs(words))
    wrong = [(seen, meant) for seen, meant in words if seen != meant]
    for _ in range(rounds):
        tally = Tally.empty(channel)
        tally.read((meant for _, meant in words), channel)
        for start in range(0, len(wrong), 4000):
            part = wrong[start : start + 4000]
            found = explain(channel, [seen for seen, _ in part], [meant for _, meant in part])
            likely = found.count <= [max(2, len(meant) // 2) for _, meant in part]
            tally.add(found.errors, likely.astype(float))
        channel = adapt(blank_like(channel), tally, 0.5)
        print(f"{tally.total():.0f} errors in {tally.chars.sum():.0f} characters")
    return channel


def blank_like(channel: Channel) -> Channel:
    """A channel that knows nothing, with the pairs of another."""
    number = {int(n): (a, b) for a, b in zip(*channel.pairs.nonzero(), strict=True) if (n := channel.pairs[a, b])}
    return blank_channel(chr(number[n][0]) + chr(number[n][1]) for n in sorted(number))


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
            if sum(seen != meant for seen, meant in page) <= UNREADABLE * len(page):
                words.extend(page)
        part = words[before:]
        print(f"{folder.name}: {len(part)} words, {sum(a != b for a, b in part)} wrong")
    save_channel(learn(words, options.rounds), options.out)


if __name__ == "__main__":
    main()
