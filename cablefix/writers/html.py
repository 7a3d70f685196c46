"""HTML: one self-contained page with the source and the restored text side by side, each repair marked and explained.

The page needs no network and no script to be read: repairs are links to their entries in the list, and the entries
link back. Its script adds filters, a card that explains a repair on hover and focus, and a choice of colours.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cablefix._version import __version__
from cablefix.restored import Restored
from cablefix.writers.html_columns import ColumnWriter
from cablefix.writers.html_facts import facts
from cablefix.writers.html_repairs import filters, repairs
from cablefix.writers.html_text import number, text

_FOLDER = Path(__file__).resolve().parent
# The page loads nothing; a browser that is told so refuses what a damaged or hostile source might smuggle in.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)

# From so many rows on a browser is told to lay out only those that are in sight.
_MANY_ROWS = 500


@cache
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def write_html(restored: Restored) -> str:
    """A restored document as an HTML page."""
    columns = ColumnWriter(restored)
    rows = list(columns.write())
    long = ' class="long"' if len(rows) > _MANY_ROWS else ""
    title = _title(restored)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="generator" content="cablefix {__version__}">
<title>{text(title)}</title>
<style>
{_asset("html_page.css")}</style>
</head>
<body>
<nav class="skip" aria-label="Skip"><a href="#text">Skip to the text</a><a href="#repairs">Skip to the repairs</a></nav>
<header>
<div class="title"><h1>{text(title)}</h1>
<p class="about">{_about(restored)}</p></div>
{facts(restored)}</header>
<div class="work">
<main id="text"{long} tabindex="-1">
<div class="heads"><h2>Source</h2><h2>Restored text</h2></div>
{"".join(rows)}</main>
<aside id="repairs" tabindex="-1" aria-labelledby="repairs-head">
<div class="tools"><h2 id="repairs-head">Repairs <span class="count" id="shown" aria-live="polite"></span></h2>
<div class="controls" hidden>
<p class="steps"><button type="button" id="previous">Previous</button>
<button type="button" id="next">Next</button>
<button type="button" id="theme" title="light, dark, or as the system has it">Colours: auto</button></p>
{filters(restored)}<fieldset class="looks"><legend>Show in the text</legend>
<label><input type="checkbox" id="joins" checked> line joins</label>
<label><input type="checkbox" id="unread" checked> page furniture</label>
<label><input type="checkbox" id="brief"> only rows with repairs</label></fieldset>
</div></div>
{repairs(restored, columns.placed)}</aside>
</div>
<div id="card" role="tooltip" hidden></div>
<footer><p>Made with cablefix {__version__}. The source is as it was found; each repair can be undone by its id:
<code>cablefix undo FILE --edit ID</code>.</p></footer>
<script>
{_asset("html_page.js")}</script>
</body>
</html>
"""


def _title(restored: Restored) -> str:
    header = restored.document.header
    subject = header.value("subject") if header else None
    return str(subject or restored.source.name)


def _about(restored: Restored) -> str:
    """File, counts, profile, digest."""
    document, source = restored.document, restored.source
    kind = "cable" if document.kind == "cable" else "document"
    parts = [
        f"<b>{text(source.name)}</b>",
        f"{kind}, profile {text(restored.profile)}",
        number(restored.layout.lines, "line"),
        f"{number(len(restored.applied), 'repair')} applied, {len(restored.proposed):,} proposed",
        f"{number(len(document.furniture), 'piece')} of page furniture set apart",
        f"sha256 <code>{source.sha256[:16]}\u2026</code>",
    ]
    return " <span aria-hidden='true'>\u00b7</span> ".join(parts)
