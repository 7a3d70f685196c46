"""TEI that cablefix wrote, read back: the source byte for byte, and the source as the text shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from cablefix.readers.tei_source import (
    LoadSidecar,
    TeiError,
    carried_bytes,
    find_record,
    parse_tei,
    read_character,
    tei,
)

__all__ = ["LoadSidecar", "TeiError", "TeiLine", "rebuild_source", "sidecar_name", "text_lines"]

_CORR, _LB, _G = tei("corr"), tei("lb"), tei("g")


def rebuild_source(data: bytes, load_sidecar: LoadSidecar | None = None, *, name: str = "<TEI>") -> bytes:
    """The bytes of the file that a TEI file was made from.

    `load_sidecar` gets the name of the source file where the TEI says that the source lies beside it. The text of the
    TEI may have been changed since: the source is kept apart from it. Raises `TeiError` when the source is not
    carried or does not fit its digest.
    """
    return carried_bytes(parse_tei(data, name), name, load_sidecar)


def sidecar_name(data: bytes, *, name: str = "<TEI>") -> str:
    """The name of the source file that lies beside a TEI file; empty when the TEI needs none."""
    record = find_record(parse_tei(data, name), name)
    return str(record.get("href", "")) if record.get("carrier") == "sidecar" else ""


@dataclass(slots=True)
class TeiLine:
    """What the text of a TEI file shows of one line of the source: `n` from `lb`, characters without white space."""

    n: int
    at: int
    text: str


def text_lines(root: etree._Element, name: str = "<TEI>") -> list[TeiLine]:
    """The lines of the source as `text` shows them: `sic` taken for `corr`, `fw` and `pc` as they stand.

    `at` is the line of the XML file. Characters before the first `lb` come as line 0.
    """
    text = root.find(tei("text"))
    if text is None:
        raise TeiError(f"{name}: there is no text element; take the file from a copy")
    found = [TeiLine(0, int(text.sourceline or 0), "")]
    pieces: list[str] = []
    for what in _walk(text, name):
        if isinstance(what, str):
            pieces.append(what)
            continue
        found[-1].text = "".join("".join(pieces).split())
        pieces.clear()
        n = what.get("n", "")
        if not n.isdecimal():
            raise TeiError(f"{name}, line {what.sourceline}: lb n={n!r} is no line number")
        found.append(TeiLine(int(n), int(what.sourceline or 0), ""))
    found[-1].text = "".join("".join(pieces).split())
    return found if found[0].text else found[1:]


def _walk(root: etree._Element, name: str) -> Iterator[str | etree._Element]:
    """Text in document order without that of `corr`, and each `lb`."""
    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            if element.tag == _CORR:
                hidden += 1
            elif element.tag == _LB:
                yield element
            if not hidden:
                yield read_character(element, name) if element.tag == _G else element.text or ""
            continue
        if event == "end" and element.tag == _CORR:
            hidden -= 1
        if not hidden and element is not root:
            yield element.tail or ""
