"""The era of a message by the form that it stands on, and the facts that only some eras print."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cablefix.cable.airgram import year_of
from cablefix.cable.channel import Channel
from cablefix.cable.draft import Draft
from cablefix.cable.rows import Part, Row
from cablefix.cable.settle import Verdicts
from cablefix.cable.telegram import FORM_KINDS

_CODE = r"(?:B ?\d|1[.,][45] ?\([A-Ha-h]\)|NF|NR)"
_CODES = re.compile(rf"{_CODE}(?:[, ]+{_CODE})*")
_RELEASE = re.compile(rf"RELEASED? IN (?:FULL|PART)(?:[, ]+{_CODE})*")
TELEGRAM, SHEET, PRINTOUT, ABRIDGED, ACP127 = "1950-63", "1965-72", "1973-79", "1982-95", "1995-2010"


def era_of(draft: Draft, year: int | None) -> str:
    """The era: by the lines of the form where they tell, else by the year; empty where neither does.

    1950-63 the forms of incoming and outgoing telegrams, and airgrams, which went on; 1965-72
    telegram sheet with page heads; 1973-79 file printout with E.O. 11652 or 12065; 1982-95 with E.O. 12356;
    1995-2010 the whole head of ACP 127.
    """
    found = draft.found
    if "airgram" in found:
        sent = year_of(found["from"].rows[0]) if "from" in found else None
        return SHEET if sent and sent > 1963 else TELEGRAM
    if any(kind in found for kind in FORM_KINDS):
        return TELEGRAM
    order = found.get("eo")
    number = order.parts and order.part("eo.number") if order else None
    by_order = {"11652": PRINTOUT, "12065": PRINTOUT, "12356": ABRIDGED, "12958": ACP127, "13526": ACP127}
    if year is None:
        if isinstance(number, Part) and number.best.text in by_order:
            return by_order[number.best.text]
        return ACP127 if "channel" in found or "security" in found else ""
    if year < 1973:
        return SHEET if year > 1963 else TELEGRAM
    if year < 1982:
        return PRINTOUT
    if year == 1995 and isinstance(number, Part):
        return by_order.get(number.best.text, ABRIDGED)
    return ABRIDGED if year < 1996 else ACP127


def release_stamp(lines: Sequence[str]) -> str:
    """What a release stamp says, with the codes of what was withheld; empty where there is none.

    >>> release_stamp(["RELEASE IN PART", "B1, 1.4(D), B6", "CONFIDENTIAL"])
    'RELEASE IN PART B1, 1.4(D), B6'
    """
    for at, text in enumerate(lines):
        match = _RELEASE.search(text)
        if not match:
            continue
        stamp = match[0]
        below = lines[at + 1].strip() if at + 1 < len(lines) else ""
        return f"{stamp} {below}" if _CODES.fullmatch(below) and not _CODES.search(stamp) else stamp
    return ""


def make_extra(draft: Draft, verdicts: Verdicts, channel: Channel) -> dict[str, Any]:
    """The facts beside the fields: action office, distribution and its total, drafter, control number, local time."""
    extra: dict[str, Any] = {}
    action = draft.found.get("action")
    if action:
        office = next((part for part in action.parts if part.name.startswith("office.")), None)
        if office:
            extra["action"] = verdicts.of(office).text
    offices = distribution(draft, verdicts)
    if offices:
        extra["distribution"] = offices
    line = draft.found.get("distribution")
    total = line.part("distribution.total") if line else None
    if total is not None:
        text = verdicts.of(total).text
        if text.isdecimal():
            extra["distribution_total"] = int(text)
    for kind in ("drafted", "approved"):
        line = draft.found.get(kind)
        part = line.part(f"{kind}.text") if line else None
        if part:
            extra[f"{kind}_by"] = part.seen
    extra |= draft.ending
    control = draft.found.get("control")
    if control:
        extra["control"] = verdicts.of(control.parts[0]).text
    for kind, key, name in (("number", "no.when.", "local_time"), ("received", "received", "received")):
        line = draft.found.get(kind)
        parts = line.named(key) if line else []
        if parts:
            extra[name] = printed(parts, draft.runs.get(kind, []), verdicts)
    heads = {
        int(part.best.text)
        for page in draft.pages
        if page.part("page.total") and (part := page.part("page.page")) and part.best.text.isdecimal()
    }
    if heads:
        extra["sections_seen"] = sorted(heads)
    if draft.release:
        extra["release"] = draft.release
    return extra


def printed(parts: Sequence[Part], rows: Sequence[Row], verdicts: Verdicts) -> str:
    """What stands from the first part to the last, over the lines that hold them, each part as it was decided."""
    text = ""
    for row in rows:
        inside = [part for part in parts if row.line.tokens[0].start <= part.span.start < row.line.tokens[-1].end]
        pieces = [(row.offset(part.span.start), row.offset(part.span.end), part) for part in inside]
        for place, (start, _, part) in enumerate(pieces):
            gap = row.text[pieces[place - 1][1] : start] if place else " " if text else ""
            if place and pieces[place - 1][2].name.endswith(".month") and len(pieces[place - 1][2].seen) > 4:
                gap = " "  # no mark belongs between a whole month and its day
            text += gap + verdicts.of(part).text
    return text


def distribution(draft: Draft, verdicts: Verdicts) -> list[dict[str, Any]]:
    """The offices that had copies, those of the ACTION line first, with the number of copies where it is printed."""
    found: list[dict[str, Any]] = []
    for kind in ("action", "distribution"):
        line = draft.found.get(kind)
        if line is None:
            continue
        copies = {part.name.split(".", 1)[1]: part for part in line.parts if part.name.startswith("copies.")}
        for part in line.parts:
            if not part.name.startswith("office."):
                continue
            item: dict[str, Any] = {"office": verdicts.of(part).text}
            number = copies.get(part.name.split(".", 1)[1])
            if number is not None:
                text = verdicts.of(number).text
                if text.isdecimal():
                    item["copies"] = int(text)
            found.append(item)
    return found
