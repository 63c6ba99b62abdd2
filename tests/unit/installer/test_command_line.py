"""The installer as a real process: help, an old Python, wrong usage, Ctrl-C, no display, and what it starts."""

import ast
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from installer.checkout import Checkout, this_checkout
from installer.checks import pytest_check, run_checks
from installer.child_process import ProgramFailed, run_logged
from installer.console import Console, megabytes, seconds
from installer.problems import shown

ROOT = this_checkout().root
POSIX = pytest.mark.skipif(os.name != "posix", reason="the stand-in programs are shell scripts")


def installer(*arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    start = f"import sys, runpy; {code}; sys.argv = ['installer', *{list(arguments)!r}]; "
    command = [sys.executable, "-c", f"{start}runpy.run_module('installer', run_name='__main__')"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def test_help_helps() -> None:
    done = installer("--help", code="pass")
    assert done.returncode == 0
    for word in ("run", "setup", "test", "bench", "native", "lock", "starter", "FOOTNOTE_HOME", "Ctrl-C"):
        assert word in done.stdout


@pytest.mark.parametrize(
    "arguments", [(), ("fly",), ("run", "--model", "huge"), ("setup", "--fast"), ("native", "cuda")]
)
def test_wrong_usage_is_two(arguments: tuple[str, ...]) -> None:
    done = installer(*arguments, code="pass")
    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_old_python_gets_a_sentence() -> None:
    done = installer("run", code="sys.version_info = (3, 8, 1, 'final', 0)")
    assert done.returncode == 2
    assert "needs Python 3.11 or newer; this is Python 3.8" in done.stderr
    assert "Traceback" not in done.stderr


def test_entry_can_be_read_by_old_pythons() -> None:
    for name in ("__main__.py", "__init__.py"):
        ast.parse((ROOT / "installer" / name).read_text(encoding="utf-8"), feature_version=(3, 5))


INTERRUPTED = """
import sys, time
from installer import command_line

def slow(*_):
    print("started", flush=True)
    time.sleep(60)

command_line._dispatch = slow
sys.exit(command_line.main(["run"]))
"""


@POSIX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interruption_is_130_and_no_traceback(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "it goes on where it stopped" in errors
    assert "Traceback" not in errors


LAUNCH = """
import sys
from pathlib import Path
from installer.checkout import Checkout
from installer.console import Console
from installer.launch import open_footnote
sys.exit(open_footnote(Checkout(Path(sys.argv[1])), sys.argv[3:], display=sys.argv[2] == "yes", console=Console()))
"""


@pytest.fixture
def stand_in(tmp_path: Path) -> Checkout:
    """A checkout whose programs print their name and arguments; `fails` in the folder makes them fail."""
    checkout = Checkout(tmp_path)
    checkout.programs.mkdir(parents=True)
    for name in ("python", "footnote", "ruff", "basedpyright", "lint-imports"):
        program = checkout.program(name)
        program.write_text(f'#!/bin/sh\necho "{name} $@"\ntest ! -e "{tmp_path}/{name} fails"\n', encoding="utf-8")
        program.chmod(0o755)
    return checkout


def launch(checkout: Checkout, display: str, *folders: str) -> str:
    command = [sys.executable, "-c", LAUNCH, checkout.root, display, *folders]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@POSIX
def test_with_a_display_the_window_opens(stand_in: Checkout) -> None:
    assert launch(stand_in, "yes", "/my/docs") == "Opening Footnote.\npython -m desktop /my/docs\n"


@POSIX
def test_without_a_display_it_says_so_and_chats(stand_in: Checkout) -> None:
    text = launch(stand_in, "no", "/my/docs", "/more")
    assert "No display was found" in text
    assert text.endswith("footnote chat /my/docs /more\n")
    assert launch(stand_in, "no").endswith(f"footnote chat {stand_in.root}/resources/sample\n")


@POSIX
@pytest.mark.parametrize(
    ("failing", "code"), [((), 0), (("ruff",), 1), (("lint-imports", "python"), 1), (("basedpyright",), 1)]
)
def test_one_failing_check_fails_all_but_stops_none(
    stand_in: Checkout, failing: tuple[str, ...], code: int, printed: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in failing:
        (stand_in.root / f"{name} fails").touch()
    assert run_checks(stand_in, ["-k", "word"], Console(printed)) == code
    ran = [line.split()[0] for line in capfd.readouterr().out.splitlines()]
    assert [name for name in ran if name in ("ruff", "basedpyright", "lint-imports", "python")] == [
        *("ruff", "ruff", "basedpyright", "lint-imports", "python")
    ]
    for name in failing:
        if name != "python":
            assert "FAILED before the tests" in printed.getvalue()
    assert printed.getvalue().splitlines()[-1] == "== pytest"


def test_benchmarks_run_only_when_named(stand_in: Checkout) -> None:
    assert "--ignore=tests/benchmarks" in pytest_check(stand_in, []).command
    assert "--ignore=tests/benchmarks" not in pytest_check(stand_in, ["tests/benchmarks/x.py"]).command


def test_failing_program_shows_its_last_lines(console: Console, tmp_path: Path) -> None:
    code = "import sys; [print(n) for n in range(100)]; sys.exit(3)"
    with pytest.raises(ProgramFailed) as problem:
        run_logged(
            [sys.executable, "-c", code], doing="Counting", log=tmp_path / "l.log", console=console, hint="Count less."
        )
    text = shown(problem.value)
    assert "Counting failed (exit code 3)" in text
    assert "\n99\n" in text
    assert "\n80\n" not in text
    assert "Count less." in text
    assert str(tmp_path / "l.log") in text


STOPPED = """
import sys
from pathlib import Path
from installer.child_process import run_logged
from installer.console import Console
inner = "import time; print(1, flush=True); time.sleep(99)"
code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
run_logged([sys.executable, "-c", code], doing="x", log=Path(sys.argv[1]), console=Console(), hint="")
"""


@POSIX
def test_interruption_ends_the_programs_of_programs_too(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    with subprocess.Popen([sys.executable, "-c", STOPPED, log], cwd=ROOT, stderr=subprocess.PIPE) as process:
        wait_until(lambda: log.exists() and log.read_text() == "1\n")
        (child,) = psutil.Process(process.pid).children()
        (grandchild,) = child.children()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert not psutil.wait_procs([grandchild], timeout=10)[1]


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


def test_steps_say_how_long_they_took() -> None:
    out = io.StringIO()
    times = iter([0.0, 1.0, 3.5])
    with Console(out, clock=lambda: next(times)).step("Doing it"):
        pass
    assert out.getvalue() == "Doing it\n  done in 2.5 s\n"


def test_progress_is_seldom_without_a_terminal() -> None:
    out = io.StringIO()
    times = iter([0.0, 1.0, 21.0, 22.0])
    console = Console(out, clock=lambda: next(times))
    for share in ("1 %", "50 %", "51 %"):
        console.progress(share)
    assert out.getvalue() == "  50 %\n"


def test_numbers_are_readable() -> None:
    assert (seconds(4.24), seconds(200)) == ("4.2 s", "3 min 20 s")
    assert (megabytes(98_362_432), megabytes(1_117_320_768)) == ("98 MB", "1.1 GB")
