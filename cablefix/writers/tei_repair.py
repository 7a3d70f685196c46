"""Repairs in TEI: each is a `choice` of `corr` (always first) and `sic`, with who, which rule, how sure and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from cablefix.ledger import Decision, Edit, Evidence, EvidenceKind, Verdict, fault_of
from cablefix.text import Span
from cablefix.writers.tei_xml import Ids, Xml, attribute, attributes, word

# TEI asks whether the evidence lies in the text or outside it (att.editLike); the finer kinds stand beside that.
_OUTSIDE = frozenset({EvidenceKind.LEXICON, EvidenceKind.CONFUSION, EvidenceKind.WITNESS, EvidenceKind.USER})


def evidence_words(evidence: Iterable[Evidence]) -> str:
    """The value of `evidence`: internal or external or both, then the kinds of evidence in the order given.

    >>> evidence_words([Evidence(EvidenceKind.SEQUENCE, "between 2 and 4")])
    'internal sequence'
    """
    kinds = list(dict.fromkeys(item.kind for item in evidence))
    sides = {"external" if kind in _OUTSIDE else "internal" for kind in kinds}
    return " ".join([*sorted(sides, reverse=True), *(str(kind) for kind in kinds)]) or "internal"


def certainty(confidence: float) -> str:
    """A confidence as `cert` has it: a probability with at most three decimals.

    >>> certainty(0.97), certainty(1.0)
    ('0.97', '1')
    """
    return f"{min(max(confidence, 0.0), 1.0):.3f}".rstrip("0").rstrip(".")


class RepairWriter:
    """Writes repairs and keeps what the header and standOff say about them."""

    def __init__(self, xml: Xml, ids: Ids, reviewers: Mapping[str, str], verdicts: Iterable[Verdict]) -> None:
        self._xml = xml
        self._ids = ids
        accepted = (item for item in verdicts if item.decision is Decision.ACCEPTED)
        self._accepted = {item.edit: f"#{reviewers[item.who]}" for item in accepted if item.who in reviewers}
        self.faults: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self.reasons: list[tuple[str, tuple[Evidence, ...]]] = []

    def choice(self, edit: Edit, corr: str, sic: str) -> str:
        """The `choice` of an edit; `corr` and `sic` are content ready to stand in TEI."""
        key = edit.id
        name = self._ids.give(f"e-{key}")
        fault = fault_of(edit.rule)
        self.faults[fault] += 1
        self.rules[edit.rule] += 1
        if edit.evidence:
            self.reasons.append((name, edit.evidence))
        who = " ".join(filter(None, ("#cablefix", self._accepted.get(key))))
        # Every value but the rule is made of letters, digits and dots of our own.
        return (
            f'<choice xml:id="{name}"><corr type="{fault}" subtype="{attribute(word(edit.rule))}" resp="{who}"'
            f' cert="{certainty(edit.confidence)}" evidence="{evidence_words(edit.evidence)}">{corr}</corr>'
            f"<sic>{sic}</sic></choice>"
        )

    def furniture_choice(self, span: Span, corr: str, sic: str) -> str:
        """Furniture whose restored reading rests on what the same furniture reads on the other pages."""
        name = self._ids.give(f"f-{span.start}")
        self.faults["ocr"] += 1
        self.rules["furniture"] += 1
        names = attributes(type="ocr", subtype="furniture", resp="#cablefix", evidence="internal sequence")
        return f'<choice xml:id="{name}"><corr{names}>{corr}</corr><sic>{sic}</sic></choice>'
