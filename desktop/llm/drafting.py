"""Guesses how an answer goes on: answers copy their sources, so where the last words stand in the prompt, the words
after them are likely next. What the model makes of a guess is not decided here.
"""

from collections.abc import Sequence

# a match of fewer tokens is chance more often than a quotation
LONGEST, SHORTEST = 4, 2
# tokens of one guess
_LEAST, MOST = 2, 8


class Lookup:
    """Holds the tokens of a prompt and of its answer as it grows (prompt lookup decoding, Saxena 2023)."""

    def __init__(self, prompt: Sequence[int]) -> None:
        self._tokens: list[int] = []
        # the place after the last occurrence of each run of tokens
        self._after: dict[tuple[int, ...], int] = {}
        self._length = MOST // 2
        self._guessed = 0
        for token in prompt:
            self.add(token)

    def add(self, token: int) -> None:
        """The next token as it came. Its own run is noted only when more follows: it must not match itself."""
        count = len(self._tokens)
        for length in range(SHORTEST, min(LONGEST, count) + 1):
            self._after[tuple(self._tokens[count - length :])] = count
        self._tokens.append(token)

    def guess(self, room: int, right: int = 0) -> list[int]:
        """The likely next tokens, at most `room`; none where nothing like the last ones came before.

        `right` is how many of the last guess were so: after a whole one the next is longer, after a poor one shorter.
        """
        self._learn(right)
        self._guessed = 0
        for length in range(min(LONGEST, len(self._tokens)), SHORTEST - 1, -1):
            start = self._after.get(tuple(self._tokens[-length:]))
            if start is not None:
                guess = self._tokens[start : start + min(self._length, room)]
                self._guessed = len(guess)
                return guess
        return []

    def _learn(self, right: int) -> None:
        if self._guessed and right == self._guessed:
            self._length = min(MOST, self._length * 2)
        elif right < self._guessed // 2:
            self._length = max(_LEAST, self._length // 2)
