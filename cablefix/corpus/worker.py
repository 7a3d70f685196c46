"""A process that does one document after the other: `python -m cablefix.corpus.worker`.

It is a process of its own, started from the command line and not forked, so that a document that crashes, hangs or
eats memory takes nothing with it, whatever runs above: a process of this machine, a worker of dask, an executor of
Spark. It ends when its standard input does, so none is left over when the process above is killed.

It is sent `Orders` first, then one (key, data, settings) after the other. It answers "ready", then for each document
what the function gave, or a `Fault`.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from cablefix.corpus.messages import Fault, Orders, receive, send

# Seconds beyond the time limit after which the system ends a process whose parent did not.
_GRACE = 15
# By name: the modules of these classes load much that not every function needs.
_KINDS = {
    "ProfileError": "settings",
    "DictionaryError": "settings",
    "TooLarge": "too large",
    "NotText": "not text",
    "SourceError": "unreadable",
}


def load(name: str) -> Callable[..., Any]:
    """The function that "module:function" names."""
    module, _, attribute = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), attribute)
    return found


def main() -> None:
    """Serve until standard input ends."""
    requests = sys.stdin.buffer
    # What anything else prints must not come among the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders: Orders = receive(requests)
    _offer_to_the_killer()
    function = load(orders.function)
    if orders.warm_up:
        load(orders.warm_up)()
    _spare_the_collector()
    _limit_memory(orders.memory)
    send(answers, "ready")
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
        os.dup2(nowhere.fileno(), sys.stderr.fileno())
    alarm = getattr(signal, "alarm", lambda seconds: None)
    while True:
        try:
            key, data, settings = receive(requests)
        except EOFError:
            return
        alarm(int(orders.timeout) + _GRACE)
        answer = attempt(function, key, data, settings)
        alarm(0)
        send(answers, answer)
        if isinstance(answer, Fault) and answer.kind == "memory":
            return


def attempt(function: Callable[..., Any], key: str, data: bytes, settings: object) -> Any:
    """What the function gives for a document, or the fault. Only what ends the process gets past this."""
    try:
        return function(key, data, settings)
    except MemoryError:
        return Fault("memory", f"{key}: needs more memory than --memory allows")
    # What a fault in a rule or a writer raises. It is a bug of ours, and the other documents must go on.
    except (ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError) as error:
        return Fault("fault", _describe(key, error))
    except (TypeError, ValueError) as error:
        for kind in type(error).__mro__:
            if kind.__name__ in _KINDS:
                return Fault(_KINDS[kind.__name__], str(error))
        return Fault("fault", _describe(key, error))


def _describe(key: str, error: Exception) -> str:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}" if place else ""
    return f"{key}: {type(error).__name__} at {where}: {error}"[:500]


def _spare_the_collector() -> None:
    """Keep the garbage collector from walking the models again and again: they stay. Saves a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _limit_memory(megabytes: int) -> None:
    """Let the process have so much memory beyond what it has now, where the system has such limits."""
    if not megabytes or sys.platform == "win32":
        return
    import resource

    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            now = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + (megabytes << 20),) * 2)
    except (OSError, ValueError):
        return


def _offer_to_the_killer() -> None:
    """Where Linux runs out of memory it should end a worker, which is started again, and not the process above."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("500")
    except OSError:
        return


if __name__ == "__main__":
    main()
