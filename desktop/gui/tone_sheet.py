"""The tones of a conversation, each to be laid over it with a strength of its own. Several may be on at once."""

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from desktop.domain.models import Tone
from desktop.gui.composer_sheet import ComposerSheet
from desktop.gui.controls import Button, column, empty, label, row
from desktop.gui.library_state import LibraryState
from desktop.gui.strength import Strength
from desktop.gui.translation import tr
from desktop.gui.wording import shown


class ToneSheet(ComposerSheet):
    def __init__(self, state: LibraryState, frame: QWidget, opener: QWidget, on_all: Callable[[], object]) -> None:
        super().__init__(tr("Tones of this conversation"), frame, opener)
        self._state, self._voice = state, state.voice
        self.rows: dict[str, tuple[QCheckBox, Strength]] = {}
        self._list = column(1)
        above = row(2)
        above.addWidget(label(tr("Tones of this conversation"), "section"), 1)
        self._all = Button(tr("All tones…"), lambda: (self.hide(), on_all()), look="link")
        above.addWidget(self._all)
        self.inside.addLayout(above)
        self.inside.addLayout(self._list)
        self._voice.voice_changed.connect(self._follow)
        state.tones_changed.connect(self._follow)

    def fill(self) -> None:
        empty(self._list)
        self.rows = {}
        tones = self._state.tones.tones if self._state.tones is not None else ()
        laid = {tone.path for tone in self._voice.voice.tones}
        # one that no longer fits, since the model is another, can be taken off
        listed = [tone for tone in tones if not tone.problem or tone.path in laid]
        for tone in listed:
            self._list.addLayout(self._row(tone))
        if not listed:
            none = tr("No tone fits this model yet. Drop a LoRA adapter on the window to add one.")
            self._list.addWidget(label(none, "muted", wrap=True))
        self._follow()

    def first(self) -> QWidget:
        return next((check for check, _ in self.rows.values()), self._all)

    def _row(self, tone: Tone) -> QHBoxLayout:
        check = QCheckBox(shown(tone.name))
        check.setAccessibleName(tr("Use {name}", name=tone.name))
        strength = Strength(tr("Strength of {name}", name=tone.name))
        check.toggled.connect(lambda on: self._voice.set_tone(tone.path, strength.strength if on else None))
        strength.strength_chosen.connect(lambda chosen: self._voice.set_tone(tone.path, chosen))
        self.rows[tone.path] = (check, strength)
        across = row(2)
        across.addWidget(check, 1)
        across.addWidget(label(tr("doesn’t fit this model"), "bad") if tone.problem else strength)
        return across

    def _follow(self) -> None:
        laid = {tone.path: tone.strength for tone in self._voice.voice.tones}
        for path, (check, strength) in self.rows.items():
            check.blockSignals(True)
            check.setChecked(path in laid)
            check.blockSignals(False)
            strength.show_strength(laid.get(path, strength.strength))
