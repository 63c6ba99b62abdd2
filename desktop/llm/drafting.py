"""Guesses how an answer goes on: answers copy their sources, so where the last words stand in the prompt, the words
after them are likely next. What the model makes of a guess is not decided here.
"""

from collections.abc import Sequence

# a match of fewer tokens is chance more often than a quotation
LONGEST, SHORTEST = 4, 2
# With a guess of two, three tokens are computed at once, and each exactly as it would be alone. From four on llama.cpp
# computes repacked weights another way: logits then differ by up to 0.7, and a close choice may fall otherwise.
MOST = 2
# a wrong guess costs half a token or more: after so many, guesses stop unless at least half were right
_TRIED = 8


class Lookup:
    """Holds the tokens of a prompt and of its answer as it grows (prompt lookup decoding, Saxena 2023)."""

    def __init__(self, prompt: Sequence[int]) -> None:
        self._tokens: list[int] = []
        # the place after the last occurrence of each run of tokens
        self._after: dict[tuple[int, ...], int] = {}
        for token in prompt:
            self.add(token)

    def add(self, token: int) -> None:
        """The next token as it came. A run is noted only when more follows: it must not match itself."""
        count = len(self._tokens)
        for length in range(SHORTEST, min(LONGEST, count) + 1):
            self._after[tuple(self._tokens[count - length :])] = count
        self._tokens.append(token)

    def guess(self, most: int, drafted: int = 0, accepted: int = 0) -> list[int]:
        """The likely next tokens, at most `most`; none where nothing like the last ones came before.

        `drafted` and `accepted`: how many were guessed in this answer, and how many of them were right.
        """
        if drafted >= _TRIED and accepted * 2 < drafted:
            return []
        for length in range(min(LONGEST, len(self._tokens)), SHORTEST - 1, -1):
            start = self._after.get(tuple(self._tokens[-length:]))
            if start is not None:
                return self._tokens[start : start + min(MOST, most)]
        return []
