"""The restored document: blocks of the reading text and what each of them is. It holds spans, no text of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from cablefix.cable.fields import Header
from cablefix.text import Span, View


class BlockKind(StrEnum):
    """What a logical line of the reading text is."""

    HEADER = "header"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    TABLE = "table"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Block:
    """One logical line of the reading text.

    `start:end` is its span in the reading view, `source` its span in the source (furniture that stands inside it
    included), `lines` the source lines that it is read from. A header block names its format line in `field`
    ("dtg", "to", "subject", ...). A paragraph has `n` where it is numbered, `portion` where it is portion-marked;
    `number` and `mark` are the view spans of `¶3.` and `(C)`, and the text proper begins at `body`.
    """

    kind: BlockKind
    start: int
    end: int
    source: Span
    lines: tuple[int, ...]
    field: str = ""
    n: int | None = None
    portion: str = ""
    number: Span | None = None
    mark: Span | None = None
    body: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: the heading blocks before it, its first block, and its sub-paragraphs, bullets and table rows."""

    headings: tuple[Block, ...]
    blocks: tuple[Block, ...]

    @property
    def n(self) -> int | None:
        """The paragraph number, None where it has none."""
        return self.blocks[0].n

    @property
    def portion(self) -> str:
        """The portion mark without brackets, empty where there is none."""
        return self.blocks[0].portion


@dataclass(frozen=True, slots=True)
class Furniture:
    """A piece of page furniture that was taken out: its source span, what it reads restored, and its kind.

    Kinds: "head" (running head), "page" (page number), "banner" (classification), "stamp" (release or review),
    "margin" (margin code), "section" (repeated section header).
    """

    source: Span
    text: str
    kind: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """A page of the original begins at this source offset; `n` counts from 1."""

    source: int
    n: int


@dataclass(frozen=True, eq=False)
class Document:
    """What the text is: `kind` ("cable" or "other"), blocks in reading order, header fields, furniture, pages."""

    kind: str
    view: View = field(repr=False)
    blocks: tuple[Block, ...]
    header: Header | None = None
    furniture: tuple[Furniture, ...] = ()
    pages: tuple[PageBreak, ...] = ()
    missing_paragraphs: tuple[int, ...] = ()
    signature: str = ""
    pilcrow: bool = False

    def text_of(self, block: Block) -> str:
        """The reading text of a block."""
        return self.view.text[block.start : block.end]

    def body_of(self, block: Block) -> str:
        """The reading text of a block without paragraph number and portion mark."""
        return self.view.text[block.body : block.end]

    @property
    def text(self) -> str:
        """The reading text: one logical line a block, no blank lines, a line feed at the end of each."""
        return "".join(self.text_of(block) + "\n" for block in self.blocks)

    def paragraphs(self) -> Iterator[Paragraph]:
        """The paragraphs of the body in order. Headings that no paragraph follows come as a paragraph of their own.

        Between two numbers, text without a number or a heading is the rest of the numbered paragraph above it.
        """
        headings: list[Block] = []
        blocks: list[Block] = []
        last = max((block.start for block in self.blocks if block.n is not None), default=0)
        for block in self.blocks:
            if block.kind in (BlockKind.HEADER, BlockKind.SIGNATURE):
                continue
            if block.kind is BlockKind.HEADING:
                if blocks:
                    yield Paragraph(tuple(headings), tuple(blocks))
                    headings, blocks = [], []
                headings.append(block)
            elif block.kind is BlockKind.PARAGRAPH and not (block.start < last and _goes_on(blocks, block)):
                if blocks:
                    yield Paragraph(tuple(headings), tuple(blocks))
                    headings, blocks = [], []
                blocks.append(block)
            else:
                blocks.append(block)
        if blocks:
            yield Paragraph(tuple(headings), tuple(blocks))


def _goes_on(blocks: Sequence[Block], block: Block) -> bool:
    """Whether a block without a number goes on with the numbered paragraph above it, as a quoted paper does."""
    return block.n is None and bool(blocks) and blocks[0].n is not None
