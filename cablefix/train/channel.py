"""From OCR to a channel: how an engine misreads. With the truth beside it, or without, by expectation-maximisation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from cablefix.lexicon.adapt import Tally, adapt, blank_channel, load_channel, save_channel
from cablefix.lexicon.aligning import aligned_words, likely_pairs
from cablefix.lexicon.candidates import Finder
from cablefix.lexicon.channel import Channel, explain
from cablefix.lexicon.repair import Lexicon, load_lexicon, study
from cablefix.lexicon.tokens import read_tokens
from cablefix.train.texts import TrainError, read_text, text_files

_UNREADABLE = 0.5  # a page with a larger share of wrong words teaches nothing about repairable noise
_SURE = 0.75  # without a truth, repairs teach from this posterior on
_PSEUDO, _PSEUDO_ALONE = 2.0, 0.5
_LEAST_ERRORS = 20
_PART = 4000
_OCR, _TRUTH = ".ocr.txt", ".gt.txt"
_REPORT = "about-channel.json"
Words = list[tuple[str, str]]
Step = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """What was learned: from how many documents, with or without their truth, and how many character errors."""

    documents: int
    unreadable: int
    with_truth: bool
    characters: int
    errors: int

    @property
    def rate(self) -> float:
        """The share of characters misread in words that can be recognised, 0..1."""
        return self.errors / max(self.characters, 1)


def quiet(what: str, done: float) -> None:
    """Report no progress."""


def train_channel(
    folder: Path, out: Path, *, alone: bool = False, rounds: int = 3, lexicon: Path | None = None, step: Step = quiet
) -> ChannelReport:
    """Train a channel on a folder of OCR and write it into a folder.

    Where the folder holds `<id>.gt.txt`, these are the truth of the `<id>.ocr.txt` beside them. Otherwise its .txt
    files are OCR without truth: they are repaired with the lexicon (of `lexicon`, or ours), and what sure repairs undo
    is counted, `rounds` times. Our channel is the prior; with `alone` (with truth only) nothing is known before. The
    same files give the same bytes. Raises TrainError for files that cannot be read, that lack their truth, or that
    show next to no errors.
    """
    paths = text_files(folder)
    has_truth = any(path.name.endswith(_TRUTH) for path in paths)
    labelled = [path for path in paths if path.name.endswith(_OCR)] if has_truth else []
    unreadable = 0
    if labelled:
        words, unreadable = _read_pairs(labelled, step)
        channel, tally = learn_channel(words, rounds, None if alone else load_channel(), step)
    elif alone:
        raise TrainError(f"{folder}: without truth (<id>{_OCR} and <id>{_TRUTH}) a channel cannot be learned alone")
    else:
        channel, tally = _learn_unlabelled(paths, rounds, load_lexicon(folder=lexicon), step)
    if tally.total() < _LEAST_ERRORS:
        raise TrainError(
            f"{folder}: {tally.total():.0f} character errors; at least {_LEAST_ERRORS} are needed. Give more pages."
        )
    out.mkdir(parents=True, exist_ok=True)
    save_channel(channel, out)
    report = ChannelReport(
        len(labelled or paths), unreadable, bool(labelled), int(tally.chars.sum()), round(tally.total())
    )
    (out / _REPORT).write_text(json.dumps(asdict(report), indent=2) + "\n", encoding="utf-8")
    step("done", 1.0)
    return report


def pairs_of(paths: Sequence[Path]) -> Iterator[tuple[str, str, str]]:
    """Yield (id, OCR, truth) of OCR files whose truth lies beside them. Raises TrainError where it does not."""
    for path in paths:
        name = path.name.removesuffix(_OCR)
        truth = path.with_name(name + _TRUTH)
        if not truth.is_file():
            raise TrainError(f"{path}: its truth, {truth.name}, is missing; put it beside, or take the OCR out")
        yield name, read_text(path), read_text(truth)


def documents(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (id, OCR, truth) of the documents of a folder."""
    yield from pairs_of(sorted(folder.glob(f"*{_OCR}")))


def _read_pairs(paths: Sequence[Path], step: Step) -> tuple[Words, int]:
    words: Words = []
    unreadable = 0
    for done, (_, ocr, truth) in enumerate(pairs_of(paths)):
        step("aligning", 0.5 * done / len(paths))
        page = list(aligned_words(ocr, truth))
        if is_readable(page):
            words.extend(page)
        else:
            unreadable += 1
    return words, unreadable


def is_readable(page: Words) -> bool:
    """Whether a page of (seen, meant) words is legible enough to learn from."""
    return sum(seen != meant for seen, meant in page) <= _UNREADABLE * len(page)


def learn_channel(words: Words, rounds: int, prior: Channel | None, step: Step = quiet) -> tuple[Channel, Tally]:
    """A channel estimated by rounds of explaining (seen, meant) words and counting the errors; the last counts.

    `prior` is what is known before; None for nothing but that letters are read as letters.
    """
    before = prior or blank_channel(likely_pairs(words))
    pseudo = _PSEUDO if prior else _PSEUDO_ALONE
    channel, tally = before, Tally.empty(before)
    wrong = [(seen, meant) for seen, meant in words if seen != meant]
    for turn in range(rounds):
        step("counting misreadings", 0.5 + 0.5 * turn / rounds)
        tally = Tally.empty(channel)
        tally.read((meant for _, meant in words), channel)
        for start in range(0, len(wrong), _PART):
            part = wrong[start : start + _PART]
            found = explain(channel, [seen for seen, _ in part], [meant for _, meant in part])
            likely = found.count <= [max(2, len(meant) // 2) for _, meant in part]
            tally.add(found.errors, likely.astype(float))
        channel = adapt(before, tally, pseudo)
    return channel, tally


def _learn_unlabelled(paths: Sequence[Path], rounds: int, lexicon: Lexicon, step: Step) -> tuple[Channel, Tally]:
    """A channel estimated by rounds of repairing texts and counting what their sure repairs undo."""
    prior = channel = lexicon.channel
    tally = Tally.empty(prior)
    for turn in range(rounds):
        tally = Tally.empty(prior)
        for done, path in enumerate(paths):
            step("repairing", (turn + done / len(paths)) / rounds)
            found = study(list(read_tokens(read_text(path))), lexicon)
            if found is None:
                continue
            table, weighed = found.table, found.weighed
            sure = np.where(weighed.posterior >= _SURE, weighed.posterior, 0)
            weight = np.bincount(table.pair, weights=sure, minlength=len(table.seen)).astype(float)
            tally.add(weighed.alignment.errors, weight)
            types = found.pieces.types
            tally.read((types.text[kind] for kind in found.pieces.type.tolist()), prior)
        channel = adapt(prior, tally, _PSEUDO)
        lexicon = replace(lexicon, channel=channel, finder=Finder(lexicon.words, channel))
    return channel, tally
