"""One settings file: versioned JSON, checked against its schema, saved whole or not at all. One writer per file.

What can't be read is backed up beside the file and replaced by defaults; the reasons stand in `notices`.
"""

import json
import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from desktop.domain.errors import EngineProblem, UserError
from desktop.settings.schema import SETTINGS, SettingEntry

VERSION = 1

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

# The step at key n turns the values of version n into those of n + 1.
UPGRADES: Mapping[int, Upgrade] = {}


class SettingsFile:
    """The settings at `path`. Thread-safe; a missing file means defaults, and nothing is written before `set`.

    `schema` is all the settings it may hold. Raises EngineProblem for a file of a newer Footnote.
    """

    def __init__(
        self,
        path: Path,
        schema: tuple[SettingEntry, ...] = SETTINGS,
        version: int = VERSION,
        upgrades: Mapping[int, Upgrade] = UPGRADES,
    ) -> None:
        self._path = path
        self._entries = {entry.name: entry for entry in schema}
        self._version = version
        self._upgrades = upgrades
        self._lock = threading.RLock()
        self._notices: list[str] = []
        self._values = self._load()

    @property
    def notices(self) -> tuple[str, ...]:
        """Plain sentences about what could not be read, for the user."""
        return tuple(self._notices)

    def get(self, name: str) -> Any:
        """The value or its default; lists are copies. Raises KeyError for a name that the schema doesn't have."""
        entry = self._entries[name]
        with self._lock:
            return _copy(self._values.get(name, entry.default))

    def set(self, name: str, value: Any) -> None:
        """Checks and saves. Raises UserError for a value that doesn't fit or a name that doesn't exist."""
        self.set_all({name: value})

    def set_all(self, values: Mapping[str, Any]) -> None:
        """Several at once, in one save; none when one of them doesn't fit. Raises UserError as `set` does."""
        checked = {name: _copy(self._entry(name).check(value)) for name, value in values.items()}
        with self._lock:
            if all(name in self._values and self._values[name] == value for name, value in checked.items()):
                return
            changed = {**self._values, **checked}
            self._save(changed)
            self._values = changed

    def all(self) -> dict[str, Any]:
        """Every setting of the schema with its value."""
        return {name: self.get(name) for name in self._entries}

    def _entry(self, name: str) -> SettingEntry:
        entry = self._entries.get(name)
        if entry is None:
            raise UserError(f"There is no setting named “{name}”.")
        return entry

    def _load(self) -> dict[str, Any]:
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise EngineProblem("The settings can't be read.", f"{self._path}: {error.strerror}") from None
        read = _parse(raw)
        if read is None:
            self._back_up(raw, "broken")
            self._notices.append("The settings file was damaged; the settings are back to their defaults.")
            return {}
        version, values = read
        if version > self._version:
            raise EngineProblem(
                "These settings were written by a newer Footnote.",
                f"Update Footnote, or move {self._path} away to start with default settings.",
            )
        if version < self._version:
            self._back_up(raw, f"v{version}")
            values = self._upgraded(version, values)
            self._save(values)
        return self._checked(raw, values)

    def _upgraded(self, version: int, values: dict[str, Any]) -> dict[str, Any]:
        for step in range(version, self._version):
            values = self._upgrades[step](values)
        return values

    def _checked(self, raw: bytes, values: dict[str, Any]) -> dict[str, Any]:
        good: dict[str, Any] = {}
        for name, value in values.items():
            try:
                good[name] = self._entry(name).check(value)
            except UserError as error:
                self._notices.append(f"{error.title} It is left at its default.")
        if len(good) < len(values):
            self._back_up(raw, "broken")
        return good

    def _back_up(self, raw: bytes, why: str) -> None:
        _write(self._path.with_name(f"{self._path.name}.{why}.bak"), raw)

    def _save(self, values: dict[str, Any]) -> None:
        text = json.dumps({"version": self._version, "values": values}, indent=2, sort_keys=True)
        _write(self._path, text.encode() + b"\n")


def _parse(raw: bytes) -> tuple[int, dict[str, Any]] | None:
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    whole = cast("dict[str, Any]", content)
    version, values = whole.get("version"), whole.get("values")
    if type(version) is not int or version < 1 or not isinstance(values, dict):
        return None
    return version, cast("dict[str, Any]", values)


def _write(path: Path, content: bytes) -> None:
    """All of it or none: a file beside it, flushed to disk, then renamed over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name + ".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no way to flush a folder; its rename is journalled
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value)) if isinstance(value, (list, dict)) else value
