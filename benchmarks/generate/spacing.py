"""The spacing layer of archive.org's older texts, laid over what an engine read.

Two generations of its converter are told apart by their gaps; both double them, and which rule a file follows
must be learned from the file. First: the gap after a token of two or more characters is doubled, after a
one-character token it is not, and every line ends in a blank. Second: every gap is doubled, a few are tripled;
only the gap after the second half of a divided word stays single.
"""

from __future__ import annotations

import re

import numpy as np

GENERATIONS = ("g1", "g2")
"""Names of the two conventions, the older first."""

_TRIPLE = 0.012
_SPLIT = 0.012
_BLANK_LINE = 0.05
_MARK = re.compile(r"^(.*\w)([.,;:')\]\"]+)$")


def space_out(text: str, generation: str, random: np.random.Generator) -> str:
    """Lays the spacing of one generation over a text; form feeds become blank lines.

    Args:
        text: an engine's plain text.
        generation: one of GENERATIONS.
        random: source of chance.
    """
    lines: list[str] = []
    after_soft_hyphen = False
    for line in text.replace("\f", "\n\n").split("\n"):
        tokens = line.split()
        if not tokens:
            if lines and lines[-1]:
                lines.append("")
            continue
        lines.append(_line(_split_marks(tokens, random), generation, after_soft_hyphen, random))
        after_soft_hyphen = bool(re.search(r"[a-z]{2}-$|[A-Z]{2}-$", tokens[-1]))
        if random.random() < _BLANK_LINE:
            lines.append("")
    return "\n".join(lines).strip("\n") + "\n"


def _split_marks(tokens: list[str], random: np.random.Generator) -> list[str]:
    """Splits the punctuation off a few words; a part that begins with NUL takes a single gap before it."""
    parts: list[str] = []
    for token in tokens:
        match = _MARK.match(token)
        if match and random.random() < _SPLIT:
            parts += [match[1], f"\x00{match[2]}"]
        else:
            parts.append(token)
    return parts


def _line(tokens: list[str], generation: str, after_soft_hyphen: bool, random: np.random.Generator) -> str:
    line = tokens[0]
    for index, token in enumerate(tokens[1:], 1):
        before = tokens[index - 1].lstrip("\x00")
        if generation == "g1":
            single = token.startswith("\x00") or len(before) == 1
            gap = " " if single else "  "
        else:
            single = token.startswith("\x00") or (index == 1 and after_soft_hyphen)
            gap = " " if single else "   " if random.random() < _TRIPLE else "  "
        line += gap + token.lstrip("\x00")
    return line + (" " if generation == "g1" else "")
