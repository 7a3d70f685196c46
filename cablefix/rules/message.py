"""Rules that mark the parts of a message: header lines, protocol lines, signature."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from cablefix.cable.fields import FormatLine, Header
from cablefix.cable.grammar import protocol_lines, read_signature
from cablefix.cable.heads import likeness
from cablefix.cable.sections import find_sections
from cablefix.layout import Join, LineClass, Mark
from cablefix.ledger import EvidenceKind
from cablefix.rules.context import Context, because
from cablefix.text import View

# The signature is looked for in the last lines only: a name alone on a line in mid-text is a heading.
_SIGNATURE_LINES = 12
# What stands below the end of transmission is no text where it is no more than this.
_MOST_LINES_BELOW = 6
# Below the text of an outgoing telegram of 1950-63 stand the names of those who drafted, approved and cleared it.
_NAMES_BELOW = 16
# Stamps and stray lines may stand among the header lines, text does not.
_MOST_LINES_BETWEEN = 8
_END = re.compile(r"BT\b|NNN")
_REFERENCE = re.compile(r"\(?[A-Z][.)]\s")
_ALIKE = 0.8


def mark_header(view: View, context: Context) -> Iterator[Mark]:
    """Mark the lines of the message header and join those that make one format line.

    A subject or a list of references may run over several lines; each addressee is a line of its own. Lines between
    them that are no part of the header (stamps, banners) are left to the furniture rules.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(mark_header, "Dear Mr. Ortiz,\\n\\nThe tug left at noon.")
    []
    """
    header = context.read_message_header()
    if header is None:
        return
    layout = context.layout
    for part in _at_the_head(context, header.format_lines):
        reason = because(EvidenceKind.FORM, f"has the form of the {part.kind} line of a message")
        for place, n in enumerate(part.lines):
            yield layout.mark_line(n, LineClass.HEADER, "message.header", 0.95, [reason])
            if place + 1 < len(part.lines) and not _begins_reference(context, part, part.lines[place + 1]):
                yield layout.mark_join(n, Join.SPACE, "message.header", 0.95)


def _begins_reference(context: Context, part: FormatLine, line: int) -> bool:
    """Whether a line of a list of references begins one: it is printed as a line of its own."""
    return part.kind == "ref" and bool(_REFERENCE.match(context.lines[line]))


def _at_the_head(context: Context, parts: Sequence[FormatLine]) -> list[FormatLine]:
    """The format lines that stand together at the head: not those that text parts from the rest."""
    place = {n: k for k, n in enumerate(context.read_lines())}
    kept: list[FormatLine] = []
    reach = -1
    for part in sorted(parts, key=lambda part: part.lines):
        first = place.get(part.lines[0], 0)
        if not kept and part.kind == "caption":  # above the message: the head of its page
            continue
        if kept and first - reach > _MOST_LINES_BETWEEN:
            continue
        kept.append(part)
        reach = max(reach, place.get(part.lines[-1], first))
    return kept


def mark_sections(view: View, context: Context) -> Iterator[Mark]:
    """Mark the headers that later sections of a message repeat: they are page furniture under the one header.

    The network sent a long message in sections, each with a header of its own; what differs between them is evidence
    for the header (a second reading of the same line), which the grammar has used. Where the sections of a file are
    out of order the reading text puts them in order. Headers of other messages are not taken.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(mark_sections, "The tug left at noon.")
    []
    """
    if context.header is None:
        return
    lines = context.token_lines(context.read_lines())
    starts = find_sections(lines, context.codes, context.header)
    for start in starts:
        what = f"section {start.section}" if start.section else "a later section"
        reason = because(EvidenceKind.FORM, f"repeats the header of the message for {what}")
        for n in (*start.lines, *_damaged_lines(context, start.lines)):
            yield context.layout.mark_line(n, LineClass.FURNITURE, "furniture.section", 0.95, [reason])
    numbered = [(start.lines[0], start.section) for start in starts if start.lines and start.section]
    sections = [(0, int(context.header.value("section") or 1)), *numbered]
    if sections != sorted(sections, key=lambda section: section[1]):
        context.header.extra["sections"] = sections
        context.set_sections(sections)


def _damaged_lines(context: Context, lines: Sequence[int]) -> list[int]:
    """Lines between those of a repeated header that no reader knew and that are nearly lines of the header itself."""
    between = set(context.body_lines()).intersection(range(lines[0], lines[-1])).difference(lines)
    if not between or context.header is None:
        return []
    own = [context.lines[n] for part in context.header.format_lines for n in part.lines]
    return [n for n in sorted(between) if any(likeness(context.lines[n], text) >= _ALIKE for text in own)]


def mark_protocol(view: View, context: Context) -> Iterator[Mark]:
    """Mark protocol lines: `BT`, `#1203`, `NNNN` and the like, which the reading text does not need.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(mark_protocol, "The bt of the tug.\\nBT\\nNNNN", kind="cable")
    ['BT', 'NNNN']
    """
    if context.kind != "cable":
        return
    reason = because(EvidenceKind.FORM, "a protocol line of the network")
    body = set(context.body_lines())
    for n in protocol_lines(context.token_lines(context.read_lines())):
        if n not in body:
            continue
        yield context.layout.mark_line(n, LineClass.PROTOCOL, "message.protocol", 0.97, [reason])


def mark_signature(view: View, context: Context) -> Iterator[Mark]:
    """Mark the signature: the surname that stands alone under the text of a message.

    A name behind the last sentence signs too (`... TO NO ONE. ORTIZ`), but its line remains text.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(mark_signature, "The tug left at noon.\\nORTIZ")
    []
    """
    header = context.header
    if header is None:
        return
    last = _SIGNATURE_LINES + (_NAMES_BELOW if "drafted_by" in header.extra or "approved_by" in header.extra else 0)
    found = read_signature(context.token_lines(_text_lines(context, header)[-last:]), context.codes, header)
    if found:
        line, field = found
        header.fields["signature"] = field
        if any(name == "after-text" for name, _ in field.parts):
            return  # the line is the end of a paragraph
        reason = because(EvidenceKind.FORM, f"{field.value} stands alone under the text")
        yield context.layout.mark_line(line, LineClass.SIGNATURE, "message.signature", field.confidence, [reason])


def _text_lines(context: Context, header: Header) -> list[int]:
    """The lines of the body; what stands below the end of transmission is left off where it is little."""
    body = context.body_lines()
    classes = context.classes()
    if context.sections:
        return body
    for n in range(len(classes) - 1, header.last_line, -1):
        if classes[n] == LineClass.PROTOCOL and _END.match(context.lines[n]):
            above = bisect_left(body, n)
            if len(body) - above > _MOST_LINES_BELOW:
                break
            body = body[:above]
    return body
