"""All tools that can be measured, by name."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Sequence

from cablefix.bench.peers import PEERS
from cablefix.bench.sets import BenchError
from cablefix.bench.tools import Cablefix, Nothing, Tool

TOOLS: dict[str, Callable[[], Tool]] = {
    "cablefix": Cablefix,
    "cablefix-faithful": lambda: Cablefix("faithful"),
    "no correction": Nothing,
    **PEERS,
}


def make_tool(name: str) -> Tool:
    """A tool by its name. Raises BenchError for a name that is not known."""
    try:
        return TOOLS[name]()
    except KeyError:
        raise BenchError(f"no tool {name!r}; there are {', '.join(TOOLS)}") from None


def choose_tools(patterns: Sequence[str]) -> list[str]:
    """The tools whose names match a pattern, in the order of the patterns."""
    chosen: dict[str, None] = {}
    for pattern in patterns:
        found = [name for name in TOOLS if fnmatch.fnmatchcase(name, pattern)]
        if not found:
            raise BenchError(f"no tool {pattern!r}; there are {', '.join(TOOLS)}")
        chosen.update(dict.fromkeys(found))
    return list(chosen)
