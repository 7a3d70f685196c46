"""Build the code tables in ``dictionaries/codes/`` from a folder of fact tables and from our own additions.

    python dictionaries/build/tables.py FACTS [--to dictionaries/codes]

``FACTS`` holds the tables described in ``dictionaries/SOURCES.md``; ``dictionaries/build/additions/`` holds
what we looked up, corrected and wrote ourselves. The same inputs give the same bytes. Columns are those of
``cablefix.cable.tables.TABLES``; what a look-up does not need is dropped.
"""

from __future__ import annotations

import argparse
import calendar
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from cablefix.cable.entries import upper_name
from cablefix.cable.tables import TABLES

REPOSITORY = Path(__file__).resolve().parents[2]

ADDITIONS = Path(__file__).resolve().parent / "additions"
Record = dict[str, str]
Rows = list[list[str]]
OPEN = "9999"
FIRST_YEAR_OF_POSTS = 1900
FIRST_YEAR_OF_OFFICERS = "1945"
FIRST_YEAR_OF_TAGS = "1973"
FIRST_YEAR_OF_NEW_TAGS = "1980"
LAST_YEAR_OF_OLD_TAGS = "1995"


def read(path: Path) -> list[Record]:
    """The rows of a tab-separated file with a header."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header = lines[0].split("\t")
    return [
        dict(zip(header, (line.split("\t") + [""] * len(header))[: len(header)], strict=True)) for line in lines[1:]
    ]


def additions(name: str) -> list[Record]:
    """Our own rows for a table."""
    path = ADDITIONS / f"{name}.tsv"
    return read(path) if path.exists() else []


def plain(text: str) -> str:
    """A field on one line, with straight apostrophes and plain hyphens as telegrams have them."""
    return " ".join(text.replace("’", "'").replace("–", "-").split())


def year(value: str, last: bool = False) -> str:
    """A year without leading zeros; an open end is left empty."""
    if not value or (last and value == OPEN):
        return ""
    return str(int(value))


def first_day(value: str) -> str:
    """A date with its missing month and day filled up towards the earliest day that it allows."""
    return value + {4: "-01-01", 7: "-01"}.get(len(value), "")


def last_day(value: str) -> str:
    """A date with its missing month and day filled up towards the latest day that it allows."""
    if len(value) == 4:
        return f"{value}-12-31"
    if len(value) == 7:
        return f"{value}-{calendar.monthrange(int(value[:4]), int(value[5:]))[1]}"
    return value


def own(name: str) -> Callable[[Path], Rows]:
    """A table that is wholly ours: the additions file is the table."""
    return lambda _facts: [[row[column] for column in TABLES[name].columns] for row in additions(name)]


def laid_over(base: Rows, name: str) -> Rows:
    """Our additions put over rows from the facts, by the table's key."""
    table = TABLES[name]
    place = [table.columns.index(column) for column in table.key]
    merged = {tuple(row[i] for i in place): row for row in base}
    for record in additions(name):
        row = [record[column] for column in table.columns]
        merged[tuple(row[i] for i in place)] = row
    return sorted(merged.values())


def months(facts: Path) -> Rows:
    """Months in the order of the year: the three letters of a date-time group first, then other spellings."""
    rows = [[r["abbr"], r["number"], r["days"]] for r in read(facts / "months.tsv")]
    return sorted(laid_over(rows, "months"), key=lambda row: (int(row[1]), len(row[0])))


def signals(facts: Path) -> Rows:
    """Operating signals and prosigns in one table; the ones marked as guesses by the source are left out."""
    rows = [[r["signal"], "operating", plain(r["meaning"])] for r in read(facts / "operating_signals.tsv")]
    for record in read(facts / "prosigns.tsv"):
        rows.extend([prosign, "prosign", plain(record["meaning"])] for prosign in record["prosign"].split("/"))
    return laid_over([row for row in rows if not row[2].startswith("(seen")], "signals")


