"""Costs and rewards of the sequence of paragraph numbers, from `dictionaries/confusions/numbering.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import lru_cache

from cablefix.resources import DictionaryError, dictionary_path


@dataclass(frozen=True, slots=True)
class NumberCosts:
    """Costs and rewards in nats; the file says what each is for."""

    found: float
    with_portion: float
    without_portion: float
    no_break: float
    faint: float
    faint_apart: float
    faint_stopped: float
    faint_agrees: float
    listed: float
    listed_bare: float
    gap: float
    gap_each: float
    gap_on_page: float
    gap_most: float
    repeat: float
    late: float
    late_on_page: float
    late_excerpt: float
    lost: float
    misread: float
    misread_bare: float
    misread_higher: float
    other_length: float
    unknown_garble: list[float]
    garble_typed: float
    figure_typed: float
    garble_of_two: float
    speck_before: float
    symbol_before: float


@lru_cache(maxsize=1)
def number_costs() -> NumberCosts:
    """The costs of the shipped file.

    >>> number_costs().gap_on_page > number_costs().gap_each
    True

    :raises DictionaryError: when a cost is missing, or one is there that nothing asks for.
    """
    path = dictionary_path("confusions/numbering.toml")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    names = {field.name for field in fields(NumberCosts)}
    if data.keys() != names:
        raise DictionaryError(f"{path}: give each of these and nothing else: {', '.join(sorted(names))}")
    return NumberCosts(**data)
