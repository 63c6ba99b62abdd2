"""The four kinds of error, of which three have a class: what is not one of these is a bug.

Nothing is shown, logged or translated here.
"""


class FootnoteError(Exception):
    """Base of the kinds below: `title` says what happened, `hint` what to do about it."""

    kind = "bug"

    def __init__(self, title: str, hint: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.title} {self.hint}".strip()


class UserError(FootnoteError):
    """The person can mend it; shown as it is."""

    kind = "user"


class EngineProblem(FootnoteError):
    """Footnote can't do its work: model missing, library too new, a child process that will not start."""

    kind = "engine"


class FileProblem(FootnoteError):
    """One file can't be read; counted for that file, the rest go on.

    `state` is the file's state afterwards (a `FileState` value); a `transient` problem is tried again.
    """

    kind = "file"

    def __init__(self, title: str, hint: str = "", *, state: str = "failed", transient: bool = False) -> None:
        super().__init__(title, hint)
        self.state = state
        self.transient = transient
