"""The main job as a person does it: a real window, a real engine, real files, LanceDB and SmolLM2; nothing is faked."""

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.domain.answers import Answer
from desktop.gui.answer_view import AnswerView
from desktop.gui.comparison import Comparison
from desktop.gui.controls import Button
from desktop.gui.parts import build_parts, engine_command
from desktop.gui.restart_rules import RestartRules
from desktop.gui.window import FootnoteWindow
from desktop.platform_support.paths import DataFolders, data_folders, project_data
from desktop.reading.client import FileReader
from desktop.settings.store import SettingsFile
from tests.support.lora import make_lora
from tests.support.running_engine import small_model_path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not small_model_path().exists(),
        reason="the small test model is not installed: python3 -m installer setup --model tiny",
    ),
]
LONG = 120_000  # milliseconds: these are real models on shared machines


@pytest.fixture
def folders(tmp_path: Path) -> DataFolders:
    """A library and a shelf of tones of its own; the models and embedders are the user's."""
    installed = data_folders()
    home = tmp_path / "home"
    (home / "models").mkdir(parents=True)
    (home / "models" / small_model_path().name).symlink_to(small_model_path())
    (home / "embedders").symlink_to(installed.embedders, target_is_directory=True)
    folders = DataFolders(library=home / "library", home=home, cache=home / "cache")
    SettingsFile(folders.settings).set("answer_tokens", 64)  # the small model repeats itself to the last token
    return folders


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    return Path(shutil.copytree(project_data("resources", "sample"), tmp_path / "documents"))


@pytest.fixture
def window(
    qtbot: QtBot, qapp: QApplication, folders: DataFolders, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FootnoteWindow]:
    monkeypatch.setenv("FOOTNOTE_HOME", str(folders.home))
    parts = build_parts(qapp, folders, engine_command(folders), RestartRules((0.1, 0.2, 0.5)))
    window = FootnoteWindow(parts)
    window.show()
    parts.client.start()
    qtbot.waitUntil(lambda: parts.state.status is not None and parts.state.models is not None, timeout=LONG)
    yield window
    window.close()
    window.deleteLater()
    qapp.processEvents()


