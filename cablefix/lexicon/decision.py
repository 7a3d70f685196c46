"""The decision: how likely the best hypothesis of a place is right, from its features.

The mean of several small networks (one hidden layer) and of boosted trees, then a map from their answer to the share
of right ones observed on texts that they were not trained on. Made by dictionaries/build/lexicon_decision.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.files import lexicon_folder

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

_NO = np.float32(-4)  # log-odds of the networks below which the trees are not asked
_TOGETHER = 4  # levels of the trees that all rows go down together; then those that have not come to a leaf
_AT_ONCE = 64  # rows; larger products wake the threads of the linear algebra, which cost more than they bring


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Standardised features through one hidden layer to one answer, a number of times; and trees.

    `shift`, `scale`: shape (features,). `w1`: (networks, features, hidden), `b1`: (networks, hidden), `w2`:
    (networks, hidden), `b2`: (networks,). `raw`, `right`: the calibration map, both rising, shape (knots,).
    The trees' columns have the shape (trees, nodes): a node goes `left` where its feature is at most its threshold,
    else `up`; a leaf goes to itself, and its `value` is what the tree adds to `base`.
    """

    shift: Floats
    scale: Floats
    w1: Floats
    b1: Floats
    w2: Floats
    b2: Floats
    raw: Floats
    right: Floats
    feature: npt.NDArray[np.int16]
    threshold: Floats
    left: npt.NDArray[np.int16]
    up: npt.NDArray[np.int16]
    value: Floats
    base: Floats

    def answer(self, features: Floats) -> Floats:
        """Log-odds before calibration, shape (rows,); the trees are asked where the networks do not say no outright."""
        logits = self.by_networks(features)
        asked = np.flatnonzero(logits > _NO)
        if self.feature.size and len(asked):
            logits[asked] = (logits[asked] + np.maximum(self.by_trees(features[asked]), _NO)) / 2
        return logits

    def by_trees(self, features: Floats) -> Floats:
        """The trees' log-odds; shape (rows,)."""
        feature, threshold, following, value, roots = _lay_out(self)
        flat, row = features.ravel(), np.arange(len(features))[:, None] * features.shape[1]

        def step(node: Ints, row: Ints) -> Ints:
            beyond = flat.take(feature.take(node) + row) > threshold.take(node)
            after: Ints = following.take(2 * node + beyond)
            return after

        node = np.broadcast_to(roots, (len(features), len(roots)))
        for _ in range(_TOGETHER):
            node = step(node, row)
        leaf = node.ravel()
        going, node, row = np.arange(len(leaf)), leaf.copy(), np.repeat(row, len(roots))
        while len(going):
            after = step(node, row)
            leaf[going] = after
            on = np.flatnonzero(after != node)
            going, node, row = going[on], after[on], row[on]
        total: Floats = self.base + value.take(leaf).reshape(len(features), -1).sum(1)
        return total

    def by_networks(self, features: Floats) -> Floats:
        """The networks' mean log-odds; shape (rows,)."""
        x = np.clip((features - self.shift) * self.scale, -6, 6)
        logits = np.zeros(len(x), np.float32)
        for begin in range(0, len(x), _AT_ONCE):
            rows = slice(begin, begin + _AT_ONCE)
            hidden = np.maximum(np.matmul(x[rows], self.w1) + self.b1[:, None], 0)
            logits[rows] = (np.matmul(hidden, self.w2[:, :, None])[:, :, 0] + self.b2[:, None]).mean(0)
        return logits

    def probability(self, features: Floats) -> Floats:
        """The calibrated probability that the hypothesis is right; shape (rows,)."""
        if not len(features):
            return np.zeros(0, np.float32)
        return np.interp(self.answer(features), self.raw, self.right).astype(np.float32)


@lru_cache(maxsize=8)
def _lay_out(network: Network) -> tuple[Ints, Floats, Ints, Floats, Ints]:
    """The trees with their nodes numbered through: feature, threshold, the two nodes that follow each, value; roots."""
    trees, size = network.feature.shape
    roots = np.arange(trees) * size
    following = np.stack((network.left + roots[:, None], network.up + roots[:, None]), axis=2)
    return (
        network.feature.astype(np.int64).ravel(),
        network.threshold.ravel(),
        following.ravel(),
        network.value.ravel(),
        roots,
    )


@lru_cache(maxsize=8)
def load_network(name: str = "words", folder: Path | None = None) -> Network:
    """A network of a folder made by dictionaries/build/lexicon_decision.py; without one, a shipped one."""
    with np.load((folder or lexicon_folder()) / f"decision_{name}.npz") as data:
        return Network(**{key: data[key] for key in data.files})
