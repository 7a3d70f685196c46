"""The examples of docs/cluster.md run as they stand there, in Spark and Ray where they are installed."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.corpus_support import telegram

COLUMNS = ["key", "status", "error", "message", "output", "row"]


def example(root: Path, place: int) -> dict[str, Any]:
    """What an example of the page defines."""
    page = (root / "docs" / "cluster.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 3
    found: dict[str, Any] = {}
    exec(compile(blocks[place], "docs/cluster.md", "exec"), found)
    return found


@pytest.fixture(scope="module")
def texts() -> dict[str, list[str]]:
    return {"key": ["one", "two", "bad"], "text": [telegram(107), telegram(108), "\x00\x01\x02" * 50]}


def check(rows: list[dict[str, Any]]) -> None:
    by_key = {row["key"]: row for row in rows}
    assert {key: row["status"] for key, row in by_key.items()} == {"one": "done", "two": "done", "bad": "failed"}
    assert by_key["bad"]["error"] == "not text"
    assert bytes(by_key["one"]["output"]).startswith(b"<?xml")
    assert json.loads(by_key["two"]["row"])["number"] == 108


def test_frames_as_spark_gives_them(root: Path, texts: dict[str, list[str]]) -> None:
    pandas = pytest.importorskip("pandas", reason="the example for Spark uses pandas")
    frames = list(example(root, 0)["restore_frames"](iter([pandas.DataFrame(texts)])))
    assert list(frames[0].columns) == COLUMNS
    check(frames[0].to_dict("records"))


def test_batches_as_ray_gives_them(root: Path, texts: dict[str, list[str]]) -> None:
    batch = example(root, 1)["restore_batch"]({name: np.array(column) for name, column in texts.items()})
    check([dict(zip(COLUMNS, row, strict=True)) for row in zip(*(batch[name] for name in COLUMNS), strict=True)])


def test_a_plan_of_its_own(root: Path) -> None:
    assert example(root, 2)["row"]["status"] == "done"


def write_texts(path: Path, texts: dict[str, list[str]]) -> str:
    arrow = pytest.importorskip("pyarrow")
    pytest.importorskip("pyarrow.parquet").write_table(arrow.table(texts), path)
    return str(path)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_spark(root: Path, texts: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sql = pytest.importorskip("pyspark.sql", reason="Spark is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    source = write_texts(tmp_path / "in.parquet", texts)
    spark = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        example(root, 0)["restore_with_spark"](spark, source, str(tmp_path / "out"))
        check([row.asDict() for row in spark.read.parquet(str(tmp_path / "out")).collect()])
    finally:
        spark.stop()


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_ray(root: Path, texts: dict[str, list[str]], tmp_path: Path) -> None:
    ray = pytest.importorskip("ray", reason="Ray is not installed")
    source = write_texts(tmp_path / "in.parquet", texts)
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    try:
        example(root, 1)["restore_with_ray"](source, str(tmp_path / "out"))
        check(ray.data.read_parquet(str(tmp_path / "out")).take_all())
    finally:
        ray.shutdown()
