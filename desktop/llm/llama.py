"""llama.cpp itself, in the model runner's process alone: started once, its log, its devices, and loading a model.

Every file that comes here has passed the checks in `desktop.gguf`. Not for two threads at once: llama.cpp aborts.
"""

import ctypes
import os
import re
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.domain.errors import EngineProblem
from desktop.llm.bindings import native, path_bytes
from desktop.llm.devices import Ggml
from desktop.llm.loaded_model import LoadedModel, LoadOptions
from desktop.llm.native_builds import LIBRARY_VARIABLE

_LOG_ERROR = 4
_OFFLOADED = re.compile(rb"offloaded (\d+)/\d+ layers to GPU")


class LlamaLibrary:
    """llama.cpp, started once in this process; keeps its last complaints to explain a failure."""

    def __init__(self) -> None:
        self._complaints: deque[str] = deque(maxlen=3)
        # of the model loaded last, as llama.cpp reports it
        self.offloaded_layers = 0
        # C keeps this pointer: the object must live as long as the process
        self._log_callback = native.llama_log_callback(self._note)
        native.llama_log_set(self._log_callback, ctypes.c_void_p(0))
        self.ggml = Ggml(Path(os.environ.get(LIBRARY_VARIABLE) or Path(native.__file__).parent / "lib"))
        native.llama_backend_init()

    def load(self, path: str, options: LoadOptions, should_stop: Callable[[], bool]) -> LoadedModel:
        """Raises EngineProblem with llama.cpp's own reason when it can't load the model."""
        self._complaints.clear()
        self.offloaded_layers = 0
        settings = native.llama_model_default_params()
        settings.n_gpu_layers = options.gpu_layers
        model: Any = native.llama_model_load_from_file(path_bytes(path), settings)
        if not model:
            raise EngineProblem("The model could not be loaded.", self.last_complaint())
        loaded = LoadedModel(model, options, should_stop, self.last_complaint)
        try:
            loaded.open_context()
        except EngineProblem:
            loaded.close()
            raise
        return loaded

    def last_complaint(self) -> str:
        return " ".join(self._complaints)

    def _note(self, level: int, text: bytes, _data: object) -> None:
        offloaded = _OFFLOADED.search(text)
        if offloaded:
            self.offloaded_layers = int(offloaded.group(1))
        if level == _LOG_ERROR:
            self._complaints.append(text.decode("utf-8", "replace").strip())
