"""A part of the settings: embedders that can be got, each with its licence first, and the one on its way. Only
*Download* connects, by a process of the engine's.
"""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.domain.errors import FootnoteError
from desktop.gui.controls import Button, ElidedLabel, column, empty, framed, label, row
from desktop.gui.download_row import GOING, DownloadRow
from desktop.gui.model_wording import languages_text
from desktop.gui.offer_card import licence_view
from desktop.gui.parts import Parts
from desktop.gui.translation import tr
from desktop.gui.wording import shown
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import (
    DISCARD_EMBEDDER,
    GET_EMBEDDER,
    LIST_EMBEDDER_OFFERS,
    PAUSE_EMBEDDER,
    EmbedderName,
    EmbedderOffer,
    EmbedderOffers,
)

EVERY = 500  # milliseconds between two looks at one on its way


class EmbedderOffersPart(QWidget):
    """`on_arrival` is called when one has come; `buttons` by the embedder's name."""

    def __init__(self, parts: Parts, on_arrival: Callable[[], object]) -> None:
        super().__init__()
        self._client, self._messages, self._on_arrival = parts.client, parts.messages, on_arrival
        self._known: EmbedderOffers | None = None
        self._open = False
        self._asking = ""
        self.row: DownloadRow | None = None
        self.buttons: dict[str, Button] = {}
        self.more = Button("", self._toggle, look="link")
        self._coming, self._cards = column(2), column(2)
        above = row(0)
        above.addWidget(self.more)
        above.addStretch(1)
        lines = column(2)
        for part in (self._coming, above, self._cards):
            lines.addLayout(part)
        self.setLayout(lines)
        self._timer = QTimer(self, interval=EVERY)
        self._timer.timeout.connect(self.read)
        self.read()

    def read(self) -> None:
        self._client.call(LIST_EMBEDDER_OFFERS, Nothing(), self._take, None)

    # what the row of a download wants

    def get(self, download_id: str) -> None:
        self._client.call(GET_EMBEDDER, _named(download_id), self._take, self._problem)

    def pause(self, download_id: str) -> None:
        self._client.call(PAUSE_EMBEDDER, Nothing(), self._take, self._problem)

    def discard(self, download_id: str) -> None:
        self._client.call(DISCARD_EMBEDDER, _named(download_id), self._take, self._problem)

    def _take(self, known: EmbedderOffers) -> None:
        before, self._known = self._known, known
        going = known.download is not None and known.download.state in GOING
        if going != self._timer.isActive():
            (self._timer.start if going else self._timer.stop)()
        self._show_coming()
        if before is None or before.offers != known.offers or _id(before) != _id(known):
            self._show_offers()
        if before is not None and len(known.offers) < len(before.offers):
            self._on_arrival()

    def _show_coming(self) -> None:
        download = self._known.download if self._known is not None else None
        if download is None:
            empty(self._coming)
            self.row = None
            return
        if self.row is None:
            self.row = DownloadRow(self, download)
            self._coming.addWidget(framed("card", self.row.layout))
        self.row.follow(download, self._known.doing if self._known is not None else "")

    def _show_offers(self) -> None:
        empty(self._cards)
        self.buttons = {}
        known = self._known
        if known is None:
            return
        offers = [offer for offer in known.offers if f"embedder-{offer.name}" != _id(known)]
        more = tr("{n} more can be got", "{n} more can be got", len(offers))
        self.more.rename(tr("Hide those that can be got") if self._open else more)
        self.more.setVisible(bool(offers))
        if not self._open:
            return
        if not known.workshop:
            need = tr("Getting one needs the workshop. In a terminal: python3 -m installer setup --workshop")
            self._cards.addWidget(label(need, "muted", wrap=True))
        for offer in offers:
            self._cards.addWidget(self._card(offer, possible=known.workshop and known.download is None))

    def _card(self, offer: EmbedderOffer, *, possible: bool) -> QFrame:
        lines = column(0.5)
        lines.addWidget(ElidedLabel(shown(offer.name), "strong"))
        lines.addWidget(label(shown(offer.about), wrap=True))
        reads = tr("reads {n} token at once", "reads {n} tokens at once", offer.tokens)
        facts = [offer.parameters, offer.licence, languages_text(offer.languages), reads]
        lines.addWidget(label("  ·  ".join(facts), "muted", wrap=True))
        across = row(3)
        across.addLayout(lines, 1)
        if possible and offer.name != self._asking:
            get = self.buttons[offer.name] = Button(tr("Get…"), lambda: self._ask(offer.name))
            get.setAccessibleName(tr("Get {name}", name=shown(offer.name)))
            across.addWidget(get)
        whole = column(3, (4, 3, 3, 3))
        whole.addLayout(across)
        if possible and offer.name == self._asking:
            whole.addLayout(self._question(offer))
        return framed("card", whole)

    def _question(self, offer: EmbedderOffer) -> QVBoxLayout:
        lines = column(2)
        where = tr("It is downloaded from {source}.", source=f"huggingface.co/{shown(offer.repository)}")
        lines.addWidget(label(where, wrap=True))
        after = tr(
            "Then it is made ready and checked here, which takes a minute or more. Nothing changes before you use it."
        )
        lines.addWidget(label(after, "muted", wrap=True))
        lines.addWidget(label(tr("Its licence, {licence}:", licence=offer.licence)))
        lines.addWidget(licence_view(offer.licence))
        choices = row(2)
        choices.addStretch(1)
        choices.addWidget(Button(tr("Not now"), lambda: self._ask("")))
        yes = self.buttons[offer.name] = Button(tr("Download"), lambda: self._get(offer.name), look="primary")
        yes.setAccessibleName(tr("Download {name}", name=shown(offer.name)))
        choices.addWidget(yes)
        lines.addLayout(choices)
        return lines

    def _ask(self, name: str) -> None:
        self._asking = name
        QTimer.singleShot(0, self, self._asked)  # the button that was pressed goes away with it

    def _asked(self) -> None:
        self._show_offers()
        if self._asking in self.buttons:
            self.buttons[self._asking].setFocus()

    def _get(self, name: str) -> None:
        self._asking = ""
        self._client.call(GET_EMBEDDER, EmbedderName(name), self._begun, self._problem)

    def _begun(self, known: EmbedderOffers) -> None:
        self._take(known)
        if self.row is not None:
            QTimer.singleShot(0, self, self.row.go_on.setFocus)  # Qt shows what was just made a turn later

    def _toggle(self) -> None:
        self._open = not self._open
        self._show_offers()

    def _problem(self, error: FootnoteError) -> None:
        self._messages.say(error.title, error.hint)
        self.read()


def _named(download_id: str) -> EmbedderName:
    return EmbedderName(download_id.removeprefix("embedder-"))


def _id(known: EmbedderOffers) -> str:
    return known.download.id if known.download is not None else ""
