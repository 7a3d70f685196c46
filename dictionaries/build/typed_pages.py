"""Make OCR noise with known truth as our benchmark does: text typed, aged and read by Tesseract, but other text.

    python dictionaries/build/typed_pages.py TEXT_FOLDER OUT_FOLDER --pages 150

Writes NNNN.ocr.txt and NNNN.gt.txt, the shape that decision training reads. The face and the engine that the benchmark
keeps for testing are not used. Needs what benchmarks/generate needs: Tesseract, Pillow and its fonts.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

from channel_pages import pick_page
from lexicon_noise import PLAIN

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from benchmarks.generate.degrade import AGEINGS
from benchmarks.generate.engines import read_pages
from benchmarks.generate.manifest import character_error_rate
from benchmarks.generate.render import FONTS, TEST_FONT, draw_page
from benchmarks.generate.seeded import generator
from cablefix.train.texts import texts

WORST = 25.0  # percent of the characters wrong: a worse page teaches nothing


def main() -> None:
    """Type, age, read, write."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("text", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pages", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(options.seed)
    sources = list(texts(options.text))
    faces = [face for face in FONTS if face != TEST_FONT]
    for number in range(options.pages):
        page = pick_page(rng.choice(sources), rng, rng.choice([60, 66])).translate(PLAIN)
        page = page.upper() if rng.random() < 0.4 else page
        drawn = draw_page(page, rng.choice(faces), generator(str(options.seed), number, "draw"))
        ageing = AGEINGS[rng.choice(list(AGEINGS))]
        aged = ageing(drawn, rng.uniform(0.1, 0.8), generator(str(options.seed), number, "age"))
        seen = read_pages("tesseract-lstm", [aged], rng.choice([6, 6, 6, 4])).pages[0]
        if seen.strip() and character_error_rate(page, seen) <= WORST:
            (options.out / f"{number:04}.ocr.txt").write_text(seen, encoding="utf-8")
            (options.out / f"{number:04}.gt.txt").write_text(page + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
