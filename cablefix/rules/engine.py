"""What an engine's confidence in a word says about a repair of it, as measured."""

from __future__ import annotations

from functools import lru_cache
from math import exp, log

import numpy as np
import numpy.typing as npt

from cablefix.layout import Layout
from cablefix.ledger import Evidence, EvidenceKind
from cablefix.resources import dictionary_path
from cablefix.text import Span

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
