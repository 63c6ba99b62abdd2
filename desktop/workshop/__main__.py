"""The workshop's commands: `python -m desktop.workshop export-embedder|make-form|make-graph|record-check …`.

Nothing heavy is imported before a command is known.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from desktop.domain.errors import EngineProblem
from desktop.platform_support.environment import child_environment, harden


def export_embedder(folder: Path) -> int:
    """Exports the graph and records vectors, then lets the embedding package check them and put them in place."""
    with tempfile.TemporaryDirectory(prefix="footnote-graph-") as made:
        make_form(folder, Path(made))
        command = [sys.executable, "-m", "desktop.embedding.prepare", str(folder), "--graph", made]
        # a process of its own: packages of one layer don't know each other, and torch's memory is given back
        return subprocess.run(command, env=child_environment(), check=False).returncode


def make_form(folder: Path, out: Path, *, reranker: bool = False) -> None:
    """The graph and what it is checked against, in `out`."""
    if not reranker:
        make_graph(folder, out)
        record_check(folder, out)
        return
    from desktop.workshop import reranker_graph

    with _explained(folder):
        reranker_graph.make_form(folder, out)


def make_graph(folder: Path, out: Path) -> None:
    from desktop.workshop import embedder_graph

    with _explained(folder):
        embedder_graph.make_graph(folder, out)


def record_check(folder: Path, out: Path) -> None:
    from desktop.workshop import embedder_vectors

    with _explained(folder):
        embedder_vectors.record_check(folder, out)


@contextmanager
def _explained(folder: Path) -> Generator[None]:
    """The libraries raise errors of every kind for a folder they can't read."""
    try:
        yield
    except Exception as error:
        raise EngineProblem(
            f"The embedder {folder.name} can't be exported.", f"{type(error).__name__}: {error}"
        ) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m desktop.workshop", description="Work that needs torch.")
    commands = parser.add_subparsers(dest="command", required=True)
    export = commands.add_parser("export-embedder", help="make the fast form of an embedder in its folder")
    export.add_argument("folder", type=Path)
    for name, what in (("make-form", "the two below"), ("make-graph", "graph.onnx"), ("record-check", "check.json")):
        command = commands.add_parser(name, help=f"write {what} to OUT")
        command.add_argument("folder", type=Path)
        command.add_argument("out", type=Path)
        if name == "make-form":
            command.add_argument("--reranker", action="store_true", help="the folder holds a reranker")
    return parser


def main(arguments: list[str] | None = None) -> int:
    harden()
    options = _parser().parse_args(arguments)
    try:
        if options.command == "export-embedder":
            return export_embedder(options.folder)
        if options.command == "make-form":
            make_form(options.folder, options.out, reranker=options.reranker)
            return 0
        command = make_graph if options.command == "make-graph" else record_check
        command(options.folder, options.out)
    except EngineProblem as problem:
        print(" ".join(str(problem).split()), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
