"""The outcome of a run as plain data: quality apart from cost, so that two runs can be compared byte for byte."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cablefix.bench.edits import Judgement, Verdict, calibration_error, reliability, score_rules
from cablefix.bench.runner import ToolRun, all_judgements
from cablefix.bench.sets import BenchSet
from cablefix.bench.statistics import (
    INTERVAL,
    REPLICATES,
    SEED,
    field_shares,
    intervals,
    measures,
    spurious_fields,
    total_counts,
    words_per_second,
)

FORMAT = "cablefix-bench/1"
_LIBRARIES = ("numpy", "rapidfuzz", "symspellpy", "lxml")


def results(sets: Sequence[BenchSet], runs: Sequence[ToolRun]) -> dict[str, Any]:
    """Everything that was measured, as one JSON object.

    `quality` is the same in every run of the same code on the same data; `cost` depends on the machine.
    """
    done = [run for run in runs if not run.absent]
    quality = {run.tool: {part.name: _quality(part, run) for part in sets if run.of(part.name)} for run in done}
    return {
        "format": FORMAT,
        "machine": machine(),
        "statistics": {"seed": SEED, "replicates": REPLICATES, "interval": INTERVAL},
        "sets": {part.name: _describe(part) for part in sets},
        "tools": {
            run.tool: {
                "about": run.about,
                "version": run.version,
                "absent": run.absent,
                "sampled": list(run.capped),
            }
            for run in runs
        },
        "quality": quality,
        "tracks": _by_track(sets, done),
        "levels": _by_level(sets, done),
        "quality_sha256": quality_digest(quality),
        "cost": {run.tool: _cost(sets, run) for run in done},
    }


def quality_digest(quality: dict[str, Any]) -> str:
    """SHA-256 of the quality figures, rounded to nine digits: equal where two runs measured the same."""
    text = json.dumps(_rounded(quality), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return value


def _describe(part: BenchSet) -> dict[str, Any]:
    return {
        "kind": part.kind,
        "about": part.about,
        "track": part.track,
        "held_out": part.held_out,
        "evaluate_only": part.evaluate_only,
        "own": part.own,
        "documents": len(part.cases),
        "words": part.words,
        "sha256": part.digest,
    }


def _quality(part: BenchSet, run: ToolRun) -> dict[str, Any]:
    scores = run.of(part.name)
    total = total_counts(scores)
    found: dict[str, Any] = {
        "documents": len(scores),
        "words": sum(score.words for score in scores),
        "measures": measures(scores),
        "counts": {name: count for name, count in total.items() if "." not in name},
        "intervals": {name: list(pair) for name, pair in intervals(part.name, scores).items()},
        "broken_words": Counter(word for score in scores for word in score.broken).most_common(40),
        "by_document": [
            {name: int(score.counts[name]) for name in ("errors_before", "errors_after", "fixed", "broken")}
            | {"document": score.case}
            for score in scores
        ],
    }
    if total.get("records"):
        found["fields"] = {name: list(pair) for name, pair in field_shares(total).items()}
        found["spurious"] = spurious_fields(total)
    judgements = all_judgements(scores)
    if judgements:
        found |= _edit_quality(judgements)
    return found


def _by_track(sets: Sequence[BenchSet], runs: Sequence[ToolRun]) -> dict[str, Any]:
    """Measures of each tool over all sets of a track. Tracks are kinds of damage; they are never added up."""
    tracks = {part.name: part.track or part.name for part in sets}
    found: dict[str, Any] = {}
    for track in dict.fromkeys(tracks.values()):
        found[track] = {
            run.tool: measures(scores)
            for run in runs
            if (scores := [score for score in run.scores if tracks[score.set] == track])
        }
    return found


def _by_level(sets: Sequence[BenchSet], runs: Sequence[ToolRun]) -> list[dict[str, Any]]:
    """Measures by track and level of measured damage, texts held out apart, for the sets that know their levels."""
    place = {(part.name, case.id): (case.track, case.severity, part.held_out) for part in sets for case in part.cases}
    levels = sorted({where for where in place.values() if where[1] is not None}, key=str)
    rows = []
    for run in runs:
        for track, severity, held_out in levels:
            where = (track, severity, held_out)
            scores = [score for score in run.scores if place[score.set, score.case] == where]
            if scores:
                rows.append(
                    {
                        "tool": run.tool,
                        "track": track,
                        "severity": severity,
                        "held_out": held_out,
                        "texts": len(scores),
                        "measures": measures(scores),
                    }
                )
    return rows


def _edit_quality(judgements: Sequence[Judgement]) -> dict[str, Any]:
    applied = [judgement for judgement in judgements if judgement.applied]
    table = reliability(applied)
    return {
        "rules": [
            {
                "rule": score.rule,
                "right": score.right,
                "neutral": score.neutral,
                "wrong": score.wrong,
                "unclear": score.unclear,
                "proposed": score.proposed,
                "precision": score.precision,
            }
            for score in score_rules(judgements)
        ],
        "reliability": [[row.low, row.high, row.count, row.confidence, row.right] for row in table],
        "reliability_all": [
            [row.low, row.high, row.count, row.confidence, row.right] for row in reliability(judgements)
        ],
        "calibration_error": calibration_error(table),
        "wrong_edits": [j.to_json() for j in applied if j.verdict in (Verdict.WRONG, Verdict.NEUTRAL)][:200],
    }


def _cost(sets: Sequence[BenchSet], run: ToolRun) -> dict[str, Any]:
    return {
        "startup_seconds": run.startup,
        "peak_memory_bytes": run.memory,
        "words_per_second": words_per_second(run.scores),
        "by_set": {part.name: words_per_second(scores) for part in sets if (scores := run.of(part.name))},
        "texts": [[score.words, score.seconds] for score in run.scores],
    }


def machine() -> dict[str, Any]:
    """What the run was made on: processor, system, versions."""
    libraries = {}
    for name in _LIBRARIES:
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:
            continue
    from cablefix._version import __version__

    return {
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": sys.version.split()[0],
        "cablefix": __version__,
        "revision": _revision(),
        "libraries": libraries,
    }


def _revision() -> str:
    """The commit that is measured, where the package lies in a checkout of its repository; else empty."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return ""
    command = ("git", "-C", str(root), "describe", "--always", "--dirty", "--exclude=*")
    try:
        found = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    except OSError:
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]} ({len(names)} threads)" if names else platform.processor() or "unknown"
