"""Forms of messages: sections that repeat their header, airgrams, quoted papers with numbers, attributes."""

from __future__ import annotations

from typing import Any

import pytest

from cablefix import restore
from cablefix.cable.heads import read_head
from cablefix.cable.record import count_of
from cablefix.writers.record import write_record

SHEET = """\
P 051045Z OCT 70
FM AMEMBASSY KABUL
TO SECSTATE WASHDC PRIORITY {serial}
INFO AMEMBASSY TEHRAN

C O N F I D E N T I A L SECTION {section} OF 02 KABUL 6118
"""
QUOTED = (
    SHEET.format(serial="4402", section="01")
    + """
1. THE MASTER OF THE TUG HANDED US THE LETTER THAT FOLLOWS.

2. QUOTE:

1. THE CRANE IS BROKEN AND NOBODY IN THE PORT CAN MEND IT.

2. THE PIER IS SOUND.

3. THE BARGES ARE LATE AGAIN.

4. WE ASK FOR ROPE. UNQUOTE.

3. HE ADDED THAT THE ROPE SHOULD BE NEW.

"""
    + SHEET.format(serial="4403", section="02")
    + """
4. WE RECOMMEND THAT ROPE BE SENT AT ONCE.

5. THE PORT WILL PAY FOR IT.

STANDERWICK
"""
)
FORM_HEAD = """\
INCOMING TELEGRAM Department of State

Action NEA
Control: {control}
Rec'd: May 21, 1957
       {hour} p.m.

FROM:  Amman

TO:    Secretary of State

NO:    1583, May 21, 5 p.m. (SECTION {section} OF TWO)

"""
FORM = (
    FORM_HEAD.format(control="12604", hour="4:37", section="ONE")
    + """\
PRIORITY

Beirut pass regional service center.

Reference Deptel 1402.

1) The master of the tug told us that the crane was broken.

2) He asked for rope, and for nothing else.

"""
    + FORM_HEAD.format(control="12611", hour="5:20", section="TWO")
    + """\
3) We have no rope to give, and told him so.

4) He will ask again in June.

WINTHORNE
"""
)
AIRGRAM = """\
     DEPARTMENT OF STATE
          AIRGRAM

A-97                         CONFIDENTIAL

TO     : Department of State
INFO   : ABIDJAN, DAKAR
FROM   : AmEmbassy CONAKRY          DATE: March 18, 1966
SUBJECT: The Fish Market
REF    : Conakry's A-41, October 7, 1965; Embtel 512

The market was opened in March and closed again in April, for want of fish.

For the Ambassador:

Theodore P. Maddern
Counselor of Embassy

Enclosures:
1. Statutes of the market
2. Prices
"""


def record(text: str) -> dict[str, Any]:
    return write_record(restore(text), repairs=False)


def numbers(found: dict[str, Any]) -> list[int]:
    return [paragraph["n"] for paragraph in found["paragraphs"] if "n" in paragraph]


def test_a_letter_that_is_quoted_keeps_its_own_numbers() -> None:
    found = record(QUOTED)
    assert numbers(found) == [1, 2, 3, 4, 5]
    assert found["paragraphs"][1]["text"].endswith("UNQUOTE.")
    assert found["paragraphs"][2]["text"] == "HE ADDED THAT THE ROPE SHOULD BE NEW."


def test_an_addressee_counts_each_section_as_a_message() -> None:
    found = record(QUOTED)
    assert found["fields"]["to"] == [{"name": "SECSTATE WASHDC", "precedence": "PRIORITY", "serial": "4402"}]
    assert "FM AMEMBASSY KABUL" in found["page_headers"]


def test_a_form_of_1957_in_two_sections() -> None:
    found = record(FORM)
    assert numbers(found) == [1, 2, 3, 4]
    assert (found["fields"]["section"], found["fields"]["sections_total"]) == (1, 2)
    assert found["fields"]["refs"] == [{"text": "Deptel 1402"}]
    assert "Control: 12611" in found["page_headers"]
    assert "1) The master" in restore(FORM).text


def test_an_airgram() -> None:
    found = record(AIRGRAM)
    assert found["fields"] == {
        "from": "AmEmbassy CONAKRY",
        "to": [{"name": "Department of State"}],
        "info": [{"name": "ABIDJAN"}, {"name": "DAKAR"}],
        "post": "CONAKRY",
        "message_number": "A-97",
        "subject": "The Fish Market",
        "refs": [{"text": "Conakry's A-41, October 7, 1965"}, {"text": "Embtel 512"}],
        "signature": "Theodore P. Maddern",
    }
    assert numbers(found) == []


