"""The real download process: paused, killed, gone on with after a restart, and asked by the command line."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from desktop.domain.downloads import DownloadState, FetchSource, Order, Origin
from desktop.domain.errors import EngineProblem, UserError
from desktop.download.catalogue import read_catalogue
from desktop.download.client import ModelDownload, Paused, discard, order_for, unfinished, unfinished_order
from desktop.download.places import keep_origin
from desktop.protocol.download_messages import FetchProgressed
from tests.support.hub_server import HubServer
from tests.support.project import ROOT
from tests.unit.download.conftest import FILE, MODEL, REPOSITORY, gguf_of

BIG = gguf_of("model", 3_000_000)  # more than sockets hold: what is sent stops at the gate
ORDER = Order("small", "Small", FILE, (FetchSource("hub", REPOSITORY, FILE),))


@pytest.fixture
def gated(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> HubServer:
    """Sends the first 64 KiB of a file, then waits for the gate."""
    hub.add(REPOSITORY, FILE, BIG)
    hub.gate = threading.Event()
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    return hub


class Begun:
    """A download on a thread of its own. `wait` returns when the bytes have begun to come."""

    def __init__(self, folder: Path) -> None:
        self.download = ModelDownload(ORDER, folder, folder / "scratch")
        self.ended: BaseException | None = None
        self._coming = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def wait(self) -> "Begun":
        assert self._coming.wait(60), self.ended
        return self

    def join(self) -> BaseException | None:
        self._thread.join(60)
        assert not self._thread.is_alive()
        return self.ended

    def _run(self) -> None:
        try:
            self.download.run(self._follow)
        except EngineProblem as error:
            self.ended = error

    def _follow(self, event: FetchProgressed) -> None:
        if event.origin is not None:
            self._coming.set()


def test_paused_and_gone_on_with(gated: HubServer, tmp_path: Path) -> None:
    begun = Begun(tmp_path).wait()
    begun.download.pause()
    assert isinstance(begun.join(), Paused)
    assert list(tmp_path.glob("*.gguf")) == []
    (waiting,) = unfinished(tmp_path)
    assert (waiting.id, waiting.state, waiting.total) == ("small", DownloadState.PAUSED, len(BIG))
    assert waiting.origin is not None
    assert waiting.origin.sha256 == hashlib.sha256(BIG).hexdigest()
    assert unfinished_order(tmp_path, "small") == ORDER
    open_gate(gated)
    assert Path(ModelDownload(ORDER, tmp_path, tmp_path).run(ignore).path).read_bytes() == BIG
    assert unfinished(tmp_path) == ()


def test_killed_in_the_middle_nothing_is_lost_and_nothing_wrong_appears(gated: HubServer, tmp_path: Path) -> None:
    begun = Begun(tmp_path).wait()
    assert begun.download.pid is not None
    os.kill(begun.download.pid, signal.SIGKILL)
    problem = begun.join()
    assert problem is not None
    assert "ended" in str(problem)
    assert list(tmp_path.glob("*.gguf")) == []
    open_gate(gated)
    assert Path(ModelDownload(ORDER, tmp_path, tmp_path).run(ignore).path).read_bytes() == BIG


def test_two_at_once_are_one_too_many(gated: HubServer, tmp_path: Path) -> None:
    begun = Begun(tmp_path).wait()
    with pytest.raises(EngineProblem, match="being downloaded already"):
        ModelDownload(ORDER, tmp_path, tmp_path).run(ignore)
    open_gate(gated)
    assert begun.join() is None


def test_a_folder_that_can_not_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / ".downloads").write_text("in the way", "utf-8")
    with pytest.raises(EngineProblem, match=r"can't be written to: .*exists"):
        ModelDownload(ORDER, tmp_path, tmp_path).run(ignore)


def test_a_process_that_does_not_start_in_time_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.download.client.HELLO_SECONDS", 0.0)
    with pytest.raises(EngineProblem, match="did not start in time"):
        ModelDownload(ORDER, tmp_path, tmp_path).run(ignore)


def test_what_another_process_downloads_is_not_discarded(gated: HubServer, tmp_path: Path) -> None:
    begun = Begun(tmp_path).wait()
    with pytest.raises(UserError, match="Another Footnote downloads this"):
        discard(tmp_path, ORDER.id)
    open_gate(gated)
    assert begun.join() is None
    assert (tmp_path / FILE).read_bytes() == BIG
    discard(tmp_path, ORDER.id)  # nothing is left of it


def test_what_is_paused_is_discarded(gated: HubServer, tmp_path: Path) -> None:
    begun = Begun(tmp_path).wait()
    begun.download.pause()
    begun.join()
    discard(tmp_path, ORDER.id)
    assert unfinished(tmp_path) == ()
    assert [path.suffix for path in (tmp_path / ".downloads").iterdir()] == [".lock"]


def test_a_file_deleted_by_hand_is_got_as_it_is_now(tmp_path: Path) -> None:
    model = read_catalogue().model("smollm2-360m")
    keep_origin(tmp_path, model.file.path, Origin("hub", False, 5, "a" * 64, "b" * 40, announced=True))
    assert (order_for(model, tmp_path).sha256, order_for(model, tmp_path).revision) == ("", "")
    (tmp_path / model.file.path).write_bytes(b"model")
    assert (order_for(model, tmp_path).sha256, order_for(model, tmp_path).revision) == ("a" * 64, "b" * 40)


def test_the_command_says_why_it_got_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "HF_ENDPOINT": "http://127.0.0.1:9", "FOOTNOTE_HOME": str(tmp_path)}
    done = run_get("qwen3-4b", "--json", environment=environment)
    assert done.returncode == 1
    assert "could not be reached" in json.loads(done.stdout)["problem"]
    assert list((tmp_path / "models").glob("*.gguf")) == []


def test_the_command_gets_a_model_and_knows_it_afterwards(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, file = "HuggingFaceTB/SmolLM2-360M-Instruct-GGUF", "smollm2-360m-instruct-q8_0.gguf"
    sha256 = hub.add(repository, file, MODEL)
    environment = {**os.environ, "HF_ENDPOINT": hub.address, "FOOTNOTE_HOME": str(tmp_path)}
    done = run_get("smollm2-360m", "--json", environment=environment)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["file"] == str(tmp_path / "models" / file)
    assert found["origin"]["sha256"] == sha256
    assert found["origin"]["announced"]
    assert "100 %" in done.stderr
    asked = len(hub.requests)
    again = run_get("SmolLM2 360M Instruct", environment=environment)
    assert "It is here already." in again.stdout
    assert len(hub.requests) == asked


def test_ctrl_c_pauses_the_command_and_the_same_command_goes_on(hub: HubServer, tmp_path: Path) -> None:
    repository, file = "HuggingFaceTB/SmolLM2-360M-Instruct-GGUF", "smollm2-360m-instruct-q8_0.gguf"
    hub.add(repository, file, BIG)
    hub.gate = threading.Event()
    environment = {**os.environ, "HF_ENDPOINT": hub.address, "FOOTNOTE_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "desktop.cli.main", "models", "get", "smollm2-360m"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        while "0 of" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert "Paused." in process.stderr.read()
    assert process.returncode == 130
    open_gate(hub)
    done = run_get("smollm2-360m", environment=environment)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "models" / file).read_bytes() == BIG


def test_an_unknown_name_is_wrong_usage(tmp_path: Path) -> None:
    done = run_get("no-such-model", environment={**os.environ, "FOOTNOTE_HOME": str(tmp_path)})
    assert done.returncode == 2
    assert "models known" in done.stderr


def run_get(*words: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "desktop.cli.main", "models", "get", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, env=environment)


def open_gate(hub: HubServer) -> None:
    gate, hub.gate = hub.gate, None
    assert gate is not None
    gate.set()


def ignore(_: FetchProgressed) -> None:
    return
