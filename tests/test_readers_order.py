"""Columns and tables come in reading order where the boxes show it, and everything else stays as the file has it."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from cablefix.readers.document import Page, PageLine, Role, Word
from cablefix.readers.order import arrange

PITCH = 10.0
LEFT = (
    "The harbour board met on Monday",
    "to hear the report of the pilot",
    "and to vote on the new quay. It",
    "was agreed that the old crane",
    "would be moved to the north pier",
    "before the winter storms begin.",
    "The master of the tug asked for",
)
RIGHT = (
    "Wheat rose by two shillings and",
    "barley by one. The miller at the",
    "bridge has bought four hundred",
    "sacks, and says that he will not",
    "sell before the spring. Farmers",
    "in the upper valley complain of",
    "rain, which has laid the crops",
)


def words(text: str, x: float, y: float) -> list[Word]:
    """The words of a typed line whose first column stands at x; more blanks are a wider gap."""
    out = []
    place = 0
    for part in text.split(" "):
        if part:
            left = x + place * PITCH
            out.append(Word(part, (left, y, left + len(part) * PITCH - 2, y + 14)))
        place += len(part) + 1
    return out


def line(text: str, x: float, y: float, paragraph: int = 0) -> PageLine:
    return PageLine(words(text, x, y), paragraph=paragraph)


def texts(page: Page) -> list[str]:
    return [" ".join(word.text for word in found.words) for found in arrange(page).lines]


def across(left: Sequence[str], right: Sequence[str]) -> list[PageLine]:
    return [
        PageLine([*words(a, 100, 100 + 20 * k), *words(b, 480, 100 + 20 * k)])
        for k, (a, b) in enumerate(zip(left, right, strict=True))
    ]


def test_lines_that_run_across_two_columns_are_parted() -> None:
    head = line("WEEKLY GAZETTE OF THE PORT OF SELMOUTH, NUMBER FORTY-ONE", 100, 40)
    page = Page([head, *across(LEFT, RIGHT)])
    assert texts(page) == ["WEEKLY GAZETTE OF THE PORT OF SELMOUTH, NUMBER FORTY-ONE", *LEFT, *RIGHT]
    columns = [found.column for found in arrange(page).lines]
    assert columns == [0, *[1] * len(LEFT), *[2] * len(RIGHT)]


def test_lines_of_one_column_come_from_top_to_bottom() -> None:
    """Headings that the engine read last stand where they are printed."""
    body = [line(text, 100, 100 + 20 * k, 0) for k, text in enumerate(LEFT)]
    heading = line("The Old Crane", 100, 150, 1)
    assert texts(Page([*body, heading])) == [*LEFT[:3], "The Old Crane", *LEFT[3:]]


def test_columns_whose_lines_are_not_level_stay_as_they_are() -> None:
    left = [line(text, 100, 100 + 20 * k, 0) for k, text in enumerate(LEFT)]
    right = [line(text, 480, 111 + 20 * k, 1) for k, text in enumerate(RIGHT)]
    page = Page([*left, *right])
    assert arrange(page) is page


def test_columns_that_the_engine_parted_stay_as_they_are() -> None:
    left = [line(text, 100, 100 + 20 * k, 0) for k, text in enumerate(LEFT)]
    right = [line(text, 480, 100 + 20 * k, 1) for k, text in enumerate(RIGHT)]
    page = Page([*left, *right])
    assert texts(page) == [*LEFT, *RIGHT]


def test_a_table_is_not_taken_for_columns() -> None:
    rows = [
        f"{port:<24}{count:<8}{year}"
        for port, count, year in zip(
            ("Cadiz", "Vigo", "Hull", "Bergen", "Selmouth", "Barrow Sound", "Hythe"),
            range(7),
            range(1950, 1957),
            strict=True,
        )
    ]
    page = Page([line(row, 100, 100 + 20 * k) for k, row in enumerate(rows)])
    assert arrange(page) is page


def test_columns_of_a_table_in_blocks_of_their_own_become_rows() -> None:
    ports = [line(text, 100, 100 + 20 * k, 0) for k, text in enumerate(("Port", "Cadiz", "Vigo", "Hull"))]
    counts = [line(text, 400, 100 + 20 * k, 1) for k, text in enumerate(("Tugs", "2", "1", "9"))]
    text = line("All figures are those of the board, which publishes them.", 100, 200, 2)
    page = Page([*ports, text, *counts])
    assert texts(page) == ["Port Tugs", "Cadiz 2", "Vigo 1", "Hull 9", texts(Page([text]))[0]]
    assert [found.role for found in arrange(page).lines] == [*[Role.TABLE] * 4, Role.TEXT]


def test_a_river_of_blanks_does_not_part_a_line() -> None:
    """Engines take blanks that stand under each other for the space between columns."""
    left = [line("would be moved to", 100, 100 + 20 * k, 0) for k in range(4)]
    right = [line("the north pier by noon", 280, 100 + 20 * k, 1) for k in range(4)]
    page = Page([*left, *right])
    assert texts(page) == ["would be moved to the north pier by noon"] * 4


def test_a_code_in_the_margin_is_not_drawn_into_the_text() -> None:
    body = [line(text, 100, 100 + 20 * k, 0) for k, text in enumerate(LEFT)]
    codes = [line("B6", 600, 100 + 20 * k, 1) for k in (1, 2, 3)]
    page = Page([*body, *codes])
    assert arrange(page) is page


def test_a_page_without_boxes_stays() -> None:
    page = Page([PageLine([Word("The"), Word("tug")]) for _ in range(20)])
    assert arrange(page) is page


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 30), st.text("ab ", min_size=1, max_size=30), st.integers(0, 3)),
        max_size=24,
    )
)
def test_nothing_is_lost_or_doubled(parts: list[tuple[int, int, str, int]]) -> None:
    lines = [line(text, 10.0 * x, 20.0 * y, paragraph) for x, y, text, paragraph in parts if text.strip()]
    page = Page(lines)
    before = sorted(word.text for found in lines for word in found.words)
    assert sorted(word.text for found in arrange(page).lines for word in found.words) == before
