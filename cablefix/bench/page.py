"""The report as one HTML page that needs nothing beside it: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from itertools import pairwise
from typing import Any

from cablefix.bench import charts
from cablefix.bench.edits import BINS

Results = Mapping[str, Any]
Cell = tuple[str, str]
"""Markup of a table cell and its class."""

_KEY = (
    ("own", "cablefix"),
    ("speller", "spellers, word by word"),
    ("cut", "tools that split and join words"),
    ("context", "language model"),
    ("none", "corrects no words"),
)
_VERDICTS = (
    ("right", "nearer to gold"),
    ("neutral", "no nearer, no farther"),
    ("wrong", "farther from gold"),
    ("unclear", "nothing nearby fits the gold"),
)


def report_page(results: Results, published: Sequence[Mapping[str, Any]] = ()) -> str:
    """The page for the results of a run, with the figures that others published below them."""
    style = resources.files("cablefix.bench").joinpath("report.css").read_text(encoding="utf-8")
    body = "".join(
        (
            _head(results),
            _harm(results),
            _change(results),
            _documents(results),
            _edits(results),
            _cost(results),
            _levels(results),
            _full_tables(results),
            _examples(results),
            _published(published),
            _provenance(results),
        )
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>cablefix benchmark</title><style>{style}</style></head><body><main>{body}</main></body></html>\n"
    )


def _head(results: Results) -> str:
    sets, quality = results["sets"], results["quality"]
    texts, words = sum(s["documents"] for s in sets.values()), sum(s["words"] for s in sets.values())
    facts = [(f"{texts:,}", "damaged texts with gold"), (f"{words:,}", "words"), (str(len(sets)), "sets")]
    facts.append((str(len(quality)), "tools, in the same run"))
    if "cablefix" in results["cost"]:
        facts.append((f"{results['cost']['cablefix']['words_per_second']:,.0f}", "words per CPU second, cablefix"))
    cells = "".join(f"<div><b>{value}</b><span>{label}</span></div>" for value, label in facts)
    return (
        "<h1>OCR repair, measured</h1>"
        '<p class="lead">What cablefix and other tools do to damaged texts whose right reading is known. Each tool is '
        "held against the damaged text itself: what it mended, and what it broke that had been right.</p>"
        f'<div class="facts">{cells}</div>'
    )


def _key(rows: Iterable[tuple[str, str]]) -> str:
    return (
        '<div class="key">' + "".join(f'<span class="{kind}"><i></i>{label}</span>' for kind, label in rows) + "</div>"
    )


def _card(inner: str, title: str = "") -> str:
    head = f"<h3>{html.escape(title)}</h3>" if title else ""
    return f'<div class="card">{head}{inner}</div>' if inner else ""


def _harm(results: Results) -> str:
    cards = "".join(_card(chart, track) for track, chart in charts.help_and_harm(results))
    return (
        "<h2>Help against harm</h2><p>Up is better, left is better. A tool in the shaded half leaves the text with "
        "fewer errors than it found. Kinds of damage are kept apart and never added up. Both scales are linear near "
        "zero and logarithmic beyond; points at an edge lie outside.</p>"
        f'{_key(_KEY)}<div class="cards">{cards}</div>'
    )


def _change(results: Results) -> str:
    chart = charts.before_and_after(results)
    if not chart:
        return ""
    return (
        "<h2>Each set, before and after cablefix</h2><p>The grey point is the damaged text, the coloured one what "
        f"cablefix makes of it; at the right the share of character errors removed.</p>{_card(chart)}"
    )


def _documents(results: Results) -> str:
    columns = (
        ("numbers", "paragraph numbers all right, % of texts"), ("fields", "fields right, %"),
        ("spurious", "spurious fields"), ("paragraph_text", "paragraphs right, %"),
        ("portion", "portion marks right, %"),
        ("heading", "headings right, %"), ("lines", "lines right, %"), ("leaked_share", "page heads left in, %"),
        ("eaten", "body words taken out"),
    )  # fmt: skip
    rows = []
    for name, found in results["quality"].get("cablefix", {}).items():
        values = found["measures"]
        if "lines" in values:
            cells = [(f"{values[key]:.1f}".removesuffix(".0") if key in values else "", "") for key, _ in columns]
            rows.append(("", [(name, ""), (str(found["documents"]), ""), *cells]))
    if not rows:
        return ""
    table = _table(["set", "texts", *(label for _, label in columns)], rows)
    return (
        "<h2>Documents and records</h2><p>How much of a document's form comes back: its paragraph numbers, its header "
        "fields, its lines; and whether page heads stayed in the text or text went out with them.</p>"
        f"{_card(table)}{_fields(results)}"
    )


def _fields(results: Results) -> str:
    found = {name: q["fields"] for name, q in results["quality"].get("cablefix", {}).items() if "fields" in q}
    names = sorted({field for fields in found.values() for field in fields})
    if not names:
        return ""
    rows = []
    for field in names:
        cells: list[Cell] = [(html.escape(field), "")]
        for fields in found.values():
            right, whole = fields.get(field, (0, 0))
            kind = "" if not whole else "up" if right == whole else "down" if right < 0.8 * whole else ""
            cells.append((f"{right}/{whole}" if whole else "", kind))
        rows.append(("", cells))
    table = _table(["field", *(name.removeprefix("own-") for name in found)], rows)
    return f"<details><summary>Each field on each set: right / there in the gold</summary>{_card(table)}</details>"


def _edits(results: Results) -> str:
    quality = results["quality"].get("cablefix", {})
    bars = charts.rule_bars(quality)
    if not bars:
        return ""
    own = [q for name, q in quality.items() if results["sets"][name]["own"]]
    public = [q for name, q in quality.items() if not results["sets"][name]["own"]]
    diagrams = []
    for title, part in (("own documents", own), ("public sets", public)):
        table = _merge_tables(q["reliability_all"] for q in part if "reliability_all" in q)
        if table:
            chart = charts.calibration(table, f"Calibration, {title}")
            diagrams.append(_card(chart, f"Is the confidence true? {title}"))
    return (
        "<h2>Edits, one by one</h2><p>Every applied edit is taken back alone, and the text is compared with the gold "
        f"with it and without it.</p>{_key(_VERDICTS)}{_card(bars)}"
        "<p>An edit's confidence is a probability: on the diagonal it is as often right as it says. "
        "All judged edits are here, also those below the threshold, which are proposed and not applied.</p>"
        f'<div class="cards">{"".join(diagrams)}</div>'
    )


def _merge_tables(tables: Iterable[Sequence[Sequence[float]]]) -> list[list[float]]:
    """Reliability tables of several sets as one."""
    rows = [row for table in tables for row in table]
    merged = []
    for low, high in pairwise(BINS):
        mine = [row for row in rows if row[0] == low]
        count = sum(row[2] for row in mine)
        if count:
            confidence, right = (sum(row[2] * row[k] for row in mine) / count for k in (3, 4))
            merged.append([low, high, count, confidence, right])
    return merged


def _cost(results: Results) -> str:
    bare = results["cost"].get("no correction")
    floor = f", of which the benchmark itself takes {bare['peak_memory_bytes'] / 2**20:.0f} MiB" if bare else ""
    cards = _card(charts.cost(results), "cablefix: time against length") + _card(charts.speeds(results), "All tools")
    return (
        "<h2>Cost</h2><p>CPU seconds of one process, children included, loading not counted. Points along a dashed "
        "line mean that time grows as the length does. Peak memory is that of the whole "
        f"process{floor}.</p>"
        f'<div class="cards">{cards}</div>'
    )


def _levels(results: Results) -> str:
    rows = []
    for row in results["levels"]:
        if row["tool"] != "cablefix":
            continue
        m = row["measures"]
        rows.append(
            (
                "",
                [
                    (html.escape(row["track"]), ""),
                    (f"{row['severity']:g}", ""),
                    ("held out" if row["held_out"] else "", ""),
                    (str(row["texts"]), ""),
                    (f"{m['cer_before']:.2f}", ""),
                    (f"{m['cer']:.2f}", ""),
                    _signed(m["removed"]),
                    (f"{m['fixed']:.0f}", ""),
                    (f"{m['broken']:.0f}", ""),
                    (f"{m['broken_per_1000']:.2f}", ""),
                    (f"{m['fields']:.1f}" if "fields" in m else "", ""),
                ],
            )
        )
    if not rows:
        return ""
    heads = ["kind of damage", "level, CER %", "", "texts", "CER % before", "after", "removed %", "fixed", "broken",
             "per 1,000", "fields right, %"]  # fmt: skip
    return (
        "<h2>By level of damage</h2><p>The project's own documents, sorted by what was measured on each damaged text, "
        "not by the knob that damaged it. The rate before holds page furniture too.</p>" + _card(_table(heads, rows))
    )


def _signed(value: float) -> Cell:
    return f"{value:+.1f}", "up" if value > 0.05 else "down" if value < -0.05 else ""


def _full_tables(results: Results) -> str:
    heads = [
        "tool", "words", "CER % before", "after", "removed %", "WER % before", "after", "removed %", "cMER", "wMER",
        "fixed", "broken", "per 1,000", "precision %", "words/s",
    ]  # fmt: skip
    parts = [
        "<h2>Every tool on every set</h2><p>Small figures are 95 % bootstrap intervals over documents. A star: on a "
        "sample of the set, compared with its own baseline.</p>"
    ]
    for name, about in results["sets"].items():
        rows = [_tool_row(results, name, tool) for tool, found in results["quality"].items() if name in found]
        notes = [about["about"], about["track"], f"{about['documents']} texts, {about['words']:,} words"]
        notes += ["held out: never tuned on"] if about["held_out"] else []
        notes += ["evaluate only"] if about["evaluate_only"] else []
        note = html.escape("; ".join(filter(None, notes)))
        parts.append(
            f'<details open><summary>{html.escape(name)}</summary><p class="soft">{note}</p>'
            f"{_card(_table(heads, rows))}</details>"
        )
    return "".join(parts)


def _tool_row(results: Results, name: str, tool: str) -> tuple[str, list[Cell]]:
    found = results["quality"][tool][name]
    m, bands = found["measures"], found["intervals"]
    sampled = name in results["tools"][tool]["sampled"]

    def banded(key: str) -> Cell:
        shown, kind = _signed(m[key])
        band = bands.get(key)
        return (shown + (f' <span class="band">{band[0]:+.0f}…{band[1]:+.0f}</span>' if band else ""), kind)

    harm = bands.get("broken_per_1000")
    cells: list[Cell] = [
        (html.escape(tool) + ("*" if sampled else ""), ""),
        (f"{found['words']:,}", ""),
        (f"{m['cer_before']:.2f}", ""),
        (f"{m['cer']:.2f}", ""),
        banded("removed"),
        (f"{m['wer_before']:.2f}", ""),
        (f"{m['wer']:.2f}", ""),
        banded("word_removed"),
        (f"{m['cmer']:.4f}", ""),
        (f"{m['wmer']:.4f}", ""),
        (f"{m['fixed']:,.0f}", ""),
        (f"{m['broken']:,.0f}", ""),
        (
            f"{m['broken_per_1000']:.2f}" + (f' <span class="band">{harm[0]:.1f}…{harm[1]:.1f}</span>' if harm else ""),
            "",
        ),
        (f"{m['precision']:.1f}" if m["fixed"] + m["broken"] else "", ""),
        (f"{results['cost'][tool]['by_set'].get(name, 0):,.0f}" if tool != "no correction" else "", ""),
    ]
    return ("own" if tool == "cablefix" else ""), cells


def _examples(results: Results) -> str:
    rows = []
    for name, found in results["quality"].get("cablefix", {}).items():
        if results["sets"][name]["held_out"]:
            continue
        for edit in [e for e in found.get("wrong_edits", ()) if e["verdict"] == "wrong"][:6]:
            cells = [
                name,
                edit["rule"],
                f"{edit['confidence']:.2f}",
                edit["before"],
                edit["after"],
                edit["context"],
                edit["gold"],
            ]
            rows.append(
                (
                    "",
                    [
                        (f"<code>{html.escape(c)}</code>" if k > 2 else html.escape(c), "wrap")
                        for k, c in enumerate(cells)
                    ],
                )
            )
    if not rows:
        return ""
    table = _table(["set", "rule", "confidence", "read", "made", "in", "gold there"], rows)
    return (
        "<h2>Where cablefix does harm</h2><p>Applied edits that led away from the gold, six of each set. Texts held "
        "out are not shown, so that nobody tunes on them.</p>"
        f"<details><summary>{len(rows)} edits</summary>{_card(table)}</details>"
    )


def _published(tables: Sequence[Mapping[str, Any]]) -> str:
    if not tables:
        return ""
    parts = [
        "<h2>What others published</h2><p>Other test texts and other ways to count: for orientation, not for a line by "
        'line comparison. Language models stand here too.</p><div class="cards">'
    ]
    for table in tables:
        rows = [("", [(html.escape(str(cell)), "") for cell in row]) for row in table["rows"]]
        source = f'<p class="soft">Source: {html.escape(table["source"])}. Better: {html.escape(table["better"])}.</p>'
        parts.append(_card(_table(["", *table["columns"]], rows) + source, table["title"]))
    return "".join([*parts, "</div>"])


def _provenance(results: Results) -> str:
    machine, statistics = results["machine"], results["statistics"]
    libraries = ", ".join(f"{name} {number}" for name, number in machine["libraries"].items())
    rows: list[tuple[str, list[Cell]]] = [
        ("", [(label, ""), (html.escape(value), "wrap")])
        for label, value in (
            ("machine", f"{machine['processor']}, {machine['system']}"),
            (
                "software",
                f"cablefix {machine['cablefix']} {machine['revision']}, Python {machine['python']}, {libraries}",
            ),
            ("intervals", f"{statistics['replicates']} resamplings, seed {statistics['seed']} and the name of the set"),
            ("quality figures", f"sha256 {results['quality_sha256']}"),
        )
    ]
    for name, tool in results["tools"].items():
        state = f"not run: {tool['absent']}" if tool["absent"] else f"{tool['about']}. {tool['version']}"
        rows.append(("", [(html.escape(name), ""), (html.escape(state), "wrap")]))
    for name, about in results["sets"].items():
        rows.append(("", [(html.escape(name), ""), (f"<code>sha256 {about['sha256']}</code>", "wrap")]))
    return "<h2>Machine, versions, data</h2>" + _card(_table(["", ""], rows))


def _table(heads: Sequence[str], rows: Iterable[tuple[str, Sequence[Cell]]]) -> str:
    head = "".join(f"<th>{html.escape(label)}</th>" for label in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(_rows(rows))}</tbody></table>"


def _rows(rows: Iterable[tuple[str, Sequence[Cell]]]) -> Iterator[str]:
    for kind, cells in rows:
        inner = "".join(f'<td class="{k}">{markup}</td>' if k else f"<td>{markup}</td>" for markup, k in cells)
        yield f'<tr class="{kind}">{inner}</tr>' if kind else f"<tr>{inner}</tr>"
