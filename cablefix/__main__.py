"""`python -m cablefix` is the command `cablefix`."""

from __future__ import annotations

from cablefix.cli import main

if __name__ == "__main__":
    main(prog_name="cablefix")
