"""Look-ups in the code tables of cables: precedence, classification, TAGS by era, routing indicators, posts, officers.

Nothing is read before it is asked for: each table is loaded at its first use and kept. A user's own tables are laid
over ours by giving their folders to :func:`load_codes`; ``dictionaries/SOURCES.md`` says where ours come from.

>>> codes = load_codes()
>>> codes.precedences_by_digraph["OO"].word
'IMMEDIATE'
>>> codes.tag_meaning("GE", 1976), codes.tag_meaning("GE", 2007)
('Germany (East)', None)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path

from cablefix.cable.entries import (
    Addressee,
    Caption,
    Classification,
    ExecutiveOrder,
    Month,
    Office,
    Officer,
    Post,
    Precedence,
    Signal,
    TagEntry,
    Territory,
)
from cablefix.cable.tables import check_folders, read_rows

__all__ = [
    "Addressee",
    "Caption",
    "Classification",
    "Codes",
    "ExecutiveOrder",
    "Month",
    "Office",
    "Officer",
    "Post",
    "Precedence",
    "Signal",
    "TagEntry",
    "Territory",
    "load_codes",
    "upper_name",
]


_OPEN = 9999
_MAJOR = ("department", "embassy", "mission", "legation", "office", "delegation")
_KINDS = (*_MAJOR, "consulate-general", "consulate", "branch-office")


def _year(value: str, otherwise: int) -> int:
    return int(value) if value else otherwise


def _values(field: str) -> tuple[str, ...]:
    return tuple(field.split("|")) if field else ()


def _day(value: str) -> date | None:
    return date.fromisoformat(value) if value else None


def upper_name(text: str) -> str:
    """A name as a telegram prints it: capitals, no accents, no apostrophes, single spaces.

    >>> upper_name("N’Djamena"), upper_name("São  Paulo")
    ('NDJAMENA', 'SAO PAULO')
    """
    if text.isascii():
        plain = text
    else:
        plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return " ".join(plain.replace("’", "").replace("'", "").upper().split())


class Codes:
    """The code tables, each read at its first use.

    Get one from :func:`load_codes`, which keeps it for the next caller. All mappings are to be read, not changed.

    :param folders: folders of the user's own tables; those of later folders win.
    """

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self.folders = tuple(folders)

    def _rows(self, table: str) -> list[list[str]]:
        return read_rows(table, self.folders)

    # --- precedence, classification, captions ---------------------------------------------------------------

    @cached_property
    def precedences(self) -> Mapping[str, Precedence]:
        """Precedences by their word; ``"NIACT IMMEDIATE"`` is one word here."""
        rows = self._rows("precedence")
        return {
            word: Precedence(word, letter, pair, int(rank), note) for word, letter, pair, rank, note in rows
        }

    @cached_property
    def precedences_by_prosign(self) -> Mapping[str, Precedence]:
        """Precedences by the letter of the date-time group: Z, O, P, R (and Y, which is rare)."""
        return {item.prosign: item for item in reversed(list(self.precedences.values()))}

    @cached_property
    def precedences_by_digraph(self) -> Mapping[str, Precedence]:
        """Precedences by the digraph of format line 2: ZZ, OO, PP, RR."""
        return {item.digraph: item for item in reversed(list(self.precedences.values()))}

    @cached_property
    def classifications(self) -> Mapping[str, Classification]:
        """Levels by name, the highest first."""
        return {
            level: Classification(level, float(rank), signal, letters, header, _values(forms), _values(marks))
            for level, rank, signal, letters, header, forms, marks in self._rows("classification")
        }

    @cached_property
    def classification_forms(self) -> Mapping[str, Classification]:
        """Levels by each printed form, spaces closed up: ``"TOPSECRET"``, ``"UNCLAS"``, ``"LIMITEDOFFICIALUSE"``."""
        return {form.replace(" ", ""): item for item in self.classifications.values() for form in item.forms}

    @cached_property
    def portion_marks(self) -> Mapping[str, Classification]:
        """Levels by portion mark without brackets: ``"C"``, ``"SBU"``, ``"TS"``."""
        return {mark: item for item in self.classifications.values() for mark in item.portion_marks}

    @cached_property
    def classifications_by_letter(self) -> Mapping[str, tuple[Classification, ...]]:
        """Levels by the letter that format line 4 repeats: ``"C"``, ``"S"``, ``"U"``; the plain level comes first."""
        found: dict[str, tuple[Classification, ...]] = {}
        for item in reversed(list(self.classifications.values())):
            if item.letters:
                found[item.letters[0]] = (*found.get(item.letters[0], ()), item)
        return found

    @cached_property
    def captions(self) -> Mapping[str, Caption]:
        """Captions by their text."""
        return {row[0]: Caption(*row) for row in self._rows("captions")}

    # --- dates and orders -----------------------------------------------------------------------------------

    @cached_property
    def months(self) -> Mapping[str, Month]:
        """Months by three-letter form, by whole name and by other spellings seen (``SEPT``), in capitals."""
        return {word: Month(word, int(number), int(days)) for word, number, days in self._rows("months")}

    @cached_property
    def executive_orders(self) -> Mapping[str, ExecutiveOrder]:
        """Executive orders on classified information by number, the oldest first."""
        return {
            eo: ExecutiveOrder(
                eo,
                date.fromisoformat(signed),
                date.fromisoformat(effective),
                _day(until),
                kind,
                _values(forms),
                _values(reasons),
                note,
            )
            for eo, signed, effective, until, kind, forms, reasons, note in self._rows("executive_orders")
        }

    def executive_order(self, eo: str) -> ExecutiveOrder | None:
        """One order by its number, with or without ``E.O.`` before it.

        >>> load_codes().executive_order("E.O. 12356").effective.isoformat()
        '1982-08-01'
        """
        digits = "".join(c for c in eo if c.isdigit())
        return self.executive_orders.get(digits)

    def executive_orders_in_force(self, day: date, *, slack: int = 0) -> tuple[ExecutiveOrder, ...]:
        """The orders in force on a day, the oldest first; amendments in force are among them.

        ``slack`` is a number of days: posts went on citing the old order for some time, and a few were early.

        >>> [order.eo for order in load_codes().executive_orders_in_force(date(2007, 2, 1))]
        ['12958', '13292']
        >>> [order.eo for order in load_codes().executive_orders_in_force(date(1982, 8, 20), slack=60)]
        ['12065', '12356']
        """
        margin = timedelta(days=slack)
        return tuple(
            order
            for order in self.executive_orders.values()
            if order.effective - margin <= day and (order.until is None or day <= order.until + margin)
        )

    # --- TAGS -----------------------------------------------------------------------------------------------

    @cached_property
    def tags(self) -> Mapping[str, tuple[TagEntry, ...]]:
        """All meanings of each TAGS code, the oldest first."""
        found: dict[str, tuple[TagEntry, ...]] = {}
        for code, kind, meaning, first, last in self._rows("tags"):
            entry = TagEntry(code, kind, meaning, _year(first, 0), _year(last, _OPEN))
            found[code] = (*found.get(code, ()), entry)
        return found

    def is_tag(self, code: str, year: int | None = None) -> TagEntry | None:
        """The entry of a TAGS code in a year, or None when that year did not know the code.

        Without a year the latest entry is given. Program TAGS are an open list: four letters that begin with K, in
        use since the 1980s; one that is not in the table gives None here.

        >>> codes = load_codes()
        >>> codes.is_tag("UR", 1977).meaning, codes.is_tag("UR", 2007)
        ('Soviet Union', None)
        >>> codes.is_tag("PREL").kind
        'subject'
        """
        entries = self.tags.get(code, ())
        if year is None:
            return entries[-1] if entries else None
        fitting = [entry for entry in entries if entry.first <= year <= entry.last]
        return fitting[-1] if fitting else None

    def tag_meaning(self, code: str, year: int | None = None) -> str | None:
        """What a TAGS code means in a year; None when unknown.

        >>> load_codes().tag_meaning("RS", 2006)
        'Russia'
        """
        entry = self.is_tag(code, year)
        return entry.meaning or None if entry else None

    # --- routing indicators ---------------------------------------------------------------------------------

    @cached_property
    def _routing(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for ri, plad in self._rows("routing"):
            found[ri] = (*found.get(ri, ()), plad)
        return found

    @cached_property
    def _routing_of(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for ri, plads in self._routing.items():
            for plad in plads:
                found[plad] = (*found.get(plad, ()), ri)
        return found

    @property
    def routing_indicators(self) -> Mapping[str, tuple[str, ...]]:
        """Plain-language addresses by routing indicator."""
        return self._routing

    def routing(self, ri: str) -> tuple[str, ...]:
        """The plain-language addresses of a routing indicator; empty when it is not known.

        >>> load_codes().routing("RUEHOT")
        ('AMEMBASSY OTTAWA',)
        """
        return self._routing.get(ri, ())

    def routing_of(self, plad: str) -> tuple[str, ...]:
        """The routing indicators of a plain-language address; empty when it is not known.

        >>> load_codes().routing_of("AMEMBASSY OTTAWA")
        ('RUEHOT',)
        """
        return self._routing_of.get(upper_name(plad), ())

    # --- posts and addressees -------------------------------------------------------------------------------

    @cached_property
    def _posts(self) -> Mapping[str, tuple[Post, ...]]:
        found: dict[str, tuple[Post, ...]] = {}
        for name, place, territory, kind, first, last, others in self._rows("posts"):
            post = Post(name, place, territory, kind, _year(first, 0), _year(last, _OPEN), _values(others))
            for key in (name, *post.alternates):
                found[key] = (*found.get(key, ()), post)
        order = {kind: rank for rank, kind in enumerate(_KINDS)}
        return {key: tuple(sorted(posts, key=lambda p: order.get(p.kind, 9))) for key, posts in found.items()}

    @cached_property
    def posts(self) -> frozenset[str]:
        """Names of posts in capitals as telegrams print them, alternate names included."""
        return frozenset(self._posts)

    def post(self, name: str, year: int | None = None) -> Post | None:
        """A post by its name or one of its other names; with a year, only one that was open then.

        Of several (an embassy after a consulate, the same name in two countries) the highest in rank is given.

        >>> codes = load_codes()
        >>> codes.post("Leopoldville", 1964).territory
        'congo-kinshasa'
        >>> codes.post("BONN", 1977).kind, codes.post("BONN", 2007)
        ('embassy', None)
        """
        for post in self._posts.get(upper_name(name), ()):
            if year is None or post.first <= year <= post.last:
                return post
        return None

    @cached_property
    def _short_posts(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name in sorted(self._posts):
            for short in {name[:6].strip(), name[:6].replace(" ", "")}:
                found[short] = (*found.get(short, ()), name)
        return found

    def posts_of_short(self, short: str) -> tuple[str, ...]:
        """The posts behind the name of six characters that page heads of 1965-79 print.

        >>> load_codes().posts_of_short("TEGUCI")
        ('TEGUCIGALPA',)
        """
        return self._short_posts.get(short, ())

    @cached_property
    def addressees(self) -> Mapping[str, Addressee]:
        """Head words of addresses and whole addresses that are no posts."""
        return {row[0]: Addressee(*row) for row in self._rows("addressees")}

    def is_addressee_head(self, word: str) -> bool:
        """Whether an address can begin with this word, such as ``AMEMBASSY`` or ``SECSTATE``.

        >>> load_codes().is_addressee_head("AMCONSUL"), load_codes().is_addressee_head("BUDGET")
        (True, False)
        """
        return word in self._addressee_heads

    @cached_property
    def _addressee_heads(self) -> frozenset[str]:
        return frozenset(name.split(" ", 1)[0] for name in self.addressees)

    # --- people ---------------------------------------------------------------------------------------------

    @cached_property
    def _chiefs(self) -> Mapping[str, tuple[Officer, ...]]:
        found: dict[str, list[Officer]] = {}
        for mission, role, surname, forename, start, end in self._rows("chiefs_of_mission"):
            officer = Officer(surname, forename, role, mission, date.fromisoformat(start), _day(end))
            found.setdefault(mission, []).append(officer)
        return {mission: tuple(officers) for mission, officers in found.items()}

    def chiefs_of_mission(self, post_or_territory: str, day: date, *, slack: int = 0) -> tuple[Officer, ...]:
        """Chiefs of mission in office on a day, by post (``"MOSCOW"``) or territory (``"russia"``).

        Consulates have none. Chargés d'affaires are mostly missing from the source, so that nobody found, or another
        surname than the one that signs, proves nothing. ``slack`` widens each term by a number of days.

        >>> [officer.surname for officer in load_codes().chiefs_of_mission("LONDON", date(1962, 5, 1))]
        ['Bruce']
        """
        margin = timedelta(days=slack)
        return tuple(
            officer
            for territory in self._territories_of(post_or_territory, day.year)
            for officer in self._chiefs.get(territory, ())
            if officer.start - margin <= day and (officer.end is None or day <= officer.end + margin)
        )

    def _territories_of(self, post_or_territory: str, year: int) -> Iterable[str]:
        if post_or_territory in self._chiefs:
            return (post_or_territory,)
        posts = self._posts.get(upper_name(post_or_territory), ())
        return dict.fromkeys(p.territory for p in posts if p.kind in _MAJOR and p.first <= year <= p.last)

    @cached_property
    def _principals(self) -> tuple[Officer, ...]:
        return tuple(
            Officer(surname, forename, position, "", date.fromisoformat(start), _day(end))
            for position, surname, forename, start, end in self._rows("principal_officers")
        )

    def principal_officers(self, day: date, *, positions: Sequence[str] = ()) -> tuple[Officer, ...]:
        """Officers of the Department in office on a day; telegrams of STATE are signed by the Secretary or who acts.

        ``positions`` keeps only those positions, such as ``("secretary", "deputy-secretary")``.

        >>> codes = load_codes()
        >>> [officer.surname for officer in codes.principal_officers(date(1968, 6, 1), positions=("secretary",))]
        ['Rusk']
        """
        return tuple(
            officer
            for officer in self._principals
            if officer.start <= day
            and (officer.end is None or day <= officer.end)
            and (not positions or officer.role in positions)
        )

    # --- the rest -------------------------------------------------------------------------------------------

    @cached_property
    def signals(self) -> Mapping[str, Signal]:
        """Operating signals and prosigns."""
        return {row[0]: Signal(*row) for row in self._rows("signals")}

    def signal_meaning(self, signal: str) -> str | None:
        """What an operating signal or a prosign means; None when unknown.

        >>> load_codes().signal_meaning("NNNN")
        'end of message'
        """
        entry = self.signals.get(signal)
        return entry.meaning if entry else None

    @cached_property
    def distribution_offices(self) -> Mapping[str, Office]:
        """Offices and agencies of the distribution lines of 1965-79."""
        return {
            office: Office(office, tuple(int(number) for number in _values(copies)), meaning)
            for office, copies, meaning in self._rows("distribution")
        }

    @cached_property
    def territories(self) -> Mapping[str, Territory]:
        """Countries and dependencies by the identifier that posts and missions use."""
        return {
            key: Territory(key, name, long_name, _year(first, 0), _year(last, _OPEN))
            for key, name, long_name, first, last in self._rows("territories")
        }

    @cached_property
    def abbreviations(self) -> Mapping[str, str]:
        """Abbreviations of telegrams with their meaning, spelt as printed (``Embtel``, ``GVN``)."""
        return {row[0]: row[1] for row in self._rows("abbreviations")}


def load_codes(extra: Sequence[Path] = ()) -> Codes:
    """The code tables, with the user's own folders of tables laid over them.

    A file of the same name and columns as one of ours (``posts.tsv``, ``routing.tsv`` ...) adds its rows; a row with
    the key of an earlier one takes its place; later folders win. The result is kept for each tuple of folders.

    :raises cablefix.resources.DictionaryError: when a folder is missing or holds an unknown table. A wrong column or
        row is reported, with file, line and remedy, when the table is first used.

    >>> load_codes() is load_codes()
    True
    """
    return _load(tuple(Path(folder) for folder in extra))


@lru_cache(maxsize=8)
def _load(folders: tuple[Path, ...]) -> Codes:
    check_folders(folders)
    return Codes(folders)
