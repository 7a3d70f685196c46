"""A user's own words and names, laid over a word list.

A list is a UTF-8 text file with one entry a line; what follows a ``#`` at the start of a line is a comment. `words.txt`
holds words, `names.txt` names; `ships.names.txt` is a name list too, so that a folder can hold several. A name of
several words makes each of them a name. Correction tables lie in the same folders; `cablefix.lexicon.corrections`
reads them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from cablefix.lexicon.wordlist import WordList, load_own_words, strip_possessive
from cablefix.resources import DictionaryError

LIST_NAMES = ("words.txt", "names.txt", "corrections.tsv")
_LONGEST = 120  # characters of an entry; more is running text
_LOOKS_LIKE_LIST = re.compile(r"(?:.*[._ -])?(?:words?|names?|corrections?)(?:\.\w+)?\.(?:txt|tsv|csv)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PLAIN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_EDGE = '.,;:()"'
_ANY_CASE = "\0"  # ends the keys of lower-case forms, which stand for the word in any case
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


class ListKind(StrEnum):
    """What a list holds."""

    WORDS = "words.txt"
    NAMES = "names.txt"
    CORRECTIONS = "corrections.tsv"


def list_kind(path: Path) -> ListKind | None:
    """What kind of list a file is, by its name; None where it is none.

    >>> [list_kind(Path(name)) for name in ("words.txt", "ships.names.txt", "posts.tsv")]
    [<ListKind.WORDS: 'words.txt'>, <ListKind.NAMES: 'names.txt'>, None]
    """
    return next((kind for kind in ListKind if path.name == kind or path.name.endswith(f".{kind}")), None)


def is_misnamed_list(path: Path) -> bool:
    """Whether a file seems to be meant as a list but is not named as one, and so would be passed over.

    >>> [is_misnamed_list(Path(name)) for name in ("word.txt", "Names.TXT", "corrections.csv", "README.txt")]
    [True, True, True, False]
    """
    return list_kind(path) is None and _LOOKS_LIKE_LIST.fullmatch(path.name) is not None


def find_lists(paths: Sequence[Path], kind: ListKind) -> list[Path]:
    """The lists of one kind among files and folders, in their order; those of a folder by name."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        found += [file for file in inside if list_kind(file) is kind and file.is_file()]
    return found


def read_list_text(path: Path) -> str:
    """The text of a list or table, without a byte order mark. Raises DictionaryError naming file, line and remedy."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DictionaryError(f"{path}, line {line}: not UTF-8. Save the file as UTF-8.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DictionaryError(f"{path}: cannot be read ({reason}). Check that it is a readable file.") from error


def read_list_lines(path: Path) -> list[tuple[int, str]]:
    """The lines of a list with their numbers; comments and empty lines left out. Raises DictionaryError."""
    rows: list[tuple[int, str]] = []
    for number, raw in enumerate(read_list_text(path).split("\n"), start=1):
        line = raw.removesuffix("\r")
        if not line.strip() or line.startswith("#"):
            continue
        bad = _CONTROL.search(line)
        if bad:
            raise DictionaryError(
                f"{path}, line {number}: a control character (U+{ord(bad.group()):04X}). Save the list as plain text."
            )
        rows.append((number, line))
    return rows


def place_of(path: Path, line: int) -> str:
    """How evidence names a line of a list: by folder and file, never by the folders above.

    >>> place_of(Path("home/me/ships/names.txt"), 3)
    'ships/names.txt, line 3'
    """
    return "/".join((*path.absolute().parts[-2:-1], path.name)) + f", line {line}"


def read_entries(path: Path) -> list[tuple[str, str]]:
    """The entries of a word or name list, each with the place that evidence names. Raises DictionaryError."""
    found = []
    for number, line in read_list_lines(path):
        entry = " ".join(line.split())
        if len(entry) > _LONGEST:
            raise DictionaryError(
                f"{path}, line {number}: {len(entry)} characters. A list has one word or name a line; part the entry."
            )
        if not any(map(str.isalpha, entry)):
            raise DictionaryError(f"{path}, line {number}: {entry!r} has no letter. Take the line out.")
        found.append((entry, place_of(path, number)))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class OwnWordList(WordList):
    """A word list with a user's words and names laid over it.

    `own` maps each own word, as the user spelt it and in lower case with `_ANY_CASE` behind it, to its place
    (`lists/words.txt, line 3`); `own_names` holds the names, in lower case; `forms` maps them to the user's spelling.
    """

    own: Mapping[str, str]
    own_names: frozenset[str]
    forms: Mapping[str, str]

    def known(self, word: str) -> bool:
        """As `WordList.known`; a word as the user spelt it is known whatever its case."""
        return WordList.known(self, word) or strip_possessive(word) in self.own

    def _known_lower(self, low: str) -> bool:
        if low in self.own_names:  # which stand in `more` to be found as candidates
            return low in self.own or (low in self.vocabulary and low not in self.capital_only)
        return WordList._known_lower(self, low)

    def is_name(self, word: str) -> bool:
        """As `WordList.is_name`; a name of the user's is one, whatever the text of the list made of it."""
        return (word[:1].isupper() and strip_possessive(word).lower() in self.own_names) or WordList.is_name(self, word)

    def listed_at(self, word: str) -> str:
        """Where the user lists a word, as it stands or in another case that it may have; empty where nowhere."""
        bare = strip_possessive(word)
        place = self.own.get(bare) or self.own.get(bare.lower() + _ANY_CASE, "")
        return place if place and self.known(word) else ""

    def names_in(self, token: str) -> bool:
        """Whether a token holds a name of the user's, in a case that it may have."""
        words = map(strip_possessive, _WORD.findall(token))
        return any(word.lower() in self.own_names and self.known(word) for word in words)

    def places_in(self, text: str) -> list[str]:
        """Which words of a text stand in the user's lists, each with its place: `Zhebnov (ships/names.txt, line 3)`."""
        found = {word: self.listed_at(word) for word in _WORD.findall(text)}
        return [f"{word} ({place})" for word, place in found.items() if place]

    def in_own_form(self, text: str) -> str:
        """A repair's text with the user's own names spelt as the user has them, unless they are in capitals."""

        def spell(match: re.Match[str]) -> str:
            word = match.group()
            form = self.forms.get(word.lower())
            return form if form and not word.isupper() else word

        return _WORD.sub(spell, text)


