"""The forms a document may stand on: what their header prints, what each page has at head and foot.

The forms follow the eras of the State Department's telegrams: the incoming telegram of the early 1960s with
its control number and local time; the telegram sheet of 1965-72 with `PAGE 01 TEGUCI 02308 141640Z` and a
distribution whose copies add up; the file printout of 1973-79; the ACP-127 message of 1995-2010; and prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.generate.model import MONTHS, PRECEDENCE_WORDS, Address, Document, Reference, SourceError
from benchmarks.generate.typeset import Block, collapse


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
            texts = [" ".join(texts)] if texts else []
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


def form_of(document: Document) -> Form:
    """The form that a document stands on."""
    kinds: dict[str, type[Form]] = {
        "acp127": Acp127Form,
        "printout": FileForm,
        "telegram": FileForm,
        "incoming": IncomingForm,
        "prose": ProseForm,
    }
    return kinds[document.form](document)


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
