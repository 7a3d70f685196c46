"""The source text, spans of it, and views of it with replacements applied.

The source is immutable. A `View` is what the text looks like when some spans are replaced; it knows, for every
character, where it came from. Nothing here knows what a repair or a line is.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cablefix.errors import CablefixError

IntArray = npt.NDArray[np.int64]
KindArray = npt.NDArray[np.uint8]


_SMALL, _CAPITALS, _FIGURES = b"abcdefghijklmnopqrstuvwxyz", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789"


def count_small(text: str) -> int:
    """How many small letters a text has; of most texts it is told without a look at each character.

    >>> count_small("Port-au-Prince"), count_small("Besançon")
    (10, 7)
    """
    return _count(text, _SMALL) if text.isascii() else sum(map(str.islower, text))


def count_capitals(text: str) -> int:
    """How many capitals a text has."""
    return _count(text, _CAPITALS) if text.isascii() else sum(map(str.isupper, text))


def count_figures(text: str) -> int:
    """How many decimal figures a text has."""
    return _count(text, _FIGURES) if text.isascii() else sum(map(str.isdecimal, text))


def count_alphanumeric(text: str) -> int:
    """How many letters and figures a text has."""
    return _count(text, _SMALL + _CAPITALS + _FIGURES) if text.isascii() else sum(map(str.isalnum, text))


def _count(text: str, chars: bytes) -> int:
    return len(text) - len(text.encode("ascii").translate(None, chars))


class SourceError(CablefixError):
    """The input cannot be read as text; the message names the input, the place and the remedy."""


class Span(NamedTuple):
    """A half-open range of code points, `text[start:end]`."""

    start: int
    end: int


# Bytes that Windows-1252 leaves undefined become the C1 control of the same number, as the WHATWG encoding
# standard does, so that any byte string can be decoded and comes back.
_UNDEFINED_CP1252 = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_CP1252_TO_TEXT = {
    byte: (chr(byte) if byte in _UNDEFINED_CP1252 else bytes([byte]).decode("cp1252")) for byte in range(256)
}
_CP1252_DECODE = "".join(_CP1252_TO_TEXT[byte] for byte in range(256))
_CP1252_ENCODE = {ord(char): byte for byte, char in _CP1252_TO_TEXT.items()}

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Container:
    """The file that a text was taken out of (hOCR, ALTO, PDF, an archive): its bytes and its media type.

    `read_as` is the name of the reader that took the text out; the same reader does it again when a correction is
    written back.
    """

    data: bytes = field(repr=False)
    media_type: str
    read_as: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """An immutable text and how it was written down.

    `text` holds code points exactly as decoded: CR, CRLF, form feeds, NUL and other controls included. `to_bytes()`
    gives the original bytes back, always. `sha256` is the digest of those bytes (64 hexadecimal digits). Where the
    text was taken out of a file of another format, `container` is that file: then `to_bytes()` gives its bytes.
    `offset` is where an excerpt begins in the whole text, in code points.

    >>> Source.from_bytes(b"PAGE 02\\r\\nOF 03\\x0c").to_bytes()
    b'PAGE 02\\r\\nOF 03\\x0c'
    """

    text: str
    encoding: str = "utf-8"
    bom: bytes = b""
    origin: str = "<text>"
    sha256: str = ""
    warnings: tuple[str, ...] = ()
    container: Container | None = field(default=None, repr=False)
    offset: int = 0

    def __post_init__(self) -> None:
        if not self.sha256:
            object.__setattr__(self, "sha256", hashlib.sha256(self.to_bytes()).hexdigest())

    @property
    def name(self) -> str:
        """The last part of the origin: what outputs call the source, which say nothing of a machine's folders."""
        return self.origin.replace("\\", "/").rsplit("/", 1)[-1]

    @classmethod
    def from_text(cls, text: str, origin: str = "<text>") -> Source:
        """A source from a string; its bytes are the string in UTF-8 (lone surrogates pass through)."""
        return cls(text, origin=origin)

    @classmethod
    def from_bytes(cls, data: bytes, origin: str = "<bytes>") -> Source:
        """A source from bytes: UTF-8 with or without BOM, UTF-16 with BOM, otherwise Windows-1252 with a warning.

        >>> Source.from_bytes(b"caf\\xe9").warnings
        ('<bytes>: not UTF-8 (byte 0xE9 at offset 3); read as Windows-1252',)
        """
        digest = hashlib.sha256(data).hexdigest()
        for bom, encoding in _BOMS:
            if data.startswith(bom):
                body = data[len(bom) :]
                try:
                    text = body.decode(encoding)
                except UnicodeDecodeError:
                    break
                if text.encode(encoding) == body:
                    return cls(text, encoding, bom, origin, digest)
        try:
            return cls(data.decode("utf-8"), "utf-8", b"", origin, digest)
        except UnicodeDecodeError as error:
            place = f"byte 0x{data[error.start]:02X} at offset {error.start}"
        warning = f"{origin}: not UTF-8 ({place}); read as Windows-1252"
        text = data.decode("latin-1").translate({byte: _CP1252_DECODE[byte] for byte in range(0x80, 0xA0)})
        return cls(text, "cp1252", b"", origin, digest, (warning,))

    @classmethod
    def from_path(cls, path: str | Path) -> Source:
        """A source from a file. Raises `SourceError` naming the file when it cannot be read."""
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            raise SourceError(f"{path}: cannot be read ({reason}); check the path and its permissions") from error
        return cls.from_bytes(data, str(path))

    def excerpt(self, start: int, end: int) -> Source:
        """A part of this source as a source of its own; excerpts that cover the source give its bytes when joined.

        Raises ValueError for a text that was taken out of a file of another format: its bytes cannot be divided.
        """
        if self.container is not None:
            raise ValueError(f"{self.origin}: a text taken out of another format cannot be divided")
        bom = self.bom if start == 0 else b""
        place = f"{self.origin}[{start}:{end}]"
        return Source(
            self.text[start:end], self.encoding, bom, place, warnings=self.warnings, offset=self.offset + start
        )

    def to_bytes(self) -> bytes:
        """The bytes that this source was read from."""
        if self.container is not None:
            return self.container.data
        return encode_text(self.text, self.encoding, self.bom)


