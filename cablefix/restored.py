"""What a restoration is: source, layout, ledger and verdicts, and the document derived from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from cablefix.cable.fields import Check
from cablefix.document import Document
from cablefix.layout import Layout
from cablefix.ledger import Edit, Ledger, Verdict
from cablefix.text import Source, View


@dataclass(frozen=True, eq=False, repr=False)
class Restored:
    """A restored document. Everything that leaves the library is derived from this.

    `ledger` holds all edits, applied and proposed; `verdicts` what people decided about them; `checks` how the
    fields of a message agree with each other.
    """

    source: Source
    layout: Layout
    ledger: Ledger
    profile: str
    document: Document
    verdicts: tuple[Verdict, ...] = ()
    checks: tuple[Check, ...] = ()

    def __repr__(self) -> str:
        """In a few words: the whole of it would fill many screens."""
        found = f"{len(self.applied)} applied, {len(self.proposed)} proposed"
        return f"<{type(self).__name__} of {self.source.name}: {self.document.kind}, {found}>"

    @property
    def view(self) -> View:
        """The reading view: the source with live edits and layout applied."""
        return self.document.view

    @property
    def text(self) -> str:
        """The reading text, one logical line a block."""
        return self.document.text

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits in the order of the source, applied and proposed."""
        return tuple(sorted(self.ledger.edits, key=lambda edit: (edit.start, edit.end)))

    @cached_property
    def applied(self) -> tuple[Edit, ...]:
        """The edits that make the text."""
        return self.ledger.live(self.verdicts)

    @cached_property
    def proposed(self) -> tuple[Edit, ...]:
        """The edits that wait for a person: below the threshold, not decided, not swallowed by an applied one."""
        live = self.applied
        decided = {verdict.edit for verdict in self.verdicts}
        applied = {edit.id for edit in live} | {parent for edit in live for parent in edit.parents}
        waiting = (edit for edit in self.edits if edit.id not in decided and edit.id not in applied)
        return tuple(edit for edit in waiting if not self.ledger.applies(edit))

    def status(self, edit: Edit) -> str:
        """One of "applied", "proposed", "rejected", "superseded"."""
        if edit.id in self._live_ids:
            return "applied"
        last: Sequence[str] = [v.decision for v in self.verdicts if v.edit == edit.id]
        if last and last[-1] == "rejected":
            return "rejected"
        return "proposed" if not self.ledger.applies(edit) and not last else "superseded"

    @cached_property
    def _live_ids(self) -> frozenset[str]:
        return frozenset(edit.id for edit in self.applied)
