"""`cablefix accept`."""

from __future__ import annotations

from pathlib import Path

import click

from cablefix.cli.failures import one_line
from cablefix.cli.inputs import looks_like_json, name_of, read_bytes
from cablefix.cli.outputs import STDOUT, forbid_overwriting
from cablefix.cli.undo import decided, deliver, kept_in, known_edit

_EPILOG = """
Examples:

\b
  cablefix explain cable.txt --proposed                                   what waits for a person
  cablefix restore cable.txt -o cable.restoration.json
  cablefix accept cable.restoration.json --edit 53ff9e2c555f --who "M. D." -o b.restoration.json
  cablefix accept cable.xml --edit 53ff9e2c555f -o b.xml                  the TEI with this repair made

In a kept restoration the decision is recorded, and what rests on the reading (fields, paragraphs) follows it when the
document is assembled anew; with -o b.xml or b.txt it is written as that. In TEI the words are changed where they
stand, for the file may have been edited by hand; `cablefix undo --edit` takes the repair back.
"""


@click.command(epilog=_EPILOG)
@click.argument("path", metavar="X.xml|X.json|-")
@click.option("--edit", "edits", multiple=True, required=True, metavar="ID", help="The proposal; as often as needed.")
@click.option("-o", "--output", default=STDOUT, metavar="OUT", help="Where to; standard output without it.")
@click.option("--who", default="", metavar="NAME", help="Who decided; kept with the decision.")
@click.option("--note", default="", metavar="TEXT", help="Why; kept with the decision.")
def accept(path: str, edits: tuple[str, ...], output: str, who: str, note: str) -> None:
    """Accept repairs that were only proposed: they come into the text.

    X.xml is TEI that cablefix wrote; X.json is a restoration written with --to restoration.
    """
    if output != STDOUT:
        forbid_overwriting(Path(output), [path])
    data = read_bytes(path)
    name = one_line(name_of(path))
    if looks_like_json(data):
        restoration = kept_in(data, name)
        for edit in edits:
            restoration = restoration.accept(known_edit(restoration, edit, name), who=who, note=note)
        result = decided(restoration, output)
    else:
        from cablefix.readers.tei_review import accept_edits

        result = accept_edits(data, edits, who=who, note=note, name=name)
    deliver(result, output, f"{name} -> {one_line(output)}: accepted: {', '.join(edits)}")
