"""llama-cpp-python as a process that takes turns with others, and how the times of such turns are told."""

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.llm.hardware import physical_cores
from desktop.llm.native_builds import LIBRARY_VARIABLE
from desktop.llm.process import WAITING
from desktop.platform_support.environment import child_environment
from desktop.protocol.runner_messages import Turn

CONTEXT, WRITTEN = 4096, 32


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens a second of the prompt and of the answer; and tokens for a second of the processor's work."""

    prompt: float
    generation: float
    prompt_work: float
    generation_work: float


class Bare:
    """llama-cpp-python in a process of its own, with the libraries in the folder `build` or its own."""

    def __init__(self, model: Path, settings: Mapping[str, Any], build: Path | None = None) -> None:
        threads = physical_cores()
        usual: dict[str, Any] = {
            "n_ctx": CONTEXT, "n_batch": 512, "n_ubatch": 512, "n_threads": threads, "n_threads_batch": threads,
            "flash_attn": True,
        }  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.running.bare", str(model), json.dumps({**usual, **settings})],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict([WAITING]) | child_environment() | ({LIBRARY_VARIABLE: str(build)} if build else {}),
        )
        self.load_seconds = float(self._reply()["seconds"])
        self.memory = 0.0

    def run(self, turns: Sequence[Turn]) -> Speed:
        text = "".join(f"<|im_start|>{turn.role}\n{turn.text}<|im_end|>\n" for turn in turns)
        assert self._process.stdin is not None
        print(
            json.dumps({"prompt": f"{text}<|im_start|>assistant\n", "tokens": WRITTEN}),
            file=self._process.stdin,
            flush=True,
        )
        told = self._reply()
        self.memory = max(self.memory, told["memory"])
        return Speed(told["prompt"], told["generation"], told["prompt_work"], told["generation_work"])

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def _reply(self) -> dict[str, float]:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


def spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} (median of {len(values)}, {min(values):.2f} to {max(values):.2f})"


def ratios(pairs: Sequence[tuple[Speed, Speed]], name: str) -> list[float]:
    return [getattr(first, name) / getattr(second, name) for first, second in pairs]


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
