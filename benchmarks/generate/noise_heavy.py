"""Noise B: heavy synthetic noise from measured confusion tables, consistent within a document.

A real engine does not err independently from character to character. Four things make its errors hang together,
and all four are modelled: each document has its own few confusions that dominate (the wear of one ribbon, the
bias of one copy); errors gather in faint lines; a word once misread is likely to be misread again, and in the same
way; and the strange character, the pilcrow, gets one favourite reading.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.generate.manifest import character_error_rate

ENGINES = ("lstm", "legacy", "gocr")
"""Engines whose confusions are known, as tables of confusions.toml."""

_TABLES = Path(__file__).with_name("confusions.toml")
_REFERENCE_CER = 4.0
_SAME_AGAIN = 0.65
_RELAPSE = 6.0
_SPARSENESS = 0.5
_LINE_SPREAD = 0.8
_LINE_MEMORY = 0.6
_FAVOURITE_PILCROW = 0.7
_BOX_READINGS = ("", "", "HE", "I", "[RE", "ee", "a", "M")
_BOX = re.compile("█+")
_RULE = re.compile(r"^\s*-{4,}\s*$")
_PIECES = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine's confusions: for each character what it may be read as, with a rate per occurrence."""

    readings: dict[str, list[tuple[str, float]]]
    split_words: float
    join_spaces: float
    junk: float
    merge_lines: float
    junk_marks: tuple[str, ...]
    pilcrow: list[tuple[str, float]]
    drops_rules: bool


def load_engine(name: str, shares: Counter[str]) -> Engine:
    """Reads an engine's table; `shares` counts characters of typical text, to turn counts into rates."""
    table: dict[str, Any] = tomllib.loads(_TABLES.read_text(encoding="utf-8"))[name]
    total = sum(shares.values())
    readings: dict[str, list[tuple[str, float]]] = {}
    for line in table["pairs"]:
        pair, count = line.rsplit(" ", 1)
        right, wrong = pair[0], pair[2:]
        seen = max(shares[right] / total * table["characters"], 20.0)
        readings.setdefault(right, []).append((wrong, min(float(count) / seen, 0.5)))
    pilcrow = [(line.rsplit(" ", 1)[0].strip(), float(line.rsplit(" ", 1)[1])) for line in table["pilcrow"]]
    return Engine(
        readings=readings,
        split_words=table["split_words"] / 100,
        join_spaces=table["join_spaces"] / 100,
        junk=table["junk"] / 1000,
        merge_lines=table["merge_lines"] / 100,
        junk_marks=tuple(table["junk_marks"]),
        pilcrow=pilcrow,
        drops_rules=table["rule"] == "dropped",
    )


def damage_heavily(
    printed: str, engine: Engine, target: float, stream: Callable[[], np.random.Generator]
) -> tuple[str, float]:
    """Damages a printed text until its character error rate is near `target` percent.

    Args:
        printed: pages parted by form feeds, which stay.
        engine: the confusions.
        target: character error rate in percent against the print.
        stream: makes the same fresh generator at each call, so that strength is the only thing that changes.

    Returns:
        The damaged text and the strength found, a factor on the measured rates.
    """
    low, high = 0.0, 64.0
    best, best_strength, best_gap = printed, 0.0, float("inf")
    for _ in range(12):
        strength = (low + high) / 2
        text = damage_once(printed, engine, strength, target, stream())
        cer = character_error_rate(printed, text)
        if abs(cer - target) < best_gap:
            best, best_strength, best_gap = text, strength, abs(cer - target)
        if cer < target:
            low = strength
        else:
            high = strength
    return best, best_strength


def damage_once(printed: str, engine: Engine, strength: float, target: float, random: np.random.Generator) -> str:
    """Damages a printed text with a strength that is known; `target` sets how often words split and lines merge."""
    return _Damage(engine, strength, target / _REFERENCE_CER, random).apply(printed)


