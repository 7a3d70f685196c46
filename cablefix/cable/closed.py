"""What closed lists and the lines beside it make sure: names of addresses, keywords, the channel of the first line.

A reading is weighed against all that a place may hold. Where a table holds all of it, or another part of the line says
the same, hardly anything else is left, and the reading is surer than its own costs say.
"""

from __future__ import annotations

from collections.abc import Sequence

from cablefix.cable.channel import Channel, Decoded, close_words
from cablefix.cable.codes import Codes
from cablefix.cable.decl import decl_date
from cablefix.cable.draft import Draft
from cablefix.cable.names import vocabulary
from cablefix.cable.refs import Reference
from cablefix.cable.rows import Parsed, Part, strip_dust
from cablefix.cable.settle import ELSE, Verdicts, agree, form_evidence, weigh

_SURE = 0.96
_UNLISTED = 0.9
_LIKELY = 0.9
_SAME = 0.5  # cost up to which a part reads as it is seen
_FAR = 12.0  # a word that would cost more is not read by its neighbour
_LEAST_NAMED = 3  # words of a name of which the last may be like no other, where the rest and the indicator are clear
_OF_POSTS = frozenset(("AMEMBASSY", "AMCONSUL", "AMCONGEN"))
_LEAST_POST = 5
_MOST_WRONG = 0.6  # of a name that the routing indicator beside it names, so many characters may be wrong
_MORE = 5.0  # how much less likely another reading is where the form leaves no other
_CITED_YEARS, _OLD = 4, 6.0  # the age of most references in years, and what an older one costs
_WORDS = frozenset(("OADR", "N/A", "GDS", "ADS", "XGDS", "MR"))


def settle_names(draft: Draft, verdicts: Verdicts, channel: Channel, codes: Codes) -> None:
    """Decide damaged words of addresses of which the rest is clear.

    `AMEMSASSY LONDON`: before a post stands the head of an address, and these are a short list. `AMEMBASSY MADEID`:
    posts are all known, and only one is so near. `RUEHNR/AMEMBASSY NATRORT`: the table has one address for the
    indicator. A name that is as far from the table's as another would be is left alone.
    """
    sender = draft.found.get("from")
    for item in (*([sender] if sender else []), *draft.to, *draft.info):
        names = [part for part in item.parts if ".name." in part.name]
        if not names or (all(part.best.text == part.seen for part in names) and _known(names, codes)):
            continue
        if item is sender and not _known(names, codes) and not any(part.best.cost > _SAME for part in names):
            for part in names:  # no list has it: nothing but its form speaks for it
                verdicts.set(part, part.best.text, min(verdicts.of(part).confidence, _UNLISTED))
        if _by_routing(item, names, verdicts, codes):
            continue
        _by_rest(names, verdicts, channel, codes)


def _known(names: Sequence[Part], codes: Codes) -> bool:
    whole = " ".join(part.best.text for part in names)
    return whole in codes.addressees or names[-1].best.text in codes.posts or bool(codes.routing_of(whole))


def _by_routing(item: Parsed, names: Sequence[Part], verdicts: Verdicts, codes: Codes) -> bool:
    """The name that the table has for the routing indicator before it, where each word of it is near what is seen."""
    route = next((part for part in item.parts if part.name.endswith(".routing")), None)
    listed = codes.routing(strip_dust(route.seen)) if route else ()
    if route is None or len(listed) != 1:
        return False
    head = len(names) == 2 and names[1].name.endswith(".post")
    words = listed[0].split(" ", 1) if head else listed[0].split(" ")
    if len(words) != len(names):
        return False
    but_last = len(names) >= _LEAST_NAMED and all(w == part.seen for w, part in zip(words[:-1], names, strict=False))
    if not but_last and not all(map(_near, words, names)):
        return False
    if not any(word in (part.seen, part.best.text) for word, part in zip(words, names, strict=True)):
        return False
    for word, part in zip(words, names, strict=True):
        if word != part.seen:
            said = agree(f"{strip_dust(route.seen)} is the routing indicator of {listed[0]}", [route])
            part.readings.insert(0, Decoded(word, part.best.cost))
            verdicts.set(part, word, _SURE, *form_evidence(part, word), said)
    return True


