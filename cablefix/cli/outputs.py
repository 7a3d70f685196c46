"""Writing what a command made: in which format, to which file, whole or not at all, and never over an input."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cablefix.cli.failures import Failure
from cablefix.cli.inputs import STDIN
from cablefix.errors import ExitCode

if TYPE_CHECKING:
    from cablefix.restoration import Restoration
    from cablefix.writers.tei import SourceMode

STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line says about the output."""

    source: SourceMode = "compact"
    sidecar: str = ""
    notes: bool = False
    images: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """An output format: its name in messages, the suffixes that stand for it (the first is given), its writer.

    `boxes` says that it can be written only for an input that tells where the words stand on the page.
    """

    title: str
    suffixes: tuple[str, ...]
    write: Callable[[Restoration, Settings], bytes]
    boxes: bool = False


def _tei(restoration: Restoration, settings: Settings) -> bytes:
    from cablefix.writers.tei import write_tei

    return write_tei(restoration, source=settings.source, sidecar=settings.sidecar, images=settings.images)


def _text(restoration: Restoration, settings: Settings) -> bytes:
    return restoration.text.encode("utf-8", "surrogatepass")


def _record(restoration: Restoration, settings: Settings) -> bytes:
    return to_json(restoration.record)


def _html(restoration: Restoration, settings: Settings) -> bytes:
    from cablefix.writers.html import write_html

    return write_html(restoration).encode("utf-8")


def _markdown(restoration: Restoration, settings: Settings) -> bytes:
    from cablefix.writers.markdown import write_markdown

    return write_markdown(restoration, notes=settings.notes).encode("utf-8", "surrogatepass")


def _restoration(restoration: Restoration, settings: Settings) -> bytes:
    return to_json(restoration.to_json())


def _hocr(restoration: Restoration, settings: Settings) -> bytes:
    from cablefix.writers.hocr import write_hocr

    return write_hocr(restoration)


def _alto(restoration: Restoration, settings: Settings) -> bytes:
    from cablefix.writers.alto import write_alto

    return write_alto(restoration)


def _page(restoration: Restoration, settings: Settings) -> bytes:
    from cablefix.writers.page import write_page

    return write_page(restoration)


def _jsonl(restoration: Restoration, settings: Settings) -> bytes:
    from cablefix.writers.jsonl import write_jsonl

    return write_jsonl(restoration)


def _pages(restoration: Restoration, settings: Settings) -> bytes:
    from cablefix.writers.pages import write_pages

    return write_pages(restoration)


def to_json(data: Any) -> bytes:
    """JSON in UTF-8 with a line feed at the end. A lone surrogate becomes its escape, which JSON allows."""
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")


FORMATS: dict[str, Format] = {
    "text": Format("reading text", (".txt", ".text"), _text),
    "tei": Format("TEI", (".xml", ".tei"), _tei),
    "json": Format("record", (".json",), _record),
    "html": Format("HTML", (".html", ".htm"), _html),
    "markdown": Format("Markdown", (".md", ".markdown"), _markdown),
    "restoration": Format("restoration", (".restoration.json",), _restoration),
    "jsonl": Format("JSON Lines", (".jsonl",), _jsonl),
    "pages": Format("text by page", (".pages.txt",), _pages),
    "hocr": Format("hOCR", (".hocr",), _hocr, boxes=True),
    "alto": Format("ALTO", (".alto.xml",), _alto, boxes=True),
    "page": Format("PAGE XML", (".page.xml",), _page, boxes=True),
}


def format_for(output: str) -> str:
    """The format that a file name asks for, "text" where it asks for none.

    >>> format_for("out/cable.xml"), format_for("cable.restoration.json"), format_for("-")
    ('tei', 'restoration', 'text')
    """
    name = Path(output).name.lower()
    suffixes = [(suffix, key) for key, item in FORMATS.items() for suffix in item.suffixes]
    # The longest suffix first, for .restoration.json ends in .json.
    for suffix, key in sorted(suffixes, key=lambda pair: -len(pair[0])):
        if name.endswith(suffix):
            return key
    return "text"


def check_suffix(output: str) -> None:
    """Raise Failure for a file name with a suffix that stands for no format: a .pdf would hold text."""
    name = Path(output).name.lower()
    known = [suffix for item in FORMATS.values() for suffix in item.suffixes]
    if Path(name).suffix and not name.endswith(tuple(known)):
        raise Failure(
            f"{output}: {Path(output).suffix} stands for no format; name one with --to, or give one of the suffixes "
            f"{', '.join(known)}",
            ExitCode.USAGE,
        )


def is_folder(output: str) -> bool:
    """Whether an -o names a folder: one that is there, or a path that ends in a slash."""
    return output != STDOUT and (output.endswith(("/", os.sep)) or Path(output).is_dir())


def name_in(folder: str, path: str, suffix: str) -> Path:
    """The output file for an input in a folder of outputs."""
    stem = "stdin" if path == STDIN else Path(path).name
    doubled = [end for form in FORMATS.values() for end in form.suffixes if end.count(".") > 1]
    for known in (*doubled, Path(stem).suffix):
        if known and stem.endswith(known) and stem != known:
            stem = stem.removesuffix(known)
            break
    return Path(folder) / f"{stem}{suffix}"


def forbid_overwriting(output: Path, inputs: Sequence[str]) -> None:
    """Raise Failure when the output is one of the inputs, by whatever name."""
    for path in inputs:
        if path != STDIN and output.exists() and Path(path).exists() and output.samefile(path):
            raise Failure(f"{output}: is the input itself and would be lost; give another name with -o", ExitCode.USAGE)


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole: a reader sees the old one or the new one. Raises Failure when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(data)  # a device or a pipe
            return
        temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        reason, remedy = error.strerror or str(error), "check the folder, its permissions and the space left"
        raise Failure(f"{path}: cannot be written ({reason}); {remedy}", ExitCode.OUTPUT) from error


def write_stdout(data: bytes) -> None:
    """Write data to standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
