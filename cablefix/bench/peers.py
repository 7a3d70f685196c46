"""The peers: other people's correctors, each behind the same wrapper and imported only when it runs."""

from __future__ import annotations

import locale
import os
import re
import shutil
import subprocess
from abc import abstractmethod
from collections.abc import Callable, Iterable
from importlib import import_module, resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cablefix.bench.tools import Absent, Tool
from cablefix.bench.wrapper import correct_runs, correct_words, join_line_ends
from cablefix.lexicon.wordlist import WordList, load_wordlist

JAMSPELL_MODEL = "CABLEFIX_JAMSPELL_MODEL"
"""Environment variable with the path of a JamSpell model; the package comes without one."""


def _need(module: str, package: str) -> Any:
    """A module of an optional package. Raises Absent where it is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        raise Absent(f"{package} is not installed; pip install {package}") from error


class Peer(Tool):
    """A peer behind the wrapper."""

    words: WordList

    def prepare(self) -> None:
        """Load the peer and the word list that joins words at line ends."""
        self.load()
        self.words = load_wordlist()

    @abstractmethod
    def load(self) -> None:
        """Load the peer itself. Raises Absent where it is not installed."""

    @abstractmethod
    def treat(self, text: str) -> str:
        """Correct a text whose words are no longer divided."""

    def correct(self, text: str) -> str:
        """Join words at line ends, then let the peer correct."""
        return self.treat(join_line_ends(text, self.words))


class WrapperOnly(Peer):
    """The wrapper without a peer: what joining words at line ends does by itself."""

    name = "wrapper only"
    about = "joins words at line ends, as it does for every peer, and corrects nothing"

    def load(self) -> None:
        """Nothing to load."""

    def treat(self, text: str) -> str:
        """The text itself."""
        return text


class SpellingPeer(Peer):
    """A peer that corrects single words; what it said of a word is remembered."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    @abstractmethod
    def suggest(self, word: str) -> str:
        """The peer's reading of a word in lower case; the word itself where it has none."""

    def treat(self, text: str) -> str:
        """Correct word by word."""
        return correct_words(text, self._remember)

    def _remember(self, word: str) -> str:
        if word not in self._seen:
            self._seen[word] = self.suggest(word)
        return self._seen[word]


def _load_symspell(distance: int, *, bigrams: bool = False) -> Any:
    symspellpy = _need("symspellpy", "symspellpy")
    speller = symspellpy.SymSpell(max_dictionary_edit_distance=distance, prefix_length=7)
    folder = resources.files("symspellpy")
    speller.load_dictionary(str(folder / "frequency_dictionary_en_82_765.txt"), term_index=0, count_index=1)
    if bigrams:
        speller.load_bigram_dictionary(
            str(folder / "frequency_bigramdictionary_en_243_342.txt"), term_index=0, count_index=2
        )
    return speller


class SymSpellLookup(SpellingPeer):
    """symspellpy, word by word: the most frequent word of its dictionary within the distance."""

    def __init__(self, distance: int) -> None:
        super().__init__()
        self.distance = distance
        self.name = f"symspellpy-{distance}"
        self.about = f"symspellpy lookup, distance {distance}, its English dictionary"

    def load(self) -> None:
        """Load the dictionary that comes with symspellpy."""
        self.speller = _load_symspell(self.distance)
        self.top = import_module("symspellpy").Verbosity.TOP
        self.version = version("symspellpy")

    def suggest(self, word: str) -> str:
        """The first suggestion."""
        found = self.speller.lookup(word, self.top, max_edit_distance=self.distance, include_unknown=True)
        return str(found[0].term) if found else word


class SymSpellCompound(Peer):
    """symspellpy lookup_compound: runs of words, split and joined as well as corrected."""

    name = "symspellpy-compound"
    about = "symspellpy lookup_compound, distance 2, its English dictionaries"
    cap = 10_000

    def load(self) -> None:
        """Load the dictionaries that come with symspellpy."""
        self.speller = _load_symspell(2, bigrams=True)
        self.version = version("symspellpy")

    def treat(self, text: str) -> str:
        """Correct run by run."""
        return correct_runs(text, lambda run: str(self.speller.lookup_compound(run, max_edit_distance=2)[0].term))


class SymSpellSegmentation(Peer):
    """symspellpy word_segmentation: runs of words, cut anew into words."""

    name = "symspellpy-segment"
    about = "symspellpy word_segmentation, distance 1, its English dictionary"
    cap = 4_000

    def load(self) -> None:
        """Load the dictionary that comes with symspellpy."""
        self.speller = _load_symspell(1)
        self.version = version("symspellpy")

    def treat(self, text: str) -> str:
        """Segment run by run."""
        return correct_runs(text, lambda run: str(self.speller.word_segmentation(run).corrected_string))


class PySpellChecker(SpellingPeer):
    """pyspellchecker at distance 1; at its default, 2, a long unknown word takes seconds."""

    name = "pyspellchecker"
    about = "pyspellchecker, distance 1, its English dictionary"

    def load(self) -> None:
        """Load the dictionary."""
        self.speller = _need("spellchecker", "pyspellchecker").SpellChecker(language="en", distance=1)
        self.version = version("pyspellchecker")

    def suggest(self, word: str) -> str:
        """Its correction."""
        return str(self.speller.correction(word) or word)


