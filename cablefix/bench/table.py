"""The results as tables for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

Results = Mapping[str, Any]

# A narrower terminal gets fewer columns; all of them are in the JSON.
_WIDE, _MIDDLE = 180, 140


def print_results(console: Console, results: Results, *, details: int = 0) -> None:
    """Print what was measured: words, documents, rules, calibration; and `details` examples of harm for each set."""
    console.print(_words_table(results, console.width))
    for table in (_documents_table(results), *_rule_tables(results), _calibration_table(results)):
        if table is not None:
            console.print()
            console.print(table)
    if details:
        _print_details(console, results, details)
    for name, tool in results["tools"].items():
        if tool["absent"]:
            console.print(f"not run: {name}: {tool['absent']}")
        elif tool["sampled"]:
            console.print(f"* {name}: on samples of {len(tool['sampled'])} sets")
    _print_provenance(console, results)


def _print_provenance(console: Console, results: Results) -> None:
    """What the figures were measured on and with; equal digests of quality mean equal figures."""
    machine, statistics = results["machine"], results["statistics"]
    libraries = ", ".join(f"{name} {number}" for name, number in machine["libraries"].items())
    data = ", ".join(f"{name} {about['sha256'][:8]}" for name, about in results["sets"].items())
    lines = (
        f"machine: {machine['processor']}, {machine['system']}, Python {machine['python']}, {libraries}",
        f"cablefix: {machine['cablefix']} {machine['revision']}".rstrip(),
        f"intervals: {statistics['replicates']} resamplings, seed {statistics['seed']}",
        f"data (sha256): {data}",
        f"quality figures: sha256 {results['quality_sha256'][:16]}",
    )
    console.print("\n" + "\n".join(lines), soft_wrap=True)


def rows(results: Results) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(set, tool, quality) set by set, the tools in their order."""
    for name in results["sets"]:
        for tool, quality in results["quality"].items():
            if name in quality:
                yield name, tool, quality[name]


Cells = Callable[[Mapping[str, Any], Mapping[str, float]], "str | Text"]

# Head, the width of terminal from which the column is shown, and what stands in it.
_WORD_COLUMNS: tuple[tuple[str, int, Cells], ...] = (
    ("words", _MIDDLE, lambda q, m: f"{q['words']:,}"),
    ("CER %", 0, lambda q, m: f"{m['cer_before']:.2f}"),
    ("after", 0, lambda q, m: f"{m['cer']:.2f}"),
    ("removed %", 0, lambda q, m: _removed(m["removed"])),
    ("interval", _WIDE, lambda q, m: _interval(q["intervals"].get("removed"))),
    ("WER %", _MIDDLE, lambda q, m: f"{m['wer_before']:.2f}"),
    ("after", _MIDDLE, lambda q, m: f"{m['wer']:.2f}"),
    ("removed %", _MIDDLE, lambda q, m: _removed(m["word_removed"])),
    ("cMER", _WIDE, lambda q, m: f"{m['cmer']:.4f}"),
    ("wMER", _WIDE, lambda q, m: f"{m['wmer']:.4f}"),
    ("fixed", 0, lambda q, m: f"{m['fixed']:.0f}"),
    ("broken", 0, lambda q, m: f"{m['broken']:.0f}"),
    ("per 1000", 0, lambda q, m: f"{m['broken_per_1000']:.2f}"),
    ("precision %", _MIDDLE, lambda q, m: f"{m['precision']:.1f}" if m["fixed"] + m["broken"] else "-"),
)


def _words_table(results: Results, width: int) -> Table:
    table = _new_table("Characters and words", "set", "tool")
    shown = [(head, cell) for head, least, cell in _WORD_COLUMNS if width >= least]
    for head in [*(head for head, _ in shown), *(["words/s"] if width >= _MIDDLE else [])]:
        table.add_column(head, justify="right", no_wrap=True)
    last = ""
    for name, tool, quality in rows(results):
        cells = [cell(quality, quality["measures"]) for _, cell in shown]
        if width >= _MIDDLE:
            cells.append(f"{results['cost'][tool]['by_set'].get(name, 0):,.0f}" if tool != "no correction" else "")
        star = "*" if name in results["tools"][tool]["sampled"] else ""
        table.add_row(_set_label(results, name) if name != last else "", tool + star, *cells)
        last = name
    return table


