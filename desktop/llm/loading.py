"""How a model is loaded here: what was asked, and the runner's choice where it was left to it; on a GPU as many layers
as it takes.
"""

import dataclasses
import os
from collections.abc import Callable, Sequence

from desktop.domain.errors import EngineProblem, UserError
from desktop.gguf.header import GgufHeader
from desktop.llm.devices import Device
from desktop.llm.hardware import (
    card_memory,
    cards_in_use,
    choose_context,
    choose_layers,
    physical_cores,
    room_on_card,
    wanted_context,
)
from desktop.llm.llama import LlamaLibrary
from desktop.llm.loaded_model import KV_TYPES, LoadedModel, LoadOptions
from desktop.platform_support.memory import free_memory
from desktop.protocol.runner_messages import LoadModel


def check_request(request: LoadModel) -> None:
    """Raises UserError for what can't be had of any model."""
    if request.kv_type and request.kv_type not in KV_TYPES:
        raise UserError("Keys and values can't be kept like that.", f"Choose one of: {', '.join(KV_TYPES)}.")


def load_options(request: LoadModel, header: GgufHeader, gpus: Sequence[Device]) -> LoadOptions:
    """`request` has passed `check_request`."""
    kv_type = request.kv_type or "f16"
    size, memory = os.path.getsize(request.path), free_memory() + room_on_card(card_memory(gpus))
    context = choose_context(header, request.context, memory, size, kv_type)
    layers = request.gpu_layers
    if layers < 0:
        free = sum(gpu.free for gpu in cards_in_use(gpus))
        layers = choose_layers(header, size, context, kv_type, free)
    return LoadOptions(context, request.threads or physical_cores(), layers if gpus else 0, kv_type)


def short_of_memory(request: LoadModel, header: GgufHeader, context: int) -> str:
    """Says in words that there was memory for `context` tokens only, or is empty."""
    wanted = wanted_context(header, request.context)
    if context >= wanted:
        return ""
    return (
        f"There is too little free memory: the model holds {context:,} tokens in view instead of {wanted:,}. "
        "Close other programs, or choose a smaller model."
    )


def load_what_fits(
    library: LlamaLibrary, path: str, options: LoadOptions, should_stop: Callable[[], bool]
) -> tuple[LoadedModel, str]:
    """The model, and a note in words where fewer layers than `options` say are on the GPU.

    A GPU that refuses gets half as many layers, down to none. Raises EngineProblem when that fails too.
    """
    layers = options.gpu_layers
    while True:
        try:
            model = library.load(path, dataclasses.replace(options, gpu_layers=layers), should_stop)
        except EngineProblem:
            if not layers:
                raise
            layers //= 2
            continue
        if layers == options.gpu_layers:
            return model, ""
        part = f"{layers} of its layers are" if layers else "nothing of it is"
        return model, f"The graphics card has too little memory for this model: {part} on it."
