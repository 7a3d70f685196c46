"""Lines that OCR ran together: two format lines on one line of the source are taken apart for reading."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from cablefix.cable.fields import Line, Token
from cablefix.cable.rows import FUNCTION_WORDS, Row, is_dust
from cablefix.lexicon.wordlist import load_wordlist
from cablefix.text import count_capitals, count_small

_ROUTE = r"R[A-Z0-9]{4,7}"
_HEAD = r"(?:SECSTATE|AMEMBASSY|AMCONSUL|USMISSION|AMLEGATION|USDEL|USDAO|USLO|USINT)\b"
# What begins a header line; a TO before the head of an address is a cut only there, not in running text.
_START = re.compile(
    r"\S{0,2}(?:F[MHN]\b|T[O0]\b|[IT]NF[O0]\b|TAG|E\W? ?[O0]\b|DE\b|V[Z2]C|Z[NH][RY]"
    r"|(?:[OPRZ0]{1,2}) (?:R[A-Z0]|\d{6})|BT |R[UH][A-Z0-9]{3,6}/|AMEMB|AMCON|USMIS|SECST)",
    re.IGNORECASE,
)
_LEVEL = r"(?-i:C O N F I D|S E C R E T|UNCLAS |CONFIDENTIAL [A-Z ]+\d|LIMITED OFFICIAL USE [A-Z])"
_SURE_CUT = (
    rf"(?:T[O0]|INF[O0]) {_ROUTE}/|SUBJ(?:ECT)?\s?:|TAGS\s?:|E\.O\. ?\d|DE {_ROUTE} #"
    r"|FM (?:A[MH]|SEC|US)[A-Z]|ZN[RY] [A-Z]{5}(?: |$)"
    r"|[OPRZ](?: [OPR])? \d{6}Z [A-Z]{3} \d\d\b"
    r"|(?-i:REF|Ref)(?:S|TELS?|\(S\))?:(?= |$)|(?-i:CLASSIFIED|Classified) BY:"
)
# Each ends where a line is cut: it begins with the blank, which is quickly looked for, and most letters begin none.
_CUT = re.compile(rf" (?=[TISEDFZRCOP])(?={_SURE_CUT})", re.IGNORECASE)
_MORE_CUTS = re.compile(
    r" (?=[TISEDFZRCBOPUL0])"
    rf"(?={_SURE_CUT}|(?:T[O0]|INF[O0]) {_HEAD}|INF[O0]$|DE(?: R[UH][A-Z0-9]{{3,6}})?$"
    rf"|(?<= \d\d )FM [A-Z]{{3}}|TO [A-Z]{{3,8}} WASHDC|{_LEVEL}|REFS?\s?:|BT$|(?:[OPRZ0]{{2}}) R[A-Z0]{{4,7}}\b)",
    re.IGNORECASE,
)
_LEVELS = re.compile(r"UNCLAS|CONFIDENTIAL|SECRET|LIMITED OFF|[A-Z](?: [A-Z]){4}")
_CAPTION_CUT = re.compile(
    rf" (?=[TISEDFZRCOPNL])(?=(?<=\d{{3}} )(?:SIPDIS|NOFORN|EXDIS|LIMDIS|NODIS|STADIS)\b|{_SURE_CUT})", re.IGNORECASE
)
_GLUED = re.compile(rf"(?P<word>TO|INFO|FM)(?:[-_.:;,]{{1,2}}|(?={_HEAD}|{_ROUTE}/))(?P<rest>[A-Z]{{3}}.*)")
_PARAGRAPH = re.compile(r"\S{0,3}[\dilIJ]\s?[.,][\s(]")
_MARK = re.compile(r"\W?\S{1,5}\W")
_MOST_DUST = 3
_BEFORE_NUMBER = re.compile(r"(?:N[O0]S?|NRS?|PARAS?|PARTS?|VOLS?|ARTS?|SECS?|CH|PP?)\.", re.IGNORECASE)
_SHORT = 8
_ALIKE = frozenset("ckopsuvwxz")  # letters that are alike, small and large
_COMMON = {2: 100_000, 3: 5000}  # how often a word stands in the word list that is no speck, by its length
_BRACKETED = re.compile(r"\([a-zA-Z]{1,3}\)")  # a reason or a portion mark: `1.4 (b), (d)`, `PORT VISIT (u)`
_LIKE_AREA = re.compile(r"[uvwxz][A-Z]|[A-Z][uvwxz]")  # the code of a state or a country at the end of an address
_CODE = 2
_UNNUMBERED = 5
# Behind these of the forms below nothing short stands but operating signals.
_WHOLE, _SCRAP, _SIGNAL = (1, 2, 3), 4, re.compile(r"[Z2][A-Z]{2}")
# Lines that hold no small letters, each with the words that it has at least; no number ends the first five.
_COMPLETE = (
    (re.compile(r"V[Z2].?[CG][Z2][CG]\S{4,}"), 1),
    (re.compile(r"[OPRZ0]{2} R[A-Z0]{4,7}\b"), 2),
    (re.compile(r"[D0O][EB] R\S{4,7} \S{4,8} \S{7}\b"), 4),
    (re.compile(r"[Z2]N[RY] \S{5} \S{3,5}(?= |$)"), 3),
    (re.compile(r"[OPRZ0] \S{6,7} [A-Z]{3} \S\S\b"), 4),
    (re.compile(r"(?:FM|T[O0]|INF[O0]) R\S{4,7}/[A-Z]{2,} [A-Z]{3}"), 3),
    (re.compile(r"FM (?:AM|US|SEC)[A-Z]{3,} [A-Z]{3}"), 3),
    (re.compile(r"R[A-Z0]{4,7}/(?:AM|US|SEC)[A-Z]{3,} [A-Z]{3}"), 2),
)
_COMPLETE_LINE = re.compile("|".join(pattern.pattern for pattern, _ in _COMPLETE))
# Most lines of a text: no form above begins so, no keyword is run into (`TO.SECSTATE`), no speck of one or two small
# letters stands before capitals, and the last word is one of four characters or more with a letter or figure near its
# end.
_TEXT = re.compile(r"[^\W_a-z][a-z]|[ABCEGHJKLMNQSUWXY13-9]|[a-z](?![a-z]? [A-Z])")
_TEXT_END = re.compile(r"\S\S(?:\S[^\W_]|[^\W_]\S)")
_KEYWORDS = frozenset(("FM", "TO", "INFO", "TAGS:", "SUBJECT:", "SUBJ:", "REF:", "E.O.", "DE"))
# Sheets that archives laid in front of a document have a FROM and a TO too; what stands around them tells them apart.
_SHEET_ADDRESS = re.compile(r"(?:FROM|TO)\s?:", re.IGNORECASE)
_SHEET = re.compile(
    r"(?:AGENCY|RECORD (?:NUMBER|SERIES)|AGENCY FILE NUMBER|ORIGINATOR|TITLE|DATE|PAGES|SUBJECTS|DOCUMENT TYPE)\s?:",
    re.IGNORECASE,
)
_SHEET_REACH = 3
# What begins a second address: a head or an indicator, a command, any name behind a precedence, number or office code.
_ADDRESS = re.compile(
    rf"(?<= )(?=(?i:{_HEAD}|{_ROUTE}/[A-Z])|(?:US)?CINC[A-Z]{{2,}}|(?<=\b[A-Z]{{2}} )US[A-Z]{{4,}})"
    r"|(?:(?:FLASH|IMMEDIATE|PRIORITY|ROUTINE|\d{4}|[A-Z]//\S*//) )"
    r"(?=[A-Z]{3,}[ /])(?!(?:NIACT|FLASH|IMMEDIATE|PRIORITY|ROUTINE|FOR|AND|ATTN|INFO)\b)"
)


def split_rows(rows: Iterable[Row]) -> list[Row]:
    """The rows, those that hold two header lines cut between them; spans lead to the same source line.

    >>> from cablefix.cable.fields import Line, Token
    >>> words = [("FM", 0, 2), ("AMEMBASSY", 3, 12), ("QUITO", 13, 18), ("TO", 19, 21), ("SECSTATE", 22, 30)]
    >>> [row.text for row in split_rows([Row(Line(4, tuple(Token(*word) for word in words)))])]
    ['FM AMEMBASSY QUITO', 'TO SECSTATE']
    """
    found: list[Row] = []
    for row in map(clean_row, _without_sheets(list(rows))):
        if len(row.words) < 3:
            found.append(row)
        else:
            pattern = _MORE_CUTS if _START.match(row.text) else _CAPTION_CUT if _LEVELS.match(row.text) else _CUT
            places = [at.end() for at in pattern.finditer(row.text) if not _is_no_cut(row.text, at.end())]
            found += cut_row(row, places) if places else (row,)
    return found


def _is_no_cut(text: str, at: int) -> bool:
    """Whether what begins at a place belongs to the words before it.

    References and the classifier may be named in a numbered paragraph, behind a portion mark, or twice; before a
    date-time group two letters of precedence may stand.

    >>> text = "1. (U) CLASSIFIED BY: DCM HALE"
    >>> _is_no_cut(text, 7), _is_no_cut("FERRY TALKS CLASSIFIED BY: DCM HALE", 12)
    (True, False)
    """
    before = text[:at].rstrip()
    if len(before) == 1:
        return True
    return text[at] in "RrCc" and bool(
        _PARAGRAPH.match(text) or text[at : at + 3] == text[:3] or _MARK.fullmatch(before)
    )


def _without_sheets(rows: list[Row]) -> list[Row]:
    """The rows without the addresses of archives' cover sheets."""
    return [row for at, row in enumerate(rows) if not (_SHEET_ADDRESS.match(row.text) and _in_sheet(rows, at))]


