"""The one door to llama.cpp, for the model runner process alone: loading, tokens, decoding, sampling, adapters.

Every file that comes here has passed the checks in `desktop.gguf`. Not for two threads at once: llama.cpp aborts.
"""

import ctypes
import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from llama_cpp import llama_cpp as native

from desktop.domain.errors import EngineProblem

BATCH = 512
_LOG_ERROR = 4
_ABORTED = 2


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """`context` in tokens; `gpu_layers` -1 for all."""

    context: int
    threads: int
    gpu_layers: int


class LlamaLibrary:
    """llama.cpp, started once in this process; keeps its last complaints to explain a failure."""

    def __init__(self) -> None:
        self._complaints: deque[str] = deque(maxlen=3)
        # C keeps this pointer: the object must live as long as the process
        self._log_callback = native.llama_log_callback(self._note)
        native.llama_log_set(self._log_callback, ctypes.c_void_p(0))
        native.llama_backend_init()

    def load(self, path: str, options: LoadOptions, should_stop: Callable[[], bool]) -> "LoadedModel":
        """Raises EngineProblem with llama.cpp's own reason when it can't load the model."""
        self._complaints.clear()
        settings = native.llama_model_default_params()
        settings.n_gpu_layers = options.gpu_layers
        model: Any = native.llama_model_load_from_file(_path_bytes(path), settings)
        if not model:
            raise EngineProblem("The model could not be loaded.", self.last_complaint())
        loaded = LoadedModel(self, model, options, should_stop)
        try:
            loaded.open_context()
        except EngineProblem:
            loaded.close()
            raise
        return loaded

    def last_complaint(self) -> str:
        return " ".join(self._complaints)

    def _note(self, level: int, text: bytes, _data: object) -> None:
        if level == _LOG_ERROR:
            self._complaints.append(text.decode("utf-8", "replace").strip())


