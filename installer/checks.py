"""Runs every check of the project one after another, pytest last, and reports all that failed."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from installer.checkout import Checkout
from installer.console import Console, seconds

SLOW = "tests/benchmarks"
# Needed for tests with a real window; a wide screen, so that nothing is laid out for a phone.
SCREEN = ("xvfb-run", "-a", "-s", "-screen 0 1600x1000x24 -nolisten tcp")


@dataclass(frozen=True, slots=True)
class Check:
    """One program and what to call it."""

    name: str
    command: tuple[str | Path, ...]


def static_checks(checkout: Checkout) -> list[Check]:
    return [
        Check("ruff", (checkout.program("ruff"), "check", ".")),
        Check("ruff format", (checkout.program("ruff"), "format", "--check", ".")),
        Check("basedpyright", (checkout.program("basedpyright"),)),
        Check("import-linter", (checkout.program("lint-imports"),)),
    ]


def pytest_check(checkout: Checkout, arguments: Sequence[str]) -> Check:
    screen = SCREEN if sys.platform == "linux" and shutil.which("xvfb-run") and shutil.which("xauth") else ()
    slow = () if any(SLOW in argument for argument in arguments) else (f"--ignore={SLOW}",)
    return Check("pytest", (*screen, checkout.python, "-m", "pytest", *slow, *arguments))


def run_checks(checkout: Checkout, arguments: Sequence[str], console: Console) -> int:
    """0 when all is well. A failing check doesn't stop the others; pytest's own last lines end the output."""
    failed = [check.name for check in static_checks(checkout) if _run(check, checkout, console) != 0]
    if failed:
        console.say(f"\nFAILED before the tests: {', '.join(failed)} (see above)")
    tests = _run(pytest_check(checkout, arguments), checkout, console, tell=False)
    return tests or (1 if failed else 0)


def _run(check: Check, checkout: Checkout, console: Console, *, tell: bool = True) -> int:
    console.say(f"\n== {check.name}")
    started = time.monotonic()
    # The programs of .venv call each other by name.
    path = f"{checkout.programs}{os.pathsep}{os.environ.get('PATH', '')}"
    code = subprocess.run(check.command, cwd=checkout.root, env={**os.environ, "PATH": path}, check=False).returncode
    if tell:
        console.say(f"   {'ok' if code == 0 else f'FAILED, exit code {code}'}, {seconds(time.monotonic() - started)}")
    return code
