"""Run one rule on an example text: for doctests and tests of rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cablefix.cable.codes import load_codes
from cablefix.layout import Layout, LineClass, Mark, MarkKind
from cablefix.ledger import Edit, Ledger
from cablefix.lexicon.wordlist import load_wordlist
from cablefix.rules.context import Context, Rule
from cablefix.text import Source, View


def example_context(text: str, *, kind: str = "other") -> Context:
    """A context for an example text, with the shipped words and codes."""
    source = Source.from_text(text)
    return Context(source, Layout.from_text(text), load_wordlist(), load_codes(), kind)


def run_rules(context: Context, rules: Sequence[Rule]) -> tuple[list[Mark], list[Edit]]:
    """Run rules one after the other; returns the marks and edits of the last one."""
    marks: list[Mark] = []
    edits: list[Edit] = []
    for rule in rules:
        view = View.build(context.source.text)
        found = list(rule(view, context))
        marks = [item for item in found if isinstance(item, Mark)]
        edits = [item for item in found if isinstance(item, Edit)]
        context.layout = context.layout.with_marks(marks)
    return marks, edits


def marked_lines(rule: Rule, text: str, *, after: Sequence[Rule] = (), kind: str = "other") -> list[str]:
    """The text of what a rule marks as a line of some class, or cuts, in order."""
    context = example_context(text, kind=kind)
    marks, _ = run_rules(context, [*after, rule])
    return [" ".join(text[mark.start : mark.end].split()) for mark in marks if mark.kind is not MarkKind.JOIN]


def edits_of(
    rule: Rule, text: str, *, after: Sequence[Rule] = (), kind: str = "other", least: float = 0.0
) -> list[tuple[str, str]]:
    """Before and after of the edits that a rule makes with at least this confidence."""
    context = example_context(text, kind=kind)
    _, edits = run_rules(context, [*after, rule])
    return [(edit.before, edit.after) for edit in edits if edit.confidence >= least]


def restored_lines(
    text: str, rules: Sequence[Rule], *, kind: str = "other", thresholds: Mapping[str, float] | None = None
) -> list[str]:
    """The reading text, line by line, after some rules."""
    from cablefix.reading import reading_view

    context = example_context(text, kind=kind)
    ledger = Ledger(context.source.sha256, thresholds=thresholds or {})
    for rule in rules:
        found = list(rule(View.build(text), context))
        context.layout = context.layout.with_marks(item for item in found if isinstance(item, Mark))
        ledger = ledger.extend(item for item in found if isinstance(item, Edit))
        context.set_live(ledger.live())
    return reading_view(context.source, context.layout, ledger.live()).text.split("\n")


__all__ = ["LineClass", "edits_of", "example_context", "marked_lines", "restored_lines", "run_rules"]
