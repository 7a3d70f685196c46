"""Edits, the evidence for them, the ledger that holds them, and people's verdicts on them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from cablefix.errors import CablefixError, ExitCode
from cablefix.text import Fate, Replacement, Source, Span, View

# Families of rules whose repairs mend something else than the reading of the scan.
_FAULTS = {"authorial": "authorial", "garble": "transmission"}


class LedgerError(CablefixError):
    """An edit does not fit the source, or an id is not in the ledger."""

    exit_code = ExitCode.UNDO


class EvidenceKind(StrEnum):
    """What a repair rests on."""

    SEQUENCE = "sequence"
    CROSS_CHECK = "cross-check"
    LEXICON = "lexicon"
    CONTEXT = "context"
    CONFUSION = "confusion"
    CONVENTION = "convention"
    GEOMETRY = "geometry"
    WITNESS = "witness"
    FORM = "form"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for an edit or a layout mark.

    `text` says it for a person; `weight` is its share in nats where the rule computes one, else 0; `spans` are the
    source places that it rests on.
    """

    kind: EvidenceKind
    text: str
    weight: float = 0.0
    spans: tuple[Span, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the keys kind, text and, where not empty, weight and spans."""
        data: dict[str, Any] = {"kind": str(self.kind), "text": self.text}
        if self.weight:
            data["weight"] = round(self.weight, 4)
        if self.spans:
            data["spans"] = [list(span) for span in self.spans]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Evidence:
        """The inverse of `to_json`."""
        spans = tuple(Span(*span) for span in data.get("spans", ()))
        return cls(EvidenceKind(data["kind"]), data["text"], float(data.get("weight", 0.0)), spans)


@dataclass(frozen=True, slots=True)
class Edit:
    """One repair: `source.text[start:end]`, which reads `before`, should read `after`.

    Offsets are half-open, in source code points. `confidence` is a probability. `parents` are the ids of the edits
    that this one swallowed. `digest` is the sha256 of the source; with it the id is the same whenever the same
    repair is found again, so that a person's verdict survives a new run. `id` is twelve hexadecimal digits of BLAKE2b
    over source digest, span, before, after and rule.
    """

    start: int
    end: int
    before: str
    after: str
    rule: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    parents: tuple[str, ...] = ()
    digest: str = ""
    id: str = field(init=False, default="", repr=False, compare=False)

    def __post_init__(self) -> None:
        key = f"{self.digest}\0{self.start}\0{self.end}\0{self.before}\0{self.after}\0{self.rule}"
        digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=6)
        object.__setattr__(self, "id", digest.hexdigest())

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the fields and the id."""
        return {
            "id": self.id,
            "start": self.start,
            "end": self.end,
            "before": self.before,
            "after": self.after,
            "rule": self.rule,
            "confidence": round(self.confidence, 4),
            "evidence": [item.to_json() for item in self.evidence],
            "parents": list(self.parents),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], digest: str) -> Edit:
        """The inverse of `to_json`; raises LedgerError when the id does not fit the content."""
        edit = cls(
            int(data["start"]),
            int(data["end"]),
            data["before"],
            data["after"],
            data["rule"],
            float(data["confidence"]),
            tuple(Evidence.from_json(item) for item in data["evidence"]),
            tuple(data["parents"]),
            digest,
        )
        if data.get("id", edit.id) != edit.id:
            raise LedgerError(f"edit {data['id']} does not fit its content; the ledger was changed by hand")
        return edit


def fault_of(rule: str) -> str:
    """What kind of fault a rule mends: "ocr", "authorial" (a slip of the author) or "transmission" (a garble).

    >>> fault_of("numbering.pilcrow"), fault_of("authorial.name")
    ('ocr', 'authorial')
    """
    return _FAULTS.get(rule.partition(".")[0], "ocr")


