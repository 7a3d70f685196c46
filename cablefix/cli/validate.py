"""`cablefix validate`."""

from __future__ import annotations

import click

from cablefix.cli.failures import Failure, one_line, say_error
from cablefix.cli.inputs import name_of, read_bytes
from cablefix.errors import ExitCode

_EPILOG = """
Examples:

\b
  cablefix validate cable.xml
  cablefix validate out/*.xml && echo all valid
"""


@click.command(epilog=_EPILOG)
@click.argument("paths", nargs=-1, required=True, metavar="X.xml...")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing about files that are valid.")
def validate(paths: tuple[str, ...], quiet: bool) -> int:
    """Check TEI files that cablefix wrote, in well under a second each.

    A file is valid when it fits the TEI profile that cablefix writes, every pointer in it leads somewhere, and its
    text and its source agree. Problems go to standard output, one a line, with file, line and remedy.
    """
    first = ExitCode.FINE
    for path in paths:
        try:
            code = _validate_one(path, quiet=quiet)
        except Failure as failure:
            say_error(failure)
            code = failure.code
        first = first or code
    return first


def _validate_one(path: str, *, quiet: bool) -> ExitCode:
    from cablefix.cli.undo import sidecar_loader
    from cablefix.readers.tei_validate import validate_tei

    name = one_line(name_of(path))
    problems = validate_tei(read_bytes(path), name=name, load_sidecar=sidecar_loader(path))
    for problem in problems:
        click.echo(one_line(str(problem)))
    if problems:
        return ExitCode.INVALID
    if not quiet:
        click.echo(f"{name}: valid")
    return ExitCode.FINE
