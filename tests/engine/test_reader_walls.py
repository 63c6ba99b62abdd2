"""What a file that took its parser over can reach: the real reader process, its text parser replaced by one that obeys.

Each attack is tried without walls too, where it must succeed: else its refusal would say nothing.
"""

import hashlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop.domain.errors import FileProblem
from desktop.platform_support.environment import child_environment
from desktop.platform_support.landlock import landlock_version
from desktop.platform_support.system_calls import this_machine
from desktop.protocol.child import ChildProcess
from desktop.reading.client import FileReader, start_quietly
from desktop.reading.endings import Ending, ReaderDied
from tests.engine.hostile_reader import DONE, REFUSED

HOSTILE = "tests.engine.hostile_reader"
ATTACK = """import os, resource, signal, socket, subprocess, sys
from desktop.protocol import reader_messages

def attack():
    return {}
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these walls are Linux's")
needs_landlock = pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock, or it is switched off")
needs_seccomp = pytest.mark.skipif(this_machine() is None, reason="no numbers of system calls for this processor")

# what `attack` returns; {home} is a folder with secret.txt and given.txt, {scratch} the reader's, {port} a listener's
READING = {
    "a secret": "open('{home}/secret.txt').read()",
    "a folder": "os.listdir('{home}')",
    "a password file": "open('/etc/shadow' if os.getuid() == 0 else '/etc/passwd').read(1)",
    "another process": "open(f'/proc/{{os.getppid()}}/environ').read(1)",
    "its own file once more": "open('{home}/given.txt').read(1)",
}
WRITING = {
    "a new file": "open('{home}/new.txt', 'w').write('x')",
    "a file's words": "open('{home}/secret.txt', 'r+').write('x')",
    "a deletion": "os.unlink('{home}/secret.txt')",
    "a rename": "os.rename('{home}/secret.txt', '{home}/other.txt')",
    "a cut": "os.truncate('{home}/secret.txt', 1)",
    "a folder": "os.mkdir('{home}/new')",
    "a temporary file": "open('/tmp/footnote-{port}', 'w').close() or os.unlink('/tmp/footnote-{port}')",
    "a link to a secret": "os.symlink('{home}/secret.txt', '{scratch}/link.json')",
    "a second name of a secret": "os.link('{home}/secret.txt', '{scratch}/link.json')",
    "a pipe": "os.mkfifo('{scratch}/1.json')",
}
REACHING = {
    "a listener": "socket.create_connection(('127.0.0.1', {port}), 5)",
    "the kernel's routes": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "somebody by UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))",
    "a socket of the session": "socket.socket(socket.AF_UNIX).connect('{socket}')",
    "listening": "socket.create_server(('127.0.0.1', 0))",
    "a program": "subprocess.run(['/bin/true']).returncode",
    "a program in our place": "os.posix_spawn('/bin/true', ['true'], {{}})",
    "a child": "os.fork() or os._exit(0)",
    "its parent, by a signal": "os.kill(os.getppid(), 0)",
    "a change of mode": "os.chmod('{home}/secret.txt', 0o777)",
    "a change of times": "os.utime('{home}/secret.txt', (1, 1))",
}


@dataclass(frozen=True, slots=True)
class Hideout:
    """Where attacks happen: a reader that obeys, a folder of the user's, and somebody who listens."""

    reader: FileReader
    home: Path
    places: Mapping[str, object]

    def attack(self, expression: str) -> str:
        """What came of it in the reader."""
        return self.reader.read(str(self._file(expression)))[0].text

    def attack_freely(self, expression: str) -> str:
        """What came of it in a process without walls."""
        words = [sys.executable, "-m", HOSTILE, "--free", str(self._file(expression))]
        environment = {**child_environment(), "PYTHONSAFEPATH": ""}
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout

    def _file(self, expression: str) -> Path:
        path = self.home / "given.txt"
        path.write_text(ATTACK.format(expression.format(**self.places)))
        return path


def start_hostile(arguments: Sequence[str], environment: Mapping[str, str], inherited: Sequence[int]) -> ChildProcess:
    return start_quietly([HOSTILE, *arguments[1:]], {**environment, "PYTHONSAFEPATH": ""}, inherited)


@pytest.fixture
def hideout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hideout]:
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    home.mkdir()
    (home / "secret.txt").write_text("The password of the boathouse is marmalade.")
    reader = FileReader(scratch, start=start_hostile, timeout=20)
    scratch.mkdir()
    monkeypatch.chdir(tmp_path)  # a socket's path may be no longer than 107 bytes
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX) as local:
        local.bind("local")
        local.listen()
        port = listener.getsockname()[1]
        yield Hideout(reader, home, {"home": home, "scratch": scratch, "port": port, "socket": "local"})
    reader.close()


