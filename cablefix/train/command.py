"""`cablefix train`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cablefix.lexicon.files import lexicon_folder

_EPILOG = """
Examples:

\b
  cablefix train lexicon my-texts/ -o my-lexicon/     words and contexts of clean text, laid over ours
  cablefix train channel my-pages/ -o my-lexicon/     misreadings of an engine: <id>.ocr.txt with <id>.gt.txt,
                                                      or OCR alone, in .txt files
  printf 'extends = "cable"\\nlexicon = "my-lexicon"\\n' > my-profile.toml    a profile that uses both
  cablefix restore scan.txt --profile my-profile.toml
"""

_text_argument = click.argument("folder", metavar="FOLDER", type=click.Path(exists=True, path_type=Path))
_out_option = click.option(
    "-o", "--output", "out", required=True, metavar="OUT", type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write; a lexicon and a channel may go into the same.",
)  # fmt: skip
_quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")


@click.group(epilog=_EPILOG)
def train() -> None:
    """Learn words, contexts and misreadings from your own text.

    What is learned goes into a folder; a profile points at it with lexicon = "FOLDER". Only counts are kept, no text.
    """


@train.command()
@_text_argument
@_out_option
@click.option("--alone", is_flag=True, help="Know nothing but this text, as for another language.")
@click.option("--least", default=2, show_default=True, type=click.IntRange(1), help="Uses that a word needs.")
@click.option(
    "--bigrams", default=300_000, show_default=True, type=click.IntRange(1), help="Most pairs kept of the text."
)
@click.option("--trigrams", default=300_000, show_default=True, type=click.IntRange(1), help="Most triples kept of it.")
@_quiet_option
def lexicon(folder: Path, out: Path, alone: bool, least: int, bigrams: int, trigrams: int, quiet: bool) -> None:
    """Train word list, language model and marks on clean text.

    FOLDER holds .txt or .txt.xz files in UTF-8, in folders too; the text should be as free of errors as you can get it.
    """
    from cablefix.train.lexicon import train_lexicon

    _forbid_ours(out)
    with _progress(quiet=quiet) as step:
        made = train_lexicon(folder, out, alone=alone, least=least, bigrams=bigrams, trigrams=trigrams, step=step)
    if not quiet:
        _say(f"{made.texts} texts, {made.words_read:,} words read; {made.words:,} words listed, {made.new_words:,} new")
        if made.sifted:
            _say(f"{made.sifted:,} words sifted out as misprints")
        if not alone:
            _say(f"your text counts {made.share:.0%}, our model the rest")
        _say_how_to_use(out)


@train.command()
@_text_argument
@_out_option
@click.option("--alone", is_flag=True, help="Start from nothing, not from our channel; needs truth, and much of it.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 20), help="Rounds of estimation.")
@click.option(
    "--lexicon", "own", metavar="FOLDER", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="OCR without truth: a lexicon of your own to repair it with.",
)  # fmt: skip
@_quiet_option
def channel(folder: Path, out: Path, alone: bool, rounds: int, own: Path | None, quiet: bool) -> None:
    """Train the misreadings of an engine on its output.

    FOLDER holds <id>.ocr.txt with the truth in <id>.gt.txt; or OCR without truth, in .txt files.
    """
    from cablefix.train.channel import train_channel

    _forbid_ours(out)
    with _progress(quiet=quiet) as step:
        made = train_channel(folder, out, alone=alone, rounds=rounds, lexicon=own, step=step)
    if not quiet:
        how = "with truth" if made.with_truth else "without truth"
        _say(f"{made.documents} documents {how}; {made.errors:,} errors in {made.characters:,} characters")
        if made.unreadable:
            _say(f"{made.unreadable} of them could hardly be read and were left out")
        _say_how_to_use(out)


def _forbid_ours(out: Path) -> None:
    if out.resolve() == lexicon_folder().resolve():
        raise click.UsageError(f"-o {out}: is the shipped lexicon itself; give another folder")


def _say(message: str) -> None:
    click.echo(message, err=True)


def _say_how_to_use(out: Path) -> None:
    _say(f'written to {out}; to use it, put this into a profile beside it, after extends: lexicon = "{out.name}"')


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str, float], None]]:
    """A bar on standard error where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda what, done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("training", total=1.0)
        yield lambda what, done: bar.update(task, description=what, completed=done)