def distribution(facts: Path) -> Rows:
    """Offices of distribution lines, with every number of copies seen beside them."""
    rows: Rows = []
    for record in read(facts / "distribution_offices.tsv"):
        if "?" in record["code"] or "/" in record["code"]:
            continue  # two offices in one row: written out in our additions
        copies = re.findall(r"\b\d\d\b", record["typical_copies_seen"])
        note = record["note"]
        rows.append([record["code"], "|".join(dict.fromkeys(copies)), note if re.match(r"[A-Z][a-z]", note) else ""])
    return laid_over(rows, "distribution")


def geographic_tags(facts: Path) -> Rows:
    """One row a country code and meaning. A code that our additions list has exactly their meanings and
    years.

    The rest have the same meaning in the handbook of 1974 and in FIPS 10-4, which later TAGS follow; the name
    is the handbook's, and the years are open.
    """
    ours = additions("tags_geographic")
    listed = {r["code"] for r in ours}
    rows = [[r["code"], "geographic", r["meaning"], r["first"], r["last"]] for r in ours]
    rows.extend(
        [r["code"], "geographic", plain(r["name"]), FIRST_YEAR_OF_TAGS, ""]
        for r in read(facts / "tags_geographic.tsv")
        if r["era"] == "1974" and r["code"] not in listed
    )
    return rows


def tags(facts: Path) -> Rows:
    """TAGS of all kinds with the years for which the sources vouch; telegrams carry them from 1973 on."""
    rows = [*geographic_tags(facts), *subject_tags(facts)]
    for r in read(facts / "tags_region.tsv"):
        first = FIRST_YEAR_OF_TAGS if r["era"] == "1974" else "2011"
        rows.append([r["code"], "region", plain(r["name"]), first, ""])
    rows.extend(
        [r["code"].upper(), "organization", plain(r["meaning"]), FIRST_YEAR_OF_TAGS, ""]
        for r in read(facts / "tags_organization.tsv")
    )
    rows.extend([r["code"], "program", plain(r["meaning"]), "1982", ""] for r in read(facts / "tags_program.tsv"))
    meanings = {(r["code"], r["kind"]): r["meaning"] for r in additions("tags_meanings")}
    rows = [[code, kind, meanings.get((code, kind), text), *years] for code, kind, text, *years in rows]
    return sorted(laid_over(rows, "tags"), key=lambda row: (row[0], int(row[3]), row[1]))


def subject_tags(facts: Path) -> Rows:
    """One row a subject TAG: the span of years of all its sources, and the fullest meaning among them.

    The lists of the 1970s are whole for the fields A, B, C and O. In E, M and S they have gaps, so a code
    that only a later list has may be as old as TAGS are; in P and T the fields were made anew about 1980.
    """
    found: dict[str, list[Record]] = {}
    for record in read(facts / "tags_subject.tsv"):
        found.setdefault(record["code"], []).append(record)
    rows: Rows = []
    for code, records in found.items():
        eras = {record["era"] for record in records}
        early, late = eras & {"1974", "1973-79"}, eras & {"2000s", "2022"}
        first = FIRST_YEAR_OF_TAGS if early or code[0] in "EMS" else FIRST_YEAR_OF_NEW_TAGS
        last = "" if late else LAST_YEAR_OF_OLD_TAGS
        meanings = [
            record["meaning"]
            for era in ("2022", "2000s", "1974", "1973-79")
            for record in records
            if record["era"] == era and record["meaning"]
        ]
        rows.append([code, "subject", plain(meanings[0]) if meanings else "", first, last])
    return rows


def routing(facts: Path) -> Rows:
    """Routing indicators with their addresses; our additions put misprints right or drop them."""
    amended = {(r["ri"], r["plad"]): r["plad_as_it_is"] for r in additions("routing")}
    rows = {(r["ri"], plain(r["plad"])) for r in read(facts / "routing_indicators.tsv")}
    kept = {(ri, amended.get((ri, plad), plad)) for ri, plad in rows}
    kept |= {(r["ri"], r["plad"]) for r in additions("routing_more")}
    return [[ri, plad] for ri, plad in sorted(kept) if plad]


