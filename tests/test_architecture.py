"""The layers and the limits of the code, read from its syntax trees: nothing is imported to find out.

A module may import its own layer's modules and lower layers' modules, never a higher one's, and no chain of
imports may come back to where it began. docs/architecture.md explains the layers.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "cablefix"

Import = ast.Import | ast.ImportFrom

# From the bottom up. A name stands for a module or for a package with all that is in it.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"_version", "resources", "errors"}),
    frozenset({"text"}),
    frozenset({"ledger"}),
    frozenset({"layout"}),
    frozenset({"reading", "convention"}),
    frozenset({"lexicon", "cable", "collate"}),
    frozenset({"rules"}),
    frozenset({"profiles", "document"}),
    frozenset({"assemble", "restored"}),
    frozenset({"provenance"}),
    frozenset({"readers", "writers"}),
    frozenset({"restoration", "keep", "pipeline"}),
    frozenset({"corpus", "review", "bench", "train", "cli"}),
    frozenset({"__init__", "__main__"}),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}

# Neighbours in one layer of which the first may be imported by the second. Their order keeps cycles out.
SIDEWAYS: frozenset[tuple[str, str]] = frozenset(
    {
        ("_version", "resources"),
        ("errors", "resources"),
        ("lexicon", "cable"),
        ("lexicon", "collate"),
        ("document", "profiles"),
        ("restoration", "pipeline"),
        ("keep", "restoration"),
        ("readers", "writers"),
        ("corpus", "cli"),
        ("review", "cli"),
        ("bench", "cli"),
        ("train", "cli"),
        ("__init__", "__main__"),
    }
)

# Third-party modules that only some places may import.
FENCED: dict[str, frozenset[str]] = {
    "lxml": frozenset({"readers", "writers"}),
    "symspellpy": frozenset({"lexicon", "bench"}),  # in bench it is a peer to be measured
    "rapidfuzz": frozenset({"lexicon", "cable", "collate", "bench"}),
    "rich": frozenset({"cli", "corpus", "review", "bench", "train"}),
    "click": frozenset({"cli", "corpus", "review", "bench", "train"}),
}

# What the core dependencies and the extras bring. Everything else must be the standard library's or ours.
CORE = frozenset({"numpy", "rapidfuzz", "symspellpy", "lxml", "click", "rich"})

MODULE_LINES = 500
FUNCTION_LINES = 80
# Modules and functions over the limits, each with its reason. There are none.
LONG: dict[str, str] = {}


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    """Dotted name inside the package: "text", "rules.spacing", "rules" for rules/__init__.py."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _is_type_checking(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    test = node.test
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def import_nodes(node: ast.AST, in_function: bool = False) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Every import statement below node, and whether it runs only when a function is called."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Import):
            yield child, in_function
        elif _is_type_checking(child):
            # For the type checker alone: no import at run time, but a dependency all the same.
            yield from import_nodes(child, True)
        else:
            inside = in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from import_nodes(child, inside)


def imported(path: Path) -> Iterator[tuple[str, int, bool]]:
    """(dotted name, line, late) of each import in a file; `from a import b` gives a.b, relative or not."""
    here = ["cablefix", *path.relative_to(PACKAGE).with_suffix("").parts]
    for node, late in import_nodes(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, late
            continue
        base = here[: len(here) - node.level] if node.level else []
        base = [*base, *(node.module.split(".") if node.module else [])]
        for alias in node.names:
            yield ".".join([*base, alias.name]), node.lineno, late


def own_imports(path: Path, names: frozenset[str]) -> Iterator[tuple[str, int, bool]]:
    """Modules of this package that a file imports: the longest prefix that is a module."""
    for name, line, late in imported(path):
        parts = name.split(".")
        if parts[0] != "cablefix":
            continue
        inner = parts[1:]
        while inner and ".".join(inner) not in names:
            inner = inner[:-1]
        yield ".".join(inner) or "__init__", line, late


def all_names() -> frozenset[str]:
    return frozenset(module_name(path) for path in files())


def top(name: str) -> str:
    return name.split(".")[0]


def test_every_module_has_a_layer() -> None:
    homeless = sorted({top(module_name(path)) for path in files()} - LEVEL.keys())
    assert not homeless, f"give these a place in LAYERS and in docs/architecture.md: {homeless}"


def test_imports_run_downwards() -> None:
    names = all_names()
    wrong = []
    for path in files():
        own = top(module_name(path))
        for name, line, _ in own_imports(path, names):
            other = top(name)
            if own != other and LEVEL[other] >= LEVEL[own] and (other, own) not in SIDEWAYS:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong, "imports that do not run downwards:\n" + "\n".join(wrong)


def test_no_import_cycles() -> None:
    names = all_names()
    graph = {
        module_name(path): {name for name, _, _ in own_imports(path, names)} - {module_name(path)} for path in files()
    }
    done: set[str] = set()
    cycles: list[str] = []

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            cycles.append(" -> ".join([*trail[trail.index(name) :], name]))
            return
        if name in done:
            return
        for other in sorted(graph.get(name, set())):
            visit(other, (*trail, name))
        done.add(name)

    for name in sorted(graph):
        visit(name, ())
    assert not cycles, "\n".join(cycles)


@pytest.mark.parametrize("library", sorted(FENCED))
def test_libraries_stay_in_their_fences(library: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files()
        for name, line, _ in imported(path)
        if top(name) == library and top(module_name(path)) not in FENCED[library]
    ]
    assert not wrong, f"{library} belongs into {sorted(FENCED[library])}:\n" + "\n".join(wrong)


def test_extras_are_imported_late() -> None:
    """What is no core dependency is imported where it is used: `import cablefix` needs the core alone."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in files()
        for name, line, late in imported(path)
        if not late and top(name) not in CORE | sys.stdlib_module_names | {"cablefix", "__future__"}
    ]
    assert not wrong, "\n".join(wrong)


def test_modules_are_small() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path in files()
        if (lines := path.read_text(encoding="utf-8").count("\n")) > MODULE_LINES
        and str(path.relative_to(ROOT)) not in LONG
    ]
    assert not wrong, f"modules over {MODULE_LINES} lines:\n" + "\n".join(wrong)


def test_functions_are_short() -> None:
    wrong = []
    for path in files():
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            where = f"{path.relative_to(ROOT)}:{node.name}"
            if lines > FUNCTION_LINES and where not in LONG:
                wrong.append(f"{where} ({lines} lines)")
    assert not wrong, f"functions over {FUNCTION_LINES} lines:\n" + "\n".join(wrong)


def test_the_test_sees_violations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The net has no hole: an upward, a sideways, a relative and a late import are all seen."""
    package = tmp_path / "cablefix"
    (package / "rules").mkdir(parents=True)
    (package / "text.py").write_text("from .rules import spacing\n", encoding="utf-8")
    (package / "rules" / "__init__.py").write_text("", encoding="utf-8")
    late = "def f():\n    import cablefix.text\n    import lxml.etree\n"
    (package / "rules" / "spacing.py").write_text(late, encoding="utf-8")
    monkeypatch.setattr(f"{__name__}.PACKAGE", package)
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    with pytest.raises(AssertionError, match=r"text\.py:1 imports rules\.spacing"):
        test_imports_run_downwards()
    with pytest.raises(AssertionError, match=r"rules\.spacing -> text -> rules\.spacing"):
        test_no_import_cycles()
    with pytest.raises(AssertionError, match=r"spacing\.py:3"):
        test_libraries_stay_in_their_fences("lxml")
