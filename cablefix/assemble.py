"""Put a document together from source, layout, live edits, header and paragraph numbers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from cablefix.cable.codes import Codes
from cablefix.cable.fields import Header
from cablefix.cable.finish import finish_header
from cablefix.cable.heads import read_head
from cablefix.cable.sequence import NumberedParagraph, Numbering
from cablefix.document import Block, BlockKind, Document, Furniture, PageBreak
from cablefix.layout import Join, Layout, LineClass, MarkKind, in_order
from cablefix.ledger import Edit
from cablefix.reading import read_words, reading_view
from cablefix.rules.context import word_lines
from cablefix.text import Replacement, Source, Span, View

_KINDS: dict[int, BlockKind] = {
    LineClass.HEADER: BlockKind.HEADER,
    LineClass.HEADING: BlockKind.HEADING,
    LineClass.ITEM: BlockKind.ITEM,
    LineClass.TABLE: BlockKind.TABLE,
    LineClass.SIGNATURE: BlockKind.SIGNATURE,
}
_FURNITURE_KINDS = {
    "furniture.head": "head",
    "furniture.page-number": "page",
    "furniture.banner": "banner",
    "furniture.stamp": "stamp",
    "furniture.margin-code": "margin",
    "furniture.section": "section",
}
_NUMBER = re.compile(r"¶?\d{1,3}\.")
_PORTION = re.compile(r"\s*[(\[]\s?(?P<mark>[A-Z][A-Z/ ]{0,14}?)\s?[)\]](?=\s|$)")


def assemble_document(
    source: Source,
    layout: Layout,
    live: Sequence[Edit],
    *,
    kind: str,
    header: Header | None,
    numbering: Numbering | None,
    codes: Codes,
) -> Document:
    """The document: blocks over the reading view, furniture, pages. `live` is what `Ledger.live` returns."""
    view = reading_view(source, layout, live)
    numbers = {p.candidate.line: p for p in numbering.paragraphs} if numbering else {}
    fields = {line: part.kind for part in header.format_lines for line in part.lines} if header else {}
    blocks = tuple(_number_blocks(_blocks(layout, view, fields), view, numbers, codes))
    missing = numbering.missing if numbering and kind == "cable" else ()
    if header is not None:
        header = finish_header(
            header,
            view,
            codes,
            portions=[(block.portion, block.source) for block in blocks if block.portion],
            numbers=[paragraph.n for paragraph in numbering.paragraphs] if numbering else [],
            missing=missing,
            protocol=word_lines(layout, layout.lines_of(LineClass.PROTOCOL)),
        )
    sections = [(int(line), int(number)) for line, number in header.extra.get("sections", ())] if header else []
    if sections:
        by_line = {block.lines[0]: block for block in blocks}
        blocks = tuple(by_line[line] for line in in_order(list(by_line), sections))
    furniture = tuple(_furniture(source, layout, live))
    signature = next((view.text[b.start : b.end] for b in blocks if b.kind is BlockKind.SIGNATURE), "")
    return Document(
        kind,
        view,
        blocks,
        header,
        furniture,
        tuple(_pages(layout, furniture)),
        missing,
        signature,
        bool(numbering and numbering.pilcrow),
    )


def _blocks(layout: Layout, view: View, fields: Mapping[int, str]) -> Iterator[Block]:
    """One block a logical line, in source order; lines that one edit runs together are one block."""
    kept = read_words(layout)
    if not len(kept):
        return
    line = layout.word_line[kept]
    first = np.concatenate(([0], np.flatnonzero(line[1:] != line[:-1]) + 1))
    last = np.concatenate((first[1:] - 1, [len(kept) - 1]))
    lines = line[first]
    first_word, last_word = layout.word_start[kept[first]], layout.word_end[kept[last]]
    view_starts, view_ends = view.view_points(first_word).tolist(), view.to_view_all(last_word, end=True).tolist()
    starts, ends, numbers = first_word.tolist(), last_word.tolist(), lines.tolist()
    classes = layout.line_class[lines].tolist()
    breaks = layout.line_join[lines] == int(Join.BREAK)
    breaks[-1] = True
    begin, reach = 0, -1
    for k in np.flatnonzero(breaks).tolist():
        members = tuple(numbers[begin : k + 1])
        span = Span(starts[begin], ends[k])
        start, end, value = view_starts[begin], view_ends[k], classes[begin]
        if k + 1 < len(starts) and view_starts[k + 1] < end:
            continue  # an edit reaches into the next line
        begin = k + 1
        while end > start and view.text[end - 1] in " \n":
            end -= 1
        while start < end and view.text[start] in " \n":
            start += 1
        if end <= start or end <= reach:
            continue
        reach = end
        yield Block(
            _KINDS.get(value, BlockKind.PARAGRAPH),
            start,
            end,
            span,
            members,
            fields.get(members[0], ""),
            body=start,
        )


def _number_blocks(
    blocks: Iterator[Block], view: View, numbers: Mapping[int, NumberedParagraph], codes: Codes
) -> Iterator[Block]:
    """Add paragraph number and portion mark to the blocks that have them."""
    for block in blocks:
        if block.kind not in (BlockKind.PARAGRAPH, BlockKind.ITEM):
            yield block
            continue
        found = numbers.get(block.lines[0])
        body = block.start
        number = None
        if found and block.kind is BlockKind.PARAGRAPH:
            number = _number_span(block, view, found)
            body = number.end if number else body
        portion = _PORTION.match(view.text, body, block.end)
        mark = None
        name = ""
        if portion and block.kind is BlockKind.PARAGRAPH:
            name = portion["mark"].replace(" ", "")
            if _is_portion(name, codes):
                mark = Span(portion.start("mark") - 1, portion.end())
                body = portion.end()
            else:
                name = ""
        while body < block.end and view.text[body] == " ":
            body += 1
        n = found.n if number and found else None
        yield Block(
            block.kind, block.start, block.end, block.source, block.lines, block.field, n, name, number, mark, body
        )


def _number_span(block: Block, view: View, found: NumberedParagraph) -> Span | None:
    """Where the number of a paragraph stands in the view; None where it is lost and was not restored."""
    if found.candidate.mark:
        return Span(block.start, view.view_span(found.candidate.start, found.candidate.end).end)
    restored = _NUMBER.match(view.text, block.start, block.end)
    return Span(*restored.span()) if restored else None


def _is_portion(name: str, codes: Codes) -> bool:
    return name.split("/")[0] in codes.portion_marks


def _furniture(source: Source, layout: Layout, live: Sequence[Edit]) -> Iterator[Furniture]:
    """What was set apart as furniture, in source order, with its text restored."""
    rules: dict[int, str] = {}
    cuts = []
    for mark in layout.marks:
        if mark.kind is MarkKind.LINE and mark.value == LineClass.FURNITURE:
            rules[layout.line_at(mark.start)] = mark.rule
        elif mark.kind is MarkKind.FURNITURE:
            cuts.append((Span(mark.start, mark.end), mark.rule, layout.line_at(mark.start)))
    pieces = [(layout.line_span(n), rules.get(n, ""), n) for n in layout.lines_of(LineClass.FURNITURE)]
    ends = [edit.end for edit in live]
    for span, rule, line in sorted([*pieces, *cuts]):
        k = bisect_right(ends, span.start)
        inside = []
        while k < len(live) and live[k].start < span.end:
            if live[k].start >= span.start and live[k].end <= span.end:
                edit = live[k]
                inside.append(Replacement(edit.start - span.start, edit.end - span.start, edit.after))
            k += 1
        text = source.text[span.start : span.end]
        if inside:
            text = View.build(text, inside).text
        yield Furniture(span, " ".join(text.split()), _FURNITURE_KINDS.get(rule, "other"), (line,))


def _pages(layout: Layout, furniture: Sequence[Furniture]) -> Iterator[PageBreak]:
    """Page breaks: at form feeds where there are any, else where a running head opens a new page."""
    yield PageBreak(0, 1)
    if layout.pages > 1:
        for page in range(1, layout.pages):
            line = int(np.searchsorted(layout.line_page, page, side="left"))
            yield PageBreak(int(layout.line_start[line]), page + 1)
        return
    seen = 1
    for piece in furniture:
        head = read_head(piece.text) if piece.kind == "head" else None
        if head and head.page not in (0, seen):  # a head may show no page
            seen = head.page
            yield PageBreak(_first_of_group(layout, piece.lines[0]), head.page)


def _first_of_group(layout: Layout, line: int) -> int:
    """The source offset where the furniture lines that lead up to this one begin."""
    while line > 0 and layout.line_class[line - 1] in (LineClass.FURNITURE, LineClass.BLANK):
        line -= 1
    while layout.line_class[line] == LineClass.BLANK:
        line += 1
    return layout.line_span(line).start