def posts(facts: Path) -> Rows:
    """Posts that were open in 1900 or later, consular agencies left out, and the names that telegrams use."""
    ours = additions("posts")
    replaced = {r["post"] for r in ours} | {name for r in ours for name in r["replaces"].split("|") if name}
    rows: set[tuple[str, ...]] = set()
    for record in read(facts / "posts_history.tsv"):
        if record["post_type"] == "consular-agency" or int(record["valid_until"]) < FIRST_YEAR_OF_POSTS:
            continue
        place = plain(record["locale"]) or " ".join(
            word.capitalize() for word in record["locale_id"].removesuffix("-" + record["territory"]).split("-") if word
        )
        name = upper_name(place)
        if name in replaced or upper_name(place.replace("-", " ")) in replaced:
            continue
        others = {upper_name(other) for other in record["alternate_names"].split("|") if other}
        if "-" in name:
            others.add(name)
            name = name.replace("-", " ")
        if "." in name:
            others.add(name)
            name = name.replace(".", "")
        rows.add(
            (
                name,
                place,
                record["territory"],
                record["post_type"],
                year(record["valid_since"]),
                year(record["valid_until"], last=True),
                "|".join(sorted(others - {name})),
            )
        )
    columns = TABLES["posts"].columns
    for r in ours:
        rows.add(tuple(year(r[c], last=True) if c == "last" else r[c] for c in columns))
    return [list(row) for row in sorted(rows, key=lambda row: (row[0], int(row[4] or 0), row))]


def chiefs_of_mission(facts: Path) -> Rows:
    """Chiefs of mission whose term ended in 1945 or later, by territory.

    Rows without a first day are left out. Where the mission changed its country's name during a term, the
    source has the term twice; the longer one is kept.
    """
    territory = {r["mission"]: r["territory"] for r in additions("missions")}
    moved = {(r["mission"], r["surname"], r["start"]): r["territory"] for r in additions("chiefs_moved")}
    rows: dict[tuple[str, ...], str] = {}
    for r in read(facts / "chiefs_of_mission.tsv"):
        start = r["started"] or r["appointed"]
        if not start or (r["ended"] and r["ended"] < FIRST_YEAR_OF_OFFICERS):
            continue
        if not r["ended"] and start < "2015":
            end = last_day(start)  # a temporary chargé of whom only the first day is known
        else:
            end = last_day(r["ended"]) or OPEN
        mission = territory.get(r["mission"], r["mission"])
        mission = moved.get((mission, r["surname"], start), mission)
        key = (mission, r["role"], plain(r["surname"]), plain(r["forename"]), first_day(start))
        rows[key] = max(end, rows.get(key, ""))
    ordered = sorted(rows.items(), key=lambda item: (item[0][0], item[0][4], item))
    return [[*key, "" if end == OPEN else end] for key, end in ordered]


def principal_officers(facts: Path) -> Rows:
    """Principal officers of the Department whose term ended in 1945 or later."""
    rows: set[tuple[str, ...]] = set()
    for r in read(facts / "principal_officers.tsv"):
        if r["started"] and (not r["ended"] or r["ended"] >= FIRST_YEAR_OF_OFFICERS):
            if not r["ended"] and r["started"] < "2015":
                continue  # a rank for life or an unfinished row: no term to look up
            rows.add(
                (
                    r["position"],
                    plain(r["surname"]),
                    plain(r["forename"]),
                    first_day(r["started"]),
                    last_day(r["ended"]),
                )
            )
    return [list(row) for row in sorted(rows, key=lambda row: (row[0], row[3], row))]


