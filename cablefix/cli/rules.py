"""`cablefix rules`."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

import click

from cablefix.cli.failures import say
from cablefix.cli.outputs import to_json, write_stdout

_STAGES = ("furniture", "structure", "repairs")
_SHIPPED = ("cable", "prose", "faithful")

_EPILOG = """
Examples:

\b
  cablefix rules                             all rules
  cablefix rules spacing.apostrophes         what one rule does and leaves alone
"""


@click.command(epilog=_EPILOG)
@click.argument("names", nargs=-1, metavar="[RULE...]")
@click.option("--json", "as_json", is_flag=True, help="A list of JSON objects in place of the table.")
def rules(names: tuple[str, ...], as_json: bool) -> None:
    """List the rules: name, what each repairs or marks, and the profiles that use it.

    With the name of a rule, of a family of rules, or of a repair that `explain` shows: all that is known about it.
    """
    from cablefix.profiles import load_profile
    from cablefix.rules.registry import RULES

    users: dict[str, list[str]] = {name: [] for name in RULES}
    for profile in map(load_profile, _SHIPPED):
        for stage in _STAGES:
            for name in getattr(profile, stage):
                users[name].append(profile.name)
    chosen = list(RULES)
    if names:
        wanted = {rule for name in names for rule in _rules_called(name, RULES)}
        chosen = [name for name in RULES if name in wanted]
    docs = {name: inspect.getdoc(RULES[name]) or "" for name in chosen}
    if as_json:
        rows = [{"rule": name, "about": docs[name], "profiles": users[name]} for name in chosen]
        write_stdout(to_json(rows))
    elif names:
        _print_whole(docs, users)
    else:
        _print_list(docs, users)


def _rules_called(name: str, rules: Iterable[str]) -> list[str]:
    """The rules that a name stands for. Of a repair it is the singular of its rule's, else only the family agrees."""
    family, _, rest = name.partition(".")
    relatives = [rule for rule in rules if rule.partition(".")[0] == family]
    if not relatives:
        raise click.BadParameter(f"there is no rule {name!r}; `cablefix rules` lists them", param_hint="RULE")
    found = [rule for rule in relatives if rule in (name, f"{name}s", f"{name}es")]
    if rest and not found:
        say(f"no rule is called {name!r}; these are the rules of the family {family!r}")
    return found or relatives


def _print_whole(docs: dict[str, str], users: dict[str, list[str]]) -> None:
    from rich.text import Text

    from cablefix.cli.console import data_console

    console = data_console()
    for name, doc in docs.items():
        console.print(Text(name, "bold cyan"), Text(f"  ({', '.join(users[name]) or 'in no shipped profile'})", "dim"))
        console.print(Text(doc + "\n"), soft_wrap=True)


def _print_list(docs: dict[str, str], users: dict[str, list[str]]) -> None:
    from rich import box
    from rich.table import Table

    from cablefix.cli.console import data_console

    console = data_console()
    wide = console.width >= 110
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("rule", style="cyan", no_wrap=True)
    table.add_column("what it does")
    if wide:
        table.add_column("profiles", style="dim", no_wrap=True)
    for name, doc in docs.items():
        row = [name, " ".join(doc.partition("\n\n")[0].split())]
        table.add_row(*row, *([", ".join(users[name])] if wide else []))
    console.print(table)
