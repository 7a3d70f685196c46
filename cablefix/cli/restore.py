"""`cablefix restore`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cablefix.cli.failures import Failure, as_failure, one_line, say, say_error
from cablefix.cli.inputs import STDIN, name_of, restorations_of
from cablefix.cli.options import dictionary_option, profile_option
from cablefix.cli.outputs import (
    FORMATS,
    STDOUT,
    Settings,
    check_suffix,
    forbid_overwriting,
    format_for,
    is_folder,
    name_in,
    write_file,
    write_stdout,
)
from cablefix.errors import ExitCode

if TYPE_CHECKING:
    from cablefix.restoration import Restoration
    from cablefix.writers.tei import SourceMode

# From so many files, or so many bytes, it is worth telling how far the work is.
_MANY_FILES = 3
_LARGE_FILE = 2_000_000
_ZIP = b"PK\x03\x04"

_EPILOG = """
Examples:

\b
  cablefix restore cable.txt                      reading text on standard output
  cablefix restore cable.txt -o cable.xml         TEI, because of the suffix
  cablefix restore cable.txt -o a.xml -o a.html   both from one run
  cablefix restore scans/*.txt -o out/ --to html  a page for each file
  cablefix restore cable.txt --diff               the repairs, before and after
  pdftotext -layout cable.pdf - | cablefix restore - --to json

Formats and the suffixes that choose them: text (.txt), tei (.xml, .tei), json (.json: the record of the message),
html (.html), markdown (.md), restoration (.restoration.json: everything, for explain, undo and restore to go on with),
jsonl (.jsonl: a line a block, with places), pages (.pages.txt: as printed, page by page, furniture and all);
and where the input has boxes: hocr (.hocr), alto (.alto.xml), page (.page.xml), the file itself with words corrected.
"""


@dataclass(frozen=True, slots=True)
class Output:
    """One thing to be made of an input: where it goes (None for standard output) and in which format."""

    path: Path | None
    to: str
    settings: Settings

    @property
    def sidecar(self) -> Path | None:
        """Where the source goes when it goes into a file of its own."""
        return self.path.with_name(self.settings.sidecar) if self.path and self.settings.sidecar else None


@dataclass(frozen=True, slots=True)
class Job:
    """One input and what is to be made of it."""

    path: str
    outputs: tuple[Output, ...]
    profile: str
    dictionaries: tuple[Path, ...]
    split: bool = False


@click.command(epilog=_EPILOG)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...|-")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="OUT",
    help="File, or folder for several files; may be given several times.",
)
@click.option(
    "--to",
    "formats",
    multiple=True,
    type=click.Choice(list(FORMATS)),
    help="Output format; without it the suffix of OUT decides. With a folder it may be given several times.",
)
@profile_option
@click.option(
    "--source",
    type=click.Choice(["compact", "embedded", "sidecar", "none"]),
    default="compact",
    show_default=True,
    help="TEI: how the exact source goes along: packed in the header, line by line, in a file beside, or not at all.",
)
@click.option(
    "--image-url",
    "images",
    default="",
    metavar="TEMPLATE",
    help="TEI: addresses of page images, as https://iiif.example.org/{stem}/full/max/0/default.jpg; "
    "{image}, {name}, {stem} and {page} are filled in.",
)
@dictionary_option
@click.option("--split", is_flag=True, help="One output for each message, where a file holds several (with -o FOLDER).")
@click.option("--notes", is_flag=True, help="Markdown: a footnote for every repair.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be written and how much was repaired.")
@click.option("--diff", is_flag=True, help="Show each repaired line before and after, in place of the text.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def restore(
    paths: tuple[str, ...],
    outputs: tuple[str, ...],
    formats: tuple[str, ...],
    profile: str,
    source: SourceMode,
    images: str,
    dictionaries: tuple[Path, ...],
    split: bool,
    notes: bool,
    dry_run: bool,
    diff: bool,
    quiet: bool,
) -> int:
    """Restore documents: clean reading text, TEI, record, HTML, Markdown, corrected OCR files.

    PATH is OCR text (UTF-8, UTF-16 or Windows-1252), hOCR, ALTO, PAGE, ABBYY or DjVu XML, Tesseract TSV, a PDF with
    text, a folder or archive of such pages, a restoration that was kept with --to restoration, or - for standard
    input. The content says which it is. The input is never changed.
    """
    if images:
        _check_template(images)
    settings = Settings(source, notes=notes, images=images)
    places = outputs or (STDOUT,)
    if split and not all(is_folder(place) for place in places):
        raise click.UsageError("--split may make several files; give a folder for them with -o FOLDER/")
    plan = _plan(paths, _pairs(places, formats), settings)
    jobs = [Job(path, made, profile, dictionaries, split) for path, made in zip(paths, plan, strict=True)]
    first_failure = ExitCode.FINE
    with _progress(jobs, quiet=quiet) as steps:
        for job in steps:
            try:
                _run(job, dry_run=dry_run, diff=diff, quiet=quiet)
            except (Failure, ValueError) as error:
                failure = as_failure(error)
                if failure is None or len(jobs) == 1 or failure.code == ExitCode.PROFILE:
                    raise
                say_error(failure)
                first_failure = first_failure or failure.code
    return first_failure


def _check_template(images: str) -> None:
    from cablefix.writers.tei_facsimile import image_address

    try:
        image_address(images, "", 1)
    except ValueError as error:
        raise click.UsageError(f"--image-url: {error}") from error


def _pairs(places: Sequence[str], formats: Sequence[str]) -> list[tuple[str, str]]:
    """Each place that was named with each format that is to go there."""
    files = [place for place in places if not is_folder(place)]
    if len(formats) > 1 and files:
        where = "standard output" if files[0] == STDOUT else f"the one file {files[0]}"
        raise click.UsageError(f"{len(formats)} formats cannot go to {where}; give a folder with -o FOLDER/")
    if len(files) > 1 and formats:
        raise click.UsageError("--to cannot stand for several files; their suffixes say what each becomes")
    if files.count(STDOUT) > 1:
        raise click.UsageError("standard output (-o -) can be written once only")
    pairs = []
    for place in places:
        if not formats and not is_folder(place) and place != STDOUT:
            check_suffix(place)
        asked = formats or (["text"] if is_folder(place) else [format_for(place)])
        pairs += [(place, to) for to in dict.fromkeys(asked)]
    return pairs


def _plan(paths: Sequence[str], pairs: Sequence[tuple[str, str]], settings: Settings) -> list[tuple[Output, ...]]:
    """The outputs of each input, checked before anything is done."""
    for place, to in pairs:
        if len(paths) > 1 and not is_folder(place):
            where = "standard output" if place == STDOUT else f"the one file {place}"
            raise click.UsageError(f"{len(paths)} inputs cannot go to {where}; give a folder with -o FOLDER/")
        if to == "tei" and settings.source == "sidecar" and place == STDOUT:
            raise click.UsageError("--source sidecar writes a second file beside the TEI; name the TEI with -o")
    if paths.count(STDIN) > 1:
        raise click.UsageError("standard input (-) can be read once only")
    taken: dict[Path, str] = {}
    return [tuple(_output(path, place, to, settings, paths, taken) for place, to in pairs) for path in paths]


def _output(path: str, place: str, to: str, settings: Settings, paths: Sequence[str], taken: dict[Path, str]) -> Output:
    """One output of an input; `taken` are the files that others become."""
    if place == STDOUT:
        return Output(None, to, settings)
    target = name_in(place, path, FORMATS[to].suffixes[0]) if is_folder(place) else Path(place)
    forbid_overwriting(target, paths)
    if target in taken:
        both = f"{taken[target]} and {path} would both" if taken[target] != path else f"{path} would twice"
        raise click.UsageError(f"{both} become {target}; name different folders or files")
    taken[target] = path
    if to != "tei" or settings.source != "sidecar":
        return Output(target, to, settings)
    own = replace(settings, sidecar=f"{target.stem}.source{Path(path).suffix or '.txt'}")
    forbid_overwriting(target.with_name(own.sidecar), paths)
    return Output(target, to, own)


def _run(job: Job, *, dry_run: bool, diff: bool, quiet: bool) -> None:
    """Restore one input and write what was asked for."""
    restorations = restorations_of(job.path, job.profile, job.dictionaries, split=job.split)
    for number, restoration in enumerate(restorations, 1):
        if diff:
            from cablefix.cli.console import data_console
            from cablefix.cli.diff import print_diff

            print_diff(data_console(), restoration)
        summary = summarize(restoration)
        for output in job.outputs:
            if diff and output.path is None:
                continue
            one = _numbered(output, number) if len(restorations) > 1 else output
            _write(job.path, one, restoration, summary, dry_run=dry_run, quiet=quiet)


def _numbered(output: Output, number: int) -> Output:
    """The output of one message of several."""

    def name(path: Path) -> Path:
        stem, dot, suffix = path.name.partition(".")
        return path.with_name(f"{stem}-{number}{dot}{suffix}")

    settings = output.settings
    if settings.sidecar:
        settings = replace(settings, sidecar=name(Path(settings.sidecar)).name)
    return replace(output, path=name(output.path) if output.path else None, settings=settings)


def _write(path: str, output: Output, restoration: Restoration, summary: str, *, dry_run: bool, quiet: bool) -> None:
    """Write one restoration, or tell of it."""
    name = one_line(name_of(path))
    data = FORMATS[output.to].write(restoration, output.settings)
    if output.path and data.startswith(_ZIP) and output.path.suffix.lower() != ".zip":
        # Several pages, each a file of its own.
        zipped = output.path.with_name(f"{output.path.name}.zip")
        forbid_overwriting(zipped, [path])
        output = replace(output, path=zipped)
    if dry_run:
        click.echo(f"{name}: would write {_target(output, len(data))}; {summary}")
        return
    if output.path is None:
        write_stdout(data)
        return
    if output.sidecar:
        write_file(output.sidecar, restoration.source.to_bytes())
    write_file(output.path, data)
    if not quiet:
        say(f"{name} -> {one_line(str(output.path))}: {summary}")


def _target(output: Output, size: int) -> str:
    where = one_line(str(output.path)) if output.path else "standard output"
    beside = f" and its source to {one_line(str(output.sidecar))}" if output.sidecar else ""
    return f"{FORMATS[output.to].title} ({size:,} bytes) to {where}{beside}"


def summarize(restoration: Restoration) -> str:
    """What was done to a document, in one line."""
    document = restoration.document
    parts = [
        f"{document.kind}, profile {restoration.profile}",
        f"{_count(len(restoration.applied), 'repair')} applied",
        f"{len(restoration.proposed)} proposed",
        f"{_count(len(document.furniture), 'piece')} of page furniture",
    ]
    fails = sum(check.status == "fails" for check in restoration.checks)
    if fails:
        parts.append(f"{_count(fails, 'check')} failed")
    if document.missing_paragraphs:
        parts.append(f"missing: paragraph {', '.join(str(n) for n in document.missing_paragraphs)}")
    return ", ".join(parts)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _progress(jobs: Sequence[Job], *, quiet: bool) -> AbstractContextManager[Iterator[Job]]:
    """The jobs one after the other; with many of them a bar on standard error, with a large one its clock."""
    import sys

    if quiet or not sys.stderr.isatty():
        return nullcontext(iter(jobs))
    if len(jobs) >= _MANY_FILES:
        return _bar(jobs)
    large = any(job.path != STDIN and _size(job.path) > _LARGE_FILE for job in jobs)
    return _clock(jobs) if large else nullcontext(iter(jobs))


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


@contextmanager
def _bar(jobs: Sequence[Job]) -> Iterator[Iterator[Job]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from cablefix.cli.console import message_console

    columns = (TextColumn("restoring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=message_console(), transient=True) as progress:
        yield iter(progress.track(jobs))


@contextmanager
def _clock(jobs: Sequence[Job]) -> Iterator[Iterator[Job]]:
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from cablefix.cli.console import message_console

    columns = (SpinnerColumn(), TextColumn("restoring {task.description}"), TimeElapsedColumn())

    def steps(progress: Progress) -> Iterator[Job]:
        for job in jobs:
            task = progress.add_task(one_line(name_of(job.path)), total=None)
            yield job
            progress.remove_task(task)

    with Progress(*columns, console=message_console(), transient=True) as progress:
        yield steps(progress)
