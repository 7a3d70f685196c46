"""The `teiHeader`: what the document is, where its text came from, what was done to it, who sent it to whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cablefix._version import __version__
from cablefix.text import Source
from cablefix.writers.tei_markup import Vocabulary, cable_id, reference_target
from cablefix.writers.tei_repair import RepairWriter
from cablefix.writers.tei_xml import Xml, attributes, plain

_MONTHS = "January February March April May June July August September October November December".split()
_KEPT_IN = {
    "compact": "The file is kept, compressed, in xenoData.",
    "embedded": "sourceDoc holds its lines verbatim.",
    "sidecar": "It is kept beside this file as {}.",
    "none": "It is not kept with this file.",
}


@dataclass
class HeaderFacts:
    """What the header says beyond the fields of the message."""

    source: Source
    size: int
    lines: int
    mode: str
    sidecar: str
    kind: str
    fields: Mapping[str, Any]
    pages: int = 0
    hyphens: int = 0
    proposals: int = 0
    checks: int = 0
    missing: tuple[int, ...] = ()
    title: str = ""
    when: date | None = None
    reviewers: Mapping[str, str] = field(default_factory=dict)
    profile: str = ""


def document_id(fields: Mapping[str, Any], source: Source) -> str:
    """The id by which the document is known: "07MOSCOW1" form for a cable, else the head of the source's digest."""
    when, post, number = (str(fields.get(key) or "") for key in ("dtg_iso", "post", "message_number"))
    if re.match(r"\d{4}", when) and re.search("[A-Z]", post.upper()) and number.isdecimal():
        return cable_id(when[2:4], post, number)
    return source.sha256[:12]


