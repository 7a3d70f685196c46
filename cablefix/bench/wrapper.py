"""What every peer gets, so that a speller for single words is compared fairly with a tool for whole texts.

Words divided at line ends are joined as our word list has them, outer punctuation is taken off and put back, case is
carried over, and tokens that are mostly digits are left alone. Bare use of the peers does worse.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rapidfuzz.distance import Levenshtein

from cablefix.lexicon.wordlist import WordList

_DIVIDED = re.compile(
    r"(?P<left>[^\W\d_]+)[-\u00ac][ \t]*\r?\n(?:[ \t]*\r?\n)?[ \t]*(?P<right>[^\W\d_]+)(?P<rest>\S*)[ \t]*\n?"
)
_TOKEN = re.compile(r"\S+")
_CORE = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_LETTERS = re.compile(r"[^\W\d_]")
_DIGITS = re.compile(r"\d")


def join_line_ends(text: str, words: WordList) -> str:
    """The text with words divided at line ends made whole; the hyphen stays where the word list wants it.

    >>> from cablefix.lexicon.wordlist import load_wordlist
    >>> join_line_ends("the agree-\\nment of a short-\\nterm loan", load_wordlist())
    'the agreement\\nof a short-term\\nloan'
    """

    def join(match: re.Match[str]) -> str:
        share = words.prefers_joined(match["left"], match["right"])
        hyphen = "" if share is not None and share >= 0.5 else "-"
        return f"{match['left']}{hyphen}{match['right']}{match['rest']}\n"

    return _DIVIDED.sub(join, text)


def correct_words(text: str, fix: Callable[[str], str]) -> str:
    """The text with `fix` called on the core of each token, case and outer punctuation kept.

    >>> correct_words("(Tbe 3rd harhor, 1974.)", {"tbe": "the", "harhor": "harbor"}.get)
    '(The 3rd harbor, 1974.)'
    """

    def replace(match: re.Match[str]) -> str:
        before, core, after = _split(match[0])
        if not _is_word(core):
            return match[0]
        fixed = fix(core.lower())
        return before + carry_case(core, fixed) + after if fixed and fixed != core.lower() else match[0]

    return _TOKEN.sub(replace, text)


def correct_runs(text: str, fix: Callable[[str], str]) -> str:
    """The text with `fix` called on each run of words in a line that no punctuation parts, case kept.

    >>> correct_runs("All went to  the har bor, at once.", lambda run: run.replace("har bor", "harbor"))
    'All went to the harbor, at once.'
    """
    return "\n".join(_correct_line(line, fix) for line in text.split("\n"))


def _correct_line(line: str, fix: Callable[[str], str]) -> str:
    pieces: list[str] = []
    run: list[str] = []
    opening = ""

    def close(after: str) -> None:
        nonlocal opening
        if run:
            before = " ".join(run)
            fixed = fix(before.lower())
            pieces.append(opening + (carry_case(before, fixed) if fixed else before) + after)
            run.clear()
        opening = ""

    for token in line.split():
        before, core, after = _split(token)
        if not _is_word(core) or not core.replace("'", "").replace("\u2019", "").isalnum():
            close("")
            pieces.append(token)
            continue
        if before:
            close("")
            opening = before
        run.append(core)
        if after:
            close(after)
    close("")
    return " ".join(pieces)


def _split(token: str) -> tuple[str, str, str]:
    match = _CORE.match(token)
    return (match[1], match[2], match[3]) if match else ("", token, "")


def _is_word(core: str) -> bool:
    return len(core) > 1 and len(_LETTERS.findall(core)) > len(_DIGITS.findall(core))


def carry_case(before: str, after: str) -> str:
    """`after` in the case of `before`.

    >>> carry_case("TBE", "the"), carry_case("Tbe", "the"), carry_case("THE harhor", "the harbor")
    ('THE', 'The', 'THE harbor')
    """
    if before.isupper() and len(_LETTERS.findall(before)) > 1:
        return after.upper()
    if before.islower():
        return after
    out: list[str] = []
    for block in Levenshtein.opcodes(before.lower(), after.lower()):
        new = after[block.dest_start : block.dest_end]
        old = before[block.src_start : block.src_end]
        if block.tag == "equal":
            out.append(old)
        elif block.tag == "replace":
            upper = old[:1].isupper()
            out.append(
                (new[:1].upper() if upper else new[:1])
                + (new[1:].upper() if old.isupper() and len(old) > 1 else new[1:])
            )
        else:
            out.append(new)
    return "".join(out)
