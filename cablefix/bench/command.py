"""`cablefix bench`."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cablefix.errors import ExitCode

if TYPE_CHECKING:
    from cablefix.bench.runner import ToolRun
    from cablefix.bench.sets import BenchSet

FLOORS = "floors.toml"
PUBLISHED = "published.toml"
_SHARED = Path("..", "shared", "data")
# A table in a file need not fit a terminal.
_FILE_WIDTH = 210

_EPILOG = """
Examples:

\b
  cablefix bench                              cablefix on the project's own documents
  cablefix bench --all --html report.html     with all peers, and the sets in ../shared/data where there are any
  cablefix bench my-sets/ --tool 'symspell*' --tool cablefix
  cablefix bench --quick                      compare with benchmarks/floors.toml; exit code 8 where quality fell
  cablefix bench --set own-A --show 10        what went wrong, to work on a rule
"""


class BenchFailure(click.ClickException):
    """The benchmark cannot run; the message names the place and the remedy."""

    exit_code = int(ExitCode.INPUT)


@dataclass(frozen=True, slots=True)
class _GateOptions:
    quick: bool
    update: bool
    allow_lower: bool
    reason: str

    def check(self) -> None:
        if self.update and not self.quick:
            raise click.UsageError("--update-floors goes with --quick")
        if (self.allow_lower or self.reason) and not self.update:
            raise click.UsageError("--allow-lower and --reason go with --update-floors")
        if self.allow_lower and not self.reason.strip():
            raise click.UsageError('--allow-lower needs --reason "..."; the reason is kept in the file')


@click.command(epilog=_EPILOG)
@click.argument("folders", nargs=-1, metavar="[FOLDER...]", type=click.Path(path_type=Path))
@click.option("--benchmarks", type=click.Path(path_type=Path), metavar="DIR", help="The folder benchmarks/.")
@click.option("--all", "everything", is_flag=True, help="All tools; without FOLDER also the sets in ../shared/data.")
@click.option("--set", "patterns", multiple=True, metavar="NAME", help="Only these sets (* and ? match).")
@click.option("--tool", "tools", multiple=True, metavar="NAME", help="These tools (* and ? match); see --list.")
@click.option("--list", "listing", is_flag=True, help="List the sets and the tools, and measure nothing.")
@click.option("--show", type=click.IntRange(0), default=0, metavar="N", help="Print N examples of harm for each set.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), metavar="FILE", help="Write everything as JSON.")
@click.option("--html", "html_path", type=click.Path(path_type=Path), metavar="FILE", help="Write a page with plots.")
@click.option("--markdown", "markdown_path", type=click.Path(path_type=Path), metavar="FILE", help="Write tables.")
@click.option("--quick", is_flag=True, help="The quality gate: own documents, compared with benchmarks/floors.toml.")
@click.option("--update-floors", "update", is_flag=True, help="With --quick: raise the floors to what is measured.")
@click.option("--allow-lower", is_flag=True, help="With --update-floors: lower floors too; needs --reason.")
@click.option("--reason", default="", metavar="TEXT", help="Why a floor is lowered; it is written into the file.")
@click.option("-j", "--jobs", type=click.IntRange(1), default=2, show_default=True, help="Processes.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def bench(
    folders: tuple[Path, ...],
    benchmarks: Path | None,
    everything: bool,
    patterns: tuple[str, ...],
    tools: tuple[str, ...],
    listing: bool,
    show: int,
    json_path: Path | None,
    html_path: Path | None,
    markdown_path: Path | None,
    quick: bool,
    update: bool,
    allow_lower: bool,
    reason: str,
    jobs: int,
    quiet: bool,
) -> int:
    """Measure cablefix and other tools on texts whose right reading is known.

    FOLDER holds a set, or sets in subfolders: ID.ocr.txt with ID.gt.txt, or ID.gold.txt and ID.gold.json with ID.V.txt
    for each version V of the noise. Without FOLDER the documents in benchmarks/ are measured. Texts are read where they
    lie and are never copied.
    """
    from cablefix.bench.results import results
    from cablefix.bench.roster import TOOLS, choose_tools
    from cablefix.bench.sets import BenchError, find_benchmarks

    options = _GateOptions(quick, update, allow_lower, reason)
    options.check()
    if quick and (folders or everything or tools or patterns):
        raise click.UsageError("--quick measures cablefix on all own documents; it takes no folder, set or tool")
    try:
        home = find_benchmarks(benchmarks)
        sets = _choose_sets(folders, home, patterns, everything=everything)
        names = list(TOOLS) if everything and not tools else choose_tools(tools or ("cablefix",))
        if listing:
            _list(sets)
            return ExitCode.FINE
        found = results(sets, _run(names, sets, jobs=jobs, quiet=quiet))
        if quick and home:
            return _gate(found, home / FLOORS, options)
    except BenchError as error:
        raise BenchFailure(str(error)) from error
    # Files first: whoever reads the tables may go away before their end.
    _write(found, home, json_path, html_path, markdown_path)
    _print(found, show)
    return ExitCode.FINE


def _choose_sets(
    folders: Sequence[Path], home: Path | None, patterns: Sequence[str], *, everything: bool
) -> list[BenchSet]:
    from cablefix.bench.sets import BenchError, find_sets, read_facts

    chosen = list(folders)
    if not chosen:
        if home is None:
            raise BenchError("no folder benchmarks/ here; work in the project's folder, or give --benchmarks or FOLDER")
        chosen = [home]
        if everything and (shared := home.parent / _SHARED).is_dir():
            chosen.append(shared)
    facts = read_facts(home)
    sets = [found for folder in chosen for found in find_sets(folder, facts)]
    if len({part.name for part in sets}) < len(sets):
        raise BenchError("two sets have one name; give folders whose sets have names of their own")
    if patterns:
        kept = [part for part in sets if any(fnmatch.fnmatchcase(part.name, pattern) for pattern in patterns)]
        if not kept:
            raise BenchError(f"no set is named {' or '.join(patterns)}; there are {', '.join(s.name for s in sets)}")
        return kept
    return sets


def _list(sets: Sequence[BenchSet]) -> None:
    from cablefix.bench.roster import TOOLS, make_tool

    for part in sets:
        notes = [part.track] + ["held out"] * part.held_out + ["evaluate only"] * part.evaluate_only
        size = f"{len(part.cases)} texts, {part.words:,} words"
        click.echo(f"{part.name:24}  {size:26}  {'; '.join(filter(None, notes))}")
    click.echo()
    for name in TOOLS:
        tool = make_tool(name)
        cap = f"; a sample of {tool.cap:,} words a set" if tool.cap else ""
        click.echo(f"{name:24}  {tool.about}{cap}")


def _run(tools: Sequence[str], sets: Sequence[BenchSet], *, jobs: int, quiet: bool) -> list[ToolRun]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from cablefix.bench.runner import plan, run

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        tasks = {tool: bar.add_task(tool, total=count) for tool, count in plan(tools, sets).items()}
        return run(tools, sets, jobs=jobs, advance=lambda tool, count: bar.advance(tasks[tool], count))


def _gate(found: Mapping[str, Any], path: Path, options: _GateOptions) -> int:
    """Compare with the floors, or set them; the exit code says whether all hold."""
    from cablefix.bench.gate import check, read_floors, sets_without_floors, update, write_floors

    floors = read_floors(path)
    if options.update:
        for change in update(found, floors, allow_lower=options.allow_lower, reason=options.reason):
            click.echo(change)
        write_floors(path, floors)
        click.echo(f"wrote {path.name}: {len(floors.floors)} sets", err=True)
        return ExitCode.FINE
    if not floors.floors:
        click.echo(f"{path}: there are no floors yet; set them with --quick --update-floors", err=True)
        return ExitCode.INPUT
    for name in sets_without_floors(found, floors):
        click.echo(f"{name}: no floors yet; --quick --update-floors sets them", err=True)
    faults = check(found, floors)
    for fault in faults:
        click.echo(fault)
    count = sum(len(figures) for figures in floors.floors.values())
    if faults:
        click.echo(f"the quality gate fails: {len(faults)} of {count} floors in {len(floors.floors)} sets", err=True)
        return ExitCode.QUALITY
    click.echo(f"the quality gate holds: {count} floors in {len(floors.floors)} sets")
    return ExitCode.FINE


def _print(found: Mapping[str, Any], show: int) -> None:
    from rich.console import Console

    from cablefix.bench.table import print_results

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _FILE_WIDTH
    print_results(console, found, details=show)


def _write(
    found: Mapping[str, Any],
    home: Path | None,
    json_path: Path | None,
    html_path: Path | None,
    markdown_path: Path | None,
) -> None:
    from cablefix.bench.markdown import markdown_tables
    from cablefix.bench.page import report_page
    from cablefix.bench.sets import read_published

    if json_path:
        json_path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if html_path:
        published = read_published(home / PUBLISHED) if home else []
        html_path.write_text(report_page(found, published), encoding="utf-8")
    if markdown_path:
        markdown_path.write_text(markdown_tables(found), encoding="utf-8")
