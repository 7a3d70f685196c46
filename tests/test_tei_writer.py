"""What the TEI of an invented cable says: header, blocks, repairs, joins, furniture, proposals, checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from lxml import etree

from cablefix.cable.fields import Check, Status
from cablefix.document import BlockKind
from cablefix.layout import Join, LineClass
from cablefix.ledger import Decision, Verdict
from cablefix.readers.tei import rebuild_source
from cablefix.readers.tei_validate import validate_tei
from cablefix.restored import Restored
from cablefix.text import Container, Source, Span
from cablefix.writers.tei import write_tei
from tests.tei_support import TEI, bare, cable, find_edit, reading_lines, restored_of, source_words


def body_of(restored: Restored) -> str:
    """The text element as a string, without the ids of edits, which are digests."""
    data = write_tei(restored).decode()
    return data[data.index("<text ") : data.index("</text>")]


def of(text: str, *edits: tuple[str, str], joins: dict[int, Join] | None = None, **more: object) -> Restored:
    source = Source.from_text(text)
    found = [find_edit(source, before, after, "test.rule", 0.9) for before, after in edits]
    return restored_of(source, edits=found, joins=joins, **more)  # type: ignore[arg-type]


SAYS = [
    # header lines
    '<seg type="channel"><lb n="1"/>VZCZCXYZ0001</seg>',
    '<date when="2007-02-28T17:45:00Z">281745Z FEB 07</date></dateline>',
    '<dateline><lb n="7"/>FM <orgName ref="#org.amembassy-arcadia">AMEMBASSY ARCADIA</orgName></dateline>',
    '<seg type="addressee" subtype="action"><lb n="8"/>TO <seg type="routing">RUEHC</seg>/',
    '<seg type="precedence">IMMEDIATE</seg> <seg type="serial">7780</seg></seg>',
    '<seg type="classification" ana="#class.c">C O N F I D E N T I A L</seg> SECTION 01 OF 02',
    '<seg type="caption" ana="#caption.sipdis"><lb n="14"/>SIPDIS</seg>',
    'DECL: <date type="declassification" when="2017-02-28">02/28/2017</date>',
    '<term ref="#tag.PREL">PREL</term> <term ref="#tag.ZZ">ZZ</term>',
    '<head type="subject"><lb n="18"/><label>SUBJECT:</label> FERRY TALKS &lt;OPEN&gt;</head>',
    'REF: <ref type="cable" target="cable:06ARCADIA11698">06 ARCADIA 11698</ref>',
    '<seg type="classifier">Counselor Ann O\'Hara</seg>. Reasons: <seg type="reasons">1.4 (B/D)</seg>.',
    # transmission signs and ruled lines stand where they stood
    '<fw type="protocol"><lb n="11"/>BT</fw>',
    '<fw type="rule"><lb n="36"/>------</fw>',
    # structure
    '<div type="section" subtype="summary" xml:id="sec1">\n<head><lb n="23"/>SUMMARY</head>',
    '<item><lb n="33"/><label type="item">-</label> the second ferry</item>',
    '<row><cell><lb n="35"/>Arcadia</cell> <cell>12</cell></row>',
    '<closer><signed><lb n="37"/>SMITH</signed></closer>',
    # joins
    'the port-<lb n="27" break="no"/>authority\'s',
    'ferry pro<pc force="weak">-</pc><lb n="28" break="no"/>gramme opened.',
    # a page begins in the middle of a paragraph
    'opened.\n<pb n="2" xml:id="pg2"/>\n<fw type="header" place="top"><lb n="29"/>ARCADIA 00000123 002 OF 002</fw>\n'
    '<lb n="31"/>The pier',
    # redaction, margin code
    '<gap reason="redacted" n="B1"><desc>[REDACTED B1]</desc></gap>',
    '<fw type="margin" place="margin">B1</fw>',
    # repairs: whole words, corr first
    "evidence=\"internal form\">Minister's</corr><sic>Minister ' s</sic></choice> talks &amp; the",
    '<corr type="ocr" subtype="header.prosign" resp="#cablefix" cert="0.95" evidence="internal form">OO</corr>'
    "<sic>00</sic></choice> RUEHZZ",
]


@pytest.mark.parametrize("said", SAYS)
def test_the_body_says(said: str) -> None:
    assert said in body_of(cable())


def test_reading_text_and_source_are_there() -> None:
    restored = cable()
    root = etree.fromstring(write_tei(restored))
    assert reading_lines(root) == [" ".join(line.split()) for line in restored.view.text.split("\n")]
    assert source_words(root) == bare(restored.source.text)


def test_the_header_says_what_the_fields_say() -> None:
    root = etree.fromstring(write_tei(cable()))
    sent, *received = root.iter(f"{TEI}correspAction")
    assert (sent.get("type"), sent.findtext(f"{TEI}orgName")) == ("sent", "AMEMBASSY ARCADIA")
    assert [(a.get("subtype"), a.findtext(f"{TEI}orgName")) for a in received] == [
        ("action", "SECSTATE WASHDC"),
        ("info", "ISLAND COLLECTIVE"),
    ]
    assert [term.text for term in root.iterfind(f".//{TEI}keywords/{TEI}term")] == ["PREL", "ZZ"]
    assert root.findtext(f".//{TEI}category[@{{http://www.w3.org/XML/1998/namespace}}id='class.c']/{TEI}catDesc")
    assert root.get("{http://www.w3.org/XML/1998/namespace}id") == "cable-07ARCADIA123"


def test_a_proposal_is_a_query_and_not_in_the_text() -> None:
    data = write_tei(cable()).decode()
    assert "Arcadia's</corr>" not in data
    assert '<seg type="query" xml:id="q-' in data
    note = etree.fromstring(data.encode()).find(f".//{TEI}note[@type='proposal']")
    assert note is not None
    assert "".join(note.itertext()) == "Arkadia's. may stand for Arcadia's.: the form of the line asks for it"


def test_an_accepted_proposal_names_the_person() -> None:
    edit = next(edit for edit in cable().edits if edit.after == "Arcadia")
    verdict = Verdict(edit.id, Decision.ACCEPTED, "A. Reader <ar>")
    data = write_tei(cable(verdicts=[verdict])).decode()
    assert 'type="authorial" subtype="authorial.name" resp="#cablefix #reviewer1" cert="0.6"' in data
    assert '<respStmt xml:id="reviewer1"><resp>review of repairs</resp><name>A. Reader &lt;ar&gt;</name>' in data
    assert validate_tei(data.encode()) == []


def test_a_rejected_edit_is_gone() -> None:
    edit = next(edit for edit in cable().edits if edit.after == "¶1.")
    data = write_tei(cable(verdicts=[Verdict(edit.id, Decision.REJECTED)])).decode()
    assert "^1 . (C)" in data
    assert f"e-{edit.id}" not in data


def test_a_failing_check_points_at_its_blocks() -> None:
    start = cable().source.text.index("0591745")
    checks = [
        Check("julian-date", Status.FAILS, "day 59 is not 1 March", ("de",), (Span(start, start + 7),)),
        Check("nowhere", Status.FAILS, "no place"),
        Check("fine", Status.HOLDS, "all well"),
    ]
    data = write_tei(cable(checks=checks)).decode()
    assert '<seg type="de" xml:id="b3">' in data
    assert 'target="#b3" motivation="assessing"' in data
    assert 'target="#text" motivation="assessing"' in data
    assert "all well" not in data
    assert validate_tei(data.encode()) == []


def test_the_same_restoration_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert write_tei(cable()) == write_tei(cable())
    assert b'when="20' not in write_tei(of("Plain text."))
    dated = write_tei(cable(), when=date(2026, 11, 24))
    assert b'<change when="2026-11-24"' in dated
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert b'<change when="1970-01-01"' in write_tei(cable())


def test_a_document_that_is_no_cable_has_no_invented_fields() -> None:
    data = write_tei(of("A letter.\n\nYours")).decode()
    for name in ("correspDesc", "keywords", "catRef", "opener", "telegram", "prefixDef"):
        assert name not in data
    assert '<title type="main">Restored text of &lt;text&gt;</title>' in data


CASES = [
    # insertion, deletion, repair over a line end, two repairs in one word, a repair that deletes a line
    (of("a b", ("b", "bc")), "a <choice", ">bc</corr><sic>b</sic></choice></p>"),
    (of("a x b", (" x", "")), "", ">a</corr><sic>a x</sic></choice> b"),
    (
        of("one tw-\no.", ("tw-\no", "two"), joins={0: Join.SPACE}),
        "",
        '>two.</corr><sic>tw-\n<lb n="2"/>o.</sic></choice></p>',
    ),
    (of("gov emment.", ("gov emment", "government")), "", ">government.</corr><sic>gov emment.</sic></choice>"),
    (of("a\nzz\nb", ("zz", "")), '<lb n="2" break="no"/><choice', "></corr><sic> zz</sic></choice>"),
    (
        of("x [REDACTEO B6] y", ("[REDACTEO B6]", "[REDACTED B6]")),
        "",
        '><gap reason="redacted" n="B6"><desc>[REDACTED B6]</desc></gap></corr><sic>[REDACTEO B6]</sic>',
    ),
    (of("a\x00b \ud800 \ufffe"), "", '<lb n="1"/>ab <g ref="#U-D800"/> <g ref="#U-FFFE"/></p>'),
]


@pytest.mark.parametrize("restored, before, after", CASES)
def test_repairs_of_every_shape(restored: Restored, before: str, after: str) -> None:
    body = body_of(restored)
    assert before in body
    assert after in body
    assert validate_tei(write_tei(restored)) == []


def test_sections_out_of_order_are_written_in_the_order_of_reading() -> None:
    text = "PAGE ONE OF TWO\nSecond part.\nSTAMP\nFirst part.\nmore of it\n\nEND STAMP\n"
    stamps = {0: LineClass.FURNITURE, 2: LineClass.FURNITURE, 6: LineClass.FURNITURE}
    plain = of(text, joins={3: Join.SPACE}, classes=stamps)
    second, first = plain.document.blocks
    restored = replace(plain, document=replace(plain.document, blocks=(first, second)))
    data = write_tei(restored)
    assert validate_tei(data) == []
    assert reading_lines(etree.fromstring(data)) == ["First part. more of it", "Second part."]
    assert data.count(b"<fw ") == 3


def test_a_file_of_another_format_comes_back() -> None:
    source = Source("One word.", origin="page.hocr", container=Container(b"<html>One word.</html>", "text/html"))
    for mode in ("compact", "embedded", "sidecar"):
        data = write_tei(restored_of(source), source=mode, sidecar="page.hocr")  # type: ignore[arg-type]
        assert rebuild_source(data, lambda name: source.to_bytes()) == b"<html>One word.</html>"
        assert b'media="text/html"' in data
        assert validate_tei(data) == []


def test_wrong_calls_say_what_to_do() -> None:
    with pytest.raises(ValueError, match="use compact, embedded, sidecar, none"):
        write_tei(of("x"), source="inline")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="sidecar='NAME"):
        write_tei(of("x"), source="sidecar")


def test_headings_signatures_and_late_header_lines() -> None:
    """Two headings in a row, a signature in the middle, a header line after it: all valid, all in order."""
    text = "HEAD ONE\nHEAD TWO\nBody.\nJONES\nMore body.\nACTION SS-1\nSMITH\n"
    kinds = {
        0: LineClass.HEADING,
        1: LineClass.HEADING,
        3: LineClass.SIGNATURE,
        5: LineClass.HEADER,
        6: LineClass.SIGNATURE,
    }
    restored = of(text, classes=kinds)
    assert [block.kind for block in restored.document.blocks][-2] is BlockKind.HEADER
    data = write_tei(restored)
    assert validate_tei(data) == []
    assert reading_lines(etree.fromstring(data)) == text.split("\n")[:-1]
    assert data.count(b"<closer>") == 2


def test_embedded_lines_are_pointed_at() -> None:
    data = write_tei(cable(), source="embedded").decode()
    assert '<pb n="2" xml:id="pg2" corresp="#s2"/>' in data
    assert '<lb n="29" corresp="#l29"/>' in data
    assert '<surface xml:id="s2" n="2">\n<line xml:id="l29">ARCADIA  00000123  002  OF  002</line>' in data


def test_addresses_of_images_by_a_template() -> None:
    restored = of("first line\n\fsecond line\n")
    layout = replace(restored.layout, page_image=("scans/ferry 1.tif", ""))
    iiif = "https://iiif.example.org/{stem}/full/max/0/default.jpg"
    data = write_tei(replace(restored, layout=layout), images=iiif)
    assert validate_tei(data) == []
    assert data.decode().count("<graphic") == 1
    assert '<graphic url="https://iiif.example.org/ferry%201/full/max/0/default.jpg"/>' in data.decode()
    numbered = write_tei(replace(restored, layout=layout), images="https://example.org/p{page:03d}.jpg").decode()
    assert '<graphic url="https://example.org/p002.jpg"/>' in numbered
    with pytest.raises(ValueError, match=r"use \{image\}, \{name\}, \{stem\} and \{page\}"):
        write_tei(replace(restored, layout=layout), images="{where}")


def test_images_and_boxes_become_a_facsimile() -> None:
    restored = of("first line\n\fsecond line\n")
    boxes = np.full((restored.layout.lines, 4), np.nan, np.float32)
    boxes[0] = 10, 20, 300.4, 41
    sizes = np.array([[600, 800], [np.nan, np.nan]], np.float32)
    layout = replace(restored.layout, line_box=boxes, page_image=("scan 1.png", ""), page_size=sizes)
    for mode in ("compact", "embedded"):
        data = write_tei(replace(restored, layout=layout), source=mode).decode()  # type: ignore[arg-type]
        assert '<surface xml:id="img1" n="1" ulx="0" uly="0" lrx="600" lry="800">' in data
        assert '<graphic url="scan%201.png"/>\n<zone xml:id="z1" ulx="10" uly="20" lrx="300" lry="41"/>' in data
        assert validate_tei(data.encode()) == []
        assert 'facs="#z1"/>first line' in data
        assert 'facs="#img2"/>' in data


@pytest.mark.parametrize("before, after", [("  ", " [REDACTED B6] "), (" ", "")])
def test_a_repair_of_a_blank_keeps_the_words_apart_in_sic(before: str, after: str) -> None:
    source = Source.from_text(f"Tugs{before}left.")
    data = write_tei(restored_of(source, edits=[find_edit(source, before, after, "test.rule", 0.95)]))
    assert b"<sic>Tugs left.</sic>" in data
