"""Training on a user's own text: what is learned, that it is a proper model, that a profile uses it."""

from __future__ import annotations

import json
import lzma
import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from cablefix import restore
from cablefix.cli import main
from cablefix.lexicon.adapt import load_channel
from cablefix.lexicon.channel import explain
from cablefix.lexicon.files import find_parts, lexicon_folder
from cablefix.lexicon.model import FIRST_WORD, LanguageModel, load_model
from cablefix.lexicon.repair import load_lexicon
from cablefix.lexicon.wordlist import load_own_words, load_wordlist
from cablefix.profiles import ProfileError, load_profile
from cablefix.resources import DictionaryError
from cablefix.train.channel import train_channel
from cablefix.train.lexicon import train_lexicon
from cablefix.train.mixing import expand
from cablefix.train.texts import TrainError, read_stream, text_files
from cablefix.train.words import count_words, list_words, quantise

SENTENCES = (
    "The {a} of {name} was shown to the men of the town.",
    "It was said that the {a} would be of no use to {name}.",
    "{name} had seen the {a}, and the {b} of it, in the spring.",
    "When the {b} was lost; the {a} was sold by Mr. {name}.",
    "There were three of them: the {a}, the {b} and the old ship.",
)


def invent(seed: int, sentences: int = 400) -> str:
    """A text of invented words."""
    rng = random.Random(seed)
    lines = [
        rng.choice(SENTENCES).format(
            a=rng.choice(("frobnicator", "vexil", "quorble")),
            b=rng.choice(("snarkle", "half-vexil", "plondering")),
            name=rng.choice(("Zhebnov", "Kolmirski", "Vroomkool")),
        )
        for _ in range(sentences)
    ]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    (folder / "a.txt").write_text(invent(1), encoding="utf-8")
    (folder / "more").mkdir()
    (folder / "more" / "b.txt.xz").write_bytes(lzma.compress(invent(2).encode()))
    return folder


@pytest.fixture(scope="module")
def trained(texts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("lexicon")
    train_lexicon(texts, out)
    return out


def misread(text: str, seed: int, share: float = 0.06) -> str:
    """The text as an engine that reads `h` as `li`, `m` as `rn` and `q` as `&` would have it."""
    rng = random.Random(seed)
    swap = {"h": "li", "m": "rn", "q": "&"}
    return "".join(swap[c] if c in swap and rng.random() < share * 4 else c for c in text)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for page in range(8):
        truth = invent(100 + page, 40)
        (folder / f"p{page}.gt.txt").write_text(truth, encoding="utf-8")
        (folder / f"p{page}.ocr.txt").write_text(misread(truth, page), encoding="utf-8")
    return folder


def same_files(one: Path, other: Path) -> bool:
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in other.iterdir())
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names)


# --- lexicon ------------------------------------------------------------------------------------------------


def test_a_lexicon_knows_the_words_of_the_text_and_ours(trained: Path) -> None:
    words, ours = load_own_words(trained), load_wordlist()
    for word in ("frobnicator", "quorble", "Zhebnov", "half-vexil"):
        assert words.known(word)
        assert not ours.known(word)
    assert not words.known("zhebnov")
    assert words.is_name("Kolmirski")
    assert words.count("frobnicator") > 50
    assert words.known("embassy")
    assert words.count("the") > ours.count("the") * 0.9
    assert set(ours.vocabulary) <= set(words.vocabulary)
    assert words.more >= ours.more - set(words.vocabulary)


def test_a_mixture_is_a_distribution_and_expects_the_text(trained: Path) -> None:
    words, model, ours = load_own_words(trained), load_model(trained), load_model()
    check_distribution(model)
    unit = {word: row + FIRST_WORD for word, row in words.vocabulary.items()}
    phrase = np.array([unit[word] for word in ("the", "frobnicator", "would")], np.uint32)
    assert model.after_one(phrase[:1], phrase[1:2])[0] > np.log(0.005)
    old = load_wordlist().vocabulary
    common = np.array([old[word] + FIRST_WORD for word in ("united", "states")], np.uint32)
    new = np.array([unit[word] for word in ("united", "states")], np.uint32)
    gap = model.after_one(new[:1], new[1:]) - ours.after_one(common[:1], common[1:])
    assert -1.0 < float(gap[0]) < 0.2  # ours is still there, with its share


