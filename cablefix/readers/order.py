"""The order in which the lines of a page are read: columns one after the other, tables row by row.

Engines mostly get it right. Where they read across two columns, or give the columns of a table as blocks of their
own, the boxes show it, and the lines are put in order before the text is written down. Nothing else is changed:
where the evidence is weak the order of the file stays.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from cablefix.readers.document import Box, Page, PageLine, Role, Word, around

# A gap is wide from so many widths of a character; the gutter that a run of lines has in common may be narrower.
_WIDE_GAP = 2.2
_GUTTER = 1.5
# So many lines in a row must leave the gutter free, and so many of them must have text on both sides of it.
_RUN = 6
_BOTH = 5
# Each side of a gutter between columns of running text has lines of so many characters and words, and fills so much
# of its width. The cells of a table are shorter.
_SIDE_CHARACTERS = 18
_SIDE_WORDS = 3.0
_FILL = 0.75
# A row that stands so many steps below the one before it is no part of the same columns.
_FAR_BELOW = 2.5
# Blocks side by side are columns of one table where so many lines stand level and cells are no longer than this.
_TABLE_ROWS = 3
_TABLE_CELL = 28
_LEVEL = 0.45
# In one column so many of the rows at most have more than one line: specks, codes in the margin.
_LEVEL_ROWS = 0.1
# So many of the lines at least must be in their places; else the page is of a kind that this does not understand.
_IN_PLACE = 0.7
# A gap of up to so many widths of a character is one blank.
_ONE_GAP = 1.9


def arrange(page: Page) -> Page:
    """The page with its lines in reading order; the same page where there is nothing to change, or the file says it."""
    if page.ordered or len(page.lines) < _TABLE_ROWS * 2 or _is_plain(page.lines):
        return page
    if not all(_has_boxes(line) for line in page.lines):
        return page
    rows = _level_rows(page.lines)
    lines = _top_down(page.lines, rows)
    lines = _split_columns(_join_level(lines, rows if lines is page.lines else _level_rows(lines)))
    return page if lines is page.lines else replace(page, lines=lines)


def _is_plain(lines: Sequence[PageLine]) -> bool:
    """Whether each line stands below the one before it and few have wide gaps: then there is nothing to do.

    Nearly every page is so, and every word of a book comes by here: the loop is kept flat.
    """
    wide = 0
    before = float("-inf")
    for line in lines:
        words = line.words
        if line.whole or not words or words[0][1] is None:
            return True
        left, top, end, bottom = words[0][1]
        characters = len(words[0][0])
        widest = 0.0
        for word in words[1:]:
            box = word[1]
            if box is None:
                return True
            if box[0] - end > widest:
                widest = box[0] - end
            end = box[2]
            characters += len(word[0]) + 1
        wide += widest * characters >= _WIDE_GAP * (end - left)
        middle = (top + bottom) / 2
        if middle - before < _LEVEL * (bottom - top) or wide >= _BOTH:
            return False
        before = middle
    return True


def _has_boxes(line: PageLine) -> bool:
    return not line.whole and bool(line.words) and all(word.box is not None for word in line.words)


def _boxes(line: PageLine) -> list[Box]:
    return [word.box for word in line.words if word.box is not None]


def _line_box(line: PageLine) -> Box:
    box = line.box or around(word.box for word in line.words)
    assert box is not None
    return box


def _pitch(lines: Sequence[PageLine]) -> float:
    """The width of a character on this page: the median of the words' widths by their lengths."""
    widths = [
        (box[2] - box[0]) / length
        for line in lines
        for word in line.words
        if (length := len(word.text)) >= 3 and (box := word.box) is not None
    ]
    return median(widths) if widths else 0.0


# --- columns of running text --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Row:
    """What stands at one height: one line of the file, or several side by side. `gaps` are its wide gaps."""

    lines: list[PageLine]
    words: list[Word]
    gaps: list[tuple[float, float]]


def _rows(lines: Sequence[PageLine], pitch: float) -> list[_Row]:
    rows: list[_Row] = []
    for line in lines:
        if rows and _beside(_line_box(rows[-1].lines[-1]), _line_box(line)):
            rows[-1].lines.append(line)
            rows[-1].words.extend(line.words)
        else:
            rows.append(_Row([line], list(line.words), []))
    wide = _WIDE_GAP * pitch
    for row in rows:
        if len(row.lines) > 1:
            row.words.sort(key=lambda word: word.box[0] if word.box else 0.0)
        boxes = [box for word in row.words if (box := word.box) is not None]
        row.gaps = [(a[2], b[0]) for a, b in itertools.pairwise(boxes) if b[0] - a[2] >= wide]
    return rows


def _beside(one: Box, other: Box) -> bool:
    """Whether a box stands to the right of another at the same height."""
    return other[0] >= one[2] and min(one[3], other[3]) - max(one[1], other[1]) > 0.5 * _lower(one, other)


def _lower(one: Box, other: Box) -> float:
    """The height of the lower of two boxes."""
    return min(one[3] - one[1], other[3] - other[1])


