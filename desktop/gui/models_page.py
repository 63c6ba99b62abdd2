"""The page of models: those on this computer, those on their way, those that other programs keep, and those that the
catalogue offers; each with how it fits this computer. Only *Download* connects, by a process of its own.
"""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.domain.models import MachineVerdict, Model, OfferedModel
from desktop.gui.controls import Button, column, empty, framed, label, plain_tip, row
from desktop.gui.download_row import DownloadRow
from desktop.gui.found_section import FoundSection
from desktop.gui.messages import STAYS_LONG, Message
from desktop.gui.model_cards import CardActions, model_card
from desktop.gui.model_sheet import ModelSheetForm
from desktop.gui.model_state import ModelState
from desktop.gui.model_wording import speed_text
from desktop.gui.offer_card import OfferAsked, OfferCard, suggested
from desktop.gui.page_frame import PageFrame
from desktop.gui.parts import Parts
from desktop.gui.theme import grid
from desktop.gui.translation import tr
from desktop.gui.wording import size_text


class ModelsPage(PageFrame):
    def __init__(self, parts: Parts, on_add: Callable[[], object]) -> None:
        super().__init__(tr("Models"), tr("A model writes the answers. It runs on this computer and nowhere else."))
        self._parts = parts
        self.models = ModelState(parts.client, parts.messages, self)
        self._opened = ""  # path of the model whose details are open
        self._asking = ""  # id of the offer that is asked about
        self._too_big_shown = False
        self.rows: dict[str, DownloadRow] = {}
        self.form: ModelSheetForm | None = None
        self.beside_title.addWidget(Button(tr("Add a .gguf file…"), on_add))
        self._installed, self._coming, self._offers = (column(2) for _ in range(3))
        self.found = FoundSection(parts, self.models)
        self.body.addLayout(self._installed)
        self.body.addLayout(self._coming)
        self.body.addWidget(self.found)
        self.body.addLayout(self._offers)
        self.body.addStretch(1)
        parts.state.models_changed.connect(self._show_installed)
        self.models.sheet_changed.connect(self._show_installed)
        self.models.downloads_changed.connect(self._show_coming)
        self.models.offers_changed.connect(self._show_offers)
        self.models.measuring_changed.connect(self._show_offers)
        self.models.found_changed.connect(self._show_found)
        parts.state.settings_changed.connect(self._show_found)
        self._show_installed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.models.look()

    # --- on this computer

    def _show_installed(self) -> None:
        with KeptFocus(self):
            empty(self._installed)
            models = self._parts.state.models
            if models is None:
                self._installed.addWidget(label(tr("Looking for models…"), "muted"))
                return
            actions = CardActions(self._use, self._toggle_details, self._ask_removal)
            for model in models.models:
                opened = model.path == self._opened
                place = models.place if models.place is not None and models.place.path == model.path else None
                card = model_card(model, actions, place, chosen=model.path == models.chosen, opened=opened)
                if opened:
                    self._add_details(card)
                self._installed.addWidget(framed("card", card))
            if not models.models:
                self._installed.addWidget(label(tr("No model yet."), "strong"))
                how = tr("Get one from the list below, drop a .gguf file on this window, or use one that is here.")
                self._installed.addWidget(label(how, "muted", wrap=True))

    def _add_details(self, card: QVBoxLayout) -> None:
        sheet = self.models.sheet
        if sheet is not None and sheet.model.path == self._opened:
            self.form = ModelSheetForm(self.models, sheet)
            card.addLayout(self.form.layout)

    def _use(self, model: Model) -> None:
        self.models.choose(model.path)

    def _toggle_details(self, model: Model) -> None:
        self._opened = "" if self._opened == model.path else model.path
        if self._opened:
            self.models.read_sheet(model.path)
        self._show_installed()

    def _ask_removal(self, model: Model) -> None:
        if model.linked:
            self.models.remove(model.path, delete=False)
            said = tr("{name} is off the list; its file stays where it is.", name=model.name)
            undo = lambda: self.models.use(model.path)  # noqa: E731  # as short as its name
            self._parts.messages.show(Message(said, tr("Undo"), undo))
            return
        text = tr("Delete the file of {name}? That frees {size}.", name=model.name, size=size_text(model.size))

        def delete() -> None:
            self.models.remove(model.path, delete=True)

        self._parts.messages.show(Message(text, tr("Delete"), delete, stays=STAYS_LONG))

    # --- on the way

    def _show_coming(self) -> None:
        """A download that is shown already is followed in place, ten times a second."""
        downloads = self.models.downloads.downloads if self.models.downloads is not None else ()
        if [download.id for download in downloads] == list(self.rows):
            for download in downloads:
                self.rows[download.id].follow(download)
            return
        with KeptFocus(self):
            empty(self._coming)
            self.rows = {download.id: DownloadRow(self.models, download) for download in downloads}
            if downloads:
                _add_title(self._coming, tr("On the way"))
            for each in self.rows.values():
                self._coming.addWidget(framed("card", each.layout))
        self._show_offers()

    # --- to get

    def _show_offers(self) -> None:
        with KeptFocus(self):
            empty(self._offers)
            offers = self.models.offers
            if offers is None:
                return
            _add_title(self._offers, tr("To get"))
            self._offers.addWidget(self._machine_line())
            wanted = [offer for offer in offers.offers if not offer.path and offer.id not in self.rows]
            fitting = [offer for offer in wanted if offer.fit.verdict is not MachineVerdict.TOO_BIG]
            too_big = [offer for offer in wanted if offer.fit.verdict is MachineVerdict.TOO_BIG]
            best = suggested(offers.offers)
            fitting.sort(key=lambda offer: offer is not best)
            for offer in [*fitting, *(too_big if self._too_big_shown else ())]:
                self._offers.addWidget(self._offer_card(offer, offers.free_disk, best=offer is best))
            if too_big:
                self._add_too_big(len(too_big))

    def _machine_line(self) -> QWidget:
        offers = self.models.offers
        assert offers is not None
        known = self._parts.state.models
        names = {model.path: model.name for model in known.models} if known is not None else {}
        text = speed_text(offers.speed, names.get(offers.speed.model, offers.speed.model.rpartition("/")[2]))
        line = row(2)
        line.addWidget(label(text, "muted", wrap=True), 1)
        measure = Button(tr("Measure (10 seconds)"), self.models.measure)
        measure.setToolTip(plain_tip(tr("A graphics card that failed is tried again, too.")))
        measure.setEnabled(not self.models.measuring)
        if self.models.measuring:
            measure.rename(tr("Measuring…"))
        line.addWidget(measure)
        holder = QWidget()
        holder.setLayout(line)
        return holder

    def _offer_card(self, offer: OfferedModel, free_disk: int, *, best: bool) -> QFrame:
        def get() -> None:
            self._asking = ""
            self.models.get(offer.id)

        asked = OfferAsked(offer.id == self._asking, lambda on: self._ask(offer.id, on), get)
        return framed("card", OfferCard(offer, free_disk, asked, best=best).layout)

    def _ask(self, offer_id: str, on: bool) -> None:
        self._asking = offer_id if on else ""
        self._show_offers()
        if on:
            self._focus(tr("Download {name}"), offer_id)
        else:
            self._focus(tr("Get {name}"), offer_id)

    def _focus(self, text: str, offer_id: str) -> None:
        offers = self.models.offers
        name = next((offer.name for offer in offers.offers if offer.id == offer_id), "") if offers is not None else ""
        # Qt shows what was just made a turn later, and only what is shown takes the focus
        QTimer.singleShot(0, self, lambda: give_focus(self, text.format(name=name)))

    def _add_too_big(self, number: int) -> None:
        if self._too_big_shown:
            text = tr("Hide those that are too big")
        else:
            text = tr("{n} more is too big for this computer", "{n} more are too big for this computer", number)

        def toggle() -> None:
            self._too_big_shown = not self._too_big_shown
            self._show_offers()

        line = row(0)
        line.addWidget(Button(text, toggle, look="link"))
        line.addStretch(1)
        self._offers.addLayout(line)

    # --- of other programs

    def _show_found(self) -> None:
        with KeptFocus(self):
            self.found.show_found()


class KeptFocus:
    """Parts of a page are made anew inside it; the focus goes to the control that has the old one's name."""

    def __init__(self, page: QWidget) -> None:
        self._page = page
        self._name = ""

    def __enter__(self) -> None:
        focused = QApplication.focusWidget()
        if focused is not None and self._page.isAncestorOf(focused):
            self._name = focused.accessibleName()

    def __exit__(self, *_: object) -> None:
        if self._name:
            QTimer.singleShot(0, self._page, self._restore)

    def _restore(self) -> None:
        focused = QApplication.focusWidget()
        if focused is None or not self._page.isAncestorOf(focused) or not focused.isVisible():
            give_focus(self._page, self._name)


def give_focus(page: QWidget, name: str) -> None:
    """To the control of this name, which is brought into view."""
    for widget in page.findChildren(QWidget):
        if widget.accessibleName() == name and widget.isVisibleTo(page):
            widget.setFocus()
            for area in page.findChildren(QScrollArea):
                area.ensureWidgetVisible(widget, 0, grid(6))
            return


def _add_title(layout: QVBoxLayout, text: str) -> None:
    layout.addSpacing(grid(4))
    layout.addWidget(label(text, "section"))
