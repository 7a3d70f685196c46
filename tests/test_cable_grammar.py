"""The cable grammar: laws that hold for any header, sections and messages, endings, checks, real pages."""

from __future__ import annotations

import random
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cablefix.cable.channel import load_channel
from cablefix.cable.codes import load_codes
from cablefix.cable.endchecks import check_portions, check_signature, check_trailer
from cablefix.cable.fields import Header, Line, Status, Token
from cablefix.cable.grammar import protocol_lines, read_header, read_signature
from cablefix.cable.sections import find_messages, find_sections
from cablefix.text import Span

CODES = load_codes()
HEADER = """\
VZCZCXRO5512
OO RUEHNAI
DE RUEHNR #2041/01 1180907
ZNY CCCCC ZZH
O 280855Z APR 06
FM AMEMBASSY NAIROBI
TO RUEHC/SECSTATE WASHDC IMMEDIATE 3120
INFO RUEHDR/AMEMBASSY DAR ES SALAAM PRIORITY
BT

CONFIDENTIAL SECTION 01 OF 02 NAIROBI 002041

SIPDIS

E.O. 12958: DECL: 04/27/2016
TAGS: PREL, EAID, KE
SUBJECT: FERRY LINKS ON THE COAST AND WHAT BECAME OF THE SECOND
         LANDING STAGE

REF: A. NAIROBI 1877 B. 05 STATE 99120

Classified By: Economic Counselor Rita Halloran. Reasons: 1.4 (b) and (d).
"""
BODY = """
1. (C) The tug left the pier at noon and did not come back before the
end of the week. The harbor master knows of no reason for that.

2. (U) Nothing more was said about the wreck.
"""
TRAILER = "BELLAMY\nBT\n#2041\n\nNNNN\n"


def lines_of(text: str) -> list[Line]:
    found = []
    for number, match in enumerate(re.finditer(r"[^\n]*\n|[^\n]+$", text)):
        words = re.finditer(r"\S+", match[0])
        tokens = tuple(Token(w[0], match.start() + w.start(), match.start() + w.end()) for w in words)
        if tokens:
            found.append(Line(number, tokens))
    return found


def read(text: str) -> Header:
    header = read_header(lines_of(text), CODES)
    assert header is not None
    return header


def repaired(text: str, header: Header, least: float = 0.8) -> str:
    for repair in reversed(header.repairs):
        if repair.confidence >= least:
            text = text[: repair.span.start] + repair.after + text[repair.span.end :]
    return text


def test_clean_header_has_no_repairs() -> None:
    header = read(HEADER + BODY)
    assert header.repairs == ()
    assert header.era == "1995-2010"
    assert header.value("subject").endswith("SECOND LANDING STAGE")
    assert {check.status for check in header.checks} <= {Status.HOLDS, Status.UNKNOWN}
    assert len(header.checks) >= 14


def test_every_line_of_the_header_is_named_once() -> None:
    header = read(HEADER + BODY)
    numbers = [number for part in header.format_lines for number in part.lines]
    assert len(numbers) == len(set(numbers))
    rows = [n for n, text in enumerate(HEADER.split("\n")) if text.strip()]
    assert sorted(numbers) == rows


@given(st.integers(0, 2**32), st.integers(1, 12))
def test_damage_never_breaks_the_reading(seed: int, count: int) -> None:
    """Whatever is done to characters: no error, spans inside the text, repairs apart, values of the right shape."""
    choose = random.Random(seed)
    text = list(HEADER + BODY)
    for _ in range(count):
        at = choose.randrange(len(HEADER))
        text[at] = choose.choice("0OIl1Z2S5B8@#.,; \n-")
    damaged = "".join(text)
    header = read_header(lines_of(damaged), CODES)
    if header is None:
        return
    for field in header.fields.values():
        assert 0 <= field.span.start <= field.span.end <= len(damaged)
        assert 0.0 <= field.confidence <= 1.0
        assert field.value not in ("", [], {}, None)
    for one, other in zip(header.repairs, header.repairs[1:], strict=False):
        assert one.span.end <= other.span.start


@given(st.integers(0, 2**32))
@example(seed=49183)
def test_reading_again_changes_nothing(seed: int) -> None:
    """The repaired header, read again, calls for no repair that would be applied."""
    choose = random.Random(seed)
    channel = load_channel()
    text = list(HEADER)
    for at in choose.sample(range(HEADER.index("E.O.")), 4):
        options = [c for c in "0O1lIZ25S8B" if c != text[at] and channel.of(text[at], c) < 5.0]
        if text[at].isalnum() and options:
            text[at] = choose.choice(options)
    damaged = "".join(text) + BODY
    once = repaired(damaged, read(damaged))
    assert repaired(once, read(once)) == once


def test_small_damage_is_repaired() -> None:
    """Each confusable character of the codes, damaged alone: most come back, what is given as sure is right."""
    channel = load_channel()
    right = wrong = total = 0
    for at in range(HEADER.index("SUBJECT")):
        for seen in "0OIl1Z2S58B":
            if not HEADER[at].isalnum() or seen == HEADER[at] or channel.of(HEADER[at], seen) > 4.5:
                continue
            if HEADER[at].isdigit() and seen.isdigit() and HEADER.rfind("FM ", 0, at) > 0:
                continue  # numbers of addressees are said once: a digit for a digit cannot be told
            damaged = HEADER[:at] + seen + HEADER[at + 1 :] + BODY
            header = read_header(lines_of(damaged), CODES)
            total += 1
            if header is None:
                continue
            once = repaired(damaged, header)
            right += once == HEADER + BODY
            wrong += once not in (HEADER + BODY, damaged)
    assert total > 60
    assert right / total > 0.9
    assert wrong / total < 0.02


