"""The whole way through: nothing lost, no harm, the seed exact, restorations kept and decided upon."""

from __future__ import annotations

import json
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cablefix
from cablefix.assemble import assemble_document
from cablefix.cable.codes import load_codes
from cablefix.layout import Layout
from cablefix.ledger import Edit, Ledger, LedgerError, Verdict
from cablefix.pipeline import restore, restore_all
from cablefix.profiles import ProfileError, load_profile
from cablefix.restoration import Restoration
from cablefix.text import Fate, Source, SourceError

CABLE = """\
VZCZCXYZ0001
00  RUEHAB

DE  RUEHXY  #1203/01  0451200
ZNY  CCCCC  ZZH
0 141200Z  FEB  05
FM  AMEMBASSY  QUITO

TO  RUEHC/SECSTATE  WASHDC  IMMEDIATE  4411

CONFIDENTIAL  SECTION  01  OF  02  QUITO  001203

SIPDIS

E.O.  12958:  DECL:  02/14/2015
TAGS:  PREL  ECON  EC

SUBJECT:  GRAIN  STORES  AT  THE  PORT

^1 . (C)  The  master  of  the  tug  told  us  that  the  GOE ' s view

of  the  wharf  had  not  changed.  He  said  that  Zhebnov  knew  it  and
that  Zhebnov  would  say  so.  Zhbenov  did  not .

1[2 . (C)  The  crane  on  the  north  quay  was  moved  by  hand  to  what

QUITO  00001203  002  OF  002


he  called  the  old  pier,  and  nothing  was  heard  of  it  again.
ORTIZ
"""


@pytest.fixture(scope="module")
def restored() -> Restoration:
    return restore(CABLE)


def test_a_damaged_cable(restored: Restoration) -> None:
    assert restored.document.kind == "cable"
    assert restored.text.splitlines()[1] == "OO RUEHAB"
    assert restored.text.splitlines()[-3:] == [
        "¶1. (C) The master of the tug told us that the GOE's view of the wharf had not changed. He said that Zhebnov "
        "knew it and that Zhebnov would say so. Zhbenov did not.",
        "¶2. (C) The crane on the north quay was moved by hand to what he called the old pier, and nothing was heard "
        "of it again.",
        "ORTIZ",
    ]
    record = restored.record
    assert record["fields"]["dtg_iso"] == "2005-02-14T12:00:00Z"
    assert record["fields"]["signature"] == "ORTIZ"
    assert record["page_headers"] == ["QUITO 00001203 002 OF 002"]
    assert [p["n"] for p in record["paragraphs"]] == [1, 2]
    assert {p["portion"] for p in record["paragraphs"]} == {"C"}


def test_a_name_is_proposed_not_applied(restored: Restoration) -> None:
    variants = [edit for edit in restored.proposed if edit.rule == "names.variant"]
    assert [(edit.before, edit.after) for edit in variants] == [("Zhbenov", "Zhebnov")]


def test_every_edit_can_be_undone(restored: Restoration) -> None:
    for edit in restored.applied:
        undone = restored.undo(edit.id)
        assert edit.id not in {other.id for other in undone.applied}
        assert undone.status(edit) == "rejected"
        assert undone.accept(edit.id).text == restored.text


def test_undoing_all_gives_the_source(restored: Restoration) -> None:
    for edit in restored.applied:
        restored = restored.undo(edit.id)
    view = restored.ledger.view(restored.source, restored.verdicts)
    assert view.text == CABLE
    assert restored.source.to_bytes() == CABLE.encode()


def test_a_proposal_can_be_accepted(restored: Restoration) -> None:
    proposal = restored.proposed[0]
    accepted = restored.accept(proposal.id, who="editor")
    assert accepted.status(proposal) == "applied"
    assert "Zhbenov" not in accepted.text
    assert accepted.verdicts[-1].who == "editor"


def test_an_unknown_edit_is_named(restored: Restoration) -> None:
    with pytest.raises(LedgerError, match="nothing-like-it"):
        restored.undo("nothing-like-it")


def test_a_restoration_comes_back_from_json(restored: Restoration) -> None:
    decided = restored.accept(restored.proposed[0].id)
    again = Restoration.from_json(json.loads(json.dumps(decided.to_json())))
    assert again.text == decided.text
    assert again.record == decided.record
    assert again.to_json() == decided.to_json()
    assert [row.id for row in again.explain()] == [row.id for row in decided.explain()]


def test_a_restoration_that_was_tampered_with_is_refused(restored: Restoration) -> None:
    data = restored.to_json()
    data["source"] = {**data["source"], "text": "else"}
    with pytest.raises(LedgerError, match="sha256"):
        Restoration.from_json(data)


