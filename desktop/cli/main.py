"""The `footnote` command: reads its arguments, runs one command against an engine, and says how it went.

Exit codes: 0 done, 1 `check` found damage, 2 wrong usage, 3 the engine could not do it.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from desktop import __version__
from desktop.cli import commands
from desktop.cli.engine_line import EngineLine
from desktop.domain.answers import ToneChoice
from desktop.domain.errors import FootnoteError, UserError
from desktop.platform_support.environment import harden

Run = Callable[[EngineLine, argparse.Namespace], int]

_WORDS = "Ask your own files. Every sentence of an answer has a footnote you can check. Nothing leaves the machine."


def main(arguments: Sequence[str] | None = None) -> int:
    harden()
    options = build_parser().parse_args(arguments)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # one odd byte must not end a list of questions
    run: Run = options.run
    try:
        with EngineLine(options.data) as line:
            return run(line, options)
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
    _command(names, "check", commands.check, "compare the index with the library; exit code 1 when damaged")
    _command(names, "rebuild", commands.rebuild, "make the index again from the library")
    return parser


def _command(names: Any, name: str, run: Run, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = names.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
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
    return parser


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 100:
        raise argparse.ArgumentTypeError("from 1 to 100")
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
