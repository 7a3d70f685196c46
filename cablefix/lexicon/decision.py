"""The decision: how likely the best hypothesis of a place is right, from its features.

Several small networks (one hidden layer, the mean of their answers), then a map from their answer to the share of
right ones observed on texts that they were not trained on. Made by dictionaries/build/lexicon_decision.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.files import lexicon_folder

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Standardised features through one hidden layer to one answer, a number of times.

    `shift`, `scale`: shape (features,). `w1`: (networks, features, hidden), `b1`: (networks, hidden), `w2`:
    (networks, hidden), `b2`: (networks,). `raw`, `right`: the calibration map, both rising, shape (knots,).
    """

    shift: Floats
    scale: Floats
    w1: Floats
    b1: Floats
    w2: Floats
    b2: Floats
    raw: Floats
    right: Floats

    def answer(self, features: Floats) -> Floats:
        """The networks' mean log-odds, before calibration; shape (rows,)."""
        x = np.clip((features - self.shift) * self.scale, -6, 6)
        hidden = np.maximum(np.einsum("rf,nfh->nrh", x, self.w1) + self.b1[:, None], 0)
        logits: Floats = ((hidden * self.w2[:, None]).sum(2) + self.b2[:, None]).mean(0)
        return logits

    def probability(self, features: Floats) -> Floats:
        """The calibrated probability that the hypothesis is right; shape (rows,)."""
        if not len(features):
            return np.zeros(0, np.float32)
        return np.interp(self.answer(features), self.raw, self.right).astype(np.float32)


@lru_cache(maxsize=8)
def load_network(name: str = "words", folder: Path | None = None) -> Network:
    """A network of a folder made by dictionaries/build/lexicon_decision.py; without one, a shipped one."""
    with np.load((folder or lexicon_folder()) / f"decision_{name}.npz") as data:
        return Network(**{key: data[key].astype(np.float32) for key in data.files})
