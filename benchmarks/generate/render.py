"""Draws printed pages as a typewriter or line printer would, as grey images of 300 dots an inch."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmarks.generate.typeset import BOX

Grey = NDArray[np.float64]
"""An image, one number a dot, 0 black to 1 white, shape (height, width)."""

CELL_WIDTH, LINE_HEIGHT = 30, 50
"""Ten characters and six lines an inch at 300 dots an inch."""

MARGIN = 60
"""White dots around the text: pages are cropped to what is printed."""

FONTS = {
    "courier-prime": "/usr/share/fonts/opentype/courier-prime/Courier Prime.otf",
    "nimbus-mono": "/usr/share/fonts/opentype/urw-base35/NimbusMonoPS-Bold.otf",
    "liberation-mono": "/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf",
    "freemono": "/usr/share/fonts/truetype/freefont/FreeMono.ttf",
    "gnutypewriter": "/usr/share/fonts/truetype/gnutypewriter/GNUTypewriter.ttf",
}
"""Typewriter fonts by name, where Debian's packages put them."""

TEST_FONT = "gnutypewriter"
"""Kept for testing: nothing may be tuned on it."""

PACKAGES = (
    "fonts-courier-prime fonts-gnutypewriter fonts-urw-base35 fonts-liberation fonts-freefont-ttf "
    "tesseract-ocr tesseract-ocr-eng ocrad"
)
"""Debian packages that the engine noise needs."""

# GNUTypewriter has no pilcrow and draws every bracket as a stroke: these come from another font.
_FALLBACK = "courier-prime"
_DRAWN_WRONG = {"gnutypewriter": "()[]{}"}


class MissingTool(RuntimeError):
    """A font or an engine is not installed; the message says how to get it."""


@cache
def _font(name: str) -> ImageFont.FreeTypeFont:
    path = Path(FONTS[name])
    if not path.exists():
        raise MissingTool(f"font {name} is not at {path}; install it: apt-get install {PACKAGES}")
    size = 50
    for _ in range(40):
        font = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
        width = font.getlength("M")
        if width <= CELL_WIDTH:
            return font
        size -= 1
    raise MissingTool(f"font {name} does not fit cells of {CELL_WIDTH} dots")


@cache
def _glyph(name: str, character: str) -> Grey:
    """One character in its cell: ink from 0 (none) to 1."""
    font = _font(name)
    if character in _DRAWN_WRONG.get(name, "") or not _has(font, character):
        font = _font(_FALLBACK)
    image = Image.new("L", (CELL_WIDTH + 12, LINE_HEIGHT + 12), 0)
    ImageDraw.Draw(image).text((6, 6 + LINE_HEIGHT * 0.72), character, font=font, fill=255, anchor="ls")
    return np.asarray(image, dtype=np.float64) / 255


def _has(font: ImageFont.FreeTypeFont, character: str) -> bool:
    missing = np.asarray(font.getmask("\ue0ff"))
    shown = np.asarray(font.getmask(character))
    return missing.shape != shown.shape or not np.array_equal(missing, shown)


def draw_page(text: str, font: str, random: np.random.Generator) -> Grey:
    """Draws one page; each character sits a dot or so off its place and is struck with its own force."""
    lines = text.rstrip("\n").split("\n")
    height = len(lines) * LINE_HEIGHT + 2 * MARGIN
    width = max(map(len, lines)) * CELL_WIDTH + 2 * MARGIN
    ink = np.zeros((height, width))
    filled = bool(random.random() < 0.5)
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            force = 0.75 + 0.25 * random.random()
            left, top = (int(x) for x in random.integers(-1, 2, 2))
            if character == " ":
                continue
            y, x = MARGIN + row * LINE_HEIGHT, MARGIN + column * CELL_WIDTH
            if character == BOX:
                _draw_box(ink, y, x, filled, line[column - 1 : column], line[column + 1 : column + 2])
                continue
            glyph = _glyph(font, character) * force
            cell = ink[y - 6 + top : y - 6 + top + glyph.shape[0], x - 6 + left : x - 6 + left + glyph.shape[1]]
            np.maximum(cell, glyph, out=cell)
    return 1.0 - ink


def _draw_box(ink: Grey, y: int, x: int, filled: bool, before: str, after: str) -> None:
    """One column of a redaction: black, or white with a thin frame."""
    top, bottom = y + 4, y + LINE_HEIGHT - 4
    if filled:
        ink[top:bottom, x : x + CELL_WIDTH] = 1.0
        return
    ink[top : top + 2, x : x + CELL_WIDTH] = 1.0
    ink[bottom - 2 : bottom, x : x + CELL_WIDTH] = 1.0
    if before != BOX:
        ink[top:bottom, x : x + 2] = 1.0
    if after != BOX:
        ink[top:bottom, x + CELL_WIDTH - 2 : x + CELL_WIDTH] = 1.0
