"""Rules that find page furniture: what the page repeats around the text, and what archives stamped on it.

Furniture is recognised by form, by recurrence and by place, weighed over the whole document. It is marked, not
deleted: the lines stay in the layout, go to `page_headers` of the record and to `fw` in the TEI.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

import numpy as np

from cablefix.cable.blanked import find_blanks, find_frames, last_code
from cablefix.cable.codes import Codes
from cablefix.cable.heads import (
    Head,
    likeness,
    margin_codes,
    match_banner,
    match_stamps,
    match_worn_banner,
    read_head,
    read_page_number,
    stamp_form,
    trim_junk,
)
from cablefix.layout import LineClass, Mark, MarkKind
from cablefix.ledger import Edit, EvidenceKind
from cablefix.rules.context import Context, because
from cablefix.text import View

# A file of many messages has many kinds of heads; so many are compared with each line that is nearly one.
_MOST_KINDS_OF_HEADS = 64
# A word that stands so often in the word list is no scrap.
_COMMON = 1000
_LONGEST_PAGE = 24
_SHEET = ("Pa", "PA")
_BOXED = because(EvidenceKind.FORM, "a place that may be a box stands in the line")
_IN_PART = re.compile(r"\bIN ?PART\b", re.IGNORECASE)
_SEVEN_FIGURES = re.compile(r"(?:\D*\d){7}", re.DOTALL)
_ENDS = (".", "!", "?", ":", '"', ")", "”", "-", ";")


def find_running_heads(view: View, context: Context) -> Iterator[Mark]:
    """Mark running heads such as `LIMA 00001203 002 OF 003` and `PAGE 02 QUITO 01187 121530Z`.

    The message system printed them at the head of each sheet; OCR leaves them in mid-sentence. The form is so
    particular that one is enough when it agrees with the header or with another head, or counts on from it. A line
    that only looks alike, such as `PAGE 2 of the report`, has not the form.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(find_running_heads, "of the wharf\\n\\nLIMA 00001203 002 OF 002\\n\\nauthority.")
    ['LIMA 00001203 002 OF 002']
    """
    heads = [(n, head) for n in context.read_lines() if (head := read_head(context.lines[n]))]
    counts = Counter((head.form, head.post + head.number) for _, head in heads)
    usual = counts.most_common(_MOST_KINDS_OF_HEADS)
    agreeing = {key: sum(count for other, count in usual if _agree(key, other)) for key in counts}
    for n, head in heads:
        reasons = [because(EvidenceKind.FORM, f"form of a running head ({head.form} {head.page})")]
        key = (head.form, head.post + head.number)
        alike = max(agreeing[key], counts[key]) - 1
        if alike > 0:
            reasons.append(because(EvidenceKind.SEQUENCE, f"{alike} more such heads in this document"))
        confidence = 0.99 if alike > 0 else 0.9
        yield context.layout.mark_line(n, LineClass.FURNITURE, "furniture.head", confidence, reasons)
    yield from _damaged_heads(context, [n for n, _ in heads])


def _damaged_heads(context: Context, heads: Sequence[int]) -> Iterator[Mark]:
    """Lines that have not the form of a running head but are nearly one that the document has."""
    known = list(dict.fromkeys(trim_junk(context.lines[n]) for n in heads))[:_MOST_KINDS_OF_HEADS]
    if not known:
        return
    taken = set(heads)
    sheets = any(head.startswith(_SHEET) for head in known)
    short = [head for head in known if not _SEVEN_FIGURES.match(head) and not head.startswith(_SHEET)]
    edges = _edges(context) if short else set()
    for n in context.read_lines():
        text = context.lines[n]
        if n in taken or len(text) > 64:
            continue
        if not (_SEVEN_FIGURES.match(text) or (sheets and text.startswith(_SHEET)) or n in edges):
            continue
        trimmed = trim_junk(text)
        best = max(likeness(trimmed, head) for head in known)
        if best >= 0.86:
            reason = because(EvidenceKind.SEQUENCE, f"{best:.0%} alike to a running head of this document")
            yield context.layout.mark_line(n, LineClass.FURNITURE, "furniture.head", 0.9, [reason])


def _agree(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two heads, each as form and post with number, are of one message."""
    return one[0] == other[0] and likeness(one[1], other[1]) >= 0.7


