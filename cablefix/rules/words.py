"""Rules for misread words: the language model's repairs as edits, with the candidates as evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from cablefix.layout import LineClass
from cablefix.ledger import Edit, Evidence, EvidenceKind
from cablefix.lexicon.doubts import find_doubts
from cablefix.lexicon.repair import WordRepair, load_lexicon, repair_words
from cablefix.lexicon.rescoring import rescore
from cablefix.lexicon.tokens import Flag, Token
from cablefix.lexicon.userlists import OwnWordList
from cablefix.reading import reading_view
from cablefix.rules.context import Context, because
from cablefix.rules.engine import weigh_with_engine
from cablefix.text import View

# Lines that other rules read: codes, numbers and names stand there, and running English does not.
_HELD_LINES = (LineClass.HEADER, LineClass.TABLE, LineClass.SIGNATURE, LineClass.PROTOCOL)
_WORD, _END = re.compile(r"\S+"), re.compile("\n")
_PORTION = re.compile(r"\(?[A-Z]{1,3}(?:/[A-Z]{2,6})*\)[.:]?|¶\S*|\[REDACTED.*|[A-Z]?\d+\]")
_MARKED = frozenset("(¶[ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")  # what begins a portion mark
_BEGINNING, _PROTECTED = int(Flag.BREAK | Flag.LINE_START), int(Flag.PROTECTED)
# What the edits are named, by what they change.
WORD_RULES = frozenset(
    {"words.letters", "words.capitals", "words.uppercase", "words.spaces", "words.case", "words.marks", "words.stops"}
)
_LEAST = 0.3  # less likely repairs are not even proposed
_LEAST_ASKED = 0.05  # less likely ones are not even shown to an outside model


def repair_words_in(view: View, context: Context) -> Iterator[Edit]:
    """Repair misread words, run-together and broken words, and the case of words: `tlie`, `ofthe`, `W hen`.

    The damage comes from the engine: letters that look alike (`rn` for `m`, `h` for `b`), spaces lost or seen where
    there are none. Each doubtful word is weighed with its likely readings by the misreadings of engines, learned
    anew on the document itself, and by the words around it. Left alone are message headers, tables, signatures,
    portion marks, numbers, codes, names and acronyms that the document repeats, passages in another language, and
    whatever another rule has already repaired; a typist's slip that no engine makes stays below the threshold.

    >>> from cablefix.rules.examples import edits_of
    >>> text = "The Ambassador said that tlie Government of the country had not yet agreed to the proposal."
    >>> edits_of(repair_words_in, text, least=0.8)
    [('tlie', 'the')]
    """
    reading = reading_view(context.source, context.layout, context.live)
    tokens = read_view(reading, context)
    lexicon = load_lexicon(context.words, context.lexicon)
    repairs = repair_words(tokens, lexicon, least=_LEAST if context.rescorer is None else _LEAST_ASKED)
    for repair in settle(repairs, reading, context):
        start, end = reading.source_span(repair.start, repair.end)
        if context.is_free(start, end) and repair.confidence >= _LEAST and not _crosses_furniture(context, start, end):
            confidence, engine = weigh_with_engine(context.layout, start, end, repair.confidence)
            reasons = explain(repair) if engine is None else [*explain(repair), engine]
            yield context.edit(start, end, repair.after, name_change(repair), confidence, *reasons)


def name_change(repair: WordRepair) -> str:
    """The name of an edit by what it changes: spaces, case, marks, or letters of a word in this case or that.

    Stops are marks that are put in where none was seen.

    A word with a capital that is parted counts with those whose letters change: either may be a name.

    >>> pairs = (("ofthe", "of the"), ("tHe", "the"), ("tlie", "the"), ("Gencva", "Geneva"), ("TLIE", "THE"))
    >>> [name_change(WordRepair(0, 1, *pair, 0.9, (), ""))[6:] for pair in pairs]
    ['spaces', 'case', 'letters', 'capitals', 'uppercase']
    """
    before, after = repair.before, repair.after
    if not before:
        return "words.stops"
    if "".join(before.split()) == "".join(after.split()):
        return "words.capitals" if before.istitle() and before.isalpha() else "words.spaces"
    if before.lower() == after.lower():
        return "words.case"
    bare = ("".join(filter(str.isalnum, text)) for text in (before, after))
    if next(bare) == next(bare):
        return "words.marks"
    if before.isupper() and len(before) > 1:
        return "words.uppercase"
    return "words.capitals" if before[:1].isupper() else "words.letters"


def _crosses_furniture(context: Context, start: int, end: int) -> bool:
    """Whether a running head or stamp stands inside the span: a word that a page turn divides is left as it is."""
    layout = context.layout
    first, last = layout.line_at(start), layout.line_at(end - 1)
    return bool((layout.line_class[first + 1 : last] == LineClass.FURNITURE).any())


def settle(repairs: Sequence[WordRepair], reading: View, context: Context) -> Sequence[WordRepair]:
    """The repairs as an outside model and the user's own names would have them."""
    if context.rescorer is not None:
        repairs = rescore(reading.text, repairs, context.rescorer)
    if isinstance(context.words, OwnWordList):
        spell = context.words.in_own_form
        repairs = [
            repair if not repair.candidates else replace(repair, after=spell(repair.after)) for repair in repairs
        ]
    return repairs


