"""In the composer: which tones the conversation has and how strong they are, and the form of its answers."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from desktop.domain.answers import AnswerFormat
from desktop.gui.controls import Button, row
from desktop.gui.library_state import LibraryState
from desktop.gui.schema_sheet import SchemaSheet
from desktop.gui.strength import Strength
from desktop.gui.theme import Theme
from desktop.gui.tone_sheet import ToneSheet
from desktop.gui.translation import tr
from desktop.gui.wording import file_name, shown


class VoiceControls(QWidget):
    """`frame` is the composer that the sheets open over; `on_all` shows the page of tones."""

    def __init__(self, theme: Theme, state: LibraryState, frame: QWidget, on_all: Callable[[], object]) -> None:
        super().__init__()
        self._state, self._voice = state, state.voice
        self.tones = Button("", lambda: self.sheet.toggle(), look="plain", theme=theme, icon_name="chevron")
        self.tones.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.strength = Strength(tr("Strength of the tone"), steps=18)
        self.formats = self._format_chooser()
        self.sheet = ToneSheet(state, frame, self.tones, on_all)
        self.schema = SchemaSheet(theme, state.voice, frame, self.formats)
        across = row(1)
        for part in (self.tones, self.strength, self.formats):
            across.addWidget(part)
        self.setLayout(across)
        self.strength.strength_chosen.connect(self._set_strength)
        self.formats.activated.connect(lambda at: self._choose_format(AnswerFormat(self.formats.itemData(at))))
        state.voice.voice_changed.connect(self._show)
        state.tones_changed.connect(self._show)
        self._show()

    def _format_chooser(self) -> QComboBox:
        chooser = QComboBox()
        chooser.setProperty("look", "plain")
        chooser.setAccessibleName(tr("Form of the answer"))
        chooser.setToolTip(tr("Form of the answer"))
        for kind, text in (
            (AnswerFormat.PLAIN, tr("Sentences")),
            (AnswerFormat.BULLETS, tr("List")),
            (AnswerFormat.EMAIL, tr("Email")),
            (AnswerFormat.TABLE, tr("Table")),
            (AnswerFormat.SQL, tr("SQL…")),
            (AnswerFormat.JSON, tr("JSON…")),
        ):
            chooser.addItem(text, kind.value)
        return chooser

    def _choose_format(self, kind: AnswerFormat) -> None:
        if kind in (AnswerFormat.SQL, AnswerFormat.JSON):
            self._show()  # until a schema is given
            self.schema.ask(kind)
        else:
            self._voice.choose_format(kind)

    def _set_strength(self, strength: float) -> None:
        if self._voice.voice.tones:
            self._voice.set_tone(self._voice.voice.tones[0].path, strength)

    def _show(self) -> None:
        laid = self._voice.voice.tones
        self.strength.setVisible(len(laid) == 1)
        if laid:
            self.strength.show_strength(laid[0].strength)
        names = [self._name(tone.path) for tone in laid]
        first = tr("Tone: {name}", name=names[0] if names else tr("Plain"))
        several = tr("{first} + {n} more", "{first} + {n} more", len(names) - 1, first=first)
        self.tones.rename(several if names[1:] else first)
        self.tones.setToolTip("\n".join(names) if names[1:] else tr("Tones of this conversation"))
        self.formats.setCurrentIndex(max(0, self.formats.findData(self._voice.voice.format.value)))

    def _name(self, path: str) -> str:
        tones = self._state.tones.tones if self._state.tones is not None else ()
        return next((shown(tone.name) for tone in tones if tone.path == path), file_name(path).removesuffix(".gguf"))
