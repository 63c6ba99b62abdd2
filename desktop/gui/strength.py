"""A slider for the strength of a tone, 0 to 150 per cent in steps of five, with its number beside it."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSlider, QWidget

from desktop.gui.controls import label, row
from desktop.gui.theme import grid
from desktop.gui.translation import tr

STEP, WHOLE, MOST = 5, 100, 150  # per cent
REST = 200  # milliseconds before a moved slider is told


class Strength(QWidget):
    """Signals: `strength_chosen(float)` once the slider rests; 1.0 is as trained."""

    strength_chosen = Signal(float)

    def __init__(self, name: str, strength: float = 1.0) -> None:
        super().__init__()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, MOST)
        self.slider.setSingleStep(STEP)
        self.slider.setPageStep(5 * STEP)
        self.slider.setFixedWidth(grid(24))
        self.slider.setToolTip(tr("How strongly the tone is laid over the model"))
        self._percent = label("", "caption")
        self._percent.setFixedWidth(self._percent.fontMetrics().horizontalAdvance("150 %") + grid(1))
        self._later = QTimer(self, singleShot=True, interval=REST)
        self._later.timeout.connect(lambda: self.strength_chosen.emit(self.strength))
        across = row(1)
        across.addWidget(self.slider)
        across.addWidget(self._percent)
        self.setLayout(across)
        self.setFocusProxy(self.slider)
        self.name(name)
        self.show_strength(strength)
        self.slider.valueChanged.connect(self._moved)

    @property
    def strength(self) -> float:
        return STEP * round(self.slider.value() / STEP) / 100

    def name(self, name: str) -> None:
        self.slider.setAccessibleName(name)

    def show_strength(self, strength: float) -> None:
        """Unless it is just being moved."""
        if not self._later.isActive() and not self.slider.isSliderDown():
            self.slider.blockSignals(True)
            self.slider.setValue(round(strength * 100))
            self.slider.blockSignals(False)
        self._show_percent()

    def _show_percent(self) -> None:
        self._percent.setText(tr("{percent} %", percent=round(self.strength * 100)))

    def _moved(self, value: int) -> None:
        snapped = STEP * round(value / STEP)
        if snapped != value:
            self.slider.setValue(snapped)
            return
        self._show_percent()
        self._later.start()
