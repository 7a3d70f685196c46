"""Reasons for classification: `1.4 (b) and (d)`, as printed and as misread."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[1lI]\s?[.,]\s?(?P<section>[3-9])\w?[.,]?(?:\s[a-z]{2}(?=\s[({\[])|\s?-(?=[({\[]))?")
_LETTERS = "abcdefgh"
PLAIN_REASONS = re.compile(
    r"(?P<value>[1lI]\s?[.,]\s?[3-9] [a-h](?:(?:,? ?and ?|, ?| ?/ ?| & )[a-h])*)\W*(?: [a-z]{2,3}\W*){0,2}"
    r"(?: [A-Z]{2,6}\W*)?$",
    re.IGNORECASE,
)
"""Reasons without brackets at the end of a text: `1.4 b and d`."""
_GROUP = re.compile(
    r"(?P<open>[({\[]{1,2}|1(?=[A-Za-z]{1,2}\)))\s?(?P<letter>[A-Za-z468?]{1,2})\s?(?P<close>[)}\]j>]{1,2})"
)
_BETWEEN = re.compile(r"\s*(?P<word>and|an[di]|AND|&|,|/|;|\.)?\s*[:.,]?\s*(?=[({\[1])")
_READ_AS = {"6": "b", "8": "B", "?": ""}


def tidy_reasons(text: str) -> tuple[str, int] | None:
    """The reasons that a text begins with as they should read, and where they end; None where it has another form.

    Brackets that were misread are put right, and letters beside a letter of the list; what stands behind is left off.

    >>> tidy_reasons("1,5 (b) and: {(qd). oe"), tidy_reasons("1.4 (b/d)")
    (('1.5 (b) and (d)', 18), None)
    >>> tidy_reasons("1.4. (b>, (4d)")
    ('1.4 (b), (d)', 14)
    """
    number = _NUMBER.match(text)
    if number is None:
        return None
    value, at = f"1.{number['section']}", number.end()
    blank = " " if text[at : at + 1] == " " else ""
    place = at + len(text[at:]) - len(text[at:].lstrip())
    groups = 0
    while True:
        group = _GROUP.match(text, place)
        letter = _letter(group["letter"], value) if group else ""
        if group is None or not letter:
            break
        groups += 1
        value += f"{blank}({letter})"
        at = group.end()
        between = _BETWEEN.match(text, at)
        if between is None:
            break
        word = between["word"] or ""
        blank = (
            f" {'and' if word.startswith('an') else word} "
            if word[:1].isalpha()
            else word + between[0][-1:].strip(".,:;")
        )
        place = between.end()
    return (value, at) if groups else None


def _letter(seen: str, before: str) -> str:
    """The letter of a reason in a misread group; the last that can be one and comes after those before it."""
    read = "".join(_READ_AS.get(char, char) for char in seen)
    found = [char for char in read if char.lower() in _LETTERS]
    last = before.rstrip(")")[-1:].lower() if "(" in before else ""
    later = [char for char in found if f"({char})" not in before]
    found = [char for char in later if char.lower() > last] or later or found
    return found[-1] if found else ""
