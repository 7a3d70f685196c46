"""TEI read back: the source, single repairs undone, and a clear word when the file is damaged."""

from __future__ import annotations

import re
import zlib
from base64 import encodebytes
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from cablefix.layout import Join
from cablefix.readers.tei import TeiError, rebuild_source, sidecar_name, text_lines
from cablefix.readers.tei_review import accept_edits, undo_edits
from cablefix.readers.tei_source import XML_ID
from cablefix.readers.tei_validate import validate_tei
from cablefix.text import Source
from cablefix.writers.tei import write_tei
from tests.tei_support import EVIDENCE, cable, find_edit, reading_lines, restored_of

TEXT = "The ferry is late.\r\nThe pier is open.\x0c"


def tei(mode: str = "compact") -> bytes:
    return write_tei(restored_of(Source.from_text(TEXT)), source=mode, sidecar="ferry.source.txt")  # type: ignore[arg-type]


def test_the_text_may_be_edited_by_hand() -> None:
    data = tei().replace(b"The ferry", b"A <hi>boat</hi>").replace(b"<p>", b"<p rend='x'>")
    assert rebuild_source(data) == TEXT.encode()


def test_the_file_may_be_formatted_anew() -> None:
    for mode in ("compact", "embedded"):
        root = etree.fromstring(tei(mode), etree.XMLParser(remove_blank_text=True))
        assert rebuild_source(etree.tostring(root, pretty_print=True)) == TEXT.encode()


def test_a_sidecar_is_loaded_by_name_and_checked() -> None:
    assert sidecar_name(tei("sidecar")) == "ferry.source.txt"
    assert sidecar_name(tei()) == ""
    asked: list[str] = []

    def load(name: str) -> bytes:
        asked.append(name)
        return TEXT.encode()

    assert rebuild_source(tei("sidecar"), load) == TEXT.encode()
    assert asked == ["ferry.source.txt"]
    with pytest.raises(TeiError, match=r"what the file 'ferry.source.txt' holds is not the source"):
        rebuild_source(tei("sidecar"), lambda name: b"another text")

    def missing(name: str) -> bytes:
        raise FileNotFoundError(2, "No such file or directory", name)

    with pytest.raises(TeiError, match=r"'ferry.source.txt' cannot be read \(No such file.*put it beside"):
        rebuild_source(tei("sidecar"), missing)
    with pytest.raises(TeiError, match="say how to load it"):
        rebuild_source(tei("sidecar"))


def bomb() -> bytes:
    packed = encodebytes(zlib.compress(b"\0" * 50_000_000)).strip()
    return re.sub(rb"(<data>\s*)[^<]+", rb"\g<1>" + packed, tei())


DAMAGE = [
    ("cut off", lambda: tei()[:-40], r"x\.xml, line \d+, column \d+: not well-formed XML"),
    ("no TEI", lambda: b"<html/>", r"x\.xml, line 1: the root is html, not TEI"),
    ("no XML", lambda: b"plain text", r"x\.xml, line 1, column 1: not well-formed"),
    ("empty", lambda: b"", r"x\.xml.*not well-formed"),
    ("entities", lambda: b'<!DOCTYPE TEI [<!ENTITY a "b">]>' + tei()[39:], r"document type declaration"),
    ("no record", lambda: re.sub(rb"<xenoData>.*</xenoData>", b"", tei(), flags=re.S), r"no record of the source"),
    (
        "two records",
        lambda: re.sub(rb"(<xenoData>.*</xenoData>)", rb"\1\1", tei(), flags=re.S),
        r"2 records of the source",
    ),
    (
        "damaged base64",
        lambda: re.sub(rb"(<data>\s*)\w{5}", rb"\1????", tei()),
        r"packed source in xenoData is damaged",
    ),
    ("lost base64", lambda: re.sub(rb"(<data>\s*)[^<]+", rb"\1", tei()), r"packed source in xenoData is damaged"),
    ("a bomb", bomb, r"what xenoData holds is not the source \(\d+ bytes"),
    (
        "wrong digest",
        lambda: re.sub(rb'sha256="....', b'sha256="0000', tei()),
        r"what xenoData holds is not the source",
    ),
    ("length that is none", lambda: re.sub(rb'bytes="\d+"', b'bytes="-1"', tei()), r"no believable length"),
    ("length too great", lambda: re.sub(rb'bytes="\d+"', b'bytes="99999999999"', tei()), r"no believable length"),
    ("unknown carrier", lambda: tei().replace(b'"deflate"', b'"zip"'), r"unknown carrier 'zip'; use deflate"),
    (
        "line changed",
        lambda: tei("embedded").replace(b">The pier is open.</line>", b">The pier is shut.</line>"),
        r"what sourceDoc holds is not the source.*take it from a copy",
    ),
    (
        "sourceDoc gone",
        lambda: re.sub(rb"<sourceDoc.*</sourceDoc>", b"", tei("embedded"), flags=re.S),
        r"sourceDoc that should hold the source is gone",
    ),
    ("unknown line end", lambda: tei("embedded").replace(b'rend="ff"', b'rend="vt"'), r"unknown line end rend='vt'"),
    (
        "g without a character",
        lambda: tei("embedded").replace(b"The pier", b'<g ref="#pier"/>'),
        r"g ref='#pier' names no character",
    ),
    ("wrong encoding", lambda: tei("embedded").replace(b'"utf-8"', b'"latin"'), r"cannot be written down again"),
    ("none kept", lambda: tei("none"), r"written without its source; .*--source compact"),
]


