"""Corrected hOCR: the file of the engine with its words corrected, or a new file from another format.

A word that was changed says in the property `x_ocr` what the OCR read, percent-encoded where a character would end
the property. A hyphen at a line end that is no part of its word is a soft hyphen, as hOCR wants it. A `meta` element
`ocr-corrected` records the step.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from math import isnan

from lxml import etree
from lxml.builder import ElementMaker

from cablefix.layout import HYPHENS
from cablefix.readers.archives import Member
from cablefix.readers.document import Box, around
from cablefix.readers.hocr import is_xml
from cablefix.restored import Restored
from cablefix.writers.boxes import Change, Corrections, find_corrections
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

_XHTML = "http://www.w3.org/1999/xhtml"
_BBOX = re.compile(r"\bbbox\s+[-\d.]+\s+[-\d.]+\s+[-\d.]+\s+[-\d.]+")
_DOCTYPE = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"'
    ' "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'
)
_CAPABILITIES = "ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf"
_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta"})
_UNSAFE = re.compile(r"[%;\"'\s]")


def write_hocr(restored: Restored) -> bytes:
    """A restored document as hOCR in the encoding of the original, UTF-8 where there is none.

    Where the source is hOCR its own elements are corrected and everything else in it stays; several files come as a
    zip archive. Raises `SourceError` when the source has no boxes.
    """
    corrections = find_corrections(restored)
    step = processing_step(restored, corrections)
    if corrections.document.format == "hocr":
        return write_back(restored, corrections, lambda member, own: _correct(member, own, step))
    pages = in_pixels(corrected_pages(restored, corrections), corrections.document.unit)
    return _new_file(list(pages), step, corrections.document.engine)


def quote_property(text: str) -> str:
    """A text as the value of an hOCR property: what would end it is percent-encoded.

    >>> quote_property("GOF ' s")
    'GOF%20%27%20s'
    """
    return _UNSAFE.sub(lambda match: f"%{ord(match[0]):02X}", text)


# --- correcting the file of the engine ------------------------------------------------------------------------


def _correct(member: Member, corrections: Corrections, step: Step) -> bytes:
    elements = corrections.pieces.elements
    tree = next(element for element in elements[_first_piece(corrections) :] if element is not None).getroottree()
    ids = set(tree.getroot().xpath("//@id"))
    for change in corrections.changes:
        _apply(change, elements[change.first : change.last], ids, whole=bool(corrections.pieces.whole[change.first]))
    for hyphen in corrections.hyphens:
        _soften(elements[hyphen.left])
    _record(tree, step)
    encoding = tree.docinfo.encoding or "utf-8"
    if is_xml(member.data) or "XHTML" in tree.docinfo.doctype:
        return _as_xml(tree, encoding, declared=is_xml(member.data))
    return etree.tostring(tree, encoding=encoding, method="html")


def _as_xml(tree: etree._ElementTree, encoding: str, *, declared: bool) -> bytes:
    """The tree as XML that browsers read too: empty elements keep their end tags.

    For an XHTML document type libxml2 would add elements and attributes of its own; it is written without its help.
    """
    doctype = tree.docinfo.doctype
    for element in tree.getroot().iter(etree.Element):
        if not len(element) and not element.text and str(element.tag).rpartition("}")[2] not in _VOID:
            element.text = ""
    tree.docinfo.public_id = None
    tree.docinfo.system_url = None
    return etree.tostring(tree, encoding=encoding, xml_declaration=declared, doctype=doctype or None)


def _first_piece(corrections: Corrections) -> int:
    """The first piece that something happens to."""
    return min([c.first for c in corrections.changes] + [h.left for h in corrections.hyphens])


def _apply(change: Change, elements: Sequence[etree._Element | None], ids: set[str], *, whole: bool) -> None:
    """Put the new words into the elements; those that are left over go, those that are missing are copied."""
    known = [element for element in elements if element is not None]
    if not known:
        return
    first = known[0]
    words, boxes = list(change.words), list(change.boxes)
    if len(words) == len(known) > 1:
        for element, word in zip(known, words, strict=True):
            if word != "".join(str(part) for part in element.itertext()).strip():
                _set(element, word, None, "".join(str(part) for part in element.itertext()).strip())
        return
    for element in known[1:]:
        if element.getparent() is first.getparent():
            _remove(element)
        else:
            _set(element, "", None, "".join(str(part) for part in element.itertext()).strip())
    template = copy.deepcopy(first) if len(words) > 1 else None
    _set(first, words[0], None if whole else boxes[0], change.before)
    last = first
    for word, box in zip(words[1:], boxes[1:], strict=True):
        assert template is not None
        new = copy.deepcopy(template)
        _set(new, word, box, "")
        if new.get("id"):
            new.set("id", fresh_id(f"{first.get('id')}_s", ids))
        put_after(last, new, " ")
        last = new


def put_after(element: etree._Element, new: etree._Element, between: str | None = None) -> None:
    """Put a new element after another, which has this text after it now; the new one has what it had."""
    parent = element.getparent()
    if parent is None:
        raise ValueError("the root of a file has no place after it")
    new.tail, element.tail = element.tail, between
    parent.insert(parent.index(element) + 1, new)


def _set(element: etree._Element, text: str, box: Box | None, before: str) -> None:
    """Give an element a new text. Children that style the whole word stay, others go."""
    inner = element
    while len(inner) == 1 and _only_styles(inner):
        inner = inner[0]
    for child in list(inner):
        inner.remove(child)
    inner.text = text
    title = element.get("title") or ""
    if box is not None:
        title = _BBOX.sub(f"bbox {_numbers(box)}", title, count=1)
    if before:
        title = f"{title}; x_ocr {quote_property(before)}" if title else f"x_ocr {quote_property(before)}"
    if title:
        element.set("title", title)


def _only_styles(element: etree._Element) -> bool:
    """Whether all the text of an element is in its one child, which is no part of hOCR."""
    child = element[0]
    return not (element.text or "").strip() and not (child.tail or "").strip() and child.get("class") is None


def _numbers(box: Box) -> str:
    return " ".join(str(round(value)) for value in box)


def _remove(element: etree._Element) -> None:
    """Take an element out of its line. The text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail or ""
    before = element.getprevious()
    if tail.strip() or (before is None and tail):
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
    parent.remove(element)


