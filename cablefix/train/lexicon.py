"""From a folder of text to a lexicon: word list, language model and marks, alone or laid over ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cablefix.lexicon.marks import load_marks
from cablefix.lexicon.model import FIRST_WORD, decode_model, load_model
from cablefix.lexicon.wordlist import load_wordlist
from cablefix.train.marks import count, write_marks
from cablefix.train.mixing import Numbering, add_words, find_share, mix_models, pool_marks
from cablefix.train.texts import Stream, TrainError, read_stream, read_text, text_files
from cablefix.train.trigrams import letter_model, train, unit_stream
from cablefix.train.words import Listing, count_words, list_words

LEAST_WORDS = 100  # a text of fewer words teaches nothing
_HELD = 10  # the last tenth is held back to find the share of a mixture
_REPORT = "about-lexicon.json"
Step = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class LexiconReport:
    """What was learned. `share` is that of the text's model in the mixture with ours; 1 where the text stands alone."""

    texts: int
    words_read: int
    words: int
    new_words: int
    sifted: int
    bigrams: int
    trigrams: int
    share: float


def quiet(what: str, done: float) -> None:
    """Report no progress."""


def train_lexicon(
    text: Path,
    out: Path,
    *,
    alone: bool = False,
    least: int = 2,
    bigrams: int = 300_000,
    trigrams: int = 300_000,
    step: Step = quiet,
) -> LexiconReport:
    """Train a lexicon on a folder of text files (or one file) and write it into a folder.

    The text is laid over our lexicon; with `alone` it is all there is. A word is listed from `least` uses on. `bigrams`
    and `trigrams` are the most that are kept of the text. `step` is told what is done and how far, 0..1. The same text
    gives the same bytes. Raises TrainError for a text that cannot be read or is too short.
    """
    files = text_files(text)
    stream = read_stream(_reading(files, step))
    uses = sum(1 for kind in stream.types if kind[0].isalpha())
    words_read = int(np.isin(stream.ids, [k for k, kind in enumerate(stream.types) if kind[0].isalpha()]).sum())
    if words_read < LEAST_WORDS or not uses:
        raise TrainError(
            f"{text}: {words_read} words; at least {LEAST_WORDS} are needed, a million are worth the while"
        )
    step("counting words", 0.0)
    counts = count_words(stream)
    ours = load_wordlist()
    if alone:
        listing, sifted = list_words(counts, set(), set(), least, least)
    else:
        listing, sifted = add_words(ours, counts, least)
    if len(listing.words) + FIRST_WORD > 0xFFFF:
        raise TrainError(f"{text}: {len(listing.words)} words, and 65,532 are the most; ask for more uses with --least")
    number = {word: row + FIRST_WORD for row, word in enumerate(listing.words)}
    units = unit_stream(stream, number)
    step("language model", 0.2)
    arrays, share = _model(units, listing, bigrams, trigrams, alone=alone, step=step)
    step("marks", 0.8)
    after, before = count(stream, number)
    if not alone:
        after, before = pool_marks(after, before, load_marks(), ours, Numbering.of(listing.words, ours))
    step("writing", 0.9)
    out.mkdir(parents=True, exist_ok=True)
    listing.write(out)
    for name, array in arrays.items():
        np.save(out / f"model_{name}.npy", array)
    write_marks(after, before, out / "marks.npz")
    new = sum(word not in ours.vocabulary for word in listing.words)
    kept2, kept3 = len(arrays["unit2"]), len(arrays["unit3"])
    report = LexiconReport(len(files), words_read, len(listing.words), new, sifted, kept2, kept3, round(share, 3))
    (out / _REPORT).write_text(json.dumps(asdict(report), indent=2) + "\n", encoding="utf-8")
    step("done", 1.0)
    return report


def _reading(files: list[Path], step: Step) -> Iterator[str]:
    """The texts of files, with the progress by their size."""
    total = sum(path.stat().st_size for path in files) or 1
    done = 0
    for path in files:
        step("reading", done / total)
        yield read_text(path)
        done += path.stat().st_size


def _model(
    units: NDArray[np.int32], listing: Listing, bigrams: int, trigrams: int, *, alone: bool, step: Step
) -> tuple[dict[str, NDArray[np.generic]], float]:
    """The arrays of the language and letter models, and the share of the text's own model in it."""
    size = len(listing.words) + FIRST_WORD
    letters = {"letters": letter_model(listing.words, listing.table[0].astype(np.int64))}
    arrays = {**train(units, size, bigrams, trigrams), **letters}
    share = 1.0
    if not alone:
        ours, numbering = load_model(), Numbering.of(listing.words, load_wordlist())
        cut = len(units) - len(units) // _HELD
        step("language model", 0.4)
        part = {**train(units[:cut], size, bigrams, trigrams), **letters}
        share = find_share(units[cut:], decode_model(part.__getitem__), ours, numbering)
        step("language model", 0.6)
        arrays = {**mix_models(decode_model(arrays.__getitem__), ours, numbering, share), **letters}
    return arrays, share


__all__ = ["LexiconReport", "Stream", "train_lexicon"]