class LoadedModel:
    """A model with one context. All pointers are freed by `close`; nothing may be called after it."""

    def __init__(
        self, library: LlamaLibrary, model: Any, options: LoadOptions, should_stop: Callable[[], bool]
    ) -> None:
        self._library, self._options, self._should_stop = library, options, should_stop
        self._model: Any = model
        self._context: Any = None
        self._vocabulary: Any = native.llama_model_get_vocab(model)
        self._adapters: dict[str, Any] = {}
        # C keeps both pointers: the objects must live as long as the context
        self._stop_callback = native.ggml_abort_callback(self._ask_stop)
        self._no_callback = native.ggml_abort_callback(0)

    def open_context(self) -> None:
        """Once, before anything else. Raises EngineProblem, most likely for want of memory."""
        settings = native.llama_context_default_params()
        settings.n_ctx = self._options.context
        settings.n_batch = min(BATCH, self._options.context)
        settings.n_ubatch = settings.n_batch
        settings.n_threads = settings.n_threads_batch = self._options.threads
        # only the last token's logits are ever read: rows for a whole batch cost a 1.5B model 230 MB
        settings.n_outputs_max = 1
        self._context = native.llama_init_from_model(self._model, settings)
        if not self._context:
            reason = self._library.last_complaint() or "There may not be enough memory."
            raise EngineProblem("The model could not be started.", reason)

    def close(self) -> None:
        if self._context:
            native.llama_free(self._context)
            self._context = None
        for adapter in self._adapters.values():
            native.llama_adapter_lora_free(adapter)
        self._adapters.clear()
        if self._model:
            native.llama_model_free(self._model)
            self._model = None

    @property
    def context_size(self) -> int:
        return int(native.llama_n_ctx(self._context))

    # --- tokens

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """Tokens of `text`; control strings in it become control tokens only when `special`."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        while True:
            tokens = (native.llama_token * room)()
            count = native.llama_tokenize(self._vocabulary, data, len(data), tokens, room, False, special)
            if count >= 0:
                return tokens[:count]
            if count == -(2**31):
                raise EngineProblem("The text is too long for the model.")
            room = -count

    def opening_tokens(self) -> list[int]:
        """The token that starts every prompt of this model, if it has one."""
        if not native.llama_vocab_get_add_bos(self._vocabulary):
            return []
        return [cast("int", native.llama_vocab_bos(self._vocabulary))]

    def piece(self, token: int, *, special: bool = False) -> bytes:
        """The bytes of a token, perhaps part of a character; empty for control tokens unless `special`."""
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            count = native.llama_token_to_piece(self._vocabulary, token, buffer, room, 0, special)
            if count >= 0:
                return buffer.raw[:count]
            room = -count

    def is_end(self, token: int) -> bool:
        return bool(native.llama_vocab_is_eog(self._vocabulary, token))

    def is_control(self, token: int) -> bool:
        return bool(native.llama_vocab_is_control(self._vocabulary, token))

    # --- the context's memory

    def decode(self, tokens: Sequence[int], *, watch: bool) -> bool:
        """Takes at most BATCH tokens in; False when `should_stop` (asked only if `watch`) broke it off.

        After False the context holds an unknown part of them: call `keep`.
        """
        native.llama_set_abort_callback(
            self._context, self._stop_callback if watch else self._no_callback, ctypes.c_void_p(0)
        )
        array = (native.llama_token * len(tokens))(*tokens)
        outcome = native.llama_decode(self._context, native.llama_batch_get_one(array, len(tokens)))
        if outcome == _ABORTED:
            return False
        if outcome != 0:
            raise EngineProblem("The model could not go on.", f"llama.cpp reported {outcome}.")
        return True

    def keep(self, count: int) -> bool:
        """Forgets all but the first `count` tokens; False when this model can only forget everything."""
        memory: Any = native.llama_get_memory(self._context)
        return bool(native.llama_memory_seq_rm(memory, 0, count, -1))

    def forget(self) -> None:
        memory: Any = native.llama_get_memory(self._context)
        native.llama_memory_clear(memory, True)

    def sampler(self, temperature: float, seed: int) -> "Sampler":
        return Sampler(self._context, temperature, seed)

    # --- adapters

    def lay_adapters(self, adapters: Sequence[tuple[str, str, float]]) -> None:
        """Lays exactly these over the model: (key, path, strength), where the key changes with the file's content.

        The context is empty afterwards. Raises EngineProblem when llama.cpp refuses one; then none is laid.
        """
        # the context does not notice a change of adapters: what it holds would be stale
        self.forget()
        self._set_adapters(())
        self._load_adapters({key: path for key, path, _ in adapters})
        if not self._set_adapters([(self._adapters[key], strength) for key, _, strength in adapters]):
            raise EngineProblem("The tone could not be laid over the model.", self._library.last_complaint())

    def _set_adapters(self, adapters: Sequence[tuple[Any, float]]) -> bool:
        pointers = (native.llama_adapter_lora_p_ctypes * len(adapters))(*(pointer for pointer, _ in adapters))
        strengths = (ctypes.c_float * len(adapters))(*(strength for _, strength in adapters))
        return native.llama_set_adapters_lora(self._context, pointers, len(adapters), strengths) == 0

    def _load_adapters(self, wanted: dict[str, str]) -> None:
        """Frees the others: none may be laid over the context at this moment."""
        for key in set(self._adapters) - set(wanted):
            native.llama_adapter_lora_free(self._adapters.pop(key))
        for key, path in wanted.items():
            if key in self._adapters:
                continue
            adapter: Any = native.llama_adapter_lora_init(self._model, _path_bytes(path))
            if not adapter:
                raise EngineProblem("The tone could not be loaded.", self._library.last_complaint())
            self._adapters[key] = adapter

    def _ask_stop(self, _data: object) -> bool:
        return self._should_stop()


class Sampler:
    """Chooses tokens: the likeliest at temperature 0, else by seeded chance. Free it with `close`."""

    def __init__(self, context: Any, temperature: float, seed: int) -> None:
        self._context = context
        chain: Any = native.llama_sampler_chain_init(native.llama_sampler_chain_default_params())
        if temperature <= 0:
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_greedy())
        else:
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_min_p(0.05, 1))
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_top_p(0.95, 1))
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_temp(temperature))
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_dist(seed & 0xFFFFFFFF))
        self._chain = chain

    def sample(self) -> int:
        """The next token after what was decoded last."""
        return int(native.llama_sampler_sample(self._chain, self._context, -1))

    def close(self) -> None:
        native.llama_sampler_free(self._chain)


def _path_bytes(path: str) -> bytes:
    # llama.cpp takes UTF-8 on Windows, the file system's bytes elsewhere: fsencode gives both
    return os.fsencode(path)
