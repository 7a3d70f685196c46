"""The three ways in which texts are compared: strict, HIPE, and the reading text of a document.

Each view takes away what its measure does not count, and nothing else. docs/benchmark.md says what that is and why.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz import fuzz

_FOLDED = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b", "'")
    | dict.fromkeys("\u201c\u201d\u201e", '"')
    | dict.fromkeys("\u2010\u2011\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u00a0\u2009", " ")
    | dict.fromkeys("\u00ad\u200b\ufeff", "")
)
_DIVIDED = re.compile(r"(?<=\w)[-\u00ac][ \t]*\r?\n[ \t]*(?=\w)")
_INNER_HYPHEN = re.compile(r"(?<=\w)[-\u00ac](?=\w)")
_NOT_WORD = re.compile(r"[^\w]|_")

REDACTION = re.compile(
    r"\[\s*(?:REDACT(?:ED|ION)|redact(?:ed|ion)|Redact(?:ed|ion)|EXCISED|excised)[^\]\n]*\]"
    r"|\u2588+|\[B\d(?:[ ,]*B?\d)*\]"
)
"""How a redaction is marked in a text: a word in brackets, a black box, or the code of an exemption."""

_SINGLE_QUOTES = re.compile("[\u2018\u2019\u201b\u02bc]")
_DOUBLE_QUOTES = re.compile("[\u201c\u201d\u201e]")
_LONG_DASH = re.compile("\\s*[\u2014\u2015]\\s*")
_SPACED_CAPITALS = re.compile(r"\b(?:[A-Z][ ]){4,}[A-Z]\b")
_CLASSIFICATIONS = frozenset({"CONFIDENTIAL", "SECRET", "UNCLASSIFIED", "UNCLAS"})


def squeeze(text: str) -> str:
    """White space made single, none at the ends.

    >>> squeeze(" one \\n two")
    'one two'
    """
    return " ".join(text.split())


def strict_view(text: str) -> str:
    """NFC; curly quotes and dashes made plain; hyphens inside words and at line ends dropped; white space single.

    Case and punctuation count. Hyphens are dropped because a gold text that keeps the lines of the page and one that
    does not disagree on them.

    >>> strict_view("the \\u201cagree-\\nment\\u201d, re-\\u00adread")
    'the "agreement", reread'
    """
    text = unicodedata.normalize("NFC", text).translate(_FOLDED)
    text = _INNER_HYPHEN.sub("", join_lines(text)).replace("\u00ac", "-")
    return squeeze(text)


def join_lines(text: str) -> str:
    """The text with its words whole where a line end divides them, as the strict view has them.

    >>> join_lines("the agree-\\nment")
    'the agreement'
    """
    return _DIVIDED.sub("", text)


def hipe_view(strict: str) -> str:
    """The strict view in lower case, letters and digits only: the normalisation of HIPE-OCRepair 2026.

    >>> hipe_view("P.O. Box 7")
    'p o box 7'
    """
    return squeeze(_NOT_WORD.sub(" ", strict.lower()))


def reading_text(text: str) -> str:
    """A document's text as it is compared: redaction marks out, quotes and dashes plain, spaced capitals closed up.

    Hyphens inside words count here: the gold says which of them belong to the word.

    >>> reading_text("S E C R E T  [REDACTED B1] \\u2014 he said")
    'SECRET -- he said'
    """
    text = REDACTION.sub(" ", text)
    text = _DOUBLE_QUOTES.sub('"', _SINGLE_QUOTES.sub("'", text))
    text = _LONG_DASH.sub(" -- ", text).replace("\u2013", "-").replace("\u00ad", "")
    return squeeze(_SPACED_CAPITALS.sub(_close_up, text))


def _close_up(match: re.Match[str]) -> str:
    word = match[0].replace(" ", "")
    return word if word in _CLASSIFICATIONS else match[0]


def drop_optional_lines(text: str, optional: Sequence[str]) -> str:
    """The text without its protocol lines, each of which a tool may keep or drop (`BT`, `NNNN`, `#0849`)."""
    left = [squeeze(line) for line in optional]
    kept = []
    for line in re.split(r"[\n\f]", text):
        bare = squeeze(line)
        found = next((o for o in left if bare == o or (len(o) > 6 and bare and fuzz.ratio(bare, o) >= 85)), None)
        if found is None:
            kept.append(line)
        else:
            left.remove(found)
    return "\n".join(kept)
