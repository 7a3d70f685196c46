"""Words in the capitals of a subject line: what a damaged one should read, by the word list and the document itself.

Subjects are printed in capitals. A small letter or a digit inside a word of one is damage, and so is a word that
neither the word list nor the rest of the document knows when a known one is a common confusion away. The channel is
the one that the codes of this header have taught.
"""

from __future__ import annotations

import heapq
import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from cablefix.cable.channel import LETTERS, Channel, Decoded
from cablefix.cable.refs import Run
from cablefix.cable.rows import FUNCTION_WORDS, Part
from cablefix.cable.settle import Verdicts, weigh
from cablefix.ledger import Evidence, EvidenceKind
from cablefix.lexicon.wordlist import WordList, load_wordlist

_TOKEN = re.compile(r"[^\s:;,()\"“”/?!-]+")
_CODE = re.compile(
    r"[A-Z]{1,3}-?\d{2,}[A-Z]?|[A-Z]-?\d+[A-Z]?|\d+[A-Z]{0,2}|\d[\d.,/]*(?:ST|ND|RD|TH|S)?|[A-Z]\.(?:[A-Z]\.)+"
)
_REJECTS = "$_~@&!|©"
_EDGE = ".'’‘`*|^"
_MOST_CHANGES = 3
_MOST_TRIED = 400
_LIMIT = 13.0
_UNKNOWN, _SHORT, _IMPOSSIBLE = 6.0, 3.5, 11.0
_SCRAP = 10.0
_LONG, _LONGER = 5, 0.5  # each letter more makes it less likely that an unknown word is that near to a known one
_GLUE = 2.5
_LOOK_ALIKE = str.maketrans("015", "OIS")
_VERY_COMMON = 5000
_COMMON = 1000
_SHORT_PIECE = 3
_LEAST_SURE, _SURE = 7, 0.9
_REPEATED = 2.0
_LEAST_SHARE = 0.2  # a reading that is less likely is no proposal: the word is a name or an abbreviation


def read_capitals(
    run: Run, first: int, channel: Channel, verdicts: Verdicts, body: Sequence[str], clean: bool = False
) -> list[tuple[int, int, Part]]:
    """The parts of a text in capitals that should read otherwise, with their places in the run.

    `first` is where the text begins in the run; `body` are the lines of the rest of the document, which are looked at
    only when there is something to doubt. Nothing is done to a text that is not in capitals. In a `clean` header, one
    without an error elsewhere, a word of capitals only that no list has is a name unless it is long and its reading
    sure; it is never parted.
    """
    text = run.text[first:]
    letters = [char for char in text if char.isalpha()]
    if len(letters) < 4 or 3 * sum(map(str.isupper, letters)) < 2 * len(letters):
        return []
    words = load_wordlist()
    found = []
    memory: frozenset[str] | None = None
    cores = [(match, match[0].strip(_EDGE)) for match in _TOKEN.finditer(text)]
    doubtful = [(match, core) for match, core in cores if _doubtful(core, words)]
    clean = clean and all(core.isalpha() and core.isupper() for _, core in doubtful)
    for match, core in doubtful:
        if memory is None:
            memory = frozenset(re.findall(r"[A-Z]{3,}", " ".join(body).upper()))
        if core in memory and core.isalpha() and core.isupper():
            continue
        start = first + match.start() + match[0].find(core)
        readings = list(_readings(core, channel, words, memory))
        if not readings or (clean and (len(core) < _LEAST_SURE or " " in readings[0].text)):
            continue
        part = Part("subject.word", run.span(start, start + len(core)), core, readings, rule="header.words")
        share = weigh([item.cost for item in readings], _identity(core))[0]
        if share < (_SURE if clean else _LEAST_SHARE):
            continue
        evidence = (
            Evidence(EvidenceKind.LEXICON, f"{core!r} is no word, {readings[0].text!r} is", 0.0, (part.span,)),
            Evidence(EvidenceKind.CONFUSION, f"{readings[0].text!r} is read as {core!r}", round(-readings[0].cost, 2)),
        )
        verdicts.set(part, readings[0].text, share, *evidence)
        found.append((start, start + len(core), part))
    return found


