"""The shipped word list: complete, quick, and free of the misprints of the text that it was counted from."""

from __future__ import annotations

import numpy as np
import pytest

from cablefix.lexicon.files import lexicon_folder
from cablefix.lexicon.wordlist import expand_count, load_wordlist


def test_lists_are_disjoint_and_sorted() -> None:
    words = load_wordlist()
    assert list(words.vocabulary) == sorted(words.vocabulary)
    assert not words.more & words.vocabulary.keys()
    assert not words.names & words.vocabulary.keys()
    assert words.counts.shape == (3, len(words.vocabulary))
    assert len(words.vocabulary) < 2**16, "word numbers must fit two bytes"


@pytest.mark.parametrize("word", ["tbe", "tlie", "aud", "iu", "wliich", "govemment", "Govemment", "ernbassy"])
def test_misreadings_are_unknown(word: str) -> None:
    assert not load_wordlist().known(word)


@pytest.mark.parametrize(
    "word", ["the", "The", "THE", "Minister's", "ministers'", "isn’t", "colour", "color", "re-establish", "O'Neill"]
)
def test_right_words_are_known(word: str) -> None:
    assert load_wordlist().known(word)


@pytest.mark.parametrize(
    "left, right, joined",
    [("govern", "ment", True), ("co", "operation", True), ("short", "term", False), ("vice", "consul", False)],
)
def test_hyphen_evidence(left: str, right: str, joined: bool) -> None:
    share = load_wordlist().prefers_joined(left, right)
    assert share is not None
    assert (share > 0.5) is joined


def test_no_hyphen_evidence() -> None:
    assert load_wordlist().prefers_joined("zyx", "qwv") is None


def test_counts_are_monotonic() -> None:
    steps = [expand_count(step) for step in range(0, 256, 8)]
    assert steps == sorted(steps)
    assert load_wordlist().counts.dtype == np.uint8


def test_notice_ships() -> None:
    notice = (lexicon_folder() / "SCOWL-COPYRIGHT.txt").read_text(encoding="utf-8")
    assert "Kevin Atkinson" in notice
