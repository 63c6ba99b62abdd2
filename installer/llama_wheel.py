"""Builds llama-cpp-python once for this CPU, and for a GPU where one is asked for, and keeps the wheel in the user's
cache, so that a second clone builds nothing. It is published as source only.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from desktop.llm.native_builds import PORTABLE
from installer.child_process import ProgramFailed, run_logged
from installer.console import Console
from installer.environment import Environment
from installer.lock_files import read_lock
from installer.machine import cpu_key
from installer.stamp import key_of

# Native instructions make answers about twice as fast; the cache key knows the CPU. What Footnote never calls
# (pictures, downloads, examples) is left out: a third of the work.
BUILD_OPTIONS = (
    "-DLLAVA_BUILD=OFF -DLLAMA_BUILD_MTMD=OFF -DLLAMA_CURL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF"
)
# "": what everyone gets; on a Mac it holds Metal.
# "portable" runs on any x86-64 or ARM: it holds the processor's part once for each generation of processors, and
# llama.cpp takes the best that the processor can run.
RECIPES: Mapping[str, str] = {
    "": "-DGGML_NATIVE=ON",
    "vulkan": "-DGGML_NATIVE=ON -DGGML_VULKAN=ON",
    "cuda": "-DGGML_NATIVE=ON -DGGML_CUDA=ON",
    PORTABLE: "-DGGML_NATIVE=OFF -DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON",
}
ON_A_MAC = "-DGGML_METAL=ON -DGGML_METAL_EMBED_LIBRARY=ON"
HINT = "If it says that a compiler or memory is missing, mend that; then run the same command again."


class LlamaWheel:
    """The wheel for this version, CPU, Python and these options, below `cache`; `recipe` is one of RECIPES."""

    def __init__(
        self,
        environment: Environment,
        cache: Path,
        logs: Path,
        console: Console,
        recipe: str = "",
        system: str = sys.platform,
    ) -> None:
        self.recipe, self._system = recipe, system
        self._environment = environment
        self._cache = cache
        self._logs = logs
        self._console = console
        self._lock = environment.checkout.lock("runner")

    @property
    def options(self) -> str:
        """CMAKE_ARGS of the user come last and win."""
        usual = f" {ON_A_MAC}" if not self.recipe and self._system == "darwin" else ""
        return f"{RECIPES[self.recipe]}{usual} {BUILD_OPTIONS} {os.environ.get('CMAKE_ARGS', '')}".strip()

    @property
    def version(self) -> str:
        return read_lock(self._lock)[0].version

    @property
    def folder(self) -> Path:
        tag = f"py{sys.version_info[0]}{sys.version_info[1]}-{sys.platform}"
        return (
            self._cache / f"llama-cpp-python-{self.version}-{tag}-{cpu_key()}-{key_of(self.options, self._lock)[:12]}"
        )

    def kept(self) -> Path | None:
        """The finished wheel, if this or another clone has built it."""
        return next(iter(sorted(self.folder.glob("*.whl"))), None)

    def is_installed(self) -> bool:
        return self._environment.stamp.holds("runner", self.folder.name)

    def install(self) -> None:
        if self.is_installed():
            return
        wheel = self.made()
        with self._console.step("Installing llama.cpp"):
            self._environment.pip("runner", "--no-deps", "--no-index", "--force-reinstall", wheel)
            self._try(wheel)
            self._environment.stamp.record("runner", self.folder.name)

    def made(self, more: Mapping[str, str] | None = None) -> Path:
        """The wheel, built if it is not kept; `more` is added to the build's environment, CMAKE_ARGS after ours."""
        return self.kept() or self._build(dict(more or {}))

    def _build(self, more: dict[str, str]) -> Path:
        checkout = self._environment.checkout
        options = f"{self.options} {more.pop('CMAKE_ARGS', '')}".strip()
        purpose = f"llama.cpp for {self.recipe}" if self.recipe else "llama.cpp for this computer"
        minutes = 15 if self.recipe else 5
        self._cache.mkdir(parents=True, exist_ok=True)
        with (
            self._console.step(f"Building {purpose} (once; {minutes} minutes or more on 2 cores)"),
            tempfile.TemporaryDirectory(dir=self._cache, prefix="building-") as folder,
        ):
            run_logged(
                [
                    *(checkout.python, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-cache-dir"),
                    *("--no-binary", ":all:", "--require-hashes", "-r", self._lock, "-w", folder, "-v"),
                ],
                doing="Building llama.cpp",
                log=self._logs / f"build-llama{self.recipe}.log",
                console=self._console,
                hint=HINT,
                extra_environment={
                    **more,
                    "CMAKE_ARGS": options,
                    "PATH": f"{checkout.programs}{os.pathsep}{os.environ.get('PATH', '')}",
                },
            )
            return self._keep(next(Path(folder).glob("*.whl")))

    def _keep(self, built: Path) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = self.folder / built.name
        os.replace(built, kept)
        return kept

    def _try(self, wheel: Path) -> None:
        """A wheel that can't be loaded here (moved disk, changed CPU, lost library) must not be found again."""
        try:
            run_logged(
                [self._environment.checkout.python, "-c", "import llama_cpp; llama_cpp.llama_backend_init()"],
                doing="Trying llama.cpp",
                log=self._logs / "try-llama.log",
                console=self._console,
                hint="Run the same command again: llama.cpp is built anew.",
            )
        except ProgramFailed:
            shutil.rmtree(wheel.parent, ignore_errors=True)
            raise
