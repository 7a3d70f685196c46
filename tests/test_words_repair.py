"""Word repair: the cases, the contract of the engine, and what it must leave alone."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cablefix.lexicon.repair import load_lexicon, repair_words, study
from cablefix.lexicon.tokens import Flag, Token, read_tokens
from cablefix.pipeline import restore
from cablefix.profiles import load_profile
from cablefix.rules.examples import restored_lines
from cablefix.rules.words import repair_words_in

CASES = tomllib.loads((Path(__file__).parent / "cases" / "words.toml").read_text(encoding="utf-8"))

DAMAGED = (
    "The Minister told tlie Ambassador that his Govemment had not yet decid ed whether to attend the con-\n"
    "ference. He thought ofthe matter as one of principle, and sald that the decislon would be taken soon.\n\n"
    "It was agreed that tbe next meeting would be held in the same place on the following day."
)


@pytest.mark.parametrize(
    "case", [pytest.param(row, id=f"{kind}: {row['label']}") for kind, rows in CASES.items() for row in rows]
)
def test_case(case: dict[str, Any]) -> None:
    thresholds = load_profile("cable").thresholds
    assert "\n".join(restored_lines(case["text"], [repair_words_in], thresholds=thresholds)) == case["expect"]


def apply(text: str, least: float) -> str:
    parts, last = [], 0
    for repair in repair_words(list(read_tokens(text)), least=least):
        parts += [text[last : repair.start], repair.after]
        last = repair.end
    return "".join(parts) + text[last:]


def test_offsets_and_order() -> None:
    repairs = repair_words(list(read_tokens(DAMAGED)), least=0.3)
    assert {"the", "Government", "decided", "of the", "said", "decision"} <= {repair.after for repair in repairs}
    last = 0
    for repair in repairs:
        assert last <= repair.start <= repair.end
        assert DAMAGED[repair.start : repair.end] == repair.before
        assert 0.3 <= repair.confidence <= 1
        assert repair.before != repair.after
        last = repair.end


def test_a_word_divided_at_a_line_end_is_replaced_whole() -> None:
    text = "The Minister will attend the confe-\nrencc of the powers which is to be held in the spring."
    repair = next(r for r in repair_words(list(read_tokens(text)), least=0.3) if "conference" in r.after)
    assert text[repair.start : repair.end] == "confe-\nrencc"
    assert repair.before == "conferencc"


def test_candidates_explain_the_choice() -> None:
    repair = repair_words(list(read_tokens(DAMAGED)), least=0.8)[0]
    assert repair.candidates[0].text == repair.after == "the"
    best = repair.candidates[0]
    assert best.score == pytest.approx(best.channel + best.context, abs=0.1)
    assert [c.score for c in repair.candidates] == sorted((c.score for c in repair.candidates), reverse=True)
    assert "misreading" in repair.reason


def test_protected_tokens_stay() -> None:
    tokens = [Token(t.text, t.start, t.end, t.flags | Flag.PROTECTED) for t in read_tokens(DAMAGED)]
    assert repair_words(tokens, least=0.0) == []


def test_repaired_text_is_left_alone() -> None:
    once = apply(DAMAGED, 0.8)
    assert apply(once, 0.8) == once


def test_nothing_to_read() -> None:
    assert repair_words([]) == []
    assert repair_words(list(read_tokens("... -- ?? 123"))) == []
    assert study([], load_lexicon()) is None


@given(st.text(max_size=300))
@example("They met at the port of \u0130A and of \u0130O's.")  # a capital whose small form is two characters
def test_any_text_gives_well_formed_repairs(text: str) -> None:
    last = 0
    for repair in repair_words(list(read_tokens(text)), least=0.1):
        assert last <= repair.start <= repair.end <= len(text)
        last = repair.end


def test_the_channel_is_learned_from_the_document() -> None:
    """An engine's habit that the shipped channel holds rare becomes cheap where the document shows it often."""
    odd = "He thonght of the thonsand conntries whose conncil wonld not be fonnd. It conld not be fonnd abont here."
    found = study(list(read_tokens(f"{odd} {odd}")), load_lexicon())
    assert found is not None
    shipped = load_lexicon().channel
    assert found.weighed.channel.swap[ord("u"), ord("n")] < shipped.swap[ord("u"), ord("n")]


def test_clean_telegrams_are_left_alone(shared: Path) -> None:
    changed = words = 0
    for path in sorted((shared / "samples" / "frus-telegrams-clean").glob("*.txt")):
        tokens = list(read_tokens(path.read_text(encoding="utf-8")))
        words += len(tokens)
        changed += len(repair_words(tokens, least=0.8))
    assert changed <= words / 10_000


