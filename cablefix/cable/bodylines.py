"""The fields between the classification line and the text: E.O., TAGS, SUBJECT, REF, Classified By."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from cablefix.cable.channel import DIGITS, Channel, Decoded, close_words, nearest
from cablefix.cable.codes import Codes
from cablefix.cable.rows import MONTHS, Parsed, Part, Row, strip_dust

_EO = re.compile(r"(?P<word>E\. ?O\.|EO|E\.O) ?:? ?(?P<number>\d{5}) ?(?P<colon>[:.,;]?)")
_LONGEST_LEAD = 7  # characters before the number
_COLON = re.compile(r"[:;]")
_SPLIT_NUMBER = re.compile(r"\b(\d{1,4}) (\d{1,4})\b[:;., ]")
_DATE = re.compile(r"\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)(?![^\s.,;])")
_SLASH = re.compile(r"(?<=\d)[J|\\](?=\d)")
_FIRST_CITED = 1972
_SHORT_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d\d")
DECL_DATE = ["01", DIGITS, "/", "0123", DIGITS, "/", "12", "09", DIGITS, DIGITS]
# What may follow GDS, RDS or XGDS: a number, a date, the officer in brackets, OR- and a letter.
_FIGURE = r"[\dOoIlSBZ]"
_MONTH = rf"(?:{MONTHS})[A-Z]{{0,6}}"
_DAY = (
    rf"(?:{_FIGURE}{{1,2}}/{_FIGURE}{{1,2}}/{_FIGURE}{{2,4}}"
    rf"|{_MONTH}\.? \d{{1,2}}(?:, ?| )\d{{2,4}}|\d{{1,2}} {_MONTH}\.?,? \d{{2,4}})"
)
_OFFICER = r"(?: ?\([A-Z][^()]{3,40}\)(?:,? [O0]R-[A-Z])?)"
_CATEGORY = r"(?: ?-?\(?[1-4]\)?(?:(?:, ?| AND )[1-4])*)"
_ON = r"(?:[, -]{0,3}(?:DECL(?:AS(?:SIFY)?)?|AUTO(?:MATICALLY)? DECLASSIFIED|DOWNGRADE)?\.?(?: ON| AFTER)?[ :,-]{0,2})"
_SCHEDULED = re.compile(rf"{_CATEGORY}?{_ON}{_DAY}{_OFFICER}?|{_CATEGORY}?{_OFFICER}|{_CATEGORY}")
_SLASHED = re.compile(rf"{_FIGURE}{{1,2}}/{_FIGURE}{{1,2}}/{_FIGURE}{{2,4}}")
_SPELLED = re.compile(r"(?<=[( ])[A-Z0158]*[A-Z]{2}[A-Z0158]*(?=[,. )])|0R(?=-[A-Z])")
_LOOSE_MARK = re.compile(r" +(?P<mark>[.,)])")
TO_FIGURES, _TO_LETTERS = str.maketrans("OoIlSBZ", "0011582"), str.maketrans("0158", "OISB")
_LABEL_MARKS = re.compile(r"[ :;.,!?¢*“'’-]{0,4}")
_DATED = re.compile(r"\s*(?:OADR\b|\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)\b)")
_UNREAD_WORD = 8.0  # a word that is like DECL in nothing, before a date or OADR
_DECL_WORDS = ("OADR", "N/A", "GDS", "ADS", "XGDS", "RDS", "XDS", "MR", "X1", "X2", "X3", "X4", "X5", "X6", "X7", "X8")
_ANY_NUMBERED = re.compile(r"-[1-4],?$")
_PROSE = re.compile(r"(?!DE|ON |UPON |AT |NA\b)[A-Z]{3,}(?: [A-Z]{2,})+")
_NO_SCHEDULE = 12.0
_NO_KNOWN_RULE = 7.5  # a rule of declassification that is none of the known ones: seldom, and seldom read right
_NUMBERED_WORD = re.compile(r"(?<=DS)-[1-4],?$")
SUBJECT_WORDS = ("SUBJECT", "SUBJ")
TAGS_WORDS = ("TAGS", "TAG")
_SUBJECT_LIMIT, _TAGS_LIMIT, _CLASSIFIED_LIMIT = 13.0, 11.0, 16.0
_REF_LIMITS = (6.0, 9.0, 24.0)  # without and with a colon, before a list of references
_MARK = re.compile(r"[({\[]\S{1,5}[)}\]]$")
REF_WORDS = ("REF", "RE", "REFS", "REFTEL", "REFTELS", "REFERENCE", "REFERENCES", "REF(S)")
# A list of references behind a word that may be REF.
_REFERENCES = re.compile(r"[A-Z]{2,5}[:;] ?[({\[]?A[.)\]}] ?(?:\d\d )?[A-Z]{3,}(?: [A-Z]+)? \d{2,6}\b")
# `A. USDAO MONTEVIDEO 081205Z OCT 87 (NOTAL)`, `B. LIMA 1203`: a message by its sender and its time or number.
BARE_REFERENCE = re.compile(
    r"(?P<label>[A-Z€©])\. (?P<text>[A-Z][A-Z0-9 /-]{2,40} (?:\d{6}[Z2]? ?[A-Z][A-Za-z][A-Z] ?\d\d|\d{2,6})"
    r"(?: ?\( ?NOTAL ?\)|,? AND PREVIOUS| PARA \d{1,2})?)[.,;]?(?:\W{1,4}\d?)?"
)
_BY_AGAIN = re.compile(r"classified by[ :]*", re.IGNORECASE)
_LABELS = ("SUBJ:", "SUBJECT:", "TAGS:", "INFO:", "FROM:", "TO:", "NO:")


def read_eo_line(row: Row, channel: Channel, codes: Codes) -> Parsed | None:
    """`E.O. 12958: DECL: 02/28/2017`: the executive order and when the message is to be declassified."""
    orders = _orders(codes)
    match = _EO.match(row.text)
    if match and match["number"] in orders:
        parts = [Part("eo.word", row.span(*match.span("word")), match["word"], [Decoded(match["word"], 0.0)])]
        parts.append(
            Part("eo.number", row.span(*match.span("number")), match["number"], [Decoded(match["number"], 0.2)])
        )
        parts += _decl(row, match.end(), channel)
        return Parsed("eo", [row], parts, 14.0)
    return _damaged_eo(row, orders, channel)


@lru_cache(maxsize=4)
def _orders(codes: Codes) -> tuple[str, ...]:
    """The orders that E.O. lines cite: telegrams before E.O. 11652 have no such line."""
    orders = codes.executive_orders.items()
    return tuple(eo for eo, entry in orders if entry.kind == "order" and entry.effective.year >= _FIRST_CITED)


def _damaged_eo(row: Row, orders: tuple[str, ...], channel: Channel) -> Parsed | None:
    """A line whose first words are like `E.O.` and whose next are like the number of an order."""
    best: tuple[float, int, int, list[tuple[str, float]]] | None = None
    split = _SPLIT_NUMBER.search(row.text[:24])
    if split and split[1] + split[2] in orders:
        best = (channel.split + 1.0, split.start(1), split.end(2), [(split[1] + split[2], channel.split)])
    before = 0  # characters of the words before
    for at, word in enumerate(row.words[:4]):
        for offset in range(0, 1 if at else max(1, len(word) - 7)):
            if before + offset > _LONGEST_LEAD:
                break
            seen = word[offset:]
            seen = (_COLON.split(seen, 1)[0] if ":" in seen or ";" in seen else seen).rstrip(".,%*")
            near = nearest(channel, seen, orders, 17.0, 3) if 4 <= len(seen) <= 6 else []
            if not near:
                continue
            start = row.starts[at] + offset
            lead = row.text[:start].replace(" ", "")
            cost = near[0][1] + min(channel.word_cost("E.O.", lead.upper()), 12.0)
            if best is None or cost < best[0]:
                best = (cost, start, start + len(seen), near)
        before += len(word)
    if best is None:
        return None
    cost, start, end, near = best
    parts = []
    lead_end = len(row.text[:start].rstrip())
    if lead_end:
        lead = row.text[:lead_end]
        word_cost = min(channel.word_cost("E.O.", lead.replace(" ", "").upper()), 12.0)
        shown = lead if lead in ("E. O.", "EO") else "E.O."
        parts.append(Part("eo.word", row.span(0, lead_end), lead, [Decoded(shown, word_cost)], rule="header.keyword"))
    parts.append(
        Part("eo.number", row.span(start, end), row.text[start:end], [Decoded(*n) for n in near], rule="header.order")
    )
    parts[-1].glued = lead_end == start and start > 0
    rest = _decl(row, end, channel)
    gain = 10.0 - 0.5 * cost + (4.0 if rest and rest[-1].best.cost < 8.0 else 0.0)
    return Parsed("eo", [row], parts + rest, gain)


def _decl(row: Row, start: int, channel: Channel) -> list[Part]:
    """What follows the number: `: DECL: 02/28/2017`, `: N/A`, `: GDS`."""
    while start < len(row.text) and row.text[start] in " :;.,=~":
        start += 1
    rest = row.text[start:]
    parts: list[Part] = []
    word = re.match(r"(?P<word>[^\s:;,.]{3,5})[\s:;,.!]", rest)
    if word:
        cost = channel.word_cost("DECL", strip_dust(word["word"]), 9.0)
        rule = _ANY_NUMBERED.sub("", strip_dust(word["word"])).upper()
        if cost == math.inf and _DATED.match(rest, word.end()) and not close_words(rule, _DECL_WORDS, 1):
            cost = _UNREAD_WORD
        if cost < 9.0:
            end = start + word.end("word")
            seen = row.text[start:end]
            parts.append(
                Part("eo.decl_word", row.span(start, end), seen, [Decoded("DECL", cost)], rule="header.keyword")
            )
            start = end
            while start < len(row.text) and row.text[start] in " :;.,!=~":
                start += 1
    if start >= len(row.text):
        return parts
    value = _decl_value(row, start, channel, bool(parts))
    return [*parts, value] if value else parts


def _decl_value(row: Row, start: int, channel: Channel, dated: bool) -> Part | None:
    rest = row.text[start:]
    short = rest.rstrip(" .,:;")
    figures = _SLASH.sub("/", short.translate(TO_FIGURES))
    if figures != short and _SHORT_DATE.fullmatch(figures):
        span = row.span(start, start + len(short))
        return Part("eo.decl", span, short, [Decoded(figures, 1.5)], rule="header.decl")
    match = _DATE.match(rest)
    if match:
        end = start + match.end()
        form = DECL_DATE if match.end() == 10 else ()
        return Part("eo.decl", row.span(start, end), match[0], [Decoded(match[0], 0.3)], form, rule="header.decl")
    first = next((word for word in rest.split() if strip_dust(word)), rest.split()[0])
    start += rest.find(first)
    rest = row.text[start:]
    plain = strip_dust(first)
    numbered = _ANY_NUMBERED.sub("", plain)
    plain = _NUMBERED_WORD.sub("", plain) or plain
    if numbered != plain and len(numbered) == 4 and nearest(channel, numbered, ("XGDS",), 9.0, 1):
        plain = numbered
    near = nearest(channel, fold3(plain), close_words(plain, _DECL_WORDS, 1, 4), 9.0, 2) if plain else []
    if plain in _DECL_WORDS or near:
        readings = [Decoded(plain, 0.1)] if plain in _DECL_WORDS else [Decoded(*item) for item in near]
        at = start + first.find(plain)
        more = _SCHEDULED.match(rest[first.find(plain) + len(plain) :])
        if more and plain != "N/A":
            seen = row.text[at : at + len(plain) + more.end()]
            printed = readings[0].text + _tidy_schedule(more[0])
            return Part(
                "eo.decl", row.span(at, at + len(seen)), seen, [Decoded(printed, readings[0].cost)], rule="header.decl"
            )
        return Part("eo.decl", row.span(at, at + len(plain)), plain, readings, rule="header.decl")
    shut = rest.replace(" ", "").strip(".,:;")
    if 7 <= len(shut) <= 12:
        readings = [item for item in channel.decode(shut, DECL_DATE, 16) if item.cost < 30.0]
        if readings:
            end = start + len(rest.rstrip(" .,:;"))
            return Part("eo.decl", row.span(start, end), row.text[start:end], readings, rule="header.decl")
    end = start + len(rest.rstrip())
    cost = 0.5 if dated else _NO_KNOWN_RULE
    cost = _NO_SCHEDULE if not dated and _PROSE.fullmatch(rest.rstrip(" .,")) else cost
    return Part("eo.decl", row.span(start, end), rest.rstrip(), [Decoded(rest.rstrip(), cost)], rule="header.decl")


def _tidy_schedule(text: str) -> str:
    """What follows GDS with its date in figures, the rest in letters, and no blank before a mark.

    >>> _tidy_schedule("-1 9/24/O0 (M0RTON, JAMES A.) 0R-M")
    '-1 9/24/00 (MORTON, JAMES A.) OR-M'
    """
    text = _LOOSE_MARK.sub(r"\g<mark>", text)
    text = _SLASHED.sub(lambda day: day[0].translate(TO_FIGURES), text)
    return _SPELLED.sub(lambda word: word[0].translate(_TO_LETTERS), text)


def fold3(word: str) -> str:
    """A short word in capitals when it has one: `Gps` for `GPS`."""
    return word.upper() if word[:1].isupper() and len(word) <= 5 else word


def read_labelled(row: Row, kind: str, keywords: tuple[str, ...], limit: float, channel: Channel) -> Parsed | None:
    """A line that begins with one of the keywords and a colon: SUBJECT, REF, TAGS. The rest is the part `kind.text`."""
    word = row.words[0]
    lead = strip_dust(word.split(":")[0])
    if not lead:
        return None
    titled = (len(lead) > 2 or (lead == "Re" and ":" in word)) and lead[1:].islower()
    said = lead.upper() if titled else lead
    near = [(said, 0.0)] if said in keywords else nearest(channel, said, keywords, limit, 2)
    if titled:
        near = [(lead if word == said else word.title(), cost) for word, cost in near]
    if not near and ":" not in word and len(word) > 7:
        return None
    if not near:
        return None
    begin = word.find(lead)
    end = begin + len(lead)
    marks = _LABEL_MARKS.match(row.text, end)
    colon = marks[0] if marks else ""
    has_colon = ":" in colon or ";" in colon
    gain = (8.0 if has_colon else 3.0) - 0.6 * near[0][1]
    seen = row.text[begin:end]
    parts = [Part(f"{kind}.word", row.span(begin, end), seen, [Decoded(*n) for n in near], rule="header.keyword")]
    text_start = end + len(colon)
    if not has_colon and colon.strip() and text_start < len(row.text):
        at = end + colon.find(colon.strip()[0])
        parts.append(
            Part(
                f"{kind}.colon", row.span(at, at + 1), row.text[at : at + 1], [Decoded(":", 2.0)], rule="header.keyword"
            )
        )
    if text_start < len(row.text):
        text = row.text[text_start:]
        parts.append(Part(f"{kind}.text", row.span(text_start, len(row.text)), text, [Decoded(text, 0.0)]))
    return Parsed(kind, [row], parts, gain)


def _opens_labelled(word: str, keywords: tuple[str, ...], limit: float, channel: Channel) -> bool:
    """Whether `read_labelled` may find one of the keywords in a first word."""
    lead = strip_dust(word.split(":")[0])
    titled = (len(lead) > 2 or (lead == "Re" and ":" in word)) and lead[1:].islower()
    said = lead.upper() if titled else lead
    return bool(lead) and (said in keywords or bool(nearest(channel, said, keywords, limit, 2)))


def opens_subject(word: str, channel: Channel) -> bool:
    """Whether `read_subject_line` may take a line that begins with a word."""
    return _opens_labelled(word, SUBJECT_WORDS, _SUBJECT_LIMIT, channel)


def opens_reference(word: str, channel: Channel) -> bool:
    """Whether `read_ref_line` may take a line that begins with a word."""
    return _opens_labelled(word, REF_WORDS, max(_REF_LIMITS), channel)


def opens_tags(word: str, channel: Channel) -> bool:
    """Whether `read_tags_line` may take a line that begins with a word."""
    return _opens_labelled(word, TAGS_WORDS, _TAGS_LIMIT, channel)


def opens_classified(word: str, channel: Channel) -> bool:
    """Whether `read_classified_line` may take a line that begins with a word: `Classified`, or a portion mark."""
    return _MARK.match(word) is not None or (
        8 <= len(word) <= 12 and _classified_cost(strip_dust(word).upper(), channel) <= _CLASSIFIED_LIMIT
    )


def _classified_cost(plain: str, channel: Channel) -> float:
    return min(channel.word_cost("CLASSIFIED", plain, 13.0), 3.5 * Levenshtein.distance("CLASSIFIED", plain))


def read_subject_line(row: Row, channel: Channel) -> Parsed | None:
    """`SUBJECT: ...` or `SUBJ: ...`; the text may go on in the lines below."""
    return read_labelled(row, "subject", SUBJECT_WORDS, _SUBJECT_LIMIT, channel)


def read_ref_line(row: Row, channel: Channel) -> Parsed | None:
    """`REF: ...`, `REFS: (A) ... (B) ...`."""
    limit = _REF_LIMITS[":" in row.text[:12]]
    if _REFERENCES.match(row.text) and row.words[0] not in _LABELS:
        limit = _REF_LIMITS[2]
    return read_labelled(row, "ref", REF_WORDS, limit, channel)


def read_tags_line(row: Row, channel: Channel) -> Parsed | None:
    """`TAGS: PREL, PARM, RS`; the codes are read when the year is known."""
    return read_labelled(row, "tags", TAGS_WORDS, _TAGS_LIMIT, channel)


def read_classified_line(row: Row, channel: Channel) -> Parsed | None:
    """`Classified By: title name. Reasons: 1.4 (b/d).`, in capitals or not; reasons may stand on the next line."""
    at = 1 if _MARK.match(row.words[0]) else 0
    if len(row.words) < at + 2:
        return None
    first, second = row.words[at], strip_dust(row.words[at + 1].split(":")[0])
    if not 8 <= len(first) <= 12 or len(second) > 3:
        return None
    cost = _classified_cost(strip_dust(first).upper(), channel) + channel.word_cost("BY", second.upper(), 8.0)
    if cost > _CLASSIFIED_LIMIT:
        return None
    begin = row.starts[at]
    end = row.starts[at + 1] + row.words[at + 1].find(second) + len(second)
    seen = row.text[begin:end]
    capitals = 2 * sum(map(str.isupper, first)) > len(first)
    shown = "CLASSIFIED BY" if capitals else "Classified By" if second[:1].isupper() else "Classified by"
    parts = [Part("by.word", row.span(begin, end), seen, [Decoded(shown, cost)], rule="header.keyword")]
    colon = re.match(r"[ :;.,]*", row.text[end:])
    start = end + (colon.end() if colon else 0)
    again = _BY_AGAIN.match(row.text, start)
    start = again.end() if again else start
    if start < len(row.text):
        text = row.text[start:]
        parts.append(Part("by.text", row.span(start, len(row.text)), text, [Decoded(text, 0.0)]))
    return Parsed("classified-by", [row], parts, 9.0 - 0.5 * cost)


def is_dust_row(row: Row) -> bool:
    """Whether a row holds nothing but marks."""
    return not any(row.bare)
