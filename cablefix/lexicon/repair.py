"""Repairing words in context: tokens in, proposed repairs with calibrated confidence out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cablefix.lexicon.adapt import load_channel
from cablefix.lexicon.candidates import Finder
from cablefix.lexicon.casing import CaseStudy, study_case
from cablefix.lexicon.channel import Channel
from cablefix.lexicon.context import Weighed, Weigher, best_of_places, without_overlap
from cablefix.lexicon.decision import Network, load_network
from cablefix.lexicon.edges import find_edges
from cablefix.lexicon.features import describe
from cablefix.lexicon.files import find_parts
from cablefix.lexicon.hypotheses import Builder, Source, Table
from cablefix.lexicon.marks import MARKS, MarkStudy, MarkTables, load_marks, locate_mark, study_marks
from cablefix.lexicon.model import FIRST_WORD, LanguageModel, load_model
from cablefix.lexicon.pieces import Bools, Ints, Pieces, cut_pieces
from cablefix.lexicon.protections import (
    LEAST_FACTOR,
    doubt,
    doubt_clean_text,
    in_capitals,
    initials_set_off,
    likelier_the_other_way,
    numbers_at_edges,
    own_spellings,
    stand_before,
    struck_out,
    writers_slips,
    written_together,
)
from cablefix.lexicon.screen import Screen, places, screen_pieces
from cablefix.lexicon.surroundings import Surroundings, load_surroundings
from cablefix.lexicon.tokens import Flag, Token
from cablefix.lexicon.wordlist import WordList, load_own_words, load_wordlist
from cablefix.resources import DictionaryError

Floats = npt.NDArray[np.float32]

_CONVENTION = 0.5  # the most that a repair of what may be an edition's habit is trusted
_JOINED = int(Flag.JOINED)
_AMID_CAPITALS = 0.5  # share of the words around
_NAMED = 8  # candidates named with a repair


class Candidate(NamedTuple):
    """A reading that was considered: its score is what it gains over keeping, in nats, by channel and context.

    `before` is what stands there in its place, which may be more than the word that is doubted.
    """

    text: str
    score: float
    channel: float
    context: float
    before: str = ""


@dataclass(frozen=True, slots=True)
class WordRepair:
    """A place that should perhaps read otherwise.

    `start:end` are offsets of the tokens' own system; `before` is what the tokens have there, `after` what they should
    have. `confidence` is calibrated: of repairs at 0.9, nine in ten are right. `reason` says what decided. `votes` are
    what an outside model gave each reading, in nats, against what stands there.
    """

    start: int
    end: int
    before: str
    after: str
    confidence: float
    candidates: tuple[Candidate, ...]
    reason: str
    votes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Everything that a repair needs to know."""

    words: WordList
    model: LanguageModel
    surroundings: Surroundings
    channel: Channel
    finder: Finder
    marks: MarkTables
    decision: Path | None = None  # the folder of the networks, None for ours


def load_lexicon(words: WordList | None = None, folder: Path | None = None) -> Lexicon:
    """The shipped lexicon, loaded once; with a word list of one's own in place of the shipped one.

    `folder` is one made by `cablefix train`; what it lacks is taken from ours. Raises DictionaryError for a folder that
    cannot be used.
    """
    return _lexicon(words or load_own_words(folder), folder)


@lru_cache(maxsize=4)
def _lexicon(words: WordList, folder: Path | None) -> Lexicon:
    parts = find_parts(folder)
    try:
        channel = load_channel(parts.channel) if parts.channel else load_channel()
        model = load_model(parts.words) if parts.words else load_model()
        marks = load_marks(parts.words) if parts.words else load_marks()
    except (ValueError, OSError, KeyError, EOFError) as error:
        raise DictionaryError(f"{folder}: cannot be read ({error}). Train the folder again.") from error
    if not len(model.p1) == len(marks.row) == words.counts.shape[1] + FIRST_WORD:
        raise DictionaryError(f"{folder or 'dictionaries/lexicon'}: its files do not fit together. Train it again.")
    surroundings = load_surroundings()
    if parts.words:
        surroundings = surroundings.renumbered(load_wordlist().vocabulary, words.vocabulary)
    return Lexicon(words, model, surroundings, channel, Finder(words, channel), marks, parts.decision)


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """A text with its hypotheses weighed: what a decision is made from. `rows`: the best hypothesis of each place."""

    pieces: Pieces
    screen: Screen
    table: Table
    weighed: Weighed
    rows: Ints
    features: Floats
    case: CaseStudy
    marks: MarkStudy


