"""The one kind of error that the installer shows: what happened, and what to do about it."""


class SetupProblem(Exception):
    """Something the user can act on. `title` says what happened, `hint` what to do."""

    def __init__(self, title: str, hint: str) -> None:
        super().__init__(title)
        self.title = title
        self.hint = hint

    def shown(self) -> str:
        return f"{self.title}\nWhat to do: {self.hint}"
