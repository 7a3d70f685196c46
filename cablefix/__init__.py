"""cablefix: damaged OCR text of typed documents in, clean, structured, fully sourced text and TEI out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cablefix._version import __version__

if TYPE_CHECKING:
    from cablefix.document import Document
    from cablefix.errors import CablefixError
    from cablefix.layout import Layout
    from cablefix.ledger import Edit, Evidence, Ledger, Verdict
    from cablefix.lexicon.rescoring import Rescorer
    from cablefix.pipeline import restore, restore_all
    from cablefix.profiles import Profile
    from cablefix.restoration import Restoration, Suspicion
    from cablefix.text import Source, SourceError, View

_HOME = {
    "CablefixError": "errors",
    "Document": "document",
    "Edit": "ledger",
    "Evidence": "ledger",
    "Layout": "layout",
    "Ledger": "ledger",
    "Profile": "profiles",
    "Rescorer": "lexicon.rescoring",
    "Restoration": "restoration",
    "Source": "text",
    "SourceError": "text",
    "Suspicion": "restoration",
    "Verdict": "ledger",
    "View": "text",
    "restore": "pipeline",
    "restore_all": "pipeline",
}

__all__ = [
    "CablefixError",
    "Document",
    "Edit",
    "Evidence",
    "Layout",
    "Ledger",
    "Profile",
    "Rescorer",
    "Restoration",
    "Source",
    "SourceError",
    "Suspicion",
    "Verdict",
    "View",
    "__version__",
    "restore",
    "restore_all",
]


def __getattr__(name: str) -> Any:
    """Load the public names when they are first used, so that `import cablefix` stays light."""
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module 'cablefix' has no attribute {name!r}")
    value = getattr(import_module(f"cablefix.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted(__all__)
