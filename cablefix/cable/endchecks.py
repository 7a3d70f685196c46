"""Cross-checks between the header and what comes after it: portion marks, signature, trailer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from cablefix.cable.codes import Codes, upper_name
from cablefix.cable.fields import Check, Header, Line, Status
from cablefix.text import Span


def check_portions(header: Header, portions: Sequence[tuple[str, Span]], codes: Codes) -> Check | None:
    """The highest portion mark of the text against the level of the message; None where there are no marks.

    `portions` are the marks without brackets, with their source spans.
    """
    level = header.fields.get("classification")
    entry = codes.classification_forms.get(str(level.value).split("//")[0].replace(" ", "")) if level else None
    ranks = [(codes.portion_marks[mark].rank, mark, span) for mark, span in portions if mark in codes.portion_marks]
    if level is None or entry is None or not ranks:
        return None
    top = max(ranks, key=lambda item: item[0])
    holds = top[0] == entry.rank if top[0] >= 1 or entry.rank >= 1 else True
    text = f"the highest portion mark is ({top[1]}), the message is {level.value}"
    status = Status.HOLDS if holds else Status.FAILS
    return Check("portion marks", status, text, ("classification",), (level.span, top[2]))


def check_signature(header: Header, codes: Codes) -> Check | None:
    """The signature against the chiefs of mission of the post on that day. Absence from the table proves nothing."""
    signature, post, dtg = header.fields.get("signature"), header.value("post"), header.value("dtg_iso")
    if signature is None or not post or not dtg:
        return None
    day = date.fromisoformat(dtg[:10])
    officers = codes.principal_officers(day) if post == "STATE" else codes.chiefs_of_mission(post, day, slack=40)
    names = {upper_name(officer.surname): officer for officer in officers}
    found = names.get(upper_name(str(signature.value)))
    if found:
        text = f"{signature.value} held office at {post} on {day}"
        return Check("signature", Status.HOLDS, text, ("signature", "post"), (signature.span,))
    text = f"{signature.value} is not in the table of chiefs of mission (charges and consuls never are)"
    return Check("signature", Status.UNKNOWN, text, ("signature", "post"), (signature.span,))


def check_trailer(header: Header, lines: Sequence[Line]) -> Check | None:
    """The serial in the trailer (`#0849`) against the number of the message."""
    number = header.fields.get("message_number")
    if number is None or not str(number.value).isdecimal():
        return None
    for line in reversed(lines):
        match = re.fullmatch(r"[#4H*](\d{4})", line.text)
        if match:
            span = Span(line.tokens[0].start, line.tokens[-1].end)
            holds = int(match[1]) == int(number.value) % 10000
            text = f"#{match[1]} in the trailer, number {number.value}"
            status = Status.HOLDS if holds else Status.FAILS
            return Check("trailer", status, text, ("message_number",), (number.span, span))
    return None


def check_sections(header: Header) -> Check | None:
    """Whether every section of the message is there, by its own header, the page heads and the repeated headers."""
    total = header.fields.get("sections_total")
    if total is None or not isinstance(total.value, int) or total.value < 2:
        return None
    seen = {int(number) for number in header.extra.get("sections_seen", ())}
    seen |= {int(number) for _, number in header.extra.get("sections", ())}
    own = header.value("section")
    if isinstance(own, int):
        seen.add(own)
    if len(seen) < 2:
        text = f"section {own} of {total.value}; nothing tells where the others begin"
        return Check("sections present", Status.UNKNOWN, text, ("section", "sections_total"), (total.span,))
    gone = sorted(set(range(1, total.value + 1)) - seen)
    if gone:
        text = f"no sign of section {', '.join(map(str, gone))} of {total.value}"
        return Check("sections present", Status.FAILS, text, ("section", "sections_total"), (total.span,))
    text = f"all {total.value} sections are there"
    return Check("sections present", Status.HOLDS, text, ("section", "sections_total"), (total.span,))


def check_paragraphs(numbers: Sequence[int], missing: Sequence[int]) -> Check | None:
    """The paragraph numbers as a sequence; None where the message is not numbered."""
    if not numbers:
        return None
    if not missing:
        text = f"paragraphs {numbers[0]} to {numbers[-1]} without a gap"
        return Check("paragraphs", Status.HOLDS, text)
    return Check("paragraphs", Status.FAILS, f"no sign of paragraph {', '.join(map(str, missing))}")
