"""Running heads, page numbers, classification banners and stamps: what a line of page furniture looks like.

Nothing here decides that a line *is* furniture; that takes the whole document (see `cablefix.rules.furniture`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rapidfuzz import fuzz, process

from cablefix.cable.blanked import EXEMPTION
from cablefix.resources import dictionary_path
from cablefix.text import count_alphanumeric

_D = "[0-9OoQIlSZBG|@©]"
_OF = "[O0Q]F"
# The number in the series to or from a Secretary who travels.
_SERIES = "(?:{gap}(?:T[O0]SEC|SECT[O0]){gap}{figure}{{4,6}})?"
_PART = rf"(?:{_D}|i){{1,3}} ?[O0QC]F ?(?:{_D}|i){{1,3}}"
# Each form first with blanks between its parts, then without: `QUITO 01187` must not be read as QUIT O01187.
_SECTION_HEADS = tuple(
    re.compile(
        rf"^(?P<post>[A-Z][A-Z0-9.' ]{{1,24}}?){gap}(?P<number>{_D}{{5,8}}){gap}(?P<page>{_D}{{3}}){gap}{_OF}{gap}"
        rf"(?P<total>{_D}{{3}})$"
    )
    for gap in (" ", "")
)
_PAGE_HEADS = tuple(
    re.compile(
        rf"^PA[GC6]E{gap}(?P<page>{_D}{{1,3}}){gap}(?P<post>[A-Z][A-Z.']{{1,9}}?(?: [A-Z]{{1,8}})?){gap}"
        rf"(?P<number>{_D}{{3,6}})(?:{gap}{_PART})?(?:{gap}(?P<dtg>{_D}{{6}}[A-Z235]))?(?:{gap}{_PART})?"
        + rf"{_SERIES.format(gap=gap, figure=_D)}$"
    )
    for gap in (" ", "")
)
# `PAGE 02 OF 03 LIMA 0231`
_COUNTED_HEAD = re.compile(
    rf"^PA[GC6]E (?P<page>{_D}{{1,2}}) [O0]F (?P<total>{_D}{{1,2}}) (?P<post>[A-Z][A-Z.' ]{{2,24}}) "
    rf"(?P<number>{_D}{{3,6}})$"
)
# Later pages of military messages: `PAGE 02 RULGSTS4410 UNCLAS E F T O`.
_STATION_HEAD = re.compile(
    rf"^PA[GC6]E (?P<page>{_D}{{1,2}}) (?P<post>R[A-Z]{{5,6}})(?P<number>{_D}{{4}}) (?P<level>[A-Z/ ]{{4,60}})$"
)
_LEVEL_HEAD = re.compile(
    r"^(?:UNCLAS(?:SIFIED)?|LIMITED OFFICIAL USE|(?:C ?O ?N ?F ?I ?D ?E ?N ?T ?I ?A ?L|S ?E ?C ?R ?E ?T)) "
    rf"(?P<post>[A-Z][A-Z.' ]{{2,24}}) (?P<number>{_D}{{3,6}}) PA[GC6]E (?P<page>{_D}{{1,3}})$"
)
_LETTER_HEAD = re.compile(
    rf"^[-~_\u2014]{{1,2}} ?(?P<page>{_D}{{1,2}}) ?[-~_\u2014]{{1,2}} ?(?:N[o0]\.? ?)?(?P<number>{_D}{{1,5}})[,.] ?"
    r".{4,36}? [fF][rR][o0O][mM] (?P<post>[A-Za-z0][\w. ]+?)(?: ?[(\[{]?[S5][EeBb][Cc]T\w{2,4}\b.*)?$"
)
# Later sheets of outgoing telegrams and of airgrams.
_FORM_HEADS = (
    re.compile(rf"^P[a@]ge (?P<page>{_D}{{1,2}}) of te\w{{5,7}} to (?P<post>[A-Z].{{3,80}})$"),
    re.compile(r"^(?:\S{1,3} ){0,3}(?P<post>[A-Z][A-Za-z ]{2,20}), (?P<page>)A ?[-–—~] ?(?P<number>\d{1,4})$"),
)
# What each of the first two forms holds, in any case and whatever marks stand in between: `OF 003` or `PAGE`.
_OF_OR_PAGE = re.compile(
    r"[oq0][\W_]*f[\W_]*(?:[0-9oqilszbg|@][\W_]*){3}|p[\W_]*a[\W_]*[gc6][\W_]*e", re.ASCII | re.IGNORECASE
)
# A head has two figures or what is misread for one, next to each other; a banner has no word in small letters.
_DIGITS = re.compile(rf"{_D}{_D}")
_WORD = re.compile(r"[A-Za-z0]{3}")
_DASHED = ("-", "~", "_", "\u2014")
# What the operator typed beside the classification at the head of a sheet of 1965-72.
_OPERATOR = re.compile(r"(?:H[A-Z]{2})?\d{3}")
# What stands at the left above the offices of a telegram form until 1963: `39`, `47-H`.
_SHEET_MARK = re.compile(r"\d\d(?:-[A-Z\d]{1,2})?")
# Beside a worn banner: words in all, characters in all scraps, characters in one.
_MOST_WORDS, _MOST_SCRAPS, _LONGEST_SCRAP = 8, 12, 5
_NOT_COMPACT = re.compile(r"[^A-Z0-9|@]")
_SMALL_WORD = re.compile(r"[a-z]{5}")
_DASHES = r"\-~\u2013\u2014_.* "
_PAGE_NUMBER = re.compile(
    rf"^(?:#{{1,3}} ?)?[(\[{_DASHES}]{{0,4}}(?:[Pp][Aa][Gg][Ee]|[Pp]g?\.)?\s?(?P<page>\d{{1,4}})"
    rf"(?:\s?(?:of|OF|/)\s?\d{{1,4}})?[)\]{_DASHES}]{{0,4}}$"
)
_SHORT_STAMP = 24  # a stamp of so few characters is tried without the scraps beside it too
_TO_DIGIT = str.maketrans("OoQIl|SZBG@©", "000111528600")
# A message of a hundred sheets is not to be had: these stand for the nought before the sheet number.
_LIKE_NOUGHT = "689"
_FIGURE = re.compile("[0-9]")
_CODES = re.compile(r"#[#/.-]*")
_CODE = re.compile(r"[0-9][0-9A-Za-z/.-]*|[A-Z][0-9][0-9A-Za-z]*")
_MARGIN_CODE = re.compile(EXEMPTION)


@dataclass(frozen=True, slots=True)
class Head:
    """A running head as read: the form ("section", "page" or "letter"), post, number, page and, if given, pages in all.

    Numbers are read under the digit confusions of OCR; `post` is as printed, without blanks.
    """

    form: str
    post: str
    number: str
    page: int
    total: int = 0
    dtg: str = ""


def read_head(text: str) -> Head | None:
    """Read a line as a running head, None when it has not the form of one.

    Military messages give page, station with serial, and level; some printouts page, pages, post and number.
    The 2000s form gives post, number of eight digits, sheet and sheets; that of 1965-79 gives page, post, number
    and, until 1972, the date-time group; a later sheet may repeat the classification line with its page behind it;
    that of the 1950s and 60s gives page, number, date and post ("-2- 118, May 4, 2 p.m., from Lima"). `text` has single
    blanks; blanks that OCR lost are made up for.

    >>> read_head("LIMA 0O001203 002 0F 003")
    Head(form='section', post='LIMA', number='00001203', page=2, total=3, dtg='')
    >>> read_head("PAGE 02 QUITO 01187 121530Z").number
    '01187'
    >>> read_head("PAGE 02 RULGSTS4410 UNCLAS E F T O").number
    '4410'
    >>> read_head("PAGE 2 of the report to Quito") is None
    True
    """
    if len(text) > 60:
        return _read_form_head(text)
    if _DIGITS.search(text) and (not text.isascii() or _OF_OR_PAGE.search(text)):
        found = _read_head(trim_junk(text))
        capitals = _in_capitals(text) if found is None else text
        if capitals != text and 3 * sum(map(str.isupper, text)) >= 2 * sum(map(str.isupper, capitals)):
            found = _read_head(trim_junk(capitals))
        if found:
            return found
    match = _LETTER_HEAD.match(_without_specks(text)) if text.startswith(_DASHED) else None
    if match:
        page, number = _number(match["page"]), _number(match["number"])
        return Head("letter", match["post"].upper().replace(" ", "").replace("0", "O"), number, int(page))
    return _read_form_head(text)


def _in_capitals(text: str) -> str:
    """A line with its words in capitals; what holds a figure stays, for its letters are figures too, but for a `z`."""
    words = (re.sub("z$", "Z", word) if any(map(str.isdecimal, word)) else word.upper() for word in text.split())
    return " ".join(words)


def _read_form_head(text: str) -> Head | None:
    """`Page 2 of telegram to Amembassy BOGOTA`, `Conakry, A-97`: later sheets of the forms of 1950-72."""
    if text[:1] != "P" and ", A" not in text:
        return None
    for pattern in _FORM_HEADS:
        match = pattern.match(text)
        if match:
            number = match.groupdict().get("number", "")
            return Head("form", match["post"].upper(), number, int(_number(match["page"]) or 0))
    return None


def _read_head(text: str) -> Head | None:
    texts = (text, text.replace(" ", ""))
    for pattern, form in zip(_SECTION_HEADS, texts, strict=True):
        match = pattern.match(form)
        if match:
            number, page, total = _number(match["number"]), _sheet(match["page"]), _sheet(match["total"])
            if 1 <= int(page) <= int(total):
                return Head("section", match["post"].replace(" ", ""), number, int(page), int(total))
    for pattern, form in zip(_PAGE_HEADS, texts, strict=True):
        match = pattern.match(form)
        if match and int(_number(match["page"])):
            page, number = _number(match["page"]), _number(match["number"])
            return Head("page", match["post"].replace(" ", ""), number, int(page), 0, match["dtg"] or "")
    match = _COUNTED_HEAD.match(text) or _STATION_HEAD.match(text) if text.startswith("PA") else None
    if match and int(_number(match["page"])):
        sheets = int(_number(match.groupdict().get("total", "0")))
        post = match["post"].replace(" ", "")
        return Head("page", post, _number(match["number"]), int(_number(match["page"])), sheets)
    match = _LEVEL_HEAD.match(text) if " PA" in text else None
    if match and int(_number(match["page"])) > 1:
        return Head("page", match["post"].replace(" ", ""), _number(match["number"]), int(_number(match["page"])))
    return None


def _without_specks(text: str) -> str:
    """A line less the scraps at its end that hold no word of three letters."""
    words = text.split(" ")
    while len(words) > 1 and not _WORD.search(words[-1]):
        words.pop()
    return " ".join(words).rstrip(".,;:")


def trim_junk(text: str) -> str:
    """A line less what specks and scratches add to it: stray punctuation, short scraps of small letters at its ends.

    >>> trim_junk("'LIMA, 00001203 002 OF 003. _"), trim_junk("ee 04 MAY 2006.")
    ('LIMA 00001203 002 OF 003', '04 MAY 2006')
    """
    words = [word.strip("()[]{}.,;:'\"\u2018\u2019\u201c\u201d`~_*\u00b0\u2014-|") for word in text.split()]
    words = [word for word in words if any(map(str.isalnum, word))]
    while words and len(words[-1]) <= 4 and _is_scrap(words[-1]):
        words.pop()
    while words and len(words[0]) <= 3 and _is_scrap(words[0]):
        words.pop(0)
    return " ".join("OF" if word in ("of", "oF", "Of", "0f") else word for word in words)


def _is_scrap(word: str) -> bool:
    """Whether a short word has a small letter and no figure: capitals and figures are what furniture is made of."""
    return any(map(str.islower, word)) and not any(map(str.isdigit, word))


def _number(text: str) -> str:
    return text.translate(_TO_DIGIT)


def _sheet(text: str) -> str:
    number = _number(text)
    return number[1:] if number[0] in _LIKE_NOUGHT else number


def read_page_number(text: str) -> tuple[int, bool] | None:
    """Read a line as a page number: the number, and whether the line says so ("- 2 -", "Page 2", "2 of 5").

    >>> read_page_number("- 12 -"), read_page_number("12"), read_page_number("12 men")
    ((12, True), (12, False), None)
    """
    match = _PAGE_NUMBER.match(text) if len(text) <= 24 else None
    if not match:
        return None
    return int(match["page"]), text.strip() != match["page"]


@lru_cache(maxsize=1)
def _stamps() -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """The stamp templates in comparison form, and whether each may stand alone."""
    rows = dictionary_path("furniture/stamps.tsv").read_text(encoding="utf-8").splitlines()
    cells = [row.split("\t") for row in rows if row and not row.startswith("#")][1:]
    return tuple(stamp_form(cell[2]) for cell in cells), tuple(cell[1] == "yes" for cell in cells)


@lru_cache(maxsize=512)  # two rules ask for the lines of a page one after the other
def stamp_form(text: str) -> str:
    """A line as stamps are compared: capitals, digits and codes as number signs, no blanks.

    >>> stamp_form("Case No. F-2011-12345"), stamp_form("RELEASE IN PART B1, 1.4(D)")
    ('CASENO.F-#', 'RELEASEINPART#,#(D)')
    """
    if _FIGURE.search(text):
        text = _CODE.sub("#", text)
    text = text.upper().replace(" ", "")
    return _CODES.sub("#", text) if "#" in text else text


@dataclass(frozen=True, slots=True)
class StampMatch:
    """How well a line fits a stamp template: similarity 0..1, and whether that template may stand alone."""

    likeness: float
    alone: bool


def match_stamps(texts: Sequence[str], *, least: float = 0.8) -> list[StampMatch | None]:
    """The best fit of each line to the known stamps, None below `least`.

    >>> found = match_stamps(["RELEASE IN FULL", "The release was full of surprises"])
    >>> found[0].alone, found[1]
    (True, None)
    """
    forms = [stamp_form(text) for text in texts]
    matches = _fit_stamps(forms, least)
    again = [
        at for at, form in enumerate(forms) if "#" in form and 5 <= len(form) < _SHORT_STAMP and matches[at] is None
    ]
    for at, match in zip(again, _fit_stamps([stamp_form(trim_junk(texts[at])) for at in again], least), strict=True):
        matches[at] = match
    return matches


def _fit_stamps(forms: Sequence[str], least: float) -> list[StampMatch | None]:
    """How each form fits the stamps."""
    templates, alone = _stamps()
    matches: list[StampMatch | None] = [None] * len(forms)
    asked = [at for at, form in enumerate(forms) if 4 <= len(form) <= 110 and any(map(str.isalpha, form))]
    if asked:
        lines = [forms[at] for at in asked]
        scores = process.cdist(lines, templates, scorer=fuzz.ratio, score_cutoff=100 * least, dtype=np.float64)
        best = scores.argmax(axis=1).tolist()
        for at, place, score in zip(asked, best, scores.max(axis=1).tolist(), strict=True):
            if score and (len(forms[at]) >= 12 or score >= 92):
                matches[at] = StampMatch(score / 100, alone[place])
    return matches


def margin_codes(text: str) -> list[str]:
    """The exemption codes of a line that holds nothing else, empty otherwise.

    >>> margin_codes("B6"), margin_codes("1.4(D) B1"), margin_codes("B6 was")
    (['B6'], ['1.4(D)', 'B1'], [])
    """
    parts = re.split(r"[\s,]+", text.strip())
    return parts if parts and all(_MARGIN_CODE.fullmatch(part) for part in parts) else []


def likeness(one: str, other: str) -> float:
    """Similarity of two strings, 0..1 (normalised Indel)."""
    return fuzz.ratio(one, other) / 100


def match_banner(text: str, forms: frozenset[str]) -> str | None:
    """The classification that a line consists of, None where it says more or something else.

    `forms` are the printed forms, closed up. Blanks do not count; one misread letter in six is allowed.

    >>> match_banner("C O N F I D E N T 1 A L", frozenset({"CONFIDENTIAL", "SECRET"}))
    'CONFIDENTIAL'
    >>> match_banner("SECRETARY", frozenset({"CONFIDENTIAL", "SECRET"})) is None
    True
    """
    if len(text) > 64 or _SMALL_WORD.search(text):
        return None
    letters = count_alphanumeric(text)
    if 0.75 * letters > _longest(forms) + 1:
        return None
    trimmed = trim_junk(text)
    if sum(map(str.isupper, trimmed)) >= 0.8 * letters:
        trimmed = trimmed.upper()
    compact = _NOT_COMPACT.sub("", trimmed)
    if not 5 <= len(compact) <= 40 or len(compact) < 0.75 * letters:
        return None
    if compact in forms:
        return compact
    found = process.extractOne(compact, forms, scorer=fuzz.ratio, score_cutoff=84)
    if not found or abs(len(found[0]) - len(compact)) > 1 or len(compact) < 6:
        return None
    return str(found[0])


@lru_cache(maxsize=4)
def _longest(forms: frozenset[str]) -> int:
    return max(map(len, forms), default=0)


def match_worn_banner(text: str, forms: frozenset[str], known: Callable[[str], bool]) -> str | None:
    """The classification on a line that holds scraps beside it: `Se : NODIS`, `LIMITED OFFICIAL USE mo`.

    `known` tells common words: where all that stands beside it are words the line is one of the text.

    >>> forms = frozenset({"SECRET", "LIMITEDOFFICIALUSE"})
    >>> match_worn_banner("LIMITED OFFICIAL USE mo", forms, {"to", "us"}.__contains__)
    'LIMITEDOFFICIALUSE'
    >>> match_worn_banner("SECRET to us", forms, {"to", "us"}.__contains__) is None
    True
    >>> match_worn_banner("39 LIMITED OFFICIAL USE", forms, bool)
    'LIMITEDOFFICIALUSE'
    """
    words = text.split()
    if len(words) > 1 and _SHEET_MARK.fullmatch(words[0]) and (form := match_banner(" ".join(words[1:]), forms)):
        return form
    if len(words) > _MOST_WORDS:
        return None
    for first in range(len(words)):
        for last in range(first + 1, len(words) + 1):
            form = "".join(words[first:last]).strip(".,:;'\"|")
            rest = words[:first] + words[last:]
            if form in forms and len("".join(rest)) <= _MOST_SCRAPS and not any(map(_speaks, rest)):
                plain = [word.strip(".,:;'\"|") for word in rest]
                if all(known(word) or (word.isdecimal() and not _OPERATOR.fullmatch(word)) for word in plain if word):
                    return None
                return form
    return None


def _speaks(word: str) -> bool:
    """Whether a word beside a banner is more than a scrap: capitals such as a post has, or a number."""
    if _OPERATOR.fullmatch(word):
        return False
    return (
        len(word) > _LONGEST_SCRAP or (len(word) >= 3 and word.strip(".,").isupper()) or sum(map(str.isdigit, word)) > 1
    )
