"""Pictures of the real window, made again by one command.

`python -m tests.gui.pictures resources/pictures --readme` makes those of the README with the real engine and the
user's models. Without `--readme` every scene is shown with the scripted engine, to be looked at.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QScrollArea

from desktop.domain.answers import AnswerFormat, AnswerMode
from desktop.gui.app import make_application
from desktop.gui.engine_client import EngineCommand
from desktop.gui.first_steps import sample_folder
from desktop.gui.library_page import LibraryPage
from desktop.gui.models_page import ModelsPage
from desktop.gui.parts import build_parts, engine_command
from desktop.gui.restart_rules import RestartRules
from desktop.gui.tones_page import TonesPage
from desktop.gui.window import FootnoteWindow
from desktop.platform_support.paths import DataFolders, data_folders, user_data
from tests.gui import canned


def fake_command(folder: Path, *words: str) -> EngineCommand:
    return EngineCommand(sys.executable, ("-m", "tests.gui.fake_engine", str(folder), *words), folder / "fake.log")


def wait_until(true: Callable[[], object], seconds: float = 10.0) -> None:
    """Runs the event loop until it is so. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not true():
        QApplication.processEvents()
        time.sleep(0.005)
        if time.monotonic() > deadline:
            raise TimeoutError
    settle()


def settle(seconds: float = 0.35) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        QApplication.processEvents()
        time.sleep(0.005)


class Studio:
    """Opens windows one after another and keeps a picture of each scene."""

    def __init__(self, application: QApplication, out: Path, theme: str, size: tuple[int, int]) -> None:
        self.application, self.out, self.theme, self.size = application, out, theme, size
        self.folder = Path(tempfile.mkdtemp(prefix="footnote-pictures-"))
        self.number = 0

    def window(self, *words: str) -> FootnoteWindow:
        self.number += 1
        folder = self.folder / str(self.number)
        folders = DataFolders(folder, folder, folder)
        parts = build_parts(self.application, folders, fake_command(folder, *words), RestartRules((0.05, 0.05, 0.05)))
        return self._show(FootnoteWindow(parts))

    def real_window(self, data: Path) -> FootnoteWindow:
        folders = data_folders(data)
        return self._show(FootnoteWindow(build_parts(self.application, folders, engine_command(folders))))

    def _show(self, window: FootnoteWindow) -> FootnoteWindow:
        window.parts.state.settings_changed.disconnect(window._follow_settings)
        window.parts.theme.choose(self.theme)
        window.resize(*self.size)
        window.show()
        window.parts.client.start()
        return window

    def keep(self, window: FootnoteWindow, name: str) -> None:
        settle()
        self.out.mkdir(parents=True, exist_ok=True)
        window.grab().save(str(self.out / f"{name}.png"))
        print(self.out / f"{name}.png", flush=True)


def ready(window: FootnoteWindow) -> None:
    state = window.parts.state
    wait_until(lambda: state.status and state.models and state.tones and state.settings)


def first_run(studio: Studio) -> None:
    window = studio.window("empty")
    ready(window)
    studio.keep(window, "first-run")
    window.drop.offer(("/home/ada/Contracts", "/home/ada/old.zip"))
    wait_until(lambda: window.drop.add is not None)
    studio.keep(window, "add")
    window.drop.cancel()
    window.show_page("models")
    studio.keep(window, "no-models")
    window.close()


def answers(studio: Studio) -> None:
    window = studio.window()
    ready(window)
    studio.keep(window, "start")
    window.open_conversation(1)
    wait_until(lambda: window.conversation.views)
    view = window.conversation.views[0]
    studio.keep(window, "answer")
    assert view.answer is not None
    window.open_footnote(view.answer, 3)
    wait_until(lambda: window.reader and window.reader.marked_words())
    view.body.light_footnotes(1)
    studio.keep(window, "text")
    window.open_footnote(view.answer, 1)
    wait_until(lambda: window.reader and not window.reader.views.page.picture.shape.isEmpty())
    studio.keep(window, "page")
    window.open_footnote(view.answer, 4)
    wait_until(lambda: window.reader and "Four" in window.reader.marked_words())
    studio.keep(window, "code")
    window.conversation.ask("And what about it, if the roof on the moon leaks?")
    wait_until(lambda: len(window.conversation.views) > 1 and window.conversation.views[1].answer)
    window.escape()
    studio.keep(window, "refused")
    window.conversation.ask("fail")
    wait_until(lambda: len(window.conversation.views) > 2 and window.parts.asking.under_way is None)
    studio.keep(window, "failed")
    for page in ("library", "models", "tones", "settings"):
        window.show_page(page)
        if page == "settings":
            window.pages[page]._toggle()  # pyright: ignore[reportAttributeAccessIssue]  # as a click would
        studio.keep(window, page)
    window.close()


