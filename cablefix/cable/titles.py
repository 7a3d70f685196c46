"""Titles of those who classify messages: a closed list, so that a damaged word of one can be told from a name."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from cablefix.cable.channel import Decoded
from cablefix.cable.codes import Codes
from cablefix.cable.refs import Run
from cablefix.cable.rows import Part
from cablefix.cable.settle import Verdicts
from cablefix.ledger import Evidence, EvidenceKind
from cablefix.lexicon.wordlist import load_wordlist

_WORD = re.compile(r"(?:d['’‘`]{1,2})?[A-Za-z0-9_$&@|!]{5,}")
_INITIAL = re.compile(r"\b[A-Z0-9©]\W{1,2}$")
_LEAST, _BESIDE = 6, 2  # letters of a word in which two may be wrong, where another word of the title stands beside it
_SURE, _LIKELY = 0.92, 0.85


@lru_cache(maxsize=4)
def _titles(codes: Codes) -> dict[str, str]:
    """The words of titles by their small letters."""
    return {row[0].lower(): row[0] for row in codes.rows("titles") if len(row[0]) > 4}


def read_titles(run: Run, codes: Codes, verdicts: Verdicts, clean: bool = False) -> list[tuple[int, int, Part]]:
    """The damaged words of titles in a `Classified By` text, with their places in the run.

    `Poiitical/Economic Chief`, `Deputy Chigf of Mission`. Only a word that no list has is read as another, and only
    where one word of titles is near; behind an initial stands a name. In a `clean` header, one without an error
    elsewhere, `Ambssador` is the typist's slip, and only what holds a figure or a symbol is damage.
    """
    titles, known = _titles(codes), load_wordlist()
    words = list(_WORD.finditer(run.text))
    plain = [match[0].replace("’", "'").replace("‘", "").lower() for match in words]
    found = []
    for at, match in enumerate(words):
        if plain[at] in titles or known.known(match[0]) or _INITIAL.search(run.text[: match.start()]):
            continue
        if clean and match[0].replace("'", "").replace("’", "").isalpha():
            continue
        beside = any(word in titles for word in plain[max(0, at - 1) : at + 2])
        most = _BESIDE if len(plain[at]) >= _LEAST and beside else 1
        near = process.extract(plain[at], titles.keys(), scorer=Levenshtein.distance, score_cutoff=most, limit=2)
        if not near or (len(near) > 1 and near[0][1] == near[1][1]):
            continue
        title = titles[near[0][0]]
        text = title.upper() if match[0].upper() == match[0] else title
        part = Part("by.title", run.span(*match.span()), match[0], [Decoded(text, 1.0)], rule="header.title")
        said = f"{match[0]!r} is no word, {text!r} is one of titles"
        reason = Evidence(EvidenceKind.LEXICON, said, 0.0, (part.span,))
        verdicts.set(part, text, _SURE if near[0][1] == 1 else _LIKELY, reason)
        found.append((*match.span(), part))
    return found
