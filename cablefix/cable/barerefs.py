"""References without the word REF: military messages list them below the subject, each on a line with its letter."""

from __future__ import annotations

from collections.abc import Sequence

from cablefix.cable.bodylines import BARE_REFERENCE
from cablefix.cable.channel import Decoded
from cablefix.cable.draft import Draft
from cablefix.cable.rows import LIKE_C, Parsed, Part, Row


def place_bare_references(draft: Draft, rows: Sequence[Row]) -> None:
    """Place `A. CINCLANTFLT 302215Z SEP 87` and the lines below it that count on, straight below the subject.

    Only where the message has no line of references, and only lines that hold one whole reference each: a
    sub-paragraph says more.
    """
    subject = draft.runs.get("subject")
    if not subject or "ref" in draft.found:
        return
    first = next((at for at, row in enumerate(rows) if row.number > subject[-1].number), len(rows))
    found: list[Row] = []
    for row in rows[first:]:
        match = BARE_REFERENCE.fullmatch(row.text)
        label = chr(ord("A") + len(found))
        if match is None or not (match["label"] == label or (match["label"] in LIKE_C and label == "C")):
            break
        found.append(row)
    if found:
        text = found[0].text
        part = Part("ref.text", found[0].span(0, len(text)), text, [Decoded(text, 0.0)])
        draft.found["ref"] = Parsed("ref", found, [part], 5.0)
        draft.runs["ref"] = found
