"""One tone as a card: what it is, how it fits, how it sounds, what it costs in truth, and whether it is laid over the
conversation. Says what is wanted of it and does none of it.
"""

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QLineEdit, QMenu, QVBoxLayout

from desktop.domain.models import Tone
from desktop.domain.tones import TruthReport
from desktop.gui.controls import Button, ElidedLabel, IconButton, column, label, row
from desktop.gui.strength import Strength
from desktop.gui.theme import Theme, grid
from desktop.gui.tone_wording import facts_text, fit_text, sample_text, truth_details, truth_headline
from desktop.gui.translation import tr
from desktop.gui.wording import shown


class ToneCard(QFrame):
    """`panel` takes what belongs below the card's own words, such as a trial; `asked` are the questions of its reports.

    Signals: `laid(float)` with a strength below 0 for taken off, `hear_wanted()`, `truth_wanted()`, `renamed(str)`,
    `remove_wanted()`.
    """

    laid = Signal(float)
    hear_wanted = Signal()
    truth_wanted = Signal()
    renamed = Signal(str)
    remove_wanted = Signal()

    def __init__(self, theme: Theme, tone: Tone, model: str) -> None:
        super().__init__()
        self.tone = tone
        self.setProperty("look", "card")
        self.setAccessibleName(shown(tone.name))
        self.name = ElidedLabel(shown(tone.name), "strong")
        self.name_field = QLineEdit(tone.name)
        self.name_field.setAccessibleName(tr("Name of the tone"))
        self.name_field.hide()
        self.name_field.editingFinished.connect(self._rename)
        self.use = QCheckBox(tr("In this conversation"))
        self.use.setAccessibleName(tr("Use {name}", name=tone.name))
        self.strength = Strength(tr("Strength of {name}", name=tone.name))
        self.more = IconButton(theme, "more", tr("More about {name}", name=tone.name), self._open_menu)
        self.panel = column(2)
        self.asked: list[tuple[Button, QLabel]] = []
        inside = column(1.5, (4, 3, 3, 3))
        inside.addLayout(self._above())
        self._add_words(inside, model)
        if not tone.problem:
            inside.addSpacing(grid(1))
            inside.addLayout(self._below())
        inside.addLayout(self.panel)
        self.setLayout(inside)
        self.use.toggled.connect(lambda on: self.laid.emit(self.strength.strength if on else -1.0))
        self.strength.strength_chosen.connect(self.laid)

    def show_laid(self, strength: float | None) -> None:
        """How strongly it is laid over the conversation; None: not at all."""
        self.use.blockSignals(True)
        self.use.setChecked(strength is not None)
        self.use.blockSignals(False)
        self.strength.setVisible(strength is not None)
        if strength is not None:
            self.strength.show_strength(strength)

    def begin_renaming(self) -> None:
        self.name.hide()
        self.name_field.show()
        self.name_field.selectAll()
        self.name_field.setFocus()

    def _above(self) -> QHBoxLayout:
        across = row(2)
        across.addWidget(self.name, 1)
        across.addWidget(self.name_field, 1)
        if not self.tone.problem:
            across.addWidget(self.strength)
            across.addWidget(self.use)
        across.addWidget(self.more)
        return across

    def _add_words(self, inside: QVBoxLayout, model: str) -> None:
        fit, look = fit_text(self.tone, model)
        inside.addWidget(label(fit, look, wrap=True))
        inside.addWidget(label(facts_text(self.tone), "caption", wrap=True))
        said, where = sample_text(self.tone)
        if said:
            inside.addWidget(label(said, "quote", wrap=True))
            inside.addWidget(label(where, "caption", wrap=True))
        for report in self.tone.card.truth[:2]:
            self._add_report(inside, report)

    def _add_report(self, inside: QVBoxLayout, report: TruthReport) -> None:
        across = row(1)
        across.addWidget(label(truth_headline(report), "strong"))
        across.addWidget(label(tr("of the sentences found in your files"), wrap=True), 1)
        asked = label("\n".join(f"– {shown(question)}" for question in report.asked), "caption", wrap=True)
        asked.hide()
        if report.asked:
            what = Button(tr("What was asked"), lambda: asked.setVisible(asked.isHidden()), look="link")
            what.setAccessibleName(tr("What {name} was asked", name=shown(self.tone.name)))
            across.addWidget(what)
            self.asked.append((what, asked))
        inside.addSpacing(grid(1))
        inside.addLayout(across)
        inside.addWidget(label(truth_details(report), "caption", wrap=True))
        inside.addWidget(asked)

    def _below(self) -> QHBoxLayout:
        across = row(2)
        self.hear = Button(tr("Hear it"), self.hear_wanted.emit)
        self.hear.setAccessibleName(tr("Hear {name}", name=self.tone.name))
        self.truth = Button(tr("Does it cost truth?"), self.truth_wanted.emit)
        self.truth.setAccessibleName(tr("Does {name} cost truth?", name=self.tone.name))
        across.addWidget(self.hear)
        across.addWidget(self.truth)
        across.addStretch(1)
        return across

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.addAction(tr("Rename"), self.begin_renaming)
        menu.addAction(tr("Remove"), self.remove_wanted.emit)
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def _rename(self) -> None:
        if self.name_field.isHidden():
            return
        called = self.name_field.text().strip()
        self.name_field.hide()
        self.name.show()
        if called and called != self.tone.name:
            self.name.show_whole(shown(called))
            self.renamed.emit(called)
