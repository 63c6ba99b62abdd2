"""What a GGUF file says about itself as a language model, and why it can't be one. Loads nothing."""

from collections.abc import Callable
from pathlib import Path

from desktop.domain.errors import UserError
from desktop.domain.models import Model
from desktop.gguf.header import GgufHeader, read_header
from desktop.llm.hardware import cache_bytes_a_token

# they turn text into vectors, or pictures into tokens: no answers
_NO_LANGUAGE_MODELS = frozenset(
    {"bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2", "modern-bert", "gemma-embedding", "clip", "t5encoder"}
)
Read = Callable[[str | Path], GgufHeader]


def describe_model(path: str | Path, read: Read = read_header) -> Model:
    """The model at `path`; `problem` is filled where it can't be used."""
    place = Path(path)
    size = place.stat().st_size if place.is_file() else 0
    try:
        header = read(place)
    except UserError as error:
        return Model(str(place), place.stem, "", size, 0, error.hint or error.title)
    name = header.text("general.name").strip() or place.stem
    context = header.integer(f"{header.architecture}.context_length")
    problem = model_problem(header)
    return Model(str(place), name, header.architecture, size, context, problem, cache_bytes_a_token(header))


def model_problem(header: GgufHeader) -> str:
    """Why this is no language model that can be loaded, or nothing."""
    name = header.architecture
    if header.kind == "adapter":
        return "It is a tone, to be laid over a model."
    if header.kind != "model" or name in _NO_LANGUAGE_MODELS:
        return "It is not a language model."
    if not name:
        return "It does not say what kind of model it is."
    if header.integer("split.count") > 1:
        return "It is one part of a model in several files; join them to one first."
    if not header.tensors or "token_embd.weight" not in header.tensors:
        return "It holds no weights of a language model."
    if not header.text("tokenizer.ggml.model"):
        return "It has no vocabulary."
    needed = ("block_count", "context_length", "embedding_length")
    missing = [key for key in needed if header.integer(f"{name}.{key}") <= 0]
    return f"It does not say its {missing[0]}." if missing else ""
