"""Makes the files of this folder that come from a real engine: draws two invented pages, runs Tesseract on them.

python tests/data/formats/make.py   (needs Pillow, Tesseract 5 with English, and the font Liberation Mono)

The files are committed; another version of Tesseract may read the pages differently, and then the tests that compare
formats with each other still hold.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FONT = "/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf"
SIZE = (1275, 900)
PAGES = (
    """HARBOUR BOARD OF SELMOUTH                            PAGE 1

MINUTES OF THE MEETING OF MARCH 3, 1952

     The board met at ten o'clock. The harbour-
master reported that the tug ( the old one ) could
not be repaired before the winter, and that nego-
tiations with the yard had come to nothing .

     He asked for two more men. The treasurer's
answer was that no money had been set aside for
wages in the present quarter.

Port            Tugs       Men       Since
Selmouth           2        31        1931
Hythe Creek        1        12        1938
Barrow Sound      14       160        1927""",
    """HARBOUR BOARD OF SELMOUTH                            PAGE 2

The members agreed that the crane should be moved
to the north pier, where the short-sea trade has
its sheds, and that the pilot be thanked.

                                       E. WARDLE""",
)


def draw(folder: Path) -> list[Path]:
    """The pages as images of 150 dots an inch."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(FONT, 28)
    paths = []
    for number, text in enumerate(PAGES, 1):
        image = Image.new("L", SIZE, 255)
        pen = ImageDraw.Draw(image)
        for row, line in enumerate(text.split("\n")):
            pen.text((110, 70 + 44 * row), line, font=font, fill=0)
        paths.append(folder / f"selmouth-{number}.png")
        image.save(paths[-1], dpi=(150, 150))
    return paths


def main() -> None:
    """Read the pages with Tesseract in all its formats."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder)
        (folder / "pages.txt").write_text("selmouth-1.png\nselmouth-2.png\n", encoding="utf-8")
        command = ["tesseract", "pages.txt", "selmouth", "--psm", "6", "-c", "textonly_pdf=1"]
        subprocess.run([*command, "hocr", "alto", "tsv", "pdf", "txt"], cwd=folder, check=True)
        subprocess.run(
            ["tesseract", "selmouth-2.png", "characters", "--psm", "6", "-c", "hocr_char_boxes=1", "hocr"],
            cwd=folder,
            check=True,
        )
        for made, kept in (
            ("selmouth.hocr", "tesseract.hocr"),
            ("selmouth.xml", "tesseract.alto.xml"),
            ("selmouth.tsv", "tesseract.tsv"),
            ("selmouth.pdf", "tesseract.pdf"),
            ("selmouth.txt", "tesseract.txt"),
            ("characters.hocr", "tesseract-characters.hocr"),
        ):
            (HERE / kept).write_bytes((folder / made).read_bytes())


if __name__ == "__main__":
    main()
