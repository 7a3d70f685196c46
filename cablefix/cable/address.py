"""Format lines 6 to 9: FM, TO, INFO and their addresses."""

from __future__ import annotations

import itertools
import re
import unicodedata

from cablefix.cable.channel import DIGITS, Channel, Decoded, close_words, fold, nearest
from cablefix.cable.codes import Codes
from cablefix.cable.formatlines import looks_like_route, route_part
from cablefix.cable.names import Vocabulary, by_gaps, limit_of, read_post, read_word, vocabulary
from cablefix.cable.rows import Parsed, Part, Row, strip_dust
from cablefix.text import Span

KEYWORDS = {"from": ("FM", "FROM"), "to": ("TO",), "info": ("INFO", "INFORMATION"), "exempt": ("XMT",)}
_KEYWORD_LIMIT = {"FM": 7.6, "FROM": 6.0, "TO": 8.5, "INFO": 8.0, "INFORMATION": 14.0, "XMT": 5.0}
_LIKE_INFO, _LIKE_INFO_COST = re.compile(r"[A-Za-z1|!]N[FE][O0o]|INF[O0o]S", re.IGNORECASE), 5.0
_UNNUMBERED = ("UNN", "UNNUMBERED")
_PRECEDENCES = ("IMMEDIATE", "PRIORITY", "ROUTINE", "FLASH", "NIACT")
_TITLE = re.compile(r"[A-Z0-9][a-z]+(?: (?:of|the|de|es|[A-Z][a-z]+))*")
_SMALL = ("Of", "The", "De", "Es", "Am")
_ELSEWHERE = "ZEN/"  # before an addressee who has the message by other means
_WITHOUT_AREA = ("AMEMBASSY", "AMCONSUL", "AMCONGEN", "AMEMB", "SECSTATE")
_WHOLE = ("SECRETARY OF STATE", "DEPARTMENT OF STATE")
_SECRETARY_LIMIT = 20.0
_MOST_JUNK = 6
_CODE = 5  # a head that is a name of its own (`AmEmbassy`) is longer
_SPECK, _SPECK_FIGURES = re.compile(r"[a-z]{1,2}"), 2
_SLASHLIKE = "J1IL7|!"
# An address that no table has, in perfect form: two words or more, a number or a precedence at its end.
_WHOLE_ADDRESS = re.compile(
    r"[A-Z]{2,}(?: [A-Z]+)*?(?: (?P<last>[A-Z]{2,})(?://[A-Z0-9/-]+//)?)"
    r"(?P<precedence> (?:FLASH|IMMEDIATE|PRIORITY|ROUTINE))?(?: \d{1,4})?"
)
_DIGITLIKE = re.compile(r"[0-9OoIlSBZQDG@©&?|!isbgqz]{1,7}")


def opens_address(word: str, kind: str, channel: Channel) -> bool:
    """Whether `read_keyword` may find the keyword of a kind in a first word."""
    plain = strip_dust(word)
    if not plain or plain in KEYWORDS[kind]:
        return bool(plain)
    if kind == "info" and _LIKE_INFO.fullmatch(plain):
        return True
    best = nearest(channel, plain, KEYWORDS[kind], 14.0, 1)
    return bool(best) and best[0][1] <= _KEYWORD_LIMIT[best[0][0]]


def read_keyword(row: Row, kind: str, channel: Channel) -> tuple[Part, float] | None:
    """The keyword of an address line and its cost; None where the line does not begin with it."""
    word = row.words[0]
    plain = strip_dust(word)
    start = word.find(plain) if plain else 0
    for key in KEYWORDS[kind]:
        if plain == key:
            seen = row.text[: len(word)]
            after = key + ":" if word[-1] in ":;" else key
            cost = 0.0 if seen == after else 2.0
            return Part(
                f"{kind}.word", row.span(0, len(word)), seen, [Decoded(after, cost)], rule="header.keyword"
            ), cost
    if not plain:
        return None
    best = nearest(channel, plain, KEYWORDS[kind], 14.0, 1)
    if kind == "info" and _LIKE_INFO.fullmatch(plain):
        best = [("INFO", min(best[0][1], _LIKE_INFO_COST) if best else _LIKE_INFO_COST)]
    if not best or best[0][1] > _KEYWORD_LIMIT[best[0][0]]:
        return None
    after = best[0][0] + (":" if word[-1] in ":;" else "")
    seen = row.text[start : len(word)]
    part = Part(f"{kind}.word", row.span(start, len(word)), seen, [Decoded(after, best[0][1])], rule="header.keyword")
    return part, best[0][1]