def find_stamps(view: View, context: Context) -> Iterator[Mark]:
    """Mark stamps of release, review and archives, in damaged forms too.

    `UNCLASSIFIED U.S. Department of State Case No. F-2011-12345 Doc No. C05712345 Date: 01/02/2013` at the head and
    foot of each page, `RELEASE IN PART B1, 1.4(D)`, `Declassified/Released US Department of State EO Systematic
    Review 30 JUN 2005` in the margin. A line must be nearly the whole stamp. Short lines that could be text
    (`US Department of State`) count only beside another stamp line.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(find_stamps, "RELEASE IN FULL\\n\\nThe release in full of the text was asked for.")
    ['RELEASE IN FULL']
    """
    read = context.read_lines()
    found = match_stamps([context.lines[n] for n in read])
    matches = {n: match for n, match in zip(read, found, strict=True) if match}
    strong = {n for n, match in matches.items() if match.alone}
    place = {n: k for k, n in enumerate(read)}
    grown = True
    while grown:
        near = {place[n] for n in strong}
        more = {n for n in matches if n not in strong and {place[n] - 1, place[n] + 1} & near}
        strong |= more
        grown = bool(more)
    for n in sorted(strong):
        reason = because(EvidenceKind.FORM, f"reads like a known stamp ({matches[n].likeness:.0%} alike)")
        yield context.layout.mark_line(n, LineClass.FURNITURE, "furniture.stamp", 0.95, [reason])


def find_banners(view: View, context: Context) -> Iterator[Mark]:
    """Mark classification banners: a classification alone on a line, at the head or foot of a page.

    The line of the message itself that gives the classification (`CONFIDENTIAL SECTION 01 OF 03 ...`) says more
    and is header. A classification alone is a banner where it recurs, or stands beside a running head, a page edge
    or a stamp; a handling caption (`NODIS`) only beside one of these. A heading of one word is not taken: it would
    have to be a classification.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(find_banners, "SECRET\\n\\nfor the trawl\\n\\nSECRET\\n\\nfishery of the bay.")
    ['SECRET', 'SECRET']
    """
    forms = _banner_forms(context.codes)
    body = context.body_lines()
    found = {n: form for n in body if (form := match_banner(context.lines[n], forms))}
    edges = _edges(context, banners=found)
    for n in edges.intersection(body).difference(found):
        worn = match_worn_banner(context.lines[n], forms, lambda word: context.words.count(word) >= _COMMON)
        if worn:
            found[n] = worn
    if not found:
        return
    counts = Counter(found.values())
    for n, form in found.items():
        twins = counts[form] - 1
        if n in edges or (twins and form not in context.codes.captions):
            reason = (
                because(EvidenceKind.SEQUENCE, f"{form} stands alone on {twins + 1} lines")
                if twins
                else because(EvidenceKind.FORM, f"{form} stands alone at the edge of a page")
            )
            yield context.layout.mark_line(n, LineClass.FURNITURE, "furniture.banner", 0.95, [reason])


@lru_cache(maxsize=4)
def _banner_forms(codes: Codes) -> frozenset[str]:
    """The printed forms of classifications and captions, closed up."""
    return frozenset(form.replace(" ", "") for form in (*codes.classification_forms, *codes.captions))


def _edges(context: Context, reach: int = 2, *, banners: Collection[int] = ()) -> set[int]:
    """Lines within `reach` non-blank lines of a page edge: a form feed, a running head, the ends of the text.

    Header lines are no edge; `banners` are lines that are furniture as far as is known.
    """
    layout = context.layout
    furniture = layout.line_class == int(LineClass.FURNITURE)
    furniture[list(banners)] = True
    places = (layout.line_class != int(LineClass.BLANK)).nonzero()[0]
    filled = places.tolist()
    edges: set[int] = set(filled[:reach]) | set(filled[-reach:])
    for k in np.diff(layout.line_page[places]).nonzero()[0].tolist():
        edges.update(filled[max(0, k - reach + 1) : k + 1 + reach])
    for k in furniture[places].nonzero()[0].tolist():
        edges.update(filled[max(0, k - reach) : k])
        edges.update(filled[k + 1 : k + reach + 1])
    return edges


