"""How near two texts are in meaning, on one scale whatever the embedder. Knows no library."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

# about nothing that has to do with each other, or with most files
STRANGERS = (
    "The soup wants a little more salt.",
    "Her brother plays the trumpet on Sundays.",
    "A bolt under the left pedal had come loose.",
    "It snowed in the hills all through the night.",
)


class QueryEmbedder(Protocol):
    """What finding and checking need of an embedder."""

    def embed(self, texts: Sequence[str], *, query: bool = False) -> np.ndarray: ...


def likeness_by(embedder: QueryEmbedder, text: str, others: Sequence[str]) -> list[float]:
    """How near each of the others is to the text, 1 for the same; 0 is how near strangers are to it.

    Some embedders give any two texts a cosine of 0.7: measured from strangers, one scale serves all of them.
    """
    vectors = embedder.embed([text, *STRANGERS, *others], query=True)
    cosines = vectors[1:] @ vectors[0]
    strange = max(0.0, float(cosines[: len(STRANGERS)].mean()))
    return [(float(cosine) - strange) / (1 - strange + 1e-6) for cosine in cosines[len(STRANGERS) :]]
