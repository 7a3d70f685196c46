"""The cable grammar against a table of headers: in the wild, synthetic, negative, known failures."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cablefix.cable.codes import load_codes
from cablefix.cable.fields import Header, Line, Token
from cablefix.cable.grammar import read_header

TABLE = Path(__file__).parent / "cases" / "header.toml"


def lines_of(text: str, first: int = 0) -> list[Line]:
    found = []
    for number, match in enumerate(re.finditer(r"[^\n]*\n|[^\n]+$", text)):
        words = re.finditer(r"\S+", match[0])
        tokens = tuple(Token(w[0], match.start() + w.start(), match.start() + w.end()) for w in words)
        if tokens:
            found.append(Line(first + number, tokens))
    return found


def read(case: dict[str, Any]) -> Header | None:
    text = case["text"].strip("\n")
    whole = text + "\n" + "\n".join(case.get("furniture", ()))
    lines = lines_of(whole)
    body = [line for line in lines if line.tokens[0].start < len(text)]
    return read_header(body, load_codes(), [line for line in lines if line not in body])


def cases(*, strict: bool) -> list[Any]:
    found = []
    for kind, rows in tomllib.loads(TABLE.read_text(encoding="utf-8")).items():
        known = strict and kind == "known_failures"
        marks = [pytest.mark.xfail(strict=True, reason="known failure")] if known else []
        found += [pytest.param(row, id=f"{kind}: {row['label']}", marks=marks) for row in rows]
    return found


@pytest.mark.parametrize("case", cases(strict=True))
def test_case(case: dict[str, Any]) -> None:
    header = read(case)
    if not case.get("cable", True):
        assert header is None
        return
    assert header is not None
    got = {name: header.value(name) for name in case["fields"]}
    assert got == case["fields"]
    assert not [name for name in case.get("absent", ()) if name in header.fields]
    if "era" in case:
        assert header.era == case["era"]
    if "repairs" in case:
        text = case["text"].strip("\n")
        done = [f"{text[r.span.start : r.span.end]} -> {r.after}" for r in header.repairs if r.confidence >= 0.8]
        assert done == case["repairs"]


@pytest.mark.parametrize("case", cases(strict=False))
def test_repairs_fit_the_source(case: dict[str, Any]) -> None:
    header = read(case)
    if header is None:
        assert not case.get("cable", True)
        return
    last = -1
    for repair in header.repairs:
        assert repair.span.start >= last
        assert repair.span.start < repair.span.end <= len(case["text"])
        assert repair.evidence
        assert 0.0 < repair.confidence < 1.0
        last = repair.span.end


def test_every_section_is_there() -> None:
    data = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    assert {"in_the_wild", "synthetic", "negative", "known_failures"} <= set(data)


ORDERS = Path(__file__).parent / "cases" / "orders.toml"


@pytest.mark.parametrize("row", tomllib.loads(ORDERS.read_text(encoding="utf-8"))["line"], ids=lambda row: row["decl"])
def test_executive_order_lines(row: dict[str, Any]) -> None:
    """What follows the number on an E.O. line, whole, and nothing of the lines below."""
    text = f"""PAGE 01 LISBON 02417 241509Z
P 241433Z SEP {row["year"]}
FM AMEMBASSY LISBON
TO SECSTATE WASHDC PRIORITY 6441
CONFIDENTIAL LISBON 2417
{row["lines"].strip()}
TAGS: EFIS, PO
SUBJECT: HARBOR DUES"""
    header = read_header(lines_of(text), load_codes())
    assert header is not None
    assert (header.value("decl"), header.value("tags")) == (row["decl"], ["EFIS", "PO"])
    assert {part.kind for part in header.format_lines} >= {"eo", "tags", "subject"}