def find_page_numbers(view: View, context: Context) -> Iterator[Mark]:
    """Mark page numbers that stand alone: `- 2 -`, `Page 2`, `2`.

    They must say that they are page numbers, or stand at a page edge, and count upwards through the document; a
    bare number in the middle of a page is left alone, since it may be a row of a table or what is left of a
    paragraph number.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(find_page_numbers, "in the\\n\\n- 2 -\\n\\nharbour, and\\n\\n- 3 -\\n\\nthe tug left.\\n\\n17")
    ['- 2 -', '- 3 -']
    """
    found = [(n, *number) for n in context.body_lines() if (number := _page_number(context.lines[n]))]
    edges = _edges(context, 1)
    bare = edges if context.layout.pages > 1 else set()
    if not bare:  # where no page ends, the ends of the text are no edges either
        edges -= {*context.body_lines()[:1], *context.body_lines()[-1:]}
    plausible = [(n, page, says) for n, page, says in found if page <= 2000 and (says or n in bare)]
    for k, (n, page, says) in enumerate(plausible):
        before = next((p for _, p, _ in reversed(plausible[:k]) if p != page), None)
        after = next((p for _, p, _ in plausible[k + 1 :] if p != page), None)
        counts = (before is not None and page > before) or (after is not None and page < after)
        against = (before is not None and page < before) or (after is not None and page > after)
        inside = says and _interrupts(context, n)
        if (counts and not against) or (n in edges and says) or inside:
            reason = because(EvidenceKind.SEQUENCE, f"page {page} of a rising count" if counts else f"page {page}")
            yield context.layout.mark_line(n, LineClass.FURNITURE, "furniture.page-number", 0.93, [reason])


def _page_number(text: str) -> tuple[int, bool] | None:
    """A page number, read without the scraps before it too where the line says that it is one."""
    number = read_page_number(text)
    scraps = len(text) <= _LONGEST_PAGE and text.find("Page") > 0
    return number or (read_page_number(trim_junk(text)) if scraps else None)


def _interrupts(context: Context, line: int) -> bool:
    """Whether a line stands in mid-sentence: the text before it is not at an end, the text after goes on small."""
    read = context.body_lines()
    return _breaks_in(context, read, bisect_left(read, line))


def find_repeated_lines(view: View, context: Context) -> Iterator[Mark]:
    """Mark other lines that come back at page edges: letterheads, file names, titles of a report.

    Recurrence alone is not enough, since refrains, table heads and headings recur too: three or more lines that are
    alike but for digits must stand at page edges (form feeds, running heads), or most of them must break into a
    sentence. Two are enough where both stand beside other furniture.

    >>> from cablefix.rules.examples import marked_lines
    >>> pages = ("tug\\nand crane\\nwere moved\\n", "quay\\nwas empty\\nby noon\\n", "rails\\nwere laid\\nanew\\n")
    >>> marked_lines(find_repeated_lines, "\\f".join("HARBOUR SURVEY 1962\\n\\n" + page for page in pages))
    ['HARBOUR SURVEY 1962', 'HARBOUR SURVEY 1962', 'HARBOUR SURVEY 1962']
    """
    groups: dict[str, list[int]] = defaultdict(list)
    body = context.body_lines()
    for n in body:
        text = context.lines[n]
        if 6 <= len(text) <= 80:
            groups[stamp_form(text)].append(n)
    near = _edges(context)
    repeated = [
        lines
        for form, lines in groups.items()
        if len(form) >= 5 and (len(lines) >= 3 or (len(lines) == 2 and near.issuperset(lines)))
    ]
    if not repeated:
        return
    edges = _edges(context, 3) if context.layout.pages > 1 else near
    place = {n: k for k, n in enumerate(body)}
    for lines in repeated:
        at_edge = sum(n in edges for n in lines)
        inside = sum(_breaks_in(context, body, place[n]) for n in lines)
        if at_edge >= 0.8 * len(lines) or inside >= max(2, 0.6 * len(lines)):
            reason = because(EvidenceKind.SEQUENCE, f"{len(lines)} lines alike, {max(at_edge, inside)} at page turns")
            for n in lines:
                if n in edges or inside:
                    yield context.layout.mark_line(n, LineClass.FURNITURE, "furniture.repeated", 0.9, [reason])