class _Damage:
    """One pass over one document."""

    def __init__(self, engine: Engine, strength: float, layout: float, random: np.random.Generator) -> None:
        self.engine, self.strength, self.layout, self.random = engine, strength, layout, random
        self.readings = {
            right: [(wrong, rate * self._own_bias()) for wrong, rate in wrongs]
            for right, wrongs in engine.readings.items()
        }
        names, weights = zip(*engine.pilcrow, strict=True)
        self.pilcrows = names
        self.pilcrow_shares = np.array(weights) / sum(weights)
        self.favourite = str(random.choice(names, p=self.pilcrow_shares))
        self.misread: dict[str, str] = {}

    def _own_bias(self) -> float:
        return float(self.random.gamma(_SPARSENESS)) / _SPARSENESS

    def apply(self, printed: str) -> str:
        """The whole text, page by page."""
        return "\f".join(self._page(page) for page in printed.split("\f"))

    def _page(self, page: str) -> str:
        out: list[str] = []
        faint = 0.0
        for line in page.split("\n"):
            faint = _LINE_MEMORY * faint + _LINE_SPREAD * float(self.random.normal())
            draws = self.random.random(4)
            if _RULE.match(line):
                out += self._rule(line, draws[0])
                continue
            damaged = self._line(line, float(np.exp(faint - _LINE_SPREAD**2 / 2)))
            merge = out and out[-1] and damaged and draws[1] < self.engine.merge_lines * self.layout
            if merge:
                out[-1] += " " + damaged
            else:
                out.append(damaged)
        return "\n".join(out)

    def _rule(self, line: str, draw: float) -> list[str]:
        if self.engine.drops_rules:
            return [] if draw < 0.8 else ["—" * max(1, len(line.strip()) // 3)]
        return [line if draw < 0.7 else line.replace("-", "~" if draw < 0.85 else "_")]

    def _line(self, line: str, faint: float) -> str:
        line = _BOX.sub(lambda _: _BOX_READINGS[int(self.random.integers(len(_BOX_READINGS)))], line)
        done: list[str] = []
        for piece in _PIECES.findall(line):
            if piece.isspace():
                joined = self.random.random() < self.engine.join_spaces * self.layout and done
                done.append("" if joined else piece)
            else:
                done.append(self._word(piece, faint) + self._stray())
        return "".join(done)

    def _stray(self) -> str:
        """A speck read as a mark after a word; rate per character, about six to a word."""
        draw, which = self.random.random(2)
        if draw >= self.engine.junk * 6 * self.layout:
            return ""
        mark = self.engine.junk_marks[int(which * len(self.engine.junk_marks))]
        return mark if draw < self.engine.junk * 3 * self.layout else f" {mark}"

    def _word(self, word: str, faint: float) -> str:
        again, *_ = self.random.random(2)
        draws = self.random.random((len(word), 2))
        known = self.misread.get(word)
        if known is not None and len(word) > 3 and again < _SAME_AGAIN * min(1.0, self.strength):
            return known
        rate = self.strength * faint * (_RELAPSE if known is not None else 1.0)
        damaged = "".join(self._character(c, rate, *draws[i]) for i, c in enumerate(word))
        if len(word) > 4 and self.random.random() < self.engine.split_words * self.layout:
            at = len(damaged) // 2
            damaged = f"{damaged[:at]} {damaged[at:]}"
        if damaged != word and "¶" not in word:
            self.misread[word] = damaged
        return damaged

    def _character(self, character: str, rate: float, draw: float, which: float) -> str:
        if character == "¶":
            return self._pilcrow(draw, which)
        for wrong, chance in self.readings.get(character, ()):
            draw -= min(chance * rate, 0.6)
            if draw < 0:
                return wrong
        return character

    def _pilcrow(self, draw: float, which: float) -> str:
        if draw < _FAVOURITE_PILCROW:
            return self.favourite
        return str(self.pilcrows[int(np.searchsorted(np.cumsum(self.pilcrow_shares), which))])