def read_address(row: Row, first: int, prefix: str, channel: Channel, codes: Codes) -> Parsed | None:
    """One address from a word of the line on: `[routing/]name [precedence] [number]`.

    The gain says how much it looks like an address; a line of other text gets little.
    """
    words = [at for at in range(first, len(row.words)) if row.bare[at]]
    if not words:
        return None
    parts: list[Part] = []
    start = row.starts[words[0]]
    name_start, gain = _routing(row, words, prefix, parts, channel, codes)
    rest = [at for at in words if row.word_end(at) > name_start]
    if not rest:  # the name is lost, or stands on the next line
        return None
    last, tail = read_tail(row, rest, prefix, channel, vocabulary(codes).words)
    name_words = [at for at in rest if at <= last]
    while len(name_words) > 1 and _is_speck(row.bare[name_words[-1]], row.bare[name_words[0]]):
        name_words.pop()
    name_parts, name_gain = _name(row, name_words, name_start, prefix, channel, codes)
    if start > name_start:
        return None
    parts += name_parts + tail
    gain += name_gain + (1.0 if tail else 0.0)
    return Parsed(prefix.split(".")[0], [row], parts, gain)


def _is_speck(word: str, first: str) -> bool:
    """Whether the last word of an address is a speck: one character, or a few small letters behind capitals."""
    if len(word) == 1:
        return not word.isupper()
    return first.isupper() and len(word) <= _CODE and not any(map(str.isupper, word)) and any(map(str.islower, word))


def _routing(
    row: Row, words: list[int], prefix: str, parts: list[Part], channel: Channel, codes: Codes
) -> tuple[int, float]:
    """The routing indicator before the slash; returns where the name begins, and the gain."""
    start = row.starts[words[0]]
    word = row.words[words[0]]
    slash = word.find("/")
    if slash < 4:
        slash = _hidden_slash(word, codes)
    if slash < 4 and len(words) > 2 and row.words[words[1]][0] == "/" and looks_like_route(word):
        part = route_part(f"{prefix}.routing", row, start, start + len(word), channel, codes)
        if part:
            parts.append(part)
            gap = Span(row.line.tokens[words[0]].end, row.line.tokens[words[1]].start + 1)
            parts.append(Part(f"{prefix}.slash", gap, " /", [Decoded("/", 0.5)], rule="header.address"))
            return row.starts[words[1]] + 1, 5.0
    if slash >= 4 and looks_like_route(fold(strip_dust(word[:slash]))):
        part = route_part(f"{prefix}.routing", row, start, start + slash, channel, codes)
        if part:
            parts.append(part)
            if word[slash] != "/":
                span = row.span(start + slash, start + slash + 1)
                parts.append(Part(f"{prefix}.slash", span, word[slash], [Decoded("/", 2.0)], rule="header.address"))
            after = start + slash + 1
            return (after if after < row.word_end(words[0]) or len(words) < 2 else row.starts[words[1]]), 5.0
    return start, 0.0


def _hidden_slash(word: str, codes: Codes) -> int:
    """Where in a word a slash was read as a letter: between a routing indicator and the head of an address."""
    if word[0] not in "Rr":
        return -1
    plain = fold(word)
    for at in range(5, min(9, len(plain) - 3)):
        if plain[at] in _SLASHLIKE and plain[0] == "R":
            known = plain[:at] in codes.routing_indicators and plain[at + 1 :].isalpha()
            if known or plain[at + 1 :] in vocabulary(codes).words:
                return at
    return -1


