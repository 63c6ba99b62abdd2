"""The models on this computer, each to be chosen or with the reason why not."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame

from desktop.domain.models import Model
from desktop.gui.controls import Button, ElidedLabel, column, empty, framed, label, row
from desktop.gui.page_frame import PageFrame
from desktop.gui.parts import Parts
from desktop.gui.translation import tr
from desktop.gui.wording import shown, size_text


class ModelsPage(PageFrame):
    def __init__(self, parts: Parts, on_add: Callable[[], object]) -> None:
        super().__init__(tr("Models"), tr("A model writes the answers. It runs on this computer and nowhere else."))
        self._parts = parts
        self.beside_title.addWidget(Button(tr("Add a .gguf file…"), on_add))
        self._cards = column(2)
        self.body.addLayout(self._cards)
        self.body.addStretch(1)
        parts.state.models_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        models = self._parts.state.models
        empty(self._cards)
        if models is None:
            self._cards.addWidget(label(tr("Looking for models…"), "muted"))
            return
        for model in models.models:
            self._cards.addWidget(self._card(model, chosen=model.path == models.chosen))
        if not models.models:
            self._cards.addWidget(label(tr("No model yet."), "strong"))
            how = tr("Drop a .gguf file on this window, or run this once in a terminal:")
            self._cards.addWidget(label(how, "muted", wrap=True))
            self._cards.addWidget(label("python3 -m installer run", "code"))

    def _card(self, model: Model, *, chosen: bool) -> QFrame:
        lines = column(0.5)
        lines.addWidget(ElidedLabel(shown(model.name), "strong"))
        facts = [size_text(model.size), shown(model.architecture)]
        if model.context:
            facts.append(tr("{n} token of context", "{n} tokens of context", model.context))
        lines.addWidget(label("  ·  ".join(fact for fact in facts if fact), "muted"))
        if model.problem:
            lines.addWidget(label(shown(model.problem), "bad", wrap=True))
        across = row(3, (4, 3, 3, 3))
        across.addLayout(lines, 1)
        if chosen:
            across.addWidget(label(tr("✓ In use"), "good"))
        elif not model.problem:
            use = Button(tr("Use"), lambda: self._parts.state.choose_model(model.path))
            use.setAccessibleName(tr("Use {name}", name=model.name))
            across.addWidget(use)
        return framed("card", across)
