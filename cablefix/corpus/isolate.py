"""Documents done in a process of their own, with limits of time and memory: a crash is the fault of one document."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any

from cablefix.corpus.extras import CorpusError
from cablefix.corpus.worker import Fault, Orders, receive, send

_START = 300.0
# One thread for each process: the work is divided by documents.
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may use: seconds, and megabytes beyond what the models take."""

    timeout: float = 60.0
    memory: int = 1024


class Isolated:
    """A worker process and the way to it. One thread at a time may use it."""

    def __init__(self, function: str, limits: Limits, warm_up: str = "") -> None:
        self._orders = Orders(function, warm_up, limits.timeout, limits.memory)
        self._timeout = limits.timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._abandoned = False

    def call(self, key: str, data: bytes, settings: object) -> Any:
        """What the function gives, or a `Fault`. After a crash it is tried once more in a new process."""
        answer = self._call(key, data, settings)
        if isinstance(answer, Fault) and answer.kind == "crash" and not self._abandoned:
            answer = self._call(key, data, settings)
        if isinstance(answer, Fault) and answer.kind == "memory":
            self.close()
        return answer

    def _call(self, key: str, data: bytes, settings: object) -> Any:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        overdue = threading.Event()

        def end() -> None:
            overdue.set()
            process.kill()

        watch = threading.Timer(self._timeout, end)
        watch.daemon = True
        watch.start()
        try:
            send(process.stdin, (key, data, settings))
            return receive(process.stdout)
        except (EOFError, OSError):
            code = process.wait()
            self.close()
            if overdue.is_set():
                return Fault("timeout", f"{key}: not done after {self._timeout:g} seconds")
            return Fault("crash", f"{key}: ended the process that worked on it ({_say_code(code)})")
        finally:
            watch.cancel()

    def _started(self) -> subprocess.Popen[bytes]:
        """The process, started where there is none. Raises CorpusError when it cannot be started."""
        if self._process is not None:
            return self._process
        environment = {**os.environ, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
        process = subprocess.Popen(
            [sys.executable, "-m", "cablefix.corpus.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        watch = threading.Timer(_START, process.kill)
        watch.daemon = True
        watch.start()
        try:
            send(process.stdin, self._orders)
            receive(process.stdout)
        except (EOFError, OSError) as error:
            code = process.wait()
            raise CorpusError(
                f"a worker process cannot start ({_say_code(code)}); does `{sys.executable} -c 'import cablefix'` run?"
            ) from error
        finally:
            watch.cancel()
        self._process = process
        return process

    def abandon(self) -> None:
        """From another thread: end the process at once, and with it the call that waits for it."""
        self._abandoned = True
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue


def _say_code(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
