"""People who sign cables: chiefs of mission by post and date, and the officers of the Department."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property

from cablefix.cable.entries import Officer, day_or_none
from cablefix.cable.posts import PostTables

__all__ = ["OfficerTables"]


def _in_office(officers: Iterable[Officer], day: date, slack: int) -> Iterator[Officer]:
    """Those who held office on a day, their terms widened by some days."""
    earliest, latest = day - timedelta(days=slack), day + timedelta(days=slack)
    for officer in officers:
        start, end = officer.start, officer.end
        if start <= latest and (end is None or end >= earliest):
            yield officer


class OfficerTables(PostTables):
    """The tables of chiefs of mission and of principal officers: large, and read only when asked for."""

    @cached_property
    def _chief_rows(self) -> Mapping[str, list[list[str]]]:
        found: dict[str, list[list[str]]] = {}
        for row in self.rows("chiefs_of_mission"):
            found.setdefault(row[0], []).append(row)
        return found

    @cached_property
    def _chiefs(self) -> dict[str, tuple[Officer, ...]]:
        return {}

    def _chiefs_in(self, territory: str) -> tuple[Officer, ...]:
        """Chiefs of mission in one territory; dates are parsed for the territories asked for only."""
        if territory not in self._chiefs:
            self._chiefs[territory] = tuple(
                Officer(surname, forename, role, mission, date.fromisoformat(start), day_or_none(end))
                for mission, role, surname, forename, start, end in self._chief_rows.get(territory, ())
            )
        return self._chiefs[territory]

    def chiefs_of_mission(self, post_or_territory: str, day: date, *, slack: int = 0) -> tuple[Officer, ...]:
        """Chiefs of mission in office on a day, by post (``"MOSCOW"``) or territory (``"russia"``).

        Consulates have none. Most chargés d'affaires are not in the source, so nobody found, or another
        surname than the one that signs, proves nothing. ``slack`` widens each term by a number of days.

        >>> from cablefix.cable.codes import load_codes
        >>> [officer.surname for officer in load_codes().chiefs_of_mission("LONDON", date(1962, 5, 1))]
        ['Bruce']
        """
        known = post_or_territory in self._chief_rows
        territories = (post_or_territory,) if known else self.territories_of(post_or_territory, day.year)
        return tuple(
            officer for territory in territories for officer in _in_office(self._chiefs_in(territory), day, slack)
        )

    @cached_property
    def _principals(self) -> tuple[Officer, ...]:
        return tuple(
            Officer(surname, forename, position, "", date.fromisoformat(start), day_or_none(end))
            for position, surname, forename, start, end in self.rows("principal_officers")
        )

    def principal_officers(self, day: date, *, positions: Sequence[str] = (), slack: int = 0) -> tuple[Officer, ...]:
        """Officers of the Department in office on a day.

        Telegrams of STATE are signed with the name of the Secretary or of the officer who acts for him.
        ``positions`` keeps only those positions, such as ``("secretary", "secretary-ad-interim",
        "deputy-secretary", "under-secretary")``; ``slack`` widens each term by a number of days.

        >>> from cablefix.cable.codes import load_codes
        >>> officers = load_codes().principal_officers(date(1968, 6, 1), positions=("secretary",))
        >>> [officer.surname for officer in officers]
        ['Rusk']
        """
        return tuple(
            officer
            for officer in _in_office(self._principals, day, slack)
            if not positions or officer.role in positions
        )
