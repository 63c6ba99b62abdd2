"""The Python environment of the peers, apart from Footnote's own: in the cache folder, from `peers.txt` and its hashes.

torch comes from the installer's lock, as a CPU build or not at all.
"""

import shutil
import sys
from pathlib import Path

from desktop.download.index_settings import settings_of_pip
from desktop.download.package_index import NETWORK_HINT
from installer.checkout import Checkout, this_checkout
from installer.child_process import run_logged
from installer.console import Console
from installer.environment import PIP_ENVIRONMENT
from installer.lock_files import read_lock
from installer.problems import SetupProblem
from installer.stamp import Stamp, key_of
from installer.torch_offer import PYTORCH_CPU_INDEX, Build, torch_on_offer

LOCK = Path(__file__).parents[1] / "peers.txt"
READY = "peers"


class PeerEnvironment:
    """`ready` gives its Python, and makes it first when it is not there or the lock has changed."""

    def __init__(self, cache: Path, console: Console | None = None) -> None:
        self._logs = cache / "logs"
        self._console = console or Console()
        self._place = Checkout(cache / "benchmark-peers")
        self._torch = this_checkout().lock("torch")

    def ready(self) -> Path:
        """Raises SetupProblem when it can't be made here, for want of a network or of a CPU build of torch."""
        key = key_of(LOCK, self._torch, sys.version)
        if not Stamp(self._place.stamp).holds(READY, key):
            shutil.rmtree(self._place.environment, ignore_errors=True)
            with self._console.step("Making the environment of the peers (once; about 1.5 GB)"):
                self._make()
            Stamp(self._place.stamp).record(READY, key)
        return self._place.python

    def _make(self) -> None:
        self._place.root.mkdir(parents=True, exist_ok=True)
        hint = "Check that this Python can make environments: python3 -m venv"
        self._run("venv", [sys.executable, "-m", "venv", self._place.environment], hint)
        self._pip("torch", self._torch_requirement())
        self._pip("peers", LOCK)

    def _torch_requirement(self) -> Path:
        (torch,) = read_lock(self._torch)
        settings = settings_of_pip(self._place.python)
        offer = torch_on_offer(settings, torch.version, torch.hashes, (PYTORCH_CPU_INDEX,))
        if offer is None or offer.build is not Build.CPU:
            raise SetupProblem("No CPU build of torch is on offer here.", "The peers need one; nothing else does.")
        path = self._place.root / "torch.txt"
        hashes = " ".join(f"--hash=sha256:{digest}" for digest in torch.hashes)
        path.write_text(f"torch @ {offer.file.url} {hashes}\n", encoding="utf-8")
        return path

    def _pip(self, name: str, requirements: Path) -> None:
        locked = ("--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", requirements)
        self._run(name, [self._place.python, "-m", "pip", "install", "--progress-bar", "off", *locked], NETWORK_HINT)

    def _run(self, name: str, command: list[str | Path], hint: str) -> None:
        run_logged(
            command,
            doing=f"Peers ({name})",
            log=self._logs / f"peers-{name}.log",
            console=self._console,
            hint=hint,
            extra_environment=PIP_ENVIRONMENT,
        )
