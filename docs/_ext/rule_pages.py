"""The directive ``.. rules::``: a page that explains every rule, made from the rules' own docstrings.

It takes the rules from ``cablefix.rules.registry`` and writes a section for each of their modules, with the names
under which the ledger keeps their edits, and in it one for each rule.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from types import ModuleType

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

Rule = Callable[..., object]


def families() -> dict[str, dict[str, Rule]]:
    """The registered rules by the module that defines them, in the order of the register."""
    registry = importlib.import_module("cablefix.rules.registry")
    found: dict[str, dict[str, Rule]] = defaultdict(dict)
    for name, rule in registry.RULES.items():
        found[rule.__module__][name] = rule
    return found


def ledger_names(module: ModuleType, family: str) -> list[str]:
    """The names of edits and layout marks that a module's code writes, such as "hyphens.drop"."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        for text in texts(node):
            if re.fullmatch(rf"{re.escape(family)}\.[a-z.*-]+", text):
                names.add(text)
    return sorted(names)


def texts(node: ast.AST) -> Iterator[str]:
    """A string in the code; in a formatted one a star stands for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)


class Rules(SphinxDirective):
    """``.. rules::``."""

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()
        return [self.family(name, rules) for name, rules in families().items()]

    def family(self, module_name: str, rules: dict[str, Rule]) -> nodes.section:
        """A section for one module."""
        module = importlib.import_module(module_name)
        name = module_name.rpartition(".")[2]
        section = self.titled(name, f"rules-{name}")
        self.parse(inspect.getdoc(module) or "", module_name, section)
        written = ", ".join(f"``{text}``" for text in ledger_names(module, name) if not text.endswith("."))
        if written:
            self.parse(f"In the ledger: {written}.", module_name, section)
        for rule_name, rule in rules.items():
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