def check_distribution(model: LanguageModel) -> None:
    every = np.arange(len(model.p1), dtype=np.uint32)
    assert np.exp(model.p1.astype(float)).sum() == pytest.approx(1, abs=0.03)
    rng = np.random.default_rng(3)
    for row in rng.integers(0, len(model.key2), 12).tolist():
        u, v = (np.full(len(every), int(model.key2[row]) >> shift & 0xFFFF, np.uint32) for shift in (16, 0))
        assert np.exp(model.after_one(v, every).astype(float)).sum() == pytest.approx(1, abs=0.05)
        assert np.exp(model.after_two(u, v, every).astype(float)).sum() == pytest.approx(1, abs=0.08)


def test_the_same_text_gives_the_same_bytes(texts: Path, trained: Path, tmp_path: Path) -> None:
    train_lexicon(texts, tmp_path)
    assert same_files(trained, tmp_path)


def test_a_report_lies_beside(trained: Path) -> None:
    report = json.loads((trained / "about-lexicon.json").read_text(encoding="utf-8"))
    assert report["texts"] == 2
    assert report["new_words"] >= 8
    assert 0.02 <= report["share"] <= 0.5


def test_no_text_is_kept(trained: Path) -> None:
    size = sum(path.stat().st_size for path in trained.iterdir())
    shipped = sum(path.stat().st_size for path in lexicon_folder().iterdir())
    assert size < 1.5 * shipped
    for path in trained.iterdir():
        assert b"was shown to the men" not in path.read_bytes()


def test_a_text_may_stand_alone(texts: Path, tmp_path: Path) -> None:
    report = train_lexicon(texts, tmp_path, alone=True, bigrams=500, trigrams=500)
    words = load_own_words(tmp_path)
    assert words.known("frobnicator")
    assert not words.known("embassy")
    assert report.share == 1
    assert report.words == len(words.vocabulary) < 100
    check_distribution(load_model(tmp_path))
    assert load_lexicon(load_own_words(tmp_path), tmp_path).model.p1.shape == (report.words + FIRST_WORD,)


def test_a_profile_uses_it(trained: Path, tmp_path: Path) -> None:
    text = (
        "It was said that the frobnlcator would be of no use to tlie men of the town, and that the vexil of Zhebnov\n"
        "had been sold in the spring. When the snarkle was lost the frobnicator was sold by the men of tbe town.\n"
    )
    assert "frobnicator would" not in restore(text, "prose").text
    profile = tmp_path / "own.toml"
    (tmp_path / "lexicon").symlink_to(trained)
    profile.write_text('extends = "prose"\nlexicon = "lexicon"\n', encoding="utf-8")
    assert load_profile(str(profile)).lexicon == tmp_path / "lexicon"
    restored = restore(text, str(profile))
    assert "frobnicator would" in restored.text
    assert restored.lexicon == tmp_path / "lexicon"
    assert "frobnlcator" in {doubt.before for doubt in restored.suspicious}
    above = tmp_path / "above.toml"
    above.write_text('extends = "own.toml"\n', encoding="utf-8")
    assert load_profile(str(above)).lexicon == tmp_path / "lexicon"


@pytest.mark.parametrize("value", ['"nowhere"', "3", '["a"]'])
def test_a_profile_that_points_nowhere_is_refused(tmp_path: Path, value: str) -> None:
    profile = tmp_path / "own.toml"
    profile.write_text(f'extends = "prose"\nlexicon = {value}\n', encoding="utf-8")
    with pytest.raises(ProfileError, match=r"own\.toml: lexicon is .*; give a folder made by cablefix train"):
        load_profile(str(profile))


