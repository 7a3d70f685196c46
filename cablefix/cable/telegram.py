"""The telegram form of 1950-63: its head, the addresses of outgoing telegrams, running references, captions.

The Department printed both kinds on forms: `INCOMING TELEGRAM` with control number, FROM, TO, NO, and `OUTGOING
TELEGRAM` (form DS-322) with INDICATE, ACTION, INFO and, below the text, who drafted it and who approved it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cablefix.cable.address import read_tail
from cablefix.cable.channel import Channel, Decoded, close_words, fold, nearest
from cablefix.cable.codes import Codes, upper_name
from cablefix.cable.names import limit_of, read_post, vocabulary
from cablefix.cable.rows import MONTHS, Parsed, Part, Row, exact, strip_dust

FORM_KINDS = ("form", "airgram", "indicate", "number", "control", "received")
_WAYS = ("INCOMING", "OUTGOING")
_STATE = "DEPARTMENT OF STATE"
_NEAR = 1.6
_LONGEST_HEAD = 9
_LEAST_WAY = 7
_HEAD_WITHIN = 48  # characters of a line that both words of the head begin in
_TWO_LONG = re.compile(r"\S{7}\W{1,12}(?<!\S)\S{7}")
# Both words of the head begin with a capital, whatever marks stand around them.
_SHOUTED = re.compile(r"[^\W\d_a-z]\S{3,8}[\W_]*\s[\W_]*[^\W\d_a-z]\S{3}")
_KEYS = {"ACTION": "to", "SENT TO": "to", "TO": "to", "INFO": "info", "RPTD INFO": "info", "REPEATED INFO": "info"}
_LONG_KEYS = tuple(key for key in _KEYS if len(key) > 3)
_KEY = re.compile(
    r"(?P<key>(?:[A-Z][A-Za-z0-9]|[a-z][A-Z]{2})[A-Za-z0-9]{0,7}(?: (?:\W )?[A-Z][A-Za-z0-9]{1,4})?)"
    r"\s?(?P<mark>[:;.])(?=\s|$|[A-Z])"
)
_BARE_KEY = re.compile(r"(?P<key>ACTION|INFO|SENT TO|TO|RPTD INFO) (?=[A-Z][a-z])")
_MARGIN = re.compile(
    r"(?:[A-Z/]{1,4}[.,]? ){1,2}(?=(?:ACTION|INFO|SENT TO|FROM|TO|NO|RPTD INFO)\s?:|A[mM][A-Za-z]{5,7} [A-Z]{3})"
)
_BESIDE = re.compile(r"[A-Z/]{1,4}[.,]?|Action|Info")
_WIDE = 4  # blanks that part the margin of a form from its lines
_INDICATE = re.compile(r"\W{0,3}(?P<word>\w{7,9})\s?[:;.]")
_CHARGE = re.compile(r"\bC[O0]LLECT\b|\bCHARGE\b", re.IGNORECASE)
_TEL = (
    r"(?:(?:dep|emb|con|leg|your|our|my|ref|us)(?:cir|circ)?tels?\.?"
    r"|(?:(?:the )?(?:department|embassy|consulate|legation|mission)(?:['’]s)? )(?:circular )?(?:telegrams?|airgrams?)"
    r"|(?:your|our|my) (?:telegrams?|airgrams?))"
)
_NUMBER = r"(?:,? ?(?:no\.?|number) )?\s?(?:[A-Z]-)?\d{1,6}(?: \(NOTAL\))?"
_CITED = rf"(?:{_TEL}|(?!(?:{MONTHS})[A-Z]{{0,6}}\b)[A-Z]{{3,}}(?: [A-Z]{{3,}})?(?:['’]s)?)\s?{_NUMBER}"
_PLAIN = re.compile(
    rf"(?:re(?:f(?:erence)?s?)?[:;.]? ?)?"
    rf"(?P<refs>{_TEL}\s?{_NUMBER}(?:(?:[,;]| and|, and) (?:{_CITED}|\d{{1,6}}))*)\W*",
    re.IGNORECASE,
)
_PIECE = re.compile(rf"(?i:{_CITED})(?:(?:,| and|, and) \d{{1,6}}(?!\d))*(?!\d)")
_POST_NUMBER = re.compile(r"(?P<name>[A-Z][A-Za-z' ]*[A-Za-z])(?: (?P<number>\d{1,5}))?(?:\s?[,;]\s?|\s?\.?$)")
_BETWEEN = re.compile(r"\W*(?:and\W*)?", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:LIMIT(?:ED)? DISTRIBUTION|NO DISTRIBUTION|VERBATIM TEXT|(?:LITERALLY )?EYES ONLY|NO ?FORN|NO FOREIGN DISSEM"
    r"|PRESIDENTIAL HANDLING|FOR THE (?:SECRETARY|UNDER SECRETARY|PRESIDENT)(?: ONLY| FROM [A-Z. ]{3,24})"
    r"|(?:LIMIT|LIMITED|EXCLUSIVE) (?:FOR|TO)\b)(?!.* (?:IS|ARE|WAS|WERE|HAS|HAD|WILL)\b).{0,44}",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"\W{0,2}(?:SECTION|PART) (?P<section>[A-Z]{3,5}|\d{1,2}) OF (?P<total>[A-Z]{3,5}|\d{1,2})\W{0,3}", re.IGNORECASE
)


def form_head(text: str, channel: Channel) -> str:
    """`incoming` or `outgoing` where a line is the head of the form, damaged or not; empty where it is none.

    >>> from cablefix.cable.channel import load_channel
    >>> [form_head(text, load_channel()) for text in ("OUTGOlNG TELEGRAM Department of State", "Outgoing mail")]
    ['outgoing', '']
    """
    if not _TWO_LONG.search(text, 0, _HEAD_WITHIN) or not _SHOUTED.search(text):
        return ""
    words = [word for word in map(strip_dust, text.split()) if word]
    if not 2 <= len(words) <= _LONGEST_HEAD:
        return ""
    for at in range(min(3, len(words) - 1)):
        way, kind = words[at].upper(), words[at + 1].upper()
        if not _LEAST_WAY <= len(way) <= 9 or not _LEAST_WAY <= len(kind) <= 9:
            continue
        near = nearest(channel, way, _WAYS, _NEAR * 8, 1)
        rest = " ".join(words[at + 2 : at + 5]).upper()
        state = bool(rest) and channel.word_cost(_STATE, rest, 24.0) < 24.0
        limit = _NEAR * (16 if state else 8)
        if not near or channel.word_cost("TELEGRAM", kind, limit) >= limit:
            continue
        shouted = words[at][:1].isupper() and words[at + 1][:1].isupper()
        if shouted and (not rest or state or text.isupper()):
            return near[0][0].lower()
    return ""


def read_form_line(row: Row, channel: Channel) -> Parsed | None:
    """`INCOMING TELEGRAM Department of State`: the head of the form."""
    way = form_head(row.text, channel)
    if not way:
        return None
    parts = [Part("form.way", row.span(0, len(row.text)), row.text, [Decoded(row.text, 0.0)])]
    state = state_part(row, channel)
    return Parsed("form", [row], [*parts, state] if state else parts, 8.0)


def state_part(row: Row, channel: Channel) -> Part | None:
    """`Department of State` in the head of the form."""
    state = re.search(r"\w{8,11} of S\w{3,4}\b", row.text, re.IGNORECASE)
    if state is None or len(row.words) > _LONGEST_HEAD:
        return None
    printed = _STATE if state[0].isupper() else "Department of State"
    cost = channel.word_cost(_STATE, state[0].upper(), 20.0)
    return Part("form.state", row.span(*state.span()), state[0], [Decoded(printed, cost)]) if cost < 20.0 else None


def form_way(parsed: Parsed | None) -> str:
    """Whether a form head is that of incoming or of outgoing telegrams."""
    if parsed is None:
        return ""
    return "outgoing" if re.search(r"[O0C]UT|G[O0]ING", parsed.rows[0].text.upper()[:12]) else "incoming"


def read_indicate_line(row: Row, below: Row | None, channel: Channel) -> Parsed | None:
    """`INDICATE: COLLECT` / `CHARGE TO`: how an outgoing telegram is paid for."""
    match = _INDICATE.match(row.text)
    if match is None or len(row.text) > 60:
        return None
    cost = channel.word_cost("INDICATE", match["word"].upper(), 10.0)
    nearby = f"{row.text[match.end() :]} {below.text if below is not None else ''}"
    if cost >= 10.0 or not match["word"][0].isupper() or not _CHARGE.search(nearby):
        return None
    rows = [row, below] if below is not None and len(below.text) < 30 and _CHARGE.search(below.text) else [row]
    return Parsed("indicate", rows, [], 6.0 - 0.3 * cost)


def read_form_address(row: Row, below: Row | None, channel: Channel, codes: Codes) -> Parsed | None:
    """`ACTION: Amembassy SAIGON IMMEDIATE 748`, `INFO: Amembassy ATHENS 236`, `SENT TO: Amconsul GENEVA 12`.

    The keyword may stand alone with the address on the next line.
    """
    match = _KEY.match(row.text) or _BARE_KEY.match(row.text)
    if match is None:
        return None
    key = re.sub(r"\W+", " ", match["key"].upper())
    near = [(key, 0.0)] if key in _KEYS else nearest(channel, key, _LONG_KEYS, 7.0, 1)
    if not near:
        return None
    kind, cost = _KEYS[near[0][0]], near[0][1]
    rows, at = [row], match.end()
    while at < len(row.text) and row.text[at] in " .:;•":
        at += 1
    if at >= len(row.text):
        if below is None or len(below.words) > 7:
            return None
        rows, at = [row, below], 0
    address = read_form_entry(rows[-1], at, f"{kind}.1", channel, codes, shouted=near[0][0] != "TO")
    if address is None:
        return None
    a, b = match.span("key")
    printed = near[0][0] if row.text[a:b].isupper() or cost > 2.0 else row.text[a:b]
    word = Part(f"{kind}.word", row.span(a, b), row.text[a:b], [Decoded(printed, cost)], rule="header.keyword")
    return Parsed(kind, rows, [word, *address.parts], min(address.gain, 8.0) + 2.0 - 0.5 * cost)


def has_margin(rows: Sequence[Row]) -> bool:
    """Whether lines of a form begin with the words that head the offices in its margin: `Action`, `Info`."""
    return any(row.words[0] in ("Action", "Info") for row in rows)


def without_margin(row: Row, codes: Codes, *, beside: bool = False) -> Row:
    """The row without the offices that the margin of the form has beside it: `ARA ACTION: Amembassy QUITO 214`.

    `beside`: the form is known to have a margin. Then any short word in capitals before a label is an office, and one
    before a wide gap, as is `Action` or `Info` there.
    """
    match = _MARGIN.match(row.text)
    if match is not None:
        offices = (word.strip(".,") for word in match[0].split())
        if beside or all(word in codes.distribution_offices or len(word) < 3 for word in offices):
            return row.cut(len(match[0].split()), len(row.words))
    places = zip(row.line.ends, row.line.starts[1:], strict=False)
    gap = next((at for at, (end, start) in enumerate(places, 1) if start - end >= _WIDE), 0) if beside else 0
    if 0 < gap <= 2 and all(_BESIDE.fullmatch(word) for word in row.words[:gap]):
        return row.cut(gap, len(row.words))
    return row


def read_form_entry(
    row: Row, start: int, prefix: str, channel: Channel, codes: Codes, *, shouted: bool = False
) -> Parsed | None:
    """An address whose head is printed in small letters (`Amembassy SAIGON PRIORITY 12`); None where it is not.

    `shouted` allows a head in capitals too. Names stay as printed: small letters are no damage here.
    """
    words = [at for at in range(len(row.words)) if row.starts[at] >= start and row.bare[at]]
    if not words or len(words) > 7:
        return None
    seen = row.bare[words[0]]
    named = len(words) > 1 and row.bare[words[1]] in codes.posts
    head = _head(seen, 2.4 if named else 1.4, channel, codes)
    if head is None and len(words) > 2 and (joined := _head(seen + row.bare[words[1]], 1.4, channel, codes)):
        head = [Decoded(item.text, item.cost + channel.split) for item in joined]
        seen, words = row.text[row.starts[words[0]] : row.word_end(words[1])], words[1:]
    small = sum(map(str.islower, seen))
    if head is None or (2 * small < len(seen) and not shouted):
        return None
    if 2 * small < len(seen):
        head = [Decoded(item.text.upper(), item.cost + channel.case * small) for item in head]
    last, tail = read_tail(row, words, prefix, channel, vocabulary(codes).words)
    begin = row.text.find(seen, max(0, start))
    parts = [Part(f"{prefix}.name.head", row.span(begin, begin + len(seen)), seen, head, rule="header.address")]
    gain = max(0.5, 5.0 - 0.6 * head[0].cost) + (1.0 if tail else 0.0)
    if last > words[0]:
        a = row.starts[words[1]]
        b = a + len(row.text[a : row.word_end(last)].rstrip(" .,:;"))
        name = row.text[a:b]
        post = read_post(name, codes, channel)
        known = post[0].text in codes.posts and post[0].cost < limit_of(name)
        if not known and (seen.upper() == "EMBASSY" or not all(word[:1].isupper() for word in name.split())):
            return None
        same = upper_name(name) == post[0].text
        printed = name if same or not known else post[0].text if name[:2].isupper() else post[0].text.title()
        readings = [Decoded(printed, 0.05 if same else post[0].cost)] if known else [Decoded(name, 1.0)]
        parts.append(Part(f"{prefix}.name.post", row.span(a, b), name, readings, rule="header.address"))
        gain += 3.0 if known else 0.0
    return Parsed(prefix.split(".")[0], [row], parts + tail, gain)


def _head(seen: str, share: float, channel: Channel, codes: Codes) -> list[Decoded] | None:
    known = vocabulary(codes)
    plain = fold(seen).upper()
    if plain in known.heads and len(plain) > 3:
        return [Decoded(seen, 0.05)]
    if len(plain) < 6:
        return None
    near = nearest(channel, plain, close_words(plain, known.head_list, 1 + len(plain) // 4), share * len(plain), 1)
    if not near:
        return None
    word = near[0][0] if seen.isupper() else near[0][0].title()
    return [Decoded(word, near[0][1])]


def read_running_reference(row: Row) -> Parsed | None:
    """`Deptel 612.`, `Reference Department telegram 33.`, `RE: DEPTEL 612, EMBTEL 698`: a line of references only.

    A sentence that begins with a reference (`Deptel 558 requested evaluation`) is none.
    """
    match = _PLAIN.fullmatch(row.text)
    if match is None:
        return None
    text = row.text[match.start("refs") :]
    part = Part("ref.text", row.span(match.start("refs"), len(row.text)), text, [Decoded(text, 0.0)])
    return Parsed("ref", [row], [part], 5.0)


def cited_pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where each reference of a running list stands; nothing where the text is no such list.

    >>> [("DEPTEL 612, EMBTEL 698."[a:b]) for a, b in cited_pieces("DEPTEL 612, EMBTEL 698.")]
    ['DEPTEL 612', 'EMBTEL 698']
    >>> list(cited_pieces("Deptel 558 requested evaluation"))
    []
    """
    at, found = 0, []
    while at < len(text):
        match = _PIECE.match(text, at)
        if match is None:
            return
        found.append(match.span())
        gap = _BETWEEN.match(text, match.end())
        at = gap.end() if gap else match.end()
    yield from found


