"""The one way through: a source goes in, a restoration comes out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cablefix.assemble import assemble_document
from cablefix.cable.codes import load_codes
from cablefix.layout import Layout, Mark
from cablefix.ledger import Edit, Ledger, Verdict
from cablefix.lexicon.wordlist import load_wordlist
from cablefix.profiles import Profile, load_profile
from cablefix.restoration import Restoration
from cablefix.rules.context import Context
from cablefix.text import Source

_STAGES = ("furniture", "structure", "repairs")


def restore(
    source: Source | str | bytes | Path,
    profile: str | Profile = "auto",
    *,
    layout: Layout | None = None,
    dictionaries: Sequence[Path] = (),
    verdicts: Sequence[Verdict] = (),
) -> Restoration:
    """Restore a document.

    `source` is a `Source`, a text, bytes, or the path of a file. `profile` is "cable", "prose", "faithful" or the
    path of a TOML file; "auto" takes "cable" for what has a message header, else "prose". `layout` is what a reader
    knows of the page; without it the text itself tells. `dictionaries` are folders of the user's own code tables.
    Raises SourceError, ProfileError or DictionaryError, each with the remedy in its message.

    >>> restore("The tug left ( it was late ) at noon .").text
    'The tug left (it was late) at noon.\\n'
    """
    source = as_source(source)
    chosen = load_profile("cable" if profile == "auto" else profile) if isinstance(profile, str) else profile
    folders = (*chosen.dictionaries, *dictionaries)
    context = Context(
        source,
        layout or Layout.from_text(source.text),
        load_wordlist(),
        load_codes(folders),
        settings=chosen.settings,
    )
    ledger = Ledger(source.sha256, chosen.threshold)
    for stage in _STAGES:
        ledger = _run_stage(context, chosen, stage, ledger)
        if stage == "furniture" and profile == "auto" and context.header is None:
            chosen = load_profile("prose")
    document = assemble_document(
        source,
        context.layout,
        ledger.live(verdicts),
        kind=context.kind,
        header=context.header,
        numbering=context.numbering,
        codes=context.codes,
    )
    checks = context.header.checks if context.header else ()
    return Restoration(
        source,
        context.layout,
        ledger,
        chosen.name,
        document,
        tuple(verdicts),
        checks,
        context.numbering,
        folders,
    )


def as_source(source: Source | str | bytes | Path) -> Source:
    """A Source from what a caller has: a Source, text, bytes or a path."""
    if isinstance(source, Source):
        return source
    if isinstance(source, bytes):
        return Source.from_bytes(source)
    if isinstance(source, Path):
        return Source.from_path(source)
    return Source.from_text(source)


def _run_stage(context: Context, profile: Profile, stage: str, ledger: Ledger) -> Ledger:
    """Run the rules of one stage in order; each sees the layout and the live edits of those before it."""
    if not context.layout.words:
        return ledger
    view = ledger.view(context.source)
    for _, rule in profile.rules(stage):
        found = list(rule(view, context))
        marks = [item for item in found if isinstance(item, Mark)]
        if marks:
            context.layout = context.layout.with_marks(marks)
        edits = [item for item in found if isinstance(item, Edit)]
        if edits:
            ledger = ledger.extend(edits)
            context.set_live(ledger.live())
            view = ledger.view(context.source)
    return ledger
