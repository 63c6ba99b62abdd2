"""Whatever lies in a folder ends in a FileProblem with a sentence for people; nothing is opened but regular files."""

import os
import socket
import stat
import sys
from pathlib import Path

import pytest

from desktop.domain.errors import FileProblem
from desktop.domain.files import FileState
from desktop.reading import plain_text, problems, regular_files
from desktop.reading.png import png_of
from desktop.reading.read_file import read_file
from tests.unit.reading.samples import docx_of, locked_pdf, paragraph, zip_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def problem_of(path: Path) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        read_file(str(path))
    problem = caught.value
    assert problem.title.endswith(".") and problem.hint.endswith(".")
    assert FileState(problem.state)
    return problem


@pytest.mark.parametrize(
    ("name", "data", "state", "words"),
    [
        ("a.txt", b"", "empty", "no text"),
        ("a.txt", b" \r\n\t", "empty", "no text"),
        ("a.pdf", b"", "empty", "no text"),
        ("a.docx", docx_of(""), "empty", "no text"),
        ("a.html", b"<html><script>1</script></html>", "empty", "no text"),
        ("a.txt", b"\x7fELF\0\0\0\1", "failed", "not text"),
        ("a.txt", b"%PDF-1.4\n", "failed", "a PDF file"),
        ("a.csv", b"PK\3\4xxxx", "failed", "a packed file"),
        ("a.md", b"{\\rtf1 hello}", "failed", "rich text"),
        ("a.pdf", b"<!DOCTYPE html><p>Not found</p>", "failed", "a web page"),
        ("a.pdf", b"PK\3\4xxxx", "failed", "a packed file"),
        ("a.pdf", b"just words", "failed", "damaged"),
        ("a.pdf", locked_pdf(), "locked", "password"),
        ("a.docx", OLE, "failed", "old Office document"),
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "locked", "password"),
        ("a.docx", b"just words", "failed", "something else"),
        ("a.docx", b"PK\3\4 broken", "failed", "damaged"),
        ("a.jpg", b"\xff\xd8\xff", "failed", "damaged"),
        ("a.png", png_of(60, 40, b"\xff" * 7200), "needs_ocr", "no readable text"),
        ("a.mp3", b"ID3", "unsupported", "doesn't read"),
        ("noending", b"words", "unsupported", "doesn't read"),
    ],
)
def test_what_a_person_is_told(tmp_path: Path, name: str, data: bytes, state: str, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    problem = problem_of(path)
    assert (problem.state, problem.transient) == (state, False)
    assert words in problem.title


@pytest.mark.parametrize("name", ["a.docx", "a.odt", "a.pptx", "a.epub"])
def test_an_xml_bomb_inside_an_office_file_never_goes_off(tmp_path: Path, name: str) -> None:
    entities = '<!ENTITY a "lol">' + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    bomb = f"<?xml version='1.0'?><!DOCTYPE x [{entities}]><x><p>&j;</p></x>"
    parts = ("word/document.xml", "content.xml", "ppt/presentation.xml", "META-INF/container.xml", "_rels/.rels")
    path = tmp_path / name
    path.write_bytes(zip_of(dict.fromkeys(parts, bomb)))
    try:
        document = read_file(str(path)).document
    except FileProblem as problem:
        assert FileState(problem.state) and problem.hint
    else:
        assert document is not None and len(document.text) < 100_000


def test_a_pipe_is_never_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    os.mkfifo(path)
    problem = problem_of(path)
    assert problem.state == "unsupported" and "pipe" in problem.title


def test_links_folders_sockets_and_devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real.txt").write_text("words")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    (tmp_path / "folder.txt").mkdir()
    monkeypatch.chdir(tmp_path)  # a socket's path may be no longer than 107 bytes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.txt")
        for name, words in (("link.txt", "link"), ("folder.txt", "folder"), ("socket.txt", "socket")):
            problem = problem_of(tmp_path / name)
            assert problem.state == "unsupported" and words in problem.title
    assert "device" in problem_of(Path("/dev/null")).title


def test_a_link_that_takes_a_files_place_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "real.txt"
    target.write_text("words")
    link = tmp_path / "link.txt"
    link.symlink_to(target)
    real = os.stat(target)
    monkeypatch.setattr(regular_files.os, "lstat", lambda path: real)
    assert "link" in problem_of(link).title


def test_gone_and_forbidden_files_may_come_back(tmp_path: Path) -> None:
    gone = problem_of(tmp_path / "gone.txt")
    assert (gone.state, gone.transient) == ("missing", True)
    assert problem_of(tmp_path / "a.txt" / "b.txt").transient
    assert problem_of(tmp_path / "nul\0.txt").state == "missing"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may open every file")
def test_a_file_we_may_not_open(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("words")
    path.chmod(0)
    problem = problem_of(path)
    assert problem.transient and "permission" in problem.title


def test_too_large_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(problems.MAX_BYTES + 1)
    assert problem_of(path).state == "too_large"
    path.write_bytes(b"x" * 101)
    monkeypatch.setattr(problems, "MAX_CHARACTERS", 100)
    assert problem_of(path).state == "too_large"


def test_a_file_that_grows_past_the_limit_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 500)
    monkeypatch.setattr(problems, "MAX_BYTES", 400)
    small = os.stat_result((stat.S_IFREG | 0o600, 0, 0, 1, 0, 0, 10, 0, 0, 0))
    monkeypatch.setattr(regular_files.os, "fstat", lambda descriptor: small)
    assert problem_of(path).state == "too_large"


def test_no_reader_needs_to_foresee_everything(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A cell of 60,000 nested lists, 200,000 tags, half a surrogate: each ends somewhere definite."""
    for number, data in enumerate((b"<table><tr><td>" * 20_000, b"<p>" * 200_000, b"<p>&#xD800;&#0;x</p>")):
        path = tmp_path / f"{number}.html"
        path.write_bytes(data)
        try:
            document = read_file(str(path)).document
        except FileProblem as problem:
            assert FileState(problem.state)
        else:
            document.text.encode("utf-8")
    assert not caplog.records


def test_hash_is_of_the_bytes_that_were_read(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"abc")
    result = read_file(str(path))
    assert (result.sha256, result.size) == ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3)


def test_tables_in_word_documents_with_thousands_of_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(docx_of("".join(paragraph(f"Row {number}") for number in range(20_000))))
    assert len(read_file(str(path)).document.blocks) == 20_000


@pytest.mark.parametrize(("error", "state"), [(KeyError("secret words"), "failed"), (MemoryError(), "too_large")])
def test_an_unforeseen_error_is_one_files_problem_and_logs_no_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception, state: str
) -> None:
    def read(data: bytes) -> None:
        raise error

    path = tmp_path / "a.txt"
    path.write_text("words")
    monkeypatch.setattr(plain_text, "read", read)
    assert problem_of(path).state == state
    assert "secret" not in caplog.text
