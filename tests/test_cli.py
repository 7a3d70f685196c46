"""The command line as a user meets it: what is written where, exit codes, messages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cablefix._version import __version__
from cablefix.cli import COMMANDS, main
from cablefix.errors import ExitCode
from cablefix.resources import dictionary_path

EXAMPLE = dictionary_path("examples/reykjavik-000318.txt")
LETTER = "The tug left ( it was late ) at noon .\nIts master , Mr. Diaz , was glad .\n"


def run(*args: str | Path, data: bytes | None = None, width: int = 100) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], input=data, env={"COLUMNS": str(width)})


def fails(result: Result, code: ExitCode, *words: str) -> None:
    """The command ended with this code and one line of error that has these words in it."""
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    lines = [line for line in result.stderr.splitlines() if line.lower().startswith("error:")]
    assert len(lines) == 1, result.stderr
    for word in words:
        assert word in lines[0]


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text(LETTER, encoding="utf-8")
    return path


# --- restore ----------------------------------------------------------------------------------------------------


def test_text_is_the_default_and_goes_to_standard_output(letter: Path) -> None:
    result = run("restore", letter)
    assert result.exit_code == 0
    assert result.stdout.startswith("The tug left (it was late) at noon.")
    assert result.stderr == ""


@pytest.mark.parametrize(
    "name, begins",
    [
        ("o.xml", "<?xml"),
        ("o.tei", "<?xml"),
        ("o.txt", "The tug"),
        ("o.json", "{"),
        ("o.html", "<!DOCTYPE html>"),
        ("o.md", "The tug"),
        ("o.restoration.json", "{"),
        ("unknown", "The tug"),
    ],
)
def test_the_suffix_chooses_the_format(letter: Path, tmp_path: Path, name: str, begins: str) -> None:
    out = tmp_path / "out" / name
    result = run("restore", letter, "-o", out)
    assert result.exit_code == 0
    assert out.read_text(encoding="utf-8").startswith(begins)
    assert result.stdout == ""
    assert "letter.txt -> " in result.stderr


def test_a_suffix_of_no_format_is_refused(letter: Path, tmp_path: Path) -> None:
    fails(run("restore", letter, "-o", tmp_path / "o.pdf"), ExitCode.USAGE, "o.pdf", "--to", ".xml")
    assert not (tmp_path / "o.pdf").exists()
    assert run("restore", letter, "-o", tmp_path / "o").exit_code == 0
    assert run("restore", letter, "-o", tmp_path / "o.ocr", "--to", "text").exit_code == 0


def test_another_encoding_of_the_terminal_is_no_fault() -> None:
    command = [sys.executable, "-m", "cablefix", "explain", str(EXAMPLE)]
    done = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}, check=False)
    assert done.returncode == 0, done.stderr
    assert b"\\xb61." in done.stdout


def test_to_overrules_the_suffix(letter: Path, tmp_path: Path) -> None:
    run("restore", letter, "-o", tmp_path / "o.txt", "--to", "tei", "-q")
    assert (tmp_path / "o.txt").read_bytes().startswith(b"<?xml")


def test_standard_input(letter: Path) -> None:
    piped = run("restore", "-", "--to", "json", data=LETTER.encode())
    assert (
        json.loads(piped.stdout)["paragraphs"]
        == json.loads(run("restore", letter, "--to", "json").stdout)["paragraphs"]
    )


def test_outputs_name_the_file_and_not_its_folders(letter: Path, tmp_path: Path) -> None:
    for to in ("tei", "json", "html", "restoration"):
        written = run("restore", letter, "--to", to).stdout
        assert "letter.txt" in written
        assert str(tmp_path) not in written


def test_several_files_go_to_a_folder(letter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("restore", letter, EXAMPLE, "-o", f"{out}/", "--to", "html")
    assert result.exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["letter.html", "reykjavik-000318.html"]


def test_one_run_writes_several_outputs(letter: Path, tmp_path: Path) -> None:
    files = [tmp_path / "a.xml", tmp_path / "a.html", tmp_path / "a.json"]
    result = run("restore", letter, *(part for path in files for part in ("-o", path)))
    assert result.exit_code == 0
    assert [path.read_bytes()[:5] for path in files] == [b"<?xml", b"<!DOC", b'{\n  "']
    assert result.stderr.count("letter.txt -> ") == 3
    out = tmp_path / "out"
    assert run("restore", letter, EXAMPLE, "-o", f"{out}/", "--to", "tei", "--to", "text").exit_code == 0
    stems = ("letter", "reykjavik-000318")
    assert sorted(path.name for path in out.iterdir()) == [f"{stem}.{end}" for stem in stems for end in ("txt", "xml")]
    both = run("restore", letter, "-o", "-", "-o", tmp_path / "b.xml")
    assert both.stdout == "The tug left (it was late) at noon. Its master, Mr. Diaz, was glad.\n"
    assert (tmp_path / "b.xml").is_file()


def test_one_bad_file_does_not_stop_the_others(letter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("restore", tmp_path / "gone.txt", letter, "-o", f"{out}/")
    fails(result, ExitCode.INPUT, "gone.txt", "check the path")
    assert (out / "letter.txt").is_file()


def test_a_file_of_several_messages_can_be_split(tmp_path: Path) -> None:
    other = (
        EXAMPLE.read_bytes().replace(b"000318", b"000319").replace(b"#0318", b"#0319").replace(b"031340Z", b"031520Z")
    )
    both = tmp_path / "both.txt"
    both.write_bytes(EXAMPLE.read_bytes() + other.replace(b"2761340", b"2761520"))
    whole = run("restore", both)
    assert whole.exit_code == 0
    assert "both.txt: holds 2 messages, read as one; `restore --split`" in whole.stderr
    fails_usage = run("restore", both, "--split")
    assert fails_usage.exit_code == ExitCode.USAGE
    assert run("restore", both, "--split", "-o", f"{tmp_path}/out/", "--to", "tei", "-q").exit_code == 0
    parts = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in parts] == ["both-1.xml", "both-2.xml"]
    assert b"".join(run("undo", path).stdout_bytes for path in parts) == both.read_bytes()


def test_dry_run_writes_nothing(letter: Path, tmp_path: Path) -> None:
    result = run("restore", letter, "-o", tmp_path / "new" / "o.xml", "--dry-run")
    assert result.exit_code == 0
    assert "would write TEI" in result.stdout
    assert not (tmp_path / "new").exists()


def test_diff_shows_lines_before_and_after(letter: Path) -> None:
    lines = run("restore", letter, "--diff").stdout.splitlines()
    assert "- The tug left ( it was late ) at noon ." in lines
    assert "+ The tug left (it was late) at noon." in lines
    assert "\x1b" not in "".join(lines)


def test_diff_lists_proposals(letter: Path) -> None:
    assert "? 58:48  Ranvkell → Ravnkell" in run("restore", EXAMPLE, "--diff").stdout


def test_the_source_beside_the_tei(letter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("restore", letter, "-o", out / "o.xml", "--source", "sidecar").exit_code == 0
    assert (out / "o.source.txt").read_text(encoding="utf-8") == LETTER
    assert run("undo", out / "o.xml").stdout == LETTER
    assert run("validate", out / "o.xml").exit_code == 0


@pytest.mark.parametrize(
    "name, pages",
    [("tesseract.hocr", "o.page.xml.zip"), ("tesseract.alto.xml", "o.page.xml.zip"), ("alto4.xml", "o.page.xml")],
)
def test_ocr_formats_in_and_out(root: Path, tmp_path: Path, name: str, pages: str) -> None:
    source = root / "tests" / "data" / "formats" / name
    for out in ("o.xml", "o.restoration.json"):
        assert run("restore", source, "-o", tmp_path / out).exit_code == 0
        assert run("undo", tmp_path / out).stdout_bytes == source.read_bytes()
    for out, written, mark in (
        ("o.hocr", "o.hocr", b"ocr_page"),
        ("o.alto.xml", "o.alto.xml", b"<alto"),
        ("o.page.xml", pages, b"<PcGts"),
    ):
        result = run("restore", source, "-o", tmp_path / out)
        assert result.exit_code == 0, result.output
        assert written in result.stderr
        assert mark in (tmp_path / written).read_bytes() or written.endswith(".zip")


def test_corrected_pages_need_boxes(letter: Path) -> None:
    fails(run("restore", letter, "--to", "hocr"), ExitCode.INPUT, "letter.txt")


def test_notes_are_footnotes(letter: Path) -> None:
    assert "[^1]: Line 1, column" in run("restore", letter, "--to", "markdown", "--notes").stdout


# --- what must not happen ---------------------------------------------------------------------------------------


def test_an_input_is_never_overwritten(letter: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.txt"
    link.symlink_to(letter)
    for out in (letter, link):
        fails(run("restore", letter, "-o", out), ExitCode.USAGE, "is the input itself")
    fails(run("restore", letter, "-o", f"{tmp_path}/"), ExitCode.USAGE, "is the input itself")
    fails(run("undo", letter, "-o", letter), ExitCode.USAGE, "is the input itself")
    assert letter.read_text(encoding="utf-8") == LETTER


def test_a_failed_write_leaves_the_old_file(letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "o.txt"
    out.write_text("old", encoding="utf-8")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    fails(run("restore", letter, "-o", out), ExitCode.OUTPUT, "o.txt", "No space left")
    assert out.read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["letter.txt", "o.txt"]


@pytest.mark.parametrize(
    "args, words",
    [
        (["a.txt", "b.txt"], ["standard output", "-o FOLDER/"]),
        (["a/x.txt", "b/x.txt", "-o", "out/"], ["a/x.txt", "b/x.txt", "out/x.txt"]),
        (["-", "-", "-o", "out/"], ["once only"]),
        (["a.txt", "--to", "tei", "--source", "sidecar"], ["name the TEI with -o"]),
        (["a.txt", "--to", "docx"], ["docx"]),
        (["a.txt", "--to", "tei", "--to", "html"], ["2 formats", "standard output"]),
        (["a.txt", "-o", "a.xml", "-o", "b.xml", "--to", "tei"], ["suffixes"]),
        (["a.txt", "-o", "b.xml", "-o", "b.xml"], ["a.txt", "twice", "b.xml"]),
        (["a.txt", "--dictionary", "gone"], ["gone"]),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(args: list[str], words: list[str]) -> None:
    result = run("restore", *args)
    assert result.exit_code == ExitCode.USAGE
    for word in words:
        assert word in result.stderr


def test_errors_name_file_place_and_remedy(tmp_path: Path) -> None:
    fails(run("restore", tmp_path / "gone.txt"), ExitCode.INPUT, "gone.txt", "no such file", "check the path")
    image = tmp_path / "scan.png"
    image.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
    fails(run("restore", image), ExitCode.INPUT, "scan.png", "PNG", "OCR")
    fails(run("restore", EXAMPLE, "--profile", "nope"), ExitCode.PROFILE, "nope", "TOML")
    profile = tmp_path / "mine.toml"
    profile.write_text("threshold = = 1", encoding="utf-8")
    fails(run("restore", EXAMPLE, "--profile", profile), ExitCode.PROFILE, "mine.toml", "line 1")
    tables = tmp_path / "tables"
    (tables / "codes").mkdir(parents=True)
    (tables / "codes" / "posts.tsv").write_bytes(b"\xff\xfe\x00")
    (tables / "posts.tsv").write_bytes(b"\xff\xfe\x00")
    fails(run("restore", EXAMPLE, "--dictionary", tables), ExitCode.PROFILE, "posts.tsv")


@pytest.mark.parametrize(
    "text, word",
    [
        (b"\xff\xfe", "UTF-8"),
        (b"furniture = 3", "furniture"),
        (b"repairs = [3]", "repairs"),
        (b"repairs = ['spacing.nothing']", "spacing.nothing"),
        (b"extends = 'cable'\nthreshold = 2", "threshold"),
        (b"thresholds = 2", "thresholds"),
        (b"[thresholds]\n'words.case' = 2", "thresholds.words.case"),
        (b"settings = {a = 'b'}", "settings"),
        (b"dictionaries = 'here'", "dictionaries"),
        (b"extends = 'cable'\ndictionaries = ['nowhere']", "nowhere"),
        (b"extends = 'gone.toml'", "gone.toml"),
        (b"threshhold = 0.9", "threshhold"),
        (b"threshold = 0.9", "extends"),
        (b"[thresholds]\n'word.case' = 0.9", "word.case"),
        (b"extends = 'mine.toml'", "extends it in turn"),
    ],
)
def test_a_profile_of_the_wrong_kind(tmp_path: Path, text: bytes, word: str) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_bytes(text)
    fails(run("restore", EXAMPLE, "--profile", profile), ExitCode.PROFILE, str(tmp_path), word)


def test_a_kept_restoration_says_that_it_is_not_made_anew(tmp_path: Path) -> None:
    kept = tmp_path / "k.restoration.json"
    run("restore", EXAMPLE, "-o", kept)
    assert run("restore", kept).stderr == ""
    assert "is taken as it was kept" in run("restore", kept, "--profile", "faithful").stderr


def test_a_file_in_the_place_of_the_command_gets_a_hint(letter: Path) -> None:
    result = run(letter)
    assert result.exit_code == ExitCode.USAGE
    assert f"cablefix restore {letter}" in result.stderr


def test_no_control_character_of_an_input_reaches_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "bad\x1b[2J.txt"
    path.write_bytes(b"The tug \x1b[31m left ( \x1b]0;x\x07it was late ) at noon .\n\x9b1m and\x00 came back .\n")
    for args in (["explain"], ["explain", "--layout"], ["restore", "--diff"], ["restore", "--dry-run"]):
        result = run(args[0], path, *args[1:])
        assert result.exit_code == 0
        assert not {"\x1b", "\x07", "\x9b", "\x00"} & set(result.output)
    fails(run("restore", tmp_path / "gone\x1b[2J"), ExitCode.INPUT, "gone")


# --- explain ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 119, 120, 160])
def test_the_table_fits_the_terminal(width: int) -> None:
    lines = run("explain", EXAMPLE, "--layout", width=width).stdout.splitlines()
    assert max(len(line) for line in lines[:-1]) <= width
    assert lines[-1].startswith(str(EXAMPLE))


@pytest.mark.parametrize("width", [80, 160])
def test_each_repair_is_explained(width: int) -> None:
    found = json.loads(run("explain", EXAMPLE, "--json").stdout)
    table = run("explain", EXAMPLE, width=width).stdout
    assert {row["status"] for row in found} == {"applied", "proposed"}
    for row in found:
        assert row["id"] in table
        assert f"{row['line']}:{row['column']} " in table
        assert row["evidence"]


def test_explain_can_be_narrowed() -> None:
    def listed(*options: str) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = json.loads(run("explain", EXAMPLE, "--json", *options).stdout)
        return rows

    assert {row["status"] for row in listed("--applied")} == {"applied"}
    assert [row["after"] for row in listed("--proposed")] == ["Ravnkell"]
    assert {row["rule"].partition(".")[0] for row in listed("--rule", "spacing")} == {"spacing"}
    assert "layout" in {row["status"] for row in listed("--layout")}
    assert listed("--rule", "numbering.marks") == listed("--rule", "numbering.mark") != []
    fails(run("explain", EXAMPLE, "--rule", "nothing"), ExitCode.USAGE, "nothing", "spacing")


# --- undo and validate ------------------------------------------------------------------------------------------

NASTY = [
    b"",
    b"\x00",
    b"\xef\xbb\xbfA tug .\r\nB\rC\x0cD\n",
    "A tug ’ s “ master ”\n".encode("utf-16"),
    b"caf\xe9 \x81 \x1b[2J\n",
    b"\xff\xfe\xff\xff\xd8",
    b"]]> <TEI> &amp; --> \xc2\x85 \xe2\x80\xa8\n",
    b"\n\n\x0c\n \t \r\r\n",
]


@pytest.mark.parametrize("data", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("name", ["o.xml", "o.restoration.json"])
def test_undo_gives_the_original_bytes(tmp_path: Path, data: bytes, name: str) -> None:
    source, kept = tmp_path / "in.txt", tmp_path / name
    source.write_bytes(data)
    assert run("restore", source, "-o", kept).exit_code == 0
    result = run("undo", kept, "-o", tmp_path / "back")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "back").read_bytes() == data


def test_single_edits_are_undone(tmp_path: Path) -> None:
    first = next(row for row in json.loads(run("explain", EXAMPLE, "--json").stdout) if row["before"] == "^1 .")
    kept, less = tmp_path / "o.restoration.json", tmp_path / "p.restoration.json"
    run("restore", EXAMPLE, "-o", kept)
    assert run("undo", kept, "--edit", first["id"], "--who", "M. D.", "--note", "as typed", "-o", less).exit_code == 0
    assert "^1 . (C) The new" in run("restore", less).stdout
    row = next(row for row in json.loads(run("explain", less, "--json").stdout) if row["id"] == first["id"])
    assert row["status"] == "rejected"
    assert json.loads(less.read_bytes())["verdicts"][0]["who"] == "M. D."
    tei, other = tmp_path / "o.xml", tmp_path / "p.xml"
    run("restore", EXAMPLE, "-o", tei)
    assert run("undo", tei, "--edit", first["id"], "-o", other).exit_code == 0
    assert first["id"] not in other.read_text(encoding="utf-8").partition("<text ")[2]
    assert run("validate", other).exit_code == 0
    assert run("undo", other).stdout_bytes == EXAMPLE.read_bytes()


def test_proposals_are_accepted(tmp_path: Path) -> None:
    source, tei, kept = tmp_path / "v.txt", tmp_path / "v.xml", tmp_path / "v.restoration.json"
    source.write_text("Mr. Khlopkov spoke.\n\nKhlopkov left. Kholpkov was late, said Khlopkov.\n", encoding="utf-8")
    assert run("restore", source, "-o", tei, "-o", kept).exit_code == 0
    row = next(row for row in json.loads(run("explain", source, "--json").stdout) if row["before"] == "Kholpkov")
    assert row["status"] == "proposed"
    for given in (tei, kept):
        made = tmp_path / f"made{given.suffix}"
        result = run("accept", given, "--edit", row["id"], "--who", "M. D.", "-o", made)
        assert result.exit_code == 0, result.output
        assert "accepted" in result.stderr
        assert run("undo", made).stdout_bytes == source.read_bytes()
    assert run("validate", tmp_path / "made.xml").exit_code == 0
    assert "Khlopkov was late" in run("restore", tmp_path / "made.json").stdout
    fails(run("accept", tei, "--edit", "nope"), ExitCode.UNDO, "v.xml", "nope")
    fails(run("accept", kept, "--edit", "nope"), ExitCode.UNDO, "nope", "explain")
    fails(run("accept", kept), ExitCode.USAGE, "--edit")


def test_undo_says_why_it_cannot(tmp_path: Path) -> None:
    record, kept, tei, empty = (tmp_path / name for name in ("r.json", "k.restoration.json", "t.xml", "e.xml"))
    for out in (record, kept, tei):
        run("restore", EXAMPLE, "-o", out)
    fails(run("undo", record), ExitCode.UNDO, "r.json", "record", "--to restoration")
    fails(run("restore", record), ExitCode.INPUT, "r.json", "record", "--to restoration")
    fails(run("undo", kept, "--edit", "nope"), ExitCode.UNDO, "nope", "explain")
    fails(run("undo", tei, "--edit", "nope"), ExitCode.UNDO, "nope")
    run("restore", EXAMPLE, "-o", empty, "--source", "none")
    fails(run("undo", empty), ExitCode.UNDO, "e.xml", "without its source")
    fails(run("undo", EXAMPLE), ExitCode.UNDO, EXAMPLE.name, "line 1")
    text = kept.read_text(encoding="utf-8")
    for damage in (text[: len(text) // 2], text.replace("Harbor", "Harbour"), text.replace('"ledger"', '"lodger"')):
        kept.write_text(damage, encoding="utf-8")
        fails(run("undo", kept), ExitCode.UNDO, "k.restoration.json")
        fails(run("explain", kept), ExitCode.UNDO, "k.restoration.json")


def test_a_source_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    tei = tmp_path / "a" / "t.xml"
    run("restore", EXAMPLE, "-o", tei, "--source", "sidecar")
    (tmp_path / "secret.txt").write_bytes(EXAMPLE.read_bytes())
    changed = tei.read_text(encoding="utf-8").replace('"t.source.txt"', '"../secret.txt"')
    tei.write_text(changed, encoding="utf-8")
    fails(run("undo", tei), ExitCode.UNDO, "../secret.txt", "same folder")


def test_validate(tmp_path: Path) -> None:
    good, bad, text = tmp_path / "good.xml", tmp_path / "bad.xml", tmp_path / "text.xml"
    run("restore", EXAMPLE, "-o", good)
    bad.write_text(
        good.read_text(encoding="utf-8").replace("<p ", "<para ").replace("</p>", "</para>"), encoding="utf-8"
    )
    text.write_text("no XML", encoding="utf-8")
    assert run("validate", good).stdout == f"{good}: valid\n"
    result = run("validate", good, bad, text)
    assert result.exit_code == ExitCode.INVALID
    lines = result.stdout.splitlines()
    assert any(line.startswith(f"{bad}, line ") for line in lines)
    assert any(line.startswith(f"{text}, line 1") for line in lines)
    fails(run("validate", tmp_path / "gone.xml"), ExitCode.INPUT, "gone.xml")


# --- the rest ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [80, 160])
def test_demo_shows_before_after_repairs_and_tei(width: int, tmp_path: Path) -> None:
    result = run("demo", "--save", tmp_path / "d", width=width)
    assert result.exit_code == 0
    for part in ("1[2 . (C)", "¶2. (C) On September 28", "numbering.mark", "<teiHeader>", "what to do next"):
        assert part in result.stdout
    saved = {path.suffix for path in (tmp_path / "d").iterdir()}
    assert saved == {".txt", ".xml", ".json", ".jsonl", ".html", ".md"}
    assert (tmp_path / "d" / EXAMPLE.name).read_bytes() == EXAMPLE.read_bytes()


def test_rules_are_listed_with_what_they_do() -> None:
    table = run("rules", width=80).stdout
    assert "spacing.apostrophes" in table
    assert max(map(len, table.splitlines())) <= 80
    rows = json.loads(run("rules", "--json").stdout)
    assert all(row["about"] and row["rule"] for row in rows)
    assert ">>>" in run("rules", "spacing.apostrophes").stdout
    assert run("rules", "nope").exit_code == ExitCode.USAGE
    assert run("rules", "numbering.mark").stdout == run("rules", "numbering.marks").stdout
    kind = run("rules", "words.letters")
    assert "words.repair" in kind.stdout
    assert "no rule is called 'words.letters'" in kind.stderr


def test_help_and_version() -> None:
    assert run("--version").stdout == f"cablefix {__version__}\n"
    text = run("--help").stdout
    assert all(name in text for name in COMMANDS)
    assert all(code.meaning in text for code in ExitCode)
    for name in COMMANDS:
        assert "Usage: cablefix" in run(name, "--help").stdout.replace("main", "cablefix")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom cablefix.cli import main\nmain(['--help'], standalone_mode=False)\n"
        "print(sorted({'numpy', 'lxml', 'rich', 'symspellpy', 'rapidfuzz'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_interrupt(monkeypatch: pytest.MonkeyPatch, letter: Path) -> None:
    def interrupt(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cablefix.cli.restore.restorations_of", interrupt)
    result = run("restore", letter)
    assert result.exit_code == ExitCode.INTERRUPTED
    assert "Traceback" not in result.output


def test_a_reader_that_goes_away() -> None:
    command = [sys.executable, "-m", "cablefix", "explain", str(EXAMPLE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(timeout=60) == ExitCode.BROKEN_PIPE
        assert process.stderr.read() == b""
