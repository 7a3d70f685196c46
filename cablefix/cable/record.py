"""From the decided parts of a header to the fields of the record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz.distance import Levenshtein

from cablefix.cable.dates import Moment
from cablefix.cable.draft import Draft
from cablefix.cable.fields import Field, Reading
from cablefix.cable.numberheads import number_elsewhere
from cablefix.cable.reasons import PLAIN_REASONS, tidy_reasons
from cablefix.cable.refs import Reference, Run, reference_value
from cablefix.cable.rows import Parsed, Part, speck_beside, without_specks
from cablefix.cable.settle import Verdicts
from cablefix.cable.subjects import settle_stops, without_small_tail
from cablefix.cable.telegram import form_way
from cablefix.text import Span

_LONE_DASH = re.compile(r" [~=] ")
_AND = re.compile(r" ?and ?(?=[a-h]\b)")
_TOO_LONG = re.compile(r"[\dO]{7}")  # no telegram has a number of seven figures
_EDGE = " .,;:()'`‘’“”|_*$"
_REASON_DISTANCE = 3
_REASON = re.compile(
    r"(?:E\.?O\.?\s*\d{5}\s*)?(?P<value>[1lI]\s?[.,]\s?[3-9]\w?[.,]?(?:\s[a-z]{2}(?=\s)|\s?-)?\s*[({\[].*)$",
    re.IGNORECASE,
)
# `for reasons`, `Reason:` where the reasons themselves cannot be read.
_UNREAD_REASONS = re.compile(r"[\s,;.~-]+(?:for )?reasons?\b(?=\s?:|.{0,40}$)", re.IGNORECASE)
_MARKS_IN_NAME = (
    (re.compile(r"(?<=[a-z])~(?=[A-Z])"), "-"),
    (re.compile(r"(?<=[A-Za-z])[:;](?= [A-Z])"), ""),
    (re.compile(r"(?<=\b[A-Z]\.)\.(?= [A-Z])"), ""),
    (re.compile(r"(?<= )0\.(?= [A-Z])"), "O."),
    (re.compile(r"(?<=\b[A-Z]),\.?(?= [A-Z])"), "."),
    (re.compile(r"\ba\.i,"), "a.i."),
)
_CHANNEL_FIGURES = 4
_NOISY = 0.006  # share of wrong characters in the codes of a header from which on a mark in its subject is doubted
_LEVELS, _FROM_LINE_4 = {"C": "CONFIDENTIAL", "S": "SECRET"}, 0.85
_UNFINISHED = 0.9
_AS_PRINTED, _TIDIED = 0.98, 0.9


@dataclass
class Decided:
    """A draft with its decisions; it is `clean` where no part of it was read wrong."""

    draft: Draft
    verdicts: Verdicts
    moment: Moment | None
    moment_confidence: float
    precedence: tuple[str, float]
    number: tuple[str, float]
    tags: list[Part]
    texts: dict[str, Run]
    refs: list[Reference]
    adds_up: bool | None = None
    error_rate: float = 0.001
    clean: bool = False
    words: list[tuple[int, int, Part]] = field(default_factory=list)
    titles: list[tuple[int, int, Part]] = field(default_factory=list)


_ORDER = (
    "channel routing_line2 de security_line precedence dtg_iso from to info classification section sections_total post "
    "message_number captions eo decl tags subject refs classified_by reasons signature"
).split()


def make_fields(decided: Decided) -> dict[str, Field]:
    """The fields of the record that the header has, in the order of the record."""
    makers = (
        _start_fields(decided),
        _envelope_fields(decided),
        _class_fields(decided),
        _caption_fields(decided),
        _body_fields(decided),
        _text_fields(decided),
    )
    made = {item.name: item for items in makers for item in items}
    for name in ("channel", "to", "info", "captions", "tags"):
        if name in made:
            made[name] = _trusted(made[name], decided.error_rate)
    return {name: made[name] for name in sorted(made, key=_ORDER.index)}


def _field(name: str, value: Any, parts: Sequence[Part], verdicts: Verdicts) -> Field:
    """A field made of parts: from the first to the last, as sure as the least sure of them."""
    chosen = [verdicts.of(part) for part in parts]
    span = Span(min(p.span.start for p in parts), max(p.span.end for p in parts))
    others: tuple[Reading, ...] = chosen[0].alternatives if len(parts) == 1 else ()
    named = tuple((part.name, part.span) for part in parts)
    confidence = min(verdict.confidence for verdict in chosen)
    return Field(name, value, span, round(confidence, 4), others, named)


def _start_fields(decided: Decided) -> list[Field]:
    draft, verdicts = decided.draft, decided.verdicts
    found = []
    line = draft.found.get("channel")
    if line:
        found.append(_field("channel", verdicts.of(line.parts[0]).text, line.parts, verdicts))
    line = draft.found.get("routing")
    if line:
        text = " ".join(verdicts.of(part).text for part in line.parts)
        found.append(_field("routing_line2", text, line.parts, verdicts))
    line = draft.found.get("de")
    if line:
        value = {}
        for key in ("station", "serial", "section", "julian", "time"):
            part = line.part(f"de.{key}")
            if part:
                value[key] = verdicts.of(part).text.strip("#/ ")
        parts = [part for part in line.parts if part.name != "de.word"]
        found.append(_field("de", value, parts, verdicts))
    line = draft.found.get("security")
    if line:
        text = " ".join(verdicts.of(part).text for part in line.parts)
        found.append(_field("security_line", text, line.parts, verdicts))
    return found


# A precedence on a line of its own, as incoming telegrams until 1963 have it. NIACT is IMMEDIATE at any hour.
_URGENCY = {
    **{word: word for word in ("FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE")},
    **dict.fromkeys(("NIACT", "NIACT IMMEDIATE", "OPERATIONAL IMMEDIATE"), "IMMEDIATE"),
    "EMERGENCY": "FLASH",
    "DEFERRED": "ROUTINE",
}
_RANKS = ("FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE")
_PRECEDENCE = {"Z": "FLASH", "O": "IMMEDIATE", "P": "PRIORITY", "R": "ROUTINE"}


def _envelope_fields(decided: Decided) -> list[Field]:
    draft, verdicts = decided.draft, decided.verdicts
    found = []
    dtg = draft.found.get("dtg")
    part = dtg.part("dtg.prec") if dtg else None
    sign, share = decided.precedence
    if not sign:
        found += _urgency_field(draft, verdicts)
    if dtg and sign:
        span = part.span if part else Span(dtg.parts[0].span.start, dtg.parts[0].span.start)
        named = (("dtg.prec", part.span),) if part else ()
        found.append(Field("precedence", _PRECEDENCE[sign], span, round(share, 4), (), named))
    if dtg and decided.moment:
        group = decided.moment.group
        value = f"{decided.moment.day:%Y-%m-%d}T{group[2:4]}:{group[4:6]}:00Z"
        parts = [p for p in dtg.parts if p.name != "dtg.prec"]
        found.append(_replace(_field("dtg_iso", value, parts, verdicts), decided.moment_confidence))
    sender = draft.found.get("from")
    form = draft.found.get("form")
    state = form.part("form.state") if form and form_way(form) == "outgoing" and not sender else None
    if state:
        found.append(_field("from", verdicts.of(state).text, [state], verdicts))
    if sender:
        parts = [p for p in sender.parts if ".name." in p.name]
        found.append(_field("from", _joined(parts, verdicts), parts, verdicts))
    for kind in ("to", "info"):
        items: list[Parsed] = getattr(draft, kind)
        if items:
            every = [p for item in items for p in item.parts if not p.name.endswith(".word")]
            values = [address_value(item, verdicts) for item in items]
            found.append(_field(kind, values, every, verdicts))
    return found


def _replace(field: Field, confidence: float) -> Field:
    return Field(field.name, field.value, field.span, round(min(confidence, 0.999), 4), field.alternatives, field.parts)


def _joined(parts: Iterable[Part], verdicts: Verdicts) -> str:
    return " ".join(verdicts.of(part).text for part in parts)


def address_value(item: Parsed, verdicts: Verdicts) -> dict[str, str]:
    """One addressee as the record has it."""
    value: dict[str, str] = {}
    for part in item.parts:
        text = verdicts.of(part).text
        if part.name.endswith(".routing"):
            value["routing"] = text
        elif ".name." in part.name:
            value["name"] = f"{value['name']} {text}" if "name" in value else text
        elif part.name.endswith((".precedence", ".niact")):
            value["precedence"] = f"{value['precedence']} {text}" if "precedence" in value else text
        elif part.name.endswith(".serial"):
            value["serial"] = text
    if "/ /" in value.get("name", ""):
        value["name"] = value["name"].replace("/ /", "//")
    return value


def _class_fields(decided: Decided) -> list[Field]:
    draft, verdicts = decided.draft, decided.verdicts
    line = draft.found.get("classification")
    found = []
    if line is None or not line.part("class.number"):
        found += _number_fields(draft, verdicts) or number_elsewhere(draft, verdicts)
    if line is None:
        return _banner_fields(draft, verdicts) + found
    level, value = line.part("class.level"), line.part("class.value")
    if level and value:
        found.append(_field("classification", value.best.text, [level], verdicts))
    else:
        found += _banner_fields(draft, verdicts)
    for name, key in (("section", "class.section"), ("sections_total", "class.total")):
        part = line.part(key)
        if part:
            count = count_of(verdicts.of(part).text)
            if count:
                found.append(_field(name, count, [part], verdicts))
    total = line.part("class.total")
    if total and not line.part("class.section") and "FINAL" in line.rows[0].words:
        count = count_of(verdicts.of(total).text)
        if count:
            found.append(_field("section", count, [total], verdicts))
    for name, key in (("post", "class.post"), ("message_number", "class.number")):
        part = line.part(key)
        if part:
            found.append(_field(name, verdicts.of(part).text, [part], verdicts))
    return found


def _urgency_field(draft: Draft, verdicts: Verdicts) -> list[Field]:
    """The precedence of a telegram until 1963: on a line of its own, else after the addressees that are to act."""
    urgency = draft.found.get("urgency")
    parts = urgency.parts if urgency else []
    word = draft.found["to"].part("to.word") if "to" in draft.found else None
    acts = word is not None and word.best.text.upper() == "ACTION"
    if not parts and (acts or form_way(draft.found.get("form")) == "outgoing"):
        named = [part for item in draft.to for part in item.parts if part.name.endswith((".precedence", ".niact"))]
        ranked = [part for part in named if verdicts.of(part).text.upper() in _URGENCY]
        parts = sorted(ranked, key=lambda part: _RANKS.index(_URGENCY[verdicts.of(part).text.upper()]))[:1]
    return [_field("precedence", _URGENCY[verdicts.of(part).text.upper()], [part], verdicts) for part in parts]


def _number_fields(draft: Draft, verdicts: Verdicts) -> list[Field]:
    """Post and number of a telegram until 1963: of its FROM and NO lines, or after the one addressee that is to act."""
    line, sender = draft.found.get("number") or draft.found.get("airgram"), draft.found.get("from")
    number = line.part("no.number") if line else None
    serials = [part for item in draft.to for part in item.parts if part.name.endswith(".serial")]
    if number is None and "form" in draft.found and len(draft.to) == len(serials) == 1:
        number = serials[0]
    found = []
    if sender and number:
        parts = [part for part in sender.parts if ".name." in part.name]
        parts = [part for part in parts if part.name.endswith(".post")] or parts
        found.append(_field("post", _joined(parts, verdicts).upper(), parts, verdicts))
    if number:
        found.append(_field("message_number", verdicts.of(number).text, [number], verdicts))
    for name, key in (("section", "no.section"), ("sections_total", "no.total")):
        lines = [item for item in (line, draft.found.get("section")) if item is not None]
        part = next((part for item in lines if (part := item.part(key))), None)
        count = count_of(part.seen.upper()) if part else None
        if part and count:
            found.append(_field(name, count, [part], verdicts))
    return found


def _level_of_line_4(draft: Draft, verdicts: Verdicts) -> list[Field]:
    """The level whose letter line 4 repeats; of an unclassified message it does not tell the form."""
    line = draft.found.get("security")
    letters = line.part("security.letters") if line else None
    level = _LEVELS.get(verdicts.of(letters).text[:1]) if letters else None
    if letters is None or level is None:
        return []
    sure = min(verdicts.of(letters).confidence, _FROM_LINE_4)
    return [Field("classification", level, letters.span, sure, (), (("security.letters", letters.span),))]


def _banner_fields(draft: Draft, verdicts: Verdicts) -> list[Field]:
    """The level of an incoming telegram stands in its banners only."""
    counts: dict[str, list[Part]] = {}
    for banner in draft.banners:
        level, value = banner.part("class.level"), banner.part("class.value")
        if level and value:
            counts.setdefault(value.best.text, []).append(level)
    if not counts:
        return _level_of_line_4(draft, verdicts)
    text, parts = max(counts.items(), key=lambda item: len(item[1]))
    confidence = 0.95 if len(counts) == 1 else 0.7
    return [Field("classification", text, parts[0].span, confidence, (), (("banner", parts[0].span),))]


_NUMBERS = ("ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN")


def count_of(text: str) -> int | None:
    """A count in figures or as a word in capitals, one letter of it misread perhaps; None for any other text."""
    if text.isdecimal():
        return int(text)
    near = [number for number in _NUMBERS if Levenshtein.distance(number, text, score_cutoff=1) <= 1]
    return _NUMBERS.index(text if text in _NUMBERS else near[0]) + 1 if near else None


def _caption_fields(decided: Decided) -> list[Field]:
    parts = [part for item in decided.draft.captions for part in item.parts]
    if not parts:
        return []
    values = list(dict.fromkeys(decided.verdicts.of(part).text for part in parts))
    return [_field("captions", values, parts, decided.verdicts)]


def _body_fields(decided: Decided) -> list[Field]:
    draft, verdicts = decided.draft, decided.verdicts
    found = []
    line = draft.found.get("eo")
    if line:
        for name, key in (("eo", "eo.number"), ("decl", "eo.decl")):
            part = line.part(key)
            if part:
                made = _field(name, verdicts.of(part).text, [part], verdicts)
                found.append(_replace(made, _UNFINISHED) if name == "decl" and _goes_on(line, part) else made)
    if decided.tags:
        found.append(_field("tags", [verdicts.of(part).text for part in decided.tags], decided.tags, verdicts))
    return found


def _goes_on(line: Parsed, part: Part) -> bool:
    """Whether something that may belong to a part stands behind it on its line: `GDS` of `GDS DEC 3i 84`."""
    row = line.rows[-1]
    rest = row.text[row.offset(part.span.end - 1) + 1 :] if row.line.starts[0] < part.span.end else ""
    return any(map(str.isalnum, rest))


def _text_fields(decided: Decided) -> list[Field]:
    found = []
    for name, run in decided.texts.items():
        if name == "subject":
            found.append(_subject(run, decided))
        elif name == "refs":
            found.append(_refs(run, decided))
        else:
            found += _classified(run, decided)
    return [_trusted(item, decided.error_rate) for item in found if item.value]


def _trusted(item: Field, rate: float) -> Field:
    """A field of running text, or of figures that no other place has, with the probability that none of it is wrong."""
    length = len(item.value) if isinstance(item.value, str) else 4 * len(item.value)
    length = _CHANNEL_FIGURES if item.name == "channel" else length
    return _replace(item, min(item.confidence, (1.0 - rate) ** length))


def _subject(run: Run, decided: Decided) -> Field:
    """The subject, damaged words of it as they should read."""
    plain = run.text.strip(" '`‘’“”|_*")
    if run.pieces[-1][1].dropped:
        plain = plain.rstrip(".,;: ")
    plain = without_small_tail(plain)
    start = run.text.find(plain)
    text, at, sure = "", start, 0.99
    for first, last, part in decided.words:
        verdict = decided.verdicts.of(part)
        text += run.text[at:first] + verdict.text
        at, sure = last, min(sure, verdict.confidence)
    text = without_specks(_LONE_DASH.sub(" - ", text + run.text[at : start + len(plain)]))
    text = " ".join(_without_speck(word, text) for word in text.split(" "))
    if decided.error_rate > _NOISY:
        text = settle_stops(text)
    span = run.span(start, start + len(plain))
    return Field("subject", text, span, round(sure, 4), (), (("text", span),))


def _without_speck(word: str, text: str) -> str:
    speck = speck_beside(word, text) if word else None
    return word[: speck[0]] + word[speck[1] :] if speck else word


def _refs(run: Run, decided: Decided) -> Field:
    items, verdicts = decided.refs, decided.verdicts
    year = decided.moment.day.year if decided.moment and not decided.clean else None
    values = [reference_value(run, item, verdicts, year) for item in items]
    parts = tuple((item.label or "ref", run.span(item.start, item.end)) for item in items)
    sure = min([verdicts.of(part).confidence for item in items for _, _, part in item.parts], default=0.95)
    if any(_TOO_LONG.search(value["text"]) for value in values):
        sure = min(sure, 0.5)
    span = Span(parts[0][1].start, parts[-1][1].end) if parts else Span(0, 0)
    return Field("refs", values, span, round(min(sure, 0.98), 4), (), parts)


def _classified(run: Run, decided: Decided) -> list[Field]:
    """Who classified the message, and for which reasons, from `name. Reasons: 1.4 (b/d).`"""
    text = run.text
    reason = _REASON.search(text) or PLAIN_REASONS.search(text)
    lead = _before_reasons(text[: reason.start()]) if reason else _UNREAD_REASONS.split(text, maxsplit=1)[0]
    plain = lead.strip(" .,;:'`‘’“”|_*-")
    plain = re.sub(r",?\s*E\.?\s?O\.?\s*\d{5}$", "", plain)
    start = text.find(plain) if plain else 0
    named, at = "", start
    for first, last, part in decided.titles:
        if last <= start + len(plain):
            named, at = named + text[at:first] + decided.verdicts.of(part).text, last
    who = _tidy_name(_in_capitals(without_specks(named + text[at : start + len(plain)])))
    found = []
    if who:
        span = run.span(start, start + len(plain))
        found.append(Field("classified_by", who, span, 0.99, (), (("text", span),)))
    if reason:
        found.append(_reasons(run, reason))
    return found


def _tidy_name(text: str) -> str:
    """A title and a name without the marks that engines put in: between small letters and at initials.

    >>> _tidy_name("Minister~Counselor: Philip R,. Gadsden"), _tidy_name("Charge d'Affaires a.i, Ann P, Hall")
    ('Minister-Counselor Philip R. Gadsden', "Charge d'Affaires a.i. Ann P. Hall")
    """
    for pattern, after in _MARKS_IN_NAME:
        text = pattern.sub(after, text)
    return text


def _in_capitals(text: str) -> str:
    """A name and title in capitals without the small letters that an engine made of some: `vANDERLYN`."""
    small, capitals = sum(map(str.islower, text)), sum(map(str.isupper, text))
    return text.upper() if 0 < 8 * small <= capitals else text


def has_reasons(text: str) -> bool:
    """Whether a text ends with reasons for classification."""
    return bool(_REASON.search(text) or PLAIN_REASONS.search(text))


def _reasons(run: Run, match: re.Match[str]) -> Field:
    """The reasons for classification; surer where they stand as they should."""
    value = match["value"].strip()
    at = match.start("value")
    tidy = tidy_reasons(value)
    if tidy is not None:
        span = run.span(at, at + tidy[1])
        sure = _AS_PRINTED if tidy[0] == value[: tidy[1]] else _TIDIED
        return Field("reasons", tidy[0], span, sure, (), (("text", span),))
    value = _AND.sub(" and ", value) if PLAIN_REASONS.fullmatch(value) else value
    value = value[: value.rindex(")") + 1] if ")" in value else value.rstrip(".,;'`‘’“”| ")
    span = run.span(at, at + len(value))
    value = re.sub(r"[{\[](?=\w\))", "(", value)
    return Field("reasons", value, span, _AS_PRINTED, (), (("text", span),))


def _before_reasons(lead: str) -> str:
    """What stands before `Reasons:` or `for reasons`, the word itself possibly damaged."""
    words = lead.split(" ")
    while words and not words[-1].strip(_EDGE):
        words.pop()
    if words and Levenshtein.distance(words[-1].strip(_EDGE).lower(), "reasons") <= _REASON_DISTANCE:
        words.pop()
        if words and Levenshtein.distance(words[-1].lower(), "for") <= 1:
            words.pop()
    return " ".join(words)