def models(studio: Studio) -> None:
    window = studio.window("downloading", "stopped", "card")
    ready(window)
    window.show_page("models")
    page = window.pages["models"]
    assert isinstance(page, ModelsPage)
    wait_until(lambda: page.models.offers and page.models.found and page.rows)
    studio.keep(window, "models-downloading")
    model = canned.MODELS[0]
    page._toggle_details(model)
    wait_until(lambda: page.form)
    studio.keep(window, "models-details")
    page._toggle_details(model)
    page._ask("qwen3-1.7b", True)
    settle()
    studio.keep(window, "models-licence")
    scroll = page.findChild(QScrollArea)
    assert scroll is not None
    scroll.verticalScrollBar().setValue(scroll.verticalScrollBar().maximum())
    studio.keep(window, "models-found")
    window.close()


def library(studio: Studio) -> None:
    window = studio.window("problems")
    ready(window)
    window.show_page("library")
    page = window.pages["library"]
    assert isinstance(page, LibraryPage) and window.parts.state.status is not None
    files = page.list
    wait_until(lambda: files.table.rowCount() > 1000)
    studio.keep(window, "library-problems")
    files.summary.button("needs_ocr").click()
    wait_until(lambda: files.table.rowCount() == 41)
    files.view.selectRow(2)
    studio.keep(window, "library-why")
    files.view.selectAll()
    studio.keep(window, "library-several")
    rules = page.edit_rules(window.parts.state.status.folders[0])
    settle(0.6)
    studio.keep(window, "library-rules-empty")
    rules.add_lines(("*.pdf",), "pdf")
    rules.largest.setValue(300)
    wait_until(lambda: "leave" in rules.preview.headline)
    studio.keep(window, "library-rules")
    rules.add_lines(("!",))
    wait_until(rules.problem.isVisible)
    studio.keep(window, "library-rules-error")
    window.resize(760, 640)
    studio.keep(window, "library-rules-narrow")
    window.resize(*studio.size)
    rules.give_up()
    files.containing.setText("no such file")
    wait_until(lambda: files.table.rowCount() == 0)
    studio.keep(window, "library-nothing")
    window.close()
    window = studio.window("busy", "problems", "folders")
    ready(window)
    window.show_page("library")
    studio.keep(window, "library-busy")
    window.resize(760, 640)
    studio.keep(window, "library-narrow")
    window.close()
    window = studio.window("empty")
    ready(window)
    window.show_page("library")
    studio.keep(window, "library-empty")
    window.close()


def attempts(studio: Studio) -> None:
    window = studio.window()
    ready(window)
    window.open_conversation(1)
    wait_until(lambda: window.conversation.views)
    view = window.conversation.views[0]
    window.conversation.composer.mode.show_mode(AnswerMode.FREE)
    view.attempt_wanted.emit("How long is the notice period, think, in why?")
    wait_until(lambda: len(view.attempts) == 2)
    studio.keep(window, "attempts-free")
    view.attempt_wanted.emit("How long is the notice period?")
    wait_until(lambda: len(view.attempts) == 3)
    view._compare(True)
    studio.keep(window, "attempts-compared")
    view._compare(False)
    view.edit()
    studio.keep(window, "attempts-editing")
    view._keep_words("Three months, either side.\n\nTwo months' arrears end it at once.")
    studio.keep(window, "attempts-own-words")
    view.heading.begin()
    studio.keep(window, "attempts-question")
    view.heading.end()
    view._step(-1)
    (studio.folder / str(studio.number) / "changed.log").write_text("1 2", encoding="utf-8")
    window.conversation.exchanges.look_for_changes()
    settle()
    window.conversation.ask("Why is this meanwhile slow?")
    studio.keep(window, "attempts-changed")
    window.resize(1000, 700)
    studio.keep(window, "attempts-narrow")
    window.close()


def busy(studio: Studio) -> None:
    window = studio.window("slow", "busy", "problems")
    ready(window)
    window.parts.state.voice.set_tone("/tones/house.gguf", 0.8)
    window.conversation.ask("How long is the notice period, and does it matter which side gives it, if rent is late?")
    wait_until(lambda: window.conversation.views[0].text.toPlainText())
    window.conversation.composer.draft.setPlainText("And the next question, written meanwhile,\non two lines")
    studio.keep(window, "streaming")
    window.close()


