"""Makes the print, reading text and record of every document: `python -m benchmarks.generate.documents`.

With --check nothing is written; the exit status is 1 when a committed file differs from what its source
gives.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.generate.checks import faults_of
from benchmarks.generate.gold import files_of
from benchmarks.generate.model import Document, SourceError, load_document

DOCUMENTS = Path(__file__).resolve().parents[1] / "documents"
"""Where the sources and what is made from them stand."""

_TABLE = ("<!-- table -->", "<!-- end of table -->")


def load_all(folder: Path = DOCUMENTS) -> list[Document]:
    """All documents of a folder, by id."""
    return [load_document(path) for path in sorted(folder.glob("*.toml"))]


def readme_of(documents: list[Document], text: str) -> str:
    """The folder's README with its table of documents made anew between its two marks."""
    rows = ["| document | era | split | what it is | traps |", "|---|---|---|---|---|"]
    for document in documents:
        traps = "; ".join(document.traps)
        rows.append(f"| {document.id} | {document.era} | {document.split} | {document.about} | {traps} |")
    before, rest = text.split(_TABLE[0])
    after = rest.split(_TABLE[1])[1]
    return before + "\n".join([_TABLE[0], *rows, _TABLE[1]]) + after


def main(arguments: list[str] | None = None) -> int:
    """Writes or checks the files; the exit status is 1 for a fault."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args(arguments)
    bad = 0
    try:
        documents = load_all()
        made = {name: text for document in documents for name, text in files_of(document).items()}
    except SourceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    readme = DOCUMENTS / "README.md"
    made[readme.name] = readme_of(documents, readme.read_text(encoding="utf-8"))
    for document in documents:
        for fault in faults_of(document):
            print(f"{document.id}: {fault}", file=sys.stderr)
            bad = 1
    for name, text in made.items():
        path = DOCUMENTS / name
        if options.check:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                remedy = "run python -m benchmarks.generate.documents"
                print(f"{name} differs from its source; {remedy}", file=sys.stderr)
                bad = 1
        else:
            path.write_text(text, encoding="utf-8")
    print(f"{len(documents)} documents, {len(made)} files", file=sys.stderr)
    return bad


if __name__ == "__main__":
    sys.exit(main())
