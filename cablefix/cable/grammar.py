"""Read the header of a cable: find its lines, weigh its fields against each other, say what should be repaired."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cablefix.cable.barerefs import place_bare_references
from cablefix.cable.bodylines import read_classified_line
from cablefix.cable.capwords import read_capitals
from cablefix.cable.channel import Channel, load_channel
from cablefix.cable.checks import check_header
from cablefix.cable.classline import read_class_line, read_page_head
from cablefix.cable.closed import settle_channel, settle_cited_years, settle_keywords, settle_names
from cablefix.cable.codes import Codes
from cablefix.cable.copies import settle_distribution
from cablefix.cable.dates import settle_date
from cablefix.cable.decl import settle_decl
from cablefix.cable.draft import Draft, make_draft
from cablefix.cable.ending import protocol_lines, read_signature
from cablefix.cable.eralines import read_file_page_head, read_number_line
from cablefix.cable.eras import era_of, make_extra, release_stamp
from cablefix.cable.fields import FormatLine, Header, Line
from cablefix.cable.find import find_chain, is_cable
from cablefix.cable.joint import (
    settle_level,
    settle_number,
    settle_order,
    settle_post,
    settle_precedence,
    settle_routing,
    settle_sections,
)
from cablefix.cable.learn import count_errors, error_rate, learn_channel
from cablefix.cable.record import Decided, has_reasons, make_fields
from cablefix.cable.refs import Run, read_references, run_of
from cablefix.cable.repairs import make_repairs
from cablefix.cable.rows import Parsed, Part, Row, rows_of
from cablefix.cable.sections import find_later
from cablefix.cable.settle import Verdicts
from cablefix.cable.split import split_rows
from cablefix.cable.subjects import without_small_tail
from cablefix.cable.tagline import keep_unknown_tags, settle_tags
from cablefix.cable.telegram import form_head, has_margin, read_form_line, without_margin
from cablefix.cable.telegramdraft import (
    drafting_block,
    is_form,
    place_form_lines,
    settle_form_number,
    settle_form_post,
)
from cablefix.cable.titles import read_titles
from cablefix.cable.torn import join_rows
from cablefix.cable.witnesses import add_witness

# How much of the text is looked at for words that the subject has too.
_BODY_ROWS = 400
_LONGEST_BANNER, _CLEAR_BANNER = 28, 4.0
# A sheet that an archive laid above a telegram form has captions of the same names.
_FORM_ROWS = 80
_ABOVE = 3
# A paragraph that says who classified the message, within so many lines of the header; it may run over so many.
_BY_PARAGRAPH = re.compile(
    r"(?:\S{0,3}[\dilI]\s?[.,]\s*[-~—.]?(?:[({\[]\S{1,4}\s+)?(?=CLAS)|\S.{1,12} (?=CLASSIFIED BY:))", re.IGNORECASE
)
_BY_WITHIN, _BY_LINES = 6, 4
_OF_SHEET = re.compile(r"(?:FROM|TO|DATE|CLASSIFICATION|RESTRICTIONS|SUBJECTS?)\b", re.IGNORECASE)


def read_header(lines: Sequence[Line], codes: Codes, furniture: Sequence[Line] = ()) -> Header | None:
    """The header of the message that begins these lines; None when they are no cable.

    `lines` are the non-blank lines of the text in source order, the first few hundred or all; banners, stamps and
    page heads may stand among them. `furniture` are lines that were taken out as page furniture: what page heads and
    banners say is evidence for the fields.

    Repeated headers of later sections are found among the lines and are witnesses too.

    A damaged header is read twice: what the first reading is sure of shows what the engine did to this document.
    """
    channel = load_channel()
    rows, around = join_rows(split_rows(rows_of(lines)), codes), rows_of(furniture)
    decided = _read(rows, around, (), channel, codes)
    if decided is None:
        return None
    later = find_later(lines, codes, decided.draft)
    if later:
        decided = _read(rows, around, later, channel, codes) or decided
    learned = learn_channel(channel, _all_parts(decided), decided.verdicts)
    if learned is not None:
        channel = learned
        decided = _read(rows, around, later, channel, codes) or decided
    return _make_header(decided, channel, codes)


def _read(
    rows: Sequence[Row], around: Sequence[Row], later: Sequence[Draft], channel: Channel, codes: Codes
) -> Decided | None:
    rows = _with_form(rows, around, channel, codes)
    total, chain = find_chain(rows, channel, codes)
    if not is_cable(total, chain):
        return None
    draft = make_draft(chain, rows, channel, codes)
    place_bare_references(draft, rows)
    draft.aside = frozenset(row.number for row in around)
    place_form_lines(draft, rows, chain, channel, codes)
    inside = {row.number for run in draft.runs.values() for row in run}
    heads = [row for row in rows[: chain[-1][0]] if row.number not in inside and len(row.words) >= 4]
    level = draft.found.get("classification")
    if level is not None and level.part("class.level") is None:
        heads += [row for row in rows[: chain[-1][0]] if row.number not in inside and len(row.words) < 4]
    if is_form(draft):
        heads += [*draft.above, *draft.levels]
    _look_around(draft, [*around, *heads], channel, codes)
    line = draft.found.get("classification")
    if not draft.banners and (line is None or line.part("class.level") is None):
        _banners_below(draft, rows[chain[-1][0] :][:_BODY_ROWS], channel, codes)
    for other in later:
        add_witness(draft, other, channel)
    body = [row.text for row in rows[chain[-1][0] + 1 :][:_BODY_ROWS]]
    if is_form(draft):
        block = drafting_block(rows[chain[-1][0] + 1 :])
        draft.ending = block[1] if block else {}
    decided = _decide(draft, channel, codes, body)
    if "classified_by" not in decided.texts:
        decided.texts |= _classified_paragraph(rows[chain[-1][0] + 1 :], channel)
    if "classified_by" in decided.texts:
        decided.titles = read_titles(decided.texts["classified_by"], codes, decided.verdicts, decided.clean)
    below = [*around, *rows[chain[-1][0] + 1 :]]
    settle_form_number(draft, below, decided.verdicts, channel)
    settle_form_post(draft, below, decided.verdicts, channel, codes)
    return decided


def _with_form(rows: Sequence[Row], around: Sequence[Row], channel: Channel, codes: Codes) -> list[Row]:
    """The rows as a telegram form has them.

    With the head of the form and the NO line, which their repetition on later pages makes look like furniture; without
    the captions of a sheet above it, and without the offices of its margin beside a line.
    """
    own: list[Row] = []
    for row in around:
        if len(row.text) > 90 or len(own) >= 2:
            continue
        number = read_number_line(row, channel, codes) if row.text[:1] in "Nn" else None
        if (number and number.part("no.number")) or (not own and read_form_line(row, channel)):
            own.append(row)
    found = sorted([*rows, *own], key=lambda row: row.number) if own else list(rows)
    places = (at for at, row in enumerate(found[:_FORM_ROWS]) if len(row.text) < 90 and form_head(row.text, channel))
    head = next(places, None)
    if head is None:
        return found
    kept = [
        row
        for at, row in enumerate(found[:head])
        if not _OF_SHEET.match(row.text)
        and (head - at <= _ABOVE or len(row.text) > 30 or read_class_line(row, channel, codes) is None)
    ]
    form, below = found[head : head + _FORM_ROWS], found[head + _FORM_ROWS :]
    beside = has_margin(form)
    return [*kept, *(without_margin(row, codes, beside=beside) for row in form), *below]


def _all_parts(decided: Decided) -> list[Part]:
    return _line_parts(decided.draft) + decided.tags


def _line_parts(draft: Draft) -> list[Part]:
    return [part for line in (*draft.found.values(), *draft.to, *draft.info, *draft.captions) for part in line.parts]


def _banners_below(draft: Draft, rows: Sequence[Row], channel: Channel, codes: Codes) -> None:
    """Take the levels that stand alone among the text as banners: for a header that shows no level."""
    for row in rows:
        if row.text.isupper() and len(row.text) < _LONGEST_BANNER:
            banner = read_class_line(row, channel, codes)
            if banner and banner.gain > _CLEAR_BANNER and not banner.part("class.number"):
                draft.banners.append(banner)


def _look_around(draft: Draft, furniture: Sequence[Row], channel: Channel, codes: Codes) -> None:
    """Take page heads and banners as witnesses."""
    draft.release = release_stamp([row.text for row in furniture])
    least = 0.5 if is_form(draft) else 2.0
    for row in furniture:
        if len(row.text) > 90 or form_head(row.text, channel):
            continue
        page = read_file_page_head(row, channel, codes) or read_page_head(row, channel, codes)
        if page:
            draft.pages.append(page)
            continue
        banner = read_class_line(_capitals_of(row), channel, codes) if len(row.text) < 40 else None
        if banner and not banner.part("class.number") and banner.gain > least:
            draft.banners.append(banner)


def _capitals_of(row: Row) -> Row:
    """A row without the scraps in small letters at its ends: `ce es ee LIMITED OFFICIAL USE`."""
    large = [at for at, word in enumerate(row.words) if word.isupper() and len(word) > 2]
    scraps = large and not any(
        word.isupper() and len(word) > 1 for word in (*row.words[: large[0]], *row.words[large[-1] + 1 :])
    )
    return row.cut(large[0], large[-1] + 1) if scraps else row


def _decide(draft: Draft, channel: Channel, codes: Codes, body: Sequence[str]) -> Decided:
    """Settle all variables of the message."""
    verdicts = Verdicts()
    precedence = settle_precedence(draft, verdicts, channel)
    moment, confidence = settle_date(draft, verdicts, channel, codes)
    day = moment.day if moment else None
    settle_decl(draft, day, verdicts, channel)
    number = settle_number(draft, verdicts, channel)
    settle_sections(draft, verdicts, channel)
    settle_level(draft, verdicts, codes)
    settle_post(draft, verdicts, channel, codes)
    settle_channel(draft, verdicts)
    settle_names(draft, verdicts, channel, codes)
    settle_routing(draft, verdicts, channel, codes)
    settle_order(draft, day, verdicts, codes)
    settle_keywords(draft, verdicts)
    tags = settle_tags(draft, day.year if day else None, verdicts, channel, codes)
    if not count_errors(_line_parts(draft), verdicts)[0]:
        keep_unknown_tags(tags, verdicts)
    texts = _texts(draft)
    own, named = _posts_named(draft, verdicts)
    refs = read_references(texts["refs"], channel, codes, own, named) if "refs" in texts else []
    settle_cited_years(refs, day.year if day else None, verdicts)
    adds_up = settle_distribution(draft, verdicts, channel, codes)
    decided = Decided(draft, verdicts, moment, confidence, precedence, number, tags, texts, refs, adds_up)
    wrong, total = count_errors(_all_parts(decided), verdicts)
    decided.error_rate, decided.clean = error_rate(wrong, total), not wrong
    if "subject" in texts:
        end = len(without_small_tail(texts["subject"].text))
        words = read_capitals(texts["subject"], 0, channel, verdicts, body, decided.clean)
        decided.words = [word for word in words if word[1] <= end]
    return decided


def _make_header(decided: Decided, channel: Channel, codes: Codes) -> Header:
    """The header with its fields, repairs and facts."""
    draft, verdicts = decided.draft, decided.verdicts
    more = [*decided.tags, *(part for item in decided.refs for _, _, part in item.parts)]
    more += [part for _, _, part in (*decided.words, *decided.titles)]
    fields = make_fields(decided)
    return Header(
        format_lines(draft),
        fields,
        make_repairs(draft, more, verdicts),
        check_header(decided, fields, codes),
        era_of(draft, decided.moment.day.year if decided.moment else None),
        make_extra(draft, verdicts, channel),
    )


def _posts_named(draft: Draft, verdicts: Verdicts) -> tuple[str, list[str]]:
    """The post of the message, and those of its addresses."""
    line, sender = draft.found.get("classification"), draft.found.get("from")
    own = line.part("class.post") if line else None
    own = own or (sender.part("from.1.name.post") if sender else None)
    parts = [part for item in (*draft.to, *draft.info) for part in item.parts if part.name.endswith(".name.post")]
    return (verdicts.of(own).text.upper() if own else ""), [verdicts.of(part).text.upper() for part in parts]


def _texts(draft: Draft) -> dict[str, Run]:
    """The running text of the fields that have one, by the name of the field."""
    found = {}
    for kind, name in (("subject", "subject"), ("ref", "refs"), ("classified-by", "classified_by")):
        line, rows = draft.found.get(kind), draft.runs.get(kind, [])
        if line is None or not rows:
            continue
        part = next((part for part in line.parts if part.name.endswith(".text")), None)
        if part is not None or len(rows) > 1:
            found[name] = run_of(rows, len(rows[0].text) - (len(part.seen) if part else 0))
    return found


def _classified_paragraph(rows: Sequence[Row], channel: Channel) -> dict[str, Run]:
    """`1. (U) CLASSIFIED BY: ...`, where the first paragraph says it: a field whose lines are text of the message."""
    for at, row in enumerate(rows[:_BY_WITHIN]):
        mark = _BY_PARAGRAPH.match(row.text)
        if mark is None:
            continue
        line = read_classified_line(row.cut(len(mark[0].split()), len(row.words)), channel)
        text = line.part("by.text") if line else None
        if text is None:
            return {}
        run = [row]
        while len(run) < min(_BY_LINES, len(rows) - at) and not has_reasons(" ".join(item.text for item in run)):
            run.append(rows[at + len(run)])
        return {"classified_by": run_of(run, len(row.text) - len(text.seen))}
    return {}


def format_lines(draft: Draft) -> tuple[FormatLine, ...]:
    """The lines of the header in source order; each addressee is one of its own."""
    found: list[FormatLine] = []
    for kind, parsed in draft.found.items():
        rows = draft.runs.get(kind, parsed.rows)
        if kind != "form" or not draft.aside.intersection(parsed.numbers):
            found.append(FormatLine(kind, tuple(dict.fromkeys(number for row in rows for number in row.numbers))))
    for kind in ("to", "info"):
        taken = {number for line in found for number in line.lines}
        items = [item for item in getattr(draft, kind) if draft.found.get(kind) is not item]
        rests = (tuple(number for number in numbers if number not in taken) for numbers in _each_once(items))
        found += [FormatLine(kind, numbers) for numbers in rests if numbers]
    found += [FormatLine("caption", item.numbers) for item in draft.captions]
    loose = {"pass": draft.passing, "cleared": draft.cleared, "protocol": draft.protocol, "exempt": draft.exempt}
    loose |= {"classification": draft.levels, "distribution": draft.margin}
    for kind, rows in loose.items():
        found += [FormatLine(kind, row.numbers) for row in rows]
    return tuple(sorted(found, key=lambda item: item.lines))


def _each_once(items: Sequence[Parsed]) -> list[tuple[int, ...]]:
    """The lines of some addressees; of several on one line that line once."""
    return list(dict.fromkeys(item.numbers for item in items))


__all__ = ["format_lines", "protocol_lines", "read_header", "read_signature"]
