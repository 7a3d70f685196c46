"""Many damaged messages for measuring throughput: bodies and numbers vary, each is like no other.

The paragraphs of the invented messages of one form are put together anew, up to a length; number and date rise. The
print is then damaged by the heavy noise with a strength at which one word in fifty is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from difflib import SequenceMatcher
from functools import cache

import numpy as np

from benchmarks.generate.compose import compose
from benchmarks.generate.documents import load_all
from benchmarks.generate.gold import printed_text
from benchmarks.generate.model import Document, Entry, SourceError
from benchmarks.generate.noise_heavy import ENGINES, Engine, damage_once, load_engine
from benchmarks.generate.seeded import generator

LENGTH = 6000
"""Characters of a document, about."""

_WRONG_WORDS = 0.02
_TARGET = 0.4  # percent of characters; sets words split and lines merged
_TRIES = 20


def make_message(number: int) -> str:
    """The print of one message, the same for the same number."""
    for turn in range(_TRIES):
        random = generator("many", number, turn)
        bases = _messages()
        base = bases[int(random.integers(len(bases)))]
        header = replace(
            base.header,
            number=1 + number % (10 ** min(base.header.digits, 6) - 1),
            sent=base.header.sent + timedelta(minutes=int(random.integers(0, 1400))) if base.header.sent else None,
        )
        document = replace(base, header=header, body=_body(base, random), lost_pages=())
        try:
            return printed_text(compose(document))
        except SourceError:
            continue  # a line became too long; other paragraphs will fit
    raise AssertionError(f"no message {number} fits its page")


@cache
def _messages() -> tuple[Document, ...]:
    return tuple(document for document in load_all() if document.form != "prose" and document.split == "dev")


@cache
def _paragraphs(capitals: bool) -> tuple[Entry, ...]:
    return tuple(
        replace(entry, page_break=False, section_break=False)
        for document in _messages()
        if (document.form != "acp127") == capitals
        for entry in document.body
    )


def _body(base: Document, random: np.random.Generator) -> tuple[Entry, ...]:
    """Paragraphs of messages in the same case, numbered anew, until the message is long enough."""
    choice, body, length = _paragraphs(base.form != "acp127"), list[Entry](), 0
    for place in random.permutation(len(choice)).tolist():
        if length > LENGTH - 700:
            break
        entry = choice[place]
        n = len(body) + 1 if entry.n is not None else None
        body.append(replace(entry, n=n))
        length += len(entry.text) + len(entry.after) + sum(map(len, entry.table)) + 60
    return tuple(body)


def make_damaged(number: int) -> str:
    """The damaged text of one message."""
    name = ENGINES[number % len(ENGINES)]
    return damage_once(make_message(number), _engine(name), _strength(name), _TARGET, generator("many-noise", number))


def make_many(count: int, start: int = 0) -> Iterator[tuple[str, str]]:
    """(name, text) of so many damaged messages."""
    for number in range(start, start + count):
        yield f"{number // 1000:04d}/{number:07d}.txt", make_damaged(number)


@cache
def _engine(name: str) -> Engine:
    letters = Counter("".join(printed_text(compose(document)) for document in load_all()))
    return load_engine(name, letters)


@cache
def _strength(name: str) -> float:
    """The strength at which one word in fifty is wrong, by bisection over a few messages."""
    prints = [make_message(number) for number in range(6)]
    low, high = 0.0, 8.0
    for _ in range(10):
        middle = (low + high) / 2
        damaged = [
            damage_once(text, _engine(name), middle, _TARGET, generator("many-strength", name, place))
            for place, text in enumerate(prints)
        ]
        if wrong_words(prints, damaged) < _WRONG_WORDS:
            low = middle
        else:
            high = middle
    return low


def wrong_words(prints: Sequence[str], damaged: Sequence[str]) -> float:
    """The share of printed words that do not stand in the damaged texts, in order."""
    lost = total = 0
    for one, other in zip(prints, damaged, strict=True):
        words = one.split()
        matcher = SequenceMatcher(None, words, other.split(), autojunk=False)
        total += len(words)
        lost += len(words) - sum(block.size for block in matcher.get_matching_blocks())
    return lost / total
