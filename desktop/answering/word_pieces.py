"""How much of a text's pieces of words (four characters each) stand in other texts, weighted by how rare each is there.

Sees what stems miss: compounds, derived words, names and numbers written a little differently. Judges nothing.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

_LENGTH = 4
_NO_WORD = re.compile(r"\W+")


class WordPieces:
    """The pieces of some texts, to lay others beside."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._pieces = [_pieces_of(text) for text in texts]
        self._counts = Counter(piece for pieces in self._pieces for piece in pieces)

    def shares(self, text: str) -> list[float]:
        """For each of the texts the share, 0 to 1, of what `text` is made of."""
        weights = {piece: self._weight(piece) for piece in _pieces_of(text)}
        total = sum(weights.values()) or 1.0
        return [sum(weights[piece] for piece in weights.keys() & pieces) / total for pieces in self._pieces]

    def _weight(self, piece: str) -> float:
        return math.log(1 + (len(self._pieces) + 1) / (self._counts[piece] + 0.5))


def _pieces_of(text: str) -> frozenset[str]:
    plain = f" {_NO_WORD.sub(' ', text.lower()).strip()} "
    return frozenset(plain[i : i + _LENGTH] for i in range(len(plain) - _LENGTH + 1))
