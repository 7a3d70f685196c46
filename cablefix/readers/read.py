"""Any document from any of the formats: recognised by content, unpacked where it is packed, many files as one."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cablefix.readers.abbyy import abbyy_pages
from cablefix.readers.alto import alto_pages
from cablefix.readers.archives import Member, pack, read_file, read_folder, unpack_gzip, unpack_zip
from cablefix.readers.build import FormatFacts, build_document
from cablefix.readers.detect import GZIP, METS, ZIP, detect_format
from cablefix.readers.djvuxml import djvuxml_pages
from cablefix.readers.document import Page, ReadDocument
from cablefix.readers.hocr import hocr_pages
from cablefix.readers.mets import NoTextError, mets_files
from cablefix.readers.page import page_pages
from cablefix.readers.pdf import pdf_pages
from cablefix.readers.plain import plain_pages, read_plain
from cablefix.readers.tsv import tsv_pages
from cablefix.text import Container, Source, SourceError

ReadPages = Callable[..., Iterator[Page]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name for people, its media type, its reader; `writable` where elements can be corrected."""

    title: str
    media_type: str
    pages: ReadPages
    writable: bool = False


# In the order of preference where a folder has the same pages in several formats.
FORMATS: dict[str, Format] = {
    "page": Format("PAGE XML", "application/vnd.prima.page+xml", page_pages, True),
    "alto": Format("ALTO", "application/xml+alto", alto_pages, True),
    "hocr": Format("hOCR", "text/vnd.hocr+html", hocr_pages, True),
    "abbyy": Format("ABBYY FineReader XML", "application/xml+abbyy", abbyy_pages),
    "djvuxml": Format("DjVuXML", "application/xml+djvu", djvuxml_pages),
    "tsv": Format("Tesseract TSV", "text/tab-separated-values", tsv_pages),
    "pdf": Format("PDF", "application/pdf", pdf_pages),
    "text": Format("plain text", "text/plain", plain_pages),
}


def read_document(what: str | Path | bytes, name: str = "") -> ReadDocument:
    """The document in a file, a folder of pages, or bytes; `name` is how messages name it.

    Formats: hOCR, ALTO 2-4, PAGE XML 2013-2019, ABBYY FineReader XML, DjVuXML, Tesseract TSV, PDF with a text layer
    (extra `pdf`), plain text; gzip and zip of these; a folder, zip archive or METS file of pages. The content says
    which it is. Raises `SourceError` naming the file, the place and the remedy.

    >>> read_document(b"The tug left.").layout.words
    3
    """
    if isinstance(what, bytes):
        return _read_bytes(what, name or "<bytes>", None)
    path = Path(what)
    label = name or str(path)
    if path.is_dir():
        members = read_folder(path)
        return _read_members(members, label, lambda used: Container(pack(used), "application/zip"))
    return _read_bytes(read_file(path), label, path.parent)


def _read_bytes(data: bytes, name: str, folder: Path | None) -> ReadDocument:
    kind = detect_format(data, name)
    if kind == "text":
        return read_plain(data, name)
    if kind == METS:
        return _read_mets(data, name, folder)
    if kind == ZIP:
        return _read_members(unpack_zip(data, name), name, lambda _: Container(data, "application/zip"))
    if kind == GZIP:
        inner = unpack_gzip(data, name)
        return _build([Member("", inner)], _plain_kind(inner, name), Container(data, "application/gzip"), name)
    return _build([Member("", data)], kind, Container(data, FORMATS[kind].media_type), name)


def _plain_kind(data: bytes, name: str) -> str:
    kind = detect_format(data, name)
    if kind not in FORMATS:
        raise SourceError(f"{name}: holds a {kind} file, packed twice; unpack it first")
    return kind


def _read_mets(data: bytes, name: str, folder: Path | None) -> ReadDocument:
    if folder is None:
        raise SourceError(f"{name}: is METS, which only names its pages; give the path of the METS file or its folder")
    root = folder.resolve()
    members = [Member("mets.xml", data)]
    for place in mets_files(data, name):
        path = (root / place).resolve()
        if not path.is_relative_to(root):
            raise SourceError(f"{name}: points at {place}, outside its own folder; do not trust it")
        members.append(Member(place, read_file(path)))
    pages = members[1:]
    kind = _plain_kind(pages[0].data, pages[0].name)
    return _build(pages, kind, Container(pack(members), "application/zip"), name)


