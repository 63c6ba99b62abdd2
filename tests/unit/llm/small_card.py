"""The real model runner on a card that is made up: it has much free memory, and refuses more than `CARD_TAKES` layers
all the same. Each try goes into the file `CARD_NOTES`. What it computes, it computes on the processor.
"""

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

from desktop.domain.errors import EngineProblem
from desktop.llm import process, runner
from desktop.llm.devices import Device, Ggml
from desktop.llm.llama import LlamaLibrary
from desktop.llm.loaded_model import LoadedModel, LoadOptions


class FullCard(LlamaLibrary):
    def load(self, path: str, options: LoadOptions, should_stop: Callable[[], bool]) -> LoadedModel:
        with Path(os.environ["CARD_NOTES"]).open("a") as notes:
            notes.write(f"{options.gpu_layers} ")
        if options.gpu_layers > int(os.environ["CARD_TAKES"]):
            raise EngineProblem("The model could not be loaded.", "ggml_vulkan: Device memory allocation failed.")
        loaded = super().load(path, dataclasses.replace(options, gpu_layers=0), should_stop)
        self.offloaded_layers = options.gpu_layers
        return loaded


def one_card(self: Ggml) -> list[Device]:
    assert self
    return [Device("Vulkan0", "A card", 8 << 30, 8 << 30)]


Ggml.gpus = one_card
runner.LlamaLibrary = FullCard
process.main()
