"""Writes a conversation to a file that is whole or not there. What it looks like is said by the forms."""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from desktop.domain.answers import Answer, FileChange
from desktop.domain.errors import UserError
from desktop.engine.export_content import Exported, exported
from desktop.engine.export_html import as_html
from desktop.engine.export_markdown import as_markdown

FORMS: Mapping[str, Callable[[Exported], str]] = {"markdown": as_markdown, "html": as_html}


def write_conversation(
    title: str, answers: Sequence[Answer], changes: Mapping[tuple[str, str], FileChange], form: str, path: str
) -> None:
    """`changes`: what became of each cited (file, hash). Raises UserError where it can't be written."""
    write = FORMS.get(form)
    if write is None:
        raise UserError("A conversation can't be exported as that.", f"Choose one of: {', '.join(FORMS)}.")
    text = write(exported(title, answers, changes))
    try:
        _write_whole(Path(path), text)
    except OSError as error:
        raise UserError("The file could not be written.", f"{path}: {error.strerror}") from None


def _write_whole(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text.encode("utf-8", "replace").decode("utf-8"))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
