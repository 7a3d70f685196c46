"""A person's decisions carried out in TEI that cablefix wrote: repairs undone, proposals accepted.

The file may have been edited by hand since: only the places that are decided on change, `standOff` follows, and
`revisionDesc` says who decided what and why.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable

from lxml import etree

from cablefix.ledger import fault_of
from cablefix.readers.tei_source import XML_ID, TeiError, parse_tei, tei

_CHOICE, _CORR, _SIC, _SEG = tei("choice"), tei("corr"), tei("sic"), tei("seg")
# What may stand in the words of a proposal when they become a `sic`.
_PLAIN = frozenset(map(tei, ("choice", "corr", "sic", "seg", "anchor", "lb", "pb", "g", "pc", "hi")))


def undo_edits(data: bytes, edit_ids: Iterable[str], *, who: str = "", note: str = "", name: str = "<TEI>") -> bytes:
    """A TEI file with some repairs undone: each `choice` becomes what its `sic` holds.

    `edit_ids` are ids of edits as `explain` lists them, or the `xml:id` of the `choice`, which has `e-` before it. What
    standOff says about the repairs goes with them, and `revisionDesc` records it, with who decided and why where that
    is given. Raises `TeiError` for an id that the file does not have.
    """
    root = parse_tei(data, name)
    choices = {str(choice.get(XML_ID)): choice for choice in root.iter(_CHOICE)}
    gone: dict[str, str] = {}
    for edit_id in (given.removeprefix("e-") for given in edit_ids):
        key = f"e-{edit_id}"
        choice = choices.get(key)
        sic = choice.find(_SIC) if choice is not None else None
        if choice is None or sic is None:
            raise TeiError(
                f"{name}: no repair {edit_id!r} in this file; its repairs are the choice elements with xml:id e-..."
            )
        gone.setdefault(edit_id, _words("".join(map(str, sic.itertext()))))
        _put_in_place(choice, sic)
        del choices[key]
    _forget(root, {f"#e-{edit_id}" for edit_id in gone})
    person = _person(root, who, name)
    for edit_id, text in gone.items():
        said = f"Repair {edit_id} undone: the text reads {text!r} again." if text else f"Repair {edit_id} undone."
        _record(root, said, person, note)
    return _serialized(root)


def accept_edits(data: bytes, edit_ids: Iterable[str], *, who: str = "", note: str = "", name: str = "<TEI>") -> bytes:
    """A TEI file with some proposals accepted: the `seg` of each becomes a `choice` with the proposed reading.

    `edit_ids` are ids of edits as `explain` lists them, or the `xml:id` of the `seg`, which has `q-` before it. The
    reasons stay in standOff. A repair that is in the text already is accepted as well: it gets the name of the person.
    Raises `TeiError` for an id that the file does not have, and for a place that was changed by hand or that stands
    across other markup.
    """
    root = parse_tei(data, name)
    person = _person(root, who, name)
    for edit_id in dict.fromkeys(given.removeprefix("q-").removeprefix("e-") for given in edit_ids):
        choice = root.find(f".//{_CHOICE}[@{XML_ID}='e-{edit_id}']") if edit_id.isalnum() else None
        corr = choice.find(_CORR) if choice is not None else None
        if corr is not None:
            corr.set("resp", _responsible(person))
            _record(root, f"Repair {edit_id} accepted.", person, note)
            continue
        _record(root, _accept_proposal(root, edit_id, person, name), person, note)
    return _serialized(root)


def _accept_proposal(root: etree._Element, edit_id: str, person: str, name: str) -> str:
    """Put the proposed reading in the text. Gives what is to be said of it."""
    place = root.find(f".//*[@{XML_ID}='q-{edit_id}']") if edit_id.isalnum() else None
    annotation = root.find(f".//{tei('annotation')}[@{XML_ID}='a-{edit_id}']") if place is not None else None
    doubt = annotation.find(tei("note")) if annotation is not None else None
    if place is None or annotation is None or doubt is None:
        raise TeiError(
            f"{name}: no proposal {edit_id!r} in this file; its proposals are the elements with xml:id q-..."
        )
    before, after = _readings(doubt)
    was, becomes = ("" if one is None else _words("".join(map(str, one.itertext()))) for one in (before, after))
    if (place.tag != _SEG and was) or not {child.tag for child in place.iterdescendants()} <= _PLAIN:
        raise TeiError(
            f"{name}, line {place.sourceline}: {was!r} stands across other markup; accept the proposal in the "
            "restoration (--to restoration) and write the TEI from that"
        )
    if _shown(place) != was:
        raise TeiError(
            f"{name}, line {place.sourceline}: the text reads {_shown(place)!r} where the proposal {edit_id} is for "
            f"{was!r}; it was changed since, by hand or by another decision, so correct it by hand"
        )
    _undo_within(root, place)
    rule = doubt.get("subtype", "")
    made = etree.Element(_CHOICE, {XML_ID: f"e-{edit_id}"})
    corr = etree.SubElement(made, _CORR, {"type": fault_of(rule), "subtype": rule, "resp": _responsible(person)})
    corr.set("cert", doubt.get("cert", "0"))
    # What kinds of evidence there were, the proposal says in words only; that a person decided is the reason now.
    corr.set("evidence", "conjecture")
    if after is not None:
        corr.text = after.text
        corr.extend(copy.deepcopy(child) for child in after)
    sic = etree.SubElement(made, _SIC)
    sic.text = place.text
    sic.extend(list(place))
    made.tail = place.tail
    parent = place.getparent()
    if parent is not None:
        parent.replace(place, made)
    _keep_reasons(annotation, doubt, edit_id)
    _forget(root, {f"#q-{edit_id}"})
    return f"Proposal {edit_id} accepted: {was!r} reads {becomes!r}."


def _undo_within(root: etree._Element, place: etree._Element) -> None:
    """Take the repairs and the other doubts out of a place that is to read otherwise: its `sic` is the source."""
    inner = [element for element in place.iterdescendants(_CHOICE, _SEG, tei("anchor")) if element.get(XML_ID)]
    _forget(root, {f"#{element.get(XML_ID)}" for element in inner})
    for element in inner:
        content = element.find(_SIC) if element.tag == _CHOICE else element
        if content is not None:
            _put_in_place(element, content)


def _readings(doubt: etree._Element) -> tuple[etree._Element | None, etree._Element | None]:
    """The `mentioned` words of a proposal: as they are and as they would be; None for nothing at all."""
    found = doubt.findall(tei("mentioned"))
    if len(found) > 1:
        return found[0], found[1]
    missing = bool(found) and (found[0].tail or "").startswith(" may be missing")
    return (None, found[0]) if missing else (found[0] if found else None, None)


def _shown(place: etree._Element) -> str:
    """The words that a place shows: `corr` and not `sic`."""
    pieces = []
    hidden = 0
    for event, element in etree.iterwalk(place, events=("start", "end")):
        hidden += (element.tag == _SIC) * (1 if event == "start" else -1)
        text = element.text if event == "start" else element.tail if element is not place else ""
        if not hidden:
            pieces.append(text or "")
    return _words("".join(pieces))


def _keep_reasons(annotation: etree._Element, doubt: etree._Element, edit_id: str) -> None:
    """Make of the annotation of a proposal that of a repair, with the same reasons."""
    mentioned = doubt.findall(tei("mentioned"))
    why = (mentioned[-1].tail or "").partition(": ")[2].strip() if mentioned else ""
    queries = annotation.getparent()
    stand_off = queries.getparent() if queries is not None else None
    if not why or stand_off is None:
        return
    reasons = stand_off.find(f"{tei('listAnnotation')}[@type='evidence']")
    if reasons is None:
        reasons = etree.SubElement(stand_off, tei("listAnnotation"), {"type": "evidence"})
    names = {XML_ID: f"why-{edit_id}", "target": f"#e-{edit_id}", "motivation": "describing"}
    kept = etree.SubElement(reasons, tei("annotation"), names)
    etree.SubElement(kept, tei("note"), {"type": "evidence"}).text = why
    kept.tail = "\n"


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


def _person(root: etree._Element, who: str, name: str) -> str:
    """The id of who decides: of a `respStmt` where a name is given, ours where none is."""
    return _reviewer(root, _printable(who), name) if who else "cablefix"


def _responsible(person: str) -> str:
    return "#cablefix" if person == "cablefix" else f"#cablefix #{person}"


def _record(root: etree._Element, said: str, person: str, note: str) -> None:
    """Say in `revisionDesc` what was decided."""
    revision = root.find(f"{tei('teiHeader')}/{tei('revisionDesc')}")
    if revision is not None:
        change = etree.SubElement(revision, tei("change"), {"who": f"#{person}"})
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


def _words(text: str) -> str:
    return " ".join(text.split())


def _serialized(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
