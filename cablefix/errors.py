"""What can go wrong, as exceptions and as exit codes of the command line. Both are part of the interface."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the exit code of `cablefix` says.

    Where several files were given, it is that of the first one that failed.
    """

    FINE = 0
    INTERNAL = 1
    USAGE = 2
    INPUT = 3
    OUTPUT = 4
    INVALID = 5
    UNDO = 6
    PROFILE = 7
    QUALITY = 8
    INCOMPLETE = 9
    INTERRUPTED = 130
    BROKEN_PIPE = 141

    @property
    def meaning(self) -> str:
        """The code in a few words, as the help prints it.

        >>> ExitCode.INPUT.meaning
        'an input cannot be read'
        """
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.FINE: "all went well",
    ExitCode.INTERNAL: "a fault in cablefix itself; please report it",
    ExitCode.USAGE: "the command line is wrong",
    ExitCode.INPUT: "an input cannot be read",
    ExitCode.OUTPUT: "an output cannot be written",
    ExitCode.INVALID: "validate found a file that is not valid",
    ExitCode.UNDO: "the source or an edit cannot be brought back",
    ExitCode.PROFILE: "a profile or dictionary cannot be used",
    ExitCode.QUALITY: "bench --quick found that quality has fallen",
    ExitCode.INCOMPLETE: "corpus could not restore some documents; the others are done",
    ExitCode.INTERRUPTED: "interrupted (Ctrl-C)",
    ExitCode.BROKEN_PIPE: "the reader of standard output went away",
}


class CablefixError(ValueError):
    """Something that a caller gave cannot be used: the message names the file, the place and the remedy.

    `exit_code` is what the command line says of it.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.INPUT


def exit_code_table() -> str:
    """The exit codes, one a line."""
    return "\n".join(f"{code.value:>5}  {code.meaning}" for code in ExitCode)
