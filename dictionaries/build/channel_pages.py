"""Make OCR noise with known truth: text set as pages in many faces, degraded, read by Tesseract or Ocrad.

    python dictionaries/build/channel_pages.py TEXT_FOLDER OUT_FOLDER --pages 120 [--engine ocrad]

Writes NNNN.ocr.txt and NNNN.gt.txt, the shape that channel.py and decision training read. Needs Pillow, the engine,
and the fonts of the Debian packages fonts-urw-base35, fonts-liberation, fonts-freefont-ttf, fonts-dejavu,
fonts-courier-prime and fonts-gnutypewriter; a face that is missing is left out.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from cablefix.train.texts import texts

FACES = (
    "GNUTypewriter", "FreeMono", "FreeMono:bold", "Nimbus Mono PS", "Nimbus Mono PS:bold", "Liberation Mono",
    "Courier Prime", "DejaVu Sans Mono", "Nimbus Roman", "FreeSerif", "C059", "P052", "URW Bookman", "Nimbus Sans",
)  # fmt: skip
LINES = 46


def face_files() -> list[str]:
    """The font files of the faces that this machine has."""
    found = []
    for face in FACES:
        query = ["fc-match", "-f", "%{family}|%{file}", face]
        family, _, path = subprocess.run(query, capture_output=True, text=True, check=True).stdout.partition("|")
        if face.partition(":")[0] in family:
            found.append(path)
    return found


def pick_page(text: str, rng: random.Random, width: int) -> str:
    """A page of lines from a random place of a text; a quarter of the pages in capitals."""
    start = text.find("\n", rng.randrange(max(1, len(text) - 8000))) + 1
    lines: list[str] = []
    for paragraph in text[start : start + 8000].replace("\f", "\n").split("\n"):
        if paragraph.strip():
            lines += [*textwrap.wrap(paragraph, width, break_on_hyphens=False), ""]
    page = "\n".join(lines[:LINES]).strip()
    return page.upper() if rng.random() < 0.25 else page


def draw_page(page: str, path: str, rng: random.Random) -> Image.Image:
    """The page as a grey image at about 200 dots to the inch."""
    size = rng.choice([24, 26, 28, 32])
    font = ImageFont.truetype(path, size)
    step = int(size * rng.choice([1.2, 1.35, 1.7]))
    lines = page.split("\n")
    wide = int(max(font.getlength(line) for line in lines)) + 160
    image = Image.new("L", (wide, step * len(lines) + 200), 255)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((80 + rng.uniform(-1, 1), 100 + number * step), line, fill=rng.randrange(0, 70), font=font)
    return image


def degrade(image: Image.Image, rng: random.Random) -> Image.Image:
    """Blur, ink spread or loss, speckle, skew, low resolution and a hard threshold, each by chance."""
    noise = np.random.default_rng(rng.randrange(1 << 30))
    image = image.rotate(rng.uniform(-0.5, 0.5), fillcolor=255, resample=Image.Resampling.BILINEAR)
    hardness = rng.random()
    scale = rng.uniform(0.42, 0.95) if hardness > 0.25 else 1.0
    image = image.resize((int(image.width * scale), int(image.height * scale)), Image.Resampling.BILINEAR)
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 1.3 * hardness + 0.3)))
    grey = np.asarray(image, dtype=np.float64)
    grey = grey + noise.normal(0, 8 + 55 * hardness * rng.random(), grey.shape)
    if rng.random() < 0.5:
        coarse = noise.normal(0, 45 * hardness, (grey.shape[0] // 24 + 2, grey.shape[1] // 24 + 2))
        grey = grey + np.kron(coarse, np.ones((24, 24)))[: grey.shape[0], : grey.shape[1]]
    if rng.random() < 0.6:
        grey = np.where(grey > rng.uniform(110, 190), 255.0, 0.0)
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def read_page(image: Path, engine: str) -> str:
    """The text that an engine reads from an image, or nothing when it takes longer than a minute and a half."""
    if engine == "ocrad":
        command = ["ocrad", "--format=utf8", str(image)]
    else:
        command = ["tesseract", str(image), "-", "--psm", "4", "--dpi", "200"]
    environment = {"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"}
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=90, env=environment, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return ""
    return run.stdout.replace("\f", "")


def main() -> None:
    """Render, degrade, read, write."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("text", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pages", type=int, default=120)
    parser.add_argument("--engine", choices=["tesseract", "ocrad"], default="tesseract")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(options.seed)
    sources = list(texts(options.text))
    faces = face_files()
    for number in range(options.pages):
        page = pick_page(rng.choice(sources), rng, rng.choice([60, 66, 72]))
        image = degrade(draw_page(page, rng.choice(faces), rng), rng)
        path = options.out / f"{number:04}.pgm"
        image.save(path)
        seen = read_page(path, options.engine)
        path.unlink()
        if seen.strip():
            (options.out / f"{number:04}.ocr.txt").write_text(seen, encoding="utf-8")
            (options.out / f"{number:04}.gt.txt").write_text(page + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
