"""Asks Hugging Face about one file: which bytes it is now, and where they are. The only module that imports
huggingface_hub, and only the download process imports it. Fetches no file.
"""

import re
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2
from huggingface_hub import HfApi, ModelInfo, hf_hub_url, set_client_factory
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoSibling

from desktop.domain.downloads import Origin
from desktop.download.hub_files import HubFile, HubFolder
from desktop.download.problems import DownloadProblem, RevisionGone

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ANOTHER = "Choose another model."
_CONNECTED = "connection.connect_tcp.complete"
_WITHOUT_NETWORK = "If this computer has no network now, copy the file from another one, by a USB stick for example."


class Hub:
    """`connect_seconds` is how long a connection may take, name look-up included; `endpoint` None: the usual one."""

    def __init__(self, connect_seconds: float = CONNECT_SECONDS, endpoint: str | None = None) -> None:
        self._endpoint = endpoint
        self._patience = connect_seconds
        self._reached = threading.Event()
        set_client_factory(self._client)

    def look_up(self, repository: str, file: str, revision: str = "") -> tuple[str, Origin]:
        """Address and origin. Raises DownloadProblem when the hub can't be reached in time, or lacks the file."""
        folder = self.look_up_folder(repository, revision)
        found = next((one for one in folder.files if one.path == file), None)
        if found is None:
            raise DownloadProblem(f"{repository} has no file {file} any more.", _ANOTHER)
        if not found.size or not found.sha256:
            raise DownloadProblem(f"Hugging Face does not say what {file} must hash to.", _ANOTHER)
        return found.url, folder.origin(repository, found)

    def look_up_folder(self, repository: str, revision: str = "") -> HubFolder:
        """Raises DownloadProblem when the hub can't be reached in time, or doesn't have the repository."""
        info = self._in_time(repository, revision or None)
        if not info.sha:
            raise DownloadProblem(f"Hugging Face does not say which state of {repository} it has.", _ANOTHER)
        state = info.sha
        files = tuple(self._file(repository, state, sibling) for sibling in info.siblings or ())
        return HubFolder(files, state, urlsplit(hf_hub_url(repository, "", endpoint=self._endpoint)).netloc)

    def _file(self, repository: str, state: str, sibling: RepoSibling) -> HubFile:
        size, sha256 = (sibling.lfs.size, sibling.lfs.sha256) if sibling.lfs is not None else (sibling.size, "")
        url = hf_hub_url(repository, sibling.rfilename, revision=state, endpoint=self._endpoint)
        known = sha256 if _SHA256.fullmatch(sha256) else ""
        return HubFile(sibling.rfilename, url, size or 0, known, sibling.blob_id or "")

    def _in_time(self, repository: str, revision: str | None) -> ModelInfo:
        """The name look-up of a dead network can't be given a limit: the wait for it can."""
        outcome: list[ModelInfo | DownloadProblem] = []
        self._reached.clear()
        thread = threading.Thread(target=self._ask, args=(repository, revision, outcome), daemon=True)
        thread.start()
        self._reached.wait(self._patience)
        if self._reached.is_set():
            thread.join(ANSWER_SECONDS)
        if not outcome:
            where = f"Hugging Face could not be reached in {self._patience:.0f} seconds."
            raise DownloadProblem(where, _WITHOUT_NETWORK)
        if isinstance(outcome[0], DownloadProblem):
            raise outcome[0]
        return outcome[0]

    def _ask(self, repository: str, revision: str | None, outcome: list[ModelInfo | DownloadProblem]) -> None:
        try:
            outcome.append(
                HfApi(endpoint=self._endpoint, token=False).model_info(
                    repository, revision=revision, files_metadata=True
                )
            )
        except Exception as error:  # whatever a server makes the library raise is the server's fault
            outcome.append(_problem(repository, error))
        self._reached.set()

    def _client(self) -> httpx2.Client:
        timeout = httpx2.Timeout(ANSWER_SECONDS, connect=self._patience)
        hooks = {"request": [self._trace]}
        return httpx2.Client(event_hooks=hooks, follow_redirects=True, timeout=timeout)

    def _trace(self, request: httpx2.Request) -> None:
        request.extensions["trace"] = self._traced

    def _traced(self, event: str, _: Mapping[str, Any]) -> None:
        if event == _CONNECTED:
            self._reached.set()


def _problem(repository: str, error: Exception) -> DownloadProblem:
    if isinstance(error, GatedRepoError):
        return DownloadProblem(f"{repository} wants a person to log in first.", _ANOTHER)
    if isinstance(error, RevisionNotFoundError):
        return RevisionGone(f"This state of {repository} is not on Hugging Face any more.", _ANOTHER)
    if isinstance(error, (RepositoryNotFoundError, HFValidationError)):
        return DownloadProblem(f"{repository} is not on Hugging Face any more.", _ANOTHER)
    if isinstance(error, HfHubHTTPError):
        return DownloadProblem(
            f"Hugging Face answered with an error ({error.response.status_code}).", "Try again later."
        )
    if isinstance(error, httpx2.TransportError):
        return DownloadProblem(f"Hugging Face could not be reached: {error}", _WITHOUT_NETWORK)
    what = "What came from Hugging Face can't be read."
    return DownloadProblem(what, "A network that asks you to log in, or a proxy, does this.")
