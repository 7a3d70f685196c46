"""Read the texts of a header again when the words in them have been repaired."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cablefix.cable.fields import Field, Header
from cablefix.text import Span, View

_RUNNING = ("subject", "classified_by", "reasons")


def reread_texts(header: Header, view: View) -> Header:
    """The header with subject, references, classifier and reasons as the restored text has them.

    The grammar settles codes; words in running text are repaired by other rules, and line ends are joined by layout.
    `view` is the reading text of the document.

    >>> from cablefix.text import Replacement
    >>> header = Header((), {"subject": Field("subject", "TUG TA1KS", Span(9, 18), parts=(("text", Span(9, 18)),))})
    >>> view = View.build("SUBJECT: TUG TA1KS", [Replacement(15, 16, "L")])
    >>> reread_texts(header, view).value("subject")
    'TUG TALKS'
    """
    fields = dict(header.fields)
    for name in _RUNNING:
        found = fields.get(name)
        if found is not None and len(found.parts) == 1:
            printed = " ".join(view.source_text[found.span.start : found.span.end].split())
            text = _text(view, found.parts[0][1]) if _closed(printed) == _closed(str(found.value)) else ""
            if text and text != found.value:
                fields[name] = replace(found, value=text)
    refs = fields.get("refs")
    if refs is not None and len(refs.parts) == len(refs.value):
        fields["refs"] = _reread_refs(refs, view)
    return replace(header, fields=fields)


def _closed(text: str) -> str:
    """A text without blanks and hyphens: line ends are joined later, by layout."""
    return text.replace(" ", "").replace("-", "")


def _reread_refs(refs: Field, view: View) -> Field:
    values: list[dict[str, Any]] = []
    for value, (_, span) in zip(refs.value, refs.parts, strict=True):
        printed = " ".join(view.source_text[span.start : span.end].split())
        # Where the grammar reads a code otherwise than printed, its reading stands, applied in the text or not.
        text = _text(view, span) if value["text"] == printed else ""
        values.append({**value, "text": text or value["text"]})
    return replace(refs, value=values)


def _text(view: View, span: Span) -> str:
    place = view.view_span(*span)
    return " ".join(view.text[place.start : place.end].split())
