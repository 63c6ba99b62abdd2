"""Lines to begin with when rules of a folder are written, and the line that leaves out one very file. Pure."""

import re
from dataclasses import dataclass

from desktop.gui.translation import tr


@dataclass(frozen=True, slots=True)
class Example:
    """`lines` are added to the rules; `chosen` in the last of them is marked, to be typed over."""

    name: str
    lines: tuple[str, ...]
    chosen: str


def examples() -> tuple[Example, ...]:
    return (
        Example(tr("Leave out a folder"), ("Drafts/",), "Drafts"),
        Example(tr("Leave out a type of file"), ("*.zip",), "zip"),
        # all that is no folder goes, then hidden, lock and program files go again: “!” takes in whatever has the ending
        Example(
            tr("Only these types"),
            ("*", "!*/", "!*.pdf", "!*.docx", ".*", "~$*", "node_modules/", "__pycache__/", "venv/", "site-packages/"),
            "!*.docx",
        ),
        Example(tr("Take in again"), ("!notes.tmp",), "notes.tmp"),
    )


def with_lines(rules: str, lines: tuple[str, ...]) -> str:
    """The rules with these lines at their end."""
    before = rules.rstrip("\n")
    return "\n".join(([before] if before.strip() else []) + list(lines)) + "\n"


def rule_for(path: str) -> str:
    """The rule that leaves out this one file; `path` is below the folder, with slashes."""
    escaped = re.sub(r"([\\*?\[\]])", r"\\\1", path)
    ending = escaped[: len(escaped.rstrip(" "))] + "\\ " * (len(escaped) - len(escaped.rstrip(" ")))
    return f"/{ending}"
