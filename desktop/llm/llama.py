"""The one door to llama.cpp, for the model runner process alone: loading, tokens, decoding, sampling, adapters.

Every file that comes here has passed the checks in `desktop.gguf`. Not for two threads at once: llama.cpp aborts.
"""

import ctypes
import math
import os
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from llama_cpp import llama_cpp as native
from llama_cpp import llama_grammar
from numpy.typing import NDArray

from desktop.domain.errors import EngineProblem
from desktop.llm.devices import Ggml
from desktop.llm.guiding import guiding_schema
from desktop.llm.native_builds import LIBRARY_VARIABLE

BATCH = 512
MOST_GUESSED = 2
# sequences in the context's memory
CONVERSATION, ASIDE = 0, 1
_ASIDE_SIZE = 1024
KV_TYPES = {"f16": native.GGML_TYPE_F16, "q8_0": native.GGML_TYPE_Q8_0}
_LOG_ERROR = 4
_ABORTED = 2
_LONGEST_GRAMMAR = 200_000
_FIRST_TRIED = 256
Floats = NDArray[np.float32]
_OFFLOADED = re.compile(rb"offloaded (\d+)/\d+ layers to GPU")


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """`context` in tokens, for the conversation alone; `kv_type` is one of KV_TYPES."""

    context: int
    threads: int
    gpu_layers: int
    kv_type: str


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

    def load(self, path: str, options: LoadOptions, should_stop: Callable[[], bool]) -> "LoadedModel":
        """Raises EngineProblem with llama.cpp's own reason when it can't load the model."""
        self._complaints.clear()
        self.offloaded_layers = 0
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
        offloaded = _OFFLOADED.search(text)
        if offloaded:
            self.offloaded_layers = int(offloaded.group(1))
        if level == _LOG_ERROR:
            self._complaints.append(text.decode("utf-8", "replace").strip())


