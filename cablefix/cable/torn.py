"""Header lines that were cut in two: the rows of both halves are read as one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cablefix.cable.codes import Codes
from cablefix.cable.rows import MONTHS, Row

_LONGEST = 80  # rows, from the top, among which a header is
_APART = 3  # lines, blank ones among them, from one half to the other at most
_MOST_WORDS = 20

_ROUTE = r"R[UH][A-Z0-9]{3,6}"
_HEAD = r"(?:AMEMBASSY|AMCONSUL|AMLEGATION|USMISSION|USDEL|USDAO|USLO|USINT|AMEMB)"
_URGENT = r"(?:NIACT )?(?:FLASH|IMMEDIATE|PRIORITY|ROUTINE)"
_LEVEL = (
    r"(?:(?:UN)?CLAS(?:SIFIED)?|CONFIDENTIAL|(?:TOP )?SECRET|LIMITED OFFICIAL USE|S E C R E T|U N C L A S S I F I E D"
    r"|C O N F I D E N T I A L|L I M I T E D O F F I C I A L U S E)(?: [A-Z/ ]{2,20})?"
)
_ANNOUNCED = rf"(?:(?:FM|TO|INFO) |{_ROUTE}/|{_HEAD} |SEC[A-Z]+ )"
_SIGNALS = r"(?: Z[A-Z0-9]{2,4})*"
_KEYWORD = r"(?:FM|TO|INFO|BT|DE|TAGS|SUBJ(?:ECT)?|REFS?|E\.O|XMT|PASS|FOR|UNCLAS|CONFIDENTIAL|SECRET|LIMITED|PAGE)\b"
_DECL = r"(?:DECL\b|N/?A\b|X?GDS|ADS\b|OADR\b)"
_ROUTED = rf"(?:(?:TO|INFO) )?{_ROUTE}/"
_COMMAND = r"USNMR|(?:US)?CINC[A-Z]+|USLO[A-Z]{4,}|COM[A-Z]{4,}|CDR|HQ|JCS|CNO"
_COUNTRY = r"(?!BT|TO|FM|DE|OO|PP|RR|ZZ)[A-Z]{2}(?://.*//)?"  # or state, with the office of a command
_OWN_NUMBER = r"(?:[A-Z]{2,} ){1,2}\d{3,6}"
_REFERENCE = r"(?:REF[A-Z()]* ?[:.]|[A-H][.)]|\([A-H]\))"
_NUMBER = r"\d{2,6}[.,;]?(?: ?\(NOTAL\))?(?:[;,] .*)?"
_MONTH = rf"(?i:{MONTHS})[A-Za-z]*\.?"
# First halves that are no whole line of any message, each with what its second half looks like.
_BEGUN = (
    (rf"[OPRZ]{{2}}(?: {_ROUTE})*", rf"{_ROUTE}(?: {_ROUTE})*"),
    ("DE", rf"{_ROUTE} #?\d{{4}}.*"),
    (rf"DE {_ROUTE}", r"#?\d{4}(?:/\d\d)? \d{7}|#\d{4}(?:/\d\d)?"),
    (rf"DE {_ROUTE} #?\d{{4}}(?:/\d\d)?", r"\d{7}"),
    ("ZN[RY]", rf"([A-Z])\1{{4}}{_SIGNALS}"),
    ("ZN[RY] [A-Z]{5}", "Z[A-Z]{2}"),
    ("[OPRZ](?: [OPR])?", rf"\d{{6}}Z (?:{MONTHS})\b.*"),
    (r"[OPRZ](?: [OPR])? \d{6}Z", rf"(?:{MONTHS}) (?:19|20)?\d\d{_SIGNALS}"),
    (rf"[OPRZ](?: [OPR])? \d{{6}}Z (?:{MONTHS})", rf"(?:19|20)?\d\d{_SIGNALS}"),
    (rf"{_ANNOUNCED}.*\bOF", "[A-Z]{3}.*"),
    (rf"{_ANNOUNCED}.*[A-Z] {_URGENT}", r"\d{1,4}"),
    (rf"{_ROUTED}[A-Z]+", rf"(?!{_KEYWORD})[A-Z]{{3,}}(?<!DIS)(?: [A-Z]+)*(?://.*)?(?: {_URGENT})?(?: \d{{1,4}})?"),
    (rf"(?:[^a-z]*[ /])?{_HEAD}", rf"(?!{_KEYWORD}|{_HEAD})[A-Z]{{2,}}(?: [A-Z]+){{0,4}}(?: \d{{1,4}})?"),
    (r"(?:INFO|TO)\b.*[A-Z],", r"(?:[A-Z ]+, )*[A-Z ]+,?"),
    (_COMMAND, rf"(?!{_KEYWORD})[A-Z]{{3,}} {_COUNTRY}"),
    (r"[A-Z]{3,10} (?:PLEASE |ALSO )?(?:PASS|FOR)(?: TO)?", r"[A-Z]{2,}[A-Z/,. ]*"),
    ("DEPT|DEPARTMENT|STATE", "PASS .*"),
    (r"(?:DEPT|DEPARTMENT|STATE|USDOC) .*(?: FOR| PASS| PASS TO|[;,])", r"(?:[A-Z\d][A-Z\d/,.;:-]* ?)+"),
    (r"UNCLAS|[A-Z](?: [A-Z]){4,}", _OWN_NUMBER),
    (_LEVEL, r"SECTION \d\d\b.*"),
    (rf"{_LEVEL} SECTION", r"\d\d OF \d\d\b.*"),
    (rf"{_LEVEL} SECTION \d\d", r"OF \d\d\b.*"),
    (rf"{_LEVEL} SECTION \d\d OF", r"\d\d(?: [A-Z].*)?"),
    (rf"{_LEVEL} SECTION \d\d OF \d\d", _OWN_NUMBER),
    (r"E\.? ?O\.?", rf"\d{{5}}:?(?: {_DECL}.*)?"),
    (r"E\.? ?O\.? \d{5}:?", rf"{_DECL}.*"),
    (r"E\.? ?O\.? \d{5}: DECL:?", r"(?:\d|N/?A\b|OADR\b|UPON\b).*"),
    (rf"(?:N[Oo]|Rec'd|REC'D|RECEIVED|REFS?) ?[:.].* {_MONTH}", r"\d{1,2},.*"),
    (r"N[Oo] ?[:.] ?\d+,", rf"{_MONTH} \d.*"),
    (rf"{_REFERENCE}.*[A-Z]{{3}}", rf"{_NUMBER}|(?:E-?MAIL|TELCON|LETTER|MEMO|FAX)S? (?:OF|DATED)\b.*"),
    (rf"{_REFERENCE}.*\d", r"\(NOTAL\).*|OF [A-Z]{3,} \d.*|DTG \d{6}Z.*"),
    (rf"{_REFERENCE}.*\([^)]*", r"[^(]*\).*"),
    (rf"{_REFERENCE}.*\bPARA", r"\d{1,2}\b.*"),
    (r"REF ?: [A-Z][a-z]+['’]s", r"(?:A-)?\d.*"),
    (r"REFS?:", r"(?:\d\d )?[A-Z]{3,}(?: [A-Z]{2,}){0,2} \d{2,6}\b.*"),
    ("(?i:classified)", "(?i:by):.*"),
    ("(?i:classified by):", r"(?:[A-Z][a-z]+|[A-Z.]+) .*"),
    ("TAGS:", r"[A-Z]{2,5}(?:,? ?[A-Z]{2,5})*"),
    (r"SUBJ(?:ECT)?:(?: \([A-Z]{1,3}\))?", rf"(?!{_KEYWORD}|\d+\.|[A-Z]\. )\S.*"),
)
# Second halves that are no whole line, each with what its first half looks like.
_ENDED = (
    (rf"[A-Z]{{3,8}}|{_ANNOUNCED}(?!.*\bWASH).*", r"WASH(?:DC|INGTON,? D\.?C)\b.*"),
    (rf"{_ROUTED}(?!.*COLLECTIVE).*", rf"(?:[A-Z]+ )*COLLECTIVE(?: {_URGENT})?(?: \d{{1,4}})?"),
    (rf"(?:{_ANNOUNCED}|[A-Z]{{4,}} ).*[A-Z]{{3}}", rf"{_COUNTRY}(?: {_URGENT})?(?: \d{{1,4}})?"),
    (rf"{_ROUTED}.*[A-Z]", r"\d{3,4}"),
    (rf"(?:{_ANNOUNCED}|[A-Z][a-z]+ [A-Z]{{3}}).*[A-Za-z]", rf"{_URGENT} \d{{1,4}}|UNN"),
    (r".*[A-Z]{3}", "FOR POLAD"),
)
_FIRST_BEGUN = re.compile("|".join(f"(?:{first})" for first, _ in _BEGUN))
_SECOND_ENDED = re.compile("|".join(f"(?:{second})" for _, second in _ENDED))
_HALVES = [[(re.compile(first), re.compile(second)) for first, second in table] for table in (_BEGUN, _ENDED)]
_PARAGRAPH = re.compile(r"\S{0,2}\d{1,2}\. +\([A-Z/]{1,7}\) ")  # below the first one is no header
_SPACED = re.compile(r"[A-Z](?: [A-Z])*")
_SPACED_START = re.compile(r"[A-Z](?: [A-Z])*(?= \w\w|$)")
_SPACED_LEVELS = ("CONFIDENTIAL", "SECRET", "UNCLASSIFIED", "LIMITEDOFFICIALUSE", "TOPSECRET")
_POST_END = re.compile(rf"(?:.*[ /])?{_HEAD} (?P<name>[A-Z]+)")


def join_rows(rows: Sequence[Row], codes: Codes) -> list[Row]:
    """The rows, those that are the halves of one header line read as one.

    An engine that takes a wide gap for the space between columns cuts a line there, and a text that is wrapped
    narrower is cut where the width ends. Only what is no whole line is joined, and only to what it lacks: a
    date-time group without its month, an embassy without its post.

    >>> from cablefix.cable.codes import load_codes
    >>> from cablefix.cable.fields import Line, Token
    >>> texts = "O 051452Z", "JUN 08", "FM AMEMBASSY", "QUITO", "TO SECSTATE WASHDC"
    >>> rows = [Row(Line(at, [Token(word, 0, 0) for word in text.split()])) for at, text in enumerate(texts)]
    >>> [(row.text, row.numbers) for row in join_rows(rows, load_codes())]
    [('O 051452Z JUN 08', (0, 1)), ('FM AMEMBASSY QUITO', (2, 3)), ('TO SECSTATE WASHDC', (4,))]
    """
    found: list[Row] = []
    for at, row in enumerate(rows):
        if at >= _LONGEST or _PARAGRAPH.match(row.text):
            found += rows[at:]
            break
        if found and row.number - found[-1].numbers[-1] <= _APART and _are_halves(found[-1], row, codes):
            found[-1] = found[-1].with_below(row)
        else:
            found.append(row)
    return found


def _are_halves(row: Row, below: Row, codes: Codes) -> bool:
    """Whether two rows are a header line that was cut."""
    first, second = row.text, below.text
    if len(row.words) > _MOST_WORDS or row.words[0].islower():
        return False
    begun, ended = _FIRST_BEGUN.fullmatch(first), _SECOND_ENDED.fullmatch(second)
    tables = ([_HALVES[0]] if begun else []) + ([_HALVES[1]] if ended else [])
    if any(half.fullmatch(first) and rest.fullmatch(second) for table in tables for half, rest in table):
        return True
    return _is_cut_level(first, second) or _is_cut_post(first, below, codes)


def _is_cut_level(first: str, second: str) -> bool:
    """Whether a level in spaced letters was cut: `C O N F I` above `D E N T I A L SECTION 01 OF 02`."""
    rest = _SPACED_START.match(second) if _SPACED.fullmatch(first) else None
    if rest is None:
        return False
    return (first + rest[0]).replace(" ", "") in _SPACED_LEVELS


def _is_cut_post(first: str, below: Row, codes: Codes) -> bool:
    """Whether the name of a post was cut: `AMEMBASSY SAN` above `JOSE`."""
    match = _POST_END.fullmatch(first)
    if match is None or match["name"] in codes.posts:
        return False
    names = (" ".join([match["name"], *below.words[:end]]) for end in (1, 2))
    return any(name in codes.posts for name in names)