def test_a_folder_that_is_not_whole_is_refused(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(DictionaryError, match=r"no lexicon in it\. Make one with cablefix train"):
        find_parts(tmp_path)
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "marks.npz").unlink()
    with pytest.raises(DictionaryError, match=r"marks\.npz is missing. Train the folder again"):
        load_lexicon(folder=tmp_path)


@pytest.mark.parametrize("name", ["words.z", "word_counts.npy", "model_p2.npy", "marks.npz"])
def test_a_damaged_folder_is_refused(trained: Path, tmp_path: Path, name: str) -> None:
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes(b"\x93NUMPY damaged")
    with pytest.raises(DictionaryError, match="cannot be read"):
        load_lexicon(folder=tmp_path)


def test_files_of_two_lexica_are_refused(trained: Path, texts: Path, tmp_path: Path) -> None:
    train_lexicon(texts, tmp_path, alone=True)
    (tmp_path / "marks.npz").write_bytes((trained / "marks.npz").read_bytes())
    with pytest.raises(DictionaryError, match="do not fit together"):
        load_lexicon(folder=tmp_path)


def test_what_cannot_be_learned_from_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainError, match=r"no \.txt or \.txt\.xz files in it"):
        train_lexicon(tmp_path, tmp_path / "out")
    (tmp_path / "a.txt").write_text("Too short.", encoding="utf-8")
    with pytest.raises(TrainError, match="2 words; at least 100 are needed"):
        train_lexicon(tmp_path, tmp_path / "out")
    (tmp_path / "a.txt").write_bytes(b"caf\xe9")
    with pytest.raises(TrainError, match=r"a\.txt: not UTF-8 \(byte 3\)"):
        train_lexicon(tmp_path, tmp_path / "out")
    (tmp_path / "a.txt").unlink()
    (tmp_path / "b.txt.xz").write_bytes(b"no archive")
    with pytest.raises(TrainError, match=r"b\.txt\.xz: cannot be read"):
        train_lexicon(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_misprints_are_sifted_out() -> None:
    text = "the government of the day. " * 6000 + "the govemment ofthe day " * 2
    listing, sifted = list_words(count_words(read_stream([text])), set(), set())
    assert "govemment" not in listing.words
    assert "ofthe" not in listing.words
    assert sifted == 2


def test_counts_survive_their_byte() -> None:
    counts = np.array([0, 1, 7, 100, 54_321, 1e6])
    assert expand(quantise(counts)) == pytest.approx(counts, rel=0.05)


# --- channel ------------------------------------------------------------------------------------------------


def cost(folder: Path | None, seen: str, meant: str) -> float:
    return float(explain(load_channel(folder) if folder else load_channel(), [seen], [meant]).cost[0])


def test_a_channel_learns_from_pairs(pages: Path, tmp_path: Path) -> None:
    report = train_channel(pages, tmp_path)
    assert report.with_truth
    assert report.documents == 8
    assert 0.005 < report.rate < 0.1
    assert cost(tmp_path, "snar&le", "snarqle") < cost(None, "snar&le", "snarqle") - 1
    assert cost(tmp_path, "tlie", "the") < cost(None, "tlie", "the") + 0.5
    assert cost(tmp_path, "tbe", "the") > cost(None, "tbe", "the")
    assert find_parts(tmp_path).channel == tmp_path
    assert find_parts(tmp_path).words is None


def test_a_channel_learns_alone(pages: Path, tmp_path: Path) -> None:
    train_channel(pages, tmp_path, alone=True)
    assert cost(tmp_path, "tlie", "the") < cost(tmp_path, "tbe", "the")


def test_a_channel_learns_without_truth(pages: Path, trained: Path, tmp_path: Path) -> None:
    ocr = tmp_path / "ocr"
    ocr.mkdir()
    for path in pages.glob("*.ocr.txt"):
        (ocr / path.name).write_bytes(path.read_bytes())
    report = train_channel(ocr, tmp_path / "out", lexicon=trained, rounds=2)
    assert not report.with_truth
    assert report.errors > 20
    assert cost(tmp_path / "out", "tlie", "the") < cost(None, "tlie", "the") + 0.5
    assert cost(tmp_path / "out", "tbe", "the") > cost(None, "tbe", "the")
    again = tmp_path / "again"
    train_channel(ocr, again, lexicon=trained, rounds=2)
    assert same_files(tmp_path / "out", again)
    with pytest.raises(TrainError, match="a channel cannot be learned alone"):
        train_channel(ocr, again, alone=True)


def test_pages_without_their_truth_are_refused(pages: Path, tmp_path: Path) -> None:
    for path in pages.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "p3.gt.txt").unlink()
    with pytest.raises(TrainError, match=r"p3\.ocr\.txt: its truth, p3\.gt\.txt, is missing"):
        train_channel(tmp_path, tmp_path / "out")