class LoadedModel:
    """A model with one context, whose memory two sequences share. All pointers are freed by `close`; nothing may be
    called after it.
    """

    def __init__(
        self, library: LlamaLibrary, model: Any, options: LoadOptions, should_stop: Callable[[], bool]
    ) -> None:
        self._library, self._options, self._should_stop = library, options, should_stop
        self._model: Any = model
        self._context: Any = None
        self._vocabulary: Any = native.llama_model_get_vocab(model)
        self._adapters: dict[str, Any] = {}
        self._laid: tuple[tuple[str, float], ...] = ()
        # C keeps both pointers: the objects must live as long as the context
        self._stop_callback = native.ggml_abort_callback(self._ask_stop)
        self._no_callback = native.ggml_abort_callback(0)

    def open_context(self) -> None:
        """Once, before anything else. Raises EngineProblem, most likely for want of memory."""
        settings = native.llama_context_default_params()
        settings.n_ctx = self._options.context + self.aside_size
        settings.n_seq_max = 2
        # one pool of cells: apart, each sequence would get half of them
        settings.kv_unified = True
        settings.n_batch = min(BATCH, self._options.context)
        settings.n_ubatch = settings.n_batch
        settings.n_threads = settings.n_threads_batch = self._options.threads
        settings.type_k = settings.type_v = KV_TYPES[self._options.kv_type]
        settings.offload_kqv = settings.op_offload = self._options.gpu_layers > 0
        # only the last tokens' logits are ever read: rows for a whole batch cost a 1.5B model 230 MB
        settings.n_outputs_max = settings.n_outputs_max_per_seq = MOST_GUESSED + 1
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
        """Tokens that the conversation may take."""
        return self._options.context

    @property
    def can_be_interrupted(self) -> bool:
        """Whether `should_stop` is asked in the middle of a batch: by the processor's part alone."""
        return self._options.gpu_layers == 0

    @property
    def can_take_back(self) -> bool:
        """Whether `keep` can forget the last tokens alone: models that keep a running state can't."""
        return not (native.llama_model_is_recurrent(self._model) or native.llama_model_is_hybrid(self._model))

    @property
    def layers(self) -> int:
        return int(native.llama_model_n_layer(self._model))

    @property
    def aside_size(self) -> int:
        """Tokens that an aside may take, on top of the conversation's."""
        return min(_ASIDE_SIZE, self._options.context)

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

    def decode(self, tokens: Sequence[int], sequence: int, *, watch: bool, every: bool = False) -> bool:
        """Takes at most BATCH tokens in; False when `should_stop` (asked only if `watch`) broke it off.

        A sampler can then choose what follows the last token; with `every` (for at most MOST_GUESSED + 1 tokens) what
        follows each of them. After False the sequence holds an unknown part of them: call `keep`.
        """
        native.llama_set_abort_callback(
            self._context, self._stop_callback if watch else self._no_callback, ctypes.c_void_p(0)
        )
        outcome = native.llama_decode(self._context, _batch(tokens, sequence, every=every))
        if outcome == _ABORTED:
            return False
        if outcome != 0:
            raise EngineProblem("The model could not go on.", f"llama.cpp reported {outcome}.")
        return True

    def keep(self, sequence: int, count: int) -> bool:
        """Forgets all but the first `count` tokens of it; False when this model can only forget everything."""
        memory: Any = native.llama_get_memory(self._context)
        return bool(native.llama_memory_seq_rm(memory, sequence, count, -1))

    def forget(self, sequence: int) -> None:
        memory: Any = native.llama_get_memory(self._context)
        native.llama_memory_seq_rm(memory, sequence, 0, -1)

    def wipe(self) -> None:
        """Forgets every sequence and overwrites what it was: a bad adapter may have left numbers that spread."""
        memory: Any = native.llama_get_memory(self._context)
        native.llama_memory_clear(memory, True)

    def copy_state(self, sequence: int) -> "ctypes.Array[ctypes.c_uint8]":
        """The sequence's keys and values."""
        size = native.llama_state_seq_get_size(self._context, ctypes.c_int32(sequence))
        state = (ctypes.c_uint8 * size)()
        native.llama_state_seq_get_data(self._context, state, size, ctypes.c_int32(sequence))
        return state

    def put_state(self, sequence: int, state: "ctypes.Array[ctypes.c_uint8]") -> bool:
        """In place of what the sequence held; after False it holds an unknown part."""
        return native.llama_state_seq_set_data(self._context, state, len(state), ctypes.c_int32(sequence)) > 0

    def guide(self, schema: str) -> "Guide | None":
        """Keeps words to a JSON Schema; None where llama.cpp can't follow it. Free it with `close`."""
        try:
            grammar = llama_grammar.json_schema_to_gbnf(guiding_schema(schema))
        except Exception:
            # the converter has errors of many kinds; what is written then is only checked
            return None
        if len(grammar) > _LONGEST_GRAMMAR:
            return None
        native_grammar: Any = native.llama_sampler_init_grammar(self._vocabulary, grammar.encode(), b"root")
        # a NULL pointer is an object all the same, and using it a segmentation fault
        return Guide(native_grammar, native.llama_vocab_n_tokens(self._vocabulary)) if native_grammar else None

    def sampler(self, temperature: float, seed: int, guide: "Guide | None" = None) -> "Sampler":
        return Sampler(self._context, temperature, seed, guide)

    # --- adapters

    def load_adapters(self, wanted: Mapping[str, str]) -> None:
        """Holds exactly these, path by key, where the key changes with the file's content; none is laid over the model.

        Raises EngineProblem when llama.cpp refuses one.
        """
        # a laid one must not be freed
        self.lay_adapters(())
        for key in set(self._adapters) - set(wanted):
            native.llama_adapter_lora_free(self._adapters.pop(key))
        for key, path in wanted.items():
            if key in self._adapters:
                continue
            adapter: Any = native.llama_adapter_lora_init(self._model, _path_bytes(path))
            if not adapter:
                raise EngineProblem("The tone could not be loaded.", self._library.last_complaint())
            self._adapters[key] = adapter

    def lay_adapters(self, laid: tuple[tuple[str, float], ...]) -> None:
        """Lays exactly these (key, strength) over the model; what a sequence took in under others stays as it was.

        Raises EngineProblem when llama.cpp refuses; then none is laid.
        """
        if laid == self._laid:
            return
        if not self._set_adapters(laid):
            self._set_adapters(())
            self._laid = ()
            raise EngineProblem("The tone could not be laid over the model.", self._library.last_complaint())
        self._laid = laid

    def _set_adapters(self, laid: Sequence[tuple[str, float]]) -> bool:
        adapters = (native.llama_adapter_lora_p_ctypes * len(laid))(*(self._adapters[key] for key, _ in laid))
        strengths = (ctypes.c_float * len(laid))(*(strength for _, strength in laid))
        return native.llama_set_adapters_lora(self._context, adapters, len(laid), strengths) == 0

    def _ask_stop(self, _data: object) -> bool:
        return self._should_stop()


