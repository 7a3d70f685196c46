"""Noise C and D: pages drawn, aged and read by a real engine; and the same with archive.org's spacing laid over it."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from benchmarks.generate.compose import Composition
from benchmarks.generate.degrade import AGEINGS
from benchmarks.generate.engines import FORMATS, TEST_ENGINE, Reading, read_pages
from benchmarks.generate.manifest import (
    NOISE,
    NoiseFile,
    character_error_rate,
    nearest_bin,
    read_manifest,
    save_noise,
)
from benchmarks.generate.render import FONTS, TEST_FONT, draw_page
from benchmarks.generate.seeded import generator
from benchmarks.generate.spacing import GENERATIONS, space_out

_TRIES = 5
_SEARCH_PAGES = 2
_STRONGEST = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """How one document is to be drawn, aged and read in one version, and how bad it should become."""

    version: str
    engine: str
    font: str
    ageing: str
    target: float
    page_mode: int = 6


def runs_for(index: int) -> list[Run]:
    """The runs of the index-th document: fonts, ways of ageing and severities take turns over the documents.

    C1 is the lighter and C2 the heavier reading by Tesseract; C3 is ocrad, and C4, for every third document,
    Tesseract on the font that is kept for testing.

    Tesseract takes a page as one block of text (page segmentation mode 6), which suits a typed sheet: on a page with
    rules under its headings mode 4 puts lines out of order and loses some (2.8 against 0.2 % errors, measured on a
    sharp page). Every fourth document is read in mode 4 all the same, since archives seldom choose.
    """
    mode = 4 if index % 4 == 3 else 6
    fonts = [font for font in FONTS if font != TEST_FONT]
    ageings = list(AGEINGS)
    light, grave = ((0.5, 4.0), (1.5, 8.0))[index % 2]
    runs = [
        Run("C1", "tesseract-lstm", fonts[index % 4], ageings[(index // 2) % 4], light, mode),
        Run("C2", "tesseract-lstm", fonts[(index + 1) % 4], ageings[(index // 2 + 1) % 4], grave, mode),
        Run("C3", TEST_ENGINE, fonts[(index + 2) % 4], ageings[(index + 3) % 4], (4.0, 8.0)[index // 2 % 2]),
    ]
    if index % 3 == 1:
        runs.append(Run("C4", "tesseract-lstm", TEST_FONT, ageings[index % 4], (1.5, 4.0)[index // 3 % 2]))
    return runs


def read_document(
    composition: Composition, run: Run, strength: float, *, forms: bool = False, pages_at_most: int | None = None
) -> Reading:
    """Draws, ages and reads the pages of a document, or the first few of them."""
    seed = f"{composition.document.id}/{run.version}"
    pages = []
    for number, text in enumerate(composition.pages[:pages_at_most], 1):
        page = draw_page(text, run.font, generator(seed, number, "draw"))
        pages.append(AGEINGS[run.ageing](page, strength, generator(seed, number, "age")))
    return read_pages(run.engine, pages, run.page_mode, forms)


def page_rates(composition: Composition, reading: Reading) -> list[float]:
    """Character error rate of each page, in percent against the print."""
    pairs = zip(composition.pages, reading.pages, strict=False)
    return [character_error_rate(printed, read) for printed, read in pairs]


def overall(composition: Composition, reading: Reading) -> float:
    """Character error rate of the document, in percent against the print."""
    printed = composition.pages[: len(reading.pages)]
    return character_error_rate("\f".join(printed), "\f".join(reading.pages))


def find_strength(composition: Composition, run: Run) -> float:
    """Searches the strength of ageing at which a run comes nearest to its severity, by bisection.

    Only the first pages are read, since reading is dear; what is reported is measured on all of them.
    """
    low, high = 0.0, _STRONGEST
    best, best_ratio = 0.0, float("inf")
    for strength in (0.0, *(None,) * _TRIES):
        at = (low + high) / 2 if strength is None else strength
        cer = overall(composition, read_document(composition, run, at, pages_at_most=_SEARCH_PAGES))
        ratio = max(cer, 0.01) / run.target
        ratio = max(ratio, 1 / ratio)
        if ratio < best_ratio:
            best, best_ratio = at, ratio
        if strength is not None and cer >= run.target:
            break
        if strength is None:
            low, high = (at, high) if cer < run.target else (low, at)
    return best


@cache
def _known_strengths() -> dict[tuple[str, str], NoiseFile]:
    """Strengths that an earlier search found, from the manifest."""
    return {(file.document, file.version): file for file in read_manifest() if file.track == "engine"}


def engine(composition: Composition, index: int) -> Iterator[NoiseFile]:
    """Noise C for one document. A strength that the manifest knows is used again, else it is searched."""
    document = composition.document
    for run in runs_for(index):
        known = _known_strengths().get((document.id, run.version))
        if known and _is_of(known, run):
            strength = known.strength
        else:
            strength = round(find_strength(composition, run), 4)
        tesseract = run.engine != TEST_ENGINE
        reading = read_document(composition, run, strength, forms=tesseract)
        seed = f"{document.id}/{run.version}"
        held = document.split == "test" or run.engine == TEST_ENGINE or run.font == TEST_FONT
        file = save_noise(composition, run.version, "\f".join(reading.pages), track="engine", seed=seed)
        rates = page_rates(composition, reading)
        yield replace(
            file,
            severity=nearest_bin(file.cer),
            split="test" if held else "dev",
            font=run.font,
            engine=run.engine,
            page_mode=run.page_mode if tesseract else 0,
            degradation=run.ageing,
            strength=strength,
            page_cer=tuple(rates),
            forms=tuple(_save_forms(document.id, run.version, reading)),
        )
        print(
            f"{document.id} {run.version} {run.ageing} {strength} CER {file.cer} (wanted {run.target})", file=sys.stderr
        )


def _is_of(file: NoiseFile, run: Run) -> bool:
    mode = 0 if run.engine == TEST_ENGINE else run.page_mode
    return (file.engine, file.font, file.degradation, file.page_mode) == (run.engine, run.font, run.ageing, mode)


def _save_forms(document: str, version: str, reading: Reading) -> Iterator[str]:
    endings = {"hocr": "hocr", "alto": "alto.xml", "tsv": "tsv"}
    for form in FORMATS:
        if form in reading.forms:
            name = f"{version}/{document}.{endings[form]}.gz"
            data = gzip.compress(reading.forms[form].encode("utf-8"), compresslevel=9, mtime=0)
            (NOISE / name).write_bytes(data)
            yield name


def spaced(composition: Composition, index: int) -> Iterator[NoiseFile]:
    """Noise D, for every third document: the first generation's spacing over C1, the second's over C2."""
    if index % 3:
        return
    document = composition.document
    made = {file.version: file for file in read_manifest() if file.document == document.id}
    for generation, base in zip(GENERATIONS, ("C1", "C2"), strict=True):
        version = f"D-{generation}"
        seed = f"{document.id}/{version}"
        text = (NOISE / base / f"{document.id}.txt").read_text(encoding="utf-8")
        out = space_out(text, generation, generator(seed))
        file = save_noise(composition, version, out, track="engine+spacing", seed=seed)
        below = made[base]
        yield replace(
            file,
            severity=below.severity,
            split=below.split,
            font=below.font,
            engine=below.engine,
            page_mode=below.page_mode,
            degradation=below.degradation,
            strength=below.strength,
        )