def tones(studio: Studio) -> None:
    window = studio.window()
    ready(window)
    window.open_conversation(1)
    wait_until(lambda: window.conversation.views)
    window.parts.state.voice.set_tone("/tones/house.gguf", 0.8)
    window.parts.state.voice.set_tone("/tones/plain-words.gguf", 0.3)
    controls = window.conversation.composer.voice
    controls.sheet.open_up()
    studio.keep(window, "tones-several")
    controls.sheet.close_up()
    controls.schema.ask(AnswerFormat.JSON)
    controls.schema.text.setPlainText("{")
    controls.schema.use()
    wait_until(lambda: controls.schema.isVisible() and controls.schema.problem.isVisible())
    studio.keep(window, "tones-schema")
    controls.schema.close_up()
    window.parts.state.voice.set_tone("/tones/plain-words.gguf", None)
    for number, question in enumerate(("Who may give notice, as a table?", "And as JSON?"), 2):
        window.conversation.ask(question)
        wait_until(lambda n=number: len(window.conversation.views) == n and window.parts.asking.under_way is None)
    studio.keep(window, "forms")
    window.parts.state.voice.set_tone("/tones/plain-words.gguf", 0.3)
    window.show_page("tones")
    page = window.pages["tones"]
    assert isinstance(page, TonesPage)
    studio.keep(window, "tones-laid")
    page.cards["/tones/plain-words.gguf"].hear.click()
    page.trials.hear("/tones/plain-words.gguf", "", (0.5, 1.0, 1.5))
    wait_until(lambda: page.trials.current and page.trials.current.ended)
    studio.keep(window, "tones-heard")
    window.close()
    window = studio.window("slow")
    ready(window)
    window.show_page("tones")
    page = window.pages["tones"]
    assert isinstance(page, TonesPage)
    page.cards["/tones/house.gguf"].truth.click()
    page.trials.check_truth("/tones/house.gguf", 1.2)
    wait_until(lambda: page.trials.current and page.trials.current.total)
    studio.keep(window, "tones-truth")
    window.close()
    window = studio.window("empty")
    ready(window)
    window.show_page("tones")
    studio.keep(window, "tones-empty")
    window.close()


def problem(studio: Studio) -> None:
    window = studio.window("mute")
    wait_until(lambda: window.page == "problem")
    studio.keep(window, "problem")
    window.close()


def readme(studio: Studio, question: str) -> None:
    """In a home of its own, so that no path of this computer is in the pictures."""
    os.environ["FOOTNOTE_HOME"] = str(user_data())
    os.environ["HOME"] = str(studio.folder)
    folder = studio.folder / "Documents" / "Harrow Mill"
    shutil.copytree(sample_folder() or Path(), folder)
    window = studio.real_window(studio.folder / "library")
    ready(window)
    state, asking = window.parts.state, window.parts.asking
    window.drop.offer((str(folder),))
    wait_until(lambda: window.drop.add)
    assert window.drop.add is not None
    window.drop.add.click()
    wait_until(lambda: state.status and state.status.counts.get("indexed") and _idle(window), 600)
    window.conversation.ask(question)
    wait_until(lambda: asking.under_way is None, 600)
    answer = window.conversation.views[-1].answer
    if answer is not None and answer.footnotes:
        window.open_footnote(answer, 1)
        wait_until(lambda: window.reader and window.reader.marked_words())
    for theme in ("dark", "light"):
        window.parts.theme.choose(theme)
        studio.keep(window, f"window-{theme}")
    window.escape()
    window.show_page("library")
    studio.keep(window, "library")
    window.close()


def _idle(window: FootnoteWindow) -> bool:
    progress = window.parts.state.progress
    return progress is not None and progress.phase == "idle"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--wide", action="store_true", help="1920 × 1080 in place of 1280 × 800")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--readme", action="store_true", help="with the real engine and a copy of the sample")
    parser.add_argument(
        "--ask",
        default="How large is the deposit under the lease, and when is it returned?",
        help="asked with --readme",
    )
    given = parser.parse_args()
    os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])  # the engine that stands in is a test's
    application = make_application(["pictures"])
    size = (1920, 1080) if given.wide else (1280, 800)
    studio = Studio(application, given.out, "dark" if given.dark else "light", size)
    if given.readme:
        readme(studio, given.ask)
        return
    for scene in (first_run, answers, attempts, models, library, busy, tones, problem):
        if not given.only or scene.__name__ in given.only:
            scene(studio)


if __name__ == "__main__":
    main()
