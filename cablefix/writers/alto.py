"""Corrected ALTO: the file of the engine with its words corrected, or a new file (version 4.2) from another format.

A word that was changed keeps what the OCR read in ALTERNATIVE with the PURPOSE "OCR". Words divided at a line end get
SUBS_TYPE and SUBS_CONTENT, and their hyphen is a HYP element. The step is recorded under Processing (version 4) or
OCRProcessing (before).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from math import isnan

from lxml import etree
from lxml.builder import ElementMaker

from cablefix.layout import HYPHENS
from cablefix.readers.alto import alto_version, read_box
from cablefix.readers.archives import Member
from cablefix.readers.document import Box, around
from cablefix.readers.xml import local_name
from cablefix.restored import Restored
from cablefix.writers.boxes import Change, Corrections, find_corrections
from cablefix.writers.hocr import fresh_id, put_after
from cablefix.writers.ocr_pages import (
    CorrectedLine,
    CorrectedPage,
    CorrectedWord,
    Step,
    corrected_pages,
    processing_step,
    write_back,
)

_NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_SCHEMA = "http://www.loc.gov/standards/alto/v4/alto-4-2.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PURPOSE = "OCR"


def write_alto(restored: Restored) -> bytes:
    """A restored document as ALTO in the encoding and version of the original, else UTF-8 and 4.2.

    Where the source is ALTO its own elements are corrected and everything else in it stays; several files come as a
    zip archive. Raises `SourceError` when the source has no boxes.
    """
    corrections = find_corrections(restored)
    step = processing_step(restored, corrections)
    if corrections.document.format == "alto":
        return write_back(restored, corrections, lambda member, own: _correct(member, own, step))
    pages = list(corrected_pages(restored, corrections))
    return _new_file(pages, step, corrections.document.engine, corrections.document.unit)


# --- correcting the file of the engine ------------------------------------------------------------------------


def _correct(member: Member, corrections: Corrections, step: Step) -> bytes:
    elements = corrections.pieces.elements
    some = [elements[c.first] for c in corrections.changes] + [elements[h.left] for h in corrections.hyphens]
    tree = some[0].getroottree()
    ids = set(tree.getroot().xpath("//@ID"))
    for change in corrections.changes:
        _apply(change, elements[change.first : change.last], ids)
    for hyphen in corrections.hyphens:
        _divide(elements[hyphen.left], elements[hyphen.right], hyphen.whole)
    _record(tree.getroot(), step, alto_version(member.data), ids)
    return etree.tostring(tree, encoding=tree.docinfo.encoding or "utf-8", xml_declaration=True)


def _divide(left: etree._Element, right: etree._Element, whole: str) -> None:
    """Mark the two parts of a word that a line end divides; the hyphen becomes an element of its own."""
    head: etree._Element | None = left
    if local_name(left) == "HYP":
        head = left.getprevious()
    else:
        _part_hyphen(left)
    for element, kind in ((head, "HypPart1"), (right, "HypPart2")):
        if element is not None and local_name(element) == "String":
            element.set("SUBS_TYPE", kind)
            element.set("SUBS_CONTENT", whole)


def _part_hyphen(string: etree._Element) -> None:
    """Take the hyphen off the end of a word and put it behind it as HYP, with its share of the width."""
    content = string.get("CONTENT") or ""
    if len(content) < 2 or content[-1] not in HYPHENS:
        return
    string.set("CONTENT", content[:-1])
    _drop_glyphs(string)
    name = str(string.tag).removesuffix("String") + "HYP"
    hyphen = etree.Element(name, {"CONTENT": content[-1]})
    box = read_box(string)
    if box:
        cut = box[2] - (box[2] - box[0]) / len(content)
        _set_box(string, (box[0], box[1], cut, box[3]))
        hyphen.set("WIDTH", _number(box[2] - cut))
        hyphen.set("HPOS", _number(cut))
        hyphen.set("VPOS", _number(box[1]))
    put_after(string, hyphen, string.tail)


def _apply(change: Change, elements: Sequence[etree._Element], ids: set[str]) -> None:
    """Put the new words into the elements; those that are left over go, those that are missing are copied."""
    words, boxes, before = list(change.words), list(change.boxes), change.before
    elements = list(elements)
    if len(elements) > 1 and local_name(elements[-1]) == "HYP" and words[-1][-1:] in HYPHENS:
        # The hyphen is an element of its own and stays one.
        elements.pop()
        words[-1], before = words[-1][:-1], before.rstrip(HYPHENS)
        if len(words) == 1:
            boxes = [around(read_box(element) for element in elements)]
    strings = [element for element in elements if local_name(element) == "String"]
    if not strings:
        _apply_to_hyphen(elements[-1] if elements else None, " ".join(change.words), ids)
        return
    if len(words) == len(strings) > 1:
        for element in elements:
            if element not in strings:
                _remove(element)
        for element, word in zip(strings, words, strict=True):
            content = element.get("CONTENT") or ""
            if word != content:
                _set(element, word, None, content)
        return
    for element in elements:
        if element is strings[0]:
            continue
        if element.getparent() is strings[0].getparent():
            _remove(element)
        elif local_name(element) == "String":
            # The part on another line keeps its element, without text.
            _set(element, "", None, element.get("CONTENT") or "")
    template = copy.deepcopy(strings[0]) if len(words) > 1 else None
    _set(strings[0], words[0], boxes[0], before if before != words[0] else "")
    last = strings[0]
    for word, box in zip(words[1:], boxes[1:], strict=True):
        assert template is not None
        last = _add(last, copy.deepcopy(template), word, box, ids)


def _apply_to_hyphen(hyphen: etree._Element | None, text: str, ids: set[str]) -> None:
    """Put new text where only a HYP stood: what comes before the hyphen is a word of its own; no hyphen, no HYP."""
    if hyphen is None:
        return
    core, before, parent = text.rstrip(HYPHENS), hyphen.getprevious(), hyphen.getparent()
    if core.strip() and before is not None and local_name(before) == "String":
        new = copy.deepcopy(before)
        for alternative in new.findall("{*}ALTERNATIVE"):
            new.remove(alternative)
        _add(before, new, core.strip(), read_box(hyphen), ids)
    if core != text:
        hyphen.set("CONTENT", text[-1])
    elif parent is not None:
        parent.remove(hyphen)


def _add(last: etree._Element, new: etree._Element, word: str, box: Box | None, ids: set[str]) -> etree._Element:
    """Put a word after another, with a space between them."""
    before = read_box(last)
    _set(new, word, box, "")
    if new.get("ID"):
        new.set("ID", fresh_id(f"{last.get('ID')}_s", ids))
    space = etree.Element(str(new.tag).removesuffix("String") + "SP")
    if box and before:
        space.set("WIDTH", _number(max(box[0] - before[2], 0.0)))
        space.set("VPOS", _number(before[1]))
        space.set("HPOS", _number(before[2]))
    put_after(last, space)
    put_after(space, new)
    return new


def _set(element: etree._Element, text: str, box: Box | None, before: str) -> None:
    """Give a String a new content; what the OCR read becomes its first ALTERNATIVE."""
    element.set("CONTENT", text)
    _drop_glyphs(element)
    if box is not None and read_box(element) not in (None, box):
        _set_box(element, box)
        for shape in element.findall("{*}Shape"):
            element.remove(shape)
    if before:
        alternative = etree.Element(str(element.tag).removesuffix("String") + "ALTERNATIVE", {"PURPOSE": _PURPOSE})
        alternative.text = before
        shapes = sum(local_name(child) == "Shape" for child in element)
        element.insert(shapes, alternative)


def _drop_glyphs(element: etree._Element) -> None:
    """Take away what was said of single characters: it fits the old text alone."""
    element.attrib.pop("CC", None)
    for glyph in element.findall("{*}Glyph"):
        element.remove(glyph)


def _set_box(element: etree._Element, box: Box) -> None:
    left, top, right, bottom = box
    values = (("HPOS", left), ("VPOS", top), ("WIDTH", right - left), ("HEIGHT", bottom - top))
    for key, value in values:
        element.set(key, _number(value))


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.2f}".rstrip("0").rstrip(".")


def _remove(element: etree._Element) -> None:
    """Take a String out of its line, with the space before it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if before is not None and local_name(before) == "SP":
        parent.remove(before)
    parent.remove(element)


