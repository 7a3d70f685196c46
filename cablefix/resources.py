"""Where the data files that come with cablefix are found.

Code tables, word lists and profiles are plain files. In a source checkout they lie in the folder
``dictionaries/`` beside the package; in an installed wheel the same folder lies inside the package.
Everything that reads a shipped file asks here, so no other module needs to know which of the two it runs
from.
"""

from __future__ import annotations

from pathlib import Path

from cablefix.errors import CablefixError, ExitCode

__all__ = ["DictionaryError", "dictionary_path", "dictionary_root"]

_PACKAGE = Path(__file__).resolve().parent
_MARKER = "SOURCES.md"


class DictionaryError(CablefixError):
    """A dictionary file is missing or cannot be read as what it claims to be.

    The message names the file, the line where there is one, and what to do about it.
    """

    exit_code = ExitCode.PROFILE


def dictionary_root() -> Path:
    """The folder that holds the shipped dictionaries.

    The installed copy inside the package is preferred; a source checkout has none, and there the folder
    beside the package is used.

    :raises DictionaryError: when neither exists.

    >>> dictionary_root().name
    'dictionaries'
    """
    candidates = (_PACKAGE / "dictionaries", _PACKAGE.parent / "dictionaries")
    for folder in candidates:
        if (folder / _MARKER).is_file():
            return folder
    looked = " or ".join(str(folder) for folder in candidates)
    raise DictionaryError(
        f"the dictionaries of cablefix are missing: looked for {_MARKER} in {looked}. "
        "Install the package again, or run from a complete checkout of the repository."
    )


def dictionary_path(name: str) -> Path:
    """The path of one shipped file or folder, such as ``"codes/months.tsv"``.

    ``name`` is relative to the dictionaries folder and uses forward slashes.

    :raises DictionaryError: when there is no such file or folder, or when ``name`` points outside the
        dictionaries.

    >>> dictionary_path("codes/months.tsv").is_file()
    True
    >>> dictionary_path("codes/no-such-table.tsv")
    Traceback (most recent call last):
    ...
    cablefix.resources.DictionaryError: no dictionary codes/no-such-table.tsv in ...
    """
    root = dictionary_root()
    path = root.joinpath(*name.split("/"))
    if not path.resolve().is_relative_to(root.resolve()):
        raise DictionaryError(
            f"the dictionary name {name!r} points outside {root}: give a name relative to that folder."
        )
    if not path.exists():
        raise DictionaryError(
            f"no dictionary {name} in {root}. Check the name; if the file is lost, install the package again."
        )
    return path
