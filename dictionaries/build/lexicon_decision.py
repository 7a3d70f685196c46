"""Train the decision of dictionaries/lexicon/ on documents with truth, and on clean text where every change is wrong.

    python dictionaries/build/lexicon_decision.py --noisy FOLDER... --clean FOLDER... --misread FOLDER...

Folders of --noisy hold <id>.ocr.txt and <id>.gt.txt; the others .txt or .txt.xz files. Text of --clean gets slips of
a typist, which must stay, and broken spacing; text of --misread is misread by engines of our own (lexicon_noise.py), so
that the decision knows more engines than those that we have pages of. What is made counts less than what is real. Part
of the documents are studied with a lexicon that lacks a quarter of its rarer words, so that the decision learns to live
with words that no list has. Answers are calibrated on real documents that the calibrating networks have not seen (three
folds). Needs scikit-learn, for the trees.
"""

from __future__ import annotations

import argparse
import pickle
import random
import re
import string
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from lexicon_noise import misread
from lexicon_truth import Truth
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from cablefix.lexicon.candidates import Finder
from cablefix.lexicon.decision import Network
from cablefix.lexicon.marks import MARKS, mark_bounds
from cablefix.lexicon.repair import Lexicon, Study, load_lexicon, name_case_repair, name_repair, study
from cablefix.lexicon.tokens import Token, read_tokens
from cablefix.train.channel import documents
from cablefix.train.texts import texts

OUT = Path(__file__).resolve().parent.parent / "lexicon"
HIDDEN, NETWORKS, FOLDS, TREES, LEAVES = 40, 3, 3, 300, 23
RARE = 96  # words below this count (in steps of the word list) may be hidden
HIDDEN_SHARE = 0.25
CLEAN_SIZE, CLEAN_STEP = 8_000, 60_000  # characters of a clean document, and from one to the next
REAL, MISREAD, CLEAN, SPACED = 1.0, 0.2, 0.2, 0.4  # weights
SLIPS = 0.003
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
KEYS = {c: row[max(0, k - 1) : k] + row[k + 1 : k + 2] for row in ROWS for k, c in enumerate(row)}
Floats = NDArray[np.float32]


@dataclass
class Sample:
    """One document's places: features, whether the repair is right, the document's number and set."""

    features: Floats
    right: NDArray[np.bool_]
    name: str
    case: Floats  # the same of the places whose case is doubtful
    case_right: NDArray[np.bool_]
    marks: Floats  # the same of the gaps whose mark is doubtful
    marks_right: NDArray[np.bool_]
    weight: float = REAL


def poorer(lexicon: Lexicon, seed: int) -> Lexicon:
    """The lexicon without some of its rarer words."""
    rng = np.random.default_rng(seed)
    words = lexicon.words
    counts = words.counts[0]
    gone = (counts < RARE) & (rng.random(len(counts)) < HIDDEN_SHARE)
    vocabulary = {word: row for word, row in words.vocabulary.items() if not gone[row]}
    more = frozenset(word for word in words.more if zlib.crc32(f"{word}{seed}".encode()) % 4)
    kept = replace(words, vocabulary=vocabulary, more=more)
    return replace(lexicon, words=kept, finder=Finder(kept, lexicon.channel))


def slip(text: str, rng: random.Random) -> str:
    """The text with slips of a typist or a teletype in some words: these are the author's and must stay."""
    words = re.split(r"(\s+)", text)
    for at in range(0, len(words), 2):
        word = words[at]
        if len(word) < 4 or not word.isalpha() or rng.random() > SLIPS:
            continue
        k = rng.randrange(1, len(word) - 1)
        kind = rng.randrange(5 if text.isupper() else 4)
        if kind == 4:  # a teletype prints any letter for one that was hurt on the way
            words[at] = word[:k] + rng.choice(string.ascii_uppercase) + word[k + 1 :]
        elif kind == 0:
            words[at] = word[:k] + word[k + 1 :]
        elif kind == 1:
            words[at] = word[:k] + word[k + 1] + word[k] + word[k + 2 :]
        elif kind == 2:
            words[at] = word[:k] + word[k] + word[k:]
        else:
            near = KEYS.get(word[k].lower(), "e")
            new = rng.choice(near)
            words[at] = word[:k] + (new.upper() if word[k].isupper() else new) + word[k + 1 :]
    return "".join(words)


