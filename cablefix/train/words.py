"""Counting the words of a text, and sifting its misprints out."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cablefix.train.texts import Stream

COUNTS_PER_OCTAVE = 8  # a count is written as round(8 log2(count + 1)) in one byte
# Misreadings common to all engines, observed>intended; they only sift the misprints out of the counted text.
MISREADING_LIST = """
    o>e c>e e>c b>h h>b i>l l>i u>n n>u ii>n n>ii rn>m m>rn li>h cl>d d>cl fi>fl fl>fi ll>fi j>i i>j
    t>f f>t a>s s>a o>a a>o a>e e>a c>o o>c r>t t>r v>y y>v vv>w q>g g>q tli>th tb>th th>tb ri>n
    iu>in in>iu l>t t>l i>t r>n e>o ni>m in>m m>in s>e e>s u>a h>n n>h k>h z>s
"""
MISREADINGS = tuple(pair.split(">") for pair in MISREADING_LIST.split())
MISPRINT_RATIO = 250  # a word is taken for a misprint when its well-read twin is this much more frequent
MISPRINT_COUNT = 30
LITTLE_WORDS = frozenset(
    "a an and as at be by for from had has he i in is it of on or that the this to was we with".split()
)


@dataclass
class Counts:
    """Of each lower-case word: all uses, uses with a capital inside a sentence, uses in lower case."""

    total: Counter[str] = field(default_factory=Counter)
    capital: Counter[str] = field(default_factory=Counter)
    lower: Counter[str] = field(default_factory=Counter)
    hyphen: Counter[str] = field(default_factory=Counter)


def bare(word: str) -> str:
    """The word without a possessive ending."""
    return word[:-2] if word.endswith("'s") else word


def count_words(stream: Stream) -> Counts:
    """Count every type; a capital counts as a name's only when the token before is a lower-case word."""
    types = stream.types
    uses = np.bincount(stream.ids, minlength=len(types))
    is_lower = np.fromiter((t.islower() and t[0].isalpha() for t in types), bool, len(types))
    inside = np.bincount(stream.ids[1:][is_lower[stream.ids[:-1]]], minlength=len(types))
    counts = Counts()
    for token, n, within in zip(types, uses.tolist(), inside.tolist(), strict=True):
        if not token[0].isalpha():
            continue
        low = bare(token.lower())
        if "-" in low:
            if all(part.isalpha() for part in low.split("-")):
                counts.hyphen[low] += n
            for part in token.split("-"):
                add_use(counts, part, n, within)
        else:
            add_use(counts, token, n, within)
    return counts


def add_use(counts: Counts, token: str, n: int, within: int) -> None:
    """Add n uses of a token, `within` of them after a lower-case word."""
    low = bare(token.lower())
    if not low:
        return
    counts.total[low] += n
    if token[0].islower():
        counts.lower[low] += n
    elif not token.isupper():
        counts.capital[low] += within


def misprints(total: Counter[str], trusted: set[str]) -> set[str]:
    """Rare words of the text that are a common misreading away from a far more frequent one."""
    found = set()
    for word, n in total.items():
        if n > MISPRINT_COUNT or word in trusted:
            continue
        for seen, meant in MISREADINGS:
            at = word.find(seen)
            while at >= 0:
                if total.get(word[:at] + meant + word[at + len(seen) :], 0) >= MISPRINT_RATIO * n:
                    found.add(word)
                at = word.find(seen, at + 1)
    return found


def run_together(counts: Counts, trusted: set[str]) -> set[str]:
    """Rare lower-case words that are two common words without the space: `ofthe`."""
    total = counts.total
    found = set()
    for word, n in total.items():
        if n > MISPRINT_COUNT or word in trusted or counts.lower[word] * 2 < n:
            continue
        for at in range(1, len(word)):
            left, right = word[:at], word[at:]
            short = left in LITTLE_WORDS or right in LITTLE_WORDS
            if short and min(total.get(left, 0), total.get(right, 0)) >= MISPRINT_RATIO * n:
                found.add(word)
    return found


def misspellings(counts: Counts, trusted: set[str]) -> set[str]:
    """Rare longer words that are a letter away from a common one."""
    total = counts.total
    common = [word for word, n in total.items() if n >= MISPRINT_RATIO and len(word) >= 6]
    shorter: dict[str, str] = {}
    for word in sorted(common, key=lambda word: total[word]):
        for at in range(len(word)):
            shorter[word[:at] + word[at + 1 :]] = word
    found = set()
    for word, n in total.items():
        if n > MISPRINT_COUNT or len(word) < 6 or word in trusted:
            continue
        cuts = {word[:at] + word[at + 1 :] for at in range(len(word))}
        twins = {shorter[cut] for cut in cuts if cut in shorter} | {cut for cut in cuts if len(cut) >= 6}
        twins.add(shorter.get(word, ""))
        least = n if counts.lower[word] * 2 >= n else 4 * n
        if any(total.get(t, 0) >= MISPRINT_RATIO * n and counts.lower[t] * 20 >= least * MISPRINT_RATIO for t in twins):
            found.add(word)
    return found


def quantise(values: Sequence[float] | NDArray[np.generic]) -> NDArray[np.uint8]:
    """Counts as one byte each, eight steps to the octave; shape (n,)."""
    steps = np.round(COUNTS_PER_OCTAVE * np.log2(np.asarray(values, float) + 1))
    quantised: NDArray[np.uint8] = np.minimum(steps, 255).astype(np.uint8)
    return quantised


def write_words(path: Path, words: list[str]) -> None:
    """Write words, one a line, deflated."""
    path.write_bytes(zlib.compress("\n".join(words).encode("utf-8"), 9))


@dataclass(frozen=True, slots=True)
class Listing:
    """What a word list is written from; all words in lower case.

    `table`, shape (3, words): all uses, uses in lower case, uses with a capital inside a sentence. `more` and `names`
    have no counts; `compounds` have one each.
    """

    words: list[str]
    table: NDArray[np.float64]
    more: list[str]
    names: list[str]
    compounds: dict[str, float]

    def write(self, folder: Path) -> None:
        """Write the files that `load_wordlist` reads."""
        write_words(folder / "words.z", self.words)
        np.save(folder / "word_counts.npy", np.stack([quantise(row) for row in self.table]))
        write_words(folder / "scowl_words.z", self.more)
        write_words(folder / "scowl_names.z", self.names)
        hyphens = sorted(self.compounds)
        write_words(folder / "hyphens.z", hyphens)
        np.save(folder / "hyphen_counts.npy", quantise([self.compounds[word] for word in hyphens]))


def sift(counts: Counts, trusted: set[str]) -> set[str]:
    """The words of a text that are rather misprints: misread, misspelt, or run together."""
    return misprints(counts.total, trusted) | misspellings(counts, trusted) | run_together(counts, trusted)


def list_words(
    counts: Counts, words: set[str], names: set[str], least: int = 2, least_hyphen: int = 2
) -> tuple[Listing, int]:
    """The listing of counted text with further words and names beside it, and how many misprints were sifted out."""
    sifted = sift(counts, words | names)
    kept = sorted(w for w, n in counts.total.items() if n >= least and w not in sifted)
    table = np.array([[source[w] for w in kept] for source in (counts.total, counts.lower, counts.capital)], float)
    seen = set(kept)
    compounds = {w: float(n) for w, n in counts.hyphen.items() if n >= least_hyphen}
    return Listing(kept, table, sorted(words - seen), sorted(names - seen), compounds), len(sifted)