def _read_members(members: Sequence[Member], name: str, container: Callable[[list[Member]], Container]) -> ReadDocument:
    """The document that the files of a folder or archive are the pages of."""
    pages, kind, warnings = choose_pages(members, name)
    used = [member for member in members if member in pages or _is_mets(member)]
    return _build(pages, kind, container(used), name, warnings)


def choose_pages(members: Sequence[Member], name: str) -> tuple[list[Member], str, list[str]]:
    """The files that are pages, in order, their format, and warnings about others. Raises `SourceError` for none.

    A METS file among them says which they are. Else the format with the most files counts, images and other files
    are left out, and the order is that of the names.
    """
    by_name = {member.name: member for member in members}
    for member in members:
        if _is_mets(member):
            try:
                listed = mets_files(member.data, f"{name}/{member.name}")
            except NoTextError:
                continue  # it describes the images; the files with text stand beside it
            parent = member.name.rpartition("/")[0]
            places = [f"{parent}/{place}" if parent else place for place in listed]
            missing = next((place for place in places if place not in by_name), None)
            if missing:
                raise SourceError(f"{name}: {member.name} names {missing}, which is not there; add the file")
            pages = [by_name[place] for place in places]
            return pages, _plain_kind(pages[0].data, pages[0].name), []
    kinds = {member.name: _kind_or_none(member) for member in members}
    counts = Counter(kind for kind in kinds.values() if kind)
    if not counts:
        raise SourceError(f"{name}: holds no page in a format that can be read; see docs/formats.md for the formats")
    order = list(FORMATS)
    best = max(counts, key=lambda kind: (kind != "text", counts[kind], -order.index(kind)))
    warnings = [
        f"{name}: {count} file{'s' if count > 1 else ''} of {FORMATS[kind].title} left out beside {FORMATS[best].title}"
        for kind, count in counts.items()
        if kind != best
    ]
    return [member for member in members if kinds[member.name] == best], best, warnings


def _kind_or_none(member: Member) -> str | None:
    """The format of a file that may be a page; None for images, archives and the like."""
    if not member.data.strip():
        return None
    try:
        kind = detect_format(member.data, member.name)
    except SourceError:
        return None
    return kind if kind in FORMATS else None


def _is_mets(member: Member) -> bool:
    if not member.name.lower().endswith(".xml"):
        return False
    try:
        return detect_format(member.data, member.name) == METS
    except SourceError:
        return False


def _build(
    members: Sequence[Member], kind: str, container: Container, name: str, warnings: Sequence[str] = ()
) -> ReadDocument:
    facts = FormatFacts(kind, warnings=list(warnings))
    container = Container(container.data, container.media_type, kind)
    pages = itertools.chain.from_iterable(pages_of(member, kind, name, facts) for member in members)
    found = build_document(pages, facts, container, name)
    if kind == "pdf" and not found.layout.words:
        raise SourceError(f"{name}: none of its {len(found.page_id)} pages has a text layer; run OCR on it first")
    return found


def pages_of(
    member: Member, kind: str, name: str, facts: FormatFacts, *, keep_elements: bool = False
) -> Iterator[Page]:
    """The pages of one file, each with the name of the file where it is one of several."""
    label = f"{name}/{member.name}" if member.name else name
    more = {"keep_elements": True} if keep_elements and FORMATS[kind].writable else {}
    found = FORMATS[kind].pages(member.data, label, facts, **more)
    for page in found:
        page.member = member.name
        yield page


def members_of(source: Source) -> list[Member]:
    """The files that a source was read from: one, or the pages of its archive. ValueError without a container."""
    container = source.container
    if container is None:
        raise ValueError(f"{source.origin}: was not read from an OCR format")
    kind = detect_format(container.data, source.origin)
    if kind == GZIP:
        return [Member("", unpack_gzip(container.data, source.origin))]
    if kind == ZIP:
        pages, _, _ = choose_pages(unpack_zip(container.data, source.origin), source.origin)
        return pages
    return [Member("", container.data)]


def read_again(source: Source) -> ReadDocument:
    """The document that a source was read from, with the elements of its trees, for writing corrections into them.

    Raises `SourceError` when the container no longer gives the text of the source.
    """
    members = members_of(source)
    container = source.container
    kind = container.read_as if container else "text"
    facts = FormatFacts(kind)
    pages = itertools.chain.from_iterable(
        pages_of(member, kind, source.origin, facts, keep_elements=True) for member in members
    )
    assert container is not None
    keep = FORMATS[kind].writable
    found = build_document(pages, facts, container, source.origin, keep_elements=keep)
    if found.source.text != source.text:
        raise SourceError(f"{source.origin}: the file no longer gives the text that was restored; restore it again")
    return found
