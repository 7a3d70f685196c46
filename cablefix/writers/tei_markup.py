"""What the fields of a message header are in TEI: which element a format line is, and the spans marked within it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cablefix.cable.blanked import EXEMPTION
from cablefix.cable.codes import Codes, load_codes
from cablefix.cable.fields import Header
from cablefix.document import Block, BlockKind
from cablefix.writers.tei_segments import Tag
from cablefix.writers.tei_xml import Ids, attribute, attributes, slug, word

_DATE_TIME = re.compile(r"\d{6}\s?[A-Z]?\s+[A-Z]{3}\s+\d{2,4}")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_CABLE_REFERENCE = re.compile(r"(\d{2})\s+([A-Z][A-Z .'-]*?)\s+0*(\d+)")
_LEAST_ROW = 10 * "X"
_REDACTED = re.compile(
    r"\[REDACTED(?: (?P<codes>[^\]\s,;]+(?:[,;]\s*[^\]\s,;]+)*))?[^\]]*\]"
    r"|\[[^\[\]]{0,80}?\b(?i:redacted|excised|deleted|sanitized|withheld|not declassified|name removed)\b"
    r"[^\[\]]{0,40}\]"
    rf"|\[(?P<code>(?:{EXEMPTION})(?:, ?(?:{EXEMPTION}))*)\]"
    rf"|\b{_LEAST_ROW}X*\b"
)
_LABEL = re.compile(r"[^:]{1,30}:")
# A span within a block, and the tags around it.
Mark = tuple[int, int, str, str]
_TERMINALS = ("to", "info", "exempt")
# Format lines whose seg has another type than the name of the line in the grammar.
_SEG_TYPES = {
    "to": ' type="addressee" subtype="action"',
    "info": ' type="addressee" subtype="info"',
    "exempt": ' type="addressee" subtype="exempt"',
    "eo": ' type="declassification"',
    "ref": ' type="reference"',
}


def cable_id(year: str, post: str, number: str) -> str:
    """The id by which a cable is cited: two-digit year, post, message number without zeros.

    >>> cable_id("77", "PORT AU PRINCE", "000412")
    '77PORTAUPRINCE412'
    """
    return f"{year[-2:]}{re.sub('[^A-Z]', '', post.upper())}{number.lstrip('0') or '0'}"


def reference_target(text: str) -> str | None:
    """The `cable:` pointer of a reference such as "06 LAGOS 1234", None for any other.

    >>> reference_target("06 LAGOS 1234"), reference_target("STATE 4411")
    ('cable:06LAGOS1234', None)
    """
    match = _CABLE_REFERENCE.fullmatch(text.strip())
    return f"cable:{cable_id(*match.groups())}" if match else None


def redactions(text: str, start: int, end: int) -> list[Tag]:
    """A `gap` around each mark of a redaction in a span of the reading text, with the exemption codes that stand in it.

    Marks are what reads `[REDACTED B6]`, the words of releasing agencies and editors in brackets (`[EXCISED]`, `[less
    than one line not declassified]`), exemption codes in brackets, and rows of ten X or more for a name.

    >>> redactions("[REDACTED B1, 1.4(D)] told", 0, 26)[0].open
    '<gap reason="redacted" n="B1, 1.4(D)"><desc>'
    >>> len(redactions("XXXXXXXXXXXX, [B1] and [2 lines not declassified] of [the] left", 0, 62))
    3
    """
    if text.find("[", start, end) < 0 and text.find(_LEAST_ROW, start, end) < 0:
        return []
    found = []
    for match in _REDACTED.finditer(text, start, end):
        open_tag = f"<gap{attributes(reason='redacted', n=match['codes'] or match['code'])}><desc>"
        found.append(Tag(match.start(), match.end(), open_tag, "</desc></gap>", solid=True))
    return found


@dataclass
class Vocabulary:
    """The categories, organizations and terms that a document uses, each with its id, in order of appearance."""

    ids: Ids
    year: int | None = None
    codes: Codes = field(default_factory=load_codes)
    classes: dict[str, tuple[str, str]] = field(default_factory=dict)
    captions: dict[str, tuple[str, str]] = field(default_factory=dict)
    tags: dict[str, tuple[str, str]] = field(default_factory=dict)
    orgs: dict[str, tuple[str, str]] = field(default_factory=dict)

    def class_ref(self, text: str) -> str:
        """A pointer to the category of a classification or a portion mark without brackets."""
        level = self.codes.classification_forms.get(text.replace(" ", "")) or self.codes.portion_marks.get(text)
        mark = level.portion_marks[0] if level and level.portion_marks else ""
        key = mark or text
        if key not in self.classes:
            meaning = f"{level.level.title()} ({mark})" if level and mark else text
            self.classes[key] = (self.ids.give(f"class.{slug(key)}"), meaning)
        return "#" + self.classes[key][0]

    def caption_ref(self, text: str) -> str:
        """A pointer to the category of a caption."""
        if text not in self.captions:
            known = self.codes.captions.get(text)
            meaning = f"{text}: {known.meaning}" if known and known.meaning else text
            self.captions[text] = (self.ids.give(f"caption.{slug(text)}"), meaning)
        return "#" + self.captions[text][0]

    def tag_ref(self, text: str) -> str:
        """A pointer to the category of a TAGS code."""
        if text not in self.tags:
            name = re.sub("[^A-Za-z0-9]+", "-", text).strip("-") or "x"
            self.tags[text] = (self.ids.give(f"tag.{name}"), self.codes.tag_meaning(text, self.year) or text)
        return "#" + self.tags[text][0]

    def org_ref(self, name: str, routing: str = "") -> str:
        """A pointer to an organization of the standOff list."""
        if name not in self.orgs:
            self.orgs[name] = (self.ids.give(f"org.{slug(name)}"), routing)
        elif routing and not self.orgs[name][1]:
            self.orgs[name] = (self.orgs[name][0], routing)
        return "#" + self.orgs[name][0]


class HeaderMarkup:
    """Finds the fields of the header in the blocks that they stand in."""

    def __init__(self, header: Header | None, words: Vocabulary) -> None:
        self._fields: Mapping[str, Any] = {name: found.value for name, found in header.fields.items()} if header else {}
        self._words = words
        self._seen: dict[str, int] = {}
        self._finders: dict[str, Callable[[Block, str], Iterator[Mark]]] = {
            "dtg": self._dtg,
            "from": self._from,
            **dict.fromkeys(_TERMINALS, self._addressee),
            "classification": self._classification,
            "eo": self._eo,
            "tags": self._tags,
            "subject": self._subject,
            "ref": self._ref,
            "classified-by": self._classified_by,
        }

    def element(self, block: Block, text: str) -> tuple[str, str]:
        """The start and end tag of the element that a header block is."""
        if block.field in ("dtg", "from"):
            return "<dateline>", "</dateline>"
        if block.field == "subject":
            return '<head type="subject">', "</head>"
        names = _SEG_TYPES.get(block.field) or f' type="{attribute(word(block.field or "header"))}"'
        if block.field == "caption" and text in self._fields.get("captions", ()):
            names += f' ana="{self._words.caption_ref(text)}"'
        return f"<seg{names}>", "</seg>"

    def tags(self, block: Block, text: str) -> list[Tag]:
        """The spans of a header block that its fields take up; offsets are those of the view."""
        if block.kind is not BlockKind.HEADER:
            return []
        find = self._finders.get(block.field)
        if find is None:
            return []
        return [Tag(block.start + a, block.start + b, begin, end) for a, b, begin, end in find(block, text)]

    def _dtg(self, block: Block, text: str) -> Iterator[Mark]:
        date = _DATE_TIME.search(text)
        first = re.match(r"[A-Z]{1,2}(?=\s)", text)
        if first:
            yield *first.span(), '<seg type="precedence">', "</seg>"
        if date:
            when = attributes(when=self._fields.get("dtg_iso"))
            yield *date.span(), f"<date{when}>", "</date>"

    def _from(self, block: Block, text: str) -> Iterator[Mark]:
        value = self._fields.get("from")
        if isinstance(value, str) and (span := _find(text, value)):
            yield *span, f'<orgName ref="{self._words.org_ref(value)}">', "</orgName>"

    def _addressee(self, block: Block, text: str) -> Iterator[Mark]:
        known = self._fields.get(block.field)
        value = self._addressee_of(block.field, known if isinstance(known, list) else [], text)
        if value is None:
            return
        name, routing = value.get("name", ""), value.get("routing", "")
        place = 0
        elements = (
            ("routing", '<seg type="routing">', "</seg>"),
            ("name", f'<orgName ref="{self._words.org_ref(name, routing)}">' if name else "", "</orgName>"),
            ("precedence", '<seg type="precedence">', "</seg>"),
            ("serial", '<seg type="serial">', "</seg>"),
        )
        for key, begin, end in elements:
            if value.get(key) and (span := _find(text, value[key], place)):
                place = span[1]
                yield *span, begin, end

    def _addressee_of(self, kind: str, known: Sequence[Mapping[str, str]], text: str) -> Mapping[str, str] | None:
        """The next addressee of a list whose name stands in the text."""
        first = self._seen.get(kind, 0)
        for k in range(first, min(first + 4, len(known))):
            if known[k].get("name") and _find(text, known[k]["name"]):
                self._seen[kind] = k + 1
                return known[k]
        return None

    def _classification(self, block: Block, text: str) -> Iterator[Mark]:
        value = self._fields.get("classification")
        place = 0
        if value and (span := _find_spaced(text, value)):
            place = span[1]
            yield *span, f'<seg type="classification" ana="{self._words.class_ref(value)}">', "</seg>"
        post, number = self._fields.get("post"), self._fields.get("message_number")
        if post and number and (span := _find(text, f"{post} {number}", place)):
            yield *span, '<seg type="message-number">', "</seg>"

    def _eo(self, block: Block, text: str) -> Iterator[Mark]:
        value = self._fields.get("decl")
        if not value or not (span := _find(text, value, text.upper().find("DECL") + 1)):
            return
        date = _US_DATE.fullmatch(value)
        when = f"{date[3]}-{int(date[1]):02d}-{int(date[2]):02d}" if date and _is_date(date) else None
        if when:
            yield *span, f'<date type="declassification" when="{when}">', "</date>"
        else:
            yield *span, '<seg type="declassification-date">', "</seg>"

    def _tags(self, block: Block, text: str) -> Iterator[Mark]:
        place = text.find(":") + 1
        for value in self._fields.get("tags", ()):
            if span := _find(text, value, place):
                place = span[1]
                yield *span, f'<term ref="{self._words.tag_ref(value)}">', "</term>"

    def _subject(self, block: Block, text: str) -> Iterator[Mark]:
        if label := _LABEL.match(text):
            yield 0, label.end(), "<label>", "</label>"

    def _ref(self, block: Block, text: str) -> Iterator[Mark]:
        place = 0
        for value in self._fields.get("refs", ()):
            if span := _find(text, value["text"], place):
                place = span[1]
                target = reference_target(value["text"])
                yield *span, f"<ref{attributes(type='cable' if target else 'reference', target=target)}>", "</ref>"

    def _classified_by(self, block: Block, text: str) -> Iterator[Mark]:
        place = 0
        for key, kind in (("classified_by", "classifier"), ("reasons", "reasons")):
            value = self._fields.get(key)
            if isinstance(value, str) and (span := _find(text, value, place)):
                place = span[1]
                yield *span, f'<seg type="{kind}">', "</seg>"


def _is_date(match: re.Match[str]) -> bool:
    return 1 <= int(match[1]) <= 12 and 1 <= int(match[2]) <= 31


def _find(text: str, value: str, start: int = 0) -> tuple[int, int] | None:
    """The first place of a value as whole words."""
    at = text.find(value, max(start, 0))
    while at >= 0 and value:
        end = at + len(value)
        joined = (at and text[at - 1].isalnum() and value[0].isalnum()) or (
            end < len(text) and text[end].isalnum() and value[-1].isalnum()
        )
        if not joined:
            return at, end
        at = text.find(value, at + 1)
    return None


def _find_spaced(text: str, value: str) -> tuple[int, int] | None:
    """The first place of a value whose letters may be spaced out."""
    letters = r"\s*".join(re.escape(char) for char in value if not char.isspace())
    match = re.search(rf"(?<!\w){letters}(?!\w)", text)
    return match.span() if match else None
