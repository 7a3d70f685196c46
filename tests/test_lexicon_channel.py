"""The channel and the language model keep their promises as mathematics."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from cablefix.lexicon.adapt import Tally, adapt, blank_channel, load_channel, save_channel
from cablefix.lexicon.channel import Kind, explain
from cablefix.lexicon.decision import load_network
from cablefix.lexicon.features import NAMES
from cablefix.lexicon.files import lexicon_folder
from cablefix.lexicon.model import SENTENCE, load_model
from cablefix.lexicon.wordlist import load_wordlist

WORDS = st.text(alphabet="abcdelmnrtu", min_size=1, max_size=9)


@given(WORDS, WORDS)
def test_equal_costs_give_the_edit_distance(seen: str, meant: str) -> None:
    blank = blank_channel([])
    flat = replace(
        blank, swap=np.ones_like(blank.swap), lost=np.ones_like(blank.lost), found=np.ones_like(blank.found), rate=1.0
    )
    distance = Levenshtein.distance(seen, meant)
    if abs(len(seen) - len(meant)) < 4 and distance < 4:
        found = explain(flat, [seen], [meant])
        assert found.count.tolist() == [distance]
        assert found.cost[0] == pytest.approx(distance)


def test_pairs_fuse_and_part() -> None:
    channel = load_channel()
    kinds = explain(channel, ["modem", "rnuch"], ["modern", "much"]).errors.kind.tolist()
    assert kinds == [Kind.FUSE, Kind.PART]


def test_a_counted_error_becomes_cheaper() -> None:
    channel = load_channel()
    tally = Tally.empty(channel)
    tally.read(["the cat sat on the mat"] * 20, channel)
    for _ in range(6):
        tally.add(explain(channel, ["zat"], ["sat"]).errors)
    taught = adapt(channel, tally, 1.0)
    assert taught.swap[ord("s"), ord("z")] < channel.swap[ord("s"), ord("z")]
    assert adapt(channel, Tally.empty(channel), 1.0) is channel


def test_a_saved_channel_comes_back(tmp_path: Path) -> None:
    channel = load_channel()
    save_channel(channel, tmp_path)
    again = load_channel(tmp_path)
    assert np.allclose(again.swap, channel.swap, atol=0.04)
    assert np.array_equal(again.pairs, channel.pairs)


@pytest.mark.parametrize("history", ["of the", "the government", "in accordance", "zebra quagga"])
def test_probabilities_sum_to_one(history: str) -> None:
    model, vocabulary = load_model(), load_wordlist().vocabulary
    u, v = (vocabulary.get(word, -3) + 3 for word in history.split())
    every = np.arange(len(model.p1), dtype=np.uint32)
    logs = model.after_two(np.full_like(every, u), np.full_like(every, v), every)
    assert np.exp(logs.astype(float)).sum() == pytest.approx(1, abs=0.05)  # bytes of log-probability
    assert model.after_one(np.full_like(every, SENTENCE), every).max() < 0


@pytest.mark.parametrize("name, features", [("words", len(NAMES)), ("case", 29), ("marks", 54)])
def test_decisions_are_probabilities(name: str, features: int) -> None:
    network = load_network(name)
    assert network.shift.shape == (features,)
    assert (np.diff(network.raw) > 0).all()
    assert (np.diff(network.right) >= 0).all()
    rows = np.random.default_rng(1).normal(size=(100, features)).astype(np.float32)
    confidence = network.probability(rows)
    assert ((confidence >= 0) & (confidence <= 1)).all()


def test_the_shipped_files_are_small() -> None:
    assert sum(path.stat().st_size for path in lexicon_folder().iterdir()) < 8_200_000
