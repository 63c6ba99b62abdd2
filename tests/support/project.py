"""The project's own files as the rule tests read them: which there are, their text, their syntax trees."""

import ast
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def modules(*packages: str) -> list[Path]:
    """Every Python module below the given folders of the project, in order."""
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """`desktop/reading/pdf.py` is `desktop.reading.pdf`; a package is named without `__init__`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def project_files() -> list[Path]:
    """Every file that git keeps or would keep. Skips the test where the project is not a git checkout."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files are the project's")
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def imported_names(tree: ast.AST) -> Iterator[str]:
    """The modules that a syntax tree imports anywhere, those for the type checker alone included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def shown(places: Sequence[str]) -> str:
    """A list of places as a failure message, one a line."""
    return "".join(f"\n  {place}" for place in places)
