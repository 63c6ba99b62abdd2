"""The `footnote` command: reads its arguments, runs one command, most of them against an engine, and says how it went.

Exit codes: 0 done, 1 `check` found damage or a model was refused, 2 wrong usage, 3 it could not be done.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from desktop import __version__
from desktop.cli import commands, embedder_commands, found_commands, model_commands, shelf_commands, tone_commands
from desktop.cli.engine_line import EngineLine
from desktop.domain.answers import AnswerFormat, ToneChoice
from desktop.domain.errors import FootnoteError, UserError
from desktop.platform_support.environment import harden

Run = Callable[[EngineLine, argparse.Namespace], int]
RunAlone = Callable[[argparse.Namespace], int]

_WORDS = "Ask your own files. Every sentence of an answer has a footnote you can check. Nothing leaves the machine."


def main(arguments: Sequence[str] | None = None) -> int:
    harden()
    options = build_parser().parse_args(arguments)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # one odd byte must not end a list of questions
    try:
        return _run(options)
    except UserError as error:
        return _say(error, 2)
    except FootnoteError as error:
        return _say(error, 3)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # whoever read our output has gone: nothing more to say, not even by Python when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(options: argparse.Namespace) -> int:
    if options.alone is not None:
        return int(options.alone(options))
    run: Run = options.run
    with EngineLine(options.data) as line:
        return run(line, options)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="footnote", description=_WORDS)
    parser.add_argument("--version", action="version", version=f"footnote {__version__}")
    _add_data(parser, None)
    names = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _paths(_command(names, "add", commands.add, "add folders or files; a known one is scanned now"), "+")
    _paths(_command(names, "remove", commands.remove, "remove folders; their files are left as they are"), "+")
    _paths(_command(names, "forget", commands.forget, "remove folders and leave nothing of them in the library"), "+")
    _command(names, "status", commands.status, "what the library holds, and why a file is not indexed")
    search = _command(names, "search", commands.search, "passages for a question, or for each line of input")
    _question(search, 10).add_argument("--why", action="store_true", help="say why each passage was found")
    _model(
        _question(_command(names, "ask", commands.ask, "an answer with footnotes, or one for each line of input"), 0)
    )
    _model(_paths(_command(names, "chat", commands.chat, "index folders, then answer questions one by one"), "*"))
    listed = _command(names, "conversations", commands.conversations, "the conversations, newest first")
    listed.add_argument("words", nargs="*", metavar="WORD", help="only those with these words")
    export = _command(names, "export", commands.export, "write a conversation to a Markdown or HTML file")
    export.add_argument("conversation", type=int, metavar="CONVERSATION", help="its number: footnote conversations")
    export.add_argument("--to", required=True, metavar="FILE", help="such as lease.md or lease.html")
    _command(names, "check", commands.check, "compare the index with the library; exit code 1 when damaged")
    _command(names, "rebuild", commands.rebuild, "make the index again from the library")
    _add_models(names)
    _add_tones(names)
    _add_embedders(names)
    return parser


def _add_models(names: Any) -> None:
    inner = _group(names, "models", "the models of the library: list, known, get, found, look, add, remove, check")
    _alone(inner, "list", shelf_commands.models_list, "the models, and why one can't be used")
    _alone(inner, "known", model_commands.models_known, "good ones to download, and how each fits this computer")
    get = _alone(inner, "get", model_commands.models_get, "download one; Ctrl-C pauses, the same command goes on")
    get.add_argument("name", metavar="NAME", help="as `models known` calls it")
    found = _alone(inner, "found", found_commands.models_found, "those of other programs, and in folders you named")
    found.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="look here too, this once")
    look = _command(inner, "look", found_commands.models_look, "look for models in this folder too from now on")
    look.add_argument("folder", type=Path, metavar="FOLDER")
    look.add_argument("--stop", action="store_true", help="look there no more")
    _file(_alone(inner, "add", shelf_commands.models_add, "take note of a GGUF file; it stays where it is"))
    _file(_alone(inner, "remove", shelf_commands.models_remove, "take a model off the list; its file stays"))
    _file(_alone(inner, "check", shelf_commands.models_check, "whether a file can be used as a model, and why not"))


def _add_tones(names: Any) -> None:
    inner = _group(names, "tones", "the tones of the library: list, add, remove, rename, hear, truth, convert, check")
    _against(_alone(inner, "list", shelf_commands.tones_list, "the tones, and how each fits the model"))
    add = _alone(inner, "add", shelf_commands.tones_add, "copy an adapter into the library; a PEFT folder is converted")
    _against(_file(add))
    _against(_file(_alone(inner, "remove", shelf_commands.tones_remove, "delete a tone from the library")))
    rename = _alone(inner, "rename", shelf_commands.tones_rename, "give a tone another name")
    _against(_file(rename))
    rename.add_argument("name", metavar="NAME")
    hear = _file(_command(inner, "hear", tone_commands.tones_hear, "one question without the tone and with it"))
    hear.add_argument("--question", default="", metavar="QUESTION", help="else one asked before, or made from a file")
    truth = _file(_command(inner, "truth", tone_commands.tones_truth, "what the tone costs in truth on your files"))
    for parser in (hear, truth):
        parser.add_argument("--strength", type=_strength, action="append", metavar="STRENGTH", help="0 to 1.5; else 1")
    convert = _alone(inner, "convert", shelf_commands.tones_convert, "make a GGUF file of a PEFT folder")
    convert.add_argument("--to", type=Path, metavar="FILE", help="the file to write; else FOLDER.gguf")
    _against(_file(convert))
    check = _alone(inner, "check", shelf_commands.tones_check, "whether an adapter fits the model, and why not")
    _against(_file(check))


def _add_embedders(names: Any) -> None:
    inner = _group(names, "embedders", "embedders and rerankers: list, known, get, add, remove, use, undo")
    _alone(inner, "list", embedder_commands.embedders_list, "what there is, what is in use, and why one can't be used")
    _alone(inner, "known", embedder_commands.embedders_known, "good ones to download, with licence and languages")
    get = _alone(inner, "get", embedder_commands.embedders_get, "download one and add it; Ctrl-C pauses")
    add = _alone(inner, "add", embedder_commands.embedders_add, "copy a model folder into the library and check it")
    remove = _alone(inner, "remove", embedder_commands.embedders_remove, "delete one from the library")
    use = _command(inner, "use", embedder_commands.embedders_use, "use it from now on")
    _command(inner, "undo", embedder_commands.embedders_undo, "go back to the passages that an older Footnote made")
    add.add_argument("folder", metavar="FOLDER", help="as sentence-transformers keeps it, with model.safetensors")
    get.add_argument("name", metavar="NAME", help="as `embedders known` calls it")
    for parser in (remove, use):
        parser.add_argument("name", metavar="NAME")
    for parser in (get, add, remove, use):
        parser.add_argument("--reranker", action="store_true", help="a CrossEncoder; to use none: use none --reranker")


def _group(names: Any, name: str, text: str) -> Any:
    group: argparse.ArgumentParser = names.add_parser(name, help=text, description=text)
    return group.add_subparsers(title="commands", required=True, metavar="COMMAND")


def _alone(names: Any, name: str, run: RunAlone, text: str) -> argparse.ArgumentParser:
    """A command that needs no engine."""
    parser: argparse.ArgumentParser = names.add_parser(name, help=text, description=text)
    parser.set_defaults(alone=run)
    parser.add_argument("--json", action="store_true", help="print JSON, one object a line")
    _add_data(parser, argparse.SUPPRESS)
    return parser


def _file(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("file", metavar="FILE")
    return parser


def _against(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="PATH", help="compare with this GGUF model; else the one that answers")


def _command(names: Any, name: str, run: Run, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = names.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run, alone=None)
    parser.add_argument("--json", action="store_true", help="print JSON, one object a line")
    parser.add_argument("--wait", action="store_true", help="first wait until every file is indexed")
    _add_data(parser, argparse.SUPPRESS)
    return parser


def _add_data(parser: argparse.ArgumentParser, default: object) -> None:
    parser.add_argument("--data", type=Path, default=default, metavar="DIR", help="the library's folder")


def _paths(parser: argparse.ArgumentParser, count: str) -> argparse.ArgumentParser:
    parser.add_argument("paths", nargs=count, metavar="PATH")
    return parser


def _question(parser: argparse.ArgumentParser, limit: int) -> argparse.ArgumentParser:
    parser.add_argument("question", nargs="*", help="without one, each line of standard input is a question")
    if limit:
        parser.add_argument("--limit", type=_count, default=limit, metavar="N", help=f"passages at most ({limit})")
    return parser


def _model(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--model", metavar="PATH", help="a GGUF file; else the model last chosen")
    parser.add_argument("--tone", type=_tone, action="append", metavar="PATH=STRENGTH", help="1 is as trained")
    for mode, text in (
        ("free", "the model may add what it knows itself, marked"),
        ("quotes", "the files' words alone"),
    ):
        parser.add_argument(f"--{mode}", dest="mode", action="store_const", const=mode, default="strict", help=text)
    formats = [kind.value for kind in AnswerFormat]
    parser.add_argument("--format", choices=formats, default="plain", help="the form of the answer (plain)")
    parser.add_argument("--schema", type=Path, metavar="FILE", help="for sql: CREATE TABLE …; for json: a JSON Schema")
    return parser


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 100:
        raise argparse.ArgumentTypeError("from 1 to 100")
    return value


def _strength(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1.5:
        raise argparse.ArgumentTypeError("from 0 to 1.5")
    return value


def _tone(text: str) -> ToneChoice:
    path, _, strength = text.rpartition("=")
    try:
        tone = ToneChoice(str(Path(path).absolute()), float(strength))
    except ValueError:
        raise argparse.ArgumentTypeError("PATH=STRENGTH, such as letter.gguf=0.8") from None
    if not path or not 0 <= tone.strength <= 1.5:
        raise argparse.ArgumentTypeError("a strength from 0 to 1.5 after the path, such as letter.gguf=0.8")
    return tone


def _say(error: FootnoteError, code: int) -> int:
    print(f"footnote: {error}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
