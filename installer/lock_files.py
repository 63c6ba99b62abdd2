"""Reads and writes lock files: pip's requirements format, every line pinned and hashed for every platform."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HEADER = "# Made by `python3 -m installer lock` from pyproject.toml. Not to be edited by hand.\n"
LINE = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?:\s*;\s*(?P<marker>.+))?$")


@dataclass(frozen=True, slots=True)
class LockedPackage:
    """One pinned package; `marker` limits it to some systems, `hashes` are SHA-256 of every file that may be used."""

    name: str
    version: str
    hashes: tuple[str, ...]
    marker: str | None = None


def read_lock(path: Path) -> list[LockedPackage]:
    """Raises ValueError for a line that is not pinned and hashed."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = (line.strip() for line in text.splitlines())
    return [_package(line) for line in lines if line and not line.startswith("#")]


def _package(line: str) -> LockedPackage:
    requirement, *hashes = re.split(r"\s+--hash=sha256:", line)
    match = LINE.match(requirement.strip())
    if match is None or not hashes:
        raise ValueError(f"not a locked requirement: {line[:80]}")
    return LockedPackage(match["name"], match["version"], tuple(hashes), match["marker"])


def write_lock(path: Path, packages: Iterable[LockedPackage]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [_line(package) for package in sorted(packages, key=lambda package: package.name)]
    path.write_text(HEADER + "".join(lines), encoding="utf-8")


def _line(package: LockedPackage) -> str:
    marker = f" ; {package.marker}" if package.marker else ""
    hashes = "".join(f" \\\n    --hash=sha256:{digest}" for digest in sorted(set(package.hashes)))
    return f"{package.name}=={package.version}{marker}{hashes}\n"
