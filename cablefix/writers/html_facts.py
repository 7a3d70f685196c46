"""What stands above the columns of the HTML page: the fields of the message, the cross-checks, and what to know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cablefix.cable.fields import Check, Field
from cablefix.restored import Restored
from cablefix.writers.html_text import number, text
from cablefix.writers.labels import field_label, field_names, status_word, value_lines

# The fields of the first table; all others stand in the second.
_MAIN = frozenset(
    {"subject", "from", "to", "info", "dtg_iso", "classification", "captions", "tags", "refs", "signature"}
)
# Other readings that are less likely than this are not worth a reader's time.
_LEAST = 0.05
_SIGNS = {"holds": "\u2713", "fails": "\u2717"}


def facts(restored: Restored) -> str:
    """The tables and notices; empty where there is nothing to tell."""
    tables = [*_fields(restored), *_checks(restored)]
    notices = "".join(f"<li>{notice}</li>" for notice in _notices(restored))
    listed = f'<ul class="notices">{notices}</ul>\n' if notices else ""
    if not tables:
        return listed
    return (
        f"{listed}<details open><summary>What the message says about itself</summary>\n"
        f'<div class="tables">{"".join(tables)}</div></details>\n'
    )


def _fields(restored: Restored) -> Iterator[str]:
    header = restored.document.header
    if header is None:
        return
    names = field_names(restored.document)
    for title, chosen in (
        ("Message", [name for name in names if name in _MAIN]),
        ("Transmission and handling", [name for name in names if name not in _MAIN]),
    ):
        if chosen:
            rows = "".join(_row(restored, header.fields[name]) for name in chosen)
            head = '<tr><th scope="col">Field</th><th scope="col">Value</th>'
            head += '<th scope="col">Line</th><th scope="col" title="confidence">Conf.</th></tr>'
            yield f"<table><caption>{title}</caption><thead>{head}</thead><tbody>{rows}</tbody></table>\n"


def _row(restored: Restored, field: Field) -> str:
    layout = restored.layout
    value = "<br>".join(text(line) for line in value_lines(field.value))
    others = "; ".join(
        f"{' '.join(value_lines(o.value))} ({o.confidence:.2f})" for o in field.alternatives if o.confidence >= _LEAST
    )
    other = f'<span class="other">or {text(others)}</span>' if others else ""
    where = ""
    if field.span.end > field.span.start:
        line = layout.line_at(field.span.start) + 1
        where = f'<a href="#L{line}">{line}</a>'
    low = ' class="low"' if field.confidence < restored.ledger.threshold else ""
    return (
        f'<tr><th scope="row">{text(field_label(field.name))}</th><td>{value}{other}</td>'
        f"<td>{where}</td><td{low}>{field.confidence:.2f}</td></tr>"
    )


def _checks(restored: Restored) -> Iterator[str]:
    """The cross-checks: those that do not hold in sight, those that hold folded away."""
    holds = [check for check in restored.checks if check.status == "holds"]
    others = [check for check in restored.checks if check.status != "holds"]
    parts = _check_table("Cross-checks", others) if others else ""
    if holds:
        summary = f"<summary>{number(len(holds), 'cross-check')} {'hold' if len(holds) > 1 else 'holds'}</summary>"
        parts += f'<details class="holding">{summary}{_check_table("", holds)}</details>'
    if parts:
        yield f"<div>{parts}</div>\n"


def _check_table(caption: str, checks: Sequence[Check]) -> str:
    rows = "".join(
        f'<tr class="{check.status}"><td><span class="sign" aria-hidden="true">'
        f"{_SIGNS.get(check.status, '?')}</span> {status_word(check.status)}</td><td>{text(check.text)}</td></tr>"
        for check in checks
    )
    head = '<tr><th scope="col">Result</th><th scope="col">Check</th></tr>'
    title = f"<caption>{caption}</caption>" if caption else ""
    return f'<table class="checks">{title}<thead>{head}</thead><tbody>{rows}</tbody></table>'


def _notices(restored: Restored) -> Iterator[str]:
    missing = restored.document.missing_paragraphs
    if missing:
        listed = ", ".join(str(n) for n in missing)
        yield f"Paragraphs that the numbering shows to be missing from the source: {listed}."
    starts = [block.source.start for block in restored.document.blocks]
    if starts != sorted(starts):
        yield "The sections of this message stand out of order in the source. This page keeps the order of the source."
    for warning in restored.source.warnings:
        yield text(warning)
    fails = sum(check.status == "fails" for check in restored.checks)
    if fails:
        yield f"{number(fails, 'cross-check')} failed; see the table below."
