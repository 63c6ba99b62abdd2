"""Puts a fast form in its place: a graph whose weights stand in the model's own weights file, checked before.

In one step, so that an interrupted run leaves none. Knows neither embedders nor rerankers.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from desktop.domain.errors import EngineProblem
from desktop.embedding.identity import FAST_FOLDER, FORM_FILE, FORM_VERSION, GRAPH_FILE, TOKENIZER_FILE, Form
from desktop.embedding.layout import WEIGHTS_FILE

_UNFINISHED = f".{FAST_FOLDER}-"


def make_fast_form(folder: Path, graphs: Path, revision: str, check: Callable[[Path], bool]) -> None:
    """Makes `folder/fast` from the graph in `graphs`.

    `check` gets the unfinished form, raises when it computes what it should not, and says whether it must compute in
    32-bit floats. Raises EngineProblem, and leaves an earlier fast form as it was.
    """
    try:
        for unfinished in folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        made = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder))
        try:
            _fill(made, folder, graphs)
            _write_form(made, Form(revision, check(made)))
            _put_in_place(made, folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise EngineProblem(f"The fast form of {folder.name} can't be written.", str(error)) from error


def _fill(made: Path, folder: Path, graphs: Path) -> None:
    shutil.copyfile(graphs / GRAPH_FILE, made / GRAPH_FILE)
    if (graphs / TOKENIZER_FILE).is_file():
        shutil.copyfile(graphs / TOKENIZER_FILE, made / TOKENIZER_FILE)
    try:
        os.link(folder / WEIGHTS_FILE, made / WEIGHTS_FILE)
    except OSError:  # a file system without hard links
        shutil.copyfile(folder / WEIGHTS_FILE, made / WEIGHTS_FILE)


def _write_form(made: Path, form: Form) -> None:
    values = {"format": FORM_VERSION, "revision": form.revision, "exact": form.exact}
    (made / FORM_FILE).write_text(json.dumps(values) + "\n", encoding="utf-8")
    made.chmod(0o755)  # mkdtemp makes it private, the rest of the folder is not
    for path in made.iterdir():
        if path.name != WEIGHTS_FILE:  # on the disk already, and perhaps not ours to write
            with path.open("rb+") as file:
                os.fsync(file.fileno())


def _put_in_place(made: Path, folder: Path) -> None:
    fast = folder / FAST_FOLDER
    if fast.exists():
        fast.rename(made.with_name(f"{made.name}-old"))
    made.rename(fast)
    shutil.rmtree(made.with_name(f"{made.name}-old"), ignore_errors=True)
