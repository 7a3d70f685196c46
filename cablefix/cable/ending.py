"""The end of a message and its protocol lines: signature, BT, serial, NNNN, relay counters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from cablefix.cable.channel import LETTERS, Channel, load_channel
from cablefix.cable.classline import read_class_line, read_page_head
from cablefix.cable.codes import Codes, upper_name
from cablefix.cable.eralines import ACTION_WORDS, OFFICE, is_counter_line, opens_action, read_file_page_head
from cablefix.cable.fields import Field, Header, Line, Reading
from cablefix.cable.rows import Row, rows_of, strip_dust
from cablefix.cable.settle import weigh
from cablefix.cable.split import clean_row
from cablefix.cable.telegramdraft import drafting_block
from cablefix.lexicon.wordlist import load_wordlist

_LAST_LINES = 14
_NAME = re.compile(r"(?:(?:MC|MAC|O['’]|D['’]|VAN|VON|DE|DER|LA|LE|ST\.?) ?)*[A-Z][A-Z0-9'’\-]{2,17}")
_SERIAL = re.compile(r"[#4H*][0-9OoIlBSZ]{4}")
_CONTROL_MARK = re.compile(r"\d{1,2}(?: ?[-–] ?S)?|\d\d")
_LONGEST_PROTOCOL = 24
_END = re.compile(r"(?:END OF (?:MESSAGE|DOCUMENT|TEXT)|<+ ?END OF DOCUMENT ?>+)\.?", re.IGNORECASE)
_ATTRIBUTES, _ATTRIBUTES_OFF = "MESSAGE ATTRIBUTES", 3
_ATTRIBUTE = re.compile(r"[A-Z][A-Za-z /]{1,32}[:;](?: |$)")
_MOST_UNLIKE = 3
# Below these words an airgram or a note has a name in small letters.
_FOR = re.compile(r"For the (?:Ambassador|Charg.|Minister|Consul|Secretary|Deputy)\b[\w' .]{0,24}[:;]?", re.IGNORECASE)
_WHOLE_NAME = re.compile(r"(?:[A-Z][a-z]+ |[A-Z]\. ){1,3}(?:[A-Z][A-Za-z'’]+[ -]?){1,2}(?:,? (?:Jr|Sr|III?)\.?)?")
_FOR_WITHIN = 20
_ENDMARK = re.compile(r"N{3,5}(?:[A-Z]{0,4}VVZCZ)?|NNNNVV")
_LIKE_ENDMARK = re.compile(r"N{1,4}[AHMW]N{1,4}|N{3,4}[AHMW]|[A-Z]N{3,4}")
_GROUP = re.compile(r"GP ?[-=—.] ?[1-4Il]\.?")
# Who typed the telegram and on which machine, below the signature: `BLC-4`, `JAK/10`.
_CLERK = re.compile(r"[A-Z]{2,4}[-/]\d{1,3}")
# What the message center wrote below the signature: `*AS RECEIVED. WILL BE SERVICED`, `NOTE BY OC/T: ...`.
_NOTE = re.compile(
    r"\W{0,3}(?:(?:N[O0]TE )?(?:N[O0]TE|BY [A-Z/]{2,5}(?: /[A-Z]{1,2})?)\s?[:;.]"
    r"|AS R\w{1,2}[CGO]\w{1,2}[VY]\w{2,3}\b|(?:PASSED|RELAYED) (?:TO )?[A-Z]+\b"
    r"|ADVANCE COP(?:Y|IES)\b|OMISSION\b|CORRECTION (?:TO FOLLOW|ISSUED)\b).{0,90}",
    re.IGNORECASE,
)
_STAMP = re.compile(r"RELEASE|DECLASS|UNCLASSIFIED|COPY|DOCUMENT|REVIEW|Case No|Doc", re.IGNORECASE)
_NO_NAMES = frozenset(
    """SUMMARY COMMENT CONFIDENTIAL SECRET UNCLASSIFIED UNCLAS RESTRICTED SIPDIS NODIS EXDIS LIMDIS NOFORN NNNN
    BACKGROUND CONCLUSION INTRODUCTION PRIORITY ROUTINE IMMEDIATE FLASH ENDTEXT TEXT END QUOTE UNQUOTE TELEGRAM
    SENSITIVE ATTACHMENT ENCLOSURE RECOMMENDATION PARTICIPANTS GDS XGDS ADS OADR""".split()
)
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
_ALIKE = frozenset("ckopsuvwxz")  # letters that are alike, small and large
_PREFIXED = re.compile(r"(?:Mc|Mac|De|Van|Von|Di|Le|La)[A-Z]+")
_LONG_DATE = re.compile(r"(?P<month>[A-Za-z]{3,9})\.? ?(?P<day>\d{1,2}) ?,? ?(?P<year>19\d\d)")
_SHORT_DATE = re.compile(r"\b(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>[4-9]\d)\b")
_IN_TABLE, _FITTING, _OTHER = 0.985, 0.93, 0.8
_GAP = 6.0
_LEADING = re.compile(r"^[a-z] ")
_INITIALS = 3
_MOST_SCRAPS, _TAIL = 3, 3
_PREFIXES = frozenset("MC MAC VAN VON DE DER DU DI LA LE ST SAN EL AL BIN TEN".split())
_SHORT, _SUFFIXES = 4, frozenset(("JR", "SR", "II"))
_TORN_END, _PIECE = re.compile(r"[B-DF-HJ-NP-TV-XZ]{2,3}|[A-Z]{3}"), 6
_IRISH = re.compile(r"[O©]\W{1,3}(?P<rest>[A-Z]{4,})")


def protocol_lines(lines: Sequence[Line]) -> list[int]:
    """The numbers of lines that belong to the protocol of transmission and not to the text.

    `BT`, `#0849`, `NNNN`, the dashes with a relay counter, `END OF DOCUMENT`, the control mark before ACTION, and the
    attributes that an archive's system prints below a message.
    """
    rows = rows_of(lines)
    found = _attribute_lines(rows)
    for at, row in enumerate(rows):
        if len(row.text) > 60:
            continue
        text = strip_dust(row.text)
        if len(text) > _LONGEST_PROTOCOL:  # only a counter has a row of dashes before it
            if is_counter_line(row.text):
                found.append(row.number)
            continue
        if (
            text == "BT"
            or _ENDMARK.fullmatch(text)
            or _END.fullmatch(text)
            or is_counter_line(row.text)
            or (_SERIAL.fullmatch(row.text.strip()) and _near_trailer(rows, at))
            or (_CONTROL_MARK.fullmatch(text) and _before_action(rows, at))
        ):
            found.append(row.number)
    return found


def _attribute_lines(rows: Sequence[Row]) -> list[int]:
    """The numbers of the lines of `Message Attributes`: its head, and the lines with a colon below it."""
    at = next((at for at, row in enumerate(rows) if _is_attributes(row)), len(rows))
    last, unlike = at, 0
    for place in range(at, len(rows)):
        unlike = 0 if place == at or _ATTRIBUTE.match(rows[place].text) else unlike + 1
        if unlike > _MOST_UNLIKE:
            break
        last = last if unlike else place
    return [row.number for row in rows[at : last + 1]]


def _is_attributes(row: Row) -> bool:
    text = row.text
    if len(text) < 14:
        return False
    if len(text) <= 22 and len(row.words) <= 3 and _far(_ATTRIBUTES, text.upper()) <= _ATTRIBUTES_OFF:
        return True
    if len(row.words) < 3:
        return False
    length = len(row.words[0]) + 1 + len(row.words[1])
    if abs(length - len(_ATTRIBUTES)) > _ATTRIBUTES_OFF:
        return False
    named, rest = text[:length], text[length + 1 :]
    if _far(_ATTRIBUTES, named.upper()) > _ATTRIBUTES_OFF:
        return False
    return len(rest) <= _SHORT or bool(_ATTRIBUTE.match(rest))


def _far(one: str, other: str) -> int:
    return Levenshtein.distance(one, other, score_cutoff=_ATTRIBUTES_OFF)


def _near_trailer(rows: Sequence[Row], at: int) -> bool:
    """Whether BT stands just before a line or NNNN just after it."""
    before = [strip_dust(row.text) for row in rows[max(0, at - 2) : at]]
    after = [strip_dust(row.text) for row in rows[at + 1 : at + 3]]
    return (
        "BT" in before
        or any(_ENDMARK.fullmatch(text) for text in after)
        or (rows[at].text[0] == "#" and at + 3 >= len(rows))
    )


def _before_action(rows: Sequence[Row], at: int) -> bool:
    """Whether the next line is an ACTION line; the keyword may be misread where an office and its copies follow."""
    if at + 1 >= len(rows) or len(rows[at + 1].words) < 2:
        return False
    below = rows[at + 1]
    if strip_dust(below.words[0]) in ACTION_WORDS:
        return True
    return bool(OFFICE.match(below.text, below.starts[1])) and opens_action(below.words[0], load_channel())


def read_signature(lines: Sequence[Line], codes: Codes, header: Header | None) -> tuple[int, Field] | None:
    """The surname that signs a telegram, and the number of its line; None where none is found.

    It stands alone on the last line of the text; banners, stamps, protocol lines and notes of the message center may
    follow. Telegrams of 1965-72
    print it after the group (`GP-4. ROGERS`) or after the last sentence (`... HEARING. RUSK`): the field then has a
    part named `after-group` or `after-text`, and its span is the name only. The value is the name as printed, or the
    name of the chief of mission of that post and day where the text is a damaged form of it.
    """
    if header is None:
        return None
    channel = load_channel()
    last = header.last_line
    rows = [clean_row(row) for row in rows_of(lines) if row.number > last]
    block = drafting_block(rows)
    rows = _before_trailer(rows[: block[0] if block else None][-_LAST_LINES:])
    signed = _signed_for(rows_of(lines)[-_FOR_WITHIN:])
    if signed:
        return signed
    known, also = _signers(header, codes), _classifier(header)
    skipped = set(protocol_lines([row.line for row in rows]))
    tried = 0
    noted = False
    for row in reversed(rows):
        noted = noted or bool(_NOTE.fullmatch(row.text))
        if row.number in skipped or _NOTE.fullmatch(row.text) or _is_furniture(row, channel, codes):
            continue
        tried += 1
        found = _signature_at(row, known, channel, also)
        if found and not (noted and len(found.value) <= _INITIALS):  # of the clerk
            return row.number, found
        if tried >= 4 or len(row.text) > 30:
            return None
    return None


def _signed_for(rows: Sequence[Row]) -> tuple[int, Field] | None:
    """The name below `For the Ambassador:`."""
    for row, below in pairwise(rows):
        name = strip_dust(below.text) if _FOR.fullmatch(strip_dust(row.text)) else ""
        if name and _WHOLE_NAME.fullmatch(name):
            at = below.text.find(name)
            span = below.span(at, at + len(name))
            return below.number, Field("signature", name, span, _OTHER, (), (("name", span),))
    return None


def _before_trailer(rows: list[Row]) -> list[Row]:
    """The rows above BT, NNNN or `END OF DOCUMENT`: what stands below was added in transmission, or stamped."""
    for at, row in enumerate(rows):
        if _END.fullmatch(strip_dust(row.text)) or _is_attributes(row):
            return rows[:at]
        word = row.words[0].strip(".,:;-")
        if (word == "BT" or _ENDMARK.fullmatch(word)) and (_is_scraps(row.words[1:]) or len(row.words) == 1):
            return rows[:at]
    return rows


def _is_scraps(words: Sequence[str]) -> bool:
    """Whether words behind a capital one are what an engine made of specks: small letters, and no full stop."""
    return (
        0 < len(words) <= _MOST_SCRAPS
        and not words[-1].endswith(".")
        and all(2 * sum(map(str.islower, word)) >= sum(map(str.isalpha, word)) for word in words)
    )


def _are_specks(words: Sequence[str]) -> bool:
    """Whether words behind a name are specks that look like letters: two of them at most, and no part of a name."""
    return 0 < len(words) <= _MOST_SCRAPS and all(len(word) <= 2 and word.upper() not in _SUFFIXES for word in words)


def _is_furniture(row: Row, channel: Channel, codes: Codes) -> bool:
    if not any(row.bare) or _STAMP.search(row.text):
        return True
    if len(row.text) < 40:
        banner = read_class_line(row, channel, codes)
        if banner and banner.gain > 2.0:
            return True
    page = read_page_head(row, channel, codes) or read_file_page_head(row, channel, codes)
    return page is not None or strip_dust(row.text) in ("NODIS", "EXDIS", "LIMDIS", "NOFORN")


def _signers(header: Header, codes: Codes) -> list[str]:
    """Surnames of those who may sign: the chief of mission of the post, or the Secretary for STATE."""
    day, post = day_of(header), header.value("post")
    if header.value("from") == "Department of State":
        post = "STATE"
    if not day or not post:
        return []
    if post == "STATE":
        officers = codes.principal_officers(day)
    else:
        officers = codes.chiefs_of_mission(post, day, slack=40)
    return list(dict.fromkeys(upper_name(officer.surname) for officer in officers))


def _classifier(header: Header) -> list[str]:
    """The surname of who classified the message: often the one who signs it."""
    words = str(header.value("classified_by") or "").replace(",", " ,").split()
    named = words[: words.index(",")] if "," in words else words
    return [upper_name(named[-1])] if named and _NAME.fullmatch(upper_name(named[-1])) else []


def day_of(header: Header) -> date | None:
    """The day of a message: of its date-time group, else the day on which it was received or drafted."""
    dtg = header.value("dtg_iso")
    if dtg:
        return date.fromisoformat(dtg[:10])
    match = _LONG_DATE.search(header.extra.get("received", ""))
    months = {word: number for number, word in enumerate(_MONTHS.split(), start=1)}
    if match and match["month"][:3].upper() in months:
        return _day(int(match["year"]), months[match["month"][:3].upper()], int(match["day"]))
    match = _SHORT_DATE.search(header.extra.get("drafted_by", ""))
    return _day(1900 + int(match["year"]), int(match["month"]), int(match["day"])) if match else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _signature_at(row: Row, known: Sequence[str], channel: Channel, also: Sequence[str]) -> Field | None:
    """The name on a line; `also` are names that the document has elsewhere, misread perhaps as this one."""
    words = [at for at, word in enumerate(row.bare) if word]
    if not words:
        return None
    group = _GROUP.match(row.text)
    if group and group.end() < len(row.text):
        return _inline(row, words, known, channel)
    named = [*known, *also]
    words = words[: next((at for at in range(1, len(words)) if row.bare[words[at]] == "BT"), len(words))]
    if len(words) <= 3 or (len(row.bare[words[0]]) > _SHORT and _is_scraps([row.words[at] for at in words[1:]])):
        start, end = row.starts[words[0]], row.word_end(words[-1])
        seen = row.text[start:end]
        rest = [row.words[at] for at in words[1:]]
        if _is_scraps(rest) or (len(row.bare[words[0]]) > _SHORT and _are_specks(rest) and _closed_up(seen) == seen):
            end = row.word_end(words[0])
        seen = row.text[start:end]
        plain = re.sub(r"(?: \S)+$", "", strip_dust(seen))
        start += seen.find(plain)
        shut = _closed_up(plain)
        told = shut in also or not shut.isalpha() or plain.replace(" ", "") in also
        name = _name_of(shut, named if told else known, channel)
        if name:
            span = row.span(start, start + len(plain))
            return Field("signature", name[0], span, name[1], name[2], (("name", span),))
    return _inline(row, words, named, channel) if named else None


def _closed_up(name: str) -> str:
    """A name with the blank taken out that an engine put into it: `O* LOUGHLIN`, `DUNSTAB LE`.

    >>> _closed_up("O* LOUGHLIN"), _closed_up("DUNSTAB LE"), _closed_up("VAN DEUSEN"), _closed_up("STANDERWI CK")
    ("O'LOUGHLIN", 'DUNSTABLE', 'VAN DEUSEN', 'STANDERWICK')
    >>> _closed_up("MARC HBANKS"), _closed_up("END TEXT")
    ('MARCHBANKS', 'END TEXT')
    """
    name = name.removeprefix("©") if name[1:2] == "O" else name
    if name.isupper() and name.replace(" ", "").isalpha() and _is_one_name(name.split(" ")):
        return name.replace(" ", "")
    irish = _IRISH.fullmatch(name)
    if irish:
        return f"O'{irish['rest']}"
    first, _, rest = name.partition(" ")
    if _TORN_END.fullmatch(rest) and len(first) > _PIECE and _is_piece(first):
        return first + rest
    if 0 < len(rest) <= _TAIL and rest.isalpha() and load_wordlist().known(first + rest) and _is_piece(first):
        return first + rest
    return name


def _is_one_name(pieces: Sequence[str]) -> bool:
    """Whether two pieces in capitals are one surname that an engine parted: `MARC HBANKS`; no prefix, no two words."""
    if len(pieces) != 2 or pieces[0] in _PREFIXES or pieces[1] in _SUFFIXES or min(map(len, pieces)) < _TAIL:
        return False
    known = [piece for piece in pieces if load_wordlist().known(piece)]
    return len(known) < 2 and not any(len(piece) > _PIECE for piece in known)


def _is_piece(text: str) -> bool:
    return len(text) > _TAIL and text.isupper() and not load_wordlist().known(text)


def _inline(row: Row, words: Sequence[int], known: Sequence[str], channel: Channel) -> Field | None:
    """A name after the last sentence; only one that is known to sign, unless the group stands before it."""
    seen = row.bare[words[-1]]
    name, group = _name_of(seen, known, channel), _GROUP.match(row.text)
    if name is None or (name[0] not in known and not group):
        return None
    if len(words) > 1 and not re.search(r"[.?!]\S*$", row.words[words[-2]]):
        return None
    start = row.starts[words[-1]] + row.words[words[-1]].find(seen)
    span = row.span(start, start + len(seen))
    place = "after-group" if group and not row.text[group.end() : start].strip(" .,") else "after-text"
    return Field("signature", name[0], span, name[1], name[2], ((place, span),))


def _name_of(plain: str, known: Sequence[str], channel: Channel) -> tuple[str, float, tuple[Reading, ...]] | None:
    if plain in known:
        return plain, _IN_TABLE, ()
    shut = _LEADING.sub("", plain).replace(" ", "")
    if shut in known and shut != plain:  # a blank in the name, a speck before it
        return shut, _FITTING, (Reading(plain, 0.1),)
    near = sorted((channel.word_cost(name, plain, 2.0 + 1.2 * len(name)), name) for name in known)
    if near and near[0][0] < 2.0 + 1.2 * len(near[0][1]):
        confidence = _FITTING if near[0][0] < _GAP else 0.7
        return near[0][1], confidence, (Reading(plain, 0.1),)
    small = [char for char in plain if char.islower()]
    mixed = plain.isalpha() and 0 < len(small) <= len(plain) // 4 and _ALIKE.issuperset(small)
    if mixed and not _PREFIXED.fullmatch(plain) and _NAME.fullmatch(plain.upper()):
        return plain.upper(), 0.86, (Reading(plain, 0.1),)
    if any(char.isdecimal() for char in plain) and sum(map(str.isalpha, plain)) > 3:
        letters = channel.decode(plain, [LETTERS if char.isalnum() else char for char in plain], 2)
        if letters and _NAME.fullmatch(letters[0].text) and plain.upper() == plain:
            return letters[0].text, min(0.85, weigh([item.cost for item in letters])[0]), (Reading(plain, 0.1),)
    if _is_no_name(plain) or not _NAME.fullmatch(plain) or sum(char.isdecimal() for char in plain) > 1:
        return None
    return plain, _OTHER, ()


def _is_no_name(plain: str) -> bool:
    """Whether a word in capitals is one that stands alone in a message without being a name, misread perhaps."""
    if plain in _NO_NAMES or any(form.fullmatch(plain) for form in (_GROUP, _LIKE_ENDMARK, _CLERK)):
        return True
    return len(plain) > 8 and any(Levenshtein.distance(plain, word, score_cutoff=2) <= 2 for word in _NO_NAMES)
