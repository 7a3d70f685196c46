"""The manifest of noise: what each damaged text was made from, how, and how bad it is."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from benchmarks.generate.compose import Composition
from benchmarks.generate.gold import gold_text, printed_text

NOISE = Path(__file__).resolve().parents[1] / "noise"
"""Where damaged texts, their manifest and their digests stand."""

TRACKS = ("synthetic", "engine", "engine+spacing", "layout")
"""The four kinds of noise, scored apart and never pooled."""

BINS = (0.5, 1.5, 4.0, 8.0)
"""Severity levels, character error rate in percent."""

# Rules under headings and blackened boxes: no engine is expected to read them, none is praised for it.
_NOT_READ = re.compile(r"^[ \t]*[-—–~_=]{3,}[ \t]*$|█+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class NoiseFile:
    """One damaged text.

    `cer` is the character error rate in percent against the clean print (what the damage itself is; rules and
    boxes are not counted), `cer_gold` the same against the reading text (what a repair has to undo, page
    furniture included).
    """

    file: str
    document: str
    version: str
    track: str
    severity: float
    cer: float
    cer_gold: float
    split: str
    seed: str
    font: str = ""
    engine: str = ""
    page_mode: int = 0
    degradation: str = ""
    strength: float = 0.0
    page_cer: tuple[float, ...] = ()
    forms: tuple[str, ...] = ()


def character_error_rate(reference: str, text: str) -> float:
    """Strict character error rate in percent: edits to the reference's length, white space made single.

    >>> character_error_rate("a  cable", "a cab1e")
    14.29
    """
    right, got = (" ".join(_NOT_READ.sub(" ", side).split()) for side in (reference, text))
    if not right:
        return 0.0
    return round(100 * Levenshtein.distance(right, got) / len(right), 2)


def nearest_bin(cer: float) -> float:
    """The severity level that a measured rate belongs to, on a scale of ratios.

    >>> nearest_bin(0.7), nearest_bin(2.6), nearest_bin(30.0)
    (0.5, 4.0, 8.0)
    """
    return min(BINS, key=lambda level: max(level / max(cer, 0.01), max(cer, 0.01) / level))


def save_noise(composition: Composition, version: str, text: str, *, track: str, seed: str) -> NoiseFile:
    """Writes one damaged text of a document and measures it."""
    document = composition.document
    path = NOISE / version / f"{document.id}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    cer = character_error_rate(printed_text(composition), text)
    return NoiseFile(
        file=f"{version}/{document.id}.txt",
        document=document.id,
        version=version,
        track=track,
        severity=nearest_bin(cer),
        cer=cer,
        cer_gold=character_error_rate(gold_text(composition), text),
        split=document.split,
        seed=seed,
    )


def write_manifest(files: Iterable[NoiseFile], folder: Path = NOISE) -> None:
    """Writes manifest.json, one file a line, in the order of the paths."""
    lines = [json.dumps(asdict(file), ensure_ascii=False) for file in sorted(files, key=lambda f: f.file)]
    text = '{"files": [\n' + ",\n".join(lines) + "\n]}\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def read_manifest(folder: Path = NOISE) -> list[NoiseFile]:
    """Reads what write_manifest wrote; an empty list where there is no manifest yet."""
    path = folder / "manifest.json"
    if not path.exists():
        return []
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["files"]
    for entry in entries:
        entry["page_cer"], entry["forms"] = tuple(entry["page_cer"]), tuple(entry["forms"])
    return [NoiseFile(**entry) for entry in entries]


def write_digests(folder: Path = NOISE) -> None:
    """Writes DIGESTS.tsv: path and SHA-256 of every committed file of the folder."""
    rows = [f"{path}\t{digest}\n" for path, digest in digests(folder).items()]
    (folder / "DIGESTS.tsv").write_text("".join(rows), encoding="utf-8")


def digests(folder: Path = NOISE) -> dict[str, str]:
    """SHA-256 of each file in the folder's subfolders, by path with forward slashes.

    Of a compressed file the content is taken, since packers differ.
    """
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(_content(path)).hexdigest()
        for path in sorted(folder.glob("*/*"))
        if path.is_file()
    }


def _content(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data
