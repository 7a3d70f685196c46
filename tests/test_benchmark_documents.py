"""The benchmark's documents say one thing, and their noise is what the manifest says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.generate.checks import faults_of
from benchmarks.generate.compose import MAX_COLUMNS, compose
from benchmarks.generate.documents import DOCUMENTS, load_all, readme_of
from benchmarks.generate.engines import TEST_ENGINE
from benchmarks.generate.gold import files_of, gold_record, gold_text, printed_text
from benchmarks.generate.manifest import (
    BINS,
    NOISE,
    TRACKS,
    character_error_rate,
    digests,
    read_manifest,
)
from benchmarks.generate.model import Document, Geometry, SourceError, load_document
from benchmarks.generate.noise import counted_letters
from benchmarks.generate.noise_heavy import ENGINES, damage_heavily, load_engine
from benchmarks.generate.noise_layout import STRENGTHS, damage_layout
from benchmarks.generate.noise_light import damage_lightly
from benchmarks.generate.render import TEST_FONT
from benchmarks.generate.seeded import generator
from benchmarks.generate.typeset import Block, print_block

ALL = load_all()
SHARED = Path(__file__).resolve().parents[2] / "shared"
NOISE_FILES = read_manifest()

each = pytest.mark.parametrize("document", ALL, ids=lambda document: document.id)


@each
def test_committed_files_are_what_the_source_gives(document: Document) -> None:
    for name, text in files_of(document).items():
        assert (DOCUMENTS / name).read_text(encoding="utf-8") == text, f"{name}: regenerate it"


@each
def test_a_document_does_not_contradict_itself(document: Document) -> None:
    assert faults_of(document) == []


@each
def test_print_lines_fit_the_page(document: Document) -> None:
    lines = printed_text(compose(document)).replace("\f", "\n").split("\n")
    assert max(map(len, lines)) <= MAX_COLUMNS
    assert all(line == line.rstrip() for line in lines)


@each
def test_furniture_stands_in_the_print_and_not_in_the_reading_text(document: Document) -> None:
    composition = compose(document)
    printed = Counter(" ".join(line.split()) for line in printed_text(composition).replace("\f", "\n").split("\n"))
    reading = Counter(gold_text(composition).split("\n"))
    for piece, times in Counter(composition.furniture).items():
        assert printed[piece] >= times
        assert reading[piece] <= printed[piece] - times


@each
def test_paragraphs_of_the_record_stand_in_the_reading_text(document: Document) -> None:
    composition = compose(document)
    lines = gold_text(composition).split("\n")
    for paragraph in gold_record(composition)["paragraphs"]:
        for line in paragraph["text"].split("\n"):
            assert any(whole.endswith(line) for whole in lines)


def test_the_set_covers_what_it_should() -> None:
    assert len(ALL) >= 18
    assert {document.era for document in ALL} == {"1950-63", "1965-72", "1973-79", "1982-95", "1995-2010"}
    assert {document.form for document in ALL} == {"acp127", "printout", "telegram", "incoming", "prose", "sheet"}
    records = [gold_record(compose(document)) for document in ALL]
    assert sum(record["redactions"] > 0 for record in records) >= 2
    assert any(record["missing_paragraphs"] for record in records)
    assert sum(bool(record["repeated_headers"]) for record in records) >= 2
    assert {record["pilcrow"] for record in records} == {True, False}
    assert any(p["n"] is None for record in records for p in record["paragraphs"])


def test_distributions_add_up_as_printed() -> None:
    for document in ALL:
        record = gold_record(compose(document))
        if "distribution_total" in record:
            total = sum(office["copies"] for office in record["distribution"])
            assert f"/{total:03d}" in gold_text(compose(document))


def test_readme_lists_every_document() -> None:
    text = (DOCUMENTS / "README.md").read_text(encoding="utf-8")
    assert readme_of(ALL, text) == text


def test_gold_given_as_output_scores_full_marks(tmp_path: Path) -> None:
    scorer = SHARED / "evaluate" / "score_documents.py"
    if not scorer.exists():
        pytest.skip("../shared/evaluate is not there: the reference scorer cannot be compared")
    for document in ALL:
        for name, text in files_of(document).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        for version in "ABCD":
            shutil.copy(NOISE / "A" / f"{document.id}.txt", tmp_path / f"{document.id}.{version}.txt")
    command = [sys.executable, str(scorer), "--selftest", "--set", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout


@given(st.lists(st.from_regex(r"[A-Za-z]{1,14}(-[a-z]{2,6})?[.,]?", fullmatch=True), min_size=1, max_size=60))
def test_setting_lines_loses_no_letter(words: list[str]) -> None:
    for geometry in (Geometry(width=40, hyphenate=True), Geometry(width=40, sentence_gap=2)):
        lines = print_block(Block(" ".join(words), lead="¶7. ", entry=0), geometry)
        assert all(len(line.text) <= 40 for line in lines)
        together = "".join(line.text for line in lines).replace("-", "").replace(" ", "")
        assert together == "¶7." + "".join(words).replace("-", "")


@pytest.mark.parametrize(
    "text, message",
    [
        ("form = 'telex'", "form 'telex' is none of"),
        ("form = 'prose'\nera = ''", "missing"),
        ("form = ", "not valid TOML"),
        ("[header]\ncolour = 'red'", "unknown key 'colour'"),
    ],
)
def test_a_bad_source_is_refused_with_its_name(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.toml"
    extra = "\nera = ''\nabout = ''\ntraps = []" if "telex" in text else ""
    path.write_text(text + extra, encoding="utf-8")
    with pytest.raises(SourceError, match=r"bad\.toml") as caught:
        load_document(path)
    assert message in str(caught.value)


def test_noise_is_what_the_digests_say() -> None:
    rows = (NOISE / "DIGESTS.tsv").read_text(encoding="utf-8").splitlines()
    assert dict(row.split("\t") for row in rows) == digests()


def test_the_manifest_names_every_file_and_its_documents() -> None:
    named = {file.file for file in NOISE_FILES} | {form for file in NOISE_FILES for form in file.forms}
    assert named == set(digests())
    documents = {document.id: document for document in ALL}
    for file in NOISE_FILES:
        assert file.track in TRACKS
        assert file.severity in BINS
        held = documents[file.document].split == "test" or file.engine == TEST_ENGINE or file.font == TEST_FONT
        assert file.split == ("test" if held else "dev")


def test_every_document_has_every_level_of_synthetic_noise() -> None:
    for document in ALL:
        versions = {file.version for file in NOISE_FILES if file.document == document.id}
        assert {"A", *(f"B-{level}" for level in BINS), *STRENGTHS} <= versions


def test_measured_rates_are_those_of_the_texts() -> None:
    prints = {document.id: printed_text(compose(document)) for document in ALL}
    for file in NOISE_FILES:
        text = (NOISE / file.file).read_text(encoding="utf-8")
        assert character_error_rate(prints[file.document], text) == file.cer, file.file
        if file.version.startswith("B-"):
            assert 0.65 <= file.cer / file.severity <= 1.4, file.file


@each
def test_light_noise_comes_out_the_same_again(document: Document) -> None:
    composition = compose(document)
    text = damage_lightly(printed_text(composition), frozenset(composition.furniture), generator(f"{document.id}/A"))
    assert text == (NOISE / "A" / f"{document.id}.txt").read_text(encoding="utf-8")


def test_heavy_noise_comes_out_the_same_again() -> None:
    letters = counted_letters()
    number = next(index for index, document in enumerate(ALL) if document.id == "d24-wellington-2002")
    document = ALL[number]
    engine = load_engine(ENGINES[number % len(ENGINES)], letters)
    for level in BINS:
        seed = f"{document.id}/B-{level}"
        text, _ = damage_heavily(printed_text(compose(document)), engine, level, partial(generator, seed))
        assert text == (NOISE / f"B-{level}" / f"{document.id}.txt").read_text(encoding="utf-8")


def test_the_spacing_layer_changes_spaces_only() -> None:
    for file in NOISE_FILES:
        if file.track == "engine+spacing":
            base = "C1" if file.version == "D-g1" else "C2"
            below = (NOISE / base / f"{file.document}.txt").read_text(encoding="utf-8")
            assert "".join((NOISE / file.file).read_text(encoding="utf-8").split()) == "".join(below.split())


@each
def test_layout_noise_changes_white_space_only_and_comes_out_the_same_again(document: Document) -> None:
    printed = printed_text(compose(document))
    for version, strength in STRENGTHS.items():
        text, _ = damage_layout(printed, strength, generator(f"{document.id}/{version}"))
        assert text.split() == printed.split()
        assert text == (NOISE / version / f"{document.id}.txt").read_text(encoding="utf-8")


def test_gold_json_is_json_of_the_agreed_shape() -> None:
    keys = {"id", "kind", "fields", "paragraphs", "page_headers", "missing_paragraphs", "optional_lines"}
    for document in ALL:
        record = json.loads((DOCUMENTS / f"{document.id}.gold.json").read_text(encoding="utf-8"))
        assert keys <= set(record)
        assert record["kind"] == ("other" if document.form == "prose" else "cable")
