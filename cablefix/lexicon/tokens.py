"""Tokens: what stands between white space, with its offsets and what is known about its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntFlag
from typing import NamedTuple


class Flag(IntFlag):
    """What a token's place says about it."""

    NONE = 0
    PROTECTED = 1  # header, routing, TAGS, table, quotation in another language: never repaired
    JOINED = 2  # two halves of a word divided at a line end; offsets span both
    LINE_START = 4
    BREAK = 8  # a new paragraph or logical line begins here


class Token(NamedTuple):
    """A run of characters without white space, `start:end` in the offsets of whoever made it."""

    text: str
    start: int
    end: int
    flags: int = 0


_WORD_OR_BREAK = re.compile(r"\S+|\n[^\S\n]*\n\s*|\n")
_HYPHEN = re.compile(r"[^\W\d_]{2,}[-¬\u00ad]$")


def read_tokens(text: str, *, join_hyphens: bool = True) -> Iterator[Token]:
    """The tokens of a plain text; a blank line begins a new paragraph.

    With `join_hyphens`, a word that ends its line in a hyphen is joined with the next line's first word when that
    begins in lower case. Documents with a layout make their tokens from their reading text instead.

    >>> [token.text for token in read_tokens("we con-\\nsulted the\\n\\nMinister")]
    ['we', 'consulted', 'the', 'Minister']
    """
    flags = int(Flag.BREAK | Flag.LINE_START)
    held: Token | None = None
    for match in _WORD_OR_BREAK.finditer(text):
        word = match.group()
        if word[0] == "\n":
            flags |= Flag.LINE_START if len(word) == 1 else Flag.LINE_START | Flag.BREAK
            continue
        token = Token(word, match.start(), match.end(), flags)
        if held is not None:
            joins = join_hyphens and flags == Flag.LINE_START and word[0].islower()
            if joins and _HYPHEN.search(held.text):
                token = Token(held.text[:-1] + word, held.start, token.end, held.flags | Flag.JOINED)
            else:
                yield held
        flags = 0
        held = token
    if held is not None:
        yield held
