"""Repairs of header codes: what the cable grammar decided becomes edits."""

from __future__ import annotations

from collections.abc import Iterator

from cablefix.cable.fields import Repair
from cablefix.ledger import Edit, Evidence, EvidenceKind
from cablefix.rules.context import Context
from cablefix.text import Span, View


def repair_header(view: View, context: Context) -> Iterator[Edit]:
    """Repair the codes of a message header: precedence, date-time group, digits, keywords, TAGS, addresses.

    The damage: OCR reads the capitals and digits of header codes as each other (`00 RUEHXYZ` for `OO RUEHXYZ`,
    `0811432` for `081143Z`), splits and joins groups (`VZCZCXRO1 234`). It comes from type in which O and 0 are
    alike and from codes that no language model knows.

    Each code is read by the format line it stands in and by what the other fields of the message say; the grammar
    (`cablefix.cable`) gives the readings and their confidence, this rule only hands them on. Below the threshold of
    the profile they are proposals. Lines of a document that is no cable are never touched, nor is text of the
    message: names of people, subjects and references keep their spelling.

    >>> from cablefix.rules.header import repair_header
    >>> repair_header.__name__
    'repair_header'
    """
    header = context.header
    if header is None:
        return
    for repair in header.repairs:
        if not _stands_already(context, repair):
            yield _edit(context, repair)
    signature = header.fields.get("signature")
    if signature is not None and isinstance(signature.value, str):
        seen = " ".join(context.source.text[signature.span.start : signature.span.end].split())
        if seen and seen != signature.value:
            yield _edit(context, _signature_repair(signature.span, signature.value, seen, signature.confidence))


def _signature_repair(span: Span, value: str, seen: str, confidence: float) -> Repair:
    evidence = (
        Evidence(EvidenceKind.CROSS_CHECK, f"{value} was chief of mission on the day of the message", 0.0, (span,)),
        Evidence(EvidenceKind.CONFUSION, f"{value!r} is read as {seen!r}"),
    )
    return Repair(span, value, "header.signature", confidence, evidence)


def _stands_already(context: Context, repair: Repair) -> bool:
    """Whether the source has the number sign that the repair would put before a serial."""
    start, end = repair.span
    before = context.source.text[start:end]
    return repair.after == f"#{before}" and context.source.text[start - 1 : start] == "#"


def _edit(context: Context, repair: Repair) -> Edit:
    return context.edit(
        repair.span.start, repair.span.end, repair.after, repair.rule, repair.confidence, *repair.evidence
    )
