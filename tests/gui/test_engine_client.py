"""The window's side of the protocol against real processes: greeting, errors, crashes, refusals, the end."""

import os
import signal
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QProcess, Signal
from pytestqt.qtbot import QtBot

from desktop.domain.errors import EngineProblem, FootnoteError, UserError
from desktop.gui.engine_client import EngineClient, EngineCommand
from desktop.gui.restart_rules import RestartRules
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from tests.gui.conftest import QUICK, fake_command

SPEAK_NONSENSE = "import sys; sys.stdin.readline(); print('{', flush=True); sys.stdin.read()"


def started(qtbot: QtBot, command: EngineCommand) -> EngineClient:
    client = EngineClient(command, RestartRules(QUICK))
    with qtbot.waitSignal(client.engine_started):
        client.start()
    return client


def test_a_request_is_answered(qtbot: QtBot, tmp_path: Path) -> None:
    client = started(qtbot, fake_command(tmp_path))
    got: list[m.Models] = []
    client.call(m.LIST_MODELS, Nothing(), got.append)
    assert got == []
    qtbot.waitUntil(lambda: len(got) == 1)
    assert got[0].models[0].architecture == "qwen2"
    client.close()


def test_requests_wait_for_the_greeting(qtbot: QtBot, tmp_path: Path) -> None:
    client = EngineClient(fake_command(tmp_path), RestartRules(QUICK))
    got: list[m.Models] = []
    client.start()
    client.call(m.LIST_MODELS, Nothing(), got.append)
    qtbot.waitUntil(lambda: len(got) == 1)
    client.close()


def test_an_error_comes_back_as_its_kind(qtbot: QtBot, tmp_path: Path) -> None:
    client = started(qtbot, fake_command(tmp_path))
    errors: list[FootnoteError] = []
    client.call(m.ASK, m.Ask(None, " ", False, None, None), None, errors.append)
    qtbot.waitUntil(lambda: len(errors) == 1)
    assert isinstance(errors[0], UserError)
    client.close()


def test_a_killed_engine_is_started_again(qtbot: QtBot, tmp_path: Path) -> None:
    client = started(qtbot, fake_command(tmp_path))
    first = client.pid
    with qtbot.waitSignals([client.engine_lost, client.engine_started]):
        os.kill(first, signal.SIGKILL)
    assert client.pid not in (0, first)
    got: list[m.Models] = []
    client.call(m.LIST_MODELS, Nothing(), got.append)
    qtbot.waitUntil(lambda: len(got) == 1)
    client.close()


def test_requests_in_flight_fail_when_it_dies(qtbot: QtBot, tmp_path: Path) -> None:
    client = started(qtbot, fake_command(tmp_path))
    os.kill(client.pid, signal.SIGSTOP)
    errors: list[FootnoteError] = []
    client.call(m.LIST_MODELS, Nothing(), None, errors.append)
    os.kill(client.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: len(errors) == 1)
    assert isinstance(errors[0], EngineProblem)
    client.close()


@pytest.mark.parametrize(
    "command",
    [
        lambda folder: fake_command(folder, "mute"),
        lambda folder: EngineCommand(str(folder / "no-such-program"), (), folder / "log"),
        lambda folder: EngineCommand(sys.executable, ("-c", SPEAK_NONSENSE), folder / "log"),
    ],
    ids=["exits", "is not there", "speaks nonsense"],
)
def test_three_deaths_are_enough(qtbot: QtBot, tmp_path: Path, command: object) -> None:
    client = EngineClient(command(tmp_path), RestartRules(QUICK))  # type: ignore[operator]  # a factory
    lost: list[int] = []
    client.engine_lost.connect(lambda: lost.append(1))
    with qtbot.waitSignal(client.engine_given_up) as given_up:
        client.start()
    assert "three times" in given_up.args[0]
    assert given_up.args[1]
    assert len(lost) == 2
    client.close()


def test_trying_again_counts_anew(qtbot: QtBot, tmp_path: Path) -> None:
    client = EngineClient(fake_command(tmp_path, "mute"), RestartRules(QUICK))
    with qtbot.waitSignal(client.engine_given_up):
        client.start()
    with qtbot.waitSignals([client.engine_lost, client.engine_given_up]):
        client.try_again()
    client.close()


def test_another_protocol_is_refused_at_once(qtbot: QtBot, tmp_path: Path) -> None:
    client = EngineClient(fake_command(tmp_path, "old"), RestartRules(QUICK))
    with qtbot.waitSignal(client.engine_given_up) as given_up:
        client.start()
    assert "versions" in given_up.args[0]
    assert not client.ready
    client.close()


def test_closing_ends_the_process(qtbot: QtBot, tmp_path: Path) -> None:
    client = started(qtbot, fake_command(tmp_path))
    process = client.findChild(QProcess)
    assert process is not None
    client.close()
    assert process.state() == QProcess.ProcessState.NotRunning
    assert process.exitCode() == 0


class Sender(QObject):
    word_sent = Signal(bool)
    number_sent = Signal(int)
    thing_sent = Signal(object)


def test_a_thousand_signals_do_not_abort(qapp: object) -> None:
    """PySide6 6.12.0 on Python 3.11 died after about 570."""
    sender, got = Sender(), []
    for signal_ in (sender.word_sent, sender.number_sent, sender.thing_sent):
        signal_.connect(got.append)
    for number in range(1000):
        sender.word_sent.emit(number % 2 == 0)
        sender.number_sent.emit(number)
        sender.thing_sent.emit(None)
    assert len(got) == 3000