SECOND = HEADER.replace("/01", "/02").replace("SECTION 01", "SECTION 02").replace("XRO5512", "XRO5513")


def test_repeated_header_of_a_later_section() -> None:
    text = HEADER + BODY + "\n" + SECOND + BODY.replace("1.", "3.").replace("2.", "4.")
    header = read(text)
    assert header.value("section") == 1
    sections = find_sections(lines_of(text), CODES, header)
    assert [start.section for start in sections] == [2]
    first = text[: text.index("VZCZCXRO5513")].count("\n")
    assert sections[0].lines[0] == first
    assert len(find_messages(lines_of(text), CODES)) == 1


def test_later_section_is_a_witness() -> None:
    """A digit that one header alone cannot give back is told by the header of the second section."""
    damaged = HEADER.replace("SECTION 01 OF 02 NAIROBI 002041", "SECTION 01 OF 02 NAIROBI 0020A1").replace(
        "#2041", "#20A1"
    )
    header = read(damaged + BODY + "\n" + SECOND + BODY)
    assert header.value("message_number") == "002041"
    assert header.fields["message_number"].confidence > 0.9


def test_messages_of_a_file() -> None:
    other = HEADER.replace("2041", "2077").replace("280855Z", "300855Z").replace("1180907", "1200907")
    text = HEADER + BODY + TRAILER + "\n" + other + BODY + TRAILER
    lines = lines_of(text)
    parts = find_messages(lines, CODES)
    assert len(parts) == 2
    assert [part.stop - part.start for part in parts] == [len(lines) // 2] * 2
    assert lines[parts[1].start].text == "VZCZCXRO5512"
    headers = [read_header([lines[at] for at in part], CODES) for part in parts]
    assert [header.value("message_number") if header else "" for header in headers] == ["002041", "002077"]


def test_signature_and_protocol() -> None:
    text = HEADER + BODY + TRAILER
    header = read(text)
    lines = lines_of(text)
    found = read_signature(lines, CODES, header)
    assert found is not None
    assert found[1].value == "BELLAMY"
    names = {line.number: line.text for line in lines}
    assert names[found[0]] == "BELLAMY"
    assert [names[number] for number in protocol_lines(lines)] == ["BT", "BT", "#2041", "NNNN"]
    trailer = check_trailer(header, lines)
    assert trailer is not None
    assert trailer.status is Status.HOLDS


@pytest.mark.parametrize(
    "end,name",
    [
        ("BRUCE\n", "BRUCE"),
        ("GP-4. BRUCE\n", "BRUCE"),
        ("THE MAGISTRATE ADJOURNED. BRUCE\n", "BRUCE"),
        ("8RUCE\nLIMITED OFFICIAL USE\n", "BRUCE"),
        (".BRUCE\n\n.IM: CJ/1\n\nSECRET\n", "BRUCE"),
        ("BRUCE\nBLC-4\nLIMITED OFFICIAL USE\n", "BRUCE"),
        ("END COMMENT.\n", None),
        ("COMMENT\n", None),
    ],
)
def test_signature_of_a_chief_of_mission(end: str, name: str | None) -> None:
    text = (
        "O 271712Z JUN 68\nFM AMEMBASSY LONDON\nTO SECSTATE WASHDC IMMEDIATE 4487\n"
        "LIMITED OFFICIAL USE LONDON 10376\nSUBJECT: EXTRADITION\nTHE COURT CONVENED AT TEN.\n" + end
    )
    header = read(text)
    found = read_signature(lines_of(text), CODES, header)
    assert (found[1].value if found else None) == name
    if found:
        header.fields["signature"] = found[1]
        check = check_signature(header, CODES)
        assert check is not None
        assert check.status is Status.HOLDS


def test_checks_fail_where_fields_disagree() -> None:
    text = HEADER.replace("1180907", "2500907").replace("ZNY CCCCC", "ZNY SSSSS").replace("12958", "12356")
    failing = {check.name for check in read(text + BODY).checks if check.status is Status.FAILS}
    assert {"julian day", "security letters", "executive order"} <= failing
    header = read(HEADER + BODY)
    portions = check_portions(header, [("C", Span(0, 1)), ("U", Span(2, 3))], CODES)
    assert portions is not None
    assert portions.status is Status.HOLDS
    high = check_portions(header, [("S", Span(0, 1))], CODES)
    assert high is not None
    assert high.status is Status.FAILS


def test_header_facts_of_real_pages(root: Path, shared: Path) -> None:
    """Released telegrams of 1962-78: what share of the header facts comes out right. A floor, not a target."""
    folder = shared / "samples" / "jfk-state-telegram-pages"
    facts = tomllib.loads((root / "tests" / "data" / "jfk_header_facts.toml").read_text(encoding="utf-8"))["page"]
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for page in facts:
        header = read_header(lines_of((folder / page["file"]).read_text(encoding="utf-8")), CODES)
        for name, value in page.items():
            if name == "file":
                continue
            total[name] += 1
            got = header.value(name) if header else None
            if name in ("to", "info") and got:
                got = [item["name"] for item in got]
            right[name] += got == value or (name == "message_number" and str(got).lstrip("0") == value.lstrip("0"))
    floors = {"dtg_iso": 0.75, "from": 0.85, "to": 0.75, "message_number": 0.65, "post": 0.8}
    assert len(facts) >= 20
    assert {name: right[name] / total[name] >= least for name, least in floors.items()} == dict.fromkeys(floors, True)
