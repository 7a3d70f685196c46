"""The directive ``{commands}``: the command line's reference, made from the commands themselves.

It walks the click group named by its argument (``package.module:attribute``) and writes a section for each
command: usage, help text, arguments and options. Nothing is written twice, so nothing can go stale.
"""

from __future__ import annotations

import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def walk(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[click.Context]:
    """A context for a command and, depth first, for each of its subcommands that is not hidden."""
    context = click.Context(command, info_name=name, parent=parent, terminal_width=88)
    yield context
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            subcommand = command.get_command(context, child)
            if subcommand is not None and not subcommand.hidden:
                yield from walk(subcommand, child, context)


def prose(text: str) -> list[nodes.Node]:
    """Paragraphs of a click help text; those that \\b marks become literal blocks."""
    made: list[nodes.Node] = []
    for block in re.split(r"\n\s*\n", inspect.cleandoc(text).split("\f")[0].strip()):
        if block.startswith("\b"):
            literal = textwrap.dedent(block[1:].lstrip("\n"))
            made.append(nodes.literal_block(literal, literal, language="none"))
        elif block:
            made.append(nodes.paragraph("", "", *inline(" ".join(block.split()))))
    return made


def inline(text: str) -> list[nodes.Node]:
    """Text in which what stands between backticks is set as code."""
    parts = re.split(r"`+([^`]+)`+", text)
    return [nodes.literal(part, part) if odd % 2 else nodes.Text(part) for odd, part in enumerate(parts) if part]


def options(context: click.Context) -> nodes.definition_list | None:
    """Arguments and options with their help."""
    items = []
    for parameter in context.command.get_params(context):
        if getattr(parameter, "hidden", False) or "--help" in parameter.opts:
            continue
        names, text = parameter.get_help_record(context) or (parameter.make_metavar(context), "")
        if isinstance(parameter, click.Argument) and not text:
            continue  # the usage line and the help text say all there is
        term = nodes.term("", "", nodes.literal(names, names))
        definition = nodes.definition("", nodes.paragraph("", "", *inline(text)))
        items.append(nodes.definition_list_item("", term, definition))
    return nodes.definition_list("", *items) if items else None


class Commands(SphinxDirective):
    """``{commands} package.module:attribute``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()
        module, _, attribute = self.arguments[0].partition(":")
        root = getattr(importlib.import_module(module), attribute)
        return [self.section(context) for context in walk(root, root.name or module.split(".")[0])]

    def section(self, context: click.Context) -> nodes.section:
        """One command."""
        name = context.command_path
        section = nodes.section("", nodes.title(name, name), ids=[nodes.make_id(name)], names=[name])
        self.state.document.note_implicit_target(section)
        usage = context.command.get_usage(context).removeprefix("Usage: ")
        section += nodes.literal_block(usage, usage, language="none")
        section += prose(context.command.help or "")
        section += options(context) or []
        section += prose(context.command.epilog or "")
        return section


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("commands", Commands)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
