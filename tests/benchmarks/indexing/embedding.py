"""Embedding alone: the chosen runtime beside `SentenceTransformer.encode` in torch's default, in turn."""

import json
import platform
import re
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from desktop.platform_support.environment import child_environment
from tests.benchmarks.indexing.figures import Figure
from tests.benchmarks.indexing.prose import Prose

PART = "embedding"
PASSAGES, ROUNDS = 192, 5
LEAST_F32, LEAST_BEST, LEAST_COSINE, MOST_MEMORY = 2.0, 4.0, 0.999, 600.0
_FLAGS = re.compile(r"\b(avx2|avx512f|avx512_bf16|avx512_vnni|avx_vnni|amx_bf16|amx_int8|asimd|bf16|i8mm)\b")


def cpu_flags() -> str:
    """The processor and those of its flags that matter to embedding, as Linux names them."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor() or platform.machine()
    name = re.search(r"model name\s*:\s*(.*)", told)
    flags = re.search(r"^(?:flags|Features)\s*:\s*(.*)", told, re.MULTILINE)
    kept = sorted(set(_FLAGS.findall(flags[1]))) if flags else []
    return f"{name[1] if name else platform.machine()}: {' '.join(kept)}"


class Child:
    """One runtime in a process of its own."""

    def __init__(self, kind: str, passages: Path, scratch: Path) -> None:
        self._vectors = scratch / f"{kind}.npy"
        module = "tests.benchmarks.indexing.embedding_child"
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, kind, str(passages), str(self._vectors)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=child_environment(),
        )
        if self._answer() != "ready":
            raise RuntimeError(f"the {kind} runtime did not start")
        self.seconds: list[float] = []

    def go(self) -> float:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        self.seconds.append(float(self._answer()))
        return self.seconds[-1]

    def end(self) -> tuple[dict[str, Any], np.ndarray]:
        """What it says of itself, and the vectors."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        said = json.loads(self._answer())
        self._process.stdout.close()
        self._process.wait(60)
        return said, np.load(self._vectors)

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def measure(scratch: Path) -> list[Figure]:
    prose = Prose(11)
    file = scratch / "passages.json"
    file.write_text(json.dumps([prose.paragraph(7) for _ in range(PASSAGES)]), encoding="utf-8")
    children = {kind: Child(kind, file, scratch) for kind in ("torch", "f32", "best")}
    for _ in range(ROUNDS):
        for child in children.values():
            child.go()
    ended = {kind: child.end() for kind, child in children.items()}
    rate = {kind: PASSAGES / statistics.median(child.seconds) for kind, child in children.items()}
    theirs = _unit(ended["torch"][1])
    cosine = {kind: float((theirs * _unit(ended[kind][1])).sum(1).min()) for kind in ("f32", "best")}
    best = ended["best"][0]["precision"]
    return [
        Figure(PART, "torch, f32", rate["torch"], "passages/s"),
        Figure(PART, "ours, f32", rate["f32"], "passages/s"),
        Figure(PART, f"ours, {best}", rate["best"], "passages/s"),
        Figure(PART, "f32 beside torch", rate["f32"] / rate["torch"], "times", LEAST_F32, True),
        Figure(PART, f"{best} beside torch", rate["best"] / rate["torch"], "times", LEAST_BEST, True),
        Figure(PART, "f32, smallest cosine", cosine["f32"], "", LEAST_COSINE, True),
        Figure(PART, f"{best}, smallest cosine", cosine["best"], "", LEAST_COSINE, True),
        Figure(PART, "peak memory", ended["best"][0]["memory"] / 1e6, "MB", MOST_MEMORY),
    ]


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
