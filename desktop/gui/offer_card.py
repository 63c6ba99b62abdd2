"""A model that the catalogue offers: what it is, how it would do here, and its licence before anything is fetched."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QVBoxLayout

from desktop.domain.models import MachineVerdict, OfferedModel
from desktop.gui.controls import Button, ElidedLabel, column, label, row
from desktop.gui.model_wording import fit_facts, languages_text, verdict_look, verdict_text
from desktop.gui.theme import grid
from desktop.gui.translation import tr
from desktop.gui.wording import shown, size_text
from desktop.platform_support.paths import project_data

LICENCE_HEIGHT = grid(40)
USUAL = "starter"
SPARE = 256 << 20  # bytes that the download leaves free


@dataclass(frozen=True, slots=True)
class OfferAsked:
    """`asking`: the question before the download is open. `on_ask` opens and closes it, `on_get` is its yes."""

    asking: bool
    on_ask: Callable[[bool], object]
    on_get: Callable[[], object]


def suggested(offers: Sequence[OfferedModel]) -> OfferedModel | None:
    """What somebody who doesn't know takes: the largest that fits and is fast, or the usual one, even where it is slow,
    since smaller ones are wrong too often; the smallest where that doesn't fit.
    """
    usual = next((offer for offer in offers if offer.id == USUAL), None)
    fast = [offer for offer in offers if offer.fit.verdict is MachineVerdict.FAST and not offer.fit.reason]
    fitting = [offer for offer in offers if offer.fit.verdict is not MachineVerdict.TOO_BIG]
    best = max(fast, key=lambda offer: offer.size, default=None)
    if usual is not None and usual in fitting and (best is None or best.size < usual.size):
        return usual
    return best or min(fitting, key=lambda offer: offer.size, default=None)


class OfferCard:
    """`layout` is what stands in its card; `best` marks the one to take where one doesn't know."""

    def __init__(self, offer: OfferedModel, free_disk: int, asked: OfferAsked, *, best: bool) -> None:
        self._offer, self._free_disk, self._best = offer, free_disk, best
        self.layout = column(3, (4, 3, 3, 3))
        across = row(3)
        across.addLayout(self._lines(), 1)
        if not asked.asking:
            get = Button(tr("Get…"), lambda: asked.on_ask(True), look="primary" if best else "")
            get.setAccessibleName(tr("Get {name}", name=offer.name))
            across.addWidget(get)
        self.layout.addLayout(across)
        if asked.asking:
            self.layout.addLayout(self._question(asked))

    def _lines(self) -> QVBoxLayout:
        offer, fit = self._offer, self._offer.fit
        lines = column(0.5)
        if self._best:
            lines.addWidget(label(tr("Suggested for this computer"), "section"))
        lines.addWidget(ElidedLabel(shown(offer.name), "strong"))
        lines.addWidget(label(shown(offer.about), wrap=True))
        size = size_text(offer.size) if offer.exact else tr("about {size}", size=size_text(offer.size))
        facts = [size, offer.parameters, offer.licence, languages_text(offer.languages)]
        lines.addWidget(label("  ·  ".join(facts), "muted", wrap=True))
        how = row(2)
        how.addWidget(label(verdict_text(fit), verdict_look(fit)), 0, Qt.AlignmentFlag.AlignTop)
        how.addWidget(label(fit_facts(fit), "muted", wrap=True), 1)
        lines.addLayout(how)
        return lines

    def _question(self, asked: OfferAsked) -> QVBoxLayout:
        offer = self._offer
        lines = column(2)
        lines.addWidget(label(tr("It is downloaded from {source}.", source=shown(offer.sources[0])), wrap=True))
        if len(offer.sources) > 1:
            others = ", ".join(shown(source) for source in offer.sources[1:])
            lines.addWidget(label(tr("If that can’t be reached: {sources}.", sources=others), "muted", wrap=True))
        if not offer.exact:
            exact = tr("Its exact size and SHA-256 are read there and shown; what comes must match them.")
            lines.addWidget(label(exact, "muted", wrap=True))
        lines.addWidget(self._room())
        lines.addWidget(label(tr("Its licence, {licence}:", licence=offer.licence)))
        lines.addWidget(licence_view(offer.licence))
        choices = row(2)
        choices.addStretch(1)
        choices.addWidget(Button(tr("Not now"), lambda: asked.on_ask(False)))
        yes = Button(tr("Download"), asked.on_get, look="primary")
        yes.setAccessibleName(tr("Download {name}", name=offer.name))
        yes.setEnabled(self._has_room())
        choices.addWidget(yes)
        lines.addLayout(choices)
        return lines

    def _has_room(self) -> bool:
        return self._offer.size + SPARE <= self._free_disk

    def _room(self) -> QLabel:
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
