"""Makes the benchmark's damaged texts anew: `python -m benchmarks.generate.noise [--only A,B,C,D,L]`.

A and B are synthetic and need nothing, nor does L, which damages the layout only; C draws pages and reads them with
Tesseract and ocrad; D is made from C.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial

from benchmarks.generate.compose import Composition, compose
from benchmarks.generate.documents import load_all
from benchmarks.generate.gold import printed_text
from benchmarks.generate.manifest import (
    BINS,
    NoiseFile,
    read_manifest,
    save_noise,
    write_digests,
    write_manifest,
)
from benchmarks.generate.noise_engine import engine, spaced
from benchmarks.generate.noise_heavy import ENGINES, damage_heavily, load_engine
from benchmarks.generate.noise_layout import STRENGTHS, damage_layout
from benchmarks.generate.noise_light import damage_lightly
from benchmarks.generate.render import MissingTool
from benchmarks.generate.seeded import generator


def light(composition: Composition, index: int) -> Iterator[NoiseFile]:
    """Noise A for one document."""
    document = composition.document
    seed = f"{document.id}/A"
    text = damage_lightly(printed_text(composition), frozenset(composition.furniture), generator(seed))
    yield replace(save_noise(composition, "A", text, track="synthetic", seed=seed), severity=BINS[0])


def heavy(composition: Composition, index: int) -> Iterator[NoiseFile]:
    """Noise B for one document: one engine's confusions at each level of severity."""
    document = composition.document
    name = ENGINES[index % len(ENGINES)]
    confusions = load_engine(name, counted_letters())
    for level in BINS:
        version = f"B-{level}"
        seed = f"{document.id}/{version}"
        text, strength = damage_heavily(printed_text(composition), confusions, level, partial(generator, seed))
        file = save_noise(composition, version, text, track="synthetic", seed=seed)
        yield replace(file, engine=name, strength=round(strength, 4), severity=level)


def layout(composition: Composition, index: int) -> Iterator[NoiseFile]:
    """Noise L for one document, at each strength."""
    document = composition.document
    for version, strength in STRENGTHS.items():
        seed = f"{document.id}/{version}"
        text, habits = damage_layout(printed_text(composition), strength, generator(seed))
        file = save_noise(composition, version, text, track="layout", seed=seed)
        yield replace(file, degradation=", ".join(habits))


_COUNTED = 24
"""Characters are counted in the first documents only, so that one more document does not change old damage."""


@cache
def counted_letters() -> Counter[str]:
    """How often each character stands in the documents together."""
    return Counter("".join(printed_text(compose(document)) for document in load_all()[:_COUNTED]))


MAKERS: dict[str, Callable[[Composition, int], Iterator[NoiseFile]]] = {
    "A": light,
    "B": heavy,
    "C": engine,
    "D": spaced,
    "L": layout,
}
"""What makes each family of noise."""


def main(arguments: list[str] | None = None) -> int:
    """Makes the families asked for (all by default), then the manifest and the digests."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default=",".join(MAKERS), help="families of noise, by letter: A,B,C,D,L")
    parser.add_argument("--documents", default="", help="only documents whose ids begin so, by comma: d25,d26")
    options = parser.parse_args(arguments)
    families, wanted = options.only.split(","), tuple(options.documents.split(","))
    unknown = sorted(set(families) - set(MAKERS))
    if unknown:
        parser.error(f"no family of noise {unknown[0]!r}; there are {', '.join(MAKERS)}")
    compositions = [compose(document) for document in load_all()]
    for family in families:
        files = {file.file: file for file in read_manifest()}
        made: set[str] = {file.file for file in files.values() if not file.document.startswith(wanted)}
        try:
            for index, composition in enumerate(compositions):
                if not composition.document.id.startswith(wanted):
                    continue
                new = {file.file: file for file in MAKERS[family](composition, index)}
                files |= new
                made |= set(new)
                write_manifest(files.values())
        except MissingTool as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        stale = {name for name, file in files.items() if file.version[0] == family} - made
        write_manifest(file for name, file in files.items() if name not in stale)
    write_digests()
    print(f"{len(read_manifest())} damaged texts", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
