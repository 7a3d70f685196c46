"""Settle what a header repeats: precedence, number, sections, post, level, routing indicators, order, TAGS."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from rapidfuzz.distance import Levenshtein

from cablefix.cable.channel import Channel, Decoded
from cablefix.cable.codes import Codes
from cablefix.cable.draft import Draft
from cablefix.cable.formatlines import NETWORKS, in_form
from cablefix.cable.rows import Parsed, Part
from cablefix.cable.settle import ELSE, Verdicts, agree, form_evidence, weigh
from cablefix.ledger import Evidence

_SIGNS = "ZOPR"
_APART = 7.0
_MOST_DIGITS = 6
_OTHER_LEVEL, _LIKELY_LEVEL = 9.0, 0.3
_USUAL_END = "ZZH"  # of the security line
_UNLIKELY = 3.0
_MARKS, _THIRD = ".,:;!‘’'", 3
_OWN = 6.5  # the indicator that the table gives for the address beside it
_AGAIN = 5.0  # an indicator of line 2 that stands before an address too
_COPIED = 9.0  # the indicator of the one receiver that the circuit of line 1 has
_CIRCUIT = 8  # characters of line 1 that name its circuit
_OWN_LIMIT = 24.0
_LOOKS_SO = 5.6  # an indicator of an address that one of line 2 looks like: `RUEKICS`, `RUEKIJCS` for `RUEKJCS`
_NET = 4  # letters of an indicator that name its network
_NETWORK = 3.0
_EACH, _MOST_SECTIONS = 0.15, 40  # what each section more costs; no message has so many
_WORDS = {"FLASH": "Z", "IMMEDIATE": "O", "NIACT": "O", "PRIORITY": "P", "ROUTINE": "R"}


def settle_precedence(draft: Draft, verdicts: Verdicts, channel: Channel) -> tuple[str, float]:
    """Decide the precedence: digraph of line 2, letters before the date-time group, words after the addressees.

    Returns the letter of the highest precedence and its probability; empty where no place shows it.
    """
    dtg = draft.found.get("dtg")
    letter = dtg.part("dtg.prec") if dtg else None
    line = draft.found.get("routing")
    digraph = line.part("routing.prec") if line else None
    if letter is None and digraph is None:
        return "", 0.0
    words = _address_signs(draft)
    costs: list[tuple[float, str]] = []
    for sign in _SIGNS:
        cost = 0.0
        if letter is not None:
            near = [item.cost for item in letter.readings if item.text[0] == sign]
            cost += min(near, default=12.0)
        if digraph is not None:
            near = [item.cost for item in digraph.readings if item.text[0] == sign]
            cost += min(*near, _APART + 1.0) if near else _APART + 1.0
        costs.append((cost + _words_cost(sign, words), sign))
    costs.sort()
    shares = weigh([cost for cost, _ in costs], costs[0][0] + ELSE)
    sign, share = costs[0][1], shares[0]
    places = [part for part in (letter, digraph) if part is not None]
    if letter is not None:
        text = min(
            (r for r in letter.readings if r.text[0] == sign), key=lambda r: r.cost, default=Decoded(sign, 9.0)
        ).text
        others = [part for part in places if part is not letter]
        verdicts.set(letter, text, share, *_why(letter, text, sign, others, words))
    if digraph is not None:
        text = sign * 2
        best = digraph.readings[0].text
        if best != text and share < 0.9:
            text = best
        others = [part for part in places if part is not digraph]
        verdicts.set(digraph, text, share, *_why(digraph, text, sign, others, words))
    return sign, share


def _address_signs(draft: Draft) -> list[str]:
    parts = [part for item in (*draft.to, *draft.info) for part in item.parts if part.name.endswith(".precedence")]
    return [_WORDS[part.best.text] for part in parts if part.best.cost < 8.0]


def _words_cost(sign: str, words: Sequence[str]) -> float:
    """The most urgent word after an addressee is the precedence of the message; none at all means routine."""
    if not words:
        return 0.0 if sign == "R" else 1.2
    top = min(words, key=_SIGNS.index)
    if top == sign:
        return 0.0
    return 2.5 if _SIGNS.index(top) > _SIGNS.index(sign) else 4.0


def _why(part: Part, text: str, sign: str, others: Sequence[Part], words: Sequence[str]) -> tuple[Evidence, ...]:
    if text == part.seen:
        return ()
    evidence = form_evidence(part, text)
    fitting = [other for other in others if other.readings[0].text[0] == sign]
    if fitting:
        evidence = (*evidence, agree(f"the other precedence reads {fitting[0].readings[0].text!r}", fitting))
    if sign in words:
        evidence = (*evidence, agree("an addressee has this precedence", ()))
    return evidence


def settle_number(draft: Draft, verdicts: Verdicts, channel: Channel) -> tuple[str, float]:
    """Decide the number of the message: classification line, serial of the DE line, page heads, trailer.

    Returns the digits as the classification line prints them and their probability.
    """
    line = draft.found.get("classification")
    own = line.part("class.number") if line else None
    de = draft.found.get("de")
    serial = de.part("de.serial") if de else None
    heads = [part for page in draft.pages if (part := page.part("page.number"))]
    if own is None and serial is None:
        return "", 0.0
    seen = [part.seen.lstrip("#") for part in (own, serial, *heads) if part]
    if own and " " in own.seen:
        seen.append(own.seen)
    seen += own.others if own else []
    likely = not own or not own.seen.isdecimal() or _size_cost(int(own.seen), draft) < _UNLIKELY
    if likely and own and own.seen.isdecimal() and all(text.isdecimal() and _same(text, own.seen) for text in seen):
        for part in (own, serial):
            if part:
                verdicts.set(part, part.seen, 0.995 if len(seen) > 1 else 0.97)
        return own.seen, 0.995 if len(seen) > 1 else 0.97
    witnesses = [part for part in (own, serial, *_different(heads)) if part]
    size = min(len(own.seen.replace(" ", "")), _MOST_DIGITS) if own else 4
    cited = cited_numbers(draft)
    costs = sorted(
        (
            sum(_seen_cost(value, part, size, channel) for part in witnesses)
            + _cited_cost(value, cited)
            + _size_cost(value, draft),
            value,
        )
        for value in _values(witnesses, channel)
    )
    if not costs:
        return "", 0.0
    shares = weigh([cost for cost, _ in costs], costs[0][0] + ELSE)
    value = costs[0][1]
    for part in (own, serial):
        if part is None:
            continue
        text = _form(value, part, size)
        agreeing = sum(w for (_, v), w in zip(costs, shares, strict=True) if _form(v, part, size) == text)
        others = [w for w in witnesses if w is not part and _seen_cost(value, w, size, channel) < _APART]
        alone = part.best.text.lstrip("#") if len(witnesses) > 1 and not others else text.lstrip("#")
        if alone != text.lstrip("#"):
            verdicts.set(part, part.best.text, 0.5)
            continue
        evidence = form_evidence(part, text)
        if evidence and others:
            evidence = (*evidence, agree(f"number {value} in {len(others)} other place(s)", others))
        verdicts.set(part, text, agreeing, *evidence)
    return f"{value:0{size}d}" if own else "", shares[0]


def cited_numbers(draft: Draft) -> list[int]:
    """Numbers of the same post and year that the references name: this message has a higher one."""
    post = draft.part_text("classification", "class.post")
    text = " ".join(row.text for row in draft.runs.get("ref", []))
    if not post or not text:
        return []
    return [int(number) for number in re.findall(rf"(?<!\d\d ){re.escape(post)} (\d{{2,6}})\b", text)]


def _size_cost(value: int, draft: Draft) -> float:
    """A number that no post reached in a year: the Department sent up to some 330,000, a large post some 30,000."""
    return size_cost(value, draft.part_text("classification", "class.post"))


def size_cost(value: int, post: str) -> float:
    """The same for a post by name."""
    often, ever = (340000, 400000) if post == "STATE" else (40000, 120000)
    if value > often:
        return 6.0 if value <= ever else 14.0
    return 1.0 if post != "STATE" and value > 26000 else 0.0


def _cited_cost(value: int, cited: Sequence[int]) -> float:
    if not cited:
        return 0.0
    top = max(cited)
    return 3.0 if value < top else 1.5 if value > 2.5 * top + 500 else 0.0


def _same(one: str, other: str) -> bool:
    return int(one) == int(other) or (len(one) == 4 and int(one) == int(other) % 10000)


def _different(parts: Iterable[Part]) -> list[Part]:
    found: dict[str, Part] = {}
    for part in parts:
        found.setdefault(part.seen, part)
    return list(found.values())[:6]


def _values(witnesses: Sequence[Part], channel: Channel) -> set[int]:
    values: set[int] = set()
    tails: set[int] = set()
    for part in witnesses:
        for item in part.widen(channel)[:8]:
            digits = item.text.lstrip("#")
            if digits.isdecimal():
                (tails if part.name == "de.serial" and len(digits) == 4 else values).add(int(digits))
    if not values:
        return tails
    return values | tails | {value // 10000 * 10000 + tail for value in values for tail in tails}


def _form(value: int, part: Part, size: int) -> str:
    """The number as a place prints it."""
    if part.name == "class.number":
        return f"{value:0{size}d}"
    if part.name == "de.serial":
        digits = (
            f"{value % 10000:04d}" if value < 10000 or len(part.seen.replace(" ", "").lstrip("#")) <= 4 else str(value)
        )
        return ("#" if part.seen[:1] == "#" or len(part.seen.replace(" ", "")) > 4 else "") + digits
    return f"{value:0{max(5, len(part.seen))}d}" if part.name == "page.number" else str(value)


def _seen_cost(value: int, part: Part, size: int, channel: Channel) -> float:
    return min(part.price(_form(value, part, size), channel), _APART + 2.0 + len(part.others))


def settle_sections(draft: Draft, verdicts: Verdicts, channel: Channel) -> None:
    """Decide section and total: classification line, DE line, page heads of the 2000s."""
    line = draft.found.get("classification")
    if line is None:
        return
    de = draft.found.get("de")
    number, total = line.part("class.section"), line.part("class.total")
    own = [part for part in (number, de.part("de.section") if de else None) if part]
    heads = [part for page in draft.pages if (part := page.part("page.total"))]
    for places, spare in ((own, ()), ([total] if total else [], heads)):
        if not places or not all(item.text.strip("/").isdecimal() for part in places for item in part.readings[:1]):
            continue
        every = [*places, *_different(spare)]
        values = {
            int(r.text.strip("/"))
            for part in every
            for r in part.widen(channel)
            if r.text.strip("/").isdecimal() and (r.text == part.seen or int(r.text.strip("/")) <= _MOST_SECTIONS)
        }
        costs = sorted((sum(_count_cost(value, part, channel) for part in every), value) for value in values if value)
        if not costs:
            continue
        costs = sorted((cost + _EACH * value, value) for cost, value in costs)
        shares = weigh([cost for cost, _ in costs], costs[0][0] + ELSE)
        value = costs[0][1]
        for part in places:
            text = _count_form(value, part)
            evidence = form_evidence(part, text)
            others = [w for w in every if w is not part and _count_cost(value, w, channel) < 4.0]
            if evidence and others:
                evidence = (*evidence, agree(f"{value} in {len(others)} other place(s)", others))
            verdicts.set(part, text, shares[0], *evidence)


def _count_form(value: int, part: Part) -> str:
    if part.name == "page.total":
        return f"{value:03d}"
    if part.name == "de.section":
        return ("/" if "/" in part.readings[0].text else "") + f"{value:02d}"
    return f"{value:02d}" if len(part.seen.strip(".,:")) > 1 else str(value)


def _count_cost(value: int, part: Part, channel: Channel) -> float:
    return min(part.price(_count_form(value, part), channel), _APART + len(part.others))


def settle_level(draft: Draft, verdicts: Verdicts, codes: Codes) -> None:
    """Decide the letters of the security line by the level of the classification line."""
    line, security = draft.found.get("classification"), draft.found.get("security")
    if security is None:
        return
    signal, letters = security.part("security.signal"), security.part("security.letters")
    if signal is None or letters is None:
        return
    level = line.part("class.value") if line else None
    entry = codes.classification_forms.get(level.seen.replace(" ", "").split("//")[0]) if level else None
    signals = {item.letters: item.signal for item in codes.classifications.values() if item.letters}
    costs = []
    for item in letters.readings:
        wanted = signals.get(item.text, "ZNY")
        near = min((s.cost for s in signal.readings if s.text == wanted), default=8.0)
        off = 0.0 if entry is None or not entry.letters or entry.letters == item.text else _OTHER_LEVEL
        costs.append((item.cost + near + off, item.text, wanted))
    costs.sort()
    shares = weigh([min(cost, 6.0 + cost / 8) for cost, _, _ in costs], 8.0)
    _, text, wanted = costs[0]
    more = (
        (agree(f"the classification line says {level.seen}", [level]),)
        if level and entry and entry.letters == text
        else ()
    )
    if more and shares[0] > _LIKELY_LEVEL:
        shares[0] = max(shares[0], 0.95)
    rest = security.part("security.rest")
    if rest is not None and shares[0] >= 0.95 and rest.best.text == _USUAL_END and rest.seen != _USUAL_END:
        verdicts.set(rest, rest.best.text, 0.95, *form_evidence(rest, rest.best.text))
    verdicts.set(letters, text, shares[0], *form_evidence(letters, text), *(more if text != letters.seen else ()))
    verdicts.set(signal, wanted, shares[0], *form_evidence(signal, wanted))


def settle_post(draft: Draft, verdicts: Verdicts, channel: Channel, codes: Codes) -> None:
    """Decide the post before the number and the one in the FM line: they are the same, but for missions and STATE."""
    line, sender = draft.found.get("classification"), draft.found.get("from")
    own = line.part("class.post") if line else None
    named = _sending_post(sender) if sender else None
    heads = [part for page in draft.pages if (part := page.part("page.post"))]
    if own is None or named is None:
        return
    if own.readings[0].text == own.seen and (
        own.seen == named.seen or (named.readings[0].text == named.seen and _same_post(own.seen, named.seen, codes))
    ):
        verdicts.set(own, own.seen, 0.995)
        verdicts.set(named, named.seen, 0.995)
        return
    names = {r.text for part in (own, named) for r in part.readings}
    names |= {r.text for part in heads for r in part.readings if r.text in codes.posts}
    costs = []
    for name in names:
        cost = sum(min(part.price(name, channel, part.seen.strip(".,:;‘’'")), _APART) for part in (own, named))
        cost += sum(min(_head_cost(name, part, channel), 4.0) for part in _different(heads))
        costs.append((cost + (0.0 if name in codes.posts else 6.0 if name.replace(" ", "").isalpha() else 12.0), name))
    costs.sort()
    shares = weigh([cost for cost, _ in costs], costs[0][0] + ELSE)
    name = costs[0][1]
    for part, other in ((own, named), (named, own)):
        near = Levenshtein.distance(name, part.seen.strip(_MARKS)) <= len(name) // _THIRD and name == other.best.text
        if channel.word_cost(name, part.seen.strip(".,:;‘’'")) >= _APART + 2 and not near:
            continue
        evidence = form_evidence(part, name)
        if evidence:
            evidence = (*evidence, agree(f"the other line says {other.seen!r}", [other]))
        verdicts.set(part, name, shares[0], *evidence)


def _sending_post(sender: Parsed) -> Part | None:
    """The post of the FM line; where it is like none, the one word behind the head of the address."""
    named = sender.part("from.1.name.post")
    words = sender.named("from.1.name.")
    if named is None and len(words) == 2 and words[0].name.endswith(".head"):
        return words[1]
    return named


def _same_post(one: str, other: str, codes: Codes) -> bool:
    """Whether two names are those of one post: `FM USMISSION NATO` sends what is numbered `USNATO 02760`."""
    return bool(set(codes.posts_named(one)) & set(codes.posts_named(other)))


def _head_cost(name: str, part: Part, channel: Channel) -> float:
    short = {name, name[:6].strip(), name.replace(" ", "")[:6]}
    return min(channel.word_cost(text, part.seen) for text in short)


def settle_routing(draft: Draft, verdicts: Verdicts, channel: Channel, codes: Codes) -> None:
    """Decide routing indicators by the address that each belongs to, and the sender's by the FM line."""
    pairs: list[tuple[Part, str]] = []
    for item in (*draft.to, *draft.info):
        part = next((part for part in item.parts if part.name.endswith(".routing")), None)
        if part is not None:
            pairs.append((part, address_name(item, verdicts)))
    de, sender = draft.found.get("de"), draft.found.get("from")
    station = de.part("de.station") if de else None
    if station is not None:
        pairs.append((station, address_name(sender, verdicts) if sender else ""))
    for part, name in pairs:
        own = codes.routing_of(name) or codes.routing_of(name.split("//")[0].strip())
        _settle_route(part, own, _OWN, verdicts, channel, codes)
    line = draft.found.get("routing")
    relayed = line.named("routing.ri.") if line else []
    again = [text for part, name in pairs if name and (text := verdicts.of(part).text) == part.seen.strip(".,:;")]
    named = [text for part, name in pairs if name and (text := verdicts.of(part).text) in codes.routing_indicators]
    first = draft.found.get("channel")
    circuit = verdicts.of(first.parts[0]).text[:_CIRCUIT] if first and len(relayed) == 1 else ""
    copy = codes.circuits.get(circuit, "")
    for part in relayed:
        alike = [verdicts.of(other).text for other, name in pairs if name and other.seen == part.seen]
        fitting = [text for text in again if len(text) == len(part.seen) and not in_form(part.seen)]
        fitting += [text for text in alike if text in codes.routing_indicators]
        if part.seen.strip(_MARKS) not in codes.routing_indicators:
            fitting += [text for text in named if channel.cost(text, part.seen.strip(_MARKS), _LOOKS_SO) < _LOOKS_SO]
        spoken = [copy, *fitting] if copy else fitting
        _settle_route(part, spoken, _COPIED if copy else _AGAIN, verdicts, channel, codes)


