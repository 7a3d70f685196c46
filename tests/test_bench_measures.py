"""The measures agree with the reference scorers on the same files, and say what they are meant to say."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cablefix.bench.documents import compare_document, document_measures
from cablefix.bench.edits import Judgement, Trace, Verdict, calibration_error, judge_edits, reliability, score_rules
from cablefix.bench.runner import CaseScore
from cablefix.bench.sets import BenchSet, find_sets
from cablefix.bench.statistics import intervals, total_counts
from cablefix.bench.tools import traces
from cablefix.bench.words import compare_text, word_measures
from cablefix.pipeline import restore

Corrector = Callable[[str], str]


def reference(shared: Path, name: str) -> Any:
    path = shared / "evaluate" / name
    if not path.is_file():
        pytest.skip(f"the reference scorer {name} is not in the reference material")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def meddle(text: str) -> str:
    """A corrector that fixes some words, breaks others, and loses a line."""
    text = text.replace("tbe", "the").replace(" tho ", " the ").replace("ing ", "lng ").replace(" .", ".")
    lines = text.split("\n")
    return "\n".join(lines[:5] + lines[6:])


def same(text: str) -> str:
    return text


def restored(text: str) -> str:
    return restore(text).text


@pytest.mark.parametrize("name", ["nasa-nearclean-dev", "overproof-dev", "synth-cable"])
@pytest.mark.parametrize("correct", [same, meddle, restored])
def test_words_agree_with_the_reference(shared: Path, name: str, correct: Corrector) -> None:
    score_words = reference(shared, "score_words.py")
    folder = shared / "data" / name
    if not folder.is_dir():
        pytest.skip(f"the set {name} is not in the reference material")
    cases = find_sets(folder)[0].cases[:8]
    want = score_words.total([score_words.score_doc(c.source, correct(c.source), c.gold) for c in cases])
    scores = [CaseScore(name, c.id, compare_text(c.source, correct(c.source), c.gold).counts, 0, 0.0) for c in cases]
    got = word_measures(total_counts(scores))
    pairs = {
        "CER0": "cer_before", "CER1": "cer", "WER0": "wer_before", "WER1": "wer", "dCER": "removed",
        "dWER": "word_removed", "cMER0": "cmer_before", "cMER1": "cmer", "wMER0": "wmer_before", "wMER1": "wmer",
        "fixed": "fixed", "broken": "broken", "fix%": "fixed_share", "broke_per_1000": "broken_per_1000",
        "prec": "precision",
    }  # fmt: skip
    assert {key: got[mine] for key, mine in pairs.items()} == pytest.approx({key: want[key] for key in pairs})


def lay_out(benchmarks: Path, folder: Path, outputs: Path, correct: Corrector, records: bool) -> list[tuple[str, str]]:
    """Our documents as the reference scorer wants them: one folder of gold and noise, one of outputs."""
    sets = {s.name: s for s in find_sets(benchmarks)}
    done = []
    for name, version in (("own-print", "P"), ("own-A", "A"), ("own-B-4.0", "B")):
        for case in sets[name].cases[:5]:
            assert case.record_path
            shutil.copy(case.gold_path, folder / f"{case.id}.gold.txt")
            shutil.copy(case.record_path, folder / f"{case.id}.gold.json")
            kept = f"{case.id}.print.txt" if version == "P" else f"{case.id}.{version}.txt"
            shutil.copy(case.source_path, folder / kept)
            (outputs / f"{case.id}.{version}.txt").write_text(correct(case.source), encoding="utf-8")
            if records:
                record = json.dumps(restore(case.source).record)
                (outputs / f"{case.id}.{version}.json").write_text(record, encoding="utf-8")
            done.append((case.id, version))
    return done


# The reference scorer leaves the files that it reads open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("correct, records", [(same, False), (meddle, False), (restored, True)])
def test_documents_agree_with_the_reference(
    shared: Path, root: Path, tmp_path: Path, correct: Corrector, records: bool
) -> None:
    score_documents = reference(shared, "score_documents.py")
    folder, outputs = tmp_path / "set", tmp_path / "out"
    folder.mkdir()
    outputs.mkdir()
    for name, version in lay_out(root / "benchmarks", folder, outputs, correct, records):
        want = score_documents.score_one(str(folder), str(outputs), name, version)
        source = folder / (f"{name}.print.txt" if version == "P" else f"{name}.{version}.txt")
        gold = json.loads((folder / f"{name}.gold.json").read_text(encoding="utf-8"))
        kept = outputs / f"{name}.{version}.json"
        record = json.loads(kept.read_text(encoding="utf-8")) if records else None
        gold_text = (folder / f"{name}.gold.txt").read_text(encoding="utf-8")
        output = (outputs / f"{name}.{version}.txt").read_text(encoding="utf-8")
        got = compare_document(source.read_text(encoding="utf-8"), output, gold_text, gold, record).counts
        pairs = {
            "chars": "chars", "words": "words", "cb": "errors_before", "ca": "errors_after", "fixed": "fixed",
            "wb": "word_errors_before", "wa": "word_errors_after", "broken": "broken", "wrong_before": "wrong",
            "surplus": "surplus", "para_ok": "numbers_right", "leaks": "leaked", "leak_max": "leakable",
            "lines_ok": "lines_right", "lines": "lines", "red_gold": "redactions_gold", "red_out": "redactions",
        }  # fmt: skip
        assert {key: got[mine] for key, mine in pairs.items()} == {key: want[key] for key in pairs}, name
        if records:
            assert got["fields"] == len(want["fields"])
            assert got["fields_right"] == sum(want["fields"].values())
            assert got["spurious"] == len(want["spurious"])
            assert got["kind_right"] == want["kind_ok"]
            assert got["missing_right"] == want["missing_ok"]
            for key, mine in (("portion", "portion"), ("heading", "heading"), ("para_text", "paragraph_text")):
                assert (got[f"{mine}_right"], got["paragraphs"]) == want[key]
            for key in ("to", "info"):
                if f"{key}_items" in want:
                    assert (got[f"{key}_items_right"], got[f"{key}_items"]) == want[f"{key}_items"]


def own(root: Path, name: str) -> BenchSet:
    return next(found for found in find_sets(root / "benchmarks") if found.name == name)


def test_gold_as_output_is_perfect(root: Path) -> None:
    for case in own(root, "own-print").cases[:6]:
        record = case.gold_record
        assert record
        counts = compare_document(case.source, case.gold, case.gold, record, record).counts
        found = document_measures(counts)
        assert counts["errors_after"] == counts["broken"] == counts["surplus"] == counts["eaten"] == 0
        assert found["leaked"] == found["spurious"] == 0
        for name in ("numbers", "lines", "kind", "missing", "fields", "portion", "heading", "paragraph_text"):
            assert found.get(name, 100.0) == 100.0, name


def test_body_taken_for_furniture_is_eaten(root: Path) -> None:
    case = own(root, "own-print").cases[0]
    assert case.gold_record
    lines = case.gold.splitlines()
    longest = max(range(len(lines)), key=lambda n: len(lines[n]))
    without = "\n".join(lines[:longest] + lines[longest + 1 :])
    counts = compare_document(case.source, without, case.gold, case.gold_record, None).counts
    words = len(lines[longest].split())
    assert words - 2 <= counts["eaten"] <= words
    rewritten = "\n".join([*lines[:longest], lines[longest].swapcase(), *lines[longest + 1 :]])
    assert compare_document(case.source, rewritten, case.gold, case.gold_record, None).counts["eaten"] == 0


def test_edits_are_judged_by_taking_them_back() -> None:
    gold = "The boat they took at noon sank off Vigo, and the crew was saved by a tug."
    view = "The boat they took at moon sank off Vigo, and the crow was saved by a tug."
    traces = [
        Trace(4, 8, "bcat", "boat", "a", 0.9, True),
        Trace(22, 26, "noon", "moon", "b", 0.9, True),
        Trace(50, 54, "crcw", "crow", "c", 0.9, True),
        Trace(70, 73, "tug", "tub", "d", 0.4, False),
        Trace(22, 26, "moon", "noon", "e", 0.6, False),
        Trace(22, 26, "elsewhere", "noon", "f", 0.6, False),
    ]
    verdicts = [judgement.verdict for judgement in judge_edits(view, gold, traces)]
    assert verdicts == [
        Verdict.RIGHT,
        Verdict.WRONG,
        Verdict.NEUTRAL,
        Verdict.WRONG,
        Verdict.RIGHT,
        Verdict.UNCLEAR,
    ]


def test_edits_at_the_ends_of_a_text_are_judged() -> None:
    gold, view = "¶1. (C) A tug sank off Vigo.", "¶1. (C) A tug sank off Vigo."
    traces = [Trace(0, 3, "1[1.", "¶1.", "a", 0.9, True), Trace(27, 28, " .", ".", "b", 0.9, True)]
    assert [judgement.verdict for judgement in judge_edits(view, gold, traces)] == [Verdict.RIGHT, Verdict.RIGHT]


def judged(confidence: float, verdict: Verdict, applied: bool = True) -> Judgement:
    return Judgement("words", confidence, applied, verdict, "a", "b", "", "")


def test_calibration_counts_what_was_judged() -> None:
    found = [judged(0.9, Verdict.RIGHT)] * 8 + [judged(0.9, Verdict.WRONG)] * 2 + [judged(0.9, Verdict.UNCLEAR)] * 5
    table = reliability(found)
    assert [(row.low, row.high, row.count) for row in table] == [(0.9, 0.95, 10)]
    assert calibration_error(table) == pytest.approx(0.1)
    assert calibration_error([]) is None
    (score,) = score_rules([*found, judged(0.5, Verdict.RIGHT, applied=False)])
    assert (score.right, score.wrong, score.unclear, score.proposed) == (8, 2, 5, 1)
    assert score.precision == pytest.approx(80.0)


def test_intervals_hold_the_measure_and_do_not_move() -> None:
    texts = [
        ("tbe tug left", "the tug left", "the tug left"),
        ("a tug", "a tub", "a tug"),
        ("aud so", "and so", "and so"),
    ]
    scores = [CaseScore("s", str(n), compare_text(*text).counts, 3, 0.0) for n, text in enumerate(texts)]
    first, second = intervals("s", scores), intervals("s", scores)
    assert first == second
    low, high = first["removed"]
    assert low <= word_measures(total_counts(scores))["removed"] <= high
    assert intervals("s", scores[:2]) == {}


def test_an_edit_that_puts_a_mark_in_is_judged() -> None:
    text = (
        "The jury returned with tbe verdict in an hour The prisoner was discharged. It is said that tlie case was weak."
    )
    restored = restore(text, "prose")
    stop = next(edit for edit in restored.proposed if not edit.before)
    found = [trace for trace in traces(restored.accept(stop.id)) if trace.applied and not trace.before]
    assert [trace.after for trace in found] == ["."]
    view = restored.accept(stop.id).view.text
    gold = view.replace(" tbe ", " the ").replace(" tlie ", " the ")
    assert judge_edits(view, gold, found)[0].verdict is Verdict.RIGHT
