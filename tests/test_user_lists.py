"""A user's own lists in a run: words, names, corrections; what they change, what they leave alone, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cablefix import restore
from cablefix.cable.codes import load_codes
from cablefix.cli import main
from cablefix.ledger import Edit, EvidenceKind
from cablefix.lexicon.corrections import CaseRule, in_case_of, read_corrections
from cablefix.lexicon.userlists import ListKind, OwnWordList, find_lists, lay_over, load_words
from cablefix.lexicon.wordlist import load_wordlist
from cablefix.resources import DictionaryError
from cablefix.restoration import Restoration

HEADER = "pattern\treplacement\tkind\tcase\twhere\tconfidence"


def write(folder: Path, name: str, *lines: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def corrected(folder: Path, text: str, *rows: str, profile: str = "prose") -> Restoration:
    write(folder, "corrections.tsv", HEADER, *rows)
    return restore(text, profile, dictionaries=[folder])


def corrections_of(restoration: Restoration) -> list[Edit]:
    return [edit for edit in restoration.edits if edit.rule == "words.corrections"]


# --- words and names ----------------------------------------------------------------------------------------


def test_words_and_names_are_known(tmp_path: Path) -> None:
    write(tmp_path, "words.txt", "# ours", "", "frobnicator", "F-16B", "démarcheur", "eMailbag")
    write(tmp_path, "ships.names.txt", "Zhebnov", "MacQuill", "Port Vexley", "van der Strook", "kolmir")
    words = load_words(None, [tmp_path])
    for word in ("frobnicator", "Frobnicator", "FROBNICATOR", "frobnicator's", "F-16B", "démarcheur", "eMailbag"):
        assert words.known(word), word
    for word in ("Zhebnov", "ZHEBNOV", "Zhebnov's", "MacQuill", "Vexley", "van", "der", "Strook", "Kolmir"):
        assert words.known(word), word
    assert not words.known("zhebnov")
    assert not words.known("kolmir")
    assert not words.known("fRobnicator")
    assert words.is_name("Zhebnov")
    assert not words.is_name("Frobnicator")
    assert not words.is_name("Van")
    assert not load_wordlist().known("frobnicator")


def test_a_name_of_the_user_is_one_though_it_is_a_common_word(tmp_path: Path) -> None:
    write(tmp_path, "names.txt", "Table")
    assert not load_wordlist().is_name("Table")
    words = load_words(None, [tmp_path])
    assert words.is_name("Table")
    assert words.known("table")


def test_a_compound_of_the_user_is_one(tmp_path: Path) -> None:
    write(tmp_path, "words.txt", "vexil-bearer")
    words = load_words(None, [tmp_path])
    assert words.known("vexil-bearer")
    assert words.hyphenated_count("Vexil-Bearer") == 1
    assert not load_wordlist().known("vexil-bearer")


def test_without_lists_nothing_is_made(tmp_path: Path) -> None:
    write(tmp_path, "corrections.tsv", HEADER)
    assert load_words() is load_wordlist()
    assert load_words(None, [tmp_path]) is load_wordlist()
    assert lay_over(load_wordlist(), []) is load_wordlist()


TEXT = (
    "The Ambassador said that the frobnlcator would be of no use to the Govemment, and that tbe men of Mr. Zhebncv\n"
    "had not been seen by those who were there. It was decided that the frobnicator should be shown to Mr. MacQuili,\n"
    "and that the agreement should be signed by tlie two of them before the end of the year.\n"
)


def test_own_words_are_found_for_misread_ones_and_named_as_evidence(tmp_path: Path) -> None:
    write(tmp_path, "words.txt", "frobnicator")
    write(tmp_path, "names.txt", "Zhebnov", "MacQuill")
    assert "frobnicator would" not in restore(TEXT, "prose").text
    restored = restore(TEXT, "prose", dictionaries=[tmp_path])
    assert "the frobnicator would" in restored.text
    edit = next(edit for edit in restored.edits if edit.after == "frobnicator")
    reasons = [item.text for item in edit.evidence if item.kind is EvidenceKind.USER]
    assert reasons == [f"a word of your own: frobnicator ({tmp_path.name}/words.txt, line 1)"]
    readings = {doubt.before: [reading.text for reading in doubt.candidates] for doubt in restored.suspicious}
    assert readings["Zhebncv"][0] == "Zhebnov"
    assert readings["MacQuili"][0] == "MacQuill"


def test_own_names_are_protected(tmp_path: Path) -> None:
    assert "the Government" in restore(TEXT, "prose").text
    write(tmp_path, "names.txt", "Govemment")
    restored = restore(TEXT, "prose", dictionaries=[tmp_path])
    assert "the Govemment" in restored.text
    assert not [edit for edit in restored.edits if "Government" in edit.after]


# --- corrections --------------------------------------------------------------------------------------------


def test_a_correction_is_an_edit_that_names_its_line(tmp_path: Path) -> None:
    restored = corrected(tmp_path, "See Embtei 12 of the mission.", "Embtei\tEmbtel")
    assert restored.text.strip() == "See Embtel 12 of the mission."
    (edit,) = corrections_of(restored)
    assert (edit.before, edit.after, edit.confidence) == ("Embtei", "Embtel", 0.99)
    assert [(item.kind, item.text) for item in edit.evidence] == [
        (EvidenceKind.USER, f"{tmp_path.name}/corrections.tsv, line 2: Embtei reads Embtel")
    ]
    assert "Embtei" in restored.undo(edit.id).text


@pytest.mark.parametrize(
    "row, text, expect",
    [
        ("colour\tcolor", "colour Colour COLOUR colours", "color Colour COLOUR colours"),
        ("colour\tcolor\t\tkeep", "colour Colour COLOUR colours", "color Color COLOR colours"),
        ("colour\tcolor\t\tignore", "colour Colour COLOUR colours", "color color color colours"),
        ("nuclear wepons\tnuclear weapons", "the nuclear   wepons there", "the nuclear weapons there"),
        ("red ship\tred boat", "It was red\n\nship of it.", "It was red\nship of it."),
        (r"(\w+)tionn" + "\t" + r"\1tion" + "\tregex", "a nationn, a Stationn.", "a nation, a Station."),
        ("of of\tof", "the end of of it", "the end of it"),
        ("State\tState Department", "The State Department and State.", "The State Department and State Department."),
        ("l\t1", "The l1 and l.", "The l1 and 1."),
        ("l0\t10", "In l0 days, not B-l0.", "In 10 days, not B-10."),
        ("o'er\tover", "It flew o'er it", "It flew over it"),
        ("(sic)\t", "It was (sic) there", "It was there"),
        ("ab\txy\nab\tzz", "So ab it was", "So xy it was"),
    ],
)
def test_corrections(tmp_path: Path, row: str, text: str, expect: str) -> None:
    restored = corrected(tmp_path, text, *row.split("\n"))
    assert restored.text.strip() == expect
    again = restore(restored.text, "prose", dictionaries=[tmp_path])
    assert not corrections_of(again)


def test_only_the_words_that_change_are_edited(tmp_path: Path) -> None:
    restored = corrected(tmp_path, "the Minister of of War said", "Minister of of War\tMinister of War")
    assert [(edit.before, edit.after) for edit in corrections_of(restored)] == [("of War", "War")]
    assert restored.text.strip() == "the Minister of War said"


def test_a_correction_over_an_earlier_repair_takes_it_in(tmp_path: Path) -> None:
    restored = corrected(tmp_path, "It was the Jiddah ( Jedda ) post.", "(Jedda)\t(Jeddah)")
    assert restored.text.strip() == "It was the Jiddah (Jeddah) post."
    (edit,) = corrections_of(restored)
    assert edit.parents


def test_a_doubtful_correction_is_proposed(tmp_path: Path) -> None:
    restored = corrected(tmp_path, "It was the Jedda post.", "Jedda\tJeddah\t\t\t\t0.5")
    assert "Jedda post" in restored.text
    assert [edit.status for edit in restored.explain() if edit.rule == "words.corrections"] == ["proposed"]


CABLE = """\
VZCZCXRO4411
OO RUEHLN
DE RUEHXY #0123 0811432
ZNR UUUUU ZZH
O 081143Z FEB 99
FM AMEMBASSY OSLO
TO RUEHC/SECSTATE WASHDC IMMEDIATE 0042
INFO RUEHLN/AMEMBASSY LONDON 0007
BT
UNCLAS OSLO 000123