def _near(word: str, part: Part) -> bool:
    seen = strip_dust(part.seen)
    return word == seen or bool(close_words(seen, (word,), int(_MOST_WRONG * len(word))))


def _by_rest(names: Sequence[Part], verdicts: Verdicts, channel: Channel, codes: Codes) -> None:
    """One damaged word of a name whose other words are clear."""
    damaged = [part for part in names if part.best.text != part.seen or part.best.cost > _SAME]
    if len(damaged) != 1 or len(names) < 2:
        return
    part = damaged[0]
    if part.name.endswith(".head") and part.best.cost < _FAR and names[-1].best.text in codes.posts:
        _take_best(part, verdicts, _SURE)
    elif part.best.text == part.seen and names[0].best.text in _OF_POSTS and part is names[-1]:
        post = _only_post(part.seen, codes)
        if post:
            part.readings.insert(0, Decoded(post, channel.word_cost(post, part.seen)))
            verdicts.set(part, post, _LIKELY, *form_evidence(part, post))
    elif part.best.text != part.seen and part.best.cost < _FAR and _known(names, codes):
        _take_best(part, verdicts, _SURE)


def _only_post(seen: str, codes: Codes) -> str:
    """The only post that is one character away from a name that is none."""
    plain = strip_dust(seen)
    if len(plain) < _LEAST_POST or plain in codes.posts:
        return ""
    near = close_words(plain, vocabulary(codes).post_list, 1)
    return near[0] if len(near) == 1 else ""


def settle_keywords(draft: Draft, verdicts: Verdicts) -> None:
    """Decide the words `E.O.` and `DECL` of a line whose number and date are clear: nothing else stands before these.

    `8.0. 12356: N/A`, `E.O. 12958: Dec: 07/18/2013`.
    """
    line = draft.found.get("eo")
    if line is None:
        return
    word, number = line.part("eo.word"), line.part("eo.number")
    if word is None or number is None or verdicts.of(number).confidence < _LIKELY:
        return
    if word.best.text != word.seen:
        _take_best(word, verdicts, _SURE)
    decl, value = line.part("eo.decl_word"), line.part("eo.decl")
    if decl is not None and value is not None and decl.best.text != decl.seen:
        text = verdicts.of(value).text
        if decl_date(text) or text in _WORDS:
            _take_best(decl, verdicts, _SURE)


def settle_channel(draft: Draft, verdicts: Verdicts) -> None:
    """Decide the first line where the second or third of the form stands below it: what else it may be is little.

    `VZCZCKRO8B830` above `RR RUEHMA`. The letters before the number are those of few circuits, so only the figures
    are in doubt.
    """
    line = draft.found.get("channel")
    if line is None or not ({"routing", "de"} & draft.found.keys()):
        return
    part = line.parts[0]
    if part.best.text == part.seen:
        return
    costs = [item.cost for item in part.readings]
    _take_best(part, verdicts, weigh(costs, max(ELSE, costs[0] + _MORE))[0])


def _take_best(part: Part, verdicts: Verdicts, share: float) -> None:
    """Decide a part for its cheapest reading."""
    verdicts.set(part, part.best.text, share, *form_evidence(part, part.best.text))


def settle_cited_years(refs: Sequence[Reference], year: int | None, verdicts: Verdicts) -> None:
    """Decide the year of a reference by that of the message: messages cite those of their own year or of few before.

    `97 TBILISI 2988` in a message of 2008 is of 07.
    """
    if year is None:
        return
    for part in (part for item in refs for _, _, part in item.parts if part.name == "ref.year"):
        costs = sorted((item.cost + _age_cost(item.text, year), item.text) for item in part.readings)
        text = costs[0][1]
        if text != part.best.text:
            share = weigh([cost for cost, _ in costs])[0]
            verdicts.set(part, text, share, *form_evidence(part, text), agree(f"the message is of {year}", ()))


def _age_cost(text: str, year: int) -> float:
    age = (year - int(text)) % 100 if text.isdecimal() else 100
    return 0.0 if age <= _CITED_YEARS else _OLD
