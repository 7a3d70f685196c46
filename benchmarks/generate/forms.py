"""The forms a document may stand on: what their header prints, what each page has at head and foot.

The forms follow the eras of the State Department's telegrams: the incoming telegram of the early 1960s with
its control number and local time; the telegram sheet of 1965-72 with `PAGE 01 TEGUCI 02308 141640Z` and a
distribution whose copies add up; the file printout of 1973-79; the ACP-127 message of 1995-2010; and prose.
The form `sheet` is any other: its source has the lines themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.generate.forms_base import CableForm, Form, Place, Totals
from benchmarks.generate.forms_telegram import FileForm, IncomingForm
from benchmarks.generate.model import Document, SourceError
from benchmarks.generate.typeset import Block, collapse

__all__ = ["Form", "Place", "Totals", "form_of"]


class Acp127Form(CableForm):
    """The message of 1995-2010 (and the abridged NODIS copy of 1982-95) with its ACP-127 format lines."""

    def _serial(self) -> str:
        return self.number()[-4:]

    def _julian(self) -> str:
        sent = self.header.sent
        return f"{sent:%j}" if sent else ""

    def _start(self, section: int) -> Iterator[str]:
        header = self.header
        if header.channel:
            match = re.fullmatch(r"(.*?)(\d+)", header.channel)
            if not match:
                raise SourceError(f"{self.document.id}: header.channel must end in digits")
            serial = int(match[2]) + section - 1
            yield f"{match[1]}{serial:0{len(match[2])}d}"
        if header.routing_line2:
            yield header.routing_line2
        if header.station:
            part = f"/{section:02d}" if header.sections else ""
            yield f"DE {header.station} #{self._serial()}{part} {self._julian()}{header.filed}"
        if header.security:
            yield header.security

    def opening(self, section: int, totals: Totals) -> list[Block]:
        self.need("sent", "precedence", "sender", "to", "post", "number", "classification")
        blocks = [Block(line) for line in self._start(section)]
        blocks += self.envelope()
        if self.header.trailer:
            blocks.append(Block("BT", kind="optional"))
        blocks += self.subject_lines(section, totals)
        return blocks

    def closing(self) -> list[Block]:
        blocks = super().closing()
        if self.header.trailer:
            blocks.append(Block("BT", kind="optional"))
            blocks.append(Block(f"#{self._serial()}", kind="optional"))
            blocks.append(Block("NNNN", kind="optional", before=1))
        return blocks

    def head(self, place: Place, totals: Totals) -> list[str]:
        header = self.header
        if not header.sections or header.repeat_header or place.page == 1:
            return []
        total = totals.sections
        return [f"{header.post} {header.number:08d} {place.section:03d} OF {total:03d}", "", ""]

    def fields(self, totals: Totals) -> dict[str, Any]:
        header = self.header
        start: dict[str, Any] = {}
        if header.channel:
            start["channel"] = header.channel
        if header.routing_line2:
            start["routing_line2"] = header.routing_line2
        if header.station:
            section = {"section": "01"} if header.sections else {}
            start["de"] = {
                "station": header.station,
                "serial": self._serial(),
                **section,
                "julian": self._julian(),
                "time": header.filed,
            }
        if header.security:
            start["security_line"] = header.security
        return {**start, **super().fields(totals)}


class ProseForm(Form):
    """A memorandum or a letter: opening lines, paragraphs, closing lines, numbers from the second page on."""

    def opening(self, section: int, totals: Totals) -> list[Block]:
        blocks = []
        gap = 0
        for line in self.header.opening:
            if line:
                text = line.lstrip()
                indent = len(line) - len(text)
                blocks.append(Block(text, first=indent, indent=indent, before=gap))
            gap = 0 if line else gap + 1
        return blocks

    def closing(self) -> list[Block]:
        blocks = []
        gap = 1
        indent = self.document.geometry.closing_indent
        for line in self.header.closing:
            if line:
                blocks.append(Block(line.lstrip(), first=indent if line[0] == " " else 0, before=gap))
            gap = 0 if line else gap + 1
        return blocks

    def head(self, place: Place, totals: Totals) -> list[str]:
        banner = [" " * 24 + self.header.classification, ""] if self.header.classification else []
        if place.page == 1 or not self.header.page_head:
            return banner
        return [*banner, self.header.page_head.format(n=place.page), ""]

    def foot(self, place: Place, totals: Totals) -> list[str]:
        return ["", " " * 24 + self.header.classification] if self.header.classification else []


class SheetForm(Form):
    """A header written out in the source, with the record that it means."""

    def opening(self, section: int, totals: Totals) -> list[Block]:
        lines = self.document.sheet.opening if section == 1 else self.document.sheet.again
        return self._blocks(lines, Place(1, section, 1), totals)

    def closing(self) -> list[Block]:
        return self._blocks(self.document.sheet.closing, Place(1, 1, 1), Totals(1, 1), gap=1)

    def head(self, place: Place, totals: Totals) -> list[str]:
        sheet = self.document.sheet
        first = place.page == 1 or (bool(sheet.again) and place.page_in_section == 1)
        return _filled(sheet.first_head if first else sheet.head, place, totals)

    def foot(self, place: Place, totals: Totals) -> list[str]:
        return _filled(self.document.sheet.foot, place, totals)

    def fields(self, totals: Totals) -> dict[str, Any]:
        return dict(self.document.sheet.fields)

    def beside(self) -> dict[str, Any]:
        return dict(self.document.sheet.beside)

    def _blocks(self, lines: Sequence[str], place: Place, totals: Totals, gap: int = 0) -> list[Block]:
        blocks: list[Block] = []
        for line in _filled(lines, place, totals):
            if not line:
                gap += 1
                continue
            text = line.removeprefix("? ")
            printed = tuple(text.split("\n"))
            fits = max(map(len, printed)) <= self.document.geometry.width
            blocks.append(
                Block(
                    collapse(text),
                    kind="optional" if text != line else "text",
                    before=gap,
                    fixed=printed if fits or len(printed) > 1 else (),
                )
            )
            gap = 0
        return blocks


def _filled(lines: Sequence[str], place: Place, totals: Totals) -> list[str]:
    """Lines with the numbers of their page in place of the names in braces."""
    numbers = {
        "page": place.page,
        "section": place.section,
        "page_in_section": place.page_in_section,
        "pages": totals.pages,
        "sections": totals.sections,
    }
    return [line.format(**numbers) for line in lines]


def form_of(document: Document) -> Form:
    """The form that a document stands on."""
    kinds: dict[str, type[Form]] = {
        "acp127": Acp127Form,
        "printout": FileForm,
        "telegram": FileForm,
        "incoming": IncomingForm,
        "prose": ProseForm,
        "sheet": SheetForm,
    }
    return kinds[document.form](document)
