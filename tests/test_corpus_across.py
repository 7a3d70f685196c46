"""What a corpus knows and its documents do not; the questions, the page, the command line."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from lxml import html

from cablefix.cli import main
from cablefix.corpus.columns import ACROSS, TABLES
from cablefix.corpus.duplicates import near_pairs
from cablefix.corpus.names import usual_spellings
from cablefix.corpus.references import read_reference
from cablefix.corpus.sequences import Message, faults_in, rising
from cablefix.corpus.settings import Settings
from cablefix.corpus.sketch import similarity, sketch
from cablefix.errors import ExitCode
from tests.corpus_support import telegram

duckdb = pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")


def call(*words: object) -> Result:
    return CliRunner().invoke(main, ["corpus", *map(str, words)])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty telegrams of one post; among them a misread number, a misspelled name, a copy, a second OCR run."""
    folder = tmp_path_factory.mktemp("across")
    texts = {f"{n:02d}": telegram(200 + 3 * n, 1 + n // 2, ref=f"REYKJAVIK {200 + 3 * n - 3:04d}") for n in range(30)}
    texts["12"] = telegram(8236, 7, ref="QUITO 0107")
    texts["20"] = telegram(260, 11, name="BRANSDSON")
    texts["copy"] = texts["03"]
    texts["second-run"] = texts["07"].replace("TRAWLER", "TRAWIER").replace("FUEL", "FUBL")
    texts["nothing"] = "\x00\x01\x02\x03\x04\x05\x06\x07" * 40
    (folder / "set").mkdir()
    for name, text in texts.items():
        (folder / "set" / f"{name}.txt").write_text(text, encoding="utf-8")
    result = call(folder / "set", "--out", folder / "out", "-j", 2, "--across", "--profile", "faithful")
    assert result.exit_code == ExitCode.INCOMPLETE, result.output
    assert "33 documents" not in result.output
    assert "failed: not text: set/nothing.txt: is no text" in result.output
    return folder / "out"


def rows(corpus: Path, sql: str) -> list[tuple[object, ...]]:
    result = call("query", corpus, "--sql", sql, "--format", "json")
    assert result.exit_code == 0, result.output
    return [tuple(row.values()) for row in json.loads(result.stdout)]


def test_columns_are_as_documented(corpus: Path, root: Path) -> None:
    page = (root / "docs" / "corpus.md").read_text(encoding="utf-8")
    for name, columns in {**TABLES, **ACROSS}.items():
        found = [row[0] for row in rows(corpus, f'DESCRIBE "{name}"')]
        assert found == [column.name for column in columns]
        for column in columns:
            assert f"| `{column.name}` | {column.kind} | {column.about} |" in page, f"{name}.{column.name}"


def test_numbers_that_do_not_rise(corpus: Path) -> None:
    found = rows(corpus, "SELECT key, fault, lowest, highest FROM sequences")
    assert found == [("set/12.txt", "out of order", 239, 242)]


def test_references_are_resolved(corpus: Path) -> None:
    found = dict(rows(corpus, "SELECT key, target_key FROM \"references\" WHERE status IN ('found', 'several')"))
    assert found["set/09.txt"] == "set/08.txt"
    assert "set/13.txt" not in found, "what it refers to has a misread number"
    assert rows(corpus, "SELECT status FROM \"references\" WHERE key = 'set/12.txt'") == [("absent",)]


def test_names_spelled_otherwise(corpus: Path) -> None:
    assert rows(corpus, "SELECT variant, usual, key FROM names") == [("bransdson", "brandsson", "set/20.txt")]


def test_duplicates(corpus: Path) -> None:
    names = "SELECT d.key, d.kind, o.key AS other FROM duplicates AS d JOIN documents AS o ON o.n = d.of"
    found = {key: (kind, of) for key, kind, of in rows(corpus, names)}
    assert found["set/copy.txt"] == ("same bytes", "set/03.txt")
    near = rows(corpus, "SELECT kind, similarity FROM duplicates WHERE key = 'set/second-run.txt'")
    assert near[0][0] == "near"
    assert 0.5 <= float(str(near[0][1])) < 1


@pytest.mark.parametrize("name", ["documents", "posts", "repairs", "rules", "doubtful", "checks", "failed"])
@pytest.mark.parametrize("chosen", [(), ("--post", "reykjavik", "--since", "1974-03-02", "--until", "1974-03-05")])
def test_questions(corpus: Path, name: str, chosen: Sequence[str]) -> None:
    result = call("query", corpus, name, *chosen)
    assert result.exit_code == 0, result.output
    found = list(csv.DictReader(io.StringIO(result.stdout)))
    if name == "documents" and chosen:
        assert {row["time"][:10] for row in found} == {f"1974-03-0{day}" for day in range(2, 6)}
    if name == "failed" and not chosen:
        assert [(row["key"], row["error"]) for row in found] == [("set/nothing.txt", "not text")]


def test_questions_across(corpus: Path, tmp_path: Path) -> None:
    for name in ACROSS:
        assert call("query", corpus, name, "--format", "table").exit_code == 0
    result = call("query", corpus, "--sql", "SELECT nothing FROM documents")
    assert result.exit_code == ExitCode.USAGE
    assert "the query cannot be answered" in result.output
    assert call("query", corpus).exit_code == ExitCode.USAGE
    assert call("query", corpus, "weather").exit_code == ExitCode.USAGE
    assert call("query", corpus, "documents", "--since", "March").exit_code == ExitCode.USAGE
    assert "has no tables" in call("query", tmp_path, "documents").output


def test_the_pass_is_deterministic(corpus: Path) -> None:
    before = {path: path.read_bytes() for path in [*corpus.glob("across/*"), corpus / "summary.html"]}
    assert call("across", corpus, "-q").exit_code == 0
    assert {path: path.read_bytes() for path in before} == before


def test_the_page(corpus: Path) -> None:
    text = (corpus / "summary.html").read_text(encoding="utf-8")
    page = html.fromstring(text)
    assert "http" not in text.replace("http://www.w3.org", "")
    assert [link for link in page.xpath("//a/@href") if not (corpus / link).is_file()] == []
    assert page.xpath("//svg")
    heads = [head.text_content() for head in page.xpath("//h2")]
    assert heads[-2:] == ["Not restored", "Across documents"]


def test_a_run_needs_a_folder_outside_of_its_input(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The tug left.", encoding="utf-8")
    result = call(tmp_path, "--out", tmp_path / "out")
    assert result.exit_code == ExitCode.USAGE
    assert "lies inside the input" in result.output
    assert call("nowhere", "--out", tmp_path / "out").exit_code == ExitCode.INPUT
    assert call(tmp_path).exit_code == ExitCode.USAGE


def test_a_full_disk_is_told_with_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("cablefix.corpus.run.run_corpus", full)
    result = call(tmp_path, "--out", tmp_path.with_name("elsewhere"))
    assert result.exit_code == ExitCode.OUTPUT
    assert "the same command goes on from there" in result.output
    assert f"{tmp_path.with_name('elsewhere')}: No space left" in result.output


def test_a_list_of_words_goes_along(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.txt").write_text("The tug Ravnkeil left for the northern fjord.", encoding="utf-8")
    words = tmp_path / "corrections.tsv"
    words.write_text("pattern\treplacement\nRavnkeil\tRavnkell\n", encoding="utf-8")
    made = call(
        tmp_path / "set", "--out", tmp_path / "out", "--to", "text", "--dictionary", words, "--profile", "prose"
    )
    assert made.exit_code == 0, made.output
    assert "Ravnkell" in (tmp_path / "out" / "documents" / "set" / "a.txt").read_text(encoding="utf-8")


def test_lists_of_one_name_are_told_apart(tmp_path: Path) -> None:
    paths = [tmp_path / folder / "words.txt" for folder in "abc"]
    for path in paths:
        path.parent.mkdir()
        path.write_text(f"{path.parent.name}\n", encoding="utf-8")
    settings = Settings(dictionaries=tuple(map(str, paths)))
    before = settings.to_json()
    assert list(before["own files"]) == ["words.txt", "words.txt/2", "words.txt/3"]
    paths[0].write_text("changed\n", encoding="utf-8")
    assert settings.to_json() != before


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    result = call(tmp_path, "--out", tmp_path.with_name("elsewhere"))
    assert result.exit_code == ExitCode.INPUT
    assert "pip install 'cablefix[corpus]'" in result.output


def test_rising_is_a_longest_one() -> None:
    assert rising([]) == []
    assert [[5, 1, 2, 9, 3, 4][place] for place in rising([5, 1, 2, 9, 3, 4])] == [1, 2, 3, 4]


def test_messages_that_cross_on_the_way_are_in_order() -> None:
    numbers = [(10, 100), (11, 104), (12, 102), (13, 110), (14, 111), (15, 112)]
    messages = [Message(n, str(n), number, datetime(1974, 3, day)) for n, (day, number) in enumerate(numbers)]
    assert list(faults_in(messages)) == []


def test_a_number_used_twice_is_told_for_both() -> None:
    messages = [Message(n, str(n), 100, datetime(1974, 3, 1 + n)) for n in range(2)]
    assert [fault for _, fault, _ in faults_in(messages)] == ["used twice", "used twice"]


@pytest.mark.parametrize("text", ["EMBTEL OF MARCH 3", "HALL/DOE TELCON", "", "1107", "LETTER OF 3/4/74"])
def test_what_names_no_message(text: str) -> None:
    assert read_reference(text) is None


def test_names_that_differ_at_the_end_are_two_names() -> None:
    assert usual_spellings({"orlov": 50, "orlova": 1, "orlow": 1, "oorlov": 1}) == {"oorlov": "orlov"}


def test_sketches_find_near_texts_and_no_others() -> None:
    random = np.random.default_rng(3)
    words = [f"w{number}" for number in range(2000)]
    texts = [list(random.choice(words, 400)) for _ in range(300)]
    for place in range(100):
        copy = list(texts[place])
        for at in random.choice(400, 20, replace=False):
            copy[at] = "damaged"
        texts.append(copy)
    sketches = [sketch(" ".join(text)) for text in texts]
    table = np.array([found for found in sketches if found is not None])
    assert len(table) == 400
    pairs = {(min(one, other), max(one, other)) for one, other, _ in near_pairs(table)}
    wanted = {(place, 300 + place) for place in range(100)}
    assert pairs <= wanted
    assert len(pairs) >= 95
    assert similarity(table[0], table[1]) < 0.1
