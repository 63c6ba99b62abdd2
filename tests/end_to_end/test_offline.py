"""Footnote needs no network and reaches for none: run where there is none, and watched by strace where there is."""

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from desktop.platform_support.paths import data_folders, project_data
from desktop.settings.store import SettingsFile
from tests.support.footnote_command import FootnoteCommand
from tests.support.hub_server import hub_server
from tests.support.running_engine import small_model_path

QUESTION = "How long is the notice period of the lease?"
CALLS = "connect,sendto,sendmsg,sendmmsg,bind,listen,execve"
PROCESSES = ("desktop.cli.main", "desktop.engine", "desktop.reading.process", "desktop.llm.process")
# importing LanceDB asks once whether this computer knows IPv6, by binding to itself; nothing listens or is sent
KNOWS_IPV6 = re.compile(r"\bbind\(\d+, \{sa_family=AF_INET6, sin6_port=htons\(0\),.*\"::1\"")

pytestmark = pytest.mark.slow


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Set to read few passages and to answer shortly: how well is not asked here."""
    if not small_model_path().exists():
        pytest.skip("the small test model is not installed: python3 -m installer setup --model tiny")
    folders = data_folders(tmp_path / "library")
    folders.library.mkdir()
    SettingsFile(folders.settings).set_all({"passages_in_prompt": 2, "answer_tokens": 64})
    return folders.library


def able(before: Sequence[str], reason: str) -> list[str]:
    """The words to set before a command, where this computer allows them; else the test is skipped."""
    if shutil.which(before[0]) is None or subprocess.run([*before, "true"], capture_output=True).returncode:
        pytest.skip(reason)
    return list(before)


def is_alone(before: Sequence[str]) -> bool:
    """Not even this computer itself can be reached."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        call = f"import socket; socket.create_connection({server.getsockname()!r}, 5)"
        reached = [subprocess.run([*words, sys.executable, "-c", call], capture_output=True) for words in ([], before)]
    return [done.returncode for done in reached] == [0, 1]


def test_everything_works_without_any_network(library: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    alone = able(
        ["unshare", "--user", "--map-root-user", "--net"],
        "this computer does not let us run a program without a network (unshare)",
    )
    assert is_alone(alone)
    # in there the user has another number, and the folder of sockets would be somebody else's
    sockets = tmp_path_factory.mktemp("run")
    footnote = FootnoteCommand(library, alone, {"XDG_RUNTIME_DIR": str(sockets)})
    (status,) = footnote.objects("add", "--wait", project_data("resources", "sample"))
    assert status["counts"] == {"indexed": 12}
    (found,) = footnote.objects("search", QUESTION)
    assert any("notice" in passage["text"] for passage in found["passages"])
    (answer,) = footnote.objects("ask", "--model", small_model_path(), QUESTION)
    assert answer["answer"]
    assert answer["passages"]


def test_no_process_reaches_for_the_network(library: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    watch = ["strace", "-f", "-qq", "-s", "100", "-e", f"trace={CALLS}"]
    able([*watch, "-o", "/dev/null"], "strace is not installed, or may not watch a program here")
    footnote = FootnoteCommand(library, [*watch, "-o", str(trace)])
    words = ("chat", project_data("resources", "sample"), "--model", small_model_path())
    done = footnote.run(*words, stdin=f"{QUESTION}\n")
    assert done.returncode == 0, done.stderr
    calls = trace.read_text(encoding="utf-8", errors="replace").splitlines()
    started = [call for call in calls if "execve(" in call]
    assert all(any(f'"{name}"' in call for call in started) for name in PROCESSES), started
    assert any("AF_UNIX" in call for call in calls), "nothing was seen"
    outside = [call for call in calls if "AF_INET" in call and not KNOWS_IPV6.search(call)]
    assert not outside, outside


def test_lists_of_models_reach_for_nothing_and_getting_one_does(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The catalogue is on this disk; only `get` connects, and only its own process does."""
    trace = tmp_path / "trace"
    watch = ["strace", "-f", "-qq", "-s", "200", "-e", f"trace={CALLS}"]
    able([*watch, "-o", "/dev/null"], "strace is not installed, or may not watch a program here")
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    footnote = FootnoteCommand(library, [*watch, "-o", str(trace)])
    for words in (("models", "known"), ("models", "list")):
        assert footnote.run(*words).returncode == 0
        assert not [call for call in trace.read_text(errors="replace").splitlines() if "AF_INET" in call]
    with hub_server() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        assert footnote.run("models", "get", "qwen3-4b").returncode == 1
        assert hub.requests, "nothing was asked"
    calls = trace.read_text(errors="replace").splitlines()
    downloader = next(call.split()[0] for call in calls if "execve(" in call and "desktop.download.process" in call)
    command = calls[0].split()[0]
    connected = {call.split()[0] for call in calls if "AF_INET" in call}
    assert connected
    assert downloader != command
    assert command not in connected
