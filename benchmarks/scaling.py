"""CPU time and peak memory of one restoration against the length of the text: `python -m benchmarks.scaling`.

Each size runs in a process of its own. The text is made of the invented documents of this folder, repeated to length,
as running prose and as a file of many messages.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

DOCUMENTS = Path(__file__).parent / "documents"
SIZES = (1, 2, 5, 10, 25, 50)


def make_text(kind: str, size: int) -> str:
    """A text of `size` million characters: "prose" (one long memorandum) or "messages" (one after the other)."""
    names = ("d10-memcon-1971", "d22-inspection-1983") if kind == "prose" else ("d01-manila-2004", "d09-accra-2005")
    pages = [(DOCUMENTS / f"{name}.print.txt").read_text(encoding="utf-8") for name in names]
    length, parts = 0, []
    for turn, page in enumerate(cycle(pages)):
        part = page if kind == "prose" else page.replace("001187", f"{100000 + turn:06d}")
        parts.append(part)
        length += len(part)
        if length >= size * 1_000_000:
            return "\n".join(parts)[: size * 1_000_000]
    raise AssertionError("cycle ends")


def measure(kind: str, size: int, profile: str) -> dict[str, float]:
    """Restore one text in this process: CPU seconds and peak memory in MB."""
    from cablefix.pipeline import restore, restore_all

    text = make_text(kind, size)
    restore(text[:5000], profile)  # models and tables load once
    started = time.process_time()
    if kind == "prose":
        length = len(restore(text, profile).text)
    else:
        length = sum(len(part.text) for part in restore_all(text, profile))
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(seconds, 2), "peak_mb": round(peak), "characters": length}


def main() -> None:
    """Print a table: kind, millions of characters, CPU seconds, seconds for a million, peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--profile", default="auto", help="profile name or file (default: auto)")
    parser.add_argument("--kinds", nargs="*", default=("prose", "messages"))
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one[0], int(arguments.one[1]), arguments.profile)))
        return
    print("| text | million characters | CPU s | CPU s per million | peak memory MB |\n|---|---|---|---|---|")
    for kind in arguments.kinds:
        for size in arguments.sizes:
            command = [sys.executable, "-m", "benchmarks.scaling", "--one", kind, str(size)]
            command += ["--profile", arguments.profile]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            row = json.loads(done.stdout)
            each = row["seconds"] / size
            print(f"| {kind} | {size} | {row['seconds']:.1f} | {each:.2f} | {row['peak_mb']:.0f} |", flush=True)


if __name__ == "__main__":
    main()
