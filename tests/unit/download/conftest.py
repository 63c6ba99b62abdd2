"""A small model that passes for one, and the servers that have it."""

import io
from collections.abc import Iterator

import pytest

from desktop.gguf.writer import NewTensor, file_head, write_file
from tests.support.hub_server import HubServer, hub_server
from tests.unit.installer.conftest import index_server

__all__ = ["index_server"]

REPOSITORY = "makers/Small-GGUF"
FILE = "small.gguf"


def gguf_of(kind: str, size: int = 400_000) -> bytes:
    """A GGUF file of this kind with about `size` bytes of numbers, none alike."""
    facts = {"general.architecture": "llama", "general.type": kind}
    rows = size // 4
    numbers = b"".join(n.to_bytes(4, "little") for n in range(rows))
    tensors = [NewTensor("token_embd.weight", (rows,), lambda: numbers)]
    stream = io.BytesIO()
    write_file(stream, file_head(facts, tensors), tensors)
    return stream.getvalue()


MODEL = gguf_of("model")


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with hub_server() as hub:
        hub.add(REPOSITORY, FILE, MODEL)
        yield hub
