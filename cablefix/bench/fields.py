"""How the fields of a record are compared: each in the form in which two spellings of one value are the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cablefix.bench.views import squeeze

_PRECEDENCE = {
    "Z": "FLASH", "ZZ": "FLASH", "O": "IMMEDIATE", "OO": "IMMEDIATE",
    "P": "PRIORITY", "PP": "PRIORITY", "R": "ROUTINE", "RR": "ROUTINE",
}  # fmt: skip
_ADDRESS = re.compile(r"(?:(\w+)/)?(.*?)(?:\s+(IMMEDIATE|PRIORITY|ROUTINE|FLASH))?(?:\s+(\d{4}))?$")
_REFERENCE = re.compile(r"\(?([A-Z])[.)]\s+(.*)")
_DATES = ("%m/%d/%Y", "%Y-%m-%d")
_TIMES = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%SZ",
          "%Y-%m-%d %H:%MZ")  # fmt: skip
_NUMBERED = frozenset({"serial", "section", "julian", "time"})
ADDRESS_LISTS = ("to", "info")


def comparable_fields(fields: Mapping[str, Any] | None) -> dict[str, Any]:
    """The fields in comparable form, empty ones left out; the parts of `de` as fields of their own.

    >>> comparable_fields({"precedence": "OO", "de": {"serial": "0042"}, "tags": "PREL, PARM"})
    {'precedence': 'IMMEDIATE', 'de.serial': '42', 'tags': ['PREL', 'PARM']}
    """
    comparable: dict[str, Any] = {}
    for name, value in (fields or {}).items():
        if value in (None, "", [], {}):
            continue
        if name == "de" and isinstance(value, dict):
            for part, inner in value.items():
                if inner not in (None, ""):
                    comparable[f"de.{part}"] = _number(inner) if part in _NUMBERED else _string(inner)
        else:
            form = _FORMS.get(name)
            comparable[name] = form(value) if form else _string(value)
    return comparable


def shared_items(gold: list[Any], found: list[Any] | None) -> int:
    """How many entries of a gold list the found list holds, each counted as often as it stands there."""
    return sum((Counter(gold) & Counter(found or [])).values())


def _string(value: Any) -> str:
    return squeeze(str(value)).replace("\u2019", "'").replace("\u2018", "'").replace("\u2014", "--")


def _number(value: Any) -> str:
    text = _string(value).lstrip("#")
    return str(int(text)) if text.isdigit() else text


def _precedence(value: Any) -> str:
    text = _string(value).upper()
    return _PRECEDENCE.get(text, text)


def _parsed(text: str, patterns: tuple[str, ...]) -> datetime | None:
    for pattern in patterns:
        try:
            return datetime.strptime(text, pattern)
        except ValueError:
            continue
    return None


def _date(value: Any) -> str:
    text = _string(value)
    moment = _parsed(text, _DATES)
    return moment.strftime("%Y-%m-%d") if moment else text.upper()


def _moment(value: Any) -> str:
    text = _string(value).replace("+00:00", "Z")
    moment = _parsed(text, _TIMES)
    return moment.isoformat() if moment else text


def _classification(value: Any) -> str:
    text = _string(value).upper()
    closed = text.replace(" ", "")
    if closed in ("CONFIDENTIAL", "SECRET", "UNCLASSIFIED"):
        text = closed
    return "UNCLAS" if text in ("UNCLASSIFIED", "UNCLAS SENSITIVE") else text


def _list(value: Any) -> list[str]:
    if isinstance(value, str):
        value = [part for part in re.split(r"[,\s]+", value) if part]
    return [_string(part).upper() for part in value]


def _address(value: Any) -> tuple[str, str, str, str]:
    if isinstance(value, str):
        match = _ADDRESS.match(_string(value))
        parts = match.groups() if match else (None, value, None, None)
        value = dict(zip(("routing", "name", "precedence", "serial"), parts, strict=True))
    routing, name, precedence, serial = (value.get(key) or "" for key in ("routing", "name", "precedence", "serial"))
    return _string(routing), _string(name), _string(precedence), _number(serial)


def _reference(value: Any) -> tuple[str, str]:
    if isinstance(value, str):
        match = _REFERENCE.match(_string(value))
        value = {"label": match[1], "text": match[2]} if match else {"text": value}
    label = _string(value.get("label") or "").strip("().").upper()
    return label, _string(value.get("text") or "")


def _each(form: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    return lambda value: [form(item) for item in (value if isinstance(value, list) else [value])]


def _without_stop(value: Any) -> str:
    return _string(value).rstrip(".")


_FORMS: dict[str, Callable[[Any], Any]] = {
    "precedence": _precedence,
    "dtg_iso": _moment,
    "classification": _classification,
    "section": _number,
    "sections_total": _number,
    "message_number": _number,
    "decl": _date,
    "captions": lambda value: list(dict.fromkeys(_list(value))),
    "tags": _list,
    "to": _each(_address),
    "info": _each(_address),
    "refs": _each(_reference),
    "reasons": _without_stop,
    "classified_by": _without_stop,
}
