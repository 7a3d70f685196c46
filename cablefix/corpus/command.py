"""`cablefix corpus`: a whole corpus restored, asked, and looked at across its documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cablefix.errors import ExitCode

if TYPE_CHECKING:
    from cablefix.corpus.questions import Answer
    from cablefix.corpus.run import Order, Report

_EPILOG = """
Examples:

\b
  cablefix corpus scans/ --out restored/                    TEI of every file, and the tables
  cablefix corpus 'boxes/*.zip' telegrams.jsonl --out restored/ --across
  cablefix corpus s3://bucket/1974/ --out restored/ --to text
  cablefix corpus scans/ --out restored/                    goes on where it was stopped
  cablefix corpus scans/ --out restored/ --retry-failed
  cablefix corpus query restored/ repairs

Options of the run: cablefix corpus run --help.
"""


class CorpusGroup(click.Group):
    """A group in which `run` need not be named: what is no command is an input."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click has it, with `run` put before inputs and options."""
        if args and args[0] not in self.commands and args[0] not in (ctx.help_option_names or ()):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=CorpusGroup, epilog=_EPILOG, subcommand_metavar="INPUT... --out DIR | COMMAND")
def corpus() -> None:
    """Restore many documents with several processes, and ask the corpus that they make.

    INPUT is a folder, a pattern, a zip or tar archive, JSON Lines or Parquet with a column of texts, a file, or the
    URL of one of these. A run can be stopped at any moment and goes on where it was.
    """


