"""Vectors that sentence-transformers made, to check a fast form against. Reads the file; loads no library."""

import array
import base64
import json
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from desktop.domain.errors import EngineProblem

LEAST_COSINE = 0.999


@dataclass(frozen=True, slots=True)
class RecordedVectors:
    """`vectors[i]` is the unit vector of `texts[i]`, made with the weights of that hex SHA-256.

    `queries[i]` says whether the text was embedded as a question is, with the prompt for questions.
    """

    weights_sha256: str
    texts: tuple[str, ...]
    queries: tuple[bool, ...]
    vectors: tuple[tuple[float, ...], ...]


class Embeds(Protocol):
    def embed(self, texts: Sequence[str], *, query: bool = False) -> Iterable[Sequence[float]]: ...


def read_recorded(file: Path) -> RecordedVectors:
    """Raises EngineProblem when the file is not of the expected form."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
        rows = value["texts"]
        return RecordedVectors(
            weights_sha256=str(value["weights_sha256"]),
            texts=tuple(str(row["text"]) for row in rows),
            queries=tuple(row.get("query") is True for row in rows),
            vectors=tuple(_floats(row["vector"]) for row in rows),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineProblem(f"The recorded vectors in {file.name} can't be read.", str(error)) from error


def least_cosine(embedder: Embeds, recorded: RecordedVectors) -> float:
    """How near the farthest of the recorded texts comes; -1 when vectors differ in length."""
    return min((_least(embedder, recorded, query=query) for query in set(recorded.queries)), default=1.0)


def _least(embedder: Embeds, recorded: RecordedVectors, *, query: bool) -> float:
    chosen = [index for index, kind in enumerate(recorded.queries) if kind == query]
    made = embedder.embed([recorded.texts[index] for index in chosen], query=query)
    return min(_cosine(ours, recorded.vectors[index]) for ours, index in zip(made, chosen, strict=True))


def _cosine(ours: Sequence[float], theirs: Sequence[float]) -> float:
    if len(ours) != len(theirs):
        return -1.0
    length = math.hypot(*ours) * math.hypot(*theirs)
    cosine = math.fsum(float(a) * b for a, b in zip(ours, theirs, strict=True)) / length if length else -1.0
    return cosine if math.isfinite(cosine) else -1.0


def _floats(packed: str) -> tuple[float, ...]:
    """From little-endian 32-bit floats in base64."""
    values = array.array("f", base64.b64decode(packed, validate=True))
    if sys.byteorder == "big":
        values.byteswap()
    return tuple(values)
