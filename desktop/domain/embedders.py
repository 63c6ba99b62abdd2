"""Embedders and rerankers as their shelves list them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShelvedModel:
    """An embedder or reranker on this disk. `size` in bytes; `problem` is empty when it can be used.

    A reranker's `dimension` is 0, its `pooling` and prompts are empty; `tokens` is the longest text it reads.
    """

    name: str
    revision: str
    dimension: int
    tokens: int
    pooling: str
    query_prompt: str
    passage_prompt: str
    size: int
    problem: str


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A good embedder or reranker that the user may download from the Hugging Face hub.

    `languages` are ISO 639 codes, "mul" for many; a reranker's `dimension` is 0. The prompts are what its authors
    tell to put before texts where the settings in its folder don't.
    """

    name: str
    repository: str
    family: str
    licence: str
    languages: tuple[str, ...]
    dimension: int
    tokens: int
    parameters: str
    about: str
    query_prompt: str
    passage_prompt: str