@pytest.mark.parametrize("data, message", [row[1:] for row in DAMAGE], ids=[row[0] for row in DAMAGE])
def test_damage_is_named(data: object, message: str) -> None:
    assert callable(data)
    with pytest.raises(TeiError, match=message):
        rebuild_source(data(), name="x.xml")


@pytest.mark.parametrize("depth, message", [(1, "document type declaration"), (9, "amplification factor")])
def test_nothing_outside_is_read_or_expanded(tmp_path: Path, depth: int, message: str) -> None:
    """A document type is refused before anything that it names is read; entities within entities are not expanded."""
    secret = tmp_path / "secret.dtd"
    secret.write_text("this is no DTD; reading it would be another error")
    nested = "".join(f'<!ENTITY a{k + 1} "{f"&a{k};" * 10}">' for k in range(depth))
    doctype = f'<!DOCTYPE TEI SYSTEM "{secret.as_uri()}" [<!ENTITY a0 "x">{nested}]>'.encode()
    data = tei().replace(b"<TEI ", doctype + b"<TEI ", 1).replace(b"The ferry", f"&a{depth};".encode())
    with pytest.raises(TeiError, match=message):
        rebuild_source(data)


def test_single_repairs_are_undone() -> None:
    restored = cable()
    data = write_tei(restored)
    pilcrow = next(edit for edit in restored.edits if edit.after == "¶1.")
    back = undo_edits(data, [pilcrow.id])
    assert validate_tei(back) == []
    assert rebuild_source(back) == restored.source.to_bytes()
    lines = reading_lines(etree.fromstring(back))
    assert lines[16].startswith("^1 . (C) The Minister's talks")
    assert f"#e-{pilcrow.id}".encode() not in back
    assert f"Repair {pilcrow.id} undone: the text reads '^1 .' again.".encode() in back


def test_who_undid_a_repair_and_why_is_on_record() -> None:
    data = write_tei(cable())
    first, second = [edit.id for edit in cable().applied][:2]
    back = undo_edits(data, [f"e-{first}"], who="R. & Co.\0", note="typed\nso")
    back = undo_edits(back, [second], who="R. & Co.\0")
    assert validate_tei(back) == []
    root = etree.fromstring(back)
    people = root.findall(".//{*}titleStmt/{*}respStmt")
    assert ["".join(person.itertext()) for person in people][1:] == ["review of repairsR. & Co.\ufffd"]
    changes = root.findall(".//{*}revisionDesc/{*}change")[1:]
    assert [change.get("who") for change in changes] == ["#reviewer1", "#reviewer1"]
    assert (changes[0].text or "").endswith("again. typed so")


def test_all_repairs_undone_leave_the_source_words() -> None:
    restored = cable()
    back = undo_edits(write_tei(restored), [edit.id for edit in restored.applied])
    assert validate_tei(back) == []
    assert b"<choice" not in back
    assert b'<listAnnotation type="evidence">' not in back
    assert reading_lines(etree.fromstring(back))[1] == "00 RUEHZZ"


@pytest.mark.parametrize("inside", ["a", "a<lb n='2'/>b", ""])
def test_a_choice_gives_way_to_what_sic_holds(inside: str) -> None:
    data = write_tei(cable())
    key = re.search(rb'xml:id="e-(\w+)"', data)
    assert key
    changed = re.sub(rb"<sic>00</sic>", f"<sic>{inside}</sic>".encode(), data)
    back = undo_edits(changed, [key[1].decode()])
    assert f'<lb n="2"/>{inside} RUEHZZ'.replace("'", '"').encode() in back


