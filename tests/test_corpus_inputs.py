"""The inputs of a corpus: every kind gives its documents in an order of its own, and says what cannot be read."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from cablefix.corpus.extras import CorpusError
from cablefix.corpus.inputs import open_inputs
from cablefix.corpus.items import Choice
from cablefix.corpus.places import output_place, safe_place
from cablefix.text import SourceError

TEXTS = {"a/2.txt": b"two", "a/10.txt": b"ten", "b.txt": b"bee", ".hidden": b"no", "a/picture.png": b"\x89PNG"}


def contents(*inputs: str | Path, choice: Choice | None = None) -> dict[str, bytes]:
    """Keys and bytes in order, an error as its message; the counts must agree with what comes."""
    found: dict[str, bytes] = {}
    for collection in open_inputs([str(name) for name in inputs], choice or Choice()):
        number = 0
        for item in collection.items():
            number += 1
            try:
                found[item.key] = item.read()
            except SourceError as error:
                found[item.key] = f"error: {error}".encode()
        assert collection.count() in (None, number) or "error" in repr(found)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in TEXTS.items():
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "set"


def test_a_folder(folder: Path) -> None:
    choice = Choice(patterns=("*.txt",))
    assert list(contents(folder)) == ["set/a/10.txt", "set/a/2.txt", "set/a/picture.png", "set/b.txt"]
    assert contents(folder, choice=choice) == {"set/a/10.txt": b"ten", "set/a/2.txt": b"two", "set/b.txt": b"bee"}


def test_names_that_are_no_text(tmp_path: Path) -> None:
    """A file of an old system whose name is no UTF-8."""
    (tmp_path / "set").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/set/caf\xe9.txt")).write_bytes(b"coffee")
    assert contents(tmp_path / "set") == {"set/caf\\udce9.txt": b"coffee"}


def test_a_pattern_and_a_file(folder: Path) -> None:
    assert contents(f"{folder}/**/*.txt") == {"set/a/10.txt": b"ten", "set/a/2.txt": b"two", "set/b.txt": b"bee"}
    assert contents(folder / "b.txt") == {"b.txt": b"bee"}
    assert contents(folder / "b.txt", folder / "b.txt") == {"b.txt": b"bee", "b.txt-2": b"bee"}


def test_archives(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for name, data in TEXTS.items():
            archive.writestr(name, data)
    with tarfile.open(tmp_path / "set.tar.gz", "w:gz") as packed:
        packed.add(folder, arcname=".")
    wanted = {"a/2.txt", "a/10.txt", "b.txt"}
    choice = Choice(patterns=("*.txt",))
    assert set(contents(tmp_path / "set.zip", choice=choice)) == {f"set.zip/{name}" for name in wanted}
    assert contents(tmp_path / "set.tar.gz", choice=choice)["set.tar.gz/a/10.txt"] == b"ten"


def test_damaged_archives_say_so(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as packed:
        for number in range(3):
            info = tarfile.TarInfo(f"{number}.txt")
            info.size = 100_000
            packed.addfile(info, io.BytesIO(bytes(100_000)))
    (tmp_path / "cut.tar.gz").write_bytes(out.getvalue()[:200])
    found = contents(tmp_path / "broken.zip", tmp_path / "cut.tar.gz")
    assert b"this zip archive cannot be read" in found["broken.zip"]
    assert b"cannot be read further" in found["cut.tar.gz#end"]


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "74 QUITO 107", "text": "one"}),
        json.dumps({"text": "two"}),
        '{"text": ',
        json.dumps({"id": "x", "body": "three"}),
        "",
    ]
    (tmp_path / "set.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "set.jsonl.gz").write_bytes(gzip.compress(lines[0].encode()))
    found = contents(tmp_path / "set.jsonl")
    assert found["set.jsonl/000000/74 QUITO 107"] == b"one"
    assert found["set.jsonl/000000/000000002"] == b"two"
    assert b"line 3 is not valid JSON" in found["set.jsonl/000000003"]
    assert b"no column 'text'; name the column with --text-column" in found["set.jsonl/000000/x"]
    assert contents(tmp_path / "set.jsonl.gz") == {"set.jsonl.gz/000000/74 QUITO 107": b"one"}


def test_parquet(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = arrow.table({"id": [7, 8], "ocr": ["seven", None]})
    parquet.write_table(table, tmp_path / "set.parquet")
    found = contents(tmp_path / "set.parquet", choice=Choice(text_column="ocr"))
    assert found["set.parquet/000000/7"] == b"seven"
    assert b"no text in column 'ocr'" in found["set.parquet/000000/8"]
    assert b"has no column 'text', but id, ocr" in contents(tmp_path / "set.parquet")["set.parquet"]


def test_urls() -> None:
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    for name, data in TEXTS.items():
        system.pipe_file(f"/bucket/set/{name}", data)
    system.pipe_file("/bucket/set.jsonl", b'{"id": "one", "text": "1"}\n')
    choice = Choice(patterns=("*.txt",))
    assert set(contents("memory://bucket/set", choice=choice)) == {"set/a/10.txt", "set/a/2.txt", "set/b.txt"}
    assert contents("memory://bucket/set/a/*.txt") == {"a/10.txt": b"ten", "a/2.txt": b"two"}
    assert contents("memory://bucket/set.jsonl") == {"set.jsonl/000000/one": b"1"}
    assert contents("memory://bucket/set/b.txt") == {"b.txt": b"bee"}
    with pytest.raises(CorpusError, match="there is no such file"):
        open_inputs(["memory://bucket/nothing.txt"], Choice())


def test_too_large_is_told_before_it_is_read(folder: Path) -> None:
    assert b"longer than 0 MB" in contents(folder, choice=Choice(("b.txt",), most_bytes=2))["set/b.txt"]


def test_nothing_there() -> None:
    with pytest.raises(CorpusError, match=r"nowhere: there is no such file or folder"):
        open_inputs(["nowhere"], Choice())
    with pytest.raises(CorpusError, match=r"no file matches"):
        open_inputs(["nowhere/*.txt"], Choice())


@pytest.mark.parametrize(
    "key, place",
    [
        ("/etc/passwd", "etc/passwd"),
        ("../../up.txt", "_/_/up.txt"),
        ("a\\b\x00c", "a/b_c"),
        ("", "_"),
        ("74 QUITO 107", "74 QUITO 107"),
    ],
)
def test_places_stay_inside(key: str, place: str) -> None:
    assert safe_place(key) == place


def test_long_names_are_cut_and_stay_apart() -> None:
    one, other = safe_place("x" * 300), safe_place("x" * 299 + "y")
    assert one != other
    assert len(one) < 200
    assert output_place(".txt", ".xml") == ".txt.xml"
