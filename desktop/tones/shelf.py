"""The tones of this user: adapter files in one folder. Adding one copies it, since adapters are small, and a PEFT
folder is converted; the original is not touched.
"""

import filecmp
import shutil
from pathlib import Path

from desktop.domain.errors import UserError
from desktop.domain.models import Tone
from desktop.gguf.adapter import shape_problem
from desktop.gguf.header import GgufHeader
from desktop.tones.adapter import describe_tone, read_adapter
from desktop.tones.peft_folder import PICKLE_REASON, is_pickle, peft_folder
from desktop.tones.whole_file import whole_file


def list_tones(folder: Path, base: GgufHeader | None = None) -> tuple[Tone, ...]:
    """Every GGUF file in `folder`, by name; those that don't fit `base` say why."""
    return tuple(describe_tone(path, base) for path in tone_files(folder))


def tone_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".gguf" and path.is_file())


def add_tone(path: str | Path, folder: Path, base: GgufHeader | None = None) -> Tone:
    """Copies the adapter into `folder`, or converts a PEFT folder for `base`, unless the same one is there.

    Raises UserError, with the reason, when it is none, or doesn't fit `base`, which only a GGUF file can do without.
    """
    source = Path(path).absolute()
    peft = peft_folder(source)
    target = _add_copy(source, folder, base) if peft is None else _add_converted(peft, folder, base)
    return describe_tone(target, base)


def convert_tone(source: Path, target: Path, base: GgufHeader | None) -> None:
    """Converts the PEFT folder at `source` into a GGUF file at `target`. Raises UserError with the reason."""
    if base is None:
        raise UserError(
            "This adapter can't be converted yet.",
            "There is no model to convert it for: add the one that it was made for first.",
        )
    # numpy, which nothing else here needs
    from desktop.tones.conversion import convert
    from desktop.tones.peft_adapter import read_peft

    adapter = read_peft(source)
    with whole_file(target) as stream:
        convert(adapter, base, stream)


def remove_tone(name: str | Path, folder: Path) -> Path:
    """Deletes a tone of `folder`, given by its path or its file's name. Raises UserError when there is none such."""
    wanted = Path(name)
    for path in tone_files(folder):
        if wanted.absolute() == path.absolute() or str(name) in (path.name, path.stem):
            try:
                path.unlink()
            except OSError as error:
                raise UserError("The tone could not be removed.", f"{path}: {error.strerror}.") from None
            return path
    raise UserError(f"There is no tone “{name}” in the library.", f"The tones are the .gguf files in {folder}.")


def _add_copy(source: Path, folder: Path, base: GgufHeader | None) -> Path:
    if is_pickle(source):
        raise UserError("This file can't be used as a tone.", PICKLE_REASON)
    header = read_adapter(source)
    problem = shape_problem(header, base) if base is not None else ""
    if problem:
        raise UserError("This tone can't be used with this model.", problem)
    target = _free_place(source, source.name, folder)
    if not target.exists():
        try:
            stream = source.open("rb")
        except OSError as error:
            raise UserError("The tone could not be read.", f"{source}: {error.strerror}.") from None
        with stream, whole_file(target) as out:
            shutil.copyfileobj(stream, out, 1 << 20)
    return target


def _add_converted(source: Path, folder: Path, base: GgufHeader | None) -> Path:
    name = f"{source.name.lstrip('.') or 'tone'}.gguf"
    converted = folder / f".{name}.converted"
    convert_tone(source, converted, base)
    try:
        target = _free_place(converted, name, folder)
        if not target.exists():
            converted.replace(target)
    finally:
        converted.unlink(missing_ok=True)
    return target


def _free_place(source: Path, name: str, folder: Path) -> Path:
    """Where it goes under this name, or where the same file stands already."""
    wanted, number = Path(name), 1
    while True:
        target = folder / (name if number == 1 else f"{wanted.stem}-{number}{wanted.suffix}")
        if not target.exists() or (target.is_file() and filecmp.cmp(source, target, shallow=False)):
            return target
        number += 1