def test_clean_pages_teach_nothing(tmp_path: Path) -> None:
    for name in ("a.ocr.txt", "a.gt.txt"):
        (tmp_path / name).write_text(invent(5, 30), encoding="utf-8")
    with pytest.raises(TrainError, match="0 character errors; at least 20 are needed"):
        train_channel(tmp_path, tmp_path / "out")


def test_illegible_pages_are_left_out(pages: Path, tmp_path: Path) -> None:
    for path in pages.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    rng = random.Random(1)
    junk = " ".join("".join(rng.choice("xyzw") for _ in word) for word in invent(9, 40).split())
    (tmp_path / "z.ocr.txt").write_text(junk, encoding="utf-8")
    (tmp_path / "z.gt.txt").write_text(invent(9, 40), encoding="utf-8")
    assert train_channel(tmp_path, tmp_path / "out").unreadable == 1


# --- command line -------------------------------------------------------------------------------------------


def test_the_command_line_trains_both_into_one_folder(texts: Path, pages: Path, tmp_path: Path) -> None:
    out = tmp_path / "own"
    result = CliRunner().invoke(main, ["train", "lexicon", str(texts), "-o", str(out)])
    assert result.exit_code == 0
    assert result.stdout == ""
    assert 'lexicon = "own"' in result.stderr
    result = CliRunner().invoke(main, ["train", "channel", str(pages), "-o", str(out), "--lexicon", str(out), "-q"])
    assert result.exit_code == 0
    assert result.stderr == ""
    assert find_parts(out) == (out, out, None)
    assert load_lexicon(folder=out).words.known("frobnicator")


def test_the_command_line_does_not_overwrite_the_shipped_lexicon(texts: Path) -> None:
    result = CliRunner().invoke(main, ["train", "lexicon", str(texts), "-o", str(lexicon_folder())])
    assert result.exit_code == 2
    assert "is the shipped lexicon itself" in result.stderr


def test_the_command_line_says_what_is_wrong(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["train", "lexicon", str(tmp_path), "-o", str(tmp_path / "out")])
    assert result.exit_code == 3
    assert "give a folder of plain text" in result.stderr
    assert "Traceback" not in result.stderr


def test_progress_rises(texts: Path, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    train_lexicon(texts, tmp_path, step=lambda what, done: told.append((what, done)))
    assert told[-1] == ("done", 1.0)
    later = [done for what, done in told if what != "reading"]
    assert all(a <= b for a, b in pairwise(later))
    assert all(0 <= done <= 1 for _, done in told)


def test_texts_are_found_in_folders_and_by_name(texts: Path) -> None:
    assert [path.name for path in text_files(texts)] == ["a.txt", "b.txt.xz"]
    assert text_files(texts / "a.txt") == [texts / "a.txt"]
