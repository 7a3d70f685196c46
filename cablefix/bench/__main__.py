"""`python -m cablefix.bench` is the command `cablefix bench`."""

from __future__ import annotations

import sys

from cablefix.bench.command import bench

if __name__ == "__main__":
    sys.exit(bench(prog_name="cablefix bench", standalone_mode=False))
