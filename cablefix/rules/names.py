"""Rules that propose what only a person can decide: spellings of a name that do not agree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cablefix.layout import LineClass
from cablefix.ledger import Edit, EvidenceKind
from cablefix.rules.context import Context, because
from cablefix.text import View

_NAME = re.compile(r"[A-Z](?<![\w'-].)[a-z]{4,}(?:-[A-Z][a-z]+)?(?![\w-])")


def propose_name_variants(view: View, context: Context) -> Iterator[Edit]:
    """Propose the usual spelling of a name for one that differs from it by a swap or one letter.

    `Karimov` twice and `Kairmov` once may be the author's slip, a misreading, or two people: the rule proposes and
    never applies. Only words that the word list does not know are compared, and the usual form must be the more
    frequent one.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(propose_name_variants, "Zhebnov spoke. Zhebnov sat. Zhbenov left. Orlov and Orlova stayed.")
    [('Zhbenov', 'Zhebnov')]
    """
    text = context.source.text
    places: dict[str, list[tuple[int, int]]] = {}
    for match in _NAME.finditer(text):
        places.setdefault(match[0], []).append(match.span())
    usual = context.words.unknown([word for word, spans in places.items() if len(spans) >= 2])
    by_key: dict[tuple[str, int], list[str]] = {}
    for word in usual:
        by_key.setdefault((word[0], len(word)), []).append(word)
    reach = {(first, length + more) for first, length in by_key for more in (-1, 0, 1)}
    near_usual = [word for word in places if (word[0], len(word)) in reach]
    unknown = {word: len(places[word]) for word in context.words.unknown(near_usual)}
    for word, count in unknown.items():
        near = [*by_key.get((word[0], len(word)), ()), *by_key.get((word[0], len(word) + 1), ())]
        near += by_key.get((word[0], len(word) - 1), ())
        for other in near:
            kind = _differ(word, other) if unknown[other] > count else ""
            if not kind:
                continue
            for start, end in places[word]:
                if context.layout.line_class[context.layout.line_at(start)] in (
                    LineClass.FURNITURE,
                    LineClass.HEADER,
                ):
                    continue
                reason = because(
                    EvidenceKind.CONTEXT, f"{other} stands {unknown[other]} times; this one differs by {kind}"
                )
                confidence = 0.5 if kind == "two letters swapped" else 0.4
                yield context.edit(start, end, other, "names.variant", confidence, reason)
            break


def _differ(one: str, other: str) -> str:
    """How two words differ, where it is by a swap of neighbours or one letter inside; empty otherwise."""
    if len(one) == len(other):
        places = [k for k in range(len(one)) if one[k] != other[k]]
        if len(places) == 2 and places[1] == places[0] + 1:
            a, b = places
            return "two letters swapped" if one[a] == other[b] and one[b] == other[a] else ""
        return "one letter" if len(places) == 1 and places[0] < len(one) - 1 else ""
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    for k in range(1, len(longer) - 1):
        if longer[:k] + longer[k + 1 :] == shorter:
            return "one letter"
    return ""
