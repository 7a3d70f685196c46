"""What the tests of formats share: the files, restorations with edits made by hand, schemas where they are at hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree

from cablefix.assemble import assemble_document
from cablefix.cable.codes import load_codes
from cablefix.layout import Join, Layout
from cablefix.ledger import Edit, Ledger
from cablefix.readers.document import ReadDocument
from cablefix.readers.read import read_document
from cablefix.restored import Restored

FORMATS = Path(__file__).resolve().parent / "data" / "formats"
WRITABLE = (
    "tesseract.hocr",
    "tesseract-characters.hocr",
    "archive.hocr",
    "tesseract.alto.xml",
    "alto2.xml",
    "alto4.xml",
    "page2013.xml",
    "page2019.xml",
    "page-lines.xml",
)
_XLINK = (
    '<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/1999/xlink">'
    '<xsd:attributeGroup name="simpleLink"><xsd:anyAttribute namespace="http://www.w3.org/1999/xlink"'
    ' processContents="lax"/></xsd:attributeGroup></xsd:schema>'
)


def sample(name: str) -> ReadDocument:
    """A file of tests/data/formats, read."""
    return read_document(FORMATS / name)


def edit(document: ReadDocument, before: str, after: str) -> Edit:
    """A certain edit of the one place where a text stands."""
    text = document.source.text
    assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {text!r}"
    start = text.index(before)
    return Edit(start, start + len(before), before, after, "test", 1.0, digest=document.source.sha256)


def with_edits(document: ReadDocument, *edits: Edit, layout: Layout | None = None) -> Restored:
    """A restoration with these edits and nothing else; `layout` may have marks."""
    layout = layout or document.layout
    ledger = Ledger(document.source.sha256, 0.8).extend(edits)
    ledger.check(document.source)
    whole = assemble_document(
        document.source, layout, ledger.live(), kind="other", header=None, numbering=None, codes=load_codes()
    )
    return Restored(document.source, layout, ledger, "test", whole)


def joined(document: ReadDocument, line: int, join: Join = Join.DROP_HYPHEN) -> Layout:
    """The layout with one line joined to the next."""
    return document.layout.with_marks([document.layout.mark_join(line, join, "test")])


class _NoNetwork(etree.Resolver):
    def resolve(self, system_url: str, public_id: str, context: object) -> object:
        return self.resolve_string(_XLINK, context) if "xlink" in (system_url or "") else None


# Packages that carry schemas; `./dev test` installs them without what they need to run.
_CARRIED = {
    "alto-4-2": ("digiflow", "resources/xsd/alto-4-2.xsd"),
    "page-2019-07-15": ("ocrd_validators", "page.xsd"),
}


def schema(name: str) -> etree.XMLSchema:
    """An XSD such as "alto-4-2" or "page-2019-07-15".

    The schemas of ALTO (CC BY-SA) and PAGE are not in this repository. They are looked for in the folder that
    CABLEFIX_SCHEMAS names, as NAME.xsd, and then in packages that carry them. Without them the test is skipped; the
    structural tests beside it run always.
    """
    path = next((path for path in _schema_paths(name) if path.is_file()), None)
    if path is None:
        pytest.skip(f"the schema {name}.xsd is not at hand; put it into a folder and name that in CABLEFIX_SCHEMAS")
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_NoNetwork())
    return etree.XMLSchema(etree.parse(path, parser))


def _schema_paths(name: str) -> Iterator[Path]:
    """Where a schema may be."""
    folder = os.environ.get("CABLEFIX_SCHEMAS")
    if folder:
        yield Path(folder, f"{name}.xsd")
    package, place = _CARRIED.get(name, ("", ""))
    found = find_spec(package) if package else None
    if found and found.origin:
        yield Path(found.origin).parent / place


def renamed(document: ReadDocument, name: str) -> ReadDocument:
    """A document under another name."""
    return replace(document, source=replace(document.source, origin=name))
