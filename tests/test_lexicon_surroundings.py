"""The model of a word's surroundings: one reading or many, of one word or several, for other numbers of words."""

from __future__ import annotations

import numpy as np
import pytest

from cablefix.lexicon.model import FIRST_WORD, SENTENCE, UNKNOWN
from cablefix.lexicon.repair import load_lexicon, study
from cablefix.lexicon.surroundings import Readings, load_surroundings
from cablefix.lexicon.tokens import read_tokens
from cablefix.lexicon.wordlist import load_wordlist

VOCABULARY = load_wordlist().vocabulary


def units(text: str) -> list[int]:
    return [VOCABULARY[word] + FIRST_WORD for word in text.split()]


FLAT = np.array(
    [SENTENCE, *units("he said that the matter would be taken up by the council soon"), SENTENCE], np.uint32
)


def readings(*offered: tuple[int, int, str]) -> Readings:
    """Readings of some stretches of the text."""
    unit = np.zeros((len(offered), 3), np.uint32)
    number = np.zeros(len(offered), np.int64)
    for row, (_, _, text) in enumerate(offered):
        number[row] = len(text.split())
        unit[row, : number[row]] = units(text)
    left, right = (np.array([offer[k] for offer in offered], np.int64) for k in (0, 1))
    kept = np.where(right - left == 1, FLAT[left], UNKNOWN).astype(np.uint32)
    return Readings(FLAT, left, right, unit, number, kept)


OFFERED = [(5, 6, "matter"), (5, 6, "mutter"), (1, 2, "he"), (12, 14, "soon"), (5, 6, "mat the"), (7, 8, "be at once")]


def test_many_at_once_are_as_one_by_one() -> None:
    every = load_surroundings().fit(readings(*OFFERED))
    for row, offer in enumerate(OFFERED):
        alone = load_surroundings().fit(readings(offer))
        assert alone.meant[0] == pytest.approx(every.meant[row], abs=1e-3)
        assert alone.kept[0] == pytest.approx(every.kept[row], abs=1e-3)


def test_the_word_that_stands_there_is_what_is_kept() -> None:
    fit = load_surroundings().fit(readings((5, 6, "matter"), (5, 6, "mutter")))
    assert fit.meant[0] == pytest.approx(fit.kept[0], abs=1e-4)
    assert fit.meant[0] > fit.meant[1]


def test_of_several_words_the_first_and_the_last_are_asked_with_the_others_beside_them() -> None:
    model = load_surroundings()
    whole = model.fit(readings((5, 7, "matter would")))
    first, last = model.fit(readings((5, 6, "matter"), (6, 7, "would"))).meant
    assert whole.meant[0] == pytest.approx((first + last) / 2, abs=1e-3)


def test_other_numbers_of_the_same_words_change_nothing() -> None:
    model = load_surroundings()
    theirs = {word: at for at, word in enumerate(reversed([*VOCABULARY, "zzyx"]))}
    other = model.renumbered(VOCABULARY, theirs)
    assert other.row[theirs["matter"] + FIRST_WORD] == model.row[units("matter")[0]]
    assert other.row[theirs["zzyx"] + FIRST_WORD] == model.row[UNKNOWN]
    assert (other.row[:FIRST_WORD] == model.row[:FIRST_WORD]).all()


def test_every_unit_has_a_row_and_every_row_a_vector() -> None:
    model = load_surroundings()
    assert len(model.row) == len(VOCABULARY) + FIRST_WORD
    assert model.row.max() < len(model.packed) == len(model.scale) == len(model.bias)


def test_hopeless_hypotheses_are_not_asked() -> None:
    found = study(
        list(read_tokens("He said that tlie matter would be taken up by the Zxqvbran councll soon.")), load_lexicon()
    )
    assert found is not None
    asked = ~np.isnan(found.weighed.around[:, 0])
    assert asked.any()
    assert (asked == ~np.isnan(found.weighed.around[:, 1])).all()
    assert np.isfinite(found.features).all()
