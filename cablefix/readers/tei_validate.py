"""Checks of a TEI file that cablefix wrote: well-formed, valid against our profile, at one with itself and its source.

The profile (schema/cablefix.rng) is a small part of TEI P5 and loads in a few milliseconds; tei_all takes libxml2 some
ten seconds. What a grammar cannot say is checked here: ids are unique, pointers lead somewhere, the source comes back
with its digest, and every line of the text reads, with `sic` taken for `corr`, as the source does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree

from cablefix.layout import IGNORABLE, Layout
from cablefix.readers.tei import text_lines
from cablefix.readers.tei_source import (
    XML_ID,
    LoadSidecar,
    TeiError,
    carried_bytes,
    decode_source,
    find_record,
    parse_tei,
    source_doc_text,
    tei,
)

SCHEMA = Path(__file__).resolve().parent.parent / "schema" / "cablefix.rng"
_POINTERS = ("target", "ref", "corresp", "resp", "who", "ana", "scheme", "facs")
_SCHEMES = frozenset({"http", "https", "urn", "mailto", "file"})
_PREFIX = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_IGNORED = re.compile(f"[{IGNORABLE}]")
_PLACE = re.compile(r"^(?P<rest>.*?)(?:, line (?P<line>\d+)(?:, column \d+)?)?: (?P<what>.*)$", re.DOTALL)
# Of one kind of problem no more than this many are listed.
_MOST = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a TEI file: file, line of the XML (0 where it concerns the whole), what, and what to do."""

    file: str
    line: int
    message: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.message}; {self.remedy}"


@cache
def load_schema() -> etree.RelaxNG:
    """The profile schema that comes with cablefix."""
    return etree.RelaxNG(etree.parse(str(SCHEMA)))


def validate_tei(data: bytes, *, name: str = "<TEI>", load_sidecar: LoadSidecar | None = None) -> list[Problem]:
    """The problems of a TEI file, empty when there are none.

    Without `load_sidecar` a source that lies in a file beside is not compared with the text.
    """
    try:
        root = parse_tei(data, name)
    except TeiError as error:
        return [_problem_of(error, name)]
    problems = [*_grammar(root, name), *_ids(root, name), *_pointers(root, name), *_choices(root, name)]
    return sorted(problems, key=lambda problem: problem.line) + list(_source(root, name, load_sidecar))


def _problem_of(error: TeiError, name: str) -> Problem:
    match = _PLACE.match(str(error))
    what = match["what"] if match else str(error)
    message, _, remedy = what.rpartition("; ")
    line = int(match["line"] or 0) if match else 0
    return Problem(name, line, message or what, remedy if message else "take the file from a copy")


def _grammar(root: etree._Element, name: str) -> Iterator[Problem]:
    schema = load_schema()
    if schema.validate(root):
        return
    seen = set()
    for entry in list(schema.error_log)[:_MOST]:
        if (entry.line, entry.message) not in seen:
            seen.add((entry.line, entry.message))
            message = entry.message.replace("{http://www.tei-c.org/ns/1.0}", "")
            yield Problem(name, entry.line, message, "see docs/tei.md for what the profile allows")


def _ids(root: etree._Element, name: str) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for element in root.iter(etree.Element):
        key = element.get(XML_ID)
        if key is None:
            continue
        line = int(element.sourceline or 0)
        if key in seen:
            yield Problem(
                name, line, f"xml:id {key!r} stands on line {seen[key]} already", "give one of them another id"
            )
        seen.setdefault(str(key), line)


def _pointers(root: etree._Element, name: str) -> Iterator[Problem]:
    ids = {element.get(XML_ID) for element in root.iter(etree.Element)}
    prefixes = {item.get("ident") for item in root.iter(tei("prefixDef"))}
    for element in root.iter(f"{{{root.nsmap.get(None)}}}*"):
        for attribute in _POINTERS:
            value = element.get(attribute)
            for pointer in str(value).split() if value else ():
                line = int(element.sourceline or 0)
                if pointer.startswith("#"):
                    if pointer[1:] not in ids:
                        remedy = "add the element it means, or remove the pointer"
                        yield Problem(name, line, f"{attribute}={pointer!r} points at nothing", remedy)
                elif (match := _PREFIX.match(pointer)) and match[1] not in prefixes | _SCHEMES:
                    remedy = "declare it with prefixDef"
                    yield Problem(name, line, f"the prefix of {attribute}={pointer!r} is not declared", remedy)


def _choices(root: etree._Element, name: str) -> Iterator[Problem]:
    for choice in root.iter(tei("choice")):
        children = [child.tag for child in choice.iterchildren(etree.Element)]
        if children != [tei("corr"), tei("sic")]:
            remedy = "write corr first, for plain-text tools take the first child"
            yield Problem(name, int(choice.sourceline or 0), "a choice is corr, then sic", remedy)


def _source(root: etree._Element, name: str, load_sidecar: LoadSidecar | None) -> Iterator[Problem]:
    """The carried source fits its digest, and the text fits the source."""
    try:
        record = find_record(root, name)
        stated = [str(item.text) for item in root.iter(tei("idno")) if item.get("type") == "sha256"]
        if stated != [record.get("sha256")]:
            line = int(record.sourceline or 0)
            yield Problem(name, line, "the digests in idno and in xenoData differ", "take the file from a copy")
        carrier = record.get("carrier")
        if carrier == "none" or (carrier == "sidecar" and load_sidecar is None):
            return
        data = carried_bytes(root, name, load_sidecar)
        if record.get("media") is None:
            yield from _agreement(root, name, decode_source(data, record))
        elif root.find(tei("sourceDoc")) is not None:
            yield from _agreement(root, name, source_doc_text(root, name))
    except TeiError as error:
        yield _problem_of(error, name)


def _agreement(root: etree._Element, name: str, source: str) -> Iterator[Problem]:
    """Each line of the text against the line of the source."""
    lines = [_IGNORED.sub("", "".join(line.split())) for line in Layout.from_text(source).text_lines()]
    shown: dict[int, str] = {}
    places: dict[int, int] = {}
    for part in text_lines(root, name):
        places.setdefault(part.n, part.at)
        shown[part.n] = shown.get(part.n, "") + part.text
    wrong = 0
    for n in sorted(shown.keys() | {n for n, line in enumerate(lines, 1) if line}):
        text = _IGNORED.sub("", shown.get(n, ""))
        line = lines[n - 1] if 0 < n <= len(lines) else ""
        if text == line:
            continue
        wrong += 1
        if wrong > _MOST:
            return
        message = f"line {n} of the source reads {_short(line)}, the text has {_short(text)}"
        yield Problem(name, places.get(n, 0), message, "mark the change as choice with corr and sic")


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...") if text else "nothing"
