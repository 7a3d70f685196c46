"""A book of 500 pages needs little more memory than its file. (Their speed: `python -m benchmarks.readers`.)"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.readers import PAGE, book

_MEASURE = """
import sys
from pathlib import Path
from cablefix.readers.read import read_document

def memory(key):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key))

read_document(sys.argv[2])
Path("/proc/self/clear_refs").write_text("5")
before = memory("VmRSS:")
found = read_document(sys.argv[1])
print(found.layout.pages, found.layout.words, memory("VmHWM:") - before)
"""


@pytest.mark.slow
@pytest.mark.parametrize("ending", list(PAGE))
def test_a_book_needs_little_more_memory_than_its_file(ending: str, tmp_path: Path) -> None:
    """Small pages with as many words as 500 full ones. The whole tree of such a file takes some ten times its size."""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("only Linux lets a process reset the mark of its highest memory")
    large, small = tmp_path / "large", tmp_path / "small"
    large.write_bytes(book(ending, 1200))
    small.write_bytes(book(ending, 1))
    command = [sys.executable, "-c", _MEASURE, str(large), str(small)]
    root = Path(__file__).resolve().parent.parent
    shown = subprocess.run(command, check=True, capture_output=True, text=True, cwd=root).stdout
    pages, words, grown = (int(value) for value in shown.split())
    assert pages == 2400
    assert words == 1200 * 127
    assert grown * 1024 < 6 * large.stat().st_size, f"{grown >> 10} MB for {large.stat().st_size >> 20} MB"
