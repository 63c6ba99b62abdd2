"""The settings, made from `settings/schema.py`: a new entry there is a new row here. The engine keeps the values."""

from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox, QWidget

from desktop.gui.controls import Button, column, label, row, rule
from desktop.gui.embedder_section import EmbedderSection
from desktop.gui.page_frame import PageFrame
from desktop.gui.parts import Parts
from desktop.gui.setting_text import SettingText
from desktop.gui.theme import FIELD_WIDTH, grid
from desktop.gui.translation import tr
from desktop.settings.schema import SETTINGS, Section, SettingEntry, SettingKind


class SettingsPage(PageFrame):
    def __init__(self, parts: Parts) -> None:
        super().__init__(tr("Settings"), tr("Changes are kept at once."))
        self._parts = parts
        self.fields: dict[str, QWidget] = {}
        self._setting = False
        self._add_section(Section.GENERAL)
        self.advanced = QWidget()
        self.advanced.setLayout(column(3))
        self._more = Button(tr("Advanced"), self._toggle, look="link")
        line = row(0)
        line.addWidget(self._more)
        line.addStretch(1)
        self.body.addLayout(line)
        self._add_section(Section.ADVANCED)
        self.body.addWidget(self.advanced)
        self.advanced.hide()
        self.body.addWidget(EmbedderSection(parts))
        self.body.addStretch(1)
        parts.state.settings_changed.connect(self._show)
        self._show()

    def _toggle(self) -> None:
        self.advanced.setVisible(self.advanced.isHidden())
        self._more.rename(tr("Advanced") if self.advanced.isHidden() else tr("Hide advanced"))

    def _add_section(self, section: Section) -> None:
        for entry in SETTINGS:
            if entry.section is section:
                field = self.fields[entry.name] = self._field(entry)
                self._add_row(entry, field)

    def _add_row(self, entry: SettingEntry, field: QWidget) -> None:
        name = tr(entry.label)
        field.setAccessibleName(name)
        field.setAccessibleDescription(tr(entry.text))
        texts = column(0.5)
        texts.addWidget(label(name, "strong"))
        texts.addWidget(label(tr(entry.text), "muted", wrap=True))
        # a field of several lines stands under its words, and is as wide as they are
        across = column(2, (0, 1, 0, 1)) if entry.kind is SettingKind.TEXT else row(6, (0, 1, 0, 1))
        across.addLayout(texts, 1)
        across.addWidget(field)
        layout = self.advanced.layout() if entry.section is Section.ADVANCED else self.body
        holder = QWidget()
        holder.setLayout(across)
        if layout is not None:
            layout.addWidget(holder)
            layout.addWidget(rule())

    def _field(self, entry: SettingEntry) -> QWidget:
        if entry.kind is SettingKind.BOOL:
            box = QCheckBox()
            box.toggled.connect(lambda on: self._change(entry, on))
            return box
        if entry.kind is SettingKind.CHOICE:
            chooser = QComboBox()
            for value, text in entry.choices:
                chooser.addItem(tr(text), value)
            chooser.activated.connect(lambda at: self._change(entry, chooser.itemData(at)))
            chooser.setMinimumWidth(grid(40))
            return chooser
        if entry.kind is SettingKind.TEXT:
            text = SettingText(entry.maximum or 0)
            text.text_settled.connect(lambda value: self._change(entry, value))
            return text
        return self._number(entry)

    def _number(self, entry: SettingEntry) -> QSpinBox:
        number = QSpinBox()
        number.setRange(0 if entry.zero else entry.minimum or 0, entry.maximum or 0)
        number.lineEdit().setTextMargins(grid(2), 0, grid(2), 0)
        number.setKeyboardTracking(False)
        if entry.zero:
            number.setSpecialValueText(tr(entry.zero))
        number.setMinimumWidth(FIELD_WIDTH)
        number.valueChanged.connect(lambda value: self._change(entry, value))
        return number

    def _change(self, entry: SettingEntry, value: Any) -> None:
        if not self._setting and self._parts.state.settings.get(entry.name) != value:
            self._parts.state.change_setting(entry.name, value)

    def _show(self) -> None:
        self._setting = True
        for entry in SETTINGS:
            field = self.fields.get(entry.name)
            value = self._parts.state.settings.get(entry.name, entry.default)
            if isinstance(field, QCheckBox):
                field.setChecked(bool(value))
            elif isinstance(field, QComboBox):
                field.setCurrentIndex(max(0, field.findData(value)))
            elif isinstance(field, SettingText):
                field.show_value(str(value))
            elif isinstance(field, QSpinBox):
                field.setValue(int(value))
        self._setting = False
