"""What is remembered of words from text to text changes no result."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cablefix.lexicon import candidates, explainer
from cablefix.lexicon.adapt import load_channel
from cablefix.lexicon.candidates import Finder
from cablefix.lexicon.channel import explain
from cablefix.lexicon.decision import load_network
from cablefix.lexicon.explainer import Explainer
from cablefix.lexicon.model import load_model
from cablefix.lexicon.repair import Lexicon, WordRepair, load_lexicon, repair_words
from cablefix.lexicon.tokens import read_tokens
from cablefix.lexicon.typestore import Numbered

WORDS = st.text(alphabet="abcdelmnrtu", min_size=1, max_size=9)


@pytest.fixture(scope="module")
def texts(root: Path) -> list[str]:
    """Messages that engines misread."""
    return [path.read_text(encoding="utf-8") for path in sorted((root / "benchmarks/noise/C2").glob("*.txt"))[:5]]


def fresh() -> Lexicon:
    """Our lexicon, of which nothing was asked yet."""
    shipped = load_lexicon()
    return replace(shipped, finder=Finder(shipped.words, shipped.channel))


def repairs(text: str, lexicon: Lexicon) -> list[WordRepair]:
    """The repairs of a plain text."""
    return repair_words(list(read_tokens(text)), lexicon)


def test_what_was_read_before_does_not_matter(texts: list[str]) -> None:
    first = [repairs(text, fresh()) for text in texts]
    used = fresh()
    for _ in range(2):
        assert [repairs(text, used) for text in reversed(texts)] == first[::-1]
    assert sum(map(len, first)) > 50


def test_what_is_forgotten_does_not_matter(texts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [repairs(text, fresh()) for text in texts[:2]]
    for module in (candidates, explainer):
        monkeypatch.setattr(module, "_REMEMBERED", 3)
    forgetful = fresh()
    assert [repairs(text, forgetful) for text in texts[:2]] == expected


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8))
def test_an_explanation_costs_what_it_cost_the_channel_that_found_it(pairs: list[tuple[str, str]]) -> None:
    channel = load_channel()
    seen, meant = [one for one, _ in pairs], [other for _, other in pairs]
    expected, found = explain(channel, seen, meant), Explainer(channel).explain(channel, seen, meant)
    reached = expected.cost < 5000
    np.testing.assert_allclose(found.cost[reached], expected.cost[reached], atol=1e-3)
    assert (found.cost[~reached] > 5000).all()
    assert found.count[reached].tolist() == expected.count[reached].tolist()


@given(st.lists(WORDS, max_size=20), st.lists(WORDS, max_size=20))
def test_answers_stay_with_their_strings(early: list[str], late: list[str]) -> None:
    words = Numbered()
    words.ask(str.isupper, words.numbers(early))
    of = words.numbers(late)
    assert words.ask(len, of, np.int64).tolist() == list(map(len, late))
    different, row = words.in_order(of)
    assert [words.strings[at] for at in different.tolist()] == list(dict.fromkeys(late))
    assert different[row].tolist() == of.tolist()


def test_keys_are_found_where_they_stand() -> None:
    model = load_model()
    rows = np.arange(0, len(model.key2), 997)
    v, w = model.key2[rows] >> np.uint32(16), model.key2[rows] & np.uint32(0xFFFF)
    assert model.after_one(v, w).tolist() == model.p2[rows].tolist()


@pytest.mark.parametrize("name", ["words", "case", "marks"])
def test_rows_do_not_depend_on_their_neighbours(name: str) -> None:
    network = load_network(name)
    scale = np.where(network.scale > 0, network.scale, 1)
    spread = np.random.default_rng(3).normal(size=(150, len(scale))) / scale
    features = (spread + network.shift).astype(np.float32)
    alone = [float(network.answer(row[None])[0]) for row in features]
    np.testing.assert_allclose(network.answer(features), alone, atol=1e-3)
