"""Paragraph numbers of a message, solved together as a sequence.

A typed cable numbers its paragraphs 1, 2, 3 ... and many print a pilcrow before each number. OCR has no pilcrow in
its alphabet and reads it as `^`, `1[`, `1L`, `J.`, `fl`, `"`, `4` and much else, differently from engine to engine
but alike within a document; digits are misread too. One number alone can be read in several ways; the sequence can
not. Costs are in nats; the garbled forms and their frequencies are in dictionaries/confusions/.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from cablefix.cable.numbercosts import NumberCosts, number_costs
from cablefix.cable.paragraphmarks import PILCROW, Candidate, MarkReading, pilcrow_garbles, read_mark

_NEAR = 9  # no list inside a paragraph begins with a figure that is higher, up to this one
_MAY_BE_MEANT = 0.75  # confidence where the mark may be what the author typed
# The marks that may stand alone at the head of a paragraph whose number is lost.
_PORTIONS = frozenset({"U", "SBU", "C", "S", "TS", "LOU", "C/NF", "S/NF", "SBU/NF", "FOUO"})
# What a misread portion mark has: a letter of one and two letters, or what looks like it; else all letters but one.
_LIKE_PORTION = frozenset("?UCSVG05$\u00a2\u00a7\u00a9\u20ac")
_LETTERS_OF_PORTIONS = str.maketrans("5890$", "SBSUS")
_ITEMS = frozenset("ABCDEFabcdef")
_LEAST_LISTED = 3  # items that make a list
_MOST_GARBLED = 0.7  # share of the numbers with a figure before them from which on that may be a pilcrow
_CLEAR = 3.0  # a misread figure costs more
_LIKELY = 2.0  # a mark that reads as a number at less is no lost one
_TYPED = frozenset(("", PILCROW))  # what stands before a number that was typed, or read, as it is
_UNREAD = "\0"  # stands for a mark that is lost or cannot be read
_MOST_DUE = 6  # numbers that a mark that cannot be read may have: those after the best sequences so far
_DUST = frozenset("\"'`.,:;|*\u00b0\u00b7\u2018\u2019\u201c\u201d-_~\u2014")


@dataclass(frozen=True, slots=True)
class NumberedParagraph:
    """A candidate with the number that the sequence gives it, the garble that stands for the pilcrow, a confidence."""

    candidate: Candidate
    n: int
    garble: str
    cost: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Numbering:
    """The paragraphs of a message in order, whether it prints pilcrows, and the numbers that are missing."""

    paragraphs: tuple[NumberedParagraph, ...]
    pilcrow: bool
    missing: tuple[int, ...]

    def at(self, line: int) -> NumberedParagraph | None:
        """The paragraph that begins on this line."""
        return next((p for p in self.paragraphs if p.candidate.line == line), None)

    def denies_run(self) -> bool:
        """Whether two marks that count on as they stand, 16 and 17, are both taken for other numbers.

        One clear number may be misread; two that agree are what was printed, after a part that is not there.
        """
        clear = [(int(mark) if (mark := p.candidate.mark.lstrip(PILCROW)).isdecimal() else 0) for p in self.paragraphs]
        return any(
            clear[at] > 1 and clear[at + 1] == clear[at] + 1 and one.n != clear[at] and other.n != clear[at + 1]
            for at, (one, other) in enumerate(itertools.pairwise(self.paragraphs))
            if not one.garble.strip(PILCROW) and not other.garble.strip(PILCROW)
        )

    def gaps(self, first: int) -> Iterator[tuple[int, int]]:
        """The lines between which the mark of a missing number stands, each pair outside; `first` is above the text.

        A number that could not be read may be another one: such a paragraph bounds no gap.
        """
        before, last = first, 0
        lacking = False
        for paragraph in self.paragraphs:
            lacking = lacking or paragraph.n > last + 1
            last = paragraph.n
            if paragraph.cost >= _CLEAR:
                continue
            if lacking:
                yield before, paragraph.candidate.line
            before, lacking = paragraph.candidate.line, False


class _Link(NamedTuple):
    score: float
    candidate: int
    reading: MarkReading
    before: _Link | None


def solve_numbering(candidates: Sequence[Candidate], *, whole: bool, closely: bool = False) -> Numbering:
    """Choose the candidates that number the paragraphs, with their numbers: the best sequence in nats.

    `whole` says that the text begins at its beginning (a header stands before it), so that paragraph 1 is expected.
    `closely` allows a mark that reads as another number to be misread: it takes longer and is for a sequence that
    does not add up.
    """
    if not candidates:
        return Numbering((), False, ())
    best: tuple[float, list[_Link], bool] | None = None
    for pilcrow in (False, True):
        garbles = dict(pilcrow_garbles())
        links = _chain(candidates, garbles, pilcrow=pilcrow, whole=whole, closely=closely)
        if not pilcrow and _is_plain(links, candidates):
            return Numbering(tuple(_grade(candidates, links)), False, ())
        if pilcrow and links:
            garbles = _adapt(garbles, links)
            links = _chain(candidates, garbles, pilcrow=True, whole=whole, closely=closely)
            if not _shows_pilcrows(links, whole=whole):
                continue
        score = links[-1].score if links else 0.0
        if best is None or score > best[0] + (0.5 if pilcrow else 0.0):
            best = score, links, pilcrow
    assert best is not None
    score, links, pilcrow = best
    if not links or (len(links) == 1 and (links[0].reading.n != 1 or links[0].reading.cost > 0)):
        return Numbering((), False, ())
    numbers = [link.reading.n for link in links]
    gaps = [n for a, b in itertools.pairwise(numbers) for n in range(a + 1, b)]
    first = list(range(1, numbers[0])) if whole else []
    return Numbering(tuple(_grade(candidates, links)), pilcrow, tuple(first + gaps))


def _is_plain(links: Sequence[_Link], candidates: Sequence[Candidate]) -> bool:
    """Whether all candidates count from 1 on as they stand: no other sequence can be better."""
    return len(links) == len(candidates) > 1 and all(
        link.reading.n == n and link.reading.cost == 0 and not link.reading.garble for n, link in enumerate(links, 1)
    )


def _shows_pilcrows(links: Sequence[_Link], *, whole: bool) -> bool:
    """Whether the garbles before the numbers can be pilcrows: most have one, and it is not just a digit.

    A pilcrow is read as 1 or 4 too, but in a text that lost its beginning 11, 12, 13 are what they say, and so are
    12, 13, 14 below a header, where the 1 of a pilcrow would have left ¶1 out, and 1, 2, 3, 17, 18, 19.
    """
    read = [link.reading.garble for link in links if link.reading.garble != _UNREAD]
    garbled = [garble for garble in read if garble]
    if not garbled or len(garbled) < 0.5 * len(read):
        return False
    numbers = [link.reading.n for link in links]
    counts_on = whole and numbers[0] == 1 and 2 * (numbers[-1] - len(numbers)) <= len(numbers)
    most = len(garbled) >= _MOST_GARBLED * len(read)
    return (counts_on and most) or not all(garble.isdecimal() for garble in garbled)


def _adapt(garbles: dict[str, float], links: Sequence[_Link]) -> dict[str, float]:
    """Garble costs re-estimated on the document: an engine misreads a pilcrow alike from page to page."""
    seen = Counter(link.reading.garble for link in links if link.reading.garble != _UNREAD)
    total = sum(seen.values())
    prior = 3.0
    adapted = dict(garbles)
    for garble, count in seen.items():
        before = math.exp(-garbles.get(garble, _unknown(garble)))
        adapted[garble] = -math.log((count + prior * before) / (total + prior))
    return adapted


def _unknown(garble: str) -> float:
    costs = number_costs().unknown_garble
    return costs[min(len(garble), len(costs) - 1)]


def adds_up(numbering: Numbering, candidates: Sequence[Candidate]) -> bool:
    """Whether no number is missing or stands twice, and each line with a portion mark has one."""
    numbers = {paragraph.n for paragraph in numbering.paragraphs}
    lines = {paragraph.candidate.line for paragraph in numbering.paragraphs}
    return (
        not numbering.missing
        and len(numbers) == len(numbering.paragraphs)
        and all(c.line in lines for c in candidates if c.mark and c.portion and not c.portion.isdecimal())
    )


def _chain(
    candidates: Sequence[Candidate], garbles: dict[str, float], *, pilcrow: bool, whole: bool, closely: bool
) -> list[_Link]:
    marked = sum(_may_be_portion(c.portion) for c in candidates) >= max(2.0, 0.4 * len(candidates))
    bare = {c.portion for c in candidates if not c.mark}
    lettered = bool(bare & {"A", "B", "D", "E"})
    letters = {c.mark for c in candidates if len(c.mark) == 1 and c.mark.isalpha() and not c.portion}
    items = len(letters & set("ABDabd")) >= 2
    listed = _list_items(candidates)

    def may_be_lost(candidate: Candidate) -> bool:
        if not candidate.portion:
            plain = candidate.mark.replace(".", "")
            word = plain.isalpha() and (len(plain) > 2 or plain.isupper())
            return candidate.after_break and not word and not (items and candidate.mark in letters)
        if candidate.mark:
            return _may_be_portion(candidate.portion)
        return candidate.portion in _PORTIONS and not lettered

    costs = number_costs()
    best: dict[int, _Link] = {}
    before: dict[str, float] = {}  # the costs of what stands before numbers
    for index, candidate in enumerate(candidates):
        if items and candidate.mark in _ITEMS and not candidate.portion:
            continue
        gain = costs.found + (0.0 if candidate.after_break else costs.no_break)
        if candidate.faint:
            gain = costs.faint_apart if candidate.apart else costs.faint
            gain = costs.faint_stopped if candidate.dot else gain
        elif candidate.portion:
            gain += costs.with_portion
        else:
            gain += costs.without_portion if marked else 0.0
            if index in listed:
                gain += costs.listed if marked else costs.listed_bare
        new: dict[int, _Link] = {}
        for reading in _readings(candidate, best, garbles, may_be_lost, pilcrow=pilcrow, closely=closely):
            cost, garble = reading.cost, reading.garble
            if garble != _UNREAD and (garble or pilcrow):
                if garble not in before:
                    before[garble] = _garble_cost(garble, garbles, pilcrow=pilcrow)
                cost += before[garble]
            link = _extend(best, index, reading, gain - cost, candidates, costs, whole=whole)
            if link and (reading.n not in new or link.score > new[reading.n].score):
                new[reading.n] = link
        for n, link in new.items():
            if n not in best or link.score > best[n].score:
                best[n] = link
    if not best:
        return []
    last: _Link | None = max(best.values(), key=lambda link: link.score)
    links = []
    while last:
        links.append(last)
        last = last.before
    return links[::-1]


def _may_be_portion(seen: str) -> bool:
    """Whether what stands in brackets may be a portion mark, misread perhaps; `(REF A)` and the item `(B)` are none.

    >>> [_may_be_portion(seen) for seen in ("SBU", "S8U", "980", "VU", "REFA", "B", "2")]
    [True, True, True, True, False, False, False]
    """
    if len(seen) <= 2:
        return not _LIKE_PORTION.isdisjoint(seen)
    letters = seen.translate(_LETTERS_OF_PORTIONS)
    return any(Levenshtein.distance(letters, mark, score_cutoff=1) <= 1 for mark in _PORTIONS if len(mark) > 2)


def _list_items(candidates: Sequence[Candidate]) -> frozenset[int]:
    """The candidates without portion marks that count from 1 anew: a list, or paragraphs of a paper that is quoted.

    Their numbers may be just those that are due next, or those of a page that is lost. Brackets with a letter may
    stand between them.
    """
    found: list[int] = []
    run: list[int] = []
    for index, candidate in enumerate(candidates):
        if candidate.faint or not candidate.mark or not candidate.after_break:
            continue
        due = len(run) + 1
        readings = () if candidate.portion else read_mark(candidate.mark)
        counts = any(r.n == due and not r.garble and r.cost < _CLEAR for r in readings)
        counts = counts or (due == 1 and not candidate.portion and _leads_list(candidates[index + 1 : index + 3]))
        if not counts:
            found += run if len(run) >= _LEAST_LISTED else []
            run = []
        elif index:
            run.append(index)
    return frozenset([*found, *(run if len(run) >= _LEAST_LISTED else [])])


def _leads_list(after: Sequence[Candidate]) -> bool:
    """Whether the next two marks are a plain 2 and 3 without portion marks: a list whose 1 was misread."""
    return len(after) == 2 and all(
        c.mark == str(n) and not c.portion and not c.faint for n, c in enumerate(after, start=2)
    )


def _garble_cost(garble: str, garbles: dict[str, float], *, pilcrow: bool) -> float:
    """The cost of what stands before a number: a pilcrow misread, or where none is printed a speck."""
    costs = number_costs()
    if not pilcrow and not any(map(str.isalnum, garble)):
        return costs.speck_before if _DUST.issuperset(garble) else costs.symbol_before
    cost = garbles.get(garble)
    if cost is None:
        cost = min(_unknown(garble), _of_two(garble))
    if pilcrow:
        return cost
    return cost + costs.garble_typed + (costs.figure_typed if garble.isdecimal() else 0.0)


def _of_two(garble: str) -> float:
    """The cost of a pilcrow read as two characters that each stand for one elsewhere: `"1`, `(4`."""
    known = pilcrow_garbles()
    if len(garble) != 2 or any(char not in known for char in garble):
        return math.inf
    return known[garble[0]] + known[garble[1]] + number_costs().garble_of_two


def _readings(
    candidate: Candidate,
    best: dict[int, _Link],
    garbles: dict[str, float],
    may_be_lost: Callable[[Candidate], bool],
    *,
    pilcrow: bool,
    closely: bool,
) -> Iterator[MarkReading]:
    """The readings of a mark; before a portion mark a number is due even where the mark cannot be read.

    `may_be_lost` tells which candidates these are: `(A)` and `(B)` that begin lines are items, and `(C)` among them.
    A mark that reads as another number than the one due may be misread too, at a price.
    """
    costs = number_costs()
    readings = read_mark(candidate.mark) if candidate.mark else ()
    if candidate.faint:
        agreeing = {reading.n for reading in readings if reading.cost == 0}
        for n in _due(best):
            stop = candidate.mark[:-1] == str(n)  # `34` for `3.`
            if n in agreeing or stop or not candidate.mark.isdecimal() or (n == 1 and len(candidate.mark) == 1):
                yield MarkReading(n, _UNREAD, -costs.faint_agrees if n in agreeing else 0.0)
        return
    yield from readings
    if not closely and not candidate.portion:
        return
    known = garbles if pilcrow else _TYPED
    clear = {len(str(reading.n)) for reading in readings if reading.cost == 0 and reading.garble in known}
    likely = any(reading.cost < _LIKELY and reading.garble in known for reading in readings)
    lost = bool(candidate.portion) and not likely
    if (lost or closely) and may_be_lost(candidate) and (candidate.mark or best):
        figure = int(candidate.mark) if candidate.mark.isdecimal() and not candidate.portion else 0
        shown = any(reading.cost == 0 and reading.garble in pilcrow_garbles() for reading in readings)
        price = costs.lost if lost and not shown else costs.misread if candidate.portion else costs.misread_bare
        for n in _due(best):
            longer = costs.other_length if clear and len(str(n)) not in clear else 0.0
            yield MarkReading(n, _UNREAD, (costs.misread_higher if n < figure <= _NEAR else price) + longer)


def _due(best: dict[int, _Link]) -> list[int]:
    """The numbers that come after the best sequences so far."""
    likely = sorted(best.values(), key=attrgetter("score"), reverse=True)[:_MOST_DUE]
    return [link.reading.n + 1 for link in likely] or [1]


def _extend(
    best: dict[int, _Link],
    index: int,
    reading: MarkReading,
    gain: float,
    candidates: Sequence[Candidate],
    costs: NumberCosts,
    *,
    whole: bool,
) -> _Link | None:
    """The best sequence that ends in this reading; None where it would not pay."""
    n, candidate = reading.n, candidates[index]
    late = (costs.late if candidate.page else costs.late_on_page) if whole else costs.late_excerpt
    best_score, best_before = gain - late * min(n - 1, 8), None
    # The nearest first: what cannot win even without a gap needs no cost. Of equal ones the smallest number wins.
    for earlier in range(n if reading.cost == 0 else n - 1, max(0, n - 13), -1):
        before = best.get(earlier)
        if before is None or before.score + gain < best_score:
            continue
        score = before.score + gain
        if earlier < n - 1:
            same = whole and candidates[before.candidate].page == candidate.page
            each = costs.gap_on_page if same else costs.gap_each
            score -= costs.gap + min(each * (n - earlier - 1), costs.gap_most)
        elif earlier == n:
            score -= costs.repeat
        if score > best_score or (score == best_score and best_before):
            best_score, best_before = score, before
    if best_score <= -late * min(n, 8):  # a sequence that begins with the next number is better
        return None
    return _Link(best_score, index, reading, best_before)


def _grade(candidates: Sequence[Candidate], links: Sequence[_Link]) -> Iterator[NumberedParagraph]:
    """Confidence from the reading's own cost and from whether its neighbours count on."""
    for place, link in enumerate(links):
        n = link.reading.n
        before = place > 0 and links[place - 1].reading.n == n - 1
        after = place + 1 < len(links) and links[place + 1].reading.n == n + 1
        neighbours = before + after + (n == 1 and place == 0) + (place + 1 == len(links) and before)
        candidate = candidates[link.candidate]
        garble = "" if link.reading.garble == _UNREAD else link.reading.garble
        if link.reading.garble == _UNREAD:
            confidence = (0.5, 0.7, _unread_confidence(candidate, n))[min(neighbours, 2)]
        elif link.reading.cost == 0:
            confidence = (0.9, 0.97, 0.99)[min(neighbours, 2)]
        else:
            confidence = (0.5, 0.85, 0.97)[min(neighbours, 2)]
            if candidate.mark.isdecimal() and not candidate.portion:
                confidence = min(confidence, _MAY_BE_MEANT)
        yield NumberedParagraph(candidate, n, garble, link.reading.cost, confidence)


def _unread_confidence(candidate: Candidate, n: int) -> float:
    """Confidence in the number of a mark that could not be read, between two that count on.

    What may be the author's own is not for us to change: a clear figure may be a slip, and letters without a stop a
    word that no list has.
    """
    mark = candidate.mark.lstrip(PILCROW)
    if (mark.isdecimal() and int(mark) != n) or (mark.isalpha() and not candidate.portion):
        return _MAY_BE_MEANT
    return 0.88 if mark else 0.85