def _settle_route(
    part: Part, own: Collection[str], bonus: float, verdicts: Verdicts, channel: Channel, codes: Codes
) -> None:
    """Decide an indicator; `own` are those that the rest of the header speaks for, by so many nats."""
    seen = part.seen.strip(".,:;")
    readings = {item.text: item.cost for item in part.readings}
    for indicator in own:
        cost = channel.cost(indicator, seen, _OWN_LIMIT)
        if cost < _OWN_LIMIT:
            readings[indicator] = min(readings.get(indicator, cost), cost)
    costs = sorted(
        (cost - (bonus if text in own else _NETWORK if _torn_network(text, seen, codes) else 0.0), text)
        for text, cost in readings.items()
    )
    if not costs:
        return
    text = costs[0][1]
    clear = text in own or _torn_network(text, seen, codes)
    shares = weigh([cost for cost, _ in costs], max(ELSE, costs[0][0] + 4.0) if clear else ELSE)
    evidence = form_evidence(part, text)
    if evidence and text in own:
        evidence = (*evidence, agree(f"the rest of the header says {text}", [part]))
    known = text in codes.routing_indicators or text in own
    share = shares[0] if known else min(shares[0], 0.94 if text == part.seen else 0.85)
    verdicts.set(part, text, share, *evidence)


