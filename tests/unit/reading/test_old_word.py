"""Old Word documents through LibreOffice: what comes out, and that nothing of it stays or goes on."""

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from email.message import EmailMessage
from pathlib import Path

import psutil
import pytest

from desktop.domain.documents import Document
from desktop.domain.errors import FileProblem
from desktop.indexing.passage_maker import WordOffsets
from desktop.indexing.splitting import split
from desktop.reading.client import FileReader
from desktop.reading.endings import ReaderClosed
from desktop.reading.recognised_pages import RecognisedPages
from desktop.reading.recognised_reader import RecognisedReader
from desktop.reading.word_converter import SOCKETS, WordConverter, find_program
from tests.unit.reading.outlook import compound_file
from tests.unit.reading.samples import blocks_of, headers_of
from tests.unit.reading.test_heading_paths import SAMPLES, assert_put_there

TABLE = "<table><tr><td>Tree</td><td>Height</td></tr><tr><td>Elm</td><td>30</td></tr></table>"
PAGE = SAMPLES["a.html"].decode().replace("</body>", f"{TABLE}</body>")
OLD = compound_file({"WordDocument": bytes(12)})
PIPES = "OSL_PIPE_*"

needs_libreoffice = pytest.mark.skipif(find_program() is None, reason="LibreOffice is not installed")
needs_groups = pytest.mark.skipif(sys.platform == "win32", reason="the programs that hang are scripts of a Unix shell")


@pytest.fixture(scope="module")
def old_document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doc")
    (folder / "lease.html").write_text(PAGE)
    program = find_program()
    assert program is not None
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    options = ["--headless", "--convert-to", "doc:MS Word 97", "--outdir", str(folder)]
    subprocess.run([program, profile, *options, folder / "lease.html"], check=True, capture_output=True, timeout=60)
    return folder / "lease.doc"


def read(home: Path, document: Path, program: Path | None, timeout: float = 60.0) -> tuple[Document, str, int]:
    converter = WordConverter(home / "converting", program, timeout) if program else None
    reader = RecognisedReader(FileReader(home / "reading"), RecognisedPages(home / "kept"), converter)
    try:
        return reader.read(str(document))
    finally:
        reader.close()


def assert_nothing_stays(home: Path, pipes: set[Path]) -> None:
    assert list((home / "converting").iterdir()) == []
    assert set(SOCKETS.glob(PIPES)) <= pipes
    assert psutil.Process().children(recursive=True) == []


@needs_libreoffice
def test_an_old_document_is_read_as_the_new_one_it_becomes(tmp_path: Path, old_document: Path) -> None:
    pipes, data = set(SOCKETS.glob(PIPES)), old_document.read_bytes()
    document, sha256, size = read(tmp_path, old_document, find_program())
    assert blocks_of(document)[:3] == [
        ("heading", 1, "The birds of the bay"),
        ("heading", 2, "Marsh 0"),
        ("heading", 3, "Pool 0 in spring"),
    ]
    assert blocks_of(document)[-2:] == [("table_row", 0, "Tree | Height"), ("table_row", 0, "Elm | 30")]
    passages = split(document, WordOffsets())
    assert all(passage.text == document.text[passage.start : passage.end] for passage in passages)
    assert_put_there(passages)
    assert headers_of(document) == ["Tree | Height"]
    assert (sha256, size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert old_document.read_bytes() == data
    assert_nothing_stays(tmp_path, pipes)


@needs_libreoffice
def test_one_that_libreoffice_does_not_understand(tmp_path: Path) -> None:
    (tmp_path / "broken.doc").write_bytes(compound_file({"WordDocument": bytes(2000)}))
    pipes = set(SOCKETS.glob(PIPES))
    with pytest.raises(FileProblem, match="could not convert"):
        read(tmp_path, tmp_path / "broken.doc", find_program())
    assert_nothing_stays(tmp_path, pipes)


def test_bytes_that_are_no_document_never_get_there(tmp_path: Path) -> None:
    (tmp_path / "bad.doc").write_bytes(OLD[:8] + hashlib.sha256(b"").digest() * 100)
    with pytest.raises(FileProblem, match="damaged"):
        read(tmp_path, tmp_path / "bad.doc", tmp_path / "no such program")
    assert not (tmp_path / "converting").exists()


def test_without_libreoffice_it_is_said_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "old.doc").write_bytes(OLD)
    with pytest.raises(FileProblem, match="Install LibreOffice") as caught:
        read(tmp_path, tmp_path / "old.doc", None)
    assert caught.value.state == "unsupported"


