"""What all forms of a document share, and what all telegrams with a date-time group share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.generate.model import MONTHS, PRECEDENCE_WORDS, Address, Document, Reference, SourceError
from benchmarks.generate.typeset import Block


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands: its number in the file, its section, its number in that section; all from 1."""

    page: int
    section: int
    page_in_section: int


@dataclass(frozen=True, slots=True)
class Totals:
    """How many pages and sections the typeset document has."""

    pages: int
    sections: int


class Form:
    """What all forms share; a form overrides what differs."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.header = document.header

    def opening(self, section: int, totals: Totals) -> list[Block]:
        """The header's logical lines, for one section."""
        raise NotImplementedError

    def closing(self) -> list[Block]:
        """What follows the last paragraph: the signature, protocol lines."""
        signature = self.header.signature
        return [Block(signature, before=1)] if signature else []

    def head(self, place: Place, totals: Totals) -> list[str]:
        """Running head of a page, top to bottom; empty strings are blank lines."""
        return []

    def foot(self, place: Place, totals: Totals) -> list[str]:
        """Foot of a page."""
        return []

    def fields(self, totals: Totals) -> dict[str, Any]:
        """The record's header fields; what the document does not have is absent."""
        return {}

    def beside(self) -> dict[str, Any]:
        """Facts of the era that the record holds beside its fields."""
        return {}

    def need(self, *keys: str) -> None:
        """Refuses a document whose header lacks a key that this form prints.

        Raises:
            SourceError: one of the keys is absent or empty.
        """
        for key in keys:
            if not getattr(self.header, key):
                raise SourceError(f"{self.document.id}: form {self.document.form} needs header.{key}")


def spaced_out(text: str) -> str:
    """Spaces a classification as cables print it.

    >>> spaced_out("TOP SECRET")
    'T O P  S E C R E T'
    """
    return "  ".join(" ".join(word) for word in text.split(" "))


def addressee_blocks(word: str, addresses: Sequence[Address]) -> list[Block]:
    """`TO` or `INFO` with its addressees, one a line."""
    return [Block(f"{word} {a.printed}" if i == 0 else a.printed) for i, a in enumerate(addresses)]


def reference_text(reference: Reference) -> str:
    """`A. 04 MANILA 1101`, or the bare text where no letter stands before it."""
    return f"{reference.label} {reference.text}" if reference.label else reference.text


class CableForm(Form):
    """What all telegrams with a date-time group have in common."""

    def dtg(self) -> str:
        """Date-time group with its precedence letters: `P 150915Z MAR 04`."""
        sent = self.header.sent
        if sent is None:
            raise SourceError(f"{self.document.id}: header.sent is missing")
        return f"{self.header.precedence} {sent:%d%H%M}Z {MONTHS[sent.month - 1]} {sent.year % 100:02d}"

    def number(self) -> str:
        return f"{self.header.number:0{self.header.digits}d}"

    def envelope(self) -> Iterator[Block]:
        """From the date-time group to the last addressee."""
        header = self.header
        yield Block(self.dtg())
        yield Block(f"FM {header.sender}")
        yield from addressee_blocks("TO", header.to)
        yield from addressee_blocks("INFO", header.info)

    def classification_line(self, section: int, totals: Totals) -> str:
        header = self.header
        shown = spaced_out(header.classification) if header.spaced else header.classification
        part = f"SECTION {section:02d} OF {totals.sections:02d} " if header.sections else ""
        return f"{shown} {part}{header.post} {self.number()}"

    def subject_lines(self, section: int, totals: Totals) -> Iterator[Block]:
        """From the classification line to the references, as all eras since 1973 order them."""
        header = self.header
        yield Block(self.classification_line(section, totals), before=1)
        for number, line in enumerate((*header.captions, *header.passing)):
            yield Block(line, before=int(number in {0, len(header.captions)}))
        eo_line = header.eo_line or self._eo_line()
        if eo_line:
            yield Block(eo_line, before=1)
        if header.tags:
            yield Block(f"TAGS: {header.tag_separator.join(header.tags)}")
        if header.subject:
            first = not eo_line and not header.tags
            indent = len(header.subject_label) + 1
            yield Block(f"{header.subject_label} {header.subject}", indent=indent, before=int(first))
        yield from self._references()
        if header.classified_by:
            line = header.classified_line.format(by=header.classified_by, reasons=header.reasons)
            yield Block(line, before=1)

    def _eo_line(self) -> str:
        header = self.header
        if not header.eo:
            return ""
        plain = re.match(r"N/A|GDS|XGDS|ADS|RDS", header.decl)
        return f"E.O. {header.eo}: {header.decl}" if plain else f"E.O. {header.eo}: DECL: {header.decl}"

    def _references(self) -> Iterator[Block]:
        header = self.header
        texts = [reference_text(r) for r in header.refs]
        indent = len(header.ref_label) + 1
        if not header.refs_apart:
            texts = [header.ref_separator.join(texts)] if texts else []
        for i, text in enumerate(texts):
            if i == 0:
                yield Block(f"{header.ref_label} {text}", before=1, indent=indent)
            else:
                yield Block(text, first=indent, indent=indent)

    def fields(self, totals: Totals) -> dict[str, Any]:
        header = self.header
        sent = header.sent
        found: dict[str, Any] = {
            "precedence": PRECEDENCE_WORDS[header.precedence[0]] if header.precedence else "",
            "dtg_iso": f"{sent:%Y-%m-%dT%H:%M:%S}Z" if sent else "",
            "from": header.sender,
            "to": [a.record for a in header.to],
            "info": [a.record for a in header.info],
            "classification": header.classification,
            "section": 1 if header.sections else None,
            "sections_total": totals.sections if header.sections else None,
            "post": header.post,
            "message_number": self.number() if header.number else "",
            "captions": list(dict.fromkeys(header.captions)),
            "eo": header.eo,
            "decl": header.decl,
            "tags": list(header.tags),
            "subject": header.subject,
            "refs": [{**r.record, "label": r.label.strip("().")} if r.label else r.record for r in header.refs],
            "classified_by": header.classified_by,
            "reasons": header.reasons,
            "signature": header.signature,
        }
        return {key: value for key, value in found.items() if value not in ("", [], None)}
