"""`footnote models` and `footnote tones`: they work on the user's files themselves, so that no engine is started.

A file that can't be used ends a command with its reason and exit code 1.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop.cli import json_output, text_output
from desktop.cli.machine_fits import with_fits
from desktop.cli.printing import print_line, say
from desktop.domain.errors import UserError
from desktop.domain.fits import Fit, Verdict
from desktop.domain.models import MachineVerdict, Model, Tone
from desktop.gguf.header import GgufHeader, read_header
from desktop.llm.build_choice import BuildChoice
from desktop.llm.description import describe_model
from desktop.llm.shelf import add_model, default_model, list_models, read_links, remove_link
from desktop.platform_support.paths import DataFolders, data_folders
from desktop.settings.store import SettingsFile
from desktop.tones.adapter import examine_tone
from desktop.tones.peft_folder import peft_folder
from desktop.tones.shelf import add_tone, convert_tone, remove_tone, rename_tone, tone_files

REFUSED = 1


@dataclass(frozen=True, slots=True)
class Base:
    """The model that tones are compared with; `header` is None where there is none."""

    path: str
    name: str
    header: GgufHeader | None


def models_list(options: argparse.Namespace) -> int:
    folders = data_folders(options.data)
    _show_models(options, with_fits(list_models(folders.models), folders))
    return 0


def models_add(options: argparse.Namespace) -> int:
    _must_exist(options.file)
    try:
        folders = data_folders(options.data)
        (model,) = with_fits([add_model(options.file, folders.models)], folders)
    except UserError as error:
        return _refuse_model(options, error)
    except OSError as error:
        return _refuse_model(options, _not_saved(error))
    _show_model(options, model, "Added. Choose it in the window, or name it after --model.")
    return 0


def models_remove(options: argparse.Namespace) -> int:
    """Takes a linked model off the list. One in Footnote's own folder is the user's to delete."""
    folders = data_folders(options.data)
    folder = folders.models
    model = next((model for model in list_models(folder) if _is_called(options.file, Path(model.path))), None)
    if model is None:
        raise UserError(f"There is no model “{options.file}” in the list.", "footnote models list shows them.")
    if model.path not in read_links(folder):
        error = UserError("This model lies in Footnote's own folder.", f"Delete the file to remove it: {model.path}")
        return _refuse_model(options, error)
    try:
        remove_link(model.path, folder)
    except OSError as error:
        return _refuse_model(options, _not_saved(error))
    _show_models(options, with_fits(list_models(folder), folders))
    return 0


def models_check(options: argparse.Namespace) -> int:
    _must_exist(options.file)
    (model,) = with_fits([describe_model(Path(options.file).absolute())], data_folders(options.data))
    too_big = model.fit is not None and model.fit.verdict is MachineVerdict.TOO_BIG
    _show_model(options, model, "" if model.problem or too_big else "It can be used.")
    return REFUSED if model.problem else 0


def tones_list(options: argparse.Namespace) -> int:
    folders = data_folders(options.data)
    base = _base(options, folders)
    _show_tones(options, base, [_examined(path, base) for path in tone_files(folders.tones)])
    return 0


def tones_add(options: argparse.Namespace) -> int:
    """Copies a GGUF file, or converts a PEFT folder, into the library; refuses one that doesn't fit the model."""
    folders = data_folders(options.data)
    _must_exist(options.file)
    base = _base(options, folders)
    try:
        path = Path(add_tone(options.file, folders.tones, base.header).path)
    except UserError as error:
        return _refuse_tone(options, error)
    _show_tone(options, base, *_examined(path, base), "Added. Choose it in the window, or name it after --tone.")
    return 0


def tones_remove(options: argparse.Namespace) -> int:
    folders = data_folders(options.data)
    remove_tone(options.file, folders.tones)
    return tones_list(options)


def tones_rename(options: argparse.Namespace) -> int:
    rename_tone(options.file, data_folders(options.data).tones, options.name)
    return tones_list(options)


def tones_convert(options: argparse.Namespace) -> int:
    """Writes a GGUF file and leaves the library as it is."""
    _must_exist(options.file)
    base = _base(options, data_folders(options.data))
    try:
        target = _convert(Path(options.file).absolute(), options.to, base)
    except UserError as error:
        return _refuse_tone(options, error)
    _show_tone(options, base, *_examined(target, base), f"Written to {target}")
    return 0


def tones_check(options: argparse.Namespace) -> int:
    """A PEFT folder is converted as a test, into nothing that stays."""
    _must_exist(options.file)
    base = _base(options, data_folders(options.data))
    path = Path(options.file).absolute()
    try:
        tone, fit = _examined(path, base) if peft_folder(path) is None else _tried(path, base)
    except UserError as error:
        return _refuse_tone(options, error)
    _show_tone(options, base, tone, fit, "")
    return REFUSED if tone.problem else 0


