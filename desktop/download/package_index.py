"""Lists the files of a project on the package index (simple API, PEP 691 JSON, else PEP 503 HTML). Downloads none."""

import json
import re
import urllib.error
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import cast
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from desktop.download.index_settings import IndexSettings
from desktop.download.problems import DownloadProblem

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
TIMEOUT_SECONDS = 30.0
LARGEST_PAGE = 64 << 20  # bytes; the largest project of the public index has 20 MB
NETWORK_HINT = (
    "Check the network connection (and pip's settings, `pip config list`, if you use a proxy or an index of your "
    "own), then try again: it goes on where it stopped."
)


@dataclass(frozen=True, slots=True)
class IndexFile:
    """One file on offer; `sha256` and `size` (bytes) where the index tells them."""

    name: str
    url: str
    sha256: str | None
    size: int | None

    @property
    def version(self) -> str:
        """The version in the file name: `torch-2.13.0+cpu-cp311-….whl` gives `2.13.0+cpu`."""
        if self.name.endswith(".whl"):
            return unquote(self.name).split("-")[1]
        return unquote(self.name).removesuffix(".tar.gz").removesuffix(".zip").rpartition("-")[2]


def normal_name(project: str) -> str:
    """The one spelling of a project's name that an index knows (PEP 503)."""
    return re.sub(r"[-_.]+", "-", project).lower()


class PackageIndex:
    """Asks the configured indexes in turn; the first that knows a project answers for it."""

    def __init__(self, settings: IndexSettings, timeout: float = TIMEOUT_SECONDS) -> None:
        self.settings = settings
        self._timeout = timeout

    def files(self, project: str) -> list[IndexFile]:
        """Every file of every version. Raises DownloadProblem when no index can be reached or none knows it."""
        failure: OSError | None = None
        for index in self.settings.indexes:
            try:
                found = self._ask(f"{index.rstrip('/')}/{normal_name(project)}/")
            except urllib.error.HTTPError as problem:
                if problem.code != 404:
                    failure = problem
                problem.close()
            except OSError as problem:
                # A folder given as an index lacks most projects: that is no network problem.
                if not index.startswith("file:"):
                    failure = problem
            else:
                if found:
                    return found
        if failure is not None:
            raise DownloadProblem(f"The package index could not be reached: {failure}", NETWORK_HINT)
        raise DownloadProblem(f"The package index has no {project}.", NETWORK_HINT)

    def of_version(self, project: str, version: str) -> list[IndexFile]:
        return [file for file in self.files(project) if file.version == version]

    def wheel(self, project: str, version: str) -> IndexFile:
        """The wheel of a project that has one for every platform."""
        for file in self.of_version(project, version):
            if file.name.endswith("-none-any.whl"):
                return file
        raise DownloadProblem(f"The package index has no {project} {version}.", NETWORK_HINT)

    def _ask(self, page: str) -> list[IndexFile]:
        with self.settings.open(page, {"Accept": ACCEPT}, self._timeout) as reply:
            body = reply.read(LARGEST_PAGE).decode("utf-8", errors="replace")
            if reply.headers.get_content_type() == "application/vnd.pypi.simple.v1+json":
                return files_in_json(body, reply.url)
            return files_in_html(body, reply.url)


def files_in_json(body: str, page: str) -> list[IndexFile]:
    try:
        content = cast("dict[str, list[dict[str, object]]]", json.loads(body))
        return [_file_in_json(entry, page) for entry in content["files"]]
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise DownloadProblem(f"The package index sent a page that can't be read: {page}", NETWORK_HINT) from problem


def _file_in_json(entry: dict[str, object], page: str) -> IndexFile:
    hashes = cast("dict[str, str]", entry.get("hashes", {}))
    size = entry.get("size")
    return IndexFile(
        name=str(entry["filename"]),
        url=urljoin(page, str(entry["url"])),
        sha256=hashes.get("sha256"),
        size=size if isinstance(size, int) else None,
    )


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.extend(value for name, value in attrs if name == "href" and value)


def files_in_html(body: str, page: str) -> list[IndexFile]:
    """Links of a page; the hash stands behind the `#` of each."""
    parser = _Links()
    parser.feed(body)
    files: list[IndexFile] = []
    for link in parser.found:
        address, fragment = urldefrag(urljoin(page, link))
        name = unquote(urlsplit(address).path.rpartition("/")[2])
        if name.endswith((".whl", ".tar.gz", ".zip")):
            sha256 = fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else None
            files.append(IndexFile(name, address, sha256, None))
    return files
