"""Whether a GGUF file is a model or a tone, for files that were dropped on the window."""

from pathlib import Path
from typing import Literal

from desktop.gguf.cursor import BadGguf
from desktop.gguf.header import read_header


def kind_of_gguf(path: str | Path) -> Literal["model", "tone"]:
    """Raises UserError for a file that is neither; whether it can be used is another question."""
    kind = read_header(path).kind
    if kind == "adapter":
        return "tone"
    if kind == "model":
        return "model"
    raise BadGguf(f"It is neither a model nor a tone, but of the kind “{kind}”.")
