"""What the tests of the corpus have in common: small corpora, folders as values, a function that misbehaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cablefix.corpus.engines import Plan
from cablefix.corpus.isolate import Limits
from cablefix.corpus.run import Order
from cablefix.corpus.settings import Settings

TELEGRAM = """\
R {day:02d}1430Z MAR 74
FM AMEMBASSY {post}
TO SECSTATE WASHDC 4417
BT
UNCLAS {post} {number:04d}

E.O. 11652: N/A
TAGS: EFIS, IC
SUBJECT: NET SIZES IN THE COASTAL FISHERY, REPORT {number}
REF: {ref}

1. THE MINISTRY OF FISHERIES SAID ON DAY {day} THAT NETS OF {number} MILLIMETERS
WILL BE INSPECTED AT THE PIERS . THE HARBOR MASTER , MR. {name} , EXPECTS
NO PROTEST FROM THE OWNERS OF THE {number} BOATS .

2. THE TRAWLER OWNERS WILL MEET AGAIN IN {day} WEEKS TO TALK ABOUT THE
PRICE OF FUEL AND ABOUT THE LICENSES FOR THE NORTHERN BANKS.
BT
"""

# A module for the worker processes. `work` restores unless the text says what to do instead; `light` makes rows without
# any model, for tests of what is around it.
MISCHIEF = """
import hashlib, json, os, re, signal, time

def work(key, data, settings):
    from cablefix.corpus.work import pack_row
    if data.startswith(b"CRASH"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if data.startswith(b"HANG"):
        while True:
            time.sleep(0.01)
    if data.startswith(b"EAT"):
        eaten = [bytearray(1 << 24) for _ in range(1 << 10)]
    if data.startswith(b"FAULT"):
        raise KeyError("a fault in a rule")
    print("what a library prints does not come among the answers")
    return pack_row(key, data, settings)

def light(key, data, settings):
    from cablefix.corpus.settings import Packed
    from cablefix.text import SourceError
    if data.startswith(b"BAD"):
        raise SourceError(f"{key}: bad")
    digest = hashlib.sha256(data).hexdigest()
    words = data.decode().split()
    row = {"key": key, "status": "done", "sha256": digest, "output_sha256": digest, "words": len(words),
           "number": int(re.search(rb"REYKJAVIK (\\d+)", data)[1]),
           "paragraphs": [{"position": n, "text": word} for n, word in enumerate(words)]}
    return Packed(data, json.dumps(row).encode(), digest, digest)
"""


def telegram(
    number: int, day: int = 0, *, post: str = "REYKJAVIK", name: str = "BRANDSSON", ref: str = "STATE 041107"
) -> str:
    """A telegram of our own."""
    return TELEGRAM.format(number=number, day=day or 1 + number % 9, post=post, name=name, ref=ref)


def make_corpus(folder: Path, count: int) -> Path:
    """A folder with so many telegrams, some in subfolders."""
    for number in range(count):
        path = folder / f"box{number % 3}" / f"{number:04d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(telegram(100 + number), encoding="utf-8")
    return folder


def order(inputs: Path | str, out: Path) -> Order:
    """A quick order: faithful profile, two processes, small parts."""
    plan = Plan(Settings("text", profile="faithful"), Limits(timeout=30), workers=2)
    return Order((str(inputs),), out, plan, part=10)


def light(made: Order) -> Order:
    """The same order with the light function of `MISCHIEF`."""
    return replace(made, plan=replace(made.plan, function="mischief:light", warm_up=""))


def tree(folder: Path) -> dict[str, bytes]:
    """The files of a corpus by name; the manifest as a set of lines, for its order is that of the work."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    found = {name: path.read_bytes() for name, path in files.items() if name != ".lock"}
    if "manifest.jsonl" in found:
        found["manifest.jsonl"] = b"".join(sorted(set(found["manifest.jsonl"].splitlines(keepends=True))))
    return found
