"""METS: which files are the pages of a document, and in which order.

Format: https://www.loc.gov/standards/mets/. Of the file groups the one with OCR text is taken; the physical structMap
gives the order, else the order of the files themselves.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from lxml import etree

from cablefix.readers.xml import number, parse_tree
from cablefix.text import SourceError

_HREF = "{http://www.w3.org/1999/xlink}href"
# What libraries call the group of OCR files; DFG Viewer has FULLTEXT, others ALTO, OCR-D names each step.
_USES = ("FULLTEXT", "ALTO", "OCR", "PAGE", "HOCR", "TEXT")
_TEXTUAL = ("xml", "html", "hocr", "text/", "tab-separated")
_OCR_D = "OCR-D-"


class NoTextError(SourceError):
    """A METS file knows of no files with text, only of images."""


def mets_files(data: bytes, name: str = "<METS>") -> list[str]:
    """The names of the page files of a METS document, in order, relative to it.

    Raises `SourceError` when there is none, and for a name that leads out of the folder or to the network.
    """
    root = parse_tree(data, name).getroot()
    groups = [group for group in root.iter("{*}fileGrp") if _text_files(group)]
    if not groups:
        wanted = ", ".join(_USES)
        remedy = "give the folder with the pages"
        raise NoTextError(f"{name}: has no file group with OCR text (USE one of {wanted}); {remedy}")
    # Of several that are as good the last: tools add a group for each step.
    group = min(reversed(groups), key=_preference)
    places = {file.get("ID") or "": _place(file, name) for file in _text_files(group)}
    ordered = [places[key] for key in _physical_order(root) if places.get(key)]
    return list(dict.fromkeys(ordered)) or [place for place in places.values() if place]


def _text_files(group: etree._Element) -> list[etree._Element]:
    """The files of a group that may be pages of text, by their media types; those without one may be."""
    kinds = [(file, (file.get("MIMETYPE") or "").lower()) for file in group.iterchildren("{*}file")]
    return [file for file, kind in kinds if not kind or any(part in kind for part in _TEXTUAL)]


def _preference(group: etree._Element) -> int:
    use = (group.get("USE") or "").upper().removeprefix(_OCR_D)
    return next((rank for rank, wanted in enumerate(_USES) if wanted in use), len(_USES))


def _physical_order(root: etree._Element) -> list[str]:
    """The ids of files as the pages of the physical structure point at them."""
    found: list[str] = []
    for structure in root.iter("{*}structMap"):
        if (structure.get("TYPE") or "").upper() != "PHYSICAL":
            continue
        pages = [div for div in structure.iter("{*}div") if div.find("{*}fptr") is not None]
        pages.sort(key=lambda div: number(div.get("ORDER"), 0.0))
        for page in pages:
            for pointer in page.iter("{*}fptr", "{*}area"):
                key = pointer.get("FILEID")
                if key:
                    found.append(key)
    return found


def _place(file: etree._Element, name: str) -> str:
    location = file.find("{*}FLocat")
    href = location.get(_HREF) if location is not None else None
    return relative_place(href, name) if href else ""


def relative_place(href: str, name: str) -> str:
    """A reference to a file as a path below the METS file. Raises `SourceError` for any other.

    >>> relative_place("file://./FULLTEXT/0001.xml", "mets.xml")
    'FULLTEXT/0001.xml'
    """
    parts = urlsplit(href.replace("\\", "/"))
    if parts.scheme not in ("", "file"):
        raise SourceError(f"{name}: points at {href}; download the page files beside it and point at them there")
    text = unquote(parts.netloc + parts.path) if parts.scheme == "file" else unquote(parts.path)
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or ":" in text:
        raise SourceError(f"{name}: points at {href}, outside its own folder; do not trust it, or move the files there")
    return str(path)
