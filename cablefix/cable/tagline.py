"""TAGS: the codes of a message, read in its year and weighed against its post and its text."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cablefix.cable.channel import Channel, Decoded, close_words, nearest
from cablefix.cable.codes import Codes
from cablefix.cable.draft import Draft
from cablefix.cable.rows import Part, Row, strip_dust
from cablefix.cable.settle import Verdicts, agree, form_evidence, weigh

# Subject codes that a large share of all cables carry.
_FREQUENT = frozenset("PREL PGOV ECON EFIN ETRD EINV EAID EAGR ENRG PHUM PTER SNAR MARR PARM MNUC KNNP PINR".split())
_SUBJECT_INITIALS = "ABCEKMOPST"
_TAG = re.compile(r"[^ \t,;()]+")
# A person or a thing that stands among the codes: `PINT, BM, (ORTIZ, JUAN)`; behind a code it belongs to that.
_NAMED = re.compile(r"[\s,;]*(?P<open>[({\[])(?P<name>[A-Z][^(){}\[\]]{2,40})[)}\]]")
# The code of travelling officials, and the name of one behind it without brackets: `OVIP STEINBERG JAMES PREL`.
_OF_PERSONS = "OVIP"
_PERSON = re.compile(r"[\s,;]*(?P<name>[A-Z]{3,}(?:-[A-Z]+)? [A-Z]{3,}(?: [A-Z]\.?(?= |$))?)(?=[\s,;]|$)")
_LEAST_STUCK = 6
_UNNAMED = 1.5  # a country that neither sends the message nor is named in it
_NAMED_LIMIT = 9.0
_LEAST_STEM, _STEM = 4, 6
_SIEVE_BITS = 16
_MULTIPLIER = np.uint32(2654435769)  # an odd number near 2^32 over the golden ratio: its product mixes the high bits


def settle_tags(draft: Draft, year: int | None, verdicts: Verdicts, channel: Channel, codes: Codes) -> list[Part]:
    """Read the TAGS in the year of the message; returns the parts in the order printed."""
    rows = draft.runs.get("tags", [])
    line = draft.found.get("tags")
    if line is None:
        return []
    parts: list[Part] = []
    for number, row in enumerate(rows):
        text = line.part("tags.text")
        if number == 0 and text is None:
            continue
        start = len(row.text) - len(text.seen) if number == 0 and text else 0
        parts += tag_parts(row, start, channel, codes, year, len(parts))
    short = [part for part in parts if len(part.seen) <= 3]
    if short:
        named = _named_countries(draft, year, codes)
        for part in short:
            _weigh_country(part, named, year, verdicts, channel, codes)
    return parts


def keep_unknown_tags(parts: list[Part], verdicts: Verdicts) -> None:
    """Leave codes that no table has as they are where the header shows no error elsewhere: posts made codes up.

    What holds a figure (`EC0N`) or small letters is no code and stays repaired.
    """
    for part in parts:
        if part.seen.isalpha() and part.seen.isupper() and verdicts.of(part).text != part.seen:
            verdicts.set(part, part.seen, 0.6)


@lru_cache(maxsize=64)
def _countries(codes: Codes, year: int | None) -> tuple[tuple[str, str, str], ...]:
    """Code, name in small letters and stem in capitals of each country that had a code in a year."""
    found = []
    for code, entries in codes.tags.items():
        for entry in entries if len(code) == 2 else ():
            if entry.kind == "geographic" and (year is None or entry.first <= year <= entry.last):
                name = entry.meaning.split(",")[0].split(" (")[0]
                found.append((code, entry.meaning.lower(), name.upper()[:_STEM] if len(name) >= _LEAST_STEM else ""))
    return tuple(found)


@lru_cache(maxsize=64)
def _stems(codes: Codes, year: int | None) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.uint32]]:
    """The rows of `_countries` that have a stem, and where the first and the last four characters of each must be."""
    rows = [row for row, (_, _, stem) in enumerate(_countries(codes, year)) if stem]
    runs = [_fours(_countries(codes, year)[row][2]) for row in rows]
    ends = [[run[0] for run in runs], [run[-1] for run in runs]]
    return np.array(rows, np.intp), _places(np.array(ends, np.uint32))


def _fours(text: str) -> npt.NDArray[np.uint32]:
    """Each run of four characters of a text as one number; what is not ASCII is all one character."""
    codes = text.encode("ascii", "replace")
    if len(codes) < _LEAST_STEM:
        return np.zeros(0, np.uint32)
    # A window of four bytes at each byte: the numbers depend on the machine, equal runs are equal on each.
    fours: npt.NDArray[np.uint32] = np.ndarray((len(codes) - 3,), np.uint32, codes, strides=(1,)).copy()
    return fours


def _places(fours: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Where runs of four characters stand in the sieve."""
    found: npt.NDArray[np.uint32] = (fours * _MULTIPLIER) >> np.uint32(32 - _SIEVE_BITS)
    return found


