"""Train the model of a word's surroundings in dictionaries/lexicon/ on the text that lexicon.py counted.

    python dictionaries/build/lexicon_context.py TEXT_FOLDER [--cache FOLDER] [--steps N]

Run it after lexicon.py, whose numbers of words it uses. What it computes is told in cablefix.lexicon.surroundings. Each
step takes some thousand places of the text, hides a few of the words around (an engine may have misread them), and
makes the word that stands there likelier than others: than words drawn by their frequency to the power of 3/4 (sampled
softmax, Bengio and Senecal 2008), and than the words that one or two wrong letters make of it, which are those it will
be weighed against. Common words are passed over by chance (Mikolov et al. 2013); that is made good in
what ships. Needs PyTorch; twenty minutes on one core. The same text and version of PyTorch give nearly the same model.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from cablefix.lexicon.files import read_words
from cablefix.lexicon.model import FIRST_WORD, UNKNOWN
from cablefix.lexicon.surroundings import SIDE, STEPS_BELOW_ZERO
from cablefix.train.texts import cached_stream
from cablefix.train.trigrams import unit_stream

OUT = Path(__file__).resolve().parent.parent / "lexicon"
ROWS, SIZE, HIDDEN = 40_000, 64, 128  # words that get a vector, its numbers, those of the hidden layer
BATCH, DRAWN, LIKE = 4096, 1024, 12  # places of a step, words drawn, and words like the one that stands there
RATE, WARM_UP, HIDE = 3e-3, 500, 0.06
PASSED_OVER = 1e-3  # words above this share are passed over the more often, the commoner they are
SPECIAL = 0.02  # share of the sentence bounds, numbers and unknown words that are looked at
USES = 5  # of a word that another may be taken for
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def words_alike(words: list[str], counts: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """For each unit the commonest units with one letter more, less or other, or two turned; and which are given.

    >>> alike, given = words_alike(["form", "from", "four", "or"], np.array([9, 9, 9, 9]))
    >>> alike[FIRST_WORD][given[FIRST_WORD]].tolist()  # of `form`: `from`
    [4]
    """
    reduced: dict[str, list[int]] = defaultdict(list)
    for row, word in enumerate(words):
        if len(word) > 1 and counts[row] >= USES:
            for less in {word, *(word[:k] + word[k + 1 :] for k in range(len(word)))}:
                reduced[less].append(row)
    near: list[set[int]] = [set() for _ in words]
    for rows in reduced.values():
        often = sorted(rows, key=lambda row: -counts[row])[:60]
        for row in rows:
            near[row].update(often)
    alike = np.zeros((len(words) + FIRST_WORD, LIKE), np.int64)
    given = np.zeros(alike.shape, np.bool_)
    for row, others in enumerate(near):
        best = sorted(others - {row}, key=lambda other: -counts[other])[:LIKE]
        alike[row + FIRST_WORD, : len(best)] = np.array(best, np.int64) + FIRST_WORD
        given[row + FIRST_WORD, : len(best)] = True
    return alike, given


class Model:
    """Vectors of words; what stands around a word, as a vector of the same space."""

    def __init__(self, share: Floats) -> None:
        self.vectors = nn.Parameter(torch.randn(len(share), SIZE) * 0.1)
        self.bias = nn.Parameter(torch.tensor(np.log(share), dtype=torch.float32))
        self.places = nn.Parameter(torch.full((2 * SIDE, SIZE), 0.3))
        self.first, self.second = nn.Linear(2 * SIDE * SIZE, HIDDEN), nn.Linear(HIDDEN, SIZE)

    def parameters(self) -> list[Tensor]:
        """All that is learned."""
        return [self.vectors, self.bias, self.places, *self.first.parameters(), *self.second.parameters()]

    def look(self, around: Tensor) -> Tensor:
        """The vectors of some surroundings, given as numbers of shape (rows, 2 * SIDE)."""
        each = functional.embedding(around, self.vectors)
        hidden = functional.relu(self.first(each.flatten(1)))
        vector: Tensor = (each * self.places).sum(1) + self.second(hidden)
        return vector


@dataclass
class Text:
    """A text as rows of the table of vectors; `taken`: the chance that a place with a unit is looked at."""

    units: NDArray[np.uint16]
    rows: NDArray[np.int64]  # of each unit, 0 for those without a vector
    taken: Floats
    alike: Ints
    given: NDArray[np.bool_]


def train(text: Text, steps: int, seed: int = 0) -> Model:
    """The model after some steps of Adam, at a rate that falls to nothing."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    number = int(text.rows.max()) + 1
    counts = np.maximum(np.bincount(text.rows[text.units], minlength=number), 1).astype(np.float64)
    model = Model(counts / counts.sum())
    draw = counts**0.75 / (counts**0.75).sum()
    up_to, log_draw = np.cumsum(draw), torch.tensor(np.log(draw * DRAWN), dtype=torch.float32)
    alike, given = text.rows[text.alike], text.given & (text.rows[text.alike] > 0)
    offsets = np.concatenate((np.arange(-SIDE, 0), np.arange(1, SIDE + 1)))
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, betas=(0.9, 0.98))
    told = 0.0
    for step in range(steps):
        at = rng.integers(SIDE, len(text.units) - SIDE, BATCH * 3)
        at = at[rng.random(len(at)) < text.taken[text.units[at]]][:BATCH]
        around = text.rows[text.units[at[:, None] + offsets]]
        around[rng.random(around.shape) < HIDE] = 0
        unit = text.units[at]
        word = torch.from_numpy(text.rows[unit])
        drawn = torch.from_numpy(np.minimum(np.searchsorted(up_to, rng.random(DRAWN)), number - 1))
        vector = model.look(torch.from_numpy(around))
        right = (vector * functional.embedding(word, model.vectors)).sum(1) + model.bias[word]
        others = vector @ functional.embedding(drawn, model.vectors).T + model.bias[drawn] - log_draw[drawn]
        others = others.masked_fill(drawn[None] == word[:, None], -1e9)
        among = right - log_draw[word]
        loss = (torch.logaddexp(among, torch.logsumexp(others, 1)) - among).mean()
        like = torch.from_numpy(alike[unit])
        has = torch.from_numpy(given[unit])
        rivals = torch.bmm(functional.embedding(like, model.vectors), vector[:, :, None])[:, :, 0] + model.bias[like]
        beside = torch.logaddexp(right, torch.logsumexp(rivals.masked_fill(~has, -1e9), 1)) - right
        loss = loss + beside[has.any(1)].mean()
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / WARM_UP) * (1 - step / steps) + 1e-5
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        told += loss.item() / 200
        if step % 200 == 199:
            print(f"{step + 1}: {told:.4f}", flush=True)
            told = 0.0
    return model


