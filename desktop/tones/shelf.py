"""The tones of this user: adapter files in one folder. Adding one copies it, since adapters are small, and a PEFT
folder is converted; the original is not touched.
"""

import contextlib
import filecmp
import shutil
import time
from dataclasses import replace
from pathlib import Path

from desktop.domain.errors import UserError
from desktop.domain.models import Tone
from desktop.gguf.adapter import shape_problem
from desktop.gguf.header import GgufHeader, read_header
from desktop.tones.adapter import Read, describe_tone, examine_tone, read_adapter
from desktop.tones.cards import card_path, first_card, read_card, write_card
from desktop.tones.peft_folder import PICKLE_REASON, gguf_name, is_pickle, peft_folder
from desktop.tones.whole_file import whole_file

_ASIDE = ".removed"
_LONGEST_NAME = 80


def list_tones(
    folder: Path, base: GgufHeader | None = None, base_path: str = "", read: Read = read_adapter
) -> tuple[Tone, ...]:
    """Every GGUF file in `folder`, by name; those that don't fit the model at `base_path` say why."""
    return tuple(examine_tone(path, base, base_path, read) for path in tone_files(folder))


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
    if not card_path(target).exists():
        with contextlib.suppress(UserError):  # it is a tone without a card too
            write_card(target, first_card(peft or source, read_header(target), time.time()))
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
    path = find_tone(name, folder)
    try:
        path.unlink()
        card_path(path).unlink(missing_ok=True)
    except OSError as error:
        raise UserError("The tone could not be removed.", f"{path}: {error.strerror}.") from None
    return path


def find_tone(name: str | Path, folder: Path) -> Path:
    """A tone of `folder`, given by its path or its file's name. Raises UserError when there is none such."""
    wanted = Path(name)
    for path in tone_files(folder):
        if wanted.absolute() == path.absolute() or str(name) in (path.name, path.stem):
            return path
    raise UserError(f"There is no tone “{name}” in the library.", f"The tones are the .gguf files in {folder}.")


def rename_tone(name: str | Path, folder: Path, called: str) -> Path:
    """Gives a tone another name on its card; its file keeps its own. Raises UserError."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in called).split())[:_LONGEST_NAME]
    if not plain:
        raise UserError("A tone needs a name.")
    path = find_tone(name, folder)
    write_card(path, replace(read_card(path), name=plain))
    return path


def set_aside(name: str | Path, folder: Path) -> Path:
    """Takes a tone off the shelf so that `bring_back` can undo it. Raises UserError when there is none such."""
    path = find_tone(name, folder)
    return _move(path, folder / _ASIDE / path.name)


def bring_back(name: str | Path, folder: Path) -> Path:
    """Raises UserError when it is not there any more, or another stands in its place."""
    path = folder / Path(name).name
    if path.exists() or not (folder / _ASIDE / path.name).is_file():
        raise UserError("The tone can't be brought back.", "Add it again from where it came.")
    return _move(folder / _ASIDE / path.name, path)


def forget_aside(folder: Path) -> None:
    """Tones that were set aside are gone from the disk."""
    shutil.rmtree(folder / _ASIDE, ignore_errors=True)


def _move(source: Path, target: Path) -> Path:
    try:
        target.parent.mkdir(exist_ok=True)
        source.replace(target)
        if card_path(source).exists():
            card_path(source).replace(card_path(target))
    except OSError as error:
        raise UserError("The tone could not be moved.", f"{source}: {error.strerror}.") from None
    return target


def _add_copy(source: Path, folder: Path, base: GgufHeader | None) -> Path:
    if is_pickle(source):
        raise UserError("This file can't be used as a tone.", PICKLE_REASON)
    header = read_adapter(source)
    problem = shape_problem(header, base) if base is not None else ""
    if problem:
        raise UserError("This tone can't be used with this model.", problem)
    target = _free_place(source, gguf_name(source), folder)
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
