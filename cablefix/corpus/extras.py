"""What a corpus needs beyond the core: optional packages, asked for by the name of the extra that brings them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from cablefix.errors import CablefixError, ExitCode


class CorpusError(CablefixError):
    """A corpus cannot be worked on; the message names the place and the remedy."""


class OrderError(CorpusError):
    """What is asked of a corpus makes no sense, or does not go with how the corpus was made."""

    exit_code = ExitCode.USAGE


def need(module: str, extra: str = "corpus") -> Any:
    """An optional module. Raises CorpusError naming the extra where it is not installed.

    >>> need("no_such_module", "dask")
    Traceback (most recent call last):
    ...
    cablefix.corpus.extras.CorpusError: this needs no_such_module; install it with: pip install 'cablefix[dask]'
    """
    try:
        return import_module(module)
    except ImportError as error:
        name = module.partition(".")[0]
        raise CorpusError(f"this needs {name}; install it with: pip install 'cablefix[{extra}]'") from error
