"""Writes lines to standard output, whatever characters the user's files have in their names."""

import sys
from collections.abc import Iterable

from desktop.cli import text_output


def say(lines: Iterable[str]) -> None:
    """Words for a person: control characters are replaced."""
    for text in lines:
        for part in text.splitlines() or [""]:
            print_line(text_output.plain(part))


def print_line(text: str) -> None:
    # a name that is no text would end the command with an error half-way
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")
    sys.stdout.flush()
