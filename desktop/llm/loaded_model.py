"""A model that llama.cpp has loaded, with its context: tokens, decoding, the context's memory, adapters. Choosing the
next token is left to `sampling`, what to load to `loading`. Not for two threads at once, like llama.cpp itself.
"""

import ctypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from desktop.domain.errors import EngineProblem
from desktop.llm.bindings import batch_of, native, path_bytes
from desktop.llm.sampling import Guide, Sampler, make_guide

BATCH = 512
MOST_GUESSED = 2
# sequences in the context's memory
CONVERSATION, ASIDE = 0, 1
_ASIDE_SIZE = 1024
KV_TYPES = {"f16": native.GGML_TYPE_F16, "q8_0": native.GGML_TYPE_Q8_0}
_ABORTED = 2


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """`context` in tokens, for the conversation alone; `kv_type` is one of KV_TYPES."""

    context: int
    threads: int
    gpu_layers: int
    kv_type: str


class LoadedModel:
    """A model with one context, whose memory two sequences share. All pointers are freed by `close`; nothing may be
    called after it. `last_complaint` is llama.cpp's own reason for what failed just now, or empty.
    """

    def __init__(
        self, model: Any, options: LoadOptions, should_stop: Callable[[], bool], last_complaint: Callable[[], str]
    ) -> None:
        self._model: Any = model
        self._options, self._should_stop, self._last_complaint = options, should_stop, last_complaint
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
            reason = self._last_complaint() or "There may not be enough memory."
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
        outcome = native.llama_decode(self._context, batch_of(tokens, sequence, every=every))
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

    # --- choosing tokens

    def guide(self, schema: str) -> Guide | None:
        """Keeps words to a JSON Schema; None where llama.cpp can't follow it. Free it with `close`."""
        return make_guide(self._vocabulary, schema)

    def sampler(self, temperature: float, seed: int, guide: Guide | None = None) -> Sampler:
        """Chooses what follows the tokens that were decoded last. Free it with `close`."""
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
            adapter: Any = native.llama_adapter_lora_init(self._model, path_bytes(path))
            if not adapter:
                raise EngineProblem("The tone could not be loaded.", self._last_complaint())
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
            raise EngineProblem("The tone could not be laid over the model.", self._last_complaint())
        self._laid = laid

    def _set_adapters(self, laid: Sequence[tuple[str, float]]) -> bool:
        adapters = (native.llama_adapter_lora_p_ctypes * len(laid))(*(self._adapters[key] for key, _ in laid))
        strengths = (ctypes.c_float * len(laid))(*(strength for _, strength in laid))
        return native.llama_set_adapters_lora(self._context, adapters, len(laid), strengths) == 0

    def _ask_stop(self, _data: object) -> bool:
        return self._should_stop()
