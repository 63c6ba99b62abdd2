"""`footnote embedders`: lists, gets, adds, removes and chooses embedders and rerankers.

Only choosing asks the engine, which alone writes the settings; the rest works on the user's folders themselves. Only
`get` connects, by a process of its own.
"""

import argparse
import contextlib
import json
import sys
from pathlib import Path

from desktop.cli import json_output, text_output
from desktop.cli.download_line import DownloadLine
from desktop.cli.engine_line import EngineLine
from desktop.cli.printing import print_line, say
from desktop.domain.embedders import ShelvedModel
from desktop.domain.errors import FootnoteError, UserError
from desktop.download.places import forget_origins, read_origins
from desktop.embedding.adding import add_embedder, add_reranker
from desktop.embedding.known import known_embedders, known_rerankers
from desktop.embedding.shelf import find_model, list_embedders, list_rerankers, remove_model
from desktop.engine.chosen_embedder import DEFAULT_EMBEDDER, embedder_name, reranker_name
from desktop.engine.embedder_downloads import EmbedderDownload, known_model
from desktop.platform_support.paths import DataFolders, data_folders
from desktop.protocol.codec import encode
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import (
    CHANGE_SETTING,
    CHOOSE_EMBEDDER,
    LIST_EMBEDDERS,
    UNDO_PASSAGES,
    EmbedderName,
    Setting,
)
from desktop.settings.store import SettingsFile

REFUSED, INTERRUPTED = 1, 130
NO_RERANKER = "none"


def embedders_list(options: argparse.Namespace) -> int:
    folders = data_folders(options.data)
    settings = SettingsFile(folders.settings)
    _show(options, folders, embedder_name(settings), reranker_name(settings))
    return 0


def embedders_known(options: argparse.Namespace) -> int:
    """What to download, with licence and languages."""
    found = {"embedders": known_embedders(), "rerankers": known_rerankers()}
    if options.json:
        print_line(json_output.line_of({kind: [encode(model) for model in models] for kind, models in found.items()}))
        return 0
    for kind, models in found.items():
        say([f"{kind.capitalize()}:", *(line for model in models for line in text_output.known_lines(model))])
    return 0


def embedders_add(options: argparse.Namespace) -> int:
    """Takes a minute or more; what is refused ends with its reason and exit code 1."""
    folders = data_folders(options.data)
    source = Path(options.folder).absolute()
    try:
        if options.reranker:
            name = add_reranker(source, folders.rerankers, _tell).name
        else:
            name = add_embedder(source, folders.embedders, _tell).name
    except FootnoteError as error:
        return _refuse(options, source.name, error)
    _show_added(options, folders, name)
    return 0


def embedders_get(options: argparse.Namespace) -> int:
    """Downloads and adds it. Ctrl-C pauses; the same command goes on. A refusal has its reason and exit code 1."""
    folders = data_folders(options.data)
    known = known_model(options.name, reranker=options.reranker)
    shelf = folders.rerankers if options.reranker else folders.embedders
    download = EmbedderDownload(known, shelf, folders.cache / "downloads")
    if not options.json:
        say([f"{known.name} ({known.licence}), from huggingface.co/{known.repository}. Ctrl-C pauses."])
    line = DownloadLine(known.name)
    try:
        fetched = download.fetch(line.show)
        line.end()
        download.add(fetched, _tell)
    except KeyboardInterrupt:
        sys.stderr.write("\nPaused. The same command goes on with it.\n")
        return INTERRUPTED
    except FootnoteError as error:
        line.end()
        return _refuse(options, known.name, error)
    if not options.json:
        say(_pinned(shelf, known.name))
    _show_added(options, folders, known.name)
    return 0


def _pinned(shelf: Path, name: str) -> list[str]:
    """What came, file by file, with where it came from."""
    pins = {path: origin for path, origin in read_origins(shelf).items() if path.startswith(f"{name}/")}
    where = next((f"From {origin.source}, state {origin.revision}:" for origin in pins.values()), "")
    return [where, *(f"  {path}: {origin.size:,} bytes, SHA-256 {origin.sha256}" for path, origin in pins.items())]


