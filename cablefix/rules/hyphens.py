"""Rules for words divided at line ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum

from cablefix.layout import HYPHENS, Join, LineClass, Mark
from cablefix.ledger import Evidence, EvidenceKind
from cablefix.rules.context import Context, because
from cablefix.text import View

_HEAD = re.compile(rf"([^\W_][\w'.&-]*)([{HYPHENS}~])$")
_TAIL = re.compile(r"^[\"'(]?([\w'&]+(?:-[\w']+)*)")
_WORDS = re.compile(r"[^\W\d_][\w']*(?:-[\w']+)+|[^\W\d_][\w']*")


_LINE_END_MARKS = frozenset(HYPHENS + "~")
_WHOLE = (LineClass.TABLE, LineClass.HEADING)
_BEGINNINGS = (LineClass.PARAGRAPH, LineClass.HEADING, LineClass.TABLE)


class Verdict(Enum):
    """What to do with a hyphen at a line end."""

    DROP = "drop"
    KEEP = "keep"
    UNDECIDED = "undecided"


def join_hyphens(view: View, context: Context) -> Iterator[Mark]:
    """Join words that a line end divides: `opera-` + `tions`, `short-` + `term`, `F-` + `16`.

    The typist's hyphen goes where the joined word is one that the document or the word list knows, and stays where
    the hyphenated one is; the document's own spelling counts most. Digits and capitals keep it (`F-16`,
    `Anglo-French`). `re-elect` and `reelect` are both words: where nothing decides, the hyphen stays and the
    confidence says so. A dash is no hyphen: it stands off its word.

    >>> from cablefix.rules.examples import restored_lines
    >>> text = "The short-\\nterm opera-\\ntions of the F-\\n16 were not re-\\nported by the pilots of the line."
    >>> restored_lines(text, [join_hyphens])
    ['The short-term operations of the F-16 were not reported by the pilots of the line.']
    """
    layout, lines, classes = context.layout, context.lines, context.classes()
    spelled: Mapping[str, int] | None = None
    for a, b in context.pairs(context.read_lines()):
        text = lines[a]
        if text[-1] not in _LINE_END_MARKS or classes[a] in _WHOLE or classes[b] in _BEGINNINGS:
            continue
        words = text.rsplit(" ", 1)
        head, tail = _HEAD.search(words[-1]), _TAIL.search(context.lines[b])
        if not head or not tail:
            continue
        if spelled is None:
            spelled = _Spellings(context.lines)
        verdict, confidence, reason = decide_hyphen(head[1], tail[1], spelled, context, mark=head[2])
        join = Join.DROP_HYPHEN if verdict is Verdict.DROP else Join.CLOSE
        yield layout.mark_join(a, join, f"hyphens.{verdict.value}", confidence, [reason])


class _Spellings(dict[str, int]):
    """How often the document spells each word and compound, line ends left out; most are not in it at all."""

    def __init__(self, lines: Sequence[str]) -> None:
        divided = tuple(HYPHENS)
        bodies = [text.rsplit(" ", 1)[0] if text.endswith(divided) else text for text in lines]
        self._text = "\n".join(bodies).lower()
        self._lines: list[str] = []

    def __missing__(self, word: str) -> int:
        """Count a word in the lines that it stands in."""
        if word not in self._text:
            return 0
        self._lines = self._lines or self._text.split("\n")
        found = sum(_WORDS.findall(line).count(word) for line in self._lines if word in line)
        self[word] = found
        return found


def decide_hyphen(
    left: str, right: str, spelled: Mapping[str, int], context: Context, *, mark: str = "-"
) -> tuple[Verdict, float, Evidence]:
    """What becomes of the hyphen between two parts of a word, with a confidence and the reason."""
    joined, hyphenated = left + right, f"{left}-{right}"
    low, low_hyphen = joined.lower(), hyphenated.lower()
    stem = left.rsplit("-", 1)[-1]
    if spelled[low] != spelled[low_hyphen] and max(spelled[low], spelled[low_hyphen]) > 0:
        keep = spelled[low_hyphen] > spelled[low]
        form = hyphenated if keep else joined
        reason = because(EvidenceKind.CONTEXT, f"the document spells it {form} elsewhere")
        return (Verdict.KEEP if keep else Verdict.DROP), 0.98, reason
    if left[-1].isdecimal() or right[0].isdecimal():
        return Verdict.KEEP, 0.97, because(EvidenceKind.FORM, "a hyphen beside a digit is part of the code")
    if mark not in "-~":
        return Verdict.DROP, 0.95, because(EvidenceKind.FORM, "the mark of a soft hyphen")
    capitals = joined.isupper()
    if not capitals and right[0].isupper():
        return Verdict.KEEP, 0.95, because(EvidenceKind.FORM, "a capital follows the hyphen")
    if "-" in left or "-" in right:
        known = context.words.known((stem + right.split("-", 1)[0]).lower())
        part = because(EvidenceKind.LEXICON, "a compound with a divided part" if known else "a longer compound")
        return (Verdict.DROP, 0.85, part) if known else (Verdict.KEEP, 0.8, part)
    return _decide_by_words(left, right, context)


def _decide_by_words(left: str, right: str, context: Context) -> tuple[Verdict, float, Evidence]:
    words = context.words
    low = (left + right).lower()
    known = words.known(low) or words.known(low.capitalize())
    hyphenated = words.hyphenated_count(f"{left}-{right}".lower())
    plain = words.count(low)
    if known and plain > 3 * hyphenated:
        return Verdict.DROP, 0.97, because(EvidenceKind.LEXICON, f"{low} is a word")
    if hyphenated > 3 * plain and hyphenated:
        return Verdict.KEEP, 0.95, because(EvidenceKind.LEXICON, f"{left}-{right} is spelled with a hyphen")
    if known and hyphenated:
        verdict = Verdict.DROP if plain >= hyphenated else Verdict.KEEP
        return verdict, 0.75, because(EvidenceKind.LEXICON, "both spellings are in use")
    if known:
        return Verdict.DROP, 0.95, because(EvidenceKind.LEXICON, f"{low} is a word")
    parts = words.known(left.lower()) and words.known(right.lower())
    if parts and len(left) > 2 and len(right) > 2:
        return Verdict.UNDECIDED, 0.7, because(EvidenceKind.LEXICON, "two words, and no word when joined")
    return Verdict.DROP, 0.8, because(EvidenceKind.LEXICON, "the parts are no words of their own")
