"""Messages between a process that gives out documents and one that works on them: pickles with their length before."""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

_HEAD = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Orders:
    """What a worker is told first: "module:function", a function to call before, seconds and MB for a document."""

    function: str
    warm_up: str
    timeout: float
    memory: int


class Request(NamedTuple):
    """A document to be worked on: its key, its bytes, the settings of the function."""

    key: str
    data: bytes
    settings: object


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a document was not restored: a kind as in the table of documents, a sentence, length and digest if known."""

    kind: str
    message: str
    size: int | None = None
    sha256: str = ""


def send(stream: IO[bytes], message: object) -> None:
    """Write a message. Raises OSError when nobody reads it."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_HEAD.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read a message. Raises EOFError when the other side is gone."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise EOFError
    (length,) = _HEAD.unpack(head)
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return pickle.loads(data)