def drop(window: FootnoteWindow, *paths: Path) -> None:
    """Drags the paths onto the window and lets go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle, left, none = QPointF(400, 300), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(middle.toPoint(), Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(window, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(window, QDropEvent(middle, Qt.DropAction.CopyAction, data, left, none))


def add(qtbot: QtBot, window: FootnoteWindow, *paths: Path) -> None:
    """Drops, reads what the window says it will do, and agrees with Enter."""
    drop(window, *paths)
    qtbot.waitUntil(lambda: window.drop.busy and window.drop.add is not None, timeout=LONG)
    qtbot.keyClick(window.drop, Qt.Key.Key_Return)


def indexed(qtbot: QtBot, window: FootnoteWindow, count: int) -> None:
    def done() -> bool:
        status = window.parts.state.status
        return status is not None and status.counts.get("indexed") == count and status.progress.phase == "idle"

    qtbot.waitUntil(done, timeout=LONG)


def ask(qtbot: QtBot, window: FootnoteWindow, question: str) -> AnswerView:
    count = len(window.conversation.views)
    qtbot.keyClicks(window.conversation.composer.draft, question)
    qtbot.keyClick(window.conversation.composer.draft, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(window.conversation.views) == count + 1, timeout=LONG)
    return window.conversation.views[-1]


def answered(qtbot: QtBot, window: FootnoteWindow, question: str) -> Answer:
    view = ask(qtbot, window, question)
    qtbot.waitUntil(lambda: window.parts.asking.under_way is None, timeout=LONG)
    assert view.answer is not None, question
    return view.answer


def source_text(path: str, scratch: Path) -> str:
    reader = FileReader(scratch)
    try:
        return reader.read(path)[0].text
    finally:
        reader.close()


def children_of(pid: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for child in psutil.Process(pid).children(recursive=True):
        words = child.cmdline()
        if "-m" in words:
            found[words[words.index("-m") + 1]] = child.pid
    return found


def test_drop_ask_and_open_the_words(qtbot: QtBot, window: FootnoteWindow, documents: Path, tmp_path: Path) -> None:
    add(qtbot, window, documents)
    indexed(qtbot, window, 12)
    streamed: list[str] = []
    window.parts.client.answer_text_arrived.connect(lambda words: streamed.append(words.text))
    questions = json.loads(project_data("resources", "sample-questions.json").read_text(encoding="utf-8"))
    footnoted: list[Answer] = []
    for question in [q for q in questions if q["answerable"]][:4]:
        answer = answered(qtbot, window, question["question"])
        assert not (answer.refused and answer.footnotes)
        footnoted += [answer] if answer.footnotes else []
    assert streamed, "the words of an answer are seen as they are written"
    assert footnoted, "no answer had a footnote"
    for answer in footnoted:
        for note in answer.footnotes:
            source = source_text(note.file, tmp_path / "scratch")
            assert source[note.start : note.end] == note.quote
    _open_footnote(qtbot, window, footnoted[0])


def _open_footnote(qtbot: QtBot, window: FootnoteWindow, answer: Answer) -> None:
    note = answer.footnotes[0]
    window.open_footnote(answer, note.n)
    if note.page is not None:
        qtbot.waitUntil(
            lambda: window.reader is not None and bool(window.reader.views.page.picture.boxes), timeout=LONG
        )
    else:
        words = note.quote.split()[0]
        qtbot.waitUntil(lambda: window.reader is not None and words in window.reader.marked_words(), timeout=LONG)


def test_the_window_follows_edits_and_deletions(qtbot: QtBot, window: FootnoteWindow, documents: Path) -> None:
    note = documents / "errand.txt"
    note.write_text("The spare key to the boathouse hangs behind the blue barometer.", encoding="utf-8")
    add(qtbot, window, documents)
    indexed(qtbot, window, 13)
    note.write_text("The spare key to the boathouse lies under the marmalade jar.", encoding="utf-8")
    _until_passages(qtbot, window, "spare key boathouse", lambda texts: any("marmalade" in text for text in texts))
    _until_passages(qtbot, window, "spare key boathouse", lambda texts: not any("barometer" in text for text in texts))
    note.unlink()
    _until_passages(qtbot, window, "spare key boathouse", lambda texts: not any("boathouse" in text for text in texts))


def _until_passages(qtbot: QtBot, window: FootnoteWindow, question: str, wanted: Callable[[list[str]], bool]) -> None:
    from desktop.protocol.engine_messages import SEARCH, Passages, Search

    found: list[list[str]] = []

    def look() -> bool:
        def keep(passages: Passages) -> None:
            found.append([passage.text for passage in passages.passages])

        window.parts.client.call(SEARCH, Search(question, 5), keep)
        return bool(found) and wanted(found[-1])

    qtbot.waitUntil(look, timeout=LONG)


def test_a_tone_changes_the_answer_and_a_wrong_one_is_refused(
    qtbot: QtBot, window: FootnoteWindow, documents: Path, tmp_path: Path
) -> None:
    add(qtbot, window, documents)
    indexed(qtbot, window, 12)
    question = "What does the data retention policy say about invoices?"
    streams: list[str] = []
    window.parts.client.answer_text_arrived.connect(lambda words: streams.append(words.text))
    answered(qtbot, window, question)
    plain = "".join(streams)
    streams.clear()
    tone = make_lora(small_model_path(), tmp_path / "voice.gguf", seed=7, scale=4.0)
    add(qtbot, window, tone)
    qtbot.waitUntil(lambda: bool(window.parts.state.tones and window.parts.state.tones.chosen), timeout=LONG)
    answered(qtbot, window, question)
    assert "".join(streams) != plain
    wrong = make_lora(small_model_path(), tmp_path / "wrong.gguf", architecture="qwen2")
    drop(window, wrong)
    qtbot.waitUntil(lambda: window.drop.busy and window.drop.add is not None, timeout=LONG)
    qtbot.keyClick(window.drop, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.bar.current is not None and "qwen2" in window.bar.current.text, timeout=LONG)


def test_every_child_may_be_killed(qtbot: QtBot, window: FootnoteWindow, documents: Path) -> None:
    add(qtbot, window, documents)
    indexed(qtbot, window, 12)
    kept = answered(qtbot, window, "What does the data retention policy say about invoices?")
    children = children_of(window.parts.client.pid)
    for module in ("desktop.llm.process", "desktop.reading.process"):
        if module in children:
            os.kill(children[module], signal.SIGKILL)
    with qtbot.waitSignal(window.parts.client.engine_started, timeout=LONG):
        os.kill(window.parts.client.pid, signal.SIGKILL)
    indexed(qtbot, window, 12)
    again = answered(qtbot, window, "What does the data retention policy say about invoices?")
    assert again.text
    assert [view.answer for view in window.conversation.views] == [kept, again]


def test_attempts_are_made_compared_rated_and_reworded_and_kept(
    qtbot: QtBot, window: FootnoteWindow, tmp_path: Path
) -> None:
    lease = tmp_path / "lease.txt"
    lease.write_text("The monthly rent of the flat in Ostend is 950 euros, due on the first day of the month.")
    add(qtbot, window, lease)
    indexed(qtbot, window, 1)
    first = answered(qtbot, window, "What is the rent of the flat?")
    (view,) = window.conversation.views
    _press(view, "Answer again; this attempt is kept")
    qtbot.waitUntil(lambda: len(view.attempts) == 2 and window.parts.asking.under_way is None, timeout=LONG)
    _press(view, "Edit the question and ask again")
    assert view.heading.editor is not None
    view.heading.editor.setPlainText("What is the monthly rent of the flat in Ostend?")
    qtbot.keyClick(view.heading.editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(view.attempts) == 3 and window.parts.asking.under_way is None, timeout=LONG)
    last = view.attempts.shown
    assert last is not None and last.question.endswith("in Ostend?")
    _press(view, "Compare")
    (comparison,) = view.findChildren(Comparison)
    assert comparison.left.toPlainText() and comparison.right.toPlainText()
    _press(view, "Compare")
    _press(view, "Good answer")
    view.edit()
    view.body.words_written.emit("It is 950 euros.")
    assert view.text.toPlainText() == "It is 950 euros."
    conversation = window.conversation.conversation_id
    assert conversation is not None
    window.conversation.begin_new()
    assert not window.conversation.views
    window.open_conversation(conversation)
    qtbot.waitUntil(lambda: len(window.conversation.views) == 1, timeout=LONG)
    (again,) = window.conversation.views
    kept = again.attempts.shown
    assert (len(again.attempts), again.text.toPlainText()) == (3, "It is 950 euros.")
    assert kept is not None and (kept.rating, kept.own_words, kept.text) == (1, "It is 950 euros.", last.text)
    assert [attempt.text for _, attempt in again.attempts.others][-1] == first.text


def _press(view: AnswerView, name: str) -> None:
    next(button for button in view.findChildren(Button) if button.accessibleName() == name).click()