def _split_columns(lines: list[PageLine]) -> list[PageLine]:
    """Lines with what was read across columns put column by column; the same list where there is nothing to do."""
    pitch = _pitch(lines)
    if not pitch:
        return lines
    rows = _rows(lines, pitch)
    if sum(bool(row.gaps) for row in rows) < _BOTH:
        return lines
    out: list[PageLine] = []
    changed = False
    k = 0
    while k < len(rows):
        stop, gutter = _run_of_columns(rows, k, pitch)
        if gutter is None:
            out.extend(rows[k].lines)
            k += 1
            continue
        out.extend(_column_by_column(rows[k:stop], gutter, 1 + max((line.paragraph for line in lines), default=0)))
        changed = True
        k = stop
    return out if changed else lines


def _run_of_columns(rows: Sequence[_Row], first: int, pitch: float) -> tuple[int, float | None]:
    """The end of the run of rows that begins here and leaves a gutter free, and the middle of the gutter."""
    for left, right in rows[first].gaps:
        stop = first + 1
        # A row of three cells is none of two columns.
        while stop < len(rows) and len(rows[stop].gaps) < 2:
            narrowed = _narrow(rows[stop], left, right, pitch)
            if narrowed is None or _is_far_below(rows[first : stop + 1]):
                break
            left, right = narrowed
            stop += 1
        middle = (left + right) / 2
        if stop - first >= _RUN and _is_prose(rows[first:stop], middle):
            return stop, middle
    return first, None


def _is_far_below(rows: Sequence[_Row]) -> bool:
    """Whether the last of these rows stands so far below the others that it is no part of their columns."""
    if len(rows) < 4:
        return False
    tops = [_line_box(row.lines[0])[1] for row in rows]
    steps = [b - a for a, b in itertools.pairwise(tops)]
    return steps[-1] > _FAR_BELOW * median(steps[:-1])


def _narrow(row: _Row, left: float, right: float, pitch: float) -> tuple[float, float] | None:
    """The part of a gutter that a row leaves free too; None where the row runs across it."""
    for word in row.words:
        box = word.box
        if box is None or (box[0] < right and box[2] > left):
            if box is None:
                return None
            middle = (left + right) / 2
            left, right = (max(left, box[2]), right) if (box[0] + box[2]) / 2 < middle else (left, min(right, box[0]))
            if right - left < _GUTTER * pitch:
                return None
    return left, right


def _is_prose(rows: Sequence[_Row], gutter: float) -> bool:
    """Whether both sides of a gutter are running text: long lines that fill their column."""
    sides: tuple[list[list[Word]], list[list[Word]]] = ([], [])
    both = 0
    for row in rows:
        parts = _divide(row.words, gutter)
        both += bool(parts[0] and parts[1])
        for side, part in zip(sides, parts, strict=True):
            if part:
                side.append(part)
    return both >= _BOTH and all(_is_running(side) for side in sides)


def _is_running(side: Sequence[list[Word]]) -> bool:
    if len(side) < _BOTH:
        return False
    characters = median(sum(len(word.text) + 1 for word in words) for words in side)
    count = sum(len(words) for words in side) / len(side)
    if characters < _SIDE_CHARACTERS or count < _SIDE_WORDS:
        return False
    extents = [around(word.box for word in words) for words in side]
    left = min(box[0] for box in extents if box)
    right = max(box[2] for box in extents if box)
    fill = median((box[2] - left) / max(right - left, 1.0) for box in extents if box)
    return fill >= _FILL


def _divide(words: Sequence[Word], gutter: float) -> tuple[list[Word], list[Word]]:
    left: list[Word] = []
    right: list[Word] = []
    side = left
    for word in words:
        # A hyphen that is glued to its word goes with it.
        if not word.glued:
            side = left if word.box is not None and word.box[0] < gutter else right
        side.append(word)
    return left, right


def _column_by_column(rows: Sequence[_Row], gutter: float, paragraph: int) -> Iterator[PageLine]:
    """The left parts of the rows, then the right parts; a column begins a new paragraph."""
    for column in (1, 2):
        for row in rows:
            for line in row.lines:
                part = _divide(line.words, gutter)[column - 1]
                if part:
                    same = len(part) == len(line.words)
                    yield replace(
                        line,
                        words=part,
                        box=line.box if same else around(word.box for word in part),
                        paragraph=paragraph + column,
                        column=column,
                    )


# --- lines out of order in one column -----------------------------------------------------------------------


def _top_down(lines: list[PageLine], rows: Sequence[list[PageLine]]) -> list[PageLine]:
    """Lines of a page of one column from top to bottom; the same list where they are, or where there are columns.

    Engines that take headings and lists for blocks of their own put them after the text that they stand in. Each line
    must then stand over or under its new neighbours; lines of columns side by side do not.
    """
    if sum(len(row) > 1 for row in rows) > _LEVEL_ROWS * len(rows):
        return lines
    boxes = [around(_line_box(line) for line in row) for row in rows]
    for above, below in itertools.pairwise(boxes):
        if above is None or below is None or above[0] >= below[2] or below[0] >= above[2]:
            return lines
    ordered = [line for row in rows for line in row]
    place = {id(line): k for k, line in enumerate(lines)}
    kept = _longest_rise([place[id(line)] for line in ordered])
    return ordered if _IN_PLACE * len(lines) <= kept < len(lines) else lines


