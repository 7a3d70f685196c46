"""The processes of one machine, each with a thread that feeds it, and the same work on a cluster of dask."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from cablefix.corpus.extras import CorpusError, need
from cablefix.corpus.isolate import Isolated, Limits
from cablefix.corpus.items import Item, TooLarge
from cablefix.corpus.messages import Fault, Request
from cablefix.corpus.settings import Packed, Settings
from cablefix.text import SourceError

FUNCTION = "cablefix.corpus.work:pack_row"
_WAITING = 16  # results of each process that may wait for the disk
_SHORT = 1 << 15  # bytes
WARM_UP = "cablefix.corpus.work:warm_up"


@dataclass(frozen=True, slots=True)
class Job:
    """A document to be done, with its number in the corpus and the path of its output."""

    n: int
    item: Item
    place: str = ""


Outcome = Packed | Fault


@dataclass(frozen=True, slots=True)
class Plan:
    """How documents are done: by which function, with which settings and limits, by how many processes."""

    settings: Settings = field(default_factory=Settings)
    limits: Limits = field(default_factory=Limits)
    workers: int = 2
    function: str = FUNCTION
    warm_up: str = WARM_UP


def read_item(item: Item) -> bytes | Fault:
    """The bytes of an item, or why they cannot be read."""
    try:
        return item.read()
    except TooLarge as error:
        return Fault("too large", str(error))
    except SourceError as error:
        return Fault("unreadable", str(error))
    except OSError as error:
        return Fault("unreadable", f"{item.key}: cannot be read ({error.strerror or error})")


def with_digest(outcome: Outcome, data: bytes) -> Outcome:
    """The outcome; a fault with length and digest of the bytes that it is about."""
    if isinstance(outcome, Fault):
        return replace(outcome, size=len(data), sha256=hashlib.sha256(data).hexdigest())
    return outcome


class _Feed:
    """The jobs, handed to several threads one by one."""

    def __init__(self, jobs: Iterator[Job]) -> None:
        self._jobs = jobs
        self._lock = threading.Lock()
        self.stopped = threading.Event()

    def take(self) -> Job | None:
        with self._lock:
            return None if self.stopped.is_set() else next(self._jobs, None)


Outcomes = Generator[tuple[Job, Outcome], None, None]


def run_processes(jobs: Iterator[Job], plan: Plan) -> Outcomes:
    """Do the jobs in `plan.workers` processes of this machine; results come in the order in which they are ready."""
    feed = _Feed(jobs)
    done: queue.Queue[tuple[Job, Outcome] | None] = queue.Queue(maxsize=_WAITING * plan.workers)

    def put(result: tuple[Job, Outcome] | None) -> None:
        while not feed.stopped.is_set():
            try:
                done.put(result, timeout=0.2)
                return
            except queue.Full:
                continue

    def requests() -> Iterator[tuple[Job, Request]]:
        while (job := feed.take()) is not None:
            data = read_item(job.item)
            if isinstance(data, Fault):
                put((job, data))
            else:
                yield job, Request(job.item.key, data, plan.settings)

    def serve(worker: Isolated) -> None:
        try:
            ready = requests()
            current = next(ready, None)
            while current is not None:
                job, request = current
                # Behind a long document none waits that another process may begin sooner.
                current = next(ready, None) if len(request.data) <= _SHORT else None
                answer = worker.call(request, current[1] if current else None)
                put((job, with_digest(answer, request.data)))
                current = current or next(ready, None)
        finally:
            worker.close()
            put(None)

    workers = [Isolated(plan.function, plan.limits, plan.warm_up) for _ in range(plan.workers)]
    with ThreadPoolExecutor(plan.workers) as threads:
        futures = [threads.submit(serve, worker) for worker in workers]
        try:
            left = len(workers)
            while left:
                result = done.get()
                if result is None:
                    left -= 1
                else:
                    yield result
            for future in futures:
                future.result()
        finally:
            feed.stopped.set()
            for worker in workers:
                worker.abandon()


_LOCAL = threading.local()


def isolated_row(key: str, data: bytes, plan: Plan) -> Outcome:
    """The row of a document, made in a process of its own that lives as long as the thread that calls.

    For clusters: a worker of dask, Spark or Ray calls this, and no document can take it down.
    """
    worker = getattr(_LOCAL, "worker", None)
    if worker is None or worker[0] != plan:
        if worker is not None:
            worker[1].close()
        worker = (plan, Isolated(plan.function, plan.limits, plan.warm_up))
        _LOCAL.worker = worker
    return with_digest(worker[1].call(Request(key, data, plan.settings)), data)


def run_dask(jobs: Iterator[Job], plan: Plan, scheduler: str) -> Outcomes:
    """Do the jobs on a cluster: `scheduler` is the address of a dask scheduler, or "local" for one on this machine.

    A few documents more than there are threads are on their way at any time, so memory stays flat on both sides.
    """
    distributed = need("distributed", "dask")
    options: dict[str, Any] = {"address": scheduler}
    if scheduler == "local":
        options = {"n_workers": plan.workers, "threads_per_worker": 1, "dashboard_address": None}
    try:
        client = distributed.Client(**options)
    except (OSError, ValueError) as error:
        raise CorpusError(f"{scheduler}: no dask scheduler answers ({error}); check the address") from error
    try:
        yield from _run_client(distributed, client, jobs, plan)
    finally:
        client.close()
        if scheduler == "local" and client.cluster is not None:
            client.cluster.close()


def _run_client(distributed: Any, client: Any, jobs: Iterator[Job], plan: Plan) -> Iterator[tuple[Job, Outcome]]:
    running: dict[Any, Job] = {}
    ready = distributed.as_completed(with_results=True, raise_errors=False)

    def fill() -> Iterator[tuple[Job, Outcome]]:
        most = 2 * max(1, sum(client.nthreads().values())) + 2
        while len(running) < most and (job := next(jobs, None)) is not None:
            data = read_item(job.item)
            if isinstance(data, Fault):
                yield job, data
                continue
            future = client.submit(isolated_row, job.item.key, data, plan, pure=False, retries=2)
            running[future] = job
            ready.add(future)

    yield from fill()
    while running:
        future, result = next(ready)
        job = running.pop(future)
        if future.status != "finished":
            error = result[1] if isinstance(result, tuple) else result
            result = Fault("crash", f"{job.item.key}: the cluster gave it up ({error})"[:500])
        yield job, result
        future.release()
        yield from fill()
