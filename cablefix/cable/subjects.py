"""The subject of a message: what specks add to a line in capitals."""

from __future__ import annotations

import re

# Scraps behind the last word in capitals: small letters first, then whatever stands beside them.
_SMALL_TAIL = re.compile(
    r"(?<=[A-Z)\"?!])(?:\s+[A-Z]?[a-z]{1,4}\b[.,;:]?)(?:\s+(?:[A-Z]?[a-z]{1,4}|\W{0,2}[A-Za-z]?\W{0,2}))*$"
)
_LEAST_CAPITALS = 4  # for each small letter
_PORTION = re.compile(r"\((?:0|O|u|V)\)$")
_AFTER_PORTION = re.compile(r"^(\((?:U|C|S|SBU|LOU)\))[.,]")
_STOP = re.compile(r"(?<=[A-Z]{4})\.(?= (?P<rest>[A-Z].*))")
_LIST = re.compile(r"(?:[A-Z]+ ){0,4}AND\b")


def without_small_tail(text: str) -> str:
    """A subject in capitals without the scraps in small letters behind it.

    >>> without_small_tail("VESSELS LAID UP IN NORTHERN FJORDS sees"), without_small_tail("A Visit to the yards")
    ('VESSELS LAID UP IN NORTHERN FJORDS', 'A Visit to the yards')
    """
    tail = _SMALL_TAIL.search(text)
    if tail is None:
        return text
    kept = text[: tail.start()]
    capitals, small = sum(map(str.isupper, kept)), sum(map(str.islower, kept))
    return kept if capitals > _LEAST_CAPITALS * (small + 1) else text


def settle_stops(text: str) -> str:
    """A subject of a badly read page without the full stops inside it, and its portion mark as it should be.

    A subject is no sentence: a full stop behind a word in it is a speck, or a comma where a list goes on.

    >>> settle_stops("MUTINY: SAFETY. OF AMERICANS"), settle_stops("FRUIT: HAZELNUTS. RAISINS AND APRICOTS (0)")
    ('MUTINY: SAFETY OF AMERICANS', 'FRUIT: HAZELNUTS, RAISINS AND APRICOTS (U)')
    """
    text = _AFTER_PORTION.sub(r"\1", _PORTION.sub("(U)", text))
    return _STOP.sub(lambda stop: "," if _LIST.match(stop["rest"]) else "", text)
