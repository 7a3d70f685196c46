"""How a word is spelt: a candidate in the case of what it replaces, and spellings that are no misreading."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import combining, normalize

from cablefix.lexicon.pieces import Case
from cablefix.lexicon.wordlist import WordList


def render(seen: str, low: str, case: int, words: WordList) -> str:
    """A lower-case candidate in the case of the string that it replaces; a name keeps its capital.

    >>> from cablefix.lexicon.wordlist import load_wordlist
    >>> words = load_wordlist()
    >>> render("Tbe", "the", Case.TITLE, words), render("gencva", "geneva", Case.LOWER, words)
    ('The', 'Geneva')

    An 8 at the beginning is a capital, B or S; the small letters have no such look.

    >>> render("8econd", "second", Case.LOWER, words)
    'Second'
    """
    if case == Case.UPPER:
        return low.upper()
    if case == Case.TITLE:
        return capitalise(low)
    if case == Case.ODD:
        capitals = sum(map(str.isupper, seen))
        small = sum(map(str.islower, seen))
        if capitals > 2 * small:
            return low.upper()
        if seen[0].isupper():
            return capitalise(low)
    return low if words.known(low) and low != "i" and seen[0] != "8" else capitalise(low)


def capitalise(low: str) -> str:
    """The word with a capital, two in McX and O'X.

    >>> capitalise("mcduff"), capitalise("o'hara"), capitalise("don't")
    ('McDuff', "O'Hara", "Don't")
    """
    if low.startswith("mc") and len(low) > 4:
        return "Mc" + low[2:].capitalize()
    if low[1:2] == "'" and len(low) > 4:
        return low[:2].capitalize() + low[2:].capitalize()
    return low.capitalize()


_PREFIXES = frozenset("de dis in il im ir mis non un anti counter pro sub re pre over".split())
_VARIANTS = (("our", "or"), ("is", "iz"), ("ys", "yz"), ("re", "er"), ("ence", "ense"), ("ll", "l"), ("ae", "e"),
             ("oe", "e"), ("ogue", "og"), ("amme", "am"), ("que", "k"))  # fmt: skip


def adds_prefix(seen: str, meant: str) -> bool:
    """Whether a candidate is the string with a prefix that turns its meaning.

    >>> adds_prefix("armed", "disarmed"), adds_prefix("ernment", "government")
    (True, False)
    """
    return meant.endswith(seen) and meant[: len(meant) - len(seen)] in _PREFIXES


def is_plural(seen: str, meant: str) -> bool:
    """Whether a string is the plural in -men of a candidate in -man.

    >>> is_plural("craftsmen", "craftsman"), is_plural("wornen", "women")
    (True, False)
    """
    return seen[-3:] == "men" and meant[-3:] == "man" and seen[:-3] == meant[:-3]


def is_elision(seen: str, meant: str) -> bool:
    """Whether an apostrophe stands for letters that are left out: an e, or a v with its vowel.

    >>> is_elision("kill'd", "killed"), is_elision("O'er", "Over"), is_elision("g'vernment", "government")
    (True, True, False)
    """
    before, mark, after = seen.replace("\u2019", "'").lower().partition("'")
    if not (mark and before and after):
        return False
    return any(meant.lower() == before + left_out + after for left_out in ("e", "v", "ve"))


def is_older(seen: str, meant: str) -> bool:
    """Whether a word has the -our of older spelling where the other has -or: no engine puts the u in.

    >>> is_older("Governour", "Governor"), is_older("yor", "your")
    (True, False)
    """
    return "our" in seen and seen.replace("our", "or") == meant


def takes_accents(seen: str, meant: str) -> bool:
    """Whether a candidate is the string without its accents.

    >>> takes_accents("Ho\u00e0ng", "Hoang"), takes_accents("Ho\u00e0ng", "Hong")
    (True, False)
    """
    if seen.isascii():
        return False
    return "".join(char for char in normalize("NFD", seen) if not combining(char)) == meant


def is_variant(one: str, other: str) -> bool:
    """Whether two words are the British and the American, or an older, spelling of one word.

    >>> is_variant("organise", "organize"), is_variant("favor", "favour"), is_variant("tho", "the")
    (True, True, False)
    """
    return _canonical(one) == _canonical(other)


@lru_cache(maxsize=1 << 16)
def _canonical(word: str) -> str:
    """The word with each British or older way of spelling turned into the American one, a sound or not."""
    for old, new in _VARIANTS:
        word = word.replace(old, new)
    return word
