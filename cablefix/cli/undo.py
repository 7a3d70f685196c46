"""`cablefix undo`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cablefix.cli.failures import Failure, one_line, say
from cablefix.cli.inputs import STDIN, is_kept, is_record, load_json, looks_like_json, name_of, read_bytes, read_kept
from cablefix.cli.outputs import FORMATS, STDOUT, Settings, forbid_overwriting, format_for, write_file, write_stdout
from cablefix.errors import ExitCode

if TYPE_CHECKING:
    from cablefix.restoration import Restoration

_EPILOG = """
Examples:

\b
  cablefix undo cable.xml -o cable.txt                    the original file, byte for byte
  cablefix undo cable.xml --edit 3f00a1b2c3d4 -o b.xml    the TEI without this repair
  cablefix undo cable.restoration.json --edit 3f00a1b2c3d4 -o b.restoration.json

`cablefix explain` lists the ids; in TEI each stands after `e-` in the xml:id of its choice. A repair that rests on an
undone one goes with it. In a kept restoration the decision is recorded and holds when the document is restored again;
with -o b.xml or b.txt it is written as that.
"""


@click.command(epilog=_EPILOG)
@click.argument("path", metavar="X.xml|X.json|-")
@click.option("-o", "--output", default=STDOUT, metavar="OUT", help="Where to; standard output without it.")
@click.option("--edit", "edits", multiple=True, metavar="ID", help="Undo only this repair; may be given several times.")
@click.option("--who", default="", metavar="NAME", help="Who decided; kept with the decision.")
@click.option("--note", default="", metavar="TEXT", help="Why; kept with the decision.")
def undo(path: str, output: str, edits: tuple[str, ...], who: str, note: str) -> None:
    """Undo a restoration: the original bytes back, or single repairs undone.

    X.xml is TEI that cablefix wrote; X.json is a restoration written with --to restoration. The original comes back
    only when it fits its sha256.
    """
    if output != STDOUT:
        forbid_overwriting(Path(output), [path])
    data = read_bytes(path)
    name = one_line(name_of(path))
    if looks_like_json(data):
        result, said = _from_json(data, name, output, edits, who, note)
    else:
        result, said = _from_tei(data, path, name, edits, who, note)
    deliver(result, output, f"{name} -> {one_line(output)}: {said}")


def _from_json(data: bytes, name: str, output: str, edits: tuple[str, ...], who: str, note: str) -> tuple[bytes, str]:
    """The source of a kept restoration, or the restoration with edits rejected."""
    restoration = kept_in(data, name)
    if not edits:
        return restoration.source.to_bytes(), _described(restoration.source.to_bytes(), restoration.source.sha256)
    for edit in edits:
        restoration = restoration.undo(known_edit(restoration, edit, name), who=who, note=note)
    return decided(restoration, output), f"undone: {', '.join(edits)}"


def _from_tei(data: bytes, path: str, name: str, edits: tuple[str, ...], who: str, note: str) -> tuple[bytes, str]:
    """The source that a TEI file carries, or the TEI file with repairs undone."""
    from hashlib import sha256

    from cablefix.readers.tei import rebuild_source
    from cablefix.readers.tei_review import undo_edits

    if edits:
        return undo_edits(data, edits, who=who, note=note, name=name), f"undone: {', '.join(edits)}"
    result = rebuild_source(data, sidecar_loader(path), name=name)
    return result, _described(result, sha256(result).hexdigest())


def deliver(result: bytes, output: str, said: str) -> None:
    """Write what was made where it is to go; what is said of it goes to standard error, where a file was written."""
    if output == STDOUT:
        write_stdout(result)
        return
    write_file(Path(output), result)
    say(said)


def kept_in(data: bytes, name: str) -> Restoration:
    """The restoration in a JSON file. Raises Failure for a record and for any other JSON."""
    if not is_kept(data):
        found = load_json(data, name)
        what = "a record (--to json), which does not hold the source" if is_record(found) else "no restoration"
        raise Failure(f"{name}: is {what}; use the TEI, or the file written with --to restoration", ExitCode.UNDO)
    return read_kept(data, name)


def known_edit(restoration: Restoration, given: str, name: str) -> str:
    """The id of an edit, given as `explain` or as TEI has it. Raises Failure for one that is not there."""
    edit = given.removeprefix("e-").removeprefix("q-")
    if edit not in restoration.ledger:
        raise Failure(f"{name}: no repair {edit!r} in it; `cablefix explain {name}` lists the ids", ExitCode.UNDO)
    return edit


def decided(restoration: Restoration, output: str) -> bytes:
    """A restoration with new decisions, as the output is to have it: kept, or in the format that its suffix names."""
    to = "restoration" if output == STDOUT or output.endswith(".json") else format_for(output)
    return FORMATS[to].write(restoration, Settings())


def _described(data: bytes, digest: str) -> str:
    return f"the source, {len(data):,} bytes, sha256 {digest[:12]}..."


def sidecar_loader(path: str) -> Callable[[str], bytes]:
    """Loads the file that a TEI file names as its source; it must lie in the same folder."""
    folder = Path() if path == STDIN else Path(path).parent

    def load(href: str) -> bytes:
        if not href or href in (".", "..") or Path(href).name != href or "\\" in href:
            raise Failure(
                f"{one_line(path)}: names its source as {href!r}; only a file in the same folder is read: "
                "put it there and correct href",
                ExitCode.UNDO,
            )
        return (folder / href).read_bytes()

    return load