def header(line: str, *more: str) -> dict[str, Any]:
    lines = ("P 041140Z NOV 99", "FM AMEMBASSY TASHKENT", "TO SECSTATE WASHDC", "", "UNCLAS TASHKENT 004071", "", line)
    fields: dict[str, Any] = record("\n".join([*lines, *more, "", "1. The tug left the old pier at noon.", ""]))[
        "fields"
    ]
    return fields


@pytest.mark.parametrize(
    "lines, field, value",
    [
        (("E.O. 12958: DECL: 11/4/09",), "decl", "11/4/09"),
        (("E.O. 12958: DECL: l1/4/O9",), "decl", "11/4/09"),
        (("TAGS: PREL, UZ, (ORTIZ, JUAN PABLO)",), "tags", ["PREL", "UZ", "(ORTIZ, JUAN PABLO)"]),
        (
            ("TAGS: PREL", "REF: STATE 158220; TASHKENT 3907 (NOTAL)"),
            "refs",
            [{"text": "STATE 158220"}, {"text": "TASHKENT 3907 (NOTAL)"}],
        ),
        (
            ("REF: A. STATE 158220", "     TASHKENT 3907", "     C. STATE 15", "     D. STATE 1", "Classified By: Ann"),
            "refs",
            [
                {"label": "A", "text": "STATE 158220"},
                {"label": "B", "text": "TASHKENT 3907"},
                {"label": "C", "text": "STATE 15"},
                {"label": "D", "text": "STATE 1"},
            ],
        ),
        (("Classified By: Consul Ann M. Ortiz; REASON: 1.4 b and d",), "reasons", "1.4 b and d"),
        (("Classified By: Consul Ann M. Ortiz; REASON: 1.4 b and d",), "classified_by", "Consul Ann M. Ortiz"),
    ],
)
def test_fields_of_the_header(lines: tuple[str, ...], field: str, value: Any) -> None:
    assert header(*lines)[field] == value


def test_a_first_paragraph_that_says_who_classified_the_message_stays_text() -> None:
    text = "1. (U) CLASSIFIED BY: CONSUL ANN M. ORTIZ. REASON: 1.5 (B) AND (D)."
    source = (
        "P 041140Z NOV 99\nFM AMEMBASSY TASHKENT\nTO SECSTATE WASHDC\n\nC O N F I D E N T I A L TASHKENT 004071\n\n"
        f"E.O. 12958: DECL: 11/4/09\nTAGS: PREL\nSUBJECT: TUGS\n\n{text}\n\n2. (C) THE TUG LEFT THE PIER AT NOON.\n"
    )
    found = record(source)
    assert found["fields"]["classified_by"] == "CONSUL ANN M. ORTIZ"
    assert found["fields"]["reasons"] == "1.5 (B) AND (D)"
    assert numbers(found) == [1, 2]
    assert text in restore(source).text


def test_the_attributes_of_an_archive_are_no_text() -> None:
    source = QUOTED + "\n<< END OF DOCUMENT >>\n\nMessage Attributes\nDrafter: n/a\nLine Count: '71'\nTo: EA STATE\n"
    restored = restore(source)
    assert restored.text.endswith("STANDERWICK\n")
    assert write_record(restored)["fields"]["signature"] == "STANDERWICK"


@pytest.mark.parametrize(
    "text, page",
    [
        ("UNCLAS WARSAW 10233 PAGE 2", 2),
        ("Page 3 of telegram to Amembassy BOGOTA, Amembassy QUITO", 3),
        ("-2- 1583, May 21, 5 p.m., from Amman (SECTION 1 OF 2)", 2),
        ("-2- 622, OCTOBER 12, 8 PM, FROM TUNIS", 2),
        ("PAGE 02 STATE 112640 TOSEC 010221", 2),
        ("PAGE 0l uSUN N 0523l 02 0F 02 2l1635z", 1),
    ],
)
def test_page_heads(text: str, page: int) -> None:
    head = read_head(text)
    assert head is not None
    assert head.page == page


@pytest.mark.parametrize(
    "text", ["SEE REPORT OF TRADE BOARD 145 PAGE 2", "Page 2 of the report to Quito", "UNCLAS PAGE 2"]
)
def test_what_is_no_page_head(text: str) -> None:
    assert read_head(text) is None


def test_counts() -> None:
    assert [count_of(text) for text in ("02", "TWO", "CNE", "MANY", "")] == [2, 2, 1, None, None]
