"""The shipped word list: which words exist, how often they were seen, which are names.

Counts come from 25 million words of Foreign Relations of the United States (1861-1980); words without a count
from SCOWL. Counts are kept in one byte, eight steps to the octave, so they are right within 5 %.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.files import find_parts, lexicon_folder, read_words
from cablefix.resources import DictionaryError

_COUNTS_PER_OCTAVE = 8
_NAME_SHARE = 0.9  # a word is a name when nine in ten of its uses inside a sentence have a capital
_LOWER_SHARE = 0.02  # a word may stand in lower case when one such use in fifty does
_COMMON = 40  # steps
_ONE_LETTER_WORDS = frozenset("aio")
_CAPITALISED = re.compile(r"(?:Mc|Mac|[A-Z]')?[^\W\d_a-z][^\W\d_A-Z]*(?:'[a-z]+)*")


@dataclass(frozen=True, slots=True, eq=False)
class WordList:
    """Words, lower-cased, with their counts.

    `vocabulary` maps each word of the counted text to its column in `counts`, shape (3, words): all uses,
    uses in lower case, uses with a capital inside a sentence, each as round(8 log2(n + 1)). `more` holds
    words without counts, `names` names without counts, `hyphens` compounds, counted in `hyphen_counts`,
    `common` those of three letters or more that were counted some thirty times. `lower_share`, shape (words,): the
    share of lower-case uses inside sentences; `capital_only` the words that have next to none.
    """

    vocabulary: dict[str, int]
    counts: npt.NDArray[np.uint8]
    more: frozenset[str]
    names: frozenset[str]
    hyphens: dict[str, int]
    hyphen_counts: npt.NDArray[np.uint8]
    common: frozenset[str]
    lower_share: npt.NDArray[np.float32]
    capital_only: frozenset[str]

    def known(self, word: str) -> bool:
        """Whether the word exists and its case is one that it may have.

        A common word may be lower-case, capitalised or upper-case; a name not lower-case. A possessive is as
        known as its word, a hyphenated compound when it was seen as such or when all its parts are known.

        >>> words = load_wordlist()
        >>> [words.known(w) for w in ("embassy", "EMBASSY", "Embassy's", "emBassy", "McNamara")]
        [True, True, True, False, True]
        >>> [words.known(w) for w in ("Geneva", "geneva", "ernbassy", "vice-consul", "don’t")]
        [True, False, False, True, True]
        """
        if word.isalpha():
            if word.islower():
                return self._known_lower(word)
            if word.isupper() or (word[0].isupper() and word[1:].islower()):
                low = word.lower()
                return (len(low) > 1 and low in self.vocabulary) or self._exists(low)
        word = strip_possessive(word)
        if "-" in word:
            return word.lower() in self.hyphens or all(part and self.known(part) for part in word.split("-"))
        if word.islower():
            return self._known_lower(word)
        return (word.isupper() or bool(_CAPITALISED.fullmatch(word))) and self._exists(word.lower())

    def unknown(self, words: Iterable[str]) -> list[str]:
        """The words that are not known, in their order.

        >>> load_wordlist().unknown(["The", "tbe", "Geneva", "geneva"])
        ['tbe', 'geneva']
        """
        listed, known = self.vocabulary, self.known
        # Most words with a capital are those of the list: they need no closer look.
        return [
            word
            for word in words
            if not ((word.istitle() or word.isupper()) and word.isalpha() and len(word) > 1 and word.lower() in listed)
            and not known(word)
        ]

    def _exists(self, low: str) -> bool:
        if len(low) == 1:
            return low in _ONE_LETTER_WORDS
        return low in self.vocabulary or low in self.more or low in self.names

    def _known_lower(self, low: str) -> bool:
        if len(low) == 1:
            return low in _ONE_LETTER_WORDS
        return (low in self.vocabulary and low not in self.capital_only) or low in self.more

    def count(self, word: str) -> int:
        """How often the counted text has the word in any case, possessives included; 0 if never.

        >>> words = load_wordlist()
        >>> words.count("government") > words.count("sanctions") > words.count("gvoernment") == 0
        True
        """
        row = self.vocabulary.get(strip_possessive(word).lower())
        return 0 if row is None else expand_count(int(self.counts[0, row]))

    def is_name(self, word: str) -> bool:
        """Whether the word, in capitals or with a capital, is mostly a name (a capital inside sentences).

        >>> words = load_wordlist()
        >>> words.is_name("Moscow"), words.is_name("Minister"), words.is_name("table")
        (True, False, False)
        """
        if not word[:1].isupper():
            return False
        low = strip_possessive(word).lower()
        row = self.vocabulary.get(low)
        if row is None:
            return low in self.names
        return bool(self.lower_share[row] <= 1 - _NAME_SHARE)

    def hyphenated_count(self, word: str) -> int:
        """How often the counted text has the compound with exactly these hyphens, in any case.

        >>> load_wordlist().hyphenated_count("Vice-Consul") > 0
        True
        """
        row = self.hyphens.get(strip_possessive(word).lower())
        return 0 if row is None else expand_count(int(self.hyphen_counts[row]))

    def prefers_joined(self, left: str, right: str) -> float | None:
        """The share of `leftright` among uses of `leftright` and `left-right`; None when neither was seen.

        For a word divided at a line end: near 1 the hyphen is the printer's, near 0 it belongs to the word.

        >>> words = load_wordlist()
        >>> words.prefers_joined("govern", "ment"), words.prefers_joined("short", "term") < 0.5
        (1.0, True)
        """
        joined, parted = self.count(left + right), self.hyphenated_count(f"{left}-{right}")
        if joined + parted:
            return joined / (joined + parted)
        return 1.0 if self._exists(strip_possessive(left + right).lower()) else None


def strip_possessive(word: str) -> str:
    """The word without a possessive ending, its apostrophes straight.

    >>> strip_possessive("Embassy's"), strip_possessive("MINISTER’S"), strip_possessive("don’t")
    ('Embassy', 'MINISTER', "don't")
    """
    word = word.replace("’", "'")
    if len(word) > 2 and word[-2] == "'" and word[-1] in "sS":
        return word[:-2]
    return word[:-1] if len(word) > 1 and word[-1] == "'" else word


def expand_count(step: int) -> int:
    """The count that one byte stands for.

    >>> expand_count(0), expand_count(8), expand_count(80)
    (0, 1, 1023)
    """
    return round(2 ** (step / _COUNTS_PER_OCTAVE) - 1)


def load_wordlist(folder: Path | None = None) -> WordList:
    """The word list of a folder made by dictionaries/build/lexicon.py; without one, the shipped list.

    The shipped list is loaded once in a process, however many others come and go.
    """
    return _load_folder(folder) if folder else _load_shipped()


@lru_cache(maxsize=1)
def _load_shipped() -> WordList:
    return _read_folder(lexicon_folder())


@lru_cache(maxsize=4)
def _load_folder(folder: Path) -> WordList:
    return _read_folder(folder)


def _read_folder(folder: Path) -> WordList:
    vocabulary = read_words(folder / "words.z")
    counts = np.load(folder / "word_counts.npy")
    frequent = np.flatnonzero(counts[0] >= _COMMON).tolist()
    uses = np.exp2(counts[1:].astype(np.float32) / _COUNTS_PER_OCTAVE) - 1
    lower_share = np.where(uses[1] > 1, uses[0] / np.maximum(uses.sum(0), 1), 1).astype(np.float32)
    capital_only = np.flatnonzero(lower_share < _LOWER_SHARE).tolist()
    hyphens = read_words(folder / "hyphens.z")
    return WordList(
        dict(zip(vocabulary, range(len(vocabulary)), strict=True)),
        counts,
        frozenset(read_words(folder / "scowl_words.z")),
        frozenset(read_words(folder / "scowl_names.z")),
        dict(zip(hyphens, range(len(hyphens)), strict=True)),
        np.load(folder / "hyphen_counts.npy"),
        frozenset(vocabulary[row] for row in frequent if len(vocabulary[row]) > 2),
        lower_share,
        frozenset(vocabulary[row] for row in capital_only),
    )


@lru_cache(maxsize=1)
def load_slips() -> dict[str, str]:
    """The slips that writers are known for, lower-case, and what they mean.

    >>> load_slips()["recieve"]
    'receive'
    """
    lines = (lexicon_folder() / "slips.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return {slip: meant for slip, _, meant in rows}


def load_own_words(folder: Path | None = None) -> WordList:
    """The word list of a folder made by `cablefix train`, ours where it has none. Raises DictionaryError."""
    words_in = find_parts(folder).words
    try:
        return load_wordlist(words_in) if words_in else load_wordlist()
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise DictionaryError(f"{folder}: cannot be read ({error}). Train the folder again.") from error