def _new_table(title: str, *left: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for head in left:
        table.add_column(head, no_wrap=True)
    return table


def _set_label(results: Results, name: str) -> str:
    about = results["sets"][name]
    return name + (" (evaluate only)" if about["evaluate_only"] else "")


def _removed(value: float) -> Text:
    return Text(f"{value:+.1f}", "green" if value > 0.05 else "red" if value < -0.05 else "dim")


def _interval(pair: Sequence[float] | None) -> Text:
    return Text(f"{pair[0]:+.0f} to {pair[1]:+.0f}" if pair else "", "dim")


_DOCUMENT_COLUMNS = (
    ("numbers", "numbers %", ".0f"),
    ("fields", "fields %", ".1f"),
    ("spurious", "spurious", ".0f"),
    ("paragraph_text", "paragraphs %", ".1f"),
    ("portion", "portions %", ".1f"),
    ("heading", "headings %", ".1f"),
    ("lines", "lines %", ".1f"),
    ("leaked_share", "leaked %", ".1f"),
    ("eaten", "eaten", ".0f"),
    ("surplus", "surplus", ".0f"),
)


def _documents_table(results: Results) -> Table | None:
    found = [row for row in rows(results) if "lines" in row[2]["measures"]]
    if not found:
        return None
    table = _new_table("Documents and records", "set", "tool")
    table.add_column("texts", justify="right")
    for _, head, _ in _DOCUMENT_COLUMNS:
        table.add_column(head, justify="right")
    last = ""
    for name, tool, quality in found:
        values = quality["measures"]
        cells = [format(values[key], form) if key in values else "-" for key, _, form in _DOCUMENT_COLUMNS]
        table.add_row(name if name != last else "", tool, str(quality["documents"]), *cells)
        last = name
    return table


def sum_rules(quality: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rules of one tool over all its sets, by name."""
    total: dict[str, dict[str, Any]] = {}
    for found in quality.values():
        for row in found.get("rules", ()):
            mine = total.setdefault(row["rule"], dict.fromkeys(("right", "neutral", "wrong", "unclear", "proposed"), 0))
            for key in mine:
                mine[key] += row[key]
    ordered = []
    for rule, row in sorted(total.items()):
        judged = row["right"] + row["neutral"] + row["wrong"]
        ordered.append({"rule": rule, **row, "precision": 100 * row["right"] / judged if judged else None})
    return ordered


def _rule_tables(results: Results) -> Iterator[Table]:
    for tool, quality in results["quality"].items():
        summed = sum_rules(quality)
        if not summed:
            continue
        title = f"Edits of {tool}, all sets (right: nearer to gold with the edit)"
        table = _new_table(title, "rule")
        for head in ("right", "neutral", "wrong", "unclear", "precision %", "proposed"):
            table.add_column(head, justify="right")
        for row in summed:
            precision = row["precision"]
            style = "red" if precision is not None and precision < 95 else ""
            cells = [f"{row[key]:,}" for key in ("right", "neutral", "wrong", "unclear")]
            shown = Text(f"{precision:.1f}" if precision is not None else "-", style)
            table.add_row(row["rule"], *cells, shown, f"{row['proposed']:,}")
        yield table


def _calibration_table(results: Results) -> Table | None:
    table = _new_table("Calibration of applied edits", "tool", "set")
    for head in ("edits", "mean confidence", "right", "calibration error"):
        table.add_column(head, justify="right")
    for name, tool, quality in rows(results):
        classes = quality.get("reliability")
        if not classes:
            continue
        edits = sum(row[2] for row in classes)
        confidence = sum(row[2] * row[3] for row in classes) / edits
        right = sum(row[2] * row[4] for row in classes) / edits
        error = quality["calibration_error"]
        table.add_row(tool, name, f"{edits:,}", f"{confidence:.3f}", f"{right:.3f}", f"{error:.3f}")
    return table if table.row_count else None


def _print_details(console: Console, results: Results, most: int) -> None:
    for name, tool, quality in rows(results):
        if results["sets"][name]["held_out"]:
            continue  # who tunes on what is shown here would no longer measure anything
        if quality["broken_words"]:
            words = ", ".join(f"{word} ({count})" for word, count in quality["broken_words"][:most])
            console.print(f"\n{name}, {tool}: most often broken: {words}", soft_wrap=True)
        for field, (right, whole) in quality.get("fields", {}).items():
            if right < whole:
                console.print(f"  {name}: field {field} {right} of {whole}", soft_wrap=True)
        for field, count in quality.get("spurious", {}).items():
            console.print(f"  {name}: spurious field {field} in {count}", soft_wrap=True)
        for edit in quality.get("wrong_edits", ())[:most]:
            console.print(
                f"  {edit['verdict']} {edit['rule']} {edit['confidence']:.2f}: {edit['before']!r} -> {edit['after']!r}"
                f"  in {edit['context']!r}  gold {edit['gold']!r}",
                soft_wrap=True,
            )
