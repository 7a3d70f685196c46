"""The page that sums a corpus up: what was found, how sure it is, and which documents to look at first."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cablefix.corpus.columns import ACROSS
from cablefix.corpus.database import open_database
from cablefix.corpus.places import write_whole
from cablefix.writers.svg import Frame, element, linear, picture, text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST_BARS = 24
_MOST_ROWS = 25
_BINS = 20

Bar = tuple[str, Sequence[tuple[float, str]]]
"""A label, and the lengths of the pieces of a bar with their classes."""


def write_summary(root: Path) -> Path:
    """Write `DIR/summary.html`: the same tables give the same page. Raises CorpusError without them."""
    path = root / "summary.html"
    with open_database(root) as connection:
        write_whole([(path, summary_page(root, connection).encode("utf-8", "replace"))])
    return path


def summary_page(root: Path, connection: DuckDBPyConnection) -> str:
    """The page as HTML that needs nothing beside it; it links to the outputs by their path in the folder."""
    style = resources.files("cablefix.corpus").joinpath("summary.css").read_text(encoding="utf-8")
    body = "".join(
        (
            _head(connection),
            _repairs(connection),
            _kinds(connection),
            _first(connection),
            _failed(connection),
            _across(root, connection),
        )
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Corpus</title><style>{style}</style></head><body><main>{body}</main></body></html>\n"
    )


def _head(connection: DuckDBPyConnection) -> str:
    row = connection.execute(
        """SELECT count(*), count(*) FILTER (WHERE status = 'failed'), count(*) FILTER (WHERE kind = 'cable'),
             sum(words)::BIGINT, sum(applied)::BIGINT, sum(proposed)::BIGINT,
             count(*) FILTER (WHERE checks_failed > 0), min("time"), max("time") FROM documents"""
    ).fetchone()
    assert row is not None
    total, failed, cables, words, applied, proposed, checks, since, until = row
    words = words or 0
    share = f"{1000 * (applied or 0) / words:.1f}" if words else "0"
    facts = (
        (f"{total:,}", "documents"),
        (f"{cables:,}", "of them messages"),
        (f"{words:,}", "words"),
        (f"{applied or 0:,}", f"repairs applied, {share} in 1,000 words"),
        (f"{proposed or 0:,}", "proposed, not applied"),
        (f"{checks:,}", "documents with a check that fails"),
        (f"{failed:,}", "could not be restored"),
    )
    cells = "".join(f"<div><b>{value}</b><span>{label}</span></div>" for value, label in facts)
    period = f"<p class='soft'>Messages from {since:%Y-%m-%d} to {until:%Y-%m-%d}.</p>" if since else ""
    return f'<h1>What is in this corpus</h1>{period}<div class="facts">{cells}</div>'


def _repairs(connection: DuckDBPyConnection) -> str:
    rules = connection.execute(
        """SELECT rule, count(*) FILTER (WHERE status = 'applied'), count(*) FILTER (WHERE status = 'proposed')
           FROM edits GROUP BY rule ORDER BY count(*) DESC, rule LIMIT ?""",
        [_MOST_BARS],
    ).fetchall()
    if not rules:
        return "<h2>Repairs</h2><p>None: the texts are clean, or the profile repairs nothing.</p>"
    bars: list[Bar] = [(rule, ((applied, "applied"), (proposed, "proposed"))) for rule, applied, proposed in rules]
    bins = connection.execute(
        f"""SELECT least({_BINS - 1}, floor(confidence * {_BINS}))::INTEGER AS bin,
              count(*) FILTER (WHERE status = 'applied'), count(*) FILTER (WHERE status <> 'applied')
            FROM edits GROUP BY bin ORDER BY bin"""
    ).fetchall()
    key = (
        '<div class="key"><span class="applied"><i></i>applied</span>'
        '<span class="proposed"><i></i>proposed</span></div>'
    )
    frequent = connection.execute(
        """SELECT before, after, rule, count(*) AS uses, count(DISTINCT n) FROM edits WHERE status = 'applied'
           GROUP BY before, after, rule ORDER BY uses DESC, before, after, rule LIMIT 15"""
    ).fetchall()
    rows = [(f"<code>{_shown(a)}</code>", f"<code>{_shown(b)}</code>", _text(r), n, d) for a, b, r, n, d in frequent]
    table = _table(("before", "after", "rule", "uses", "documents"), rows)
    return (
        f"<h2>Repairs</h2>{key}<div class='cards'>{_card('By rule', _bars(bars, 'Repairs by rule'))}"
        f"{_card('By confidence', _histogram(bins))}{_card('Most frequent', table)}</div>"
    )


def _kinds(connection: DuckDBPyConnection) -> str:
    eras = connection.execute(
        """SELECT coalesce(era, CASE WHEN kind = 'cable' THEN 'era unknown' ELSE 'no message' END) AS form, count(*)
           FROM documents WHERE status = 'done' GROUP BY form ORDER BY form"""
    ).fetchall()
    years = connection.execute(
        """SELECT year("time") AS of, count(*) FROM documents WHERE "time" IS NOT NULL GROUP BY of
           ORDER BY count(*) DESC, of LIMIT ?""",
        [_MOST_BARS],
    ).fetchall()
    posts = connection.execute(
        """SELECT post, count(*) FROM documents WHERE post IS NOT NULL GROUP BY post
           ORDER BY count(*) DESC, post LIMIT ?""",
        [_MOST_BARS],
    ).fetchall()
    cards = "".join(
        _card(title, _bars([(str(name), ((count, "plain"),)) for name, count in rows], title))
        for title, rows in (("Eras", eras), ("Years", sorted(years)), ("Posts", posts))
        if rows
    )
    return f"<h2>What they are</h2><div class='cards'>{cards}</div>" if cards else ""


def _first(connection: DuckDBPyConnection) -> str:
    rows = connection.execute(
        """SELECT key, output, checks_failed, field_confidence, len(missing_paragraphs), proposed, words
           FROM documents WHERE status = 'done' AND (checks_failed > 0 OR field_confidence < 0.5
             OR len(missing_paragraphs) > 0 OR proposed > 0)
           ORDER BY checks_failed DESC, len(missing_paragraphs) DESC, field_confidence NULLS LAST, proposed DESC, n
           LIMIT ?""",
        [_MOST_ROWS],
    ).fetchall()
    if not rows:
        return ""
    cells = [
        (_link(key, output), checks, "" if low is None else f"{low:.2f}", missing, proposed, words)
        for key, output, checks, low, missing, proposed, words in rows
    ]
    names = ("document", "checks that fail", "least sure field", "paragraphs missing", "proposals", "words")
    return (
        "<h2>Look at these first</h2><p>Most failing checks first, then missing paragraphs, then doubtful fields. "
        "A check that fails is news, not an error: senders make slips too.</p>"
        f"{_card('', _table(names, cells))}"
    )


def _failed(connection: DuckDBPyConnection) -> str:
    rows = connection.execute(
        "SELECT key, error, message FROM documents WHERE status = 'failed' ORDER BY n LIMIT ?", [_MOST_ROWS]
    ).fetchall()
    if not rows:
        return ""
    cells = [(_text(key), f'<span class="whole">{_text(error)}</span>', _text(message)) for key, error, message in rows]
    return f"<h2>Not restored</h2>{_card('', _table(('document', 'why', 'message'), cells))}"


_SHOWN = {
    "confusions": (
        "Recurrent confusions of the engine",
        "SELECT meant, seen, count, documents, rate FROM confusions ORDER BY count DESC, meant, seen LIMIT ?",
        ("printed", "read as", "times", "documents", "for each use"),
    ),
    "names": (
        "Names spelled another way than usual",
        """SELECT variant, usual, variant_documents, usual_documents FROM names
           GROUP BY ALL ORDER BY usual_documents DESC, usual, variant LIMIT ?""",
        ("here", "usual", "documents", "documents, usual"),
    ),
    "sequences": (
        "Message numbers that do not rise with the date",
        'SELECT key, post, number, "time", fault FROM sequences ORDER BY post, year, "time", n LIMIT ?',
        ("document", "post", "number", "date", "fault"),
    ),
    "references": (
        "References",
        'SELECT status, count(*) FROM "references" GROUP BY status ORDER BY status LIMIT ?',
        ("status", "references"),
    ),
    "duplicates": (
        "Documents that are there more than once",
        """SELECT kind, count(*) FROM duplicates WHERE kind <> 'first' GROUP BY kind ORDER BY kind LIMIT ?""",
        ("kind", "documents"),
    ),
}


def _across(root: Path, connection: DuckDBPyConnection) -> str:
    cards = []
    for name in ACROSS:
        if not (root / "across" / f"{name}.parquet").exists():
            continue
        title, sql, names = _SHOWN[name]
        rows = connection.execute(sql, [_MOST_ROWS]).fetchall()
        cells = [[_cell(value) for value in row] for row in rows]
        cards.append(_card(title, _table(names, cells) if cells else "<p class='soft'>None.</p>"))
    return f"<h2>Across documents</h2><div class='cards'>{''.join(cards)}</div>" if cards else ""


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, int):
        return value
    return _text("" if value is None else str(value) or "∅")


def _bars(rows: Sequence[Bar], title: str) -> str:
    """Horizontal bars with their sums."""
    left, right, step = 190, 430, 19
    longest = max((sum(value for value, _ in pieces) for _, pieces in rows), default=1) or 1
    scale = linear(0, longest, 0, right - left)
    parts = []
    for number, (label, pieces) in enumerate(rows):
        y, x = 4 + step * number, float(left)
        parts.append(text(label if len(label) < 30 else f"{label[:28]}…", left - 8, y + 12, "label", "end"))
        for value, kind in pieces:
            width = scale(value)
            parts.append(element("rect", x=x, y=y + 2, width=width, height=step - 6, class_=kind))
            x += width
        parts.append(text(f"{sum(value for value, _ in pieces):,}", x + 6, y + 12, "tick"))
    return picture(500, 10 + step * len(rows), title, *parts)


def _histogram(bins: Iterable[tuple[int, int, int]]) -> str:
    """Edits by confidence, in 20 classes."""
    found = {number: (applied, proposed) for number, applied, proposed in bins}
    highest = max((sum(pair) for pair in found.values()), default=1) or 1
    frame = Frame(50, 470, 20, 220, linear(0, 1, 50, 470), linear(0, highest, 220, 20))
    y_ticks = [(value, f"{value:,.0f}") for value in (0, highest / 2, highest)]
    parts = [frame.grid([(x / 5, f"{x / 5:g}") for x in range(6)], y_ticks, "confidence →", "repairs")]
    for number, pair in sorted(found.items()):
        bottom = 0
        for value, kind in zip(pair, ("applied", "proposed"), strict=True):
            top = frame.y(bottom + value)
            x = frame.x(number / _BINS) + 1
            height = frame.y(bottom) - top
            width = frame.x(1 / _BINS) - frame.x(0) - 2
            parts.append(element("rect", x=x, y=top, width=width, height=height, class_=kind))
            bottom += value
    return picture(500, 260, "Repairs by confidence", *parts)


def _card(title: str, inner: str) -> str:
    head = f"<h3>{html.escape(title)}</h3>" if title else ""
    return f'<div class="card">{head}{inner}</div>'


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table; cells that are texts are markup, numbers stand at the right."""
    numeric = [all(isinstance(row[k], int) for row in rows) for k in range(len(names))]
    kinds = [' class="number"' if number else "" for number in numeric]
    head = "".join(f"<th{kind}>{html.escape(name)}</th>" for name, kind in zip(names, kinds, strict=True))
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{kind}>{f'{cell:,}' if isinstance(cell, int) else cell}</td>"
            for cell, kind in zip(row, kinds, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _link(key: str, output: str | None) -> str:
    return f'<a href="{html.escape(quote(output))}">{_text(key)}</a>' if output else _text(key)


def _shown(value: str) -> str:
    return _text(value.replace("\n", "⏎").replace(" ", "␣") or "∅")


def _text(value: str) -> str:
    return html.escape(value, quote=False)