def _soften(element: etree._Element | None) -> None:
    """Make the hyphen at the end of a word a soft one."""
    if element is None:
        return
    holders = [child for child in element.iter() if isinstance(child.tag, str) and (child.text or "").strip()]
    if holders and (holders[-1].text or "").rstrip()[-1:] in HYPHENS:
        text = (holders[-1].text or "").rstrip()
        holders[-1].text = text[:-1] + SOFT_HYPHEN


def fresh_id(stem: str, ids: set[str]) -> str:
    """An id that is not in use, made of a stem and a number; it is in use afterwards."""
    number = 2
    while f"{stem}{number}" in ids:
        number += 1
    ids.add(f"{stem}{number}")
    return f"{stem}{number}"


def _record(tree: etree._ElementTree, step: Step) -> None:
    root = tree.getroot()
    heads = list(root.iter("{*}head", "head"))
    if heads:
        namespace = str(heads[0].tag).removesuffix("head")
        meta = etree.SubElement(heads[0], f"{namespace}meta", {"name": "ocr-corrected", "content": str(step)})
        meta.tail = "\n"


# --- a new file -------------------------------------------------------------------------------------------------


def _new_file(pages: Sequence[CorrectedPage], step: Step, engine: str) -> bytes:
    make = ElementMaker(namespace=_XHTML, nsmap={None: _XHTML})
    head = make.head(
        make.title(),
        make.meta({"http-equiv": "Content-Type", "content": "text/html;charset=utf-8"}),
        make.meta({"name": "ocr-system", "content": engine or "unknown"}),
        make.meta({"name": "ocr-capabilities", "content": _CAPABILITIES}),
        make.meta({"name": "ocr-corrected", "content": str(step)}),
    )
    body = make.body(*(_page(make, page) for page in pages))
    root = make.html(head, body)
    etree.indent(root, " ")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, doctype=_DOCTYPE) + b"\n"


def _page(make: ElementMaker, page: CorrectedPage) -> etree._Element:
    number = page.number + 1
    title = f'image "{page.image.replace(chr(34), "%22")}"; ' if page.image else ""
    title += f"bbox 0 0 {page.width} {page.height}; ppageno {page.number}"
    if not isnan(page.resolution):
        title += f"; scan_res {page.resolution:g} {page.resolution:g}"
    out = make.div({"class": "ocr_page", "id": f"page_{number}", "title": title})
    words = 0
    for k, block in enumerate(page.blocks, 1):
        box = _numbers(around(line.box for line in block) or (0.0, 0.0, 0.0, 0.0))
        area = make.div({"class": "ocr_carea", "id": f"block_{number}_{k}", "title": f"bbox {box}"})
        paragraph = make.p({"class": "ocr_par", "id": f"par_{number}_{k}", "title": f"bbox {box}"})
        area.append(paragraph)
        out.append(area)
        for n, line in enumerate(block, 1):
            span = _line(make, line, f"line_{number}_{k}_{n}")
            paragraph.append(span)
            for word in line.words:
                words += 1
                span.append(_word(make, word, f"word_{number}_{words}"))
    return out


def _line(make: ElementMaker, line: CorrectedLine, ident: str) -> etree._Element:
    title = f"bbox {_numbers(line.box)}"
    if line.baseline:
        left, right = line.baseline
        slope = (right - left) / max(line.box[2] - line.box[0], 1.0)
        title += f"; baseline {round(slope, 4):g} {round(left - line.box[3], 2):g}"
    return make.span({"class": "ocr_line", "id": ident, "title": title})


def _word(make: ElementMaker, word: CorrectedWord, ident: str) -> etree._Element:
    title = f"bbox {_numbers(word.box)}"
    if not isnan(word.confidence):
        title += f"; x_wconf {round(word.confidence * 100)}"
    if word.before:
        title += f"; x_ocr {quote_property(word.before)}"
    text = word.text[:-1] + SOFT_HYPHEN if word.hyphen and word.text[-1:] in HYPHENS else word.text
    return make.span({"class": "ocrx_word", "id": ident, "title": title}, text)
