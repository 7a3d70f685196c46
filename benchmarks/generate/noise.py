"""Makes the benchmark's damaged texts anew: `python -m benchmarks.generate.noise [--only A,B]`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial

from benchmarks.generate.compose import Composition, compose
from benchmarks.generate.documents import load_all
from benchmarks.generate.gold import gold_text, printed_text
from benchmarks.generate.manifest import (
    BINS,
    NOISE,
    NoiseFile,
    character_error_rate,
    nearest_bin,
    read_manifest,
    write_digests,
    write_manifest,
)
from benchmarks.generate.noise_heavy import ENGINES, damage_heavily, load_engine
from benchmarks.generate.noise_light import damage_lightly
from benchmarks.generate.seeded import generator


def light(composition: Composition) -> Iterator[NoiseFile]:
    """Noise A for one document."""
    document = composition.document
    clean = printed_text(composition)
    text = damage_lightly(clean, frozenset(composition.furniture), generator(document.id, "A"))
    file = save(composition, "A", text, track="synthetic", seed=f"{document.id}/A", split=document.split)
    yield replace(file, severity=BINS[0])


def heavy(composition: Composition) -> Iterator[NoiseFile]:
    """Noise B for one document: one engine's confusions at each level of severity."""
    document = composition.document
    name = ENGINES[int(generator(document.id, "B", "engine").integers(len(ENGINES)))]
    clean = printed_text(composition)
    engine = load_engine(name, _letters())
    for level in BINS:
        version = f"B-{level}"
        seed = f"{document.id}/{version}"
        text, strength = damage_heavily(clean, engine, level, partial(generator, seed))
        file = save(composition, version, text, track="synthetic", seed=seed, split=document.split)
        yield replace(file, engine=name, strength=round(strength, 4), severity=level)


@cache
def _letters() -> Counter[str]:
    """How often each character stands in all the documents together."""
    return Counter("".join(printed_text(compose(document)) for document in load_all()))


def save(composition: Composition, version: str, text: str, *, track: str, seed: str, split: str) -> NoiseFile:
    """Writes one damaged text and measures it."""
    document = composition.document
    path = NOISE / version / f"{document.id}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    cer = character_error_rate(printed_text(composition), text)
    return NoiseFile(
        file=f"{version}/{document.id}.txt",
        document=document.id,
        version=version,
        track=track,
        severity=nearest_bin(cer),
        cer=cer,
        cer_gold=character_error_rate(gold_text(composition), text),
        split=split,
        seed=seed,
    )


MAKERS = {"A": light, "B": heavy}


def main(arguments: list[str] | None = None) -> int:
    """Makes the versions asked for (all by default), then the manifest and the digests."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default=",".join(MAKERS), help="families of noise, by letter: A,B,C,D")
    families = parser.parse_args(arguments).only.split(",")
    kept = [file for file in read_manifest() if file.version[0] not in families]
    made: list[NoiseFile] = []
    for document in load_all():
        composition = compose(document)
        for family in families:
            made += MAKERS[family](composition)
    write_manifest([*kept, *made])
    write_digests()
    print(f"{len(made)} damaged texts", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
