"""Finish a header when the whole document has been read: repaired texts, and checks against what follows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cablefix.cable.codes import Codes
from cablefix.cable.endchecks import check_paragraphs, check_portions, check_sections, check_signature, check_trailer
from cablefix.cable.fields import Header, Line
from cablefix.cable.reread import reread_texts
from cablefix.text import Span, View

_ENDING = ("portion marks", "signature", "trailer", "sections present", "paragraphs")


def finish_header(
    header: Header,
    view: View,
    codes: Codes,
    *,
    portions: Sequence[tuple[str, Span]] = (),
    numbers: Sequence[int] = (),
    missing: Sequence[int] = (),
    protocol: Sequence[Line] = (),
) -> Header:
    """The header with its running texts read from the reading text `view`, and with the checks of the ending.

    `portions` are the portion marks of the text without brackets and their source spans, `numbers` its paragraph
    numbers, `missing` those that its sequence lacks, `protocol` the protocol lines. To do it again changes nothing.
    """
    header = reread_texts(header, view)
    before = tuple(check for check in header.checks if check.name not in _ENDING)
    found = (
        check_portions(header, portions, codes),
        check_signature(header, codes),
        check_trailer(header, protocol),
        check_sections(header),
        check_paragraphs(numbers, missing),
    )
    return replace(header, checks=before + tuple(check for check in found if check is not None))
