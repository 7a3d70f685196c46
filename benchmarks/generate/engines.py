"""Runs the OCR engines on page images: Tesseract's LSTM, and ocrad, a very different one kept for testing."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.generate.render import PACKAGES, Grey, MissingTool

TEST_ENGINE = "ocrad"
"""Kept for testing: nothing may be tuned on it."""

SECONDS_A_PAGE = 150
"""Time limit; a page that takes longer is too far gone to be worth reading."""

FORMATS = {"hocr": "hocr", "alto": "xml", "tsv": "tsv"}
"""Tesseract's further outputs, with the endings that it gives their files."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an engine made of a document: text of each page, and other formats of the whole by name."""

    pages: tuple[str, ...]
    forms: dict[str, str] = field(default_factory=dict)


def read_pages(engine: str, pages: Sequence[Grey], page_mode: int, forms: bool = False) -> Reading:
    """Reads page images with one thread; `page_mode` is Tesseract's page segmentation mode.

    Raises:
        MissingTool: the engine is not installed.
        subprocess.TimeoutExpired: it takes longer than SECONDS_A_PAGE a page.
    """
    program = "tesseract" if engine == "tesseract-lstm" else engine
    if shutil.which(program) is None:
        raise MissingTool(f"{program} is not installed: apt-get install {PACKAGES}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if engine == TEST_ENGINE:
            return _ocrad(pages, folder)
        return _tesseract(pages, folder, page_mode, forms)


def _run(command: list[str], folder: Path, pages: int) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS_A_PAGE * pages,
        check=True,
    )
    return done.stdout


def _tesseract(pages: Sequence[Grey], folder: Path, page_mode: int, forms: bool) -> Reading:
    names = []
    for number, page in enumerate(pages, 1):
        names.append(f"page-{number}.png")
        _image(page).save(folder / names[-1], dpi=(300, 300))
    (folder / "pages.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    outputs = ["txt", *(FORMATS if forms else ())]
    _run(
        ["tesseract", "pages.txt", "out", "--psm", str(page_mode), "--dpi", "300", "-l", "eng", *outputs],
        folder,
        len(pages),
    )
    text = (folder / "out.txt").read_text(encoding="utf-8")
    found = {form: (folder / f"out.{ending}").read_text(encoding="utf-8") for form, ending in FORMATS.items() if forms}
    return Reading(tuple(text.split("\f")[: len(pages)]), found)


def _ocrad(pages: Sequence[Grey], folder: Path) -> Reading:
    texts = []
    for page in pages:
        _image(page).save(folder / "page.pgm")
        texts.append(_run(["ocrad", "--format=utf8", "page.pgm"], folder, 1).rstrip("\n") + "\n")
    return Reading(tuple(texts))


def _image(page: Grey) -> Image.Image:
    return Image.fromarray((page * 255).round().astype(np.uint8))