def _in_sheet(rows: list[Row], at: int) -> bool:
    around = rows[max(0, at - _SHEET_REACH) : at + _SHEET_REACH + 1]
    return sum(_SHEET.match(row.text) is not None for row in around) >= 2


def clean_row(row: Row) -> Row:
    """The row without the dust at its ends, and a keyword taken off the word that it runs into."""
    text = row.text
    plain = len(text) > _SHORT and _TEXT.match(text) and _TEXT_END.fullmatch(text, len(text) - 4)
    if plain and (len(row.words) < 2 or row.words[1] not in _KEYWORDS):
        return row
    first = 0
    while first < len(row.words) - 1 and is_dust(row.words[first]) and first < _MOST_DUST:
        first += 1
    while first + 1 < len(row.words) and row.words[first + 1] in _KEYWORDS and _is_speck(row.words[first]):
        first += 1
    if not first and len(row.words) > 2 and _is_lead_speck(row):
        first = 1
    end = _end_of(row, first)
    glued = _GLUED.match(row.words[first])
    if not first and end == len(row.words) and not glued:
        return row
    tokens = row.line.tokens[first:end]
    if glued:
        token = tokens[0]
        middle, rest = token.start + glued.end("word"), token.start + glued.start("rest")
        tokens = (Token(glued["word"], token.start, middle), Token(glued["rest"], rest, token.end), *tokens[1:])
    return Row(Line(row.line.number, tokens), row.line.tokens[:first] + row.line.tokens[end:])