def _refuse(options: argparse.Namespace, name: str, error: FootnoteError) -> int:
    if options.json:
        print_line(json_output.line_of({"name": name, "problem": str(error)}))
    else:
        print(f"footnote: {text_output.plain(str(error))}", file=sys.stderr)
    return REFUSED


def _show_added(options: argparse.Namespace, folders: DataFolders, name: str) -> None:
    model = find_model(_shelf(options, folders), name)
    if options.json:
        print_line(json_output.line_of(json_output.shelved_object(model, chosen=False)))
    else:
        kind = " --reranker" if options.reranker else ""
        say([*text_output.shelved_lines(model, chosen=False), f"Added. To use it: footnote embedders use {name}{kind}"])


def embedders_remove(options: argparse.Namespace) -> int:
    folders = data_folders(options.data)
    settings = SettingsFile(folders.settings)
    chosen = reranker_name(settings) if options.reranker else embedder_name(settings)
    if options.name == chosen:
        raise UserError(f"“{options.name}” is in use.", "Choose another first: footnote embedders use NAME")
    if options.name == DEFAULT_EMBEDDER and not options.reranker:
        raise UserError(f"“{options.name}” came with Footnote and can't be removed.", "Its tokens measure passages.")
    shelf = folders.rerankers if options.reranker else folders.embedders
    remove_model(shelf, options.name)
    with contextlib.suppress(OSError):  # of one that is gone they count for nothing
        forget_origins(shelf, options.name)
    return embedders_list(options)


def embedders_use(line: EngineLine, options: argparse.Namespace) -> int:
    """From now on; the vectors of the other embedder are kept for a month, and find until all new ones are made."""
    folders = data_folders(options.data)
    off = options.reranker and options.name == NO_RERANKER
    name = "" if off else find_model(_shelf(options, folders), options.name).name
    if not options.reranker and name == embedder_name(SettingsFile(folders.settings)):
        line.call(CHOOSE_EMBEDDER, EmbedderName(name))  # it may have passages of an older Footnote to make anew
    setting = "chosen_reranker" if options.reranker else "chosen_embedder"
    values = line.call(CHANGE_SETTING, Setting(setting, json.dumps(name))).values
    embedder = json.loads(values["chosen_embedder"]) or DEFAULT_EMBEDDER
    _show(options, folders, embedder, json.loads(values["chosen_reranker"]))
    if not options.json:
        print_line("In use from now on. Until its vectors are made, questions go on as before.")
    return 0


def embedders_undo(line: EngineLine, options: argparse.Namespace) -> int:
    """Back to the passages that an older Footnote had made, where the files have not changed since."""
    known = line.call(LIST_EMBEDDERS, Nothing())
    if not known.former:
        raise UserError("There are no passages to go back to.", "They are kept for 30 days after files were cut anew.")
    line.call(UNDO_PASSAGES, Nothing())
    if options.json:
        print_line(json_output.line_of({"files": known.former}))
    else:
        print_line(f"Files that get the passages back that they had: {known.former:,}")
    return 0


def _shelf(options: argparse.Namespace, folders: DataFolders) -> tuple[ShelvedModel, ...]:
    return list_rerankers(folders.rerankers) if options.reranker else list_embedders(folders.embedders)


def _show(options: argparse.Namespace, folders: DataFolders, embedder: str, reranker: str) -> None:
    shelves = {
        "embedders": (list_embedders(folders.embedders), embedder),
        "rerankers": (list_rerankers(folders.rerankers), reranker),
    }
    if options.json:
        found = {
            kind: [json_output.shelved_object(model, chosen=model.name == chosen) for model in models]
            for kind, (models, chosen) in shelves.items()
        }
        print_line(json_output.line_of(found))
        return
    for kind, (models, chosen) in shelves.items():
        lines = [line for model in models for line in text_output.shelved_lines(model, chosen=model.name == chosen)]
        say([f"{kind.capitalize()}:", *(lines or ["  none"])])


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
