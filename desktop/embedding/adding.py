"""Adds a model folder that the user has: checks it, copies what is known of it, has the workshop make its fast form.

Nothing of the folder is run, and a fast form that came with it is not taken. The model appears under its name in one
step, or not at all. Fetches nothing.
"""

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from desktop.domain.errors import EngineProblem, UserError
from desktop.embedding.foreign_folder import ModelCopy, check_source, name_for
from desktop.embedding.known import give_prompts
from desktop.embedding.layout import read_layout
from desktop.embedding.pair_layout import read_pair_layout
from desktop.platform_support.environment import child_environment

UNFINISHED = ".adding-"
_WORKSHOP = ("torch", "transformers", "sentence_transformers", "onnx", "onnxscript")
_FORGOTTEN = 24 * 3600.0  # seconds after which an unfinished folder is surely nobody's
_LOOK = 0.2


class AddingStopped(UserError):
    """The user stopped it; nothing is left."""


class ModelAdder:
    """Adds models to the folder `shelf`. `on_progress` gets short sentences; `stop` set ends it with AddingStopped."""

    def __init__(self, shelf: Path, on_progress: Callable[[str], None], stop: threading.Event | None = None) -> None:
        self._shelf = shelf
        self._tell = on_progress
        self._stop = stop or threading.Event()

    def add_embedder(self, source: Path) -> Path:
        """As the function `add_embedder`."""

        def dense_parts(folder: Path) -> tuple[str, ...]:
            if known := give_prompts(folder):
                self._tell(f"Its settings name no prompts; it is used with “{known.query_prompt}” before a question.")
            return read_layout(folder).dense

        return self._add(source, "", dense_parts)

    def add_reranker(self, source: Path) -> Path:
        """As the function `add_reranker`."""

        def no_parts(folder: Path) -> tuple[str, ...]:
            read_pair_layout(folder)
            return ()

        return self._add(source, "--reranker", no_parts)

    def _add(self, source: Path, kind: str, read: Callable[[Path], tuple[str, ...]]) -> Path:
        check_source(source)
        name = name_for(source)
        target = self._shelf / name
        if target.exists():
            raise UserError(f"There is a model named {name} already.", "Remove it first, or rename the folder.")
        try:
            self._sweep()
            with tempfile.TemporaryDirectory(
                prefix=UNFINISHED, dir=self._shelf, ignore_cleanup_errors=True
            ) as unfinished:
                made = Path(unfinished) / name
                self._copy(source, made, read)
                self._make_fast_form(made, kind)
                made.rename(target)
        except OSError as error:
            raise EngineProblem(f"The model {name} can't be copied to {self._shelf}.", str(error)) from error
        return target

    def _copy(self, source: Path, made: Path, read: Callable[[Path], tuple[str, ...]]) -> None:
        copy = ModelCopy(source, made, self._go_on)
        copy.settings()
        parts = read(made)  # before gigabytes are copied
        require_workshop()
        self._tell(f"Copying {source.name}: {copy.weights_size(parts) / 1e6:.0f} MB.")
        copy.weights(parts)

    def _make_fast_form(self, made: Path, kind: str) -> None:
        """By two processes: torch's memory is given back before the form is checked."""
        flags = [kind] if kind else []
        with tempfile.TemporaryDirectory(prefix="footnote-graph-") as graphs:
            self._tell("Making its fast form. This takes a minute, for a large model some minutes.")
            self._run(made.name, ["desktop.workshop", "make-form", *flags, str(made), graphs])
            self._tell("Checking the fast form.")
            self._run(made.name, ["desktop.embedding.prepare", *flags, str(made), "--graph", graphs])

    def _run(self, name: str, arguments: list[str]) -> None:
        """Raises EngineProblem with the last thing the process said."""
        with tempfile.TemporaryFile() as said:
            code = self._wait(arguments, said)
            if code == 0:
                return
            said.seek(0)
            lines = [line for line in said.read().decode("utf-8", "replace").splitlines() if line.strip()]
        reason = lines[-1].strip() if lines else f"The process ended with code {code}."
        raise EngineProblem(f"The model {name} can't be added.", reason)

    def _wait(self, arguments: list[str], said: IO[bytes]) -> int:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env=child_environment(),
            creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
        )
        try:
            while True:
                self._go_on()
                try:
                    return process.wait(_LOOK)
                except subprocess.TimeoutExpired:
                    continue
        finally:
            process.kill()
            process.wait()

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise AddingStopped("Adding the model was stopped.")

    def _sweep(self) -> None:
        """Removes what a crash has left; another Footnote may be adding just now."""
        self._shelf.mkdir(parents=True, exist_ok=True)
        for left in self._shelf.glob(f"{UNFINISHED}*"):
            if time.time() - left.stat().st_mtime > _FORGOTTEN:
                shutil.rmtree(left, ignore_errors=True)


def add_embedder(
    source: Path, embedders: Path, on_progress: Callable[[str], None], stop: threading.Event | None = None
) -> Path:
    """The folder `embedders`/name, ready for `load_embedder`, made of the sentence-transformers folder `source`.

    Takes a minute or more. Raises UserError or EngineProblem with what is wrong and what to do; then nothing is left.
    """
    return ModelAdder(embedders, on_progress, stop).add_embedder(source)


def add_reranker(
    source: Path, rerankers: Path, on_progress: Callable[[str], None], stop: threading.Event | None = None
) -> Path:
    """The folder `rerankers`/name, ready for `load_reranker`, made of a CrossEncoder folder. Else as `add_embedder`."""
    return ModelAdder(rerankers, on_progress, stop).add_reranker(source)


def workshop_is_installed() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in _WORKSHOP)


def require_workshop() -> None:
    """Raises EngineProblem where no model can be added."""
    if not workshop_is_installed():
        raise EngineProblem(
            "Adding a model needs the workshop (torch), which is not installed.",
            "Install it with: python3 -m installer setup --workshop",
        )
