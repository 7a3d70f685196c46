"""Measures of restored documents: reading text, record, page furniture that leaked, body that was taken for furniture.

Gold has the shape of docs/record.md, with `page_headers`, `repeated_headers`, `optional_lines`, `pilcrow` and
`redactions` beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel, Levenshtein

from cablefix.bench.fields import ADDRESS_LISTS, comparable_fields, shared_items
from cablefix.bench.views import REDACTION, drop_optional_lines, reading_text, squeeze
from cablefix.bench.words import Compared, Counts, share

Gold = Mapping[str, Any]
_PILCROW_NUMBER = re.compile(r"^\s*¶\s*(\d+)\s*\.", re.MULTILINE)
_PLAIN_NUMBER = re.compile(r"^\s*(\d+)\s*\.\s", re.MULTILINE)
_EATEN = 3
_PER_PARAGRAPH = ("portion", "heading", "paragraph_text")


def compare_document(source: str, output: str, gold_text: str, gold: Gold, record: Gold | None) -> Compared:
    """The counts and the broken words of one document: reading text, lines, page furniture, and the record if any.

    `surplus` words stand in the output and not in the gold. `eaten` words stood right in the source and are gone from
    the output, in runs of three or more or as a whole line. `leaked` counts the running heads, stamps and repeated
    header lines that stand in the output though they are no part of the text, `leakable` how many could.
    """
    optional = gold["optional_lines"]
    target = reading_text(gold_text)
    before = reading_text(drop_optional_lines(source, optional))
    after = reading_text(drop_optional_lines(output, optional))
    words, words_before, words_after = target.split(), before.split(), after.split()
    stood, _ = standing(words, words_before)
    stands, surplus = standing(words, words_after)
    counts = {
        "chars": len(target),
        "errors_before": Levenshtein.distance(target, before),
        "errors_after": Levenshtein.distance(target, after),
        "words": len(words),
        "word_errors_before": Levenshtein.distance(words, words_before),
        "word_errors_after": Levenshtein.distance(words, words_after),
        "right": len(stood),
        "wrong": len(words) - len(stood),
        "fixed": len(stands - stood),
        "broken": len(stood - stands),
        "surplus": surplus,
        "eaten": _eaten(gold_text, words, words_after, stood),
        "documents": 1,
    }
    counts["numbers_right"] = paragraph_numbers(gold, output, record) == gold_numbers(gold)
    counts["leaked"], counts["leakable"] = _leaks(gold, gold_text, output)
    counts["lines_right"], counts["lines"] = _lines(gold_text, output)
    counts["redactions_gold"], counts["redactions"] = gold["redactions"], len(REDACTION.findall(output))
    if record is not None:
        counts.update(_record_counts(gold, record))
    return Compared(counts, tuple(words[n] for n in sorted(stood - stands)))


def standing(gold: Sequence[str], words: Sequence[str]) -> tuple[set[int], int]:
    """The places of the gold words that stand unchanged in the aligned text, and the number of surplus words."""
    found: set[int] = set()
    surplus = 0
    for block in Indel.opcodes(gold, words):
        if block.tag == "equal":
            found.update(range(block.src_start, block.src_end))
        elif block.tag == "insert":
            surplus += block.dest_end - block.dest_start
    return found, surplus


def _eaten(gold_text: str, gold: Sequence[str], words: Sequence[str], stood: set[int]) -> int:
    """Gold words that stood right in the source and for which the output has nothing at all."""
    line_of = []
    for number, line in enumerate(gold_text.splitlines()):
        line_of += [number] * len(reading_text(line).split())
    whole: Counter[int] = Counter(line_of)
    eaten = 0
    for block in Levenshtein.opcodes(gold, words):
        if block.tag != "delete":
            continue
        span = range(block.src_start, block.src_end)
        lines = Counter(line_of[n] for n in span if n < len(line_of))
        if len(span) >= _EATEN or any(whole[line] == count for line, count in lines.items()):
            eaten += sum(n in stood for n in span)
    return eaten


def gold_numbers(gold: Gold) -> list[int]:
    """The paragraph numbers of the gold in order."""
    return [paragraph["n"] for paragraph in gold["paragraphs"] if paragraph.get("n") is not None]


def paragraph_numbers(gold: Gold, output: str, record: Gold | None) -> list[int]:
    """The paragraph numbers of an output: those of its record, or those that its lines begin with."""
    if record is not None and isinstance(record.get("paragraphs"), list):
        return [paragraph["n"] for paragraph in record["paragraphs"] if paragraph.get("n") is not None]
    pattern = _PILCROW_NUMBER if gold["pilcrow"] else _PLAIN_NUMBER
    return [int(number) for number in pattern.findall(output)]


def _occurrences(line: str, words: Sequence[str]) -> int:
    """Near occurrences of a line in a list of words, none overlapping another; short lines must be exact."""
    length = len(line.split())
    exact = len(line) < 12
    found = place = 0
    while place + length <= len(words):
        piece = " ".join(words[place : place + length])
        near = not exact and abs(len(piece) - len(line)) <= 4 and fuzz.ratio(piece, line) >= 88
        if piece == line or near:
            found += 1
            place += length
        else:
            place += 1
    return found


def _leaks(gold: Gold, gold_text: str, output: str) -> tuple[int, int]:
    right, words = gold_text.split(), output.split()
    repeated = [line for line in gold["repeated_headers"] if len(line) >= 12]
    leaked = leakable = 0
    for line, count in Counter(squeeze(line) for line in [*gold["page_headers"], *repeated]).items():
        leakable += count
        leaked += min(count, max(0, _occurrences(line, words) - _occurrences(line, right)))
    return leaked, leakable


def _lines(gold_text: str, output: str) -> tuple[int, int]:
    """Gold lines that the output has as a line of its own, nearly the same (96 of 100), and all of them."""
    lines = [squeeze(line) for line in gold_text.split("\n") if line.strip()]
    got = [reading_text(line) for line in output.split("\n") if line.strip()]
    exact = set(got)
    right = 0
    for line in map(reading_text, lines):
        slack = 0.06 * len(line) + 2
        right += line in exact or any(
            abs(len(other) - len(line)) <= slack and fuzz.ratio(line, other, score_cutoff=96) >= 96 for other in got
        )
    return right, len(lines)


def _record_counts(gold: Gold, record: Gold) -> Counts:
    counts: Counts = {"records": 1, "kind_right": record.get("kind") == gold["kind"]}
    missing = list(record.get("missing_paragraphs") or [])
    counts["missing_right"] = missing == gold["missing_paragraphs"]
    wanted, found = comparable_fields(gold["fields"]), comparable_fields(record.get("fields"))
    for name, value in wanted.items():
        right = int(found.get(name) == value)
        counts[f"field.{name}.right"], counts[f"field.{name}.all"] = right, 1
    counts["fields_right"] = sum(found.get(name) == value for name, value in wanted.items())
    counts["fields"] = len(wanted)
    counts["spurious"] = len(found.keys() - wanted.keys())
    for name in sorted(found.keys() - wanted.keys()):
        counts[f"spurious.{name}"] = 1
    for name in ADDRESS_LISTS:
        if name in wanted:
            counts[f"{name}_items_right"] = shared_items(wanted[name], found.get(name))
            counts[f"{name}_items"] = len(wanted[name])
    counts.update(_paragraph_counts(gold, record))
    return counts


def _paragraph_counts(gold: Gold, record: Gold) -> Counts:
    wanted = {p["n"]: p for p in gold["paragraphs"] if p.get("n") is not None}
    found = {p.get("n"): p for p in record.get("paragraphs") or []}
    counts = dict.fromkeys((f"{name}_right" for name in _PER_PARAGRAPH), 0)
    counts["paragraphs"] = len(wanted)
    for number, paragraph in wanted.items():
        other = found.get(number)
        if other is None:
            continue
        counts["portion_right"] += (other.get("portion") or None) == paragraph.get("portion")
        heading, got = paragraph.get("heading_before") or "", other.get("heading_before") or ""
        counts["heading_right"] += squeeze(heading) == squeeze(got)
        text, got = reading_text(paragraph["text"]), reading_text(other.get("text") or "")
        counts["paragraph_text_right"] += fuzz.ratio(got, text) >= 98
    return counts


def document_measures(total: Mapping[str, int]) -> dict[str, float]:
    """The measures of summed counts that only documents have, in percent where they are shares.

    Those that need a record are there only if the tool gave one, those of fields and numbered paragraphs only if the
    gold has any.
    """
    measures = {
        "surplus": float(total["surplus"]),
        "eaten": float(total["eaten"]),
        "eaten_per_1000": 1000 * share(total["eaten"], total["right"]),
        "leaked": float(total["leaked"]),
        "leaked_share": 100 * share(total["leaked"], total["leakable"]),
        "numbers": 100 * share(total["numbers_right"], total["documents"]),
        "lines": 100 * share(total["lines_right"], total["lines"]),
    }
    if total.get("records"):
        measures |= {
            "spurious": float(total["spurious"]),
            "kind": 100 * share(total["kind_right"], total["records"]),
            "missing": 100 * share(total["missing_right"], total["records"]),
        }
        if total["fields"]:
            measures["fields"] = 100 * share(total["fields_right"], total["fields"])
        if total["paragraphs"]:
            for name in _PER_PARAGRAPH:
                measures[name] = 100 * share(total[f"{name}_right"], total["paragraphs"])
    return measures