def _longest_rise(numbers: Sequence[int]) -> int:
    """The length of the longest rising subsequence: how many things stay when the others are put in their places.

    >>> _longest_rise([0, 1, 4, 2, 3])
    4
    """
    ends: list[int] = []
    for number in numbers:
        k = bisect_left(ends, number)
        ends[k : k + 1] = [number]
    return len(ends)


# --- lines that stand level: parts of one line, rows of a table ----------------------------------------------


def _level_rows(lines: Sequence[PageLine]) -> list[list[PageLine]]:
    """The lines in rows from top to bottom, those at one height together from left to right."""
    placed = sorted(((_line_box(line), line) for line in lines), key=lambda item: item[0][1] + item[0][3])
    rows: list[list[tuple[Box, PageLine]]] = []
    for box, line in placed:
        if rows and _level(box, rows[-1][-1][0]) and all(_level(box, other) for other, _ in rows[-1]):
            rows[-1].append((box, line))
        else:
            rows.append([(box, line)])
    for row in rows:
        if len(row) > 1:
            row.sort(key=lambda item: item[0][0])
    return [[line for _, line in row] for row in rows]


def _level(one: Box, other: Box) -> bool:
    """Whether two boxes stand at one height and neither over the other."""
    if one[0] >= other[2] or other[0] >= one[2]:
        return abs((one[1] + one[3]) - (other[1] + other[3])) / 2 <= _LEVEL * _lower(one, other)
    return False


def _join_level(lines: list[PageLine], rows: Sequence[list[PageLine]]) -> list[PageLine]:
    """Lines with the parts of one line put together, and the rows of tables.

    In typed text the gaps of several lines may stand under each other by chance; engines take them for the space
    between columns. A space of one character says that it is one line.
    """
    if len(rows) == len(lines):
        return lines
    pitch = _pitch(lines)
    joined: dict[int, PageLine] = {}
    gone: set[int] = set()
    for row in rows:
        _join_parts(row, pitch, joined, gone)
    for table in _tables(rows, pitch, gone):
        first = min((line for row in table for line in row), key=lambda line: _index(lines, line))
        for row in table:
            whole = [joined.get(id(line), line) for line in row]
            line = replace(_united(whole), role=Role.TABLE, paragraph=first.paragraph)
            joined[id(row[0])] = line
            gone.update(id(other) for other in row[1:])
        lines = _bring_together(lines, table, first)
    if not joined:
        return lines
    return [joined.get(id(line), line) for line in lines if id(line) not in gone]


def _index(lines: Sequence[PageLine], wanted: PageLine) -> int:
    return next(k for k, line in enumerate(lines) if line is wanted)


def _join_parts(row: Sequence[PageLine], pitch: float, joined: dict[int, PageLine], gone: set[int]) -> None:
    """Put lines of a row together where one character stands between them."""
    head = row[0]
    for line in row[1:]:
        before = joined.get(id(head), head)
        if _line_box(line)[0] - _line_box(before)[2] <= _ONE_GAP * pitch:
            joined[id(head)] = _united([before, line])
            gone.add(id(line))
        else:
            head = line


def _united(parts: Sequence[PageLine]) -> PageLine:
    words = [word for line in parts for word in line.words]
    return replace(parts[0], words=words, box=around(_line_box(line) for line in parts))


def _tables(rows: Sequence[list[PageLine]], pitch: float, gone: set[int]) -> Iterator[list[list[PageLine]]]:
    """Runs of rows with several short cells each, whose cells stand in columns."""
    run: list[list[PageLine]] = []
    for full in [*rows, []]:
        row = [line for line in full if id(line) not in gone]
        if len(row) > 1 and all(_is_cell(line) for line in row) and (not run or _agree(run[-1], row, pitch)):
            run.append(row)
            continue
        if len(run) >= _TABLE_ROWS:
            yield run
        run = []


def _is_cell(line: PageLine) -> bool:
    return sum(len(word.text) + 1 for word in line.words) <= _TABLE_CELL


def _agree(row: Sequence[PageLine], other: Sequence[PageLine], pitch: float) -> bool:
    """Whether at least two cells of a row begin or end where cells of the other do."""
    near = 1.5 * pitch
    pairs = [(_line_box(a), _line_box(b)) for a in row for b in other]
    return sum(abs(a[0] - b[0]) <= near or abs(a[2] - b[2]) <= near for a, b in pairs) >= 2


def _bring_together(lines: list[PageLine], table: Sequence[list[PageLine]], first: PageLine) -> list[PageLine]:
    """The lines with those of a table at the place of its first one, row by row."""
    members = {id(line) for row in table for line in row}
    out: list[PageLine] = []
    for line in lines:
        if line is first:
            out.extend(other for row in table for other in row)
        elif id(line) not in members:
            out.append(line)
    return out
