"""From the bytes of tokens to text that may be shown: whole characters, and nothing that may be the start of a stop
string. Sends nothing itself.
"""

import codecs
from collections.abc import Sequence


class TextStream:
    """Takes bytes, gives text; `ended` once a stop string came, which is then no part of the text."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self._given: list[str] = []
        self.ended = False

    @property
    def text(self) -> str:
        """All that was given out."""
        return "".join(self._given)

    def take(self, data: bytes) -> str:
        """The text that these bytes set free, perhaps empty."""
        if self.ended:
            return ""
        self._held += self._decoder.decode(data)
        found = [at for stop in self._stops if (at := self._held.find(stop)) >= 0]
        if found:
            self.ended = True
            return self._give(min(found))
        return self._give(len(self._held) - self._suspect())

    def finish(self) -> str:
        """The text still held back; half a character at the end is dropped."""
        return "" if self.ended else self._give(len(self._held))

    def _suspect(self) -> int:
        """Length of the longest end of the held text that starts a stop string."""
        longest = max((len(stop) for stop in self._stops), default=1) - 1
        for length in range(min(longest, len(self._held)), 0, -1):
            tail = self._held[-length:]
            if any(stop.startswith(tail) for stop in self._stops):
                return length
        return 0

    def _give(self, count: int) -> str:
        text, self._held = self._held[:count], self._held[count:]
        if text:
            self._given.append(text)
        return text
