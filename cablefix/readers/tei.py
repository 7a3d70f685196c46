"""TEI that cablefix wrote, read back: the source byte for byte, the source as the text shows it, repairs undone."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from cablefix.readers.tei_source import (
    XML_ID,
    LoadSidecar,
    TeiError,
    carried_bytes,
    find_record,
    parse_tei,
    read_character,
    tei,
)

__all__ = ["LoadSidecar", "TeiError", "TeiLine", "rebuild_source", "sidecar_name", "text_lines", "undo_edits"]

_CORR, _SIC, _LB, _G = tei("corr"), tei("sic"), tei("lb"), tei("g")


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


def undo_edits(data: bytes, edit_ids: Iterable[str], *, who: str = "", note: str = "", name: str = "<TEI>") -> bytes:
    """A TEI file with some repairs undone: each `choice` becomes what its `sic` holds.

    `edit_ids` are ids of edits as `explain` lists them, or the `xml:id` of the `choice`, which has `e-` before it. What
    standOff says about the repairs goes with them, and `revisionDesc` records it, with who decided and why where that
    is given. Raises `TeiError` for an id that the file does not have.
    """
    root = parse_tei(data, name)
    choices = {str(choice.get(XML_ID)): choice for choice in root.iter(tei("choice"))}
    gone: dict[str, str] = {}
    for edit_id in (given.removeprefix("e-") for given in edit_ids):
        key = f"e-{edit_id}"
        choice = choices.get(key)
        sic = choice.find(_SIC) if choice is not None else None
        if choice is None or sic is None:
            raise TeiError(
                f"{name}: no repair {edit_id!r} in this file; its repairs are the choice elements with xml:id e-..."
            )
        gone.setdefault(edit_id, " ".join("".join(map(str, sic.itertext())).split()))
        _put_in_place(choice, sic)
        del choices[key]
    _forget(root, {f"#e-{edit_id}" for edit_id in gone})
    _record(root, gone, who, note, name)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _put_in_place(choice: etree._Element, sic: etree._Element) -> None:
    """Put the content of `sic` where the `choice` stands."""
    parent = choice.getparent()
    if parent is None:
        return
    place = parent.index(choice)
    tail = choice.tail or ""
    children = list(sic)
    head = sic.text or ""
    if children:
        children[-1].tail = (children[-1].tail or "") + tail
    else:
        head += tail
    before = choice.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + head
    else:
        parent.text = (parent.text or "") + head
    choice.tail = None
    parent.remove(choice)
    for k, child in enumerate(children):
        parent.insert(place + k, child)


def _forget(root: etree._Element, pointers: set[str]) -> None:
    """Remove what standOff says about repairs that are no more."""
    for annotation in list(root.iter(tei("annotation"))):
        parent = annotation.getparent()
        if annotation.get("target") in pointers and parent is not None:
            parent.remove(annotation)
            grand = parent.getparent()
            if not len(parent) and grand is not None:
                grand.remove(parent)
    for empty in list(root.iterfind(tei("standOff"))):
        if not len(empty):
            root.remove(empty)


def _record(root: etree._Element, gone: dict[str, str], who: str, note: str, name: str) -> None:
    revision = root.find(f"{tei('teiHeader')}/{tei('revisionDesc')}")
    if revision is None:
        return
    person = _reviewer(root, _printable(who), name) if who else "cablefix"
    for edit_id, text in gone.items():
        change = etree.SubElement(revision, tei("change"), {"who": f"#{person}"})
        said = f"Repair {edit_id} undone: the text reads {text!r} again." if text else f"Repair {edit_id} undone."
        change.text = f"{said} {_printable(note)}".rstrip()


def _reviewer(root: etree._Element, who: str, name: str) -> str:
    """The id of the `respStmt` of a person who decides on repairs; one is made where there is none yet."""
    title = root.find(f"{tei('teiHeader')}/{tei('fileDesc')}/{tei('titleStmt')}")
    if title is None:
        raise TeiError(f"{name}: has no titleStmt, in which {who!r} would be named; take the file from a copy")
    statements = title.findall(tei("respStmt"))
    for statement in statements:
        if statement.get(XML_ID) and statement.findtext(tei("name")) == who:
            return str(statement.get(XML_ID))
    taken = {element.get(XML_ID) for element in root.iter("{*}*")}
    key = next(key for k in itertools.count(1) if (key := f"reviewer{k}") not in taken)
    made = etree.Element(tei("respStmt"), {XML_ID: key})
    etree.SubElement(made, tei("resp")).text = "review of repairs"
    etree.SubElement(made, tei("name")).text = who
    made.tail = "\n"
    title.insert(title.index(statements[-1]) + 1 if statements else len(title), made)
    return key


def _printable(text: str) -> str:
    """Text on one line, without characters that XML cannot hold."""
    return "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))
