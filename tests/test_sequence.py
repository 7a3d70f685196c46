"""Sequences of paragraph marks of which one cannot be read, or reads as something else."""

from __future__ import annotations

from cablefix.cable.lostmarks import LineHead, find_faint_mark
from cablefix.cable.paragraphmarks import find_candidate
from cablefix.cable.sequence import solve_numbering


def numbers(*lines: str) -> list[int | None]:
    """The number that each line gets, all of them after a break on one page."""
    heads = [LineHead(at, line, 100 * at, after_break=True) for at, line in enumerate(lines)]
    found = [
        find_candidate(h.line, h.text, h.offset, h.after_break) or find_faint_mark(h, {"the"}.__contains__)
        for h in heads
    ]
    numbering = solve_numbering([c for c in found if c], whole=True, closely=True)
    return [paragraph.n if (paragraph := numbering.at(at)) else None for at in range(len(lines))]


def test_the_stop_read_as_a_figure() -> None:
    assert numbers("1. THE TUG", "24 THE CRANE", "3. THE PIER", "4. THE MOLE") == [1, 2, 3, 4]
    assert numbers("1. THE TUG", "74 THE CRANE", "2. THE PIER", "3. THE MOLE") == [1, None, 2, 3]


def test_a_first_number_read_as_a_letter() -> None:
    assert numbers("a. THE TUG", "2. THE CRANE", "3. THE PIER") == [1, 2, 3]


def test_a_sure_number_is_not_the_next_one_due() -> None:
    assert numbers("*1. (U) The tug", "q2. (U) The crane", "ie (U) The pier", "q4. (U) A", "qi5. (U) A")[3] == 4


def test_items_of_a_list_are_no_numbers() -> None:
    assert numbers("1. THE TUG", "2. THE CRANE", "3. THE PIER", "A. THE MOLE", "B. THE QUAY", "5. THE DOCK")[3:] == [
        None,
        None,
        5,
    ]


def test_gaps_reach_over_marks_that_could_not_be_read() -> None:
    lines = ["1. (U) The tug", "(U) The crane", "4. (U) The pier"]
    found = [c for at, line in enumerate(lines) if (c := find_candidate(at, line, 100 * at, after_break=True))]
    numbering = solve_numbering(found, whole=True, closely=True)
    assert list(numbering.gaps(-1)) == [(0, 2)]
