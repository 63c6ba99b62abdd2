"""Runs `footnote` as a program would, with a library of its own, if wanted under another program such as strace."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.project import ROOT


class FootnoteCommand:
    """`before` are the words in front of the command, `environment` what is laid over this process's own."""

    def __init__(self, data: Path, before: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> None:
        self.data = data
        self._before = list(before)
        self._environment = dict(environment or {})

    def run(self, *words: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._before, sys.executable, "-m", "desktop.cli.main", *map(str, words), "--data", str(self.data)],
            cwd=ROOT,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=240,
            env={**os.environ, **self._environment},
        )

    def objects(self, *words: str | Path, stdin: str = "") -> list[dict[str, Any]]:
        """What `--json` printed, one object a line; a failure fails the test."""
        done = self.run(*words, "--json", stdin=stdin)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]
