"""`footnote models found` and `footnote models look`: models that other programs keep, or that lie in folders which the
user named. They are shown, never copied or listed.
"""

import argparse
import json
import os
from pathlib import Path

from desktop.cli import json_output, text_output
from desktop.cli.engine_line import EngineLine
from desktop.cli.machine_fits import machine_fits
from desktop.cli.printing import print_line, say
from desktop.domain.errors import UserError
from desktop.llm.elsewhere import find_elsewhere
from desktop.llm.shelf import list_models
from desktop.platform_support.paths import data_folders
from desktop.protocol.codec import encode
from desktop.protocol.engine_messages import CHANGE_SETTING, Setting
from desktop.settings.store import SettingsFile

SETTING = "model_folders"


def models_found(options: argparse.Namespace) -> int:
    """But for those in the list. Starts no engine."""
    folders = data_folders(options.data)
    for folder in options.folders:
        _must_be_folder(folder)
    named = [*SettingsFile(folders.settings).get(SETTING), *(folder.absolute() for folder in options.folders)]
    known = {os.path.realpath(model.path) for model in list_models(folders.models)}
    fits = machine_fits(folders)
    files = [file for file in find_elsewhere(Path.home(), named=named) if os.path.realpath(file.path) not in known]
    if files and fits.speed() is None:
        fits.measured()
    found = [fits.found(file) for file in files]
    if options.json:
        print_line(
            json_output.line_of({"models": [encode(model) for model in found], "folders": list(map(str, named))})
        )
    elif found:
        say(
            [
                *(line for model in found for line in text_output.found_lines(model)),
                "To use one: footnote models add FILE",
            ]
        )
    else:
        say(["No others were found.", "To look elsewhere: footnote models found FOLDER"])
    return 0


def models_look(line: EngineLine, options: argparse.Namespace) -> int:
    folder = str(options.folder.absolute())
    kept = SettingsFile(data_folders(options.data).settings).get(SETTING)
    if options.stop and folder not in kept:
        raise UserError(f"“{folder}” is not looked into.", "footnote models found --json names the folders.")
    if not options.stop:
        _must_be_folder(options.folder)
    others = [each for each in kept if each != folder]
    named = others if options.stop else [*others, folder]
    line.call(CHANGE_SETTING, Setting(SETTING, json.dumps(named)))
    if options.json:
        print_line(json_output.line_of({"folders": named}))
    else:
        say([*(f"Looks in {each}" for each in named)] or ["Looks in the folders of known programs alone."])
    return 0


def _must_be_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise UserError(f"“{folder}” is not a folder.", "Check the path.")