def _is_lead_speck(row: Row) -> bool:
    """Whether a line of capitals begins with one or two small letters that are none of its words."""
    word, after = row.words[:2]
    return len(word) <= _CODE and word.isalpha() and word.islower() and len(after) > _CODE and row.text[3:].isupper()


def _end_of(row: Row, first: int) -> int:
    """Where the words of a row end: marks, and specks that OCR took for small letters, do not count."""
    end = _without_scraps(row, first)
    last = row.words[end - 1]
    if len(last) > 3 and not is_dust(last):
        return end
    capitals = _in_capitals(row.text)
    while end > first + 1:
        word, before = row.words[end - 1], row.words[end - 2]
        if before[-1] == "," and len(word) == _CODE and word[0].isupper():
            break  # a code of two letters, the second misread as a small one
        if word.isdecimal() and _BEFORE_NUMBER.fullmatch(before):
            break
        alone = len(word) == 1 and (is_dust(before) or before[-1] in ".;" or (capitals and _is_speck(before)))
        if not (is_dust(word) or (capitals and _is_speck(word)) or alone):
            break
        end -= 1
    return end


def _in_capitals(text: str) -> bool:
    """Whether most letters of a line are capitals."""
    capitals = count_capitals(text)
    letters = capitals + count_small(text) if text.isascii() else sum(map(str.isalpha, text))
    return capitals > 0 and 2 * capitals > letters


