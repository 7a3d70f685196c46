"""A run over a corpus: what is not yet done is done, brought to the disk, and put into tables."""

from __future__ import annotations

import hashlib
import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cablefix.corpus.engines import Job, Outcome, Plan, read_item, run_dask, run_processes
from cablefix.corpus.extras import CorpusError, OrderError, need
from cablefix.corpus.inputs import open_inputs
from cablefix.corpus.items import Choice, Collection, Item
from cablefix.corpus.messages import Fault
from cablefix.corpus.places import output_place, short_digest
from cablefix.corpus.settings import SUFFIXES
from cablefix.corpus.store import DOCUMENTS, PART, Result, Store, key_code, read_manifest
from cablefix.corpus.tables import finish_part

# So many results, or so many seconds, and what is there is brought to the disk.
_BATCH = 32
_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is to do: inputs, folder, how, and what of what is already there is to be done again.

    `scheduler` is the address of a dask scheduler, "local" for a dask cluster on this machine, empty for processes.
    """

    inputs: tuple[str, ...]
    out: Path
    plan: Plan = field(default_factory=Plan)
    choice: Choice = field(default_factory=Choice)
    scheduler: str = ""
    retry_failed: bool = False
    verify: bool = False
    part: int = PART


@dataclass(slots=True)
class Report:
    """What a run did. `before` were done or had failed before it, `repeated` keys were among the inputs twice."""

    done: int = 0
    failed: int = 0
    before: int = 0
    failed_before: int = 0
    repeated: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether every document of the corpus is done."""
        return not self.failed and not self.failed_before


Told = Callable[[int], None]
Started = Callable[[int | None], None]
_MOST_FAULTS = 20


def count_inputs(collections: Iterable[Collection]) -> int | None:
    """How many documents there are; None where an input cannot tell."""
    total = 0
    for collection in collections:
        number = collection.count()
        if number is None:
            return None
        total += number
    return total


def run_corpus(order: Order, tell: Told = lambda number: None, start: Started = lambda total: None) -> Report:
    """Run over a corpus. `start` is told how many documents there are, `tell` of each number that is through.

    Raises CorpusError for inputs and folders that cannot be used, OSError when the disk is full or gone. Whatever
    ends it, the next run goes on from there.
    """
    need("pyarrow")
    collections = open_inputs(order.inputs, order.choice)
    _keep_apart(order)
    store = Store(order.out, order.part)
    report, began = Report(), time.monotonic()
    try:
        store.open(order.plan.settings.to_json())
        start(count_inputs(collections))
        _run(order, store, collections, report, tell)
    finally:
        store.close()
    report.seconds = time.monotonic() - began
    return report


def _keep_apart(order: Order) -> None:
    """Raise OrderError where an input folder holds the folder of outputs, which would then be read as documents."""
    out = order.out.resolve()
    for name in order.inputs:
        if "://" not in name and Path(name).is_dir() and out.is_relative_to(Path(name).resolve()):
            raise OrderError(f"{order.out}: lies inside the input {name}; give a folder outside with --out")


