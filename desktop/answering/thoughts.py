"""Tells what a model writes to itself, between `<think>` and `</think>`, from what it answers. Knows text only.

Thoughts stand at the beginning of an answer. The same words later in an answer are words like any others, so that a
file that spells them hides nothing.
"""

import re

_NAMES = "think|thinking|thought|reasoning"
_OPENING = re.compile(rf"\s*<({_NAMES})>\s?", re.IGNORECASE)
_CLOSING = re.compile(rf"</({_NAMES})>\s*", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:{_NAMES})>", re.IGNORECASE)
_LONGEST_TAG = len("</reasoning>")


def split_thought(text: str) -> tuple[str, str]:
    """(the thought, the answer), neither with its tags. A thought that was not ended is all there is."""
    opening = _OPENING.match(text)
    closing = _CLOSING.search(text)
    if closing is not None and _TAG.search(text, 0, closing.start()) is None:
        return text[: closing.start()].strip(), text[closing.end() :]  # some begin within their thought
    if opening is None:
        return "", text
    if closing is None:
        return text[opening.end() :].strip(), ""
    thought, rest = text[opening.end() : closing.start()].strip(), text[closing.end() :]
    return thought, rest


def unfinished(thought: str) -> str:
    """A thought as the model began it, to be gone on with."""
    return f"<think>\n{thought}"


def ended(thought: str) -> str:
    """A thought as the model would have ended it, to be answered after."""
    return f"<think>\n{thought}\n</think>\n\n"


class ThoughtStream:
    """Splits words as they come. What may be the beginning of a tag is held back until it is known."""

    def __init__(self, begun: str = "") -> None:
        self._waiting = ""
        self._thinking: bool | None = None
        if begun:
            self._thinking = bool(_OPENING.match(begun)) and not _CLOSING.search(begun)

    def take(self, words: str) -> tuple[str, str]:
        """(words of the thought, words of the answer) that are known now."""
        self._waiting += words
        if self._thinking is None:
            self._begin()
        if self._thinking is None:
            return "", ""
        if not self._thinking:
            return "", self._give(len(self._waiting))
        closing = _CLOSING.search(self._waiting)
        if closing is None:
            return self._give(self._safe()), ""
        thought = self._waiting[: closing.start()]
        answer = self._waiting[closing.end() :]
        self._waiting, self._thinking = "", False
        return thought, answer

    def finish(self) -> tuple[str, str]:
        """What was still held back."""
        rest = self._give(len(self._waiting))
        return (rest, "") if self._thinking else ("", rest)

    def _begin(self) -> None:
        opening = _OPENING.match(self._waiting)
        if opening is not None:
            self._thinking = True
            self._waiting = self._waiting[opening.end() :]
            return
        start = self._waiting.lstrip()
        may_open = any(f"<{name}>".startswith(start.lower()) for name in _NAMES.split("|"))
        if start and not may_open:
            self._thinking = False

    def _safe(self) -> int:
        """How much of what waits can't be part of a closing tag."""
        at = self._waiting.rfind("<", max(0, len(self._waiting) - _LONGEST_TAG))
        return at if at >= 0 else len(self._waiting)

    def _give(self, count: int) -> str:
        given, self._waiting = self._waiting[:count], self._waiting[count:]
        return given