def space(text: str, rng: random.Random) -> str:
    """The text with words parted and joined, as engines do it: now and then, often, or letter by letter in a line."""
    rate = rng.choice((0.002, 0.01, 0.03, 0.1))
    spaced = rng.choice((0.1, 0.1, 0.5))  # share of the lines in which most words are in pieces
    lines = []
    for line in text.split("\n"):
        here = rng.choice((0.5, 0.8)) if rate > 0.02 and rng.random() < spaced else rate
        words = line.split(" ")
        for at, word in enumerate(words):
            if not word.isalpha() or rng.random() > here:
                continue
            if len(word) > 1 and rng.random() < 0.75:
                cut = rng.choice((0.15, 0.4, 0.9)) if here > 0.2 else 0.0
                places = {rng.randrange(1, len(word))} | {k for k in range(1, len(word)) if rng.random() < cut}
                words[at] = "".join(" " * (k in places) + letter for k, letter in enumerate(word))
            elif at + 1 < len(words):
                words[at] += "\0"
        lines.append(" ".join(words).replace("\0 ", "").replace("\0", ""))
    return "\n".join(lines)


def judge(tokens: list[Token], found: Study, truth: Truth | None) -> NDArray[np.bool_]:
    """Whether each place's best hypothesis is right; without a truth, none is."""
    right = np.zeros(len(found.rows), bool)
    if truth is not None:
        for at, row in enumerate(found.rows.tolist()):
            repair = name_repair(tokens, found, row, 0.0)
            case = repair.before.lower() == repair.after.lower()
            right[at] = truth.agrees(repair.start, repair.end, repair.after, case=case)
            if right[at] and not case:  # no repair where the truth agrees with the text as well
                right[at] = not truth.agrees(repair.start, repair.end, repair.before, case=False)
    return right


def sample(tokens: list[Token], found: Study, truth: Truth | None, name: str, weight: float) -> Sample:
    """The sample of one document."""
    case = np.zeros(len(found.case.place), bool)
    if truth is not None:
        for row in range(len(case)):
            repair = name_case_repair(tokens, found, row, 0.0)
            case[row] = truth.agrees(repair.start, repair.end, repair.after, case=True)
            case[row] &= not truth.agrees(repair.start, repair.end, repair.before, case=True)
    marks = np.zeros(len(found.marks.place), bool)
    if truth is not None:
        for row, place in enumerate(found.marks.place.tolist()):
            gold = truth.marks(*mark_bounds(tokens, found.pieces, place))
            seen = found.pieces.gap[place].replace(" ", "")
            marks[row] = MARKS[int(found.marks.target[row])] in gold and seen not in gold
    right = judge(tokens, found, truth)
    return Sample(found.features, right, name, found.case.features, case, found.marks.features, marks, weight)


def samples(noisy: list[Path], clean: list[Path], read_by_us: list[Path]) -> Iterator[Sample]:
    """Study every document, some with a poorer lexicon."""
    full = load_lexicon()
    lexicons = [full, full, poorer(full, 1), poorer(full, 2)]
    number = 0
    for folder in noisy:
        for name, ocr, gold in documents(folder):
            tokens = list(read_tokens(ocr))
            found = study(tokens, lexicons[number % len(lexicons)])
            number += 1
            if found is not None:
                yield sample(tokens, found, Truth(ocr, gold), f"{folder.name}/{name}", REAL)
    rng = random.Random(7)
    for folder in clean:
        for text in texts(folder):
            for start in range(0, max(len(text) - CLEAN_SIZE, 1), CLEAN_STEP):
                part = text[start : start + CLEAN_SIZE]
                gold = slip(part.upper() if number % 5 == 0 else part, rng)
                ocr = space(gold, rng) if number % 3 else gold
                tokens = list(read_tokens(ocr))
                found = study(tokens, lexicons[number % len(lexicons)])
                number += 1
                if found is not None:
                    truth, weight = (Truth(ocr, gold), SPACED) if ocr != gold else (None, CLEAN)
                    yield sample(tokens, found, truth, f"{folder.name}/{start}", weight)
    for folder in read_by_us:
        for ocr, gold in misread(folder, full.channel, 5):
            tokens = list(read_tokens(ocr))
            found = study(tokens, lexicons[number % len(lexicons)])
            number += 1
            if found is not None:
                yield sample(tokens, found, Truth(ocr, gold), f"{folder.name}/misread", MISREAD)


