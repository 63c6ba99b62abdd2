"""Which names below a folder are left out: by the user's own rules, else caches, temporary, lock and hidden files.

The user's rules are lines in the syntax of .gitignore, relative to the folder; one that begins with ! takes in again
what a rule before it, or a default, leaves out. A folder that is left out is not looked into.
"""

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from desktop.domain.errors import UserError
from desktop.domain.files import MOST_MB, Folder

DEFAULT_LARGEST_MB = 200
_FOLDERS = frozenset(
    {"node_modules", "__pycache__", "venv", "site-packages", "$RECYCLE.BIN", "System Volume Information"}
)
_FILES = frozenset({"Thumbs.db", "desktop.ini", "4913"})
_FILE_STARTS = (".", "~$")
_FILE_ENDS = (".tmp", ".temp", ".part", ".crdownload", ".swp", ".swx", "~", ".pyc", ".lock")


class FolderRules:
    """What is left out of one folder of the library. Raises UserError for a line that is no rule."""

    def __init__(self, root: str, lines: str = "", largest_mb: int = DEFAULT_LARGEST_MB) -> None:
        self._root = os.path.join(root, "")
        self._own = parse_rules(lines)
        self.largest = min(largest_mb, MOST_MB) * 1024 * 1024

    def leave_out_folder(self, path: str, name: str) -> bool:
        decided = self._decided(path, "/")
        return ignored_folder(name) if decided is None else decided

    def leave_out_file(self, path: str, name: str) -> bool:
        decided = self._decided(path, "")
        return ignored_file(name) if decided is None else decided

    def leave_out_special(self, path: str, name: str) -> bool:
        """A link may stand for a file or a folder; which of them is not looked up."""
        return self.leave_out_file(path, name) or self.leave_out_folder(path, name)

    def leave_out(self, path: str) -> bool:
        """Whether a path below the folder, that may be a file or a folder, is left out or stands in what is."""
        if not path.startswith(self._root):
            return False
        *above, name = path[len(self._root) :].split(os.sep)
        place = self._root[:-1]
        for part in above:
            place = os.path.join(place, part)
            if self.leave_out_folder(place, part):
                return True
        if not name:  # a folder's path with a separator at the end
            return False
        if os.path.islink(path):
            return self.leave_out_special(path, name)
        return self.leave_out_folder(path, name) if os.path.isdir(path) else self.leave_out_file(path, name)

    def _decided(self, path: str, ending: str) -> bool | None:
        """What the last of the user's rules for this very place says; None when none does."""
        if not self._own:
            return None
        place = PurePath(path[len(self._root) :]).as_posix() + ending
        return next((rule.leaves_out for rule in reversed(self._own) if rule.is_about(place)), None)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line; `regex` marks in the group ps_d the slash behind a folder that it names."""

    regex: re.Pattern[str]
    leaves_out: bool

    def is_about(self, place: str) -> bool:
        """Whether it names the place itself, and not only a folder that it stands in: that was decided there."""
        names_folder = "ps_d" in self.regex.groupindex
        ends = (match.end("ps_d") if names_folder else -1 for match in self.regex.finditer(place))
        return any(end in (-1, len(place)) for end in ends)


def rules_of(folder: Folder) -> FolderRules:
    return FolderRules(folder.path, folder.rules, folder.largest_mb)


@lru_cache(maxsize=64)  # asked for every changed path
def parse_rules(lines: str) -> tuple[Rule, ...]:
    """Raises UserError with the number of the first line that is no rule."""
    rules: list[Rule] = []
    for number, line in enumerate(lines.splitlines(), 1):
        try:
            pattern = GitIgnoreSpecPattern(line)
        except ValueError as error:
            raise UserError(
                f"Line {number} is no rule: “{line.strip()}”.", "Rules are written as in .gitignore."
            ) from error
        if pattern.regex is not None and pattern.include is not None:
            rules.append(Rule(re.compile(pattern.regex.pattern), pattern.include))
    return tuple(rules)


def ignored_folder(name: str) -> bool:
    """By default."""
    return name.startswith(".") or name in _FOLDERS


def ignored_file(name: str) -> bool:
    """By default."""
    return name.startswith(_FILE_STARTS) or name.endswith(_FILE_ENDS) or name in _FILES
