"""Rules for what the releasing agency blacked out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cablefix.cable.blanked import find_blanks, last_code
from cablefix.cable.heads import margin_codes
from cablefix.layout import LineClass, MarkKind
from cablefix.ledger import Edit, EvidenceKind
from cablefix.rules.context import Context, because
from cablefix.text import View

# A lone square is a bullet or a speck.
_BLOCKS = "\u2588\u2589\u258a\u25a0\u25ae\u2593"
_STOPS = frozenset(".,;:")
# What shows a blanked place: in words, and how sure it is where a code in the margin asks for one.
_SIGNS = {
    "frame": ("the frame of a box", 0.95),
    "gap": ("a gap wider than others", 0.93),
    "mark": ("a stop that stands off", 0.9),
}
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


def read_blanked_places(view: View, context: Context) -> Iterator[Edit]:
    """Read what an engine leaves of a white redaction box as `[REDACTED B6]`, where a code in the margin says so.

    Of a box whose inside is white the engine reads the frame (`| ]`), or nothing: then a gap is left that is wider than
    others, or a comma that stands off (`told us  , who`). The reviewer's code at the end of the line says that there is
    a box, so the place is looked for in that line and at the beginning of the next. Where there are more such places
    than codes nothing is said, nor in a line with a box that was read as one. Without this rule the gap would be
    closed up, and the sentence would read as if nothing were missing.

    >>> from cablefix.rules.examples import edits_of
    >>> from cablefix.rules.furniture import find_margin_codes, find_stamps
    >>> text = "RELEASE IN PART\\nB6\\n\\nThe fees were paid by | ], who is known to us. B6\\nHe met us at noon."
    >>> edits_of(read_blanked_places, text, after=[find_stamps, find_margin_codes])
    [('| ]', '[REDACTED B6]')]
    """
    layout, text = context.layout, context.source.text
    coded = [mark for mark in layout.marks if mark.rule == "furniture.margin-code"]
    if not coded:
        return
    after = dict(context.pairs(context.read_lines()))
    habits = context.convention
    for mark in coded:
        n = layout.line_at(mark.start)
        start = int(layout.line_start[n])
        code = last_code(text[start : mark.end])
        if code is None or code.start == 0 or any(block in text[start : mark.start] for block in _BLOCKS):
            continue
        said = because(EvidenceKind.FORM, f"the code {code.text} stands in the margin of the line")
        reads = f"[REDACTED {code.text}]"
        blanks = find_blanks(text[start : start + code.start].rstrip(), habits.usual_gap, habits.spaced_marks)
        if len(blanks) == 1:
            blank = blanks[0]
            wanted = {"frame": reads, "gap": f" {reads} ", "mark": f" {reads}"}[blank.kind]
            sign, sure = _SIGNS[blank.kind]
            span = start + blank.start, start + blank.end
            yield context.edit(*span, wanted, "redactions.blank", sure, said, because(EvidenceKind.FORM, sign))
        elif not blanks and n in after:
            first = int(layout.line_first[after[n]])
            at, end = int(layout.word_start[first]), int(layout.word_end[first])
            if text[at:end] in _STOPS and text[at:end] not in habits.spaced_marks:
                how = because(EvidenceKind.FORM, "a line does not begin with a stop")
                yield context.edit(at, end, reads + text[at:end], "redactions.blank", 0.9, said, how)


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
