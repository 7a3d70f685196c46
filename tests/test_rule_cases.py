"""The rules against tables of cases: in the wild, synthetic, negative, known failures.

A case says which rules run, on what text, and what the reading text is then. Known failures must fail: the day that
one passes, move it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from cablefix.rules.examples import restored_lines
from cablefix.rules.registry import RULES
from cablefix.rules.structure import join_lines

FOLDER = Path(__file__).parent / "cases"
FILES = ["spacing", "sums", "furniture", "numbering", "structure", "redactions"]


def cases() -> list[Any]:
    found = []
    for name in FILES:
        data = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
        for kind, rows in data.items():
            marks = [pytest.mark.xfail(strict=True, reason="known failure")] if kind == "known_failures" else []
            found += [pytest.param(row, id=f"{name}: {kind}: {row['label']}", marks=marks) for row in rows]
    return found


@pytest.mark.parametrize("case", cases())
def test_case(case: dict[str, Any]) -> None:
    rules = [RULES[name] for name in case["rules"]]
    if case.get("joins"):
        rules.insert(0, join_lines)
    lines = restored_lines(case["text"], rules, kind=case.get("kind", "other"))
    assert "\n".join(lines) == case["expect"].strip("\n")


def test_every_file_has_all_sections() -> None:
    for name in FILES:
        data = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
        assert {"in_the_wild", "synthetic", "negative"} <= set(data)
