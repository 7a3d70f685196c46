"""The row of a document for clusters that we do not run ourselves: flat, of types that Spark, Ray and Arrow know."""

from __future__ import annotations

from typing import TypedDict

from cablefix.corpus.engines import Plan, isolated_row
from cablefix.corpus.messages import Fault

_PLAN = Plan()


class FlatRow(TypedDict):
    """A document: its key, `done` or `failed`, why it failed, its output, and its rows in all tables as JSON."""

    key: str
    status: str
    error: str
    message: str
    output: bytes
    row: str


SPARK_SCHEMA = "key string, status string, error string, message string, output binary, row string"
"""The columns of a `FlatRow` as Spark writes them."""


def flat_row(key: str, data: bytes | str, plan: Plan = _PLAN) -> FlatRow:
    """The row of a document, made in a process of its own beside the one that calls, with the limits of the plan.

    It never raises for a document: one that crashes, hangs or takes too much memory has the status "failed".
    """
    text = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    outcome = isolated_row(key, text, plan)
    if isinstance(outcome, Fault):
        return FlatRow(key=key, status="failed", error=outcome.kind, message=outcome.message, output=b"", row="")
    row = outcome.line.decode("utf-8")
    return FlatRow(key=key, status="done", error="", message="", output=outcome.output, row=row)
