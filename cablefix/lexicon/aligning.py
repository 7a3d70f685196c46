"""Words of an OCR text beside those of its truth: what a channel is learned from."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import Levenshtein

QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "¬": "-"})
PAIRS = 200  # two-character strings that may fuse or part


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


def likely_pairs(words: Sequence[tuple[str, str]]) -> list[str]:
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
