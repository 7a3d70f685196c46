"""Makes the benchmark's damaged texts anew: `python -m benchmarks.generate.noise [--only A,B]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from benchmarks.generate.compose import Composition, compose
from benchmarks.generate.documents import load_all
from benchmarks.generate.gold import gold_text, printed_text
from benchmarks.generate.manifest import (
    NOISE,
    NoiseFile,
    character_error_rate,
    nearest_bin,
    read_manifest,
    write_digests,
    write_manifest,
)
from benchmarks.generate.noise_light import damage_lightly
from benchmarks.generate.seeded import generator


def light(composition: Composition) -> Iterator[NoiseFile]:
    """Noise A for one document."""
    document = composition.document
    clean = printed_text(composition)
    text = damage_lightly(clean, frozenset(composition.furniture), generator(document.id, "A"))
    yield save(composition, "A", text, track="synthetic", seed=f"{document.id}/A", split=document.split)


def save(
    composition: Composition, version: str, text: str, *, track: str, seed: str, split: str
) -> NoiseFile:
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


MAKERS = {"A": light}


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
