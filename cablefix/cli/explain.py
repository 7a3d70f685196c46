"""`cablefix explain`."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cablefix.cli.inputs import name_of, restoration_of
from cablefix.cli.options import dictionary_option, profile_option
from cablefix.cli.outputs import to_json, write_stdout

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from cablefix.restoration import Explanation, Restoration

# From this width on the evidence has a column of its own.
_WIDE = 120
_LONGEST = 60

_EPILOG = """
Examples:

\b
  cablefix explain cable.txt              all repairs
  cablefix explain cable.txt --proposed   what waits for a person
  cablefix explain cable.txt --layout     line joins and page furniture too
  cablefix explain cable.txt --suspicious doubtful words and what each may read
  cablefix explain cable.txt --json       for programs

Spaces in a repair are shown as ␣, line ends as ␊, nothing as ∅. The id is what undo and accept take with
--edit; it stays the same when the document is restored again.
"""


@click.command(epilog=_EPILOG)
@click.argument("path", metavar="PATH|-")
@click.option("--layout", is_flag=True, help="Also what was found about lines: classes, joins, page furniture.")
@click.option("--applied", "only", flag_value="applied", help="Only repairs that are in the text.")
@click.option("--proposed", "only", flag_value="proposed", help="Only repairs that wait for a person.")
@click.option("--rule", metavar="RULE", help="Only this kind of repair (numbering.mark), or this family (spacing).")
@click.option("--suspicious", is_flag=True, help="The doubtful words, repaired or not, with their other readings.")
@click.option("--json", "as_json", is_flag=True, help="A list of JSON objects in place of the table.")
@profile_option
@dictionary_option
def explain(
    path: str,
    layout: bool,
    only: str | None,
    rule: str | None,
    suspicious: bool,
    as_json: bool,
    profile: str,
    dictionaries: tuple[Path, ...],
) -> None:
    """Explain every repair: where, what, rule, confidence, evidence, status.

    PATH is a document as restore takes it, a restoration that was kept with --to restoration, or - for standard input.
    """
    if suspicious and (layout or rule):
        raise click.UsageError("--suspicious lists doubtful words; --layout and --rule do not go with it")
    if rule:
        _check_family(rule)
    restoration = restoration_of(path, profile, dictionaries)
    if suspicious:
        _explain_doubts(restoration, name_of(path), only, as_json=as_json)
        return
    rows = [
        row
        for row in restoration.explain(layout=layout)
        if (only is None or row.status == only) and (not rule or _is_of(row.rule, rule))
    ]
    if as_json:
        write_stdout(to_json([dataclasses.asdict(row) for row in rows]))
        return
    from cablefix.cli.console import data_console

    print_explanations(data_console(), rows, restoration, name_of(path))


def _is_of(name: str, asked: str) -> bool:
    """Whether a repair is of the kind, of the rule (whose name is the plural) or of the family that was asked for."""
    return asked in (name, f"{name}s", f"{name}es") or name.startswith(f"{asked}.")


def _check_family(asked: str) -> None:
    from cablefix.rules.registry import RULES

    families = list(dict.fromkeys(rule.partition(".")[0] for rule in RULES))
    if asked.partition(".")[0] not in families:
        raise click.BadParameter(f"there is no rule {asked!r}; families are {', '.join(families)}", param_hint="--rule")


def _explain_doubts(restoration: Restoration, name: str, only: str | None, *, as_json: bool) -> None:
    doubts = [doubt for doubt in restoration.suspicious if only is None or doubt.status == only]
    if as_json:
        write_stdout(to_json([doubt.to_json() for doubt in doubts]))
        return
    from cablefix.cli.console import data_console
    from cablefix.cli.doubts import print_doubts

    print_doubts(data_console(), doubts, name)


def print_explanations(console: Console, rows: Sequence[Explanation], restoration: Restoration, name: str) -> None:
    """Print repairs as a table that suits the width of the terminal, and a line that counts them."""
    from cablefix.cli.failures import visible

    if rows:
        console.print(_wide(rows) if console.width >= _WIDE else _narrow(rows))
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.status] = counts.get(row.status, 0) + 1
    said = ", ".join(f"{count} {status}" for status, count in counts.items()) or "nothing to show"
    kind = f"{restoration.document.kind}, profile {restoration.profile}"
    console.print(f"{visible(name)}: {said}; {kind}", soft_wrap=True)


def _wide(rows: Sequence[Explanation]) -> Table:
    """One line a repair: where, before, after, rule, confidence, status, evidence, id."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from cablefix.cli.console import AFTER, BEFORE, shown

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True)
    table.add_column("where", justify="right", no_wrap=True)
    table.add_column("before", style=BEFORE, overflow="fold", max_width=26)
    table.add_column("after", style=AFTER, overflow="fold", max_width=26)
    table.add_column("rule", no_wrap=True)
    table.add_column("conf.", justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("evidence", ratio=1)
    table.add_column("id", style="dim", no_wrap=True)
    for row in rows:
        after = "" if row.status == "layout" else shown(row.after, _LONGEST)
        table.add_row(
            f"{row.line}:{row.column}",
            shown(row.before, _LONGEST),
            after,
            row.rule,
            f"{row.confidence:.2f}",
            _status(row),
            Text("; ").join(_reasons(row)),
            row.id,
        )
    return table


def _narrow(rows: Sequence[Explanation]) -> Table:
    """Where and status; the repair with its evidence below; the rule with confidence and id below."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from cablefix.cli.console import change, shown

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True)
    table.add_column("where", justify="right", no_wrap=True)
    table.add_column("repair and evidence", ratio=1, overflow="fold")
    table.add_column("rule, confidence, id", no_wrap=True)
    for row in rows:
        what = (
            Text(shown(row.before, _LONGEST))
            if row.status == "layout"
            else change(row.before, row.after, proposed=row.status == "proposed", most=_LONGEST)
        )
        lines = [what, *_reasons(row)]
        facts = [_status(row), Text(row.rule), Text(f"{row.confidence:.2f}  {row.id}", "dim")]
        table.add_row(f"{row.line}:{row.column}", Text("\n").join(lines), Text("\n").join(facts))
    return table


def _status(row: Explanation) -> Text:
    from rich.text import Text

    from cablefix.cli.console import STATUS_MARKS, STATUS_STYLES

    return Text(f"{STATUS_MARKS[row.status]} {row.status}", STATUS_STYLES[row.status])


def _reasons(row: Explanation) -> list[Text]:
    from rich.text import Text

    from cablefix.cli.failures import visible

    return [Text(visible(item.text)) for item in row.evidence]
