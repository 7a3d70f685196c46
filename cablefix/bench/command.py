"""`cablefix bench`."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cablefix.errors import ExitCode

if TYPE_CHECKING:
    from cablefix.bench.sets import BenchSet


class BenchFailure(click.ClickException):
    """The benchmark cannot run; the message names the place and the remedy."""

    exit_code = int(ExitCode.INPUT)


@click.command()
@click.argument("folders", nargs=-1, metavar="[FOLDER...]", type=click.Path(path_type=Path))
@click.option("--benchmarks", type=click.Path(path_type=Path), metavar="DIR", help="The folder benchmarks/.")
@click.option("--set", "patterns", multiple=True, metavar="NAME", help="Only these sets (* and ? match).")
@click.option("--tool", "tools", multiple=True, metavar="NAME", help="Only these tools (* and ? match).")
@click.option("--show", type=click.IntRange(0), default=0, metavar="N", help="Print N examples of harm for each set.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), metavar="FILE", help="Write everything as JSON.")
@click.option("-j", "--jobs", type=click.IntRange(1), default=2, show_default=True, help="Processes.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def bench(
    folders: tuple[Path, ...],
    benchmarks: Path | None,
    patterns: tuple[str, ...],
    tools: tuple[str, ...],
    show: int,
    json_path: Path | None,
    jobs: int,
    quiet: bool,
) -> int:
    """Measure cablefix and other tools on texts whose right reading is known.

    FOLDER holds a set, or sets in subfolders: ID.ocr.txt with ID.gt.txt, or ID.gold.txt and ID.gold.json with
    ID.V.txt for each version V of the noise. Without FOLDER the documents in benchmarks/ are measured.
    """
    from rich.console import Console

    from cablefix.bench.results import results
    from cablefix.bench.sets import BenchError
    from cablefix.bench.table import print_results

    try:
        sets = _choose_sets(folders, benchmarks, patterns)
        runs = _run(tools or ("cablefix",), sets, jobs=jobs, quiet=quiet)
    except BenchError as error:
        raise BenchFailure(str(error)) from error
    found = results(sets, runs)
    print_results(Console(highlight=False, markup=False, emoji=False), found, details=show)
    if json_path:
        json_path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return ExitCode.FINE


def _choose_sets(folders: Sequence[Path], benchmarks: Path | None, patterns: Sequence[str]) -> list[BenchSet]:
    from cablefix.bench.sets import BenchError, find_benchmarks, find_sets, read_facts

    home = find_benchmarks(benchmarks)
    if not folders and home is None:
        raise BenchError("no folder benchmarks/ here; run from the project's folder, or give --benchmarks or a FOLDER")
    facts = read_facts(home)
    chosen = list(folders) or ([home] if home else [])
    sets = [found for folder in chosen for found in find_sets(folder, facts)]
    if patterns:
        kept = [part for part in sets if any(fnmatch.fnmatchcase(part.name, pattern) for pattern in patterns)]
        if not kept:
            raise BenchError(f"no set is named {' or '.join(patterns)}; there are {', '.join(s.name for s in sets)}")
        return kept
    return sets


def _run(tools: Sequence[str], sets: Sequence[BenchSet], *, jobs: int, quiet: bool) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from cablefix.bench.runner import run

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        texts = sum(len(part.cases) for part in sets)
        tasks = {tool: bar.add_task(tool, total=texts) for tool in tools}
        return run(tools, sets, jobs=jobs, advance=lambda tool, count: bar.advance(tasks[tool], count))
