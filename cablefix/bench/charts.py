"""The charts of the report, each a string of inline SVG made from the results."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cablefix.bench.table import sum_rules
from cablefix.writers.svg import (
    Frame,
    Label,
    element,
    linear,
    logarithmic,
    picture,
    place_labels,
    text,
    warped,
)

Results = Mapping[str, Any]

_FAMILIES = (
    ("cablefix", "own"),
    ("no correction", "none"),
    ("wrapper only", "none"),
    ("ftfy", "none"),
    ("symspellpy-compound", "cut"),
    ("symspellpy-segment", "cut"),
    ("wordninja", "cut"),
    ("jamspell", "context"),
)


def family(tool: str) -> str:
    """The CSS class of a tool: own, none (corrects no words), cut (splits and joins), context, speller."""
    return next((kind for start, kind in _FAMILIES if tool.startswith(start)), "speller")


def _tip(words: str) -> str:
    return element("title", html.escape(words))


_HARM_TICKS = (0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
_HELP_TICKS = (-1000.0, -400.0, -100.0, -30.0, -10.0, 0.0, 10.0, 30.0, 60.0, 100.0)


def help_and_harm(results: Results) -> Iterator[tuple[str, str]]:
    """(track, chart) for each track: character errors removed against words broken, one point a tool."""
    for track, tools in results["tracks"].items():
        shown = {tool: found for tool, found in tools.items() if tool != "no correction"}
        if shown:
            yield track, _help_and_harm(track, shown)


def _help_and_harm(track: str, tools: Mapping[str, Mapping[str, float]]) -> str:
    worst = max(found["broken_per_1000"] for found in tools.values())
    least = min(found["removed"] for found in tools.values())
    high = next((tick for tick in _HARM_TICKS[3:] if tick >= 1.1 * worst), 300.0)
    low = next((tick for tick in reversed(_HELP_TICKS[:5]) if tick <= least), -1000.0)
    left, right, top, bottom = 62, 470, 34, 310
    frame = Frame(left, right, top, bottom, warped(0, high, left + 8, right, 2.0), warped(low, 100, bottom, top, 12.0))
    xs = [(tick, f"{tick:g}") for tick in _HARM_TICKS if tick <= high]
    ys = [(tick, f"{tick:+g}" if tick else "0") for tick in _HELP_TICKS if tick >= low]
    parts = [
        element("rect", x=left, y=top, width=right - left, height=frame.y(0) - top, class_="good"),
        frame.grid(xs, ys, "words broken per 1,000 right words →", "↑ % of character errors removed"),
    ]
    labels: list[Label] = []
    for tool, found in sorted(tools.items(), key=lambda item: item[0] != "cablefix"):
        x, y = frame.x(found["broken_per_1000"]), frame.y(found["removed"])
        tip = (
            f"{tool}: {found['removed']:+.1f} % of errors removed, {found['broken_per_1000']:.2f} words broken "
            f"per 1,000; {found['fixed']:.0f} fixed, {found['broken']:.0f} broken"
        )
        size = 6.5 if tool == "cablefix" else 4.5
        parts.append(element("circle", _tip(tip), cx=x, cy=y, r=size, class_=f"dot {family(tool)}"))
        near = next((n for n, other in enumerate(labels) if math.hypot(other.x - x, other.y - y) < 4), None)
        if near is None or labels[near].text == "cablefix":
            labels.append(Label(x, y, tool, "label strong" if tool == "cablefix" else "label"))
        else:
            labels[near] = Label(labels[near].x, labels[near].y, f"{labels[near].text}, {tool}")
    # Later elements lie on top: the point of cablefix should.
    parts[2:] = reversed(parts[2:])
    parts.append(place_labels(labels, frame))
    return picture(520, 350, f"Errors removed against words broken, {track}", *parts)


def before_and_after(results: Results, tool: str = "cablefix") -> str:
    """The character error rate of each set before and after a tool, as a line from one point to the other."""
    rows = [(name, found[name]["measures"]) for found in [results["quality"].get(tool, {})] for name in found]
    if not rows:
        return ""
    top, step, left, right = 40, 24, 210, 800
    high = max(max(m["cer_before"], m["cer"]) for _, m in rows) * 1.05
    bottom = top + step * len(rows)
    x = linear(0, high, left, right)
    frame = Frame(left, right, top, bottom, x, lambda value: value)
    parts = [frame.grid([(float(v), str(v)) for v in _steps(high)], [], "character error rate, %", "")]
    for number, (name, found) in enumerate(rows):
        y = top + step * (number + 0.5)
        before, after = x(found["cer_before"]), x(found["cer"])
        better = found["cer"] <= found["cer_before"]
        tip = _tip(f"{name}: {found['cer_before']:.2f} % before, {found['cer']:.2f} % after")
        kind = "better" if better else "worse"
        parts.append(text(name, left - 12, y + 4, "label", "end"))
        parts.append(element("line", tip, x1=before, x2=after, y1=y, y2=y, class_=f"change {kind}"))
        parts.append(element("circle", tip, cx=before, cy=y, r=4.0, class_="dot before"))
        parts.append(element("circle", tip, cx=after, cy=y, r=5.0, class_=f"dot {kind}"))
        parts.append(text(f"{found['removed']:+.0f} %", right + 10, y + 4, f"label {kind}"))
    return picture(870, bottom + 40, f"Character error rate before and after {tool}", *parts)


def _steps(high: float) -> list[int]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if high / step <= 9 or step == 100)
    return list(range(0, int(high) + 1, step))


def calibration(table: Sequence[Sequence[float]], title: str) -> str:
    """A reliability diagram: of edits with a confidence, the share that is right; on the diagonal they agree."""
    frame = Frame(52, 372, 34, 330, linear(0, 1, 52, 372), linear(0, 1, 330, 34))
    ticks = [(v / 5, f"{v / 5:.1f}") for v in range(6)]
    parts = [
        frame.grid(ticks, ticks, "mean confidence →", "↑ share of right edits"),
        element("line", x1=frame.x(0), y1=frame.y(0), x2=frame.x(1), y2=frame.y(1), class_="diagonal"),
    ]
    labels: list[Label] = []
    for low, high, count, confidence, right in table:
        size = 2.5 + 1.1 * math.log10(1 + count)
        tip = _tip(f"confidence {low:g} to {high:g}: {count:,.0f} edits, mean {confidence:.3f}, right {right:.3f}")
        parts.append(element("circle", tip, cx=frame.x(confidence), cy=frame.y(right), r=size, class_="dot own"))
        labels.append(Label(frame.x(confidence), frame.y(right), f"{count:,.0f}", "tick"))
    parts.append(place_labels(labels, frame, 6.5))
    return picture(430, 370, title, *parts)


def rule_bars(quality: Mapping[str, Any]) -> str:
    """How the applied edits of each rule turned out: right, without effect, wrong, not to be judged."""
    rows = [row for row in sum_rules(quality) if row["right"] + row["neutral"] + row["wrong"] + row["unclear"]]
    if not rows:
        return ""
    rows.sort(key=lambda row: -(row["right"] + row["neutral"] + row["wrong"]))
    left, right, top, step = 190, 700, 20, 24
    parts = []
    for number, row in enumerate(rows):
        y = top + step * number
        whole = sum(row[key] for key in ("right", "neutral", "wrong", "unclear"))
        parts.append(text(row["rule"], left - 12, y + 15, "label", "end"))
        place = float(left)
        for key in ("right", "neutral", "wrong", "unclear"):
            width = (right - left) * row[key] / whole
            if width:
                tip = _tip(f"{row['rule']}: {row[key]} {key} of {whole}")
                parts.append(element("rect", tip, x=place, y=y + 3, width=width, height=16, class_=f"bar {key}"))
            place += width
        shown = "not judged" if row["precision"] is None else f"{row['precision']:.1f} %"
        parts.append(text(shown, right + 60, y + 15, "label strong", "end"))
        parts.append(text(f"of {whole:,}", right + 68, y + 15, "tick"))
    return picture(870, top + step * len(rows) + 10, "Applied edits by rule", *parts)


def cost(results: Results, tool: str = "cablefix") -> str:
    """CPU time of each text against its length; the lines show what a constant speed would be."""
    found = results["cost"].get(tool, {}).get("texts", ())
    texts = [(words, 1000 * seconds) for words, seconds in found if words >= 20]
    if not texts:
        return ""
    left, right, top, bottom = 60, 470, 34, 320
    low, high = min(words for words, _ in texts), max(words for words, _ in texts) * 1.1
    slow = max(1.0, max(spent for _, spent in texts) * 1.5)
    fast = max(0.05, min(spent for _, spent in texts) / 1.5)
    frame = Frame(left, right, top, bottom, logarithmic(low, high, left, right), logarithmic(fast, slow, bottom, top))
    xs = [(float(v), f"{v:,}") for v in (20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000) if low <= v <= high]
    ys = [(v, f"{v:g}") for v in (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0) if fast <= v <= slow]
    parts = [frame.grid(xs, ys, "words of the text →", "↑ milliseconds of CPU")]
    for speed in (1_000, 3_000, 10_000, 30_000, 100_000):
        start = max(low, fast * speed / 1000)
        stop = min(high, slow * speed / 1000)
        if start >= stop:
            continue
        parts.append(
            element(
                "line", x1=frame.x(start), y1=frame.y(1000 * start / speed), x2=frame.x(stop),
                y2=frame.y(1000 * stop / speed), class_="lead",
            )
        )  # fmt: skip
        parts.append(text(f"{speed:,}/s", frame.x(stop) + 4, frame.y(1000 * stop / speed) + 4, "tick"))
    for words, spent in texts:
        tip = _tip(f"{words:,} words in {spent:.1f} ms")
        parts.append(element("circle", tip, cx=frame.x(words), cy=frame.y(spent), r=2.5, class_="dot own faint"))
    return picture(530, 360, f"CPU time against length, {tool}", *parts)


def speeds(results: Results) -> str:
    """Words per CPU second of each tool, on a logarithmic scale, with its peak memory."""
    rows = [
        (tool, found["words_per_second"], found["peak_memory_bytes"] / 2**20)
        for tool, found in results["cost"].items()
        if tool not in ("no correction", "wrapper only")
    ]
    if not rows:
        return ""
    rows.sort(key=lambda row: -row[1])
    left, right, top, step = 150, 350, 34, 24
    bottom = top + step * len(rows)
    x = logarithmic(100, max(1000.0, rows[0][1] * 1.2), left, right)
    frame = Frame(left, right, top, bottom, x, lambda value: value)
    ticks = [
        (float(v), label)
        for v, label in ((100, "100"), (1e3, "1k"), (1e4, "10k"), (1e5, "100k"))
        if v <= rows[0][1] * 1.2
    ]
    parts = [frame.grid(ticks, [], "words per CPU second →", ""), text("peak MiB", 490, top - 8, "axis", "end")]
    for number, (tool, speed, memory) in enumerate(rows):
        y = top + step * (number + 0.5)
        strong = " strong" if tool == "cablefix" else ""
        parts.append(text(tool, left - 10, y + 4, f"label{strong}", "end"))
        parts.append(element("line", x1=left, x2=x(max(100.0, speed)), y1=y, y2=y, class_="grid"))
        parts.append(element("circle", cx=x(max(100.0, speed)), cy=y, r=5.0, class_=f"dot {family(tool)}"))
        parts.append(text(f"{speed:,.0f}", x(max(100.0, speed)) + 10, y + 4, "tick"))
        parts.append(text(f"{memory:,.0f}", 490, y + 4, "tick", "end"))
    return picture(500, bottom + 40, "Words per CPU second", *parts)
