"""Models whose load ended the model runner: they are not tried again by themselves, only when a person chooses them."""

from desktop.domain.errors import UserError
from desktop.storage.attempts import Attempts


class StoppedModels:
    """By path; kept with the library."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts

    def holds(self, path: str) -> bool:
        return bool(self._attempts.deaths(_subject(path)))

    def refuse(self, path: str) -> None:
        """Raises UserError for one of them."""
        if self.holds(path):
            raise UserError(
                "This model ended the model runner when it was loaded last.",
                "Choose it again to try once more, or choose another model.",
            )

    def add(self, path: str) -> None:
        self._attempts.note_death(_subject(path))

    def forget(self, path: str) -> None:
        self._attempts.forget(_subject(path))


def _subject(path: str) -> str:
    return f"load {path}"
