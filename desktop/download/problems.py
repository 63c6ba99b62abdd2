"""The one kind of error of getting files: what happened, and what to do about it."""

from desktop.domain.errors import EngineProblem


class DownloadProblem(EngineProblem):
    """A file could not be had. What was downloaded until then is kept, unless the title says otherwise."""


class NoRoom(DownloadProblem):
    """The disk is too small: no other source would help."""
