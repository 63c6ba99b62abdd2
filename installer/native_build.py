"""A build of llama.cpp for a GPU, or a portable one: its libraries in a folder of their own, which the model runner
finds and tries. The build for the processor stays as it is, for the time when a driver fails.
"""

import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from desktop.llm.devices import PROCESSOR_LIBRARIES
from desktop.llm.native_builds import LIBRARY_VARIABLE, MANIFEST, PORTABLE, write_manifest
from installer.checkout import Checkout
from installer.console import Console
from installer.llama_wheel import LlamaWheel

TRY_SECONDS = 90.0


class NativeFolder:
    """The libraries of one recipe below `root`."""

    def __init__(self, wheel: LlamaWheel, root: Path, console: Console) -> None:
        self._wheel, self._root, self._console = wheel, root, console

    @property
    def folder(self) -> Path:
        return self._root / f"{self._wheel.recipe}-{self._wheel.folder.name.rpartition('-')[2]}"

    def is_made(self) -> bool:
        return (self.folder / MANIFEST).is_file()

    def make(self, environment: Mapping[str, str]) -> None:
        """Builds if nothing is kept; `environment` is added to the build's."""
        if self.is_made():
            return
        wheel = self._wheel.made(environment)
        self._root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._root, prefix="unpacking-") as scratch:
            fresh = Path(scratch) / "libraries"
            fresh.mkdir()
            unpack_libraries(wheel, fresh)
            write_manifest(fresh, self._wheel.recipe, self._wheel.version)
            shutil.rmtree(self.folder, ignore_errors=True)
            os.replace(fresh, self.folder)

    def tell(self, checkout: Checkout) -> None:
        """Says in a line what the build finds on this computer, or, of a portable one, what it is made for."""
        if self._wheel.recipe == PORTABLE:
            parts = sorted(path.stem.rpartition("-")[2] for path in self.folder.glob(PROCESSOR_LIBRARIES))
            self._console.say(f"  It lies in {self.folder} and is made for: {', '.join(parts)}")
            return
        command = [str(checkout.python), "-m", "desktop.llm.probe", "--say"]
        environment = {**os.environ, LIBRARY_VARIABLE: str(self.folder)}
        try:
            done = subprocess.run(
                command, cwd=checkout.root, env=environment, capture_output=True, text=True, timeout=TRY_SECONDS,
                check=False,
            )  # fmt: skip
            found = done.stdout.strip() if done.returncode == 0 else ""
        except subprocess.TimeoutExpired:
            found = ""
        if found:
            self._console.say(f"  Footnote will use: {found}")
        else:
            self._console.say("  No graphics card can be used with it now; Footnote stays with the processor.")


def unpack_libraries(wheel: Path, folder: Path) -> None:
    """The native libraries of the wheel, whichever of its folders they are in."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            plain = PurePosixPath(name).name
            if ".so" in PurePosixPath(plain).suffixes or plain.endswith((".dylib", ".dll", ".metal")):
                with archive.open(name) as source, (folder / plain).open("wb") as out:
                    shutil.copyfileobj(source, out)
