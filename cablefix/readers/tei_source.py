"""How a TEI file carries the exact source beside the text, and how the bytes are got back from it.

A `source` element of our own namespace stands in `xenoData`. Its attribute `carrier` says where the source is:

* ``deflate``: in the element itself, the bytes of the file packed by zlib (RFC 1950) in base64 (RFC 4648);
* ``sourceDoc``: in the `sourceDoc` of the same file, one `line` a line;
* ``sidecar``: in a file of its own, named by ``href``;
* ``none``: nowhere.

``sha256`` and ``bytes`` are digest and length of the file, ``encoding`` and ``bom`` how its text was written down.
Where the text was taken out of a file of another format, ``media`` is the media type of that file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from lxml import etree

from cablefix.errors import CablefixError, ExitCode
from cablefix.readers.xml import local_name, not_well_formed
from cablefix.text import Source, SourceError, encode_text

if TYPE_CHECKING:
    from lxml.etree._docloader import _InputDocument

TEI_NS = "http://www.tei-c.org/ns/1.0"
SOURCE_NS = "urn:cablefix:source:1"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
CARRIERS = ("deflate", "sourceDoc", "sidecar", "none")
LINE_ENDS = {"lf": "\n", "crlf": "\r\n", "cr": "\r", "ff": "\f", "none": ""}
# A source may not unpack to more than this; no text file of ours comes near.
MAX_SOURCE_BYTES = 1 << 30

LoadSidecar = Callable[[str], bytes]


class TeiError(CablefixError):
    """A TEI file cannot be used; the message names the file, the place and the remedy."""

    exit_code = ExitCode.UNDO


def tei(name: str) -> str:
    """The name of a TEI element as lxml writes it."""
    return f"{{{TEI_NS}}}{name}"


class _NothingOutside(etree.Resolver):
    """Gives a blank for whatever a file asks to be loaded from elsewhere."""

    def resolve(self, system_url: str | None, public_id: str | None, context: object) -> _InputDocument:
        """A blank: an empty text would be an error of its own."""
        return self.resolve_string(" ", context)


def parse_tei(data: bytes, name: str = "<TEI>") -> etree._Element:
    """The root of a TEI file. Document types are refused, the network is left alone, the size of nodes is bounded.

    Raises `TeiError` with line and column when the file is not well-formed, and when it is no TEI.
    """
    # Ids are not collected, so that a file in which one stands twice can still be undone; `validate_tei` finds it.
    # That makes libxml2 load what a document type names, so the resolver keeps it from reading any file.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False
    )
    parser.resolvers.add(_NothingOutside())
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise TeiError(str(not_well_formed(error, name))) from error
    docinfo = root.getroottree().docinfo
    if docinfo.doctype or docinfo.internalDTD is not None:
        raise TeiError(f"{name}, line 1: has a document type declaration; cablefix writes none, remove it")
    if root.tag != tei("TEI"):
        raise TeiError(f"{name}, line {root.sourceline}: the root is {local_name(root)}, not TEI; is this a TEI file?")
    return root


def find_record(root: etree._Element, name: str = "<TEI>") -> etree._Element:
    """The `source` element of a TEI root. Raises `TeiError` when there is none or more than one."""
    found = list(root.iterfind(f"{tei('teiHeader')}/{tei('xenoData')}/{{{SOURCE_NS}}}source"))
    if len(found) != 1:
        count = "no record" if not found else f"{len(found)} records"
        raise TeiError(
            f"{name}: {count} of the source in teiHeader/xenoData; "
            "only TEI that cablefix wrote can be turned back into its source"
        )
    return found[0]


def carried_bytes(root: etree._Element, name: str = "<TEI>", load_sidecar: LoadSidecar | None = None) -> bytes:
    """The bytes of the source that a TEI root carries, checked against their digest.

    Raises `TeiError` when the source is not carried, or when what is carried is damaged.
    """
    record = find_record(root, name)
    carrier = record.get("carrier", "")
    if carrier == "deflate":
        data = _unpack(record, name)
    elif carrier == "sourceDoc":
        data = _encode(source_doc_text(root, name), record, name)
    elif carrier == "sidecar":
        data = _load(record, name, load_sidecar)
    elif carrier == "none":
        raise TeiError(
            f"{name}: was written without its source; restore the original again with --source compact, "
            f"or look for the file with sha256 {record.get('sha256')}"
        )
    else:
        raise TeiError(f"{name}, line {record.sourceline}: unknown carrier {carrier!r}; use {', '.join(CARRIERS)}")
    _check(data, record, name, carrier)
    return data


def _unpack(record: etree._Element, name: str) -> bytes:
    """The bytes in a compact record. No more than the stated number of bytes is ever unpacked."""
    size = _stated_size(record, name)
    parts = record.findall(f"{{{SOURCE_NS}}}data")
    try:
        packed = base64.b64decode("".join("".join(str(part.text or "").split()) for part in parts), validate=True)
        machine = zlib.decompressobj()
        data = machine.decompress(packed, size + 1)
        if not machine.eof and len(data) <= size:
            raise zlib.error("the data end too early")
    except (binascii.Error, ValueError, zlib.error) as error:
        raise TeiError(
            f"{name}, line {record.sourceline}: the packed source in xenoData is damaged ({error}); "
            "copy the element back from an untouched copy of this file"
        ) from error
    return data


def _stated_size(record: etree._Element, name: str) -> int:
    stated = record.get("bytes", "")
    if not stated.isdecimal() or int(stated) > MAX_SOURCE_BYTES:
        raise TeiError(f"{name}, line {record.sourceline}: bytes={stated!r} is no believable length of a source")
    return int(stated)


def _load(record: etree._Element, name: str, load_sidecar: LoadSidecar | None) -> bytes:
    href = record.get("href", "")
    if load_sidecar is None:
        raise TeiError(f"{name}: the source is in the file {href!r}; say how to load it, or put it beside the TEI")
    try:
        return load_sidecar(href)
    except OSError as error:
        reason = error.strerror or str(error)
        raise TeiError(f"{name}: the source file {href!r} cannot be read ({reason}); put it beside the TEI") from error


def _check(data: bytes, record: etree._Element, name: str, carrier: str) -> None:
    size, digest = _stated_size(record, name), hashlib.sha256(data).hexdigest()
    if len(data) == size and digest == record.get("sha256"):
        return
    where = {"sourceDoc": "sourceDoc", "deflate": "xenoData"}.get(carrier, f"the file {record.get('href')!r}")
    raise TeiError(
        f"{name}: what {where} holds is not the source ({len(data)} bytes, sha256 {digest[:12]}...; expected {size} "
        f"bytes, sha256 {record.get('sha256', '')[:12]}...); it was changed after restoring: take it from a copy"
    )


def source_doc_text(root: etree._Element, name: str = "<TEI>") -> str:
    """The text of the source as the lines of `sourceDoc` hold it."""
    doc = root.find(tei("sourceDoc"))
    if doc is None:
        raise TeiError(f"{name}: the sourceDoc that should hold the source is gone; take it from a copy")
    usual = doc.get("rend", "lf")
    pieces: list[str] = []
    for line in doc.iter(tei("line")):
        pieces.extend(line_pieces(line, name))
        end = line.get("rend", usual)
        if end not in LINE_ENDS:
            raise TeiError(f"{name}, line {line.sourceline}: unknown line end rend={end!r}; use {', '.join(LINE_ENDS)}")
        pieces.append(LINE_ENDS[end])
    return "".join(pieces)


def line_pieces(element: etree._Element, name: str = "<TEI>") -> Iterator[str]:
    """The text of an element, with each `g` turned back into the character that it stands for."""
    yield element.text or ""
    for child in element:
        if child.tag == tei("g"):
            yield read_character(child, name)
        elif isinstance(child.tag, str):
            yield from line_pieces(child, name)
        yield child.tail or ""


def read_character(g: etree._Element, name: str = "<TEI>") -> str:
    """The character of a `g` whose `ref` is ``#U-`` and four to six hexadecimal digits."""
    ref = g.get("ref", "")
    try:
        return chr(int(ref.removeprefix("#U-"), 16))
    except ValueError as error:
        raise TeiError(
            f"{name}, line {g.sourceline}: g ref={ref!r} names no character; write #U-000C or the like"
        ) from error


def _encode(text: str, record: etree._Element, name: str) -> bytes:
    try:
        bom = bytes.fromhex(record.get("bom", ""))
        return encode_text(text, record.get("encoding", "utf-8"), bom)
    except (SourceError, ValueError) as error:
        raise TeiError(
            f"{name}, line {record.sourceline}: the source cannot be written down again ({error})"
        ) from error


def decode_source(data: bytes, record: etree._Element) -> str:
    """The text of the carried bytes, decoded as `record` says it was when the TEI was written."""
    encoding, bom = record.get("encoding", "utf-8"), record.get("bom", "")
    if encoding == "cp1252":
        return Source.from_bytes(data).text
    return data[len(bom) // 2 :].decode(encoding, "surrogatepass")
