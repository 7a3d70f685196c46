"""Restored documents made by hand for the TEI tests, and what TEI says when it is read by simple rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from cablefix.assemble import assemble_document
from cablefix.cable.codes import load_codes
from cablefix.cable.fields import Check, Field, FormatLine, Header
from cablefix.layout import IGNORABLE, Join, Layout, LineClass, MarkKind
from cablefix.layout import Mark as LayoutMark
from cablefix.ledger import Edit, Evidence, EvidenceKind, Ledger, Verdict
from cablefix.restored import Restored
from cablefix.text import Source, Span

TEI = "{http://www.tei-c.org/ns/1.0}"
BLOCKS = frozenset({"seg", "dateline", "head", "p", "item", "row", "signed", "ab"})
EVIDENCE = (Evidence(EvidenceKind.FORM, "the form of the line asks for it"),)

CABLE = """\
VZCZCXYZ0001
00  RUEHZZ

DE  RUEHAB  #0123/01  0591745
ZNR  UUUUU  ZZH
0  281745Z  FEB  07
FM  AMEMBASSY  ARCADIA
TO  RUEHC/SECSTATE  WASHDC  IMMEDIATE  7780

INFO  RUEHXD/ISLAND  COLLECTIVE  PRIORITY
BT
C O N F I D E N T I A L  SECTION  01  OF  02  ARCADIA  000123

SIPDIS
E.O.  12958:  DECL:  02/28/2017
TAGS:  PREL  ZZ

SUBJECT:  FERRY  TALKS  <OPEN>
REF:  06  ARCADIA  11698

Classified  By:  Counselor  Ann  O'Hara.  Reasons:  1.4  (B/D).

SUMMARY

^1 . (C)  The  Minister ' s  talks  &  the  port-

authority's  ferry  pro-
gramme  opened.
ARCADIA  00000123  002  OF  002

