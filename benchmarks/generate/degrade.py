"""Ages a page image as copying and filming do; strength 0 leaves it sharp, 1 makes it hard to read.

Four ways of ageing: a photocopy of a photocopy (blur, uneven toner, specks, hard black and white, a slight
turn), a fax (coarse lines, hard black and white, dropped scan lines), microfilm (grain, low contrast, shade,
scratches), and a carbon copy with bleed (spread ink, faint spots, the other side shining through).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from benchmarks.generate.render import Grey

Ageing = Callable[[Grey, float, np.random.Generator], Grey]
"""Takes a page, a strength from 0 to 1, and a source of chance; gives the aged page."""


def photocopy(page: Grey, strength: float, random: np.random.Generator) -> Grey:
    """Blur, uneven toner and specks, then hard black and white."""
    page = _turn(page, 0.5 * strength * _either(random))
    page = _blur(page, 0.8 + 2.2 * strength)
    page = page + strength * 0.30 * (_clouds(page.shape, 220, random) - 0.5)
    page = page + strength * 0.10 * random.standard_normal(page.shape)
    toner = 0.62 + strength * 0.18 * _either(random)
    page = np.where(page < toner, 0.0, 1.0)
    return _specks(page, 0.00012 * strength, random)


def fax(page: Grey, strength: float, random: np.random.Generator) -> Grey:
    """Scan lines coarser than columns, hard black and white, lines dropped."""
    page = _turn(page, 0.3 * strength * _either(random))
    page = _blur(page, 0.8)
    height, width = page.shape
    across = 0.85 - 0.30 * strength
    down = 0.80 - 0.42 * strength
    page = _resize(page, (int(height * down), int(width * across)))
    page = page + 0.12 * strength * random.standard_normal(page.shape)
    page = np.where(page < 0.60, 0.0, 1.0)
    dropped = random.random(page.shape[0]) < 0.02 * strength
    page[dropped] = 1.0
    return _resize(page, (height, width))


def microfilm(page: Grey, strength: float, random: np.random.Generator) -> Grey:
    """Grain, low contrast, shade towards the edges, vertical scratches; stays grey."""
    page = _turn(page, 0.4 * strength * _either(random))
    page = _blur(page, 0.8 + 2.0 * strength)
    page = 0.5 + (page - 0.5) * (1.0 - 0.55 * strength)
    page = page - strength * 0.25 * _clouds(page.shape, 500, random)
    grain = _blur(random.standard_normal(page.shape) * 0.5 + 0.5, 1.0) - 0.5
    page = page + strength * 0.9 * grain
    for column in random.integers(0, page.shape[1], int(6 * strength)):
        page[:, column : column + 2] = 0.9
    return np.clip(page, 0.0, 1.0)


def carbon(page: Grey, strength: float, random: np.random.Generator) -> Grey:
    """Ink that spread, faint spots, and the back of the sheet shining through."""
    page = _turn(page, 0.4 * strength * _either(random))
    spread = _blur(page, 1.0 + 2.4 * strength)
    ink = (1.0 - spread) * (1.0 - 0.75 * strength * _clouds(page.shape, 160, random))
    back = _blur(page[:, ::-1], 4.0)
    page = 1.0 - np.clip(ink * 1.25, 0.0, 1.0) - 0.28 * strength * (1.0 - back)
    page = page + 0.07 * strength * random.standard_normal(page.shape)
    return np.clip(page, 0.0, 1.0)


AGEINGS: dict[str, Ageing] = {"photocopy": photocopy, "fax": fax, "microfilm": microfilm, "carbon": carbon}
"""All ways of ageing by name."""


def _either(random: np.random.Generator) -> float:
    """A number from -1 to 1."""
    return float(random.uniform(-1.0, 1.0))


def _image(page: Grey) -> Image.Image:
    return Image.fromarray((np.clip(page, 0.0, 1.0) * 255).round().astype(np.uint8))


def _array(image: Image.Image) -> Grey:
    return np.asarray(image, dtype=np.float64) / 255


def _blur(page: Grey, radius: float) -> Grey:
    return _array(_image(page).filter(ImageFilter.GaussianBlur(radius)))


def _turn(page: Grey, degrees: float) -> Grey:
    return _array(_image(page).rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255))


def _resize(page: Grey, shape: tuple[int, int]) -> Grey:
    return _array(_image(page).resize((shape[1], shape[0]), Image.Resampling.BILINEAR))


def _clouds(shape: tuple[int, ...], size: int, random: np.random.Generator) -> Grey:
    """Slow variation over the page, 0 to 1, in patches of about `size` dots."""
    coarse = random.random((shape[0] // size + 2, shape[1] // size + 2))
    image = _image(coarse).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return _array(image)


def _specks(page: Grey, density: float, random: np.random.Generator) -> Grey:
    """Specks of one to four dots, black and white."""
    for value in (0.0, 1.0):
        count = int(density * page.size)
        rows = random.integers(0, page.shape[0] - 4, count)
        columns = random.integers(0, page.shape[1] - 4, count)
        for row, column, size in zip(rows, columns, random.integers(1, 5, count), strict=True):
            page[row : row + size, column : column + size] = value
    return page
