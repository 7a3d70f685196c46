"""The usual questions to a corpus, as SQL, and whatever else one wants to ask."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cablefix.corpus.database import open_database
from cablefix.corpus.extras import CorpusError, OrderError, need


@dataclass(frozen=True, slots=True)
class Question:
    """A question: what it asks, and the SQL that answers it; `{documents}` are the documents that were chosen.

    `across` says that it needs the pass across documents.
    """

    about: str
    sql: str
    across: bool = False


QUESTIONS: dict[str, Question] = {
    "documents": Question(
        "documents of a post and period",
        """SELECT n, key, "time", post, message_number, classification, subject, applied, proposed
           FROM {documents} ORDER BY "time" NULLS LAST, n""",
    ),
    "posts": Question(
        "documents by post and year",
        """SELECT post, year("time") AS year, count(*) AS documents, sum(words)::BIGINT AS words,
             sum(applied)::BIGINT AS applied FROM {documents} WHERE status = 'done'
           GROUP BY ALL ORDER BY post NULLS LAST, year NULLS LAST""",
    ),
    "repairs": Question(
        "the most frequent repairs",
        """SELECT before, after, rule, count(*) AS uses, count(DISTINCT n) AS documents,
             round(avg(confidence), 3) AS confidence
           FROM edits JOIN {documents} USING (n) WHERE edits.status = 'applied'
           GROUP BY before, after, rule ORDER BY uses DESC, before, after, rule""",
    ),
    "rules": Question(
        "repairs by rule",
        """SELECT rule, count(*) FILTER (WHERE edits.status = 'applied') AS applied,
             count(*) FILTER (WHERE edits.status = 'proposed') AS proposed, count(DISTINCT n) AS documents
           FROM edits JOIN {documents} USING (n) GROUP BY rule ORDER BY applied DESC, rule""",
    ),
    "doubtful": Question(
        "the fields that are least sure",
        """SELECT fields.key, field, value, confidence, alternatives
           FROM fields JOIN {documents} USING (n) WHERE confidence < 0.8 ORDER BY confidence, n, field""",
    ),
    "checks": Question(
        "cross-checks that fail",
        """SELECT checks.key, name, checks.text
           FROM checks JOIN {documents} USING (n) WHERE checks.status = 'fails' ORDER BY n, name""",
    ),
    "failed": Question(
        "documents that could not be restored, and why",
        "SELECT n, key, error, message FROM {documents} WHERE status = 'failed' ORDER BY n",
    ),
    "sequences": Question(
        "message numbers that do not rise with the date",
        """SELECT sequences.post, sequences.year, sequences.key, sequences.number, sequences."time", fault, earliest,
             latest, lowest, highest
           FROM sequences JOIN {documents} USING (n) ORDER BY sequences.post, year, sequences."time", n""",
        True,
    ),
    "references": Question(
        "references and the documents that they name",
        """SELECT "references".key, label, text, "references".status, target_key
           FROM "references" JOIN {documents} USING (n) ORDER BY n, label""",
        True,
    ),
    "confusions": Question(
        "what this engine reads for what",
        "SELECT * FROM confusions ORDER BY count DESC, meant, seen",
        True,
    ),
    "names": Question(
        "rare spellings of names that are usual",
        """SELECT variant, usual, variant_documents, usual_documents, names.key
           FROM names JOIN {documents} USING (n) ORDER BY usual_documents DESC, usual, variant, n""",
        True,
    ),
    "duplicates": Question(
        "copies and several OCR runs of one document",
        'SELECT duplicates.* FROM duplicates JOIN {documents} USING (n) ORDER BY "group", n',
        True,
    ),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents a question is about: post, first and last day, year-month-day."""

    post: str = ""
    since: str = ""
    until: str = ""

    def sql(self) -> tuple[str, list[Any]]:
        """The documents as a subquery, and its values. Raises OrderError for a date that is none."""
        parts, values = [], list[Any]()
        if self.post:
            parts.append("upper(post) = ?")
            values.append(self.post.upper())
        for text, sign, days in ((self.since, ">=", 0), (self.until, "<", 1)):
            if text:
                try:
                    values.append(date.fromisoformat(text))
                except ValueError as error:
                    raise OrderError(f"{text!r} is no date; give year-month-day, as 1974-03-31") from error
                parts.append(f'"time" {sign} CAST(? AS DATE) + INTERVAL {days} DAY')
        where = f" WHERE {' AND '.join(parts)}" if parts else ""
        return f"(SELECT * FROM documents{where}) AS documents", values


@dataclass(frozen=True, slots=True)
class Answer:
    """Names of columns, and rows."""

    names: list[str]
    rows: list[tuple[Any, ...]]


def ask(root: Path, name: str, chosen: Filter, most: int) -> Answer:
    """The answer to a usual question, at most so many rows (0: all). Raises CorpusError where it cannot be given."""
    question = QUESTIONS[name]
    if question.across and not (root / "across" / f"{name}.parquet").exists():
        raise CorpusError(f"{root}: {name} need the pass across documents; make it with: cablefix corpus across {root}")
    documents, values = chosen.sql()
    sql = question.sql.format(documents=documents)
    return ask_sql(root, f"{sql} LIMIT {most}" if most else sql, values if "{documents}" in question.sql else ())


def ask_sql(root: Path, sql: str, values: Sequence[Any] = ()) -> Answer:
    """The answer to SQL over the tables of a corpus. Raises OrderError with what DuckDB says of it."""
    duckdb = need("duckdb")
    with open_database(root) as connection:
        try:
            cursor = connection.execute(sql, list(values))
            return Answer([column[0] for column in cursor.description or ()], cursor.fetchall())
        except duckdb.Error as error:
            raise OrderError(f"the query cannot be answered: {error}") from error


def as_csv(answer: Answer) -> str:
    """An answer as CSV with a line of names."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(answer.names)
    writer.writerows([_cell(value) for value in row] for row in answer.rows)
    return out.getvalue()


def as_json(answer: Answer) -> str:
    """An answer as a JSON list of objects."""
    rows: list[Mapping[str, Any]] = [dict(zip(answer.names, map(_plain, row), strict=True)) for row in answer.rows]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _cell(value: Any) -> Any:
    plain = _plain(value)
    return " ".join(map(str, plain)) if isinstance(plain, list) else plain


def as_cells(answer: Answer) -> list[list[str]]:
    """An answer as texts for a table on a terminal."""
    return [["" if value is None else str(_cell(value)) for value in row] for row in answer.rows]
