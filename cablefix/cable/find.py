"""Find the format lines of a header among the lines of a document.

Each line is offered to the readers of all kinds; what they make of it is a candidate with a gain in nats. The best
chain of candidates in the order of the format is the header. Lines between them (stamps, banners, notes in the
margin) cost a little each, a step back in the order costs more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cablefix.cable.address import read_address, read_keyword, read_titled
from cablefix.cable.airgram import read_airgram_head, read_airgram_number, read_sender
from cablefix.cable.bodylines import (
    read_classified_line,
    read_eo_line,
    read_ref_line,
    read_subject_line,
    read_tags_line,
)
from cablefix.cable.channel import Channel
from cablefix.cable.classline import read_caption_line, read_class_line
from cablefix.cable.codes import Codes
from cablefix.cable.dtgline import read_dtg_line
from cablefix.cable.eralines import (
    read_action_line,
    read_control_line,
    read_distribution_line,
    read_drafting_line,
    read_lone_office,
    read_number_line,
)
from cablefix.cable.fields import Line
from cablefix.cable.formatlines import (
    read_channel_line,
    read_de_line,
    read_routing_line,
    read_security_line,
)
from cablefix.cable.openings import (
    ACTION,
    ANY,
    CHANNEL,
    CLASSIFIED,
    DE,
    DISTRIBUTION,
    DRAFTING,
    FROM,
    INFO,
    REF,
    SUBJECT,
    TAGS,
    TO,
    openings,
)
from cablefix.cable.rows import Parsed, Row
from cablefix.cable.telegram import read_form_address, read_form_line, read_indicate_line
from cablefix.text import count_capitals, count_figures, count_small

ORDER = {
    "channel": 0,
    "routing": 1,
    "de": 2,
    "security": 3,
    "form": 3,
    "airgram": 3,
    "indicate": 3,
    "action": 4,
    "distribution": 5,
    "drafted": 6,
    "approved": 7,
    "control": 7,
    "received": 7,
    "dtg": 8,
    "from": 9,
    "to": 10,
    "info": 11,
    "number": 11,
    "classification": 12,
    "caption": 13,
    "eo": 14,
    "tags": 15,
    "subject": 16,
    "ref": 17,
    "classified-by": 18,
}
STRONG = frozenset(
    "channel de security dtg eo tags action distribution number control received form airgram indicate".split()
)
# Numbers and hours alone make no telegram of 1950-63: other papers have them too.
_TELLING = STRONG - {"number", "control", "received"} | {"classification"}
_KNOWN_POST = 8.0
_LONGEST = 160
_MOST_WORDS = 16  # of an address with scraps behind it
_AFTER = 4
_LONE = re.compile(r"(?:[Aa]|[Cc])[A-Za-z]{4,6}[:;.!]")
_STEP = 0.12
_MOST_STEPS = 40
_BACK = 4.0
_LEAST = {"eo": 3.0, "tags": 1.0, "subject": 1.0, "classification": 1.0}
_CERTAIN = 10.0
_HEAD = 8
_BEGINNING = re.compile(
    r"V[Z2].?[CG][Z2][CG]|D[EB] R\S{4,7} \S{4,8}|[OPRZ0] \d{6}[Z2] [A-Z]{3} \d\d$|(?:INCOM|OUTGO)ING TELEGRAM"
    r"|(?i:N[O0]\W{1,3}\d{1,5}, .*SECTION|control\W{1,3}\S{3,6}$)"
)
_SURE, _MANY, _FAR = 7.0, 6, 18
_APART, _CLEAR = 8, 2.5
_ENOUGH = 15.0
_REST_OF_CLASS = re.compile(r"(?:[A-Z][A-Z'. ]{1,24} )?[0-9O]{3,7}")
_CLASSIFIED = re.compile(r"(?:[({\[]\S{1,4}[)}\]] )?CLA", re.IGNORECASE)
_FIRST_REFERENCE = re.compile(r"\W{0,2}[Aa][.):]{1,2} ?(?:\d{2,4} )?[A-Za-z]")
_PARAGRAPH = re.compile(r"\S{0,4}\d{1,2}\s?[.,]\s+[({\[]\s?[A-Z/]{1,7}\s?[)}\]]")


def candidates(row: Row, channel: Channel, codes: Codes, after: Sequence[Row] = ()) -> list[Parsed]:
    """What a row may be, each with its gain; rows of running text give nothing.

    `after` are the next rows: a keyword may stand alone and its address or number below it.
    """
    text = row.text
    if not headerlike(text):
        return []
    if len(row.words) == 1 and (len(text) <= 6 or _LONE.fullmatch(text)):
        return _lone_keyword(row, after, channel, codes)
    may = openings(row.words[0], channel) | ANY
    found = [read(row, after, channel, codes) for needs, read in _READERS if needs & may]
    return [parsed for parsed in found if parsed is not None and parsed.gain > -4.0]


def _from_line(row: Row, after: Sequence[Row], channel: Channel, codes: Codes) -> Parsed | None:
    sender = read_sender(row, channel, codes)
    if sender or not openings(row.words[0], channel) & FROM:
        return sender
    return _addressed(row, "from", channel, codes)


def _to_line(row: Row, after: Sequence[Row], channel: Channel, codes: Codes) -> Parsed | None:
    form = read_form_address(row, after[0] if after else None, channel, codes)
    if form or not openings(row.words[0], channel) & TO:
        return form
    return _addressed(row, "to", channel, codes)


def _info_line(row: Row, channel: Channel, codes: Codes) -> Parsed | None:
    return read_distribution_line(row, channel, True, codes) or _addressed(row, "info", channel, codes)


def _class_line(row: Row, after: Sequence[Row], channel: Channel, codes: Codes) -> Parsed | None:
    """The line of level, sections, post and number; what did not fit on it may stand on the next one."""
    parsed = read_class_line(row, channel, codes)
    if parsed is None or not after or parsed.part("class.number") or not _REST_OF_CLASS.fullmatch(after[0].text):
        return parsed
    both = Row(Line(row.number, (*row.line.tokens, *after[0].line.tokens)))
    whole = read_class_line(both, channel, codes)
    if whole is None or whole.part("class.number") is None or whole.part("class.post") is None:
        return parsed
    whole.rows.append(after[0])
    return whole


# What reads a line, with what its first word must be able to open for it; `ANY` where that does not tell.
_READERS: tuple[tuple[int, Callable[[Row, Sequence[Row], Channel, Codes], Parsed | None]], ...] = (
    (CHANNEL, lambda row, after, channel, codes: read_channel_line(row, channel, codes, after[0] if after else None)),
    (DE, lambda row, after, channel, codes: read_de_line(row, channel, codes)),
    (ANY, lambda row, after, channel, codes: read_security_line(row, channel, codes)),
    (ANY, lambda row, after, channel, codes: read_dtg_line(row, channel, codes)),
    (ANY, _from_line),
    (ANY, _to_line),
    (INFO | DISTRIBUTION, lambda row, after, channel, codes: _info_line(row, channel, codes)),
    (ANY, lambda row, after, channel, codes: _class_line(row, after, channel, codes)),
    (ANY, lambda row, after, channel, codes: read_eo_line(row, channel, codes)),
    (TAGS, lambda row, after, channel, codes: read_tags_line(row, channel)),
    (SUBJECT, lambda row, after, channel, codes: read_subject_line(row, channel)),
    (REF, lambda row, after, channel, codes: read_ref_line(row, channel)),
    (CLASSIFIED, lambda row, after, channel, codes: read_classified_line(row, channel)),
    (ACTION, lambda row, after, channel, codes: read_action_line(row, channel, codes)),
    (DRAFTING, lambda row, after, channel, codes: read_drafting_line(row, channel)),
    (ANY, lambda row, after, channel, codes: read_control_line(row, channel, codes, after)),
    (ANY, lambda row, after, channel, codes: read_number_line(row, channel, codes, after[0] if after else None)),
    (ANY, lambda row, after, channel, codes: read_form_line(row, channel) or read_airgram_head(row, channel)),
    (ANY, lambda row, after, channel, codes: read_airgram_number(row)),
    (ANY, lambda row, after, channel, codes: read_indicate_line(row, after[0] if after else None, channel)),
    (ANY, lambda row, after, channel, codes: read_caption_line(row, channel, codes)),
    (ANY, lambda row, after, channel, codes: read_routing_line(row, channel, codes)),
)


def _lone_keyword(row: Row, after: Sequence[Row], channel: Channel, codes: Codes) -> list[Parsed]:
    """FM, TO, INFO, NO, ACTION, REFS alone on a line, with what they announce on the next one; or a caption."""
    found = []
    caption = read_caption_line(row, channel, codes)
    if caption is not None:
        found.append(caption)
    if not after:
        return found
    below = after[0]
    if ":" in row.text and _FIRST_REFERENCE.match(below.text) and (listed := read_ref_line(row, channel)):
        found.append(listed)
    more = (
        read_lone_office(row, below, codes),
        read_form_address(row, below, channel, codes),
        read_number_line(row, channel, codes, below),
        read_control_line(row, channel, codes, after),
    )
    found += [parsed for parsed in more if parsed is not None]
    for kind in ("from", "to", "info"):
        keyword = read_keyword(row, kind, channel)
        address = read_address(below, 0, f"{kind}.1", channel, codes) if keyword else None
        if keyword is not None and ":" in row.text and (titled := _titled_below(after, kind, channel, codes)):
            below, address = titled.rows[0], titled
        if keyword is None or address is None or address.gain < (3.0 if ":" in row.text else 4.0):
            continue
        found.append(
            Parsed(kind, [row, below], [keyword[0], *address.parts], min(address.gain, 8.0) + 1.0 - keyword[1])
        )
    return found


def _titled_below(after: Sequence[Row], kind: str, channel: Channel, codes: Codes) -> Parsed | None:
    """What a lone `FROM:` or `TO:` announces in small letters; columns of a form may be read in between."""
    for number, row in enumerate(after if kind == "to" else after[:1]):
        titled = read_titled(row, 0, f"{kind}.1", channel, codes)
        if (
            titled is not None
            and titled.gain >= (2.5 if number else 2.0)
            and (not number or titled.parts[0].seen[:4] == "Secr")
        ):
            return titled
    return None


def headerlike(text: str) -> bool:
    """Whether a line can be part of a header: mostly capitals and digits, or a keyword with a colon.

    >>> headerlike("TAGS: PREL"), headerlike("told us that the talks would go on for another week at least")
    (True, False)
    """
    if len(text) < 24 or ":" in text[:20] or ";" in text[:8] or _CLASSIFIED.match(text):
        return True
    return count_small(text) <= count_capitals(text) + count_figures(text)


def _least_gain(parsed: Parsed) -> float:
    return _LEAST.get(parsed.kind, -2.0)


def _addressed(row: Row, kind: str, channel: Channel, codes: Codes) -> Parsed | None:
    keyword = read_keyword(row, kind, channel) if 2 <= len(row.words) <= _MOST_WORDS else None
    if keyword is None:
        return None
    part, cost = keyword
    address = read_address(row, 1, f"{kind}.1", channel, codes)
    if address is None or address.gain < 0.5 + cost / 4:
        return None
    return Parsed(kind, [row], [part, *address.parts], min(address.gain, 9.0) + 2.0 - 0.7 * cost)


def best_chain(found: Sequence[tuple[int, Parsed]]) -> tuple[float, list[tuple[int, Parsed]]]:
    """The chain of candidates (row index, parsed) with the greatest gain; each row and each kind at most once.

    Captions may come more than once.
    """
    scores: list[float] = []
    links: list[int] = []
    for at, (row, parsed) in enumerate(found):
        best, link = 0.0, -1
        order = ORDER[parsed.kind]
        for before in range(at - 1, -1, -1):
            other_row, other = found[before]
            if other_row == row or row - other_row > 4 * _MOST_STEPS:
                continue
            step = scores[before] - _STEP * min(row - other_row - 1, _MOST_STEPS)
            if ORDER[other.kind] > order:
                step -= _BACK if parsed.kind != "caption" else 2.5 * _BACK
            elif other.kind == parsed.kind and parsed.kind != "caption":
                step -= 2 * _BACK
            if step > best:
                best, link = step, before
        scores.append(best + parsed.gain)
        links.append(link)
    if not scores:
        return 0.0, []
    end = max(range(len(scores)), key=scores.__getitem__)
    total = scores[end]
    chain = []
    while end >= 0:
        chain.append(found[end])
        end = links[end]
    return total, chain[::-1]


def find_chain(rows: Sequence[Row], channel: Channel, codes: Codes) -> tuple[float, list[tuple[int, Parsed]]]:
    """The header chain among rows: its total gain, and its candidates with their row indexes."""
    found: list[tuple[int, Parsed]] = []
    since = sure = last = clear = 0
    anew: dict[str, int] = {}
    for index, row in enumerate(rows[:_LONGEST]):
        after = rows[index + 1 : index + 1 + _AFTER]
        if _PARAGRAPH.match(row.text):
            since += 1
            if since >= 3:
                break
            continue
        if _begins_anew(row, index, anew):
            break
        offers = [
            (index, parsed)
            for parsed in candidates(row, channel, codes, after)
            if parsed.gain > _least_gain(parsed) and not (clear and index - clear > _APART and _is_banner(parsed))
        ]
        found += offers
        if any(parsed.gain > _CLEAR for _, parsed in offers):
            clear = index
        for _, parsed in offers:
            if (parsed.kind in ("channel", "de", "dtg") and parsed.gain > _CERTAIN) or parsed.part("no.section"):
                anew.setdefault(parsed.kind, index)
        if any(parsed.gain > _SURE for _, parsed in offers):
            sure, last = sure + 1, index
        elif sure >= _MANY and index - last > _FAR:
            break
    total, chain = best_chain(found)
    return total, _one_of_each(chain)


def _is_banner(parsed: Parsed) -> bool:
    """Whether a line is a level and nothing else; well below the other lines it is the banner of a page."""
    return parsed.kind == "classification" and not parsed.part("class.number") and not parsed.part("class.section")


def _begins_anew(row: Row, index: int, begun: dict[str, int]) -> bool:
    """Whether a line begins another header: its first lines come again, far below those of this one."""
    if not begun or index - max(begun.values()) < _HEAD:
        return False
    return bool(_BEGINNING.match(row.text))


def _one_of_each(chain: list[tuple[int, Parsed]]) -> list[tuple[int, Parsed]]:
    """Of two lines of one kind the better one; captions stay."""
    best: dict[str, tuple[int, Parsed]] = {}
    for item in chain:
        kind = item[1].kind
        if kind not in best or item[1].gain > best[kind][1].gain:
            best[kind] = item
    return [item for item in chain if item[1].kind == "caption" or best[item[1].kind] is item]


def is_cable(total: float, chain: Sequence[tuple[int, Parsed]]) -> bool:
    """Whether a chain is enough to call the document a cable.

    A memorandum has FROM, TO, SUBJECT and a classification too: at least two lines that only cables have must be there.
    """
    strong = 0.0
    if not any(parsed.kind in _TELLING or _of_service(parsed) for _, parsed in chain):
        return False
    for _, parsed in chain:
        if (parsed.kind in STRONG and parsed.gain > 4.0) or (
            parsed.kind == "classification" and parsed.part("class.number") and parsed.gain > 6.0
        ):
            strong += 1
        elif parsed.kind in ("from", "to", "info") and (parsed.named(f"{parsed.kind}.1.routing") or _headed(parsed)):
            strong += 0.5
    return total >= _ENOUGH and strong >= 1.5


def _of_service(parsed: Parsed) -> bool:
    """Whether an address is one of the Foreign Service: a post, or the Secretary."""
    if parsed.kind not in ("from", "to"):
        return False
    post = parsed.part(f"{parsed.kind}.1.name.post")
    known = post is not None and post.best.cost < _KNOWN_POST
    return known or _headed(parsed) or any("SECRETARY OF" in part.best.text.upper() for part in parsed.parts)


def _headed(parsed: Parsed) -> bool:
    head, post = (parsed.part(f"{parsed.kind}.1.name.{name}") for name in ("head", "post"))
    return head is not None and (head.best.cost < 4.0 or (post is not None and post.best.cost < 0.5))
