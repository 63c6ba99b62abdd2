"""Disks that tests mount: root may, and where the system lets them everybody in a namespace of their own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def only_root_may_mount(file: str, test: str) -> bool:
    """Whether the test was run again, as root of a namespace, because we are not. Skips where that can't be had."""
    if os.geteuid() == 0:
        return False
    unshare = ["unshare", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*unshare, "true"], capture_output=True).returncode:
        pytest.skip("only root may mount a disk here")
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", f"{file}::{test}"]
    again = subprocess.run([*unshare, sys.executable, "-m", "pytest", *options], capture_output=True, text=True)
    assert again.returncode == 0 and again.stdout.lstrip().startswith("."), again.stdout[-4_000:]  # not skipped
    return True


@contextmanager
def disk(place: Path, megabytes: int = 3) -> Iterator[None]:
    """A disk of its own at this place, which is made; what is on it is gone after."""
    place.mkdir()
    with mounted("-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(place)):
        yield


@contextmanager
def mounted(*options: str) -> Iterator[None]:
    """`options` are mount's; the last is the place."""
    if subprocess.run(["mount", *options], capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", options[-1]], check=False)
