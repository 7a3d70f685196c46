"""The lines of a telegram form of 1950-63 that stand between its numbered lines and its text, and below the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cablefix.cable.address import read_tail
from cablefix.cable.bodylines import is_dust_row
from cablefix.cable.channel import Channel, Decoded
from cablefix.cable.classline import read_caption_line, read_class_line
from cablefix.cable.codes import Codes, upper_name
from cablefix.cable.draft import Draft, goes_on_sent, is_passing, is_titled_passing, place_sent, read_urgency
from cablefix.cable.eralines import read_clock_row, read_office_column
from cablefix.cable.rows import Parsed, Part, Row
from cablefix.cable.settle import Verdicts, agree, best_alone, form_evidence, weigh
from cablefix.cable.telegram import (
    FORM_KINDS,
    read_form_caption,
    read_posts,
    read_running_reference,
    read_section_line,
    state_part,
)

_REACH = 14
_CLEAR_ORDER = 12.0
_STRANGE = 2
_SENT = re.compile(
    r"\W{0,2}(?:SENT|ACTION|PASSED|RPTD|REPEATED)\b.*\b(?:INFO|INFORMATION|REPEATED|DEPARTMENT|DEPT|RPTD)\b"
    r"|Sent (?:[a-z]+ )?[A-Z][a-z]+ \d{1,5}[,;:]? (?:repeated|rptd|info)"
)
_SENT_NUMBER = re.compile(r"(?i:DEPARTMENT|DEPT|SECSTATE) (?P<number>[\dlIOoSBZ]{1,5})\b")
_HEAD = re.compile(
    r"\W{0,3}[-–=]?\s?\d{1,2}\W{1,3}(?P<number>[\dlIOoSBZ]{1,5}), \w{3,10}\.? \d{1,2}\b.*?\b(?i:from)\s(?P<post>.*)"
)
_INFORMED = re.compile(r"INF[O0]\s?\W?[:;]", re.IGNORECASE)
_TAIL = re.compile(r"\W{0,2}\d{1,4}(?: (?:NIACT|IMMEDIATE|PRIORITY|FLASH|ROUTINE))*\W{0,2}")
_MARGIN = re.compile(
    r"\W{0,2}(?:Origin|Action|Infos?|ORIGIN|ACTION|INFO|[A-Z][A-Z/]{0,4}(?: [A-Z][A-Z/]{0,4})?)\W{0,2}"
)
_FAR = 8
_ABOVE = 3
_LEAST_LEVEL = 0.5
_WITNESS = 7.0
_MOST_MARGIN = 5
_DRAFTED = re.compile(r"\W{0,3}[Dbo]raf\w{2,4} b\w{1,2}\b\s?[:;.,]{0,2}\s?(?P<text>.*)", re.IGNORECASE)
_APPROVED = re.compile(
    r"(?P<lead>.*?)(?:Tel\w{6,9}ic trans\w{5,8} and|\w{5,7}fication appr\w{3,5} b\w{1,2}\b)(?P<text>.*)"
)
_APPROVER = re.compile(r".*?\b(?:approved|appr\w{3,5}) b\w{1,2}\b\s?[:;.,]{0,2}\s?(?P<text>.*)", re.IGNORECASE)
_CLEARANCES = re.compile(r"\W{0,3}Clear\w{4,6}\W?", re.IGNORECASE)
_DRAFTER = re.compile(r"[A-Z][\w/.]*\s?[:;]\s?\S.*|.*\d{1,2}/\d{1,2}/\d\d.*")


def is_form(draft: Draft) -> bool:
    """Whether the lines found are those of a form of 1950-63."""
    return any(kind in draft.found for kind in FORM_KINDS)


def place_form_lines(
    draft: Draft, rows: Sequence[Row], chain: Sequence[tuple[int, Parsed]], channel: Channel, codes: Codes
) -> None:
    """Place precedence, captions, references, section and other addressees that stand before the text of a form.

    They come in any order; the first line that is none of them begins the text.
    """
    if not is_form(draft):
        return
    _drop_loose_reference(draft)
    order = draft.found.get("eo")
    if order is not None and order.gain < _CLEAR_ORDER:  # a row of figures: before 1972 no line named an order
        draft.found.pop("eo")
        draft.runs.pop("eo", None)
    _place_columns(draft, rows, chain, channel, codes)
    _place_informed(draft, rows, channel, codes)
    ends = [at for at, parsed in chain if parsed.kind in ("number", "to", "info", "from", "indicate", "form")]
    start = max(ends, default=-1)
    taken = {row.number for run in draft.runs.values() for row in run}
    taken |= {number for items in (draft.to, draft.info, draft.captions) for item in items for number in item.numbers}
    taken |= {row.number for row in draft.passing} | {n for _, parsed in chain for n in parsed.numbers}
    _place_head(draft, rows, start, taken, channel, codes)
    strange = 0
    for at in range(start, min(len(rows), start + _REACH)):
        row = rows[at]
        if row.number in taken or is_dust_row(row) or _take(draft, row, channel, codes):
            continue
        if len(row.text) > 24 or strange >= _STRANGE:
            return
        strange += 1  # a stamp or a note in the margin


def _place_head(draft: Draft, rows: Sequence[Row], stop: int, taken: set[int], channel: Channel, codes: Codes) -> None:
    """The lines between the head of the form and its last numbered line: levels, offices of the margin, the sender."""
    form = draft.found.get("form")
    begins = form.rows[0].number if form else min(taken, default=0)
    first = next((at for at, row in enumerate(rows) if row.number >= begins), 0)
    for row in rows[max(0, first - 1) : first + 2] if form and form.part("form.state") is None else ():
        state = state_part(row, channel) if row.number not in taken else None
        if form and state:
            form.parts.append(state)
            draft.runs["head"] = [row]
            draft.found["head"] = Parsed("head", [row])
            taken.add(row.number)
            break
    for at in range(max(0, first - _ABOVE), stop):
        row = rows[at]
        if row.number in taken:
            continue
        level = read_class_line(row, channel, codes) if len(row.text) < 40 else None
        if level and level.gain > _LEAST_LEVEL and not level.part("class.number"):
            (draft.levels if at > first else draft.above).append(row)
        elif at > first and _MARGIN.fullmatch(row.text):
            draft.margin.append(row)
        elif at < first or not _take_serial(draft, row, channel):
            continue
        taken.add(row.number)


def _take(draft: Draft, row: Row, channel: Channel, codes: Codes) -> bool:
    """Place a line of a form; False where it is none."""
    caption = read_form_caption(row) or read_caption_line(row, channel, codes)
    urgency = read_urgency(row, draft)
    section = read_section_line(row)
    reference = read_running_reference(row) if "ref" not in draft.found else None
    level = read_class_line(row, channel, codes) if len(row.text) < 40 else None
    if urgency and "urgency" not in draft.found:
        draft.found["urgency"] = urgency
    elif section:
        draft.found["section"] = section
    elif level and level.gain > _LEAST_LEVEL and not level.part("class.number"):
        draft.banners.append(level)
        draft.levels.append(row)
    elif caption and caption.gain > 1.0:
        draft.captions.append(caption)
    elif (row.text.isupper() and is_passing(row)) or is_titled_passing(row, codes):
        draft.passing.append(row)
    elif _SENT.match(row.text) or goes_on_sent(draft, row):
        place_sent(draft, row)
    elif "form" in draft.found and row.text.strip(" .,") in codes.distribution_offices:
        draft.margin.append(row)
    elif reference:
        draft.found["ref"] = reference
        draft.runs["ref"] = [row]
    else:
        return _take_serial(draft, row, channel)
    return True


def _take_serial(draft: Draft, row: Row, channel: Channel) -> bool:
    """A number alone below an addressee that has none: OCR read the columns of the form one after the other."""
    items = [*draft.to, *draft.info]
    if not items or not _TAIL.fullmatch(row.text):
        return False
    last = max(items, key=lambda item: (item.numbers[-1] < row.number, item.numbers[-1]))
    prefix = ".".join(last.parts[-1].name.split(".")[:2])
    if not 0 < row.number - last.numbers[-1] <= 2 or any(part.name.endswith(".serial") for part in last.parts):
        return False
    _, tail = read_tail(row, [0, *range(len(row.words))], prefix, channel)
    have = {part.name for part in last.parts}
    last.parts += [part for part in tail if part.name not in have]
    last.rows.append(row)
    return bool(tail)


def _drop_loose_reference(draft: Draft) -> None:
    """A sentence that begins with `Reference` or `Re` and goes on is text: a list of references ends with a number."""
    line = draft.found.get("ref")
    if line is None:
        return
    word, row = line.part("ref.word"), line.rows[0]
    before = (n for kind, other in draft.found.items() if kind != "ref" for n in other.numbers if n < row.number)
    above = max(before, default=row.number)  # a header may begin with its references
    damaged = word is not None and len(word.best.text) < 4 and word.best.cost > 0.5
    marked = bool(line.part("ref.colon")) or re.search("[:;]", row.text[:12])
    if damaged or row.number - above > 2 * _FAR or not (marked or read_running_reference(row)):
        draft.found.pop("ref")
        draft.runs.pop("ref", None)


def _place_columns(
    draft: Draft, rows: Sequence[Row], chain: Sequence[tuple[int, Parsed]], channel: Channel, codes: Codes
) -> None:
    """The offices below a lone `Info`, and the hour below the date of receipt."""
    taken = {number for _, parsed in chain for number in parsed.numbers}
    for at, parsed in chain:
        if parsed.kind == "distribution" and len(parsed.rows) > 1 and not parsed.part("copies.1"):
            column = read_office_column(rows, at + 2, codes)
            for place, row in enumerate((row for row in column if row.number not in taken), start=2):
                text = row.text.strip(" .,•-")
                begin = row.text.find(text)
                parsed.parts.append(Part(f"office.{place}", row.span(begin, begin + len(text)), text, []))
                parsed.rows.append(row)
                draft.runs["distribution"].append(row)
        if parsed.kind == "received" and not parsed.part("received.clock"):
            for row in rows[at + 1 : at + 2 + len(parsed.rows)]:
                beside = _MARGIN.fullmatch(row.words[0]) and len(row.words) > 1
                hour = row.cut(1, len(row.words)) if beside else row
                clock = read_clock_row(hour, "received", channel) if row.number not in taken else []
                if clock:
                    parsed.parts += clock
                    draft.runs["received"] = [*parsed.rows, row]
                    break


def _place_informed(draft: Draft, rows: Sequence[Row], channel: Channel, codes: Codes) -> None:
    """`INFO: ACCRA 33, PARIS 71`: the posts that an incoming telegram of 1963-64, or an airgram, was repeated to."""
    if "to" not in draft.found or len(draft.info) > 1:
        return
    first = draft.found["to"].rows[0].number
    row = next((row for row in rows if first < row.number <= first + _FAR and _INFORMED.match(row.text)), None)
    items = read_posts(row, channel, codes) if row is not None else []
    if row is not None and items:
        offices = draft.found.get("distribution")
        if offices is not None and row.number in offices.numbers:  # posts with numbers look like offices with copies
            draft.found.pop("distribution")
            draft.runs.pop("distribution", None)
        draft.info[:] = items
        draft.runs["info"] = [row]
        draft.found["info"] = items[0]


def settle_form_number(draft: Draft, around: Sequence[Row], verdicts: Verdicts, channel: Channel) -> None:
    """Decide the number of an incoming telegram: the NO line, `SENT DEPARTMENT 118`, heads of the later pages."""
    line = draft.found.get("number")
    own = line.part("no.number") if line else None
    if own is None:
        return
    seen = [match["number"] for row in draft.runs.get("sent", ()) if (match := _SENT_NUMBER.search(row.text))]
    seen += [match["number"] for row in around if (match := _HEAD.match(row.text))]
    values = {item.text for item in own.readings if "?" not in item.text} | {text for text in seen if text.isdecimal()}
    if not seen or not values:
        return
    costs = sorted(
        (own.price(value, channel) + sum(min(channel.word_cost(value, text), _WITNESS) for text in seen), value)
        for value in values
    )
    share = weigh([cost for cost, _ in costs])[0] if len(costs) > 1 else best_alone(own)[1]
    text = costs[0][1]
    evidence = form_evidence(own, text) if text != own.seen and own.readings else ()
    if text in seen:
        evidence = (*evidence, agree(f"the telegram gives its number as {text} elsewhere too", ()))
    verdicts.set(own, text, max(share, 0.97 if text in seen and text == own.seen else 0.0), *evidence)


def settle_form_post(draft: Draft, around: Sequence[Row], verdicts: Verdicts, channel: Channel, codes: Codes) -> None:
    """Decide the post of an incoming telegram where its FROM line is damaged: later pages say `... from Oslo` too."""
    sender = draft.found.get("from")
    parts = [part for part in sender.parts if ".name." in part.name] if sender else []
    if len(parts) != 1 or (parts[0].name.endswith("post") and parts[0].best.cost < 2.0):
        return
    own, seen = parts[0], []
    for row in around:
        match = _HEAD.match(row.text)
        name = match["post"].strip(" .,:;") if match else ""
        if upper_name(name) in codes.posts:
            seen.append(upper_name(name))
    for name in dict.fromkeys(seen):
        limit = 5.0 + (2.5 if seen.count(name) > 1 else 1.8) * len(name)
        cost = channel.word_cost(name, re.sub(r"\W", "", own.seen.upper()), limit)
        if cost < limit:
            shown = name if own.seen[:2].isupper() and own.seen[-1:].isupper() else name.title()
            own.readings = [Decoded(shown, min(cost, 4.0))]
            own.name = own.name.rsplit(".", 1)[0] + ".post"
            verdicts.set(own, shown, 0.95, *form_evidence(own, shown), agree(f"later pages say it is from {name}", ()))
            return


def drafting_block(rows: Sequence[Row]) -> tuple[int, dict[str, str]] | None:
    """Where the block of names below the text of an outgoing telegram begins, and what it says; None without one.

    `Drafted by:`, `Telegraphic transmission and classification approved by:`, `Clearances:`; names stand beside or
    below their captions.
    """
    for at, row in enumerate(rows):
        match = _DRAFTED.fullmatch(row.text)
        if match is None:
            continue
        facts: dict[str, str] = {}
        own, approved = _parted(match["text"])
        below = [other.text for other in rows[at + 1 : at + 1 + _MOST_MARGIN]]
        if own or (below and _DRAFTER.fullmatch(_parted(below[0])[0])):
            facts["drafted_by"] = own or _parted(below[0])[0]
        approved = approved or next((name for text in below if (name := _parted(text)[1])), "")
        if approved:
            facts["approved_by"] = approved
        seen = " ".join([row.text, *below])
        if facts or _APPROVED.search(seen) or any(_CLEARANCES.match(text) for text in below):
            return at, facts
    return None


def _parted(text: str) -> tuple[str, str]:
    """The drafter and the approver of a line on which the form prints both captions."""
    match = _APPROVED.match(text)
    lead = match["lead"] if match else "" if _CLEARANCES.match(text) else text
    approver = _APPROVER.match(text)
    return lead.strip(" .,:;-"), approver["text"].strip(" .,:;-") if approver else ""
