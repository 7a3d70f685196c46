"""Rules for sums of money in shillings and pence, whose figures engines read as letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from cablefix.layout import LineClass
from cablefix.ledger import Edit, EvidenceKind
from cablefix.resources import dictionary_path
from cablefix.rules.context import Context, because
from cablefix.text import View

_NOT_TEXT = (LineClass.HEADER, LineClass.FURNITURE, LineClass.RULE, LineClass.PROTOCOL)
_SHILLINGS, _PENCE = 99, 11  # the most that is written in figures: 42s., but 11d.
_LEAST_SUMS = 3  # sound sums of a text in which a lone `Gd.` or `Is.` is one too
_FIGURE = r"(?:[0-9A-Za-z|!]?fi|[0-9A-Za-z|!]{1,2})"
_SUM = re.compile(rf"(?<![\w£.,])(?P<s>{_FIGURE})s(?P<between>[.,:]? ?)(?P<d>{_FIGURE})(?P<unit>d|rf|cl)(?!\w)")
_POUNDS = re.compile(rf"£ ?\d[\d,]*[.,]? ?(?P<s>{_FIGURE})s(?!\w)")
_LONE_PENCE = re.compile(r"(?<![\w£])(?<!\w[.,])(?P<d>G|fi)d(?!\w)")
_LONE_SHILLING = re.compile(r"(?<=[a-z,] )(?P<s>I)s(?=[.,] [a-z0-9])")
_SOUND = re.compile(r"(?<![\w£.,])\d{1,2}[sd](?!\w)")
_HINT = re.compile(r"\d[sd]\b|£")


@lru_cache(maxsize=1)
def _figures() -> dict[str, str]:
    """The figure that each reading stands for, the longest readings first."""
    lines = dictionary_path("confusions/sums.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return dict(sorted(((reading, figure) for reading, figure in rows[1:]), key=lambda row: -len(row[0])))


def _number(seen: str, most: int) -> str:
    """The number that a reading stands for, in figures; empty where it is none, or more than the most."""
    digits = seen
    for reading, figure in _figures().items():
        digits = digits.replace(reading, figure)
    sound = digits.isdecimal() and digits.isascii() and (digits == "0" or digits[0] != "0")
    return digits if sound and int(digits) <= most else ""


def repair_sums(view: View, context: Context) -> Iterator[Edit]:
    """Read letters in sums of shillings and pence as figures: `Is. 6d.`, `2s. Gd.`, `£4 lOs.`.

    Old newspapers are full of such sums, and an engine that expects words makes words of them. Beside a sound part of
    the same sum a letter that looks like a figure is one; alone, `Gd.` and `Is.` in mid-sentence are sums only in a
    text that has others. Lone `Id.` and `lid.`, and small `is`, are left alone: they may be words.

    >>> from cablefix.rules.examples import edits_of
    >>> edits_of(repair_sums, "They paid Is. 6d. for it, then 2s. Gd., then £4 lOs. It is 6d. now. His old tug sank.")
    [('Is', '1s'), ('Gd', '6d'), ('lOs', '10s')]
    """
    text = context.source.text
    if not _HINT.search(text):
        return
    several = sum(1 for _ in _SOUND.finditer(text)) >= _LEAST_SUMS
    found: dict[tuple[int, int], tuple[str, float, str]] = {}
    for match in _SUM.finditer(text):
        shillings, pence = _number(match["s"], _SHILLINGS), _number(match["d"], _PENCE)
        sound = match["s"].isdecimal() + (match["d"].isdecimal() and match["unit"] == "d")
        if not shillings or not pence or sound == 2 or (match["s"] == "i" and not match["between"].strip()):
            continue
        if sound or several:
            confidence, reason = (0.93 if sound else 0.85), "shillings and pence stand together"
            if not match["s"].isdecimal():
                found[match.start("s"), match.end("s") + 1] = shillings + "s", confidence, reason
            if not match["d"].isdecimal() or match["unit"] != "d":
                found[match.start("d"), match.end("unit")] = pence + "d", confidence, reason
    for match in _POUNDS.finditer(text):
        shillings = _number(match["s"], _SHILLINGS)
        if shillings and not match["s"].isdecimal() and match["s"] != "i":
            found[match.start("s"), match.end("s") + 1] = shillings + "s", 0.9, "shillings stand behind pounds"
    if several:
        for pattern, group, unit in ((_LONE_PENCE, "d", "d"), (_LONE_SHILLING, "s", "s")):
            for match in pattern.finditer(text):
                number = _number(match[group], _PENCE)
                found.setdefault(match.span(), (number + unit, 0.85, "this text has other sums of money"))
    for (start, end), (after, confidence, reason) in sorted(found.items()):
        if context.layout.line_class[context.layout.line_at(start)] in _NOT_TEXT or not context.is_free(start, end):
            continue
        yield context.edit(start, end, after, "sums.figures", confidence, because(EvidenceKind.FORM, reason))
