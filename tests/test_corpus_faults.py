"""A corpus survives what happens to it: kills at any moment, poisoned documents, a full disk, other engines."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from cablefix.corpus.engines import Plan
from cablefix.corpus.extras import CorpusError
from cablefix.corpus.isolate import Isolated, Limits
from cablefix.corpus.items import Choice
from cablefix.corpus.messages import Fault, Request
from cablefix.corpus.run import run_corpus
from cablefix.corpus.settings import Settings
from cablefix.corpus.store import Store, read_manifest
from tests.corpus_support import MISCHIEF, light, make_corpus, order, telegram, tree

pytest.importorskip("pyarrow")
duckdb = pytest.importorskip("duckdb")

DRIVER = """
import sys
from pathlib import Path
from cablefix.corpus.run import run_corpus
from tests.corpus_support import order
run_corpus(order(sys.argv[1], Path(sys.argv[2])))
"""


@pytest.fixture
def mischief(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The module `mischief` can be imported, in worker processes too."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "mischief.py").write_text(MISCHIEF, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "modules"))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_corpus(tmp_path_factory.mktemp("corpus") / "set", 60)


@pytest.fixture(scope="module")
def undisturbed(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    report = run_corpus(order(corpus, out))
    assert (report.done, report.failed) == (60, 0)
    return tree(out)


def start(corpus: Path, out: Path, root: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", DRIVER, str(corpus), str(out)]
    return subprocess.Popen(command, cwd=root, stderr=subprocess.DEVNULL)


def lines_in(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_killed_at_any_moment_it_goes_on(
    corpus: Path, undisturbed: dict[str, bytes], tmp_path: Path, root: Path
) -> None:
    """Killed at three moments, each a little after some documents are done, and resumed."""
    out, chance = tmp_path / "out", random.Random(11)
    for least in (1, 20, 50):
        process = start(corpus, out, root)
        while process.poll() is None and lines_in(out / "manifest.jsonl") < least:
            time.sleep(0.005)
        time.sleep(chance.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path in out.glob("documents/**/*.txt"):
            name = path.relative_to(out).as_posix()
            assert path.read_bytes() == undisturbed[name], "a file is there half-written"
    report = run_corpus(order(corpus, out))
    assert report.done + report.before == 60
    assert tree(out) == undisturbed


def test_number_of_workers_makes_no_difference(corpus: Path, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    made = order(corpus, tmp_path / "out")
    run_corpus(replace(made, plan=replace(made.plan, workers=1)))
    assert tree(tmp_path / "out") == undisturbed


def test_dask_gives_the_same(corpus: Path, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    report = run_corpus(replace(order(corpus, tmp_path / "out"), scheduler="local"))
    assert report.done == 60
    assert tree(tmp_path / "out") == undisturbed


def test_torn_lines_are_cut(corpus: Path, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    """What a power cut may leave at the ends of manifest and journal does no harm."""
    out = tmp_path / "out"
    few = [next(corpus.glob("box0/0000.txt"))]
    run_corpus(order(few[0], out))
    manifest = out / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes() + b'{"n": 1, "key": "se')
    (out / "journal").mkdir(exist_ok=True)
    (out / "journal" / "part-000000.jsonl").write_bytes(b'{"n":1,"out')
    report = run_corpus(order(few[0], out))
    assert (report.done, report.before) == (0, 1)
    assert [entry["key"] for entry in read_manifest(manifest)] == ["0000.txt"]
    assert not list((out / "journal").iterdir())


def test_poisoned_inputs_leave_the_others_alone(tmp_path: Path, mischief: None) -> None:
    """Crashing, hanging, eating memory, faulty, huge, binary, empty, unreadable: each recorded, the others done."""
    folder = make_corpus(tmp_path / "set", 6)
    poison = {
        "crash": b"CRASH",
        "hang": b"HANG",
        "eat": b"EAT",
        "fault": b"FAULT",
        "huge": b"NO END OF IT\n" * 200_000,
        "binary": bytes(range(256)) * 40,
        "image": b"\x89PNG\r\n\x1a\n" + bytes(200),
        "empty": b"",
    }
    for name, data in poison.items():
        (folder / f"{name}.txt").write_bytes(data)
    (folder / "gone.txt").symlink_to(tmp_path / "nowhere")
    plan = Plan(Settings("text", profile="faithful"), Limits(3, 256), 2, "mischief:work")
    made = replace(order(folder, tmp_path / "out"), plan=plan, choice=Choice(most_bytes=1 << 20))
    report = run_corpus(made)
    failed = {
        Path(entry["key"]).stem: entry["error"].partition(":")[0]
        for entry in read_manifest(tmp_path / "out" / "manifest.jsonl")
        if entry["status"] == "failed"
    }
    assert failed == {
        "crash": "crash",
        "hang": "timeout",
        "eat": "memory",
        "fault": "fault",
        "huge": "too large",
        "binary": "not text",
        "image": "unreadable",
        "gone": "unreadable",
    }
    assert (report.done, report.failed) == (7, 8)
    assert not report.whole
    rows = duckdb.sql(
        f"SELECT key, error, message FROM '{tmp_path}/out/tables/documents/*.parquet' WHERE status <> 'done'"
    )
    assert len(rows.fetchall()) == 8
    again = run_corpus(made)
    assert (again.done, again.failed, again.before, again.failed_before) == (0, 0, 15, 8)
    (folder / "crash.txt").write_text(telegram(900), encoding="utf-8")
    (folder / "hang.txt").unlink()
    (folder / "eat.txt").unlink()
    retried = run_corpus(replace(made, retry_failed=True))
    assert (retried.done, retried.failed) == (1, 5)


def test_a_document_that_waits_in_a_lost_process_is_done_in_the_next(mischief: None) -> None:
    settings = Settings("text", profile="faithful")
    crash, hang = Request("crash", b"CRASH", settings), Request("hang", b"HANG", settings)
    one, other = (Request(f"{n}.txt", telegram(n).encode(), settings) for n in (1, 2))
    worker = Isolated("mischief:work", Limits(3, 0))
    try:
        answers = [
            worker.call(request, ahead) for request, ahead in pairwise([crash, one, hang, other, None]) if request
        ]
    finally:
        worker.close()
    assert [item.kind if isinstance(item, Fault) else "done" for item in answers] == [
        "crash",
        "done",
        "timeout",
        "done",
    ]


def test_retried_documents_give_the_tables_of_an_undisturbed_run(tmp_path: Path, mischief: None) -> None:
    folder = make_corpus(tmp_path / "set", 25)
    mended, plain = light(order(folder, tmp_path / "mended")), light(order(folder, tmp_path / "plain"))
    target = folder / "box0" / "0009.txt"
    good = target.read_bytes()
    target.write_bytes(b"BAD")
    assert run_corpus(mended).failed == 1
    target.write_bytes(good)
    assert run_corpus(replace(mended, retry_failed=True)).done == 1
    assert run_corpus(plain).done == 25
    one, other = tree(mended.out), tree(plain.out)
    del one["manifest.jsonl"], other["manifest.jsonl"]
    assert one == other


def test_inputs_that_grow_and_change(tmp_path: Path, mischief: None) -> None:
    """New files get new numbers; --verify finds what has changed and what was lost, and nothing else."""
    folder, out = make_corpus(tmp_path / "set", 6), tmp_path / "out"
    made = light(order(folder, out))
    assert run_corpus(made).done == 6
    (folder / "box0" / "0000a.txt").write_text(telegram(900), encoding="utf-8")
    assert run_corpus(made).done == 1
    (folder / "box1" / "0001.txt").write_text(telegram(901), encoding="utf-8")
    (out / "documents" / "set" / "box2" / "0002.txt").unlink()
    assert run_corpus(made).done == 0
    assert run_corpus(replace(made, verify=True)).done == 2
    assert run_corpus(replace(made, verify=True)).done == 0
    rows = duckdb.sql(f"SELECT n, number FROM '{out}/tables/documents/*.parquet' ORDER BY n").fetchall()
    assert [n for n, _ in rows] == list(range(7))
    assert {number for _, number in rows} == {100, 901, 102, 103, 104, 105, 900}
    assert (out / "documents" / "set" / "box2" / "0002.txt").is_file()


def test_a_full_disk_stops_the_run_and_loses_nothing(
    tmp_path: Path, mischief: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_corpus(tmp_path / "set", 60)
    made, plain = light(order(folder, tmp_path / "out")), light(order(folder, tmp_path / "plain"))
    run_corpus(plain)
    write, left = os.write, 50

    def full(handle: int, data: memoryview) -> int:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(handle, data)

    monkeypatch.setattr("cablefix.corpus.places.os.write", full)
    with pytest.raises(OSError, match="No space left"):
        run_corpus(made)
    monkeypatch.setattr("cablefix.corpus.places.os.write", write)
    assert not list(made.out.rglob("*.tmp"))
    assert 0 < run_corpus(made).before < 60
    assert tree(made.out) == tree(plain.out)


def test_two_runs_on_one_folder_do_not_meet(tmp_path: Path) -> None:
    first, second = Store(tmp_path / "out"), Store(tmp_path / "out")
    first.open({})
    with pytest.raises(CorpusError, match="another run works on this folder"):
        second.open({})
    first.close()
    with pytest.raises(CorpusError, match="was made with --to None, now it is 'tei'"):
        second.open({"to": "tei"})
    second.close()
