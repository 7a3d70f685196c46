"""Fields of the header whose text runs on over the lines below: how far it goes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cablefix.cable.bodylines import BARE_REFERENCE, is_dust_row
from cablefix.cable.fields import Line
from cablefix.cable.reasons import PLAIN_REASONS
from cablefix.cable.rows import FUNCTION_WORDS, Row, strip_dust

MOST_RUN_ON = 30
"""So many lines below its first one a field may have: a list of references."""
PARAGRAPH = re.compile(r"(?:[¶^]|1\[|\S{0,2})\d{1,2}\s?[.,](?:\s|$)")
"""How a numbered paragraph begins."""

_MOST_RUN_ON = 5  # of the other fields
_LONGEST_PRINTED = 80
_SCRAP = 3
_MARKED = re.compile(r" \((?:U|C|S|TS)(?:/{1,2}[A-Z/]+)?\)$")  # military messages mark the subject at its end
_REASONS = re.compile(r"1\s?[.,]\s?[345]\s?(?:\(|$)|[Rr]easons?\b", re.IGNORECASE)
_SMALL_WORD = re.compile(r"[A-Za-z]?[a-z]{1,5}[.,]?")
_PAGE_HEAD = re.compile(r"[A-Z] [0O\d]{5,8} [0O]\d\d(?:\.\d)? [O0]F [0O]\d\d\b")
_RULE = re.compile(r"[-—–_=~.]{4,}$")
_HEADINGS = ("SUMMARY", "COMMENT", "INTRODUCTION", "BACKGROUND", "ACTION REQUEST", "ACTION REQUESTED", "BEGIN SUMMARY")
_MORE_FUNCTION_WORDS = frozenset(
    "ABOUT AFTER AGAINST AMONG AS BEFORE BETWEEN BUT DURING INTO ITS NEW OVER THEIR THROUGH UNDER UNTIL UPON".split()
)
_TORN_NUMBER = re.compile(r"\S{1,3}\s?[.,]\s|\S{0,4}[({\[]\S{1,5}[)}\]]\s")  # of the first paragraph
_NEVER_FIRST = frozenset("AND AS BUT BY OF OR THAN WITH".split())
_UNENDED = re.compile(r"[,;:/&-]$|['’]S$")
# What is said of the message in a line of its own: a sentence, a level, a note on who is to act.
_STATES = re.compile(
    r"[.!?]$|^(?:THIS|PLEASE|FOR|FROM|NOTE|SEE|JOINT)\b|CLASSIF|SENSITIVE|CONFIDENTIAL|SECRET\b|:", re.I
)
# What every line of references has: a number, a date, or what sort of message it names.
_NAMES_MESSAGE = re.compile(r"\d|NOTAL|PREVIOUS|MAIL|LETTER|MEMO|REPORT|TELCON|CABLE|TEL\b", re.IGNORECASE)
_MORE_REASONS = re.compile(r"(?:and|or|&) ?\(\w\)|\(\w\)", re.IGNORECASE)
_TORN_REASONS = re.compile(r"\b1\s?[.,]\s?[345]$")
_LABEL = re.compile(r"(?:^|[\s,;¶])[-.°·~*'‘]?[({\[]?([A-Za-z])(?:[.):}\],]|(?= - ))")
# What a reference begins or goes on with: a post and its number, the number alone.
_REST_OF_REFERENCE = re.compile(r"(?:[A-Z][A-Za-z]+ ){0,3}[0-9O]\d{1,5}(?![\d./])(?:[\s,;()]|$)")
_WHOLE_REFERENCE = re.compile(r"['‘’]?(?:\d\d|\d{4})? ?[A-Z]{3,}(?: [A-Z]{2,}){0,2} \d{2,6}[.,;]?(?: \(NOTAL\))?")
_NUMBERED = re.compile(r"[A-Za-z)] ?\d{2,6}(?![\d/])")
_LONGEST_NAME = 24


def width_of(rows: Sequence[Row]) -> int:
    """The width to which the document is wrapped: the length that one line in twenty exceeds, at most 80."""
    lengths = sorted(len(row.text) for row in rows if len(row.text) <= 80)
    return lengths[int(len(lengths) * 0.95)] if lengths else 69


def wraps(row: Row, after: Row, width: int, indent: int = 0) -> bool:
    """Whether the first word of the next line would not have fitted on this one, so that the text goes on there.

    A line that is longer than any printed one is a whole one. A width of 0 says that the field is known to go on:
    another field of the header follows below.
    """
    if row.text.endswith("-") or not width:
        return True
    length = len(row.text) - (row.starts[row.breaks[-1][0]] if row.breaks else 0)  # of its last line
    if length > _LONGEST_PRINTED:
        return False
    return length + indent + 1 + len(after.words[0]) > width - 3


def run_on(runs: Mapping[str, list[Row]], kind: str, rows: Sequence[Row], between: Sequence[int], width: int) -> None:
    """Add to the lines of a field those below into which its text runs on; `between` are the rows that may."""
    run = runs[kind]
    for at in between[: MOST_RUN_ON if kind == "ref" else _MOST_RUN_ON]:
        row, before = rows[at], run[-1]
        if is_dust_row(row) or _RULE.fullmatch(row.text):
            return
        if kind == "subject":
            if _MARKED.search(before.text) or _begins_references(row):
                return
            row = _without_small_end(row) if run[0].words[-1].isupper() else row
        if (kind == "ref" and len(row.text) <= _SCRAP and not row.text.isupper()) or _PAGE_HEAD.search(row.text):
            continue
        if row.number - before.numbers[-1] > 4 or not _goes_on(kind, run, row, rows, at, width):
            return
        run.append(row)


def _without_small_end(row: Row) -> Row:
    """A row of capitals without words in small letters behind them: `HIGHWAY Agios`."""
    end = len(row.words)
    while end > 1 and _SMALL_WORD.fullmatch(row.words[end - 1]):
        end -= 1
    if end == len(row.words) or not all(word.isupper() for word in row.words[:end] if any(map(str.isalpha, word))):
        return row
    return Row(Line(row.number, row.line.tokens[:end]), row.line.tokens[end:] + row.dropped)


def _goes_on(kind: str, run: list[Row], row: Row, rows: Sequence[Row], at: int, width: int) -> bool:
    before = run[-1]
    if kind == "classified-by":
        said = " ".join(item.text for item in run)
        if PLAIN_REASONS.search(said):
            return False
        if re.search(r"1\s?\.\s?[345]", said) and said.rstrip().endswith((".", ")")):
            return said.rstrip().endswith(")") and bool(_MORE_REASONS.match(row.text))
        if not _REASONS.search(said) and _stands_before_reasons(row, rows, at):
            return True
        torn = _TORN_REASONS.search(said) and _MORE_REASONS.match(row.text)
        return bool(torn or _REASONS.search(row.text)) or wraps(before, row, width)
    if _is_heading(row, rows, at) or (kind != "ref" and PARAGRAPH.match(row.text)):
        return False
    if kind == "tags":
        words = [word.strip(",;") for word in row.words]
        return (before.text.endswith(",") or wraps(before, row, width)) and all(
            2 <= len(word) <= 5 and word.isupper() and not word.endswith("DIS") for word in words
        )
    if kind == "ref" and _continues_refs(run, row):
        return True
    if PARAGRAPH.match(row.text) or (kind == "ref" and _heads_text(row, rows, at)):
        return False
    if not _alike(run[0], row) or (kind == "ref" and (len(run) > _MOST_RUN_ON or not _NAMES_MESSAGE.search(row.text))):
        return False
    return wraps(before, row, width, 9 if len(run) > 1 else 0) or (kind == "subject" and _title_goes_on(run, rows, at))


def _stands_before_reasons(row: Row, rows: Sequence[Row], at: int) -> bool:
    """Whether the line below gives the reasons, so that this one still says who classified the message."""
    return at + 1 < len(rows) and not PARAGRAPH.match(row.text) and bool(_REASONS.search(rows[at + 1].text))


def _title_goes_on(run: list[Row], rows: Sequence[Row], at: int) -> bool:
    """Whether the words of a subject go on in a line that would have fitted on the one above.

    They do after a word or mark in which no title ends (`VISITS TO SWEDEN DURING`), before a word with which none
    begins, and where the line stands between the subject and a blank line: drafters broke their titles by hand.
    """
    before, row = run[-1], rows[at]
    if _TORN_NUMBER.match(row.text):
        return False
    last = before.words[-1].rstrip("'’")
    if last.upper() in FUNCTION_WORDS or last.upper() in _MORE_FUNCTION_WORDS or _UNENDED.search(before.text):
        return True
    first = row.words[0]
    if first.islower() or first in _NEVER_FIRST:
        return True
    closed = at + 1 < len(rows) and rows[at + 1].number > row.number + 1
    return closed and row.number == before.numbers[-1] + 1 and not _STATES.search(row.text)


def _alike(first: Row, row: Row) -> bool:
    """Whether two lines are both in capitals or both not; one without letters is like any."""

    def upper(text: str) -> bool:
        letters = [char for char in text if char.isalpha()]
        return sum(char.isupper() for char in letters) > 0.8 * len(letters)

    if not any(map(str.isalpha, row.text)):
        return True
    return upper(first.text.split(":", 1)[-1] or first.text) == upper(row.text)


def _is_heading(row: Row, rows: Sequence[Row], at: int) -> bool:
    """Whether a line is a heading of the text, or begins with one: known words, or a rule below it."""
    if strip_dust(re.split("[:.]", row.text, maxsplit=1)[0]).upper() in _HEADINGS:
        return True
    return at + 1 < len(rows) and bool(_RULE.fullmatch(rows[at + 1].text))


def _begins_references(row: Row) -> bool:
    """Whether a line is the first of references without the word REF."""
    match = BARE_REFERENCE.fullmatch(row.text)
    return match is not None and match["label"] == "A"


def _heads_text(row: Row, rows: Sequence[Row], at: int) -> bool:
    """Whether a line above a numbered paragraph is its heading: it names no message by a number."""
    above = at + 1 < len(rows) and bool(PARAGRAPH.match(rows[at + 1].text))
    return above and not re.search(r"\d|NOTAL|PREVIOUS", row.text)


def _continues_refs(run: list[Row], row: Row) -> bool:
    """Whether a line begins with the label that comes next, or with what the last reference lacks.

    >>> from cablefix.cable.fields import Token
    >>> texts = "REF: (A) STATE 71143, (B) BEIJING", "5361, (C) STATE 148514"
    >>> first, second = [Row(Line(at, [Token(word, 0, 0) for word in text.split()])) for at, text in enumerate(texts)]
    >>> _continues_refs([first], second)
    True
    """
    said = " ".join(item.text for item in run).split(":", 1)[-1].strip()
    following, end = "A", 0
    for match in _LABEL.finditer(said):
        if match[1].upper() == following:
            following, end = chr(ord(following) + 1), match.end()
    wanted = following if end or not said else "B"
    doubled = rf"{wanted}{wanted.lower()}?|{wanted.lower()}" if wanted != "A" or not said else wanted
    if re.match(rf"[-.°·~*'‘¶ ]*[({{\[]?(?:{doubled})(?:[.,):}}\]]{{1,2}}(?:\s|(?=[A-Z\d]))|\s-\s)", row.text):
        return True
    if _WHOLE_REFERENCE.fullmatch(row.text):
        return True
    last = said[end:]
    short = len(last) <= _LONGEST_NAME and not _NUMBERED.search(last)
    return short and bool(_REST_OF_REFERENCE.match(row.text))
