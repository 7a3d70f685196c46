"""The results as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

Results = Mapping[str, Any]

# Below that many columns the table drops what can be looked up in the JSON.
_WIDE = 130


def print_results(console: Console, results: Results, *, details: int = 0) -> None:
    """Print what was measured: words, documents, rules, calibration; and `details` examples of harm for each set."""
    console.print(_words_table(results, wide=console.width >= _WIDE))
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
            console.print(f"on samples only: {name} ({', '.join(tool['sampled'])})")
    console.print(f"quality figures: sha256 {results['quality_sha256'][:16]}")


def rows(results: Results) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(set, tool, quality) set by set, the tools in their order."""
    for name in results["sets"]:
        for tool, quality in results["quality"].items():
            if name in quality:
                yield name, tool, quality[name]


def _words_table(results: Results, *, wide: bool) -> Table:
    table = Table(title="Characters and words", title_justify="left", box=None, pad_edge=False, header_style="bold")
    table.add_column("set")
    table.add_column("tool")
    heads = ["words", "CER %", "after", "removed %", "WER %", "after", "removed %"]
    heads += ["cMER", "wMER"] if wide else []
    heads += ["fixed", "broken", "per 1000", "precision %", "words/s"]
    for head in heads:
        table.add_column(head, justify="right")
    last = ""
    for name, tool, quality in rows(results):
        found = quality["measures"]
        cells: list[str | Text] = [
            f"{quality['words']:,}",
            f"{found['cer_before']:.2f}",
            f"{found['cer']:.2f}",
            _removed(found["removed"], quality["intervals"].get("removed") if wide else None),
            f"{found['wer_before']:.2f}",
            f"{found['wer']:.2f}",
            _removed(found["word_removed"]),
        ]
        cells += [f"{found['cmer']:.4f}", f"{found['wmer']:.4f}"] if wide else []
        cells += [
            f"{found['fixed']:.0f}",
            f"{found['broken']:.0f}",
            f"{found['broken_per_1000']:.2f}",
            f"{found['precision']:.1f}" if found["fixed"] + found["broken"] else "-",
            f"{results['cost'][tool]['by_set'].get(name, 0):,.0f}",
        ]
        sampled = name in results["tools"][tool]["sampled"]
        table.add_row(_set_label(results, name) if name != last else "", tool + ("*" if sampled else ""), *cells)
        last = name
    return table


def _set_label(results: Results, name: str) -> str:
    about = results["sets"][name]
    return name + (" (evaluate only)" if about["evaluate_only"] else "")


def _removed(value: float, interval: list[float] | None = None) -> Text:
    style = "green" if value > 0.05 else "red" if value < -0.05 else "dim"
    text = Text(f"{value:+.1f}", style)
    if interval:
        text.append(f" [{interval[0]:+.0f} {interval[1]:+.0f}]", "dim")
    return text


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
    table = Table(title="Documents and records", title_justify="left", box=None, pad_edge=False, header_style="bold")
    table.add_column("set")
    table.add_column("tool")
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
        title = f"Edits of {tool}, all sets: right when the text is nearer to gold with the edit than without it"
        table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
        table.add_column("rule")
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
    table = Table(title="Calibration of applied edits", title_justify="left", box=None, pad_edge=False)
    for head in ("tool", "set"):
        table.add_column(head)
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
