"""From the chain of format lines to a draft of the header: the lines between them find their place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from cablefix.cable.address import ends_as_address, is_addressee, read_address, read_keyword, read_tail
from cablefix.cable.bodylines import is_dust_row
from cablefix.cable.channel import Channel, Decoded
from cablefix.cable.classline import read_caption_line
from cablefix.cable.codes import Codes, upper_name
from cablefix.cable.eralines import is_counter_line, read_distribution_line
from cablefix.cable.rows import Parsed, Part, Row, exact, strip_dust
from cablefix.cable.runon import MOST_RUN_ON, PARAGRAPH, run_on, width_of
from cablefix.cable.split import split_addresses
from cablefix.cable.telegram import FORM_KINDS, read_form_entry
from cablefix.text import Span

_TITLED = "Secretary of State"
_LONGEST = 120
_CLOSE = 2  # lines, one of them blank
_REST_OF_ADDRESS = re.compile(r"(?:NIACT )?(?:FLASH|IMMEDIATE|PRIORITY|ROUTINE)(?: \d{1,4})?|\d{4}")
_URGENT = frozenset(("FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE", "NIACT", "EMERGENCY", "DEFERRED")) | {
    "NIACT IMMEDIATE",
    "OPERATIONAL IMMEDIATE",
}
# Words of handling captions that the table may not have in this combination.
_HANDLING = re.compile(r"\b(?:DISTRIBUTION|DISSEM|ONLY|EXCLUSIVE|CHANNEL|HANDLING|CONSULS|NOFORN|COPY)\b")
_READERS = re.compile(r"(?:LITERALLY )?EYES ONLY\b|(?:EXCLUSIVE|PERSONAL) FOR\b")
_YEAR = re.compile(r"(?:19[4-9]|20[0-4])(?<!\w...)\d\b")
_SENT = re.compile(r"(?:SENT|ACTION|PASSED|RPTD|REPEATED)\b.*\b(?:INFO|INFORMATION|REPEATED|DEPARTMENT|DEPT|RPTD)\b")
_SENT_ON = re.compile(r"\d{1,5}(?:[,;.]|$)")  # the number of the last post stands on the next line
_PASS = re.compile(r"\b(?:FOR|PASS|PLEASE PASS|ALSO FOR|EYES ONLY|FROM)\b|^JOINT\b.*\bMESSAGE\W*$")
_PASSED = re.compile(r"(?P<who>[A-Z][A-Za-z' ]{2,24}?),? (?:please )?(?:pass|repeat)\b.*")


@dataclass
class Draft:
    """The header before anything is decided: each line with its place, each field with its readings."""

    found: dict[str, Parsed] = field(default_factory=dict)
    to: list[Parsed] = field(default_factory=list)
    info: list[Parsed] = field(default_factory=list)
    captions: list[Parsed] = field(default_factory=list)
    passing: list[Row] = field(default_factory=list)
    cleared: list[Row] = field(default_factory=list)
    protocol: list[Row] = field(default_factory=list)
    exempt: list[Row] = field(default_factory=list)
    levels: list[Row] = field(default_factory=list)
    above: list[Row] = field(default_factory=list)
    margin: list[Row] = field(default_factory=list)
    runs: dict[str, list[Row]] = field(default_factory=dict)
    pages: list[Parsed] = field(default_factory=list)
    banners: list[Parsed] = field(default_factory=list)
    trailers: list[Row] = field(default_factory=list)
    portions: tuple[str, ...] = ()
    years: frozenset[int] = frozenset()
    text: str = ""
    release: str = ""
    aside: frozenset[int] = frozenset()
    ending: dict[str, str] = field(default_factory=dict)

    def part_text(self, kind: str, name: str) -> str:
        """What a part of a format line is seen as, empty where there is none."""
        parsed = self.found.get(kind)
        part = parsed.part(name) if parsed else None
        return part.seen if part else ""


def make_draft(chain: Sequence[tuple[int, Parsed]], rows: Sequence[Row], channel: Channel, codes: Codes) -> Draft:
    """Place the lines between the format lines: addressees, captions, passing notes, text that wraps."""
    draft = Draft()
    numbers = {row.number for _, parsed in chain for row in parsed.rows[1:]}
    taken = {index for index, _ in chain} | {at for at, row in enumerate(rows[:_LONGEST]) if row.number in numbers}
    for _, parsed in chain:
        if parsed.kind == "caption":
            draft.captions.append(parsed)
        else:
            draft.found[parsed.kind] = parsed
            draft.runs[parsed.kind] = list(parsed.rows)
    _drop_banner(draft)
    line = draft.found.get("classification")
    captions = line.named("caption") if line else []
    if line and captions:
        draft.captions.insert(0, Parsed("caption", line.rows, captions, line.gain))
    draft.text = " ".join(row.text for row in rows[:_LONGEST]).upper()
    draft.years = frozenset(int(year) for year in _YEAR.findall(draft.text))
    width = width_of(rows)
    for position, (index, parsed) in enumerate(chain):
        stop = chain[position + 1][0] if position + 1 < len(chain) else min(len(rows), index + 1 + MOST_RUN_ON)
        between = [at for at in range(index + 1, stop) if at not in taken]
        bounded = position + 1 < len(chain) and chain[position + 1][1].kind in _BOUNDS.get(parsed.kind, _BELOW_TEXT)
        closed = position + 1 < len(chain) and chain[position + 1][1].kind in _BELOW_CAPTIONS
        _place(draft, parsed, rows, between, width if not bounded else 0, channel, codes, closed)
    for kind in ("to", "info"):
        if kind in draft.found:
            _insert_first(draft, kind, channel, codes)
    _drop_stray_serials(draft)
    return draft


def _drop_stray_serials(draft: Draft) -> None:
    """A lone figure behind an address is a speck where the other addresses have longer numbers, or none."""
    items = [*draft.to, *draft.info]
    serials = {id(item): [part for part in item.parts if part.name.endswith(".serial")] for item in items}
    for item in items:
        if _TITLED in " ".join(part.seen for part in item.parts):  # on the form, where telegrams have no number for him
            item.parts = [part for part in item.parts if part not in serials[id(item)] or len(part.seen) > 1]
    others = [part for found in serials.values() for part in found if len(part.seen) > 1]
    alone = [item for item in items if any(len(part.seen) == 1 for part in serials[id(item)])]
    if others or (len(alone) == 1 and len(items) > 2):
        for item in alone:
            item.parts = [part for part in item.parts if part not in serials[id(item)]]


def _drop_banner(draft: Draft) -> None:
    """A level without a number before the FM line is a banner, not the classification line."""
    line, sender = draft.found.get("classification"), draft.found.get("from")
    if line is None or line.part("class.number") or line.part("class.total"):
        return
    if any(kind in draft.found for kind in FORM_KINDS) or (sender and line.rows[0].number < sender.rows[0].number):
        form = draft.found.get("form")
        if form is not None and form.rows[-1].number < line.rows[0].number:
            draft.levels += line.rows
        draft.banners.append(draft.found.pop("classification"))
        draft.runs.pop("classification")


def _insert_first(draft: Draft, kind: str, channel: Channel, codes: Codes) -> None:
    """Put the address of the TO or INFO line itself before those below it; OCR may have put two on that line."""
    parsed = draft.found[kind]
    row = parsed.rows[0]
    word = parsed.part(f"{kind}.word")
    first = len(word.seen.split()) if word else 1
    pieces = split_addresses(row, first) if len(row.words) > 3 else [row]
    items: list[Parsed] = getattr(draft, kind)
    if len(pieces) > 1:
        below, items[:] = list(items), []
        address = read_address(pieces[0], first, f"{kind}.1", channel, codes)
        parsed.parts = [parsed.parts[0], *(address.parts if address else [])]
        for number, piece in enumerate(pieces[1:], start=len(below) + 2):
            more = read_address(piece, 0, f"{kind}.{number}", channel, codes)
            if more:
                items.append(more)
        items += below
    items.insert(0, parsed)


def _place(
    draft: Draft,
    parsed: Parsed,
    rows: Sequence[Row],
    between: list[int],
    width: int,
    channel: Channel,
    codes: Codes,
    closed: bool,
) -> None:
    kind = parsed.kind
    if kind in ("to", "info"):
        _place_addresses(draft, kind, rows, between, channel, codes, closed)
    elif kind == "from" and "to" not in draft.found:
        _place_unannounced(draft, rows, between, channel, codes)
    elif kind in ("classification", "caption", "number"):
        _place_captions(draft, rows, between, channel, codes, closed)
    elif kind in ("subject", "ref", "classified-by", "tags"):
        run_on(draft.runs, kind, rows, between, width)
    elif kind == "eo":
        _place_officer(draft, parsed, rows, between)
    elif kind == "distribution":
        _place_distribution(draft, rows, between, channel)
    elif kind in ("drafted", "approved"):
        for at in between:
            if is_counter_line(rows[at].text):
                break
            if re.search(r"[A-Z]{1,6}(?:/[A-Z]+)*\s?[:\-]", rows[at].text) and len(draft.cleared) < 14:
                draft.cleared.append(rows[at])


def _place_addresses(
    draft: Draft, kind: str, rows: Sequence[Row], between: list[int], channel: Channel, codes: Codes, closed: bool
) -> None:
    """The addressees below TO or INFO; a damaged INFO turns the rest into information addressees.

    `closed` says that the next line of the header follows below, so that a line in perfect capitals between two
    addressees is one too, whoever it may be.
    """
    current = kind
    if draft.found[kind].part(f"{kind}.word") and "number" in draft.found:
        return
    for at in between:
        row = rows[at]
        if strip_dust(row.text) == "BT":
            draft.protocol.append(row)
            return
        if row.words[0].split("/")[0] == "XMT" or (draft.exempt and not read_keyword(row, "info", channel)):
            draft.exempt.append(row)
            continue
        if is_dust_row(row) or len(row.words) > 12:
            continue
        if row.words[0] == "JOINT" and is_passing(row):
            draft.passing.append(row)
            continue
        if _REST_OF_ADDRESS.fullmatch(row.text) and _ends_address(draft, current, row, channel):
            continue
        first = 0
        word = None
        if current == "to" and len(row.words) == 1 and strip_dust(row.text).upper() in ("INFO", "INF0"):
            current = "info"
            continue
        if current == "to" and "info" not in draft.found:
            word = read_keyword(row, "info", channel)
            if word:
                current, first = "info", 1
        if current == "to" and "info" not in draft.found and "INFO" in row.words[2:-1]:
            at = row.words.index("INFO", 2)
            _add_addresses(draft, "to", row.cut(0, at), first, channel, codes)
            current, row, first = "info", row.cut(at, len(row.words)), 1
        whole = closed and len(row.words) <= _LONGEST_ADDRESS and ends_as_address(row, codes)
        _add_addresses(draft, current, row, first, channel, codes, word[0] if word else None, whole)


def _ends_address(draft: Draft, kind: str, row: Row, channel: Channel) -> bool:
    """Give the address above the precedence and number that did not fit on its line, if it has neither."""
    items: list[Parsed] = getattr(draft, kind)
    last = items[-1] if items else draft.found.get(kind)
    if last is None or not last.parts or any(form in draft.found for form in FORM_KINDS):
        return False
    ended = any(part.name.endswith((".precedence", ".serial")) for part in last.parts)
    if ended or not 0 < row.number - last.numbers[-1] <= _CLOSE:
        return False
    prefix = ".".join(last.parts[-1].name.split(".")[:2])
    # The first word stands for the name, of which something is left in each address.
    tail = read_tail(row, [0, *range(len(row.words))], prefix, channel)[1]
    last.parts += tail
    if tail:
        last.rows.append(row)
        if last is draft.found.get(kind):
            draft.runs[kind].append(row)
    return bool(tail)


def _place_unannounced(draft: Draft, rows: Sequence[Row], between: list[int], channel: Channel, codes: Codes) -> None:
    """The addressees below FM whose TO is lost: only those that a routing indicator shows."""
    for at in between:
        address = read_address(rows[at], 0, f"to.{len(draft.to) + 1}", channel, codes)
        if address and any(part.name.endswith(".routing") and part.best.cost < 6.0 for part in address.parts):
            draft.to.append(address)


def _add_addresses(
    draft: Draft,
    kind: str,
    row: Row,
    first: int,
    channel: Channel,
    codes: Codes,
    word: Part | None = None,
    whole: bool = False,
) -> None:
    """The address on a row, or the several that OCR put on it."""
    items: list[Parsed] = getattr(draft, kind)
    form = any(kind in draft.found for kind in FORM_KINDS)
    for number, piece in enumerate(split_addresses(row, first)):
        offset = 2 if kind in draft.found else 1
        prefix = f"{kind}.{len(items) + offset}"
        titled = read_form_entry(piece, 0, prefix, channel, codes) if form and not first else None
        address = titled or read_address(piece, first if number == 0 else 0, prefix, channel, codes)
        if address and (titled or whole or is_addressee(address, piece, codes)):
            if word and number == 0:
                address.parts.insert(0, word)
            items.append(address)


def _place_captions(
    draft: Draft, rows: Sequence[Row], between: list[int], channel: Channel, codes: Codes, closed: bool
) -> None:
    """Captions and lines such as `STATE FOR EAP/PMBS` between the number of the message and its E.O. or subject.

    `closed` says that a line of the header follows below: what stands between in capitals is then part of it.
    """
    last = max((ORDER_INDEX.get(kind, -1) for kind in draft.found), default=-1)
    for at in between:
        row = rows[at]
        caption = read_caption_line(row, channel, codes)
        urgency = read_urgency(row, draft)
        if urgency:
            draft.found["urgency"] = urgency
        elif caption and caption.gain > 1.0:
            draft.captions.append(caption)
        elif "number" in draft.found and (_SENT.match(row.text) or goes_on_sent(draft, row)):
            place_sent(draft, row)
        elif closed and _in_capitals(row) and _is_handling(row):
            draft.captions.append(Parsed("caption", [row], [exact("caption", row, 0, len(row.text))], 4.0))
        elif last >= 0 and _in_capitals(row) and (closed or is_passing(row)):
            draft.passing.append(row)


def _is_handling(row: Row) -> bool:
    """Whether a line in capitals says how the message is to be handled: `EYES ONLY FOR THE SECRETARY`."""
    return bool(_READERS.match(row.text) or (len(row.words) <= 4 and _HANDLING.search(row.text)))


def read_urgency(row: Row, draft: Draft) -> Parsed | None:
    """`PRIORITY` on a line of its own: so telegrams until 1963 print the precedence."""
    text = strip_dust(row.text)
    words = [word for word in row.bare if len(word) > 1]
    if len(words) == 2 and len(words[1]) == len("OO"):  # a speck that looks like letters
        text = words[0]
    if not any(kind in draft.found for kind in FORM_KINDS) or len(text) < 5 or len(words) > 3:
        return None
    near = [(text, 0.05)] if text in _URGENT else [(word, 2.0) for word in _URGENT if word == text.upper()]
    near = near or [(word, 4.0) for word in _URGENT if len(word) > 6 and Levenshtein.distance(word, text) == 1]
    if not near:
        return None
    start = row.text.find(text)
    readings = [Decoded(word if text.isupper() or text[1:2].isupper() else text, cost) for word, cost in near]
    part = Part("urgency", row.span(start, start + len(text)), text, readings, rule="header.precedence")
    return Parsed("urgency", [row], [part], 5.0)


def goes_on_sent(draft: Draft, row: Row) -> bool:
    """Whether the list of others who have the message goes on in a line."""
    run = draft.runs.get("sent")
    if not run or row.number - run[-1].number >= 4:
        return False
    return run[-1].text.endswith(",") or (run[-1].text[-1].isalpha() and bool(_SENT_ON.match(row.text)))


def place_sent(draft: Draft, row: Row) -> None:
    """`SENT DEPARTMENT 118; REPEATED INFORMATION COPENHAGEN 22,`: who else has the message."""
    if "sent" not in draft.found:
        draft.found["sent"] = Parsed("sent", [row])
        draft.runs["sent"] = [row]
    else:
        draft.runs["sent"].append(row)


_LONGEST_ADDRESS = 7
# Below these lines the text of a field has ended; codes go on up to the subject.
_BELOW_TEXT = ("ref", "classified-by", "tags")
_BOUNDS = {"tags": (*_BELOW_TEXT, "subject")}
_ORIGINATOR = re.compile(r"OR-[A-Z]\W?")
_REST_OF_OFFICER = re.compile(r"[A-Z][A-Z., ]{0,30}\)(?: OR-[A-Z]\W?)?")
_BELOW_CAPTIONS = ("caption", "eo", "tags", "subject", "ref", "info", "classification")
ORDER_INDEX = {"eo": 0, "tags": 1, "subject": 2, "ref": 3, "number": 4}


def _in_capitals(row: Row) -> bool:
    """Whether a line is one of words in capitals, no paragraph and no dust."""
    letters = [char for char in row.text if char.isalpha()]
    upper = sum(char.isupper() for char in letters)
    if len(letters) < 4 or upper < 0.85 * len(letters) or len(row.text) > 80 or 2 * len(letters) < len(row.text):
        return False
    return not PARAGRAPH.match(row.text)


def is_passing(row: Row) -> bool:
    """Whether a line in capitals is a note on who is to have the message."""
    return bool(_PASS.search(row.text)) or "COPY" in row.text or row.text.endswith((";", ","))


def is_titled_passing(row: Row, codes: Codes) -> bool:
    """Whether a line in small letters asks a post to pass the message on: `Beirut pass USIS regional center.`"""
    match = _PASSED.fullmatch(row.text)
    who = upper_name(match["who"]) if match else ""
    return who in codes.posts or who in ("DEPARTMENT", "DEPT")


def _place_distribution(draft: Draft, rows: Sequence[Row], between: list[int], channel: Channel) -> None:
    parsed = draft.found["distribution"]
    for at in between[:10]:
        if parsed.part("distribution.total") or is_counter_line(rows[at].text):
            return
        more = read_distribution_line(rows[at], channel, False)
        if more:
            for part in more.parts:
                if part.name != "distribution.total":
                    part.name = f"{part.name.split('.')[0]}.{at}-{part.name.split('.')[1]}"
            parsed.rows.append(rows[at])
            parsed.parts += more.parts
            draft.runs["distribution"].append(rows[at])


def _place_officer(draft: Draft, line: Parsed, rows: Sequence[Row], between: list[int]) -> None:
    """The rest of `(MORTON, JAMES A.) OR-M` where the E.O. line runs over."""
    part = line.part("eo.decl")
    row = rows[between[0]] if between else None
    if part is None or row is None or row.number - line.rows[-1].number > 2:
        return
    torn = line.rows[-1].text.count("(") > line.rows[-1].text.count(")") and _REST_OF_OFFICER.fullmatch(row.text)
    if torn or (line.rows[-1].text.endswith(")") and _ORIGINATOR.fullmatch(row.text)):
        rest = line.rows[-1].text[line.rows[-1].offset(part.span.start) + len(part.seen) :]
        part.seen = f"{part.seen}{rest} {row.text}"
        part.readings = [Decoded(part.seen, part.best.cost)]
        part.span = Span(part.span.start, row.span(0, len(row.text)).end)
        line.rows.append(row)
        draft.runs["eo"].append(row)
