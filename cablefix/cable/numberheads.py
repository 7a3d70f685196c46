"""Post and number of a message whose classification line cannot be read: the heads of its pages and line 3 say them."""

from __future__ import annotations

from collections import Counter

from cablefix.cable.draft import Draft
from cablefix.cable.fields import Field
from cablefix.cable.rows import Part
from cablefix.cable.settle import Verdicts

# Heads of addresses that number their telegrams in the series of a post.
_NUMBERING = ("AMEMBASSY", "AMCONSUL", "AMCONGEN", "USMISSION", "USINT")
_TWICE, _ONCE, _SERIAL = 0.9, 0.8, 0.7
_LEAST_ALIKE, _SHORT = 4, 6  # a page head has six letters of the post


def number_elsewhere(draft: Draft, verdicts: Verdicts) -> list[Field]:
    """The post of the FM line and the number of the page heads, else the serial of the DE line.

    `PAGE 01 STATE 133746` below `FM SECSTATE WASHDC` is message 133746 of STATE. Both are given or neither.
    """
    numbers = [part for page in draft.pages if (part := page.part("page.number")) and part.best.text.isdecimal()]
    counts = Counter(int(part.best.text) for part in numbers)
    de = draft.found.get("de")
    serial = de.part("de.serial") if de else None
    if counts:
        value, count = counts.most_common(1)[0]
        place = next(part for part in numbers if int(part.best.text) == value)
        sure = _TWICE if count > 1 else _ONCE
        post = _post(draft, verdicts)
    elif serial is not None and serial.best.text.lstrip("#").isdecimal():
        value, place, sure = int(serial.best.text.lstrip("#")), serial, _SERIAL
        post = _sender(draft, verdicts)
    else:
        return []
    if post is None or not value:
        return []
    name, part = post
    return [
        Field("post", name, part.span, sure, (), ((part.name, part.span),)),
        Field("message_number", str(value), place.span, sure, (), ((place.name, place.span),)),
    ]


def _sender(draft: Draft, verdicts: Verdicts) -> tuple[str, Part] | None:
    """The post of the FM line, where it is one that numbers its telegrams."""
    sender = draft.found.get("from")
    head = sender.part("from.1.name.head") if sender else None
    named = sender.part("from.1.name.post") if sender else None
    if head is None or named is None or verdicts.of(head).text not in _NUMBERING:
        return None
    return verdicts.of(named).text, named


def _post(draft: Draft, verdicts: Verdicts) -> tuple[str, Part] | None:
    """The post of the page heads: that of the FM line where they have its first letters, else STATE in full."""
    sender = _sender(draft, verdicts)
    heads = [part for page in draft.pages if (part := page.part("page.post"))]
    for part in heads:
        if part.best.text == "STATE":
            return "STATE", part
        short = part.seen.strip(".,:;' ").replace(" ", "")
        if sender and len(short) >= _LEAST_ALIKE and sender[0].replace(" ", "").startswith(short[:_SHORT]):
            return sender
    return None
