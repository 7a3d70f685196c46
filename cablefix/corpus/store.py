"""The folder of a corpus: outputs, an append-only manifest, and a journal of rows that wait for their table.

    corpus.json                 what the corpus was made with
    manifest.jsonl              a line for each document that is done or failed, written after everything else of it
    documents/                  the outputs
    journal/part-000000.jsonl   rows of a part whose documents are not all done
    tables/NAME/part-000000.parquet

Documents are numbered in the order of the inputs; a part is `PART` consecutive numbers. What is not in the manifest
did not happen: a killed run leaves at most outputs and rows that the next run replaces by the same.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from cablefix._version import __version__
from cablefix.corpus.extras import CorpusError, OrderError
from cablefix.corpus.places import append_lines, cut_torn_line, write_whole

PART = 2000
DOCUMENTS = "documents"
_FORMAT = "cablefix-corpus/1"


@dataclass(frozen=True, slots=True)
class Result:
    """A document that was worked on: its number and key, the path of its output, the output, its row as JSON.

    A failed one has `error` and no output. `place` is empty where no output is kept.
    """

    n: int
    key: str
    place: str
    output: bytes
    line: bytes
    sha256: str = ""
    output_sha256: str = ""
    error: str = ""

    def manifest_line(self) -> bytes:
        """The line of the manifest."""
        entry: dict[str, Any] = {"n": self.n, "key": self.key, "status": "failed" if self.error else "done"}
        more = {"sha256": self.sha256, "output": self.place, "output_sha256": self.output_sha256, "error": self.error}
        entry |= {name: value for name, value in more.items() if value}
        return json.dumps(entry, ensure_ascii=False).encode("utf-8", "backslashreplace")

    def journal_line(self) -> bytes:
        """The line of the journal."""
        output = json.dumps(self.place or None, ensure_ascii=False).encode("utf-8", "backslashreplace")
        return b'{"n":%d,"output":%b,"row":%b}' % (self.n, output, self.line)


def key_code(key: str) -> int:
    """64 bits that stand for a key in memory."""
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


@dataclass(slots=True)
class Store:
    """The folder of a corpus, opened by one process. `part` is the number of documents in a part."""

    root: Path
    part: int = PART
    _known: dict[int, int] = field(default_factory=dict)  # code of a key: 2 n, 2 n + 1 where it failed
    _taken: set[int] = field(default_factory=set)
    _next: int = 0
    committed: Counter[int] = field(default_factory=Counter)
    _lock: IO[bytes] | None = None

    @property
    def manifest(self) -> Path:
        """The manifest."""
        return self.root / "manifest.jsonl"

    def journal(self, part: int) -> Path:
        """The journal of a part."""
        return self.root / "journal" / f"part-{part:06d}.jsonl"

    def journals(self) -> list[int]:
        """The parts that have a journal."""
        return sorted(int(path.stem.removeprefix("part-")) for path in (self.root / "journal").glob("part-*.jsonl"))

    def table(self, name: str, part: int) -> Path:
        """The file of a part of a table."""
        return self.root / "tables" / name / f"part-{part:06d}.parquet"

    def open(self, settings: Mapping[str, Any]) -> None:
        """Lock the folder, check that it was made with the same settings, and read the manifest.

        Raises CorpusError when another run works on it, or when the settings are others.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        self._lock = _lock_folder(self.root)
        head = {"format": _FORMAT, "cablefix": __version__, "settings": {**settings, "part": self.part}}
        path = self.root / "corpus.json"
        if path.exists():
            _compare(path, head)
        elif self.manifest.exists():
            raise CorpusError(f"{path}: is missing beside the manifest; give another folder with --out")
        else:
            write_whole([(path, (json.dumps(head, indent=2) + "\n").encode())])
        cut_torn_line(self.manifest)
        for number in self.journals():
            cut_torn_line(self.journal(number))
        for entry in read_manifest(self.manifest):
            self._note(entry["key"], entry["n"], failed=entry["status"] == "failed")
        self._next = max(self._taken, default=-1) + 1

    def close(self) -> None:
        """Let the folder go."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def status(self, key: str) -> str:
        """ "done", "failed", or "" for a document that the manifest does not have."""
        known = self._known.get(key_code(key))
        return "" if known is None else ("done", "failed")[known & 1]

    def number(self, key: str, place: int) -> int:
        """The number of a document: the one that it has, else its place among the inputs, else the next free one.

        As long as the inputs are the same, number and place are.
        """
        known = self._known.get(key_code(key))
        if known is not None:
            return known >> 1
        if place not in self._taken:
            number = place
        else:
            while self._next in self._taken:
                self._next += 1
            number = self._next
        self._taken.add(number)
        return number

    def _note(self, key: str, n: int, *, failed: bool) -> None:
        code = key_code(key)
        if code not in self._known:
            self.committed[n // self.part] += 1
        self._known[code] = 2 * n + failed
        self._taken.add(n)

    def commit(self, results: Sequence[Result]) -> None:
        """Bring results to the disk: outputs, then rows, then the lines of the manifest. Raises OSError."""
        write_whole((self.root / result.place, result.output) for result in results if result.place)
        rows: dict[int, list[bytes]] = {}
        for result in results:
            rows.setdefault(result.n // self.part, []).append(result.journal_line())
        for part, lines in rows.items():
            append_lines(self.journal(part), lines)
        append_lines(self.manifest, (result.manifest_line() for result in results))
        for result in results:
            self._note(result.key, result.n, failed=bool(result.error))


def read_manifest(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a manifest; of several on one document the last counts. Raises CorpusError for a damaged one."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                entry = json.loads(line)
                yield {**entry, "status": entry["status"], "n": int(entry["n"]), "key": str(entry["key"])}
            except (ValueError, KeyError, TypeError) as error:
                place = f"{path}, line {number}"
                raise CorpusError(f"{place}: damaged; take the folder from a copy, or give another --out") from error


def _compare(path: Path, head: Mapping[str, Any]) -> None:
    """Raise CorpusError unless a corpus was made as it would be made now."""
    try:
        there = json.loads(path.read_bytes())
    except ValueError as error:
        raise CorpusError(f"{path}: damaged ({error}); give another folder with --out") from error
    for name in ("format", "cablefix"):
        if there.get(name) != head[name]:
            made, now = there.get(name), head[name]
            raise CorpusError(f"{path}: was made by {name} {made}, this is {now}; give another folder with --out")
    old, new = there.get("settings", {}), head["settings"]
    for name in sorted(set(old) | set(new)):
        if old.get(name) != new.get(name):
            option = name if " " in name else f"--{name}"
            raise OrderError(
                f"{path}: was made with {option} {old.get(name)!r}, now it is {new.get(name)!r}; "
                "give the same options, or another folder with --out"
            )


def _lock_folder(root: Path) -> IO[bytes]:
    """A lock that goes with the process that holds it. Raises CorpusError when another has it."""
    file = (root / ".lock").open("ab")
    try:
        import fcntl
    except ImportError:
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise CorpusError(f"{root}: another run works on this folder; wait for it, or give another --out") from error
    return file