class Sampler:
    """Chooses tokens: the likeliest at temperature 0, else by seeded chance. Free it with `close`.

    A guide is asked about the one token that was chosen, and about the others only where it refuses that one: to ask
    it about all of them each time made a small model eight times slower.
    """

    def __init__(self, context: Any, temperature: float, seed: int, guide: "Guide | None") -> None:
        self._context, self._guide = context, guide
        chain: Any = native.llama_sampler_chain_init(native.llama_sampler_chain_default_params())
        if temperature <= 0:
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_greedy())
        else:
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_min_p(0.05, 1))
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_top_p(0.95, 1))
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_temp(temperature))
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_dist(seed & 0xFFFFFFFF))
        self._chain = chain

    def sample(self, back: int = 1) -> int:
        """The next token after what was decoded last; after the `back`-th last token of it, decoded with `every`."""
        token = int(native.llama_sampler_sample(self._chain, self._context, -back))
        if self._guide is None:
            return token
        return self._guide.take(token, native.llama_get_logits_ith(self._context, -back))

    def close(self) -> None:
        native.llama_sampler_free(self._chain)
        if self._guide is not None:
            self._guide.close()


class Guide:
    """A grammar, and how far along it the answer is. `words` is how many tokens the model knows."""

    def __init__(self, grammar: Any, words: int) -> None:
        self._grammar, self._words = grammar, words

    def take(self, token: int, logits: Any) -> int:
        """The token, or the likeliest that may stand in its place; the grammar goes on from it."""
        if not self._allowed((token,), (0.0,)):
            token = self._likeliest(np.ctypeslib.as_array(logits, (self._words,)))
        native.llama_sampler_accept(self._grammar, token)
        return token

    def _likeliest(self, logits: Floats) -> int:
        order = np.argsort(-logits)
        for start, end in ((0, _FIRST_TRIED), (_FIRST_TRIED, self._words)):
            some = order[start:end]
            if allowed := self._allowed(some.tolist(), logits[some].tolist()):
                return allowed[0]
        raise EngineProblem("The model could not keep to the schema.")

    def _allowed(self, tokens: Sequence[int], logits: Sequence[float]) -> list[int]:
        """Those that may come next, in the same order."""
        data = (native.llama_token_data * len(tokens))(*zip(tokens, logits, [0.0] * len(tokens), strict=True))
        array = native.llama_token_data_array
        native.llama_sampler_apply(self._grammar, (array * 1)(array(data, len(tokens), -1, False)))
        return [data[at].id for at in range(len(tokens)) if data[at].logit != -math.inf]

    def close(self) -> None:
        native.llama_sampler_free(self._grammar)


def _batch(tokens: Sequence[int], sequence: int, *, every: bool) -> native.llama_batch:
    """All of one sequence; llama.cpp counts the positions on, and gives logits for the last token, or for every one."""
    count = len(tokens)
    batch: Any = native.llama_batch()
    batch.n_tokens = count
    batch.token = (native.llama_token * count)(*tokens)
    batch.n_seq_id = (ctypes.c_int32 * count)(*[1] * count)
    of_one = (native.llama_seq_id * 1)(sequence)
    batch.seq_id = (ctypes.POINTER(native.llama_seq_id) * count)(*[of_one] * count)
    if every:
        batch.logits = (ctypes.c_int8 * count)(*[1] * count)
    return batch


def _path_bytes(path: str) -> bytes:
    # llama.cpp takes UTF-8 on Windows, the file system's bytes elsewhere: fsencode gives both
    return os.fsencode(path)