@pytest.mark.parametrize(
    "text, line",
    [
        ("The vice  '  president left.", "The vice ' president left."),
        ("' The tug left.", "' The tug left."),
        ("The tug\n' left.", "The tug ' left."),
        ("The tug' left.", "The tug' left."),
    ],
)
def test_a_deletion_that_is_undone_stands_off_as_it_did(text: str, line: str) -> None:
    source = Source.from_text(text)
    edit = find_edit(source, "'", "", "test.rule", 0.9)
    restored = restored_of(source, edits=[edit], joins={0: Join.SPACE})
    back = undo_edits(write_tei(restored), [edit.id])
    assert validate_tei(back) == []
    assert reading_lines(etree.fromstring(back)) == [line]


def test_an_unknown_repair_is_named() -> None:
    with pytest.raises(TeiError, match="no repair 'feed' in this file"):
        undo_edits(write_tei(cable()), ["feed"])


def doubtful(
    before: str, after: str, text: str = "The vice president's  tug left ( late ) at noon."
) -> tuple[str, bytes]:
    """The id of a proposal that is not applied, and the TEI in which it stands."""
    source = Source.from_text(text)
    edits = [find_edit(source, before, after, "words.letters", 0.4)]
    if "( late" in text:
        edits.append(find_edit(source, "( late", "(late", "spacing.brackets", 0.95))
    return edits[0].id, write_tei(restored_of(source, edits=edits, joins={0: Join.SPACE}))


@pytest.mark.parametrize(
    "before, after, line",
    [
        ("tug", "bug", "The vice president's bug left (late ) at noon."),
        ("  tug", " big tug", "The vice president's big tug left (late ) at noon."),
        ("tug ", "", "The vice president's left (late ) at noon."),
        ("'", "\u2019", "The vice president\u2019s tug left (late ) at noon."),
    ],
)
def test_a_proposal_that_is_accepted_comes_into_the_text(before: str, after: str, line: str) -> None:
    key, data = doubtful(before, after)
    made = accept_edits(data, [key], who="M. D.", note="as on the scan")
    assert validate_tei(made) == []
    assert rebuild_source(made) == rebuild_source(data)
    root = etree.fromstring(made)
    assert reading_lines(root) == [line]
    assert [row.text for row in text_lines(root)] == ["Thevicepresident'stugleft(late)atnoon."]
    assert root.find(f".//{{*}}choice[@{XML_ID}='e-{key}']/{{*}}corr").get("resp") == "#cablefix #reviewer1"
    assert (root.findall(".//{*}change")[-1].text or "").endswith("as on the scan")
    assert f"q-{key}".encode() not in made
    back = undo_edits(made, [key])
    assert validate_tei(back) == []
    assert reading_lines(etree.fromstring(back)) == ["The vice president's tug left (late ) at noon."]


def test_the_reasons_of_an_accepted_proposal_are_kept() -> None:
    key, data = doubtful("tug", "bug")
    made = etree.fromstring(accept_edits(data, [f"q-{key}"]))
    note = made.find(f".//{{*}}annotation[@target='#e-{key}']/{{*}}note")
    assert note is not None
    assert note.text == EVIDENCE[0].text
    assert made.find(".//{*}listAnnotation[@type='queries']") is None


def test_a_repair_in_the_text_may_be_accepted_too() -> None:
    restored = cable()
    key = restored.applied[0].id
    made = accept_edits(write_tei(restored), [key], who="M. D.")
    assert validate_tei(made) == []
    assert etree.fromstring(made).find(f".//{{*}}choice[@{XML_ID}='e-{key}']/{{*}}corr").get("resp", "").endswith("1")


def test_an_accepted_repair_takes_the_place_of_what_it_covers() -> None:
    source = Source.from_text("The tug left ( late ) at noon.")
    small = find_edit(source, "( late", "(late", "spacing.brackets", 0.95)
    whole = replace(find_edit(source, "( late )", "early", "words.letters", 0.4), parents=(small.id,))
    data = write_tei(restored_of(source, edits=[small, whole]))
    made = accept_edits(data, [whole.id])
    assert validate_tei(made) == []
    assert reading_lines(etree.fromstring(made)) == ["The tug left early at noon."]
    assert [row.text for row in text_lines(etree.fromstring(made))] == ["".join(source.text.split())]


def test_a_proposal_is_refused_where_the_text_is_another() -> None:
    key, data = doubtful("tug", "bug")
    with pytest.raises(TeiError, match="no proposal 'feed' in this file"):
        accept_edits(data, ["feed"])
    with pytest.raises(TeiError, match=r"line \d+: the text reads 'boat' where the proposal .* is for 'tug'"):
        accept_edits(data.replace(b">tug</seg>", b">boat</seg>"), [key])
    with pytest.raises(TeiError, match=r"'tug' stands across other markup; accept the proposal in the restoration"):
        accept_edits(data.replace(b">tug</seg>", b"><name>tug</name></seg>"), [key])