def _without_scraps(row: Row, first: int) -> int:
    """Where the words of a complete line of codes and addresses end: words in small letters behind it are scraps."""
    end = len(row.words)
    text = row.text[row.starts[first] :] if first else row.text
    last = row.words[-1]
    if not (_is_small(last) or is_dust(last) or len(last) <= _SCRAP) or not _COMPLETE_LINE.match(text):
        return end
    which = next((at for at, (pattern, _) in enumerate(_COMPLETE) if pattern.match(text)), None)
    if which is None:
        return end
    least = first + _COMPLETE[which][1]
    small = any(map(str.islower, text[row.starts[least] - row.starts[first] :])) if least < end else False
    most = _SCRAP if which in _WHOLE and small else 1 if which < _UNNUMBERED else 0
    while end > least and (
        _is_small(word := row.words[end - 1]) or is_dust(word) or (len(word) <= most and not _SIGNAL.match(word))
    ):
        end -= 1
    return end


def _is_small(word: str) -> bool:
    """Whether most letters of a word are small; such a word is no code."""
    return 2 * sum(map(str.islower, word)) >= max(1, sum(map(str.isalpha, word))) and not any(map(str.isdecimal, word))


def _is_speck(word: str) -> bool:
    if _BRACKETED.fullmatch(word) or _LIKE_AREA.fullmatch(word):
        return False
    partly = any(map(str.isupper, word)) and (word.upper() in FUNCTION_WORDS or _is_damaged_word(word))
    return len(word) <= 3 and any(map(str.islower, word)) and not any(map(str.isdecimal, word)) and not partly


def _is_damaged_word(word: str) -> bool:
    """Whether a short word is a common one in capitals but for one that looks alike when small: `TwO`, `Is`."""
    small = [char for char in word if char.islower()]
    least = _COMMON.get(len(word)) if len(small) == 1 and small[0] in _ALIKE else None
    return least is not None and load_wordlist().count(word.upper()) >= least


def split_addresses(row: Row, first: int) -> list[Row]:
    """An address row from a word on, cut where a second address begins; none where the row ends before the word."""
    if first >= len(row.words):
        return []
    begin = row.starts[first]
    places = []
    for match in _ADDRESS.finditer(row.text):
        before = row.text[begin : match.end()].strip()
        if match.end() > begin and len(before.split()) >= 2 and (before[-1] != "/" or before[-2:] == "//"):
            places.append(match.end())
    return cut_row(row, places)


def cut_row(row: Row, places: list[int]) -> list[Row]:
    """A row cut before the words that begin at the given offsets of its text."""
    if not places:
        return [row]
    bounds = [0, *(row.starts.index(place) for place in places if place in row.starts), len(row.words)]
    return [row.cut(a, b) for a, b in pairwise(bounds) if a < b]
