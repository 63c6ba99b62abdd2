"""The one kind of error of getting files: what happened, and what to do about it."""

from desktop.domain.errors import EngineProblem


class DownloadProblem(EngineProblem):
    """A file could not be had. What was downloaded until then is kept, unless the title says otherwise."""


class RevisionGone(DownloadProblem):
    """What was begun, or got before, is not published any more."""


class NoRoom(DownloadProblem):
    """The disk is too small: no other source would help."""