def read_tail(
    row: Row, words: list[int], prefix: str, channel: Channel, known: frozenset[str] = frozenset()
) -> tuple[int, list[Part]]:
    """Precedence and number at the end of an address; returns the last word of the name and the parts.

    `known` are the words of addresses; others behind a precedence or a number are notes in the margin.
    """
    end = len(_without_junk(row, words, known, channel))
    parts: list[Part] = []
    have: set[str] = set()
    while end > 1 and len(have) < 3:
        at = words[end - 1]
        word = row.bare[at].strip("()[]{}.,")
        span = row.starts[at] + row.words[at].find(word), row.starts[at] + row.words[at].find(word) + len(word)
        if len(word) == 1 and not word.isalnum() and have:
            end -= 1
            continue
        near = [] if len(word) < 4 or ("number" in have and len(have) > 1) else _precedence_of(word, channel)
        if near and "precedence" not in have:
            parts.insert(0, Part(f"{prefix}.precedence", row.span(*span), word, near, rule="header.precedence"))
            have.add("precedence")
        elif near and near[0].text == "NIACT":
            parts.insert(0, Part(f"{prefix}.niact", row.span(*span), word, near, rule="header.precedence"))
            have.add("niact")
        elif "number" not in have and (unnumbered := _unnumbered(word, channel)):
            parts.insert(0, Part(f"{prefix}.serial", row.span(*span), word, unnumbered, rule="header.address"))
            have.add("number")
        elif not have and len(word) <= _SPECK_FIGURES and _numeric(word) and _SPECK.fullmatch(row.words[at - 1]):
            end -= 1  # one or two figures behind specks are specks too
        elif "number" not in have and _DIGITLIKE.fullmatch(word) and _numeric(word):
            readings = channel.decode(word, [DIGITS] * len(word), 6)
            parts.insert(0, Part(f"{prefix}.serial", row.span(*span), word, readings, rule="header.digits"))
            have.add("number")
        else:
            break
        end -= 1
    return words[end - 1], parts


def _without_junk(row: Row, words: list[int], known: frozenset[str], channel: Channel) -> list[int]:
    """The words without what follows a precedence or a number and is no part of an address: notes in the margin."""
    end = len(words)
    for at in range(len(words) - 1, 1, -1):
        word = row.bare[words[at]].strip("()[]{}")
        if word in _PRECEDENCES or (_DIGITLIKE.fullmatch(word) and _numeric(word) and len(word) > 1):
            return words[: at + 1] if end - at <= _MOST_JUNK else words
        if word.isalpha() and word.isupper() and len(word) > 3 and (word in known or _precedence_of(word, channel)):
            return words
    return words


def _unnumbered(word: str, channel: Channel) -> list[Decoded]:
    """`UNN`: what had no number in the series of telegrams to that post."""
    if word in _UNNUMBERED:
        return [Decoded(word, 0.1)]
    cost = channel.word_cost("UNN", word, 6.0) if len(word) == 3 and word.endswith("N") else 6.0
    return [Decoded("UNN", cost)] if cost < 6.0 else []


def _numeric(word: str) -> bool:
    return len(word) <= 5 and 2 * sum(char.isdecimal() for char in word) >= len(word)


