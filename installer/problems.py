"""The kind of error that the installer shows: what happened, and what to do about it."""

from desktop.domain.errors import EngineProblem


class SetupProblem(EngineProblem):
    """Something the user can act on. `title` says what happened, `hint` what to do."""


def shown(problem: EngineProblem) -> str:
    return f"{problem.title}\nWhat to do: {problem.hint}"
