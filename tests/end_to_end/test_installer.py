"""The installer on this machine, as it is set up: the second start does nothing and is quick, and says so.

The first start is what brought these tests here, so it is not repeated.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from installer.checkout import this_checkout
from installer.console import Console
from installer.setup_plan import SetupPlan, Wishes

CHECKOUT = this_checkout()


def is_set_up() -> bool:
    return SetupPlan(CHECKOUT, Wishes(model="tiny", checks=True), Console()).is_done()


pytestmark = pytest.mark.skipif(not is_set_up(), reason="not set up by the installer: python3 -m installer setup")


def installer(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "installer", *arguments]
    return subprocess.run(
        command, cwd=CHECKOUT.root, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def test_second_set_up_does_nothing_within_a_second() -> None:
    # The best of three: other tests' programs may still be ending.
    took: list[float] = []
    for _ in range(3):
        started = time.monotonic()
        done = installer("setup", "--model", "tiny")
        took.append(time.monotonic() - started)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "Footnote is set up already; nothing to do.\n"
    assert min(took) < 1.0


def test_footnote_command_is_there() -> None:
    done = subprocess.run([CHECKOUT.program("footnote"), "--version"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "0.1.0" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="a small disk of its own needs Linux namespaces")
def test_small_disk_is_said_before_anything_is_done(tmp_path: Path) -> None:
    script = f'mount -t tmpfs -o size=64k none "{tmp_path}" || exit 77; "$@"; code=$?; ls "{tmp_path}"; exit $code'
    command = ["unshare", "-r", "-m", "sh", "-c", script, "sh", sys.executable, "-m", "installer", "run"]
    environment = {**os.environ, "FOOTNOTE_HOME": str(tmp_path / "home"), "FOOTNOTE_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        command, cwd=CHECKOUT.root, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"no namespaces here: {done.stderr.strip()}")
    assert done.returncode == 1
    assert "There are 0 MB free" in done.stderr
    assert "--force" in done.stderr
    assert done.stdout == ""


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_while_another_set_up_runs_stops_waiting(tmp_path: Path) -> None:
    """An empty home means there is work to do; the lock of the "other" set-up is held by this test."""
    import fcntl

    environment = {**os.environ, "FOOTNOTE_HOME": str(tmp_path / "home"), "FOOTNOTE_CACHE": str(tmp_path / "cache")}
    (tmp_path / "cache").mkdir()
    with (tmp_path / "cache" / "setup.lock").open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        command = [sys.executable, "-m", "installer", "setup", "--model", "tiny"]
        with subprocess.Popen(
            command, cwd=CHECKOUT.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            assert any("Another set-up is running" in line for line in lines)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Stopped." in errors
