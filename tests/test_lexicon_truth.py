"""The truth that the decision is trained on: the marks of a gap, where the alignment leaves a choice."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "dictionaries" / "build"))
from lexicon_truth import Truth


def test_a_lost_mark_belongs_to_its_gap() -> None:
    seen = "Mr Jones left The press came"
    truth = Truth(seen, "Mr. Jones left. The press came")
    assert truth.marks(2, 3) == {"."}
    assert truth.marks(seen.index(" The"), seen.index("The")) == {"."}
    assert truth.marks(seen.index(" press"), seen.index("press")) == {""}


def test_a_mark_too_many_is_none_in_the_truth() -> None:
    truth = Truth("of . the party", "of the party")
    assert truth.marks(2, 5) == {""}
