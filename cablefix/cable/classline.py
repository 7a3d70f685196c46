"""Format line 12: the classification, the section, the post and the number of the message; and captions."""

from __future__ import annotations

import re
from functools import lru_cache

from cablefix.cable.channel import DIGITS, Channel, Decoded, close_words, nearest, shape
from cablefix.cable.codes import Codes
from cablefix.cable.names import read_post, vocabulary
from cablefix.cable.rows import Parsed, Part, Row, exact, strip_dust

_SECTION = ("SECTION",)
_SHARE = 1.9
_CAPTION_SHARE = 1.6
_CAVEAT = re.compile(r"(?://[A-Z/ ]+)")
_DIGITS_SEEN = re.compile(r"[0-9OoIlSBZ]{1,4}")
_LEAST_NUMBER, _MOST_NUMBER = 3, 8
_CLEAR_CAPTION = 1.0
_WORDS = re.compile(r"[A-Z]{2,}[ /]+[A-Z]{3,} [A-Z]{3,}|[a-z]{3}")  # of a text behind slashes
_LONGEST_LINE, _KNOWN_TAIL = 72, 8.0
_MOST_REMEMBERED = 4096  # of what lines begin with, the levels and captions close to it
_LEAST_LEVEL = -2.0  # a level that is hard to read speaks no more against a line whose post and number are clear


@lru_cache(maxsize=4)
def level_forms(codes: Codes) -> dict[str, str]:
    """Printed forms of the levels with the blanks closed up, and the value that the record gives each."""
    found: dict[str, str] = {}
    for item in codes.classifications.values():
        for form in item.forms:
            words = [word.replace(" ", "") for word in form.split("  ")]
            plain = " ".join(words) if len(words) > 1 else form
            shut = form.replace(" ", "")
            if all(len(word) == 1 for word in plain.split()):
                plain = shut
            found.setdefault(shut, plain)
    return {shut: value for shut, value in found.items() if len(shut) > 4}


