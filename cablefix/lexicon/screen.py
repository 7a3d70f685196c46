"""Which pieces of a text to doubt: unknown ones, and words that do not fit where they stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.model import UNKNOWN, LanguageModel
from cablefix.lexicon.pieces import Bools, Case, Ints, Kind, Pieces, unit_stream

Floats = npt.NDArray[np.float32]

_ACRONYM = 5  # capitals up to this length amid small letters are taken for an acronym
# Nats below which a known word and its successor do not fit where they stand: on a clean page, and on a page on
# which one character in fifty is wrong.
_FIT, _FIT_NOISY, _NOISY = -3.0, 1.0, 0.02
_WINDOW = 3
# Questions that are asked of every text, each a function that lives as long as the process.
_is_lone = frozenset("1io").__contains__  # single characters that may be what is left of a word
_is_hyphen = "-".__eq__


@dataclass(frozen=True, slots=True, eq=False)
class Screen:
    """What the screen found; columns of shape (pieces,).

    `unknown`, `doubtful`: to be looked at, as no word or as a word out of place. `damaged`: unknown or a stray
    letter. `acronym`: unknown short capitals amid small letters. `free`: may be repaired at all. `capitals`: share of
    upper-case words among the neighbours. `fit`: how
    much better than by its frequency the language model expects the piece and its successor. `rate`: the text's
    guessed share of wrong characters.
    """

    unknown: Bools
    doubtful: Bools
    damaged: Bools
    acronym: Bools
    free: Bools
    capitals: Floats
    fit: Floats
    rate: float


def screen_pieces(pieces: Pieces, model: LanguageModel) -> Screen:
    """Screen all pieces at once."""
    types, of = pieces.types, pieces.type
    kind, case = types.kind[of], types.case[of]
    word = (kind == Kind.WORD) | (kind == Kind.MIXED)
    capitals = neighbourhood(word & (case == Case.UPPER), word)
    acronym = (case == Case.UPPER) & (types.length[of] <= _ACRONYM) & (capitals < 0.5) & ~types.known[of]
    held = pieces.held | foreign(pieces) | _double_names(pieces) | _names_with_particles(pieces)
    lone = types.which(_is_lone)[of]
    free = ~held & ((kind == Kind.LETTER) | word | lone)
    known = types.known[of]
    unknown = (word | (kind == Kind.LETTER)) & free & ~known
    units = np.zeros((len(pieces), 1), np.uint32)
    units[:, 0] = types.unit[of]
    flat, begin = unit_stream(pieces, units, np.ones(len(pieces), np.int64))
    over = model.along(flat, np.ones(len(flat), bool))[2:] - model.p1[flat[2:]]
    fit = over[begin - 2] + over[begin - 1]
    rate = guess_rate(pieces)
    limit = _FIT + (_FIT_NOISY - _FIT) * min(rate / _NOISY, 1.0)
    doubtful = (word | lone) & free & known & (types.unit[of] != UNKNOWN) & (fit < limit)
    doubtful |= _habitual(pieces, doubtful) & word & free & known
    damaged = unknown & ~acronym
    return Screen(unknown, doubtful, damaged, acronym, free, capitals, fit, rate)


def _double_names(pieces: Pieces) -> Bools:
    """Unknown words with a capital that a hyphen ties to another word with one: names."""
    title = (pieces.types.case == Case.TITLE)[pieces.type]
    tied = np.zeros(len(pieces), bool)
    tied[1:] = title[1:] & title[:-1] & pieces.near[1:]
    tied[1:] &= pieces.by_gap(_is_hyphen)[1:]
    tied[:-1] |= tied[1:]
    names: Bools = tied & ~pieces.types.known[pieces.type]
    return names


_is_particle = frozenset("de del della di du des da das dos von van".split()).__contains__


def _names_with_particles(pieces: Pieces) -> Bools:
    """Unknown words with a capital around a particle between two such: `Direccion General de Aeronautica Civil`."""
    types, of = pieces.types, pieces.type
    capital = ((types.case == Case.TITLE) | (types.case == Case.UPPER))[of]
    particle = types.which_low(_is_particle)[of]
    near = np.zeros(len(pieces), bool)
    at = np.flatnonzero(particle[1:-1] & capital[:-2] & capital[2:]) + 1
    for step in (-2, -1, 1, 2):
        near[np.clip(at + step, 0, len(pieces) - 1)] = True
    names: Bools = near & capital & ~types.known[of]
    return names


def _habitual(pieces: Pieces, doubtful: Bools) -> Bools:
    """Every place of a word that is doubted in a third of its places, in any case, if it stands more than once."""
    size, of = len(pieces.types.words), pieces.types.word[pieces.type]
    doubts = np.bincount(of[doubtful], minlength=size)
    often: Bools = ((doubts > 1) & (doubts * 3 >= np.bincount(of, minlength=size)))[of]
    return often


def neighbourhood(mark: Bools, among: Bools, window: int = _WINDOW) -> Floats:
    """The share of marked pieces among the neighbours of each, up to `window` on either side; shape (pieces,)."""
    low = np.maximum(np.arange(len(mark)) - window, 0)
    high = np.minimum(np.arange(len(mark)) + window + 1, len(mark))

    def around(values: Bools) -> Ints:
        total = np.concatenate(([0], np.cumsum(values)))
        near: Ints = total[high] - total[low] - values
        return near

    share: Floats = (around(mark) / np.maximum(around(among), 1)).astype(np.float32)
    return share


_is_english = frozenset(
    "the of and to that is was for with as be by this not have from are which it had were has".split()
).__contains__
_is_foreign = frozenset(
    "le les des du et que qui dans pour par sur une est au aux il ne pas los las el del y por para con se su como "
    "der die das und den dem von zu ist nicht auf mit ein eine im il della che di non per dei della una gli o os "
    "da do dos em uma das ao nao en la".split()
).__contains__
_FOREIGN_WINDOW = 8


def foreign(pieces: Pieces) -> Bools:
    """Pieces in a passage of another language: several of its small words are near, and hardly an English one.

    French, Spanish, Portuguese, German and Italian; shape (pieces,).
    """
    theirs = pieces.types.which_low(_is_foreign)[pieces.type]
    if theirs.sum() < 3:
        return np.zeros(len(pieces), bool)
    ours = pieces.types.which_low(_is_english)[pieces.type]
    begin = np.maximum(np.arange(len(pieces)) - _FOREIGN_WINDOW, 0)
    end = np.minimum(np.arange(len(pieces)) + _FOREIGN_WINDOW + 1, len(pieces))

    def near(mark: Bools) -> Ints:
        total = np.concatenate(([0], np.cumsum(mark)))
        count: Ints = total[end] - total[begin]
        return count

    return (near(theirs) >= 3) & (near(ours) * 3 <= near(theirs))


def guess_rate(pieces: Pieces) -> float:
    """The share of wrong characters, from the share of unknown words among those in small letters."""
    types = pieces.types
    looked = (types.kind == Kind.WORD) & (types.case == Case.LOWER) & (types.length >= 4)
    total = float(types.count[looked].sum())
    unknown = float(types.count[looked & ~types.known].sum())
    if not total:
        return 0.01
    letters = float((types.count * types.length.astype(np.int64))[looked].sum())
    wrong = max(unknown - 0.004 * total, 0.0)  # rare words that are right
    return min(max((wrong + 0.1) / letters, 2e-4), 0.15)


def places(pieces: Pieces, screen: Screen) -> Ints:
    """The places to be looked at, in order."""
    return np.flatnonzero(screen.unknown | screen.doubtful)
