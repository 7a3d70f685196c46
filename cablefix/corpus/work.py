"""One document of a corpus: a pure function from its key and bytes to a row of everything that the corpus keeps.

The same function runs in the processes of one machine, on a cluster of dask, and in Spark and Ray (docs/cluster.md).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from cablefix.corpus.settings import Packed, Settings
from cablefix.corpus.sketch import sketch, text_digest
from cablefix.lexicon.wordlist import load_wordlist
from cablefix.pipeline import restore
from cablefix.profiles import Profile, load_profile
from cablefix.readers.read import read_document
from cablefix.restoration import Restoration
from cablefix.text import Source, SourceError
from cablefix.writers.tei import write_tei

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1c\x1e\x7f]")
_MOST_CONTROLS = 0.02
_NAME = re.compile(r"[A-Z](?<![\w'-].)[\w'-]{4,}(?![\w-])")


_DEFAULT = Settings()


class NotText(SourceError):
    """The input is binary."""


def restore_row(key: str, data: bytes, settings: Settings = _DEFAULT) -> dict[str, Any]:
    """Everything that a corpus keeps of a document, from its key and its bytes; nothing is read or written beside.

    The keys are those of `columns.TABLES["documents"]` (without `n`, which the corpus gives), `body`, and `fields`,
    `paragraphs`, `edits`, `checks`, each a list of objects with the columns of that table. `body` is the output: TEI,
    reading text or record. Raises SourceError for what cannot be read.

    >>> row = restore_row("box1/0001.txt", b"The tug left ( it was late ) at noon .", Settings("text"))
    >>> row["body"], row["applied"], row["edits"][0]["before"]
    (b'The tug left (it was late) at noon.\\n', 3, '( ')
    """
    found = read_document(data, key.rpartition("/")[2])
    _refuse_binary(found.source)
    folders = tuple(Path(folder) for folder in settings.dictionaries)
    restoration = restore(found.source, _profile(settings.profile), layout=found.layout, dictionaries=folders)
    record = restoration.record
    body = write_output(restoration, record, settings)
    return {
        "key": key,
        "status": "done",
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "format": found.format,
        "output_sha256": hashlib.sha256(body).hexdigest() if settings.to != "none" else None,
        **_facts(restoration, record),
        "body": body,
        "fields": list(_fields(restoration, record)),
        "paragraphs": _paragraphs(record),
        "edits": _edits(restoration, record),
        "checks": record["checks"],
    }


@lru_cache(maxsize=4)
def _profile(name: str) -> str | Profile:
    """The profile of a corpus, read once: it is the same for each of its documents."""
    return name if name == "auto" else load_profile(name)


def pack_row(key: str, data: bytes, settings: Settings) -> Packed:
    """The row of a document, packed: what the processes of a corpus run."""
    row = restore_row(key, data, settings)
    body = row.pop("body")
    line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return Packed(body, line, row["sha256"], row["output_sha256"] or "")


def warm_up() -> None:
    """Load the models and tables before the first document, which has a time limit."""
    restore("The tug left at noon . It was towed  into the har-\nbor at Vigo ( Spain ) .\n")


def write_output(restoration: Restoration, record: dict[str, Any], settings: Settings) -> bytes:
    """The output of a document in the format of the settings."""
    if settings.to == "tei":
        return write_tei(restoration, source=settings.source)
    if settings.to == "text":
        return restoration.text.encode("utf-8", "surrogatepass")
    if settings.to == "json":
        return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")
    return b""


def _refuse_binary(source: Source) -> None:
    """Raise NotText for a file that has more control characters than any damaged text has."""
    if source.container is not None:
        return
    controls = len(_CONTROL.findall(source.text))
    if controls > 8 and controls > _MOST_CONTROLS * len(source.text):
        raise NotText(f"{source.name}: is no text ({controls} control characters); give text or an OCR format")


def _facts(restoration: Restoration, record: dict[str, Any]) -> dict[str, Any]:
    """The columns of the table of documents that tell of the restored document."""
    document, fields = restoration.document, record["fields"]
    text = restoration.text
    body = "\n".join(paragraph["text"] for paragraph in record["paragraphs"])
    number = fields.get("message_number")
    mark = sketch(body)
    return {
        "profile": restoration.profile,
        "kind": document.kind,
        "era": record.get("era"),
        "post": fields.get("post"),
        "number": int(number) if number and number.isdecimal() else None,
        "message_number": number,
        "time": fields.get("dtg_iso"),
        "precedence": fields.get("precedence"),
        "classification": fields.get("classification"),
        "sender": fields.get("from"),
        "subject": fields.get("subject"),
        "tags": fields.get("tags", []),
        "captions": fields.get("captions", []),
        "words": len(text.split()),
        "characters": len(text),
        "paragraph_count": len(record["paragraphs"]),
        "missing_paragraphs": record["missing_paragraphs"],
        "furniture": len(document.furniture),
        "applied": len(restoration.applied),
        "proposed": len(restoration.proposed),
        "checks_failed": sum(check["status"] == "fails" for check in record["checks"]),
        "field_confidence": min(record.get("confidence", {}).values(), default=None),
        "warnings": record.get("warnings", []),
        "names": _unknown_names(body),
        "text_sha256": text_digest(body),
        "sketch": mark.tobytes().hex() if mark is not None else None,
    }


def _unknown_names(body: str) -> list[str]:
    """The words with a capital that the word list does not know, sorted."""
    names = [word for word in set(_NAME.findall(body)) if word.isalpha() or not any(map(str.isdecimal, word))]
    return sorted(load_wordlist().unknown(names))


def _fields(restoration: Restoration, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    header = restoration.document.header
    if header is None:
        return
    alternatives = record.get("alternatives", {})
    for name, found in header.fields.items():
        value = found.value
        yield {
            "field": name,
            "value": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False),
            "confidence": round(found.confidence, 4),
            "alternatives": json.dumps(alternatives[name], ensure_ascii=False) if name in alternatives else None,
            "line": restoration.layout.line_at(found.span.start) + 1,
        }


def _paragraphs(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "position": position,
            "number": paragraph.get("n"),
            "portion": paragraph.get("portion"),
            "heading": paragraph.get("heading_before"),
            "text": paragraph["text"],
        }
        for position, paragraph in enumerate(record["paragraphs"])
    ]


def _edits(restoration: Restoration, record: dict[str, Any]) -> list[dict[str, Any]]:
    """The edits in the order of the source."""
    rows = []
    for row in restoration.explain():
        start = int(restoration.layout.line_start[row.line - 1]) + row.column - 1
        rows.append(
            {
                "id": row.id,
                "start": start,
                "end": start + len(row.before),
                "line": row.line,
                "column": row.column,
                "before": row.before,
                "after": row.after,
                "rule": row.rule,
                "confidence": round(row.confidence, 4),
                "status": row.status,
                "evidence": [f"{item.kind}: {item.text}" for item in row.evidence],
            }
        )
    return rows
