"""The model of a benchmark document: one TOML file holds all that its page, reading text and record say.

Nothing that can be computed is written down twice: the Julian day comes from the date, the serial from the
message number, the distribution total from the copies, section counts and page heads from the typeset pages.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

FORMS = ("acp127", "printout", "telegram", "incoming", "prose", "sheet")
PRECEDENCE_WORDS = {"Z": "FLASH", "O": "IMMEDIATE", "P": "PRIORITY", "R": "ROUTINE"}
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
"""Month names as date-time groups spell them, January first."""

# A redaction in a text: {{code:width}}; the code may be empty, the width counts print columns.
REDACTION = re.compile(r"\{\{(?P<code>[^:{}]*):(?P<width>\d+)\}\}")

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


class SourceError(ValueError):
    """A document's source file that cannot be used; the message names the file, the place and the remedy."""


@dataclass(frozen=True, slots=True)
class Address:
    """One addressee; empty strings stand for what the line does not have."""

    name: str
    routing: str = ""
    precedence: str = ""
    serial: str = ""

    @property
    def printed(self) -> str:
        parts = (f"{self.routing}/{self.name}" if self.routing else self.name, self.precedence, self.serial)
        return " ".join(part for part in parts if part)

    @property
    def record(self) -> dict[str, str]:
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference to another message, with the letter that labels it, if any."""

    text: str
    label: str = ""

    @property
    def record(self) -> dict[str, str]:
        return {"label": self.label, "text": self.text} if self.label else {"text": self.text}


@dataclass(frozen=True, slots=True)
class Entry:
    """One paragraph: a heading above it, its number and portion mark, its text, list items and table rows.

    `text` and `after` are parted into logical lines by blank lines; `table` stands between them.
    """

    text: str = ""
    n: int | None = None
    portion: str = ""
    heading: str = ""
    table: tuple[str, ...] = ()
    after: str = ""
    page_break: bool = False
    section_break: bool = False


@dataclass(frozen=True, slots=True)
class Stamp:
    """A line of page furniture that an archive or a reviewer put on the page."""

    text: str
    place: str = "head"
    pages: str = "all"
    align: str = "center"

    def on(self, page: int, total: int) -> bool:
        """Whether it stands on this page (counted from 1)."""
        return {"all": True, "first": page == 1, "later": page > 1, "last": page == total}[self.pages]


@dataclass(frozen=True, slots=True)
class Geometry:
    """How the page is set: columns, lines a page, and the habits of the typist or the printer."""

    width: int = 62
    lines: int = 48
    hyphenate: bool = False
    sentence_gap: int = 1
    pilcrow: bool = True
    number_gap: int = 1
    rules: bool = True
    item_indent: int = 0
    item_space: bool = True
    first_indent: int = 0
    closing_indent: int = 0
    column_gap: int = 2
    number_mark: str = "."
    portion_gap: int = 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """The print of the form `sheet`, line by line, and the record that it means.

    Each string is one logical line, an empty one a blank line of the page. A string that holds line breaks is
    printed as it stands, and so is one that fits the page; a longer one is wrapped. `? ` before a line says that
    it may stay in a reading text or go. `again` is the header of later sections, whose
    first pages have the head of the first page. Lines may name `page`, `pages`,
    `section`, `sections` and `page_in_section` in braces, with a width as in `{page:02d}`.
    """

    opening: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    first_head: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    beside: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Header:
    """The header of any form; a form reads the keys that it prints and refuses a document that lacks them."""

    sent: datetime | None = None
    filed: str = ""
    precedence: str = ""
    sender: str = ""
    post: str = ""
    number: int = 0
    digits: int = 6
    to: tuple[Address, ...] = ()
    info: tuple[Address, ...] = ()
    classification: str = ""
    spaced: bool = False
    captions: tuple[str, ...] = ()
    handling: tuple[str, ...] = ()
    passing: tuple[str, ...] = ()
    eo: str = ""
    decl: str = ""
    eo_line: str = ""
    tags: tuple[str, ...] = ()
    tag_separator: str = ", "
    subject: str = ""
    subject_label: str = "SUBJECT:"
    refs: tuple[Reference, ...] = ()
    ref_label: str = "REF:"
    refs_apart: bool = False
    ref_separator: str = " "
    classified_by: str = ""
    reasons: str = ""
    classified_line: str = "Classified By: {by}. Reasons: {reasons}."
    signature: str = ""
    # acp127
    channel: str = ""
    station: str = ""
    routing_line2: str = ""
    security: str = ""
    sections: bool = False
    repeat_header: bool = False
    trailer: bool = False
    # printout and telegram
    action_word: str = "ACTION"
    action: tuple[str, ...] = ()
    distribution: tuple[str, ...] = ()
    copies_for: str = ""
    drafted_by: str = ""
    approved_by: str = ""
    cleared_by: tuple[str, ...] = ()
    counter: str = ""
    page_name: str = ""
    page_time: str = ""
    control_mark: str = ""
    group: str = ""
    # incoming
    control: str = ""
    received: tuple[str, ...] = ()
    local_time: str = ""
    copies_line: str = ""
    # prose
    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    page_head: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A benchmark document as its source file tells it."""

    id: str
    form: str
    era: str
    about: str
    traps: tuple[str, ...]
    header: Header
    geometry: Geometry
    body: tuple[Entry, ...]
    stamps: tuple[Stamp, ...] = ()
    split: str = "dev"
    lost_pages: tuple[int, ...] = ()
    release: str = ""
    sheet: Sheet = field(default_factory=Sheet)
    extra: Mapping[str, Any] = field(default_factory=dict)


def load_document(path: Path) -> Document:
    """Reads a document's source file.

    Raises:
        SourceError: the file is no TOML, or has a key or a value that the model does not know.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{path}: not valid TOML: {error}") from error
    where = str(path)
    header = dict(data.pop("header", {}))
    for key, kind in (("to", Address), ("info", Address), ("refs", Reference)):
        header[key] = tuple(_build(kind, item, f"{where}: header.{key}") for item in header.get(key, ()))
    document = _build(
        Document,
        {
            "id": path.stem,
            **data,
            "header": _build(Header, header, f"{where}: header"),
            "sheet": _build(Sheet, data.pop("sheet", {}), f"{where}: sheet"),
            "geometry": _build(Geometry, data.pop("geometry", {}), f"{where}: geometry"),
            "body": tuple(_build(Entry, item, f"{where}: body") for item in data.pop("body", ())),
            "stamps": tuple(_build(Stamp, item, f"{where}: stamps") for item in data.pop("stamps", ())),
        },
        where,
    )
    if document.form not in FORMS:
        raise SourceError(f"{where}: form {document.form!r} is none of {', '.join(FORMS)}")
    if "." in document.id:
        raise SourceError(f"{where}: a document's id must not hold a dot; rename the file")
    return document


def _build(kind: type[T], values: Mapping[str, Any], where: str) -> T:
    """Makes a dataclass from a table, lists as tuples; an unknown or missing key is an error."""
    known = {f.name for f in fields(kind)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise SourceError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")
    try:
        return kind(**{key: tuple(v) if isinstance(v, list) else v for key, v in values.items()})
    except TypeError as error:
        raise SourceError(f"{where}: {error}") from error
