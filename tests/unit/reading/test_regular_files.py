"""Opening a user's file: what takes its place meanwhile, what the system refuses, and what is left open."""

import errno
import os
from pathlib import Path

import psutil
import pytest

from desktop.domain.errors import FileProblem
from desktop.reading import regular_files
from desktop.reading.regular_files import open_regular_file, read_open_file, read_regular_file


def open_files() -> int:
    return psutil.Process().num_fds()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_that_takes_a_files_place_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real.txt").write_text("words")
    os.mkfifo(tmp_path / "pipe.txt")
    real = os.stat(tmp_path / "real.txt")
    monkeypatch.setattr(regular_files.os, "lstat", lambda path: real)
    before = open_files()
    with pytest.raises(FileProblem, match="pipe") as caught:
        open_regular_file(str(tmp_path / "pipe.txt"))
    assert caught.value.state == "unsupported"
    assert open_files() == before


@pytest.mark.parametrize(
    ("code", "words", "state"),
    [
        (errno.EACCES, "permission", "failed"),
        (errno.EPERM, "permission", "failed"),
        (errno.EBUSY, "could not read", "failed"),
        (errno.ETXTBSY, "could not read", "failed"),
        (errno.EIO, "could not read", "failed"),
        (errno.ENOENT, "no longer there", "missing"),
    ],
)
@pytest.mark.parametrize("call", ["lstat", "open"])
def test_what_the_system_refuses_may_be_had_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str, state: str, call: str
) -> None:
    (tmp_path / "a.txt").write_text("words")

    def refuse(path: str, *flags: int) -> None:
        raise OSError(code, os.strerror(code), path)

    with monkeypatch.context() as patch:
        patch.setattr(regular_files.os, call, refuse)
        with pytest.raises(FileProblem, match=words) as caught:
            read_regular_file(str(tmp_path / "a.txt"))
    assert (caught.value.state, caught.value.transient) == (state, True)
    assert caught.value.hint.endswith(".")
    assert read_regular_file(str(tmp_path / "a.txt")).data == b"words"


def test_a_disk_that_fails_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("words")

    def fail(descriptor: int, size: int) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    before = open_files()
    with monkeypatch.context() as patch:
        patch.setattr(regular_files.os, "read", fail)
        with pytest.raises(FileProblem, match="could not read") as caught:
            read_regular_file(str(tmp_path / "a.txt"))
    assert caught.value.transient
    assert open_files() == before


def test_an_open_file_is_read_though_its_name_is_gone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    descriptor = open_regular_file(str(tmp_path / "a.txt"))
    (tmp_path / "a.txt").unlink()
    assert read_open_file(descriptor).data == b"words"
    os.close(descriptor)


def test_what_is_given_open_must_be_a_file(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with pytest.raises(FileProblem, match="pipe"):
        read_open_file(reading)
    os.close(reading)
    os.close(writing)
