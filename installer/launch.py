"""Starts what was set up: the window, the terminal chat where there is no display, or a benchmark."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from installer.checkout import Checkout
from installer.console import Console

NO_DISPLAY = "No display was found (neither DISPLAY nor WAYLAND_DISPLAY is set), so Footnote runs in this terminal."


def open_footnote(checkout: Checkout, folders: Sequence[str], *, display: bool, console: Console) -> int:
    """Opens the window, or the chat; on POSIX the installer's process becomes the app's and nothing returns."""
    if display:
        console.say("Opening Footnote.")
        return _become([checkout.python, "-m", "desktop", *folders])
    console.say(NO_DISPLAY)
    return _become([checkout.program("footnote"), "chat", *(folders or [str(checkout.root / "resources" / "sample")])])


def run_benchmark(checkout: Checkout, name: str, arguments: Sequence[str]) -> int:
    os.chdir(checkout.root)
    return _become([checkout.python, "-m", f"tests.benchmarks.{name}", *arguments])


def make_locks(checkout: Checkout) -> int:
    os.chdir(checkout.root)
    return _become([checkout.python, "-m", "installer.lock_making"])


def _become(command: Sequence[str | Path]) -> int:
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], [str(part) for part in command])
    # Windows has no exec: the shell would get its prompt back while the program still writes.
    return subprocess.run(command, check=False).returncode
