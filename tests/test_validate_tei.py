"""The checks of `cablefix validate`: each kind of fault is found, named with its line, and a sound file has none."""

from __future__ import annotations

import pytest

from cablefix.readers.tei_validate import validate_tei
from cablefix.text import Source
from cablefix.writers.tei import write_tei
from tests.tei_support import cable, restored_of

FAULTS = [
    ("not well-formed", "</body>", "", "not well-formed"),
    ("unknown element", "<closer>", "<trailer/><closer>", "trailer"),
    ("unknown attribute", '<p><lb n="25"/>', '<p rend="x"><lb n="25"/>', "p"),
    ("missing header part", "<editionStmt>", "<editionStmtX>", "not well-formed"),
    ("certainty out of range", 'cert="0.95"', 'cert="1.5"', "corr"),
    ("certainty in words", 'cert="0.95"', 'cert="sure"', "corr"),
    ("no evidence", ' evidence="internal form"', "", "corr"),
    ("unknown kind of fault", 'corr type="ocr"', 'corr type="typo"', "corr"),
    ("sic before corr", "<corr type", "<sic>00</sic><corr type", "choice"),
    ("an id twice", 'xml:id="sec1"', 'xml:id="par"', None),
    ("duplicate id", 'xml:id="pg2"', 'xml:id="pg1"', "xml:id 'pg1' stands on line"),
    ("dangling pointer", 'resp="#cablefix"', 'resp="#nobody"', "resp='#nobody' points at nothing"),
    ("dangling category", 'ana="#class.c"', 'ana="#class.x"', "ana='#class.x' points at nothing"),
    ("prefix not declared", 'target="cable:', 'target="cables:', "is not declared"),
    ("digests differ", '<idno type="sha256">', '<idno type="sha256">0', "digests in idno and in xenoData differ"),
    ("silent change of the text", "SECTION 01 OF 02", "SECTION 01 OF 03", "line 12 of the source reads"),
    ("silent change of a sic", "<sic>^1 .</sic>", "<sic>1 .</sic>", "line 25 of the source reads"),
    ("a line lost", '<lb n="33"/>', "", "line 33 of the source reads '-thesecondferry', the text has nothing"),
    ("a line that is none", '<lb n="33"/>', '<lb n="99"/>', "line 99 of the source reads nothing"),
    ("line number in words", '<lb n="33"/>', '<lb n="x"/>', "lb"),
    ("damaged source", 'bytes="', 'bytes="1', "is not the source"),
]


@pytest.fixture(scope="module")
def sound() -> str:
    return write_tei(cable()).decode()


def test_a_sound_file_has_no_problems(sound: str) -> None:
    assert validate_tei(sound.encode()) == []


@pytest.mark.parametrize("before, after, message", [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_each_fault_is_found(sound: str, before: str, after: str, message: str | None) -> None:
    assert before in sound
    problems = validate_tei(sound.replace(before, after, 1).encode(), name="x.xml")
    if message is None:
        assert problems == []
        return
    assert any(message in problem.message for problem in problems), problems
    for problem in problems:
        assert problem.file == "x.xml"
        assert problem.remedy
        assert str(problem).startswith("x.xml")


def test_a_problem_names_the_line(sound: str) -> None:
    data = sound.replace("SECTION 01 OF 02", "SECTION 01 OF 03")
    (problem,) = validate_tei(data.encode())
    assert "SECTION 01 OF 03" in data.split("\n")[problem.line - 1]
    assert problem.remedy == "mark the change as choice with corr and sic"


def test_a_sidecar_is_compared_where_it_can_be_loaded() -> None:
    source = Source.from_text("One line.\n")
    data = write_tei(restored_of(source), source="sidecar", sidecar="one.txt")
    assert validate_tei(data) == []
    assert validate_tei(data, load_sidecar=lambda name: source.to_bytes()) == []
    (problem,) = validate_tei(data, load_sidecar=lambda name: b"Other line.\n")
    assert "the file 'one.txt' holds is not the source" in problem.message


def test_many_problems_of_one_kind_are_not_all_listed() -> None:
    source = Source.from_text("line\n" * 500)
    data = write_tei(restored_of(source)).replace(b"/>line", b"/>lint")
    assert len(validate_tei(data)) == 50