def study(tokens: Sequence[Token], lexicon: Lexicon) -> Study | None:
    """Screen a text, find and weigh hypotheses; None when there is no word in it."""
    pieces = cut_pieces(tokens, lexicon.words)
    if not len(pieces):
        return None
    screen = screen_pieces(pieces, lexicon.model)
    builder = Builder(pieces, lexicon.finder)
    unknown = _types_of(pieces, screen.damaged)
    doubtful, acronyms = _types_of(pieces, screen.doubtful) & ~unknown, _types_of(pieces, screen.acronym) & ~unknown
    builder.propose_words(*(np.flatnonzero(types).tolist() for types in (unknown, doubtful, acronyms)))
    builder.propose_joins(screen.damaged, screen.free)
    edges = find_edges(pieces, screen.free, screen.damaged)
    builder.propose_lost_letters(screen.damaged, screen.doubtful, screen.free, edges)
    table = builder.table(places(pieces, screen))
    weigher = Weigher(pieces, table, lexicon.model, lexicon.surroundings, lexicon.channel, lexicon.finder.explainer)
    weighed = weigher.run(screen.rate)
    rows = best_of_places(table.place, weighed.gain)
    joined = (np.array([token.flags for token in tokens]) & _JOINED > 0)[pieces.token]
    features = describe(pieces, screen, table, weighed, rows, lexicon.model, lexicon.words, joined, edges)
    case = study_case(pieces, screen, lexicon.words, lexicon.model, weighed.channel.rate)
    marks = study_marks(pieces, screen, lexicon.model, lexicon.marks, weighed.channel.rate)
    return Study(pieces, screen, table, weighed, rows, features, case, marks)


def _types_of(pieces: Pieces, mark: Bools) -> Bools:
    """Which types the marked pieces are of."""
    found = np.zeros(len(pieces.types.text), bool)
    found[pieces.type[mark]] = True
    return found


def repair_words(
    tokens: Sequence[Token], lexicon: Lexicon | None = None, network: Network | None = None, least: float = 0.3
) -> list[WordRepair]:
    """The repairs of a text whose confidence is at least `least`, in order, none overlapping another."""
    lexicon = lexicon or load_lexicon()
    found = study(tokens, lexicon)
    return [] if found is None else repairs_of(tokens, found, lexicon, network, least)


def judge(found: Study, lexicon: Lexicon, network: Network | None = None) -> Floats:
    """How likely the best hypothesis of each place is right; shape (rows,)."""
    network = network or load_network("words", lexicon.decision)
    pieces, table, rows = found.pieces, found.table, found.rows
    capitals = in_capitals(pieces, table, rows)
    confidence = doubt_clean_text(network.probability(found.features), len(pieces), capitals)
    if struck_out(pieces):
        confidence = doubt(confidence, np.where(capitals, LEAST_FACTOR, 1.0))
    confidence[stand_before(pieces, table, rows)] = 0
    theirs = initials_set_off(pieces, table, rows) | writers_slips(table, rows)
    theirs |= numbers_at_edges(table, rows)
    theirs |= written_together(table, rows, lexicon.words) | own_spellings(table, rows, lexicon.words)
    theirs |= likelier_the_other_way(table, rows, found.weighed.channel, lexicon.words, lexicon.finder.explainer)
    return np.where(theirs, np.minimum(confidence, np.float32(_CONVENTION)), confidence)


def repairs_of(
    tokens: Sequence[Token], found: Study, lexicon: Lexicon, network: Network | None = None, least: float = 0.3
) -> list[WordRepair]:
    """The repairs of a text that was studied; see `repair_words`."""
    confidence = judge(found, lexicon, network)
    value = np.zeros(len(found.table.place), np.float32)
    value[found.rows] = confidence
    rows = without_overlap(found.table, value, found.rows[confidence >= least])
    repairs = [name_repair(tokens, found, int(row), float(value[row])) for row in rows.tolist()]
    firsts = found.table.place[rows].tolist()
    spans = found.table.span[rows].tolist()
    busy = {first + k for first, span in zip(firsts, spans, strict=True) for k in range(span)}
    inside = busy.difference(firsts) | _symbols_taken(found, rows)
    repaired = int((confidence >= 0.5).sum())
    repairs += _repair_case(tokens, found, busy, least, repaired, lexicon.decision)
    repairs += _repair_marks(tokens, found, inside, least, repaired, lexicon.decision)
    return sorted(repairs, key=lambda repair: repair.start)


def _symbols_taken(found: Study, rows: Ints) -> set[int]:
    """The gaps of which a word repair takes a symbol, by the piece after them."""
    edge = rows[found.table.source[rows] == Source.EDGE]
    after = found.table.lead[edge] == 0
    return set((found.table.place[edge] + after).tolist())


def _repair_case(
    tokens: Sequence[Token], found: Study, busy: set[int], least: float, repaired: int, folder: Path | None
) -> list[WordRepair]:
    """The case repairs of places that no word repair touches; `repaired` words tell how clean the text is."""
    case = found.case
    confidence = load_network("case", folder).probability(case.features)
    confidence = doubt_clean_text(confidence, len(found.pieces), np.zeros(len(confidence), bool), repaired)
    rows = [row for row in np.flatnonzero(confidence >= least).tolist() if int(case.place[row]) not in busy]
    return [name_case_repair(tokens, found, row, float(confidence[row])) for row in rows]


