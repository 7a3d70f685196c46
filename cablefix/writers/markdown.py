"""Markdown: the restored document as headings, numbered paragraphs, lists and tables, in the GitHub flavour.

What stands in the text is escaped, so that it reads in any viewer as it was printed (CommonMark 0.31, GFM tables).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby

from cablefix.document import Block, BlockKind
from cablefix.ledger import Edit
from cablefix.restored import Restored
from cablefix.writers.cells import row_cells, wide_gaps
from cablefix.writers.labels import field_label, field_names, value_lines

_SPECIAL = re.compile(r"[\\`*\[\]<~$]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|#(?=#*\s*$)")
# What makes a line a heading, quotation, list item, rule or table when it stands at the beginning.
_AT_START = re.compile(r"(?:#{1,6}(?=\s|$)|[-+](?=\s|$)|>|[-=](?=[-=\s]*$)|:(?=[-\s:]*$)|\|)")
_ORDERED_AT_START = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_DASH = re.compile(r"(?:--?|[\u2013\u2014\u2022\u00b7*\u25cf\u25a0])\s+")


def write_markdown(restored: Restored, *, notes: bool = False) -> str:
    """A restored document as Markdown.

    A message begins with its subject as the title and its fields as a table. With `notes` each repair has a
    footnote, and what is only proposed stands at the end.
    """
    return "\n\n".join(_Writer(restored, notes=notes).parts()) + "\n"


def escape(text: str, *, start: bool = True) -> str:
    """Text as Markdown that reads as that text, at the start of a line or not; a table wants its bars escaped too.

    >>> escape("2. snake_case *stars* [x] <tag>")
    '2\\\\. snake_case \\\\*stars\\\\* \\\\[x\\\\] \\\\<tag>'
    """
    text = _SPECIAL.sub(lambda match: "\\" + match[0], text)
    if not start:
        return text
    if _AT_START.match(text):
        return "\\" + text
    return _ORDERED_AT_START.sub(r"\1\\\2", text, count=1) if text[:1].isdecimal() else text


class _Writer:
    """Writes the parts of one document, each a string without blank lines at its ends."""

    def __init__(self, restored: Restored, *, notes: bool) -> None:
        self._restored = restored
        self._document = restored.document
        self._view = restored.view
        self._gaps = wide_gaps(restored.layout, restored.view, self._document.blocks)
        self._marks: dict[int, list[int]] = {}
        self._noted: list[Edit] = []
        self._elsewhere: list[Edit] = []
        if notes:
            self._place_notes()
        self._notes = notes
        self._places = sorted(self._marks)

    def parts(self) -> Iterator[str]:
        """The parts in order; a blank line comes between them."""
        header = self._document.header
        blocks = list(self._document.blocks)
        if header is not None:
            yield from self._head([block for block in blocks if block.kind is BlockKind.HEADER])
            blocks = [block for block in blocks if block.kind is not BlockKind.HEADER]
        for kind, group in groupby(blocks, key=lambda block: block.kind):
            yield from self._group(kind, list(group))
        if self._document.missing_paragraphs:
            numbers = ", ".join(str(n) for n in self._document.missing_paragraphs)
            yield f"*Paragraphs missing from the source: {numbers}.*"
        if self._notes:
            yield from self._note_parts()

    def _head(self, lines: Sequence[Block]) -> Iterator[str]:
        """Title, fields, and the lines of the header as they read."""
        header = self._document.header
        subject = header.value("subject") if header else None
        if subject:
            yield f"# {escape(str(subject))}"
        rows = ["| Field | Value |", "|---|---|"]
        for name in field_names(self._document):
            value = "<br>".join(_cell(line) for line in value_lines(header.value(name) if header else ""))
            rows.append(f"| {field_label(name)} | {value} |")
        if len(rows) > 2:
            yield "\n".join(rows)
        if lines:
            text = [self._document.text_of(block) for block in lines]
            fence = "`" * max(3, 1 + max((len(run) for line in text for run in re.findall("`+", line)), default=0))
            printed = "\n".join([f"{fence}text", *text, fence])
            yield f"<details><summary>Header lines</summary>\n\n{printed}\n\n</details>"

    def _group(self, kind: BlockKind, blocks: Sequence[Block]) -> Iterator[str]:
        """A run of blocks of one kind."""
        if kind is BlockKind.ITEM:
            yield "\n".join(f"- {self._item(block)}" for block in blocks)
        elif kind is BlockKind.TABLE:
            yield self._table(blocks)
        else:
            for block in blocks:
                text = self._text(block.start, block.end)
                if kind is BlockKind.HEADING:
                    yield f"## {text}"
                elif block.number:
                    number = escape(self._view.text[block.number.start : block.number.end], start=False)
                    yield f"**{number}** {self._text(block.number.end, block.end).lstrip()}"
                else:
                    yield text

    def _item(self, block: Block) -> str:
        """An item; its own dash or bullet gives way to Markdown's, a letter or number stays."""
        dash = _DASH.match(self._view.text, block.start, block.end)
        return self._text(dash.end() if dash and dash.end() < block.end else block.start, block.end)

    def _table(self, rows: Sequence[Block]) -> str:
        """A table. Its first row is the head when it holds no number; else the head is empty, for GFM wants one."""
        cells = [[self._text(span.start, span.end, table=True) for span in row_cells(row, self._gaps)] for row in rows]
        width = max(len(row) for row in cells)
        filled = [row + [""] * (width - len(row)) for row in cells]
        if any(char.isdecimal() for cell in filled[0] for char in cell):
            filled.insert(0, [""] * width)
        filled.insert(1, ["---"] * width)
        return "\n".join(f"| {' | '.join(row)} |" for row in filled)

    def _text(self, start: int, end: int, *, table: bool = False) -> str:
        """View text, escaped, with the marks of its footnotes."""
        text = self._view.text
        out, at = [], start
        for place in self._places[bisect_right(self._places, start) : bisect_right(self._places, end)]:
            out.append(escape(text[at:place], start=at == start))
            out.extend(f"[^{number}]" for number in self._marks[place])
            at = place
        out.append(escape(text[at:end], start=at == start))
        written = "".join(out)
        return written.replace("|", "\\|") if table else written

    # --- notes --------------------------------------------------------------------------------------------------

    def _place_notes(self) -> None:
        """Give each repair that shows in the body a number and a place: the end of the word in which it ends."""
        header = self._document.header
        blocks = [b for b in self._document.blocks if header is None or b.kind is not BlockKind.HEADER]
        blocks.sort(key=lambda block: block.source.start)
        starts = [block.source.start for block in blocks]
        furniture = sorted(piece.source for piece in self._document.furniture)
        for edit in self._restored.applied:
            k = bisect_right(starts, edit.start) - 1
            inside = k >= 0 and edit.end <= blocks[k].source.end
            near = bisect_right(furniture, (edit.start, len(self._restored.source.text))) - 1
            if not inside or (near >= 0 and edit.end <= furniture[near].end):
                self._elsewhere.append(edit)
                continue
            place = self._view.view_span(edit.start, edit.end).end
            number = blocks[k].number
            while place < blocks[k].end and not self._view.text[place].isspace():
                place += 1
            # The number of a paragraph is set apart; its note stands after the first word of the text.
            if number and place <= number.end:
                place = self._end_of_word(number.end, blocks[k].end)
            self._noted.append(edit)
            self._marks.setdefault(place, []).append(len(self._noted))

    def _end_of_word(self, place: int, end: int) -> int:
        text = self._view.text
        while place < end and text[place].isspace():
            place += 1
        while place < end and not text[place].isspace():
            place += 1
        return place

    def _note_parts(self) -> Iterator[str]:
        notes = [f"[^{number}]: {self._note(edit)}" for number, edit in enumerate(self._noted, 1)]
        if self._elsewhere:
            yield "## Repairs in the header and in page furniture"
            yield "\n".join(f"- {self._note(edit)}" for edit in self._elsewhere)
        if self._restored.proposed:
            yield "## Proposed, not applied"
            yield "\n".join(f"- {self._note(edit)}" for edit in self._restored.proposed)
        if notes:
            yield "\n".join(notes)

    def _note(self, edit: Edit) -> str:
        layout = self._restored.layout
        line = layout.line_at(edit.start)
        column = edit.start - int(layout.line_start[line]) + 1
        reasons = "; ".join(escape(" ".join(item.text.split())) for item in edit.evidence)
        after = _code(edit.after) if edit.after else "nothing"
        before = _code(edit.before) if edit.before else "nothing"
        return (
            f"Line {line + 1}, column {column}: {before} reads {after} ({edit.rule}, {edit.confidence:.2f}). {reasons}"
        )


def _cell(text: str) -> str:
    return escape(text).replace("|", "\\|")


def _code(text: str) -> str:
    """Text as a code span, its spaces and line ends made visible."""
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "\ufffd", text.replace(" ", "\u2423"))
    text = re.sub(r"\r\n|[\r\n]", "\u240a", text).replace("\t", "\u2409")
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"
