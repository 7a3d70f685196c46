"""The laws of the ledger."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cablefix.ledger import Decision, Edit, Evidence, EvidenceKind, Ledger, LedgerError, Verdict, propose_edit
from cablefix.text import Source, Span, View

TEXT = "00 RUEHAB\nDE  RUEHXY #0123/01 0451200\nThe GOF ' s view ."
SOURCE = Source.from_text(TEXT)


def make_edit(start: int, end: int, after: str = "x", confidence: float = 0.9, rule: str = "r", parents=()) -> Edit:
    reasons = (Evidence(EvidenceKind.FORM, "why", 1.5, (Span(0, 2),)),)
    return Edit(start, end, TEXT[start:end], after, rule, confidence, reasons, tuple(parents), SOURCE.sha256)


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    start, end = sorted((draw(st.integers(0, len(TEXT))), draw(st.integers(0, len(TEXT)))))
    return make_edit(start, end, draw(st.text("ab ", max_size=3)), draw(st.floats(0, 1)), draw(st.sampled_from("rst")))


ledgers = st.lists(edits(), max_size=8).map(lambda found: Ledger(SOURCE.sha256).extend(found))


@given(ledgers, edits())
def test_undo_takes_back_extend(ledger: Ledger, edit: Edit) -> None:
    if edit.id not in ledger:
        assert ledger.extend([edit]).undo(edit.id) == ledger


@given(ledgers)
def test_the_empty_ledger_shows_the_source(ledger: Ledger) -> None:
    for edit in ledger.edits:
        if edit.id in ledger:
            ledger = ledger.undo(edit.id)
    assert ledger.view(SOURCE).text == TEXT


@given(ledgers)
def test_a_ledger_replays_from_json(ledger: Ledger) -> None:
    again = Ledger.from_json(json.loads(json.dumps(ledger.to_json())))
    assert [e.id for e in again] == [e.id for e in ledger]
    assert len(again) == len(ledger)
    again.check(SOURCE)


@given(ledgers, st.data())
def test_any_verdicts_give_a_well_formed_view(ledger: Ledger, data: st.DataObject) -> None:
    verdicts = [Verdict(edit.id, data.draw(st.sampled_from(Decision))) for edit in ledger if data.draw(st.booleans())]
    live = ledger.live(verdicts)
    assert all(a.end <= b.start for a, b in pairwise(live))
    view = ledger.view(SOURCE, verdicts)
    assert len(view.fates()) == len(TEXT)
    rejected = {v.edit for v in verdicts if v.decision is Decision.REJECTED}
    assert not rejected & {edit.id for edit in live}


def test_below_the_threshold_is_a_proposal() -> None:
    ledger = Ledger(SOURCE.sha256).extend([make_edit(0, 2, "OO", 0.7)])
    assert ledger.live() == ()
    accepted = [Verdict(ledger.edits[0].id, Decision.ACCEPTED)]
    assert ledger.view(SOURCE, accepted).text.startswith("OO RUEHAB")


def test_a_rule_may_have_a_threshold_of_its_own() -> None:
    edit = make_edit(0, 2, "OO", 0.7)
    ledger = Ledger(SOURCE.sha256, thresholds={edit.rule: 0.6}).extend([edit])
    assert ledger.live() == (edit,)
    assert Ledger.from_json(ledger.to_json()) == ledger
    assert Ledger(SOURCE.sha256, 0.6, thresholds={edit.rule: 0.8}).extend([edit]).live() == ()


def test_the_last_verdict_counts() -> None:
    ledger = Ledger(SOURCE.sha256).extend([make_edit(0, 2, "OO")])
    key = ledger.edits[0].id
    log = [Verdict(key, Decision.REJECTED), Verdict(key, Decision.ACCEPTED)]
    assert ledger.live(log)
    assert not ledger.live(log[:1])


def test_a_composite_edit_swallows_its_parents_and_gives_them_back() -> None:
    ledger = Ledger(SOURCE.sha256).extend([make_edit(0, 2, "OO")])
    parent = ledger.edits[0]
    view = ledger.view(SOURCE)
    whole = propose_edit(SOURCE, view, Span(0, 9), "OO RUEHAA", "s", 0.9, (), ledger.live())
    assert whole.parents == (parent.id,)
    both = ledger.extend([whole])
    assert both.live() == (whole,)
    assert both.live([Verdict(whole.id, Decision.REJECTED)]) == (parent,)
    assert both.live([Verdict(parent.id, Decision.REJECTED)]) == ()
    assert both.undo(parent.id).edits == ()


def test_an_edit_that_does_not_fit_is_named() -> None:
    edit = Edit(0, 2, "OO", "00", "r", 0.9, digest=SOURCE.sha256)
    with pytest.raises(LedgerError, match="expects 'OO' at 0, found '00'"):
        Ledger(SOURCE.sha256).extend([edit]).view(SOURCE)


def test_another_source_is_refused() -> None:
    with pytest.raises(LedgerError, match="not the source"):
        Ledger(SOURCE.sha256).view(Source.from_text("else"))


def test_a_ledger_changed_by_hand_is_refused() -> None:
    data = Ledger(SOURCE.sha256).extend([make_edit(0, 2)]).to_json()
    data["edits"][0]["after"] = "ZZ"
    with pytest.raises(LedgerError, match="changed by hand"):
        Ledger.from_json(data)


def test_an_unknown_id_is_named() -> None:
    with pytest.raises(LedgerError, match="'nope'"):
        Ledger(SOURCE.sha256).undo("nope")


def test_the_id_is_stable_and_says_what_the_edit_is() -> None:
    one, same = make_edit(0, 2, "OO", 0.9), make_edit(0, 2, "OO", 0.3)
    assert one.id == same.id
    assert len({make_edit(0, 2, "OO").id, make_edit(0, 2, "00").id, make_edit(0, 1, "OO").id}) == 3


def test_a_view_edit_keeps_what_the_replaced_text_around_it_says() -> None:
    view = View.build(TEXT)
    edit = propose_edit(SOURCE, view, Span(3, 9), "RUEHAA", "s", 0.9, ())
    assert (edit.start, edit.end, edit.before, edit.after) == (3, 9, "RUEHAB", "RUEHAA")
