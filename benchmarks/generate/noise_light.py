"""Noise A: light synthetic noise as in early archive.org texts of cable printouts.

What it does was counted in the document that started the project (an inventory of 243 lines): a gap after a
token of two or more characters is doubled and a gap after a one-character token is not; every line ends in a
blank; blank lines stand nearly everywhere in the header, after the first line of each numbered paragraph and
around page heads; the pilcrow is read as `1[`, `1L`, `J.` or `^`; rules under headings and boxes are
dropped; a few punctuation marks are split off; O and 0 change places in header codes; letter errors are rare.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

PILCROWS = (("1[", 0.55), ("1L", 0.18), ("J.", 0.18), ("^", 0.09))
"""How the pilcrow is read, with shares."""

_SPLIT_APOSTROPHE = 2 / 14
_SPLIT_QUOTE = 1 / 2
_SPLIT_BRACKET = 1 / 2
_SPLIT_STOP = 1 / 56
_SPLIT_PLAIN_NUMBER = 1 / 3
_BLANK_IN_TEXT = 0.04
_LETTER_ERROR = 0.004
_LETTERS = tuple(pair.split(">") for pair in ["rn>m", "l>1", "li>h", "e>c", "cl>d", "I>l", "h>b", "ri>n"])

_RULE = re.compile(r"^\s*-{4,}\s*$")
_NUMBERED = re.compile(r"^(¶?)(\d{1,2})\.(\s)")
_BOX = re.compile("█+")
_PROSE = re.compile(r"^(?:[A-Z]?[a-z]+[,.]? ){6,}")
_HEADER_CODES = re.compile(r"^(?:OO|O|DE|TO|INFO|[OPRZ]{1,2}) ")


@dataclass(slots=True)
class _State:
    """What the pass over the lines remembers."""

    in_header: bool = True


def damage_lightly(printed: str, furniture: frozenset[str], random: np.random.Generator) -> str:
    """Damages a printed text.

    Args:
        printed: pages parted by form feeds.
        furniture: page heads and feet with single spaces; blank lines gather around them.
        random: source of chance.

    Returns:
        Text without form feeds: this kind of file does not keep them.
    """
    out: list[str] = []
    state = _State()
    for page_number, page in enumerate(printed.split("\f")):
        if page_number:
            out.append("")
        _damage_page(page.splitlines(), furniture, random, state, out)
    return _at_most_two_blanks(out)


def _damage_page(
    lines: list[str], furniture: frozenset[str], random: np.random.Generator, state: _State, out: list[str]
) -> None:
    after_rule = False
    for index, line in enumerate(lines):
        plain = " ".join(line.split())
        if not plain:
            if not after_rule:
                out.append("")
            continue
        if _RULE.match(line):
            out += ["", ""]
            after_rule = True
            continue
        after_rule = False
        if plain in furniture:
            out += ["", _spread(plain, random, in_header=True), "", ""]
            continue
        plain = _BOX.sub("", plain).strip()
        if not plain:
            continue
        numbered = _NUMBERED.match(plain)
        if numbered or _PROSE.match(plain):
            state.in_header = False
        heading = index + 1 < len(lines) and bool(_RULE.match(lines[index + 1]))
        if heading:
            out.append("")
        out.append(_spread(plain, random, state.in_header))
        if numbered or (state.in_header and random.random() < 0.6) or random.random() < _BLANK_IN_TEXT:
            out.append("")


def _spread(plain: str, random: np.random.Generator, in_header: bool) -> str:
    """One line: letters, punctuation, then gaps."""
    if in_header:
        plain = _confuse_codes(plain, random)
    plain = _number(plain, random)
    tokens: list[str] = []
    for token in plain.split(" "):
        tokens += _loosen(_misread(token, random), random)
    line = tokens[0]
    for before, token in pairwise(tokens):
        tight = token.startswith("\x00")
        line += (" " if len(before.strip("\x00")) == 1 or tight else "  ") + token.strip("\x00")
    return line.replace("\x00", "") + " "


def _confuse_codes(plain: str, random: np.random.Generator) -> str:
    """O for 0 and 0 for O in the precedence letters and now and then in code groups."""
    plain = re.sub(r"^OO(?= )", "00", plain)
    plain = re.sub(r"^O(?= \d{6}Z)", "0", plain)
    if _HEADER_CODES.match(plain) and random.random() < 0.25:
        plain = re.sub(r"(?<=#)0", "O", plain, count=1)
    if random.random() < 0.12:
        plain = re.sub(r"(?<=\d)0(?=\d*Z\b)", "O", plain, count=1)
    return plain


def _number(plain: str, random: np.random.Generator) -> str:
    """A paragraph number: mangled pilcrow, and a stop that stands off."""
    match = _NUMBERED.match(plain)
    if not match:
        return plain
    pilcrow, number = match[1], match[2]
    rest = plain[match.end(2) + 1 :]
    if pilcrow:
        names, shares = zip(*PILCROWS, strict=True)
        mark = str(random.choice(np.array(names), p=np.array(shares)))
        loose = len(number) == 1
        return f"{mark}{number} \x00.{rest}" if loose else f"{mark}{number}.{rest}"
    if random.random() < _SPLIT_PLAIN_NUMBER:
        return f"{number} \x00.{rest}"
    return plain


def _misread(token: str, random: np.random.Generator) -> str:
    if len(token) < 4 or random.random() >= _LETTER_ERROR:
        return token
    fits = [(right, wrong) for right, wrong in _LETTERS if right in token]
    if not fits:
        return token
    right, wrong = fits[int(random.integers(len(fits)))]
    return token.replace(right, wrong, 1)


def _loosen(token: str, random: np.random.Generator) -> list[str]:
    """Splits punctuation off; a part that begins with NUL takes a single gap before it."""
    token = "\u2014" if token == "--" else token
    match = re.fullmatch(r"(.*\w)'s(\W*)", token)
    if match and random.random() < _SPLIT_APOSTROPHE:
        return [match[1], "\x00'", f"s{match[2]}"]
    for pattern, share in ((r"(.*\w[,.])(\")", _SPLIT_QUOTE), (r"(.*\w)(\.\))", _SPLIT_BRACKET)):
        match = re.fullmatch(pattern, token)
        if match and random.random() < share:
            if match[2] == ".)":
                return [match[1], "\x00.", ")"]
            return [match[1], f"\x00{match[2]}"]
    match = re.fullmatch(r"(.*[a-z]{2})(\.)", token)
    if match and random.random() < _SPLIT_STOP:
        return [match[1], "\x00."]
    return [token]


def _at_most_two_blanks(lines: list[str]) -> str:
    kept: list[str] = []
    for line in lines:
        if line or len(kept) < 2 or kept[-1] or kept[-2]:
            kept.append(line)
    return "\n".join(kept).strip("\n") + "\n"
