"""A header that is repeated is read twice: what a later section says is a second witness of each part."""

from __future__ import annotations

from collections.abc import Iterator

from cablefix.cable.channel import Channel, Decoded
from cablefix.cable.draft import Draft
from cablefix.cable.rows import Part

_APART = 7.0
_MOST_SECTIONS = 10
# What is another in each section: the channel number, the section, by ACP 127 the serial, and what the form of
# 1950-63 has of each sheet.
_OWN = ("channel", "de.section", "de.serial", "class.section", "no.section", "control")


def add_witness(draft: Draft, other: Draft, channel: Channel) -> int:
    """Weigh the readings of a draft by those of another section's header; returns how many parts differ.

    Where the two are seen alike nothing changes. Where they differ each reading must account for both; but an addressee
    may count each section as a message of its own.
    """
    differing = 0
    second = dict(_parts(other))
    for name, part in _parts(draft):
        witness = second.get(name)
        if witness is None or part.name in _OWN or part.name.endswith(".text"):
            continue
        if witness.seen == part.seen or part.seen.endswith(f" {witness.seen}"):  # alike, or its first word is lost
            continue
        if part.name.endswith(".serial") and _counts_on(part, witness):
            continue
        differing += 1
        part.others.append(witness.seen)
        own = {item.text: item.cost for item in part.readings}
        theirs = {item.text: item.cost for item in witness.readings}
        readings = []
        for text in own | theirs:
            cost = own.get(text)
            if cost is None:
                cost = channel.word_cost(text, part.seen) + 0.5
            also = theirs.get(text)
            if also is None:
                also = channel.word_cost(text, witness.seen)
            readings.append(Decoded(text, cost + min(also, _APART)))
        part.readings = sorted(readings, key=lambda item: item.cost)
    return differing


def _counts_on(part: Part, witness: Part) -> bool:
    """Whether the number of an addressee in a later section is one of the next after the number in this one."""
    own, later = part.best.text, witness.best.text
    return own.isdecimal() and later.isdecimal() and 0 < int(later) - int(own) < _MOST_SECTIONS


def _parts(draft: Draft) -> Iterator[tuple[str, Part]]:
    """The parts of a draft by a name that the same part of another draft has."""
    for kind, parsed in draft.found.items():
        if kind not in ("to", "info"):
            for part in parsed.parts:
                yield f"{kind}/{part.name}", part
    for kind, items in (("to", draft.to), ("info", draft.info)):
        for number, item in enumerate(items):
            for part in item.parts:
                yield f"{kind}/{number}/{part.name.split('.', 2)[-1]}", part