def encode_text(text: str, encoding: str = "utf-8", bom: bytes = b"") -> bytes:
    """Encode `text` the way `Source` decoded it. Raises `SourceError` for an encoding that Source does not use.

    >>> encode_text("\\u2019\\x81", "cp1252")
    b'\\x92\\x81'
    """
    if encoding == "cp1252":
        try:
            return bom + text.translate(_CP1252_ENCODE).encode("latin-1")
        except UnicodeEncodeError as error:
            raise SourceError(f"character U+{ord(text[error.start]):04X} is not in Windows-1252") from error
    if encoding not in ("utf-8", "utf-16-le", "utf-16-be"):
        raise SourceError(f"unknown source encoding {encoding!r}; use utf-8, utf-16-le, utf-16-be or cp1252")
    return bom + text.encode(encoding, "surrogatepass")


class Fate(IntEnum):
    """What became of a source code point in a view. Each code point has exactly one fate."""

    KEPT = 0
    EDITED = 1
    LAYOUT = 2
    FURNITURE = 3


class Replacement(NamedTuple):
    """`text[start:end]` reads `after` in the view, because of `fate`."""

    start: int
    end: int
    after: str
    fate: Fate = Fate.EDITED


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """The code points of `text` as an array of shape (len(text),)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The source text with replacements applied, and a two-way map of offsets.

    The source is cut into segments: `src[k]:src[k+1]` in the source reads `out[k]:out[k+1]` in `text` and has the
    fate `kind[k]`. Kept segments have equal lengths on both sides. The segments partition the source.

    >>> view = View.build("GOF ' s view", [Replacement(3, 7, "'s")])
    >>> view.text, view.to_source(6), view.to_view(8)
    ("GOF's view", 8, 6)
    """

    source_text: str
    text: str
    src: IntArray = field(repr=False)
    out: IntArray = field(repr=False)
    kind: KindArray = field(repr=False)

    @classmethod
    def build(cls, text: str, replacements: Sequence[Replacement] = ()) -> View:
        """A view of `text`. Replacements must be sorted, inside the text and free of overlaps, else ValueError."""
        if not replacements:
            ends = np.array([0, len(text)], dtype=np.int64)
            return cls(text, text, ends, ends, np.zeros(1, np.uint8))
        starts, stops, afters, fates = zip(*replacements, strict=True)
        return cls.from_columns(text, starts, stops, afters, fates)

    @classmethod
    def from_columns(
        cls, text: str, starts: Sequence[int], ends: Sequence[int], afters: Sequence[str], fates: Sequence[int]
    ) -> View:
        """As `build`, from one sequence for each part of the replacements."""
        n = len(starts)
        src = np.empty(2 * n + 2, np.int64)
        src[0], src[1:-1:2], src[2:-1:2], src[-1] = 0, starts, ends, len(text)
        lengths = np.diff(src)
        if (lengths < 0).any() or src[1] < 0:
            raise ValueError("replacements must be sorted, inside the text and free of overlaps")
        lengths[1::2] = list(map(len, afters))
        out = np.zeros(2 * n + 2, np.int64)
        np.cumsum(lengths, out=out[1:])
        kind = np.zeros(2 * n + 1, np.uint8)
        kind[1::2] = fates
        pieces = [""] * (2 * n + 1)
        bounds = src.tolist()
        pieces[0::2] = [text[a:b] for a, b in zip(bounds[0::2], bounds[1::2], strict=True)]
        pieces[1::2] = afters
        return cls(text, "".join(pieces), src, out, kind)

    def _segment(self, bounds: IntArray, offset: int, *, left: bool) -> int:
        k = int(bounds.searchsorted(offset, "left" if left else "right")) - 1
        return min(max(k, 0), len(self.kind) - 1)

    def to_source(self, offset: int, *, end: bool = False) -> int:
        """The source offset of the view offset. Inside a replacement: its start, or with `end` its end."""
        k = self._segment(self.out, offset, left=end)
        if self.kind.item(k) == Fate.KEPT:
            return self.src.item(k) + offset - self.out.item(k)
        if end:
            return self.src.item(k + 1) if offset > self.out.item(k) else self.src.item(k)
        return self.src.item(k) if offset < self.out.item(k + 1) else self.src.item(k + 1)

    def to_view(self, offset: int, *, end: bool = False) -> int:
        """The view offset of the source offset. Inside a replaced span: where the replacement starts (or ends)."""
        k = self._segment(self.src, offset, left=end)
        if self.kind.item(k) == Fate.KEPT:
            return self.out.item(k) + offset - self.src.item(k)
        if end:
            return self.out.item(k + 1) if offset > self.src.item(k) else self.out.item(k)
        return self.out.item(k) if offset < self.src.item(k + 1) else self.out.item(k + 1)

    def to_view_all(self, offsets: IntArray, *, end: bool = False) -> IntArray:
        """`to_view` of many source offsets."""
        last = len(self.kind) - 1
        k = np.clip(self.src.searchsorted(offsets, "left" if end else "right") - 1, 0, last)
        kept = self.out[k] + offsets - self.src[k]
        inside = offsets > self.src[k] if end else offsets >= self.src[k + 1]
        return np.where(self.kind[k] == int(Fate.KEPT), kept, self.out[k + inside])

    def view_points(self, offsets: IntArray) -> IntArray:
        """Where the view spans of empty source spans at many offsets begin."""
        k = self.src.searchsorted(offsets, "left")
        return np.where(self.src[k] == offsets, self.out[k], self.to_view_all(offsets))

    def source_span(self, start: int, end: int) -> Span:
        """The smallest source span that holds the view span; replacements that it touches are held whole."""
        return Span(self.to_source(start), self.to_source(end, end=True)) if end > start else self._point(start)

    def _point(self, offset: int) -> Span:
        place = self.to_source(offset)
        return Span(place, place)

    def view_span(self, start: int, end: int) -> Span:
        """The view span of a source span; replacements that it touches, insertions at its ends too, are held whole."""
        k = int(self.src.searchsorted(start, "left"))
        first = self.out.item(k) if self.src.item(k) == start else self.to_view(start)
        k = int(self.src.searchsorted(end, "right")) - 1
        last = self.out.item(k) if self.src.item(k) == end else self.to_view(end, end=True)
        return Span(first, max(first, last))

    def fates(self) -> KindArray:
        """The fate of each source code point, an array of shape (len(source_text),) of `Fate` values."""
        return np.repeat(self.kind, np.diff(self.src))
