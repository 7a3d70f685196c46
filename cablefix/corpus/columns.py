"""The tables of a corpus: which columns they have, of which type, and what stands in them.

The descriptions go into the Parquet files as metadata of their columns, and into docs/corpus.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["int", "float", "text", "time", "texts", "ints", "bytes"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: name, type, and what it says. "time" is a timestamp in UTC, "texts" and "ints" are lists."""

    name: str
    kind: Kind
    about: str


def _columns(*rows: tuple[str, Kind, str]) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in rows)


_N: tuple[str, Kind, str] = ("n", "int", "number of the document in the corpus, from 0")

TABLES: dict[str, tuple[Column, ...]] = {
    "documents": _columns(
        _N,
        ("key", "text", "name of the document: label of the input and path within it"),
        ("status", "text", "`done`, or `failed`: then only the columns up to `message` are filled"),
        ("bytes", "int", "length of the input in bytes"),
        ("sha256", "text", "digest of the input"),
        (
            "error",
            "text",
            "why it failed: `unreadable`, `too large`, `not text`, `fault`, `crash`, `timeout`, `memory`",
        ),
        ("message", "text", "the failure in a sentence"),
        ("output", "text", "path of the output below the folder of the corpus"),
        ("output_sha256", "text", "digest of the output"),
        ("format", "text", "format of the input: `text`, `hocr`, `alto`, ..."),
        ("profile", "text", "profile that was used"),
        ("kind", "text", "`cable` or `other`"),
        ("era", "text", "form that a message stands on: `1973-79`, ..."),
        ("post", "text", "post that sent the message"),
        ("number", "int", "message number as a number"),
        ("message_number", "text", "message number as printed"),
        ("time", "time", "date-time group, in UTC"),
        ("precedence", "text", "precedence of the message"),
        ("classification", "text", "classification of the message"),
        ("sender", "text", "the FROM field"),
        ("subject", "text", "subject line"),
        ("tags", "texts", "TAGS as printed"),
        ("captions", "texts", "captions"),
        ("words", "int", "words of the reading text"),
        ("characters", "int", "characters of the reading text"),
        ("paragraph_count", "int", "paragraphs"),
        ("missing_paragraphs", "ints", "paragraph numbers that the sequence shows to be missing"),
        ("furniture", "int", "pieces of page furniture taken out"),
        ("applied", "int", "edits applied"),
        ("proposed", "int", "edits proposed and not applied"),
        ("checks_failed", "int", "cross-checks that fail"),
        ("field_confidence", "float", "the lowest confidence of a field of the record"),
        ("warnings", "texts", "what the reader warned of"),
        ("names", "texts", "words with a capital that the word list does not know, each once"),
        ("text_sha256", "text", "digest of the letters and digits of the body, for equal texts"),
        ("sketch", "bytes", "MinHash of the body: 64 numbers of 32 bits, little-endian; absent for short texts"),
    ),
    "fields": _columns(
        _N,
        ("key", "text", "name of the document"),
        ("field", "text", "name of the field as in the record"),
        ("value", "text", "its value; lists and objects as JSON"),
        ("confidence", "float", "probability that the value is right"),
        ("alternatives", "text", "other readings with their probabilities, as JSON; absent where there are none"),
        ("line", "int", "line of the source where it stands, from 1"),
    ),
    "paragraphs": _columns(
        _N,
        ("key", "text", "name of the document"),
        ("position", "int", "position in the document, from 0"),
        ("number", "int", "paragraph number, absent where it has none"),
        ("portion", "text", "portion mark without brackets"),
        ("heading", "text", "headings before it"),
        ("text", "text", "text without number and portion mark"),
    ),
    "edits": _columns(
        _N,
        ("key", "text", "name of the document"),
        ("id", "text", "id of the edit, as `cablefix explain` shows it"),
        ("start", "int", "where it begins in the source, in code points"),
        ("end", "int", "where it ends"),
        ("line", "int", "line of the source, from 1"),
        ("column", "int", "column in the line, from 1"),
        ("before", "text", "what the source has"),
        ("after", "text", "what it should read"),
        ("rule", "text", "rule that found it"),
        ("confidence", "float", "probability that it is right"),
        ("status", "text", "`applied`, `proposed` or `superseded`"),
        ("evidence", "texts", "the reasons, each as `kind: sentence`"),
    ),
    "checks": _columns(
        _N,
        ("key", "text", "name of the document"),
        ("name", "text", "name of the check"),
        ("status", "text", "`holds`, `fails` or `unknown`"),
        ("text", "text", "what was compared, in a sentence"),
        ("fields", "texts", "fields concerned"),
    ),
}
"""The tables that every run makes."""

ACROSS: dict[str, tuple[Column, ...]] = {
    "confusions": _columns(
        ("meant", "text", "what stands on the page"),
        ("seen", "text", "what the engine read; empty where it lost the character"),
        ("count", "int", "applied word and header edits that show it"),
        ("documents", "int", "documents that show it"),
        (
            "meant_count",
            "int",
            "how often `meant` stands in the restored texts; for what was read where nothing is, their length",
        ),
        ("rate", "float", "`count` for each use of `meant`"),
        ("cost", "float", "`-ln(rate)`: what it costs in the channel of this corpus, in nats"),
        ("shipped_cost", "float", "what it costs in the shipped channel"),
    ),
    "names": _columns(
        ("usual", "text", "spelling that many documents have, in lower case"),
        ("usual_documents", "int", "documents that have it"),
        ("variant", "text", "spelling that differs by one letter or a swap"),
        ("variant_documents", "int", "documents that have the variant"),
        ("n", "int", "number of a document that has the variant"),
        ("key", "text", "its name"),
    ),
    "sequences": _columns(
        ("post", "text", "post"),
        ("year", "int", "year of the date-time group"),
        _N,
        ("key", "text", "name of the document"),
        ("number", "int", "message number"),
        ("time", "time", "date-time group"),
        ("fault", "text", "`out of order`: number and date do not fit the others; `used twice`: another text has it"),
        ("earliest", "time", "date of the message with the next lower number that is in order"),
        ("latest", "time", "date of the message with the next higher number that is in order"),
        ("lowest", "int", "number of the message before it in time that is in order"),
        ("highest", "int", "number of the message after it in time that is in order"),
    ),
    "references": _columns(
        _N,
        ("key", "text", "name of the document that refers"),
        ("label", "text", "letter of the reference"),
        ("text", "text", "reference as printed"),
        ("post", "text", "post referred to"),
        ("year", "int", "year referred to, or supposed from the date"),
        ("number", "int", "message number referred to"),
        ("status", "text", "`found`, `several` (the lowest is named), `absent`, or `other` for what is no message"),
        ("target", "int", "number of the document referred to"),
        ("target_key", "text", "its name"),
    ),
    "duplicates": _columns(
        ("group", "int", "number of the first document of the group"),
        _N,
        ("key", "text", "name of the document"),
        ("kind", "text", "`first`, `same bytes`, `same text`, or `near`"),
        (
            "of",
            "int",
            "number of the earlier document that has the same bytes or text, or is nearest; else of the first",
        ),
        ("similarity", "float", "share of three-word sequences in common with that document, estimated"),
    ),
}
"""The tables of the pass across documents."""
