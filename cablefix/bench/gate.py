"""The quality gate: floors for each set and measure, the digests of the texts they were measured on, and their history.

A floor is a little worse than what was measured when it was set: by one word or one edit in a small set, by a fixed
slack in a large one. So it catches a loss and not a wobble.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cablefix.bench.sets import BenchError

TOOL = "cablefix"
"""The tool that the gate is about."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure under the gate: whether more is better, and how far below the measured figure its floor is set.

    The slack is `slack`, or where that is more, what one case makes: `unit` by the sum of the counts named in `of`.
    """

    name: str
    higher: bool
    slack: float
    unit: float = 0.0
    of: tuple[str, ...] = ()


MEASURES = (
    Measure("removed", True, 0.5),
    Measure("word_removed", True, 0.5, 100, ("word_errors_before",)),
    Measure("precision", True, 1.0, 100, ("fixed", "broken")),
    Measure("broken_per_1000", False, 0.15, 1000, ("right",)),
    Measure("edit_precision", True, 1.0, 100, ("edits",)),
    Measure("numbers", True, 0.0),
    Measure("fields", True, 0.5, 100, ("fields",)),
    Measure("spurious", False, 0.0),
    Measure("paragraph_text", True, 1.0, 100, ("paragraphs",)),
    Measure("lines", True, 0.5, 100, ("lines",)),
    Measure("leaked_share", False, 0.5, 100, ("leakable",)),
    Measure("eaten_per_1000", False, 0.1, 1000, ("right",)),
)
_BY_NAME = {measure.name: measure for measure in MEASURES}


@dataclass
class Floors:
    """What benchmarks/floors.toml holds: digests and floors by set, and what was lowered and why."""

    digests: dict[str, str] = field(default_factory=dict)
    floors: dict[str, dict[str, float]] = field(default_factory=dict)
    history: list[dict[str, str]] = field(default_factory=list)


def read_floors(path: Path) -> Floors:
    """The floors of a file; none where there is no file. Raises BenchError for a file that is not one of floors."""
    if not path.is_file():
        return Floors()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        sets: dict[str, Any] = data.get("set", {})
        floors = {
            name: {measure: float(value) for measure, value in found["floors"].items()} for name, found in sets.items()
        }
        unknown = {measure for found in floors.values() for measure in found} - _BY_NAME.keys()
        if unknown:
            raise BenchError(f"{path}: no measure {min(unknown)!r}; there are {', '.join(_BY_NAME)}")
        history = [{key: str(value) for key, value in entry.items()} for entry in data.get("history", ())]
        return Floors({name: str(found["sha256"]) for name, found in sets.items()}, floors, history)
    except (tomllib.TOMLDecodeError, KeyError, AttributeError, TypeError) as error:
        raise BenchError(f"{path}: not a file of floors ({error}); restore it from the repository") from error


def write_floors(path: Path, floors: Floors) -> None:
    """Write the file: floors set by set, then the history, newest last."""
    lines = [
        "# Floors of quality: `cablefix bench --quick` fails where a figure is worse. They are set by",
        "# `cablefix bench --quick --update-floors`, which raises them only; lowering one, or changing the texts that",
        "# it was measured on, takes --allow-lower and --reason, and the reason stays in this file.",
        "",
    ]
    for name in sorted(floors.floors):
        lines += [
            f"[set.{json.dumps(name)}]",
            f'sha256 = "{floors.digests[name]}"',
            "[set." + json.dumps(name) + ".floors]",
        ]
        for measure in MEASURES:
            if measure.name in floors.floors[name]:
                sign = "at least" if measure.higher else "at most"
                lines.append(f"{measure.name} = {floors.floors[name][measure.name]:.2f}  # {sign}")
        lines.append("")
    for entry in floors.history:
        lines.append("[[history]]")
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items()]
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8")


def measured(results: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The figures under the gate, by set, of cablefix on the project's own documents."""
    found: dict[str, dict[str, float]] = {}
    for name, quality in results["quality"].get(TOOL, {}).items():
        if not results["sets"][name]["own"]:
            continue
        figures = {m.name: quality["measures"][m.name] for m in MEASURES if m.name in quality["measures"]}
        judged = _judged(quality)
        if judged:
            figures["edit_precision"] = 100 * sum(row["right"] for row in quality["rules"]) / judged
        if not quality["measures"]["fixed"] + quality["measures"]["broken"]:
            figures.pop("precision")  # nothing was fixed or broken: there is no precision
        found[name] = figures
    return found


