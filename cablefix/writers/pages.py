"""The restored text page by page, as printed: line breaks and page furniture kept, repairs made.

For reading beside the page images, and for archives that file text by page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cablefix.restored import Restored
from cablefix.text import Replacement, View


def write_pages(restored: Restored) -> bytes:
    """A restored document as plain text in UTF-8: printed lines, repaired, a form feed between pages."""
    pages = "\f".join("".join(f"{line}\n" for line in page["lines"]) for page in page_rows(restored))
    return pages.encode("utf-8", "surrogatepass")


def write_page_records(restored: Restored) -> bytes:
    """The same as JSON Lines, one object a page: `page` (from 1), `image`, `width`, `height`, `lines`."""
    rows = (json.dumps(row, ensure_ascii=False) for row in page_rows(restored))
    return "".join(f"{row}\n" for row in rows).encode("utf-8", "backslashreplace")


def page_rows(restored: Restored) -> Iterator[dict[str, Any]]:
    """The pages: number, image and size where they are known, and the printed lines with their repairs."""
    layout = restored.layout
    lines = _repaired_lines(restored)
    pages = layout.line_page.tolist()
    first = 0
    for number in range(layout.pages):
        last = first
        while last < len(pages) and pages[last] == number:
            last += 1
        row: dict[str, Any] = {"document": restored.source.origin, "page": number + 1}
        if number < len(layout.page_image) and layout.page_image[number]:
            row["image"] = layout.page_image[number]
        if number < len(layout.page_size):
            width, height = layout.page_size[number].tolist()
            if width == width and height == height:
                row["width"], row["height"] = round(width, 2), round(height, 2)
        row["lines"] = _without_blank_edges(lines[first:last])
        yield row
        first = last


def _repaired_lines(restored: Restored) -> list[str]:
    """Each printed line with its repairs, gaps closed up to one space."""
    layout = restored.layout
    edits = [Replacement(edit.start, edit.end, edit.after) for edit in restored.applied]
    view = View.build(restored.source.text, edits)
    bounds = zip(layout.line_start.tolist(), layout.line_end.tolist(), strict=True)
    places = [(view.to_view(start), view.to_view(end, end=True)) for start, end in bounds]
    return [" ".join(view.text[start:end].split()) for start, end in places]


def _without_blank_edges(lines: list[str]) -> list[str]:
    first, last = 0, len(lines)
    while first < last and not lines[first]:
        first += 1
    while last > first and not lines[last - 1]:
        last -= 1
    return lines[first:last]
