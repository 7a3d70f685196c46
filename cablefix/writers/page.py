"""Corrected PAGE XML: the file of the engine with its words corrected, or new files (2019-07-15) from another format.

A word or line that was changed keeps what the OCR read as a second TextEquiv (index 1, dataType "other",
dataTypeDetails "ocr"); the version of 2013 has one TextEquiv only, there it stands in `comments`. Texts of lines and
regions are made anew from their words. A MetadataItem records the step, Comments before the version of 2018.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from math import isnan

from lxml import etree
from lxml.builder import ElementMaker

from cablefix.layout import HYPHENS
from cablefix.readers.archives import Member, pack
from cablefix.readers.document import Box, around
from cablefix.readers.page import best_text, page_version, read_box
from cablefix.readers.xml import local_name
from cablefix.restored import Restored
from cablefix.writers.boxes import Change, Corrections, find_corrections
from cablefix.writers.hocr import fresh_id, put_after
from cablefix.writers.ocr_pages import (
    SOFT_HYPHEN,
    CorrectedLine,
    CorrectedPage,
    CorrectedWord,
    Step,
    corrected_pages,
    in_pixels,
    processing_step,
    write_back,
)

_VERSION = "2019-07-15"
_NAMESPACE = f"http://schema.primaresearch.org/PAGE/gts/pagecontent/{_VERSION}"
_FIRST_WITH_ITEMS = "2018-07-15"
_ONE_TEXT_ONLY = "2013-07-15"
_UNDATED = "1970-01-01T00:00:00"


def write_page(restored: Restored) -> bytes:
    """A restored document as PAGE XML in the encoding and version of the original, else UTF-8 and 2019-07-15.

    Where the source is PAGE its own elements are corrected and everything else in it stays. A file is one page:
    several pages come as a zip archive. Raises `SourceError` when the source has no boxes.
    """
    corrections = find_corrections(restored)
    step = processing_step(restored, corrections)
    if corrections.document.format == "page":
        return write_back(restored, corrections, lambda member, own: _correct(member, own, step))
    engine = corrections.document.engine
    pages = in_pixels(corrected_pages(restored, corrections), corrections.document.unit)
    files = [_new_file(page, step, engine) for page in pages]
    if len(files) == 1:
        return files[0]
    return pack(Member(f"page_{number:04d}.xml", data) for number, data in enumerate(files, 1))


# --- correcting the file of the engine ------------------------------------------------------------------------


def _correct(member: Member, corrections: Corrections, step: Step) -> bytes:
    elements = corrections.pieces.elements
    version = page_version(member.data)
    some = [elements[c.first] for c in corrections.changes] + [elements[h.left] for h in corrections.hyphens]
    tree = some[0].getroottree()
    ids = set(tree.getroot().xpath("//@id"))
    lines: dict[etree._Element, bool] = {}
    plain: dict[etree._Element, list[Change]] = {}
    for change in corrections.changes:
        own = elements[change.first : change.last]
        if local_name(own[0]) not in ("Word", "TextLine"):
            plain.setdefault(own[0], []).append(change)
            continue
        for element in own:
            _note_line(element, lines)
        _apply(change, own, ids, version)
    for region, changes in plain.items():
        _set_plain_region(region, changes, corrections, version)
    for hyphen in corrections.hyphens:
        _note_line(elements[hyphen.left], lines)
        _soften(elements[hyphen.left])
    regions: dict[etree._Element, None] = {}
    for line, by_words in lines.items():
        if by_words:
            _renew_line(line, version)
        parent = line.getparent()
        if parent is not None and local_name(parent) == "TextRegion":
            regions[parent] = None
    for region in regions:
        _renew_region(region, version)
    _record(tree.getroot(), step, version)
    return etree.tostring(tree, encoding=tree.docinfo.encoding or "utf-8", xml_declaration=True)


def _note_line(element: etree._Element, lines: dict[etree._Element, bool]) -> None:
    """Note the line of a word, whose text is then made anew from its words, or a line that is changed itself."""
    parent = element.getparent()
    if local_name(element) == "Word" and parent is not None:
        lines[parent] = True
    elif local_name(element) == "TextLine":
        lines.setdefault(element, False)


def _apply(change: Change, elements: Sequence[etree._Element], ids: set[str], version: str) -> None:
    """Put the new words into the elements; those that are left over go, those that are missing are copied."""
    words, boxes = list(change.words), list(change.boxes)
    if local_name(elements[0]) != "Word":
        _set_text(elements[0], words[0], change.before, version)
        return
    if len(words) == len(elements) > 1:
        for element, word in zip(elements, words, strict=True):
            before = _text_of(element)
            if word != before:
                _set_text(element, word, before, version)
        return
    first = elements[0]
    for element in elements[1:]:
        parent = element.getparent()
        if parent is not None and parent is first.getparent():
            parent.remove(element)
        else:
            _set_text(element, "", _text_of(element), version)
    template = copy.deepcopy(first) if len(words) > 1 else None
    _set_word(first, words[0], boxes[0], change.before, version)
    last = first
    for word, box in zip(words[1:], boxes[1:], strict=True):
        assert template is not None
        new = copy.deepcopy(template)
        _set_word(new, word, box, "", version)
        new.set("id", fresh_id(f"{first.get('id')}_s", ids))
        for inner in new.iter():
            if inner is not new and isinstance(inner.tag, str) and inner.get("id"):
                inner.set("id", fresh_id(f"{inner.get('id')}_s", ids))
        put_after(last, new, last.tail)
        last = new


def _set_plain_region(
    region: etree._Element, changes: Sequence[Change], corrections: Corrections, version: str
) -> None:
    """Put new lines into a region that has text but no lines: each of its pieces is a line of that text."""
    pieces, text = corrections.pieces, corrections.document.source.text
    own = [k for k, element in enumerate(pieces.elements) if element is region]
    lines = {k: text[int(pieces.start[k]) : int(pieces.end[k])] for k in own}
    before = "\n".join(lines.values())
    for change in changes:
        lines[change.first] = " ".join(change.words)
    _set_text(region, "\n".join(lines.values()), before, version)


def _text_of(element: etree._Element) -> str:
    chosen = best_text(element)
    return (chosen.findtext("{*}Unicode") or "") if chosen is not None else ""


def _set_word(element: etree._Element, text: str, box: Box | None, before: str, version: str) -> None:
    coordinates = element.find("{*}Coords")
    if box is not None and coordinates is not None and read_box(element) != box:
        coordinates.set("points", _points(box))
    _set_text(element, text, before, version)


def _set_text(element: etree._Element, text: str, before: str, version: str) -> None:
    """Give an element a new best text; what the OCR read becomes the second one."""
    for glyph in element.findall("{*}Glyph"):
        element.remove(glyph)
    chosen = best_text(element)
    if chosen is None:
        return
    plain = chosen.find("{*}PlainText")
    if plain is not None:
        chosen.remove(plain)
    unicode = chosen.find("{*}Unicode")
    if unicode is None:
        unicode = etree.SubElement(chosen, str(chosen.tag).removesuffix("TextEquiv") + "Unicode")
    unicode.text = text
    if not before:
        return
    if version <= _ONE_TEXT_ONLY:
        element.set("comments", f"OCR read: {before}")
        return
    chosen.set("index", "0")
    for other in element.findall("{*}TextEquiv"):
        if other is not chosen:
            index = other.get("index")
            other.set("index", str(int(index) + 1 if index and index.isdecimal() else 2))
    original = etree.Element(str(chosen.tag), {"index": "1", "dataType": "other", "dataTypeDetails": "ocr"})
    if chosen.get("conf"):
        original.set("conf", chosen.get("conf") or "")
    etree.SubElement(original, str(unicode.tag)).text = before
    put_after(chosen, original, chosen.tail)


def _soften(element: etree._Element) -> None:
    """Make the hyphen at the end of a word or line a soft one."""
    chosen = best_text(element)
    unicode = chosen.find("{*}Unicode") if chosen is not None else None
    if unicode is not None and (unicode.text or "").rstrip()[-1:] in HYPHENS:
        unicode.text = (unicode.text or "").rstrip()[:-1] + SOFT_HYPHEN


def _renew_line(line: etree._Element, version: str) -> None:
    """Make the text of a line anew from its words, where it has both."""
    words = [_text_of(word) for word in line.findall("{*}Word")]
    if words and best_text(line) is not None:
        before = _text_of(line)
        text = " ".join(word for word in words if word)
        if text != before:
            _set_text(line, text, before, version)


def _renew_region(region: etree._Element, version: str) -> None:
    """Make the text of a region anew from its lines, where it has one."""
    lines = [_text_of(line) for line in region.findall("{*}TextLine")]
    if not any(lines):
        return
    chosen = best_text(region)
    unicode = chosen.find("{*}Unicode") if chosen is not None else None
    if unicode is not None:
        unicode.text = "\n".join(lines)


def _points(box: Box) -> str:
    left, top, right, bottom = (round(value) for value in box)
    return f"{left},{top} {right},{top} {right},{bottom} {left},{bottom}"


def _record(root: etree._Element, step: Step, version: str) -> None:
    metadata = root.find("{*}Metadata")
    if metadata is None:
        return
    namespace = str(metadata.tag).removesuffix("Metadata")
    if version >= _FIRST_WITH_ITEMS:
        where = {"type": "processingStep", "name": "correction/cablefix", "value": str(step)}
        etree.SubElement(metadata, f"{namespace}MetadataItem", where)
        return
    comments = metadata.find(f"{namespace}Comments")
    if comments is None:
        comments = etree.Element(f"{namespace}Comments")
        place = sum(local_name(child) in ("Creator", "Created", "LastChange") for child in metadata)
        metadata.insert(place, comments)
    comments.text = f"{comments.text}\n{step}" if comments.text else str(step)


# --- a new file -------------------------------------------------------------------------------------------------


def _new_file(page: CorrectedPage, step: Step, engine: str) -> bytes:
    make = ElementMaker(namespace=_NAMESPACE, nsmap={None: _NAMESPACE})
    stamp = os.environ.get("SOURCE_DATE_EPOCH", "")
    made = datetime.fromtimestamp(int(stamp), UTC).strftime("%Y-%m-%dT%H:%M:%S") if stamp.isdecimal() else _UNDATED
    metadata = make.Metadata(
        make.Creator(engine or step.software),
        make.Created(made),
        make.LastChange(made),
        make.MetadataItem({"type": "processingStep", "name": "correction/cablefix", "value": str(step)}),
    )
    size = {"imageWidth": str(page.width), "imageHeight": str(page.height)}
    body = make.Page({"imageFilename": page.image or "unknown", **size})
    if not isnan(page.resolution):
        body.set("imageXResolution", f"{page.resolution:g}")
        body.set("imageYResolution", f"{page.resolution:g}")
        body.set("imageResolutionUnit", "PPI")
    if page.blocks:
        names = [f"r{k}" for k in range(1, len(page.blocks) + 1)]
        entries = [make.RegionRefIndexed({"index": str(k), "regionRef": name}) for k, name in enumerate(names)]
        body.append(make.ReadingOrder(make.OrderedGroup({"id": "reading_order"}, *entries)))
        for name, block in zip(names, page.blocks, strict=True):
            body.append(_region(make, block, name))
    root = make.PcGts(metadata, body)
    etree.indent(root, " ")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _region(make: ElementMaker, block: Sequence[CorrectedLine], name: str) -> etree._Element:
    box = around(line.box for line in block) or (0.0, 0.0, 0.0, 0.0)
    region = make.TextRegion({"id": name}, make.Coords({"points": _points(box)}))
    texts = []
    for n, line in enumerate(block, 1):
        ident = f"{name}_l{n}"
        element = make.TextLine({"id": ident}, make.Coords({"points": _points(line.box)}))
        if line.baseline:
            left, _, right, _ = (round(value) for value in line.box)
            first, last = (round(value) for value in line.baseline)
            element.append(make.Baseline({"points": f"{left},{first} {right},{last}"}))
        words = [_shown(word) for word in line.words]
        for k, word in enumerate(line.words, 1):
            element.append(_word(make, word, f"{ident}_w{k}"))
        texts.append(" ".join(words))
        element.append(make.TextEquiv(make.Unicode(texts[-1])))
        region.append(element)
    region.append(make.TextEquiv(make.Unicode("\n".join(texts))))
    return region


def _shown(word: CorrectedWord) -> str:
    return word.text[:-1] + SOFT_HYPHEN if word.hyphen and word.text[-1:] in HYPHENS else word.text


def _word(make: ElementMaker, word: CorrectedWord, ident: str) -> etree._Element:
    element = make.Word({"id": ident}, make.Coords({"points": _points(word.box)}))
    sure = {} if isnan(word.confidence) else {"conf": f"{min(max(word.confidence, 0.0), 1.0):.4g}"}
    index = {"index": "0"} if word.before else {}
    element.append(make.TextEquiv({**index, **sure}, make.Unicode(_shown(word))))
    if word.before:
        details = {"index": "1", **sure, "dataType": "other", "dataTypeDetails": "ocr"}
        element.append(make.TextEquiv(details, make.Unicode(word.before)))
    return element
