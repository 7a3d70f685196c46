"""What `cablefix corpus` costs, and whether it survives: `python -m benchmarks.corpus COMMAND`.

    make N DIR          write N damaged messages of about 6 kB, one word in fifty wrong
    run DIR...          a run for each folder, process count and profile: documents a second, CPU, memory
    peers DIR           words per CPU second against symspellpy's lookup_compound, in the same process
    above DIR           documents a second that the process above the workers can read, store and put into tables
    kill DIR            kill a run at 20 random moments, resume, compare with an undisturbed run byte for byte

Each prints a table in Markdown. docs/costs.md has the figures.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from cablefix.bench.roster import make_tool
from cablefix.corpus.engines import Plan
from cablefix.corpus.run import Order, run_corpus
from cablefix.corpus.settings import Packed, Settings
from cablefix.corpus.work import pack_row, warm_up
from cablefix.profiles import load_profile

NO_WORDS = """
name = "no-words"
extends = "cable"
repairs = [{rules}]
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took: documents, wall and CPU seconds, and the memory of the process above and of each worker (MB).

    `resident` counts pages that workers share in each of them, `own` those that a worker alone has.
    """

    documents: int
    wall: float
    cpu: float
    above: float
    resident: float
    own: float


def no_words_profile(folder: Path) -> Path:
    """The cable profile without the repair of words, as a file."""
    rules = [rule for rule in load_profile("cable").repairs if not rule.startswith(("words.", "names."))]
    path = folder / "no-words.toml"
    path.write_text(NO_WORDS.format(rules=", ".join(f'"{rule}"' for rule in rules)), encoding="utf-8")
    return path


def command(source: Path, out: Path, workers: int, profile: str, to: str = "tei") -> list[str]:
    """The command line of a run."""
    options = ["--out", str(out), "-j", str(workers), "--profile", profile, "--to", to, "-q"]
    return [sys.executable, "-m", "cablefix", "corpus", str(source), *options]


def measure(source: Path, workers: int, profile: str) -> Cost:
    """Run over a folder into a temporary one."""
    documents = sum(1 for path in source.rglob("*.txt"))
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        began = time.monotonic()
        process = subprocess.Popen(command(source, Path(folder) / "out", workers, profile))
        memory = Memory(process.pid)
        memory.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        memory.stop()
    if status:
        raise SystemExit(f"the run over {source} ended with status {status}")
    return Cost(documents, wall, usage.ru_utime + usage.ru_stime, memory.above, memory.resident, memory.own)


class Memory(threading.Thread):
    """Looks every second at the memory of a process and of its children, and keeps the peaks."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.above, self.resident, self.own = pid, 0.0, 0.0, 0.0
        self._ended = threading.Event()

    def run(self) -> None:
        """Look until it is stopped."""
        while not self._ended.wait(1.0):
            resident, _ = memory_of(self.pid)
            self.above = max(self.above, resident)
            for child in children_of(self.pid):
                resident, own = memory_of(child)
                self.resident, self.own = max(self.resident, resident), max(self.own, own)

    def stop(self) -> None:
        """Stop looking."""
        self._ended.set()
        self.join()


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()] + [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            if task.name != str(pid)
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        return []


def memory_of(pid: int) -> tuple[float, float]:
    """Resident memory of a process, and what it shares with no other, in MB."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0, 0.0
    values = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines[1:]}
    return values["Rss"], values["Private_Clean"] + values["Private_Dirty"]


def print_runs(folders: list[Path], workers: list[int], profiles: list[str], turns: int) -> None:
    """Print a row for each run; of several turns the quickest."""
    print(machine())
    print("| documents | processes | profile | seconds | documents/s | per CPU second | parent MB | worker MB (own) |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        for source in folders:
            for number in workers:
                for profile in profiles:
                    path = str(no_words_profile(Path(place))) if profile == "no-words" else profile
                    cost = min((measure(source, number, path) for _ in range(turns)), key=lambda cost: cost.cpu)
                    each = cost.documents
                    print(
                        f"| {each:,} | {number} | {profile} | {cost.wall:.0f} | {each / cost.wall:.1f} | "
                        f"{each / cost.cpu:.1f} | {cost.above:.0f} | {cost.resident:.0f} ({cost.own:.0f}) |",
                        flush=True,
                    )


def machine() -> str:
    """What the figures were measured on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}; load before: {load}\n"