def _run(order: Order, store: Store, collections: Sequence[Collection], report: Report, tell: Told) -> None:
    jobs = _jobs(order, store, collections, report, tell)
    outcomes = run_dask(jobs, order.plan, order.scheduler) if order.scheduler else run_processes(jobs, order.plan)
    with ThreadPoolExecutor(1) as tables:
        finishing: dict[int, Future[None]] = {}
        waiting: list[Result] = []
        last = time.monotonic()
        try:
            for job, outcome in outcomes:
                waiting.append(_result(job, outcome))
                if len(waiting) >= _BATCH or time.monotonic() - last > _SECONDS:
                    _commit(store, waiting, report, tell)
                    _finish_whole(store, {result.n // store.part for result in waiting}, tables, finishing)
                    waiting, last = [], time.monotonic()
        finally:
            # After an interruption too: what is ready is not thrown away.
            outcomes.close()
            if waiting:
                _commit(store, waiting, report, tell)
        for part in store.journals():
            if part not in finishing:
                finishing[part] = tables.submit(finish_part, store, part)
        for future in finishing.values():
            future.result()


def _jobs(order: Order, store: Store, collections: Sequence[Collection], report: Report, tell: Told) -> Iterator[Job]:
    """The documents that are to be done, in the order of the inputs."""
    digests = _digests(store) if order.verify else {}
    places = _Places(SUFFIXES[order.plan.settings.to])
    seen: set[int] = set()
    number = itertools.count()
    for item in (item for collection in collections for item in collection.items()):
        code = key_code(item.key)
        if code in seen:
            report.repeated += 1
            tell(1)
            continue
        seen.add(code)
        here, output = next(number), places.of(item.key)
        status = store.status(item.key)
        if status and not _again(item, status, order, store, digests.get(code)):
            report.before += 1
            report.failed_before += status == "failed"
            tell(1)
            continue
        yield Job(store.number(item.key, here), item, output)


def _again(item: Item, status: str, order: Order, store: Store, digests: tuple[str, str, str] | None) -> bool:
    """Whether a document that the manifest has is to be done again."""
    if status == "failed" and order.retry_failed:
        return True
    if digests is None:
        return False
    data = read_item(item)
    if isinstance(data, Fault):
        return status == "done"
    sha256, place, output = digests
    if hashlib.sha256(data).hexdigest() != sha256:
        return True
    if not place:
        return False
    try:
        return hashlib.sha256((store.root / place).read_bytes()).hexdigest() != output
    except OSError:
        return True


def _digests(store: Store) -> dict[int, tuple[str, str, str]]:
    """Digest of the input, path and digest of the output of each document, for --verify."""
    return {
        key_code(entry["key"]): (entry.get("sha256", ""), entry.get("output", ""), entry.get("output_sha256", ""))
        for entry in read_manifest(store.manifest)
    }


class _Places:
    """Paths of outputs, given in the order of the inputs; one that another key has gets a digest of the key."""

    def __init__(self, suffix: str) -> None:
        self._suffix = suffix
        self._taken: set[int] = set()

    def of(self, key: str) -> str:
        if not self._suffix:
            return ""
        place = f"{DOCUMENTS}/{output_place(key, self._suffix)}"
        if key_code(place) in self._taken:
            place = f"{place.removesuffix(self._suffix)}-{short_digest(key)}{self._suffix}"
        self._taken.add(key_code(place))
        return place


def _result(job: Job, outcome: Outcome) -> Result:
    if not isinstance(outcome, Fault):
        return Result(job.n, job.item.key, job.place, *outcome)
    if outcome.kind == "settings":
        raise CorpusError(outcome.message)
    row: dict[str, Any] = {
        "key": job.item.key,
        "status": "failed",
        "bytes": outcome.size,
        "sha256": outcome.sha256 or None,
        "error": outcome.kind,
        "message": outcome.message,
    }
    line = json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Result(job.n, job.item.key, "", b"", line, outcome.sha256, error=_told(job.item.key, outcome))


def _told(key: str, fault: Fault) -> str:
    """A fault for a message that stands by itself: with the whole key, where what is told names the file alone."""
    name = key.rpartition("/")[2]
    rest = fault.message.removeprefix(name) if fault.message.startswith((f"{name}:", f"{name},")) else ""
    return f"{fault.kind}: {key}{rest}" if rest else f"{fault.kind}: {fault.message}"


def _commit(store: Store, results: Sequence[Result], report: Report, tell: Told) -> None:
    store.commit(results)
    for result in results:
        if result.error:
            report.failed += 1
            if len(report.faults) < _MOST_FAULTS:
                report.faults.append(result.error)
        else:
            report.done += 1
    tell(len(results))


def _finish_whole(
    store: Store, parts: set[int], tables: ThreadPoolExecutor, finishing: dict[int, Future[None]]
) -> None:
    """Begin the tables of the parts that have become whole."""
    for part in parts:
        if store.committed[part] == store.part and part not in finishing:
            finishing[part] = tables.submit(finish_part, store, part)
    for future in finishing.values():
        if future.done():
            future.result()
