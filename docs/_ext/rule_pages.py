"""The directive ``.. rules::``: a page that explains every rule, made from the rules' own docstrings.

It imports every module of ``cablefix.rules`` and writes a section for each that has rules, and in it one for each
rule with its docstring. A rule is a public function that takes a view and a context.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

Rule = Callable[..., object]


def modules() -> list[ModuleType]:
    """The modules of ``cablefix.rules``, by name."""
    package = importlib.import_module("cablefix.rules")
    found = pkgutil.walk_packages(package.__path__, "cablefix.rules.")
    return [importlib.import_module(info.name) for info in sorted(found, key=lambda info: info.name)]


def rules_of(module: ModuleType) -> Iterator[tuple[str, Rule]]:
    """The rules that a module defines, in the order of its text, with their names."""
    family = module.__name__.rpartition(".")[2]
    rules = [
        value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
        if list(inspect.signature(value).parameters)[:2] == ["view", "context"]
    ]
    for rule in sorted(rules, key=lambda rule: rule.__code__.co_firstlineno):
        yield f"{family}.{rule.__name__}", rule


class Rules(SphinxDirective):
    """``.. rules::``."""

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()
        return [section for module in modules() if (section := self.family(module)) is not None]

    def family(self, module: ModuleType) -> nodes.section | None:
        """A section for one module; none for a module without rules."""
        rules = list(rules_of(module))
        if not rules:
            return None
        name = module.__name__.rpartition(".")[2]
        section = self.titled(name, f"rules-{name}")
        self.parse(inspect.getdoc(module) or "", module.__name__, section)
        for rule_name, rule in rules:
            section += self.rule(rule_name, rule)
        return section

    def rule(self, name: str, rule: Rule) -> nodes.section:
        """A section for one rule."""
        section = self.titled(name, f"rule-{name}")
        self.parse(inspect.getdoc(rule) or "", name, section)
        return section

    def titled(self, title: str, label: str) -> nodes.section:
        """An empty section with its heading and its anchor."""
        section = nodes.section("", nodes.title(title, title), ids=[nodes.make_id(label)], names=[label])
        self.state.document.note_implicit_target(section)
        return section

    def parse(self, text: str, source: str, parent: nodes.Element) -> None:
        """Parse a docstring as reStructuredText into parent."""
        lines = StringList([*text.splitlines(), ""], source=source)
        self.state.nested_parse(lines, 0, parent)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("rules", Rules)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
