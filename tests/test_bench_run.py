"""Sets are read where they lie, runs repeat, the gate catches a loss, the report stands alone."""

from __future__ import annotations

import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cablefix.bench import gate
from cablefix.bench.command import bench
from cablefix.bench.markdown import markdown_tables
from cablefix.bench.page import report_page
from cablefix.bench.peers import PEERS, _need
from cablefix.bench.results import results
from cablefix.bench.roster import choose_tools, make_tool
from cablefix.bench.runner import run
from cablefix.bench.sets import BenchError, BenchSet, find_sets, own_sets, read_published
from cablefix.bench.tools import Absent
from cablefix.bench.wrapper import carry_case, correct_runs, correct_words
from cablefix.errors import ExitCode

DAMAGED = {
    "one": (
        "Tbe tug left at noon .\nIt was towed into tbe har-\nbor at Vigo.\n",
        "The tug left at noon. It was towed into the harbor at Vigo.",
    ),
    "two": ("All hands ( nine men ) were saved.\n", "All hands (nine men) were saved."),
    "three": ("The master stayed on board.\n", "The master stayed on board."),
}


@pytest.fixture
def words_set(tmp_path: Path) -> Path:
    folder = tmp_path / "harbor"
    folder.mkdir()
    for name, (damaged, gold) in DAMAGED.items():
        (folder / f"{name}.ocr.txt").write_text(damaged, encoding="utf-8")
        (folder / f"{name}.gt.txt").write_text(gold, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def small(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Results of three tools on two of our documents in two versions."""
    chosen = ("own-print", "own-B-1.5")
    sets = [
        BenchSet(s.name, s.kind, s.cases[:3], s.about, s.track, own=True)
        for s in own_sets(root / "benchmarks")
        if s.name in chosen
    ]
    return results(sets, run(["cablefix", "no correction", "symspellpy-1"], sets))


def test_a_set_is_found_by_itself_and_among_others(words_set: Path) -> None:
    (alone,) = find_sets(words_set)
    (among,) = find_sets(words_set.parent, {"harbor": {"evaluate_only": True, "about": "tugs"}})
    assert (alone.name, alone.kind, [case.id for case in alone.cases]) == ("harbor", "words", ["one", "three", "two"])
    assert among.evaluate_only
    assert among.about == "tugs"
    assert among.digest == alone.digest


def test_a_reading_text_is_a_second_gold(words_set: Path) -> None:
    for name, (_, gold) in DAMAGED.items():
        (words_set / f"{name}.recon.txt").write_text(gold, encoding="utf-8")
    first, second = find_sets(words_set)
    assert (first.name, second.name) == ("harbor", "harbor-reading")
    assert second.cases[0].gold_path.name == "one.recon.txt"


def test_gold_shape_is_read_with_all_its_versions(root: Path, tmp_path: Path) -> None:
    case = next(own_sets(root / "benchmarks")).cases[0]
    assert case.record_path
    (tmp_path / "d.gold.txt").write_text(case.gold, encoding="utf-8")
    (tmp_path / "d.gold.json").write_bytes(case.record_path.read_bytes())
    for version in ("A", "print"):
        (tmp_path / f"d.{version}.txt").write_text(case.source, encoding="utf-8")
    (found,) = find_sets(tmp_path)
    assert found.kind == "documents"
    assert [one.id for one in found.cases] == ["d.A", "d.print"]
    (tmp_path / "d.gold.json").unlink()
    with pytest.raises(BenchError, match=r"d\.gold\.json is missing"):
        find_sets(tmp_path)


def test_a_changed_text_changes_the_digest(words_set: Path) -> None:
    before = find_sets(words_set)[0].digest
    (words_set / "one.gt.txt").write_text("Another.", encoding="utf-8")
    assert find_sets(words_set)[0].digest != before


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda folder: (folder / "one.gt.txt").unlink(), "its gold one.gt.txt is missing"),
        (lambda folder: (folder / "two.ocr.txt").write_bytes(b"caf\xe9"), "not UTF-8 at byte 3"),
        (lambda folder: [path.unlink() for path in folder.iterdir()], "no set of texts"),
    ],
)
def test_a_bad_set_is_named(words_set: Path, spoil: Any, message: str) -> None:
    spoil(words_set)
    with pytest.raises(BenchError, match=message):
        [case.source for found in find_sets(words_set) for case in found.cases]


def test_a_sample_is_always_the_same(root: Path) -> None:
    whole = next(s for s in own_sets(root / "benchmarks") if s.name == "own-A")
    part = whole.sample(2000)
    assert part.cases == whole.sample(2000).cases
    assert 2000 <= part.words < whole.words
    assert whole.sample(None) is whole
    assert whole.sample(10**9) is whole


def test_texts_held_out_stand_apart(root: Path) -> None:
    sets = {s.name: s for s in own_sets(root / "benchmarks")}
    assert sets["own-A-heldout"].held_out
    assert not sets["own-A"].held_out
    tuned = {case.id for name, s in sets.items() if not s.held_out for case in s.cases}
    assert not tuned & {case.id for case in sets["own-A-heldout"].cases}


def test_two_runs_give_the_same_quality(words_set: Path) -> None:
    sets = find_sets(words_set)
    tools = ["cablefix", "no correction", "wrapper only", "symspellpy-1"]
    first, second = (results(sets, run(tools, sets, jobs=jobs)) for jobs in (2, 1))
    assert first["quality_sha256"] == second["quality_sha256"]
    assert first["quality"] == second["quality"]
    baseline = first["quality"]["no correction"]["harbor"]["measures"]
    assert baseline["removed"] == baseline["fixed"] == baseline["broken"] == 0
    assert first["quality"]["symspellpy-1"]["harbor"]["measures"]["fixed"] > 0
    assert first["cost"]["cablefix"]["peak_memory_bytes"] > 10**7


def test_a_fault_in_a_process_ends_the_run_and_names_the_text(words_set: Path) -> None:
    sets = find_sets(words_set)
    (words_set / "two.ocr.txt").write_bytes(b"caf\xe9")
    for case in sets[0].cases:
        case.__dict__["words"] = 9  # counted before the file was spoilt
    with pytest.raises(BenchError, match=r"two\.ocr\.txt: not UTF-8"):
        run(["no correction"], sets)


def test_an_absent_tool_is_named_with_the_remedy(words_set: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    sets = find_sets(words_set)
    (done,) = run(["hunspell"], sets)
    assert "apt-get install hunspell" in done.absent
    found = results(sets, [done])
    assert found["quality"] == {}
    assert found["tools"]["hunspell"]["absent"] == done.absent
    assert "apt-get install hunspell" in report_page(found)
    with pytest.raises(Absent, match="pip install no-such-speller"):
        _need("no_such_speller_at_all", "no-such-speller")


@pytest.mark.parametrize("name", list(PEERS))
def test_a_peer_keeps_what_it_does_not_correct(name: str) -> None:
    tool = make_tool(name)
    try:
        tool.prepare()
    except Absent as reason:
        pytest.skip(f"{name}: {reason}")
    output = tool.output(tool.correct("The govern-\nment left the city (at noon), 12:45 - 1974!\n")).text
    assert re.sub(r"\s+", " ", output).strip() == "The government left the city (at noon), 12:45 - 1974!"
    assert tool.version or name == "wrapper only"


def test_the_wrapper_keeps_case_and_punctuation() -> None:
    assert correct_words('"TBE" (Tbe) 1974 A. x', lambda word: word.replace("tbe", "the")) == '"THE" (The) 1974 A. x'
    assert correct_runs("(Go to tbe), NOW 12", lambda run: run.replace("tbe", "the")) == "(Go to the), NOW 12"
    assert carry_case("McDonald", "mcdonald's") == "McDonald's"


def test_names_of_tools_may_be_patterns() -> None:
    assert choose_tools(["symspellpy-?"]) == ["symspellpy-1", "symspellpy-2"]
    with pytest.raises(BenchError, match="no tool 'nonesuch'"):
        choose_tools(["nonesuch"])


# --- the gate -----------------------------------------------------------------------------------------------------


def worse(found: dict[str, Any], name: str, **figures: float) -> dict[str, Any]:
    spoilt: dict[str, Any] = json.loads(json.dumps(found))
    spoilt["quality"]["cablefix"][name]["measures"].update(figures)
    return spoilt


def test_floors_hold_what_they_were_set_on(small: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "floors.toml"
    floors = gate.read_floors(path)
    assert gate.update(small, floors, allow_lower=False, reason="")
    gate.write_floors(path, floors)
    kept = gate.read_floors(path)
    assert kept == floors
    assert gate.check(small, kept) == []
    assert not gate.sets_without_floors(small, kept)


def test_a_loss_is_found_and_a_floor_is_lowered_only_with_a_reason(small: dict[str, Any]) -> None:
    floors = gate.Floors()
    gate.update(small, floors, allow_lower=False, reason="")
    fallen = worse(small, "own-B-1.5", removed=-5.0, broken_per_1000=40.0)
    faults = gate.check(fallen, floors)
    assert [fault.split(" is ")[0] for fault in faults] == ["own-B-1.5: removed", "own-B-1.5: broken_per_1000"]
    with pytest.raises(BenchError, match=r"floors would be lowered: .*own-B-1\.5: removed"):
        gate.update(fallen, floors, allow_lower=False, reason="because")
    with pytest.raises(BenchError, match="floors would be lowered"):
        gate.update(fallen, floors, allow_lower=True, reason=" ")
    gate.update(fallen, floors, allow_lower=True, reason="the rule for tables is gone")
    assert gate.check(fallen, floors) == []
    assert {entry["reason"] for entry in floors.history} == {"the rule for tables is gone"}
    assert floors.floors["own-B-1.5"]["removed"] == pytest.approx(-5.5)


def test_a_better_figure_raises_its_floor_alone(small: dict[str, Any]) -> None:
    floors = gate.Floors()
    gate.update(small, floors, allow_lower=False, reason="")
    before = {name: dict(figures) for name, figures in floors.floors.items()}
    gate.update(worse(small, "own-print", lines=101.0), floors, allow_lower=False, reason="")
    assert floors.floors["own-print"].pop("lines") > before["own-print"].pop("lines")
    assert floors.floors == before
    assert not floors.history


def test_changed_texts_and_lost_sets_are_found(small: dict[str, Any]) -> None:
    floors = gate.Floors()
    gate.update(small, floors, allow_lower=False, reason="")
    changed = json.loads(json.dumps(small))
    changed["sets"]["own-print"]["sha256"] = "0" * 64
    del changed["quality"]["cablefix"]["own-B-1.5"]
    faults = gate.check(changed, floors)
    assert sorted(fault.split(":")[0] for fault in faults) == ["own-B-1.5", "own-print"]
    with pytest.raises(BenchError, match="texts changed"):
        gate.update(changed, floors, allow_lower=False, reason="")


def test_a_spoilt_floors_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "floors.toml"
    for text in ("[set", "[set.a]\nfloors = 3\n", '[set.a]\nsha256 = ""\n[set.a.floors]\nbeauty = 1\n'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(BenchError, match=r"floors\.toml"):
            gate.read_floors(path)


# --- report and command -------------------------------------------------------------------------------------------


class Links(HTMLParser):
    """Collects what a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [value or "" for key, value in attrs if key in ("src", "href", "xlink:href")]
        if tag not in ("meta", "br", "circle", "line", "rect", "text"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("circle", "line", "rect", "text"):
            assert self.open.pop() == tag


def test_the_page_stands_alone(small: dict[str, Any], root: Path) -> None:
    page = report_page(small, read_published(root / "benchmarks" / "published.toml"))
    links = Links()
    links.feed(page)
    assert links.loaded == []
    assert [tag for tag in links.open if tag != "i"] == []
    assert page.count("<svg") >= 6
    assert small["quality_sha256"] in page
    assert small["sets"]["own-print"]["sha256"] in page
    assert "url(" not in page
    assert "<script" not in page


def test_the_page_takes_no_markup_from_the_texts(small: dict[str, Any]) -> None:
    spoilt = json.loads(json.dumps(small))
    spoilt["quality"]["cablefix"]["own-print"]["wrong_edits"] = [
        {"rule": "a", "confidence": 0.9, "applied": True, "verdict": "wrong", "before": "<b>", "after": "&",
         "context": "<script>", "gold": "x"}
    ]  # fmt: skip
    page = report_page(spoilt)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_command_measures_a_folder(words_set: Path, tmp_path: Path) -> None:
    data, page = tmp_path / "out.json", tmp_path / "out.html"
    outcome = CliRunner().invoke(
        bench, [str(words_set), "--tool", "no correction", "--json", str(data), "--html", str(page), "--show", "2"]
    )
    assert outcome.exit_code == 0, outcome.output
    assert "harbor" in outcome.output
    assert json.loads(data.read_text(encoding="utf-8"))["sets"]["harbor"]["documents"] == 3
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_markdown_tables_are_whole(small: dict[str, Any]) -> None:
    text = markdown_tables(small)
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({line.count("|") for line in block.splitlines()}) == 1, block
    assert "**cablefix**" in text
    assert "symspellpy-1" in text
    assert small["quality_sha256"][:16] in text


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--quick", "--tool", "aspell"], "--quick measures cablefix on all own documents"),
        (["--update-floors"], "--update-floors goes with --quick"),
        (["--quick", "--update-floors", "--allow-lower"], "needs --reason"),
        (["--set", "nonesuch", "--list"], "no set is named nonesuch"),
        (["--tool", "nonesuch"], "no tool 'nonesuch'"),
        (["/nowhere/at/all"], "no such folder"),
        (["--benchmarks", "/nowhere"], "no folder documents"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong(root: Path, arguments: list[str], message: str) -> None:
    outcome = CliRunner().invoke(bench, arguments)
    assert outcome.exit_code in (ExitCode.USAGE, ExitCode.INPUT)
    assert message in re.sub(r"\s+", " ", outcome.output)


def test_published_tables_are_whole(root: Path) -> None:
    tables = read_published(root / "benchmarks" / "published.toml")
    assert tables
    for table in tables:
        assert table["better"] in ("lower", "higher")
        assert table["source"]
        assert all(len(row) == len(table["columns"]) + 1 for row in table["rows"]), table["title"]


def test_facts_of_sets_are_known_words(root: Path) -> None:
    facts = tomllib.loads((root / "benchmarks" / "sets.toml").read_text(encoding="utf-8"))
    for name, fact in facts.items():
        assert set(fact) <= {"about", "track", "evaluate_only", "held_out"}, name
