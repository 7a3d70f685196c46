"""Writing XML by hand, in one place: escaping, attributes, ids, and characters that XML cannot hold.

The TEI writer joins strings; everything that comes from a document passes through this module.
"""

from __future__ import annotations

import re

# What XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets), and carriage returns, which parsers turn into LF.
_FORBIDDEN = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_NEEDS_CARE = re.compile(f"[&<>\r{_FORBIDDEN}]")
_ATTRIBUTE_CARE = re.compile(f'[&<>"\r\n\t{_FORBIDDEN}]')
_FORBIDDEN_ONE = re.compile(f"[{_FORBIDDEN}]")
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9]+")
_NOT_IN_WORD = re.compile(r"[^A-Za-z0-9._/+:-]+")
# A parser with its guards on refuses text nodes of ten million bytes; an empty comment parts them.
_NODE = 2_000_000


def _escape(match: re.Match[str]) -> str:
    return {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}.get(match[0]) or f"&#{ord(match[0])};"


def attribute(text: str) -> str:
    """Text as an attribute value; a character that XML cannot hold becomes U+FFFD.

    >>> attribute('A & "B"\\x00')
    'A &amp; &quot;B&quot;�'
    """
    if not _ATTRIBUTE_CARE.search(text):
        return text
    return _ATTRIBUTE_CARE.sub(_escape, _FORBIDDEN_ONE.sub("\ufffd", text))


def attributes(**values: object) -> str:
    """Attributes in the order given, each with a space before it; None is left out.

    >>> attributes(n=3, type="page", xml_id="p3", when=None)
    ' n="3" type="page" xml:id="p3"'
    """
    return "".join(
        f' {name.replace("xml_", "xml:")}="{attribute(str(value))}"'
        for name, value in values.items()
        if value is not None
    )


def plain(text: str) -> str:
    """Text as element content where no `g` may stand; a character that XML cannot hold becomes U+FFFD."""
    return _NEEDS_CARE.sub(_escape, _FORBIDDEN_ONE.sub("\ufffd", text))


def slug(text: str) -> str:
    """Letters and digits of a text in lower case, parted by hyphens: the stuff of ids.

    >>> slug("AMEMBASSY PORT-AU-PRINCE")
    'amembassy-port-au-prince'
    """
    return _NOT_IN_NAME.sub("-", text).strip("-").lower() or "x"


def word(text: str) -> str:
    """A text as one word for an attribute that takes no blanks.

    >>> word("numbering.pilcrow (2)")
    'numbering.pilcrow_2_'
    """
    return _NOT_IN_WORD.sub("_", text) or "x"


class Ids:
    """The xml:ids of one file: each is given once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def __contains__(self, name: object) -> bool:
        return name in self._given

    def give(self, name: str) -> str:
        """The name, or the name with a number where it is taken."""
        found, number = name, 1
        while found in self._given:
            number += 1
            found = f"{name}-{number}"
        self._given.add(found)
        return found


class Xml:
    """Escapes the text of one document and remembers the characters that it had to write as `g`."""

    def __init__(self) -> None:
        self.characters: set[str] = set()

    def text(self, text: str) -> str:
        """Text as element content. A character that XML cannot hold is written `<g ref="#U-000C"/>`.

        >>> Xml().text("R&D\\x0c")
        'R&amp;D<g ref="#U-000C"/>'
        """
        if len(text) > _NODE:
            return "<!---->".join(self.text(text[k : k + _NODE]) for k in range(0, len(text), _NODE))
        if not _NEEDS_CARE.search(text):
            return text
        return _NEEDS_CARE.sub(self._character, text)

    def _character(self, match: re.Match[str]) -> str:
        char = match[0]
        if not _FORBIDDEN_ONE.match(char):
            return _escape(match)
        self.characters.add(char)
        return f'<g ref="#U-{ord(char):04X}"/>'
