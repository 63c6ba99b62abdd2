"""Models that other programs keep on this disk: found, named as those programs name them, and never touched.

Only the usual folders of known programs, and those that the user named, are looked at, to a bounded depth; links are
followed to files, never to folders.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.llm.description import describe_model

MOST_FILES = 500
DEEPEST = 6
_MANIFEST_LIMIT = 1 << 20
_MODEL_LAYER = "application/vnd.ollama.image.model"
SMALLEST = 20 << 20  # below that it is a tone, a vocabulary or a broken download


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A usable model at `path`, which `program` calls `name`; `program` is a folder where the user named that."""

    path: str
    name: str
    program: str


def find_elsewhere(
    home: Path, environment: Mapping[str, str] = os.environ, named: Iterable[str | Path] = ()
) -> tuple[FoundFile, ...]:
    """By program and name; one that can't be used as a model is left out. Reads headers only.

    `named` are folders of the user's choice.
    """
    found: dict[str, FoundFile] = {}
    own = [FoundFile(str(path), path.stem, str(folder)) for folder in map(Path, named) for path in _walk(folder)]
    for file in [*_gguf_files(home, environment), *_ollama_files(home, environment), *own][: 2 * MOST_FILES]:
        real = os.path.realpath(file.path)
        if real not in found and _is_model(real):
            found[real] = file
    return tuple(sorted(found.values(), key=lambda file: (file.program, file.name.casefold())))


def _is_model(path: str) -> bool:
    try:
        if os.stat(path).st_size < SMALLEST:
            return False
    except OSError:
        return False
    return not describe_model(path).problem


def folders_of_others(home: Path, environment: Mapping[str, str]) -> tuple[tuple[str, Path], ...]:
    """(program, folder), whether it is there or not."""
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    cache = Path(environment.get("XDG_CACHE_HOME") or home / ".cache")
    if sys.platform == "darwin":
        data, cache = home / "Library" / "Application Support", home / "Library" / "Caches"
    elif sys.platform == "win32":
        data = Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
    local = Path(environment.get("LOCALAPPDATA") or data) if sys.platform == "win32" else data
    hub = Path(environment.get("HF_HUB_CACHE") or home / ".cache" / "huggingface" / "hub")
    return (
        ("LM Studio", home / ".lmstudio" / "models"),
        ("LM Studio", home / ".cache" / "lm-studio" / "models"),
        ("Jan", data / "Jan" / "data"),
        ("Jan", home / "jan"),
        ("GPT4All", local / "nomic.ai" / "GPT4All"),
        ("llama.cpp", cache / "llama.cpp"),
        ("Hugging Face", hub),
    )


def _gguf_files(home: Path, environment: Mapping[str, str]) -> Iterator[FoundFile]:
    for program, folder in folders_of_others(home, environment):
        for path in _walk(folder):
            yield FoundFile(str(path), path.stem, program)


def _walk(folder: Path) -> Iterator[Path]:
    seen = 0
    for place, inner, files in os.walk(folder):
        if len(Path(place).relative_to(folder).parts) >= DEEPEST:
            inner.clear()
        inner.sort()
        for file in sorted(files):
            path = Path(place, file)
            if file.lower().endswith(".gguf") and path.is_file():
                yield path
                seen += 1
                if seen >= MOST_FILES:
                    return


def _ollama_files(home: Path, environment: Mapping[str, str]) -> Iterator[FoundFile]:
    """Ollama keeps nameless blobs; its manifests name them."""
    roots = [Path(environment["OLLAMA_MODELS"])] if environment.get("OLLAMA_MODELS") else []
    roots += [home / ".ollama" / "models", Path("/usr/share/ollama/.ollama/models")]
    for root in roots:
        manifests = root / "manifests"
        for place, inner, files in os.walk(manifests):
            inner.sort()
            for file in sorted(files):
                manifest = Path(place, file)
                blob = _model_blob(manifest, root / "blobs")
                if blob is not None:
                    yield FoundFile(str(blob), _ollama_name(manifest.relative_to(manifests)), "Ollama")


def _ollama_name(manifest: Path) -> str:
    """registry.ollama.ai/library/llama3.2/3b is llama3.2:3b; other owners keep their name."""
    parts = [part for part in manifest.parts[1:-1] if part != "library"]
    return f"{'/'.join(parts)}:{manifest.name}"


def _model_blob(manifest: Path, blobs: Path) -> Path | None:
    try:
        if manifest.stat().st_size > _MANIFEST_LIMIT:
            return None
        content: Any = json.loads(manifest.read_text("utf-8"))
        digests = [layer["digest"] for layer in content["layers"] if layer["mediaType"] == _MODEL_LAYER]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    digest = str(digests[0]) if digests else ""
    hexadecimal = digest.removeprefix("sha256:")
    # a manifest is a stranger's: only a name of a blob may come out of it, no path
    if len(hexadecimal) != 64 or not all(letter in "0123456789abcdef" for letter in hexadecimal):
        return None
    blob = blobs / f"sha256-{hexadecimal}"
    return blob if blob.is_file() else None