def find_suspicious(context: Context) -> Iterator[tuple[int, int, WordRepair]]:
    """The doubtful words with their candidates, each with its span of the source; `context.live` as for the rule."""
    reading = reading_view(context.source, context.layout, context.live)
    doubts = find_doubts(read_view(reading, context), load_lexicon(context.words, context.lexicon))
    for doubt in settle(doubts, reading, context):
        start, end = reading.source_span(doubt.start, doubt.end)
        if context.is_free(start, end):
            yield start, end, doubt


def read_view(reading: View, context: Context) -> list[Token]:
    """The tokens of the reading text, in its offsets; a new logical line is a break."""
    text = reading.text
    words = text.split()
    start, end = np.array([match.span() for match in _WORD.finditer(text)], np.int64).reshape(-1, 2).T
    ends = np.array([match.start() for match in _END.finditer(text)], np.int64)
    flags = np.zeros(len(words) + 1, np.int64)
    flags[:1] = flags[np.searchsorted(start, ends)] = _BEGINNING
    flags[:-1] |= np.where(held_spans(reading, context)[start], _PROTECTED, 0)
    own = context.words.names_in if isinstance(context.words, OwnWordList) else None
    for row, word in enumerate(words):
        if (word[0] in _MARKED and _is_portion(word)) or (own is not None and own(word)):
            flags[row] |= _PROTECTED
    return list(map(Token, words, start.tolist(), end.tolist(), flags.tolist()))


def _is_portion(word: str) -> bool:
    """Whether a word is a portion mark, a paragraph number or a redaction; most words have no bracket."""
    return (")" in word or "]" in word or word[0] in "¶[") and _PORTION.fullmatch(word) is not None


def held_spans(reading: View, context: Context) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which characters of the reading text no word repair may touch; shape (characters + 1,)."""
    held = np.zeros(len(reading.text) + 1, bool)
    layout = context.layout
    for line in np.flatnonzero(np.isin(layout.line_class, _HELD_LINES)).tolist():
        span = reading.view_span(*layout.line_span(line))
        held[span.start : span.end] = True
    # The one running text of a header that is not in capitals: who classified it. His name and title stay.
    field = context.header.fields.get("classified_by") if context.header is not None else None
    if field is not None:
        span = reading.view_span(*field.span)
        for match in _WORD.finditer(reading.text, span.start, span.end):
            held[match.start() : match.end()] = not match[0][0].islower()
    for edit in context.live:
        span = reading.view_span(edit.start, edit.end)
        held[span.start : span.end] = True
    return held


def explain(repair: WordRepair) -> list[Evidence]:
    """The evidence of a repair: why the place was doubted, the misreading, the context, the candidates."""
    found = [because(EvidenceKind.LEXICON, repair.reason)]
    chosen = next((c for c in repair.candidates if c.text == repair.after), None)
    if chosen is not None:
        found.append(because(EvidenceKind.CONFUSION, f"misread as {repair.before}", weight=chosen.channel))
        found.append(because(EvidenceKind.CONTEXT, "the words around it", weight=chosen.context))
    if repair.votes:
        listed = ", ".join(f"{text} {vote:+.1f}" for text, vote in repair.votes)
        weight = dict(repair.votes).get(repair.after, 0.0)
        found.append(because(EvidenceKind.CONTEXT, f"votes of the outside model in nats: {listed}", weight=weight))
    if repair.candidates:
        listed = ", ".join(f"{c.text} {c.score:+.1f}" for c in repair.candidates)
        found.append(because(EvidenceKind.LEXICON, f"candidates, by what they gain in nats: {listed}"))
    return found