class Autocorrect(SpellingPeer):
    """autocorrect in its fast mode (one edit); its default, two edits, is some hundred times slower."""

    name = "autocorrect"
    about = "autocorrect, fast mode, its English dictionary"

    def load(self) -> None:
        """Load the dictionary."""
        self.speller = _need("autocorrect", "autocorrect").Speller(lang="en", fast=True)
        self.version = version("autocorrect")

    def suggest(self, word: str) -> str:
        """Its correction."""
        return str(self.speller.autocorrect_word(word))


class WordNinja(SpellingPeer):
    """wordninja: each token is split where its unigram model likes it better in parts."""

    name = "wordninja"
    about = "wordninja, its English model"

    def load(self) -> None:
        """Load the model."""
        self.split = _need("wordninja", "wordninja").split
        self.version = version("wordninja")

    def suggest(self, word: str) -> str:
        """The parts of the word, one space between them."""
        return " ".join(self.split(word)) if word.isalpha() else word


class Ftfy(Peer):
    """ftfy: mends text that was decoded wrongly. It is here to show what that leaves undone."""

    name = "ftfy"
    about = "ftfy fix_text"

    def load(self) -> None:
        """Import it."""
        self.fix = _need("ftfy", "ftfy").fix_text
        self.version = version("ftfy")

    def treat(self, text: str) -> str:
        """Fix the whole text."""
        return str(self.fix(text))


class JamSpell(Peer):
    """JamSpell: candidates within two edits, weighed by a trigram model of the context."""

    name = "jamspell"
    about = f"JamSpell with the model that {JAMSPELL_MODEL} names"

    def load(self) -> None:
        """Load the model. JamSpell ends the process where its locale is missing, so that is looked up before."""
        jamspell = _need("jamspell", "jamspell")
        path = os.environ.get(JAMSPELL_MODEL, "")
        if not Path(path).is_file():
            raise Absent(f"no model; train one with jamspell and name its file in {JAMSPELL_MODEL}")
        try:
            locale.setlocale(locale.LC_ALL, "en_US.UTF-8")
        except locale.Error as error:
            raise Absent("the locale en_US.UTF-8 is missing; install it (Debian: locales)") from error
        self.speller = jamspell.TSpellCorrector()
        if not self.speller.LoadLangModel(path):
            raise Absent(f"{path}: JamSpell cannot load this model; train it anew")
        self.version = version("jamspell")

    def treat(self, text: str) -> str:
        """Correct the whole text, so that the model sees over line ends; what it does not know it leaves."""
        return str(self.speller.FixFragment(text))


class Ispell(Peer):
    """A speller that talks as ispell did (`-a`): one process a text, given every word of it once."""

    def __init__(self, program: str, arguments: Iterable[str], package: str, cap: int | None = None) -> None:
        self.name = program
        self.cap = cap
        self.about = f"{program}, American English, first suggestion"
        self.command = (program, *arguments)
        self.package = package
        self._seen: dict[str, str] = {}

    def load(self) -> None:
        """Look for the program and its dictionary."""
        if shutil.which(self.name) is None:
            raise Absent(f"{self.name} is not installed; on Debian: apt-get install {self.package}")
        banner = self._ask(["harbor"])
        if not banner:
            raise Absent(f"{self.name} has no American dictionary; on Debian: apt-get install {self.package}")
        found = re.search(r"really ([^)]*)", banner[0])
        self.version = found[1] if found else banner[0]

    def treat(self, text: str) -> str:
        """Ask for the words not seen before, all at once, and put in the first suggestions."""
        new: list[str] = []

        def note(word: str) -> str:
            if word not in self._seen:
                self._seen[word] = word
                new.append(word)
            return word

        correct_words(text, note)
        if new:
            self._learn(new, self._ask(new)[1:])
        return correct_words(text, lambda word: self._seen.get(word, word))

    def _ask(self, words: list[str]) -> list[str]:
        lines = "".join(f"^{word}\n" for word in words)
        done = subprocess.run(self.command, input=lines, capture_output=True, encoding="utf-8", check=False)
        return done.stdout.split("\n") if done.returncode == 0 else []

    def _learn(self, words: list[str], answers: list[str]) -> None:
        """An answer is a line for each part of a word that the speller takes for one, and an empty line."""
        answer: list[str] = []
        pending = iter(words)
        for line in answers:
            if line:
                answer.append(line)
                continue
            word = next(pending, None)
            if word is None:
                return
            first = answer[0] if len(answer) == 1 else ""
            suggestions = first.partition(": ")[2].split(", ") if first.startswith("&") else []
            self._seen[word] = suggestions[0].lower() if suggestions else word
            answer = []


PEERS: dict[str, Callable[[], Tool]] = {
    "wrapper only": WrapperOnly,
    "ftfy": Ftfy,
    "symspellpy-1": lambda: SymSpellLookup(1),
    "symspellpy-2": lambda: SymSpellLookup(2),
    "symspellpy-compound": SymSpellCompound,
    "symspellpy-segment": SymSpellSegmentation,
    "pyspellchecker": PySpellChecker,
    "autocorrect": Autocorrect,
    "wordninja": WordNinja,
    "jamspell": JamSpell,
    "aspell": lambda: Ispell("aspell", ("-a", "--lang=en_US", "--encoding=utf-8"), "aspell aspell-en"),
    "hunspell": lambda: Ispell("hunspell", ("-a", "-d", "en_US", "-i", "utf-8"), "hunspell hunspell-en-us", 2_000),
}