def test_a_restoration_that_lost_a_part_is_refused(restored: Restoration) -> None:
    data = restored.to_json()
    del data["ledger"]
    with pytest.raises(LedgerError, match="no 'ledger'"):
        Restoration.from_json(data)


def test_ids_are_the_same_in_the_next_run(restored: Restoration) -> None:
    assert [edit.id for edit in restore(CABLE).edits] == [edit.id for edit in restored.edits]


def test_verdicts_survive_a_new_run(restored: Restoration) -> None:
    undone = restored.undo(restored.applied[0].id)
    assert restore(CABLE, verdicts=undone.verdicts).text == undone.text


def test_restoring_the_restored_text_changes_nothing(restored: Restoration) -> None:
    assert restore(restored.text).text == restored.text


def test_explanations_have_places_and_reasons(restored: Restoration) -> None:
    rows = restored.explain()
    first = next(row for row in rows if row.before == "00")
    assert (first.line, first.column, first.after, first.status) == (2, 1, "OO", "applied")
    assert all(row.evidence for row in rows)
    assert len(restored.explain(layout=True)) > len(rows)


def test_faithful_changes_no_character() -> None:
    faithful = restore(CABLE, "faithful")
    assert faithful.applied == ()
    kept = [ch for ch in faithful.text if not ch.isspace()]
    assert "".join(kept) in "".join(CABLE.split()) or "002" not in faithful.text


def test_prose_has_no_invented_fields() -> None:
    record = restore("Dear Mr. Ortiz,\n\nThe tug left at noon.\n\nYours sincerely,\nA. Diaz").record
    assert record["kind"] == "other"
    assert record["fields"] == {}


@pytest.mark.parametrize("text", ["", "\n", " ", "\f", "\x00", "a", "\r\n\r\n", "¶", "1.", "00", "-\n-"])
def test_little_texts(text: str) -> None:
    result = restore(text)
    assert result.source.to_bytes() == text.encode()
    assert restore(result.text).text == result.text


@given(st.binary(max_size=200))
def test_any_bytes_pass_and_come_back(data: bytes) -> None:
    result = restore(data)
    assert result.source.to_bytes() == data
    assert len(result.view.fates()) == len(result.source.text)


@given(st.lists(st.sampled_from([*CABLE.splitlines(), "", "- 2 -", "SECRET", "\f", "  (C) x"]), max_size=30))
def test_shuffled_cables_lose_nothing(lines: list[str]) -> None:
    text = "\n".join(lines)
    result = restore(text)
    assert result.source.text == text
    fates = result.view.fates()
    assert len(fates) == len(text)
    words = sum(fates[k] == Fate.KEPT and not text[k].isspace() for k in range(len(text)))
    assert words <= sum(not ch.isspace() for ch in text)


def test_sources_of_all_kinds(tmp_path: Path) -> None:
    file = tmp_path / "tug.txt"
    file.write_bytes(b"The tug ( old ) left.")
    expected = "The tug (old) left.\n"
    for source in (file, file.read_bytes(), file.read_text(), Source.from_path(file)):
        assert cablefix.restore(source).text == expected


def test_errors_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="check the path"):
        restore(tmp_path / "none.txt")
    with pytest.raises(ProfileError, match="give one of"):
        restore("a", "no-such-profile")


