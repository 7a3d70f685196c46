"""Header codes that closed lists and the lines beside them make sure, on a badly read header."""

from __future__ import annotations

import pytest

from cablefix import restore

HEADER = """\
VECZCXYZ0107
PP RUEHWES
DE RUEHQT #0107 0320915
ZNY CCCCC Z2H
P 010907Z FEB 97
FM AMEMSASSY QUITO
TO RUEHC/SECSTATE WASHDE PRIORITY 0415 oe
INFO RUEHPE/AMEMBASSY LIMR
RUEHBO/AMEMBASSY BOGOTA ae
C O N F I D E N T I A L QUITO 000107
SIPpDIS
8.0. 12958: Dec: 02/01/2007
TAGS: PREL, EC
SUBJECT: HARBOR DUES AT GUAYAQUIL
REF: A. QUITO 91 B. 96 BOGOTA 1204

1. The harbor master received us on Tuesday and said little.

2. He will write. The dues stay as they are until May.
"""


@pytest.fixture(scope="module")
def text() -> str:
    return restore(HEADER).text


@pytest.mark.parametrize(
    "line",
    [
        "VZCZCXYZ0107",
        "PP RUEHWEB",
        "ZNY CCCCC ZZH",
        "FM AMEMBASSY QUITO",
        "TO RUEHC/SECSTATE WASHDC PRIORITY 0415",
        "INFO RUEHPE/AMEMBASSY LIMA",
        "RUEHBO/AMEMBASSY BOGOTA",
        "SIPDIS",
        "E.O. 12958: DECL: 02/01/2007",
    ],
)
def test_is_applied(text: str, line: str) -> None:
    assert line in text.splitlines()


@pytest.mark.parametrize(
    "line", ["PP RUEHAST RUEHBI RUEHCI", "PP RUEHC RUEHZL RUEKJCS", "TAGS: PREL, EC", "FM SECSTATE WASHDC"]
)
def test_what_is_in_form_stays(line: str) -> None:
    clean = HEADER.replace("VECZCXYZ0107", "VZCZCXRO0107")
    old = next(row for row in HEADER.splitlines() if row.split()[0] == line.split()[0])
    assert line in restore(clean.replace(old, line)).text.splitlines()


def test_half_an_address_keeps_its_scraps() -> None:
    damaged = HEADER.replace("RUEHBO/AMEMBASSY BOGOTA ae", "RUEHBO/AMEMBASSY en")
    assert "RUEHBO/AMEMBASSY en" in restore(damaged).text.splitlines()
