"""What a line may be by its first word: a word that is no keyword under any confusion opens no line of that kind.

Most readers of header lines begin with the first word. What it may open is worked out once for each word and channel,
so that a line of text is offered to few readers. Each test here is the first test of the reader it stands for: it may
let a line through that the reader refuses, never the other way.
"""

from __future__ import annotations

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from cablefix.cable.address import KEYWORDS, opens_address
from cablefix.cable.bodylines import (
    REF_WORDS,
    SUBJECT_WORDS,
    TAGS_WORDS,
    opens_classified,
    opens_reference,
    opens_subject,
    opens_tags,
)
from cablefix.cable.channel import Channel, most_edits
from cablefix.cable.eralines import (
    ACTION_WORDS,
    DRAFTING_WORDS,
    INFO_WORDS,
    opens_action,
    opens_distribution,
    opens_drafting,
)
from cablefix.cable.formatlines import opens_channel, opens_de
from cablefix.cable.rows import strip_dust
from cablefix.lexicon.remembered import make_room

CHANNEL, DE, FROM, TO, INFO, DISTRIBUTION, CLASSIFIED = 1, 2, 4, 8, 16, 32, 64
TAGS, SUBJECT, REF, ACTION, DRAFTING = 128, 256, 512, 1024, 2048
ANY = 4096
"""Lines that the first word does not tell."""
_TESTS = (
    (CHANNEL, opens_channel),
    (DE, opens_de),
    (FROM, lambda word, channel: opens_address(word, "from", channel)),
    (TO, lambda word, channel: opens_address(word, "to", channel)),
    (INFO, lambda word, channel: opens_address(word, "info", channel)),
    (DISTRIBUTION, opens_distribution),
    (CLASSIFIED, opens_classified),
    (TAGS, opens_tags),
    (SUBJECT, opens_subject),
    (REF, opens_reference),
    (ACTION, opens_action),
    (DRAFTING, opens_drafting),
)
# The keywords of the kinds that have some, for a sieve before the tests.
_KEYWORDS = (
    (FROM, KEYWORDS["from"]),
    (TO, KEYWORDS["to"]),
    (INFO, KEYWORDS["info"]),
    (DISTRIBUTION, INFO_WORDS),
    (TAGS, TAGS_WORDS),
    (SUBJECT, SUBJECT_WORDS),
    (REF, REF_WORDS),
    (ACTION, ACTION_WORDS),
    (DRAFTING, DRAFTING_WORDS),
)
_SIEVED = sum(kind for kind, _ in _KEYWORDS)
_LISTED = tuple(dict.fromkeys(word for _, words in _KEYWORDS for word in words))
_KINDS = {word: sum(kind for kind, words in _KEYWORDS if word in words) for word in _LISTED}
_MOST_EDITS = max(map(most_edits, _LISTED))
_MOST_KNOWN = 20_000


def openings(word: str, channel: Channel) -> int:
    """The kinds of lines that a first word may open, as a sum of the constants above.

    >>> from cablefix.cable.channel import load_channel
    >>> [openings(word, load_channel()) & (FROM | TO) for word in ("FM", "T0", "Development")] == [FROM, TO, 0]
    True
    """
    known = channel.openings
    found = known.get(word)
    if found is None:
        make_room(known, _MOST_KNOWN)
        tested = ~_SIEVED | _near_keywords(word)
        found = known[word] = sum(kind for kind, opens in _TESTS if kind & tested and opens(word, channel))
    return found


def _near_keywords(word: str) -> int:
    """The kinds with a keyword that a word is no more edits away from than any reading may have."""
    if not word.isascii():
        return _SIEVED
    near = 0
    for text in {strip_dust(word), strip_dust(word.split(":")[0])}:
        found = process.extract(
            text.upper(), _LISTED, scorer=Levenshtein.distance, score_cutoff=_MOST_EDITS, limit=len(_LISTED)
        )
        for keyword, distance, _ in found:
            if distance <= most_edits(keyword):
                near |= _KINDS[keyword]
    return near
