"""Documents done in a process of their own, with limits of time and memory: a crash is the fault of one document."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from dataclasses import dataclass
from typing import IO, Any

from cablefix.corpus.extras import CorpusError
from cablefix.corpus.messages import Fault, Orders, Request, receive, send

_START = 300.0
_LOOK = 0.5  # seconds between two looks at the clock
# One thread for each process: the work is divided by documents.
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may use: seconds, and megabytes beyond what the models take."""

    timeout: float = 60.0
    memory: int = 1024


class _Watch:
    """Ends a process that takes too long for a document.

    It is one thread for all documents of a process: to start one for each takes longer than the watching.
    """

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.overdue = False
        self._process, self._seconds = process, seconds
        self._until = math.inf
        self._lock = threading.Lock()
        threading.Thread(target=self._run, daemon=True).start()

    def __enter__(self) -> _Watch:
        self.overdue, self._until = False, time.monotonic() + self._seconds
        return self

    def __exit__(self, *reason: object) -> None:
        with self._lock:
            self._until = math.inf

    def _run(self) -> None:
        while self._process.poll() is None:
            time.sleep(min(_LOOK, self._seconds / 10))
            with self._lock:
                if time.monotonic() > self._until:
                    self.overdue = True
                    self._process.kill()


class Isolated:
    """A worker process and the way to it. One thread at a time may use it."""

    def __init__(self, function: str, limits: Limits, warm_up: str = "") -> None:
        self._orders = Orders(function, warm_up, limits.timeout, limits.memory)
        self._timeout = limits.timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._ending: weakref.finalize[[subprocess.Popen[bytes]], Isolated] | None = None
        self._watch: _Watch | None = None
        self._abandoned = False
        self._room = 0
        self._sent: Request | None = None  # what the process has already, to begin when it is ready

    def call(self, request: Request, ahead: Request | None = None) -> Any:
        """What the function gives for a document, or a `Fault`. After a crash it is tried once more in a new process.

        `ahead` is the document of the next call: the process goes on with it while what it gave for this one is put
        away.
        """
        answer = self._call(request, ahead)
        if isinstance(answer, Fault) and answer.kind == "crash" and not self._abandoned:
            answer = self._call(request, ahead)
        if isinstance(answer, Fault) and answer.kind == "memory":
            self.close()
        return answer

    def _call(self, request: Request, ahead: Request | None) -> Any:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        assert self._watch is not None
        with self._watch as watch:
            try:
                if self._sent is not request:
                    send(process.stdin, request)
                self._sent = None
                if ahead is not None and 2 * len(ahead.data) < self._room:
                    send(process.stdin, ahead)
                    self._sent = ahead
                return receive(process.stdout)
            except (EOFError, OSError):
                code = process.wait()
                self.close()
                if watch.overdue:
                    return Fault("timeout", f"{request.key}: not done after {self._timeout:g} seconds")
                return Fault("crash", f"{request.key}: ended the process that worked on it ({_say_code(code)})")

    def _started(self) -> subprocess.Popen[bytes]:
        """The process, started where there is none. Raises CorpusError when it cannot be started."""
        if self._process is not None:
            return self._process
        environment = {**os.environ, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
        command = [sys.executable, "-m", "cablefix.corpus.worker"]
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=environment
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
                said.seek(0)
                lines = said.read().decode("utf-8", "replace").splitlines()
                reason = lines[-1] if lines else _say_code(process.wait())
                _end(process)
                raise CorpusError(f"a worker process cannot start ({reason}); repair the installation") from error
            finally:
                watch.cancel()
        self._process, self._room = process, _room_of(process.stdin)
        self._watch = _Watch(process, self._timeout)
        # Where the thread that used this is gone, or the interpreter ends, nobody else ends the process.
        self._ending = weakref.finalize(self, _end, process)
        return process

    def abandon(self) -> None:
        """From another thread: end the process at once, and with it the call that waits for it."""
        self._abandoned = True
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process."""
        self._process = self._sent = None
        if self._ending is not None:
            self._ending()


def _end(process: subprocess.Popen[bytes]) -> int:
    """End a process and close the way to it; its exit code."""
    process.kill()
    code = process.wait()
    for stream in (process.stdin, process.stdout):
        # What was not sent cannot be flushed to a process that is gone.
        with contextlib.suppress(OSError):
            if stream is not None:
                stream.close()
    return code


def _room_of(pipe: IO[bytes]) -> int:
    """How many bytes can be sent without waiting for the other side, 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    import fcntl

    try:
        return fcntl.fcntl(pipe.fileno(), fcntl.F_GETPIPE_SZ)
    except OSError:
        return 0


def _say_code(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