def _spoken_of(text: str, codes: Codes, year: int | None) -> list[int]:
    """The rows of `_countries` whose stem stands in a text in capitals; its first and last four characters sieve."""
    rows, (heads, tails) = _stems(codes, year)
    there = np.zeros(1 << _SIEVE_BITS, bool)
    there[_places(_fours(text))] = True
    near = rows[there[heads] & there[tails]]
    countries = _countries(codes, year)
    return [row for row in near.tolist() if countries[row][2] in text]


def _named_countries(draft: Draft, year: int | None, codes: Codes) -> frozenset[str]:
    """The codes of the countries that the message comes from, goes to or speaks of."""
    countries = _countries(codes, year)
    found = {countries[row][0] for row in _spoken_of(draft.text, codes, year)}
    for kind, name in (("from", "from.1.name.post"), ("classification", "class.post")):
        post = codes.post(draft.part_text(kind, name) or "-", year)
        country = codes.territories.get(post.territory) if post else None
        if country is not None:
            name = country.name.lower()
            found.update([code for code, meaning, _ in countries if meaning == name])
    return frozenset(found)


def _weigh_country(
    part: Part, named: frozenset[str], year: int | None, verdicts: Verdicts, channel: Channel, codes: Codes
) -> None:
    """Prefer codes of countries that the message names; other kinds of codes are left as they are."""
    entry = codes.is_tag(part.readings[0].text, year)
    if len(part.seen) > 3 or (entry is not None and entry.kind != "geographic"):
        return
    readings = {item.text: item.cost for item in part.readings}
    for code in named:
        cost = channel.cost(code, part.seen, _NAMED_LIMIT)
        if cost < _NAMED_LIMIT:
            readings[code] = min(readings.get(code, 99.0), cost + 0.5)
    ranked = sorted((cost + (0.0 if text in named or not named else _UNNAMED), text) for text, cost in readings.items())
    part.readings = [Decoded(text, cost) for cost, text in ranked[:4]]
    shares = weigh([cost for cost, _ in ranked])
    text = ranked[0][1]
    evidence = form_evidence(part, text)
    if evidence and text in named:
        evidence = (*evidence, agree("the message names this country", [part]))
    verdicts.set(part, text, shares[0], *evidence)


