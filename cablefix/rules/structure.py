"""Rules that say what each line of the body is and how it joins the next: headings, items, tables, paragraphs.

OCR keeps the lines of the page and adds blank lines of its own. The reading text has one logical line a paragraph.
What counts is learned for each file: where lines wrap, whether a blank line means anything, whether paragraphs are
numbered.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from statistics import median

import numpy as np

from cablefix.convention import line_lengths
from cablefix.layout import Join, LineClass, Mark
from cablefix.ledger import EvidenceKind
from cablefix.rules.context import Context, because
from cablefix.text import View

_DASH_ROW = re.compile(r"^[-_=~.*\u2013\u2014\u00b7 ]{3,}$")
_CLOSING_MARKS = "\"')]\u2019\u201d"
_BULLET = re.compile(
    r"^\u00b6?(?P<mark>(?:--?|\u2014|\u2013|\u2022|\u00b7|\*|\u25cf|\u25a0|o)(?= )|\([A-Za-z0-9]{1,4}\)|"
    r"[A-Za-z][.)](?= )|\d{1,3}[.)](?= )|[QA]\d{0,2}:(?= )|(?:[IVX]{1,5}|[ivx]{1,5})[.)](?= ))"
)
# `------- SUMMARY -------`
_DASHED = re.compile(r"^[-=*]{2,} ?(?=[A-Z\"(])(?P<text>[^-=*]{3,60}?) ?[-=*]{2,}$")
# `II. THE SUMS`, as a heading
_ROMAN = re.compile(r"[IVX]{1,5}\. (?=[A-Z])[^a-z]{4,}")
_BOX = "\u2588"
_DASHES = frozenset({"-", "--", "\u2014", "\u2013"})
# Says that what is quoted ends, on a line of its own.
_END_TEXT = re.compile(r"END (?:OF )?(?:TEXT|QUOTE|QUOTATION|MESSAGE)\.?|UNQUOTE\.?", re.IGNORECASE)
_BLANKS_SAY = 0.3  # where fewer lines are parted by blank ones, a blank line means something
_LEAST_ENDS, _MOST_PARTED = 3, 0.8  # clear ends of paragraphs, and the share of them that a blank line follows
_LIST_GOES_ON = re.compile(r"[,;](?: and| or)?$", re.IGNORECASE)
_SMALL_WORD = re.compile(r"\b[a-z]{4,}")
_CLOSERS = " )]\"'\u2019\u201d"
_UNREAD_TEXT = "A heading ends no sentence and begins none."


def mark_rules(view: View, context: Context) -> Iterator[Mark]:
    """Mark rows of dashes and underscores, which typists drew under headings and between parts.

    The reading text does not need them, the layout keeps them. Three characters at least; a single dash is a dash.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(mark_rules, "Comment\\n-------\\nThe tug -- a steamer -- left.")
    ['-------']
    """
    for n in context.body_lines():
        text = context.lines[n]
        if _DASH_ROW.match(text) and len(text.replace(" ", "")) >= 3:
            reason = because(EvidenceKind.FORM, "a row of dashes")
            yield context.layout.mark_line(n, LineClass.RULE, "structure.rule", 0.99, [reason])


def mark_paragraphs(view: View, context: Context) -> Iterator[Mark]:
    """Mark the lines on which the numbered paragraphs begin, as the sequence of numbers has them.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(mark_paragraphs, "1. (U) The tug left.\\n\\n2. (U) It came back.")
    ['1. (U) The tug left.', '2. (U) It came back.']
    """
    for paragraph in context.solve_numbers().paragraphs:
        reason = because(EvidenceKind.SEQUENCE, f"paragraph {paragraph.n} of the sequence")
        yield context.layout.mark_line(
            paragraph.candidate.line,
            LineClass.PARAGRAPH,
            "structure.paragraph",
            paragraph.confidence,
            [reason],
        )


def mark_headings(view: View, context: Context) -> Iterator[Mark]:
    """Mark headings within the text: short lines of their own that end no sentence.

    In a numbered cable a heading stands between the end of a paragraph and the next number; in other texts it
    stands between blank lines, over a row of dashes or between two. A line that ends in a full stop, comma or hyphen
    is text, also where a bracket or quotation mark closes after it (`End comment.)`); so is one that begins with a
    small letter, a sentence that announces a list with a colon, and the last words of a sentence that the page broke.

    >>> from cablefix.rules.examples import marked_lines
    >>> text = "1. The tug left the old pier at noon.\\n\\nA Quiet Harbor\\n\\n2. It came back at one.\\n\\n3. It left."
    >>> marked_lines(mark_headings, text, after=[mark_paragraphs])
    ['A Quiet Harbor']
    """
    body = context.body_lines()
    layout = context.layout
    classes = context.classes()
    numbered = [classes[n] for n in body].count(LineClass.PARAGRAPH) >= 2
    plain = int(LineClass.BODY)
    rules = _followed_by_rule(context)
    for k in range(len(body) - 1, -1, -1):
        n = body[k]
        if classes[n] != plain:
            continue
        marked = n in rules or _is_part(context, body, k)
        if not _looks_like_heading(context, n, marked=marked) and not _DASHED.match(context.lines[n]):
            continue
        after = body[k + 1] if k + 1 < len(body) else None
        before = body[k - 1] if k else None
        underlined = n in rules
        if not underlined and not _stands_apart(context, before, n, after, numbered=numbered):
            continue
        reason = because(
            EvidenceKind.FORM, "a short line of its own over a row of dashes" if underlined else _UNREAD_TEXT
        )
        yield layout.mark_line(n, LineClass.HEADING, "structure.heading", 0.95 if underlined else 0.85, [reason])


def _followed_by_rule(context: Context) -> set[int]:
    """Lines over a row of dashes, blank lines between them not counted."""
    out: set[int] = set()
    if LineClass.RULE not in context.classes():
        return out
    last = -1
    for n, value in enumerate(context.classes()):
        if value == LineClass.RULE and last >= 0 and n - last <= 3:
            out.add(last)
        if value not in (LineClass.BLANK, LineClass.RULE, LineClass.FURNITURE):
            last = n
    return out


def _is_part(context: Context, body: Sequence[int], k: int) -> bool:
    """Whether a line is `II. THE SUMS` in capitals between two numbered paragraphs, and no item of a list."""
    if k + 1 >= len(body) or context.classes()[body[k + 1]] != LineClass.PARAGRAPH:
        return False
    before = context.lines[body[k - 1]] if k else ""
    return bool(_ROMAN.fullmatch(context.lines[body[k]])) and not _BULLET.match(before)


def _looks_like_heading(context: Context, line: int, *, marked: bool) -> bool:
    """Whether a line has the form of a heading; `I. SUMMARY` is an item unless something marks it as a heading."""
    text = context.lines[line]
    if text[0].islower() or len(text) > 80:
        return False
    wrap = context.convention.wrap or 80
    if len(text) > max(0.92 * wrap, 40):
        return False
    first = text.lstrip("\"'([\u201c\u2018")
    if not first or not (first[0].isupper() or first[0].isdecimal()):
        return False
    last = text.rstrip(_CLOSERS)
    if last.endswith((".", ",", ";", "-")) and not last.endswith(("...", "U.S.", "U.N.", "U.K.")):
        return False
    if last.endswith(":") and len(_SMALL_WORD.findall(last)) > 1:  # `Minister asks three things:`
        return False
    letters = sum(map(str.isalpha, text))
    spoken = letters >= 3 and letters >= 0.5 * len(text.replace(" ", ""))
    return spoken and (marked or not _BULLET.match(text))


def _stands_apart(context: Context, before: int | None, line: int, after: int | None, *, numbered: bool) -> bool:
    """Whether the text before a line is at an end and the text after it begins anew."""
    if after is None:
        return False
    ended = before is None or _ends_paragraph(context, before, line)
    if numbered:
        return ended and context.classes()[after] == LineClass.PARAGRAPH
    if context.convention.wrap is None:
        blank_before = before is None or line - before > 1
        return blank_before and len(context.lines[line]) <= 60 and _longer_follows(context, line, after)
    apart = (before is None or line - before > 1) and after - line > 1
    return ended and apart and context.convention.blank_between < 0.3 and context.lines[after][0].isupper()


def _longer_follows(context: Context, line: int, after: int) -> bool:
    return len(context.lines[after]) > max(80, 2 * len(context.lines[line]))


def _ends_paragraph(context: Context, before: int, line: int) -> bool:
    if context.classes()[before] in (LineClass.HEADING, LineClass.HEADER):
        return True
    text = context.lines[before]
    if _ends_sentence(text):
        return True
    wrap = context.convention.wrap or 80
    return line - before > 1 and (text.endswith(_BOX) or (len(text) < 0.6 * wrap and not text.endswith((",", "-"))))


def mark_items(view: View, context: Context) -> Iterator[Mark]:
    """Mark the first lines of bullets, list items and sub-paragraphs: `-- ...`, `A. ...`, `(1) ...`.

    `Q:` and `A:` of an interview are items too. A mark at a line's head is an item where the text before it is at an
    end (a full stop, colon, semicolon or blank line) and where there is a second one like it, or the text before
    announces a list with a colon. `A. Smith`
    after a line broken in mid-sentence is a name, and a lone dash that a line begins with is a dash.

    >>> from cablefix.rules.examples import marked_lines
    >>> marked_lines(mark_items, "He asked for:\\n-- two tugs, and\\n-- a crane.\\n\\nMr.\\nA. Diaz left.")
    ['-- two tugs, and', '-- a crane.']
    """
    body = context.body_lines()
    layout = context.layout
    classes = context.classes()
    kinds: dict[str, list[int]] = {}
    for k, n in enumerate(body):
        found = _BULLET.match(context.lines[n])
        if classes[n] != LineClass.BODY or not found or not k:
            continue
        if _may_begin_item(context, body[k - 1], n, found["mark"]):
            kinds.setdefault(_bullet_kind(found["mark"]), []).append(n)
    for kind, lines in sorted(kinds.items()):
        announced = any(context.lines[body[body.index(n) - 1]].endswith(":") for n in lines[:1])
        if len(lines) >= 2 or announced:
            reason = because(EvidenceKind.FORM, f"{len(lines)} list items of the kind {kind}")
            for n in lines:
                yield layout.mark_line(n, LineClass.ITEM, "structure.item", 0.85, [reason])


def _ends_sentence(text: str) -> bool:
    """Whether a line ends in a full stop or the like, whatever quotes and brackets close behind it, or in a quote."""
    return text.endswith(('"', "\u201d")) or text.rstrip(_CLOSING_MARKS).endswith((".", "!", "?", ":", ";"))


def _bullet_kind(mark: str) -> str:
    if mark in _DASHES:
        return "dash"
    shape = re.sub(r"[A-Z]", "A", re.sub(r"[a-z]", "a", re.sub(r"\d+", "1", mark)))
    return re.sub(r"(A|a)+", r"\1", shape)


def _may_begin_item(context: Context, before: int, line: int, mark: str) -> bool:
    text = context.lines[before]
    if context.convention.wrap is None:
        return True
    parted = line - before > 1 and context.convention.blank_between < _BLANKS_SAY
    if mark == "--" and parted:
        return True
    if _ends_sentence(text) or _LIST_GOES_ON.search(text):
        return mark not in _DASHES or not text.endswith(",") or line - before > 1
    if mark in _DASHES and line - before == 1 and not text.endswith(","):  # `... that`, and a dash below it
        return len(text) + 1 + len(context.lines[line].split(" ", 2)[1]) + len(mark) < 0.85 * context.convention.wrap
    return line - before > 1 and len(text) < 0.7 * context.convention.wrap


def join_lines(view: View, context: Context) -> Iterator[Mark]:
    """Join the lines of a paragraph, over blank lines and page furniture where the text runs on.

    In a numbered cable everything between two numbers that is no heading, item, table row or signature belongs to
    one paragraph: OCR puts a blank line after the first line of a paragraph and at page edges. In other texts a
    break needs evidence: a line that had room for the next word, a blank line where blank lines mean something, an
    indent, a full stop with a capital after it. Where each line is already a logical line, lines stay as they are,
    unless the page broke one in mid-sentence.

    >>> from cablefix.rules.examples import restored_lines
    >>> restored_lines("The tug left the old pier at\\n\\nnoon and came back with two\\nbarges in tow.", [join_lines])
    ['The tug left the old pier at noon and came back with two barges in tow.']
    """
    body = context.body_lines()
    layout = context.layout
    classes = context.classes()
    paragraph, item, plain = int(LineClass.PARAGRAPH), int(LineClass.ITEM), int(LineClass.BODY)
    numbered = [n for n in body if classes[n] == paragraph]
    inside = (numbered[0], numbered[-1]) if len(numbered) >= 2 and context.kind == "cable" else None
    if context.convention.wrap is None:
        inside = None
    breaks = _Breaks(context)
    in_item = False
    for a, b in context.pairs(body):
        in_item = classes[a] == item or (in_item and classes[a] == plain)
        if classes[b] in _STARTS_NEW or classes[a] in _CLOSED:
            continue
        if any(_END_TEXT.fullmatch(context.lines[n]) for n in (a, b)):
            continue
        if inside and a >= inside[0] and not in_item:
            if breaks.indents_anew(a, b) or breaks.parts(a, b):
                continue
            if not _CLOSING.fullmatch(context.lines[b]) or not breaks.has_room(a, b):
                yield layout.mark_join(a, Join.SPACE, "structure.join", 0.95)
        elif breaks.runs_on(a, b) or (inside and in_item and not breaks.ends_item(a, b)):
            yield layout.mark_join(a, Join.SPACE, "structure.join", 0.9)
        else:
            in_item = False


_STARTS_NEW = frozenset({LineClass.HEADING, LineClass.PARAGRAPH, LineClass.ITEM, LineClass.TABLE, LineClass.SIGNATURE})
_CLOSED = frozenset({LineClass.HEADING, LineClass.TABLE, LineClass.SIGNATURE})
# Lines that stand under the text of a telegram: downgrading groups, remarks on handling, the clerk's initials.
_CLOSING = re.compile(
    r"GP-?[1-4]\.?|DECONTROL\b.*|DECAPTION\b.*|(?:UN)?CLASSIFIED\.?|EXEMPT\.?|[A-Z]{2,4}[:;] ?[A-Za-z]{2,4}/\d{1,2}"
)
_LABEL = re.compile(r"[A-Z][A-Za-z/' ]{1,18}:(?=\s)")


class _Breaks:
    """Weighs the evidence for a paragraph break between two lines."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.lengths: list[int] = line_lengths(context.layout).tolist()
        layout = context.layout
        self.indents: list[int] = (
            layout.word_start[np.minimum(layout.line_first, layout.words - 1)] - layout.line_start
        ).tolist()
        body = context.body_lines()
        filled = [self.indents[n] for n in body]
        self.margin = int(median(filled)) if filled else 0
        self.needs_blank, self.needs_indent = self._learn_style(body)
        self.blanks_part = self._learn_blanks(body)

    def room(self, a: int, b: int) -> float:
        """How much room line a had left after the first word of line b, as a share of the line width."""
        wrap = self.context.convention.wrap or 1
        first = self.context.lines[b].split(" ", 1)[0]
        return (wrap - self.lengths[a] - 1 - len(first)) / wrap

    def has_room(self, a: int, b: int) -> bool:
        """Whether line a ended before its time."""
        return self.room(a, b) > 0.1

    def ends_item(self, a: int, b: int) -> bool:
        """Whether an item of a numbered cable ends with line a and the paragraph goes on in line b."""
        parted = b - a > 1 and self.context.convention.blank_between < 0.3
        return _ends_sentence(self.context.lines[a]) and (parted or self.room(a, b) > 0.25)

    def _indented(self, line: int) -> bool:
        return self.margin + 2 <= self.indents[line] <= self.margin + 14

    def indents_anew(self, a: int, b: int) -> bool:
        """Whether a paragraph without a number begins with line b, in a file whose paragraphs are indented."""
        begins = self._indented(b) and not self._indented(a)
        return self.needs_indent and begins and _ends_sentence(self.context.lines[a])

    def parts(self, a: int, b: int) -> bool:
        """Whether a blank line between a and b begins a paragraph without a number, or the lines of a quoted paper.

        Only in a file whose blank lines stand between paragraphs, and not at the turn of a page. OCR puts a blank line
        of its own below the first line of a numbered paragraph: that one has to have ended before its time.
        """
        if b - a < 2 or not self.blanks_part or self._turned(a, b):
            return False
        before, after = self.context.lines[a], self.context.lines[b]
        begins = after[0].isupper() or not after[0].isalnum()
        numbered = self.context.layout.line_class[a] == LineClass.PARAGRAPH
        least = 0.1 if _ends_sentence(before) and not numbered else 0.25
        return begins and self.room(a, b) > least

    def _turned(self, a: int, b: int) -> bool:
        """Whether page furniture stands between two lines."""
        return bool((self.context.layout.line_class[a + 1 : b] == LineClass.FURNITURE).any())

    def _learn_style(self, body: Sequence[int]) -> tuple[bool, bool]:
        """Whether this file parts its paragraphs by blank lines, or by indents: from its clear paragraph ends."""
        if self.context.convention.wrap is None:
            return False, False
        lines = self.context.lines
        clear = [
            (a, b)
            for a, b in itertools.pairwise(body)
            if self.room(a, b) > 0.25 and lines[a].endswith(".") and lines[b][0].isupper()
        ]
        if len(clear) < 2:
            return False, False
        blank = sum(b - a > 1 for a, b in clear) >= 0.7 * len(clear)
        indent = sum(self._indented(b) for _, b in clear) >= 0.7 * len(clear)
        return blank and self.context.convention.blank_between < 0.3, indent

    def _learn_blanks(self, body: Sequence[int]) -> bool:
        """Whether blank lines stand between the paragraphs, numbered or not, and nowhere else."""
        if self.context.convention.wrap is None or self.context.convention.blank_between >= _BLANKS_SAY:
            return False
        lines = self.context.lines
        ends = [
            b - a > 1
            for a, b in itertools.pairwise(body)
            if self.room(a, b) > 0.25 and _ends_sentence(lines[a]) and not lines[b][0].islower()
        ]
        return len(ends) >= _LEAST_ENDS and sum(ends) >= _MOST_PARTED * len(ends)

    def runs_on(self, a: int, b: int) -> bool:
        """Whether the text of line a goes on in line b."""
        context = self.context
        convention = context.convention
        before, after = context.lines[a], context.lines[b]
        ended = _ends_sentence(before)
        if convention.wrap is None:
            between = context.layout.line_class[a + 1 : b]
            crossed = bool((between == LineClass.FURNITURE).any())
            return crossed and not ended and after[0].islower()
        if after[0].islower() and not ended:
            return True
        return self._score(a, b, ended=ended) < 1.0

    def _score(self, a: int, b: int, *, ended: bool) -> float:
        """Evidence for a break, in rough nats; a break from 1.0 on."""
        convention = self.context.convention
        after = self.context.lines[b]
        room = self.room(a, b)
        score = 2.5 if room > 0.25 else 1.5 if room > 0.15 else 0.3 if room >= 0 else -0.6
        turned = self._turned(a, b)
        if b - a > 1:  # a blank line at a page turn says nothing
            score += 0.0 if turned else 1.2 * (1.0 - 2.0 * convention.blank_between)
        elif self.needs_blank and room <= 0.25:
            score -= 1.2
        if self._indented(b):
            score += 1.2
        elif self.needs_indent and room <= 0.25:
            score -= 1.2
        if _LABEL.match(after) and room > 0.1:
            score += 1.5
        score += 0.8 if ended else -1.2
        return score + (0.3 if after[0].isupper() or not after[0].isalnum() else -0.8)
