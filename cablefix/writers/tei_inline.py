"""Running text for TEI: the reading text of a block with its repairs, line and page beginnings and page furniture.

The walk goes along the segments of the reading view, which partition the source. So every character of the source
that is not white space comes out once: as text, in `sic`, in `fw` or in `pc`. Segments that only close up a gap
are not looked at one by one; there are a thousand of them in a document and they say nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from cablefix.document import Document, Furniture
from cablefix.layout import UNREAD, Join, Layout, LineClass, are_of
from cablefix.ledger import Edit
from cablefix.text import Fate, Span
from cablefix.writers.tei_repair import RepairWriter
from cablefix.writers.tei_segments import IGNORED, PRINTED, Segment, Tag, Wide, fit_tags, segments_of, squeeze, widen
from cablefix.writers.tei_xml import Ids, Xml, attributes

_FW_TYPE = {
    "head": ' type="header" place="top"',
    "page": ' type="pageNum"',
    "banner": ' type="banner"',
    "stamp": ' type="stamp"',
    "margin": ' type="margin" place="margin"',
    "section": ' type="section"',
}
_FW_CLASS = {LineClass.PROTOCOL: ' type="protocol"', LineClass.RULE: ' type="rule"'}


BROKEN = ' break="no"'


@dataclass
class PageMarks:
    """What page and line beginnings point at: lines of `sourceDoc`, pages of `facsimile`, lines with a zone there."""

    lines: bool = False
    pages: bool = False
    zones: frozenset[int] = frozenset()


class InlineWriter:
    """Writes blocks in document order. It remembers how far it has come: the last line whose beginning is written."""

    def __init__(
        self,
        document: Document,
        layout: Layout,
        live: Sequence[Edit],
        xml: Xml,
        ids: Ids,
        repairs: RepairWriter,
        marks: PageMarks,
    ) -> None:
        self._source = layout.text
        self._view = document.view
        self._layout = layout
        self._xml = xml
        self._ids = ids
        self._repairs = repairs
        self._marks = marks
        self._edits = {(edit.start, edit.end): edit for edit in live}
        self._live = list(live)
        self._live_starts = [edit.start for edit in live]
        self._segments = segments_of(document, layout)
        self._shown = {(s.src_start, s.src_end) for s in self._segments if s.fate == Fate.EDITED}
        self._next = 0
        self._line = -1
        self._lead = ""
        self._arrived = -1
        self._line_start = layout.line_start.tolist()
        self._line_end = layout.line_end.tolist()
        self._text_start, _ = layout.line_spans()
        self._drops = (layout.line_join == int(Join.DROP_HYPHEN)).tolist()
        unread = are_of(layout.line_class, UNREAD) & (layout.line_first < layout.line_last)
        self._unread = unread.nonzero()[0].tolist()
        self._next_unread = 0
        self._spent: set[int] = set()
        self._pages = sorted((page.source, page.n) for page in document.pages)
        self._page_line = [layout.line_at(source) for source, _ in self._pages]
        self.page_lines = sorted({0, *self._page_line})
        self._next_page = 0
        self._furniture = {line: piece for piece in document.furniture for line in piece.lines}
        self._cuts = {piece.source.start: piece for piece in document.furniture}
        self.hyphens = 0
        self._queries: set[str] = set()

    @property
    def queries(self) -> frozenset[str]:
        """The ids of the proposals that are marked in what is written."""
        return frozenset(self._queries)

    # --- between blocks -----------------------------------------------------------------------------------------

    def before(self, start: int, line: int) -> str:
        """What stands between the last block and the block that begins at view offset `start` on `line`."""
        out = []
        while (segment := self._peek()) and segment.out_end <= start and segment.fate != Fate.EDITED:
            self._next += 1
            out.append(self._crossing(segment, None))
            self._arrived = segment.next_line
        first = segment.line if segment and segment.out_start <= start else max(line, self._arrived)
        out.append(self._reach(first))
        return "".join(out)

    def after(self) -> str:
        """What stands after the last block. Called once, at the end."""
        out = []
        while segment := self._peek():
            self._next += 1
            if segment.fate == Fate.EDITED:
                # What is deleted after the last block shows no text: it stands beside the text, as furniture does.
                reach, begin = self._reach(segment.line), self._begin(segment.line)
                begin, self._lead = begin + self._lead, ""
                wide = Wide(segment, segment.out_start, segment.out_end)
                repair = self._repair(wide, wide.start, wide.end, [])
                out.append(f'{reach}<fw type="other">{begin}{repair}</fw>\n')
            else:
                out.append(self._crossing(segment, None))
        out.append(self._lead)
        out.append(self._reach(self._layout.lines))
        pages = self._page_beginnings(range(self._next_page, len(self._pages)))
        self._next_page = len(self._pages)
        return "".join(out) + pages

    def _peek(self) -> Segment | None:
        return self._segments[self._next] if self._next < len(self._segments) else None

    def _reach(self, line: int, joint: str | None = None) -> str:
        """Page beginnings and furniture before `line`, which itself is not begun yet."""
        no_furniture = self._next_unread == len(self._unread) or self._unread[self._next_unread] >= line
        if no_furniture and (line >= len(self._line_start) or not self._turns_page(line)):
            return ""
        out = []
        while self._next_unread < len(self._unread) and (unread := self._unread[self._next_unread]) < line:
            self._next_unread += 1
            if unread in self._spent:
                continue
            out.append(self._pages_up_to(unread, joint))
            out.append(self._furniture_at(unread))
        if line < self._layout.lines:
            out.append(self._pages_up_to(line, joint))
        shown = [piece for piece in out if piece]
        if joint is None:
            return "".join(f"{piece}\n" for piece in shown)
        return "".join(joint + piece for piece in shown)

    def _turns_page(self, line: int) -> bool:
        """Whether a page that is not begun yet begins before the text of a line."""
        return self._next_page < len(self._pages) and (self._pages[self._next_page][0] <= self._text_start[line])

    def _pages_up_to(self, line: int, joint: str | None) -> str:
        first = self._next_page
        if not self._turns_page(line):
            return ""
        limit = self._text_start[line]
        while self._next_page < len(self._pages) and self._pages[self._next_page][0] <= limit:
            self._next_page += 1
        return self._page_beginnings(range(first, self._next_page), joint == "")

    def _page_beginnings(self, pages: range, broken: bool = False) -> str:
        """The `pb` of pages."""
        out = []
        for k in pages:
            n, line = self._pages[k][1], self._page_line[k]
            image = int(self._layout.line_page[line]) + 1 if self._marks.pages and self._layout.lines else 0
            surface = bisect_right(self.page_lines, line) if self._marks.lines and self._layout.lines else 0
            names = attributes(
                n=n,
                xml_id=self._ids.give(f"pg{n}"),
                corresp=f"#s{surface}" if surface else None,
                facs=f"#img{image}" if image else None,
            )
            out.append(f"<pb{names}{BROKEN if broken else ''}/>")
        return "".join(out)

    def _begin(self, line: int, broken: bool = False) -> str:
        """The `lb` of a line; nothing when the line has begun already."""
        if line <= self._line:
            return ""
        self._line = line
        corresp = f' corresp="#l{line + 1}"' if self._marks.lines else ""
        facs = f' facs="#z{line + 1}"' if line in self._marks.zones else ""
        return f'<lb n="{line + 1}"{corresp}{facs}{BROKEN if broken else ""}/>'

    # --- furniture ----------------------------------------------------------------------------------------------

    def _furniture_at(self, line: int) -> str:
        """The `fw` of an unread line; a piece of several lines takes them all."""
        kind = LineClass(int(self._layout.line_class[line]))
        piece = self._furniture.get(line) if kind is LineClass.FURNITURE else None
        last = line
        if piece is not None:
            rest = self._unread[self._next_unread : self._next_unread + len(piece.lines)]
            for follower in rest:
                if self._furniture.get(follower) is not piece:
                    break
                last = follower
                self._next_unread += 1
        start, end = self._layout.line_span(line).start, self._layout.line_span(last).end
        label = _FW_TYPE.get(piece.kind, ' type="other"') if piece else _FW_CLASS.get(kind, ' type="other"')
        begin = self._begin(line)
        content = self._furniture_text(Span(start, end), piece)
        self._line = max(self._line, last)
        return f"<fw{label}>{begin}{content}</fw>"

    def _furniture_text(self, span: Span, piece: Furniture | None) -> str:
        """What furniture reads, with its repairs; a restored reading that no edit explains is one repair of its own."""
        first = bisect_left(self._live_starts, span.start)
        last = bisect_left(self._live_starts, span.end)
        edits = [
            edit
            for edit in self._live[first:last]
            if edit.end <= span.end and (edit.start, edit.end) not in self._shown
        ]
        reading, place = [], span.start
        for edit in edits:
            reading += [self._source[place : edit.start], edit.after]
            place = edit.end
        reading.append(self._source[place : span.end])
        restored = " ".join(piece.text.translate(IGNORED).split()) if piece else ""
        if restored and restored != " ".join("".join(reading).translate(IGNORED).split()):
            return self._repairs.furniture_choice(span, self._xml.text(restored), self.verbatim(*span))
        out, place = [], span.start
        for edit in edits:
            out.append(self.verbatim(place, edit.start))
            sic = self.verbatim(edit.start, edit.end)
            out.append(self._repairs.choice(edit, self._xml.text(edit.after), sic))
            place = edit.end
        return "".join(out) + self.verbatim(place, span.end)

    def _cut(self, start: int, end: int, line: int = -1) -> str:
        """Furniture within a line, which it begins where nothing of the line came before."""
        found = PRINTED.search(self._source, start, end)
        if not found:
            return ""
        piece = self._cuts.get(found.start())
        label = _FW_TYPE.get(piece.kind, ' type="other"') if piece else _FW_TYPE["margin"]
        begin = self._begin(line)
        return f"<fw{label}>{begin}{self._furniture_text(Span(*found.span()), piece)}</fw>"

    # --- within blocks ------------------------------------------------------------------------------------------

    def content(self, start: int, end: int, line: int, tags: Sequence[Tag]) -> str:
        """The text `start:end` of the view, which begins on source line `line`, with tags around spans of it."""
        segments = self._take(start, end)
        if segments and segments[0].fate == Fate.EDITED and segments[0].out_start <= start:
            line = segments[0].line
        else:
            line = max(line, self._arrived)
        self._arrived = -1
        out = [self._reach(line, "") if line > self._line + 1 else "", self._begin(line), self._lead]
        self._lead = ""
        calm = self._without_tags(segments, tags)
        events, inner = self._events(Span(start, end), segments[:calm], segments, tags)
        rest = segments[calm:]
        text, place = self._view.text, start
        for offset, _, _, what in events:
            if offset > place:
                out.append(self._xml.text(text[place:offset]))
                place = offset
            if isinstance(what, str):
                out.append(what)
            else:
                out.append(self._segment(what, start, end, inner))
                place = max(place, min(what.end, end))
        for segment in rest:
            if segment.out_start > place:
                out.append(self._xml.text(text[place : segment.out_start]))
                place = segment.out_start
            stop = min(segment.out_end, end)
            out.append(self._crossing(segment, text[segment.out_start : stop]))
            place = max(place, stop)
        if place < end:
            out.append(self._xml.text(text[place:end]))
        return "".join(out)

    def _events(
        self, span: Span, marked: Sequence[Segment], segments: Sequence[Segment], tags: Sequence[Tag]
    ) -> tuple[list[tuple[int, int, int, str | Wide]], list[Tag]]:
        """What stands in a block in order: tags, and the segments among them; and the tags inside repairs."""
        events: list[tuple[int, int, int, str | Wide]] = []
        if not tags and not marked:
            return events, []
        self._queries.update([tag.query for tag in tags if tag.query])
        outer, inner, lost = fit_tags(tags, segments)
        for k, tag in enumerate(outer):
            events.append((tag.start, 2, k, tag.open))
            events.append((tag.end, 0, -k, tag.close))
        for k, wide in enumerate(widen(self._view.text, span, marked, outer, lost)):
            events.append((wide.start, 1 if wide.start == wide.end else 3, k, wide))
        for place, markup in lost:
            events.append((place, 1, -1, markup))
        events.sort(key=lambda event: event[:3])
        return events, inner

    @staticmethod
    def _without_tags(segments: Sequence[Segment], tags: Sequence[Tag]) -> int:
        """The first of the segments behind all tags; there is no such part where one is a repair, which may widen."""
        if any(segment.fate == Fate.EDITED for segment in segments):
            return len(segments)
        last = max((tag.end for tag in tags), default=-1)
        return bisect_left(segments, last, key=lambda segment: segment.out_start)

    def _take(self, start: int, end: int) -> list[Segment]:
        """The segments of a block. Zero-width layout at its end belongs to it only where an edit follows there."""
        first = held = place = self._next
        while place < len(self._segments):
            segment = self._segments[place]
            if segment.out_start < end or (segment.out_end <= end and segment.fate == Fate.EDITED):
                held = place + 1
            elif segment.out_end > end:
                break
            place += 1
        self._next = held
        return self._segments[first:held]

    def _segment(self, wide: Wide, start: int, end: int, inner: list[Tag]) -> str:
        segment = wide.segment
        if segment.fate == Fate.EDITED:
            return self._repair(wide, start, end, inner)
        return self._crossing(segment, self._view.text[segment.out_start : min(segment.out_end, end)])

    def _repair(self, wide: Wide, start: int, end: int, inner: list[Tag]) -> str:
        segment, text = wide.segment, self._view.text
        edit = self._edits[segment.src_start, segment.src_end]
        stop = min(segment.out_end, end)
        tags = [tag for tag in inner if segment.out_start <= tag.start and tag.end <= stop]
        inner[:] = [tag for tag in inner if tag not in tags]
        before = self._xml.text(text[wide.start : segment.out_start])
        after = self._xml.text(text[segment.out_end : wide.end])
        corr = before + self._tagged(segment.out_start, stop, tags) + after
        sic = before + self._set_off(segment, start, end)
        turned = segment.next_line > self._line and segment.src_end < len(self._source)
        if after and turned:
            sic += self._begin(segment.next_line)
        choice = self._repairs.choice(edit, corr, sic + after)
        if turned:
            return choice + self._begin(segment.next_line, broken=True)
        return choice

    def _set_off(self, segment: Segment, start: int, end: int) -> str:
        """The source of a repair; of a deletion with the blanks that set it off, of which the text has one or none.

        Else the mark stood at its neighbour once the deletion is undone: `vice' president` for `vice ' president`.
        """
        a, b, place = segment.src_start, segment.src_end, segment.out_start
        sic, text, source = self.verbatim(a, b), self._view.text, self._source
        if place == segment.out_end and a < b:
            if (
                a
                and source[a - 1].isspace()
                and not text[max(place - 1, 0) : place].isspace()
                and not sic[:1].isspace()
            ):
                sic = f" {sic}"
            if source[b : b + 1].isspace() and place < end and (place < start or not text[place].isspace()):
                sic = f"{sic} "
        return sic

    def _tagged(self, start: int, end: int, tags: Sequence[Tag]) -> str:
        """View text with tags, no segments: what stands in a `corr`."""
        out, place = [], start
        for tag in tags:
            if tag.start >= place:
                out += [self._xml.text(self._view.text[place : tag.start]), tag.open]
                out += [self._xml.text(self._view.text[tag.start : tag.end]), tag.close]
                place = tag.end
            elif tag.query:
                out.append(f'<anchor xml:id="q-{tag.query}"/>')
        out.append(self._xml.text(self._view.text[place:end]))
        return "".join(out)

    def _crossing(self, segment: Segment, joint: str | None) -> str:
        """A segment that crosses line beginnings or leaves words out. `joint` is None between blocks."""
        start, end, out = segment.src_start, segment.src_end, []
        broken = joint == "" and segment.line != segment.next_line
        at_end = end == len(self._source)
        blank = start == end or self._source[start:end].isspace()
        if blank and joint is None:
            return ""
        if blank and joint and segment.line != segment.next_line and not at_end:
            reach, begin = self._reach(segment.next_line, "\n"), self._begin(segment.next_line)
            return reach + ("\n" + begin if begin else joint)
        if broken and self._drops[segment.line] and start < end and not self._source[start].isspace():
            out.append(f'<pc force="weak">{self._xml.text(self._source[start])}</pc>')
            self.hyphens += 1
            start += 1
        gap = None if joint is None else "" if broken else "\n"
        lead = ""
        if not (start == end or self._source[start:end].isspace()):
            turns = segment.line != segment.next_line and not at_end
            last = segment.next_line - 1 if turns else segment.next_line
            out.append(self._left_out(start, end, range(segment.line, last + 1), gap))
            if turns:
                lead = self._cut(max(start, self._line_start[segment.next_line]), end)
        if segment.line == segment.next_line:
            return "".join(out) + (joint or "")
        if at_end:
            return "".join(out)
        if joint is None:
            self._lead += lead
            return "".join(out)
        out.append(self._reach(segment.next_line, gap))
        begin = self._begin(segment.next_line, broken)
        out.append(("" if broken else "\n") + begin if begin else joint)
        out.append(lead)
        return "".join(out)

    def _left_out(self, start: int, end: int, lines: range, gap: str | None) -> str:
        """Words of a segment that are cut from lines which are read themselves; unread lines come with `_reach`."""
        out = []
        for line in lines:
            a, b = max(start, self._line_start[line]), min(end, self._line_end[line])
            if b <= a or self._is_unread(line):
                continue
            if line > self._line and PRINTED.search(self._source, a, b):
                out.append(self._reach(line, gap))
            out.append(self._cut(a, b, line))
        return "".join(out)

    def verbatim(self, start: int, end: int) -> str:
        """The source `start:end` with single spaces, `lb` at line beginnings, and furniture between lines as `fw`."""
        out = []
        line = bisect_right(self._line_start, start) - 1
        while line < len(self._line_start) and self._line_start[line] < end:
            a, b = max(start, self._line_start[line]), min(end, self._line_end[line])
            if self._is_unread(line):
                self._spent.add(line)
            if b > a and line > self._line and not self._source[a:b].isspace():
                out.append(self._reach(line, "\n") + "\n" + self._begin(line))
            # A blank that a repair fills or closes up parts the words at its sides.
            within = start < end and (a, b) == (start, end)
            out.append(self._xml.text(squeeze(self._source[a:b]) or " " * within))
            line += 1
        return "".join(out)

    def _is_unread(self, line: int) -> bool:
        """Whether a line stays out of the reading text as a whole, and no repair has taken it in."""
        k = bisect_left(self._unread, line)
        return k < len(self._unread) and self._unread[k] == line and line not in self._spent
