"""The command line: `cablefix COMMAND`. `main` is the entry point.

Each command is a module of its own, loaded when it is called; what is heavy it imports inside its function.
"""

from __future__ import annotations

import click

from cablefix._version import __version__
from cablefix.cli.lazy import LazyGroup
from cablefix.errors import exit_code_table

COMMANDS = {
    "restore": "cablefix.cli.restore:restore",
    "explain": "cablefix.cli.explain:explain",
    "undo": "cablefix.cli.undo:undo",
    "accept": "cablefix.cli.accept:accept",
    "validate": "cablefix.cli.validate:validate",
    "rules": "cablefix.cli.rules:rules",
    "demo": "cablefix.cli.demo:demo",
    "corpus": "cablefix.corpus.command:corpus",
    "train": "cablefix.train.command:train",
    "bench": "cablefix.bench.command:bench",
}

_EPILOG = f"""
Examples:

\b
  cablefix demo                              see what it does
  cablefix restore cable.txt                 reading text on standard output
  cablefix restore cable.txt -o cable.xml    TEI with every repair and the source
  cablefix restore cable.txt -o cable.html   source and restoration side by side
  cablefix explain cable.txt                 each repair and the reasons for it
  cablefix undo cable.xml -o cable.txt       the original file, byte for byte

Data goes to standard output, messages to standard error. `cablefix COMMAND --help` tells more.

Exit codes:

\b
{exit_code_table()}
"""


@click.group(
    cls=LazyGroup,
    targets=COMMANDS,
    name="cablefix",
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def main() -> None:
    """Restore the damaged OCR text of diplomatic cables and other typed documents.

    cablefix never rewrites its source: every repair is an entry with its place, rule, confidence and reasons, and any
    can be undone. What is doubtful is proposed and not applied.
    """


__all__ = ["main"]
