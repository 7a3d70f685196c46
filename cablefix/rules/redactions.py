"""Rules for what the releasing agency blacked out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cablefix.cable.heads import margin_codes
from cablefix.layout import LineClass, MarkKind
from cablefix.ledger import Edit, EvidenceKind
from cablefix.rules.context import Context, because
from cablefix.text import View

# A lone square is a bullet or a speck.
_BLOCKS = "\u2588\u2589\u258a\u25a0\u25ae\u2593"
_BOX = re.compile(r"\u2588+(?:[ \t]*\u2588{2,})*|[\u2589\u258a\u25a0\u25ae\u2593]{4,}(?:[ \t]*[\u25a0\u2593]{4,})*")


def read_redactions(view: View, context: Context) -> Iterator[Edit]:
    """Read redaction boxes as `[REDACTED B6]`, with the exemption code stamped beside them.

    Engines write a blacked-out place as a row of block characters, the reviewer's code stands in the margin of that
    line. The box becomes a mark, never text; a box that runs on into the next line is one. Where a line has several
    boxes and as many codes they go together in order; a box without a code is `[REDACTED]`.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(read_redactions, "It was \\u2588\\u2588\\u2588\\u2588 who called.")
    [('████', '[REDACTED]')]
    """
    layout, text = context.layout, context.source.text
    if not any(block in text for block in _BLOCKS):
        return
    cuts: dict[int, list[str]] = {}
    for mark in layout.marks:
        if mark.kind is MarkKind.FURNITURE:
            cuts.setdefault(layout.line_at(mark.start), []).extend(margin_codes(text[mark.start : mark.end]))
    boxes = list(_boxes(context))
    by_line: dict[int, list[int]] = {}
    for place, (_, _, line) in enumerate(boxes):
        by_line.setdefault(line, []).append(place)
    for line, places in by_line.items():
        codes = cuts.get(line, [])
        for order, place in enumerate(places):
            start, end, _ = boxes[place]
            code = codes[order] if len(codes) == len(places) else codes[0] if len(set(codes)) == 1 else ""
            reasons = [because(EvidenceKind.FORM, "a blacked-out place")]
            if code:
                reasons.append(because(EvidenceKind.FORM, f"the code {code} stands in the margin of its line"))
            after = f"[REDACTED {code}]" if code else "[REDACTED]"
            yield context.edit(start, end, after, "redactions.box", 0.95, *reasons)


def _boxes(context: Context) -> Iterator[tuple[int, int, int]]:
    """Each redaction as (start, end, line of its start); parts that end one line and begin the next are one."""
    layout, text = context.layout, context.source.text
    pending: tuple[int, int, int] | None = None
    for match in _BOX.finditer(text):
        line = layout.line_at(match.start())
        if layout.line_class[line] == LineClass.FURNITURE:
            continue
        between = _readable(context, pending[1], match.start()) if pending else "x"
        if pending and not between and line > pending[2]:
            pending = (pending[0], match.end(), pending[2])
            continue
        if pending:
            yield pending
        pending = (match.start(), match.end(), line)
    if pending:
        yield pending


def _readable(context: Context, start: int, end: int) -> str:
    """What is read between two places: furniture and blanks left out."""
    layout, text = context.layout, context.source.text
    parts, at = [], start
    for cut in layout.cuts:
        if start <= cut.start and cut.end <= end:
            parts.append(text[at : cut.start])
            at = cut.end
    parts.append(text[at:end])
    return "".join(parts).strip()
