"""What a person may open of one model: where it lies and came from, and its settings, each with what is chosen."""

from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSpinBox, QVBoxLayout, QWidget

from desktop.domain.models import ModelDetails
from desktop.gui.controls import ElidedLabel, column, label, row
from desktop.gui.model_state import ModelState
from desktop.gui.model_wording import hash_text, origin_text
from desktop.gui.theme import grid
from desktop.gui.translation import tr
from desktop.gui.wording import shown_path
from desktop.protocol.engine_messages import ModelSheet

LARGEST_SEED = (1 << 31) - 1
WIDE_FIELD = grid(78)


class ModelSheetForm:
    """`layout` is what opens in the model's card; a change is kept at once."""

    def __init__(self, state: ModelState, sheet: ModelSheet) -> None:
        self._state, self._path, self._details = state, sheet.model.path, sheet.details
        self.fields: dict[str, QWidget] = {}
        self.layout: QVBoxLayout = column(2, (0, 2, 0, 0))
        self._add_facts(sheet)
        chosen = sheet.chosen
        most = sheet.trained or 131072
        self._add_number(
            "context", tr("Context"), tr("Tokens it holds in view; more needs more memory."), 512, most, chosen.context
        )
        self._add_number("threads", tr("Processor threads"), "", 1, max(256, sheet.cores), chosen.threads)
        self._add_layers(sheet)
        self._add_cache(chosen)
        self._add_warmth()
        self._add_seed()

    def _add_facts(self, sheet: ModelSheet) -> None:
        self.layout.addWidget(ElidedLabel(shown_path(sheet.model.path), "caption"))
        origin = sheet.model.origin
        if origin is not None:
            text = f"{origin_text(origin)}  ·  {hash_text(origin)}"
            whole = ElidedLabel(text, "caption")
            whole.setToolTip(origin.sha256)
            self.layout.addWidget(whole)

    def _add_number(self, name: str, title: str, hint: str, least: int, most: int, chosen: int) -> None:
        """0 is what is chosen; between it and `least` there is nothing."""
        box = QSpinBox()
        box.setRange(0, most)
        box.setSpecialValueText(_chosen(f"{chosen:,}" if chosen else ""))
        box.setValue(getattr(self._details, name))
        box.setSingleStep(least)
        box.valueChanged.connect(lambda value: self._change(name, 0 if value < least else value))
        self._add_row(name, title, hint, box)

    def _add_layers(self, sheet: ModelSheet) -> None:
        box = QSpinBox()
        box.setRange(-1, max(sheet.layers + 1, self._details.gpu_layers, 0))
        known = sheet.chosen.gpu_layers
        box.setSpecialValueText(_chosen(str(known) if known >= 0 else ""))
        box.setValue(self._details.gpu_layers)
        box.valueChanged.connect(lambda value: self._change("gpu_layers", value))
        hint = tr("How many of its {n} layers a graphics card holds; 0 is none.", n=sheet.layers)
        self._add_row("gpu_layers", tr("Layers on the graphics card"), hint, box)

    def _add_cache(self, chosen: ModelDetails) -> None:
        box = QComboBox()
        names = {"f16": tr("exact (f16)"), "q8_0": tr("half the memory (q8_0)")}
        box.addItem(_chosen(names.get(chosen.kv_type, "")), "")
        for kind, name in names.items():
            box.addItem(name, kind)
        box.setCurrentIndex(max(0, box.findData(self._details.kv_type)))
        box.activated.connect(lambda at: self._change("kv_type", box.itemData(at)))
        self._add_row("kv_type", tr("Cache"), tr("How it remembers what it has read."), box)

    def _add_warmth(self) -> None:
        box = QDoubleSpinBox()
        box.setRange(0.0, 2.0)
        box.setSingleStep(0.1)
        box.setDecimals(1)
        box.setSpecialValueText(tr("0: the likeliest word"))
        box.setValue(self._details.temperature)
        box.valueChanged.connect(lambda value: self._change("temperature", round(value, 1)))
        self._add_row("temperature", tr("Temperature"), tr("Above 0 the same question may get other answers."), box)

    def _add_seed(self) -> None:
        box = QSpinBox()
        box.setRange(0, LARGEST_SEED)
        box.setValue(self._details.seed)
        box.valueChanged.connect(lambda value: self._change("seed", value))
        self._add_row("seed", tr("Seed"), tr("With a temperature: the same seed, the same answer."), box)

    def _add_row(self, name: str, title: str, hint: str, field: QWidget) -> None:
        self.fields[name] = field
        field.setAccessibleName(title)
        field.setAccessibleDescription(hint)
        field.setFixedWidth(WIDE_FIELD)
        if isinstance(field, (QSpinBox, QDoubleSpinBox)):
            field.setKeyboardTracking(False)
            field.lineEdit().setTextMargins(grid(2), 0, grid(2), 0)
        texts = column(0)
        texts.addWidget(label(title))
        if hint:
            texts.addWidget(label(hint, "caption", wrap=True))
        across = row(4)
        across.addLayout(texts, 1)
        across.addWidget(field)
        self.layout.addLayout(across)

    def _change(self, name: str, value: object) -> None:
        if getattr(self._details, name) != value:
            self._details = replace(self._details, **{name: value})
            self._state.change_sheet(self._path, self._details)


def _chosen(value: str) -> str:
    return tr("chosen for this computer: {value}", value=value) if value else tr("chosen when it is loaded")
