"""Makes the fast form of an embedder, without torch: `python -m desktop.embedding.prepare FOLDER [--graph GRAPHS]`.

It is checked against recorded vectors before it is put in place; with --reranker, against recorded scores. Exports
no graph itself.
"""

import argparse
import sys
from pathlib import Path

from desktop.domain.errors import EngineProblem, FootnoteError
from desktop.embedding.embedder import assemble_embedder
from desktop.embedding.fast_form import make_fast_form
from desktop.embedding.identity import GRAPH_FILE, EmbedderIdentity, compute_identity, file_digest
from desktop.embedding.layout import WEIGHTS_FILE
from desktop.embedding.recorded import LEAST_COSINE, RecordedVectors, least_cosine, read_recorded
from desktop.platform_support.environment import harden
from desktop.platform_support.paths import project_data

CHECK_FILE = "check.json"
# in 16-bit floats the recorded texts must come nearer than the bar, so that others stay above it
_LEAST_ROUNDED = 0.9998


def prepare(folder: Path, graphs: Path | None = None) -> float:
    """Makes `folder/fast` and returns its least cosine to the recorded vectors.

    `graphs` holds a graph and recorded vectors for these weights; None takes the project's own. Raises EngineProblem,
    and leaves an earlier fast form as it was.
    """
    identity = compute_identity(folder)
    graphs, recorded = _find_graph(folder, graphs)
    cosines: list[float] = []

    def check(made: Path) -> bool:
        cosine, exact = _check(made, folder, identity, recorded)
        cosines.append(cosine)
        return exact

    make_fast_form(folder, graphs, identity.revision, check)
    return cosines[-1]


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


def _check(made: Path, folder: Path, identity: EmbedderIdentity, recorded: RecordedVectors) -> tuple[float, bool]:
    """The least cosine, and whether only 32-bit floats reach it. Raises EngineProblem when they don't either."""
    cosine = -1.0
    for exact, least in ((False, _LEAST_ROUNDED), (True, LEAST_COSINE)):  # what the CPU prefers is the faster
        cosine = least_cosine(assemble_embedder(folder, made, identity, exact=exact), recorded)
        if cosine >= least:
            return cosine, exact
    raise EngineProblem(
        f"The fast form of {folder.name} computes other vectors than it should"
        f" (cosine {cosine:.5f}, at least {LEAST_COSINE} is needed).",
        "Footnote does not use an embedder that it can't compute exactly.",
    )


def _prepare_and_say(folder: Path, graphs: Path | None, *, reranker: bool) -> str:
    if not reranker:
        return f"The embedder {folder.name} is prepared; least cosine {prepare(folder, graphs):.5f}."
    from desktop.embedding.reranker import prepare_reranker

    if graphs is None:
        raise EngineProblem("A reranker needs a graph.", "The workshop makes one.")
    return f"The reranker {folder.name} is prepared; its scores correlate by {prepare_reranker(folder, graphs):.5f}."


def main(arguments: list[str] | None = None) -> int:
    harden()
    parser = argparse.ArgumentParser(prog="python -m desktop.embedding.prepare", description="Make the fast form.")
    parser.add_argument("folder", type=Path, help="the embedder's folder")
    parser.add_argument("--graph", type=Path, help=f"folder with {GRAPH_FILE} and {CHECK_FILE} for its weights")
    parser.add_argument("--reranker", action="store_true", help="the folder holds a reranker")
    options = parser.parse_args(arguments)
    try:
        said = _prepare_and_say(options.folder, options.graph, reranker=options.reranker)
    except FootnoteError as problem:
        print(problem, file=sys.stderr)
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
