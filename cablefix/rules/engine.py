"""What an engine says of its own readings: how sure it was, what else it weighed, what a divided word is in full."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import exp, log

import numpy as np
import numpy.typing as npt

from cablefix.layout import HYPHENS, Join, Layout, Mark
from cablefix.ledger import Edit, Evidence, EvidenceKind
from cablefix.resources import dictionary_path
from cablefix.rules.context import Context, because
from cablefix.text import Span, View

Floats = npt.NDArray[np.float64]


def engine_evidence(layout: Layout, start: int, end: int) -> Evidence | None:
    """What the engine said of its own reading of a source span; None where it said nothing that can be weighed.

    The weight is what that adds to the log odds of a repair being right, in nats, from
    `dictionaries/confusions/engine_confidence.tsv`.
    """
    engine = layout.extra.get("engine")
    if not len(layout.word_confidence) or engine is None:
        return None
    table = _confidence_table(str(engine[0]))
    first = int(np.searchsorted(layout.word_end, start, side="right"))
    last = int(np.searchsorted(layout.word_start, end, side="left"))
    known = layout.word_confidence[first:last]
    known = known[~np.isnan(known)]
    if table is None or not len(known):
        return None
    lowest = float(known.min())
    weight = float(np.interp(lowest, table[:, 0], table[:, 2]))
    return Evidence(EvidenceKind.GEOMETRY, f"the engine was {lowest:.0%} sure of it", weight, (Span(start, end),))


def weigh_with_engine(layout: Layout, start: int, end: int, confidence: float) -> tuple[float, Evidence | None]:
    """A repair's confidence with the engine's own confidence in what it read taken into account, and that evidence.

    An engine that was sure of a word makes its repair less likely. Where the engine said nothing, or is not one that
    was measured, the confidence stays as it is.

    >>> weigh_with_engine(Layout.from_text("tlie tug"), 0, 4, 0.7)
    (0.7, None)
    """
    found = engine_evidence(layout, start, end)
    if found is None:
        return confidence, None
    sure = min(max(confidence, 1e-4), 1.0 - 1e-4)
    odds = log(sure / (1.0 - sure)) + found.weight
    return 1.0 / (1.0 + exp(-odds)), found


@lru_cache(maxsize=8)
def _confidence_table(engine: str) -> Floats | None:
    """Rows of (confidence, misread, repair) for an engine whose name begins so; None where none was measured."""
    path = dictionary_path("confusions/engine_confidence.tsv")
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "engine\t")):
            name, *values = line.split("\t")
            if engine.lower().startswith(name):
                rows.append([float(value) for value in values])
    return np.array(rows, np.float64) if rows else None


def join_as_the_file_says(view: View, context: Context) -> Iterator[Mark]:
    """Join words divided at a line end as the file has them in full: `operations` beside `opera` and `tions` in ALTO.

    Engines take the word from a dictionary, so it decides only whether the hyphen stays. Where the parts do not make
    that word, with or without a hyphen, it says nothing.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(join_as_the_file_says, "The opera-\\ntions went on.")
    []
    """
    divided = context.layout.extra.get("line_divided")
    if divided is None:
        return
    layout = context.layout
    for a, b in context.pairs(context.read_lines()):
        whole = str(divided[a])
        left, right = context.lines[a].rsplit(" ", 1)[-1], context.lines[b].split(" ", 1)[0]
        if not whole or left[-1] not in HYPHENS:
            continue
        core = right.rstrip(".,;:!?\"')]\u201d\u2019")
        joins = {left[:-1] + core: Join.DROP_HYPHEN, f"{left[:-1]}-{core}": Join.CLOSE}
        if whole in joins:
            reason = because(EvidenceKind.WITNESS, f"the file gives the divided word as {whole}")
            yield layout.mark_join(a, joins[whole], "engine.divided", 0.97, [reason])


def take_alternatives(view: View, context: Context) -> Iterator[Edit]:
    """Take another reading that the engine weighed, where its choice is no word and that one is: `ferrv`, `ferry`.

    Applied where only one of the readings is a word of the list and the two are of about one length; else proposed.
    Capitals, names and codes, which no list holds, stay as they are.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(take_alternatives, "The ferrv left.")
    []
    """
    found = context.layout.extra.get("alternatives")
    if found is None:
        return
    text = context.source.text
    for start, readings in found.tolist():
        end = start
        while end < len(text) and not text[end].isspace():
            end += 1
        core, tail = _core(text[start:end])
        if not core.islower() or not core.isalpha() or context.words.known(core) or not context.is_free(start, end):
            continue
        words = {part for reading, _ in readings if (part := _core(reading)[0]) and context.words.known(part)}
        for word in sorted(words):
            alone = len(words) == 1 and abs(len(word) - len(core)) <= 1
            witness = because(EvidenceKind.WITNESS, f"the engine weighed {', '.join(sorted(words))} too")
            listed = because(EvidenceKind.LEXICON, f"{core} is no word of the list, {word} is")
            confidence = weigh_with_engine(context.layout, start, end, 0.88 if alone else 0.5)[0]
            yield context.edit(start, end, word + tail, "engine.alternative", confidence, witness, listed)


def _core(word: str) -> tuple[str, str]:
    """A word without the punctuation after it, and that punctuation."""
    core = word.rstrip(".,;:!?\"')]\u201d\u2019")
    return core, word[len(core) :]