SUBJECT: THE OSLO HARBOR

1. The harbor of OSLO was shut. The OSLO police saw it.

2. It was opened again on the next day, and the OSLO papers said so.
BT
#0123
"""


def test_the_header_is_left_alone_unless_the_row_says_so(tmp_path: Path) -> None:
    text = corrected(tmp_path, CABLE, "OSLO\tBERGEN", profile="cable").text
    assert "FM AMEMBASSY OSLO" in text
    assert "harbor of BERGEN was" in text
    (tmp_path / "other").mkdir()
    text = corrected(tmp_path / "other", CABLE, "OSLO\tBERGEN\t\t\theader", profile="cable").text
    assert "FM AMEMBASSY BERGEN" in text
    assert "harbor of BERGEN was" in text


def test_numbers_are_left_alone_unless_the_pattern_speaks_of_digits(tmp_path: Path) -> None:
    restored = corrected(tmp_path, "The A-4 sailed. The A of it.", "A\tB")
    assert restored.text.strip() == "The A-4 sailed. The B of it."


PAGE = (
    "SECRET            THE VEXLEY ARCHIVF            PAGE {n}\n\n"
    "     The ship sailed on, and the crew were glad of it when it came to the port on the day that was set for it.\n"
    "     They stayed there for the week of the fair and saw {what} on the second and the third day of their new\n\f"
)
PAGES = "".join(PAGE.format(n=n, what=w) for n, w in enumerate("horses cattle wagons soldiers boats".split(), 1))


def test_what_furniture_says_is_corrected_on_demand(tmp_path: Path) -> None:
    row = "ARCHIVF\tARCHIVE"
    assert not corrections_of(corrected(tmp_path / "a", PAGES, row))
    assert not corrections_of(corrected(tmp_path / "b", PAGES, f"{row}\t\t\theader"))
    for where in ("furniture", "everywhere"):
        found = corrections_of(corrected(tmp_path / where, PAGES, f"{row}\t\t\t{where}"))
        assert [edit.after for edit in found] == ["ARCHIVE"] * 5


def test_a_correction_does_not_swallow_a_running_head(tmp_path: Path) -> None:
    restored = corrected(tmp_path, PAGES, "new The\tnew day. The", r"of their (\w+) The" + "\tof \\1 The\tregex")
    assert all("VEXLEY" not in edit.before for edit in restored.edits)


def test_a_large_table_changes_only_what_it_names(tmp_path: Path) -> None:
    write(tmp_path, "corrections.tsv", HEADER, *(f"ship{k}\tboat" for k in range(5000)))
    text = "The ship sailed on, and the crew of the ship4999 were glad of it. "
    restored = restore(text * 3, "prose", dictionaries=[tmp_path]).text
    assert restored == text.replace("ship4999", "boat") * 2 + text.replace("ship4999", "boat").rstrip() + "\n"


@pytest.mark.parametrize(
    "row, says",
    [
        ("\tx", "line 2: the pattern is empty"),
        ("a", "line 2: 1 fields where the header has 6"),
        ("a\tb\tc\td\te\tf\tg", "line 2: 7 fields"),
        ("same\tsame", "line 2: 'same' is replaced by itself"),
        ("a\tb\tglob", "line 2: 'kind' is 'glob'. Write word or regex"),
        ("a\tb\t\tupper", "line 2: 'case' is 'upper'. Write as-is, keep or ignore"),
        ("a\tb\t\t\tbody", "line 2: 'where' is 'body'. Write text, header, furniture or everywhere"),
        ("a\tb\t\t\t\thigh", "line 2: 'confidence' is 'high'. Write a number above 0 and up to 1"),
        ("a\tb\t\t\t\t1.5", "line 2: 'confidence' is '1.5'"),
        ("(a\tb\tregex", r"line 2: '\(a' is no regular expression .*Correct it"),
        ("a\t\\2\tregex", r"line 2: the replacement '\\\\2' does not fit the pattern"),
        ("a\t\\g<x>\tregex", "line 2: the replacement .* does not fit the pattern"),
        ("a*\tb\tregex", "line 2: 'a\\*' matches nothing at all"),
        ("(a+)+b\tc\tregex", r"line 2: '\(a\+\)\+b' would take too long"),
        (r"(\w+\s?)+:" + "\tc\tregex", "line 2: .* would take too long"),
        ("x" * 301 + "\ty", "line 2: a pattern of 301 characters"),
        ("a\x07b\tc", r"line 2: a control character \(U\+0007\)"),
    ],
)
def test_wrong_rows_are_refused_with_file_line_and_remedy(tmp_path: Path, row: str, says: str) -> None:
    path = write(tmp_path, "corrections.tsv", HEADER, row)
    with pytest.raises(DictionaryError, match=r"corrections\.tsv, " + says):
        read_corrections(path)


@pytest.mark.parametrize("header", ["pattern", "pattern\treplacement\tnote", "pattern\treplacement\tcase\tcase"])
def test_wrong_columns_are_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(DictionaryError, match=r"line 1: the columns are .*needs pattern and replacement"):
        read_corrections(write(tmp_path, "corrections.tsv", header, "a\tb"))


def test_an_empty_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DictionaryError, match="line 1: there is no header row"):
        read_corrections(write(tmp_path, "corrections.tsv", "# nothing"))


def test_columns_may_be_left_out_and_stand_in_any_order(tmp_path: Path) -> None:
    path = write(tmp_path, "corrections.tsv", "# mine", "case\treplacement\tpattern", "keep\tb\ta", "\td\tc")
    rows = read_corrections(path)
    assert [(row.pattern, row.replacement, row.case) for row in rows] == [
        ("a", "b", CaseRule.KEEP),
        ("c", "d", CaseRule.AS_IS),
    ]


@pytest.mark.parametrize("seen, expect", [("ab", "café x"), ("Ab", "Café x"), ("AB", "CAFÉ X"), ("A", "Café x")])
def test_case_is_kept(seen: str, expect: str) -> None:
    assert in_case_of(seen, "café x") == expect


# --- files and folders --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["word.txt", "Names.txt", "corrections.csv", "corrections.txt", "my-names.tsv"])
def test_a_misnamed_list_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, "x")
    with pytest.raises(DictionaryError, match=r"unknown table. Rename it to one of these: .*words\.txt, names\.txt"):
        load_codes([tmp_path])


def test_lists_lie_beside_tables_and_readmes(tmp_path: Path) -> None:
    write(tmp_path, "README.txt", "about")
    write(tmp_path, "words.txt", "frobnicator")
    write(tmp_path, "signals.tsv", "signal\tkind\tmeaning", "ZXX\toperating\tnone")
    assert load_codes([tmp_path]).signal_meaning("ZXX") == "none"
    assert isinstance(load_words(None, [tmp_path]), OwnWordList)


def test_a_single_file_will_do(tmp_path: Path) -> None:
    words = write(tmp_path, "ships.words.txt", "frobnicator")
    table = write(tmp_path, "signals.tsv", "signal\tkind\tmeaning", "ZXX\toperating\tnone")
    assert load_codes([table, words]).signal_meaning("ZXX") == "none"
    assert load_words(None, [table, words]).known("frobnicator")
    other = write(tmp_path, "notes.md", "x")
    with pytest.raises(DictionaryError, match=r"notes\.md: neither a table nor a list"):
        load_codes([other])


@pytest.mark.parametrize(
    "data, says",
    [
        (b"caf\xe9\n", r"words\.txt, line 1: not UTF-8"),
        (b"good\n123\n", r"words\.txt, line 2: '123' has no letter"),
        (b"x" * 130 + b"\n", r"words\.txt, line 1: 130 characters"),
        (b"a\x00b\n", r"words\.txt, line 1: a control character"),
    ],
)
def test_wrong_word_lists_are_refused(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "words.txt").write_bytes(data)
    with pytest.raises(DictionaryError, match=says):
        restore("It was so.", dictionaries=[tmp_path])


def test_lists_may_have_windows_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_bytes(b"\xef\xbb\xbffrobnicator\r\n# no\r\nvexil\r\n")
    words = load_words(None, [tmp_path])
    assert words.known("frobnicator")
    assert words.known("vexil")


def test_a_profile_may_bring_lists_along(tmp_path: Path) -> None:
    write(tmp_path / "lists", "corrections.tsv", HEADER, "Embtei\tEmbtel")
    profile = write(tmp_path, "own.toml", 'extends = "prose"', 'dictionaries = ["lists"]')
    assert restore("See Embtei of the day.", str(profile)).text.strip() == "See Embtel of the day."


def test_the_command_line_takes_folders_and_files(tmp_path: Path) -> None:
    table = write(tmp_path / "lists", "corrections.tsv", HEADER, "Embtei\tEmbtel")
    text = write(tmp_path, "in.txt", "See Embtei of the day.")
    for given in (table, table.parent):
        result = CliRunner().invoke(main, ["restore", str(text), "--dictionary", str(given)])
        assert result.stdout.strip() == "See Embtel of the day."
    write(tmp_path / "lists", "corrections.tsv", HEADER, "(a\tb\tregex")
    other = write(tmp_path / "bad", "corrections.tsv", HEADER, "(a\tb\tregex")
    result = CliRunner().invoke(main, ["restore", str(text), "--dictionary", str(other)])
    assert result.exit_code == 7
    assert "corrections.tsv, line 2" in result.stderr
    assert "Traceback" not in result.stderr


def test_lists_of_a_folder_are_found_by_name(tmp_path: Path) -> None:
    for name in ("b.words.txt", "a.words.txt", "words.txt", "names.txt"):
        write(tmp_path, name, "vexil")
    found = [path.name for path in find_lists([tmp_path], ListKind.WORDS)]
    assert found == ["a.words.txt", "b.words.txt", "words.txt"]
