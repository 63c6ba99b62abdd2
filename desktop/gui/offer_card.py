"""A model that the catalogue offers: what it is, how it would do here, and its licence before anything is fetched."""

from collections.abc import Callable

from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout

from desktop.domain.models import MachineVerdict, OfferedModel
from desktop.gui.controls import Button, ElidedLabel, column, label, row
from desktop.gui.model_wording import fit_facts, languages_text, verdict_look, verdict_text
from desktop.gui.theme import grid
from desktop.gui.translation import tr
from desktop.gui.wording import shown, size_text
from desktop.platform_support.paths import project_data

LICENCE_HEIGHT = grid(40)
SPARE = 256 << 20  # bytes that the download leaves free


class OfferCard:
    """`asking` opens the question before the download; `on_get` is its yes."""

    def __init__(
        self, offer: OfferedModel, free_disk: int, *, asking: bool, on_ask: Callable[[bool], object],
        on_get: Callable[[], object],
    ) -> None:  # fmt: skip
        self._offer, self._free_disk = offer, free_disk
        self.layout = column(3, (4, 3, 3, 3))
        across = row(3)
        across.addLayout(self._lines(), 1)
        self.get = Button(tr("Get…"), lambda: on_ask(not asking))
        self.get.setAccessibleName(tr("Get {name}", name=offer.name))
        self.get.setVisible(not asking)
        across.addWidget(self.get)
        self.layout.addLayout(across)
        if asking:
            self.layout.addLayout(self._question(on_ask, on_get))

    def _lines(self) -> QVBoxLayout:
        offer, fit = self._offer, self._offer.fit
        lines = column(0.5)
        lines.addWidget(ElidedLabel(shown(offer.name), "strong"))
        lines.addWidget(label(shown(offer.about), wrap=True))
        size = size_text(offer.size) if offer.exact else tr("about {size}", size=size_text(offer.size))
        facts = [size, offer.parameters, offer.licence, languages_text(offer.languages)]
        lines.addWidget(label("  ·  ".join(facts), "muted", wrap=True))
        how = row(2)
        how.addWidget(label(verdict_text(fit), verdict_look(fit)))
        how.addWidget(label(fit_facts(fit), "muted", wrap=True), 1)
        lines.addLayout(how)
        return lines

    def _question(self, on_ask: Callable[[bool], object], on_get: Callable[[], object]) -> QVBoxLayout:
        offer = self._offer
        lines = column(2)
        lines.addWidget(label(tr("It is downloaded from {source}.", source=shown(offer.sources[0])), wrap=True))
        if len(offer.sources) > 1:
            others = ", ".join(shown(source) for source in offer.sources[1:])
            lines.addWidget(label(tr("If that can’t be reached: {sources}.", sources=others), "muted", wrap=True))
        if not offer.exact:
            exact = tr("Its exact size and SHA-256 are read there, shown, and kept: later downloads must match.")
            lines.addWidget(label(exact, "muted", wrap=True))
        lines.addWidget(self._room())
        lines.addWidget(label(tr("Its licence, {licence}:", licence=offer.licence)))
        lines.addWidget(licence_view(offer.licence))
        choices = row(2)
        choices.addStretch(1)
        choices.addWidget(Button(tr("Not now"), lambda: on_ask(False)))
        self.yes = Button(tr("Download"), on_get, look="primary")
        self.yes.setAccessibleName(tr("Download {name}", name=offer.name))
        self.yes.setEnabled(self._has_room())
        choices.addWidget(self.yes)
        lines.addLayout(choices)
        return lines

    def _has_room(self) -> bool:
        return self._offer.size + SPARE <= self._free_disk

    def _room(self):
        free = size_text(self._free_disk)
        if not self._has_room():
            return label(tr("The disk has no room for it: {free} are free.", free=free), "bad", wrap=True)
        warning = ""
        if self._offer.fit.verdict is MachineVerdict.TOO_BIG:
            warning = " " + tr("It is too big for the memory of this computer.")
        return label(tr("{free} of disk are free.", free=free) + warning, "muted", wrap=True)


def licence_view(licence: str) -> QPlainTextEdit:
    """The whole text, to be read before it is agreed to."""
    view = QPlainTextEdit(project_data("models", "licences", f"{licence}.txt").read_text(encoding="utf-8"))
    view.setReadOnly(True)
    view.setObjectName("rules")
    view.setFixedHeight(LICENCE_HEIGHT)
    view.setTabChangesFocus(True)
    view.setAccessibleName(tr("Text of the licence {licence}", licence=licence))
    return view