def tag_parts(row: Row, start: int, channel: Channel, codes: Codes, year: int | None, number: int) -> list[Part]:
    """The codes of a TAGS line from an offset on, each with its readings in that year."""
    parts: list[Part] = []
    text = _join_split_tags(row.text, codes, year)
    at = start
    while True:
        named = _NAMED.match(text, at)
        if named:
            number += 1
            at, a = named.end(), named.start("open")
            reading = Decoded(f"({named['name']})", 0.1)
            parts.append(Part(f"tags.{number}", row.span(a, at), row.text[a:at], [reading], rule="header.tags"))
            continue
        whole = _terms(codes).match(text, at) or (_person(text, at, codes) if _ends_with_officials(parts) else None)
        if whole:
            number += 1
            a, at = whole.span("name")
            reading = Decoded(whole["name"], 0.1)
            parts.append(Part(f"tags.{number}", row.span(a, at), whole["name"], [reading], rule="header.tags"))
            continue
        match = _TAG.search(text, at)
        if not match:
            return _without_notes(parts, row)
        a, b = match.span()
        if match[0] in codes.captions and not codes.is_tag(match[0]):
            at = b
            continue
        at = b
        seen = match[0]
        plain = strip_dust(seen)
        if not plain:
            continue
        stuck = _stuck_codes(plain, codes, year)
        if len(stuck) > 1:
            a += seen.find(plain)
            for at_piece, piece in enumerate(stuck):
                number += 1
                reading = Decoded(piece, 0.5)
                span = row.span(a, a + len(piece))
                parts.append(Part(f"tags.{number}", span, piece, [reading], glued=at_piece > 0, rule="header.tags"))
                a += len(piece)
            continue
        group = re.match(r"\s?\([^)]*\)", text[b:])
        number += 1
        readings = read_tag(plain.replace("\xa0", ""), codes, channel, year)
        capitals = plain.upper()
        known = plain[-1:].isupper() and not plain.isupper() and codes.is_tag(capitals, year)
        if known and all(item.text != capitals for item in readings):
            readings = [Decoded(capitals, 1.0), *readings]  # small letters that look like capitals
        a += seen.find(plain)
        b = a + len(plain)
        if group:
            at = b + group.end()
            readings = [Decoded(item.text + text[b:at], item.cost) for item in readings]
            b = at
        parts.append(Part(f"tags.{number}", row.span(a, b), row.text[a:b], readings, rule="header.tags"))


def _ends_with_officials(parts: list[Part]) -> bool:
    return bool(parts) and parts[-1].seen == _OF_PERSONS


def _person(text: str, at: int, codes: Codes) -> re.Match[str] | None:
    """A surname and a forename at a place, neither of which is a code."""
    match = _PERSON.match(text, at)
    return None if match is None or any(codes.is_tag(word) for word in match["name"].split()) else match


@lru_cache(maxsize=4)
def _terms(codes: Codes) -> re.Pattern[str]:
    """The terms of several words that stand among the codes: `HUMAN RIGHTS`."""
    terms = sorted((code for code in codes.tags if " " in code), key=len, reverse=True)
    return re.compile(rf"[\s,;]*(?P<name>{'|'.join(map(re.escape, terms)) or '(?!)'})(?![\w-])")


def _stuck_codes(seen: str, codes: Codes, year: int | None) -> list[str]:
    """The codes of which a word without blanks is made, where that is so in one way only; else the word.

    Codes of subjects and programs have four letters; a country stands before or behind them.

    >>> from cablefix.cable.codes import load_codes
    >>> _stuck_codes("PHUMBA", load_codes(), 2008), _stuck_codes("LABOR", load_codes(), 2008)
    (['PHUM', 'BA'], ['LABOR'])
    """
    size = len(seen) // 4 * 4
    if len(seen) < _LEAST_STUCK or len(seen) - size not in (0, 2) or not seen.isupper() or codes.is_tag(seen):
        return [seen]
    cuts = [(2, len(seen)), (0, size)] if size < len(seen) else [(0, size)]
    found = []
    for first, last in cuts:
        country = seen[:first] or seen[last:]
        middle = [seen[at : at + 4] for at in range(first, last, 4)]
        if country and not _is_kind(country, "geographic", codes, year):
            continue
        known = [_is_kind(code, "subject", codes, year) for code in middle]
        if all(one or codes.is_program_tag(code, year) for one, code in zip(known, middle, strict=True)) and any(known):
            found.append([*([seen[:first]] if first else []), *middle, *([seen[last:]] if last < len(seen) else [])])
    return found[0] if len(found) == 1 else [seen]


def _is_kind(code: str, kind: str, codes: Codes, year: int | None) -> bool:
    entry = codes.is_tag(code, year)
    return entry is not None and entry.kind == kind


