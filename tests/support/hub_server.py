"""A model hub on the loopback interface that speaks Hugging Face's protocol, as bad as a test wants it."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

REVISION = "5f0c1ea6b2c84a6c9d7b0e3f1a2b3c4d5e6f7a8b"


@dataclass
class HubServer:
    """`files` by "owner/name/path". What it does may be changed at any time; `requests` holds (path, Range header).

    `cuts`: how many bytes of each next answer with a file are sent before the connection ends.
    `small`: of these files the hub knows git's hash alone, as of every file that is not in its large storage.
    `extra`: bytes that an answer with a file has beyond its end. `page_for_files`: a login page stands in for those.
    `gate`: one that an answer with a file waits at after its first 64 KiB.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    small: set[str] = field(default_factory=set)
    announced: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    knows_ranges: bool = True
    page: bool = False
    page_for_files: bool = False
    extra: int = 0
    status: int = 0
    gate: threading.Event | None = None
    revision: str = REVISION
    address: str = ""

    def add(self, repository: str, file: str, content: bytes) -> str:
        """Returns the SHA-256."""
        self.files[f"{repository}/{file}"] = content
        return hashlib.sha256(content).hexdigest()

    def ranges(self) -> list[str | None]:
        """The Range header of each request for a file's bytes."""
        return [asked for path, asked in self.requests if path.startswith("/cdn/")]

    def model_info(self, repository: str) -> dict[str, object]:
        siblings = [self._sibling(name, content) for name, content in self.files.items() if name.startswith(repository)]
        for sibling in siblings:
            sibling["rfilename"] = str(sibling["rfilename"]).removeprefix(f"{repository}/")
        return {"id": repository, "modelId": repository, "sha": self.revision, "private": False, "gated": False,
                "siblings": siblings, "tags": [], "downloads": 0, "likes": 0}  # fmt: skip

    def _sibling(self, name: str, content: bytes) -> dict[str, object]:
        sha256 = self.announced.get(name, hashlib.sha256(content).hexdigest())
        lfs = {"size": len(content), "sha256": sha256, "pointerSize": 134}
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        found: dict[str, object] = {"rfilename": name, "size": len(content), "blobId": self.announced.get(name, blob)}
        return found if name in self.small else {**found, "lfs": lfs}


@contextmanager
def hub_server() -> Iterator[HubServer]:
    hub = HubServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        if hub.gate is not None:
            hub.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(hub: HubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            hub.requests.append((path, self.headers.get("Range")))
            if hub.page or (hub.page_for_files and path.startswith("/cdn/")):
                self._send(200, b"<html>Please log in</html>", {"Content-Type": "text/html"})
            elif hub.status:
                self._send(hub.status, b"", {})
            elif path.startswith("/api/models/"):
                self._info(path.removeprefix("/api/models/"))
            elif "/resolve/" in path:
                self._resolve(path)
            else:
                self._file(hub.files[path.removeprefix("/cdn/")])

        def _info(self, path: str) -> None:
            repository, _, revision = path.partition("/revision/")
            if not any(name.startswith(f"{repository}/") for name in hub.files):
                self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})
            elif revision and revision != hub.revision:
                self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
            else:
                body = json.dumps(hub.model_info(repository)).encode()
                self._send(200, body, {"Content-Type": "application/json"})

        def _resolve(self, path: str) -> None:
            repository, _, rest = path.removeprefix("/").partition("/resolve/")
            revision, _, file = rest.partition("/")
            content = hub.files.get(f"{repository}/{file}")
            if content is None or revision != hub.revision:
                self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
                return
            etag = f'"{hashlib.sha256(content).hexdigest()}"'
            headers = {"X-Repo-Commit": revision, "X-Linked-Etag": etag, "X-Linked-Size": str(len(content))}
            self._send(302, b"", {**headers, "Location": f"{hub.address}/cdn/{repository}/{file}"})

        def _file(self, content: bytes) -> None:
            start, asked = 0, self.headers.get("Range")
            if asked and hub.knows_ranges:
                start = int(asked.removeprefix("bytes=").removesuffix("-"))
                if start >= len(content):
                    self._send(416, b"", {"Content-Range": f"bytes */{len(content)}"})
                    return
            headers = {"Content-Type": "application/octet-stream"}
            if start:
                headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            cut = hub.cuts.pop(0) if hub.cuts else None
            self._send(206 if start else 200, content[start:] + bytes(hub.extra), headers, cut)

        def _send(self, status: int, body: bytes, headers: dict[str, str], cut: int | None = None) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            sent = body if cut is None else body[:cut]
            try:
                self.wfile.write(sent[: 64 << 10])
                if hub.gate is not None and len(sent) > 64 << 10:
                    self.wfile.flush()
                    hub.gate.wait(60)
                self.wfile.write(sent[64 << 10 :])
            except OSError:
                return  # who asked has gone

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