def _record(root: etree._Element, step: Step, version: str, ids: set[str]) -> None:
    namespace = str(root.tag).removesuffix("alto")
    description = root.find(f"{namespace}Description")
    if description is None:
        description = etree.Element(f"{namespace}Description")
        etree.SubElement(description, f"{namespace}MeasurementUnit").text = "pixel"
        root.insert(0, description)
    if version.startswith("4"):
        ident = fresh_id("cablefix_", ids)
        holder = etree.SubElement(description, f"{namespace}Processing", {"ID": ident})
    else:
        processing = description.findall(f"{namespace}OCRProcessing")
        if processing:
            holder = etree.SubElement(processing[-1], f"{namespace}postProcessingStep")
        else:
            made = etree.SubElement(description, f"{namespace}OCRProcessing", {"ID": fresh_id("cablefix_", ids)})
            etree.SubElement(made, f"{namespace}ocrProcessingStep")
            holder = etree.SubElement(made, f"{namespace}postProcessingStep")
    _fill_step(holder, step, namespace)


def _fill_step(holder: etree._Element, step: Step, namespace: str) -> None:
    etree.SubElement(holder, f"{namespace}processingStepDescription").text = step.description
    software = etree.SubElement(holder, f"{namespace}processingSoftware")
    etree.SubElement(software, f"{namespace}softwareName").text = step.software
    etree.SubElement(software, f"{namespace}softwareVersion").text = step.version