def _precedence_of(word: str, channel: Channel) -> list[Decoded]:
    if word in _PRECEDENCES:
        return [Decoded(word, 0.1)]
    near = nearest(channel, word, close_words(word, _PRECEDENCES, 1 + len(word) // 3), 3.0 + 1.1 * len(word), 2)
    near = near or by_gaps(word, _PRECEDENCES)
    return [Decoded(*item) for item in near]


def _name(
    row: Row, words: list[int], start: int, prefix: str, channel: Channel, codes: Codes
) -> tuple[list[Part], float]:
    """The words of the name: head, post, others. Each is a part of its own, so that repairs stay small."""
    known = vocabulary(codes)
    spans = [(max(start, row.starts[at]), row.word_end(at)) for at in words]
    spans = spans[: _named_words([row.text[a:b] for a, b in spans], known, codes)]
    plain = row.text[slice(*spans[-1])].rstrip(".,:;'")
    if len(spans) > 1 and (plain in known.words or plain in codes.area_codes):
        spans[-1] = spans[-1][0], spans[-1][0] + len(plain)
    texts = [row.text[a:b] for a, b in spans]
    if re.search("[:;]", row.text[:6]):
        titled = read_titled(row, spans[0][0], prefix, channel, codes)
        if titled is not None:
            return titled.parts, titled.gain
    parts: list[Part] = []
    area: list[Part] = []
    if _names_area(texts, codes):
        seen = texts.pop()
        readings = [Decoded(seen.upper(), 0.05 if seen.isupper() else 1.5)]
        area = [Part(f"{prefix}.name.area", row.span(*spans.pop()), seen, readings, rule="header.address")]
    head, rest = _head(texts[0], known, channel), 1
    if len(texts) > 2 and (not head or head[0].cost > channel.split):
        two = [Decoded(item.text, item.cost + channel.split) for item in _head(texts[0] + texts[1], known, channel)]
        if two and (not head or two[0].cost < head[0].cost):
            head, rest = two, 2
    gain = 0.0
    if head:
        seen = row.text[spans[0][0] : spans[rest - 1][1]]
        parts.append(
            Part(f"{prefix}.name.head", row.span(spans[0][0], spans[rest - 1][1]), seen, head, rule="header.address")
        )
        gain += max(0.5, 5.0 - 0.6 * head[0].cost)
    else:
        rest = 0
    if rest < len(texts):
        tail = row.text[spans[rest][0] : spans[-1][1]]
        post = read_post(tail, codes, channel)
        if post[0].text in known.posts and post[0].cost < limit_of(tail) + 0.5:
            parts.append(
                Part(f"{prefix}.name.post", row.span(spans[rest][0], spans[-1][1]), tail, post, rule="header.address")
            )
            return parts + area, gain + max(0.5, 3.5 - 0.4 * post[0].cost)
    for number, (span, text) in enumerate(zip(spans[rest:], texts[rest:], strict=True), start=rest):
        listed = text[-1] == "," and text[:-1] in known.words and number + 1 < len(texts)
        readings = [Decoded(text, 0.05)] if listed else read_word(text, known.words, known.word_list, channel)
        parts.append(Part(f"{prefix}.name.{number}", row.span(*span), text, readings, rule="header.address"))
        gain += 1.0 if readings[0].text in known.words and readings[0].cost < 6.0 else -0.5
    return parts + area, gain


def _names_area(texts: list[str], codes: Codes) -> bool:
    """Whether an address of three words or more ends with the code of a country or a state: `USDAO KATHMANDU NP`.

    Office codes may follow it between slashes. Embassies and consulates are written without one.
    """
    code = texts[-1].split("//")[0]
    known = code.upper() in codes.area_codes and any(map(str.isupper, code))
    return known and len(texts) > 2 and fold(strip_dust(texts[0])) not in _WITHOUT_AREA


def _named_words(texts: list[str], known: Vocabulary, codes: Codes) -> int:
    """How many words of a line belong to the name: what follows a whole name and is no word of addresses does not."""
    first = 1 if fold(strip_dust(texts[0])) in known.heads else 0
    whole = 0
    if " ".join(texts[:3]) == "Secretary of State":
        whole = 3
    for end in range(first + 1, min(len(texts), first + 3) + 1):
        named = strip_dust(" ".join(texts[first:end])).upper() in codes.posts
        if named or (end > 1 and codes.routing_of(strip_dust(" ".join(texts[:end])))):
            whole = max(whole, end)
    rest = [fold(strip_dust(text)) for text in texts[whole:]] if whole else []
    if _names_area(texts, codes):
        return len(texts)
    if whole and not any(word in known.words or (len(word) > 3 and word.isalpha() and word.isupper()) for word in rest):
        return whole
    return len(texts)


def ends_as_address(row: Row, codes: Codes) -> bool:
    """Whether a line in perfect capitals ends as addresses do: with a place, a state, a country, or a precedence."""
    match = _WHOLE_ADDRESS.fullmatch(row.text)
    return (
        match is not None
        and "FOR" not in row.words
        and (bool(match["precedence"]) or match["last"] in vocabulary(codes).endings)
    )


def is_addressee(address: Parsed, row: Row, codes: Codes) -> bool:
    """Whether a line below TO or INFO is an addressee: it has a routing indicator, a head, or is a known address."""
    if address.gain < 1.0 or len(row.text) < 4:
        return False
    for part in address.parts:
        if part.name.endswith((".routing", ".name.head")) and part.best.cost < 12.0:
            return address.gain >= 2.5 or row.text.isupper()
    name = " ".join(part.best.text for part in address.parts if ".name." in part.name)
    return name.endswith("COLLECTIVE") or name in codes.addressees or bool(codes.routing_of(name))


def read_titled(row: Row, start: int, prefix: str, channel: Channel, codes: Codes) -> Parsed | None:
    """A name in small letters, as telegrams until 1963 print it: `FROM: Oslo`, `TO: Secretary of State`.

    A name in capitals is read here only where it is a damaged `SECRETARY OF STATE` or `DEPARTMENT OF STATE`.
    """
    seen = row.text[start:].rstrip(" .,:;|")
    plain = "".join(char for char in unicodedata.normalize("NFD", seen) if char.isalnum() or char in " _-'")
    plain = " ".join(plain.split())
    if not 3 <= len(plain) <= 36 or len(plain.split()) > 6:
        return None
    words = plain.split()
    for count, whole in itertools.product(range(min(5, len(words)), 1, -1), _WHOLE):
        cost = channel.word_cost(whole, " ".join(words[:count]).upper(), _SECRETARY_LIMIT)
        if cost < _SECRETARY_LIMIT:
            end = start + _reach(row.text[start:], len("".join(words[:count])))
            shown = whole if seen[1:4].isupper() else in_titles(whole)
            part = Part(f"{prefix}.name.0", row.span(start, end), row.text[start:end], [Decoded(shown, cost)])
            part.rule = "header.address"
            return Parsed(prefix.split(".")[0], [row], [part], 4.0 - 0.15 * cost)
    if not any(map(str.islower, plain)) or 2 * sum(map(str.isalpha, plain)) < len(plain):
        return None
    post, end = _titled_post(row.text[start : start + len(seen)], words, channel, codes)
    known = post.text in codes.posts and post.cost < (8.0 if _TITLE.fullmatch(seen) else limit_of(plain))
    shown = seen[:end] if known else seen
    as_printed = shown.upper() == post.text and shown[0].isupper()
    readings = [Decoded(shown if as_printed or not known else in_titles(post.text), post.cost if known else 3.0)]
    unknown = 1.5 if len(words) == 1 else 0.5
    name = f"{prefix}.name.{'post' if known else '0'}"
    part = Part(name, row.span(start, start + len(shown)), shown, readings, rule="header.address")
    return Parsed(prefix.split(".")[0], [row], [part], 3.5 - 0.15 * max(0.0, post.cost - 2.0) if known else unknown)


def in_titles(name: str) -> str:
    """A name in capitals as a form prints it in small letters.

    >>> in_titles("DEPARTMENT OF STATE"), in_titles("THE HAGUE")
    ('Department of State', 'The Hague')
    """
    words = name.title().split(" ")
    return " ".join(word.lower() if number and word in _SMALL else word for number, word in enumerate(words))


def _titled_post(seen: str, words: list[str], channel: Channel, codes: Codes) -> tuple[Decoded, int]:
    """The post that the first words name, and where it ends in the text seen; specks may follow it."""
    best = Decoded("", 99.0), len(seen)
    for count in range(min(4, len(words)), 0, -1):
        item = read_post(" ".join(words[:count]).upper(), codes, channel)[0]
        surplus = len(words) - count
        cost = item.cost + (0.4 if item.cost < 0.1 else 1.5) * surplus
        if item.text in codes.posts and cost < best[0].cost and (surplus <= 2 or item.cost < 0.1):
            best = Decoded(item.text, cost), _reach(seen, len("".join(words[:count])))
    return best


def _reach(text: str, letters: int) -> int:
    """How far into a text that many letters and digits reach."""
    for at, char in enumerate(text):
        letters -= char.isalnum() or char in "_-'"
        if letters <= 0:
            return at + 1
    return len(text)


def _head(text: str, known: Vocabulary, channel: Channel) -> list[Decoded]:
    served = _ELSEWHERE if text.startswith(_ELSEWHERE) else ""
    plain = fold(strip_dust(text.removeprefix(served)))
    if len(plain) > _CODE and plain[0].isupper() and plain[1].islower() and plain.upper() in known.heads:
        return [Decoded(served + plain, 0.3)]  # `AmEmbassy`, as airgrams and forms print it
    if plain in known.heads:
        return [Decoded(served + plain, 0.05 if served + plain == text else channel.surplus_mark)]
    if len(plain) < 5:
        return []
    near = nearest(channel, plain, close_words(plain, known.head_list, 1 + len(plain) // 4), 3.0 + 1.4 * len(plain), 3)
    near = near or by_gaps(plain, known.head_list)
    return [Decoded(served + word, cost + 0.3) for word, cost in near]