def lay_over(words: WordList, paths: Sequence[Path]) -> WordList:
    """The word list with the user's lists among files and folders laid over it; itself where there are none.

    Raises DictionaryError naming file, line and remedy.
    """
    word_entries = [entry for path in find_lists(paths, ListKind.WORDS) for entry in read_entries(path)]
    name_entries = [entry for path in find_lists(paths, ListKind.NAMES) for entry in read_entries(path)]
    if not word_entries and not name_entries:
        return words
    own: dict[str, str] = {}
    plain: set[str] = set()
    names: set[str] = set()
    forms: dict[str, str] = {}
    for entries, target in ((word_entries, plain), (name_entries, names)):
        for entry, place in entries:
            parts = [strip_possessive(part.strip(_EDGE) or part) for part in entry.split()]
            for bare in parts:
                is_name = target is names and (len(parts) == 1 or not bare.islower())  # the `van` of a name is a word
                word = bare.capitalize() if is_name and bare.islower() else bare
                low = word.lower()
                own.setdefault(word, place)
                own.setdefault(low + _ANY_CASE, place)
                if _PLAIN.fullmatch(word) and (is_name or target is plain):
                    target.add(low)
                if is_name and not word.isupper():
                    forms.setdefault(low, word)
    compounds = sorted(word for word in plain | names if "-" in word and word not in words.hyphens)
    simple = {word for word in plain | names if "-" not in word}
    first = len(words.hyphen_counts)
    given: dict[str, Any] = {field.name: getattr(words, field.name) for field in fields(WordList)}
    given["more"] = words.more | simple
    given["names"] = words.names | (simple & names)
    given["hyphens"] = {**words.hyphens, **{word: first + k for k, word in enumerate(compounds)}}
    given["hyphen_counts"] = np.concatenate((words.hyphen_counts, np.full(len(compounds), 8, np.uint8)))
    return OwnWordList(**given, own=own, own_names=frozenset(names), forms=forms)


def load_words(lexicon: Path | None = None, paths: Sequence[Path] = ()) -> WordList:
    """The word list of a run: ours, or that of a folder made by `cablefix train`, with the user's lists laid over it.

    Kept for each folder and tuple of paths. Raises DictionaryError naming file, line and remedy.
    """
    return _load_words(lexicon, tuple(paths))


@lru_cache(maxsize=8)
def _load_words(lexicon: Path | None, paths: tuple[Path, ...]) -> WordList:
    return lay_over(load_own_words(lexicon), paths)
