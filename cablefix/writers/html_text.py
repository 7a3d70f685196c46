"""Text for HTML: escaped, with the characters that no page can show as pictures of themselves."""

from __future__ import annotations

import re
from html import escape

# Control characters, lone surrogates, non-characters, and the marks that turn the direction of writing around.
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
_PICTURES = {code: chr(0x2400 + code) for code in range(32)} | {0x7F: "\u2421"}


def text(value: str) -> str:
    """Text as HTML content.

    >>> text("a < b\\x00")
    'a &lt; b<span class="odd" title="U+0000">\\u2400</span>'
    """
    return _ODD.sub(_picture, escape(value, quote=False))


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f'<span class="odd" title="U+{code:04X}">{_PICTURES.get(code, "&#xFFFD;")}</span>'


def plain(value: str) -> str:
    """Text as an attribute value or a title, where no markup can stand.

    >>> plain('say "a\\x00"')
    'say &quot;a\\u2400&quot;'
    """
    return escape(_ODD.sub(lambda match: _PICTURES.get(ord(match[0]), "\ufffd"), value))


def shown(value: str) -> str:
    """The text of a repair with its spaces and line ends made visible; nothing has a word of its own.

    >>> shown(" ' s")
    '<span class="gap">\\u2423</span>\\'<span class="gap">\\u2423</span>s'
    """
    if not value:
        return '<span class="none">nothing</span>'
    out = text(value.replace("\r\n", "\n"))
    out = out.replace("\n", '<span class="gap">\u21b5</span>').replace("\t", '<span class="gap">\u21e5</span>')
    # Only spaces outside of tags: inside of those that were made here there is one before each attribute.
    return re.sub(r" (?![^<>]*>)", '<span class="gap">\u2423</span>', out)


def number(value: int, thing: str) -> str:
    """A count with its noun.

    >>> number(1, "repair"), number(1200, "repair")
    ('1 repair', '1,200 repairs')
    """
    return f"{value:,} {thing}{'' if value == 1 else 's'}"
