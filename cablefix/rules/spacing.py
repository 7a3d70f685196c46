"""Rules for spaces that OCR put inside words and before punctuation, and for those that it lost.

In a file of doubled gaps a single gap after a word of two or more characters says that the engine saw no gap there:
the strongest evidence there is. In other files the words decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from cablefix.layout import UNREAD, Join, LineClass, are_of
from cablefix.ledger import Edit, Evidence, EvidenceKind
from cablefix.rules.context import Context, because
from cablefix.rules.loose import look_beside
from cablefix.text import View

# In a text noisier than this a loose mark is as often a speck as a mark.
_NOISY = 0.15
_NOISY_PROSE = 0.08
_LONGEST_WORD = 40
_FEW_STOPS = (LineClass.TABLE, LineClass.SIGNATURE)
_LEAD, _LEAD_IN_MESSAGE = -2.0, 3.0  # nats by which nothing may be likelier than a stop that is closed up
_DOUBTFUL, _SPECK = 3.2, 7.0  # nats by which nothing is likelier than a stop without a blank
_NOT_TEXT = (LineClass.HEADER, LineClass.FURNITURE, LineClass.RULE, LineClass.PROTOCOL)
_LOOSE_MARK = re.compile(
    r"[ \t](?=[ \t]*[.,;:?!)\]])(?<=[^\s.,;:?!].)[ \t]*"
    r"(?P<marks>[.,;:?!][\"'\u2019\u201d]?(?:[ \t]*[)\]])?|[)\]][.,;:?!]?)(?=[ \t\r\n\f]|$)"
)
_NEXT_MARK = re.compile(r"[ \t]+[.,;:](?=[ \t\r\n\f]|$)")
_LOOSE_BRACKET = re.compile(r"(?P<open>[(\[])[ \t]+(?=[\w\"'\u201c])")
# These are looked for by their rarest character, and what stands before it is read backwards.
_APOSTROPHE = re.compile(r"(?P<mark>['\u2019`\u00b4])[ \t]*(?P<tail>s|t|re|ve|ll|d|m|S|T|RE|VE|LL|D|M)(?![\w'\u2019])")
_LOST = re.compile(r"(?P<mark>[,;:.](?<=[a-z]{2}.)(?:(?<!\.)|(?=[A-Z])))(?P<right>[A-Za-z][a-z]+)(?![\w@/]|\.\w)")
_LAST_LETTERS = re.compile(r"[A-Za-z]+$")
_LAST_WORD = re.compile(r"(?<![\w-])[^\W\d_]{2,}$")
_QUOTE = re.compile(r"[\"\u201c\u201d]")
_LOOSE_HYPHEN = re.compile(
    r"(?P<gap>[- \t](?<=[^\W\d_].)(?:(?<=-)[ \t]+|(?<!-)[ \t]*-))(?P<right>[^\W\d_]{2,})(?![\w-])"
)
_LETTERS = re.compile(r"(?<![\w'.-])[a-z](?: [a-z]){3,}(?![\w'.-])")
_LETTER_RUN = re.compile(r" [a-z] [a-z] [a-z]")  # what every run of letters has, and few texts
_GROUPED = re.compile(r"(?<![\w.,])\d{1,3}(?:,[ \t]+\d{3})+(?![\w,]|\.\d)")
_GROUP = re.compile(r",[ \t]+\d{3}")
_LINE_EDGES = frozenset({"\n", "\r", "\f", ""})
_SUSPENDED = frozenset({"and", "or", "to", "nor", "und"})


def _class_at(context: Context, offset: int) -> int:
    return context.layout.line_class.item(context.layout.line_at(offset))


def _splits_after(context: Context, offset: int) -> Evidence | None:
    """The evidence of doubled gaps: the gap that begins at this offset says that one word was split."""
    text = context.source.text
    end = offset
    while end < len(text) and text[end] in " \t":
        end += 1
    start = offset
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    if context.convention.splits(offset - start, end - offset):
        return because(EvidenceKind.CONVENTION, "a single gap in a text of doubled gaps: no gap was printed here")
    return None


def _is_word_character(character: str) -> bool:
    return character.isalnum() or character == "_"


def _before(pattern: re.Pattern[str], text: str, end: int) -> str:
    """What a pattern finds just before a place, empty where it finds nothing; no more than a long word is looked at."""
    match = pattern.search(text, max(0, end - _LONGEST_WORD), end)
    return match[0] if match else ""


def close_up_punctuation(view: View, context: Context) -> Iterator[Edit]:
    """Remove spaces that OCR put before closing punctuation and inside brackets: `ties . )`, `added .`, `( they`.

    The engine sets a small mark apart when the print is loose. Where a file spaces a mark as its style (old
    typography sets ` ;` and ` ?`), ellipses (` . . .`), decimals (` .5`), tables and codes are left alone. A full
    stop before a small letter is more often a speck than a stop, so it is not closed up.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(close_up_punctuation, "The tug left ( it was late ) . It was towed , and sank . . . at .5 knots .")
    [(' ) .', ').'), (' ,', ','), (' .', '.'), ('( ', '(')]
    """
    text = context.source.text
    style = context.convention.spaced_marks
    done = 0
    for match in _LOOSE_MARK.finditer(text):
        start, end = match.span()
        if start < done:
            continue
        mark = match["marks"][0]
        if mark in style or _class_at(context, start) in _NOT_TEXT or not context.is_free(start, end):
            continue
        chain = _NEXT_MARK.match(text, end)
        if mark in ")]" and chain and chain[0].strip() not in style:
            end = chain.end()
        done = end
        after = "".join(text[start:end].split())
        confidence, reason = _weigh_mark(context, start, end, mark)
        if confidence > 0:
            yield context.edit(start, end, after, "spacing.punctuation", confidence, reason)
    for match in _LOOSE_BRACKET.finditer(text):
        start, end = match.span()
        if (
            _class_at(context, start) not in _NOT_TEXT
            and context.is_free(start, end)
            and text[start - 1 : start] in " \t\n"
        ):
            reason = because(EvidenceKind.FORM, "no space follows an opening bracket")
            confidence = 0.6 if context.noise > _NOISY else 0.93
            yield context.edit(start, end, match["open"], "spacing.punctuation", confidence, reason)


def _weigh_mark(context: Context, start: int, end: int, mark: str) -> tuple[float, Evidence]:
    """Confidence that the space before a mark is none; 0 where the mark itself is doubtful."""
    text = context.source.text
    split = _splits_after(context, start)
    if split:
        return 0.97, split
    reason = because(EvidenceKind.FORM, f"no space stands before {mark}")
    following = text[end : end + 40].split("\n", 1)[0].strip()
    if context.noise > (_NOISY if context.kind == "cable" else _NOISY_PROSE):
        return 0.6, because(
            EvidenceKind.FORM, f"no space stands before {mark}, but in so noisy a text it may be a speck"
        )
    if mark == "." and (following[:1] == "." or following[:1].islower()):
        return 0.0, reason
    if mark in ".,;:" and _may_be_speck(context, start, end, mark):
        return 0.6, because(EvidenceKind.CONTEXT, f"no space stands before {mark}, but here it may be a speck")
    if mark == ".":
        word = text[max(0, start - 24) : start].split()[-1]
        capitals = word.isupper() and len(word) > 1
        if capitals and following and following.split()[0].isupper():
            return 0.7, reason
        if capitals and not following and _text_goes_on(text, end):
            return 0.7, reason
        return (0.9 if following else 0.85), reason
    if mark in ";:?!":
        return (0.9 if context.kind == "cable" else 0.75), reason
    return 0.93, reason


def _may_be_speck(context: Context, start: int, end: int, mark: str) -> bool:
    """Whether a stop set apart may as well be none: in a table, at a line end, or where the words hardly have one.

    What has a stop in a message is a matter of form, so there the words must speak more clearly. Where a text has
    many stops set apart they are no specks.
    """
    if context.sets_stops_apart:
        return False
    beside = look_beside(context, start, end, mark)
    if beside.line_end or (beside.left + beside.right).isdigit() or _class_at(context, start) in _FEW_STOPS:
        return True
    limit = _LEAD_IN_MESSAGE if context.kind == "cable" else _LEAD
    return bool(beside.left and beside.right) and beside.lead > limit


def _text_goes_on(text: str, end: int) -> bool:
    """Whether the next line follows at once: in a text of capitals it may begin a sentence or go on with one."""
    line_end = text.find("\n", end)
    return line_end >= 0 and bool(text[line_end + 1 : line_end + 80].split("\n", 1)[0].strip())


def close_up_apostrophes(view: View, context: Context) -> Iterator[Edit]:
    """Close up possessives and contractions: `GOF ' s`, `Minister 's`, `don ' t`.

    Only the endings that English joins by an apostrophe; a closing quotation mark before a word is left alone.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(close_up_apostrophes, "The tug ' s crew don 't know the 'sea' and 'tides'.")
    [(" ' s", "'s"), (" 't", "'t")]
    """
    text = context.source.text
    for match in _APOSTROPHE.finditer(text):
        start, end = match.span()
        while start > 0 and text[start - 1] in " \t":
            start -= 1
        if not _is_word_character(text[start - 1 : start]):
            continue
        after = "'" + match["tail"] if match["mark"] in "`\u00b4" else match["mark"] + match["tail"]
        if end - start == len(after) or _class_at(context, start) in _NOT_TEXT or not context.is_free(start, end):
            continue
        if match["tail"] in ("t", "T") and text[start - 1] not in "nN":
            continue
        split = _splits_after(context, start)
        reason = split or because(EvidenceKind.FORM, f"{match['tail']!r} after an apostrophe is an ending")
        yield context.edit(start, end, after, "spacing.apostrophe", 0.98 if split else 0.95, reason)


def close_up_quotes(view: View, context: Context) -> Iterator[Edit]:
    """Attach loose quotation marks to the words that they enclose: `announcement, " in`.

    Which side a mark belongs to follows from its place in the paragraph: opening and closing marks take turns. If
    the number of marks is odd, or one that stands tight says otherwise, nothing is applied. A mark beside a wide gap is
    a ditto mark in a column.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(close_up_quotes, 'He called it a "fair offer, " and said " no more".')
    [(' "', '"'), ('" ', '"')]
    """
    text, layout = context.source.text, context.layout
    places = [match.start() for match in _QUOTE.finditer(text)]
    if not places:
        return
    lines = layout.line_start.searchsorted(places, side="right") - 1
    unread = are_of(layout.line_class, _NOT_TEXT)
    ends = np.cumsum((layout.line_join == int(Join.BREAK)) & ~are_of(layout.line_class, UNREAD))
    paragraphs: dict[int, list[int]] = {}
    for place, line, hidden in zip(places, lines.tolist(), unread[lines].tolist(), strict=True):
        if not hidden:
            paragraphs.setdefault(int(ends[line - 1]) if line else 0, []).append(place)
    for marks in paragraphs.values():
        yield from _close_quotes_of(context, marks)


def _close_quotes_of(context: Context, places: list[int]) -> Iterator[Edit]:
    """The loose quotation marks of one paragraph, `places` being all its marks."""
    text = context.source.text
    loose = []
    agree = len(places) % 2 == 0
    wide = context.convention.usual_gap + 2
    for turn, place in enumerate(places):
        before = text[place - 1 : place].isspace() or place == 0 or text[place - 1] in "([\u2014-"
        after = text[place + 1 : place + 2].isspace() or place + 1 == len(text)
        opening = turn % 2 == 0
        at_line_edge = {text[place - 1 : place], text[place + 1 : place + 2]} & _LINE_EDGES
        if before and after and not at_line_edge and not _in_column(text, place, wide):
            loose.append((place, opening))
        elif before != after and before != opening:
            if after and opening and not at_line_edge:
                loose.append((place, opening))
            agree = False
    agree = agree and bool(loose) and context.noise <= _NOISY
    for place, opening in loose:
        start = end = place
        if opening:
            end += 1
            while end < len(text) and text[end] in " \t":
                end += 1
        else:
            end += 1
            while start > 0 and text[start - 1] in " \t":
                start -= 1
        if not context.is_free(start, end) or _class_at(context, start) in _NOT_TEXT:
            continue
        split = None if opening else _splits_after(context, start)
        reason = split or because(EvidenceKind.CONTEXT, "opening and closing marks take turns in this paragraph")
        confidence = (0.96 if split else 0.9) if agree else 0.6
        yield context.edit(start, end, text[place], "spacing.quotes", confidence, reason)


def _in_column(text: str, place: int, wide: int) -> bool:
    """Whether so wide a gap stands beside a mark that it is a ditto mark in a column."""
    before, after = text[max(0, place - wide) : place], text[place + 1 : place + 1 + wide]
    return any(len(gap) == wide and not gap.strip(" ") for gap in (before, after))


def part_sentences(view: View, context: Context) -> Iterator[Edit]:
    """Put back a space that OCR lost after punctuation: `left.The`, `tugs,but`.

    Both sides must be words that the word list knows, of three letters or more; file names, addresses and
    abbreviations are not. Between words that hardly ever have a stop between them the blank itself was read as one.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(part_sentences, "The ship left.The crew,but not the master,stayed. See harbor.gov and U.S.Army.")
    [('.', '. '), (',', ', '), (',', ', ')]
    """
    text = context.source.text
    for match in _LOST.finditer(text):
        start, end = match.span("mark")
        left, right = _before(_LAST_LETTERS, text, start), match["right"]
        if len(left) < 3 or len(right) < 3 or _class_at(context, start) in _NOT_TEXT:
            continue
        if context.words.known(left) and context.words.known(right) and context.is_free(start, end):
            reason = because(EvidenceKind.LEXICON, f"{left} and {right} are words")
            beside = look_beside(context, start, end, match["mark"])
            speck = beside.lead > _SPECK and not beside.rare
            after = " " if speck else match["mark"] + " "
            confidence = 0.6 if beside.lead > _DOUBTFUL and not speck else 0.92
            yield context.edit(start, end, after, "spacing.lost-space", confidence, reason)


def close_up_hyphens(view: View, context: Context) -> Iterator[Edit]:
    """Close up a hyphen inside a line that stands off one of its parts: `Six- Party`, `co -operate`.

    Where the document spells the compound elsewhere, or the gap says that none was printed; proposed where only the
    word list knows the compound, since typists left a space after a hyphen too. Suspended hyphens
    (`pre- and post-war`), ranges (`40 - 60`) and dashes with a space on both sides stay.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(close_up_hyphens, "The two-party talks and the two- party vote, pre- and post-war, May - June.")
    [('- ', '-')]
    """
    text = context.source.text
    every = ((m, _before(_LAST_WORD, text, m.start())) for m in _LOOSE_HYPHEN.finditer(text))
    hits = [(m, left) for m, left in every if left and m["right"].lower() not in _SUSPENDED]
    if not hits:
        return
    low = text.lower()
    for match, left in hits:
        start, end = match.span("gap")
        if _class_at(context, start) in _NOT_TEXT or not context.is_free(start, end):
            continue
        compound = f"{left}-{match['right']}".lower()
        split = _splits_after(context, start if match["gap"][0] != "-" else start + 1)
        if compound in low:
            confidence, reason = (
                0.93,
                because(EvidenceKind.CONTEXT, f"the document spells {compound} elsewhere"),
            )
        elif split:
            confidence, reason = 0.9, split
        elif context.words.hyphenated_count(compound):
            confidence, reason = 0.7, because(EvidenceKind.LEXICON, f"{compound} is a compound in use")
        else:
            confidence, reason = 0.5, because(EvidenceKind.FORM, "a hyphen belongs to both its parts")
        yield context.edit(start, end, "-", "spacing.hyphen", confidence, reason)


def join_split_words(view: View, context: Context) -> Iterator[Edit]:
    """Join words that OCR split, where the gaps of the file say so: `nego tiations` in a text of doubled gaps.

    Applied when the parts make a word and are not both words of their own; proposed otherwise. Texts with single
    gaps have no such evidence and are left to the word repair, which knows the context.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(join_split_words, "They  met  for  nego tiations  in  the  old  port  of  Vigo.")
    [('nego tiations', 'negotiations')]
    """
    convention, layout = context.convention, context.layout
    if not convention.doubled:
        return
    text = context.source.text
    width = layout.word_start[1:] - layout.word_end[:-1]
    length = (layout.word_end - layout.word_start)[:-1]
    inside = layout.word_line[1:] == layout.word_line[:-1]
    single = inside & (width == 1) & (length > 1)
    for k in single.nonzero()[0].tolist():
        start, end = int(layout.word_start[k]), int(layout.word_end[k + 1])
        left, right = text[start : int(layout.word_end[k])], text[int(layout.word_start[k + 1]) : end]
        if not left.isalpha() or not right.rstrip(".,;:?!\"')").isalpha():
            continue
        if _class_at(context, start) in _NOT_TEXT or not context.is_free(start, end):
            continue
        core = right.rstrip(".,;:?!\"')")
        whole = left + core
        known = context.words.known(whole)
        both = context.words.known(left) and context.words.known(core)
        reason = because(EvidenceKind.CONVENTION, "a single gap in a text of doubled gaps: no gap was printed here")
        words = because(EvidenceKind.LEXICON, f"{whole} is {'a' if known else 'no'} word of the list")
        confidence = (0.85 if both else 0.97) if known else 0.55
        yield context.edit(start, end, left + right, "spacing.split-word", confidence, reason, words)


def join_spaced_letters(view: View, context: Context) -> Iterator[Edit]:
    """Join a lower-case word whose letters OCR spaced out: `t h e r e`.

    Spaced capitals are left: typists spaced them for weight (`S E C R E T`), and the reading text keeps that.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(join_spaced_letters, "They were t h e r e with N O T I C E of a b c d.")
    [('t h e r e', 'there')]
    """
    if not _LETTER_RUN.search(context.source.text):
        return
    for match in _LETTERS.finditer(context.source.text):
        word = match[0].replace(" ", "")
        start, end = match.span()
        if context.words.known(word) and _class_at(context, start) not in _NOT_TEXT and context.is_free(start, end):
            reason = because(EvidenceKind.LEXICON, f"the letters make the word {word}")
            yield context.edit(start, end, word, "spacing.spaced-letters", 0.9, reason)


def close_up_numbers(view: View, context: Context) -> Iterator[Edit]:
    """Close up the groups of a number: `12, 500` where the gaps of the file say that no gap was printed.

    In a file of single gaps it may be two numbers of a list, so it is only proposed.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(close_up_numbers, "They  had  12, 500 tons  of  it  in  the  port.", least=0.8)
    [('12, 500', '12,500')]
    """
    if not _GROUP.search(context.source.text):
        return
    for match in _GROUPED.finditer(context.source.text):
        start, end = match.span()
        if _class_at(context, start) in _NOT_TEXT or not context.is_free(start, end):
            continue
        split = _splits_after(context, start + match[0].index(",") + 1)
        reason = split or because(EvidenceKind.FORM, "groups of three digits")
        after = "".join(match[0].split())
        yield context.edit(start, end, after, "spacing.number", 0.93 if split else 0.5, reason)
