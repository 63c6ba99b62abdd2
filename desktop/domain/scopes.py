"""What part of the library a question is limited to: folders, files, types, dates."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """Files in any of `folders` (absolute paths) or among `files` (ids), of any of the `types`, changed in the time.

    Empty fields limit nothing. `types` are endings without the dot, times seconds since the epoch: [after, before).
    """

    folders: tuple[str, ...] = ()
    files: tuple[int, ...] = ()
    types: tuple[str, ...] = ()
    after: float | None = None
    before: float | None = None

    def __bool__(self) -> bool:
        return bool(self.folders or self.files or self.types or (self.after, self.before) != (None, None))
