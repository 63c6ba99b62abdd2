"""Runs an embedder's fast form on the CPU: token ids in, vectors or scores out. The one module with openvino and numpy.

Makes no graph and knows no tokenizer; nothing of openvino's converter (which has telemetry) is imported.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import openvino

from desktop.domain.errors import EngineProblem
from desktop.embedding.batches import batches
from desktop.embedding.identity import GRAPH_FILE

_WIDTHS = 8
_MOST_STREAMS = 4  # each has buffers of its own

Vectors: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.float32]]"
Scores: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float32]]"


class VectorGraph:
    """One compiled graph. One thread at a time.

    `threads` None lets the library choose; `exact` computes in 32-bit floats where the CPU would prefer 16.
    Raises EngineProblem when the fast form can't be loaded.
    """

    def __init__(self, fast: Path, dimension: int, *, threads: int | None = None, exact: bool = False) -> None:
        self._dimension, self._exact = dimension, exact
        self._file = fast / GRAPH_FILE
        self._compile(threads)

    def use_threads(self, threads: int | None) -> None:
        """Compiles anew where it is another number: the library fixes it then."""
        if threads != self.threads:
            self._compile(threads)

    def _compile(self, threads: int | None) -> None:
        try:
            core = openvino.Core()
            self._graph = core.compile_model(core.read_model(self._file), "CPU", _options(threads, self._exact))
            self._queue = openvino.AsyncInferQueue(self._graph, _streams(threads))
            self._takes_types = any("token_type_ids" in given.get_names() for given in self._graph.inputs)
        except RuntimeError as error:
            raise EngineProblem(
                "The embedder's fast form can't be loaded.", f"Run the set-up again. ({_first_line(error)})"
            ) from error
        self.threads = threads

    @property
    def precision(self) -> str:
        """What it computes in, such as f32 or bf16."""
        return str(self._graph.get_property("INFERENCE_PRECISION_HINT").get_type_name())

    def vectors(self, rows: Sequence[Sequence[int]], types: Sequence[Sequence[int]] | None = None) -> Vectors:
        """float32 [n, d] in the order of `rows` (token ids with special tokens); an embedder's have unit length.

        `types` are the token types of pairs, which not every graph asks for.
        """
        result = np.zeros((len(rows), self._dimension), dtype=np.float32)

        def keep(request: Any, work: tuple[list[int], dict[str, Any]]) -> None:
            result[work[0]] = request.get_output_tensor(0).data

        self._queue.set_callback(keep)
        try:
            for batch in batches([len(row) for row in rows], len(self._queue)):
                chosen = [types[index] for index in batch] if types and self._takes_types else None
                given = _given([rows[index] for index in batch], chosen)
                self._queue.start_async(given, (batch, given), share_inputs=True)  # what is shared has to live on
        except RuntimeError as error:
            raise _failed(error) from error
        finally:
            self._wait()
        return result

    def _wait(self) -> None:
        try:
            self._queue.wait_all()
        except RuntimeError as error:
            raise _failed(error) from error


def _given(rows: Sequence[Sequence[int]], types: Sequence[Sequence[int]] | None) -> dict[str, Any]:
    given = {"input_ids": _padded(rows), "attention_mask": _padded([[1] * len(row) for row in rows])}
    return given if types is None else {**given, "token_type_ids": _padded(types)}


def _failed(error: RuntimeError) -> EngineProblem:
    return EngineProblem("The embedder failed.", _first_line(error))


def _padded(rows: Sequence[Sequence[int]]) -> Any:
    # graphs are exported for two tokens and more; the library prepares itself anew for each width it has not met
    width = -(-max(len(row) for row in rows) // _WIDTHS) * _WIDTHS
    result = np.zeros((len(rows), width), dtype=np.int64)
    for number, row in enumerate(rows):
        result[number, : len(row)] = row
    return result


def _streams(threads: int | None) -> int:
    """Batches at once, each by threads of its own: they need not wait for each other after every step."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, min(threads or cores, cores, _MOST_STREAMS))


def _options(threads: int | None, exact: bool) -> dict[str, Any]:
    options: dict[str, Any] = {"PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": _streams(threads)}
    if exact:
        options["INFERENCE_PRECISION_HINT"] = "f32"
    if threads is not None:
        options["INFERENCE_NUM_THREADS"] = max(1, min(threads, os.cpu_count() or 1))
    return options


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [""])[-1].strip()
