"""The tones of this user: adapter files in one folder. Adding one copies it, since adapters are small; the original
is not touched.
"""

import filecmp
import os
import shutil
import tempfile
from pathlib import Path

from desktop.domain.errors import UserError
from desktop.domain.models import Tone
from desktop.gguf.header import GgufHeader
from desktop.tones.adapter import describe_tone, read_adapter


def list_tones(folder: Path, base: GgufHeader | None = None) -> tuple[Tone, ...]:
    """Every GGUF file in `folder`, by name; those that don't fit `base` say why."""
    if not folder.is_dir():
        return ()
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".gguf" and path.is_file())
    return tuple(describe_tone(path, base) for path in files)


def add_tone(path: str | Path, folder: Path) -> Tone:
    """Copies the adapter into `folder`, unless the same one is there. Raises UserError when it is none."""
    source = Path(path).absolute()
    read_adapter(source)
    folder.mkdir(parents=True, exist_ok=True)
    target = _free_place(source, folder)
    if not target.exists():
        try:
            _copy(source, target)
        except OSError as error:
            raise UserError("The tone could not be copied.", error.strerror or "") from None
    return describe_tone(target, None)


def _free_place(source: Path, folder: Path) -> Path:
    """Where it goes, or where the same file stands already."""
    number = 1
    while True:
        name = source.name if number == 1 else f"{source.stem}-{number}{source.suffix}"
        target = folder / name
        if not target.exists() or (target.is_file() and filecmp.cmp(source, target, shallow=False)):
            return target
        number += 1


def _copy(source: Path, target: Path) -> None:
    """Whole or not at all."""
    descriptor, name = tempfile.mkstemp(prefix=".adding-", dir=target.parent)
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out, source.open("rb") as stream:
            shutil.copyfileobj(stream, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
