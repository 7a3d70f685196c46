"""What the README and the quick start show runs as it stands there: Python blocks, commands and options."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from cablefix.cli import main
from cablefix.resources import dictionary_path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["README.md", "docs/quickstart.md"]


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a cable.txt, as the pages take for granted."""
    example = next(dictionary_path("examples").glob("*.txt"))
    shutil.copy(example, tmp_path / "cable.txt")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_python_blocks_run(page: str, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for block in blocks(page, "python"):
        exec(compile(block, page, "exec"), names)
    assert "result" in names


@pytest.mark.parametrize("page", PAGES)
def test_commands_run(page: str, desk: Path) -> None:
    for block in blocks(page, "sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] != ["cablefix"]:
                continue
            output = words[words.index("-o") + 1] if "-o" in words else ""
            before = (desk / output).read_bytes() if output and (desk / output).exists() else b""
            result = CliRunner().invoke(main, words[1:])
            assert result.exit_code == 0, f"{line}: {result.output}"
            assert not output or (desk / output).stat().st_size
            if output == "cable.txt":
                assert (desk / output).read_bytes() == before, "undo did not give the original back"


def test_every_command_of_the_pages_exists() -> None:
    context = click.Context(main)
    named = {found for page in PAGES for found in re.findall(r"`cablefix ([a-z]+)", (ROOT / page).read_text("utf-8"))}
    assert named <= set(main.list_commands(context))
