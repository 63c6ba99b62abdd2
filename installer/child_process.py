"""Runs a program to its end while a line on the console counts the seconds; its output goes to a log file."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from installer.console import Console
from installer.problems import SetupProblem

TAIL_LINES = 15
POLL_SECONDS = 0.5
STOP_SECONDS = 10.0


class ProgramFailed(SetupProblem):
    """The program ended with an error; `output` is all it printed."""

    def __init__(self, title: str, hint: str, output: str) -> None:
        super().__init__(title, hint)
        self.output = output


def run_logged(
    command: Sequence[str | Path],
    *,
    doing: str,
    log: Path,
    console: Console,
    hint: str,
    extra_environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> None:
    """Raises ProgramFailed with the last lines of the log when the exit code is not 0."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        code = _run(command, doing, output.fileno(), console, {**os.environ, **(extra_environment or {})}, folder)
    if code != 0:
        text = log.read_text(encoding="utf-8", errors="replace")
        tail = "\n".join(text.splitlines()[-TAIL_LINES:])
        title = f"{doing} failed (exit code {code}). Its last lines:\n{tail}"
        raise ProgramFailed(title, f"{hint}\nThe whole output is in {log}", text)


def _run(
    command: Sequence[str | Path],
    doing: str,
    output: int,
    console: Console,
    environment: dict[str, str],
    folder: Path | None,
) -> int:
    seconds = 0.0
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=folder,
        start_new_session=True,
    )
    try:
        while True:
            try:
                return process.wait(timeout=POLL_SECONDS)
            except subprocess.TimeoutExpired:
                seconds += POLL_SECONDS
                console.progress(f"{doing}: {seconds:.0f} s so far")
    finally:
        if process.poll() is None:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the program and all that it started: a build left behind would go on for minutes, seen by nobody."""
    _signal(process, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    if sys.platform == "win32":
        process.terminate()
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