def print_peers(source: Path, most: int) -> None:
    """Words per CPU second of cablefix with layout, structure and TEI, and of symspellpy, on the same texts."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(source.rglob("*.txt"))[:most]]
    words = sum(len(text.split()) for text in texts)
    warm_up()
    began = time.process_time()
    for text in texts:
        pack_row("a", text.encode(), Settings(profile="cable"))
    own = words / (time.process_time() - began)
    peer = make_tool("symspellpy-compound")
    peer.prepare()
    few = texts[: max(1, most // 10)]
    began = time.process_time()
    for text in few:
        peer.correct(text)
    other = sum(len(text.split()) for text in few) / (time.process_time() - began)
    print(machine())
    print(f"cablefix, everything: {own:,.0f} words per CPU second; symspellpy lookup_compound: {other:,.0f};", end=" ")
    print(f"ratio {own / other:.1f} ({len(texts)} and {len(few)} documents)")


def canned(key: str, data: bytes, settings: object) -> Packed:
    """A row of the usual size that costs nothing: the first that was really made in this process."""
    if not _CANNED:
        _CANNED.append(pack_row(key, data, Settings(profile="cable")))
    return _CANNED[0]


_CANNED: list[Packed] = []


def print_above(source: Path) -> None:
    """Print what the process above the workers can do at most, when these take no time."""
    documents = sum(1 for _ in source.rglob("*.txt"))
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        plan = Plan(Settings(profile="cable"), workers=2, function="benchmarks.corpus:canned")
        before, began = time.process_time(), time.monotonic()
        run_corpus(Order((str(source),), Path(folder) / "out", plan))
        wall, cpu = time.monotonic() - began, time.process_time() - before
    print(machine())
    print(f"{documents} documents: {documents / wall:.0f} a second, {documents / cpu:.0f} a CPU second of that process")


def print_kills(source: Path, times: int, seed: int) -> bool:
    """Kill runs at random moments until it was done so many times; whether every result was that of a quiet run."""
    chance, killed, rounds, same = random.Random(seed), 0, 0, True
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        quiet, began = Path(folder) / "quiet", time.monotonic()
        subprocess.run(command(source, quiet, 2, "auto"), check=True)
        longest = 0.6 * (time.monotonic() - began)
        wanted = contents(quiet)
        while killed < times:
            out = Path(folder) / f"out-{rounds}"
            rounds += 1
            while True:
                process = subprocess.Popen(command(source, out, 2, "auto"))
                if killed < times:
                    try:
                        process.wait(chance.uniform(0.2, longest))
                    except subprocess.TimeoutExpired:
                        process.send_signal(signal.SIGKILL)
                        killed += 1
                        process.wait()
                        manifest = out / "manifest.jsonl"
                        done = len(manifest.read_bytes().splitlines()) if manifest.exists() else 0
                        print(f"kill {killed}: {done} documents in the manifest", flush=True)
                        torn = [
                            name for name, data in contents(out).items() if name in wanted and wrong(name, data, wanted)
                        ]
                        if torn:
                            same = False
                            print(f"half-written or different: {torn[:5]}")
                        continue
                process.wait()
                break
            found = contents(out)
            equal = found == wanted
            same = same and equal
            print(
                f"round {rounds}: {len(found)} files, {'the same byte for byte' if equal else 'DIFFERENT'}", flush=True
            )
            shutil.rmtree(out)
    print(f"{killed} kills, {'all results the same' if same else 'NOT the same'}")
    return same


def wrong(name: str, data: bytes, wanted: dict[str, bytes]) -> bool:
    """Whether an output that is there is not what it should be; the tables and the manifest grow."""
    return name.startswith("documents/") and data != wanted[name]


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a corpus, hidden ones left out; the manifest as sorted lines, for its order is that of the work."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not path.name.startswith("."):
            data = path.read_bytes()
            found[name] = b"\n".join(sorted(set(data.splitlines()))) if name == "manifest.jsonl" else data
    return found


def make(count: int, folder: Path) -> None:
    """Write so many damaged messages."""
    from benchmarks.generate.many import make_many

    for name, text in make_many(count):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["make", "run", "peers", "above", "kill"])
    parser.add_argument("arguments", nargs="+")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--profiles", nargs="*", default=["no-words", "cable"])
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--most", type=int, default=100)
    options = parser.parse_args()
    folders = [Path(name) for name in options.arguments]
    if options.command == "make":
        make(int(options.arguments[0]), folders[1])
    elif options.command == "run":
        print_runs(folders, options.workers, options.profiles, options.turns)
    elif options.command == "peers":
        print_peers(folders[0], options.most)
    elif options.command == "above":
        print_above(folders[0])
    else:
        return 0 if print_kills(folders[0], options.times, options.seed) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
