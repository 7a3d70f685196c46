"""What a line may be by its first word: a word that is no keyword under any confusion opens no line of that kind.

Most readers of header lines begin with the first word. What it may open is worked out once for each word and channel,
so that a line of text is offered to few readers. Each test here is the first test of the reader it stands for: it may
let a line through that the reader refuses, never the other way.
"""

from __future__ import annotations

from cablefix.cable.address import opens_address
from cablefix.cable.bodylines import opens_classified, opens_reference, opens_subject, opens_tags
from cablefix.cable.channel import Channel
from cablefix.cable.eralines import opens_action, opens_distribution, opens_drafting
from cablefix.cable.formatlines import opens_channel, opens_de
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
_MOST_KNOWN = 20_000


def openings(word: str, channel: Channel) -> int:
    """The kinds of lines that a first word may open, as a sum of the constants above.

    >>> from cablefix.cable.channel import load_channel
    >>> [openings(word, load_channel()) & (FROM | TO | REF) for word in ("FM", "T0", "Development")] == [FROM, TO, 0]
    True
    """
    known = channel.openings
    found = known.get(word)
    if found is None:
        make_room(known, _MOST_KNOWN)
        found = known[word] = sum(kind for kind, opens in _TESTS if opens(word, channel))
    return found
