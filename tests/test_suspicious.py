"""Doubtful words with all that they may read, and the votes of an outside model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from cablefix import Rescorer, restore
from cablefix.cli import main
from cablefix.errors import CablefixError
from cablefix.ledger import EvidenceKind
from cablefix.lexicon.doubts import find_doubts
from cablefix.lexicon.rescoring import Remembering, RescorerError
from cablefix.lexicon.tokens import read_tokens
from cablefix.restoration import Restoration, Suspicion

TEXT = (
    "The Ambassador said that tlie Govemment had not yet decided whether to attend the conference of Zxqvbran.\n"
    "It was agreed that tbe next meeting would be held in the same p1ace on the following day. Mr. Vroomkool\n"
    "did not come, but Mr. Vroomkool and Mr. Vroomkool's son had written a letter to tho Minister.\n"
)


class Votes:
    """A rescorer for tests: a vote for each reading by a table, and the questions that it was asked."""

    def __init__(self, **votes: float) -> None:
        self.votes = votes
        self.asked: list[tuple[str, tuple[str, ...], str]] = []

    def score(self, before: str, readings: Sequence[str], after: str) -> Sequence[float]:
        self.asked.append((before, tuple(readings), after))
        return [self.votes.get(reading, 0.0) for reading in readings]


def doubts_of(restoration: Restoration) -> dict[str, Suspicion]:
    return {doubt.before: doubt for doubt in restoration.suspicious}


def test_doubtful_words_are_listed_with_their_readings() -> None:
    restored = restore(TEXT, "prose")
    doubts = doubts_of(restored)
    for word, meant in (("tlie", "the"), ("Govemment", "Government"), ("tbe", "the"), ("p1ace", "place")):
        doubt = doubts[word]
        assert doubt.after == doubt.candidates[0].text == meant
        assert TEXT[doubt.start : doubt.end] == word
        scores = [reading.score for reading in doubt.candidates]
        assert scores == sorted(scores, reverse=True)
        assert doubt.reason
        assert doubt.status == restored.status(restored.ledger[doubt.edit])
    assert doubts["tbe"].line == 2
    assert doubts["tbe"].column == TEXT.split("\n")[1].index("tbe") + 1
    assert doubts["Zxqvbran"].status == "kept"
    assert doubts["Zxqvbran"].edit == ""
    assert "meeting" not in doubts
    assert "Vroomkool" not in doubts  # the text repeats it
    starts = [doubt.start for doubt in restored.suspicious]
    assert starts == sorted(starts)


def test_they_are_the_same_after_a_verdict_and_from_a_kept_restoration() -> None:
    restored = restore(TEXT, "prose")
    plain = [(doubt.start, doubt.after, doubt.confidence) for doubt in restored.suspicious]
    undone = restored.undo(doubts_of(restored)["tlie"].edit)
    assert [(doubt.start, doubt.after, doubt.confidence) for doubt in undone.suspicious] == plain
    assert doubts_of(undone)["tlie"].status == "rejected"
    again = Restoration.from_json(json.loads(json.dumps(restored.to_json())))
    assert [(doubt.start, doubt.after, doubt.confidence) for doubt in again.suspicious] == plain


def test_the_ledger_does_not_depend_on_whether_they_are_asked_for() -> None:
    restored = restore(TEXT, "prose")
    before = restored.ledger
    assert restored.suspicious
    assert restored.ledger is before
    assert restore("", "prose").suspicious == ()


def test_a_layout_only_profile_lists_them_too() -> None:
    restored = restore(TEXT, "faithful")
    assert doubts_of(restored)["tlie"].status == "kept"
    assert not restored.edits


def test_nothing_doubtful_in_no_text() -> None:
    assert find_doubts([]) == []
    assert find_doubts(list(read_tokens("1 2 3 ..."))) == []


def test_votes_move_confidence_and_land_in_the_evidence() -> None:
    plain = doubts_of(restore(TEXT, "prose"))["tlie"]
    against, for_it = Votes(tlie=40.0), Votes(the=12.0)
    lower, higher = restore(TEXT, "prose", rescorer=against), restore(TEXT, "prose", rescorer=for_it)
    assert doubts_of(lower)["tlie"].confidence < plain.confidence <= doubts_of(higher)["tlie"].confidence
    assert "tlie Government" in lower.text
    assert "the Government" in higher.text
    edit = next(edit for edit in higher.edits if edit.before == "tlie")
    votes = [item for item in edit.evidence if "votes of the outside model" in item.text]
    assert [(item.kind, item.weight) for item in votes] == [(EvidenceKind.CONTEXT, 12.0)]
    assert "the +12.0" in votes[0].text
    assert dict(doubts_of(higher)["tlie"].votes)["the"] == 12.0


def test_a_model_may_prefer_another_candidate() -> None:
    restored = restore(TEXT, "prose", rescorer=Votes(this=400.0))
    doubt = doubts_of(restored)["tlie"]
    assert doubt.after == "this"
    assert doubt.confidence == 0.5
    assert doubt.status == "proposed"


def test_a_model_sees_what_stands_around_and_each_question_once() -> None:
    votes = Votes()
    restored = restore(TEXT, "prose", rescorer=votes)
    before, readings, after = next(question for question in votes.asked if question[1][0] == "tlie")
    assert before.endswith("said that ")
    assert after.startswith(" ")
    assert readings[1] == "the"
    asked = len(votes.asked)
    seen = restored.suspicious
    more = votes.asked[asked:]
    assert not set(more) & set(votes.asked[:asked])
    assert seen
    assert len(set(votes.asked)) == len(votes.asked)


def test_equal_votes_change_nothing() -> None:
    plain, voted = restore(TEXT, "prose"), restore(TEXT, "prose", rescorer=Votes())
    assert voted.text == plain.text
    old = {edit.id: edit.confidence for edit in plain.edits}
    assert {edit.id: edit.confidence for edit in voted.edits} == pytest.approx(old, abs=1e-4)


@pytest.mark.parametrize("answer", [[], [0.0], [float("nan")] * 30, [float("inf")] * 30])
def test_what_is_no_vote_is_refused(answer: list[float]) -> None:
    class Broken:
        def score(self, before: str, readings: Sequence[str], after: str) -> Sequence[float]:
            return answer[: len(readings)]

    model: Rescorer = Broken()
    with pytest.raises(RescorerError, match=r"the rescorer Broken gave .* one finite number for each"):
        restore(TEXT, "prose", rescorer=model)
    assert issubclass(RescorerError, CablefixError)


def test_a_remembering_model_asks_once() -> None:
    votes = Votes()
    model = Remembering(votes)
    assert model.score("a ", ["b", "c"], " d") == model.score("a ", ("b", "c"), " d") == (0.0, 0.0)
    assert len(votes.asked) == 1


def test_the_command_line_lists_them(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_text(TEXT, encoding="utf-8")
    shown = CliRunner().invoke(main, ["explain", str(path), "--suspicious"])
    assert shown.exit_code == 0
    assert "tlie" in shown.stdout
    assert "Zxqvbran" in shown.stdout
    rows = json.loads(CliRunner().invoke(main, ["explain", str(path), "--suspicious", "--json"]).stdout)
    row = next(row for row in rows if row["before"] == "tlie")
    assert row["candidates"][0]["text"] == "the"
    assert set(row["candidates"][0]) == {"text", "score", "channel", "context"}
    assert (row["line"], row["column"]) == (1, TEXT.index("tlie") + 1)
    kept = json.loads(CliRunner().invoke(main, ["explain", str(path), "--suspicious", "--applied", "--json"]).stdout)
    assert {row["status"] for row in kept} == {"applied"}
    assert CliRunner().invoke(main, ["explain", str(path), "--suspicious", "--layout"]).exit_code == 2
