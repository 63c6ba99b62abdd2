"""The private socket: who may connect, what a stale file does, where it lives."""

import os
import stat
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.platform_support.local_socket import Listener, Stream, address_of, connect

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a named pipe has no file to look at")


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # pytest's own folders are longer than a socket's address may be
    with tempfile.TemporaryDirectory(prefix="fn") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


def test_both_sides_speak(runtime: Path, tmp_path: Path) -> None:
    listener = Listener(address_of(tmp_path))
    accepted: list[Stream] = []
    thread = threading.Thread(target=lambda: accepted.append(listener.accept()))
    thread.start()
    client = connect(address_of(tmp_path))
    thread.join(10)
    assert client is not None
    (server,) = accepted
    client.outgoing.write(b"question\n")
    assert server.incoming.readline() == b"question\n"
    server.outgoing.write(b"answer\n")
    assert client.incoming.readline() == b"answer\n"
    server.close()
    assert client.incoming.readline() == b""
    client.close()
    listener.close()


def test_closing_wakes_who_waits_and_takes_the_file_away(runtime: Path, tmp_path: Path) -> None:
    address = address_of(tmp_path)
    listener = Listener(address)
    ended: list[type] = []

    def wait() -> None:
        try:
            listener.accept()
        except OSError as error:
            ended.append(type(error))

    thread = threading.Thread(target=wait)
    thread.start()
    listener.close()
    thread.join(10)
    assert not thread.is_alive() and ended
    assert not Path(address).exists()
    assert connect(address) is None


def test_nobody_else_may_connect(runtime: Path, tmp_path: Path) -> None:
    address = Path(address_of(tmp_path))
    listener = Listener(str(address))
    assert stat.S_IMODE(address.stat().st_mode) == 0o600
    assert stat.S_IMODE(address.parent.stat().st_mode) == 0o700
    listener.close()


def test_a_stale_file_is_no_hindrance(runtime: Path, tmp_path: Path) -> None:
    address = address_of(tmp_path)
    Path(address).write_text("left by a killed engine")
    assert connect(address) is None
    Listener(address).close()


def test_two_libraries_have_two_addresses(runtime: Path, tmp_path: Path) -> None:
    assert address_of(tmp_path / "a") != address_of(tmp_path / "b")
    assert address_of(tmp_path / "a") == address_of(tmp_path / "a")


def test_a_folder_that_others_may_open_is_refused(runtime: Path, tmp_path: Path) -> None:
    place = Path(address_of(tmp_path)).parent
    place.chmod(0o755)
    with pytest.raises(PermissionError):
        address_of(tmp_path)
    place.rmdir()
    place.symlink_to(tmp_path)
    with pytest.raises(PermissionError):
        address_of(tmp_path)


@pytest.mark.parametrize("base", ["", "/no/such/folder", "x" * 90])
def test_without_a_session_folder_a_temporary_one_serves(
    runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    if base.startswith("x"):
        base = str(tmp_path / base)
        os.mkdir(base)
    monkeypatch.setenv("XDG_RUNTIME_DIR", base)
    monkeypatch.setattr(tempfile, "tempdir", str(runtime))
    assert Path(address_of(tmp_path)).parent.parent == runtime