def _repair_marks(
    tokens: Sequence[Token], found: Study, inside: set[int], least: float, repaired: int, folder: Path | None
) -> list[WordRepair]:
    """The repairs of marks that stand in no joined word; `repaired` words tell how clean the text is."""
    marks = found.marks
    confidence = load_network("marks", folder).probability(marks.features)
    none_in_capitals = np.zeros(len(confidence), bool)
    confidence = doubt_clean_text(confidence, len(found.pieces), none_in_capitals, repaired)
    confidence[marks.habit] = np.minimum(confidence[marks.habit], np.float32(_CONVENTION))
    best: dict[int, int] = {}
    for row in np.flatnonzero(confidence >= least).tolist():
        place = int(marks.place[row])
        if place not in inside and (place not in best or confidence[row] > confidence[best[place]]):
            best[place] = row
    named = [name_mark_repair(tokens, found, row, float(confidence[row])) for row in best.values()]
    return [repair for repair in named if repair is not None]


def name_mark_repair(tokens: Sequence[Token], found: Study, row: int, confidence: float) -> WordRepair | None:
    """The repair of one mark, in the tokens' offsets; None where it cannot be told where the mark stands."""
    marks, place = found.marks, int(found.marks.place[row])
    spot = locate_mark(tokens, found.pieces, place)
    if spot is None:
        return None
    start, end = spot
    before = found.pieces.gap[place].replace(" ", "")
    reason = "a mark that fits neither word" if before else "a mark is missing between these words"
    return WordRepair(start, end, before, MARKS[int(marks.target[row])], confidence, (), reason)


def name_case_repair(tokens: Sequence[Token], found: Study, row: int, confidence: float) -> WordRepair:
    """The case repair of one place, in the tokens' offsets."""
    pieces, place = found.pieces, int(found.case.place[row])
    seen, meant = pieces.types.text[int(pieces.type[place])], found.case.meant(pieces, row)
    start, end, before, after = locate(tokens, pieces, place, 1, seen, meant)
    reason = ("a capital in mid-sentence", "a sentence begins here", "capitals in their column")
    return WordRepair(start, end, before, after, confidence, (), reason[int(found.case.change[row])])


def name_repair(tokens: Sequence[Token], found: Study, row: int, confidence: float) -> WordRepair:
    """The repair of one hypothesis, in the tokens' offsets, with the candidates that it was chosen from."""
    table = found.table
    place, span, pair = int(table.place[row]), int(table.span[row]), int(table.pair[row])
    seen, meant = table.seen[pair], table.meant[pair]
    if len(seen) == 1 and found.screen.capitals[place] > _AMID_CAPITALS:
        meant = meant.upper()  # of a single letter the case tells nothing
    lead = int(table.lead[row])
    trail = len(seen) - lead - len(found.pieces.types.text[int(found.pieces.type[place])])
    beside = (lead, trail) if table.source[row] == Source.EDGE else (0, 0)
    start, end, before, after = locate(tokens, found.pieces, place, span, seen, meant, beside)
    return WordRepair(start, end, before, after, confidence, candidates_at(found, place), _reason(found, row))


def locate(
    tokens: Sequence[Token],
    pieces: Pieces,
    place: int,
    span: int,
    before: str,
    after: str,
    beside: tuple[int, int] = (0, 0),
) -> tuple[int, int, str, str]:
    """Start and end of pieces in the tokens' offsets, and the two readings; a token joined at a line end whole.

    `beside`: how many characters before the first and after the last piece belong to what is read.
    """
    last = place + span - 1
    first_token, last_token = tokens[pieces.token[place]], tokens[pieces.token[last]]
    a = int(pieces.offset[place]) - beside[0]
    b = int(pieces.offset[last]) + len(pieces.types.text[int(pieces.type[last])]) + beside[1]
    for token in (first_token, last_token):
        if token.end - token.start != len(token.text):  # joined at a line end
            head, tail = first_token.text[:a], last_token.text[b:]
            return first_token.start, last_token.end, head + before + tail, head + after + tail
    return first_token.start + a, last_token.start + b, before, after


def candidates_at(found: Study, place: int) -> tuple[Candidate, ...]:
    """The candidates of a place, the best first."""
    table, weighed = found.table, found.weighed
    first, last = np.searchsorted(table.place, (place, place + 1))
    rows = np.arange(first, last)
    rows = rows[np.argsort(-weighed.gain[rows], kind="stable")][:_NAMED]
    return tuple(
        Candidate(
            table.meant[table.pair[row]],
            round(float(weighed.gain[row]), 2),
            round(-float(weighed.alignment.cost[table.pair[row]]), 2),
            round(float(weighed.context[row] - weighed.keep[row]), 2),
            table.seen[table.pair[row]],
        )
        for row in rows.tolist()
    )


def _reason(found: Study, row: int) -> str:
    table, weighed = found.table, found.weighed
    place = int(table.place[row])
    what = "no word" if found.screen.unknown[place] else "a word out of place"
    if found.screen.damaged[place] and table.span[row] > 1:
        what = "parts of a word"
    cost, context = weighed.alignment.cost[table.pair[row]], weighed.context[row] - weighed.keep[row]
    return f"{what}; misreading {-float(cost):+.1f}, context {float(context):+.1f} nats"
