"""The one problem of the search index that Footnote mends by itself: it can't be read. Loads no LanceDB."""

from desktop.domain.errors import EngineProblem


class IndexDamaged(EngineProblem):
    """It is made again from the library, so nothing is lost."""

    def __init__(self) -> None:
        super().__init__(
            "The search index could not be read.",
            "It is made again from the library; nothing is lost. `footnote rebuild` does that at once.",
        )