The  pier  at  [REDACTED B1]  is  Arkadia's.   B1
- the  first  ferry
- the  second  ferry
Port       Tons
Arcadia    12
------
SMITH
NNNN
"""
_CLASSES = {
    "BT": LineClass.PROTOCOL,
    "NNNN": LineClass.PROTOCOL,
    "------": LineClass.RULE,
    "SMITH": LineClass.SIGNATURE,
    "SUMMARY": LineClass.HEADING,
    "ARCADIA  00000123": LineClass.FURNITURE,
    "^1 .": LineClass.PARAGRAPH,
    "- the": LineClass.ITEM,
    "Port  ": LineClass.TABLE,
    "Arcadia  ": LineClass.TABLE,
}
_FIELDS = {
    "VZCZ": "channel",
    "00 ": "routing",
    "DE ": "de",
    "ZNR": "security",
    "0 ": "dtg",
    "FM": "from",
    "TO": "to",
    "INFO": "info",
    "C O N": "classification",
    "SIPDIS": "caption",
    "E.O.": "eo",
    "TAGS": "tags",
    "SUBJECT": "subject",
    "REF": "ref",
    "Classified": "classified-by",
}
_VALUES: dict[str, Any] = {
    "channel": "VZCZCXYZ0001",
    "de": {"station": "RUEHAB", "serial": "0123", "section": "01", "julian": "059", "time": "1745"},
    "dtg_iso": "2007-02-28T17:45:00Z",
    "from": "AMEMBASSY ARCADIA",
    "to": [{"routing": "RUEHC", "name": "SECSTATE WASHDC", "precedence": "IMMEDIATE", "serial": "7780"}],
    "info": [{"routing": "RUEHXD", "name": "ISLAND COLLECTIVE", "precedence": "PRIORITY"}],
    "classification": "CONFIDENTIAL",
    "post": "ARCADIA",
    "message_number": "000123",
    "captions": ["SIPDIS"],
    "eo": "12958",
    "decl": "02/28/2017",
    "tags": ["PREL", "ZZ"],
    "subject": "FERRY TALKS <OPEN>",
    "refs": [{"text": "06 ARCADIA 11698"}],
    "classified_by": "Counselor Ann O'Hara",
    "reasons": "1.4 (B/D)",
}


def find_edit(
    source: Source, before: str, reading: str, rule: str, confidence: float = 0.95, *, after: int = 0
) -> Edit:
    """An edit of the first place of `before` from the offset `after` on."""
    start = source.text.index(before, after)
    return Edit(start, start + len(before), before, reading, rule, confidence, EVIDENCE, digest=source.sha256)


def restored_of(
    source: Source,
    *,
    classes: Mapping[int, LineClass] | None = None,
    joins: Mapping[int, Join] | None = None,
    cuts: Sequence[Span] = (),
    edits: Sequence[Edit] = (),
    header: Header | None = None,
    verdicts: Sequence[Verdict] = (),
    checks: Sequence[Check] = (),
) -> Restored:
    """A restored document from marks and edits given by hand."""
    layout = Layout.from_text(source.text)
    blank = {i for i in range(layout.lines) if layout.line_first[i] == layout.line_last[i]}
    marks = [layout.mark_line(n, c, "furniture.head") for n, c in (classes or {}).items() if n not in blank]
    marks += [layout.mark_join(n, j, "lines.join") for n, j in (joins or {}).items() if n not in blank]
    marks += [LayoutMark(a, b, MarkKind.FURNITURE, 0, "furniture.margin-code") for a, b in cuts]
    layout = layout.with_marks(marks)
    ledger = Ledger(source.sha256).extend(edits)
    document = assemble_document(
        source,
        layout,
        ledger.live(tuple(verdicts)),
        kind="cable" if header else "other",
        header=header,
        numbering=None,
        codes=load_codes(),
    )
    return Restored(source, layout, ledger, "cable" if header else "prose", document, tuple(verdicts), tuple(checks))


def cable(text: str = CABLE, *, verdicts: Sequence[Verdict] = (), checks: Sequence[Check] = ()) -> Restored:
    """An invented cable with every kind of block, repair, join and furniture."""
    source = Source.from_text(text, "arcadia.txt")
    lines = text.split("\n")
    classes: dict[int, LineClass] = {}
    formats = []
    for n, line in enumerate(lines):
        for start, value in _CLASSES.items():
            if line.startswith(start):
                classes[n] = value
        for start, name in _FIELDS.items():
            if line.startswith(start) and n < 22:
                classes[n] = LineClass.HEADER
                formats.append(FormatLine(name, (n,)))
    fields = {key: Field(key, value, Span(0, 0)) for key, value in _VALUES.items()}
    joins = {lines.index(line): how for line, how in _joins(lines)}
    edits = [
        find_edit(source, "00", "OO", "header.prosign", after=13),
        find_edit(source, "^1 .", "¶1.", "numbering.pilcrow", 0.99),
        find_edit(source, "Minister ' s", "Minister's", "spacing.apostrophe"),
        find_edit(source, "Arkadia", "Arcadia", "authorial.name", 0.6),
    ]
    cut = source.text.index("   B1") + 3
    return restored_of(
        source,
        classes=classes,
        joins=joins,
        cuts=[Span(cut, cut + 2)],
        edits=edits,
        header=Header(tuple(formats), fields),
        verdicts=verdicts,
        checks=checks,
    )


def _joins(lines: Sequence[str]) -> Iterator[tuple[str, Join]]:
    for line in lines:
        if line.endswith("port-"):
            yield line, Join.CLOSE
        elif line.endswith("pro-"):
            yield line, Join.DROP_HYPHEN
        elif line.endswith("opened."):
            yield line, Join.SPACE


def local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def character(g: etree._Element) -> str:
    return chr(int(str(g.get("ref"))[3:], 16))


def reading_lines(root: etree._Element) -> list[str]:
    """The reading text by the rules of docs/tei.md: corr for sic, no fw, no weak pc, no word ends at break=no."""
    lines: list[str] = []

    def walk(element: etree._Element, out: list[str]) -> None:
        out.append(element.text or "")
        for child in element:
            name = local(child)
            if name in ("sic", "fw") or (name == "pc" and child.get("force") == "weak"):
                pass
            elif name == "g":
                out.append(character(child))
            elif name:
                walk(child, out)
            out.append(child.tail or "")

    def blocks(element: etree._Element) -> None:
        for child in element:
            if local(child) in BLOCKS:
                out: list[str] = []
                walk(child, out)
                lines.append(" ".join("".join(out).split()))
            elif local(child) != "fw":
                blocks(child)

    text = root.find(f"{TEI}text")
    assert text is not None
    blocks(text)
    return [line for line in lines if line]


def source_words(root: etree._Element) -> str:
    """The characters of the source that the text shows: sic for corr, fw and pc included, without white space."""
    out: list[str] = []

    def walk(element: etree._Element) -> None:
        if local(element) == "corr":
            return
        if local(element) == "g":
            out.append(character(element))
            return
        out.append(element.text or "")
        for child in element:
            walk(child)
            out.append(child.tail or "")

    text = root.find(f"{TEI}text")
    assert text is not None
    walk(text)
    return bare("".join(out))


def bare(text: str) -> str:
    """A source text without white space and without characters that take no room."""
    return re.sub(f"[{IGNORABLE}]", "", "".join(text.split()))
