"""A lane is one sequence in the model's memory: the tokens that it holds, and the tones that they were taken in under.

The conversation has one and asides have another, so that neither loses what it holds to the other. Not thread-safe,
like the model itself.
"""

import ctypes
from collections.abc import Sequence

from desktop.llm.loaded_model import LoadedModel


class Lane:
    """Empty at first. `sequence` is its number in llama.cpp's memory; `size` is how many tokens fit, answer included.

    `tones`: (key of a loaded adapter, strength) of each. They never change: what is held would be stale then, and
    llama.cpp does not notice.
    """

    def __init__(self, model: LoadedModel, sequence: int, size: int, tones: tuple[tuple[str, float], ...] = ()) -> None:
        self.size = size
        self._model, self._sequence, self._tones = model, sequence, tones
        # the tokens whose keys and values are in the memory
        self._tokens: list[int] = []

    @property
    def tokens(self) -> Sequence[int]:
        """What it holds."""
        return self._tokens

    @property
    def tones(self) -> tuple[tuple[str, float], ...]:
        return self._tones

    def copy_state(self) -> "ctypes.Array[ctypes.c_uint8]":
        """The keys and values of its tokens."""
        return self._model.copy_state(self._sequence)

    def put_back(self, tokens: Sequence[int], state: "ctypes.Array[ctypes.c_uint8]") -> None:
        """Holds `tokens` instead of what it held: a copy of a lane with the same tones."""
        if self._model.put_state(self._sequence, state):
            self._tokens = list(tokens)
        else:
            self._keep(0)

    def enter(self) -> None:
        """Before anything is taken in: the model takes on this lane's tones. No lane forgets anything by that."""
        self._model.lay_adapters(self._tones)

    def reuse(self, prompt: Sequence[int]) -> int:
        """Keeps the longest common start of what is held and the prompt; how many tokens that is."""
        # the last token is always taken in again: its logits start the answer
        most = min(len(self._tokens), len(prompt) - 1)
        return self._keep(next((i for i in range(most) if self._tokens[i] != prompt[i]), most))

    def take_in(self, tokens: Sequence[int], *, watch: bool, every: bool = False) -> bool:
        """At most a batch of tokens; False when it was broken off (`LoadedModel.decode`): then none of them is held."""
        if self._model.decode(tokens, self._sequence, watch=watch, every=every):
            self._tokens += tokens
            return True
        self._keep(len(self._tokens))
        return False

    def take_back(self, count: int) -> None:
        """Forgets the last `count` tokens."""
        if count:
            self._keep(len(self._tokens) - count)

    def _keep(self, count: int) -> int:
        if count and self._model.keep(self._sequence, count):
            del self._tokens[count:]
        else:
            self._model.forget(self._sequence)
            self._tokens.clear()
        return len(self._tokens)