def train(x: Floats, y: Floats, weight: Floats, seed: int, epochs: int = 16) -> list[Floats]:
    """One network by Adam on the weighted cross-entropy; its w1, b1, w2, b2."""
    rng = np.random.default_rng(seed)
    weights = [
        rng.normal(0, (2 / x.shape[1]) ** 0.5, (x.shape[1], HIDDEN)), np.zeros(HIDDEN),
        rng.normal(0, HIDDEN**-0.5, HIDDEN), np.zeros(()),
    ]  # fmt: skip
    params: list[NDArray[np.floating[Any]]] = [w.astype(np.float32) for w in weights]
    first = [np.zeros_like(p) for p in params]
    second = [np.zeros_like(p) for p in params]
    step, batch = 0, 256
    total = epochs * (len(x) // batch + 1)
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch):
            of = order[start : start + batch]
            gradient = _gradient(params, x[of], y[of], weight[of])
            step += 1
            rate = 3e-3 * min(1, step / 300) * (0.02 + 0.98 * (1 - step / (total + 1)))
            for k, slope in enumerate(gradient):
                slope = slope + 1e-4 * params[k]
                first[k] = 0.9 * first[k] + 0.1 * slope
                second[k] = 0.999 * second[k] + 0.001 * slope**2
                mean, spread = first[k] / (1 - 0.9**step), second[k] / (1 - 0.999**step)
                params[k] = params[k] - rate * mean / (np.sqrt(spread) + 1e-8)
    return [w.astype(np.float32) for w in params]


def _gradient(params: Sequence[NDArray[np.floating[Any]]], x: Floats, y: Floats, weight: Floats) -> list[Floats]:
    w1, b1, w2, b2 = params
    hidden = np.maximum(x @ w1 + b1, 0)
    logit = hidden @ w2 + b2
    slope = (1 / (1 + np.exp(-np.clip(logit, -30, 30))) - y) * weight / len(x)
    back = (slope[:, None] * w2) * (hidden > 0)
    return [x.T @ back, back.sum(0), hidden.T @ slope, slope.sum()]


def fit(x: Floats, y: Floats, weight: Floats, seeds: range) -> Network:
    """An uncalibrated network with its trees."""
    shift = x.mean(0)
    scale = 1 / np.maximum(x.std(0), 1e-3)
    z = np.clip((x - shift) * scale, -6, 6).astype(np.float32)
    nets = [train(z, y, weight, seed) for seed in seeds]
    parts = [np.stack([net[k] for net in nets]).astype(np.float32) for k in range(4)]
    line = np.array([-20, 20], np.float32)
    w1, b1, w2, b2 = parts
    calibrated = (1 / (1 + np.exp(-line))).astype(np.float32)
    return Network(shift, scale.astype(np.float32), w1, b1, w2, b2, line, calibrated, *boost(x, y, weight))


Trees = tuple[NDArray[np.int16], Floats, NDArray[np.int16], NDArray[np.int16], Floats, Floats]


