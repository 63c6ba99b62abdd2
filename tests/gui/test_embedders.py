"""Changing the embedder in the window: the cost is seen before anything changes, and going back is as easy."""

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QPlainTextEdit
from pytestqt.qtbot import QtBot

from desktop.gui.controls import Button
from desktop.gui.embedder_section import UNDO, EmbedderSection, again_text, cost_text
from desktop.gui.window import FootnoteWindow
from desktop.protocol.engine_messages import EmbedderCost

OpenWindow = Callable[..., FootnoteWindow]
Calls = Callable[[], list[str]]
E5 = "multilingual-e5-small"


def section(qtbot: QtBot, window: FootnoteWindow) -> EmbedderSection:
    window.show_page("settings")
    found = window.pages["settings"].findChild(EmbedderSection)
    assert isinstance(found, EmbedderSection)
    qtbot.waitUntil(lambda: E5 in found.buttons)
    return found


def test_the_cost_is_shown_before_the_change(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    shown = section(qtbot, open_window())
    assert set(shown.buttons) == {E5}, "not the one in use, nor one that can't be used"
    assert shown.buttons[E5].accessibleName() == f"Use… {E5}"
    shown.buttons[E5].click()
    qtbot.waitUntil(lambda: shown.cost is not None)
    assert calls() == []
    shown.buttons[E5].click()
    qtbot.waitUntil(lambda: calls() == [f"embedder {E5}"])
    qtbot.waitUntil(lambda: "all-MiniLM-L6-v2" in shown.buttons)  # the way back


def test_not_now_changes_nothing(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    shown = section(qtbot, open_window())
    shown.buttons[E5].click()
    qtbot.waitUntil(lambda: shown.cost is not None)
    next(button for button in shown.findChildren(Button) if button.text() == "Not now").click()
    qtbot.waitUntil(lambda: shown.cost is None and shown.buttons[E5].text() == "Use…")
    assert calls() == []


def test_new_passages_are_offered_where_an_older_footnote_made_them(
    qtbot: QtBot, open_window: OpenWindow, calls: Calls
) -> None:
    shown = section(qtbot, open_window("outdated"))
    button = shown.buttons["all-MiniLM-L6-v2"]
    assert button.text() == "New passages…"
    button.click()
    qtbot.waitUntil(lambda: shown.cost is not None)
    assert calls() == []
    shown.buttons["all-MiniLM-L6-v2"].click()
    qtbot.waitUntil(lambda: calls() == ["embedder all-MiniLM-L6-v2"])
    said = again_text(EmbedderCost("x", 8_880, 120, 2, 89.0))
    assert said.startswith("2 files are cut into passages anew; at most 8,880 passages are embedded: about 1 minute. ")


def test_new_passages_can_be_undone(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    shown = section(qtbot, open_window("cut-anew"))
    texts = [text.text() for text in shown.findChildren(QLabel)]
    assert any(text.startswith("1,204 files were cut into new passages.") for text in texts)
    assert shown.buttons[UNDO].text() == "Undo new passages"
    shown.buttons[UNDO].click()
    qtbot.waitUntil(lambda: calls() == ["undo passages"])
    qtbot.waitUntil(lambda: UNDO not in shown.buttons)


def test_a_cost_in_words() -> None:
    assert cost_text(EmbedderCost("x", 0, 9, 0, 0.0)) == (
        "All its passages are embedded already: the change costs nothing."
    )
    said = cost_text(EmbedderCost("x", 8_880, 120, 2, 89.0))
    assert said.startswith(
        "8,880 passages are to be embedded; 120 have their vector already; 2 files are read again: about 1 minute. "
    )
    assert "under a minute" in cost_text(EmbedderCost("x", 1, 0, 0, 3.0))
    assert "about 2 hours" in cost_text(EmbedderCost("x", 700_000, 0, 0, 7_000.0))


def test_one_is_got_after_its_licence_was_shown(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    part = section(qtbot, open_window()).offers
    qtbot.waitUntil(lambda: part.more.text() == "2 more can be got")
    assert part.buttons == {}
    part.more.click()
    part.buttons["bge-small-en-v1.5"].click()
    qtbot.waitUntil(lambda: part.buttons["bge-small-en-v1.5"].text() == "Download")
    assert calls() == []
    texts = [each.toPlainText() for each in part.findChildren(QPlainTextEdit)]
    assert any("MIT License" in text for text in texts)
    part.buttons["bge-small-en-v1.5"].click()
    qtbot.waitUntil(lambda: part.row is not None)
    assert part.row is not None
    assert calls() == ["get embedder bge-small-en-v1.5"]
    assert part.row.go_on.text() == "Pause"
    qtbot.waitUntil(lambda: part.row is not None and part.row.go_on.hasFocus())
    part.row.go_on.click()
    qtbot.waitUntil(lambda: part.row is not None and part.row.go_on.text() == "Resume")
    part.row.discard.click()
    qtbot.waitUntil(lambda: part.row is None)
    assert calls()[-1] == "discard embedder bge-small-en-v1.5"


def test_without_the_workshop_it_is_said_and_none_can_be_got(qtbot: QtBot, open_window: OpenWindow) -> None:
    part = section(qtbot, open_window("bare")).offers
    qtbot.waitUntil(lambda: part.more.text() == "2 more can be got")
    part.more.click()
    assert part.buttons == {}
    assert any("setup --workshop" in each.text() for each in part.findChildren(QLabel))
