"""`standOff`: organizations and people of the header, proposals, checks that fail, and the reasons for each repair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cablefix.cable.fields import Check, Status
from cablefix.ledger import Edit, Evidence
from cablefix.writers.tei_markup import Vocabulary
from cablefix.writers.tei_repair import certainty
from cablefix.writers.tei_xml import Ids, Xml, attributes, word


@dataclass(frozen=True, slots=True)
class Proposal:
    """A repair that was not made: the id of the place in the text, the words there and what they would read."""

    edit: Edit
    target: str
    before: str
    after: str


_WHO = '<respStmt><resp>{}</resp><name ref="#cablefix">cablefix</name></respStmt>'


def stand_off(
    words: Vocabulary,
    xml: Xml,
    ids: Ids,
    proposals: Sequence[Proposal],
    checks: Sequence[tuple[Check, tuple[str, ...]]],
    reasons: Sequence[tuple[str, tuple[Evidence, ...]]],
) -> str:
    """The `standOff` element, empty when there is nothing to say.

    `checks` come with the ids that they point at, `reasons` with the id of the repair.
    """
    parts = (
        _organizations(words, xml),
        _annotations("queries", [_proposal(item, xml, ids) for item in proposals]),
        _annotations("checks", [_check(check, targets, xml, ids) for check, targets in checks]),
        _annotations("evidence", [_reason(name, evidence, xml, ids) for name, evidence in reasons]),
    )
    content = "".join(parts)
    return f"<standOff>\n{content}</standOff>\n" if content else ""


def _organizations(words: Vocabulary, xml: Xml) -> str:
    rows = []
    for name, (key, routing) in words.orgs.items():
        code = f'<idno type="routing">{xml.text(routing)}</idno>' if routing else ""
        rows.append(f'<org xml:id="{key}"><orgName>{xml.text(name)}</orgName>{code}</org>\n')
    return f"<listOrg>\n{''.join(rows)}</listOrg>\n" if rows else ""


def _annotations(kind: str, rows: Sequence[str]) -> str:
    return f'<listAnnotation type="{kind}">\n{"".join(rows)}</listAnnotation>\n' if rows else ""


def _sentences(evidence: Sequence[Evidence]) -> str:
    return "; ".join(item.text for item in evidence if item.text)


def _proposal(item: Proposal, xml: Xml, ids: Ids) -> str:
    """A repair that was not sure enough to be made."""
    edit, target = item.edit, item.target
    before, after = (" ".join(text.split()) for text in (item.before, item.after))
    if not before:
        what = f"<mentioned>{xml.text(after)}</mentioned> may be missing here"
    elif not after:
        what = f"<mentioned>{xml.text(before)}</mentioned> may not belong here"
    else:
        what = f"<mentioned>{xml.text(before)}</mentioned> may stand for <mentioned>{xml.text(after)}</mentioned>"
    why = xml.text(_sentences(edit.evidence))
    names = attributes(xml_id=ids.give(f"a-{edit.id}"), target=f"#{target}", motivation="questioning")
    note = attributes(type="proposal", subtype=word(edit.rule), cert=certainty(edit.confidence), resp="#cablefix")
    said = f"{what}: {why}" if why else what
    return f"<annotation{names}>{_WHO.format('proposal')}<note{note}>{said}</note></annotation>\n"


def _check(check: Check, targets: Sequence[str], xml: Xml, ids: Ids) -> str:
    """A cross-check between fields that does not hold."""
    pointers = " ".join(f"#{target}" for target in targets)
    names = attributes(xml_id=ids.give(f"check-{word(check.name)}"), target=pointers, motivation="assessing")
    note = attributes(type="check", subtype=word(check.name), resp="#cablefix")
    return f"<annotation{names}>{_WHO.format('check')}<note{note}>{xml.text(check.text)}</note></annotation>\n"


def _reason(name: str, evidence: Sequence[Evidence], xml: Xml, ids: Ids) -> str:
    """Why a repair was made."""
    names = attributes(xml_id=ids.give(name.replace("e-", "why-", 1)), target=f"#{name}", motivation="describing")
    return f'<annotation{names}><note type="evidence">{xml.text(_sentences(evidence))}</note></annotation>\n'


def failing(checks: Sequence[Check]) -> list[Check]:
    """The checks that do not hold."""
    return [check for check in checks if check.status is Status.FAILS]
