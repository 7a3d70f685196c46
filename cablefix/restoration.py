"""A restoration with what a person does with it: look, accept, undo, explain, write, keep."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from cablefix.assemble import assemble_document
from cablefix.cable.codes import load_codes
from cablefix.cable.sequence import Numbering
from cablefix.keep import (
    header_from_json,
    header_to_json,
    numbering_from_json,
    numbering_to_json,
    source_from_json,
    source_to_json,
)
from cablefix.layout import Mark
from cablefix.ledger import Decision, Edit, Evidence, Ledger, LedgerError, Verdict
from cablefix.lexicon.repair import Candidate
from cablefix.lexicon.rescoring import Rescorer
from cablefix.lexicon.userlists import load_words
from cablefix.restored import Restored
from cablefix.rules.context import Context
from cablefix.rules.words import WORD_RULES, find_suspicious
from cablefix.writers.html import write_html
from cablefix.writers.markdown import write_markdown
from cablefix.writers.record import write_record
from cablefix.writers.tei import SourceMode, write_tei
from cablefix.writers.text import write_text

_FORMAT = "cablefix-restoration/1"
_KEPT = ("source", "profile", "kind", "ledger", "marks", "header", "numbering", "verdicts")


@dataclass(frozen=True, slots=True)
class Explanation:
    """One row of `explain`: where (line and column count from 1), what, why, and what became of it.

    `status` is "applied", "proposed", "rejected" or "superseded" for an edit, "layout" for a layout mark.
    """

    id: str
    line: int
    column: int
    before: str
    after: str
    rule: str
    confidence: float
    evidence: tuple[Evidence, ...]
    status: str


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A doubtful word: where (`start:end` in the source; line and column from 1), what it reads, what it may read.

    `candidates` are the other readings, the best first, each with its score in nats over leaving the word as it is;
    there may be none. `confidence` is that of `after`, the best of them. `votes` are those of an outside model.
    `status` is that of the edit with the id `edit`: "applied", "proposed", "rejected", "superseded"; or "kept" where
    the word stays as it is and no edit was made of the doubt.
    """

    start: int
    end: int
    line: int
    column: int
    before: str
    after: str
    confidence: float
    reason: str
    candidates: tuple[Candidate, ...]
    votes: tuple[tuple[str, float], ...]
    status: str
    edit: str

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the fields: candidates with text, score, channel and context; votes by reading."""
        data = asdict(self)
        data["candidates"] = [
            {"text": c.text, "score": c.score, "channel": c.channel, "context": c.context} for c in self.candidates
        ]
        return {**data, "confidence": round(self.confidence, 4), "votes": dict(self.votes)}


@dataclass(frozen=True, eq=False, repr=False)
class Restoration(Restored):
    """A restored document: `text`, `record`, `document`, `edits`, `checks`, `layout`, and ways to work with them."""

    numbering: Numbering | None = None
    dictionaries: tuple[Path, ...] = ()
    lexicon: Path | None = None
    rescorer: Rescorer | None = None

    @property
    def record(self) -> dict[str, Any]:
        """The record as in docs/record.md, with repairs, proposals and checks beside it."""
        return write_record(self)

    def undo(self, edit_id: str, *, who: str = "", when: str = "", note: str = "") -> Restoration:
        """This restoration with an edit rejected; what rests on it goes too. Raises LedgerError for an unknown id."""
        return self._decide(edit_id, Decision.REJECTED, who, when, note)

    def accept(self, edit_id: str, *, who: str = "", when: str = "", note: str = "") -> Restoration:
        """This restoration with an edit accepted, a proposal as well. Raises LedgerError for an unknown id."""
        return self._decide(edit_id, Decision.ACCEPTED, who, when, note)

    def _decide(self, edit_id: str, decision: Decision, who: str, when: str, note: str) -> Restoration:
        edit = self.ledger[edit_id]
        return self._with_verdicts((*self.verdicts, Verdict(edit.id, decision, who, when, note)))

    def _with_verdicts(self, verdicts: tuple[Verdict, ...]) -> Restoration:
        document = assemble_document(
            self.source,
            self.layout,
            self.ledger.live(verdicts),
            kind=self.document.kind,
            header=self.document.header,
            numbering=self.numbering,
            codes=load_codes(self.dictionaries),
        )
        return replace(self, document=document, verdicts=verdicts)

    def explain(self, *, layout: bool = False) -> list[Explanation]:
        """What was found, in the order of the source: all edits; with `layout` also the layout marks with reasons."""
        rows = [
            self._row(edit.id, edit.start, edit.before, edit.after, edit.rule, edit.confidence, edit.evidence, edit)
            for edit in self.edits
        ]
        if layout:
            rows += [
                self._row("", m.start, self.source.text[m.start : m.end], "", m.rule, m.confidence, m.evidence)
                for m in self.layout.marks
                if m.evidence
            ]
            rows.sort(key=lambda row: (row.line, row.column))
        return rows

    @cached_property
    def suspicious(self) -> tuple[Suspicion, ...]:
        """The doubtful words of the document in order, with what each may read: for an editor to go through.

        Listed are words that no list has, unless the text repeats them, and words that may well be misread, repaired or
        not. They are found when they are first asked for.
        """
        cut = next((k for k, edit in enumerate(self.ledger.edits) if edit.rule in WORD_RULES), len(self.ledger))
        earlier = replace(self.ledger, edits=self.ledger.edits[:cut])
        context = Context(
            self.source,
            self.layout,
            load_words(self.lexicon, self.dictionaries),
            load_codes(self.dictionaries),
            self.document.kind,
            self.document.header,
            lexicon=self.lexicon,
            rescorer=self.rescorer,
        )
        context.set_live(earlier.live([verdict for verdict in self.verdicts if verdict.edit in earlier]))
        repairs = sorted((edit for edit in self.ledger.edits[cut:] if edit.rule in WORD_RULES), key=lambda e: e.end)
        ends = [edit.end for edit in repairs]
        rows = []
        for start, end, doubt in find_suspicious(context):
            k = bisect_right(ends, start)
            edit = repairs[k] if k < len(repairs) and repairs[k].start < end else None
            line, column = self._place(start)
            rows.append(
                Suspicion(
                    start,
                    end,
                    line,
                    column,
                    self.source.text[start:end],
                    doubt.after,
                    doubt.confidence,
                    doubt.reason,
                    doubt.candidates,
                    doubt.votes,
                    self.status(edit) if edit else "kept",
                    edit.id if edit else "",
                )
            )
        return tuple(rows)

    def _place(self, offset: int) -> tuple[int, int]:
        """Line and column of a source offset, counted from 1."""
        line = self.layout.line_at(offset)
        return line + 1, offset - int(self.layout.line_start[line]) + 1 if self.layout.lines else 1

    def _row(
        self,
        edit_id: str,
        start: int,
        before: str,
        after: str,
        rule: str,
        confidence: float,
        evidence: tuple[Evidence, ...],
        edit: Edit | None = None,
    ) -> Explanation:
        line, column = self._place(start)
        status = self.status(edit) if edit else "layout"
        return Explanation(edit_id, line, column, before, after, rule, confidence, evidence, status)

    def to_text(self) -> str:
        """The reading text."""
        return write_text(self)

    def to_tei(
        self,
        *,
        source: SourceMode = "compact",
        sidecar: str = "",
        when: date | None = None,
        title: str = "",
        images: str = "",
    ) -> bytes:
        """TEI P5 in UTF-8, from which the source comes back byte for byte; the options are those of `write_tei`."""
        return write_tei(self, source=source, sidecar=sidecar, when=when, title=title, images=images)

    def to_html(self) -> str:
        """A self-contained page: source and restoration side by side, each repair explained."""
        return write_html(self)

    def to_markdown(self, *, notes: bool = False) -> str:
        """Markdown, with `notes` on the repairs."""
        return write_markdown(self, notes=notes)

    def to_json(self) -> dict[str, Any]:
        """Everything as one JSON object: source, layout marks, ledger, verdicts, header. `from_json` reads it back."""
        header = self.document.header
        return {
            "format": _FORMAT,
            "source": source_to_json(self.source),
            "profile": self.profile,
            "kind": self.document.kind,
            "ledger": self.ledger.to_json(),
            "marks": [mark.to_json() for mark in self.layout.marks],
            "header": header_to_json(header) if header else None,
            "numbering": numbering_to_json(self.numbering) if self.numbering else None,
            "verdicts": [verdict.to_json() for verdict in self.verdicts],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Restoration:
        """The inverse of `to_json`. Raises LedgerError when the parts do not fit together."""
        if data.get("format") != _FORMAT:
            raise LedgerError(f"not a kept restoration: format is {data.get('format')!r}, expected {_FORMAT!r}")
        lost = [key for key in _KEPT if key not in data]
        if lost:
            raise LedgerError(f"not a whole restoration (no {lost[0]!r})")
        source, layout = source_from_json(data["source"])
        ledger = Ledger.from_json(data["ledger"])
        ledger.check(source)
        layout = layout.with_marks(Mark.from_json(mark) for mark in data["marks"])
        header = header_from_json(data["header"]) if data["header"] else None
        numbering = numbering_from_json(data["numbering"]) if data["numbering"] else None
        verdicts = tuple(Verdict.from_json(verdict) for verdict in data["verdicts"])
        document = assemble_document(
            source,
            layout,
            ledger.live(verdicts),
            kind=data["kind"],
            header=header,
            numbering=numbering,
            codes=load_codes(),
        )
        checks = header.checks if header else ()
        return cls(source, layout, ledger, data["profile"], document, verdicts, checks, numbering)
