"""What stands where no conversation is yet: the three steps of the first run, or questions to begin with."""

import json
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.gui.controls import Button, column, empty, label, row
from desktop.gui.library_state import LibraryState
from desktop.gui.theme import Theme, grid
from desktop.gui.translation import tr
from desktop.gui.window_memory import WindowMemory
from desktop.gui.wording import files_text
from desktop.platform_support.paths import project_data

SUGGESTED = 3


def sample_folder() -> Path | None:
    """The folder shipped for trying things out, where it was shipped."""
    try:
        return project_data("resources", "sample")
    except FileNotFoundError:
        return None


class FirstSteps(QWidget):
    """Signals: `folder_wanted()`, `paths_chosen(tuple)` for the sample, `question_chosen(str)`, `models_wanted()`."""

    folder_wanted = Signal()
    paths_chosen = Signal(object)
    question_chosen = Signal(str)
    models_wanted = Signal()

    def __init__(self, theme: Theme, state: LibraryState, memory: WindowMemory) -> None:
        super().__init__()
        self._theme, self._state, self._memory = theme, state, memory
        self._page = column(4)
        self.setLayout(self._page)
        state.status_changed.connect(self._show)
        state.models_changed.connect(self._show)
        self._shown: object = None
        self._show()

    def _show(self) -> None:
        state = self._state
        facts = (
            state.has_folders,
            state.has_model,
            bool(self._memory.get("first_steps_done")),
            state.status is not None and state.models is not None,
            self._counted(),
        )
        if facts == self._shown:
            return
        self._shown = facts
        empty(self._page)
        if not facts[3]:
            return
        if (state.has_folders and state.has_model) or self._memory.get("first_steps_done"):
            self._show_start()
        else:
            self._show_steps()
        self._page.addStretch(1)

    def _show_steps(self) -> None:
        self._page.addSpacing(grid(8))
        self._page.addWidget(label(tr("Ask your own files."), "title"))
        self._page.addWidget(
            label(
                tr("Every sentence of the answer has a footnote you can check. Nothing leaves this computer."),
                "muted",
                wrap=True,
            )
        )
        self._page.addSpacing(grid(4))
        self._add_folder_step()
        self._add_model_step()
        ready = self._state.has_folders and self._state.has_model
        hint = tr("Write it below and press Enter.") if ready else tr("You can write it below already.")
        self._add_step(3, tr("Ask a question"), hint, done=False)
        skip = row(0)
        skip.addWidget(Button(tr("Skip these steps"), self._skip, look="link"))
        skip.addStretch(1)
        self._page.addLayout(skip)

    def _add_folder_step(self) -> None:
        if self._state.has_folders:
            self._add_step(1, tr("Choose a folder"), self._counted(), done=True)
            return
        step = self._add_step(1, tr("Choose a folder"), tr("Or drop one anywhere on this window."), done=False)
        choices = row(2)
        choose = Button(tr("Choose a folder…"), self.folder_wanted.emit, look="primary")
        choices.addWidget(choose)
        sample = sample_folder()
        if sample is not None:
            choices.addWidget(Button(tr("Use the sample folder"), lambda: self.paths_chosen.emit((str(sample),))))
        choices.addStretch(1)
        step.addLayout(choices)

    def _add_model_step(self) -> None:
        models = self._state.models
        if self._state.has_model and models is not None:
            chosen = next((m.name for m in models.models if m.path == models.chosen), models.models[0].name)
            self._add_step(2, tr("Get a model"), tr("{name} is ready.", name=chosen), done=True)
            return
        hint = tr("It writes the answers, here on this computer. Or drop a .gguf file on this window.")
        step = self._add_step(2, tr("Get a model"), hint, done=False)
        choices = row(2)
        choices.addWidget(Button(tr("Choose a model…"), self.models_wanted.emit))
        choices.addStretch(1)
        step.addLayout(choices)

    def _add_step(self, number: int, title: str, hint: str, *, done: bool) -> QVBoxLayout:
        across = row(4)
        sign = label("✓" if done else str(number), "step")
        sign.setFixedWidth(grid(8))
        sign.setAccessibleName(tr("Step {number}, done", number=number) if done else tr("Step {number}", number=number))
        texts = column(1.5, (0, 0, 0, 4))
        texts.addWidget(label(title, "muted" if done else "strong"))
        texts.addWidget(label(hint, "muted", wrap=True))
        across.addWidget(sign)
        across.addLayout(texts, 1)
        sign.setAlignment(sign.alignment().AlignTop | sign.alignment().AlignHCenter)
        self._page.addLayout(across)
        return texts

    def _show_start(self) -> None:
        self._page.addSpacing(grid(8))
        self._page.addWidget(label(tr("What would you like to know?"), "title"))
        if self._state.has_folders:
            self._page.addWidget(label(self._counted(), "muted", wrap=True))
        else:
            self._page.addWidget(label(tr("There are no files in the library yet."), "muted"))
            self._add_button(Button(tr("Choose a folder…"), self.folder_wanted.emit, look="primary"))
        if not self._state.has_model:
            self._page.addWidget(label(tr("There is no model yet, so questions can’t be answered."), "muted"))
            self._add_button(Button(tr("Get a model"), self.models_wanted.emit))
        questions = self._suggestions()
        if questions:
            self._page.addSpacing(grid(4))
            self._page.addWidget(label(tr("For example"), "section"))
        for question in questions:
            self._add_button(Button(question, lambda q=question: self.question_chosen.emit(q), look="link"))

    def _add_button(self, button: Button) -> None:
        across = row(0)
        across.addWidget(button)
        across.addStretch(1)
        self._page.addLayout(across)

    def _counted(self) -> str:
        status = self._state.status
        if status is None:
            return ""
        ready, total = status.counts.get("indexed", 0), sum(status.counts.values())
        if ready == total:
            return tr("{files} ready to answer from.", files=files_text(total))
        return tr("{ready} of {files} ready to answer from.", ready=f"{ready:,}", files=files_text(total))

    def _suggestions(self) -> tuple[str, ...]:
        """Questions that the sample folder answers, when it is in the library."""
        sample, status = sample_folder(), self._state.status
        if sample is None or status is None or str(sample) not in {folder.path for folder in status.folders}:
            return ()
        kept = json.loads(project_data("resources", "sample-questions.json").read_text(encoding="utf-8"))
        # one of each file, and none that follows up on another
        first = {q["file"]: q["question"] for q in reversed(kept) if q["answerable"] and q["question"][:4] != "And "}
        return tuple(reversed(first.values()))[:SUGGESTED]

    def _skip(self) -> None:
        self._memory.set("first_steps_done", True)
        self._show()
