"""Makes `.venv` and installs locked groups of packages into it. What is in the locks is decided elsewhere."""

import json
import os
import shutil
import sys
import tomllib
from pathlib import Path

from desktop.download.package_index import NETWORK_HINT
from installer.checkout import Checkout
from installer.child_process import run_logged
from installer.console import Console
from installer.lock_files import read_lock
from installer.stamp import Stamp, key_of

# pip's own chatter about newer versions helps nobody here.
PIP_ENVIRONMENT = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


class Environment:
    """The project's `.venv`; every step is skipped when the stamp says it is done."""

    def __init__(self, checkout: Checkout, logs: Path, console: Console) -> None:
        self.checkout = checkout
        self._logs = logs
        self._console = console
        self.stamp = Stamp(checkout.stamp)

    def look_again(self) -> None:
        """Another set-up may have done some of the work since this one looked."""
        self.stamp = Stamp(self.checkout.stamp)

    def is_made(self) -> bool:
        """False too when the folder was copied from elsewhere or its Python is gone: neither can be mended."""
        return self.checkout.python.exists() and self.stamp.holds("place", self._place())

    def make(self) -> None:
        if self.is_made():
            return
        with self._console.step(f"Making the Python environment ({self.checkout.environment.name})"):
            shutil.rmtree(self.checkout.environment, ignore_errors=True)
            self.look_again()
            run_logged(
                [_base_python(), "-m", "venv", self.checkout.environment],
                doing="Making the environment",
                log=self._logs / "venv.log",
                console=self._console,
                hint="Check that this Python can make environments: python3 -m venv /tmp/try",
            )
            self.stamp.record("place", self._place())

    def has(self, group: str) -> bool:
        return self.stamp.holds(group, self.group_key(group))

    def group_key(self, group: str) -> str:
        return key_of(self.checkout.lock(group))

    def install(self, group: str, title: str) -> None:
        """Installs a locked group; the lock, with a hash for every file, is all that pip may take."""
        if self.has(group):
            return
        count = len(read_lock(self.checkout.lock(group)))
        with self._console.step(f"{title} ({count} packages)"):
            self.pip(group, "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", self.checkout.lock(group))
            self.stamp.record(group, self.group_key(group))

    def has_project(self) -> bool:
        return self.stamp.holds("project", self._project_key())

    def install_project(self) -> None:
        """Makes the `footnote` command; the source stays where it is."""
        if self.has_project():
            return
        with self._console.step("Installing the footnote command"):
            self.pip("project", "--no-deps", "--no-build-isolation", "--editable", self.checkout.root)
            self.stamp.record("project", self._project_key())

    def pip(self, name: str, *arguments: str | Path) -> None:
        """Runs `pip install`; its output goes to a log named after `name`."""
        run_logged(
            [self.checkout.python, "-m", "pip", "install", "--progress-bar", "off", *arguments],
            doing=f"Installing ({name})",
            log=self._logs / f"pip-{name}.log",
            console=self._console,
            hint=NETWORK_HINT,
            extra_environment=PIP_ENVIRONMENT,
        )

    def _project_key(self) -> str:
        """Only what an editable install depends on: a changed rule for the linter is no reason to install again."""
        content = tomllib.loads((self.checkout.root / "pyproject.toml").read_text(encoding="utf-8"))
        return key_of(json.dumps([content.get("build-system"), content.get("project")], sort_keys=True))

    def _place(self) -> str:
        return str(self.checkout.environment)


def _base_python() -> str:
    """The Python outside any environment: `.venv` must not be made from itself."""
    base: object = getattr(sys, "_base_executable", None)
    return base if isinstance(base, str) and os.path.exists(base) else sys.executable
