"""House rules that a machine can check: no paths of one computer, no stray prints, no mocks, reasons for ignores."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.project import ROOT, imported_names, modules, project_files, shown, tree_of

# spelled in pieces, so that this file keeps its own rule
ONE_COMPUTER = re.compile(
    rb"(?<![\w.\-])/(?:" + b"|".join((b"wo" + b"rk", b"ro" + b"ot", b"tmp/" + b"w")) + rb")\b(?!-)"
)
MOCKS = {"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "create_autospec"}
IGNORE = re.compile(r"#\s*(?:noqa|type:\s*ignore|pyright:\s*ignore)(?P<rest>.*)")
CODE_AND_REASON = re.compile(r"\s*(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[\w\-, ]+\])\s*(?:#|--)\s*\w.{3,}")
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "misc"}


def calls_of(path: Path, names: set[str]) -> list[str]:
    """Where a module calls a plain function of one of these names; `print` to a named file doesn't count."""
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in names
        and not any(keyword.arg == "file" for keyword in node.keywords)
    ]


def test_no_file_names_a_path_of_one_computer() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group().decode()}"
        for path in project_files()
        for match in ONE_COMPUTER.finditer(path.read_bytes())
        if b"\0" not in path.read_bytes()[:8000]
    ]
    assert not found, shown(found)


def test_only_the_command_line_prints() -> None:
    found = [
        place
        for path in modules("desktop")
        if (ROOT / "desktop" / "cli") not in path.parents
        for place in calls_of(path, {"print"})
    ]
    assert not found, f"standard output carries messages; say it in a log or on standard error:{shown(found)}"


def test_no_test_mocks() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules("tests")
        for name in imported_names(tree_of(path))
        if name.startswith(("unittest.mock", "mock", "pytest_mock"))
    ]
    found += [place for path in modules("tests") for place in calls_of(path, MOCKS)]
    assert not found, shown(found)


@pytest.mark.parametrize("package", ["desktop", "installer"])
def test_every_module_says_what_it_does(package: str) -> None:
    silent = [str(path.relative_to(ROOT)) for path in modules(package) if not ast.get_docstring(tree_of(path))]
    assert not silent, f"no docstring:{shown(silent)}"


def test_every_ignore_has_a_code_and_a_reason() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in modules("desktop", "installer")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (match := IGNORE.search(line)) and not CODE_AND_REASON.match(match["rest"])
    ]
    assert not bare, f"write the code and, behind # or --, the reason:{shown(bare)}"


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = [str(path.relative_to(ROOT)) for path in modules("desktop", "installer") if path.stem in EMPTY_NAMES]
    assert not empty, shown(empty)


def test_nothing_is_pickled() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in modules("desktop", "installer")
        if {"pickle", "shelve", "marshal"} & set(imported_names(tree_of(path)))
    ]
    assert not found, shown(found)
