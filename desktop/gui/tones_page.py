"""The tones on this computer: which fit the model in use, which is laid over it, and how strongly."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider

from desktop.domain.answers import ToneChoice
from desktop.domain.models import Tone
from desktop.gui.controls import Button, ElidedLabel, column, empty, framed, label, row
from desktop.gui.page_frame import PageFrame
from desktop.gui.parts import Parts
from desktop.gui.theme import grid
from desktop.gui.translation import tr
from desktop.gui.wording import shown

REST = 200  # milliseconds
STEP, MOST = 5, 150  # per cent


class TonesPage(PageFrame):
    def __init__(self, parts: Parts, on_add: Callable[[], object]) -> None:
        hint = tr("A tone changes how answers sound. What they say still comes from your files.")
        super().__init__(tr("Tones"), hint)
        self._parts = parts
        self._keys: tuple[tuple[str, bool], ...] | None = None
        self._sliders: dict[str, QSlider] = {}
        self.beside_title.addWidget(Button(tr("Add a .gguf file…"), on_add))
        self._cards = column(2)
        self.body.addLayout(self._cards)
        self.body.addStretch(1)
        self._later = QTimer(self, singleShot=True, interval=REST)
        self._later.timeout.connect(self._choose)
        parts.state.tones_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        tones = self._parts.state.tones
        strengths = {tone.path: tone.strength for tone in tones.chosen} if tones is not None else {}
        keys = tuple((tone.path + tone.problem, tone.path in strengths) for tone in tones.tones) if tones else ()
        if keys == self._keys:
            return  # only a strength has moved: the slider that moved it keeps its focus
        self._keys = keys
        self._sliders = {}
        empty(self._cards)
        for tone in tones.tones if tones is not None else ():
            self._cards.addWidget(self._card(tone, strengths.get(tone.path)))
        if not keys:
            self._cards.addWidget(label(tr("No tone yet."), "strong"))
            how = tr("A tone is a LoRA adapter in a .gguf file. Drop one on this window.")
            self._cards.addWidget(label(how, "muted", wrap=True))

    def _card(self, tone: Tone, strength: float | None) -> QFrame:
        lines = column(0.5)
        lines.addWidget(ElidedLabel(shown(tone.name), "strong"))
        facts = tr("{architecture}, rank {rank}", architecture=shown(tone.architecture), rank=tone.rank)
        lines.addWidget(label(facts, "muted"))
        if tone.problem:
            lines.addWidget(label(shown(tone.problem), "bad", wrap=True))
        across = row(3, (4, 3, 3, 3))
        across.addLayout(lines, 1)
        if strength is not None:
            self._add_slider(across, tone, strength)
            off = Button(tr("Take off"), lambda: self._parts.state.choose_tones(()))
            off.setAccessibleName(tr("Take off {name}", name=tone.name))
            across.addWidget(off)
        elif not tone.problem:
            use = Button(tr("Use"), lambda: self._parts.state.choose_tones((ToneChoice(tone.path, 1.0),)))
            use.setAccessibleName(tr("Use {name}", name=tone.name))
            across.addWidget(use)
        return framed("card", across)

    def _add_slider(self, across: QHBoxLayout, tone: Tone, strength: float) -> None:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, MOST)
        slider.setSingleStep(STEP)
        slider.setPageStep(5 * STEP)
        slider.setValue(round(strength * 100))
        slider.setFixedWidth(grid(30))
        slider.setAccessibleName(tr("Strength of {name}", name=tone.name))
        percent = label(tr("{percent} %", percent=slider.value()), "muted")
        slider.valueChanged.connect(lambda value: percent.setText(tr("{percent} %", percent=value)))
        slider.valueChanged.connect(lambda _: self._later.start())
        self._sliders[tone.path] = slider
        across.addWidget(slider)
        across.addWidget(percent)

    def _choose(self) -> None:
        chosen = (ToneChoice(p, STEP * round(s.value() / STEP) / 100) for p, s in self._sliders.items())
        self._parts.state.choose_tones(tuple(chosen))
