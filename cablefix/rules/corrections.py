"""Corrections that a user gave: each row of a correction table becomes edits, with the row as evidence."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cablefix.layout import UNREAD, LineClass
from cablefix.ledger import Edit, EvidenceKind, propose_edit
from cablefix.lexicon.corrections import Correction, Where
from cablefix.reading import reading_view
from cablefix.resources import DictionaryError
from cablefix.rules.context import Context, because
from cablefix.text import Span, View

_HEADER = (LineClass.HEADER, LineClass.PROTOCOL)
_TOKEN = re.compile(r"\w+|[^\w\s]")
_WORD = re.compile(r"\S+")
# CPU seconds that one expression may take on one document: so much, and so much more for each of its characters.
_PATIENCE, _PATIENCE_EACH = 2.0, 2e-5


@dataclass(frozen=True, slots=True)
class _Hit:
    """A match of a correction in a view, less the words at its edges that stay as they are."""

    start: int
    end: int
    after: str
    by: Correction


def apply_corrections(view: View, context: Context) -> Iterator[Edit]:
    """Put what the user's correction tables say in the place of what they name: `Embtei` with `Embtel`.

    The tables are for damage that only the user knows: an engine's habit with one name, a house style, a misspelling
    that a series of files repeats. They come from the folders given with --dictionary or in the profile. A pattern
    begins and ends at the bounds of words, and matches in the reading text, over line ends too. Left alone are the
    message header, page furniture and words with digits in them, unless the row says otherwise; what already reads as
    the replacement; and places where a line that is not read stands in between. Of rows that match at one place the
    first wins. No row sees what another one put in.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(apply_corrections, "Without a table nothing is corrected.")
    []
    """
    if not context.corrections:
        return
    reading = reading_view(context.source, context.layout, context.live)
    in_text = [row for row in context.corrections if row.where is not Where.FURNITURE]
    zones = _zones(reading, context)
    for hit in _choose(find_hits(reading.text, in_text, zones), in_text):
        if not _skips_lines(reading.source_span(hit.start, hit.end), context):
            yield _edit(reading, hit, context)
    yield from _correct_furniture(view, context)


def _correct_furniture(view: View, context: Context) -> Iterator[Edit]:
    rows = [row for row in context.corrections if row.where in (Where.FURNITURE, Where.EVERYWHERE)]
    if not rows:
        return
    layout = context.layout
    for line in layout.lines_of(LineClass.FURNITURE):
        span = view.view_span(*layout.line_span(line))
        text = view.text[span.start : span.end]
        for hit in _choose(find_hits(text, rows, np.zeros(len(text) + 1, bool)), rows):
            moved = _Hit(hit.start + span.start, hit.end + span.start, hit.after, hit.by)
            yield _edit(view, moved, context)


def _edit(view: View, hit: _Hit, context: Context) -> Edit:
    row = hit.by
    reason = because(EvidenceKind.USER, f"{row.place}: {row.pattern} reads {row.replacement or 'nothing'}")
    span = Span(hit.start, hit.end)
    return propose_edit(
        context.source, view, span, hit.after, "words.corrections", row.confidence, (reason,), context.live
    )


def _zones(reading: View, context: Context) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which characters of the reading text belong to the message header; shape (characters + 1,)."""
    header = np.zeros(len(reading.text) + 1, bool)
    for line in np.flatnonzero(np.isin(context.layout.line_class, _HEADER)).tolist():
        span = reading.view_span(*context.layout.line_span(line))
        header[span.start : span.end] = True
    return header


def find_hits(
    text: str, rows: Sequence[Correction], header: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Iterator[_Hit]:
    """Where corrections change a text; `header` marks the characters that belong to a message header.

    Literals are looked up by their first word, so that a table of thousands costs no more than one of ten.
    """
    for row, match in _matches(text, rows):
        if row.where not in (Where.HEADER, Where.EVERYWHERE) and header[match.start() : match.end()].any():
            continue
        if not row.takes_numbers and _beside_digits(text, match):
            continue
        after = row.after(match)
        if match.group() == after or _is_done(text, match, after):
            continue
        yield _trim(match, after, row)


def _matches(text: str, rows: Sequence[Correction]) -> Iterator[tuple[Correction, re.Match[str]]]:
    by_first: dict[str, list[Correction]] = {}
    for row in rows:
        if row.is_regex:
            yield from _matches_of(text, row)
        else:
            first = _TOKEN.match(row.pattern)
            by_first.setdefault(first.group().lower() if first else "", []).append(row)
    if by_first:
        for token in _TOKEN.finditer(text):
            for row in by_first.get(token.group().lower(), ()):
                match = row.compiled.match(text, token.start())
                if match:
                    yield row, match


def _matches_of(text: str, row: Correction) -> Iterator[tuple[Correction, re.Match[str]]]:
    """The matches of an expression, block by block. Raises DictionaryError when they take far too long."""
    limit = _PATIENCE + _PATIENCE_EACH * len(text)
    spent, start = 0.0, 0
    for block in text.split("\n"):
        began = time.thread_time()
        end = start + len(block)
        found = [match for match in row.compiled.finditer(text, start, end) if match.end() > match.start()]
        spent += time.thread_time() - began
        if spent > limit:
            raise DictionaryError(
                f"{row.origin}: {row.pattern!r} takes too long on this document. Make the pattern simpler, or write it"
                " as text of the kind word."
            )
        yield from ((row, match) for match in found)
        start = end + 1


def _beside_digits(text: str, match: re.Match[str]) -> bool:
    """Whether a match is in or at a word with a digit in it: a number, a code, a date-time group."""
    start, end = match.span()
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return any(map(str.isdecimal, text[start:end]))


def _is_done(text: str, match: re.Match[str], after: str) -> bool:
    """Whether the text around a match already reads as the replacement, of which the match is a part."""
    at = after.find(match.group())
    while at >= 0:
        if text.startswith(after, match.start() - at) and match.start() >= at:
            return True
        at = after.find(match.group(), at + 1)
    return False


def _trim(match: re.Match[str], after: str, row: Correction) -> _Hit:
    """The hit without the words at either edge that the replacement leaves as they are."""
    seen = list(_WORD.finditer(match.group()))
    words = list(_WORD.finditer(after))
    head = tail = 0
    most = min(len(seen), len(words)) - 1
    while head < most and seen[head].group() == words[head].group():
        head += 1
    while tail < most - head and seen[-1 - tail].group() == words[-1 - tail].group():
        tail += 1
    if not head + tail:
        return _Hit(match.start(), match.end(), after, row)
    first, last = seen[head].start(), seen[len(seen) - 1 - tail].end()
    kept = after[words[head].start() : words[len(words) - 1 - tail].end()]
    return _Hit(match.start() + first, match.start() + last, kept, row)


def _choose(hits: Iterable[_Hit], rows: Sequence[Correction]) -> list[_Hit]:
    """The hits in order, without overlap: of those at one place the row that stands first in the tables."""
    order = {id(row): rank for rank, row in enumerate(rows)}
    chosen: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, order[id(hit.by)], -hit.end)):
        if not chosen or hit.start >= chosen[-1].end:
            chosen.append(hit)
    return chosen


def _skips_lines(span: Span, context: Context) -> bool:
    """Whether a line that is not read, such as a running head, stands inside a source span."""
    layout = context.layout
    first, last = layout.line_at(span.start), layout.line_at(max(span.end - 1, span.start))
    classes = layout.line_class[first : last + 1]
    blank = (classes == LineClass.BLANK) | ~np.isin(classes, UNREAD)
    return not bool(blank.all())