def _breaks_in(context: Context, body: Sequence[int], k: int) -> bool:
    if not 0 < k < len(body) - 1:
        return False
    before, after = context.lines[body[k - 1]], context.lines[body[k + 1]]
    return not before.endswith(_ENDS) and after[0].islower()


def find_margin_codes(view: View, context: Context) -> Iterator[Mark]:
    """Mark exemption codes that a reviewer stamped in the margin (`B6`, `1.4(D)`), alone or at the end of a line.

    Only in a document that a stamp says was released in part, and only codes that such stamps name, where they stand
    far out or the line has one gap for a box; where it has the frame of a box (`from | ] as well B6`), codes of any
    form. In any other document `B1` is a visa class or a vitamin.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(find_margin_codes, "RELEASE IN PART B6\\n\\nHe met\\nB6\\nat noon.", after=[find_stamps])
    ['B6']
    """
    layout = context.layout
    stamped = _stamped_codes(context)
    if stamped is None:
        return
    reason = because(EvidenceKind.FORM, "an exemption code in a document released in part")
    usual = context.convention.usual_gap
    last_codes = []
    for n in context.body_lines():
        if margin_codes(context.lines[n]):
            yield layout.mark_line(n, LineClass.FURNITURE, "furniture.margin-code", 0.9, [reason])
            continue
        begin, end = layout.line_span(n)
        code = last_code(layout.text[begin:end])
        if code is None or code.start == 0:
            continue
        start = begin + code.start
        before = layout.text[begin:start].rstrip()
        known = code.text in stamped
        if find_frames(before) or (known and len(find_blanks(before, usual, context.convention.spaced_marks)) == 1):
            yield Mark(start, end, MarkKind.FURNITURE, 0, "furniture.margin-code", 0.93, (reason, _BOXED))
        elif known:
            last_codes.append((n, start, end, start - begin - len(before)))
    columns = [start - int(layout.line_start[n]) for n, start, _, _ in last_codes]
    doubled = usual > 1
    for (_, start, end, gap), column in zip(last_codes, columns, strict=True):
        aligned = sum(abs(column - other) <= 2 for other in columns) >= 2
        far = column >= 0.75 * (context.convention.wrap or 60)
        if gap >= 4 or (far and (aligned or doubled or gap >= 2)):
            yield Mark(start, end, MarkKind.FURNITURE, 0, "furniture.margin-code", 0.9, (reason,))


def _stamped_codes(context: Context) -> set[str] | None:
    """The exemption codes that the stamps of a release in part name; None where no stamp says so."""
    stamps = [context.lines[n] for n, value in enumerate(context.classes()) if value == LineClass.FURNITURE]
    if not any(_IN_PART.search(text) for text in stamps):
        return None
    stamps += [context.lines[n] for n in context.body_lines() if margin_codes(context.lines[n])]
    return {code for text in stamps for word in re.split(r"[\s,]+", text) for code in margin_codes(word)}


def repair_running_heads(view: View, context: Context) -> Iterator[Edit]:
    """Restore misread running heads from what the header says of post and number.

    A head that reads `L1MA 000O1203 002 OF 003` repeats what the header says; only characters that stand for the
    same post and number are changed, never the sheet number, unless it is a confused digit.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(repair_running_heads, "LIMA 000O1203 002 0F 003", after=[find_running_heads])
    [('000O1203', '00001203'), ('0F', 'OF')]
    """
    layout = context.layout
    for mark in layout.marks:
        if mark.rule != "furniture.head":
            continue
        n = layout.line_at(mark.start)
        head = read_head(context.lines[n])
        if head is None:
            continue
        first = int(layout.line_first[n])
        words = layout.line_words(n)
        for k, after in enumerate(_restored_head(words, head)):
            if after != words[k]:
                start = int(layout.word_start[first + k])
                reason = because(EvidenceKind.FORM, f"a running head has {after} in this place")
                yield context.edit(start, start + len(words[k]), after, "furniture.head-text", 0.9, reason)


def _restored_head(words: list[str], head: Head) -> list[str]:
    """The words of a running head with its digit groups and OF restored, where they stand as words of their own."""
    expected = [head.number, f"{head.page:03d}", "OF", f"{head.total:03d}"]
    tail = words[-4:]
    if head.form != "section" or [len(word) for word in tail] != [len(word) for word in expected]:
        return words
    return words[:-4] + expected
