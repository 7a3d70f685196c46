"""The `text` of the TEI file: blocks as opener, heads, divisions, paragraphs, lists, tables and closer."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from cablefix.cable.fields import Check
from cablefix.document import Block, BlockKind, Document
from cablefix.layout import Layout
from cablefix.ledger import Edit
from cablefix.text import Span, View
from cablefix.writers.cells import row_cells, wide_gaps
from cablefix.writers.tei_inline import InlineWriter
from cablefix.writers.tei_markup import HeaderMarkup, Vocabulary, redactions
from cablefix.writers.tei_segments import Tag
from cablefix.writers.tei_xml import Ids, attributes

_SUBTYPES = re.compile(r"\b(SUMMARY|COMMENT|INTRODUCTION|BACKGROUND|CONCLUSION|ACTION REQUEST)\b", re.IGNORECASE)
_MARKS = "-\u2013\u2014\u2022\u00b7*.() "
# What may stand before a list item: dashes, a bullet, a letter or a number with a stop or a bracket.
_BULLET = re.compile(r"(?:[-\u2013\u2014]{1,2}|[\u2022\u00b7*]|\(?(?:[a-zA-Z]|[ivx]{1,4}|\d{1,2})[.)])(?=\s)")


@dataclass
class Section:
    """Headings, what follows them, and a signature if it ends there."""

    headings: list[Block] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    signature: list[Block] = field(default_factory=list)


def split_sections(blocks: Sequence[Block]) -> tuple[list[Block], list[Section]]:
    """The header blocks at the start, and the sections of the rest. A heading begins one; a signature ends one."""
    first = 0
    while first < len(blocks) and blocks[first].kind is BlockKind.HEADER:
        first += 1
    sections = [Section()]
    for block in blocks[first:]:
        now = sections[-1]
        if block.kind is BlockKind.SIGNATURE:
            now.signature.append(block)
            continue
        if now.signature or (block.kind is BlockKind.HEADING and now.blocks):
            sections.append(now := Section())
        (now.headings if block.kind is BlockKind.HEADING else now.blocks).append(block)
    return list(blocks[:first]), sections


class TextWriter:
    """Writes the body. `proposed` holds, by id of the proposal, the words in the text and what they would read."""

    def __init__(
        self,
        document: Document,
        layout: Layout,
        inline: InlineWriter,
        words: Vocabulary,
        ids: Ids,
        proposals: Sequence[Edit],
    ) -> None:
        self._document = document
        self._layout = layout
        self._inline = inline
        self._ids = ids
        self._words = words
        self._header = HeaderMarkup(document.header, words)
        self._text = document.view.text
        self._blocks, self._order = _gapless(document)
        self._queries, self.proposed = _queries_by_block(self._blocks, document.view, proposals)
        self._gap_ends = wide_gaps(layout, document.view, self._blocks)
        self._block_ids: dict[int, str] = {}
        self._starts = [block.source.start for block in self._blocks]
        self._index = {id(block): k for k, block in enumerate(self._blocks)}
        self._targets: set[int] = set()
        self._pre: list[str] = []
        self._contents: list[str] = []
        self._after = ""
        self._sections = 0

    def blocks_of(self, check: Check) -> tuple[int, ...]:
        """The indices of the blocks in which the places that a check compares stand."""
        found = []
        for span in check.spans:
            k = bisect_right(self._starts, span.start) - 1
            if k >= 0 and span.start < self._blocks[k].source.end:
                found.append(k)
        return tuple(dict.fromkeys(found))

    def want_ids(self, blocks: Iterable[int]) -> None:
        """Give these blocks an id when they are written, for something points at them."""
        self._targets.update(blocks)

    def ids_of(self, blocks: Iterable[int]) -> tuple[str, ...]:
        """The ids of blocks, once they are written."""
        return tuple(self._block_ids[k] for k in blocks if k in self._block_ids)

    @property
    def placed(self) -> frozenset[str]:
        """The ids of the proposals that are marked in the text."""
        return self._inline.queries

    def write(self) -> str:
        """The content of `div type="document"`."""
        self._write_blocks()
        header, sections = split_sections([self._blocks[k] for k in self._order])
        out = [self._opener(header)]
        for k, section in enumerate(sections):
            last = k == len(sections) - 1
            if section.headings or (k and (section.blocks or section.signature)) or (section.signature and not last):
                out.append(self._section(section, close=not last))
            else:
                out.append(self._content(section.blocks))
        if not self._blocks:
            out.append("<p/>\n")
        out.append(self._closer(sections[-1].signature))
        out.append(self._after)
        return "".join(out)

    def _write_blocks(self) -> None:
        """Write what stands before and in each block, in the order of the source, which may not be that of reading."""
        for block in self._blocks:
            self._pre.append(self._inline.before(block.start, self._line_of(block)))
            self._contents.append(self._row(block) if block.kind is BlockKind.TABLE else self._fill(block))
        after = self._inline.after()
        last = self._order.index(len(self._blocks) - 1) + 1 if self._blocks else 0
        if last < len(self._order):
            self._pre[self._order[last]] = after + self._pre[self._order[last]]
        else:
            self._after = after

    def _opener(self, header: Sequence[Block]) -> str:
        out, is_open = [], False
        for block in header:
            before = self._before(block)
            subject = block.field == "subject"
            if subject and is_open:
                out.append("</opener>\n")
            if not subject and not is_open:
                before += "<opener>\n"
            is_open = not subject
            begin, end = self._header.element(block, self._text[block.start : block.end])
            out.append(f"{before}{self._with_id(begin, block)}{self._content_of(block)}{end}\n")
        return "".join(out) + ("</opener>\n" if is_open else "")

    def _section(self, section: Section, close: bool) -> str:
        heads = []
        before = self._before(section.headings[0]) if section.headings else ""
        for k, block in enumerate(section.headings):
            between = self._before(block) if k else ""
            heads.append(f"{between}{self._with_id('<head>', block)}{self._content_of(block)}</head>\n")
        title = " ".join(self._text[block.start : block.end] for block in section.headings)
        kind = _SUBTYPES.search(title)
        self._sections += 1
        names = attributes(
            type="section",
            subtype=kind[1].lower().replace(" ", "-") if kind else None,
            xml_id=self._ids.give(f"sec{self._sections}"),
        )
        body = self._content(section.blocks)
        end = self._closer(section.signature) if close else ""
        return f"{before}<div{names}>\n{''.join(heads)}{body}{end}</div>\n"

    def _closer(self, blocks: Sequence[Block]) -> str:
        if not blocks:
            return ""
        before = self._before(blocks[0])
        parts = []
        for k, block in enumerate(blocks):
            between = self._before(block) if k else ""
            parts.append(f"{between}{self._with_id('<signed>', block)}{self._content_of(block)}</signed>")
        return f"{before}<closer>{''.join(parts)}</closer>\n"

    def _content(self, blocks: Sequence[Block]) -> str:
        """Paragraphs; runs of items as a list, runs of table rows as a table."""
        out: list[str] = []
        group = ""
        for block in blocks:
            kind = {BlockKind.ITEM: "list", BlockKind.TABLE: "table"}.get(block.kind, "")
            if group and kind != group:
                out.append(f"</{group}>\n")
            before = self._before(block)
            if kind and kind != group:
                before += f"<{kind}>\n"
            group = kind
            out.append(before + self._body_block(block) + "\n")
        if group:
            out.append(f"</{group}>\n")
        return "".join(out)

    def _body_block(self, block: Block) -> str:
        if block.kind is BlockKind.TABLE:
            return f"{self._with_id('<row>', block)}{self._content_of(block)}</row>"
        if block.kind is BlockKind.HEADER:
            begin, end = self._header.element(block, self._text[block.start : block.end])
            if not begin.startswith("<seg"):
                begin, end = f'<seg type="{block.field}">', "</seg>"
            return f"<ab>{self._with_id(begin, block)}{self._content_of(block)}{end}</ab>"
        label = self._numbered(block)[1]
        name = "item" if block.kind is BlockKind.ITEM else "p"
        if name == "p" and block.n is not None:
            key = self._ids.give(f"par{block.n}")
            self._block_ids[self._index[id(block)]] = key
            begin = f'<p n="{block.n}" xml:id="{key}">'
        else:
            n = label.strip(_MARKS) if name == "item" else ""
            begin = self._with_id(f"<{name}{attributes(n=n or None)}>", block)
        return f"{begin}{self._content_of(block)}</{name}>"

    def _numbered(self, block: Block) -> tuple[list[Tag], str]:
        """The spans of number and portion mark, and the text of the number."""
        tags = []
        kind = "item" if block.kind is BlockKind.ITEM else "paragraph"
        number = block.number
        if number is None and kind == "item" and (bullet := _BULLET.match(self._text, block.start, block.end)):
            number = Span(*bullet.span())
        label = self._text[number.start : number.end].strip() if number else ""
        if number and label:
            tags.append(Tag(number.start, number.start + len(label), f'<label type="{kind}">', "</label>"))
        if block.mark and block.portion:
            ref = self._words.class_ref(block.portion)
            begin = f'<seg type="portion" ana="{ref}">'
            tags.append(Tag(block.mark.start, block.mark.end, begin, "</seg>"))
        return tags, label

    def _row(self, block: Block) -> str:
        """The cells of a table row. A cell ends at each wide gap; the space that the gap reads stands between cells."""
        every = self._spans(block)
        cells = []
        for start, end in row_cells(block, self._gap_ends):
            inside = [tag for tag in every if start <= tag.start and tag.end <= end]
            cells.append(f"<cell>{self._inline.content(start, end, self._line_of(block), inside)}</cell>")
        return " ".join(cells)

    def _fill(self, block: Block) -> str:
        """The content of a block with all its spans."""
        every = self._spans(block)
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM):
            every += self._numbered(block)[0]
        return self._inline.content(block.start, block.end, self._line_of(block), every)

    def _spans(self, block: Block) -> list[Tag]:
        """Header fields, redactions and proposals in a block."""
        found = self._header.tags(block, self._text[block.start : block.end])
        found += redactions(self._text, block.start, block.end)
        found += self._queries.get(self._index[id(block)], ())
        return found

    def _line_of(self, block: Block) -> int:
        return block.lines[0] if block.lines else self._layout.line_at(block.source.start)

    def _before(self, block: Block) -> str:
        return self._pre[self._index[id(block)]]

    def _content_of(self, block: Block) -> str:
        return self._contents[self._index[id(block)]]

    def _with_id(self, begin: str, block: Block) -> str:
        """A start tag, with an id when something points at the block."""
        k = self._index[id(block)]
        if k not in self._targets:
            return begin
        self._block_ids[k] = self._ids.give(f"b{k + 1}")
        return f'{begin[:-1]} xml:id="{self._block_ids[k]}">'


def _gapless(document: Document) -> tuple[list[Block], list[int]]:
    """The blocks in the order of the source, and their order in the document.

    Each is made as wide as its logical line, and any reading text between blocks gets one, so that no text is lost.
    """
    text, place = document.view.text, 0
    out: list[Block] = []
    rank: list[int] = []
    known = sorted(range(len(document.blocks)), key=lambda k: document.blocks[k].start)
    for at, k in enumerate(known):
        block = document.blocks[k]
        # A repair over the end of a line stands in the blocks of both lines; the first one has it.
        limit = max(block.end, document.blocks[known[at + 1]].start) if at + 1 < len(known) else len(text)
        start = max(place, text.rfind("\n", place, block.start) + 1)
        stop = text.find("\n", block.end, limit)
        end = limit if stop < 0 else stop
        while end > start and text[end - 1].isspace():
            end -= 1
        while start < end and text[start].isspace():
            start += 1
        if text[place:start].strip():
            out.extend(_stray(document.view, place, start))
            rank.extend([rank[-1] if rank else k] * (len(out) - len(rank)))
        if end > start:
            whole = (start, end) == (block.start, block.end)
            out.append(block if whole else replace(block, start=start, end=end))
            rank.append(k)
        place = max(place, end)
    if text[place:].strip():
        out.extend(_stray(document.view, place, len(text)))
        rank.extend([rank[-1] if rank else 0] * (len(out) - len(rank)))
    return out, sorted(range(len(out)), key=lambda k: (rank[k], k))


def _stray(view: View, start: int, end: int) -> Iterator[Block]:
    """Reading text that belongs to no block, line by line, as paragraphs."""
    for line in re.finditer(r"[^\n]*\S[^\n]*", view.text[start:end]):
        a, b = start + line.start(), start + line.end()
        yield Block(BlockKind.PARAGRAPH, a, b, view.source_span(a, b), (), body=a)


def _queries_by_block(
    blocks: Sequence[Block], view: View, proposals: Sequence[Edit]
) -> tuple[dict[int, list[Tag]], dict[str, tuple[str, str]]]:
    """The proposals of each block as spans of the view, widened to words; by id, what they read and would read."""
    starts = [block.source.start for block in blocks]
    tags: dict[int, list[Tag]] = {}
    words: dict[str, tuple[str, str]] = {}
    for edit in proposals:
        k = bisect_right(starts, edit.start) - 1
        if k < 0:
            continue
        block = blocks[k]
        span = view.view_span(edit.start, edit.end)
        if edit.end > block.source.end or span.start < block.start or span.end > block.end:
            continue
        start, end = span
        while start > block.start and not view.text[start - 1].isspace():
            start -= 1
        while end < block.end and not view.text[end].isspace():
            end += 1
        begin = f'<seg type="query" xml:id="q-{edit.id}">'
        tags.setdefault(k, []).append(Tag(start, end, begin, "</seg>", query=edit.id))
        after = view.text[start : span.start] + edit.after + view.text[span.end : end]
        words[edit.id] = (view.text[start:end], after)
    return tags, words
