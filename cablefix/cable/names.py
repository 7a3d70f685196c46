"""Names in addresses: which words an address is made of, and which a damaged word stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cablefix.cable.channel import Channel, Decoded, close_words, fold, nearest
from cablefix.cable.codes import Codes, upper_name
from cablefix.cable.rows import strip_dust
from cablefix.lexicon.wordlist import load_wordlist

_LONGER = 0.75
_SHORT = 3
_UNKNOWN_SHORT = 6.0


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of addresses: heads (`AMEMBASSY`), posts, all words of known addresses, and what addresses end with."""

    heads: frozenset[str]
    posts: frozenset[str]
    words: frozenset[str]
    endings: frozenset[str]
    head_list: tuple[str, ...]
    post_list: tuple[str, ...]
    word_list: tuple[str, ...]


@lru_cache(maxsize=4)
def vocabulary(codes: Codes) -> Vocabulary:
    """The vocabulary of the code tables, made once for each set of tables."""
    heads = frozenset(name.split()[0] for name in codes.addressees)
    words = {word for name in codes.addressees for word in name.split()}
    words.update(word for plads in codes.routing_indicators.values() for name in plads for word in name.split())
    words.update(word for name in codes.posts for word in name.split())
    words.update(("COLLECTIVE", "POLITICAL", "WASHDC"))
    kept = frozenset(word for word in words if word.isalpha() and word.isupper())
    return Vocabulary(
        heads,
        codes.posts,
        kept,
        frozenset(name.split()[-1] for plads in codes.routing_indicators.values() for name in plads) | codes.area_codes,
        tuple(sorted(name for name in heads if len(name) > _SHORT)),
        tuple(sorted(codes.posts)),
        tuple(sorted(word for word in kept if len(word) > _SHORT)),
    )


def limit_of(word: str) -> float:
    """How much a word may cost to be read as another: more the longer it is.

    >>> limit_of("ROME") < limit_of("TEGUCIGALPA")
    True
    """
    return 3.0 + _LONGER * len(word)


def by_gaps(seen: str, words: Sequence[str]) -> list[tuple[str, float]]:
    """The only word that fits one with unread stretches (`A__ASSY`): engines print a mark for one or more characters.

    >>> by_gaps("A__ASSY", ["AMEMBASSY", "AMCONSUL"])
    [('AMEMBASSY', 6.0)]
    """
    if "_" not in seen or sum(map(str.isalpha, seen)) < 4:
        return []
    pieces = [re.escape(piece) for piece in re.split(r"_+", seen)]
    pattern = re.compile(".{1,5}".join(pieces))
    fitting = [word for word in words if pattern.fullmatch(word)]
    return [(fitting[0], 6.0)] if len(fitting) == 1 else []


def read_word(seen: str, known: frozenset[str], words: tuple[str, ...], channel: Channel) -> list[Decoded]:
    """Readings of one word: itself where it is known, else known words that it may be and itself."""
    plain = fold(strip_dust(seen))
    if plain in known:
        return [Decoded(plain, 0.05 if plain == seen else channel.surplus_mark)]
    if len(plain) <= _SHORT:
        return [Decoded(seen, _UNKNOWN_SHORT)]
    near = nearest(channel, plain, close_words(plain, words, 1 + len(plain) // 4), limit_of(plain), 3)
    readings = [Decoded(text, cost + 0.5) for text, cost in near]
    capitals = plain.isalpha() and plain.isupper()
    readings.append(Decoded(seen, (1.5 if load_wordlist().known(plain) else 8.0) if capitals else 12.0))
    return sorted(readings, key=lambda item: item.cost)


def read_post(seen: str, codes: Codes, channel: Channel) -> list[Decoded]:
    """Readings of the name of a post.

    >>> from cablefix.cable.channel import load_channel
    >>> from cablefix.cable.codes import load_codes
    >>> [item.text for item in read_post("NA1ROBI", load_codes(), load_channel())][0]
    'NAIROBI'
    """
    words = vocabulary(codes)
    plain = upper_name(strip_dust(seen))
    if plain in words.posts:
        return [Decoded(plain, 0.05 if plain == seen else 2.0)]
    shut = fold(strip_dust(seen))
    near = nearest(channel, shut, close_words(shut, words.post_list, 1 + len(shut) // 4), limit_of(shut), 3)
    readings = [Decoded(text, cost + 0.5) for text, cost in near]
    readings.append(Decoded(shut, 9.0 if shut.replace(" ", "").isalpha() and shut.isupper() else 13.0))
    return sorted(readings, key=lambda item: item.cost)
