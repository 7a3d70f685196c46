"""Noise L: no character is changed, only white space; lines are run together, broken, wrapped anew or set apart.

An engine that loses the columns of a page runs two lines into one, and cuts a line in two at a wide gap. Converters,
mail and word processors drop or double the blank lines of a whole text, set it in, double its gaps, and wrap it
narrower without joining its lines first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

_HEAD = 30
_LEAST_WORDS = 3
_GAP = re.compile(r"(?<=\S)[ \t]+(?=\S)")


@dataclass(frozen=True, slots=True)
class Strength:
    """How often a line of the head is run into the next one or broken, and how often a text has a habit."""

    join: float
    split: float
    habit: float
    narrow: float
    widths: tuple[int, int] = (44, 61)


STRENGTHS = {"L1": Strength(0.04, 0.05, 0.3, 0.0), "L2": Strength(0.12, 0.14, 0.5, 0.35)}
"""The strengths by version: light and heavy."""


def damage_layout(printed: str, strength: Strength, random: np.random.Generator) -> tuple[str, list[str]]:
    """Damages the layout of a printed text; form feeds stay.

    Args:
        printed: pages parted by form feeds.
        strength: how often each damage comes.
        random: source of chance.

    Returns:
        The text, and the names of the habits that the whole of it has.

    >>> always = Strength(join=0, split=0, habit=1, narrow=0)
    >>> damage_layout("FM QUITO\\n\\nTO STATE", always, np.random.default_rng(6))[1]
    ['blank lines dropped', 'set in', 'gaps doubled']
    """
    first, *others = printed.split("\f")
    pages = [_damage_head(first, strength, random), *others]
    chosen = [habit for habit in _habits(strength, random) if habit]
    for _, change in chosen:
        pages = [change(page) for page in pages]
    return "\f".join(pages), [name for name, _ in chosen]


Habit = tuple[str, Callable[[str], str]]


def _habits(strength: Strength, random: np.random.Generator) -> list[Habit | None]:
    """What befalls the whole text, each with its chance; all chances are drawn, so that none shifts the others."""
    narrow, blank, inset, gaps = random.random(4)
    width, blanks, depth = (int(random.integers(*ends)) for ends in (strength.widths, (0, 3), (2, 11)))
    margin = " " * depth
    return [
        (f"wrapped at {width}", lambda text: _wrap(text, width)) if narrow < strength.narrow else None,
        _BLANKS[blanks] if blank < strength.habit else None,
        ("set in", lambda text: re.sub(r"^(?=[^\n])", margin, text, flags=re.M)) if inset < strength.habit else None,
        ("gaps doubled", lambda text: re.sub(r"(?<=\S) (?=\S)", "  ", text)) if gaps < strength.habit else None,
    ]


_BLANKS: tuple[Habit, ...] = (
    ("blank lines dropped", lambda text: re.sub(r"\n\s*\n+", "\n", text)),
    ("blank lines doubled", lambda text: re.sub(r"\n(?=[ \t]*\n)", "\n\n", text)),
    ("each line set apart", lambda text: re.sub(r"\n+", "\n\n", text)),
)


def _damage_head(page: str, strength: Strength, random: np.random.Generator) -> str:
    """Runs lines of the head into the next ones, or breaks them."""
    lines = page.split("\n")
    found: list[str] = []
    at = 0
    while at < len(lines):
        line, chance = lines[at], random.random()
        below = lines[at + 1] if at + 1 < len(lines) else ""
        if at < _HEAD and line.strip() and below.strip() and chance < strength.join:
            found.append(f"{line.rstrip()} {below.lstrip()}")
            at += 1
        elif at < _HEAD and len(line.split()) >= _LEAST_WORDS and chance > 1 - strength.split:
            found += _broken(line, random)
        else:
            found.append(line)
        at += 1
    return "\n".join(found)


def _broken(line: str, random: np.random.Generator) -> tuple[str, str]:
    """A line in two, at one of its gaps; the wider, the likelier."""
    gaps = list(_GAP.finditer(line))
    weights = np.array([len(gap[0]) for gap in gaps], dtype=float) ** 2
    gap = gaps[int(random.choice(len(gaps), p=weights / weights.sum()))]
    return line[: gap.start()], line[gap.end() :]


def _wrap(page: str, width: int) -> str:
    """Each line of a page by itself wrapped at a width, its rest on a line of its own."""
    found: list[str] = []
    for line in page.split("\n"):
        found.append(line)
        while len(found[-1]) > width:
            last = found[-1]
            gap = next((gap for gap in reversed(list(_GAP.finditer(last))) if gap.start() <= width), None)
            if gap is None:
                break
            found[-1:] = [last[: gap.start()], last[gap.end() :]]
    return "\n".join(found)
