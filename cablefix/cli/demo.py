"""`cablefix demo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cablefix.cli.failures import Failure, say
from cablefix.cli.outputs import FORMATS, Settings, write_file
from cablefix.errors import ExitCode

if TYPE_CHECKING:
    from rich.console import Console

    from cablefix.restoration import Restoration

EXAMPLE = "reykjavik-000318.txt"
_SIDE_BY_SIDE = 130
# The part of the example that is shown: the first so many numbered paragraphs with what stands before them.
_PARAGRAPHS = 3
_TEI_LINES = 24
_SHOWN_FIELDS = ("from", "to", "dtg_iso", "classification", "subject", "tags", "classified_by", "signature")


@click.command()
@click.option(
    "--save",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write the example and all its outputs here.",
)
def demo(save: Path | None) -> None:
    """Restore the example that comes with cablefix and show what happens.

    The example is an invented cable with the damage of a real one. Shown are the text before and after, the record,
    every repair with its reasons, and the beginning of the TEI.
    """
    from cablefix.cli.console import data_console
    from cablefix.pipeline import restore
    from cablefix.resources import dictionary_path
    from cablefix.text import Source

    path = dictionary_path(f"examples/{EXAMPLE}")
    restoration = restore(Source.from_bytes(path.read_bytes(), EXAMPLE))
    if restoration.source.to_bytes() != path.read_bytes():
        raise Failure(f"{path}: did not come back byte for byte; please report this", ExitCode.INTERNAL)
    console = data_console()
    _show_text(console, restoration)
    _show_record(console, restoration)
    _show_repairs(console, restoration)
    _show_tei(console, restoration)
    if save is not None:
        _save(save, restoration)
    _show_next(console, save)


def _title(console: Console, text: str) -> None:
    from rich.rule import Rule

    console.print()
    console.print(Rule(text, align="left", style="cyan"))


def _show_text(console: Console, restoration: Restoration) -> None:
    """The beginning of the body before and after."""
    from rich.columns import Columns
    from rich.panel import Panel
    from rich.text import Text

    from cablefix.cli.failures import visible

    before, after = _excerpt(restoration)
    left, right = Text("\n".join(map(visible, before))), Text("\n\n".join(map(visible, after)))
    if console.width >= _SIDE_BY_SIDE:
        width = console.width // 2 - 1
        _title(console, f"{EXAMPLE}: OCR text and reading text (in part)")
        panels = [Panel(left, title="before", width=width), Panel(right, title="after", width=width)]
        console.print(Columns(panels, padding=(0, 1)))
        return
    _title(console, f"{EXAMPLE}: OCR text (in part)")
    console.print(left, soft_wrap=True)
    _title(console, "reading text (in part)")
    console.print(right)


def _excerpt(restoration: Restoration) -> tuple[list[str], list[str]]:
    """Source lines and blocks of the first numbered paragraphs, with the headings among them."""
    document, layout = restoration.document, restoration.layout
    body = [block for block in document.blocks if block.kind != "header"]
    numbered = [k for k, block in enumerate(body) if block.n is not None]
    last = numbered[min(_PARAGRAPHS, len(numbered)) - 1] if numbered else min(_PARAGRAPHS, len(body)) - 1
    chosen = body[: last + 1]
    first_line, last_line = chosen[0].lines[0], chosen[-1].lines[-1]
    lines = [layout.line_text(n).rstrip() for n in range(first_line, last_line + 1)]
    return lines, [document.text_of(block) for block in chosen]


def _show_record(console: Console, restoration: Restoration) -> None:
    """The main fields of the message, and how they agree."""
    from rich.table import Table
    from rich.text import Text

    from cablefix.cli.console import STATUS_STYLES

    _title(console, "record (in part)")
    header = restoration.document.header
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", justify="right")
    table.add_column()
    for name in _SHOWN_FIELDS:
        value = header.value(name) if header else None
        if value is not None:
            table.add_row(name, Text(_plain(value)))
    holds = sum(check.status == "holds" for check in restoration.checks)
    fails = [check for check in restoration.checks if check.status == "fails"]
    if restoration.checks:
        style = STATUS_STYLES["rejected" if fails else "applied"]
        table.add_row("cross-checks", Text(f"{holds} hold, {len(fails)} fail", style))
    console.print(table)


def _plain(value: object) -> str:
    """A value of the record in one line."""
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    if isinstance(value, dict):
        return " ".join(str(value[key]) for key in ("name", "precedence", "serial", "text") if key in value)
    return str(value)


def _show_repairs(console: Console, restoration: Restoration) -> None:
    from cablefix.cli.explain import print_explanations

    _title(console, "every repair and the reasons for it")
    print_explanations(console, restoration.explain(), restoration, EXAMPLE)


def _show_tei(console: Console, restoration: Restoration) -> None:
    """The header's beginning, and the first repaired paragraph."""
    from rich.syntax import Syntax
    from rich.text import Text

    lines = FORMATS["tei"].write(restoration, Settings()).decode("utf-8").splitlines()
    start = next((k for k, line in enumerate(lines) if line.startswith("<p ")), 0)
    end = next((k for k in range(start, len(lines)) if lines[k].endswith("</p>")), start)
    _title(console, f"TEI: lines 1-{_TEI_LINES} of {len(lines)}, and paragraph 1")
    text = "\n".join([*lines[:_TEI_LINES], "", *lines[start : end + 1]])
    if console.is_terminal:
        console.print(Syntax(text, "xml", background_color="default", word_wrap=True))
    else:
        console.print(Text(text), soft_wrap=True)


def _save(folder: Path, restoration: Restoration) -> None:
    """Write the source and each output."""
    stem = Path(EXAMPLE).stem
    write_file(folder / EXAMPLE, restoration.source.to_bytes())
    names = [name for name, form in FORMATS.items() if not form.boxes]
    for name in names:
        form = FORMATS[name]
        suffix = ".reading.txt" if name == "text" else form.suffixes[0]
        write_file(folder / f"{stem}{suffix}", form.write(restoration, Settings()))
    say(f"written to {folder}: {EXAMPLE} and {', '.join(names)}")


def _show_next(console: Console, save: Path | None) -> None:
    """What to do next."""
    from rich.text import Text

    _title(console, "what to do next")
    steps = [
        ("cablefix restore FILE", "reading text of a document of your own"),
        ("cablefix restore FILE -o FILE.xml", "TEI with every repair; .html for a page to look at"),
        ("cablefix undo FILE.xml -o COPY.txt", "the original file again, byte for byte"),
        ("cablefix rules", "what is repaired, and what is left alone"),
    ]
    if save is None:
        steps.insert(0, ("cablefix demo --save demo", "this example and all its outputs as files"))
    for command, what in steps:
        console.print(Text.assemble(("  " + command.ljust(38), "bold"), what), soft_wrap=True)
