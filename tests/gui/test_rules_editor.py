"""The rules of a folder: written, seen before they are saved, saved, taken back, and given up."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.files import Folder
from desktop.gui.controls import Button
from desktop.gui.library_page import LibraryPage
from desktop.gui.rule_examples import Example, examples, rule_for, with_lines
from desktop.gui.rules_page import RulesPage
from desktop.gui.rules_preview import preview_text
from desktop.gui.window import FootnoteWindow
from desktop.indexing.ignoring import FolderRules
from desktop.protocol.engine_messages import RulesPreview
from tests.gui.conftest import OpenWindow

Calls = Callable[[], list[str]]


def library(window: FootnoteWindow) -> LibraryPage:
    window.show_page("library")
    page = window.pages["library"]
    assert isinstance(page, LibraryPage)
    return page


def edit(qtbot: QtBot, window: FootnoteWindow) -> RulesPage:
    page = library(window)
    page.list.folders.rows[1].rules.click()
    assert page.rules is not None and page.currentWidget() is page.rules
    rules = page.rules
    qtbot.waitUntil(lambda: rules.preview.headline == "The library would stay as it is.")
    return rules


def set_rules(calls: list[str]) -> list[str]:
    return [call for call in calls if call.startswith("rules ")]


def rules_of(window: FootnoteWindow) -> str:
    status = window.parts.state.status
    assert status is not None
    return status.folders[0].rules


def press(qtbot: QtBot, window: FootnoteWindow, text: str) -> None:
    qtbot.waitUntil(lambda: window.bar.current is not None and window.bar.current.action == text)
    next(b for b in window.bar.findChildren(Button) if b.text() == text and not b.isHidden()).click()


def test_what_rules_would_do_is_seen_as_they_are_written(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    rules = edit(qtbot, window := open_window("problems"))
    assert not rules.save.isEnabled()
    qtbot.keyClicks(rules.text, "*.pdf")
    qtbot.waitUntil(lambda: rules.preview.headline == "49 files would leave the library.")
    assert len(rules.preview.paths.stringList()) == 49
    rules.largest.setValue(300)
    qtbot.waitUntil(lambda: rules.preview.headline == "49 files would leave the library, 2 be added.")
    rules.preview.choice(1).click()
    assert rules.preview.paths.stringList() == ["Old/plan.pdf", "Old/plan-2.pdf"]
    assert [rules.preview.choice(n).text() for n in range(3)] == [
        "Would leave (49)",
        "Would be added (2)",
        "All that is left out (52)",
    ]
    assert set_rules(calls()) == [] and rules_of(window) == ""


def test_keys_in_quick_succession_are_one_preview(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    rules = edit(qtbot, open_window())
    qtbot.keyClicks(rules.text, "*.docx")
    qtbot.waitUntil(lambda: "leave" in rules.preview.headline)
    previews = [call for call in calls() if call.startswith("preview ")]
    assert previews == ["preview 1 '' 200", "preview 1 '*.docx' 200"]


def test_saved_rules_can_be_taken_back(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    rules = edit(qtbot, window)
    rules.text.setPlainText("*.pdf\n")
    rules.largest.setValue(50)
    rules.save.click()
    qtbot.waitUntil(lambda: set_rules(calls()) == [r"rules 1 '*.pdf\n' 50"])
    qtbot.waitUntil(lambda: rules_of(window) == "*.pdf\n")
    page = library(window)
    assert page.rules is None and page.list.folders.rows[1].rules.text() == "1 rule…"
    press(qtbot, window, "Undo")
    qtbot.waitUntil(lambda: set_rules(calls())[1:] == ["rules 1 '' 200"])
    qtbot.waitUntil(lambda: page.list.folders.rows[1].rules.text() == "Rules…")


def test_a_line_that_is_no_rule_is_named_and_not_saved(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    rules = edit(qtbot, window)
    rules.text.setPlainText("*.pdf\n!")
    rules.save.click()
    qtbot.waitUntil(rules.problem.isVisible)
    assert rules.problem.text() == "Line 2 is no rule: “!”. Rules are written as in .gitignore."
    assert set_rules(calls()) == [] and library(window).rules is rules
    rules.text.setPlainText("*.pdf")
    qtbot.waitUntil(lambda: "leave" in rules.preview.headline)
    assert not rules.problem.isVisible() and rules.save.isEnabled()


def test_escape_gives_up_and_the_draft_can_be_had_back(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    rules = edit(qtbot, window)
    qtbot.keyClicks(rules.text, "*.pdf")
    qtbot.keyClick(rules.text, Qt.Key.Key_Escape)
    page = library(window)
    assert page.rules is None and page.currentWidget() is page.list
    press(qtbot, window, "Go on editing")
    assert page.rules is not None and page.rules.text.toPlainText() == "*.pdf"
    assert page.rules.save.isEnabled() and set_rules(calls()) == []


def test_giving_up_nothing_says_nothing(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    edit(qtbot, window).cancel.click()
    assert library(window).rules is None and window.bar.current is None


def test_all_is_reached_with_the_tab_key_and_left_again(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    rules = edit(qtbot, window)
    rules.text.setFocus()
    seen: list[QWidget] = []
    for _ in range(40):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in seen:
            break
        seen.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    for part in (rules.text, rules.largest, rules.cancel, window.side.search):
        assert part in seen
    assert seen.index(rules.text) < seen.index(rules.largest)
    assert all(widget.accessibleName() for widget in rules.findChildren(QWidget) if widget in seen)


def test_a_file_is_left_out_from_the_list(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    page = library(window)
    qtbot.waitUntil(lambda: page.list.table.file_at(0) is not None)
    page.list.view.selectRow(0)
    page.list.doing.leave_out.trigger()
    assert page.rules is not None
    assert page.rules.text.toPlainText() == "/broken.docx\n"
    assert page.rules.text.textCursor().selectedText() == "/broken.docx"


def test_examples_are_added_below_with_the_part_to_type_over_marked(qtbot: QtBot, open_window: OpenWindow) -> None:
    rules = edit(qtbot, open_window())
    rules.text.setPlainText("*.bak")
    next(b for b in rules.findChildren(Button) if b.text() == "Leave out a folder").click()
    qtbot.keyClicks(rules.text, "Old")
    assert rules.text.toPlainText() == "*.bak\nOld/\n"
    rules.text.undo()
    assert rules.text.document().isUndoAvailable()


def test_lines_are_added_at_the_end() -> None:
    assert with_lines("", ("a/",)) == "a/\n"
    assert with_lines("x\n\n", ("a", "b")) == "x\na\nb\n"


def example(name: str) -> Example:
    return next(example for example in examples() if example.name == name)


@pytest.mark.parametrize(
    ("name", "out", "kept"),
    [
        ("Leave out a folder", ["Drafts/a.pdf", "x/Drafts/a.pdf"], ["a.pdf", "Drafts.pdf"]),
        ("Leave out a type of file", ["a.zip", "x/b.zip"], ["a.pdf", "zip"]),
        (
            "Only these types",
            ["a.txt", "x/b.xlsx", ".hidden/a.pdf", "x/.a.pdf", "~$lease.docx", "node_modules/m/a.pdf", "venv/a.pdf"],
            ["a.pdf", "x/y/lease.docx"],
        ),
        ("Take in again", ["b.tmp"], ["notes.tmp", "x/notes.tmp"]),
    ],
)
def test_examples_do_what_they_say(name: str, out: list[str], kept: list[str], tmp_path: Path) -> None:
    rules = FolderRules(str(tmp_path), "\n".join(example(name).lines))
    assert [path for path in out if not rules.leave_out(str(tmp_path / path))] == []
    assert [path for path in kept if rules.leave_out(str(tmp_path / path))] == []


@pytest.mark.parametrize(
    "name", ["plain.txt", "a b/c.txt", "#1.txt", "!x.txt", "[draft] *?.txt", "end ", r"back\s.txt"]
)
def test_the_rule_for_a_file_is_about_that_file_alone(name: str, tmp_path: Path) -> None:
    if os.sep == "\\" and "\\" in name:
        pytest.skip("no file has this name here")
    rules = FolderRules(str(tmp_path), rule_for(name))
    assert rules.leave_out(str(tmp_path / name))
    for other in (f"x/{name}", "d.txt", "[draft] other.txt", "d b.txt"):
        assert not rules.leave_out(str(tmp_path / other))


def test_previews_in_words() -> None:
    def text(leaving: int, arriving: int, *, complete: bool = True) -> str:
        return preview_text(RulesPreview((), 0, (), leaving, (), arriving, complete))

    assert text(0, 0) == "The library would stay as it is."
    assert text(3, 0) == "3 files would leave the library."
    assert text(1, 1200) == "1 file would leave the library, 1,200 be added."
    assert text(0, 1) == "1 file would be added to the library."
    assert "only a part" in text(0, 0, complete=False)


def test_a_folder_that_is_gone_meanwhile_says_so(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    page = library(window)
    rules = page.edit_rules(Folder(99, "/home/ada/Gone", False, True, 0, 0))
    qtbot.waitUntil(rules.problem.isVisible)
    assert "not in the library any more" in rules.problem.text()
