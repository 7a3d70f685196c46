"""The telegram sheet of 1965-72, the file printout of 1973-79, and the incoming telegram of the early 1960s."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.generate.forms_base import CableForm, Place, Totals
from benchmarks.generate.model import PRECEDENCE_WORDS, SourceError
from benchmarks.generate.typeset import Block, collapse


class FileForm(CableForm):
    """The telegram sheet of 1965-72 and the file printout of 1973-79.

    Both have banners, page heads and a distribution whose copies add up.
    """

    @property
    def _sheet(self) -> bool:
        return self.document.form == "telegram"

    def _copies(self) -> list[tuple[str, int]]:
        pairs = []
        for item in (*self.header.action, *self.header.distribution):
            match = re.fullmatch(r"([A-Z]+)[ -](\d\d)", item)
            if not match:
                raise SourceError(f"{self.document.id}: {item!r} is not an office with two digits of copies")
            pairs.append((match[1], int(match[2])))
        return pairs

    def _total(self) -> int:
        return sum(copies for _, copies in self._copies())

    def _distribution(self) -> Iterator[Block]:
        header = self.header
        yield Block(f"{header.action_word} {' '.join(header.action)}", before=int(bool(header.control_mark)))
        if not header.distribution:
            return
        total = f"/{self._total():03d} {header.copies_for}".rstrip()
        if self._sheet:
            lines = break_after_commas("INFO " + ",".join((*header.distribution, total)), 60)
        else:
            lines = spread(("INFO", *header.distribution, total), 60)
        yield Block(" ".join(lines), before=1, fixed=tuple(lines))

    def opening(self, section: int, totals: Totals) -> list[Block]:
        self.need("sent", "precedence", "sender", "to", "post", "number", "classification", "action", "page_name")
        header = self.header
        blocks = [Block(header.control_mark, kind="optional")] if header.control_mark else []
        blocks += self._distribution()
        for label, text in (("DRAFTED BY", header.drafted_by), ("APPROVED BY", header.approved_by)):
            if text:
                blocks.append(Block(f"{label} {text}", before=int(label == "DRAFTED BY")))
        blocks += [Block(line) for line in header.cleared_by]
        if header.counter:
            dash = "-" * 18 + header.counter
            blocks.append(Block(dash, kind="optional", fixed=(" " * 20 + dash,), before=1))
        blocks += self.envelope()
        blocks += self.subject_lines(section, totals)
        return blocks

    def closing(self) -> list[Block]:
        blocks = [Block(self.header.group, before=1)] if self.header.group else []
        blocks += super().closing()
        if not self._sheet and self.header.trailer:
            blocks.append(Block("NNNN", kind="optional", before=1))
        return blocks

    def head(self, place: Place, totals: Totals) -> list[str]:
        header = self.header
        part = f"{place.section:02d} OF {totals.sections:02d}" if header.sections else ""
        gap = " " if self._sheet else "        "
        pieces = (header.page_name, f"{header.number:05d}", part, header.page_time)
        page = f"PAGE {place.page_in_section:02d}{gap}" + " ".join(piece for piece in pieces if piece)
        letterhead = [" " * 12 + "Department of State     TELEGRAM", ""] if self._sheet else []
        return [*letterhead, header.classification, "", page, ""]

    def foot(self, place: Place, totals: Totals) -> list[str]:
        return ["", self.header.classification]

    def beside(self) -> dict[str, Any]:
        header = self.header
        facts: dict[str, Any] = {
            "action": self._copies()[0][0],
            "distribution": [{"office": office, "copies": copies} for office, copies in self._copies()],
            "distribution_total": self._total(),
        }
        for key in ("drafted_by", "approved_by"):
            if getattr(header, key):
                facts[key] = getattr(header, key)
        return facts


class IncomingForm(CableForm):
    """The incoming telegram of the early 1960s: action and info offices, a control number, local times."""

    def _number_line(self) -> str:
        return f"{self.header.number}, {self.header.local_time}"

    def opening(self, section: int, totals: Totals) -> list[Block]:
        self.need("control", "received", "sender", "to", "number", "local_time", "action", "classification")
        header = self.header
        right = " " * 36
        received = [
            f"{right}Rec'd: {header.received[0]}",
            *(f"{right}       {r}" for r in header.received[1:]),
        ]
        blocks = [
            Block(
                "INCOMING TELEGRAM Department of State",
                kind="optional",
                fixed=("     INCOMING TELEGRAM       Department of State",),
            ),
            Block(f"Action {' '.join(header.action)}", before=1),
            Block(f"Info {' '.join(header.distribution)}"),
            Block(f"Control: {header.control}", fixed=(f"{right}Control: {header.control}",)),
            Block(" ".join(received), fixed=tuple(received)),
            Block(f"FROM: {header.sender}", before=1),
            Block(f"TO: {header.to[0].name}", fixed=(f"TO:   {header.to[0].name}",), before=1),
            Block(f"NO: {self._number_line()}", fixed=(f"NO:   {self._number_line()}",), before=1),
        ]
        urgency = [PRECEDENCE_WORDS[header.precedence]] if header.precedence else []
        blocks += [Block(line, before=1) for line in (*urgency, *header.captions)]
        if header.copies_line:
            blocks.append(Block(header.copies_line, before=1))
        blocks += self._references()
        return blocks

    def head(self, place: Place, totals: Totals) -> list[str]:
        banner = [" " * 24 + self.header.classification, ""]
        if place.page == 1:
            return banner
        return [*banner, f"-{place.page}- {self._number_line()}, from {self.header.sender}", ""]

    def foot(self, place: Place, totals: Totals) -> list[str]:
        notice = 'REPRODUCTION FROM THIS COPY IS PROHIBITED UNLESS "UNCLASSIFIED"'
        return ["", " " * 24 + self.header.classification, notice]

    def fields(self, totals: Totals) -> dict[str, Any]:
        header = self.header
        found = super().fields(totals)
        found["message_number"] = str(header.number)
        found["post"] = header.sender.upper()
        return found

    def beside(self) -> dict[str, Any]:
        header = self.header
        return {
            "action": header.action[0],
            "distribution": [{"office": office} for office in (*header.action, *header.distribution)],
            "control": header.control,
            "received": collapse(" ".join(header.received)),
            "local_time": header.local_time,
        }


def break_after_commas(text: str, width: int) -> list[str]:
    """Breaks a list without blanks after its commas.

    >>> break_after_commas("INFO SS 20,L 03,NSC 10,/033 W", 16)
    ['INFO SS 20,L 03,', 'NSC 10,/033 W']
    """
    lines = [""]
    for piece in re.findall(r"[^,]+,?", text):
        if len(lines[-1]) + len(piece) > width:
            lines.append("")
        lines[-1] += piece
    return lines


def spread(items: Sequence[str], width: int) -> list[str]:
    """Sets items two blanks apart, continuation lines indented.

    >>> spread(["INFO", "OCT-01", "ISO-00", "/001 W"], 16)
    ['INFO  OCT-01', '      ISO-00', '      /001 W']
    """
    lines = [items[0]]
    for item in items[1:]:
        if len(lines[-1]) + 2 + len(item) > width:
            lines.append("      " + item)
        else:
            lines[-1] += "  " + item
    return lines
