"""The page of models: what fits, getting one with its licence first, pause, details, removal, what is found."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QSpinBox
from pytestqt.qtbot import QtBot

from desktop.domain.models import MachineFit, MachineVerdict, ModelPlace, OfferedModel
from desktop.gui.controls import Button, ElidedLabel, plain_tip
from desktop.gui.model_wording import place_text
from desktop.gui.models_page import ModelsPage
from desktop.gui.offer_card import suggested
from desktop.gui.window import FootnoteWindow
from tests.gui import canned
from tests.gui.conftest import OpenWindow

Calls = Callable[[], list[str]]


def models(qtbot: QtBot, window: FootnoteWindow) -> ModelsPage:
    window.show_page("models")
    page = window.pages["models"]
    assert isinstance(page, ModelsPage)
    qtbot.waitUntil(lambda: page.models.offers is not None and page.models.found is not None)
    return page


def button(qtbot: QtBot, page: ModelsPage, name: str) -> Button:
    """Qt shows new children a turn later."""
    qtbot.waitUntil(lambda: has_button(page, name))
    return next(each for each in page.findChildren(Button) if each.accessibleName() == name and each.isVisibleTo(page))


def has_button(page: ModelsPage, name: str) -> bool:
    return any(each.accessibleName() == name and each.isVisibleTo(page) for each in page.findChildren(Button))


def texts(page: ModelsPage) -> str:
    return "\n".join(each.text() for each in page.findChildren(QLabel) if each.isVisibleTo(page))


def test_every_model_says_in_plain_words_how_it_fits(qtbot: QtBot, open_window: OpenWindow) -> None:
    page = models(qtbot, open_window())
    qtbot.waitUntil(lambda: "Fits, slow" in texts(page) and "Suggested" in texts(page))
    seen = texts(page)
    assert "about 23 tokens a second (estimated)" in seen
    assert "Close other programs first." in seen
    assert "Suggested for this computer" in seen
    assert "Too big" not in seen
    button(qtbot, page, "2 more are too big for this computer").click()
    qtbot.waitUntil(lambda: "Too big" in texts(page))
    assert "this computer has 8.6 GB" in texts(page)


def test_the_page_says_where_the_model_in_memory_computes(qtbot: QtBot, open_window: OpenWindow) -> None:
    page = models(qtbot, open_window())
    qtbot.waitUntil(lambda: "Fits, slow" in texts(page))
    assert texts(page).count("In memory, on the processor.") == 1
    page = models(qtbot, open_window("card"))
    qtbot.waitUntil(lambda: "Fits, slow" in texts(page))
    where = "In memory, 12 of its 29 layers on the graphics card AMD Radeon RX 7600, the rest on the processor."
    assert f"{where} The graphics card has too little memory for this model" in texts(page)
    whole = ModelPlace("/m.gguf", "AMD Radeon RX 7600", 29, 29, "")
    assert place_text(whole) == "In memory, on the graphics card AMD Radeon RX 7600"


def test_a_card_that_was_given_up_is_told_at_the_top_of_the_window(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("given-up", "problems")
    told = f"The folder “Archive” is not there now.  ·  {canned.GIVEN_UP}"
    qtbot.waitUntil(lambda: any(each.whole == told for each in window.header.findChildren(ElidedLabel)))
    assert window.conversation.composer.models.toolTip() == plain_tip(f"In memory, on the processor. {canned.GIVEN_UP}")


def test_the_licence_is_shown_before_anything_is_fetched(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    page = models(qtbot, open_window())
    button(qtbot, page, "Get Qwen3 1.7B").click()
    qtbot.waitUntil(lambda: has_button(page, "Download Qwen3 1.7B"))
    licence = next(view for view in page.findChildren(QPlainTextEdit) if view.isVisibleTo(page))
    assert licence.isReadOnly()
    assert "Apache License" in licence.toPlainText()
    assert "huggingface.co/Qwen/Qwen3-1.7B-GGUF" in texts(page)
    assert not [call for call in calls() if call.startswith("download")]
    qtbot.waitUntil(lambda: page.focusWidget() is button(qtbot, page, "Download Qwen3 1.7B"))
    qtbot.keyClick(button(qtbot, page, "Download Qwen3 1.7B"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "qwen3-1.7b" in page.rows)
    assert "download qwen3-1.7b running" in calls()
    assert not has_button(page, "Get Qwen3 1.7B")


def test_not_now_asks_nothing_of_the_engine(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    page = models(qtbot, open_window())
    button(qtbot, page, "Get Qwen3 1.7B").click()
    button(qtbot, page, "Not now").click()
    qtbot.waitUntil(lambda: has_button(page, "Get Qwen3 1.7B"))
    assert not [call for call in calls() if call.startswith("download")]


def test_a_download_is_paused_gone_on_with_and_discarded(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    page = models(qtbot, open_window("downloading"))
    name = "Qwen3 4B Instruct 2507"
    pause = button(qtbot, page, f"Pause: {name}")
    pause.setFocus()
    pause.click()
    qtbot.waitUntil(lambda: has_button(page, f"Resume: {name}"))
    qtbot.waitUntil(lambda: page.focusWidget() is button(qtbot, page, f"Resume: {name}"))
    button(qtbot, page, f"Resume: {name}").click()
    qtbot.waitUntil(lambda: has_button(page, f"Pause: {name}"))
    button(qtbot, page, "Discard SmolLM3 3B").click()
    qtbot.waitUntil(lambda: "smollm3-3b" not in page.rows)
    qtbot.waitUntil(lambda: "SHA-256" in texts(page))
    assert calls()[-3:] == ["download qwen3-4b paused", "download qwen3-4b running", "discard smollm3-3b"]


def test_why_a_download_failed_is_said_and_it_can_be_tried_again(qtbot: QtBot, open_window: OpenWindow) -> None:
    page = models(qtbot, open_window("downloading"))
    qtbot.waitUntil(lambda: "could not be reached in 5 seconds" in texts(page))
    button(qtbot, page, "Try again: SmolLM3 3B").click()
    qtbot.waitUntil(lambda: "could not be reached" not in texts(page))


def test_details_show_what_is_chosen_and_keep_what_is_set(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    page = models(qtbot, open_window())
    button(qtbot, page, "Details of Qwen2.5 Coder 1.5B Instruct").click()
    qtbot.waitUntil(lambda: page.form is not None)
    assert page.form is not None
    context = page.form.fields["context"]
    assert isinstance(context, QSpinBox)
    assert context.text() == "chosen for this computer: 8,192"
    assert "its SHA-256 is checked" in "\n".join(each.toolTip() + each.text() for each in page.findChildren(QLabel))
    context.setValue(4096)
    qtbot.waitUntil(lambda: any("context=4096" in call for call in calls()))
    assert all(field.accessibleName() for field in page.form.fields.values())
    button(qtbot, page, "Hide details of Qwen2.5 Coder 1.5B Instruct").click()
    qtbot.waitUntil(lambda: has_button(page, "Details of Qwen2.5 Coder 1.5B Instruct"))


def test_a_file_is_deleted_only_after_a_yes(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    page = models(qtbot, window)
    button(qtbot, page, "Delete SmolLM2 135M Instruct").click()
    assert "remove" not in " ".join(calls())
    yes = window.bar.findChild(Button)
    assert yes is not None
    assert yes.accessibleName() == "Delete"
    yes.click()
    qtbot.waitUntil(lambda: "remove /models/smollm2.gguf True" in calls())
    qtbot.waitUntil(lambda: not has_button(page, "Delete SmolLM2 135M Instruct"))


def test_one_that_ended_the_runner_is_marked_and_tried_again_by_hand(
    qtbot: QtBot, open_window: OpenWindow, calls: Calls
) -> None:
    page = models(qtbot, open_window("stopped"))
    qtbot.waitUntil(lambda: "ended the model runner" in texts(page))
    button(qtbot, page, "Try SmolLM2 135M Instruct again").click()
    qtbot.waitUntil(lambda: "choose /models/smollm2.gguf" in calls())
    qtbot.waitUntil(lambda: "ended the model runner" not in texts(page))


def test_models_of_other_programs_are_used_in_place_or_copied_when_asked(
    qtbot: QtBot, open_window: OpenWindow, calls: Calls
) -> None:
    page = models(qtbot, open_window())
    button(qtbot, page, "Use llama3.2:3b where it lies").click()
    qtbot.waitUntil(lambda: any(call.startswith("add /home/ada/.ollama/") for call in calls()))
    button(qtbot, page, "Copy gemma-3-4b-it-Q4_K_M into Footnote’s folder").click()
    qtbot.waitUntil(lambda: "download copy-gemma-3-4b-it-Q4_K_M running" in calls())


def test_without_a_model_the_first_step_leads_here(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("empty")

    def choices() -> list[Button]:
        return [each for each in window.findChildren(Button) if each.accessibleName() == "Choose a model…"]

    qtbot.waitUntil(lambda: bool(choices()))
    choices()[0].click()
    assert window.page == "models"
    page = models(qtbot, window)
    assert "No model yet." in texts(page)
    button(qtbot, page, "Get Qwen2.5-Coder 1.5B Instruct")


def test_a_dropped_model_is_used_there_or_copied_as_one_chooses(
    qtbot: QtBot, open_window: OpenWindow, calls: Calls
) -> None:
    window = open_window("empty")
    window.drop.offer(("/media/stick/carried.gguf",))
    qtbot.waitUntil(lambda: window.drop.add is not None)
    qtbot.waitUntil(lambda: any(each.text() == "Copy it here" for each in window.drop.findChildren(Button)))
    assert window.drop.add is not None
    assert window.drop.add.text() == "Use it there"
    next(each for each in window.drop.findChildren(Button) if each.text() == "Copy it here").click()
    qtbot.waitUntil(lambda: "download copy-carried running" in calls())
    assert not [call for call in calls() if call.startswith("add ")]


def test_the_usual_model_is_suggested_before_smaller_and_faster_ones() -> None:
    def offer(name: str, size: int, verdict: MachineVerdict) -> OfferedModel:
        fit = MachineFit(verdict, size, 8192, 5.0, "")
        return OfferedModel(name, name, "1B", "Q4_K_M", "MIT", "", ("en",), 8192, size, True, ("x",), "", fit)

    fast, slow, big = MachineVerdict.FAST, MachineVerdict.SLOW, MachineVerdict.TOO_BIG
    small, large = offer("small", 5, fast), offer("large", 50, fast)
    assert suggested((small, offer("starter", 10, slow), offer("large", 50, slow))) == offer("starter", 10, slow)
    assert suggested((small, offer("starter", 10, fast), large)) == large
    assert suggested((small, offer("starter", 10, big))) == small
    assert suggested((offer("small", 5, slow), offer("starter", 10, big))) == offer("small", 5, slow)
    assert suggested((offer("small", 5, big),)) is None


def test_a_folder_may_be_named_to_look_for_models_in(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    page = models(qtbot, window)
    qtbot.waitUntil(lambda: has_button(page, "Look in another folder…"))
    page.found.look_in("/srv/models")
    stop = button(qtbot, page, "Don’t look in /srv/models")
    assert window.parts.state.settings["model_folders"] == ["/srv/models"]
    stop.click()
    qtbot.waitUntil(lambda: not has_button(page, "Don’t look in /srv/models"))
    assert window.parts.state.settings["model_folders"] == []
