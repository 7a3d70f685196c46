"""The results as Markdown tables, for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Results = Mapping[str, Any]

_DOCUMENT_COLUMNS = (
    ("numbers", "numbers"),
    ("fields", "fields"),
    ("spurious", "spurious"),
    ("paragraph_text", "paragraphs"),
    ("portion", "portions"),
    ("heading", "headings"),
    ("lines", "lines"),
    ("leaked_share", "leaked"),
    ("eaten", "eaten words"),
)


def markdown_tables(results: Results) -> str:
    """Tables of every tool on every set, track by track, of the records, and of what was measured on what machine.

    A cell holds the share of character errors removed in percent and, after the stroke, the words broken per 1,000
    right ones.
    """
    return "\n".join(_lines(results)) + "\n"


def _lines(results: Results) -> Iterator[str]:
    sets, quality = results["sets"], results["quality"]
    for track in results["tracks"]:
        names = [name for name in sets if (sets[name]["track"] or name) == track]
        yield f"### {track.capitalize()}"
        yield ""
        yield from _table(["", *(_head(sets, name) for name in names)], _tool_rows(results, names))
    if "cablefix" in quality:
        yield "### Documents and records, cablefix"
        yield ""
        yield from _table(
            ["set", "texts", *(head for _, head in _DOCUMENT_COLUMNS)], _document_rows(quality["cablefix"])
        )
    yield "### Cost"
    yield ""
    yield from _table(["tool", "version", "words per CPU second", "peak memory, MiB"], _cost_rows(results))
    machine = results["machine"]
    software = f"cablefix {machine['cablefix']} {machine['revision']}".strip()
    yield f"Measured: {software}, on {machine['processor']}, {machine['system']}, Python {machine['python']}."
    yield f"Digest of the quality figures: `{results['quality_sha256'][:16]}`."
    absent = {name: tool["absent"] for name, tool in results["tools"].items() if tool["absent"]}
    if absent:
        yield "Not run: " + "; ".join(f"{name} ({reason})" for name, reason in absent.items()) + "."


def _head(sets: Mapping[str, Any], name: str) -> str:
    return name.removeprefix("own-") + (" †" if sets[name]["evaluate_only"] else "")


def _tool_rows(results: Results, names: Sequence[str]) -> Iterator[list[str]]:
    first = ["*CER before, %*"]
    for name in names:
        found = next((q[name] for q in results["quality"].values() if name in q), None)
        first.append(f"*{found['measures']['cer_before']:.2f}*" if found else "")
    yield first
    for tool, quality in results["quality"].items():
        if tool == "no correction":
            continue
        row = [f"**{tool}**" if tool == "cablefix" else tool]
        for name in names:
            if name not in quality:
                row.append("")
                continue
            measures = quality[name]["measures"]
            star = "\\*" if name in results["tools"][tool]["sampled"] else ""
            cell = f"{measures['removed']:+.1f} / {measures['broken_per_1000']:.2f}{star}"
            row.append(f"**{cell}**" if tool == "cablefix" else cell)
        yield row


def _document_rows(quality: Mapping[str, Any]) -> Iterator[list[str]]:
    for name, found in quality.items():
        values = found["measures"]
        if "lines" in values:
            cells = [f"{values[key]:.1f}".removesuffix(".0") if key in values else "" for key, _ in _DOCUMENT_COLUMNS]
            yield [name.removeprefix("own-"), str(found["documents"]), *cells]


def _cost_rows(results: Results) -> Iterator[list[str]]:
    for tool, cost in results["cost"].items():
        if tool not in ("no correction", "wrapper only"):
            speed, memory = f"{cost['words_per_second']:,.0f}", f"{cost['peak_memory_bytes'] / 2**20:,.0f}"
            yield [tool, results["tools"][tool]["version"], speed, memory]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "|".join(["---", *(["---:"] * (len(heads) - 1))]) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""