def test_a_symbol_belongs_to_the_word_that_takes_it() -> None:
    text = "He told the officer« of the party that tlie meeting would be *ery short."
    repairs = {repair.after: repair for repair in repair_words(list(read_tokens(text)), least=0.8)}
    assert text[repairs["officers"].start : repairs["officers"].end] == repairs["officers"].before == "officer«"
    assert text[repairs["very"].start : repairs["very"].end] == repairs["very"].before == "*ery"


def test_a_gap_is_repaired_once() -> None:
    text = "The jury returned with tbe verdict in an hour The man was discharged, It is said that tlie case was weak."
    repairs = repair_words(list(read_tokens(text)), least=0.0)
    starts = [repair.start for repair in repairs]
    assert len(starts) == len(set(starts))
    assert any(repair.before == "" and repair.after == "." for repair in repairs)


def test_a_text_without_stops_after_initials_keeps_its_habit() -> None:
    text = "Mr J P Harris met Mrs A B Norton. Dr Lewis and Mr E Cole were not. Mr Harris spoke to Mr Cole of it."
    added = [r for r in repair_words(list(read_tokens(text)), least=0.0) if not r.before]
    assert all(repair.confidence <= 0.5 for repair in added)


def test_a_name_is_not_turned_into_its_own_misreading() -> None:
    said = "{} said tbat the talks witb the Minister of Commerce would begin soon, and tbe press heard of it. "
    names = ("Rcthen", "Rcthen", "Rcthen", "Rothen")
    text = (
        "".join(said.format(name) for name in names) + "He fcund the prcposal gocd and the answcr fcr the Hcuse shcrt."
    )
    assert not [r for r in repair_words(list(read_tokens(text)), least=0.6) if r.before == "Rothen"]


def test_a_message_with_words_struck_out_is_trusted_less_in_capitals() -> None:
    text = "THE GOVVRNMENT ANNOUNCED THE PRICES FOR THE NEW CROPS. GROWERS WILL {} THEIR DEMANDS TO THE MINISTER."

    def confidence(words: str) -> float:
        repairs = repair_words(list(read_tokens(text.format(words))), least=0.0)
        return next(repair.confidence for repair in repairs if repair.before == "GOVVRNMENT")

    assert confidence("REPEEEEEEEE REPEAT") < confidence("REPEAT")


def test_letters_lost_in_capitals_come_back_as_capitals() -> None:
    text = "THE SECRETARY WANTED TO UNDERSC RE THE L NG HISTORY OF COOPERATION AND THE GREAT IMP RTANCE OF G OD WILL."
    assert {"UNDERSCORE", "LONG", "IMPORTANCE", "GOOD"} <= {r.after for r in repair_words(list(read_tokens(text)))}


def test_who_classified_a_cable_keeps_his_name() -> None:
    text = (
        "R 101200Z MAR 05\nFM AMEMBASSY OSLO\nTO SECSTATE WASHDC 0812\nCONFIDENTIAL OSLO 000412\n\nSIPDIS\n\n"
        "E.O. 12958: DECL: 03/10/2015\nTAGS: PREL, NO\nSUBJECT: A CALL\n\n"
        "Classified By: DCM Harriet J. Lindqvist fcr reasons 1.4 (b) and (d).\n\n"
        "1. (C) The Minister told tlie Ambassador that he would come.\n"
    )
    assert "Harriet J. Lindqvist" in restore(text).text


def test_a_label_of_a_form_keeps_its_colon() -> None:
    text = "FROM : Bundy\nTO : Rusk\nDATE : tlie end of March\nThe Minister told tlie Ambassador to come."
    repairs = repair_words(list(read_tokens(text)), least=0.0)
    assert not [repair for repair in repairs if repair.before == ":"]


@pytest.mark.parametrize(
    "text",
    [
        "The wind had shatter'd her masts and the sea was wid'ning o'er the bar when they kill'd the last of the fish.",
        "The catch was landed at the new pier by the men of the company Grønland, who had come in with the last ship.",
        "The delegation comprised Hoàng Văn Hoan and his secretary, who had come with the others from the north.",
        "His Excellency the Governour of the island received the master of the ship in the old customs house.",
    ],
)
def test_spellings_that_no_engine_makes_are_only_proposed(text: str) -> None:
    assert restore(text, "prose").text.strip() == text


def test_an_accent_that_an_engine_put_on_a_common_word_goes() -> None:
    text = "Thére the master of the tug told us that the ship would leave the old harbor in the morning."
    assert restore(text, "prose").text.startswith("There the master")