def _torn_network(text: str, seen: str, codes: Codes) -> bool:
    """Whether a known indicator differs from what is seen in the letters of its network alone, and these name none."""
    known = text in codes.routing_indicators and text != seen
    return known and text[_NET:] == seen[_NET:] and seen[:_NET] not in NETWORKS


def address_name(item: Parsed, verdicts: Verdicts) -> str:
    """The name in an address as decided."""
    return " ".join(verdicts.of(part).text for part in item.parts if ".name." in part.name)


def settle_order(draft: Draft, day: date | None, verdicts: Verdicts, codes: Codes) -> None:
    """Decide the executive order by the date: the one in force, or the one just before it."""
    line = draft.found.get("eo")
    part = line.part("eo.number") if line else None
    if part is None:
        return
    force = {entry.eo for entry in codes.executive_orders_in_force(day, slack=200)} if day else set()
    costs = sorted((item.cost + (0.0 if not day or item.text in force else 3.5), item.text) for item in part.readings)
    shares = weigh([cost for cost, _ in costs], max(ELSE, costs[0][0] + 5.0))
    text = costs[0][1]
    evidence = form_evidence(part, text)
    if evidence and text in force:
        evidence = (*evidence, agree(f"E.O. {text} was in force on {day}", [part]))
    verdicts.set(part, text, shares[0], *evidence)