def _without_notes(parts: list[Part], row: Row) -> list[Part]:
    """The codes without what follows them and is none: notes and stamps in the margin.

    The list ends where most of what follows cannot be a code; in a list with commas, words without a comma before
    them go with what follows.
    """
    bad = [_no_code(part) for part in parts]
    if not any(bad[1:]) or (
        not bad[-1] and all(part.seen.replace(" ", "").isalpha() and part.seen.isupper() for part in parts)
    ):
        return parts
    commas = [_comma_before(part, row) for part in parts]
    for at in range(1, len(parts)):
        if not bad[at] or 2 * sum(bad[at:]) < len(parts) - at:
            continue
        speck = len(parts[at].seen) < 2 or any(map(str.islower, parts[at].seen))
        if not speck and (commas[at] if any(commas[1:at]) else sum(bad[at:]) < 2):
            continue
        end = at
        while end > 1 and not commas[end - 1] and any(commas[1:end]):
            end -= 1
        return parts[:end]
    return parts


def _no_code(part: Part) -> bool:
    seen = part.seen.strip()
    if len(seen) < 2 or part.best.cost > 6.0:
        return True
    return seen.islower() and part.best.text != seen


def _comma_before(part: Part, row: Row) -> bool:
    """Whether a comma or what stands for one is between a code and the word before it."""
    for token, after in pairwise(row.line.tokens):
        if after.start <= part.span.start < after.end:
            return token.text[-1] in ",.;" or after.text[0] in ",;"
    return True


def _join_split_tags(text: str, codes: Codes, year: int | None) -> str:
    """The text with a no-break space inside codes that a blank divides: `ET RN` for `ETRN`, so that they stay one."""

    def join(match: re.Match[str]) -> str:
        left, right = match["left"], match["right"]
        listed = "," in text and len(left + right) == 4 and left[0] in _SUBJECT_INITIALS
        if codes.is_tag(right, year) or not (codes.is_tag(left + right, year) or listed):
            return match[0]
        if listed or not codes.is_tag(left, year):
            return f"{left}\xa0{right}"
        return match[0]

    return re.sub(r"(?<![A-Z0-9])(?P<left>[A-Z]{1,3}) (?P<right>[A-Z]{1,3})(?![A-Z0-9])", join, text)


def read_tag(seen: str, codes: Codes, channel: Channel, year: int | None) -> list[Decoded]:
    """Readings of one TAGS code: known in that year, known in any year, or as seen."""
    if codes.is_tag(seen, year) or (seen.islower() and codes.is_tag(seen.upper(), year)):
        return [Decoded(seen, 0.1)]
    if re.fullmatch(r"K[A-Z]{3}", seen) and (year is None or year > 1979):
        return [Decoded(seen, 1.5), *_near_tags(seen, codes, channel, year)]
    readings = _near_tags(seen, codes, channel, year)
    if codes.is_tag(seen):
        readings.append(Decoded(seen, 2.5))
    elif seen.isalpha() and seen.isupper():
        readings.append(Decoded(seen, _unknown_tag(seen)))
    else:
        readings.append(Decoded(seen, 12.0))
    return sorted(readings, key=lambda item: item.cost)


def _near_tags(seen: str, codes: Codes, channel: Channel, year: int | None) -> list[Decoded]:
    pool = close_words(seen, tuple(codes.tags), 1 + (len(seen) > 3), 24)
    near = nearest(channel, seen, pool, 4.5 + 2.2 * len(seen), 12)
    return [Decoded(tag, cost + _tag_prior(tag, codes, year)) for tag, cost in near if tag != seen]


def _tag_prior(tag: str, codes: Codes, year: int | None) -> float:
    entry = codes.is_tag(tag, year)
    if entry is None:
        return 4.0
    if tag in _FREQUENT:
        return -1.0
    return {"subject": 1.5, "geographic": 1.5, "program": 1.5}.get(entry.kind, 2.5)


def _unknown_tag(seen: str) -> float:
    """Cost of a code that the tables do not have: subject codes came and went, geographic ones are all known."""
    if len(seen) == 4:
        return 7.0 if seen[0] in _SUBJECT_INITIALS else 9.0
    return 8.0 if len(seen) > 4 else 8.5
