"""Rules that restore paragraph numbers and the pilcrows before them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from cablefix.cable.paragraphmarks import PILCROW
from cablefix.cable.sequence import NumberedParagraph
from cablefix.ledger import Edit, EvidenceKind
from cablefix.rules.context import Context, because
from cablefix.text import Span, View

_BRACKETED = re.compile(r"\s*[(\[{<](?P<mark>[^()\[\]{}<>\n]{1,6})[)\]}>]")
# The same where the first bracket was read as something else, or not at all.
_TORN = re.compile(r"\s*(?P<mark>[^\s()\[\]{}<>.,]{1,4})[)\]}>](?=\s)")
_PAIRS = ("()", "[]")
_SURE = 0.85
_BRACKETS = (")", "}", "]")  # close the number where a message has no stop behind it
# What the letters of portion marks are read as.
_LOOKS_LIKE = {
    "$": "S", "§": "S", "5": "S", "0": "U", "V": "U", "G": "C", "€": "C", "c": "C", "¢": "C", "©": "C", "8": "B",
}  # fmt: skip


def restore_numbers(view: View, context: Context) -> Iterator[Edit]:
    """Restore garbled paragraph marks: `1[2 .` and `J.5 .` to `¶2.` and `¶5.`, `l.` to `1.`.

    Engines have no pilcrow and read it as whatever looks like it; small digits are misread as letters. All marks of
    a document are solved together as one sequence, since 12 may be twelve or a pilcrow and a two. A number is
    restored, never invented: numbers that are missing stay missing and are reported. Lists and citations inside a
    paragraph are not part of the sequence. A mark that neither neighbour confirms is proposed, not applied.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(restore_numbers, "1[1 . (C)  The  tug.\\n\\n1L2  . (C)  The  crane.\\n\\nJ.3. (C)  The  pier.")
    [('1[1 .', '¶1.'), ('1L2  .', '¶2.'), ('J.3.', '¶3.')]
    """
    numbering = context.solve_numbers()
    text = context.source.text
    chain = numbering.paragraphs
    trusted = context.kind == "cable" or _counts_for_sure(chain)
    portions: dict[int, _Portion] = {}
    if any(map(_is_restored, chain)):
        for repair in _portion_repairs(context):
            portions.setdefault(repair.place, repair)
    for place, paragraph in enumerate(chain):
        candidate = paragraph.candidate
        stop = ")" if candidate.dot in _BRACKETS else "."
        printed = numbering.pilcrow or candidate.mark.startswith(PILCROW)
        after = f"{PILCROW if printed else ''}{paragraph.n}{stop}"
        before = text[candidate.start : candidate.end]
        if before == after:
            continue
        if not candidate.mark:
            portion = portions.get(candidate.start) if _is_restored(paragraph) else None
            yield _insert_number(context, paragraph, after, portion)
            continue
        near = [other for other in chain[max(0, place - 1) : place + 2] if other is not paragraph]
        counted = ", ".join(str(other.n) for other in near) or "none"
        reasons = [
            because(
                EvidenceKind.SEQUENCE,
                f"paragraph {paragraph.n}; its neighbours in the sequence: {counted}",
                *(Span(other.candidate.start, other.candidate.end) for other in near),
            )
        ]
        if paragraph.garble and paragraph.garble != PILCROW:
            reasons.append(because(EvidenceKind.CONFUSION, f"a pilcrow read as {paragraph.garble!r}"))
        if paragraph.cost:
            reasons.append(because(EvidenceKind.CONFUSION, "misread digits", weight=-paragraph.cost))
        confidence = paragraph.confidence if trusted else min(paragraph.confidence, 0.6)
        yield context.edit(candidate.start, candidate.end, after, "numbering.mark", confidence, *reasons)


def _counts_for_sure(chain: Sequence[NumberedParagraph]) -> bool:
    """Whether a text that is no message numbers its paragraphs: three or more, most clear or portion-marked."""
    clear = sum((p.cost == 0 and p.garble in ("", PILCROW)) or bool(p.candidate.portion) for p in chain)
    return len(chain) >= 3 and clear >= 0.6 * len(chain)


def restore_portion_marks(view: View, context: Context) -> Iterator[Edit]:
    """Restore misread portion marks: `(Cc)` and `(G)` to `(C)`, `($)` to `(S)`, `(SB0)` to `(SBU)`, `€C)` to `(C)`.

    Only right behind a paragraph number, and only to a mark that exists. Applied where the document has that mark on
    other paragraphs, proposed elsewhere; a mark whose bracket is gone must stand in a document that marks most of its
    paragraphs. What stands in brackets and is no misread mark (`(a)`, `(REF A)`) stays.

    >>> from cablefix.rules.examples import edits_of
    >>> text = "1. (C) The tug.\\n\\n2. (Cc) The crane.\\n\\n3. {C) The pier.\\n\\n4. €C) The mole."
    >>> edits_of(restore_portion_marks, text, least=0.8)
    [('(Cc)', '(C)'), ('{C)', '(C)'), ('€C)', '(C)')]
    """
    numbers = {p.candidate.end for p in context.solve_numbers().paragraphs if _is_restored(p)}
    for repair in _portion_repairs(context):
        if repair.place not in numbers:
            text_of = f"a portion mark stands here; {repair.others} others are {repair.mark}"
            reason = because(EvidenceKind.FORM, text_of)
            yield context.edit(repair.start, repair.end, repair.mark, "numbering.portion", repair.confidence, reason)


class _Portion(NamedTuple):
    """A misread portion mark behind a place, what it should be, and how many others of the document are it."""

    place: int
    start: int
    end: int
    mark: str
    others: int
    confidence: float


def _portion_repairs(context: Context) -> Iterator[_Portion]:
    text = context.source.text
    paragraphs = context.solve_numbers().paragraphs
    marks = context.codes.portion_marks
    found = [m for p in paragraphs if (m := _BRACKETED.match(text, p.candidate.end)) and m["mark"].strip()]
    valid = Counter(mark for match in found if (mark := match["mark"]).split("/")[0] in marks)
    if valid.total() >= 0.5 * len(paragraphs):
        found += [match for p in paragraphs if (match := _TORN.match(text, p.candidate.end))]
    for match in found:
        end = match.end()
        start = end - len(match[0].lstrip())
        torn = match.re is _TORN
        fits = _fits(match["mark"], marks, torn=torn)
        fits.sort(key=lambda c: (-valid[c], len(c), c))
        if not fits or (torn and not valid[fits[0]]) or _stands_right(text[start:end], fits[0]):
            continue
        others = valid[fits[0]]
        yield _Portion(match.start(), start, end, f"({fits[0]})", others, 0.88 if others else 0.6)


def _fits(read: str, marks: Collection[str], *, torn: bool) -> list[str]:
    """The portion marks that a reading may be; one that exists is itself. In a torn one the bracket may be a letter."""
    if read.split("/")[0] in marks and not torn:
        return [read]
    return [mark for mark in marks if _may_be(read, mark) or (torn and len(read) > 1 and _may_be(read[1:], mark))]


def _stands_right(read: str, mark: str) -> bool:
    """Whether a portion mark stands in a pair of brackets as it should."""
    return read[1:-1] == mark and read[0] + read[-1] in _PAIRS


def _may_be(read: str, mark: str) -> bool:
    """Whether OCR may have read a portion mark so: letters doubled, or taken for what looks like them."""
    compact = read.replace(" ", "")
    folded = "".join(_LOOKS_LIKE.get(char, char) for char in compact)
    if mark in (folded, re.sub(r"(.)\1", r"\1", folded)):
        return True
    return len(mark) == 1 and len(folded) == 2 and mark in folded and not compact.isalpha()


def _is_restored(paragraph: NumberedParagraph) -> bool:
    """Whether the edit that puts a lost number back is sure enough to repair the portion mark with it."""
    return not paragraph.candidate.mark and paragraph.confidence >= _SURE


def _insert_number(context: Context, paragraph: NumberedParagraph, number: str, portion: _Portion | None) -> Edit:
    """The edit that puts a lost number back before the portion mark that begins its line, this one repaired."""
    start = paragraph.candidate.start
    end = context.source.text.index(")", start) + 1 if ")" in context.source.text[start : start + 20] else start + 1
    reason = because(EvidenceKind.SEQUENCE, f"paragraph {paragraph.n} is due here and its number is lost")
    mark = context.source.text[start:end]
    if portion:
        end, mark = portion.end, portion.mark
    after = f"{number} {mark}"
    return context.edit(start, end, after, "numbering.lost", paragraph.confidence, reason)
