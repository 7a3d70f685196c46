"""Several sections of a message and several messages in a file: where headers begin, and which belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import Indel

from cablefix.cable.channel import Channel, load_channel
from cablefix.cable.codes import Codes
from cablefix.cable.draft import Draft, make_draft
from cablefix.cable.eras import TELEGRAM
from cablefix.cable.fields import Header, Line
from cablefix.cable.find import find_chain, is_cable
from cablefix.cable.record import count_of
from cablefix.cable.rows import Row, rows_of
from cablefix.cable.settle import best_alone
from cablefix.cable.split import split_rows
from cablefix.cable.telegramdraft import place_form_lines
from cablefix.cable.torn import join_rows

_MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|[O0]CT|N[O0]V|DEC"
# What a header cannot do without, cheap enough to be tried on every line of a large file.
_ANCHOR = re.compile(
    r"\W{0,3}(?:V[Z2].?[CG][Z2][CG]|[D0O][EB] R\S{4,7} "
    rf"|(?=.{{4,13}}[Z2]).{{0,6}}\S{{4,7}}[Z2]\s?(?:{_MONTHS})\S? ?\d|.{{0,40}}SECT\S{{3}} \S{{1,2}} [O0C]F \S"
    r"|.{0,2}F\S (?:AM|US)\S{4,8} \S)"
)
# The same for the forms of 1950-63, whose numbered line comes again at the head of each section.
_FORM_ANCHOR = re.compile(r"\W{0,3}N[O0o]\s?[:;.]\s*\S{1,5}[,.] ?\w{3,9}\b.*\bS[EB]CT\w{2,4}\b", re.IGNORECASE)
_FORM_BEFORE = 12
# A numbered paragraph: below it nothing is header.
_TEXT = re.compile(r"(?:[¶^]|1\[|\S{0,2})\d{1,2}\s?[.,]\s+[({\[]?[A-Z]")
_FIRST = re.compile(r"\W{0,3}V[Z2].?[CG][Z2][CG]|\W{0,3}(?:PAGE \S{1,2}|INCOMING TELEGRAM)\b")
_TRANSMISSION = re.compile(r"\W{0,3}V[Z2].?[CG][Z2][CG]")
_NEAR = 14
_BEFORE = 24
_REACH = 60


@dataclass(frozen=True)
class Start:
    """A header in a file: where it begins and ends (indexes of the lines given), and what its lines say."""

    first: int
    last: int
    draft: Draft
    number: str
    group: str
    section: int | None

    @property
    def lines(self) -> tuple[int, ...]:
        """The numbers of its lines in the layout, every one once."""
        return lines_of(self.draft)


def lines_of(draft: Draft) -> tuple[int, ...]:
    """The numbers of the lines of a draft in order."""
    numbers = {number for rows in draft.runs.values() for row in rows for number in row.numbers}
    numbers.update(number for parsed in draft.found.values() for number in parsed.numbers)
    for items in (draft.to, draft.info, draft.captions):
        numbers.update(number for item in items for number in item.numbers)
    loose = (draft.passing, draft.cleared, draft.protocol, draft.exempt, draft.levels, draft.margin)
    numbers.update(number for rows in loose for row in rows for number in row.numbers)
    return tuple(sorted(numbers))


def find_anchors(lines: Sequence[Line], anchor: re.Pattern[str] = _ANCHOR) -> list[int]:
    """The indexes of lines that can be the middle of a header; in time linear in the text, a small constant a line."""
    return [at for at, line in enumerate(lines) if len(line.words) <= 12 and anchor.match(line.text)]


def find_headers(
    lines: Sequence[Line], codes: Codes, after: int = -1, anchor: re.Pattern[str] = _ANCHOR
) -> list[Start]:
    """All message headers among the lines of a file, in order; only those below the line numbered `after`."""
    channel = load_channel()
    anchors = [at for at in find_anchors(lines, anchor) if lines[at].number > after]
    found: list[Start] = []
    reach = next((at for at, line in enumerate(lines) if line.number > after), 0)
    for at in anchors:
        if at < reach:
            continue
        before = _BEFORE if anchor is _ANCHOR else _FORM_BEFORE
        start = _read_start(lines, at, max(reach, at - before), channel, codes)
        if start is not None:
            found.append(start)
            reach = start.last + 1
    return found


def _read_start(lines: Sequence[Line], anchor: int, low: int, channel: Channel, codes: Codes) -> Start | None:
    """The header around an anchor; its first line may stand above it."""
    rows: list[Row] = join_rows(split_rows(rows_of(lines[low : anchor + _REACH])), codes)
    text = next(
        (at for at, row in enumerate(rows) if row.number > lines[anchor].number and _TEXT.match(row.text)), None
    )
    rows = rows[:text]
    total, chain = find_chain(rows, channel, codes)
    if not is_cable(total, chain):
        return None
    draft = make_draft(chain, rows, channel, codes)
    place_form_lines(draft, rows, chain, channel, codes)
    numbers = lines_of(draft)
    place = {line.number: at for at, line in enumerate(lines[low : anchor + _REACH], start=low)}
    first, last = place[numbers[0]], place[numbers[-1]]
    if last < anchor or first > anchor + _NEAR:
        return None
    return Start(first, last, draft, _number(draft), _group(draft), _section(draft))


def _number(draft: Draft) -> str:
    return _text(draft, "classification", "class.number") or _text(draft, "number", "no.number")


def _anchor(draft: Draft) -> re.Pattern[str]:
    """What the header of a later section is found by: of this form of message."""
    return _FORM_ANCHOR if "number" in draft.found and "dtg" not in draft.found else _ANCHOR


def _text(draft: Draft, kind: str, name: str) -> str:
    line = draft.found.get(kind)
    part = line.part(name) if line else None
    return best_alone(part)[0].strip("#/ ") if part else ""


def _group(draft: Draft) -> str:
    return " ".join(_text(draft, "dtg", f"dtg.{key}") for key in ("group", "month", "year")).strip()


def _section(draft: Draft) -> int | None:
    for kind, name in (("classification", "class.section"), ("de", "de.section"), ("number", "no.section")):
        number = count_of(_text(draft, kind, name).upper())
        if number is not None:
            return number
    return None


def same_message(one: Start, other: Start) -> bool:
    """Whether two headers are of one message: the same number, or the same date-time group, and another section.

    Copies of one message have the same section, or none; they are messages of their own.
    """
    if one.section is not None and one.section == other.section:
        return False
    numbers = _near(one.number, other.number)
    groups = _near(one.group, other.group)
    if numbers is None and groups is None:
        return False
    if one.section is None and other.section is None:
        return False
    return bool(numbers) or bool(groups)


def _near(one: str, other: str) -> bool | None:
    """Whether two codes agree but for one character; None where one of them is not there."""
    if not one or not other:
        return None
    if len(one) != len(other):
        return one.lstrip("0") == other.lstrip("0")
    return sum(a != b for a, b in zip(one, other, strict=True)) <= 1


def find_messages(lines: Sequence[Line], codes: Codes) -> list[range]:
    """The messages of a file as ranges of indexes into its lines; one range where there is one message or none.

    A message begins where a header begins that is not a later section of the message before it.
    """
    anchors = find_anchors(lines)
    if not anchors or anchors[-1] - anchors[0] < _BEFORE:
        return [range(len(lines))]
    starts = find_headers(lines, codes)
    firsts: list[int] = []
    heads: list[Start] = []
    for start in starts:
        if not heads or not any(same_message(head, start) for head in heads):
            firsts.append(_upwards(lines, start.first, firsts[-1] if firsts else 0))
            heads = [start]
        else:
            heads.append(start)
    if len(firsts) < 2:
        return [range(len(lines))]
    firsts[0] = 0
    return [range(a, b) for a, b in zip(firsts, [*firsts[1:], len(lines)], strict=True)]


def _upwards(lines: Sequence[Line], first: int, low: int) -> int:
    """Take the banner, page head and form head above a header with it; nothing stands above a start of transmission."""
    at = first
    if _TRANSMISSION.match(lines[first].text):
        return at
    for back in range(first - 1, max(low, first - 8), -1):
        text = lines[back].text
        short = len(text) < 30 and len(lines[back].words) < 5
        if _FIRST.match(text) or (short and (text.isupper() or text.isdecimal())):
            at = back
        else:
            break
    return at


def find_later(lines: Sequence[Line], codes: Codes, draft: Draft) -> list[Draft]:
    """The drafts of the headers that later sections repeat, for a header that has just been read."""
    numbers = lines_of(draft)
    if not numbers:
        return []
    own = Start(0, 0, draft, _number(draft), _group(draft), _section(draft))
    starts = find_headers(lines, codes, numbers[-1], _anchor(draft))
    return [start.draft for start in starts if same_message(own, start)]


def find_sections(lines: Sequence[Line], codes: Codes, header: Header) -> list[Start]:
    """The repeated headers of later sections of the message whose header was read, in the order in which they stand.

    Their lines are page furniture; what they say is a second reading of the header. `Start.section` tells where a
    section belongs when the pages are out of order. Headers of other messages are not among them.
    """
    form = header.era == TELEGRAM and "dtg_iso" not in header.fields
    starts = find_headers(lines, codes, header.last_line, _FORM_ANCHOR if form else _ANCHOR)
    if not starts:
        return []
    dtg = header.fields.get("dtg_iso")
    group = ""
    if dtg is not None:
        day = date.fromisoformat(str(dtg.value)[:10])
        word = next(w for w, entry in codes.months.items() if entry.number == day.month and len(w) == 3)
        clock = str(dtg.value)[11:16].replace(":", "")
        group = f"{day:%d}{clock}Z {word} {day:%y}"
    own = Start(0, 0, Draft(), str(header.value("message_number") or ""), group, header.value("section"))
    subject = str(header.value("subject") or "")
    found = [start for start in starts if same_message(own, start)]
    for start in found:
        _cut_subject(start.draft, subject)
    return found


def _cut_subject(draft: Draft, subject: str) -> None:
    """Take from a repeated subject the lines that it has more than the subject of the message: a heading below it."""
    run = draft.runs.get("subject", [])
    while len(run) > 1:
        whole, shorter = (" ".join(row.text for row in rows) for rows in (run, run[:-1]))
        if Indel.distance(subject, shorter) >= Indel.distance(subject, whole):
            return
        run.pop()