@lru_cache(maxsize=4)
def _form_list(codes: Codes) -> tuple[str, ...]:
    return tuple(level_forms(codes))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _close_levels(seen: str, codes: Codes) -> tuple[str, ...]:
    return close_words(seen, _form_list(codes), 1 + len(seen) // 4)


def read_level(row: Row, first: int, channel: Channel, codes: Codes) -> tuple[Part, int, str] | None:
    """The classification that begins at a word: its part, the word after it, the value for the record.

    Spaced letters, split and run-together words are one form with blanks; the longest form that fits wins.
    """
    forms = level_forms(codes)
    best: tuple[float, int, str, float] | None = None
    shut = ""
    for at, bare in enumerate(row.bare[first : first + 24], start=first):
        shut += bare
        if len(shut) > 24:
            break
        head = strip_dust(shut.split("//")[0]) if "//" in shut else shut
        if len(head) < 5:
            continue
        found = (head, 0.05) if head in forms else None
        if not found and (close := _close_levels(head, codes)):
            found = next(iter(nearest(channel, head, close, _SHARE * len(head), 1)), None)
        if found:
            score = len(found[0]) * 1.6 - found[1]
            if best is None or score > best[0]:
                best = (score, at, found[0], found[1])
    if best is None:
        return None
    _, last, form, cost = best
    start, end = row.starts[first], row.word_end(last)
    seen = row.text[start:end]
    if "//" in seen:
        end = start + seen.index("//")
        seen = row.text[start:end]
    part = Part(
        "class.level",
        row.span(start, end),
        seen,
        [Decoded(_printed(seen, form, forms), cost)],
        rule="header.classification",
    )
    value = forms[form]
    caveat = _CAVEAT.match(row.text[end:])
    if caveat:
        value += row.text[end : row.word_end(last)]
    return part, last + 1, value


def _printed(seen: str, form: str, forms: dict[str, str]) -> str:
    """The form as this line prints it: in spaced letters where it is seen in many pieces, else in whole words."""
    pieces, whole = seen.split(), forms[form].split()
    if len(pieces) >= len(whole) + 2:
        return _spaced(form, forms)
    if seen.replace(" ", "") == form and len(pieces) == len(whole):
        return seen
    return forms[form]


def _spaced(form: str, forms: dict[str, str]) -> str:
    if form in ("UNCLASEFTO",):
        return "UNCLAS E F T O"
    return " ".join(" ".join(word) for word in forms[form].split())


def read_class_line(row: Row, channel: Channel, codes: Codes, post: str = "") -> Parsed | None:
    """`CONFIDENTIAL SECTION 01 OF 03 MOSCOW 000849`, in all its forms; None without a level.

    A level alone is a banner rather than a format line: its gain is small. `post` is the post that other lines name.
    """
    first = 0
    while first < len(row.words) and not row.bare[first]:
        first += 1
    if first >= len(row.words) or len(row.words) > 40:
        return None
    level = read_level(row, first, channel, codes)
    if level is None:
        return _without_level(row, channel, codes, post)
    part, at, value = level
    parts = [part]
    gain = 5.0 - 0.5 * part.best.cost
    at, captions = _read_captions(row, at, codes)
    at, section = _read_section(row, at, channel)
    if section:
        parts += section
        gain += 5.0
    tail = _post_and_number(row, at, channel, codes, post)
    if tail:
        parts += tail[0]
        gain = (max(gain, _LEAST_LEVEL) if tail[1] >= _KNOWN_TAIL else gain) + tail[1]
    elif any(row.bare[at:]) and not section:
        gain -= 3.0
    parsed = Parsed("classification", [row], [*parts, *captions], gain)
    parsed.parts[0].name = "class.level"
    parsed.parts.append(Part("class.value", part.span, value, [Decoded(value, part.best.cost)]))
    return parsed


def _read_captions(row: Row, at: int, codes: Codes) -> tuple[int, list[Part]]:
    """The captions straight behind the level: `C O N F I D E N T I A L NOFORN`; returns the word after them."""
    names = _captions(codes)
    found: list[Part] = []
    while at < len(row.words):
        ends = range(min(len(row.words), at + 4), at, -1)
        end = next((end for end in ends if " ".join(row.words[at:end]) in names), None)
        if end is None:
            break
        found.append(exact("caption", row, row.starts[at], row.word_end(end - 1), cost=0.1, rule="header.caption"))
        at = end
    return at, found


def _without_level(row: Row, channel: Channel, codes: Codes, post: str) -> Parsed | None:
    """A classification line whose level cannot be read: section, a known post and the number tell it."""
    start = next((at for at, word in enumerate(row.words) if word == "SECTION"), 0)
    if not start or len(row.text) > _LONGEST_LINE:
        return None
    at, section = _read_section(row, start, channel)
    tail = _post_and_number(row, at, channel, codes, post) if section else None
    if tail is None or tail[1] < _KNOWN_TAIL:
        return None
    return Parsed("classification", [row], [*section, *tail[0]], 3.0 + tail[1])


def _read_section(row: Row, at: int, channel: Channel) -> tuple[int, list[Part]]:
    """`SECTION 01 OF 03`, `FINAL SECTION OF 3`, `01 OF 03`; returns the word after it and the parts."""
    words = row.words
    for start in range(at, min(at + 3, len(words))):
        word = strip_dust(words[start])
        if word != "SECTION" and not (5 <= len(word) <= 8 and nearest(channel, word, _SECTION, 11.0)):
            continue
        parts = [_word_part("class.section_word", row, start, "SECTION", channel)]
        nxt = start + 1
        if nxt + 2 < len(words) and _is_of(words[nxt + 1], channel):
            parts.append(_count_part("class.section", row, nxt, channel))
            parts.append(_word_part("class.of", row, nxt + 1, "OF", channel))
            parts.append(_count_part("class.total", row, nxt + 2, channel))
            return nxt + 3, parts
        if nxt + 1 < len(words) and _is_of(words[nxt], channel):
            parts.append(_word_part("class.of", row, nxt, "OF", channel))
            parts.append(_count_part("class.total", row, nxt + 1, channel))
            return nxt + 2, parts
    return at, []


def _is_of(word: str, channel: Channel) -> bool:
    return word == "OF" or (len(strip_dust(word)) == 2 and channel.word_cost("OF", strip_dust(word)) < 9.0)


def _word_part(name: str, row: Row, at: int, printed: str, channel: Channel) -> Part:
    seen = row.words[at]
    cost = channel.word_cost(printed, strip_dust(seen))
    return Part(name, row.span(row.starts[at], row.word_end(at)), seen, [Decoded(printed, cost)], rule="header.keyword")


def _count_part(name: str, row: Row, at: int, channel: Channel) -> Part:
    """One or two digits of a count; words (`TWO`) stay as they are."""
    seen = row.words[at]
    plain = strip_dust(seen)
    span = row.span(row.starts[at], row.word_end(at))
    if len(plain) > 2 and plain.isalpha() and plain.isupper():
        return Part(name, span, seen, [Decoded(seen, 0.5)], rule="header.section")
    form = ["0123", DIGITS] if len(plain or seen) >= 2 else [DIGITS]
    return Part(name, span, seen, channel.decode(plain or seen, form, 8), form, rule="header.section")


def _post_and_number(row: Row, at: int, channel: Channel, codes: Codes, post: str) -> tuple[list[Part], float] | None:
    """The post and the number of the message, wherever in the rest of the line they stand."""
    known = vocabulary(codes).posts
    best: tuple[float, list[Part]] | None = None
    for last in range(at + 1, min(len(row.words), at + 9)):
        number = row.bare[last]
        if not _numberlike(number):
            continue
        stop = last
        if last + 1 < len(row.words) and number.isdecimal() and _DIGITS_SEEN.fullmatch(row.words[last + 1]):
            joined = number + row.words[last + 1]
            if len(number) < _LEAST_NUMBER + 1 and len(joined) <= _MOST_NUMBER:
                number, stop = f"{number} {row.words[last + 1]}", last + 1
        for first in range(max(at, last - 4), last):
            name = row.text[row.starts[first] : row.word_end(last - 1)]
            readings = read_post(name, codes, channel)
            if post and strip_dust(name) != post:
                near = channel.word_cost(post, strip_dust(name), 3.0 + len(post))
                if near < 3.0 + len(post):
                    readings = sorted(
                        [Decoded(post, near), *(r for r in readings if r.text != post)], key=lambda r: r.cost
                    )
            score = 8.0 - 0.5 * readings[0].cost if readings[0].text in known or readings[0].text == post else 1.0
            score += 2.0 if len(number) >= 4 else 0.0
            score -= 1.5 * (first - at) + 0.3 * (len(row.words) - stop - 1)
            if best is None or score > best[0]:
                start = row.starts[first]
                span = row.span(start, row.word_end(last - 1))
                parts = [Part("class.post", span, name, readings, rule="header.post")]
                begin = max(row.text.find(number, row.starts[last]), row.starts[last])
                form = [DIGITS] * len(number.replace(" ", ""))
                parts.append(
                    Part(
                        "class.number",
                        row.span(begin, begin + len(number)),
                        number,
                        channel.decode(number.replace(" ", ""), form, 6),
                        form,
                        rule="header.number",
                    )
                )
                best = (score, parts)
    if best is None:
        return None
    return best[1], best[0]


def _numberlike(word: str) -> bool:
    if not _LEAST_NUMBER <= len(word) <= _MOST_NUMBER:
        return len(word) == 2 and word.isdecimal()
    digits = sum(char.isdecimal() for char in word)
    return 2 * digits >= len(word) and not any(char.islower() and char not in "olisgqbz" for char in word)


def read_caption_line(row: Row, channel: Channel, codes: Codes) -> Parsed | None:
    """A line of captions and nothing else: `SIPDIS`, `NODIS CHEROKEE`, `EYES ONLY`, `SENSITIVE`."""
    if len(row.words) > 6 and sum(map(bool, row.bare)) > 6:
        return None
    words = [word for word, bare in zip(row.words, row.bare, strict=True) if bare]
    if not words:
        return None
    text = strip_dust(" ".join(words))
    names = _captions(codes)
    plain = text.split("//")[0]
    if plain != text and plain in names and not _WORDS.search(text[len(plain) :]):  # `STADIS//////////`
        at = row.text.find(plain)
        part = exact("caption", row, at, at + len(plain), cost=0.1, rule="header.caption")
        return Parsed("caption", [row], [part], 6.0)
    if text in names:
        part = Part("caption", row.span(0, len(row.text)), row.text, [Decoded(text, 0.1)], rule="header.caption")
        return Parsed("caption", [row], [part], 6.0)
    parts: list[Part] = []
    cost = 0.0
    start = 0
    while start < len(row.words):
        if not row.bare[start]:
            start += 1
            continue
        found = _caption_at(row, start, channel, codes)
        if found is None and parts and cost < _CLEAR_CAPTION and all(map(_is_scrap, row.words[start:])):
            break
        if found is None:
            return None
        part, start = found
        parts.append(part)
        cost += part.best.cost
    return Parsed("caption", [row], parts, 6.0 - 0.6 * cost)


@lru_cache(maxsize=4)
def _captions(codes: Codes) -> dict[str, str]:
    found = {name: entry.kind for name, entry in codes.captions.items()}
    return {**found, "SENSITIVE": "special handling"}


@lru_cache(maxsize=4)
def _caption_list(codes: Codes) -> tuple[str, ...]:
    return tuple(_captions(codes))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _close_captions(seen: str, codes: Codes) -> tuple[str, ...]:
    return close_words(seen, _caption_list(codes), 1 + len(seen) // 5)


def _caption_at(row: Row, start: int, channel: Channel, codes: Codes) -> tuple[Part, int] | None:
    """The caption that begins at a word, the longest first; a damaged one must be long enough to be told."""
    names = _captions(codes)
    for end in range(min(len(row.words), start + 4), start, -1):
        a, b = row.starts[start], row.word_end(end - 1)
        seen = row.text[a:b]
        plain = strip_dust(seen)
        if plain in names:
            return Part("caption", row.span(a, b), seen, [Decoded(plain, 0.1)], rule="header.caption"), end
        if len(plain) >= 5 and (close := _close_captions(plain, codes)):
            mixed = plain[:2].isupper() and not plain.isupper()  # `SIppIs`
            near = nearest(channel, plain.upper() if mixed else plain, close, _CAPTION_SHARE * len(plain), 2)
            if near:
                return Part("caption", row.span(a, b), seen, [Decoded(*n) for n in near], rule="header.caption"), end
    return None


def _is_scrap(word: str) -> bool:
    """Whether a word behind a caption is a scrap: marks, up to two characters, or small letters."""
    plain = strip_dust(word)
    return len(plain) <= 2 or plain.islower()


def read_page_head(row: Row, channel: Channel, codes: Codes, post: str = "") -> Parsed | None:
    """`LIMA 00001203 002 OF 003`: the running head of the 2000s."""
    words = [at for at, word in enumerate(row.bare) if word]
    if not 5 <= len(words) <= 9 or not _is_of(row.words[words[-2]], channel):
        return None
    number = row.bare[words[-4]]
    if not 7 <= len(number) <= 9:
        return None
    name = row.text[row.starts[words[0]] : row.word_end(words[-5])]
    parts = [Part("page.post", row.span(0, row.word_end(words[-5])), name, read_post(name, codes, channel))]
    for key, at, form in (("number", words[-4], "99999999"), ("page", words[-3], "999"), ("total", words[-1], "999")):
        seen = row.bare[at]
        if key == "page" and len(seen) != len(form):
            continue  # `001.2 OF 002`: a part of a section
        parts.append(
            Part(f"page.{key}", row.span(row.starts[at], row.word_end(at)), seen, channel.decode(seen, shape(form), 4))
        )
    cost = sum(part.best.cost for part in parts)
    return Parsed("page", [row], parts, 20.0 - 0.6 * cost) if cost < 40.0 else None
