"""What a tool is to the benchmark: a name, a way to get ready, and a way to correct one text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cablefix.bench.edits import Trace
from cablefix.pipeline import restore
from cablefix.restoration import Restoration
from cablefix.writers.record import write_record

_WARM_UP = "The tug left at noon . It was towed  into the har-\nbor at Vigo ( Spain ) .\n"


class Absent(Exception):
    """The tool cannot run on this machine; the message says what is missing and how to get it."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a tool made of a text; record, view and traces only where the tool gives them."""

    text: str
    record: Mapping[str, Any] | None = None
    view: str = ""
    traces: tuple[Trace, ...] = ()


class Tool(ABC):
    """A tool under test. `cap` limits the words of a set that it is given, for tools too slow for all of them."""

    name: str = ""
    about: str = ""
    cap: int | None = None
    version: str = ""

    @abstractmethod
    def prepare(self) -> None:
        """Load what the tool needs. Raises Absent where it is not installed."""

    @abstractmethod
    def correct(self, text: str) -> Any:
        """Correct one text. This alone is timed."""

    def output(self, corrected: Any) -> Output:
        """What `correct` gave, as it is scored."""
        return Output(str(corrected))


class Cablefix(Tool):
    """cablefix itself with one of its profiles."""

    def __init__(self, profile: str = "auto") -> None:
        self.profile = profile
        self.name = "cablefix" if profile == "auto" else f"cablefix-{profile}"
        self.about = "this library" if profile == "auto" else f"this library, profile {profile}"

    def prepare(self) -> None:
        """Load the lexicon and the tables by restoring a short text."""
        from cablefix._version import __version__

        self.version = __version__
        self.correct(_WARM_UP)

    def correct(self, text: str) -> Restoration:
        """Restore one text, reading text included."""
        restoration = restore(text, self.profile)
        _ = restoration.text
        return restoration

    def output(self, corrected: Any) -> Output:
        """Reading text, record and edits of a restoration."""
        restoration: Restoration = corrected
        return Output(
            restoration.text,
            write_record(restoration, repairs=False),
            restoration.view.text,
            traces(restoration),
        )


def traces(restoration: Restoration) -> tuple[Trace, ...]:
    """The edits of a restoration in its view: those applied that show in the reading text, and the proposals."""
    view = restoration.view
    found = []
    for applied, edits in ((True, restoration.applied), (False, restoration.proposed)):
        for edit in edits:
            start, end = view.view_span(edit.start, edit.end) if edit.end > edit.start else _point(view, edit.start)
            if applied and view.text[start:end] != edit.after:
                continue  # inside page furniture: not in the reading text
            found.append(Trace(start, end, edit.before, edit.after, edit.rule, edit.confidence, applied))
    return tuple(found)


def _point(view: Any, offset: int) -> tuple[int, int]:
    """The span of what was put in at an offset."""
    return view.to_view(offset, end=True), view.to_view(offset)


class Nothing(Tool):
    """No correction at all: the baseline that every other row is held against."""

    name = "no correction"
    about = "the damaged text as it is"

    def prepare(self) -> None:
        """Nothing to load."""

    def correct(self, text: str) -> str:
        """The text itself."""
        return text