def _doubtful(core: str, words: WordList) -> bool:
    if len(core) < 2 or not any(map(str.isalpha, core)):
        return False
    if _CODE.fullmatch(core) and words.count(core.translate(_LOOK_ALIKE)) < _VERY_COMMON:
        return False
    if core.isalpha() and core.isupper():
        return not words.known(core)
    if 2 * sum(map(str.isdecimal, core)) >= len(core) and not (
        len(core) == 2 and words.known(core.translate(_LOOK_ALIKE))
    ):
        return False  # a number, a serial
    return any(char.isdecimal() or char.islower() or char in _REJECTS for char in core)


def _identity(core: str) -> float:
    """Cost of the word being printed as it is seen: a name or an abbreviation that no list has."""
    if re.fullmatch(r"[A-Z]{2}\d", core):
        return _UNKNOWN
    if not core.isalpha() or not core.isupper():
        return _IMPOSSIBLE
    return _SHORT if len(core) <= 3 else _UNKNOWN + _LONGER * max(0, len(core) - _LONG)


def _readings(core: str, channel: Channel, words: WordList, memory: frozenset[str]) -> Iterator[Decoded]:
    """Known words that a core may be, cheapest first; two words where a blank was lost."""
    found: dict[str, float] = {}
    for text, cost in _spellings(core, channel):
        if text in memory or words.known(text):
            prior = _rarity(words.count(text)) - (_REPEATED if text in memory else 0.0)
            found[text] = min(found.get(text, math.inf), max(cost + prior, 0.05))
    if len(core) >= 5 and core.isalpha():
        shut = core.upper()
        for at in range(2, len(shut) - 1):
            left, right = shut[:at], shut[at:]
            common = min(words.count(left), words.count(right))
            if max(at, len(shut) - at) <= _SHORT_PIECE and not FUNCTION_WORDS.issuperset((left, right)):
                continue  # WASAT is none of WAS AT
            if common >= _COMMON and words.known(left) and words.known(right):
                found[f"{left} {right}"] = _GLUE + _rarity(common) + (0.0 if core.isupper() else 2.5)
    if core.isalpha() and not core.isupper():
        small = 2 * sum(map(str.islower, core)) > len(core)  # a scrap rather than a name
        found.setdefault(core.upper(), _SCRAP if small else 6.0)
    ranked = sorted(found.items(), key=lambda item: item[1])[:4]
    yield from (Decoded(text, cost) for text, cost in ranked if cost < _LIMIT)


def _rarity(count: int) -> float:
    """Cost of a word by how rare it is: nothing for the commonest, some nats for one that was hardly seen."""
    return max(0.0, 4.0 - 0.45 * math.log(count + 1))


def _spellings(core: str, channel: Channel) -> Iterator[tuple[str, float]]:
    """What the core may have been printed as, in capitals, cheapest first, with few characters changed."""
    choices = [_choices(channel, char) for char in core]
    base = sum(options[0][1] for options in choices)
    plain = "".join([options[0][0] for options in choices])
    # Cost, the first character that may still change, the choice at each, how many are changed, and the text.
    queue: list[tuple[float, int, tuple[int, ...], int, str]] = [(base, 0, (0,) * len(core), 0, plain)]
    tried = 0
    while queue and tried < _MOST_TRIED:
        cost, fixed, picks, changed, text = heapq.heappop(queue)
        tried += 1
        yield text, cost
        if changed >= _MOST_CHANGES:
            continue
        for at in range(fixed, len(core)):
            least = choices[at][0][1]
            for pick, (char, price) in enumerate(choices[at]):
                more = cost + price - least
                if pick and more < _LIMIT:
                    chosen = (*picks[:at], pick, *picks[at + 1 :])
                    heapq.heappush(queue, (more, at + 1, chosen, changed + 1, text[:at] + char + text[at + 1 :]))


@lru_cache(maxsize=512)
def _choices(channel: Channel, char: str) -> tuple[tuple[str, float], ...]:
    """The capitals that a seen character may be, the likeliest first; marks inside words stay."""
    if not char.isalnum() and char not in _REJECTS:
        return ((char, 0.0),)
    if char in "_~":
        return tuple((letter, channel.of(letter, char)) for letter in LETTERS)
    small = char.islower()
    costs = [(letter, 1.5 if small and letter == char.upper() else channel.of(letter, char)) for letter in LETTERS]
    near = sorted((pair for pair in costs if pair[1] < 6.8), key=lambda pair: pair[1])
    return tuple(near[:6]) or ((char, 9.0),)
