"""What the page of models shows of one model: where it computes; and, opened, what was set, and what is chosen where
nothing was.
"""

from desktop.domain.errors import FootnoteError
from desktop.domain.models import Model, ModelDetails, ModelPlace
from desktop.llm.description import Read
from desktop.llm.hardware import choose_context, physical_cores
from desktop.protocol.model_messages import ModelSheet
from desktop.protocol.runner_messages import ModelLoaded


def place_of(path: str, loaded: ModelLoaded | None) -> ModelPlace | None:
    """Where the model at `path` computes, which was loaded like this; None for none."""
    if loaded is None:
        return None
    # the output counts as a layer
    return ModelPlace(path, loaded.device, loaded.gpu_layers, loaded.layers + 1, loaded.note)


def sheet_of(model: Model, details: ModelDetails, loaded: ModelLoaded | None, read: Read, memory: int) -> ModelSheet:
    """`loaded` is how it was loaded, where it is loaded now: then nothing needs to be guessed. `memory` is what a model
    may take, in bytes.
    """
    cores, context, layers = physical_cores(), 0, 0
    try:
        header = read(model.path)
        context = choose_context(header, 0, memory, model.size, details.kv_type or "f16")
        layers = header.integer(f"{header.architecture}.block_count")
    except FootnoteError:
        pass  # the model says itself what is wrong with it
    chosen = ModelDetails(context=context, threads=cores, kv_type="f16")
    if loaded is not None:
        chosen = ModelDetails(
            context=context if details.context else loaded.context,
            threads=cores if details.threads else loaded.threads,
            gpu_layers=loaded.gpu_layers if details.gpu_layers < 0 else -1,
            kv_type="f16" if details.kv_type else loaded.kv_type,
        )
        layers = loaded.layers or layers
    return ModelSheet(model, details, chosen, model.context, layers, cores)