def _judged(quality: Mapping[str, Any]) -> int:
    return sum(row["right"] + row["neutral"] + row["wrong"] for row in quality.get("rules", ()))


def check(results: Mapping[str, Any], floors: Floors) -> list[str]:
    """What is wrong, one line each; empty where all floors hold."""
    figures = measured(results)
    faults = []
    for name, wanted in floors.floors.items():
        if name not in figures:
            faults.append(f"{name}: the set is gone; restore its texts, or take its floors away with a reason")
            continue
        if results["sets"][name]["sha256"] != floors.digests[name]:
            faults.append(f"{name}: its texts have changed since the floors were set; set them anew with a reason")
            continue
        for measure, floor in wanted.items():
            value = figures[name].get(measure)
            if value is None:
                faults.append(f"{name}: {measure} was not measured; its floor is {floor:g}")
            elif _is_worse(measure, value, floor):
                bound = "least" if _BY_NAME[measure].higher else "most"
                faults.append(f"{name}: {measure} is {value:.2f}, at {bound} {floor:g} is asked")
    return faults


def _is_worse(measure: str, value: float, floor: float) -> bool:
    return value < floor - 1e-9 if _BY_NAME[measure].higher else value > floor + 1e-9


def _floor_of(measure: Measure, value: float, quality: Mapping[str, Any]) -> float:
    """The floor for a measured figure, rounded to the worse side so that the figure itself passes."""
    counts = {**quality["counts"], "edits": _judged(quality)}
    slack = max(measure.slack, measure.unit / max(1, sum(counts.get(name, 0) for name in measure.of)))
    if measure.higher:
        return round(_down(value - slack), 2)
    return round(-_down(-(value + slack)), 2)


def _down(value: float) -> float:
    return (value * 100 // 1) / 100


def update(results: Mapping[str, Any], floors: Floors, *, allow_lower: bool, reason: str) -> list[str]:
    """Raise the floors to what was measured; returns what changed, one line each.

    Raises BenchError where a floor would have to be lowered, or texts have changed or gone, and that was not allowed.
    """
    figures = measured(results)
    changes: list[str] = []
    lowered: list[str] = []
    agreed: dict[str, dict[str, float]] = {}
    for name in sorted(floors.floors.keys() | figures.keys()):
        old = floors.floors.get(name)
        if name not in figures:
            lowered.append(f"{name}: the set was taken away")
            continue
        digest = results["sets"][name]["sha256"]
        quality = results["quality"][TOOL][name]
        new = {m.name: _floor_of(m, figures[name][m.name], quality) for m in MEASURES if m.name in figures[name]}
        if old is None:
            changes.append(f"{name}: new, {len(new)} floors")
        elif floors.digests[name] != digest:
            lowered.append(f"{name}: its texts changed; {len(new)} floors set anew")
        else:
            new = _merge(name, old, new, figures[name], changes, lowered)
        agreed[name] = new
    if lowered and not (allow_lower and reason.strip()):
        raise BenchError(
            "floors would be lowered: " + "; ".join(lowered) + '. Mend what fell, or give --allow-lower --reason "..."'
        )
    floors.floors = agreed
    floors.digests = {name: results["sets"][name]["sha256"] for name in agreed}
    floors.history += [{"change": change, "reason": reason.strip()} for change in lowered]
    return [*changes, *lowered]


def _merge(
    name: str,
    old: Mapping[str, float],
    new: Mapping[str, float],
    figures: Mapping[str, float],
    changes: list[str],
    lowered: list[str],
) -> dict[str, float]:
    """The better of each old and new floor; an old one that no longer holds is replaced and noted as lowered."""
    merged = dict(new)
    for measure, floor in old.items():
        if measure not in figures or _is_worse(measure, figures[measure], floor):
            lowered.append(f"{name}: {measure} from {floor:g} to {merged.get(measure, 'none')}")
        elif _is_worse(measure, merged[measure], floor):
            merged[measure] = floor
        elif merged[measure] != floor:
            changes.append(f"{name}: {measure} from {floor:g} to {merged[measure]:g}")
    changes += [f"{name}: {measure} new" for measure in merged if measure not in old]
    return merged


def sets_without_floors(results: Mapping[str, Any], floors: Floors) -> Sequence[str]:
    """The own sets that have no floors yet."""
    return [name for name in measured(results) if name not in floors.floors]
