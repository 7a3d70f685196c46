"""References: the items of a REF field, their labels, and the post and number that each names."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from cablefix.cable.channel import DIGITS, Channel, Decoded, nearest
from cablefix.cable.codes import Codes
from cablefix.cable.joint import size_cost
from cablefix.cable.names import limit_of, read_post
from cablefix.cable.rows import FUNCTION_WORDS, LIKE_C, MONTHS, Part, Row
from cablefix.cable.settle import Verdicts
from cablefix.cable.telegram import cited_pieces, is_series
from cablefix.lexicon.wordlist import load_wordlist
from cablefix.text import Span

_LABEL = re.compile(
    r"(?:^|(?<=[\s,;]))[-.°·~*'‘¶]?(?P<open>[({\[]{0,2})[A-Z0-9]?(?P<label>[A-Za-z0-9©€])"
    r"(?P<close>[.):}\],][.):}\],;]?|(?= - [A-Z]))"
    r"[°*'‘]?(?=\s|[A-Z0-9])"
)
_YEAR = re.compile(r"[O@©]?(?P<year>[0-9OoIlSBGQ©@]{2}\.?) ")
_NUMBER = re.compile(r"[ .~-](?P<number>[0-9OoIlSBZQGi|$@©§]{2,6})(?=$|[\s(,;.:])")
_NAME_AND_NUMBER = re.compile(r"[A-Za-z]{2}[.,)]?[ .~-]?[0-9OoIlSBZQGi|$@©§]{2,6}\b")
_NOTAL = re.compile(r"\((?P<word>[^()]{4,7})\)")
# The begin of a line that is a reference without its label; nothing of it is taken as label.
_WHOLE = re.compile(r"(?P<open>)(?P<label>)(?P<close>)(?=(?:\d\d )?[A-Z]{3,}(?: [A-Z]{3,})? \d{2,6}(?: |$))")
_HYPHEN = re.compile(r"(?<=[A-Z])[~=](?=\d)")  # `CA~3108`
_MONTH = re.compile(rf"\b(?:(?i:{MONTHS})(?<=[a-z][A-Z]))\b")
_FIRST = re.compile(r"(?P<open>[({\[])(?P<label>)(?P<close>)[^A-Za-z0-9]{1,2}(?= ?[A-Z])")
_AIRGRAM = re.compile(r"\bA ?[-+~=_–—]{1,2} ?(?=\d)")
_STOPPED_NOTE = re.compile(r"(?<=\d)[.,](?= \((?:NOTAL|\d)\b)")
# A reference by day and time: `1411202 MAR 78` for `141120Z MAR 78`.
_GROUP = re.compile(rf"\b(?P<group>[\dlIO]{{6}})[2Zz](?= (?i:{MONTHS}) \d\d\b)")
_GROUP_YEAR = re.compile(rf"\d{{6}}Z (?:{MONTHS}) (?P<year>\d\d)\b")
_CITED_YEARS = 4
_FIGURES = str.maketrans("lIO", "110")
_OCTOBER = re.compile(r"\b0(?=ct(?:ober|\.)? )")
_YEAR_1900 = re.compile(r"\b[lI](?=9\d\d\b)")
# A label that cannot be read, between two references that are whole.
_TORN_LABEL = re.compile(
    r"(?:(?<=\d[;,] )|(?<=\d\d ))(?P<open>)(?P<label>)(?P<close>)"
    r"(?:(?!\d\d |of|to)[A-Za-z0-9]{1,2}[)\]}]?|[^\s\w]{1,2}[A-Za-z0-9]?[)\]}.])"
    r"(?= ['\u2018]?(?:\d\d )?[A-Z]{4,}(?: [A-Z]{3,})? \d{2,6}\b)"
)
_TAIL_SCRAPS = re.compile(r"(?<=\(NOTAL\))[\s\d|.,;:]{1,6}$")
_OWN, _NAMED = 5.0, 3.0  # how much likelier a reference names the post of the message, or one of its addresses
_UNLIKE, _LEAST_OWN = 4.0, 6  # of a name that is half wrong, and no other post is near
_TORN_NOTE = re.compile(r"[({\[<]NOTAL(?:[)}\]>]|[.,]$)")
_NOTE = re.compile(r"\.? ?\(NOTAL\)")
# A label that stands twice: `A. (A) 00 LIMA 811`, `A. A) LIMA 811`, `A. REF A: LIMA 811`, `A. REF: LIMA 811`.
_AGAIN = r"\s*(?:[({{\[]?{label}[.):}}\]]{{1,2}}\s?|REFS?(?:TEL)? {label}[.):]?\s|REFS?(?:TEL)?:\s)"
_SMALL_IN_NAMES = frozenset("de del di da du la le el al of and".split())
_MARKS_IN_NAMES = re.compile(r"['’.]")
_LONGEST_SCRAP, _LONGEST_CODE, _MOST_SMALL = 4, 2, 3
_EDGE = " ,;:.'`‘’“”\"=|_*~^-—"
_SERIES = ("STATE", "SECSTATE", "SECTO", "TOSEC", "DEPTEL", "EMBTEL", "USUN", "USNATO", "CA", "DEPT")
_OF_STATE = ("STATE", "SECSTATE", "DEPTEL")


@dataclass(frozen=True)
class Run:
    """The text of a field over several rows, with the way back to the source."""

    text: str
    pieces: tuple[tuple[int, Row, int], ...]

    def span(self, start: int, end: int) -> Span:
        """The source span of `text[start:end]`."""
        first = self._place(start, False)
        last = self._place(end, True)
        return Span(first, max(first, last))

    def _place(self, offset: int, end: bool) -> int:
        at, row, skip = self.pieces[0]
        for piece in self.pieces:
            if piece[0] < offset or (piece[0] == offset and not end):
                at, row, skip = piece
        inside = min(max(0, offset - at + skip), len(row.text))
        if end:
            return row.span(max(0, inside - 1), inside).end
        return row.span(inside, min(inside + 1, len(row.text))).start


def run_of(rows: Sequence[Row], start: int) -> Run:
    """The rows as one text, from an offset in the first on; lines that end in a hyphen are joined without a blank."""
    text = ""
    pieces = []
    for number, row in enumerate(rows):
        skip = start if number == 0 else 0
        if number:
            text = text if text.endswith("-") else text + " "
        pieces.append((len(text), row, skip))
        text += row.text[skip:]
    return Run(text, tuple(pieces))


@dataclass
class Reference:
    """One reference: its label as it should read, the parts that can be read otherwise than seen, its place."""

    label: str
    start: int
    end: int
    parts: list[tuple[int, int, Part]] = field(default_factory=list)


def read_references(
    run: Run, channel: Channel, codes: Codes, own: str = "", named: Collection[str] = ()
) -> list[Reference]:
    """The references of a REF field in order; `own` is the post of the message, `named` are those of its addresses.

    `A. QUITO 91 B. 03 STATE 2178`, `(A) ... (B) ...`, `A) ... B) ...`, or one without a label. A label may stand twice.
    """
    marks = _labels_of(run, channel)
    if not marks:
        text = _OCTOBER.sub("O", _TAIL_SCRAPS.sub("", run.text))
        pieces = list(cited_pieces(text)) or _between_semicolons(text)
        items = [Reference("", *_trim(run.text, start, end)) for start, end in pieces]
    else:
        items = []
        if run.text[: marks[0][0].start()].strip(_EDGE):
            items.append(Reference("", *_trim(run.text, 0, marks[0][0].start())))
        for number, (mark, label) in enumerate(marks):
            end = marks[number + 1][0].start() if number + 1 < len(marks) else len(run.text)
            again = re.compile(_AGAIN.format(label=label)).match(run.text, mark.end(), end)
            item = Reference(label, *_trim(run.text, again.end() if again else mark.end(), end))
            if mark.re is _LABEL and mark["label"] != label:
                a, b = mark.span("label")
                cost = channel.of(label, mark["label"])
                if a > mark.start() and run.text[a - 1] == label:
                    a -= 1  # seen twice: `(Cc)`
                part = Part("ref.label", run.span(a, b), run.text[a:b], [Decoded(label, cost)], rule="header.reference")
                item.parts.append((a, b, part))
            items.append(item)
    for item in items:
        _read_item(run, item, channel, codes, {**dict.fromkeys(named, _NAMED), own: _OWN})
    return [item for item in items if item.start < item.end]


def _labels_of(run: Run, channel: Channel) -> list[tuple[re.Match[str], str]]:
    """The marks of the references with the labels that they should have.

    A line that is a reference without a label has lost it where the labels of the other lines then count on.
    """
    seen = list(_LABEL.finditer(run.text))
    plain = _in_order(seen, channel)
    begins = [start for start, _, _ in run.pieces[1:]]
    torn = list(_TORN_LABEL.finditer(run.text)) if seen else []
    whole = [match for start in begins if (match := _WHOLE.match(run.text, start)) and _is_whole(run.text, seen, start)]
    lost = [*whole, *torn]
    if not lost or (len(seen) < 2 and not torn):
        return plain
    places = {mark.start("label") for mark in seen}
    lost = [mark for mark in lost if not any(mark.start() <= at <= mark.end() for at in places)]
    filled = _in_order(sorted([*seen, *lost], key=re.Match.start), channel)
    clear = [sum(mark["label"] == label for mark, label in marks) for marks in (plain, filled)]
    return filled if clear[1] >= clear[0] else plain


def _is_whole(text: str, marks: Sequence[re.Match[str]], end: int) -> bool:
    """Whether the reference that ends at a place has its number: otherwise the next line brings it."""
    last = max((mark.end() for mark in marks if mark.end() <= end), default=0)
    return bool(_NAME_AND_NUMBER.search(text, last, end))


def _between_semicolons(text: str) -> list[tuple[int, int]]:
    """References parted by semicolons, where each has a figure; else the whole.

    >>> text = "Lima's A-41, October 7, 1965; Embtel 512"
    >>> [text[a:b].strip() for a, b in _between_semicolons(text)]
    ["Lima's A-41, October 7, 1965", 'Embtel 512']
    """
    pieces = [match.span() for match in re.finditer(r"[^;]+", text)]
    return pieces if all(re.search(r"\d", text[a:b]) for a, b in pieces) else [(0, len(text))]


def _with_first(marks: list[re.Match[str]]) -> list[re.Match[str]]:
    """The marks, and where they begin with B and C in brackets what stands before these as the first."""
    plain = [mark["label"] for mark in marks if mark["open"]]
    torn = _FIRST.match(marks[0].string) if plain[:2] == ["B", "C"] else None
    return [torn, *marks] if torn else marks


def _in_order(marks: list[re.Match[str]], channel: Channel) -> list[tuple[re.Match[str], str]]:
    """The marks that count up from the first, with what each should read; initials in names are no labels."""
    kept: list[tuple[re.Match[str], str]] = []
    marks = _with_first(marks)
    for mark in marks:
        if mark.re is _FIRST:
            kept.append((mark, "A"))
            continue
        if mark.re in (_WHOLE, _TORN_LABEL):
            if kept and kept[-1][1].isalpha():
                kept.append((mark, chr(ord(kept[-1][1]) + 1)))
            continue
        label = "C" if mark["label"] in LIKE_C else mark["label"]
        at = mark.start("label")
        if label.isdecimal() and mark.string[max(0, at - 1) : at].isdecimal():
            continue  # a year: `B. 03. MANILA 5310`, `ASUNCION 701 (08)`
        word = label.isupper() and not mark["open"] and mark.string[max(0, at - 1) : at].isupper()
        if mark["close"] == "," and mark.start() and (not kept or label != chr(ord(kept[-1][1]) + 1)):
            continue
        if kept and kept[-1][1] == label.upper() and not mark.string[kept[-1][0].end() : mark.start()].strip():
            continue  # it stands twice
        wanted = ("A", "1") if not kept else (chr(ord(kept[-1][1]) + 1),)
        for want in wanted:
            close = kept and not word and want.isalpha() and (channel.of(want, label) < 6.5 or label.upper() == want)
            small = not kept and label == "a" and mark["open"] and len(marks) > 1
            if label == want or close or (small and want == "A"):
                kept.append((mark, want))
                break
    return kept


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and (text[end - 1] in _EDGE or text[end - 2 : end] == " ?"):
        end -= 1
    if text[start:end].endswith(" AND"):
        return _trim(text, start, end - 4)
    return start, end


def _read_item(run: Run, item: Reference, channel: Channel, codes: Codes, likely: Mapping[str, float]) -> None:
    """Year, post and number of a reference; anything else in it stays as it is."""
    text = run.text[item.start : item.end]
    year = _YEAR.match(text)
    number = _NUMBER.search(text)
    if number is None:
        return
    first = year.end() if year else 0
    _drop_scraps(item, text, number.end())
    airgram = _AIRGRAM.search(text)
    seen = text[first : airgram.start() if airgram else number.start()].strip()
    name = seen.rstrip(".,")
    if not 2 <= len(name) <= 24 or len(name.split()) > 3:
        return
    known = _is_known(name, codes) or name in _SERIES or is_series(name)
    readings = [Decoded(name, 0.05)] if known else [r for r in read_post(name, codes, channel) if r.text != name]
    if not known:
        if name.isupper() and name.replace(" ", "").isalpha():
            readings = _with_likely(name, readings, likely, channel)
        readings += [Decoded(*near) for near in nearest(channel, name, _SERIES, 2.0 + len(name))]
        readings.sort(key=lambda r: r.cost)
        unknown = 6.0 if name.replace(" ", "").isalpha() and name.isupper() else 11.0
        readings = [*readings[:3], Decoded(name, unknown)]
        readings.sort(key=lambda r: r.cost)
    base = item.start
    begin = base + text.find(seen, first)
    _add(run, item, "ref.post", begin, begin + len(seen), readings)
    if year:
        _add(run, item, "ref.year", base, base + year.end("year"), channel.decode(year["year"], [DIGITS, DIGITS], 4))
    if not airgram and text[number.start()] in "-." and readings[0].text in codes.posts:
        at = base + number.start()
        _add(run, item, "ref.blank", at, at + 1, [Decoded(" ", 1.0)])
    a, b = number.span("number")
    choices = [
        reading for reading in channel.decode(number["number"], [DIGITS] * (b - a), 8) if reading.text.isdecimal()
    ]
    if not number["number"].isdecimal():  # how high a post counts says what a letter was, and changes no figure
        post = "STATE" if readings[0].text in _OF_STATE else readings[0].text
        choices = [Decoded(item.text, item.cost + size_cost(int(item.text), post)) for item in choices]
    if choices:
        _add(run, item, "ref.number", base + a, base + b, sorted(choices, key=lambda reading: reading.cost))
    notal = _NOTAL.search(text, b)
    if notal and channel.word_cost("NOTAL", notal["word"], 9.0) < 9.0:
        a, b = notal.span("word")
        cost = channel.word_cost("NOTAL", notal["word"])
        _add(run, item, "ref.notal", base + a, base + b, [Decoded("NOTAL", cost)])


def _is_known(name: str, codes: Codes) -> bool:
    """Whether a name is that of a post as it is, in capitals or not, with its marks or without.

    >>> from cablefix.cable.codes import load_codes
    >>> [_is_known(name, load_codes()) for name in ("Sao Paulo", "N'DJAMENA", "SANTIAG0", "sAO Paulo")]
    [True, True, False, False]
    """
    upper = name.upper()
    cased = name == upper or all(word[:1].isupper() or word in _SMALL_IN_NAMES for word in name.split())
    mixed = any(word != word.upper() and word[1:] != word[1:].lower() for word in name.split())
    return cased and not mixed and (upper in codes.posts or _MARKS_IN_NAMES.sub("", upper) in codes.posts)


def _with_likely(name: str, readings: list[Decoded], likely: Mapping[str, float], channel: Channel) -> list[Decoded]:
    """The readings of a post, and the posts that a reference names most: that of the message, and its addressees.

    One letter may be like no other there.
    """
    limit = limit_of(name) + 2.0
    alike = [post for post in likely if post and post.count(" ") == name.count(" ")]  # a label may stand before it
    near = [Decoded(post, channel.word_cost(post, name, limit + likely[post])) for post in alike]
    every = {r.text: r for r in [*near, *readings] if r.cost < limit + likely.get(r.text, 0.0)}.values()
    found = [Decoded(r.text, max(r.cost - likely[r.text], 0.1)) if r.text in alike else r for r in every]
    if not found:  # nothing else is near
        found = [Decoded(post, _UNLIKE) for post in alike if Levenshtein.distance(post, name) <= len(post) // 2 - 1]
        found = found if len(found) == 1 and len(name) >= _LEAST_OWN else []
    return sorted(found, key=lambda r: r.cost)


def _drop_scraps(item: Reference, text: str, end: int) -> None:
    """End a reference with its number where only scraps stand behind: short words in small letters, lone figures."""
    note = _NOTE.match(text, end)
    end = note.end() if note else end
    rest = text[end:].split()
    speck = len(rest) > 1 and not rest[0].strip(_EDGE)
    if not rest or not all(len(word.strip(_EDGE)) <= _LONGEST_SCRAP for word in rest):
        return
    words = [word for word in rest if not _is_scrap(word)]
    small = sum(word.islower() for word in rest)
    lone = len(words) == len(rest) == 1 and words[0].strip(_EDGE)
    if (small >= _MOST_SMALL and len(words) <= 1) or (lone and lone.isalpha() and not load_wordlist().known(lone)):
        words = []
    short = all(len(word) <= _LONGEST_CODE and word.isalpha() for word in words)
    beside = short and any(map(str.islower, "".join(rest))) and not any(map(str.isdecimal, rest))
    if not words or beside or (speck and words == rest[-1:] and words[0] in FUNCTION_WORDS):
        item.end = item.start + end


def _is_scrap(word: str) -> bool:
    capitals, figures = sum(map(str.isupper, word)), sum(map(str.isdecimal, word))
    return "(" not in word and capitals < 2 and figures < 3 and (figures < 2 or not word.isdecimal())


def _add(run: Run, item: Reference, name: str, start: int, end: int, readings: list[Decoded]) -> None:
    part = Part(name, run.span(start, end), run.text[start:end], readings, rule="header.reference")
    item.parts.append((start, end, part))


def _settle_group_year(text: str, year: int | None) -> str:
    """The year of a day-and-time group by that of the message, where one figure of it makes it many years older.

    >>> _settle_group_year("CINCLANTFLT 302215Z SEP 67", 1987), _settle_group_year("PARIS 302215Z SEP 86", 1987)
    ('CINCLANTFLT 302215Z SEP 87', 'PARIS 302215Z SEP 86')
    """
    match = _GROUP_YEAR.search(text)
    if match is None or year is None or (year - int(match["year"])) % 100 <= _CITED_YEARS:
        return text
    for near in (year % 100, (year - 1) % 100):
        if Levenshtein.distance(f"{near:02d}", match["year"]) == 1:
            return f"{text[: match.start('year')]}{near:02d}{text[match.end('year') :]}"
    return text


def reference_value(run: Run, item: Reference, verdicts: Verdicts, year: int | None) -> dict[str, str]:
    """A reference as the record has it; `year` is that of the message, if its header has errors."""
    text, at = "", item.start
    for start, end, part in sorted((p for p in item.parts if p[0] >= item.start), key=lambda p: p[0]):
        text += run.text[at:start] + verdicts.of(part).text
        at = end
    text = _AIRGRAM.sub("A-", text + run.text[at : item.end])
    text = _GROUP.sub(lambda group: group["group"].translate(_FIGURES) + "Z", text)
    text = _YEAR_1900.sub("1", _OCTOBER.sub("O", _HYPHEN.sub("-", text)))
    text = _MONTH.sub(lambda month: month[0].upper(), text)
    text = _STOPPED_NOTE.sub("", _TORN_NOTE.sub("(NOTAL)", text.replace("(NOTAL )", "(NOTAL)")))
    text = _settle_group_year(text, year)
    return {"label": item.label, "text": text} if item.label else {"text": text}
