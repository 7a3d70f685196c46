"""Look-ups in the code tables of cables, by era.

Precedence, classification, captions, TAGS, executive orders, routing indicators, posts, officers, signals.
Nothing is read before it is asked for: each table is loaded at its first use and kept. A user's own tables
are laid over ours by giving their folders to :func:`load_codes`; ``dictionaries/SOURCES.md`` says where ours
come from.

>>> codes = load_codes()
>>> codes.precedences_by_digraph["OO"].word
'IMMEDIATE'
>>> codes.tag_meaning("GE", 1976), codes.tag_meaning("GE", 2007)
('Germany (East)', None)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path

from cablefix.cable.entries import (
    OPEN_YEAR,
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
    day_or_none,
    upper_name,
    values,
    year,
)
from cablefix.cable.officers import OfficerTables
from cablefix.cable.tables import check_folders

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

_PROGRAM_TAG = re.compile(r"K[A-Z]{3}")
_FIRST_PROGRAM_TAGS = 1982


class Codes(OfficerTables):
    """The code tables, each read at its first use.

    Get one from :func:`load_codes`, which keeps it for the next caller. The mappings are to be read, not
    changed. Posts, addressees and routing are in :mod:`cablefix.cable.posts`, people in
    :mod:`cablefix.cable.officers`.
    """

    # --- precedence, classification, captions ---------------------------------------------------------------

    @cached_property
    def precedences(self) -> Mapping[str, Precedence]:
        """Precedences by their word; ``"NIACT IMMEDIATE"`` is one word here."""
        rows = self.rows("precedence")
        return {word: Precedence(word, letter, pair, int(rank), note) for word, letter, pair, rank, note in rows}

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
            level: Classification(level, float(rank), signal, letters, header, values(forms), values(marks))
            for level, rank, signal, letters, header, forms, marks in self.rows("classification")
        }

    @cached_property
    def classification_forms(self) -> Mapping[str, Classification]:
        """Levels by each printed form, spaces closed up: ``"TOPSECRET"``, ``"UNCLAS"``."""
        return {form.replace(" ", ""): item for item in self.classifications.values() for form in item.forms}

    @cached_property
    def portion_marks(self) -> Mapping[str, Classification]:
        """Levels by portion mark without brackets: ``"C"``, ``"SBU"``, ``"TS"``."""
        return {mark: item for item in self.classifications.values() for mark in item.portion_marks}

    @cached_property
    def classifications_by_letter(self) -> Mapping[str, tuple[Classification, ...]]:
        """Levels by the letter that format line 4 repeats; for ``"U"`` UNCLASSIFIED comes first."""
        found: dict[str, tuple[Classification, ...]] = {}
        for item in reversed(list(self.classifications.values())):
            if item.letters:
                found[item.letters[0]] = (*found.get(item.letters[0], ()), item)
        return found

    @cached_property
    def captions(self) -> Mapping[str, Caption]:
        """Captions by their text."""
        return {row[0]: Caption(*row) for row in self.rows("captions")}

    # --- dates and orders -----------------------------------------------------------------------------------

    @cached_property
    def months(self) -> Mapping[str, Month]:
        """Months by three-letter form, by whole name and by other spellings seen (``SEPT``), in capitals."""
        return {word: Month(word, int(number), int(days)) for word, number, days in self.rows("months")}

    @cached_property
    def executive_orders(self) -> Mapping[str, ExecutiveOrder]:
        """Executive orders on classified information by number, the oldest first."""
        return {
            eo: ExecutiveOrder(
                eo,
                date.fromisoformat(signed),
                date.fromisoformat(effective),
                day_or_none(until),
                kind,
                values(forms),
                values(reasons),
                note,
            )
            for eo, signed, effective, until, kind, forms, reasons, note in self.rows("executive_orders")
        }

    def executive_order(self, eo: str) -> ExecutiveOrder | None:
        """One order by its number, with or without ``E.O.`` before it.

        >>> load_codes().executive_order("E.O. 12356").effective.isoformat()
        '1982-08-01'
        """
        digits = "".join(c for c in eo if c.isdecimal())
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
        for code, kind, meaning, first, last in self.rows("tags"):
            entry = TagEntry(code, kind, meaning, year(first, 0), year(last, OPEN_YEAR))
            found[code] = (*found.get(code, ()), entry)
        return found

    def is_tag(self, code: str, year: int | None = None) -> TagEntry | None:
        """The entry of a TAGS code in a year, or None when that year did not know the code.

        Of several entries the latest is given, and an organization only where the code is nothing else.
        Program TAGS are an open list that grew every year: see
        :meth:`is_program_tag` for those that the table lacks.

        >>> codes = load_codes()
        >>> codes.is_tag("UR", 1977).meaning, codes.is_tag("UR", 2007)
        ('Soviet Union', None)
        >>> codes.is_tag("PREL").kind
        'subject'
        """
        entries = self.tags.get(code, ())
        if year is not None:
            entries = tuple(entry for entry in entries if entry.first <= year <= entry.last)
        return max(entries, key=lambda entry: (entry.kind != "organization", entry.first), default=None)

    def is_program_tag(self, code: str, year: int | None = None) -> bool:
        """Whether a code has the shape of a program TAG, four letters that begin with K, and the year has
        them.

        >>> load_codes().is_program_tag("KXYZ", 2008), load_codes().is_program_tag("KXYZ", 1975)
        (True, False)
        """
        return _PROGRAM_TAG.fullmatch(code) is not None and (year is None or year >= _FIRST_PROGRAM_TAGS)

    def tag_meaning(self, code: str, year: int | None = None) -> str | None:
        """What a TAGS code means in a year; None when unknown.

        >>> load_codes().tag_meaning("RS", 2006)
        'Russia'
        """
        entry = self.is_tag(code, year)
        return entry.meaning or None if entry else None

    @cached_property
    def area_codes(self) -> frozenset[str]:
        """Two letters that say in an address where a place lies: of a country as in TAGS, or of a state.

        >>> {"NP", "VA"} <= load_codes().area_codes
        True
        """
        countries = {code for code, entries in self.tags.items() if len(code) == 2 and entries[0].kind == "geographic"}
        return frozenset(countries | {row[0] for row in self.rows("states")})

    # --- the rest -------------------------------------------------------------------------------------------

    @cached_property
    def signals(self) -> Mapping[str, Signal]:
        """Operating signals and prosigns."""
        return {row[0]: Signal(*row) for row in self.rows("signals")}

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
            office: Office(office, tuple(int(number) for number in values(copies)), meaning)
            for office, copies, meaning in self.rows("distribution")
        }

    @cached_property
    def abbreviations(self) -> Mapping[str, str]:
        """Abbreviations of telegrams with their meaning, spelt as printed (``Embtel``, ``GVN``)."""
        return {row[0]: row[1] for row in self.rows("abbreviations")}


def load_codes(extra: Sequence[Path] = ()) -> Codes:
    """The code tables, with the user's own folders of tables laid over them.

    A file with the name and the columns of one of ours (``posts.tsv``, ``routing.tsv`` ...) adds its rows; a
    row with the key of an earlier one takes its place; later folders win. The result is kept for each tuple
    of folders.

    :raises cablefix.resources.DictionaryError: when a folder is missing, or a file in it has an unknown name,
        wrong
        columns or a value that does not parse; the message names file, line and remedy.

    >>> load_codes() is load_codes()
    True
    """
    return _load(tuple(Path(folder) for folder in extra))


@lru_cache(maxsize=8)
def _load(folders: tuple[Path, ...]) -> Codes:
    check_folders(folders)
    return Codes(folders)
