"""Telegram forms of 1950-63 against a table: incoming, outgoing, and documents that only look like them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from cablefix import restore
from cablefix.cable.codes import load_codes
from cablefix.cable.fields import Header
from cablefix.cable.grammar import read_header, read_signature
from tests.test_header_cases import lines_of

TABLE = Path(__file__).parent / "cases" / "header_eras.toml"


def cases(*kinds: str) -> list[Any]:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return [pytest.param(row, id=f"{kind}: {row['label']}") for kind in kinds for row in table[kind]]


def read(case: dict[str, Any]) -> Header | None:
    return read_header(lines_of(case["text"].strip("\n")), load_codes())


@pytest.mark.parametrize("case", cases("incoming", "outgoing"))
def test_fields(case: dict[str, Any]) -> None:
    header = read(case)
    assert header is not None
    assert {name: header.value(name) for name in case["fields"]} == case["fields"]
    assert not [name for name in case.get("absent", ()) if name in header.fields]
    facts = {"era": header.era, **header.extra}
    wanted = case.get("facts", {})
    assert {name: facts.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("case", cases("incoming", "outgoing"))
def test_signature(case: dict[str, Any]) -> None:
    header = read(case)
    assert header is not None
    found = read_signature(lines_of(case["text"].strip("\n")), load_codes(), header)
    assert (found[1].value if found else None) == case.get("signature")


@pytest.mark.parametrize("case", cases("incoming", "outgoing"))
def test_repairs_and_lines_fit_the_source(case: dict[str, Any]) -> None:
    text = case["text"].strip("\n")
    header = read(case)
    assert header is not None
    last = 0
    for repair in header.repairs:
        assert last <= repair.span.start < repair.span.end <= len(text)
        last = repair.span.end
    numbers = [number for line in header.format_lines for number in line.lines]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("case", cases("other"))
def test_no_cable(case: dict[str, Any]) -> None:
    assert read(case) is None


@pytest.mark.parametrize("case", cases("incoming", "outgoing", "other"))
def test_record_of_the_whole_document(case: dict[str, Any]) -> None:
    """The same through the pipeline: the kind, the fields, and the signature."""
    record = restore(case["text"].strip("\n") + "\n").record
    assert record["kind"] == ("cable" if case.get("cable", True) else "other")
    wanted = {name: value for name, value in case.get("fields", {}).items() if name != "captions"}
    assert {name: record["fields"].get(name) for name in wanted} == wanted
    assert record["fields"].get("signature") == case.get("signature")
