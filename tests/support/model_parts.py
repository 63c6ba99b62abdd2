"""The engine's parts for models, put together as the engine does, and files that pass for models."""

import os
import queue
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from desktop.engine.broadcast import Broadcast
from desktop.engine.chosen_model import ChosenModel
from desktop.engine.download_requests import DownloadRequests
from desktop.engine.model_details import DetailsOfModels
from desktop.engine.model_fits import ModelFits
from desktop.engine.model_requests import ModelRequests
from desktop.engine.model_turns import ModelTurns
from desktop.engine.speed_requests import SpeedRequests
from desktop.engine.stopped_models import StoppedModels
from desktop.engine.tone_requests import ToneRequests
from desktop.gguf.writer import NewTensor, file_head, write_file
from desktop.llm.build_choice import BuildChoice
from desktop.llm.client import ModelRunner
from desktop.llm.runner_process import Start, start_runner
from desktop.llm.speed import SpeedFile
from desktop.platform_support.memory import held_memory
from desktop.platform_support.paths import DataFolders
from desktop.protocol.child import ChildProcess
from desktop.protocol.lines import Event, Method
from desktop.protocol.server import LineServer
from desktop.settings.store import SettingsFile
from desktop.storage.attempts import Attempts
from desktop.storage.database import Database

GB = 10**9
PATIENCE = 60.0


def passing_model(path: Path, size: int, context: int = 8192) -> Path:
    """A file of `size` bytes that passes for a model until its weights are needed: most of it is a hole."""
    facts = {
        "general.architecture": "llama",
        "tokenizer.ggml.model": "gpt2",
        "llama.block_count": 2,
        "llama.context_length": context,
        "llama.embedding_length": 64,
        "llama.attention.head_count": 2,
    }
    tensors = [NewTensor("token_embd.weight", (64,), lambda: bytes(256))]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_file(stream, file_head(facts, tensors), tensors)
    os.truncate(path, size)
    return path


@dataclass
class WatchedStart:
    """Starts real runners, and calls `before` with the name of each request to them, and `after` with its result too,
    which it may replace.
    """

    before: Callable[[str], object] = lambda _name: None
    after: Callable[[str, Any], Any] = lambda _name, result: result
    asked: list[str] = field(default_factory=list)

    def __call__(self, on_event: Callable[[Event], None], environment: Mapping[str, str]) -> ChildProcess:
        watch = self

        class Watched(ChildProcess):
            def call(self, method: Method[Any, Any], params: Any, timeout: float | None = None) -> Any:
                watch.asked.append(method.name)
                watch.before(method.name)
                return watch.after(method.name, super().call(method, params, timeout))

        return Watched(("desktop.llm.process",), environment, on_event=on_event)


class Heard:
    """A connection that keeps the events it gets."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def send_event(self, event: object) -> None:
        self.events.put(event)

    def next(self) -> Any:
        return self.events.get(timeout=PATIENCE)


@dataclass
class ModelParts:
    """`memory` is what `chosen` believes to be free for models; `heard` got every event."""

    models: ModelRequests
    chosen: ChosenModel
    runner: ModelRunner
    speeds: SpeedRequests
    settings: SettingsFile
    folders: DataFolders
    heard: Heard
    memory: int = 64 * GB


@contextmanager
def model_parts(
    home: Path,
    start: Start = start_runner,
    total: int = 64 * GB,
    builds: BuildChoice | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Generator[ModelParts]:
    """`total` is the memory that the computer has, as far as fits are concerned."""
    folders = DataFolders(home / "library", home, home / "cache")
    folders.library.mkdir(parents=True, exist_ok=True)
    database, settings, broadcast, heard = (
        Database(folders.database),
        SettingsFile(folders.settings),
        Broadcast(),
        Heard(),
    )
    connection = cast("LineServer", heard)
    broadcast.join(connection)
    runner, stopped = ModelRunner(start, builds, clock=clock), StoppedModels(Attempts(database))
    chosen = ChosenModel(folders, settings, stopped, lambda: parts.memory, lambda: runner.in_use)
    measured, set_for = SpeedFile(home / "speed.json"), DetailsOfModels(settings).for_fit
    fits = ModelFits(measured, set_for, memory=lambda: (total, total), held=lambda: held_memory(runner.pid))
    tones = ToneRequests(folders, settings, broadcast, chosen)
    models = ModelRequests(folders, settings, stopped, broadcast, chosen, tones, runner, fits)
    downloads = DownloadRequests(folders, broadcast, fits, models.arrived, models.announce)
    try_cards = builds.try_again if builds is not None else lambda: False
    speeds = SpeedRequests(models, fits, downloads, ModelTurns(), try_cards)
    parts = ModelParts(models, chosen, runner, speeds, settings, folders, heard)
    try:
        yield parts
    finally:
        downloads.stop()
        models.close()
        broadcast.leave(connection)
        database.close()
