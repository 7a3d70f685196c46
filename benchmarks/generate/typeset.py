"""Sets logical lines in print lines as a typist or a teleprinter would: wrapped, divided, underlined."""

from __future__ import annotations

import re
from dataclasses import dataclass

from benchmarks.generate.model import REDACTION, Geometry

BOX = "█"
"""Stands for one blackened column of the printed page."""

_MARGIN_GAP = 2
_SENTENCE_END = re.compile(r"[.?!:][\"')\]]*$")
_ABBREVIATION = re.compile(r"^\(?(?:[A-Z]\.)+$|^(?:Mr|Mrs|Dr|Ltd|Inc|St|No|Jr|Gen|Col|Capt|Co)\.$")
_WORD = re.compile(r"^([^A-Za-z]*)([A-Za-z]+)([^A-Za-z]*)$")
_VOWELS = frozenset("aeiouy")
_TIGHT = frozenset(["ch", "ck", "gh", "gn", "kn", "ng", "ph", "qu", "sh", "th", "wh", "wr", "st", "sc", "ll", "ss"])
_CLOSED_ENDINGS = frozenset(["tion", "tions", "sion", "sions", "ment", "ments", "tive", "ture", "ness", "ship"])
_OPEN_ENDINGS = frozenset(["ing", "ings", "able", "ance", "ence"])
_ONSETS = frozenset(a + b for a in "bcdfgpt" for b in "rl") - {"dl", "tl"}


@dataclass(frozen=True, slots=True)
class Block:
    """One logical line of the reading text and how it stands on the page.

    `kind` is "text" (in the reading text), "optional" (may stay or go: protocol lines, rules) or "repeat"
    (a line of a repeated header). `fixed` gives the print lines themselves where they are not to be wrapped.
    """

    text: str
    kind: str = "text"
    lead: str = ""
    first: int = 0
    indent: int = 0
    before: int = 0
    rule: bool = False
    keep: bool = False
    new_page: bool = False
    fixed: tuple[str, ...] = ()
    entry: int = -1
    heading: bool = False

    @property
    def reading(self) -> str:
        """The logical line as the reading text has it: single spaces, redactions named."""
        return collapse(reading_text(self.lead + self.text))


def collapse(text: str) -> str:
    """Makes every run of white space one space.

    >>> collapse("  TAGS:   PREL\\n PGOV ")
    'TAGS: PREL PGOV'
    """
    return " ".join(text.split())


def reading_text(text: str) -> str:
    """Writes redactions as the reading text does.

    >>> reading_text("told {{B6:9}} and {{:4}} so")
    'told [REDACTED B6] and [REDACTED] so'
    """
    return REDACTION.sub(lambda m: f"[REDACTED {m['code']}]" if m["code"] else "[REDACTED]", text)


@dataclass(frozen=True, slots=True)
class Printed:
    """One print line and the margin code beside it, if any."""

    text: str
    code: str = ""

    def on_page(self, width: int) -> str:
        """The line with its margin code set to the right of the text column."""
        return f"{self.text:<{width + _MARGIN_GAP}}{self.code}" if self.code else self.text


def print_block(block: Block, geometry: Geometry) -> list[Printed]:
    """Sets one block, with the blank lines before it and the rule under it."""
    lines = [Printed("")] * block.before
    if block.fixed:
        lines += [Printed(line) for line in block.fixed]
    else:
        lines += _wrap(block, geometry)
    if block.rule:
        lines.append(Printed("-" * len(lines[-1].text)))
    return lines


def _wrap(block: Block, geometry: Geometry) -> list[Printed]:
    done: list[Printed] = []
    line = " " * block.first + block.lead
    empty, code, gap = True, "", 0
    for token, token_code in _tokens(block.text):
        while True:
            room = geometry.width - len(line) - gap
            if len(token) <= room:
                line += " " * gap + token
                code, empty = code or token_code, False
                break
            head, tail = _divide(token, room, geometry.hyphenate)
            if head:
                line += " " * gap + head
                code, token, token_code = code or token_code, tail, ""
            elif empty and line.strip() == "":
                raise ValueError(f"{token!r} does not fit a line of {geometry.width} columns")
            done.append(Printed(line.rstrip(), code))
            line, empty, code, gap = " " * block.indent, True, "", 0
        gap = geometry.sentence_gap if block.entry >= 0 and _ends_sentence(token) else 1
    return [*done, Printed(line.rstrip(), code)]


def _ends_sentence(token: str) -> bool:
    return bool(_SENTENCE_END.search(token)) and not _ABBREVIATION.match(token)


def _tokens(text: str) -> list[tuple[str, str]]:
    """Words with redactions drawn as boxes, each with the margin code that belongs to it."""
    tokens = []
    for word in text.split():
        codes = [match["code"] for match in REDACTION.finditer(word)]
        drawn = REDACTION.sub(lambda m: BOX * int(m["width"]), word)
        tokens.append((drawn, next((code for code in codes if code), "")))
    return tokens


def _divide(token: str, room: int, soft: bool) -> tuple[str, str]:
    """Divides a word that does not fit; ("", token) where it cannot be divided."""
    if BOX * 8 in token and room >= 4 and token[:room].strip(BOX + "(\"'") == "":
        return token[:room], token[room:]
    for at in range(min(room, len(token) - 1), 1, -1):
        if token[at - 1] == "-" and token[at - 2].isalpha() and token[at].isalpha():
            return token[:at], token[at:]
    if soft and (match := _WORD.match(token)):
        before, word = match[1], match[2]
        points = [p for p in division_points(word) if len(before) + p + 1 <= room]
        if points:
            at = len(before) + points[-1]
            return token[:at] + "-", token[at:]
    return "", token


def division_points(word: str) -> list[int]:
    """Where a typist may divide a word: between two consonants, before an onset, before a common ending.

    At least two letters stand on each side and both hold a vowel. Words with an inner capital (names in mixed
    case, acronyms beside them) are left whole, and so are short ones.

    >>> [("representative"[:p]) for p in division_points("representative")]
    ['re', 'represen', 'representa']
    >>> division_points("Wells"), division_points("IMEMOs")
    ([], [])
    """
    if len(word) < 6 or not (word.islower() or word.isupper()):
        return []
    low = word.lower()
    return [
        at
        for at in range(2, len(low) - 2)
        if (_between_consonants(low, at) or _before_onset(low, at) or _before_ending(low, at))
        and not _VOWELS.isdisjoint(low[:at])
        and not _VOWELS.isdisjoint(low[at:-1])
    ]


def _between_consonants(low: str, at: int) -> bool:
    left, right = low[at - 1], low[at]
    if left in _VOWELS or right in _VOWELS or left + right in _TIGHT | _ONSETS:
        return False
    return low[at - 2] in _VOWELS and (low[at + 1] in _VOWELS or low[at : at + 2] in _ONSETS)


def _before_onset(low: str, at: int) -> bool:
    return low[at - 1] in _VOWELS and low[at : at + 2] in _ONSETS and low[at + 2] in _VOWELS


def _before_ending(low: str, at: int) -> bool:
    rest = low[at:]
    if rest in _CLOSED_ENDINGS:
        return True
    doubled = low[at - 1] == low[at - 2] and low[at - 1] not in "ls"
    return rest in _OPEN_ENDINGS and at >= 4 and low[at - 1] not in _VOWELS and not doubled
