"""The one way through: a source goes in, a restoration comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from cablefix.assemble import assemble_document
from cablefix.cable.codes import load_codes
from cablefix.cable.sections import find_messages
from cablefix.layout import Layout, Mark, read_lines
from cablefix.ledger import Edit, Ledger, Verdict
from cablefix.lexicon.corrections import cached_corrections
from cablefix.lexicon.rescoring import Remembering, Rescorer
from cablefix.lexicon.userlists import load_words
from cablefix.profiles import Profile, load_profile
from cablefix.readers.read import read_document
from cablefix.restoration import Restoration
from cablefix.rules.context import Context, word_lines
from cablefix.text import Source

_STAGES = ("furniture", "structure", "repairs")


def restore(
    source: Source | str | bytes | Path,
    profile: str | Path | Profile = "auto",
    *,
    layout: Layout | None = None,
    dictionaries: Sequence[Path] = (),
    verdicts: Sequence[Verdict] = (),
    rescorer: Rescorer | None = None,
) -> Restoration:
    """Restore a document.

    `source` is a `Source`, a text, bytes of a text file, or the `Path` of a file in any format that `read_document`
    knows, or of a folder of pages; a `str` is the text itself, never a path. `profile` is "cable", "prose", "faithful"
    or the path of a TOML file; "auto" takes "cable" for what has a message header, else "prose". `layout` is what a
    reader knows of the page; a path brings it along, without it the text itself tells. `dictionaries` are folders or
    files of the user's own: code tables, lists of words and names, correction tables (docs/words.md). `rescorer` is an
    outside model that votes on repairs of words; none is shipped.
    Raises SourceError, ProfileError or DictionaryError, each with the remedy in its message; TypeError for
    what is none of these.

    >>> restore("The tug left ( it was late ) at noon .").text
    'The tug left (it was late) at noon.\\n'
    """
    source, known = open_source(source)
    chosen = _open_profile("cable" if profile == "auto" else profile)
    folders = (*chosen.dictionaries, *_paths(dictionaries))
    context = _new_context(source, layout or known, chosen, folders, rescorer)
    ledger = Ledger(source.sha256, chosen.threshold, thresholds=chosen.thresholds)
    for stage in _STAGES:
        ledger = _run_stage(context, chosen, stage, ledger)
        if stage == "furniture" and profile == "auto" and context.header is None:
            chosen = load_profile("prose")
            ledger = replace(ledger, threshold=chosen.threshold, thresholds=chosen.thresholds)
    document = assemble_document(
        source,
        context.layout,
        ledger.live(verdicts),
        kind=context.kind,
        header=context.header,
        numbering=context.numbering,
        codes=context.codes,
    )
    checks = document.header.checks if document.header else ()
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
        context.lexicon,
        context.rescorer,
    )


def restore_all(
    source: Source | str | bytes | Path,
    profile: str | Path | Profile = "auto",
    *,
    dictionaries: Sequence[Path] = (),
    rescorer: Rescorer | None = None,
) -> list[Restoration]:
    """Restore a file that may hold several messages: one restoration each, in the order of the file.

    Each has as its source an excerpt of the whole; `source.offset` is where it begins, and the excerpts together are
    the whole. A text that is one message, or none, gives one restoration.

    >>> [r.text for r in restore_all("The tug left at noon .")]
    ['The tug left at noon.\\n']
    """
    whole, known = open_source(source)
    layout = known or Layout.from_text(whole.text)
    chosen = profile if profile == "auto" else _open_profile(profile)
    folders = (*(chosen.dictionaries if isinstance(chosen, Profile) else ()), *_paths(dictionaries))
    starts = message_starts(whole, layout, folders)
    if len(starts) < 2:
        return [restore(whole, profile, layout=layout, dictionaries=dictionaries, rescorer=rescorer)]
    bounds = [0, *starts[1:], len(whole.text)]
    parts = (whole.excerpt(start, end) for start, end in pairwise(bounds))
    return [restore(part, chosen, dictionaries=dictionaries, rescorer=rescorer) for part in parts]


def message_starts(source: Source, layout: Layout | None = None, folders: Sequence[Path] = ()) -> list[int]:
    """Where the messages of a file begin, as offsets of its text; less than two of them where it is not to be parted.

    >>> message_starts(Source.from_text("The tug left at noon."))
    [0]
    """
    if source.container is not None:
        return []
    layout = layout or Layout.from_text(source.text)
    lines = word_lines(layout, read_lines(layout))
    ranges = find_messages(lines, load_codes(folders)) if lines else []
    return [int(layout.line_start[lines[part.start].number]) for part in ranges if len(part)]


def open_source(source: Source | str | bytes | Path) -> tuple[Source, Layout | None]:
    """A Source from what a caller has, and the layout that a file tells: a path is read by `read_document`."""
    if isinstance(source, Source):
        return source, None
    if isinstance(source, bytes):
        return Source.from_bytes(source), None
    if isinstance(source, Path):
        found = read_document(source)
        return found.source, found.layout
    if isinstance(source, str):
        return Source.from_text(source), None
    raise TypeError(f"a source is a Source, a text, bytes or a Path, not {type(source).__name__}")


def _open_profile(profile: str | Path | Profile) -> Profile:
    if isinstance(profile, str | Path):
        return load_profile(profile)
    if isinstance(profile, Profile):
        return profile
    raise TypeError(f"a profile is a name, a path or a Profile, not {type(profile).__name__}")


def _paths(dictionaries: Sequence[Path]) -> tuple[Path, ...]:
    """The dictionaries as paths; one that stands alone would be taken apart into letters."""
    if isinstance(dictionaries, str | Path):
        raise TypeError(f"dictionaries is a list of paths, as [Path({str(dictionaries)!r})]")
    return tuple(map(Path, dictionaries))


def _new_context(
    source: Source, layout: Layout | None, profile: Profile, folders: Sequence[Path], rescorer: Rescorer | None
) -> Context:
    """What the rules of a profile work with, before any of them has run."""
    return Context(
        source,
        layout or Layout.from_text(source.text),
        load_words(profile.lexicon, folders),
        load_codes(folders),
        settings=profile.settings,
        corrections=cached_corrections(folders),
        lexicon=profile.lexicon,
        rescorer=Remembering(rescorer) if rescorer is not None else None,
    )


def _run_stage(context: Context, profile: Profile, stage: str, ledger: Ledger) -> Ledger:
    """Run the rules of one stage in order; each sees the layout and the live edits of those before it."""
    if not context.layout.words:
        return ledger
    context.learn_again()
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
