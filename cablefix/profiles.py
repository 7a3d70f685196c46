"""Profiles: which rules run, in which order, and from which confidence an edit applies. They are data, in TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from cablefix.errors import CablefixError, ExitCode
from cablefix.resources import dictionary_path
from cablefix.rules.context import Rule
from cablefix.rules.registry import RULES

PROFILES = ("cable", "prose", "faithful")
_STAGES = ("furniture", "structure", "repairs")
_KEYS = (*_STAGES, "name", "extends", "threshold", "thresholds", "settings", "dictionaries", "lexicon")


class ProfileError(CablefixError):
    """A profile that cannot be used; the message names the file, the place and the remedy."""

    exit_code = ExitCode.PROFILE


@dataclass(frozen=True, slots=True)
class Profile:
    """A named list of rules in three stages, and the threshold.

    `furniture` rules run before the header is read again and the paragraphs are counted, `structure` rules mark what
    lines are and how they join, `repairs` make edits. `dictionaries` are folders of the user's own code tables and
    word lists; `lexicon` is a folder made by `cablefix train`, None for ours.
    """

    name: str
    threshold: float
    furniture: tuple[str, ...]
    structure: tuple[str, ...]
    repairs: tuple[str, ...]
    settings: Mapping[str, float] = field(default_factory=dict)
    dictionaries: tuple[Path, ...] = ()
    lexicon: Path | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def rules(self, stage: str) -> list[tuple[str, Rule]]:
        """The rules of a stage ("furniture", "structure", "repairs") as (name, function)."""
        names: tuple[str, ...] = getattr(self, stage)
        return [(name, RULES[name]) for name in names]


def load_profile(name: str | Path) -> Profile:
    """A shipped profile by its name, or a profile of the user's own by the path of its TOML file.

    Raises ProfileError for an unknown name, a rule that does not exist or a value of the wrong kind.

    >>> load_profile("cable").threshold
    0.8
    """
    return _load_shipped(str(name)) if name in PROFILES else _load_file(Path(name))


@lru_cache(maxsize=len(PROFILES))
def _load_shipped(name: str) -> Profile:
    return _load_file(dictionary_path(f"profiles/{name}.toml"))


def _load_file(path: Path, above: tuple[Path, ...] = ()) -> Profile:
    """The profile in a file; `above` are the files that extend it."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        known = ", ".join(PROFILES)
        raise ProfileError(f"no profile {str(path)!r}: give one of {known}, or the path of a TOML file") from error
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{path}: not valid TOML ({error}); correct the file") from error
    return _read_profile(data, path, (*above, path.resolve()))


def _read_profile(data: Mapping[str, Any], path: Path, files: tuple[Path, ...]) -> Profile:
    unknown = sorted(data.keys() - set(_KEYS))
    if unknown:
        raise ProfileError(f"{path}: nothing is called {unknown[0]!r} in a profile; give some of {', '.join(_KEYS)}")
    base = _base(data, path, files)
    stages = {stage: _rule_names(data, stage, base, path) for stage in _STAGES}
    threshold = _threshold(data.get("threshold", base.threshold if base else 0.8), "threshold", path)
    folders = tuple(path.parent / folder for folder in _strings(data, "dictionaries", path))
    settings = data.get("settings", {})
    if not isinstance(settings, dict) or not all(isinstance(value, int | float) for value in settings.values()):
        raise ProfileError(f"{path}: settings is {settings!r}; give a table of numbers")
    made = Profile(
        str(data.get("name", path.stem)),
        threshold,
        **stages,
        settings={**(base.settings if base else {}), **{key: float(value) for key, value in settings.items()}},
        dictionaries=(*(base.dictionaries if base else ()), *folders),
        lexicon=_lexicon(data, path, base),
        thresholds=_thresholds(data, path, base),
    )
    if not base and not any(stages.values()):
        raise ProfileError(
            f'{path}: names no rules and would repair nothing; begin it with a line as extends = "cable"'
        )
    return made


def _threshold(value: Any, name: str, path: Path) -> float:
    if not isinstance(value, int | float) or not 0 < value <= 1:
        raise ProfileError(f"{path}: {name} is {value!r}; give a number above 0 and up to 1")
    return float(value)


def _thresholds(data: Mapping[str, Any], path: Path, base: Profile | None) -> dict[str, float]:
    """The thresholds of single rules; a file with a threshold of its own does not take over those that it extends."""
    table = data.get("thresholds", {})
    if not isinstance(table, dict):
        raise ProfileError(f"{path}: thresholds is {table!r}; give a table of numbers, each by the name of its edits")
    families = {rule.partition(".")[0] for rule in RULES}
    unknown = [name for name in table if name.partition(".")[0] not in families]
    if unknown:
        raise ProfileError(f"{path}: no rule makes edits named {unknown[0]!r}; `cablefix explain` shows their names")
    above = base.thresholds if base and "threshold" not in data else {}
    return {**above, **{name: _threshold(value, f"thresholds.{name}", path) for name, value in table.items()}}


def _base(data: Mapping[str, Any], path: Path, files: tuple[Path, ...]) -> Profile | None:
    """The profile that this one extends: a shipped one, or one whose path is told from the folder of this file."""
    if "extends" not in data:
        return None
    name = str(data["extends"])
    if name in PROFILES:
        return _load_shipped(name)
    other = path.parent / name
    if other.resolve() in files:
        raise ProfileError(f"{path}: extends {name}, which extends it in turn; take one of the two lines out")
    return _load_file(other, files)


def _rule_names(data: Mapping[str, Any], stage: str, base: Profile | None, path: Path) -> tuple[str, ...]:
    if stage not in data:
        return tuple(getattr(base, stage)) if base else ()
    names = _strings(data, stage, path)
    unknown = [rule for rule in names if rule not in RULES]
    if unknown:
        raise ProfileError(f"{path}: no rule {unknown[0]!r} in {stage}; `cablefix rules` lists them")
    return names


def _lexicon(data: Mapping[str, Any], path: Path, base: Profile | None) -> Path | None:
    if "lexicon" not in data:
        return base.lexicon if base else None
    name = data["lexicon"]
    if not isinstance(name, str) or not (path.parent / name).is_dir():
        raise ProfileError(f"{path}: lexicon is {name!r}; give a folder made by cablefix train, told from this file")
    return path.parent / name


def _strings(data: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ProfileError(f"{path}: {key} is {value!r}; give a list of strings")
    return tuple(value)
