"""From the decided parts of a header to the repairs that they call for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from cablefix.cable.draft import Draft
from cablefix.cable.fields import Repair, Token
from cablefix.cable.rows import FUNCTION_WORDS, Parsed, Part, is_dust, is_speck, speck_beside, strip_dust
from cablefix.cable.settle import Verdicts
from cablefix.ledger import Evidence, EvidenceKind
from cablefix.text import Span

_VIRTUAL = ("class.value",)
_GOES_ON = ",-/—"
_PART_OF_WORD = "#"
_PROSE = ("subject", "ref")
_OPEN_ENDED = ("classified-by", "distribution")  # a small word or a letter may be the last of these
_MEANT_MARKS = frozenset(("-", "--", "—", "–", "...", "…"))
_LEAST_SMALL = 4
_DASHLIKE = "~="  # between the words of a subject


def make_repairs(draft: Draft, tags: Iterable[Part], verdicts: Verdicts) -> tuple[Repair, ...]:
    """A repair for each part that should read otherwise than it is seen, in source order."""
    found: list[Repair] = []
    for parsed in _lines(draft):
        found += _line_repairs(parsed.parts, verdicts)
    found += _line_repairs(list(tags), verdicts)
    found += _dust_repairs(draft)
    found += _specks_inside(draft)
    found.sort(key=lambda item: item.span)
    return tuple(_apart(found))


def _lines(draft: Draft) -> Iterator[Parsed]:
    yield from draft.found.values()
    for items in (draft.to, draft.info, draft.captions):
        yield from (item for item in items if item not in draft.found.values())


def _line_repairs(parts: list[Part], verdicts: Verdicts) -> Iterator[Repair]:
    for part in parts:
        if part.name in _VIRTUAL or part.name.endswith(".text"):
            continue
        verdict = verdicts.of(part)
        after = verdict.text
        if part.glued:
            after = " " + after
        if after == part.seen or not verdict.text or "?" in verdict.text:
            continue
        evidence = verdict.evidence or (
            Evidence(EvidenceKind.FORM, f"{after.strip()!r} stands here in this line", 0.0, (part.span,)),
        )
        yield Repair(part.span, after, part.rule, round(min(verdict.confidence, 0.999), 4), evidence)


def _dust_repairs(draft: Draft) -> Iterator[Repair]:
    """Marks and specks at the ends of header lines go; letters behind a comma are only proposed to go."""
    rows = [row for run in draft.runs.values() for row in run]
    rows += [row for items in (draft.to, draft.info, draft.captions) for item in items for row in item.rows]
    done: set[int] = set()
    listed = {row.number for row in draft.runs.get("tags", ())}
    prose = {row.number for kind in _PROSE for row in draft.runs.get(kind, ())}
    open_ends = {row.number for kind in _OPEN_ENDED for row in draft.runs.get(kind, ())}
    open_ends |= {item.numbers[-1] for item in _lines(draft) if item.parts and item.parts[-1].name.endswith(".head")}
    for row in rows:
        tokens = [token for token in row.dropped if token.start not in done]
        done.update(token.start for token in tokens)
        first, last = row.line.tokens[0].start, row.line.tokens[-1].end
        for side in ([t for t in tokens if t.end <= first], [t for t in tokens if t.start >= last]):
            if not side:
                continue
            before = side[0].start < first
            span = Span(side[0].start, first) if before else Span(last, side[-1].end)
            # After a comma or a hyphen something is still to come; so it may be in a list.
            ends = before or (row.words[-1][-1] not in _GOES_ON and row.number not in listed)
            small = all(not any(map(str.isupper, token.text)) for token in side)
            sure = 0.9 if all(is_dust(token.text) for token in side) else 0.85 if ends or small else 0.7
            doubtful = any(_PART_OF_WORD in token.text for token in side) or (
                row.number in prose and ((not before and _is_text(row.words[-1])) or any(map(_may_be_meant, side)))
            )
            sure = 0.7 if doubtful or row.number in open_ends else sure
            evidence = Evidence(EvidenceKind.FORM, "the line is complete without it", 0.0, (span,))
            yield Repair(span, "", "header.dust", sure, (evidence,))


def _is_text(word: str) -> bool:
    """Whether a word is one of running text in small letters, after which others may come."""
    return sum(map(str.islower, word)) >= _LEAST_SMALL


def _may_be_meant(token: Token) -> bool:
    """Whether a token beside a title or a list of references may be the author's: a dash, dots, a short word."""
    return token.text in _MEANT_MARKS or strip_dust(token.text).upper() in FUNCTION_WORDS


def _specks_inside(draft: Draft) -> Iterator[Repair]:
    """Marks that stand alone inside a running text of the header."""
    for kind in ("subject", "classified-by"):
        for row in draft.runs.get(kind, ()):
            for before, token in pairwise(row.line.tokens):
                if is_speck(token.text):
                    span = Span(before.end, token.end)
                    evidence = Evidence(EvidenceKind.FORM, "a mark that belongs to no word", 0.0, (span,))
                    after = " -" if token.text in _DASHLIKE and kind == "subject" else ""
                    yield Repair(span, after, "header.dust", 0.85, (evidence,))
        text = " ".join(row.text for row in draft.runs.get(kind, ()))
        for token in (token for row in draft.runs.get(kind, ()) for token in row.line.tokens):
            speck = speck_beside(token.text, text) if kind == "subject" else None
            if speck:
                span = Span(token.start + speck[0], token.start + speck[1])
                evidence = Evidence(EvidenceKind.FORM, "a mark that belongs to no word", 0.0, (span,))
                yield Repair(span, "", "header.dust", 0.85, (evidence,))


def _apart(repairs: list[Repair]) -> Iterator[Repair]:
    """Repairs without overlap; of two on one place the surer one stays."""
    kept: list[Repair] = []
    for repair in repairs:
        if kept and repair.span.start < kept[-1].span.end:
            if repair.confidence > kept[-1].confidence:
                kept[-1] = repair
            continue
        kept.append(repair)
    yield from kept
