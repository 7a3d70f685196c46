"""A restoration as a diff: each line that a repair changes, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from cablefix.cli.console import AFTER, BEFORE, PROPOSED, change
from cablefix.cli.failures import visible

if TYPE_CHECKING:
    from cablefix.ledger import Edit
    from cablefix.restored import Restored

# So much of an unchanged stretch is shown on either side of a repair.
_CONTEXT = 48


@dataclass(frozen=True, slots=True)
class Hunk:
    """Source lines `first..last` (0-based) and the live edits in them."""

    first: int
    last: int
    edits: tuple[Edit, ...]


def find_hunks(restored: Restored) -> Iterator[Hunk]:
    """The lines that repairs change, in order. A repair that crosses line ends takes its lines together."""
    layout = restored.layout
    pending: list[Edit] = []
    first = last = -1
    for edit in restored.applied:
        begin = layout.line_at(edit.start)
        end = layout.line_at(max(edit.start, edit.end - 1))
        if pending and begin > last:
            yield Hunk(first, last, tuple(pending))
            pending = []
        if not pending:
            first = begin
        pending.append(edit)
        last = max(end, last) if len(pending) > 1 else end
    if pending:
        yield Hunk(first, last, tuple(pending))


def print_diff(console: Console, restored: Restored) -> None:
    """Print all repairs as a diff, and the proposals after them. Gaps of several blanks are shown as one."""
    name = visible(restored.source.origin)
    console.print(Text(f"--- {name}", "bold"), soft_wrap=True)
    console.print(Text(f"+++ {name} (restored, profile {restored.profile})", "bold"), soft_wrap=True)
    for hunk in find_hunks(restored):
        _print_hunk(console, restored, hunk)
    if restored.proposed:
        console.print(Text("\nProposed, not applied:", "bold"))
    for edit in restored.proposed:
        place = _place(restored, edit)
        line = Text.assemble(("? ", PROPOSED), (f"{place}  ", "dim"))
        line.append_text(change(edit.before, edit.after, proposed=True, most=60))
        line.append(f"  {edit.rule} {edit.confidence:.2f}", "dim")
        console.print(line, soft_wrap=True)


def _print_hunk(console: Console, restored: Restored, hunk: Hunk) -> None:
    where = f"line {hunk.first + 1}" if hunk.first == hunk.last else f"lines {hunk.first + 1}-{hunk.last + 1}"
    rules = ", ".join(dict.fromkeys(edit.rule for edit in hunk.edits))
    console.print(Text(f"@@ {where} @@ {rules}", "cyan"), soft_wrap=True)
    layout, source = restored.layout, restored.source.text
    start, end = int(layout.line_start[hunk.first]), int(layout.line_end[hunk.last])
    gaps = _gaps(source, start, end, hunk.edits)
    for sign, style in (("-", BEFORE), ("+", AFTER)):
        line = Text(sign + " ", style)
        for gap, edit in zip(gaps, [*hunk.edits, None], strict=True):
            line.append(gap, style)
            if edit is not None:
                text = edit.before if sign == "-" else edit.after
                line.append(visible(text), f"{style} bold reverse")
        console.print(line, soft_wrap=True)


def _gaps(source: str, start: int, end: int, edits: Sequence[Edit]) -> list[str]:
    """What stands before, between and after the edits, with single blanks; long stretches are cut."""
    bounds = [start, *(place for edit in edits for place in (edit.start, edit.end)), end]
    pieces = [_single_blanks(source[a:b]) for a, b in zip(bounds[::2], bounds[1::2], strict=True)]
    last = len(pieces) - 1
    pieces[0], pieces[-1] = pieces[0].lstrip(), pieces[-1].rstrip()
    return [_cut(visible(piece), head=k > 0, tail=k < last) for k, piece in enumerate(pieces)]


def _single_blanks(text: str) -> str:
    words = text.split()
    if not words:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + " ".join(words) + (" " if text[-1].isspace() else "")


def _cut(text: str, *, head: bool, tail: bool) -> str:
    """Leave out what is far from a repair."""
    if len(text) <= 2 * _CONTEXT:
        return text
    return f"{text[:_CONTEXT] if head else ''}…{text[-_CONTEXT:] if tail else ''}"


def _place(restored: Restored, edit: Edit) -> str:
    line = restored.layout.line_at(edit.start)
    return f"{line + 1}:{edit.start - int(restored.layout.line_start[line]) + 1}"
