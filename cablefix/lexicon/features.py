"""What the decision sees of each place's best hypothesis: thirty-odd numbers, all computed for the text at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.channel import Kind as ErrorKind
from cablefix.lexicon.context import Weighed
from cablefix.lexicon.edges import Edges
from cablefix.lexicon.hypotheses import Source, Table
from cablefix.lexicon.model import UNKNOWN, LanguageModel
from cablefix.lexicon.pieces import Bools, Case, Ints, Kind, Pieces
from cablefix.lexicon.screen import Screen, neighbourhood
from cablefix.lexicon.wordlist import WordList

Floats = npt.NDArray[np.float32]

_MOST_LEAD = 20  # nats; that of a hypothesis without another
_AROUND = 8  # pieces to either side among which damage is counted

NAMES = (
    "gain", "lead", "channel", "errors", "odds", "context", "keep", "context_gain", "spell", "length",
    "grows", "known", "listed", "single_scowl", "lower", "title", "upper", "odd_case", "capitals", "starts",
    "count", "seen_count", "document_seen", "document_meant", "agreement", "repeats", "split", "join", "junk", "rate",
    "left_bad", "right_bad", "name", "scowl", "first_changed", "last_changed", "prefix", "suffix", "turned", "doubled",
    "short", "fit", "mixed", "line_end", "posterior",
    "tie_before", "tie_after", "rivals", "joins", "splits", "misread", "near_bad", "first_rate", "meant_spell",
    "edge", "blank", "edge_unknown", "edges", "blanks",
    "around", "around_fit", "around_keep", "around_lead",
)  # fmt: skip


def describe(
    pieces: Pieces,
    screen: Screen,
    table: Table,
    weighed: Weighed,
    rows: Ints,
    model: LanguageModel,
    words: WordList,
    joined: Bools,
    edges: Edges,
) -> Floats:
    """The features of the hypotheses `rows`, one of each place; shape (rows, features)."""
    if not len(rows):
        return np.zeros((0, len(NAMES)), np.float32)
    types = pieces.types
    place, span = table.place[rows], table.span[rows]
    kind = pieces.type[place]
    pair = table.pair[rows]
    gain = weighed.gain
    runner = _runner_up(table, gain, rows)
    cost, errors = weighed.alignment.cost[pair], weighed.alignment.count[pair]
    odds = cost + errors * np.log(weighed.channel.rate)
    seen = [table.seen[row] for row in pair.tolist()]
    meant = [table.meant[row] for row in pair.tolist()]
    case = types.case[kind]
    unit = table.unit[rows, 0]
    texts = seen + meant
    each = model.spell(texts) / np.fromiter((len(text) or 1 for text in texts), np.float32, len(texts))
    spell, meant_spell = np.split(each, 2)
    uses = np.bincount(types.unit[pieces.type], minlength=len(model.p1))
    agreement, repeats = _agreement(table, weighed.posterior, rows)
    damaged = np.concatenate((screen.damaged, [False, False]))
    names = np.fromiter((m[:1].isupper() and words.is_name(m) for m in meant), bool, len(meant))
    shape = np.array([_shape(a, b) for a, b in zip(seen, meant, strict=True)], np.float32).reshape(-1, 7)
    columns = [
        gain[rows], gain[rows] - runner, cost, errors, odds, weighed.context[rows], weighed.keep[rows],
        weighed.context[rows] - weighed.keep[rows], spell, types.length[kind], shape[:, 0],
        types.known[kind], types.unit[kind] != UNKNOWN, types.known[kind] & (types.unit[kind] == UNKNOWN),
        case == Case.LOWER, case == Case.TITLE, case == Case.UPPER, case == Case.ODD,
        screen.capitals[place], pieces.stop[place],
        model.p1[table.unit[rows]].min(1, where=np.arange(3) < table.units[rows, None], initial=0),
        np.where(types.unit[kind] == UNKNOWN, -16, model.p1[types.unit[kind]]),
        np.log1p(types.count[kind]), np.log1p(np.where(unit == UNKNOWN, 0, uses[unit])),
        agreement, np.log1p(repeats), table.source[rows] == Source.SPLIT, table.source[rows] == Source.JOIN,
        shape[:, 1], np.full(len(rows), np.log(weighed.channel.rate)), damaged[place - 1], damaged[place + span], names,
        unit == UNKNOWN, *shape[:, 2:].T, _doubled(table, weighed, pair), types.length[kind] <= 3, screen.fit[place],
        types.kind[kind] == Kind.MIXED, joined[place], weighed.posterior[rows],
        *weighed.ties[rows].T, _rivals(table, gain, rows),
        *(_share(table, gain, rows, source, len(pieces)) for source in (Source.JOIN, Source.SPLIT, Source.WORD)),
        neighbourhood(screen.damaged, np.ones(len(pieces), bool), _AROUND)[place],
        np.full(len(rows), np.log(screen.rate)), meant_spell,
        table.source[rows] == Source.EDGE, table.source[rows] == Source.BLANK, edges.unknown[place],
        *(_share(table, gain, rows, source, len(pieces)) for source in (Source.EDGE, Source.BLANK)),
        *_around(table, weighed.around, rows),
    ]  # fmt: skip
    return np.stack([np.asarray(column, np.float32) for column in columns], axis=1)


def _around(table: Table, around: Floats, rows: Ints) -> Floats:
    """Of ln p among the words around: what it gains over keeping, itself, of keeping, what the next best gains.

    Shape (4, rows); all 0 of what was hopeless.
    """
    meant, kept = np.nan_to_num(around[rows]).T
    rest = np.nan_to_num(around[:, 0], nan=-np.inf)
    rest[rows] = -np.inf
    first = np.flatnonzero(np.diff(table.place, prepend=-1))
    best = np.maximum.reduceat(rest, first)[np.searchsorted(table.place[first], table.place[rows])]
    lead = np.where(np.isnan(around[rows, 0]), 0, np.minimum(meant - best, _MOST_LEAD))
    return np.stack((meant - kept, meant, kept, lead))


def _runner_up(table: Table, gain: Floats, rows: Ints) -> Floats:
    """The second best gain of each row's place, keeping included (0)."""
    rest = gain.copy()
    rest[rows] = -np.inf
    first = np.flatnonzero(np.diff(table.place, prepend=-1))
    best = np.maximum.reduceat(rest, first)
    runner: Floats = np.maximum(best[np.searchsorted(table.place[first], table.place[rows])], 0)
    return runner