def long_date(iso: str) -> str:
    """A date and time as the header prints it.

    >>> long_date("1977-03-04T16:40:00Z")
    '4 March 1977, 16:40 UTC'
    """
    match = re.match(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?", iso)
    if not match or not 1 <= int(match[2]) <= 12:
        return iso
    clock = f", {match[4]} UTC" if match[4] else ""
    return f"{int(match[3])} {_MONTHS[int(match[2]) - 1]} {match[1]}{clock}"


def _title(facts: HeaderFacts, xml: Xml) -> str:
    subject = facts.fields.get("subject")
    main = facts.title or subject or f"Restored text of {facts.source.name}"
    out = f'<title type="main">{xml.text(str(main))}</title>\n'
    if facts.kind != "cable":
        return out
    number = str(facts.fields.get("message_number") or "").lstrip("0")
    sender, when = facts.fields.get("from"), facts.fields.get("dtg_iso")
    words = ["Telegram", number] if number else ["Telegram"]
    words += [f"from {sender}"] if sender else []
    sub = " ".join(words) + (f", {long_date(str(when)).partition(',')[0]}" if when else "")
    return out + f'<title type="sub">{xml.text(sub)}</title>\n'


def file_description(facts: HeaderFacts, words: Vocabulary, xml: Xml) -> str:
    """`fileDesc`: title, who is responsible, and the two sources: the message and the OCR text of it."""
    key = document_id(facts.fields, facts.source)
    people = "".join(
        f'<respStmt xml:id="{name}"><resp>review of repairs</resp><name>{xml.text(who)}</name></respStmt>\n'
        for who, name in facts.reviewers.items()
    )
    when = f'<date when="{facts.when}">{facts.when}</date>\n' if facts.when else ""
    cable = f'<idno type="cable">{key}</idno>\n' if facts.kind == "cable" else ""
    return (
        "<fileDesc>\n<titleStmt>\n"
        f"{_title(facts, xml)}"
        '<respStmt xml:id="cablefix"><resp>automatic restoration of the OCR text and encoding in TEI</resp>'
        '<name type="software" ref="#app-cablefix">cablefix</name></respStmt>\n'
        f"{people}</titleStmt>\n"
        "<editionStmt><edition>Machine-restored, not proofread against page images</edition></editionStmt>\n"
        f"<publicationStmt>\n<authority>Not published; made with cablefix</authority>\n{cable}"
        '<availability status="unknown"><p>Rights in the source were not assessed.</p></availability>\n'
        f"{when}</publicationStmt>\n<sourceDesc>\n"
        f"{_message(facts, words, xml)}{_ocr(facts, xml)}</sourceDesc>\n</fileDesc>\n"
    )


def _message(facts: HeaderFacts, words: Vocabulary, xml: Xml) -> str:
    """The message that was transmitted, as a `bibl`."""
    if facts.kind != "cable":
        return ""
    get = facts.fields.get
    out = []
    if sender := get("from"):
        ref = words.org_ref(str(sender), str((get("de") or {}).get("station", "")))
        out.append(f'<author><orgName ref="{ref}">{xml.text(str(sender))}</orgName></author>\n')
    if subject := get("subject"):
        out.append(f'<title level="u">{xml.text(str(subject))}</title>\n')
    if get("post") and get("message_number"):
        number = xml.text(f"{get('post')} {get('message_number')}")
        out.append(f'<idno type="message-number">{number}</idno>\n')
    if get("channel"):
        out.append(f'<idno type="transmission">{xml.text(str(get("channel")))}</idno>\n')
    if when := get("dtg_iso"):
        out.append(f"<date{attributes(when=when)}>{xml.text(long_date(str(when)))}</date>\n")
    if facts.pages:
        out.append(f"<extent>{facts.pages} {'page' if facts.pages == 1 else 'pages'}</extent>\n")
    content = "".join(out) or "<title>Telegram</title>\n"
    return f'<bibl type="message" xml:id="src-message">\n{content}</bibl>\n'


def _ocr(facts: HeaderFacts, xml: Xml) -> str:
    """The file that was restored, as a `bibl`."""
    kept = _KEPT_IN[facts.mode].format(facts.sidecar)
    pointer = f"<ptr{attributes(target=facts.sidecar)}/>\n" if facts.mode == "sidecar" else ""
    warnings = "".join(f"<note>{xml.text(text)}</note>\n" for text in facts.source.warnings)
    encoding = facts.source.encoding + (" with byte order mark" if facts.source.bom else "")
    return (
        f'<bibl type="ocr" xml:id="ocr">\n<title level="u">{xml.text(facts.source.name)}</title>\n'
        f"<note>Text as the OCR engine left it, {encoding}. This file, not the page image, was encoded."
        f" {xml.text(kept)}</note>\n{warnings}{pointer}"
        f'<extent><measure unit="byte" quantity="{facts.size}">{facts.size} bytes</measure>, '
        f'<measure unit="line" quantity="{facts.lines}">{facts.lines} lines</measure></extent>\n'
        f'<idno type="sha256">{facts.source.sha256}</idno>\n</bibl>\n'
    )


def encoding_description(facts: HeaderFacts, words: Vocabulary, xml: Xml) -> str:
    """`encodingDesc`: what was done, the categories used, the program, characters that XML cannot hold.

    It declares what the other parts of the file use, so it is made after them.
    """
    when = attributes(when=facts.when)
    return (
        f"<encodingDesc>\n{_editorial(facts)}{_taxonomies(words, xml)}{_prefixes(facts)}"
        f'<appInfo><application ident="cablefix" version="{__version__}" xml:id="app-cablefix"{when}>'
        f'<label>cablefix {__version__}, profile {plain(facts.profile)}</label><ptr target="#text"/>'
        f"</application></appInfo>\n{_characters(xml)}</encodingDesc>\n"
    )


def _editorial(facts: HeaderFacts) -> str:
    if facts.hyphens:
        lines = "1 line end" if facts.hyphens == 1 else f"{facts.hyphens} line ends"
        hyphens = (
            f"Hyphens that only divide a word, at {lines}, are kept as <gi>pc</gi> with <att>force</att> "
            "<val>weak</val>; hyphens that belong to the word are plain characters. No word ends at an <gi>lb</gi> "
            "with <att>break</att> <val>no</val>."
        )
    else:
        hyphens = "No hyphen was removed at a line end."
    record = {
        "compact": "xenoData keeps",
        "embedded": "sourceDoc keeps",
        "sidecar": "the source file keeps",
        "none": "the source file, not kept here, has",
    }[facts.mode]
    return (
        "<editorialDecl>\n"
        '<correction status="medium" method="markup"><p>Each repair is a <gi>choice</gi> of <gi>corr</gi>, the '
        "restored reading, always first, and <gi>sic</gi>, the reading of the source. On <gi>corr</gi>, "
        "<att>type</att> says whose fault it mends (<val>ocr</val>, <val>transmission</val>, <val>authorial</val>), "
        "<att>subtype</att> names the rule, <att>resp</att> who is responsible, <att>cert</att> the probability "
        "that the repair is right, and <att>evidence</att> what it rests on; the reasons in words are in "
        "<gi>standOff</gi>. Possible repairs that were not sure enough are marked as <gi>seg</gi> of type "
        "<val>query</val> and explained in <gi>standOff</gi>; the text has the reading of the source.</p>"
        "</correction>\n"
        f'<normalization method="silent"><p>Within <gi>text</gi> any run of white space counts as one space, and '
        f"blank lines are left out; {record} every one of them. Control characters and characters of no width "
        "are left out of <gi>text</gi> likewise.</p></normalization>\n"
        f'<hyphenation eol="{"some" if facts.hyphens else "none"}"><p>{hyphens}</p></hyphenation>\n'
        '<quotation marks="all"><p>Quotation marks are characters, as in the source.</p></quotation>\n'
        "<segmentation><p>One element a logical line: format lines of the message header are <gi>seg</gi> or "
        "<gi>dateline</gi>, headings <gi>head</gi>, paragraphs <gi>p</gi> with their number in <att>n</att>, "
        "sub-paragraphs and bullets <gi>item</gi>, table rows <gi>row</gi>. Each line of the source that is not "
        "blank begins with <gi>lb</gi>, whose <att>n</att> counts lines of the source file. Running heads, page "
        "numbers, stamps, transmission signs and ruled lines are <gi>fw</gi> where they stand.</p></segmentation>\n"
        "<interpretation><p>Fields were recognized by form and place. Names were not identified with "
        "authority files.</p></interpretation>\n</editorialDecl>\n"
    )


def _taxonomies(words: Vocabulary, xml: Xml) -> str:
    groups = (
        ("classification", "Security classification and portion marks", words.classes),
        ("caption", "Distribution and handling captions", words.captions),
        ("TAGS", "Traffic Analysis by Geography and Subject", words.tags),
    )
    out = []
    for key, title, found in groups:
        if not found:
            continue
        rows = "".join(
            f'<category xml:id="{name}"><catDesc>{xml.text(meaning)}</catDesc></category>\n'
            for name, meaning in found.values()
        )
        out.append(f'<taxonomy xml:id="{key}"><desc>{title}</desc>\n{rows}</taxonomy>\n')
    return f"<classDecl>\n{''.join(out)}</classDecl>\n" if out else ""


def _prefixes(facts: HeaderFacts) -> str:
    if facts.kind != "cable":
        return ""
    return (
        '<listPrefixDef><prefixDef ident="cable" matchPattern="([0-9]{2})([A-Z]+)([0-9]+)" '
        'replacementPattern="$1$2$3.xml"><p>Cables are cited by two-digit year, post and message number.</p>'
        "</prefixDef></listPrefixDef>\n"
    )


def _characters(xml: Xml) -> str:
    """`charDecl` for the characters that XML 1.0 cannot hold and that are written as `g`."""
    if not xml.characters:
        return ""
    rows = "".join(
        f'<char xml:id="U-{ord(char):04X}"><desc>The character U+{ord(char):04X}, which XML 1.0 cannot hold</desc>'
        "</char>\n"
        for char in sorted(xml.characters)
    )
    return f"<charDecl>\n{rows}</charDecl>\n"


def profile_description(facts: HeaderFacts, words: Vocabulary, xml: Xml) -> str:
    """`profileDesc`: date, language, TAGS, classification, captions, sender and addressees."""
    get = facts.fields.get
    when = get("dtg_iso")
    creation = (
        f"<creation><date{attributes(when=when)}>{xml.text(long_date(str(when)))}</date></creation>\n" if when else ""
    )
    terms = "".join(f'<term ref="{words.tag_ref(tag)}">{xml.text(tag)}</term>' for tag in get("tags") or ())
    keywords = f'<keywords scheme="#TAGS">{terms}</keywords>\n' if terms else ""
    classes = ""
    if value := get("classification"):
        classes += f'<catRef scheme="#classification" target="{words.class_ref(str(value))}"/>\n'
    for value in get("captions") or ():
        classes += f'<catRef scheme="#caption" target="{words.caption_ref(value)}"/>\n'
    text_class = f"<textClass>\n{keywords}{classes}</textClass>\n" if keywords or classes else ""
    return (
        f'<profileDesc>\n{creation}<langUsage><language ident="en">English</language></langUsage>\n'
        f"{text_class}{_correspondence(facts, words, xml)}</profileDesc>\n"
    )


def _correspondence(facts: HeaderFacts, words: Vocabulary, xml: Xml) -> str:
    """`correspDesc`: sender, addressees for action and information, date, references."""
    get = facts.fields.get
    if facts.kind != "cable" or not any(get(key) for key in ("from", "to", "info", "dtg_iso")):
        return ""
    sent = ""
    if sender := get("from"):
        sent += f'<orgName ref="{words.org_ref(str(sender))}">{xml.text(str(sender))}</orgName>'
    if when := get("dtg_iso"):
        sent += f"<date{attributes(when=when)}>{xml.text(long_date(str(when)))}</date>"
    out = [f'<correspAction type="sent">{sent}</correspAction>\n'] if sent else []
    for key, subtype in (("to", "action"), ("info", "info")):
        for item in get(key) or ():
            name = str(item.get("name", ""))
            if name:
                ref = words.org_ref(name, str(item.get("routing", "")))
                out.append(
                    f'<correspAction type="received" subtype="{subtype}">'
                    f'<orgName ref="{ref}">{xml.text(name)}</orgName></correspAction>\n'
                )
    rows = []
    for item in get("refs") or ():
        target = reference_target(str(item["text"]))
        names = attributes(type="cable" if target else "reference", target=target, n=item.get("label"))
        rows.append(f"<ref{names}>{xml.text(str(item['text']))}</ref>")
    context = f"<correspContext>{''.join(rows)}</correspContext>\n" if rows else ""
    if not out:
        return ""
    ref = f"cable:{document_id(facts.fields, facts.source)}"
    known = ref if re.fullmatch(r"cable:\d\d[A-Z]+\d+", ref) else None
    return f"<correspDesc{attributes(type='telegram', ref=known)}>\n{''.join(out)}{context}</correspDesc>\n"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def revision_description(facts: HeaderFacts, repairs: RepairWriter) -> str:
    """`revisionDesc`: how many repairs of which kind, how many doubts."""
    total = sum(repairs.faults.values())
    kinds = ", ".join(f"{number} {name}" for name, number in sorted(repairs.faults.items()))
    parts = [_count(total, "repair", "repairs") + (f" ({kinds})" if total else "")]
    parts.append(_count(facts.proposals, "proposal", "proposals"))
    parts.append(_count(facts.checks, "failed check", "failed checks"))
    text = "Restored from the OCR text: " + ", ".join(parts) + "."
    if facts.missing:
        numbers = ", ".join(str(n) for n in facts.missing)
        text += f" Paragraph numbers that the source does not show: {numbers}."
    names = attributes(when=facts.when, who="#cablefix")
    return f"<revisionDesc><change{names}>{text}</change></revisionDesc>\n"
