"""What an embedder is: read from its folder (sentence-transformers layout) without loading weights or any library.

Knows the mark of the fast form and what makes two embedders the same. Runs nothing.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.errors import EngineProblem
from desktop.embedding.layout import WEIGHTS_FILE, Layout, read_layout, read_object

FAST_FOLDER = "fast"
FORM_FILE = "form.json"
FORM_VERSION = 1
GRAPH_FILE = "graph.onnx"
TOKENIZER_FILE = "tokenizer.json"
# what transformers makes a tokenizer of in a folder without tokenizer.json
TOKENIZER_SOURCES = (
    "vocab.txt",
    "sentencepiece.bpe.model",
    "spiece.model",
    "tokenizer.model",
    "vocab.json",
    "merges.txt",
)


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """Two embedders whose identities are equal make the same vectors.

    `revision` is the hex SHA-256 over weights, tokenizer and the settings below; the prompts are put before the text.
    `max_tokens` counts special tokens.
    """

    name: str
    revision: str
    dimension: int
    pooling: str
    max_tokens: int
    query_prompt: str
    passage_prompt: str


@dataclass(frozen=True, slots=True)
class Form:
    """The mark of a fast form; `exact` when its vectors are right in 32-bit floats only."""

    revision: str
    exact: bool


def read_identity(folder: Path) -> EmbedderIdentity:
    """The identity of the embedder whose fast form was made. Raises EngineProblem when there is none."""
    form = read_form(folder)
    return _identity(folder, read_layout(folder), form.revision)


def read_form(folder: Path) -> Form:
    """Raises EngineProblem when there is no fast form, or one of another version."""
    form = read_object(folder / FAST_FOLDER / FORM_FILE)
    if not form:
        raise EngineProblem(
            f"The embedder {folder.name} is not prepared.", "Run the set-up again: python3 -m installer setup"
        )
    revision = form.get("revision")
    if form.get("format") != FORM_VERSION or not isinstance(revision, str):
        raise EngineProblem(
            f"The embedder {folder.name} was prepared by another version of Footnote.",
            "Run the set-up again: python3 -m installer setup",
        )
    return Form(revision, form.get("exact") is True)


def compute_identity(folder: Path) -> EmbedderIdentity:
    """The identity from the files themselves; reads the weights once. Raises EngineProblem on an unknown layout."""
    layout = read_layout(folder)
    digest = hashlib.sha256(repr(_identity(folder, layout, "")).encode())
    names = [WEIGHTS_FILE, *_tokenizer_files(folder)]
    for part in layout.dense:
        names += [f"{part}/config.json", f"{part}/{WEIGHTS_FILE}"]
    for name in names:
        digest.update(bytes.fromhex(file_digest(folder / name)))
    return _identity(folder, layout, digest.hexdigest())


def file_digest(path: Path) -> str:
    """Hex SHA-256 of a file. Raises EngineProblem when it can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EngineProblem(f"The embedder's file {path.name} can't be read.", str(error)) from error


def _tokenizer_files(folder: Path) -> list[str]:
    if (folder / TOKENIZER_FILE).is_file():
        return [TOKENIZER_FILE]
    found = [name for name in TOKENIZER_SOURCES if (folder / name).is_file()]
    return found or [TOKENIZER_FILE]  # the file that is missing is named


def _identity(folder: Path, layout: Layout, revision: str) -> EmbedderIdentity:
    return EmbedderIdentity(
        name=folder.name,
        revision=revision,
        dimension=layout.dimension,
        pooling=layout.pooling,
        max_tokens=layout.max_tokens,
        query_prompt=layout.query_prompt,
        passage_prompt=layout.passage_prompt,
    )