def boost(x: Floats, y: Floats, weight: Floats) -> Trees:
    """Boosted trees as arrays: feature, threshold, left, right, value of each node, and the base value."""
    model = HistGradientBoostingClassifier(
        max_iter=TREES, learning_rate=0.07, max_leaf_nodes=LEAVES, l2_regularization=1.0, min_samples_leaf=40
    )
    model.fit(x, y, sample_weight=weight)
    tables = [predictors[0].nodes for predictors in model._predictors]
    size = max(map(len, tables))
    own = np.tile(np.arange(size, dtype=np.int16), (len(tables), 1))
    feature, left, right = np.zeros_like(own), own.copy(), own.copy()
    threshold, value = np.zeros(own.shape, np.float32), np.zeros(own.shape, np.float32)
    for row, nodes in enumerate(tables):
        inner = np.flatnonzero(nodes["is_leaf"] == 0)
        leaf = np.flatnonzero(nodes["is_leaf"])
        feature[row, inner] = nodes["feature_idx"][inner]
        threshold[row, inner] = nodes["num_threshold"][inner]
        left[row, inner], right[row, inner] = nodes["left"][inner], nodes["right"][inner]
        value[row, leaf] = nodes["value"][leaf]
    base = np.float32(np.ravel(model._baseline_prediction)[0])
    return feature, threshold, left, right, value, np.array(base, np.float32)


def isotonic(raw: Floats, right: Floats, knots: int = 40) -> tuple[Floats, Floats]:
    """A rising map from answer to share of right ones: pooled adjacent violators over quantile bins."""
    order = np.argsort(raw)
    bins = [b for b in np.array_split(order, knots * 4) if len(b)]
    blocks = [[float(raw[b].mean()), float(right[b].sum()) + 0.02, len(b) + 0.04] for b in bins]
    pooled: list[list[float]] = []
    for block in blocks:
        pooled.append(block)
        while len(pooled) > 1 and pooled[-2][1] / pooled[-2][2] >= pooled[-1][1] / pooled[-1][2]:
            b = pooled.pop()
            a = pooled.pop()
            n = a[2] + b[2]
            pooled.append([(a[0] * a[2] + b[0] * b[2]) / n, a[1] + b[1], n])
    return np.array([p[0] for p in pooled], np.float32), np.array([p[1] / p[2] for p in pooled], np.float32)


def main() -> None:
    """Study, train, calibrate, write."""
    raw_text = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw_text)
    parser.add_argument("--noisy", type=Path, nargs="+", required=True)
    parser.add_argument("--clean", type=Path, nargs="*", default=[])
    parser.add_argument("--misread", type=Path, nargs="*", default=[])
    parser.add_argument("--dump", type=Path, help="keep the samples here")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    data = list(samples(options.noisy, options.clean, options.misread))
    if options.dump:
        with options.dump.open("wb") as file:
            pickle.dump(data, file)
    learn("words", [(one.features, one.right, one.weight) for one in data], options.out)
    learn("marks", [(one.marks, one.marks_right, one.weight) for one in data], options.out)
    learn("case", [(one.case, one.case_right, one.weight) for one in data], options.out)


def learn(name: str, data: list[tuple[Floats, NDArray[np.bool_], float]], out: Path) -> None:
    """Train, calibrate and write one network."""
    x = np.concatenate([features for features, _, _ in data])
    y = np.concatenate([right for _, right, _ in data]).astype(np.float32)
    sizes = [len(right) for _, right, _ in data]
    group = np.repeat(np.arange(len(data)), sizes)
    weight = np.repeat([np.float32(weight) for _, _, weight in data], sizes)
    print(f"{name}: {len(data)} documents, {len(y)} places, {y.mean():.3f} right, {x.shape[1]} features")
    held = np.zeros(len(y), np.float32)
    for fold in range(FOLDS):
        hidden = group % FOLDS == fold
        held[hidden] = fit(x[~hidden], y[~hidden], weight[~hidden], range(NETWORKS)).answer(x[hidden])
    loss = np.mean(np.logaddexp(0, np.where(y > 0, -held, held)))
    print(f"held-out cross-entropy {loss:.4f}")
    real = weight == REAL
    raw, right = isotonic(held[real], y[real])
    network = replace(fit(x, y, weight, range(NETWORKS)), raw=raw, right=right)
    fields = {field: getattr(network, field) for field in Network.__dataclass_fields__}
    np.savez_compressed(out / f"decision_{name}.npz", **fields)


if __name__ == "__main__":
    main()
