"""Installs the workshop (torch and what trains with it) where that is cheap enough, and says so where it is not."""

from pathlib import Path

from desktop.domain.errors import EngineProblem
from desktop.download.index_settings import settings_of_pip
from installer.child_process import run_logged
from installer.console import Console, megabytes
from installer.environment import Environment
from installer.lock_files import read_lock
from installer.machine import has_nvidia_gpu
from installer.problems import SetupProblem, shown
from installer.stamp import key_of
from installer.torch_offer import PYTORCH_CPU_INDEX, Build, TorchOffer, torch_on_offer

# Changes when the way of installing changes, so that what an older way made is made again.
FORM = "2"
READY = "workshop ready"
DECLINED = "workshop left out"
AGAIN = "The app works without it; to have it later: python3 -m installer setup --workshop"


class Workshop:
    """The optional part of `.venv`; a refusal is remembered, so that it is looked up once and not at every start."""

    def __init__(
        self,
        environment: Environment,
        logs: Path,
        console: Console,
        more_indexes: tuple[str, ...] = (PYTORCH_CPU_INDEX,),
    ) -> None:
        self._more_indexes = more_indexes
        self._environment = environment
        self._logs = logs
        self._console = console

    def is_installed(self) -> bool:
        return self._environment.stamp.holds(READY, self._key())

    def is_settled(self) -> bool:
        """Installed, or found to be too large for this machine."""
        return self.is_installed() or self._environment.stamp.holds(DECLINED, self._key())

    def install(self, *, wanted: bool) -> None:
        """`wanted`: the user asked for it in so many words, whatever its size."""
        if self.is_installed() or (self.is_settled() and not wanted):
            return
        offer = self._offer()
        if offer is None or not (offer.build is Build.CPU or wanted or has_nvidia_gpu()):
            self._decline(offer, wanted)
            return
        try:
            self._install(offer)
        except EngineProblem as problem:
            if wanted:
                raise
            # The app needs none of it: a torch that won't install must not keep anyone from their files.
            self._console.say(f"{shown(problem)}\nThe workshop (training tones) is left out. {AGAIN}")
            self._environment.stamp.record(DECLINED, self._key())

    def _offer(self) -> TorchOffer | None:
        (torch,) = read_lock(self._environment.checkout.lock("torch"))
        settings = settings_of_pip(self._environment.checkout.python)
        return torch_on_offer(settings, torch.version, torch.hashes, self._more_indexes)

    def _install(self, offer: TorchOffer) -> None:
        environment = self._environment
        size = f", {megabytes(offer.file.size)}" if offer.file.size else ""
        with self._console.step(f"Installing torch ({offer.build.value} build{size})"):
            environment.pip("torch", "--no-deps", "--require-hashes", "-r", self._requirement(offer))
        if offer.build is Build.CUDA:
            environment.install("cuda", "Installing NVIDIA's libraries for torch")
        environment.install("workshop", "Installing the workshop")
        self._try()
        environment.stamp.record(READY, self._key())

    def _requirement(self, offer: TorchOffer) -> Path:
        """Names the very file: given a version and hashes alone, pip prefers the index to a folder, so CUDA to CPU."""
        (torch,) = read_lock(self._environment.checkout.lock("torch"))
        path = self._logs / "torch-requirement.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        hashes = " ".join(f"--hash=sha256:{digest}" for digest in torch.hashes)
        path.write_text(f"torch @ {offer.file.url} {hashes}\n", encoding="utf-8")
        return path

    def _try(self) -> None:
        run_logged(
            [self._environment.checkout.python, "-c", "import torch, transformers"],
            doing="Trying torch",
            log=self._logs / "try-torch.log",
            console=self._console,
            hint="Run the same command again. If this comes back, please report it with the log.",
        )

    def _decline(self, offer: TorchOffer | None, wanted: bool) -> None:
        if wanted:
            raise SetupProblem(
                "No build of torch on offer fits this computer.",
                "Use Python 3.11 to 3.14 (64 bit), and check `pip config list`. The app works without it.",
            )
        if offer is None:
            self._console.say("The workshop (training tones) is left out: no build of torch fits this computer.")
        else:
            size = megabytes(offer.file.size) if offer.file.size else "hundreds of MB"
            self._console.say(
                f"The workshop (training tones) is left out: torch is on offer here only as a CUDA build of {size}, "
                f"about 5 GB when installed with its libraries.\n  {AGAIN}"
            )
        self._environment.stamp.record(DECLINED, self._key())

    def _key(self) -> str:
        checkout = self._environment.checkout
        return key_of(checkout.lock("torch"), checkout.lock("workshop"), FORM)
