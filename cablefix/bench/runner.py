"""Runs tools over sets, each tool in processes of its own, and scores what they give.

A process first corrects all its texts, timed text by text, and notes its peak memory; only then does it score. So
neither figure holds anything of the benchmark's own work but the interpreter and the texts themselves.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cablefix.bench.documents import compare_document
from cablefix.bench.edits import Judgement, judge_edits
from cablefix.bench.roster import make_tool
from cablefix.bench.sets import BenchSet, Case
from cablefix.bench.tools import Absent, Output
from cablefix.bench.views import join_lines
from cablefix.bench.words import Counts, compare_text


@dataclass(frozen=True, slots=True)
class CaseScore:
    """One text, corrected by one tool: counts, cost, broken words, verdicts on edits."""

    set: str
    case: str
    counts: Counts
    words: int
    seconds: float
    broken: tuple[str, ...] = ()
    judgements: tuple[Judgement, ...] = ()


@dataclass
class ToolRun:
    """All that a tool did: its scores, its version, the seconds it took to get ready, its peak memory in bytes.

    `absent` says why it did not run. `capped` names the sets of which it was given a sample only.
    """

    tool: str
    about: str = ""
    version: str = ""
    scores: list[CaseScore] = field(default_factory=list)
    startup: float = 0.0
    memory: int = 0
    absent: str = ""
    capped: tuple[str, ...] = ()

    def of(self, name: str) -> list[CaseScore]:
        """The scores on one set, in the order of the cases."""
        return sorted((score for score in self.scores if score.set == name), key=lambda score: score.case)


@dataclass(frozen=True, slots=True)
class _Task:
    tool: str
    cases: tuple[tuple[str, Case], ...]


def plan(tools: Sequence[str], sets: Sequence[BenchSet]) -> dict[str, int]:
    """How many texts each tool will be given."""
    return {name: sum(len(part.sample(make_tool(name).cap).cases) for part in sets) for name in tools}


def run(
    tools: Sequence[str],
    sets: Sequence[BenchSet],
    *,
    jobs: int = 2,
    advance: Callable[[str, int], None] | None = None,
) -> list[ToolRun]:
    """Runs every tool over every set. `advance` is called with a tool's name and the number of texts it finished."""
    runs = {name: ToolRun(name) for name in tools}
    tasks: list[_Task] = []
    for name in tools:
        tool = make_tool(name)
        runs[name].about = tool.about
        chosen = [(whole, whole.sample(tool.cap)) for whole in sets]
        runs[name].capped = tuple(part.name for whole, part in chosen if part is not whole)
        cases = [(part.name, case) for _, part in chosen for case in part.cases]
        tasks += [_Task(name, tuple(share)) for share in _split(cases, jobs) if share]
    context = multiprocessing.get_context("spawn")
    progress = context.SimpleQueue()
    with ProcessPoolExecutor(
        jobs, mp_context=context, max_tasks_per_child=1, initializer=_set_queue, initargs=(progress,)
    ) as pool:
        waiting: set[Future[ToolRun]] = {pool.submit(_work, task) for task in tasks}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=0.2)
                _pass_on(progress, advance)
                for future in done:
                    _merge(runs[future.result().tool], future.result())
        finally:
            # After a fault: a process that waits for its reports to be read would never end.
            waiting = {future for future in waiting if not future.cancel()}
            while waiting:
                waiting = wait(waiting, timeout=0.2).not_done
                _pass_on(progress, None)
    return [runs[name] for name in tools]


def _pass_on(progress: Any, advance: Callable[[str, int], None] | None) -> None:
    """Read what the processes have reported, so that their pipe never fills up."""
    while not progress.empty():
        name, count = progress.get()
        if advance:
            advance(name, count)


def _split(cases: Sequence[tuple[str, Case]], parts: int) -> list[list[tuple[str, Case]]]:
    """The cases in parts of about as many words; the largest are dealt out first."""
    shares: list[list[tuple[str, Case]]] = [[] for _ in range(parts)]
    sizes = [0] * parts
    for item in sorted(cases, key=lambda item: (-item[1].words, item[0], item[1].id)):
        smallest = sizes.index(min(sizes))
        shares[smallest].append(item)
        sizes[smallest] += item[1].words
    return shares


def _merge(total: ToolRun, part: ToolRun) -> None:
    total.scores += part.scores
    total.version = part.version or total.version
    total.startup = max(total.startup, part.startup)
    total.memory = max(total.memory, part.memory)
    total.absent = part.absent or total.absent


_queue: Any = None


def _set_queue(queue: Any) -> None:
    global _queue
    _queue = queue


def _report(tool: str, count: int) -> None:
    if _queue is not None:
        _queue.put((tool, count))


def _work(task: _Task) -> ToolRun:
    """What a process does: get the tool ready, correct all texts, note the memory, score."""
    tool = make_tool(task.tool)
    done = ToolRun(task.tool)
    began = _cpu_seconds()
    try:
        tool.prepare()
    except Absent as reason:
        done.absent = str(reason)
        _report(task.tool, len(task.cases))
        return done
    done.startup = _cpu_seconds() - began
    done.version = tool.version
    outputs: list[tuple[Output, float]] = []
    for name, case in task.cases:
        source = case.source
        with _naming(task.tool, name, case.id):
            began = _cpu_seconds()
            corrected = tool.correct(source)
            seconds = _cpu_seconds() - began
            outputs.append((tool.output(corrected), seconds))
    done.memory = _peak_memory()
    for (name, case), (output, seconds) in zip(task.cases, outputs, strict=True):
        with _naming(task.tool, name, case.id):
            done.scores.append(score_case(name, case, output, seconds))
        _report(task.tool, 1)
    return done


@contextmanager
def _naming(tool: str, name: str, case: str) -> Iterator[None]:
    """Adds to an error which tool it came from, and on which text."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"{tool}, on the text {case} of {name}")
        raise


def score_case(set_name: str, case: Case, output: Output, seconds: float = 0.0) -> CaseScore:
    """The score of one text. Documents get the counts of the reading text, and the HIPE counts beside them."""
    counts, broken = compare_text(case.source, output.text, case.gold)
    record = case.gold_record
    if record is not None:
        more, broken = compare_document(case.source, output.text, case.gold, record, output.record)
        counts |= more
    gold = case.gold if record is not None else join_lines(case.gold)  # a plain gold keeps the lines of its page
    judgements = judge_edits(output.view, gold, output.traces) if output.traces else []
    return CaseScore(set_name, case.id, counts, case.words, seconds, broken, tuple(judgements))


def _cpu_seconds() -> float:
    """CPU seconds of this process and of the children that it waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _peak_memory() -> int:
    """Peak resident memory in bytes of this process or of its largest child, as the kernel counts it (KiB)."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(one).ru_maxrss for one in who) * 1024


def all_judgements(scores: Iterable[CaseScore]) -> list[Judgement]:
    """The verdicts on all edits of some scores."""
    return [judgement for score in scores for judgement in score.judgements]
