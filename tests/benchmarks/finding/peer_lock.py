"""For developers: remakes `peers.txt` from the peers named here. Run as `python -m tests.benchmarks.finding.peer_lock`.

Resolves as the installer does for its own locks; torch is left to the installer's lock.
"""

from pathlib import Path
from sys import executable

from desktop.download.index_settings import settings_of_pip
from desktop.download.package_index import PackageIndex
from installer.lock_files import HEADER, read_lock, write_lock
from installer.lock_making import (
    CUDA_PREFIXES,
    _closure,  # pyright: ignore[reportPrivateUsage]  # the peers are locked as everything else is
    _locked,  # pyright: ignore[reportPrivateUsage]  # likewise
    _resolve,  # pyright: ignore[reportPrivateUsage]  # likewise
)
from tests.benchmarks.finding.peer_environment import LOCK, this_checkout

PEERS = ("txtai==9.14.0", "lancedb==0.40.0", "numpy==2.4.6")
OWN_HEADER = "# Made by `python -m tests.benchmarks.finding.peer_lock`. Not to be edited by hand.\n"
OURS = ("torch", "transformers")  # in the version that the installer locks, where a peer needs them


def main() -> None:
    checkout = this_checkout()
    locked = [package for group in ("torch", "workshop") for package in read_lock(checkout.lock(group))]
    pins = [f"{package.name}=={package.version}" for package in locked if package.name in OURS]
    resolved = _closure(_resolve([*PEERS, *pins]))
    index = PackageIndex(settings_of_pip(Path(executable)))
    without_torch = [package for package in resolved if package.name != "torch"]
    kept = [package for package in without_torch if not package.name.startswith(CUDA_PREFIXES)]
    write_lock(LOCK, [_locked(package, index) for package in kept])
    LOCK.write_text(LOCK.read_text(encoding="utf-8").replace(HEADER, OWN_HEADER), encoding="utf-8")


if __name__ == "__main__":
    main()
