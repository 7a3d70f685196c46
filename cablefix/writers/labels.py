"""Names and values of header fields as a person reads them, for the writers that are made for people."""

from __future__ import annotations

from typing import Any

from cablefix.document import Document

# The order in which a person wants to know; fields that are not here follow.
_NAMES = {
    "subject": "Subject",
    "from": "From",
    "to": "To",
    "info": "Info",
    "dtg_iso": "Date and time",
    "precedence": "Precedence",
    "classification": "Classification",
    "captions": "Captions",
    "post": "Post",
    "message_number": "Message number",
    "section": "Section",
    "sections_total": "Sections in all",
    "eo": "Executive order",
    "decl": "Declassify on",
    "tags": "TAGS",
    "refs": "References",
    "classified_by": "Classified by",
    "reasons": "Reasons",
    "signature": "Signature",
    "channel": "Channel line",
    "routing_line2": "Routing line",
    "de": "DE line",
    "security_line": "Security line",
}
# Format lines whose kind is not the name of a field.
_LINES = {
    "channel": "Channel line",
    "routing": "Routing line",
    "security": "Security line",
    "dtg": "Date-time group",
    "caption": "Caption",
    "eo": "Executive order",
    "ref": "References",
    "exempt": "Exempted",
    "pass": "Pass to",
}


def field_label(name: str) -> str:
    """What a field, or a format line of that kind, is called.

    >>> field_label("decl"), field_label("drafted_by"), field_label("dtg")
    ('Declassify on', 'Drafted by', 'Date-time group')
    """
    return _NAMES.get(name) or _LINES.get(name) or name.replace("_", " ").replace("-", " ").capitalize()


def field_names(document: Document) -> list[str]:
    """The names of the fields that a document has, in the order for people."""
    fields = document.header.fields if document.header else {}
    ranks = {name: rank for rank, name in enumerate(_NAMES)}
    return sorted(fields, key=lambda name: ranks.get(name, len(ranks)))


def value_lines(value: Any) -> list[str]:
    """The value of a field, one line an addressee or reference; lists of plain values in one line.

    >>> value_lines(["PREL", "EFIS"]), value_lines([{"routing": "RUEHC", "name": "SECSTATE WASHDC", "serial": "3106"}])
    (['PREL, EFIS'], ['SECSTATE WASHDC (RUEHC, 3106)'])
    """
    if isinstance(value, list):
        if any(isinstance(item, dict) for item in value):
            return [line for item in value for line in value_lines(item)]
        return [", ".join(str(item) for item in value)]
    if isinstance(value, dict):
        rest = [str(item) for key, item in value.items() if key not in ("name", "text", "label")]
        main = " ".join(str(value[key]) for key in ("label", "name", "text") if key in value)
        if not main:
            return [", ".join(f"{key} {item}" for key, item in value.items())]
        return [f"{main} ({', '.join(rest)})" if rest else main]
    return [str(value)]


def status_word(status: str) -> str:
    """How a cross-check came out, as a word.

    >>> status_word("unknown")
    'cannot be told'
    """
    return {"holds": "holds", "fails": "fails"}.get(status, "cannot be told")
