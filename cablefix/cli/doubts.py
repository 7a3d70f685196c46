"""The doubtful words of a document as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cablefix.cli.console import AFTER, BEFORE, STATUS_MARKS, STATUS_STYLES, shown
from cablefix.cli.failures import visible
from cablefix.restoration import Suspicion

_NAMED = 4  # readings shown; JSON has them all
_LONGEST = 40


def print_doubts(console: Console, doubts: Sequence[Suspicion], name: str) -> None:
    """Print doubtful words with their likeliest readings and the reason, and a line that counts them."""
    if doubts:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True)
        table.add_column("where", justify="right", no_wrap=True)
        table.add_column("reads", style=BEFORE, overflow="fold", max_width=26)
        table.add_column("may read (nats over what stands there)", ratio=1)
        table.add_column("conf.", justify="right", no_wrap=True)
        table.add_column("status", no_wrap=True)
        for doubt in doubts:
            table.add_row(
                f"{doubt.line}:{doubt.column}",
                shown(doubt.before, _LONGEST),
                Text("\n").join((_readings(doubt), Text(visible(doubt.reason), "dim"))),
                f"{doubt.confidence:.2f}",
                _status(doubt.status),
            )
        console.print(table)
    counts = Counter(doubt.status for doubt in doubts)
    said = ", ".join(f"{count} {status}" for status, count in counts.items()) or "no doubtful words"
    console.print(f"{visible(name)}: {said}", soft_wrap=True)


def _readings(doubt: Suspicion) -> Text:
    votes = dict(doubt.votes)
    found = []
    for reading in doubt.candidates[:_NAMED]:
        vote = f", vote {votes[reading.text]:+.1f}" if reading.text in votes else ""
        found.append(Text.assemble((shown(reading.text, _LONGEST), AFTER), f" {reading.score:+.1f}{vote}"))
    return Text("  ").join(found) if found else Text("nothing", "dim")


def _status(status: str) -> Text:
    mark = STATUS_MARKS.get(status, "\u2212")
    return Text(f"{mark} {status}", STATUS_STYLES.get(status, ""))
