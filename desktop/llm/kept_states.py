"""What the conversation's lane held before something else took its place, kept for the way back: another conversation
and its sources, another tone. Copying 1,000 tokens takes milliseconds, taking them in anew takes seconds.
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.llm.lanes import Lane

# fewer tokens are taken in about as fast as they are put back
LEAST = 256


@dataclass(frozen=True, slots=True)
class _Kept:
    """The tones are those that the tokens were taken in under: under others they are worth nothing."""

    tones: tuple[tuple[str, float], ...]
    tokens: tuple[int, ...]
    state: "ctypes.Array[ctypes.c_uint8]"


class KeptStates:
    """At most `room` bytes; what was not used for longest goes first. For one loaded model."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: list[_Kept] = []

    def make_way(self, lane: Lane, prompt: Sequence[int]) -> None:
        """Before `prompt` is taken in: keeps what it would push out, and puts back what begins most like it."""
        stays = common_start(lane.tokens, prompt)
        best = max(self._kept, key=lambda kept: _worth(kept, lane, prompt), default=None)
        if len(lane.tokens) - stays >= LEAST:
            self.keep(lane)
        if best is not None and _worth(best, lane, prompt) - stays >= LEAST:
            self._kept = [*(kept for kept in self._kept if kept is not best), best]
            lane.put_back(best.tokens, best.state)

    def keep(self, lane: Lane) -> None:
        """A copy of what the lane holds, unless that is too little, or too much for the room."""
        tokens = tuple(lane.tokens)
        if len(tokens) < LEAST:
            return
        state = lane.copy_state()
        # an older one that this one goes on from is no longer needed
        self._kept = [k for k in self._kept if k.tones != lane.tones or k.tokens != tokens[: len(k.tokens)]]
        self._kept.append(_Kept(lane.tones, tokens, state))
        while self._kept and sum(len(kept.state) for kept in self._kept) > self._room:
            del self._kept[0]


def common_start(held: Sequence[int], prompt: Sequence[int]) -> int:
    """How many tokens both begin with."""
    most = min(len(held), len(prompt))
    return next((i for i in range(most) if held[i] != prompt[i]), most)


def _worth(kept: _Kept, lane: Lane, prompt: Sequence[int]) -> int:
    """Tokens that it saves this lane."""
    return common_start(kept.tokens, prompt) if kept.tones == lane.tones else 0
