"""Sets of damaged texts with gold. They are read where they lie and never copied."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any


class BenchError(ValueError):
    """A set, a floor or an option that cannot be used; the message names the place and the remedy."""


@dataclass(frozen=True)
class Case:
    """One damaged text and its gold. `gold_record` is there for documents, None for texts without structure.

    `track` says what made the damage ("synthetic", "engine", ...), `severity` is the nearest level of measured damage,
    a character error rate in percent.
    """

    id: str
    source_path: Path
    gold_path: Path
    record_path: Path | None = None
    track: str = ""
    severity: float | None = None

    @cached_property
    def source(self) -> str:
        """The damaged text."""
        return read_text(self.source_path)

    @cached_property
    def gold(self) -> str:
        """The gold text."""
        return read_text(self.gold_path)

    @cached_property
    def gold_record(self) -> Mapping[str, Any] | None:
        """The gold record."""
        if self.record_path is None:
            return None
        record: dict[str, Any] = json.loads(read_text(self.record_path))
        return record

    @cached_property
    def words(self) -> int:
        """Words of the damaged text."""
        return len(self.source.split())


@dataclass(frozen=True)
class BenchSet:
    """A named set. `kind` is "documents" (reading text and record are scored) or "words" (text alone).

    `track` says what made the damage, `held_out` that nobody tunes on it, `evaluate_only` that its licence lets us
    measure and nothing else. `own` sets are those of the project; the quality gate runs on them.
    """

    name: str
    kind: str
    cases: tuple[Case, ...]
    about: str = ""
    track: str = ""
    evaluate_only: bool = False
    held_out: bool = False
    own: bool = False

    @property
    def words(self) -> int:
        """Words of the damaged texts."""
        return sum(case.words for case in self.cases)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the names and the contents of all its files, in the order of the cases."""
        total = hashlib.sha256()
        for case in self.cases:
            for path in filter(None, (case.source_path, case.gold_path, case.record_path)):
                total.update(f"{case.id}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
        return total.hexdigest()

    def sample(self, words: int | None) -> BenchSet:
        """The set, or where it holds more words than that, a fixed part of it.

        Cases are taken in the order of the SHA-256 of their names until the words are reached.
        """
        if words is None or self.words <= words:
            return self
        chosen: list[Case] = []
        total = 0
        for case in sorted(self.cases, key=lambda case: hashlib.sha256(case.id.encode()).hexdigest()):
            if total >= words:
                break
            chosen.append(case)
            total += case.words
        return replace(self, cases=tuple(sorted(chosen, key=lambda case: case.id)))


def read_text(path: Path) -> str:
    """A UTF-8 file as it is, line ends included."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except OSError as error:
        raise BenchError(f"{path}: cannot be read ({error.strerror or error}); complete the set") from error
    except UnicodeDecodeError as error:
        raise BenchError(f"{path}: not UTF-8 at byte {error.start}; convert the file") from error


def find_sets(folder: Path, facts: Mapping[str, Mapping[str, Any]] | None = None) -> list[BenchSet]:
    """The sets in a folder: the folder itself, or those of its subfolders. Raises BenchError where there is none."""
    facts = facts or {}
    if not folder.is_dir():
        raise BenchError(f"{folder}: no such folder; give the folder of a set, or one whose subfolders are sets")
    if (folder / "documents").is_dir():
        return list(own_sets(folder))
    sets = list(read_sets(folder, facts))
    if not sets:
        sets = [s for sub in sorted(folder.iterdir()) if sub.is_dir() for s in read_sets(sub, facts)]
    if not sets:
        raise BenchError(
            f"{folder}: no set of texts; a set holds ID.ocr.txt with ID.gt.txt, or ID.gold.txt with ID.gold.json "
            "and ID.V.txt for a version V of the noise"
        )
    return sets


def read_sets(folder: Path, facts: Mapping[str, Mapping[str, Any]]) -> Iterator[BenchSet]:
    """The set that a folder holds; two where each text has a second gold, the reading text ID.recon.txt."""
    fact = facts.get(folder.name, {})
    about: dict[str, Any] = {
        "about": str(fact.get("about", "")),
        "track": str(fact.get("track", "")),
        "evaluate_only": bool(fact.get("evaluate_only", False)),
        "held_out": bool(fact.get("held_out", False)),
    }
    damaged = sorted(folder.glob("*.ocr.txt"))
    if damaged:
        cases = []
        for path in damaged:
            name = path.name.removesuffix(".ocr.txt")
            gold = path.with_name(f"{name}.gt.txt")
            if not gold.is_file():
                raise BenchError(f"{path}: its gold {gold.name} is missing; add it or take the text away")
            cases.append(Case(name, path, gold))
        yield BenchSet(folder.name, "words", tuple(cases), **about)
        reading = [replace(case, gold_path=case.gold_path.with_name(f"{case.id}.recon.txt")) for case in cases]
        if all(case.gold_path.is_file() for case in reading):
            about["about"] = "; ".join(filter(None, (about["about"], "gold is the reading text, without page heads")))
            yield BenchSet(f"{folder.name}-reading", "words", tuple(reading), **about)
        return
    cases = [
        Case(path.name.removesuffix(".txt"), path, gold, _record_of(gold))
        for gold in sorted(folder.glob("*.gold.txt"))
        for path in _versions(gold)
    ]
    if cases:
        yield BenchSet(folder.name, "documents", tuple(cases), **about)


def _record_of(gold: Path) -> Path:
    record = gold.with_name(gold.name.removesuffix(".txt") + ".json")
    if not record.is_file():
        raise BenchError(f"{gold}: its record {record.name} is missing; add it or take the text away")
    return record


def _versions(gold: Path) -> Iterator[Path]:
    name = gold.name.removesuffix(".gold.txt")
    for path in sorted(gold.parent.glob(f"{name}.*.txt")):
        if path != gold and path.name.removeprefix(f"{name}.").count(".") == 1:
            yield path


def own_sets(benchmarks: Path) -> Iterator[BenchSet]:
    """The project's own documents: one set for each version of the noise, those held out apart, and the clean prints.

    They are named after the version: "own-print" (the print without damage: do no harm), "own-A", "own-A-heldout".
    """
    documents, noise = benchmarks / "documents", benchmarks / "noise"
    golds = {path.name.removesuffix(".gold.txt"): path for path in sorted(documents.glob("*.gold.txt"))}
    if not golds:
        raise BenchError(f"{documents}: no ID.gold.txt; give the folder benchmarks/ of the project")
    entries = _manifest(noise)
    tuned_on = {entry["document"] for entry in entries if entry["split"] == "dev"}
    prints: dict[bool, list[Case]] = defaultdict(list)
    for name, path in golds.items():
        case = Case(name, documents / f"{name}.print.txt", path, _record_of(path), "clean", 0.0)
        prints[bool(entries) and name not in tuned_on].append(case)
    groups: dict[tuple[str, str, bool], list[Case]] = defaultdict(list)
    for entry in entries:
        gold = golds.get(str(entry["document"]))
        if gold is None:
            raise BenchError(f"{noise / 'manifest.json'}: {entry['file']} has no document; make the noise anew")
        track, severity = str(entry["track"]), float(entry["severity"])
        case = Case(str(entry["document"]), noise / entry["file"], gold, _record_of(gold), track, severity)
        groups[entry["version"], track, entry["split"] != "dev"].append(case)
    for away, cases in sorted(prints.items()):
        about = "the clean print: a tool should only set page furniture apart and join lines"
        yield _own(f"own-print{_suffix(away)}", cases, about, "clean", away)
    for (version, track, away), cases in sorted(groups.items()):
        yield _own(f"own-{version}{_suffix(away)}", cases, f"noise {version}", track, away)


def _suffix(held_out: bool) -> str:
    return "-heldout" if held_out else ""


def _own(name: str, cases: Iterable[Case], about: str, track: str, held_out: bool) -> BenchSet:
    ordered = tuple(sorted(cases, key=lambda case: case.id))
    return BenchSet(name, "documents", ordered, about, track, held_out=held_out, own=True)


def _manifest(noise: Path) -> list[dict[str, Any]]:
    path = noise / "manifest.json"
    if not path.is_file():
        return []
    try:
        files: list[dict[str, Any]] = json.loads(read_text(path))["files"]
    except (ValueError, KeyError) as error:
        raise BenchError(f"{path}: not a manifest of noise ({error}); make the noise anew") from error
    return [entry for entry in files if str(entry["file"]).endswith(".txt")]


def read_facts(benchmarks: Path | None) -> dict[str, dict[str, Any]]:
    """What is known of public sets, by folder name, from benchmarks/sets.toml; empty without that file."""
    return _read_toml(benchmarks / "sets.toml") if benchmarks else {}


def read_published(path: Path) -> list[dict[str, Any]]:
    """The tables of published figures, from benchmarks/published.toml; empty without that file."""
    tables: list[dict[str, Any]] = _read_toml(path).get("table", [])
    return tables


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise BenchError(f"{path}: not valid TOML ({error}); correct the file") from error


def find_benchmarks(given: Path | None) -> Path | None:
    """The folder benchmarks/: the one given, that of the working folder, or that beside the package."""
    if given is not None:
        if not (given / "documents").is_dir():
            raise BenchError(f"{given}: there is no folder documents in it; give the folder benchmarks/ of the project")
        return given
    beside = Path(__file__).resolve().parents[2] / "benchmarks"
    for folder in (Path.cwd() / "benchmarks", beside):
        if (folder / "documents").is_dir():
            return folder
    return None
