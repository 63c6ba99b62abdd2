"""The process that runs LibreOffice: `python -m desktop.reading.word_process`. Puts walls around it, and then waits.

It ends with everything that it started: when the document is converted, when the time is over, and when the engine is
gone. What LibreOffice made is in the folder; nothing is said of how it went.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from desktop.platform_support.environment import harden
from desktop.platform_support.landlock import restrict_program
from desktop.reading.limits import limit_process, lower_priority
from desktop.reading.walls import SYSTEM_PLACES, cut_network, places_of_python
from desktop.reading.word_converter import PROFILES, SOCKETS

MEMORY = 4 * 1024 * 1024 * 1024  # of addresses; a fifth of it was used for a long document
OPEN_FILES = 512
LOOK_EVERY = 0.2
ITS_PLACES = "/etc/libreoffice /var/lib/libreoffice /var/spool/libreoffice /var/cache/fontconfig /etc/passwd".split()
# the filter is named, or whatever the bytes look like would be tried: pictures, web pages, plain text
FROM, TO = "MS Word 97", "docx:MS Word 2007 XML"


def commands(program: Path, folder: Path, document: Path) -> tuple[list[str], list[str]]:
    """To make a profile of its own, so that no setting and no macro of the user's is met; and to convert with it.

    Where a profile is new, it begins again by itself, and would then meet its own socket, which it may not take away.
    """
    options = "--headless --invisible --norestore --nologo --nodefault --nolockcheck".split()
    first, second = (f"-env:UserInstallation={(folder / name).as_uri()}" for name in PROFILES)
    files = ["--convert-to", TO, "--outdir", str(folder / "made"), str(document)]
    making = [str(program), first, *options, "--terminate_after_init"]
    return making, [str(program), second, *options, f"--infilter={FROM}", *files]


def surroundings(folder: Path) -> dict[str, str]:
    """Its environment: nothing of the user's, and no way to a screen or to other programs."""
    here = str(folder)
    places = {"HOME": here, "TMPDIR": here, "XDG_RUNTIME_DIR": here, "XDG_CACHE_HOME": here}
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp", **places}


def enter_walls(program: Path, folder: Path) -> None:
    """What this computer offers of them; what it starts stays behind them too."""
    limit_process(MEMORY, OPEN_FILES)
    lower_priority()
    cut_network()
    runnable = [*map(Path, SYSTEM_PLACES), program.resolve().parent.parent]
    restrict_program(runnable, [*places_of_python(folder), *map(Path, ITS_PLACES)], folder, SOCKETS)


def run(words: list[str], folder: Path, seconds: float) -> None:
    """Until it ends, its time is over or our parent is gone."""
    parent, until = os.getppid(), time.monotonic() + seconds
    quiet, environment = subprocess.DEVNULL, surroundings(folder)
    with subprocess.Popen(words, cwd=folder, env=environment, stdin=quiet, stdout=quiet, stderr=quiet) as child:
        while time.monotonic() < until and os.getppid() == parent:
            try:
                child.wait(LOOK_EVERY)
                return
            except subprocess.TimeoutExpired:
                continue
        child.kill()


def end_all() -> None:
    """This process leads a group of its own, in which all are that it started."""
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)


def main(arguments: list[str]) -> None:
    harden()
    parser = argparse.ArgumentParser(prog="python -m desktop.reading.word_process")
    parser.add_argument("--program", type=Path, required=True, help="LibreOffice")
    parser.add_argument("--folder", type=Path, required=True, help="the one folder to write to")
    parser.add_argument("--document", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args(arguments)
    enter_walls(options.program, options.folder)
    first, second = (options.folder / name for name in PROFILES)
    making, converting = commands(options.program, options.folder, options.document)
    try:
        run(making, options.folder, options.seconds)
        first.rename(second)
        run(converting, options.folder, options.seconds)
    finally:
        end_all()


if __name__ == "__main__":
    main(sys.argv[1:])