@pytest.mark.parametrize("expression", READING.values(), ids=READING)
@needs_landlock
def test_it_can_read_nothing_but_its_file(hideout: Hideout, expression: str) -> None:
    assert hideout.attack_freely(expression).startswith(DONE)
    assert hideout.attack(expression).startswith(REFUSED)


@pytest.mark.parametrize("expression", WRITING.values(), ids=WRITING)
@needs_landlock
def test_it_can_write_nowhere_but_in_its_scratch_folder(hideout: Hideout, expression: str) -> None:
    assert hideout.attack(expression).startswith(REFUSED)
    assert (hideout.home / "secret.txt").read_text().endswith("marmalade.")
    assert hideout.attack_freely(expression).startswith(DONE)


@pytest.mark.parametrize("expression", REACHING.values(), ids=REACHING)
@needs_seccomp
def test_it_reaches_no_network_and_no_other_process(hideout: Hideout, expression: str) -> None:
    assert hideout.attack(expression).startswith(REFUSED)
    assert hideout.attack_freely(expression).startswith(DONE)


def test_its_output_its_files_and_its_memory_are_bounded(hideout: Hideout) -> None:
    assert hideout.attack("open('{scratch}/big', 'wb').write(bytes(129 << 20))").startswith(REFUSED)
    assert Path(str(hideout.places["scratch"]), "big").stat().st_size == 128 << 20
    assert hideout.attack("[open('/dev/null') for _ in range(99)]").startswith(REFUSED)
    with pytest.raises(FileProblem) as caught:
        hideout.attack("len(bytearray(2 << 30))")
    assert caught.value.state == "too_large" and not isinstance(caught.value, ReaderDied)


def test_more_text_than_fits_is_a_problem_of_the_file(hideout: Hideout) -> None:
    with pytest.raises(FileProblem) as caught:
        hideout.attack("resource.setrlimit(resource.RLIMIT_FSIZE, (999, 999)) or 'x' * 5000")
    assert caught.value.state == "too_large" and "room" in caught.value.title


def test_a_file_that_grows_while_it_is_read_is_what_was_read(hideout: Hideout) -> None:
    path, over = hideout.home / "growing.csv", threading.Event()
    path.write_bytes(b"word\n" * 100_000)
    assert hideout.attack("1 + 1") == f"{DONE}2"  # it has started: the file grows while it reads, not before

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not over.is_set():
                file.write(b"more\n")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        document, sha256, size = hideout.reader.read(str(path))
    finally:
        over.set()
        writer.join()
    data = path.read_bytes()
    assert 500_000 <= size < len(data)
    assert sha256 == hashlib.sha256(data[:size]).hexdigest()
    assert document.text.startswith("word\nword")


@pytest.mark.parametrize(
    "place", ["{home}/secret.txt", "{scratch}/../home/secret.txt", "{scratch}/other", "secret.txt"]
)
def test_it_can_t_have_the_engine_open_or_delete_what_it_names(hideout: Hideout, place: str) -> None:
    """It answers that a picture of words lies there."""
    lie = (
        "setattr(sys.modules['desktop.reading.process'], 'FileRead', lambda *told: reader_messages.FileRead("
        f"*told[:3], 1, (reader_messages.WaitingPicture('1', '{place}', 1, 1),)))"
    )
    with pytest.raises(ReaderDied):
        hideout.attack(lie)
    assert (hideout.home / "secret.txt").exists()
    assert hideout.attack("1 + 1") == f"{DONE}2"


def test_what_holds_it_is_told_once(hideout: Hideout, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "footnote.reading")
    hideout.attack("1 + 1")
    with pytest.raises(ReaderDied):
        hideout.attack("os.abort()")
    hideout.attack("1 + 1")
    (line,) = [record.getMessage() for record in caplog.records]
    assert "memory 1536 MB, output 128 MB, 64 open files" in line
    walls = hideout.reader.walls
    assert walls is not None
    for name, is_here in ((f"landlock {landlock_version()}", landlock_version()), ("seccomp", this_machine())):
        assert (name in walls.standing) is bool(is_here)
    assert not set(walls.standing) & set(walls.missing)
    assert all(wall in line for wall in (*walls.standing, *walls.missing))


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("SEGV", Ending.CRASHED),
        ("ABRT", Ending.CRASHED),
        ("BUS", Ending.CRASHED),
        ("ILL", Ending.CRASHED),
        ("ALRM", Ending.TIMED_OUT),
        ("XCPU", Ending.TIMED_OUT),
        ("KILL", Ending.KILLED),
        ("TERM", Ending.KILLED),
    ],
)
def test_how_it_ended_is_told_by_the_signal(hideout: Hideout, name: str, ending: Ending) -> None:
    with pytest.raises(ReaderDied) as caught:
        hideout.attack(f"os.kill(os.getpid(), signal.SIG{name})")
    assert caught.value.cause is ending
    assert hideout.attack("1 + 1") == f"{DONE}2"
