"""Sphinx configuration. Pages are MyST Markdown; those made from docstrings are reStructuredText."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent / "_ext"))

project = "cablefix"
author = "The cablefix authors"
copyright = "2026, the cablefix authors"
version = release = installed_version("cablefix")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode", "command_pages", "rule_pages"]
exclude_patterns = ["_build", "_ext"]
root_doc = "index"
default_role = "code"
smartquotes = False  # "--to" is an option, not a dash
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_type_aliases = {"IntArray": "IntArray"}
python_maximum_signature_line_length = 88

html_theme = "furo"
html_title = f"cablefix {release}"
html_static_path = ["_static"]
html_css_files = ["cablefix.css"]
html_show_sphinx = False


def skip_member(app: object, what: str, name: str, obj: object, skip: bool, options: object) -> bool | None:
    """Leave out what collections.namedtuple says of its fields: the signature says more."""
    text = getattr(obj, "__doc__", None) or ""
    return True if text.startswith("Alias for field number") else None


def setup(app: Any) -> None:
    """Connect the hook above."""
    app.connect("autodoc-skip-member", skip_member)
