"""Reading XML that others made: without entities, without the network, within bounds, page by page.

libxml2 itself bounds depth (256 elements), names, attributes and text nodes (10 MB) as long as `huge_tree` is off.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from io import BytesIO

from lxml import etree

from cablefix.text import SourceError

# The part of a file before its root element; longer ones are not made by any OCR engine.
_LONGEST_PROLOG = 1 << 18
# What libxml2 says beside the error; not here.
_ADVICE = ", try XML_PARSE_HUGE"
_ROOT = re.compile(r"<(?P<name>[A-Za-z_][\w.:-]*)(?P<rest>[^>]*)")
_SKIPPED = re.compile(r"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_WIDE = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)


def read_prolog(data: bytes) -> str:
    """The beginning of a file as text, comments and processing instructions left out, for looking at its root.

    >>> read_prolog(b"<?xml version='1.0'?><!-- by hand --><alto/>")
    '<alto/>'
    """
    head = data[:_LONGEST_PROLOG]
    encoding = next((encoding for mark, encoding in _WIDE if head.startswith(mark)), "latin-1")
    text = head.removeprefix(codecs.BOM_UTF8).decode(encoding, "replace").removeprefix("\ufeff")
    return _SKIPPED.sub("", text).lstrip()


def _split_doctype(prolog: str) -> tuple[str, str]:
    """The document type declaration with its internal subset, and what follows it."""
    if prolog[:9].upper() != "<!DOCTYPE":
        return "", prolog
    depth, quote = 0, ""
    for k, char in enumerate(prolog):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "<>":
            depth += 1 if char == "<" else -1
            if depth == 0:
                return prolog[: k + 1], prolog[k + 1 :]
    return prolog, ""


def root_of(data: bytes) -> tuple[str, str]:
    """The local name of the root element and the text of its attributes; empty strings where there is none.

    >>> root_of(b'<!DOCTYPE html><html lang="en"><body/></html>')
    ('html', ' lang="en"')
    """
    _, rest = _split_doctype(read_prolog(data))
    found = _ROOT.match(rest.lstrip())
    return (found["name"].rpartition(":")[2], found["rest"]) if found else ("", "")


def refuse_entities(data: bytes, name: str) -> None:
    """Raise `SourceError` when the file declares entities: no OCR format does, and they are a way to attack."""
    doctype, _ = _split_doctype(read_prolog(data))
    if "<!ENTITY" in doctype:
        raise SourceError(f"{name}: declares entities in its document type; remove the declarations and their uses")


def not_well_formed(error: etree.XMLSyntaxError, name: str) -> SourceError:
    """The error of the parser as ours, with line and column."""
    line, column = error.position
    text = " ".join((error.msg or "no element at all").split(", line ", 1)[0].split()).removesuffix(_ADVICE)
    if "encoding" in text.lower() or "utf-8" in text.lower():
        remedy = "the file is not in the encoding that its first line declares; declare the one that it is in"
    elif any(word in text.lower() for word in ("excessive depth", "limit", "too long", "too big")):
        remedy = "no OCR engine writes such a file; do not trust it"
    else:
        remedy = "the file is cut off or damaged; take it from a copy"
    return SourceError(f"{name}, line {line}, column {column}: not well-formed XML ({text}); {remedy}")


def parse_tree(data: bytes, name: str) -> etree._ElementTree:
    """The tree of an XML file, comments and all, for writing it again. Raises `SourceError`."""
    refuse_entities(data, name)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.parse(BytesIO(data), parser)
    except etree.XMLSyntaxError as error:
        raise not_well_formed(error, name) from error


def stream_elements(data: bytes, tag: str, name: str, *, marked: str = "") -> Iterator[etree._Element]:
    """The elements with this tag (``{*}Page``), each whole when it comes and emptied afterwards.

    With `marked` only those whose class has that word. What stands before them in the file can be reached from them.
    Raises `SourceError`.
    """
    refuse_entities(data, name)
    events = etree.iterparse(
        BytesIO(data),
        events=("end",),
        tag=tag,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _, element in events:
            if not marked or marked in (element.get("class") or ""):
                yield element
                element.clear(keep_tail=False)
    except etree.XMLSyntaxError as error:
        raise not_well_formed(error, name) from error


def elements_of(data: bytes, tag: str, name: str, *, keep: bool) -> Iterator[etree._Element]:
    """The elements with this tag: one after the other, or with `keep` those of a whole tree. Raises `SourceError`."""
    return parse_tree(data, name).getroot().iter(tag) if keep else stream_elements(data, tag, name)


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace; "" for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def number(text: str | None, default: float = float("nan")) -> float:
    """A number from an attribute; the default where there is none or where it is no number.

    >>> number("12.5"), number(None, 0.0)
    (12.5, 0.0)
    """
    if text is None:
        return default
    try:
        return float(text)
    except ValueError:
        return default
