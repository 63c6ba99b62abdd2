"""The shelf of tones: a card for each, which are laid over the conversation, and trials of them on the user's files."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from desktop.domain.errors import FootnoteError
from desktop.domain.models import Tone
from desktop.gui.controls import Button, column, empty, framed, label, row
from desktop.gui.hearing import HearingPanel
from desktop.gui.messages import Message
from desktop.gui.page_frame import PageFrame
from desktop.gui.parts import Parts
from desktop.gui.tone_card import ToneCard
from desktop.gui.translation import tr
from desktop.gui.trial import Trials
from desktop.gui.truth_panel import TruthPanel
from desktop.gui.wording import shown
from desktop.protocol import engine_messages as messages
from desktop.protocol.common_messages import Nothing, PathOnly


class TonesPage(PageFrame):
    """Signals: `models_wanted()`."""

    models_wanted = Signal()

    def __init__(self, parts: Parts, on_add: Callable[[], object]) -> None:
        hint = tr("A tone changes how answers sound. What they say still comes from your files.")
        super().__init__(tr("Tones"), hint)
        self._parts, self._state = parts, parts.state
        self._shown: tuple[tuple[Tone, ...], str] | None = None
        self.panel: HearingPanel | TruthPanel | None = None
        self._opened = ("", False)  # the tone whose panel is open, and whether it is that of truth
        self.trials = Trials(parts.client)
        self.cards: dict[str, ToneCard] = {}
        self.beside_title.addWidget(Button(tr("Add a tone…"), on_add))
        self._cards = column(2)
        self.body.addLayout(self._cards)
        self.body.addStretch(1)
        self._connect()
        self._show()

    def _connect(self) -> None:
        self._state.tones_changed.connect(self._show)
        self._state.models_changed.connect(self._show)
        self._state.voice.voice_changed.connect(self._show_laid)
        self.trials.trial_changed.connect(self._show_trial)

    def _show(self) -> None:
        tones = self._state.tones.tones if self._state.tones is not None else ()
        now = (tones, self._model())
        if now == self._shown:
            return
        self._shown = now
        focused = self._focused()
        empty(self._cards)
        self.cards = {}
        self.panel = None
        for tone in tones:
            self._cards.addWidget(self._card(tone))
        if not tones:
            self._cards.addWidget(self._empty())
        self._show_laid()
        self._open_panel(*self._opened)
        if focused in self.cards:
            self.cards[focused].more.setFocus()

    def _focused(self) -> str:
        focus: QWidget | None = QApplication.focusWidget()
        inside = [path for path, card in self.cards.items() if focus is not None and card.isAncestorOf(focus)]
        return inside[0] if inside else ""

    def _model(self) -> str:
        models = self._state.models
        chosen = [model.name for model in models.models if model.path == models.chosen] if models is not None else []
        return chosen[0] if chosen else ""

    def _card(self, tone: Tone) -> ToneCard:
        card = ToneCard(self._parts.theme, tone, self._model())
        card.laid.connect(lambda strength: self._state.voice.set_tone(tone.path, strength if strength >= 0 else None))
        card.hear_wanted.connect(lambda: self._toggle_panel(tone.path, truth=False))
        card.truth_wanted.connect(lambda: self._toggle_panel(tone.path, truth=True))
        card.renamed.connect(lambda name: self._rename(tone, name))
        card.remove_wanted.connect(lambda: self._remove(tone))
        self.cards[tone.path] = card
        return card

    def _empty(self) -> QFrame:
        inside = column(1.5, (5, 4, 5, 4))
        inside.addWidget(label(tr("No tone yet."), "strong"))
        how = tr(
            "A tone is a LoRA adapter: a .gguf file, or a folder that PEFT saved. It was trained on texts of one "
            "voice, and lends it to the model. Drop one on this window."
        )
        inside.addWidget(label(how, "muted", wrap=True))
        across = row(2)
        across.addWidget(Button(tr("Which model do I have?"), self.models_wanted.emit, look="link"))
        across.addStretch(1)
        inside.addLayout(across)
        return framed("card", inside)

    def _show_laid(self) -> None:
        laid = {tone.path: tone.strength for tone in self._state.voice.voice.tones}
        for path, card in self.cards.items():
            card.show_laid(laid.get(path))

    # --- renaming and removing

    def _rename(self, tone: Tone, name: str) -> None:
        self._parts.client.call(messages.RENAME_TONE, messages.RenameTone(tone.path, name), None, self._problem)

    def _restore(self, tone: Tone) -> None:
        self._parts.client.call(messages.RESTORE_TONE, PathOnly(tone.path), None, self._problem)

    def _problem(self, error: FootnoteError) -> None:
        self._parts.messages.say(error.title, error.hint)

    def _remove(self, tone: Tone) -> None:
        def removed(_: messages.Tones) -> None:
            text = tr("“{name}” was removed.", name=shown(tone.name))
            self._parts.messages.show(Message(text, tr("Undo"), lambda: self._restore(tone)))

        self._parts.client.call(messages.REMOVE_TONE, PathOnly(tone.path), removed, self._problem)

    # --- trials

    def _toggle_panel(self, path: str, *, truth: bool) -> None:
        same = self._opened == (path, truth) and self.panel is not None
        self._close_panel()
        if not same:
            self._open_panel(path, truth)

    def _close_panel(self) -> None:
        if self.panel is not None:
            self.panel.hide()
            self.panel.deleteLater()
        self.panel, self._opened = None, ("", False)

    def _open_panel(self, path: str, truth: bool) -> None:
        card = self.cards.get(path)
        if card is None or card.tone.problem:
            return
        self._opened = (path, truth)
        self.panel = self._truth_panel(path) if truth else self._hearing_panel(card)
        card.panel.addWidget(self.panel)
        self._show_trial()

    def _hearing_panel(self, card: ToneCard) -> HearingPanel:
        path = card.tone.path
        return HearingPanel(card.tone.name, lambda question, at: self.trials.hear(path, question, at), self.trials.stop)

    def _truth_panel(self, path: str) -> TruthPanel:
        panel = TruthPanel(lambda: self.trials.check_truth(path, self._strength(path)), self.trials.stop, self._keep)
        self._read_questions(panel)
        return panel

    def _strength(self, path: str) -> float:
        laid = {tone.path: tone.strength for tone in self._state.voice.voice.tones}
        return laid.get(path) or 1.0

    def _read_questions(self, panel: TruthPanel) -> None:
        self._parts.client.call(
            messages.LIST_TRUTH_QUESTIONS,
            Nothing(),
            lambda asked: panel.show_questions(asked) if panel is self.panel else None,
        )

    def _keep(self, questions: str) -> None:
        self._state.change_setting("truth_questions", questions)
        if isinstance(self.panel, TruthPanel):
            self._read_questions(self.panel)

    def _show_trial(self) -> None:
        trial = self.trials.current
        if trial is not None and self.panel is not None and self._opened == (trial.tone, trial.truth):
            self.panel.show_trial(trial)
