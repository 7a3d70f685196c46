"""The terminal: consoles, and how repairs are written on them."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from cablefix.cli.failures import visible

# A repair that is not applied is marked by more than its colour.
STATUS_MARKS = {"applied": "✓", "proposed": "?", "rejected": "✗", "superseded": "·", "layout": "¶"}
STATUS_STYLES = {"applied": "green", "proposed": "yellow", "rejected": "red", "superseded": "dim", "layout": "cyan"}
BEFORE, AFTER, PROPOSED = "red", "green", "yellow"


class _DataConsole(Console):
    """A console that leaves a broken pipe to the command line, which has an exit code for it."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def data_console() -> Console:
    """The console on standard output. Colours and cursor moves come only where it is a terminal."""
    return _DataConsole(highlight=False, markup=False, emoji=False)


def message_console() -> Console:
    """The console on standard error."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def shown(text: str, most: int = 0) -> str:
    """Text of a repair with its spaces, line ends and controls made visible, cut in the middle beyond `most`.

    >>> shown("the\\n ship"), shown(""), shown("abcdefghij", 5)
    ('the␊␣ship', '∅', 'ab…ij')
    """
    if not text:
        return "∅"
    text = visible(text.replace(" ", "␣"))
    if most and len(text) > most:
        half = max(1, (most - 1) // 2)
        text = f"{text[:half]}…{text[-half:]}"
    return text


def change(before: str, after: str, *, proposed: bool = False, most: int = 0) -> Text:
    """A repair as `before → after`."""
    return Text.assemble(
        (shown(before, most), BEFORE), (" → ", "dim"), (shown(after, most), PROPOSED if proposed else AFTER)
    )
