"""The tools that can be compared, by name."""

from __future__ import annotations

from collections.abc import Callable

from cablefix.bench.sets import BenchError
from cablefix.bench.tools import Cablefix, Nothing, Tool

_TOOLS: dict[str, Callable[[], Tool]] = {
    "cablefix": Cablefix,
    "cablefix-faithful": lambda: Cablefix("faithful"),
    "cablefix-prose": lambda: Cablefix("prose"),
    "no correction": Nothing,
}


def make_tool(name: str) -> Tool:
    """A tool by its name. Raises BenchError for a name that is not known."""
    try:
        return _TOOLS[name]()
    except KeyError:
        raise BenchError(f"no tool {name!r}; known are {', '.join(_TOOLS)}") from None
