"""Makes the fast form of an embedder, without torch: `python -m desktop.embedding.prepare FOLDER [--graph GRAPHS]`.

A fast form is a graph whose weights stand in the embedder's own weights file, at fixed places. It is checked against
recorded vectors and put in place in one step, so that an interrupted run leaves none. Exports no graph itself.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from desktop.domain.errors import EngineProblem, FootnoteError
from desktop.embedding.embedder import assemble_embedder
from desktop.embedding.identity import (
    FAST_FOLDER,
    FORM_FILE,
    FORM_VERSION,
    GRAPH_FILE,
    WEIGHTS_FILE,
    EmbedderIdentity,
    compute_identity,
    file_digest,
)
from desktop.embedding.recorded import LEAST_COSINE, RecordedVectors, least_cosine, read_recorded
from desktop.platform_support.environment import harden
from desktop.platform_support.paths import project_data

CHECK_FILE = "check.json"
_UNFINISHED = f".{FAST_FOLDER}-"


def prepare(folder: Path, graphs: Path | None = None) -> float:
    """Makes `folder/fast` and returns its least cosine to the recorded vectors.

    `graphs` holds a graph and recorded vectors for these weights; None takes the project's own. Raises EngineProblem,
    and leaves an earlier fast form as it was.
    """
    identity = compute_identity(folder)
    graphs, recorded = _find_graph(folder, graphs)
    try:
        return _make(folder, graphs, identity, recorded)
    except OSError as error:
        raise EngineProblem(f"The fast form of {folder.name} can't be written.", str(error)) from error


def _make(folder: Path, graphs: Path, identity: EmbedderIdentity, recorded: RecordedVectors) -> float:
    for unfinished in folder.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder))
    try:
        _fill(made, folder, graphs, identity)
        cosine = _check(made, folder, identity, recorded)
        _put_in_place(made, folder)
        return cosine
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _find_graph(folder: Path, graphs: Path | None) -> tuple[Path, RecordedVectors]:
    weights = file_digest(folder / WEIGHTS_FILE)
    candidates = [graphs] if graphs is not None else sorted(project_data("resources", "embedders").iterdir())
    for candidate in candidates:
        if (candidate / CHECK_FILE).is_file():
            recorded = read_recorded(candidate / CHECK_FILE)
            if recorded.weights_sha256 == weights:
                return candidate, recorded
    raise EngineProblem(
        f"Footnote has no ready graph for the weights of {folder.name}.",
        "The workshop can make one: python3 -m desktop.workshop export-embedder FOLDER",
    )


def _fill(made: Path, folder: Path, graphs: Path, identity: EmbedderIdentity) -> None:
    shutil.copyfile(graphs / GRAPH_FILE, made / GRAPH_FILE)
    try:
        os.link(folder / WEIGHTS_FILE, made / WEIGHTS_FILE)
    except OSError:  # a file system without hard links
        shutil.copyfile(folder / WEIGHTS_FILE, made / WEIGHTS_FILE)
    form = {"format": FORM_VERSION, "revision": identity.revision}
    (made / FORM_FILE).write_text(json.dumps(form) + "\n", encoding="utf-8")
    made.chmod(0o755)  # mkdtemp makes it private, the rest of the folder is not
    for name in (GRAPH_FILE, FORM_FILE):
        with (made / name).open("rb+") as file:
            os.fsync(file.fileno())


def _check(made: Path, folder: Path, identity: EmbedderIdentity, recorded: RecordedVectors) -> float:
    """In 32-bit floats, and in what the CPU prefers. Raises EngineProblem when either differs."""
    cosines: list[float] = []
    for exact in (True, False):
        embedder = assemble_embedder(folder, made, identity, exact=exact)
        cosines.append(least_cosine(embedder, recorded))
        if cosines[-1] < LEAST_COSINE:
            raise EngineProblem(
                f"The fast form of {folder.name} computes other vectors than it should"
                f" ({embedder.precision}: cosine {cosines[-1]:.5f}, at least {LEAST_COSINE} is needed).",
                "Delete the embedder's folder and run the set-up again.",
            )
    return min(cosines)


def _put_in_place(made: Path, folder: Path) -> None:
    fast = folder / FAST_FOLDER
    if fast.exists():
        fast.rename(made.with_name(f"{made.name}-old"))
    made.rename(fast)
    shutil.rmtree(made.with_name(f"{made.name}-old"), ignore_errors=True)


def main(arguments: list[str] | None = None) -> int:
    harden()
    parser = argparse.ArgumentParser(prog="python -m desktop.embedding.prepare", description="Make the fast form.")
    parser.add_argument("folder", type=Path, help="the embedder's folder")
    parser.add_argument("--graph", type=Path, help=f"folder with {GRAPH_FILE} and {CHECK_FILE} for its weights")
    options = parser.parse_args(arguments)
    try:
        cosine = prepare(options.folder, options.graph)
    except FootnoteError as problem:
        print(problem, file=sys.stderr)
        return 1
    sys.stdout.write(f"The embedder {options.folder.name} is prepared; least cosine {cosine:.5f}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