@pytest.mark.parametrize(
    "given, message",
    [
        ({"source": None}, "a source is a Source, a text, bytes or a Path, not NoneType"),
        ({"source": ["The tug"]}, "not list"),
        ({"profile": None}, "a profile is a name, a path or a Profile"),
        ({"dictionaries": "my-lists"}, "dictionaries is a list of paths"),
    ],
)
def test_what_cannot_be_restored_is_told(given: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        restore(**{"source": "The tug left.", **given})
    with pytest.raises(TypeError, match=message):
        restore_all(**{"source": "The tug left.", **given})


def test_a_decision_in_a_word_counts_and_an_unknown_one_is_refused(restored: Restoration) -> None:
    edit = restored.applied[0]
    decided: Any = "rejected"
    again = restore(CABLE, verdicts=[Verdict(edit.id, decided)])
    assert again.status(edit) == "rejected"
    decided = "no"
    with pytest.raises(ValueError, match="'no' is not a valid Decision"):
        Verdict(edit.id, decided)


def test_a_restoration_is_shown_in_a_few_words() -> None:
    result = restore("The tug left ( it was late ) at noon .")
    assert repr(result) == "<Restoration of <text>: other, 3 applied, 0 proposed>"


def test_a_date_with_an_hour_dates_the_tei() -> None:
    result = restore("The tug left.")
    assert result.to_tei(when=datetime(2024, 3, 1, 12, tzinfo=UTC)) == result.to_tei(when=date(2024, 3, 1))


def test_the_public_names_are_listed_before_they_are_loaded() -> None:
    assert set(dir(cablefix)) == set(cablefix.__all__)


def test_a_threshold_of_ones_own_is_the_threshold_of_every_rule(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('extends = "cable"\n')
    assert load_profile(str(profile)).thresholds == load_profile("cable").thresholds
    profile.write_text('extends = "cable"\nthreshold = 0.9\n[thresholds]\n"words.marks" = 0.95\n')
    assert load_profile(str(profile)).thresholds == {"words.marks": 0.95}


def test_a_profile_of_the_users_own(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('extends = "cable"\nthreshold = 0.999\n')
    assert restore("The tug ( old ) left.", str(profile)).text == "The tug ( old ) left.\n"
    profile.write_text('repairs = ["spacing.nothing"]\n')
    with pytest.raises(ProfileError, match=r"spacing\.nothing"):
        restore("a", str(tmp_path / "." / "mine.toml"))


FILLER = (
    "The master of the tug told us that the view of the wharf had not changed since the spring, when the crane on the "
    "north quay was moved by hand to the old pier. He did not expect the owners to agree, and he added that nothing "
    "would be heard of it again until the barge came back with the men who had been to sea. The clerk of the port, "
    "who keeps the books in pencil, put the loss at four thousand tons and asked that his name be left out."
)


def section(number: int, of: int, paragraphs: list[int], *, end: str = "", serial: str = "1203") -> str:
    body = "\n\n".join(textwrap.fill(f"{n}. (C) {FILLER}", 62) for n in paragraphs)
    return (
        f"VZCZCXYZ{number:04d}\nPP RUEHAB\nDE RUEHXY #{serial}/{number:02d} 0451200\nZNY CCCCC ZZH\n"
        "P 141200Z FEB 05\nFM AMEMBASSY QUITO\nTO RUEHC/SECSTATE WASHDC PRIORITY 4411\n"
        f"C O N F I D E N T I A L SECTION {number:02d} OF {of:02d} QUITO 00{serial}\n\nSIPDIS\n\n"
        "E.O. 12958: DECL: 02/14/2015\nTAGS: PREL ECON EC\nSUBJECT: GRAIN STORES AT THE PORT\n\n"
        f"{body}\n\n{end}\n"
    )


def test_sections_out_of_order_are_put_in_order() -> None:
    first, second = section(1, 2, [1, 2, 3]), section(2, 2, [4, 5, 6], end="ORTIZ")
    ordered, swapped = restore(first + second), restore(second + first)
    assert [p.get("n") for p in ordered.record["paragraphs"]] == [1, 2, 3, 4, 5, 6]
    assert [p.get("n") for p in swapped.record["paragraphs"]] == [1, 2, 3, 4, 5, 6]
    assert ordered.text.count("AMEMBASSY QUITO") == swapped.text.count("AMEMBASSY QUITO") == 1
    assert swapped.source.text == second + first
    assert Restoration.from_json(json.loads(json.dumps(swapped.to_json()))).text == swapped.text


def test_several_messages_in_one_file() -> None:
    first = section(1, 1, [1, 2, 3], end="ORTIZ")
    second = section(1, 1, [1, 2], end="DIAZ", serial="3377").replace("141200Z FEB", "210915Z MAR")
    parts = restore_all(first + second)
    assert [part.record["fields"]["message_number"] for part in parts] == ["001203", "003377"]
    assert "".join(part.source.text for part in parts) == first + second
    assert [part.source.offset for part in parts] == [0, len(first)]
    assert [part.text.splitlines()[-1] for part in parts] == ["ORTIZ", "DIAZ"]


PAGES = sorted((Path(__file__).parent.parent / "benchmarks" / "documents").glob("*.print.txt"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name.split(".")[0])
def test_our_documents_restored_twice_are_restored_once(path: Path) -> None:
    result = restore(path)
    assert restore(result.text).text == result.text
    gold = path.with_name(path.name.replace(".print.", ".gold.")).read_text(encoding="utf-8")
    changed = [edit for edit in restore(gold).applied if edit.before.strip() and edit.after.strip()]
    assert len(changed) <= 3, [(edit.before, edit.after) for edit in changed]


def test_the_seed(shared: Path) -> None:
    seed = restore(shared / "seed" / "moscow-000849.A.txt")
    gold = json.loads((shared / "seed" / "moscow-000849.gold.json").read_text(encoding="utf-8"))
    assert seed.text == (shared / "seed" / "moscow-000849.gold.txt").read_text(encoding="utf-8")
    for key in ("kind", "fields", "paragraphs", "page_headers", "missing_paragraphs"):
        assert seed.record[key] == gold[key]
    assert seed.text.count("SIPDIS") == 2
    assert restore(seed.text).text == seed.text


def test_clean_telegrams_keep_every_letter(shared: Path) -> None:
    for path in sorted((shared / "samples" / "frus-telegrams-clean").iterdir()):
        result = restore(path)
        for edit in result.applied:
            before, after = ["".join(ch for ch in text if ch.isalnum()) for text in (edit.before, edit.after)]
            assert before == after, f"{path.name}: {edit.before!r} -> {edit.after!r}"
        assert restore(result.text).text == result.text, path.name


@pytest.mark.slow
def test_samples_pass_and_come_back(shared: Path) -> None:
    """All sample pages, and every eighth text of the development sets (all of them take minutes)."""
    files = [*sorted((shared / "samples").rglob("*.txt")), *sorted((shared / "data").rglob("*.ocr.txt"))[::8]]
    for path in files:
        result = restore(path)
        assert result.source.to_bytes() == path.read_bytes()
        assert len(result.view.fates()) == len(result.source.text)


def blocks_of(text: str, edits: list[tuple[int, int, str]]) -> list[str]:
    source, layout = Source.from_text(text), Layout.from_text(text)
    ledger = Ledger(source.sha256).extend(
        Edit(a, b, text[a:b], after, "r", 0.9, digest=source.sha256) for a, b, after in edits
    )
    document = assemble_document(
        source, layout, ledger.live(), kind="other", header=None, numbering=None, codes=load_codes()
    )
    return document.text.splitlines()


def test_an_edit_over_a_line_end_is_read_once() -> None:
    assert blocks_of("TOTAL COP\nPERS left", [(6, 14, "COPPERS")]) == ["TOTAL COPPERS left"]


def test_an_insertion_before_a_line_belongs_to_it() -> None:
    assert blocks_of("one\ntwo", [(4, 4, "2. ")]) == ["one", "2. two"]


@pytest.mark.parametrize(
    "line", ["TO", "INFO  ", "TO RUEHC/", "UNCLAS QUITO 00 1203", "SECRET LIMA  1 2 3", "DE", "FM", "ZNY", "#"]
)
def test_broken_off_header_lines(line: str) -> None:
    assert restore(CABLE.replace("SIPDIS", line)).source.text == CABLE.replace("SIPDIS", line)


def test_what_is_no_cable_has_the_thresholds_of_prose() -> None:
    restored = restore("The tug left the harbour at noon. She came back in the evening.")
    assert restored.profile == "prose"
    assert dict(restored.ledger.thresholds) == load_profile("prose").thresholds


def test_threads_do_not_disturb_one_another(root: Path) -> None:
    """What is remembered from text to text belongs to one thread, or is safe to share."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((root / "benchmarks/noise/C2").glob("*.txt"))[:8]]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as pool:
            together = [[edit.id for edit in result.edits] for result in pool.map(restore, texts)]
    finally:
        sys.setswitchinterval(interval)
    assert together == [[edit.id for edit in restore(text).edits] for text in texts]


def test_a_name_behind_the_last_sentence_signs_and_its_line_stays_text() -> None:
    text = (
        "O 251822Z MAR 75\nFM SECSTATE WASHDC\nTO AMEMBASSY CAIRO IMMEDIATE\nS E C R E T STATE 068132\n"
        "E.O. 11652: XGDS-3\nTAGS: PFOR\nSUBJECT: FERRY\n\n1. PLEASE TELL THE MASTER OF THE FERRY THAT WE ARE NOT\n"
        "BLAMING ANYONE. KISSINGER\n"
    )
    record = cablefix.restore(text).record
    assert record["fields"]["signature"] == "KISSINGER"
    assert [paragraph["text"] for paragraph in record["paragraphs"]] == [
        "PLEASE TELL THE MASTER OF THE FERRY THAT WE ARE NOT BLAMING ANYONE. KISSINGER"
    ]


def test_a_page_head_that_shows_no_page_number_is_no_page_break() -> None:
    head = "CONFIDENTIAL\nCONFIDENTIAL\n\nConakry, A-97\n                   Page {}\nof 3\n\n"
    text = (
        "DEPARTMENT OF STATE AIRGRAM\nCONFIDENTIAL\nA-97\nTO: Department of State\n"
        "FROM: AmEmbassy CONAKRY    DATE: March 18, 1966\nSUBJECT: The Fish Market\n\n"
        f"The dealers paid in cash on the day\nthe fish was landed.\n\n{head.format(2)}"
        f"They bought an ice machine, second\nhand, from a brewery.\n\n{head.format(3)}The machine works.\n"
    )
    restoration = cablefix.restore(text)
    assert [page.n for page in restoration.document.pages] == [1]