def packed(home: Path, **files: bytes) -> Path:
    place = home / "papers.zip"
    with zipfile.ZipFile(place, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return place


@needs_libreoffice
def test_old_documents_inside_an_archive_are_read(tmp_path: Path, old_document: Path) -> None:
    pipes, data = set(SOCKETS.glob(PIPES)), old_document.read_bytes()
    archive = packed(tmp_path, lease_doc=data, list_txt=b"One lease.", broken_doc=OLD)
    document, sha256, _ = read(tmp_path, archive, find_program())
    assert "Member lease.doc" in document.text
    assert "The heron17 stands where" in document.text
    assert "One lease." in document.text
    assert "Not read: broken.doc (old Word documents" in document.text
    assert document.note == "1 of 3 files inside are not read; the text names them and says why."
    assert sha256 == hashlib.sha256(archive.read_bytes()).hexdigest()
    assert_nothing_stays(tmp_path, pipes)
    assert list((tmp_path / "reading").iterdir()) == []


@needs_libreoffice
def test_an_archive_of_nothing_else_is_read_too(tmp_path: Path, old_document: Path) -> None:
    document, _, _ = read(tmp_path, packed(tmp_path, lease_doc=old_document.read_bytes()), find_program())
    assert "The heron17 stands where" in document.text


@needs_libreoffice
def test_one_that_is_attached_to_a_mail_is_read(tmp_path: Path, old_document: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "The lease"
    mail.set_content("It is attached.")
    mail.add_attachment(old_document.read_bytes(), maintype="application", subtype="msword", filename=old_document.name)
    (tmp_path / "mail.eml").write_bytes(bytes(mail))
    document, _, _ = read(tmp_path, tmp_path / "mail.eml", find_program())
    assert "The heron17 stands where" in document.text
    assert document.note == ""


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_that_a_hostile_file_laid_is_not_written_through(tmp_path: Path) -> None:
    victim, archive = tmp_path / "victim", packed(tmp_path, lease_doc=OLD, list_txt=b"One lease.")
    victim.write_bytes(b"mine")
    reader = FileReader(tmp_path / "reading")
    try:
        (tmp_path / "reading").mkdir()
        for number in range(1, 9):
            for ending in (f".newer.{'0' * 64}", f".newer.{'0' * 64}.part"):
                (tmp_path / "reading" / f"{number}{ending}").symlink_to(victim)
        with contextlib.suppress(OSError):
            reader.look(str(archive), converted={"0" * 64: b"theirs"})
    finally:
        reader.close()
    assert victim.read_bytes() == b"mine"


def test_without_libreoffice_those_inside_are_named(tmp_path: Path) -> None:
    document, _, _ = read(tmp_path, packed(tmp_path, lease_doc=OLD, list_txt=b"One lease."), None)
    assert "Not read: lease.doc (old Word documents that were not converted: install LibreOffice" in document.text


@pytest.fixture
def hanging(tmp_path: Path) -> Path:
    """A program that starts another, says by a file that it runs, and never ends."""
    (tmp_path / "old.doc").write_bytes(OLD)
    program = tmp_path / "office" / "program" / "soffice"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nsleep 1000 &\necho $! > child\nsleep 1000\n")
    program.chmod(0o755)
    return program


def child_of(home: Path) -> psutil.Process:
    """The process that the hanging program started, as soon as there is one."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for told in (home / "converting").glob("*/child"):
            if number := told.read_text().strip():
                return psutil.Process(int(number))
        threading.Event().wait(0.02)
    raise AssertionError("it did not start")


@needs_groups
def test_one_that_takes_too_long_is_ended_with_all_it_started(tmp_path: Path, hanging: Path) -> None:
    found: list[psutil.Process] = []
    watcher = threading.Thread(target=lambda: found.append(child_of(tmp_path)))
    watcher.start()
    with pytest.raises(FileProblem, match="too long"):
        read(tmp_path, tmp_path / "old.doc", hanging, timeout=2.0)
    watcher.join()
    assert psutil.wait_procs(found, timeout=10)[1] == []
    assert_nothing_stays(tmp_path, set(SOCKETS.glob(PIPES)))


@needs_groups
def test_closing_ends_it_at_once(tmp_path: Path, hanging: Path) -> None:
    converter = WordConverter(tmp_path / "converting", hanging)
    closer = threading.Thread(target=lambda: (child_of(tmp_path), converter.close()))
    closer.start()
    with pytest.raises(ReaderClosed), converter.converted(str(tmp_path / "old.doc")):
        pass
    closer.join()
    assert_nothing_stays(tmp_path, set(SOCKETS.glob(PIPES)))


@needs_groups
def test_it_does_not_outlive_an_engine_that_was_killed(tmp_path: Path, hanging: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from desktop.reading.word_converter import WordConverter\n"
        "with WordConverter(Path(sys.argv[1]), Path(sys.argv[2])).converted(sys.argv[3]): pass"
    )
    words = [sys.executable, "-c", script, tmp_path / "converting", hanging, tmp_path / "old.doc"]
    engine = subprocess.Popen(list(map(str, words)))
    child = child_of(tmp_path)
    os.kill(engine.pid, signal.SIGKILL)
    engine.wait()
    assert psutil.wait_procs([child], timeout=10)[1] == []