def _base(options: argparse.Namespace, folders: DataFolders) -> Base:
    """The model named by --model, else the one that would answer. Raises UserError when the named one is none."""
    path = options.model or _usual_model(folders)
    if not path:
        return Base("", "", None)
    _must_exist(path)
    model = describe_model(Path(path).absolute())
    if model.problem:
        raise UserError(f"The model “{path}” can't be used.", model.problem)
    return Base(model.path, model.name, read_header(model.path))


def _usual_model(folders: DataFolders) -> str:
    chosen = str(SettingsFile(folders.settings).get("chosen_model"))
    if chosen and not describe_model(chosen).problem:
        return chosen
    best = default_model(list_models(folders.models), BuildChoice(folders.native).memory_for_models())
    return best.path if best else ""


def _examined(path: Path, base: Base) -> tuple[Tone, Fit | None]:
    tone = examine_tone(path, base.header, base.path)
    return tone, tone.fit


def _tried(folder: Path, base: Base) -> tuple[Tone, Fit | None]:
    """A PEFT folder as the tone that it would become."""
    if base.header is None:
        # numpy, which the other commands don't need
        from desktop.tones.peft_adapter import read_peft

        adapter = read_peft(folder)
        return Tone(str(folder), adapter.name, "", adapter.config.rank, ""), None
    with tempfile.TemporaryDirectory(prefix="footnote-") as place:
        converted = Path(place) / f"{folder.name}.gguf"
        convert_tone(folder, converted, base.header)
        tone, fit = _examined(converted, base)
    return replace(tone, path=str(folder)), fit


def _convert(source: Path, wanted: Path | None, base: Base) -> Path:
    folder = peft_folder(source)
    if folder is None:
        raise UserError("This is no PEFT folder.", "It needs adapter_model.safetensors and adapter_config.json.")
    target = (wanted or Path(f"{folder.name}.gguf")).absolute()
    if os.path.lexists(target):
        raise UserError(f"“{target}” is there already.", "Give another name after --to.")
    convert_tone(folder, target, base.header)
    return target


def _must_exist(path: str) -> None:
    if not os.path.exists(path):
        raise UserError(f"There is nothing at “{path}”.", "Check the path.")


def _is_called(name: str, path: Path) -> bool:
    return name in (path.name, path.stem) or Path(name).absolute() == path


def _show_model(options: argparse.Namespace, model: Model, after: str) -> None:
    if options.json:
        print_line(json_output.line_of(json_output.model_object(model)))
    else:
        say([*text_output.model_lines(model), *([after] if after else [])])


def _show_models(options: argparse.Namespace, models: Sequence[Model]) -> None:
    if options.json:
        print_line(json_output.line_of({"models": [json_output.model_object(model) for model in models]}))
    else:
        lines = [line for model in models for line in text_output.model_lines(model)]
        say(lines or ["There are no models yet."])


def _show_tone(options: argparse.Namespace, base: Base, tone: Tone, fit: Fit | None, after: str) -> None:
    if options.json:
        print_line(json_output.line_of(json_output.tone_object(tone, fit)))
    else:
        say([*text_output.tone_lines(tone, fit, base.name), *([after] if after else [])])


def _show_tones(options: argparse.Namespace, base: Base, tones: Sequence[tuple[Tone, Fit | None]]) -> None:
    if options.json:
        found = [json_output.tone_object(tone, fit) for tone, fit in tones]
        print_line(json_output.line_of({"model": base.path, "tones": found}))
    else:
        lines = [line for tone, fit in tones for line in text_output.tone_lines(tone, fit, base.name)]
        say(lines or ["There are no tones yet."])


def _refuse_model(options: argparse.Namespace, error: UserError) -> int:
    path = Path(options.file).absolute()
    return _refuse(options, error, json_output.model_object(Model(str(path), path.stem, "", 0, 0, _reason(error))))


def _refuse_tone(options: argparse.Namespace, error: UserError) -> int:
    path = Path(options.file).absolute()
    fit = Fit(Verdict.MISFIT, _reason(error), "")
    return _refuse(options, error, json_output.tone_object(Tone(str(path), path.stem, "", 0, fit.reason), fit))


def _refuse(options: argparse.Namespace, error: UserError, found: dict[str, Any]) -> int:
    if options.json:
        print_line(json_output.line_of(found))
    else:
        print(f"footnote: {text_output.plain(str(error))}", file=sys.stderr)
    return REFUSED


def _not_saved(error: OSError) -> UserError:
    return UserError("The list of models could not be saved.", f"{error.strerror or error}.")


def _reason(error: UserError) -> str:
    return error.hint or error.title
