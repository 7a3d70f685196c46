"""The HTML page, read back with a parser: it is whole, it loads nothing, and it shows source and text unchanged."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cablefix.writers.html as html_writer
from cablefix.cli.failures import visible
from cablefix.pipeline import restore
from cablefix.resources import dictionary_path
from cablefix.restored import Restored
from cablefix.text import Source
from cablefix.writers.html import write_html

EXAMPLE = dictionary_path("examples/reykjavik-000318.txt")
VOID = {"meta", "input", "br"}
NOT_TEXT = {"label", "turn", "page", "caret"}


class Page(HTMLParser):
    """What a page holds: its ids, its links, its source lines and its reading text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack: list[tuple[str, set[str]]] = []
        self.ids: list[str] = []
        self.pointers: list[str] = []
        self.addresses: list[str] = []
        self.lines: dict[int, str] = {}
        self.reading: list[str] = []
        self.scripts = 0
        self.line = 0
        self.feed(text)
        self.close()
        assert not self.stack

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.ids.append(found["id"])
        for name in ("href", "aria-describedby", "aria-labelledby"):
            if name in found:
                outside = name == "href" and not found[name].startswith("#")
                (self.addresses if outside else self.pointers).append(found[name].lstrip("#"))
        self.addresses += [found[name] for name in ("src", "action", "srcset") if name in found]
        self.scripts += tag == "script"
        names = set(found.get("class", "").split())
        if "ln" in names:
            self.line = int(found["id"][1:])
            self.lines[self.line] = ""
        if self.within("read") and tag in ("p", "h3", "tr", "div"):
            self.reading.append("")
        if self.within("read") and tag == "td" and self.reading[-1]:
            self.reading[-1] += " "
        if tag not in VOID:
            self.stack.append((tag, names))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if any(names & NOT_TEXT for _, names in self.stack):
            return
        if self.within("ln"):
            self.lines[self.line] += data
        elif self.within("read") and self.reading:
            self.reading[-1] += data

    def within(self, name: str) -> bool:
        return any(name in names for _, names in self.stack)


def example() -> Restored:
    return restore(Source.from_bytes(EXAMPLE.read_bytes(), EXAMPLE.name))


def pictured(text: str) -> str:
    """Text with its odd characters as the page shows them."""
    kept = "".join(char if char in "\t\n" else visible(char) for char in text)
    return re.sub("[\u200e\u200f\ufffe\uffff]", "\ufffd", kept)


def check(restored: Restored) -> Page:
    """The laws of the page."""
    page = Page(write_html(restored))
    assert len(page.ids) == len(set(page.ids)), "an id comes twice"
    assert set(page.pointers) <= set(page.ids), "a link or description leads nowhere"
    assert not page.addresses
    assert page.scripts == 1
    layout = restored.layout
    assert sorted(page.lines) == list(range(1, layout.lines + 1)), "every source line comes once"
    for number, shown in page.lines.items():
        assert shown == pictured(layout.line_text(number - 1).rstrip(" \t"))
    blocks = sorted(restored.document.blocks, key=lambda block: block.source.start)
    texts = [restored.document.text_of(block) for block in blocks]
    assert [line for line in page.reading if line] == [pictured(text) for text in texts]
    for edit in [*restored.applied, *restored.proposed]:
        assert f"r-{edit.id}" in page.ids
    return page


def test_the_example() -> None:
    restored = example()
    page = check(restored)
    for edit in restored.applied:
        assert {f"s-{edit.id}", f"t-{edit.id}"} <= set(page.ids), "a repair is marked on both sides"


def test_each_repair_is_explained() -> None:
    text = write_html(example())
    for edit in example().edits:
        entry = text[text.index(f'<li id="r-{edit.id}"') :].partition("</li>\n<li id=")[0]
        assert edit.rule in entry
        assert f"{edit.confidence:.2f}" in entry
        assert "<li>" in entry


HOSTILE = [
    "",
    "\n",
    "\x00",
    "</script><script>alert(1)</script> <!-- </style> &amp; ]]>\n",
    "The tug\u202e left ( it was late ) at noon .\u2066\n",
    "The tug \ud800 left ( it was late ) at noon .\n",
    "A\r\nB\rC\x0cD",
    "Port     Tugs    Men\nCadiz    2       31\nVigo     1       12\nThat is all.\n",
    "The har-\nbor was quiet , and the tug was in the har-\nbor .\n",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_and_odd_texts(text: str) -> None:
    check(restore(text))


WORDS = st.sampled_from(
    ["The", "tug", "left", "(", ")", " ' s", ".", ",", "\n", "\n\n", "  ", "\t", "\x0c", "\x01", "<b>", "-\n", '"']
)


@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_any_text(text: str) -> None:
    check(restore(text))


def test_samples(shared: Path) -> None:
    for path in sorted((shared / "samples").rglob("*.txt"))[::9]:
        check(restore(path))


def test_the_seed(shared: Path) -> None:
    check(restore(shared / "seed" / "moscow-000849.A.txt"))


# --- how it looks -----------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def palettes() -> list[dict[str, str]]:
    css = (Path(html_writer.__file__).parent / "html_page.css").read_text(encoding="utf-8")
    blocks = re.findall(r"\{([^{}]*--page:[^{}]*)\}", css)
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", block)) for block in blocks]


@pytest.mark.parametrize("palette", palettes())
def test_contrast_is_enough_to_read(palette: dict[str, str]) -> None:
    pairs = [(ink, ground) for ink in ("ink", "quiet", "link") for ground in ("page", "sheet", "tint")]
    pairs += [("old", "old-bg"), ("new", "new-bg"), ("ask", "ask-bg"), ("ask", "sheet"), ("page", "ink")]
    for ink, ground in pairs:
        assert contrast(palette[ink], palette[ground]) >= 4.5, (ink, ground)


def test_light_dark_and_print_have_a_palette_each() -> None:
    light, dark, chosen_dark, printed = palettes()
    assert dark == chosen_dark
    assert light.keys() <= dark.keys() | {"page"}
    assert printed["ink"] == "#000"


def test_the_repairs_come_in_reading_order() -> None:
    text = write_html(example())
    places = [text.index(f'id="t-{edit.id}"') for edit in example().applied]
    assert all(a < b for a, b in pairwise(places))
