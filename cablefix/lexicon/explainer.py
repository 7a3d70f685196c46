"""Explanations of pairs, remembered: which errors lead from a word to what is seen does not depend on the page.

Only what the errors cost does: how many there are on the page, and which of them its engine favours.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cablefix.lexicon.channel import Alignment, Channel, Errors, Kind, explain, price
from cablefix.lexicon.remembered import make_room

_REMEMBERED = 50_000  # pairs
_NONE = 5000.0  # nats from which there is no explanation
_FAR = bytes((Kind.FAR, 0, 0))


class Explainer:
    """Explains pairs by one channel, each once; three bytes an error: kind, meant, seen."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._known: dict[tuple[str, str], bytes] = {}

    def explain(self, channel: Channel, seen: Sequence[str], meant: Sequence[str]) -> Alignment:
        """The likeliest explanation of each pair, at the costs of a channel.

        >>> from cablefix.lexicon.adapt import load_channel
        >>> channel = load_channel()
        >>> found = Explainer(channel).explain(channel.with_rate(0.1), ["tbe", "the"], ["the", "the"])
        >>> bool(0 < found.cost[0] < explain(channel, ["tbe"], ["the"]).cost[0]), found.count.tolist()
        (True, [1, 0])
        """
        pairs = list(zip(seen, meant, strict=True))
        codes = list(map(self._known.get, pairs))
        new = [row for row, code in enumerate(codes) if code is None]
        if new:
            fresh = self._learn([pairs[row] for row in new])
            for row, code in zip(new, fresh, strict=True):
                codes[row] = code
        known = [code for code in codes if code is not None]
        table = np.frombuffer(b"".join(known), np.uint8).reshape(-1, 3)
        count = np.fromiter(map(len, known), np.int64, len(known)) // 3
        errors = Errors(np.repeat(np.arange(len(count)), count), *table.T)
        return Alignment(price(channel, errors, len(pairs)), count, errors)

    def _learn(self, pairs: Sequence[tuple[str, str]]) -> list[bytes]:
        found = explain(self._channel, [seen for seen, _ in pairs], [meant for _, meant in pairs])
        errors = found.errors
        order = np.argsort(errors.row, kind="stable")
        table = np.stack((errors.kind, errors.meant, errors.seen), axis=1)[order].tobytes()
        ends = (3 * np.cumsum(found.count)).tolist()
        codes = [table[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]
        for row in np.flatnonzero(found.cost >= _NONE).tolist():
            codes[row] = _FAR
        make_room(self._known, _REMEMBERED)
        self._known.update(zip(pairs, codes, strict=True))
        return codes
