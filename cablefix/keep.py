"""Header and numbering as JSON and back, so that a restoration can be kept without running the rules again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cablefix.cable.fields import Check, Field, FormatLine, Header, Reading, Status
from cablefix.cable.sequence import Candidate, NumberedParagraph, Numbering
from cablefix.text import Span


def header_to_json(header: Header) -> dict[str, Any]:
    """A JSON object of format lines, fields, checks and era. Repairs are left out: they are edits in the ledger."""
    return {
        "format_lines": [[part.kind, list(part.lines)] for part in header.format_lines],
        "fields": {name: _field_to_json(found) for name, found in header.fields.items()},
        "checks": [
            [
                check.name,
                str(check.status),
                check.text,
                list(check.fields),
                [list(span) for span in check.spans],
            ]
            for check in header.checks
        ],
        "era": header.era,
        "extra": header.extra,
    }


def _field_to_json(found: Field) -> dict[str, Any]:
    return {
        "value": found.value,
        "span": list(found.span),
        "confidence": found.confidence,
        "alternatives": [[other.value, other.confidence] for other in found.alternatives],
        "parts": [[name, list(span)] for name, span in found.parts],
    }


def header_from_json(data: Mapping[str, Any]) -> Header:
    """The inverse of `header_to_json`."""
    fields = {
        name: Field(
            name,
            found["value"],
            Span(*found["span"]),
            found["confidence"],
            tuple(Reading(value, confidence) for value, confidence in found["alternatives"]),
            tuple((part, Span(*span)) for part, span in found["parts"]),
        )
        for name, found in data["fields"].items()
    }
    checks = tuple(
        Check(name, Status(status), text, tuple(names), tuple(Span(*span) for span in spans))
        for name, status, text, names, spans in data["checks"]
    )
    lines = tuple(FormatLine(kind, tuple(numbers)) for kind, numbers in data["format_lines"])
    return Header(lines, fields, (), checks, data["era"], dict(data["extra"]))


def numbering_to_json(numbering: Numbering) -> dict[str, Any]:
    """A JSON object of the paragraphs with their marks, whether they have pilcrows, and the missing numbers."""
    return {
        "pilcrow": numbering.pilcrow,
        "missing": list(numbering.missing),
        "paragraphs": [
            {
                "line": p.candidate.line,
                "span": [p.candidate.start, p.candidate.end],
                "mark": p.candidate.mark,
                "dot": p.candidate.dot,
                "portion": p.candidate.portion,
                "after_break": p.candidate.after_break,
                "n": p.n,
                "garble": p.garble,
                "cost": p.cost,
                "confidence": p.confidence,
            }
            for p in numbering.paragraphs
        ],
    }


def _candidate(data: Mapping[str, Any]) -> Candidate:
    start, end = data["span"]
    return Candidate(data["line"], start, end, data["mark"], data["dot"], data["portion"], data["after_break"])


def numbering_from_json(data: Mapping[str, Any]) -> Numbering:
    """The inverse of `numbering_to_json`."""
    paragraphs = tuple(
        NumberedParagraph(
            _candidate(p),
            p["n"],
            p["garble"],
            p["cost"],
            p["confidence"],
        )
        for p in data["paragraphs"]
    )
    return Numbering(paragraphs, data["pilcrow"], tuple(data["missing"]))
