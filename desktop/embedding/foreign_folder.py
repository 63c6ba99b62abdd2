"""A model folder from elsewhere: says what is missing from it, and copies the files Footnote knows and no others.

Weights must be a whole safetensors file. Opens regular files only; runs nothing.
"""

import json
import os
import re
import stat
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from desktop.domain.errors import EngineProblem, UserError
from desktop.embedding.identity import TOKENIZER_FILE, TOKENIZER_SOURCES
from desktop.embedding.layout import (
    CONFIG_FILE,
    LIMITS_FILE,
    MODULES_FILE,
    PROMPTS_FILE,
    TOKENIZER_CONFIG_FILE,
    WEIGHTS_FILE,
)

_PARTS = 8  # sentence-transformers numbers the folders of its parts
_SETTINGS = (
    CONFIG_FILE,
    MODULES_FILE,
    LIMITS_FILE,
    PROMPTS_FILE,
    TOKENIZER_CONFIG_FILE,
    TOKENIZER_FILE,
    *TOKENIZER_SOURCES,
    "special_tokens_map.json",
    "added_tokens.json",
)
# of a repository, what may be copied of it: patterns of paths
KNOWN_FILES = (
    *_SETTINGS,
    WEIGHTS_FILE,
    f"[0-{_PARTS}]_*/{CONFIG_FILE}",
    f"[0-{_PARTS}]_*/{WEIGHTS_FILE}",
)
_MOST_SETTINGS = 256 << 20  # a tokenizer of 262,000 words has 33 MB
_MOST_HEADER = 100 << 20
_PICKLED = (".bin", ".pt", ".pth", ".pkl", ".ckpt")
_CHUNK = 4 << 20
_HUB_CACHE = re.compile(r"models--(?:.+--)?(.+)")


def check_source(source: Path) -> None:
    """Raises UserError when the folder lacks a part without which nothing can be made of it."""
    if not source.is_dir():
        raise UserError(f"{source} is not a folder.", "Choose the folder that holds config.json and the weights.")
    try:
        names = {path.name for path in source.iterdir()}
    except OSError as error:
        raise UserError(f"The folder {source.name} can't be read.", str(error)) from error
    if CONFIG_FILE not in names:
        inside = "It is a cache: choose the folder inside snapshots." if "snapshots" in names else ""
        raise UserError(
            f"The folder {source.name} has no {CONFIG_FILE}, so it is not a model Footnote can add.",
            inside or "Choose the folder of a sentence-transformers model.",
        )
    if WEIGHTS_FILE not in names:
        raise UserError(*_about_weights(source.name, names))
    if not names & {TOKENIZER_FILE, *TOKENIZER_SOURCES}:
        raise UserError(
            f"The folder {source.name} has no tokenizer.", f"Download {TOKENIZER_FILE} of the same model into it."
        )


def name_for(source: Path) -> str:
    """The name it gets: its folder's, or the repository's where it lies in a hub's cache."""
    source = source.resolve()
    cached = next((match for part in source.parts if (match := _HUB_CACHE.fullmatch(part))), None)
    name = cached[1] if cached and source.parent.name == "snapshots" else source.name
    return re.sub(r"[^\w.+-]+", "-", name).strip(".-") or "model"


def check_weights(file: Path) -> None:
    """Raises UserError unless the file is as long as its own header says (a broken download is shorter)."""
    try:
        with file.open("rb") as data:
            (length,) = struct.unpack("<Q", data.read(8))
            size = os.fstat(data.fileno()).st_size
            if length > min(size, _MOST_HEADER):
                raise ValueError("it ends inside its header")
            header = json.loads(data.read(length))
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        if 8 + length + max(ends, default=0) != size:
            raise ValueError(f"it has {size:,} bytes where {8 + length + max(ends, default=0):,} should be")
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        struct.error,
        RecursionError,
    ) as error:
        raise UserError(
            f"The weights {file.parent.name}/{file.name} are damaged: {error}.", "Download the file again."
        ) from error


class ModelCopy:
    """Copies from `source` into the new folder `target`; `go_on` is called often and may raise to end it."""

    def __init__(self, source: Path, target: Path, go_on: Callable[[], None]) -> None:
        self._source = source
        self._target = target
        self._go_on = go_on

    def settings(self) -> None:
        """Everything known but weights."""
        self._target.mkdir()
        parts = [path.name for path in self._source.iterdir() if re.fullmatch(rf"[0-{_PARTS}]_\w+", path.name)]
        for name in (*_SETTINGS, *(f"{part}/{CONFIG_FILE}" for part in sorted(parts))):
            if (self._source / name).is_file():
                if (self._source / name).stat().st_size > _MOST_SETTINGS:
                    raise UserError(f"The file {name} is far larger than it should be.")
                self._file(name)

    def weights_size(self, parts: tuple[str, ...]) -> int:
        """In bytes, with those of the parts in these folders."""
        return sum((self._source / name).stat().st_size for name in _weights(parts) if (self._source / name).is_file())

    def weights(self, parts: tuple[str, ...]) -> None:
        for name in _weights(parts):
            if not (self._source / name).is_file():
                raise UserError(
                    f"The model {self._source.name} has no {name}.", "Footnote reads weights from safetensors only."
                )
            check_weights(self._source / name)
        for name in _weights(parts):
            self._file(name)

    def _file(self, name: str) -> None:
        (self._target / name).parent.mkdir(exist_ok=True)
        with _open_regular(self._source / name) as source, (self._target / name).open("xb") as target:
            while chunk := source.read(_CHUNK):
                self._go_on()
                target.write(chunk)


def _weights(parts: tuple[str, ...]) -> list[str]:
    return [WEIGHTS_FILE, *(f"{part}/{WEIGHTS_FILE}" for part in parts)]


def _open_regular(path: Path) -> BinaryIO:
    """Follows links, which a hub's cache is made of. Raises EngineProblem for anything but a regular file."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise EngineProblem(f"{path.name} is not a plain file.")
    return os.fdopen(descriptor, "rb")


def _about_weights(folder: str, names: set[str]) -> tuple[str, str]:
    """Title and hint for a folder without the weights file."""
    if f"{WEIGHTS_FILE}.index.json" in names:
        return (
            f"The weights of {folder} are in several files.",
            f"Footnote adds models whose weights are one file, {WEIGHTS_FILE}: choose a smaller model.",
        )
    if pickled := sorted(name for name in names if name.endswith(_PICKLED)):
        return (
            f"The weights of {folder} are a pickle ({pickled[0]}), which can run any code when it is read.",
            f"Footnote never reads one. Download {WEIGHTS_FILE} of the same model instead.",
        )
    if "onnx" in names or any(name.endswith(".onnx") for name in names):
        return (
            f"The folder {folder} has an ONNX graph but no {WEIGHTS_FILE}.",
            f"The fast form is made of, and checked against, the weights: download {WEIGHTS_FILE} as well.",
        )
    return (f"The folder {folder} has no {WEIGHTS_FILE}.", "Its download is not complete: download that file.")
