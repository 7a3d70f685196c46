"""The code tables: they load, they say what is true by era, and a user's own tables are laid over them."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from cablefix import resources
from cablefix.cable.codes import Codes, load_codes, upper_name
from cablefix.cable.tables import TABLES, TableSet
from cablefix.resources import DictionaryError, dictionary_path, dictionary_root

ROOT = Path(__file__).resolve().parents[1]
FACTS = ROOT.parent / "shared" / "tables"


@pytest.fixture(scope="module")
def codes() -> Codes:
    return load_codes()


def write_table(folder: Path, name: str, *rows: str, header: str | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.tsv"
    columns = "\t".join(TABLES[name].columns) if header is None else header
    path.write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
    return path


# --- the shipped tables -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TABLES))
def test_shipped_table_would_pass_as_a_users_table(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.tsv").write_bytes(dictionary_path(f"codes/{name}.tsv").read_bytes())
    with_itself = load_codes((tmp_path,)).rows(name)
    assert with_itself == TableSet().rows(name)
    assert len(with_itself) > 1


@pytest.mark.parametrize("name", sorted(TABLES))
def test_shipped_rows_have_keys_of_their_own(name: str) -> None:
    place = [TABLES[name].columns.index(column) for column in TABLES[name].key]
    keys = [tuple(row[index] for index in place) for row in TableSet().rows(name)]
    assert len(keys) == len(set(keys))


def test_every_file_of_the_folder_is_a_table() -> None:
    assert {path.stem for path in dictionary_path("codes").glob("*.tsv")} == set(TABLES)


def test_tables_stay_small() -> None:
    assert sum(path.stat().st_size for path in dictionary_path("codes").glob("*")) < 900_000


def test_spans_of_years_and_terms_run_forwards(codes: Codes) -> None:
    spans = [(e.code, e.first, e.last) for entries in codes.tags.values() for e in entries]
    spans += [(p.name, p.first, p.last) for name in codes.posts for p in codes.posts_named(name)]
    assert [span for span in spans if span[1] > span[2]] == []
    rows = [*codes.rows("chiefs_of_mission"), *codes.rows("principal_officers")]
    assert [row for row in rows if row[-1] and row[-1] < row[-2]] == []


def test_every_mission_at_a_post_has_chiefs_somewhere(codes: Codes) -> None:
    posts = {p.territory for name in codes.posts for p in codes.posts_named(name) if p.kind == "embassy"}
    missions = {row[0] for row in codes.rows("chiefs_of_mission")}
    assert posts - missions <= {"andorra", "palestinian-territories"}


@pytest.mark.skipif(not FACTS.is_dir(), reason="the fact tables lie beside the repository and are not here")
def test_tables_are_what_the_build_script_makes(tmp_path: Path) -> None:
    script = ROOT / "dictionaries" / "build" / "tables.py"
    command = [sys.executable, str(script), str(FACTS), "--to", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    shipped = {path.name: path.read_bytes() for path in dictionary_path("codes").iterdir()}
    assert made == shipped


# --- precedence, classification, captions -------------------------------------------------------------------


@pytest.mark.parametrize(
    "letter, digraph, word",
    [("Z", "ZZ", "FLASH"), ("O", "OO", "IMMEDIATE"), ("P", "PP", "PRIORITY"), ("R", "RR", "ROUTINE")],
)
def test_precedence(codes: Codes, letter: str, digraph: str, word: str) -> None:
    assert codes.precedences_by_prosign[letter].word == word
    assert codes.precedences_by_digraph[digraph] is codes.precedences[word]


def test_precedence_ranks_fall(codes: Codes) -> None:
    ranks = [codes.precedences_by_prosign[letter].rank for letter in "ZOPR"]
    assert ranks == sorted(ranks, reverse=True)
    assert codes.precedences["NIACT IMMEDIATE"].rank == codes.precedences["IMMEDIATE"].rank


@pytest.mark.parametrize(
    "form, level, header, letters",
    [
        ("CONFIDENTIAL", "CONFIDENTIAL", "CONFIDENTIAL", "CCCCC"),
        ("TOPSECRET", "TOP SECRET", "TOP SECRET", "TTTTT"),
        ("UNCLAS", "UNCLASSIFIED", "UNCLAS", "UUUUU"),
        ("UNCLASEFTO", "UNCLAS EFTO", "UNCLAS EFTO", "EEEEE"),
        ("LIMITEDOFFICIALUSE", "LIMITED OFFICIAL USE", "LIMITED OFFICIAL USE", ""),
    ],
)
def test_classification_forms(codes: Codes, form: str, level: str, header: str, letters: str) -> None:
    found = codes.classification_forms[form]
    assert (found.level, found.header, found.letters) == (level, header, letters)


def test_spaced_forms_are_listed_with_their_spaces(codes: Codes) -> None:
    assert "S E C R E T" in codes.classifications["SECRET"].forms
    assert "C O N F I D E N T I A L" in codes.classifications["CONFIDENTIAL"].forms


def test_portion_marks_and_letters(codes: Codes) -> None:
    assert codes.portion_marks["SBU"].header == "UNCLAS"
    assert codes.portion_marks["TS"].level == "TOP SECRET"
    assert codes.classifications_by_letter["U"][0].level == "UNCLASSIFIED"
    assert codes.classifications_by_letter["S"][0].signal == "ZNY"


def test_captions_and_signals(codes: Codes) -> None:
    assert codes.captions["EXDIS"].kind == "distribution"
    assert codes.captions["ROGER CHANNEL"].kind == "channel"
    assert codes.signals["ZNY"].kind == "operating"
    assert codes.signal_meaning("BT") is not None
    assert codes.signal_meaning("QQQ") is None


def test_months(codes: Codes) -> None:
    assert [codes.months[word].number for word in ("JAN", "JUNE", "SEPT", "DECEMBER")] == [1, 6, 9, 12]
    assert sum(codes.months[word].days for word in list(codes.months) if len(word) == 3) == 365


# --- executive orders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day, orders",
    [
        ("1953-12-14", ["10290"]),
        ("1953-12-15", ["10501"]),
        ("1969-05-01", ["10501", "10964"]),
        ("1972-05-31", ["10501", "10964"]),
        ("1972-06-01", ["11652"]),
        ("1978-12-01", ["12065"]),
        ("1982-08-01", ["12356"]),
        ("1995-10-13", ["12356"]),
        ("1995-10-14", ["12958"]),
        ("2007-02-28", ["12958", "13292"]),
        ("2010-06-27", ["13526"]),
        ("1940-01-01", []),
    ],
)
def test_orders_in_force(codes: Codes, day: str, orders: list[str]) -> None:
    assert [order.eo for order in codes.executive_orders_in_force(date.fromisoformat(day))] == orders


def test_orders_of_one_kind_follow_without_a_gap(codes: Codes) -> None:
    orders = [order for order in codes.executive_orders.values() if order.kind == "order"]
    for earlier, later in pairwise(orders):
        assert earlier.until is not None
        assert (later.effective - earlier.until).days == 1


def test_order_by_number(codes: Codes) -> None:
    order = codes.executive_order("E.O. 12958")
    assert order is not None
    assert order.signed == date(1995, 4, 17)
    assert set(order.reasons) == {"1.4", "1.5"}
    assert codes.executive_order("99999") is None


# --- TAGS ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code, year, meaning",
    [
        ("GE", 1976, "Germany (East)"),
        ("GE", 2007, None),
        ("GM", 2007, "Germany"),
        ("GM", 1976, None),
        ("BY", 1976, "Burundi"),
        ("BY", 2007, "Burundi"),
        ("BO", 2007, "Belarus"),
        ("BO", 1976, None),
        ("UR", 1977, "Soviet Union"),
        ("UR", 2007, None),
        ("RS", 1977, None),
        ("RS", 2007, "Russia"),
        ("PU", 1973, "Portuguese Guinea"),
        ("PU", 2007, "Guinea-Bissau"),
        ("CZ", 1977, "Czechoslovakia"),
        ("EZ", 2007, "Czech Republic"),
        ("XF", 1977, "Middle East"),
        ("2M", 2007, None),
        ("AL", 2006, "Albania"),
        ("NATO", 1977, "North Atlantic Treaty Organization"),
        ("PFOR", 1975, "Foreign policy and relations"),
        ("PFOR", 2007, None),
        ("PREL", 2007, "External political relations"),
    ],
)
def test_tag_meaning_by_year(codes: Codes, code: str, year: int, meaning: str | None) -> None:
    assert codes.tag_meaning(code, year) == meaning


def test_tag_kinds(codes: Codes) -> None:
    kinds = {"PARM": "subject", "KNNP": "program", "KN": "geographic", "XA": "region", "OPEC": "organization"}
    for code, kind in kinds.items():
        entry = codes.is_tag(code)
        assert entry is not None
        assert entry.kind == kind
    assert codes.is_tag("QQQQ") is None


def test_known_code_without_meaning_is_a_tag_all_the_same(codes: Codes) -> None:
    assert codes.is_tag("KSTC", 2007) is not None
    assert codes.tag_meaning("KSTC", 2007) is None


def test_program_tag_by_shape(codes: Codes) -> None:
    assert codes.is_program_tag("KABC", 2005)
    assert not codes.is_program_tag("KABC", 1974)
    assert not codes.is_program_tag("KAB", 2005)
    assert not codes.is_program_tag("PREL", 2005)


# --- routing, posts, addressees -----------------------------------------------------------------------------


def test_routing_both_ways(codes: Codes) -> None:
    assert "SECSTATE WASHDC" in codes.routing("RUEHC")
    assert codes.routing("RUCNDT")[0].startswith("USMISSION USUN NEW YORK")
    assert codes.routing_of("AMEMBASSY TOKYO") == ("RUEHKO",)
    assert codes.routing("RZZZZZZ") == ()


def test_routing_indicators_have_their_shape(codes: Codes) -> None:
    assert [ri for ri in codes.routing_indicators if not re.fullmatch(r"R[A-Z]{3,6}", ri)] == []


@pytest.mark.parametrize(
    "name, year, kind, territory",
    [
        ("MOSCOW", 1962, "embassy", "russia"),
        ("New Delhi", 1975, "embassy", "india"),
        ("NEWDELHI", 1975, "embassy", "india"),
        ("BERLIN", 1962, "mission", "west-berlin"),
        ("BERLIN", 1980, "embassy", "german-democratic-republic"),
        ("BERLIN", 2005, "embassy", "germany"),
        ("KARACHI", 1955, "embassy", "pakistan"),
        ("KARACHI", 1975, "consulate-general", "pakistan"),
        ("SAO PAULO", 2007, "consulate-general", "brazil"),
        ("LENINGRAD", 1979, "consulate-general", "russia"),
        ("STATE", 1999, "department", "united-states"),
        ("USUN", 1967, "mission", "united-nations"),
        ("USNATO", 1975, "mission", "nato"),
        ("NATO", 1960, "mission", "nato"),
        ("TAIPEI", 1965, "embassy", "taiwan"),
        ("HAVANA", 1985, "office", "cuba"),
    ],
)
def test_post_by_year(codes: Codes, name: str, year: int, kind: str, territory: str) -> None:
    post = codes.post(name, year)
    assert post is not None
    assert (post.kind, post.territory) == (kind, territory)


@pytest.mark.parametrize("name, year", [("BONN", 2007), ("SAIGON", 1980), ("LEOPOLDVILLE", 1975), ("ASTANA", 1980)])
def test_post_that_was_not_open(codes: Codes, name: str, year: int) -> None:
    assert codes.post(name) is not None
    assert codes.post(name, year) is None


def test_posts_are_in_capitals_without_accents(codes: Codes) -> None:
    assert [name for name in codes.posts if name != upper_name(name) or not name.isascii()] == []
    assert {"STATE", "MOSCOW", "NEW DELHI", "USUN NEW YORK", "NDJAMENA", "DUSSELDORF"} <= codes.posts
    assert codes.post("ATLANTIS") is None


@pytest.mark.parametrize(
    "short, name",
    [
        ("TEGUCI", "TEGUCIGALPA"),
        ("NEWDE", "NEW DELHI"),
        ("NEW DE", "NEW DELHI"),
        ("HONGK", "HONG KONG"),
        ("USUNN", "USUN NEW YORK"),
        ("MBFRV", "MBFR VIENNA"),
        ("GUAYAQ", "GUAYAQUIL"),
        ("STATE", "STATE"),
    ],
)
def test_short_names_of_page_heads(codes: Codes, short: str, name: str) -> None:
    assert name in codes.posts_of_short(short)


@pytest.mark.parametrize(
    "word", ["AMEMBASSY", "AMCONSUL", "USMISSION", "USDEL", "USINT", "SECSTATE", "CIA", "JCS", "CINCPAC"]
)
def test_addressee_heads(codes: Codes, word: str) -> None:
    assert codes.is_addressee_head(word)


def test_collectives_are_whole_addresses_only(codes: Codes) -> None:
    assert codes.addressees["UN SECURITY COUNCIL COLLECTIVE"].kind == "collective"
    assert not codes.is_addressee_head("UN")


# --- people -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "post, day, surnames",
    [
        ("MOSCOW", "1962-10-20", ["Kohler"]),
        ("russia", "1962-10-20", ["Kohler"]),
        ("SAIGON", "1966-03-01", ["Lodge"]),
        ("TAIPEI", "1964-01-15", ["Wright"]),
        ("PEKING", "1975-06-01", ["Bush"]),
        ("BONN", "1964-01-15", ["McGhee"]),
        ("BERLIN", "1962-06-01", []),
        ("BERLIN", "1985-01-15", ["Ridgway"]),
        ("USUN NEW YORK", "1962-10-20", ["Stevenson"]),
        ("LEOPOLDVILLE", "1962-06-01", ["Gullion"]),
        ("LYON", "1966-03-01", []),
        ("ATLANTIS", "1966-03-01", []),
    ],
)
def test_chiefs_of_mission(codes: Codes, post: str, day: str, surnames: list[str]) -> None:
    found = [officer.surname for officer in codes.chiefs_of_mission(post, date.fromisoformat(day))]
    assert [name for name in found if name in surnames] == surnames
    assert len(found) == len(surnames)


def test_slack_widens_a_term(codes: Codes) -> None:
    last = date(1965, 7, 30)
    assert codes.chiefs_of_mission("SAIGON", last)[0].surname == "Taylor"
    assert codes.chiefs_of_mission("SAIGON", date(1965, 8, 2)) == ()
    assert codes.chiefs_of_mission("SAIGON", date(1965, 8, 2), slack=5)[0].surname == "Taylor"


def test_officers_of_the_department(codes: Codes) -> None:
    day = date(1968, 6, 1)
    assert [officer.surname for officer in codes.principal_officers(day, positions=("secretary",))] == ["Rusk"]
    assert len(codes.principal_officers(day)) > 5
    assert codes.principal_officers(date(1900, 1, 1)) == ()


# --- a user's own tables ------------------------------------------------------------------------------------


def test_users_rows_are_added_and_replace(tmp_path: Path) -> None:
    write_table(tmp_path / "a", "posts", "ATLANTIS\tAtlantis\tatlantis\tembassy\t1950\t1960\tATLANTA MARIS")
    write_table(tmp_path / "a", "captions", "NODIS\tdistribution\tours", "HUSHHUSH\tdistribution\tquiet")
    write_table(tmp_path / "b", "captions", "NODIS\tdistribution\ttheirs")
    codes = load_codes((tmp_path / "a", tmp_path / "b"))
    post = codes.post("Atlanta Maris", 1955)
    assert post is not None
    assert post.name == "ATLANTIS"
    assert codes.captions["HUSHHUSH"].meaning == "quiet"
    assert codes.captions["NODIS"].meaning == "theirs"
    assert codes.captions["EXDIS"].kind == "distribution"
    assert load_codes().post("ATLANTIS") is None


def test_users_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    write_table(tmp_path, "routing", "AMEMBASSY ATLANTIS\tRUEHZZZ", header="plad\tri")
    assert load_codes((tmp_path,)).routing_of("AMEMBASSY ATLANTIS") == ("RUEHZZZ",)


def test_users_file_may_have_windows_line_ends_comments_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "signals.tsv").write_bytes(
        b"\xef\xbb\xbf# ours\r\nsignal\tkind\tmeaning\r\nZXX\toperating\tnone\r\n\r\n"
    )
    (tmp_path / "README.md").write_text("not a table", encoding="utf-8")
    assert load_codes((tmp_path,)).signal_meaning("ZXX") == "none"


def test_the_result_is_kept_for_each_tuple_of_folders(tmp_path: Path) -> None:
    write_table(tmp_path, "captions", "HUSHHUSH\tdistribution\t")
    assert load_codes([tmp_path]) is load_codes((tmp_path,))
    assert load_codes((tmp_path,)) is not load_codes()


@pytest.mark.parametrize(
    "name, header, row, says",
    [
        (
            "posts",
            None,
            "A\tA\ta\tembassy\tlately\t\t",
            r"posts\.tsv, line 2: 'first' is 'lately'. Write a whole number",
        ),
        ("posts", None, "A\tA\ta\tembassy\t1950", r"posts\.tsv, line 2: 5 fields where the header has 7"),
        ("posts", None, "\tA\ta\tembassy\t1950\t\t", r"posts\.tsv, line 2: the column 'post' is empty"),
        ("routing", "ri\taddress", "R\tA", r"routing\.tsv, line 1: the columns are ri, address.*ri, plad"),
        (
            "chiefs_of_mission",
            None,
            "a\tb\tc\td\t\t",
            r"chiefs_of_mission\.tsv, line 2: 'start' is ''. Write a date",
        ),
        ("classification", None, "A\thigh\t\t\tA\tA\tA", r"line 2: 'rank' is 'high'. Write a number"),
        (
            "distribution",
            None,
            "A\t01,02\tA",
            r"line 2: 'copies' is '01,02'. Write whole numbers parted by \|",
        ),
        ("months", None, "MEH\t\t30", r"line 2: 'number' is ''. Write a whole number"),
        ("captions", "", "", r"captions\.tsv, line 1: there is no header row"),
    ],
)
def test_wrong_tables_are_refused_with_file_line_and_remedy(
    tmp_path: Path, name: str, header: str | None, row: str, says: str
) -> None:
    write_table(tmp_path, name, row, header=header)
    with pytest.raises(DictionaryError, match=says):
        load_codes((tmp_path,))


def test_unknown_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "embassies.tsv").write_text("post\n", encoding="utf-8")
    with pytest.raises(
        DictionaryError,
        match=r"embassies\.tsv, line 1: unknown table. Rename it to one of these: .*posts\.tsv",
    ):
        load_codes((tmp_path,))


def test_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "signals.tsv").write_bytes(b"signal\tkind\tmeaning\nZXX\toperating\tcaf\xe9\n")
    with pytest.raises(DictionaryError, match=r"signals\.tsv, line 2: not UTF-8"):
        load_codes((tmp_path,))


def test_missing_and_empty_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DictionaryError, match="no such folder"):
        load_codes((tmp_path / "nowhere",))
    with pytest.raises(DictionaryError, match="no tables in it"):
        load_codes((tmp_path,))


# --- finding the shipped files ------------------------------------------------------------------------------


def test_dictionaries_inside_the_package_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "cablefix"
    for folder in (package / "dictionaries", tmp_path / "dictionaries"):
        folder.mkdir(parents=True)
        (folder / "SOURCES.md").write_text("", encoding="utf-8")
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert dictionary_root() == package / "dictionaries"
    (package / "dictionaries" / "SOURCES.md").unlink()
    assert dictionary_root() == tmp_path / "dictionaries"


def test_missing_dictionaries_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "cablefix")
    with pytest.raises(DictionaryError, match=r"dictionaries of cablefix are missing.*Install the package again"):
        dictionary_root()


def test_names_outside_the_dictionaries_are_refused() -> None:
    with pytest.raises(DictionaryError, match="points outside"):
        dictionary_path("../pyproject.toml")
    with pytest.raises(DictionaryError, match=r"no dictionary codes/nothing\.tsv"):
        dictionary_path("codes/nothing.tsv")