def _share(table: Table, gain: Floats, rows: Ints, source: Source, pieces: int) -> Floats:
    """How many of a thousand pieces of the text are best repaired in this way, as ln of one plus it."""
    number = float(((table.source[rows] == source) & (gain[rows] > 3)).sum())
    return np.full(len(rows), np.log1p(1000 * number / max(pieces, 1)), np.float32)


def _rivals(table: Table, gain: Floats, rows: Ints) -> Floats:
    """ln of one plus the number of hypotheses of each row's place that gain at most three nats less."""
    first = np.flatnonzero(np.diff(table.place, prepend=-1))
    group = np.cumsum(np.diff(table.place, prepend=-1) != 0) - 1
    best = np.maximum.reduceat(gain, first)[group]
    near = np.bincount(group, weights=gain > best - 3)
    rivals: Floats = np.log(near[group[rows]]).astype(np.float32)
    return rivals


def _agreement(table: Table, posterior: Floats, rows: Ints) -> tuple[Floats, Ints]:
    """Over all places where the same is seen: the mean posterior of the same repair, and the number of places."""
    size = len(table.seen)
    total = np.bincount(table.pair, weights=posterior, minlength=size)
    number = np.bincount(table.pair, minlength=size)
    pair = table.pair[rows]
    mean: Floats = (total[pair] / np.maximum(number[pair], 1)).astype(np.float32)
    return mean, number[pair]


def _shape(seen: str, meant: str) -> tuple[float, ...]:
    """Growth, marks inside, first and last letter changed, prefix or suffix grown, two letters turned."""
    a, b = seen.lower(), meant.lower()
    turned = len(a) == len(b) and a != b and sorted(a) == sorted(b)
    return (
        len(b) - len(a),
        not seen.isalpha(),
        a[0] != b[0],
        a[-1] != b[-1],
        len(b) > len(a) + 1 and b.endswith(a),
        len(b) > len(a) + 1 and b.startswith(a),
        turned,
    )


def _doubled(table: Table, weighed: Weighed, pair: Ints) -> Ints:
    """The number of letters only lost or invented in the repair: slips of a writer more often than of an engine."""
    errors = weighed.alignment.errors
    of = (errors.kind == ErrorKind.LOST) | (errors.kind == ErrorKind.FOUND)
    return np.bincount(errors.row[of], minlength=len(table.seen))[pair]