def pack(vectors: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """Each number in four bits, two to a byte, the first half of a vector below the second; and each row's scale."""
    scale = np.maximum(np.abs(vectors).max(1), 1e-6) / (STEPS_BELOW_ZERO - 1)
    steps = (np.round(vectors / scale[:, None]) + STEPS_BELOW_ZERO).astype(np.uint8)
    half = steps.shape[1] // 2
    return steps[:, :half] | (steps[:, half:] << 4), scale.astype(np.float16)


def write(model: Model, units: Ints, taken: Floats, out: Path) -> None:
    """Write the model; `units` are those of its rows."""
    parts = {
        "bias": model.bias, "places": model.places, "w1": model.first.weight.T, "b1": model.first.bias,
        "w2": model.second.weight.T, "b2": model.second.bias,
    }  # fmt: skip
    learned = {name: part.detach().numpy() for name, part in parts.items()}
    learned["bias"] = learned["bias"] - np.log(taken[units])
    packed, scale = pack(model.vectors.detach().numpy())
    np.save(out / "context_words.npy", packed)
    small: dict[str, Any] = {name: value.astype(np.float16) for name, value in learned.items()}
    words, unit = np.array(len(taken)), units.astype(np.uint16)
    np.savez_compressed(out / "context_net.npz", words=words, unit=unit, scale=scale, **small)


def main() -> None:
    """Count, train, write."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("text", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--steps", type=int, default=11_000)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    words = read_words(OUT / "words.z")
    number = {word: row + FIRST_WORD for row, word in enumerate(words)}
    units = unit_stream(cached_stream(options.text, options.cache), number).astype(np.uint16)
    counts = np.bincount(units, minlength=len(words) + FIRST_WORD).astype(np.int64)
    share = counts / counts.sum()
    often = np.argsort(-counts, kind="stable")[:ROWS]
    kept = np.union1d(np.arange(FIRST_WORD), often)
    rows = np.full(len(counts), UNKNOWN, np.int64)
    rows[kept] = np.arange(len(kept))
    taken = np.minimum(1, np.sqrt(PASSED_OVER / np.maximum(share, 1e-12)))
    taken[:FIRST_WORD] = SPECIAL
    taken[UNKNOWN] = 1
    alike, given = words_alike(words, counts[FIRST_WORD:])
    print(f"{len(units)} units, {len(kept)} with a vector")
    write(train(Text(units, rows, taken, alike, given), options.steps), kept, taken, options.out)


if __name__ == "__main__":
    main()
