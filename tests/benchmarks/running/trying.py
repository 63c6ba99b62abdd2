"""Other settings of llama.cpp, and its builds for other processors, in turn with what Footnote uses."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from desktop.llm.devices import PROCESSOR_LIBRARIES
from desktop.llm.hardware import physical_cores
from desktop.platform_support.paths import data_folders
from tests.benchmarks.running.bare_runtime import Bare, Speed, ratios, spread, tell
from tests.benchmarks.running.questions import fresh_prompt

# what else llama.cpp offers, each against the settings that Footnote uses
TRIES: Mapping[str, Mapping[str, Any]] = {
    "flash attention off": {"flash_attn": False},
    "keys and values q8_0": {"flash_attn": True, "type_k": 8, "type_v": 8},
    "batches of 256": {"n_batch": 256, "n_ubatch": 256},
    "batches of 1,024": {"n_batch": 1024, "n_ubatch": 1024},
    "one thread fewer": {"n_threads": max(1, physical_cores() - 1), "n_threads_batch": max(1, physical_cores() - 1)},
    "one thread more": {"n_threads": physical_cores() + 1, "n_threads_batch": physical_cores() + 1},
}
# parts of the portable build: for x86-64 of 2003, x86-64-v2, AVX2, AVX-512
PARTS = ("x64", "sse42", "haswell", "skylakex")


def tries(model: Path, rounds: int) -> list[str]:
    """Each setting takes turns with the usual ones."""
    lines = []
    usual = Bare(model, {})
    try:
        for name, settings in TRIES.items():
            other = Bare(model, settings)
            try:
                pairs = [(other.run(fresh_prompt(n)), usual.run(fresh_prompt(n))) for n in range(rounds)]
            finally:
                other.close()
            lines.append(
                f"{name:<22} prompt {spread(ratios(pairs, 'prompt'))}  generation "
                f"{spread(ratios(pairs, 'generation'))}  memory {(other.memory - usual.memory) / 1e6:+.0f} MB"
            )
            tell(lines[-1])
    finally:
        usual.close()
    return lines


def builds(model: Path, rounds: int) -> list[str]:
    """The portable build, as it chooses and with one of its parts alone, in turn with the build for this computer."""
    made = sorted(path for path in data_folders().native.glob("portable-*") if any(path.glob(PROCESSOR_LIBRARIES)))
    if not made:
        return ["There is no portable build: python3 -m installer native portable. Nothing measured."]
    lines = []
    usual = Bare(model, {})
    try:
        with tempfile.TemporaryDirectory() as scratch:
            for part in ("", *PARTS):
                build = _with_part(made[-1], Path(scratch) / (part or "all"), part)
                other = Bare(model, {}, build)
                try:
                    pairs = [_turns(other, usual, n) for n in range(rounds)]
                finally:
                    other.close()
                lines.append(_build_line(part or "as it chooses", pairs))
                tell(lines[-1])
    finally:
        usual.close()
    return lines


def _with_part(folder: Path, made: Path, part: str) -> Path:
    """A copy of the build with that part alone for the processor; empty: with all."""
    shutil.copytree(folder, made)
    for file in made.glob(PROCESSOR_LIBRARIES):
        if part and file.stem.rpartition("-")[2] != part:
            file.unlink()
    return made


def _turns(other: Bare, usual: Bare, number: int) -> tuple[Speed, Speed]:
    return other.run(fresh_prompt(number)), usual.run(fresh_prompt(number))


def _build_line(name: str, pairs: Sequence[tuple[Speed, Speed]]) -> str:
    return (
        f"{name:<14} prompt {spread(ratios(pairs, 'prompt'))}  generation {spread(ratios(pairs, 'generation'))} "
        "of the build for this computer"
    )
