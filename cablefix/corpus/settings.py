"""What decides about the outputs of a corpus, and what comes back from a process that makes them. Light to import."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from cablefix.writers.tei import SourceMode

Target = Literal["tei", "text", "json", "none"]
SUFFIXES: dict[Target, str] = {"tei": ".xml", "text": ".txt", "json": ".json", "none": ""}
"""The suffix of an output in each format."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides about the outputs: format, how TEI keeps the source, profile, folders of the user's own tables."""

    to: Target = "tei"
    source: SourceMode = "compact"
    profile: str = "auto"
    dictionaries: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A JSON object that is equal for equal settings: files of the user by name and digest, not by place."""
        own = [Path(folder) for folder in self.dictionaries]
        if Path(self.profile).is_file():
            own.insert(0, Path(self.profile))
        files: dict[str, str] = {}
        for path in own:
            again = sum(name.partition("/")[0] == path.name for name in files)
            files[f"{path.name}/{again + 1}" if again else path.name] = _digest(path)
        return {"to": self.to, "source": self.source, "profile": Path(self.profile).name, "own files": files}


def _digest(path: Path) -> str:
    """The digest of a file, or of the files in a folder with their names."""
    found = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            found.update(file.relative_to(path).as_posix().encode("utf-8", "surrogatepass") + b"\0")
            found.update(file.read_bytes())
    return found.hexdigest()


class Packed(NamedTuple):
    """A row ready to be sent and stored: the output, and everything else as one line of JSON."""

    output: bytes
    line: bytes
    sha256: str
    output_sha256: str