def is_series(name: str) -> bool:
    """Whether a word names a series of telegrams: `Deptel`, `Department telegram`, `Contel`.

    >>> is_series("Deptel"), is_series("Embassy's telegram"), is_series("LONDON")
    (True, True, False)
    """
    return re.fullmatch(_TEL, name, re.IGNORECASE) is not None


def read_form_caption(row: Row) -> Parsed | None:
    """`Limit distribution.`, `EYES ONLY SECRETARY`, `Verbatim text`: a caption in small letters or with its readers."""
    text = row.text.rstrip(" .,;:")
    match = _CAPTION.fullmatch(text)
    if match is None or len(row.words) > 8:
        return None
    return Parsed("caption", [row], [exact("caption", row, 0, len(text), 0.3)], 4.0)


def read_section_line(row: Row) -> Parsed | None:
    """`SECTION ONE OF TWO`, `(Section 2 of 3)` on a line of its own."""
    match = _SECTION.fullmatch(row.text)
    if match is None:
        return None
    return Parsed("section", [row], [exact(f"no.{name}", row, *match.span(name)) for name in ("section", "total")], 4.0)


def read_posts(row: Row, channel: Channel, codes: Codes) -> list[Parsed]:
    """The posts with their numbers on a line such as `INFO: ACCRA 33, PARIS 71`; none where one of them is no post."""
    start = re.search(r"[:;]\s*", row.text)
    found: list[Parsed] = []
    at = start.end() if start else 0
    while at < len(row.text):
        match = _POST_NUMBER.match(row.text, at)
        if match is None:
            return []
        name = match["name"]
        post = read_post(name, codes, channel)
        if post[0].text not in codes.posts or post[0].cost >= limit_of(name):
            return []
        prefix = f"info.{len(found) + 1}"
        shown = name if upper_name(name) == post[0].text or not name.isupper() else post[0].text
        readings = [Decoded(shown, post[0].cost)]
        parts = [Part(f"{prefix}.name.post", row.span(*match.span("name")), name, readings, rule="header.address")]
        if match["number"]:
            number = Decoded(match["number"], 0.1)
            span = row.span(*match.span("number"))
            parts.append(Part(f"{prefix}.serial", span, match["number"], [number], rule="header.digits"))
        found.append(Parsed("info", [row], parts, 5.0))
        at = match.end()
    return found
