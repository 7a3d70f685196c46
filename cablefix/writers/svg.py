"""Drawing inline SVG: elements, axes, and labels that keep out of each other's way. Colours are left to CSS classes."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Scale = Callable[[float], float]
_LETTER = 6.3
_LINE = 13.0


def element(name: str, *children: str, **attributes: object) -> str:
    """An element; `class_` stands for the attribute class, underscores for hyphens, children are markup.

    >>> element("circle", cx=1.5, class_="dot")
    '<circle cx="1.5" class="dot"/>'
    """
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(_show(value), quote=True)}"'
        for key, value in attributes.items()
    )
    inner = "".join(children)
    return f"<{name}{pairs}>{inner}</{name}>" if inner else f"<{name}{pairs}/>"


def _show(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def text(content: str, x: float, y: float, class_: str = "", anchor: str = "start") -> str:
    """A text at a place; `anchor` is start, middle or end."""
    return element("text", html.escape(content), x=x, y=y, class_=class_ or "label", text_anchor=anchor)


def picture(width: float, height: float, title: str, *parts: str) -> str:
    """A whole picture that fits the width it is given; `title` is what a screen reader says."""
    box = f"0 0 {width:g} {height:g}"
    return element(
        "svg",
        element("title", html.escape(title)),
        *parts,
        viewBox=box,
        width=f"{width:g}",
        height=f"{height:g}",
        role="img",
    )


def linear(low: float, high: float, start: float, end: float) -> Scale:
    """A scale from low..high to start..end."""
    span = (high - low) or 1.0
    return lambda value: start + (value - low) / span * (end - start)


def warped(low: float, high: float, start: float, end: float, unit: float) -> Scale:
    """A scale, linear near zero and logarithmic beyond `unit` on both sides; values outside stop at the ends."""
    inner = linear(math.asinh(low / unit), math.asinh(high / unit), start, end)
    return lambda value: inner(math.asinh(min(max(value, low), high) / unit))


def logarithmic(low: float, high: float, start: float, end: float) -> Scale:
    """A logarithmic scale; values must be positive."""
    inner = linear(math.log(low), math.log(high), start, end)
    return lambda value: inner(math.log(max(value, low)))


@dataclass(frozen=True, slots=True)
class Frame:
    """A plotting area `left:right` by `top:bottom` with its two scales."""

    left: float
    right: float
    top: float
    bottom: float
    x: Scale
    y: Scale

    def grid(
        self,
        x_ticks: Sequence[tuple[float, str]],
        y_ticks: Sequence[tuple[float, str]],
        x_title: str,
        y_title: str,
    ) -> str:
        """Grid lines, tick labels and axis titles."""
        parts = []
        for value, label in x_ticks:
            place = self.x(value)
            parts.append(element("line", x1=place, x2=place, y1=self.top, y2=self.bottom, class_="grid"))
            parts.append(text(label, place, self.bottom + 15, "tick", "middle"))
        for value, label in y_ticks:
            place = self.y(value)
            kind = "zero" if value == 0 else "grid"
            parts.append(element("line", x1=self.left, x2=self.right, y1=place, y2=place, class_=kind))
            parts.append(text(label, self.left - 6, place + 4, "tick", "end"))
        parts.append(text(x_title, self.right, self.bottom + 31, "axis", "end"))
        parts.append(text(y_title, self.left, self.top - 8, "axis"))
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class Label:
    """A point and the text that names it."""

    x: float
    y: float
    text: str
    class_: str = "label"


def place_labels(labels: Sequence[Label], frame: Frame, radius: float = 5.0) -> str:
    """The texts beside their points, each where it meets no other text and no other point, with a line if it is far."""
    taken = [(label.x - radius, label.y - radius, label.x + radius, label.y + radius) for label in labels]
    parts = []
    for label in labels:
        width = _LETTER * len(label.text)
        best: tuple[float, float, float] | None = None
        for distance, dx, dy in _offsets(width, radius):
            x, y = label.x + dx, label.y + dy
            box = (x, y - _LINE + 3, x + width, y + 3)
            across = frame.left + 2 <= box[0] and box[2] <= frame.right + 40
            down = frame.top - 4 <= box[1] and box[3] <= frame.bottom
            if across and down and not any(_meet(box, other) for other in taken):
                best = (x, y, distance)
                taken.append(box)
                break
        if best is None:
            continue
        x, y, distance = best
        if distance > 1:
            end = x + width if x + width < label.x else x if x > label.x else label.x
            parts.append(element("line", x1=label.x, y1=label.y, x2=end, y2=y - 4, class_="lead"))
        parts.append(text(label.text, x, y, label.class_))
    return "".join(parts)


def _offsets(width: float, radius: float) -> list[tuple[float, float, float]]:
    """Where a text may stand: (rings away, dx, dy), the nearest first."""
    found = []
    for ring in range(1, 9):
        gap = radius + 2 + (ring - 1) * 11
        for dx, dy in (
            (gap, 4.0),
            (-gap - width, 4.0),
            (-width / 2, -gap),
            (-width / 2, gap + 9),
            (gap * 0.7, -gap * 0.7),
            (gap * 0.7, gap * 0.7 + 8),
            (-gap * 0.7 - width, -gap * 0.7),
            (-gap * 0.7 - width, gap * 0.7 + 8),
        ):
            found.append((float(ring), dx, dy))
    return found


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