# --- a new file -------------------------------------------------------------------------------------------------


def _new_file(pages: Sequence[CorrectedPage], step: Step, engine: str, unit: str) -> bytes:
    if unit == "point":
        # ALTO has no points; 1/1200 inch is the nearest of its units.
        unit, scale = "inch1200", 1200 / 72
    else:
        scale = 1.0
    make = ElementMaker(namespace=_NAMESPACE, nsmap={None: _NAMESPACE, "xsi": _XSI})
    description = make.Description(make.MeasurementUnit(unit))
    images = [page.image for page in pages if page.image]
    if images:
        description.append(make.sourceImageInformation(make.fileName(images[0])))
    if engine:
        ocr = make.Processing({"ID": "ocr"}, make.processingSoftware(make.softwareName(engine)))
        description.append(ocr)
    made = make.Processing({"ID": "cablefix"})
    _fill_step(made, step, f"{{{_NAMESPACE}}}")
    description.append(made)
    layout = make.Layout(*(_page(make, page, scale) for page in pages))
    root = make.alto(description, layout)
    root.set(f"{{{_XSI}}}schemaLocation", f"{_NAMESPACE} {_SCHEMA}")
    root.set("SCHEMAVERSION", "4.2")
    etree.indent(root, " ")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _page(make: ElementMaker, page: CorrectedPage, scale: float) -> etree._Element:
    number = page.number + 1
    full = _box_attributes((0.0, 0.0, float(page.width), float(page.height)), scale)
    size = {"WIDTH": full["WIDTH"], "HEIGHT": full["HEIGHT"]}
    space = make.PrintSpace(full)
    for k, block in enumerate(page.blocks, 1):
        box = around(line.box for line in block)
        where = _box_attributes(box, scale) if box else {}
        text = make.TextBlock({"ID": f"block_{number}_{k}", **where})
        space.append(text)
        for n, line in enumerate(block, 1):
            text.append(_line(make, line, f"{number}_{k}_{n}", scale))
    return make.Page({"ID": f"page_{number}", "PHYSICAL_IMG_NR": str(number), **size}, space)


def _line(make: ElementMaker, line: CorrectedLine, ident: str, scale: float) -> etree._Element:
    out = make.TextLine({"ID": f"line_{ident}", **_box_attributes(line.box, scale)})
    if line.baseline:
        left, right = (_number(round(value * scale, 2)) for value in line.baseline)
        points = f"{_number(line.box[0] * scale)},{left} {_number(line.box[2] * scale)},{right}"
        out.set("BASELINE", left if left == right else points)
    for n, word in enumerate(line.words, 1):
        if n > 1:
            before = line.words[n - 2].box
            gap = max(word.box[0] - before[2], 0.0) * scale
            place = {"WIDTH": _number(gap), "VPOS": _number(before[1] * scale), "HPOS": _number(before[2] * scale)}
            out.append(make.SP(place))
        out.extend(_word(make, word, f"string_{ident}_{n}", scale))
    return out


def _word(make: ElementMaker, word: CorrectedWord, ident: str, scale: float) -> list[etree._Element]:
    string = make.String({"ID": ident, **_box_attributes(word.box, scale), "CONTENT": word.text})
    if not isnan(word.confidence):
        string.set("WC", f"{min(max(word.confidence, 0.0), 1.0):.2f}")
    if word.before:
        string.append(make.ALTERNATIVE({"PURPOSE": _PURPOSE}, word.before))
    whole, kind = (word.hyphen, "HypPart1") if word.hyphen else (word.rest, "HypPart2")
    if whole:
        string.set("SUBS_TYPE", kind)
        string.set("SUBS_CONTENT", whole)
    out = [string]
    if word.hyphen and len(word.text) > 1 and word.text[-1] in HYPHENS:
        left, top, right, _ = word.box
        cut = right - (right - left) / len(word.text)
        string.set("CONTENT", word.text[:-1])
        string.set("WIDTH", _number((cut - left) * scale))
        place = {"WIDTH": _number((right - cut) * scale), "HPOS": _number(cut * scale), "VPOS": _number(top * scale)}
        out.append(make.HYP({"CONTENT": word.text[-1], **place}))
    return out


def _box_attributes(box: Box, scale: float) -> dict[str, str]:
    left, top, right, bottom = (value * scale for value in box)
    return {
        "HPOS": _number(left),
        "VPOS": _number(top),
        "WIDTH": _number(right - left),
        "HEIGHT": _number(bottom - top),
    }
