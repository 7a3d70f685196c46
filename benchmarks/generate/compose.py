"""Sets a whole document in pages and says, line by line, what each print line is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.generate.forms import Form, Place, Totals, form_of
from benchmarks.generate.model import REDACTION, Document, Entry, Geometry, SourceError, Stamp
from benchmarks.generate.typeset import Block, Printed, collapse, print_block

MAX_COLUMNS = 69
"""No line of a message may be longer (ACP 138); print lines with margin codes keep to it as well."""


@dataclass(slots=True)
class Page:
    """One page: where it stands, its print lines, and what on it is furniture."""

    place: Place
    lines: list[Printed] = field(default_factory=list)
    used: int = 0


@dataclass(frozen=True, slots=True)
class Composition:
    """A typeset document. `blocks` are those of the reading text, on the pages that were kept, in order."""

    document: Document
    totals: Totals
    pages: tuple[str, ...]
    blocks: tuple[Block, ...]
    furniture: tuple[str, ...]
    repeated: tuple[str, ...]
    optional: tuple[str, ...]
    margin_codes: tuple[str, ...]
    lost_numbers: tuple[int, ...]

    @property
    def redactions(self) -> int:
        return sum(len(REDACTION.findall(block.text)) for block in self.blocks)


def compose(document: Document) -> Composition:
    """Typesets a document; section totals in the header are those of the pages that result.

    Raises:
        SourceError: a line is too long, or a lost page does not begin and end with a paragraph.
    """
    form = form_of(document)
    totals = Totals(1, 1)
    for _ in range(4):
        pages, placed = _Setter(document, form, totals).set()
        found = Totals(len(pages), pages[-1].place.section)
        if found == totals:
            return _finish(document, form, totals, pages, placed)
        totals = found
    raise SourceError(f"{document.id}: the number of pages does not settle")


class _Setter:
    """Fills pages with blocks."""

    def __init__(self, document: Document, form: Form, totals: Totals) -> None:
        self.document, self.form, self.totals = document, form, totals
        self.geometry = document.geometry
        self.pages = [Page(Place(1, 1, 1))]
        self.placed: list[tuple[Block, frozenset[int]]] = []

    def set(self) -> tuple[list[Page], list[tuple[Block, frozenset[int]]]]:
        document = self.document
        blocks = self.form.opening(1, self.totals)
        pending: list[Block] = []
        for block in (*blocks, *body_blocks(document), *self.form.closing()):
            pending.append(block)
            if not block.keep:
                self._place(pending)
                pending = []
        self._place(pending)
        return self.pages, self.placed

    def _place(self, group: list[Block]) -> None:
        """Places blocks that must begin together: headings with the first two lines of what follows."""
        if not group:
            return
        first = document_entry(self.document, group[0])
        page = self.pages[-1]
        if page.lines and first is not None and group[0].new_page:
            self._next_page(first.section_break)
        elif len(group) > 1:
            height = sum(len(print_block(block, self.geometry)) for block in group[:-1]) + 2 + group[-1].before
            if self.pages[-1].used + height > self.geometry.lines:
                self._next_page(False)
        for block in group:
            self._print(block)

    def _print(self, block: Block) -> None:
        on = set()
        for line in print_block(block, self.geometry):
            page = self.pages[-1]
            if page.used >= self.geometry.lines:
                self._next_page(False)
                page = self.pages[-1]
            if not line.text and not page.lines:
                continue
            page.lines.append(line)
            page.used += 1
            on.add(page.place.page)
        self.placed.append((block, frozenset(on)))

    def _next_page(self, new_section: bool) -> None:
        last = self.pages[-1].place
        header = self.document.header
        every_page = self.document.form == "acp127" and header.sections
        if every_page or new_section:
            place = Place(last.page + 1, last.section + 1, 1)
        else:
            place = Place(last.page + 1, last.section, last.page_in_section + 1)
        self.pages.append(Page(place))
        if (header.repeat_header or self.document.sheet.again) and place.section != last.section:
            for block in self.form.opening(place.section, self.totals):
                kind = "optional" if block.kind == "optional" else "repeat"
                self._print(_as_kind(block, kind))
            self.pages[-1].lines.append(Printed(""))


def _as_kind(block: Block, kind: str) -> Block:
    return Block(
        block.text,
        kind=kind,
        lead=block.lead,
        first=block.first,
        indent=block.indent,
        before=block.before,
        fixed=block.fixed,
    )


def document_entry(document: Document, block: Block) -> Entry | None:
    """The body entry that a block belongs to."""
    return document.body[block.entry] if block.entry >= 0 else None


def body_blocks(document: Document) -> Iterator[Block]:
    """The logical lines of all paragraphs, in order."""
    geometry = document.geometry
    for index, entry in enumerate(document.body):
        before = 1
        new_page = entry.page_break or entry.section_break
        if entry.heading:
            yield Block(
                entry.heading,
                before=1,
                rule=geometry.rules,
                keep=True,
                entry=index,
                heading=True,
                new_page=new_page,
            )
            new_page = False
        lead = _lead(entry, geometry)
        for chunk_number, chunk in enumerate(chunks(entry.text)):
            if chunk_number == 0:
                yield Block(
                    chunk,
                    lead=lead,
                    first=geometry.first_indent,
                    before=before,
                    entry=index,
                    new_page=new_page,
                )
            else:
                yield _item(chunk, geometry, index)
        widths = column_widths(entry.table)
        for row_number, row in enumerate(entry.table):
            printed = (" " * geometry.column_gap).join(
                cell.ljust(width) for cell, width in zip(cells(row), widths, strict=True)
            )
            yield Block(" ".join(cells(row)), fixed=(printed.rstrip(),), before=int(row_number == 0), entry=index)
        for chunk in chunks(entry.after):
            yield _item(chunk, geometry, index)


def _item(chunk: str, geometry: Geometry, index: int) -> Block:
    indent = geometry.item_indent
    return Block(chunk, first=indent, indent=indent, before=int(geometry.item_space), entry=index)


def _lead(entry: Entry, geometry: Geometry) -> str:
    if entry.n is None:
        return f"({entry.portion}) " if entry.portion else ""
    mark = "¶" if geometry.pilcrow else ""
    portion = f"({entry.portion}){' ' * geometry.portion_gap}" if entry.portion else ""
    return f"{mark}{entry.n}{geometry.number_mark}{' ' * geometry.number_gap}{portion}"


def chunks(text: str) -> list[str]:
    """Logical lines of a text, parted by blank lines in the source.

    >>> chunks("One\\nline.\\n\\n-- Another.\\n")
    ['One line.', '-- Another.']
    """
    parts = [collapse(part) for part in text.split("\n\n")]
    return [part for part in parts if part]


def cells(row: str) -> list[str]:
    """Cells of a table row, parted by bars in the source."""
    return [cell.strip() for cell in row.split("|")]


def column_widths(rows: tuple[str, ...]) -> list[int]:
    """Widest cell of each column."""
    table = [cells(row) for row in rows]
    return [max(len(cell) for cell in column) for column in zip(*table, strict=True)]


def _finish(
    document: Document,
    form: Form,
    totals: Totals,
    pages: list[Page],
    placed: list[tuple[Block, frozenset[int]]],
) -> Composition:
    lost = frozenset(document.lost_pages)
    kept = [(block, on) for block, on in placed if on.isdisjoint(lost)]
    for _, on in placed:
        if on & lost and not on <= lost:
            edge = sorted(on & lost)
            raise SourceError(f"{document.id}: a paragraph runs over the edge of lost page {edge}")
    texts: list[str] = []
    furniture: list[str] = []
    codes: list[str] = []
    for page in pages:
        if page.place.page not in lost:
            text, pieces, margin = _page_text(document, form, page, totals)
            texts.append(text)
            furniture += pieces
            codes += margin
    rules = [collapse(_rule(block, document.geometry)) for block, _ in kept if block.rule]
    numbers = {entry.n for entry in document.body if entry.n is not None}
    seen = {document.body[block.entry].n for block, _ in kept if block.entry >= 0}
    return Composition(
        document=document,
        totals=totals,
        pages=tuple(texts),
        blocks=tuple(block for block, _ in kept if block.kind == "text"),
        furniture=tuple(furniture),
        repeated=tuple(block.reading for block, _ in kept if block.kind == "repeat"),
        optional=(*(block.reading for block, _ in kept if block.kind == "optional"), *rules),
        margin_codes=tuple(codes),
        lost_numbers=tuple(sorted(numbers - seen)),
    )


def _rule(block: Block, geometry: Geometry) -> str:
    return print_block(block, geometry)[-1].text


def _page_text(document: Document, form: Form, page: Page, totals: Totals) -> tuple[str, list[str], list[str]]:
    geometry = document.geometry
    above = [_stamped(s, geometry) for s in _stamps(document, "head", page.place, totals)]
    below = [_stamped(s, geometry) for s in _stamps(document, "foot", page.place, totals)]
    head = [*above, *([""] if above else []), *form.head(page.place, totals)]
    foot = [*form.foot(page.place, totals), *([""] if below else []), *below]
    body = [line.on_page(geometry.width) for line in page.lines]
    lines = [line.rstrip() for line in (*head, *body, *foot)]
    for line in lines:
        if len(line) > MAX_COLUMNS:
            raise SourceError(f"{document.id}: print line of {len(line)} columns: {line!r}")
    pieces = [collapse(line) for line in (*head, *foot) if line.strip()]
    return "\n".join(lines) + "\n", pieces, [line.code for line in page.lines if line.code]


def _stamps(document: Document, place: str, where: Place, totals: Totals) -> list[Stamp]:
    return [s for s in document.stamps if s.place == place and s.on(where.page, totals.pages)]


def _stamped(stamp: Stamp, geometry: Geometry) -> str:
    width = max(geometry.width, len(stamp.text))
    if stamp.align == "right":
        return stamp.text.rjust(width)
    return stamp.text.center(width).rstrip() if stamp.align == "center" else stamp.text
