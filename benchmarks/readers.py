"""How much longer reading takes than parsing the XML alone: `python -m benchmarks.readers`.

The pages are those of our own format files, repeated to a book; times are the best of some rounds, in CPU seconds.
"""

from __future__ import annotations

import gc
import platform
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

from lxml import etree

from cablefix.readers.read import read_document

FORMATS = Path(__file__).parent.parent / "tests" / "data" / "formats"
# Copies of two small pages. The bare tree of a small file fits into memory that is free already: half as long a parse.
COPIES = 240
PAGE = {"hocr": (b"<div class='ocr_page'", b"</div>"), "alto.xml": (b"<Page ", b"</Page>")}


def book(ending: str, copies: int) -> bytes:
    """The pages of one of our files, again and again."""
    data = (FORMATS / f"tesseract.{ending}").read_bytes()
    start, stop = PAGE[ending]
    first, last = data.index(start), data.rindex(stop) + len(stop)
    return data[:first] + data[first:last] * copies + data[last:]


def parse(data: bytes) -> None:
    """Parse and do nothing with it."""
    etree.parse(BytesIO(data))


def best(action: Callable[[], object], rounds: int = 9) -> float:
    """The least CPU seconds of some rounds."""
    times = []
    for _ in range(rounds):
        gc.collect()
        begin = time.process_time()
        action()
        times.append(time.process_time() - begin)
    return min(times)


def main() -> None:
    """Print a table: format, size, seconds of bare parsing and of reading, their ratio."""
    print(f"Python {platform.python_version()}, {platform.machine()}, lxml {etree.__version__}")
    print("| format | MB | parse s | read s | ratio |\n|---|---|---|---|---|")
    for ending in PAGE:
        data = book(ending, COPIES)
        bare = best(partial(parse, data))
        ours = best(partial(read_document, data))
        print(f"| {ending} | {len(data) / 1e6:.1f} | {bare:.3f} | {ours:.3f} | {ours / bare:.1f} |")


if __name__ == "__main__":
    main()
