"""The model runner's work without its process: one model, the tones laid over it, one generation at a time.

All methods but `cancel` belong to one thread.
"""

import os
import time
from collections.abc import Callable

from desktop.domain.answers import ToneChoice
from desktop.domain.errors import UserError
from desktop.gguf.adapter import adapter_problem
from desktop.gguf.header import GgufHeader, read_header
from desktop.llm.description import model_problem
from desktop.llm.generation import Generation
from desktop.llm.hardware import cards_in_use
from desktop.llm.kept_states import KeptStates
from desktop.llm.lanes import Lane
from desktop.llm.llama import LlamaLibrary
from desktop.llm.loaded_model import ASIDE, CONVERSATION, LoadedModel
from desktop.llm.loading import check_request, load_options, load_what_fits, short_of_memory
from desktop.llm.prompt import encode_prompt, encode_words
from desktop.llm.templates import Template, choose_template, spell
from desktop.platform_support.memory import free_memory
from desktop.protocol.common_messages import Nothing
from desktop.protocol.runner_messages import (
    CancelGeneration,
    CountTokens,
    Generate,
    Generated,
    LoadModel,
    ModelLoaded,
    SetTones,
    TextGenerated,
    TokenCounts,
)

# bytes of copies of what the conversation's memory held
_MOST_KEPT = 512 << 20


class Runner:
    """Holds the loaded model. `send_event` gets the text of generations as it comes."""

    def __init__(self, send_event: Callable[[TextGenerated], None]) -> None:
        self._send_event = send_event
        self._library: LlamaLibrary | None = None
        self._loaded: _Loaded | None = None
        self._cancelled = -1
        self._running = -1

    def load(self, request: LoadModel) -> ModelLoaded:
        """Raises UserError for a file that is no model, EngineProblem when llama.cpp can't load it."""
        started = time.monotonic()
        check_request(request)
        header = read_header(request.path)
        problem = model_problem(header)
        if problem:
            raise UserError("This file can't be used as a model.", problem)
        self.unload(Nothing())
        if self._library is None:
            self._library = LlamaLibrary()
        gpus = self._library.ggml.gpus() if request.gpu_layers else []
        options = load_options(request, header, gpus)
        model, note = load_what_fits(self._library, request.path, options, self._should_stop)
        template = choose_template(header.architecture, header.text("tokenizer.chat_template"))
        short = short_of_memory(request, header, model.context_size)
        self._loaded = _Loaded(header, model, template, short)
        return ModelLoaded(
            name=header.text("general.name"),
            architecture=header.architecture,
            family=template.family,
            context=model.context_size,
            seconds=time.monotonic() - started,
            threads=options.threads,
            gpu_layers=self._library.offloaded_layers,
            layers=model.layers,
            kv_type=options.kv_type,
            device=cards_in_use(gpus)[0].description if self._library.offloaded_layers else "",
            note=" ".join(filter(None, (note, short))),
        )

    def unload(self, _request: Nothing) -> Nothing:
        if self._loaded is not None:
            loaded, self._loaded = self._loaded, None
            loaded.model.close()
        return Nothing()

    def set_tones(self, request: SetTones) -> Nothing:
        """Raises UserError when a tone does not fit the model; then the tones stay as they were."""
        self._ready().set_tones(request.tones)
        return Nothing()

    def count_tokens(self, request: CountTokens) -> TokenCounts:
        model = self._ready().model
        return TokenCounts(tuple(len(encode_words(model, text)) for text in request.texts))

    def generate(self, request: Generate) -> Generated:
        loaded = self._ready()
        self._running = request.generation
        try:
            return loaded.generate(request, self._should_stop, self._send_event)
        finally:
            self._running = -1

    def cancel(self, request: CancelGeneration) -> Nothing:
        """From any thread; counts also for a generation that has not begun."""
        self._cancelled = request.generation
        return Nothing()

    def _should_stop(self) -> bool:
        return self._cancelled == self._running != -1

    def _ready(self) -> "_Loaded":
        if self._loaded is None:
            raise UserError("No model is loaded.", "Choose a model first.")
        return self._loaded


class _Loaded:
    """A loaded model, the lane of the conversation with its tones, and that of asides, which never have any. `short`
    says in words that memory keeps its context small, or is empty.
    """

    def __init__(self, header: GgufHeader, model: LoadedModel, template: Template, short: str) -> None:
        self.model = model
        self._header, self._template, self._short = header, template, short
        self._tones: tuple[tuple[str, str, float], ...] = ()
        self._kept = KeptStates(min(_MOST_KEPT, free_memory() // 8))
        self._conversation, self._aside = self._lanes(())

    def set_tones(self, tones: tuple[ToneChoice, ...]) -> None:
        wanted = tuple((_file_key(tone.path), tone.path, tone.strength) for tone in tones if tone.strength != 0)
        if wanted == self._tones:
            return
        known = {key for key, _, _ in self._tones}
        for key, path, _ in wanted:
            if key not in known:
                _check_tone(path, self._header)
        self._tones = ()
        self._kept.keep(self._conversation)
        self._conversation, self._aside = self._lanes(())
        self.model.load_adapters({key: path for key, path, _ in wanted})
        laid = tuple((key, strength) for key, _, strength in wanted)
        # now, so that a refusal is an answer to this request and not to the next question
        self.model.lay_adapters(laid)
        # nothing was taken in since the lanes were emptied, and overwriting them again would take as long again
        self._conversation = Lane(self.model, CONVERSATION, self.model.context_size, laid)
        self._tones = wanted

    def _lanes(self, tones: tuple[tuple[str, float], ...]) -> tuple[Lane, Lane]:
        """Empty ones, for the conversation and for asides."""
        self.model.wipe()
        conversation = Lane(self.model, CONVERSATION, self.model.context_size, tones)
        return conversation, Lane(self.model, ASIDE, self.model.aside_size)

    def generate(
        self, request: Generate, should_stop: Callable[[], bool], send: Callable[[TextGenerated], None]
    ) -> Generated:
        lane = self._aside if request.aside else self._conversation
        tokens = encode_prompt(self.model, spell(self._template, request.turns))
        room = lane.size - request.max_tokens
        if len(tokens) > room:
            raise UserError(
                "The question and its sources are too long for this model.",
                f"They take {len(tokens)} tokens; {max(room, 0)} fit beside the answer. {self._short}".rstrip(),
            )
        if not request.aside:
            self._kept.make_way(lane, tokens)
        return Generation(self.model, lane, should_stop, send).run(request, tokens, self._template.stops)


def _check_tone(path: str, base: GgufHeader) -> None:
    problem = adapter_problem(path, base)
    if problem:
        raise UserError("This tone can't be used with this model.", problem)


def _file_key(path: str) -> str:
    """Another text whenever the file's content may be another."""
    try:
        status = os.stat(path)
    except OSError as error:
        raise UserError("The tone can't be opened.", error.strerror or "") from None
    return f"{path}|{status.st_size}|{status.st_mtime_ns}|{status.st_ino}"
