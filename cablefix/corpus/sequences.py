"""Message numbers rise with the date within a post and a year: the messages that do not fit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from cablefix.corpus.database import rows_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LEAST = 5  # messages of a post in a year, to speak of an order
_SHARE = 0.6  # of them in order
# A number is given when a message is drafted; it may leave some days after one with a higher number.
_SLACK = timedelta(days=3)

_MESSAGES = """
    SELECT post, year("time") AS of_year, n, key, number, "time" FROM documents
    WHERE status = 'done' AND post IS NOT NULL AND number IS NOT NULL AND "time" IS NOT NULL
    ORDER BY post, of_year, "time", number, n
"""


class Message(NamedTuple):
    """A message of one post and year."""

    n: int
    key: str
    number: int
    time: datetime


def find_sequence_faults(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Rows of the table of sequences, by post and year."""
    rows = []
    for (post, year), group in groupby(rows_of(connection, _MESSAGES), key=lambda row: (row[0], row[1])):
        messages = [Message(*row[2:]) for row in group]
        for message, fault, around in faults_in(messages):
            rows.append({"post": post, "year": year, **message._asdict(), "fault": fault, **around})
    return rows


def faults_in(messages: Sequence[Message]) -> Iterator[tuple[Message, str, dict[str, Any]]]:
    """The messages of one post and year that do not fit, in the order of time; `messages` must be in that order.

    Those that are in order are a longest sequence of messages whose numbers do not fall. A message outside of it is
    a fault when its time does not lie between those of the messages with the next numbers, some days allowed.

    >>> days = [datetime(1974, 3, day) for day in (1, 5, 9, 14, 20, 26)]
    >>> numbers = [410, 460, 515, 8570, 620, 700]
    >>> rows = [Message(i, f"m{i}", number, day) for i, (number, day) in enumerate(zip(numbers, days))]
    >>> [(m.number, fault, around["lowest"], around["highest"]) for m, fault, around in faults_in(rows)]
    [(8570, 'out of order', 515, 620)]
    """
    kept = rising([message.number for message in messages])
    in_order = [messages[place] for place in kept]
    lies = set(kept)
    twice = _used_twice(messages)
    ordered = len(messages) >= _LEAST and len(kept) >= _SHARE * len(messages)
    numbers, times = [m.number for m in in_order], [m.time for m in in_order]
    for place, message in enumerate(messages):
        if ordered and place not in lies:
            after = bisect_right(numbers, message.number)
            earliest = in_order[after - 1].time if after else None
            latest = in_order[after].time if after < len(in_order) else None
            early = earliest is not None and message.time < earliest - _SLACK
            late = latest is not None and message.time > latest + _SLACK
            if early or late:
                then = bisect_right(times, message.time)
                around = {
                    "earliest": earliest,
                    "latest": latest,
                    "lowest": numbers[then - 1] if then else None,
                    "highest": numbers[then] if then < len(numbers) else None,
                }
                yield message, "out of order", around
                continue
        if message.number in twice:
            yield message, "used twice", {}


def rising(numbers: Sequence[int]) -> list[int]:
    """The places of a longest subsequence that does not fall (patience sorting, n log n).

    >>> rising([1, 7, 3, 3, 9, 4])
    [0, 2, 3, 5]
    """
    ends: list[int] = []
    values: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        at = bisect_right(values, number)
        before.append(ends[at - 1] if at else -1)
        if at == len(values):
            values.append(number)
            ends.append(place)
        else:
            values[at], ends[at] = number, place
    chain = []
    place = ends[-1] if ends else -1
    while place >= 0:
        chain.append(place)
        place = before[place]
    return chain[::-1]


def _used_twice(messages: Sequence[Message]) -> set[int]:
    """Numbers that stand under different dates; sections and copies of one message have one date-time group."""
    times: dict[int, set[datetime]] = {}
    for message in messages:
        times.setdefault(message.number, set()).add(message.time)
    return {number for number, found in times.items() if len(found) > 1}
