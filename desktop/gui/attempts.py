"""The attempts at one question, and which of them is shown. Draws nothing."""

from collections.abc import Iterable

from desktop.domain.answers import Answer


class Attempts:
    """In the order of their making; the chosen one is shown first."""

    def __init__(self, answers: Iterable[Answer] = ()) -> None:
        self._answers = list(answers)
        self._at = next((n for n, a in enumerate(self._answers) if a.chosen), len(self._answers) - 1)

    def __len__(self) -> int:
        return len(self._answers)

    @property
    def place(self) -> int:
        """Of the one that is shown, from 1."""
        return self._at + 1

    @property
    def shown(self) -> Answer | None:
        return self._answers[self._at] if self._answers else None

    @property
    def others(self) -> tuple[tuple[int, Answer], ...]:
        """(place, attempt) of those that are not shown, the last one first."""
        return tuple((n + 1, a) for n, a in reversed(list(enumerate(self._answers))) if n != self._at)

    def put(self, answer: Answer) -> None:
        """A new attempt, or the same one gone on; it is shown from now on."""
        known = next((n for n, a in enumerate(self._answers) if a.id == answer.id), -1)
        if known < 0:
            self._answers.append(answer)
        else:
            self._answers[known] = answer
        self._at = len(self._answers) - 1 if known < 0 else known

    def change(self, answer: Answer) -> None:
        """What is known of an attempt has changed; which one is shown has not."""
        self._answers = [answer if a.id == answer.id else a for a in self._answers]

    def step(self, by: int) -> Answer | None:
        """Shows the one before or after, if there is one; None when there is none."""
        if not 0 <= self._at + by < len(self._answers):
            return None
        self._at += by
        return self.shown
