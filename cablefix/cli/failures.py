"""Failures: what went wrong with which file, what helps, and the exit code that says so."""

from __future__ import annotations

import os

import click

from cablefix.errors import CablefixError, ExitCode


class Failure(Exception):
    """A command cannot go on. The message is one line that names the file, the place and the remedy."""

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.code = code


def as_failure(error: Exception) -> Failure | None:
    """The failure that an error is for the command line; None where it is a fault of cablefix itself."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else "an output cannot be written: "
        reason = error.strerror or str(error)
        return Failure(f"{name}{reason}; check the path, its permissions and the space left", ExitCode.OUTPUT)
    return Failure(str(error), error.exit_code) if isinstance(error, CablefixError) else None


def say_error(failure: Failure) -> None:
    """Print a failure on standard error, in one line."""
    _echo("error:", "red", one_line(str(failure)))


def say(message: str) -> None:
    """Print a message on standard error."""
    click.echo(message, err=True)


def warn(message: str) -> None:
    """Print a warning on standard error, in one line."""
    _echo("warning:", "yellow", one_line(message))


def _echo(label: str, colour: str, message: str) -> None:
    # click leaves colours out where standard error is no terminal; https://no-color.org is for those who want none.
    plain = False if os.environ.get("NO_COLOR") else None
    click.echo(f"{click.style(label, fg=colour, bold=True)} {message}", err=True, color=plain)


def one_line(text: str) -> str:
    """Text as one line without control characters, for messages.

    >>> one_line("cable\\x1b[2J.txt:\\n not found")
    'cable\\u241b[2J.txt: not found'
    """
    return visible(" ".join(text.split()))


_CONTROLS = {
    **{code: chr(0x2400 + code) for code in range(32)},
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    **dict.fromkeys((0x200B, 0x2060, 0xFEFF), "\ufffd"),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"),
}


def visible(text: str) -> str:
    """Text with its control characters as pictures, so that no input can steer the terminal.

    >>> visible("a\\x00b\\nc")
    'a\\u2400b\\u240ac'
    """
    return text.translate(_CONTROLS)
