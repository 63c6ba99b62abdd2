"""Remembers in `.venv` what was installed from which lock, so that a finished set-up costs no pip call.

A stamp is a set of names, each with the key of what it was made from. Reading never fails: a damaged stamp is empty.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import cast


class Stamp:
    """Names and keys in one small JSON file, written after every step so that an interrupted set-up goes on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys = _read(path)

    def holds(self, name: str, key: str) -> bool:
        return self._keys.get(name) == key

    def has(self, name: str) -> bool:
        return name in self._keys

    def record(self, name: str, key: str) -> None:
        self._keys[name] = key
        self._save()

    def forget(self, name: str) -> None:
        if self._keys.pop(name, None) is not None:
            self._save()

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self._keys, indent=1, sort_keys=True), encoding="utf-8")
        os.replace(fresh, self._path)


def _read(path: Path) -> dict[str, str]:
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    pairs = cast("dict[object, object]", content)
    return {str(name): key for name, key in pairs.items() if isinstance(key, str)}


def key_of(*parts: str | Path) -> str:
    """One key for texts and the contents of files."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        digest.update(b"\0%d\0" % len(content))
        digest.update(content)
    return digest.hexdigest()
