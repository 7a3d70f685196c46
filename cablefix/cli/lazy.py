"""A click group that loads its commands when they are asked for, and turns failures into one line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from cablefix.cli.failures import Failure, as_failure, say_error
from cablefix.errors import ExitCode


class LazyGroup(click.Group):
    """A group whose commands are named as "package.module:attribute"."""

    def __init__(self, *args: Any, targets: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._targets = targets

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands in the order in which one meets them."""
        return list(self._targets)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, None where there is none."""
        target = self._targets.get(cmd_name)
        if target is None:
            return None
        module, _, attribute = target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click has it, with a hint where a file stands in the place of the command."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if not args or not os.path.exists(args[0]):
                raise
            hint = f"{error.message} To restore this file: cablefix restore {args[0]}"
            raise click.UsageError(hint, ctx) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. A broken pipe is seen here, before click makes an exit code of its own of it."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # What is still in the buffer would raise again when the interpreter ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(ExitCode.BROKEN_PIPE)
        return result

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line. In standalone mode, the usual one, this exits with an `ExitCode`."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, **extra)
        for stream in (sys.stdout, sys.stderr):
            # A terminal or pipe in another encoding than UTF-8 gets an escape for an arrow, and not a traceback.
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            code = super().main(args, prog_name, complete_var, False, **extra)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted", err=True)
            sys.exit(ExitCode.INTERRUPTED)
        except (Failure, OSError, ValueError) as error:
            failure = as_failure(error)
            if failure is None:
                raise
            say_error(failure)
            sys.exit(failure.code)
        sys.exit(code if isinstance(code, int) else ExitCode.FINE)