@corpus.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Folder.")
@click.option(
    "--to",
    type=click.Choice(["tei", "text", "json", "none"]),
    default="tei",
    show_default=True,
    help="Output of each document; none: tables only.",
)
@click.option(
    "--source",
    type=click.Choice(["compact", "embedded", "none"]),
    default="compact",
    show_default=True,
    help="TEI: how the exact source goes along.",
)
@click.option("--profile", default="auto", show_default=True, metavar="NAME|FILE", help="As for `cablefix restore`.")
@click.option(
    "--dictionary",
    "dictionaries",
    multiple=True,
    metavar="FOLDER|FILE",
    type=click.Path(exists=True, path_type=Path),
    help="Lists and code tables of your own, as for `cablefix restore`; may be given several times.",
)
@click.option("--pattern", "patterns", multiple=True, metavar="GLOB", help="Only these files of folders and archives.")
@click.option("--text-column", default="text", show_default=True, metavar="NAME", help="Records: where the text is.")
@click.option("--id-column", default="id", show_default=True, metavar="NAME", help="Records: where the name is.")
@click.option("-j", "--workers", type=click.IntRange(1), metavar="N", help="Processes; without it one for each core.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Address of a dask scheduler; local: one made here.")
@click.option("--timeout", type=click.FloatRange(1), default=60, show_default=True, help="Seconds for a document.")
@click.option("--memory", type=click.IntRange(0), default=1024, show_default=True, help="MB for each; 0: no limit.")
@click.option("--max-size", type=click.IntRange(1), default=32, show_default=True, help="MB that an input may be long.")
@click.option("--retry-failed", is_flag=True, help="Try again what failed before.")
@click.option("--verify", is_flag=True, help="Read all inputs again; do again what has changed or is lost.")
@click.option("--across", is_flag=True, help="Afterwards the pass across documents, as `cablefix corpus across`.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def run(**options: Any) -> int:
    """Restore every document of the inputs, with tables of the corpus and a page that sums it up.

    What is done already in DIR is left as it is, so the same command goes on after an interruption. A document that
    crashes, hangs or takes too much memory is recorded and skipped; the exit code is 9 then.
    """
    try:
        order = _order(options)
        report = _run(order, quiet=options["quiet"])
        if options["across"]:
            _across(order.out, quiet=options["quiet"])
        _summarize(order.out, report, quiet=options["quiet"])
    except (KeyboardInterrupt, OSError) as error:
        if isinstance(error, OSError):
            error.filename = error.filename or str(options["out"])
        click.echo(f"{options['out']}: what is done is kept; the same command goes on from there", err=True)
        raise
    return ExitCode.FINE if report.whole else ExitCode.INCOMPLETE


def _order(options: dict[str, Any]) -> Order:
    import os

    from cablefix.corpus.engines import Plan
    from cablefix.corpus.isolate import Limits
    from cablefix.corpus.items import Choice
    from cablefix.corpus.run import Order
    from cablefix.corpus.settings import Settings
    from cablefix.profiles import load_profile

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if options["profile"] != "auto":
        load_profile(options["profile"])
    folders = tuple(str(folder.resolve()) for folder in options["dictionaries"])
    profile = options["profile"] if not Path(options["profile"]).is_file() else str(Path(options["profile"]).resolve())
    settings = Settings(options["to"], options["source"], profile, folders)
    limits = Limits(options["timeout"], options["memory"])
    choice = Choice(options["patterns"], options["text_column"], options["id_column"], options["max_size"] << 20)
    plan = Plan(settings, limits, options["workers"] or cores)
    return Order(
        options["inputs"],
        options["out"],
        plan,
        choice,
        options["scheduler"],
        options["retry_failed"],
        options["verify"],
    )


def _run(order: Order, *, quiet: bool) -> Report:
    """The run, with a bar on a terminal."""
    import sys

    from cablefix.corpus.run import run_corpus

    if quiet or not sys.stderr.isatty():
        return run_corpus(order)
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("restoring"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    with Progress(*columns, console=console, transient=True, speed_estimate_period=60) as progress:
        task = progress.add_task("", total=None, rate="")

        def start(total: int | None) -> None:
            progress.update(task, total=total)

        def tell(number: int) -> None:
            progress.advance(task, number)
            speed = progress.tasks[0].speed
            progress.update(task, rate=f"{speed:.1f}/s" if speed else "")

        return run_corpus(order, tell, start)


def _say_report(out: Path, report: Report) -> None:
    rate = f", {report.done / report.seconds:.1f} a second" if report.done and report.seconds else ""
    click.echo(f"{out}: {report.done:,} documents done in {report.seconds:,.0f} s{rate}", err=True)
    if report.before:
        click.echo(f"{report.before:,} were there before ({report.failed_before:,} of them failed)", err=True)
    if report.repeated:
        click.echo(f"{report.repeated:,} were named twice by the inputs and done once", err=True)
    for fault in report.faults:
        click.echo(f"failed: {' '.join(fault.split())}", err=True)
    if report.failed > len(report.faults):
        click.echo(f"... and {report.failed - len(report.faults):,} more", err=True)
    if not report.whole:
        click.echo(f"what failed: cablefix corpus query {out} failed; again: --retry-failed", err=True)


def _across(out: Path, *, quiet: bool) -> None:
    """The pass across documents, each table told when it is made."""
    from cablefix.corpus.across import look_across

    def tell(name: str, rows: int) -> None:
        if not quiet:
            click.echo(f"{name}: {rows:,} rows", err=True)

    look_across(out, tell)


def _summarize(out: Path, report: Report, *, quiet: bool) -> None:
    """The page, and what was done."""
    from cablefix.corpus.summary import write_summary

    if any((out / "tables" / "documents").glob("*.parquet")):
        path = write_summary(out)
        if not quiet:
            click.echo(f"summary: {path}", err=True)
    if not quiet:
        _say_report(out, report)


@corpus.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing.")
def across(folder: Path, quiet: bool) -> int:
    """Look across the documents of a corpus, and make its page anew.

    Finds recurrent confusions of the engine, rare spellings of usual names, message numbers that do not rise with the
    date, the documents that references name, and duplicates. It reports and repairs nothing.
    """
    from cablefix.corpus.summary import write_summary

    _across(folder, quiet=quiet)
    path = write_summary(folder)
    if not quiet:
        click.echo(f"summary: {path}", err=True)
    return ExitCode.FINE


_QUESTIONS = """
Questions:

\b
  documents    documents of a post and period
  posts        documents by post and year
  repairs      the most frequent repairs
  rules        repairs by rule
  doubtful     the fields that are least sure
  checks       cross-checks that fail
  failed       documents that could not be restored, and why
After the pass across documents:

\b
  sequences    message numbers that do not rise with the date
  references   references and the documents that they name
  confusions   what this engine reads for what
  names        rare spellings of names that are usual
  duplicates   copies and several OCR runs of one document

The tables are documents, fields, paragraphs, edits, checks, and those of the pass; docs/corpus.md has their columns.
"""


@corpus.command(epilog=_QUESTIONS)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
@click.argument("question", required=False, metavar="[QUESTION]")
@click.option("--sql", metavar="SQL", help="A question of your own, in the SQL of DuckDB.")
@click.option("--post", default="", metavar="NAME", help="Only documents of this post.")
@click.option("--since", default="", metavar="DAY", help="Only messages from this day on (1974-03-31).")
@click.option("--until", default="", metavar="DAY", help="Only messages up to this day.")
@click.option("--most", type=click.IntRange(0), default=20, show_default=True, help="Rows of the answer; 0: all.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    help="How the answer is written; without it a table on a terminal, else CSV.",
)
def query(
    folder: Path, question: str | None, sql: str | None, post: str, since: str, until: str, most: int, form: str | None
) -> int:
    """Ask the tables of a corpus."""
    import sys

    from cablefix.corpus.questions import QUESTIONS, Filter, as_csv, as_json, ask, ask_sql

    if (question is None) == (sql is None):
        raise click.UsageError(f"give a QUESTION ({', '.join(QUESTIONS)}) or --sql")
    if question is not None and question not in QUESTIONS:
        raise click.UsageError(f"no question {question!r}; give one of {', '.join(QUESTIONS)}, or --sql")
    answer = ask_sql(folder, sql) if sql else ask(folder, question or "", Filter(post, since, until), most)
    form = form or ("table" if sys.stdout.isatty() else "csv")
    if form == "table":
        _print_table(answer)
    else:
        click.echo(as_csv(answer) if form == "csv" else as_json(answer), nl=False)
    return ExitCode.FINE


def _print_table(answer: Answer) -> None:
    from rich.console import Console
    from rich.table import Table

    from cablefix.corpus.questions import as_cells

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in answer.names:
        table.add_column(name, no_wrap=True)
    for row in as_cells(answer):
        table.add_row(*row)
    Console(highlight=False, markup=False, emoji=False).print(table)