class Decision(StrEnum):
    """What a person decided about an edit."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's decision on one edit. Verdicts are only ever appended; the last one on an edit counts."""

    edit: str
    decision: Decision
    who: str = ""
    when: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Take "rejected" for `Decision.REJECTED`. Raises ValueError for what is no decision."""
        object.__setattr__(self, "decision", Decision(self.decision))

    def to_json(self) -> dict[str, str]:
        """A JSON object of the fields that are not empty."""
        data = {
            "edit": self.edit,
            "decision": str(self.decision),
            "who": self.who,
            "when": self.when,
            "note": self.note,
        }
        return {key: value for key, value in data.items() if value}

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> Verdict:
        """The inverse of `to_json`."""
        return cls(
            data["edit"],
            Decision(data["decision"]),
            data.get("who", ""),
            data.get("when", ""),
            data.get("note", ""),
        )


@dataclass(frozen=True)
class Ledger:
    """All edits of one source in the order in which they were found, and the threshold from which they apply.

    An edit at or above the threshold is applied, one below is a proposal. `thresholds` are those of single rules that
    have their own. A verdict overrules the threshold.
    """

    digest: str
    threshold: float = 0.8
    edits: tuple[Edit, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict, hash=False)
    _index: dict[str, Edit] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._index.update((edit.id, edit) for edit in self.edits)

    def __iter__(self) -> Iterator[Edit]:
        return iter(self.edits)

    def __len__(self) -> int:
        return len(self.edits)

    def __contains__(self, edit_id: object) -> bool:
        return edit_id in self._index

    def __getitem__(self, edit_id: str) -> Edit:
        try:
            return self._index[edit_id]
        except KeyError:
            raise LedgerError(f"no edit {edit_id!r} in this ledger; `explain` lists the ids") from None

    def extend(self, edits: Iterable[Edit]) -> Ledger:
        """This ledger with new edits; an edit whose id is already there is left out."""
        new: dict[str, Edit] = {}
        for edit in edits:
            key = edit.id
            if key not in self._index:
                new.setdefault(key, edit)
        return replace(self, edits=self.edits + tuple(new.values())) if new else self

    def undo(self, edit_id: str) -> Ledger:
        """This ledger without the edit and without the edits that rest on it."""
        gone = {self[edit_id].id}
        for edit in self.edits:
            if gone.intersection(edit.parents):
                gone.add(edit.id)
        return replace(self, edits=tuple(edit for edit in self.edits if edit.id not in gone))

    def applies(self, edit: Edit) -> bool:
        """Whether an edit is sure enough to be applied."""
        return edit.confidence >= self.thresholds.get(edit.rule, self.threshold)

    def live(self, verdicts: Sequence[Verdict] = ()) -> tuple[Edit, ...]:
        """The edits that make the text: applied, not swallowed by another applied one, sorted, without overlap.

        A rejected edit takes those with it that swallowed it. An accepted one wins over what overlaps it.
        """
        decided = {verdict.edit: verdict.decision for verdict in verdicts}
        applied: dict[str, Edit] = {}
        swallowed: set[str] = set()
        lost: set[str] = {key for key, decision in decided.items() if decision is Decision.REJECTED}
        for edit in self.edits:
            key = edit.id
            if key in lost or lost.intersection(edit.parents):
                lost.add(key)
            elif key in decided or self.applies(edit):
                applied[key] = edit
                swallowed.update(edit.parents)
        order = {key: (key not in decided, rank) for rank, key in enumerate(applied)}
        return tuple(_without_overlap([edit for key, edit in applied.items() if key not in swallowed], order))

    def view(self, source: Source, verdicts: Sequence[Verdict] = ()) -> View:
        """The source with the live edits applied. Raises LedgerError when an edit does not fit the source."""
        live = self.live(verdicts)
        self.check(source, live)
        return View.build(source.text, [Replacement(e.start, e.end, e.after, Fate.EDITED) for e in live])

    def check(self, source: Source, edits: Iterable[Edit] | None = None) -> None:
        """Raise LedgerError unless the source is the one that was edited and each `before` stands in it."""
        if source.sha256 != self.digest:
            raise LedgerError(f"{source.origin}: this is not the source of the ledger (sha256 {source.sha256[:12]}...)")
        for edit in self.edits if edits is None else edits:
            found = source.text[edit.start : edit.end]
            if found != edit.before:
                raise LedgerError(
                    f"{source.origin}: edit {edit.id} expects {edit.before!r} at {edit.start}, found {found!r}"
                )

    def to_json(self) -> dict[str, Any]:
        """A JSON object: source digest, threshold, the thresholds of single rules where there are any, edits."""
        own = {"thresholds": dict(self.thresholds)} if self.thresholds else {}
        return {
            "source_sha256": self.digest,
            "threshold": self.threshold,
            **own,
            "edits": [edit.to_json() for edit in self.edits],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Ledger:
        """The inverse of `to_json`."""
        digest = data["source_sha256"]
        edits = tuple(Edit.from_json(item, digest) for item in data["edits"])
        return cls(digest, float(data["threshold"]), edits, data.get("thresholds", {}))


def _without_overlap(edits: list[Edit], order: Mapping[str, tuple[bool, int]]) -> list[Edit]:
    """The edits sorted by place; of edits that overlap the first in `order` stays. Insertions at one place overlap."""
    edits.sort(key=lambda edit: (edit.start, edit.end))
    kept: list[Edit] = []
    cluster: list[Edit] = []
    reach = -1
    for edit in [*edits, None]:
        if edit is None or (edit.start >= reach and not (cluster and _overlap(cluster[-1], edit))):
            kept.extend(_best(cluster, order) if len(cluster) > 1 else cluster)
            cluster = []
        if edit is not None:
            cluster.append(edit)
            reach = max(reach, edit.end)
    return kept


def _best(cluster: list[Edit], order: Mapping[str, tuple[bool, int]]) -> list[Edit]:
    chosen: list[Edit] = []
    for edit in sorted(cluster, key=lambda edit: order[edit.id]):
        if not any(_overlap(edit, other) for other in chosen):
            chosen.append(edit)
    return sorted(chosen, key=lambda edit: (edit.start, edit.end))


def _overlap(one: Edit, other: Edit) -> bool:
    """Whether two edits cannot both apply; an insertion overlaps what it stands inside, and one at the same place."""
    if one.start == one.end and other.start == other.end:
        return one.start == other.start
    return one.start < other.end and other.start < one.end


def propose_edit(
    source: Source,
    view: View,
    span: Span,
    after: str,
    rule: str,
    confidence: float,
    evidence: Sequence[Evidence],
    live: Sequence[Edit] = (),
) -> Edit:
    """An edit of a span *of the view*, in source offsets; live edits that it touches become its parents.

    >>> source = Source.from_text("PAGE 0Z OF 03")
    >>> view = View.build(source.text)
    >>> edit = propose_edit(source, view, Span(5, 7), "02", "header.digits", 0.9, ())
    >>> edit.before, edit.after, edit.start
    ('0Z', '02', 5)
    """
    start, end = view.source_span(span.start, span.end)
    parents = tuple(edit.id for edit in live if edit.start < end and start < edit.end)
    if parents:
        whole = view.view_span(start, end)
        after = view.text[whole.start : span.start] + after + view.text[span.end : whole.end]
    return Edit(start, end, source.text[start:end], after, rule, confidence, tuple(evidence), parents, source.sha256)
