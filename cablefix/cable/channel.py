"""What OCR makes of the characters of a message header: costs of readings, in nats.

A header is capitals, digits and few marks, so its confusions can be listed. `dictionaries/confusions/header.tsv` holds
them with their costs, `header.toml` what everything else costs. A cost is the negative logarithm of the probability
that the printed characters are seen so.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from cablefix.lexicon.remembered import make_room
from cablefix.resources import DictionaryError, dictionary_path

UNKNOWN = "?"
"""Stands in a reading for a character that cannot be told."""
DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BEAM = 10
_SLACK = 2
_UNREADABLE = 2.0  # a reading that leaves a place open is worth less than one that fills it
_REJECTED = "_~"  # what engines print for a character that they cannot read
_REJECT = 4.5
_MOST_KNOWN = 20_000  # costs and readings that a channel keeps: headers ask for the same ones again and again
_PRIOR_WEIGHT = 8.0
_LEAST_LEARNED = 1.2


class Decoded(NamedTuple):
    """One way to read a group of characters: what was printed, and what that costs."""

    text: str
    cost: float


class Channel:
    """Costs of printed characters being seen as others."""

    def __init__(
        self, pairs: dict[tuple[str, str], float], costs: dict[str, float], general: Channel | None = None
    ) -> None:
        self._pairs, self._costs = pairs, costs
        # Where a document has taught this channel: the one that knew nothing of it, and the pairs taught.
        self._general = general
        self._taught: tuple[tuple[str, str], ...] = ()
        self.same, self.case = costs["same"], costs["case"]
        self.substitution = costs["substitution"]
        self.surplus, self.surplus_mark = costs["surplus"], costs["surplus_mark"]
        self.lost, self.lost_mark = costs["lost"], costs["lost_mark"]
        self.split = costs["split"]
        self._options: dict[tuple[str, str], tuple[tuple[str, float], ...]] = {}
        self._of: dict[tuple[str, str], float] = {}
        self._known_costs: dict[tuple[str, str, float], float] = {}
        self._known_words: dict[tuple[str, tuple[str, ...], float], list[tuple[str, float]]] = {}
        self.openings: dict[str, int] = {}  # what a line may be by its first word (`openings`)
        self._known_least: dict[tuple[str, ...], dict[str, float]] = {}
        self._known_readings: dict[tuple[str, tuple[str, ...], int], tuple[Decoded, ...]] = {}

    def learned(self, counts: Mapping[tuple[str, str], int], totals: Mapping[str, int]) -> Channel:
        """This channel with what one document shows: confusions seen in it are cheaper there.

        `counts` are (printed, seen) pairs of sure repairs, `totals` how often each printed character stood in them. An
        engine on one typeface makes the same mistakes again and again.
        """
        pairs = dict(self._pairs)
        for (printed, seen), count in counts.items():
            before = math.exp(-self.of(printed, seen))
            share = (count + _PRIOR_WEIGHT * before) / (totals[printed] + _PRIOR_WEIGHT)
            pairs[printed, seen] = min(self.of(printed, seen), max(-math.log(share), _LEAST_LEARNED))
        channel = Channel(pairs, self._costs, self)
        channel._taught = tuple(counts)
        return channel

    def _unlearned(self, printed: str, seen: str) -> Channel | None:
        """The general channel, where what the document taught says nothing of these characters; it may answer then."""
        if self._general is None:
            return None
        large = seen.upper()
        if any(a in printed and (b in seen or b in large) for a, b in self._taught):
            return None
        return self._general

    def of(self, printed: str, seen: str) -> float:
        """The cost of one printed character being seen as one other."""
        cost = self._of.get((printed, seen))
        if cost is None:
            cost = self._of[printed, seen] = self._reckon_pair(printed, seen)
        return cost

    def _reckon_pair(self, printed: str, seen: str) -> float:
        if printed == seen:
            return self.same
        known = self._pairs.get((printed, seen))
        if known is not None:
            return known
        if seen in _REJECTED:
            return _REJECT
        if printed == seen.upper():
            return self.case
        known = self._pairs.get((printed, seen.upper()))
        return known + 1.0 if known is not None else self.substitution

    def without(self, seen: str) -> float:
        """The cost of a character being seen where none was printed."""
        if seen == " ":
            return self.split
        return self.surplus if seen.isalnum() else self.surplus_mark

    def loss(self, printed: str) -> float:
        """The cost of a printed character not being seen."""
        return self.lost if printed.isalnum() else self.lost_mark

    def cost(self, printed: str, seen: str, limit: float = math.inf) -> float:
        """The cost of a printed group being seen as another; infinite when it is above the limit.

        >>> channel = load_channel()
        >>> channel.cost("ZNY", "2NY") < channel.cost("ZNY", "XNY")
        True
        >>> channel.cost("SECRET", "REFORM", limit=8.0)
        inf
        """
        if printed == seen:
            return self.same * len(printed)
        key = printed, seen, limit
        cost = self._known_costs.get(key)
        if cost is None:
            make_room(self._known_costs, _MOST_KNOWN)
            cost = self._known_costs[key] = self._reckon(printed, seen, limit)
        return cost

    def _reckon(self, printed: str, seen: str, limit: float) -> float:
        general = self._unlearned(printed, seen)
        if general is not None:
            return general.cost(printed, seen, limit)
        losses = [self.loss(char) for char in printed]
        row = [0.0, *accumulate(losses)]
        for other in seen:
            gone = self.without(other)
            diagonal = row[0]
            left = diagonal + gone
            below = [left]
            for char, loss, above in zip(printed, losses, row[1:], strict=True):
                left = min(diagonal + self.of(char, other), above + gone, left + loss)
                below.append(left)
                diagonal = above
            row = below
            if min(row) > limit:
                return math.inf
        return row[-1] if row[-1] <= limit else math.inf

    def word_cost(self, printed: str, seen: str, limit: float = math.inf) -> float:
        """The cost of a printed word; small letters for capitals throughout are one mistake, not one a letter.

        >>> channel = load_channel()
        >>> channel.word_cost("ROME", "rome") < channel.cost("ROME", "rome")
        True
        """
        if printed == seen:
            return self.same * len(printed)
        mixed = not seen.isupper() and any(map(str.islower, seen))
        if limit < math.inf and Levenshtein.distance(printed, seen.upper() if mixed else seen) > most_edits(printed):
            return math.inf
        plain = self.cost(printed, seen, limit)
        if not mixed:
            return plain
        return min(plain, self.case - 1.5 + self.cost(printed, seen.upper(), limit))

    def nearest(self, seen: str, words: Iterable[str], limit: float) -> list[tuple[str, float]]:
        """The words that a seen one may be, the cheapest first, none above the limit; a closed list is a tuple."""
        if not isinstance(words, tuple):
            return self._nearest(seen, words, limit)
        key = seen, words, limit
        found = self._known_words.get(key)
        if found is None:
            make_room(self._known_words, _MOST_KNOWN)
            general = self._unlearned("".join(words), seen)
            found = general.nearest(seen, words, limit) if general is not None else self._nearest(seen, words, limit)
            self._known_words[key] = found
        return found

    def _nearest(self, seen: str, words: Iterable[str], limit: float) -> list[tuple[str, float]]:
        found = []
        for word in words:
            if abs(len(word) - len(seen)) * self.lost_mark > limit:
                continue
            cost = self.word_cost(word, seen, limit)
            if cost <= limit:
                found.append((word, cost))
        found.sort(key=lambda pair: pair[1])
        return found

    def options(self, seen: str, allowed: str) -> tuple[tuple[str, float], ...]:
        """Which of the allowed characters a seen one may be, the cheapest first, and `UNKNOWN` last."""
        key = (seen, allowed)
        found = self._options.get(key)
        if found is None:
            costs = [(char, self.of(char, seen)) for char in allowed]
            near = sorted((pair for pair in costs if pair[1] < self.substitution), key=lambda pair: pair[1])
            if len(allowed) > 1:
                near.append((UNKNOWN, self.substitution - math.log(len(allowed)) + _UNREADABLE))
            elif not near:
                near = costs
            found = self._options[key] = tuple(near)
        return found

    def least(self, seen: str, shape: tuple[str, ...]) -> float:
        """What any reading of a seen group as a group of a shape costs at least, whatever places its characters fill.

        >>> channel, day = load_channel(), ("0123", DIGITS, "Z")
        >>> [channel.least(seen, day) <= channel.decode(seen, day)[0].cost for seen in ("I72", "WXY")]
        [True, True]
        """
        known = self._known_least.setdefault(shape, {})
        total = 0.0
        for char in seen:
            cost = known.get(char)
            if cost is None:
                make_room(known, _MOST_KNOWN)
                cost = min(self.without(char), *(self.options(char, allowed)[0][1] for allowed in shape))
                known[char] = cost
            total += cost
        return total

    def decode(self, seen: str, shape: Sequence[str], beam: int = _BEAM) -> list[Decoded]:
        """Readings of a seen group as a group of a known shape, the cheapest first.

        `shape` gives the characters allowed at each place. `UNKNOWN` stands where none of them is likely.

        >>> shape = ["0123", DIGITS, "Z"]
        >>> [reading.text for reading in load_channel().decode("I72", shape, 1)]
        ['17Z']
        """
        key = seen, tuple(shape), beam
        readings = self._known_readings.get(key)
        if readings is None:
            make_room(self._known_readings, _MOST_KNOWN)
            readings = self._known_readings[key] = tuple(self._fit(seen, shape, beam))
        return list(readings)

    def _fit(self, seen: str, shape: Sequence[str], beam: int) -> list[Decoded]:
        general = self._unlearned("".join(shape), seen)
        if general is not None:
            return general.decode(seen, shape, beam)
        if len(seen) == len(shape) and all(map(str.__contains__, shape, seen)):
            return self._near_readings(seen, shape, beam)
        columns: list[dict[str, float]] = [{} for _ in range(len(shape) + 1)]
        columns[0][""] = 0.0
        gap = len(shape) - len(seen)
        for place, allowed in enumerate(shape):
            _relax_lost(columns, place, self._lost_reading(allowed), beam)
        for at, char in enumerate(seen):
            columns = self._step(columns, char, shape, at, gap, beam)
        ends = sorted(columns[-1].items(), key=lambda item: item[1])
        return [Decoded(text, cost) for text, cost in ends[:beam]]

    def _near_readings(self, seen: str, shape: Sequence[str], beam: int) -> list[Decoded]:
        """A group in perfect form and its neighbours: one place of it read otherwise."""
        base = self.same * len(seen)
        found = [Decoded(seen, base)]
        if beam > 1:
            for at, (char, allowed) in enumerate(zip(seen, shape, strict=True)):
                for option, price in self.options(char, allowed):
                    if option != char and option != UNKNOWN:
                        found.append(Decoded(seen[:at] + option + seen[at + 1 :], base - self.same + price))
            found.sort(key=lambda item: item.cost)
        return found[:beam]

    def _lost_reading(self, allowed: str) -> tuple[str, float]:
        return (allowed, self.loss(allowed)) if len(allowed) == 1 else (UNKNOWN, self.lost)

    def _step(
        self,
        columns: list[dict[str, float]],
        char: str,
        shape: Sequence[str],
        at: int,
        gap: int,
        beam: int,
    ) -> list[dict[str, float]]:
        """One more seen character: it is surplus, or it stands for the next place of the shape."""
        fresh: list[dict[str, float]] = [{} for _ in columns]
        gone = self.without(char)
        for place, column in enumerate(columns):
            if not column or not -_SLACK + min(0, gap) <= place - at <= _SLACK + max(0, gap) + 1:
                continue
            kept = column if len(column) <= beam else dict(sorted(column.items(), key=lambda i: i[1])[:beam])
            here = fresh[place]
            for text, cost in kept.items():
                if cost + gone < here.get(text, math.inf):
                    here[text] = cost + gone
            if place < len(shape):
                there = fresh[place + 1]
                for option, price in self.options(char, shape[place]):
                    for text, cost in kept.items():
                        longer = text + option
                        if cost + price < there.get(longer, math.inf):
                            there[longer] = cost + price
        for place, allowed in enumerate(shape):
            _relax_lost(fresh, place, self._lost_reading(allowed), beam)
        return fresh


def most_edits(word: str) -> int:
    """How many characters of a word may be wrong: of longer ones almost half."""
    return 1 + (2 * len(word)) // 5 if len(word) > 2 else len(word)


def _relax_lost(columns: list[dict[str, float]], place: int, reading: tuple[str, float], beam: int) -> None:
    """Let the next place of the shape be lost."""
    char, price = reading
    there = columns[place + 1]
    for text, cost in sorted(columns[place].items(), key=lambda item: item[1])[: max(2, beam // 4)]:
        longer = text + char
        if cost + price < there.get(longer, math.inf):
            there[longer] = cost + price


def fold(seen: str) -> str:
    """A code in capitals: small letters in it are capitals misread, or letters of one shape in both cases.

    >>> fold("RuEHwL"), fold("wasHbc"), fold("o811432"), fold("Washington")
    ('RUEHWL', 'WASHBC', 'o811432', 'Washington')
    """
    if seen.isupper():
        return seen
    letters = [char for char in seen if char.isalpha()]
    capitals = sum(map(str.isupper, letters))
    if len(letters) < 4 or not capitals or (2 * capitals < len(letters) and letters[0].isupper()):
        return seen
    return "".join(char if char in "l" else char.upper() for char in seen)


def nearest(channel: Channel, seen: str, words: Sequence[str], limit: float, most: int = 4) -> list[tuple[str, float]]:
    """The words that a seen one may be, the cheapest first, none above the limit.

    >>> nearest(load_channel(), "0CT", ["SEP", "OCT", "NOV"], 6.0)[0][0]
    'OCT'
    """
    return channel.nearest(seen, words, limit)[:most] if words else []


def close_words(seen: str, words: tuple[str, ...], distance: int, most: int = 8) -> tuple[str, ...]:
    """Words within an edit distance of a seen one: a cheap sieve before the costs are reckoned.

    >>> close_words("LISBOM", ("LISBON", "LONDON"), 2)
    ('LISBON',)
    """
    found = process.extract(seen.upper(), words, scorer=Levenshtein.distance, score_cutoff=distance, limit=most)
    return tuple([word for word, _, _ in found])


def shape(pattern: str) -> list[str]:
    """The shape that a short pattern stands for: `9` a digit, `A` a capital, anything else itself.

    >>> [len(allowed) for allowed in shape("#99A")]
    [1, 10, 10, 26]
    """
    named = {"9": DIGITS, "A": LETTERS}
    return [named.get(char, char) for char in pattern]


@lru_cache(maxsize=1)
def load_channel() -> Channel:
    """The channel of the shipped tables.

    :raises DictionaryError: when a row of the table is not `printed`, `seen`, `cost`.
    """
    path = dictionary_path("confusions/header.tsv")
    rows = [row for row in path.read_text(encoding="utf-8").splitlines() if row and not row.startswith("# ")]
    pairs: dict[tuple[str, str], float] = {}
    for row in rows[1:]:
        cells = row.split("\t")
        if len(cells) != 3 or not cells[2].replace(".", "", 1).isdecimal():
            raise DictionaryError(f"{path}: the row {row!r} is not printed, seen, cost; part them with tabs")
        pairs[cells[0], cells[1]] = float(cells[2])
    costs = tomllib.loads(dictionary_path("confusions/header.toml").read_text(encoding="utf-8"))
    return Channel(pairs, {key: float(value) for key, value in costs.items()})
