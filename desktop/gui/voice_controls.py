"""In the composer: which tones the conversation has and how strong they are, and the form of its answers."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.answers import AnswerFormat, ToneChoice
from desktop.gui.chooser import Chooser
from desktop.gui.controls import Button, plain_tip, row
from desktop.gui.library_state import LibraryState
from desktop.gui.schema_sheet import SchemaSheet
from desktop.gui.strength import MOST, STEP
from desktop.gui.theme import Theme, grid
from desktop.gui.tone_sheet import ToneSheet
from desktop.gui.translation import tr
from desktop.gui.wording import file_name, shown

NAME = 24  # the widest name of a tone in the composer, in steps of the grid


class ToneButton(Button):
    """Arrow keys make the tone stronger or weaker by a step, page keys by five. Signals: `stepped(steps)`."""

    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1, Qt.Key.Key_PageUp: 5}
        steps |= {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageDown: -5}
        if event.key() in steps:
            self.stepped.emit(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


class VoiceControls(QWidget):
    """`frame` is the composer that the sheets open over; `on_all` shows the page of tones."""

    def __init__(self, theme: Theme, state: LibraryState, frame: QWidget, on_all: Callable[[], object]) -> None:
        super().__init__()
        self._state, self._voice = state, state.voice
        self.tones = ToneButton("", lambda: self.sheet.toggle(), look="plain", theme=theme, icon_name="tone")
        self.formats = self._format_chooser()
        self.sheet = ToneSheet(state, frame, self.tones, on_all)
        self.schema = SchemaSheet(theme, state.voice, frame, self.formats)
        across = row(1)
        across.addWidget(self.tones)
        across.addWidget(self.formats)
        self.setLayout(across)
        self.tones.stepped.connect(self._step)
        self.formats.activated.connect(lambda at: self._choose_format(AnswerFormat(self.formats.itemData(at))))
        state.voice.voice_changed.connect(self._show)
        state.tones_changed.connect(self._show)
        self._show()

    def _format_chooser(self) -> Chooser:
        chooser = Chooser()
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

    def _step(self, steps: int) -> None:
        """Of the one tone: several have a slider each, in the sheet."""
        if len(self._voice.voice.tones) == 1:
            (tone,) = self._voice.voice.tones
            percent = round(tone.strength * 100 / STEP + steps) * STEP
            self._voice.set_tone(tone.path, min(max(percent, 0), MOST) / 100)

    def _show(self) -> None:
        laid = self._voice.voice.tones
        whole = [self._told(self._name(tone.path), tone) for tone in laid]
        self.tones.rename(tr("Tone: {name}", name=", ".join(whole) or tr("Plain")))
        self.tones.setText(self._short(laid).replace("&", "&&"))
        hint = tr("Tones of this conversation; ← and → change the strength")
        self.tones.setToolTip(plain_tip("\n".join((*whole, hint) if len(laid) < 2 else whole)))
        self.formats.setCurrentIndex(max(0, self.formats.findData(self._voice.voice.format.value)))

    def _short(self, laid: tuple[ToneChoice, ...]) -> str:
        """The first with its strength, and how many more there are: the composer is narrow."""
        if not laid:
            return tr("Plain")
        metrics = self.tones.fontMetrics()
        name = metrics.elidedText(self._name(laid[0].path), Qt.TextElideMode.ElideRight, grid(NAME))
        first = self._told(name, laid[0])
        return tr("{first} + {n}", first=first, n=len(laid) - 1) if laid[1:] else first

    def _told(self, name: str, tone: ToneChoice) -> str:
        return tr("{name} {percent} %", name=name, percent=round(tone.strength * 100))

    def _name(self, path: str) -> str:
        tones = self._state.tones.tones if self._state.tones is not None else ()
        return next((shown(tone.name) for tone in tones if tone.path == path), file_name(path).removesuffix(".gguf"))
