"""Markdown, read back with a Markdown parser: what it shows is what the text says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cablefix.pipeline import restore
from cablefix.resources import dictionary_path
from cablefix.text import Source
from cablefix.writers.markdown import escape, write_markdown

EXAMPLE = dictionary_path("examples/reykjavik-000318.txt")
PARSER = MarkdownIt("commonmark").enable("table").enable("strikethrough")

# Pieces that mean something in Markdown, among ordinary words.
WORDS = (
    "2. 10) - -- + # ## > >x * ** _ a_b __ ` ``` ~~ [x](y) ![x] <b> </b> <http://x.y> &amp; &#65; | === --- $x$ [^1]"
)
PIECES = st.sampled_from([*WORDS.split(), "\\", "\\*", "(C)", "¶2.", ":", "'"])


def shown(tokens: list[Token] | None) -> str:
    """The text that a reader sees."""
    out = []
    for token in tokens or []:
        if token.type == "inline":
            out.append(shown(token.children))
        elif token.type in ("text", "code_inline", "html_inline", "code_block", "fence", "html_block"):
            out.append(token.content)
        elif token.type == "softbreak":
            out.append("\n")
    return "".join(out)


def kinds(text: str) -> list[str]:
    return [token.type for token in PARSER.parse(text)]


@given(st.lists(PIECES, min_size=1, max_size=6).map(" ".join))
def test_escaped_text_reads_as_itself(text: str) -> None:
    written = escape(text)
    assert kinds(written) == ["paragraph_open", "inline", "paragraph_close"]
    assert shown(PARSER.parse(written)) == text
    assert shown(PARSER.parse(f"## {written}")) == text
    item = PARSER.parse(f"- {written}")
    assert [token.type for token in item].count("bullet_list_open") == 1
    assert shown(item) == text


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), min_size=1))
def test_any_characters_read_as_themselves(text: str) -> None:
    assert shown(PARSER.parse(escape(text))) == text


@pytest.mark.parametrize("notes", [False, True])
def test_a_cable(notes: bool) -> None:
    restored = restore(Source.from_bytes(EXAMPLE.read_bytes(), EXAMPLE.name))
    text = write_markdown(restored, notes=notes)
    parsed = PARSER.parse(text)
    assert [token.tag for token in parsed if token.type == "heading_open"][:2] == ["h1", "h2"]
    assert kinds(text).count("bullet_list_open") == (3 if notes else 1)
    assert kinds(text).count("table_open") == 1
    said = shown(parsed)
    for paragraph in restored.record["paragraphs"]:
        for line in paragraph["text"].split("\n"):
            if not notes:
                assert line.removeprefix("-- ") in said
    assert text.count("[^") == (2 * text.count("\n[^") if notes else 0)


def test_every_repair_has_its_note() -> None:
    restored = restore(Source.from_bytes(EXAMPLE.read_bytes(), EXAMPLE.name))
    text = write_markdown(restored, notes=True)
    for edit in restored.edits:
        line = restored.layout.line_at(edit.start) + 1
        assert f"Line {line}, column" in text
        assert edit.rule in text


def test_tables_keep_their_cells() -> None:
    text = write_markdown(
        restore("Port        Tugs    Men\nCadiz|A     2       31\nVigo        1       12\nThat is all.\n")
    )
    assert "| Port | Tugs | Men |\n| --- | --- | --- |\n| Cadiz\\|A | 2 | 31 |" in text
    assert "table_open" in kinds(text)


def test_plain_numbers_do_not_become_lists() -> None:
    text = write_markdown(restore("1. (U) The tug left the pier.\n\n2. (U) It came back at noon.\n\n3. (U) It left.\n"))
    assert "ordered_list_open" not in kinds(text)
    assert "**2.** (U) It came back at noon." in text


def test_nothing_gives_nothing() -> None:
    assert write_markdown(restore("")) == "\n"


def test_every_sample_can_be_written(shared: Path) -> None:
    for path in sorted((shared / "samples").rglob("*.txt"))[::9]:
        restored = restore(path)
        assert write_markdown(restored, notes=True).count("\n[^") <= len(restored.applied)
