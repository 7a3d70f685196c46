"""The list of repairs beside the columns of the HTML page, with its filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from cablefix.ledger import Edit
from cablefix.restored import Restored
from cablefix.writers.html_text import plain, shown, text


def filters(restored: Restored) -> str:
    """Checkboxes for states and rules, with counts. The page's script shows them; without it they stay away."""
    listed = _listed(restored)
    states = Counter(state for _, state in listed)
    rules = Counter(edit.rule for edit, _ in listed)
    if not listed:
        return ""
    boxes = "".join(_box("status", name, name, states[name]) for name in ("applied", "proposed") if states[name])
    kinds = "".join(_box("rule", rule, rule, count) for rule, count in sorted(rules.items()))
    return (
        f'<fieldset class="states"><legend>Show repairs that are</legend>{boxes}</fieldset>\n'
        f'<details class="rules"><summary>Rules <span class="count" id="rules-shown">all {len(rules)}</span></summary>'
        f'<fieldset><legend class="hidden">Show repairs of these rules</legend>{kinds}'
        f'<button type="button" id="all-rules">all</button> <button type="button" id="no-rules">none</button>'
        f"</fieldset></details>\n"
    )


def _box(name: str, value: str, label: str, count: int) -> str:
    return (
        f'<label><input type="checkbox" name="{name}" value="{plain(value)}" checked> {text(label)} '
        f'<span class="count">{count:,}</span></label>'
    )


def repairs(restored: Restored, placed: Collection[str]) -> str:
    """The list; `placed` are the ids of the marks in the columns."""
    items = "".join(_item(restored, edit, state, placed) for edit, state in _listed(restored))
    if not items:
        return '<p class="nothing">No repair was needed: only the layout of the lines was read.</p>'
    return f'<ol id="list">\n{items}</ol>\n'


def _listed(restored: Restored) -> list[tuple[Edit, str]]:
    """Applied repairs and proposals in the order of the source."""
    both = [(edit, "applied") for edit in restored.applied] + [(edit, "proposed") for edit in restored.proposed]
    return sorted(both, key=lambda pair: (pair[0].start, pair[0].end))


def _item(restored: Restored, edit: Edit, state: str, placed: Collection[str]) -> str:
    layout = restored.layout
    line = layout.line_at(edit.start)
    column = edit.start - int(layout.line_start[line]) + 1
    key = edit.id
    target = next((f"{side}-{key}" for side in "ts" if f"{side}-{key}" in placed), f"L{line + 1}")
    reasons = "".join(f"<li>{text(item.text)}</li>" for item in edit.evidence)
    why = f'<ul id="d-{key}">{reasons}</ul>' if reasons else f'<p id="d-{key}">no reasons given</p>'
    sign = "" if state == "applied" else '<span class="ask" aria-hidden="true">?</span> '
    where = f'<a href="#{target}" title="go to the text">line {line + 1}<span class="col">:{column}</span></a>'
    return (
        f'<li id="r-{key}" class="{state}" data-e="{key}" data-rule="{plain(edit.rule)}" data-status="{state}">'
        f'<p class="what">{where} {sign}'
        f'<del>{shown(edit.before)}</del> <span class="to">\u2192</span> <ins>{shown(edit.after)}</ins></p>'
        f'<p class="how">{text(edit.rule)} <span class="state">{state}, {edit.confidence:.2f}</span></p>{why}'
        f'<p class="id">{key}</p></li>\n'
    )