def territories(facts: Path) -> Rows:
    """Countries and dependencies under their names since 1900."""
    rows = [
        [
            r["territory_id"],
            plain(r["short_name"]),
            plain(r["long_name"]),
            year(r["valid_since"]),
            year(r["valid_until"], True),
        ]
        for r in read(facts / "territories_history.tsv")
        if int(r["valid_until"] or OPEN) >= FIRST_YEAR_OF_POSTS
    ]
    return laid_over([[a, b, "" if c == b else c, d, e] for a, b, c, d, e in rows], "territories")


def abbreviations(facts: Path) -> Rows:
    """Abbreviations that the lists of two volumes or more explain, each with its commonest expansion."""
    best: dict[str, tuple[int, str]] = {}
    total: dict[str, int] = {}
    for r in read(facts / "abbreviations_frus.tsv"):
        short, count = plain(r["abbr"]), int(r["volumes"])
        total[short] = total.get(short, 0) + count
        best[short] = max(best.get(short, (0, "")), (count, plain(r["expansion"])), key=lambda pair: (pair[0], pair[1]))
    return [
        [short, best[short][1]]
        for short in sorted(best)
        if total[short] >= 2 and " " not in short and len(short) > 1 and not short.endswith(",")
    ]


BUILDERS: dict[str, tuple[str, Callable[[Path], Rows]]] = {
    "abbreviations": ("lists of abbreviations in FRUS volumes (public domain)", abbreviations),
    "addressees": ("addresses seen in telegrams", own("addressees")),
    "captions": ("5 FAH-2, FRUS lists of abbreviations, samples", own("captions")),
    "chiefs_of_mission": ("HistoryAtState/pocom (CC0)", chiefs_of_mission),
    "circuits": ("first lines of public cables of the 2000s", own("circuits")),
    "classification": ("ACP 127(G), 5 FAH-1, samples", own("classification")),
    "distribution": ("distribution lines of 1965-79 telegrams", distribution),
    "executive_orders": ("texts of the orders (public domain)", own("executive_orders")),
    "months": ("common knowledge", months),
    "posts": ("HistoryAtState/gsh (CC0) and our additions", posts),
    "precedence": ("ACP 127(G) par. 150-151, samples", own("precedence")),
    "principal_officers": ("HistoryAtState/pocom (CC0)", principal_officers),
    "routing": ("ACP 117 CAN-US SUPP-1 (2010-14), cables", routing),
    "signals": ("ACP 127(G), ACP 131", signals),
    "states": ("common knowledge", own("states")),
    "tags": ("TAGS handbook 1974, FIPS 10-4, 5 FAH-3, cablemap", tags),
    "territories": ("HistoryAtState/gsh (CC0)", territories),
    "titles": ("common knowledge", own("titles")),
}


def write(folder: Path, name: str, source: str, rows: Iterable[list[str]]) -> int:
    """Write one table; its size in bytes."""
    columns = TABLES[name].columns
    lines = [f"# {name}: {source}; see dictionaries/SOURCES.md", "\t".join(columns)]
    for row in rows:
        if len(row) != len(columns) or any("\t" in field or "\n" in field for field in row):
            raise ValueError(f"{name}: the row {row} does not fit the columns {columns}")
        lines.append("\t".join(row))
    data = ("\n".join(lines) + "\n").encode()
    (folder / f"{name}.tsv").write_bytes(data)
    return len(data)


def main() -> None:
    """Build every table and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("facts", type=Path, help="folder of fact tables")
    parser.add_argument("--to", type=Path, default=REPOSITORY / "dictionaries" / "codes", help="folder to write to")
    arguments = parser.parse_args()
    if not (arguments.facts / "posts_history.tsv").is_file():
        parser.error(f"{arguments.facts} holds no fact tables: posts_history.tsv is missing there")
    arguments.to.mkdir(parents=True, exist_ok=True)
    total = 0
    for name, (source, build) in BUILDERS.items():
        rows = build(arguments.facts)
        size = write(arguments.to, name, source, rows)
        total += size
        print(f"{name:20} {len(rows):5} rows {size:8} bytes")
    print(f"{'together':20} {total:19} bytes")


if __name__ == "__main__":
    main()
