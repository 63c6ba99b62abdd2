"""What the page of models knows beside the list of models: the catalogue, downloads, and what other programs keep.

Asks the engine when the page is first shown and when the engine says that something changed. No widget here.
"""

from PySide6.QtCore import QObject, Signal

from desktop.domain.errors import FootnoteError
from desktop.domain.models import ModelDetails
from desktop.gui.engine_client import EngineClient
from desktop.gui.messages import Messages
from desktop.protocol import engine_messages as messages
from desktop.protocol.common_messages import Nothing


class ModelState(QObject):
    """The last answer to each question, None before the first.

    Signals: `offers_changed()`, `downloads_changed()`, `found_changed()`, `sheet_changed()`, `measuring_changed()`.
    """

    offers_changed = Signal()
    downloads_changed = Signal()
    found_changed = Signal()
    sheet_changed = Signal()
    measuring_changed = Signal()

    def __init__(self, client: EngineClient, said: Messages, parent: QObject) -> None:
        super().__init__(parent)
        self._client, self._said = client, said
        self.offers: messages.Offers | None = None
        self.downloads: messages.Downloads | None = None
        self.found: messages.FoundModels | None = None
        self.sheet: messages.ModelSheet | None = None
        self.measuring = False
        client.downloads_changed.connect(lambda event: self._take_downloads(event.downloads))
        # with every answer: what other programs keep is looked for when the page is shown or used
        client.models_changed.connect(lambda _: self._look_at_offers())
        client.engine_started.connect(lambda _: self.look())

    def look(self) -> None:
        """What is offered, and what lies in the folders of other programs."""
        self._look_at_offers()
        self._client.call(messages.FIND_MODELS, Nothing(), self._take_found, self._problem)

    def _look_at_offers(self) -> None:
        self._client.call(messages.LIST_OFFERS, Nothing(), self._take_offers, self._problem)

    def get(self, model_id: str) -> None:
        self._client.call(messages.GET_MODEL, messages.ModelId(model_id), self._take_downloads, self._problem)

    def pause(self, model_id: str) -> None:
        self._client.call(messages.PAUSE_DOWNLOAD, messages.ModelId(model_id), self._take_downloads, self._problem)

    def discard(self, model_id: str) -> None:
        self._client.call(messages.DISCARD_DOWNLOAD, messages.ModelId(model_id), self._take_downloads, self._problem)

    def use(self, path: str) -> None:
        """A model where it lies."""
        self._client.call(messages.ADD_MODEL, messages.PathOnly(path), lambda _: self.look(), self._problem)

    def copy(self, path: str) -> None:
        self._client.call(messages.COPY_MODEL, messages.PathOnly(path), self._take_downloads, self._problem)

    def choose(self, path: str) -> None:
        """Also the one that is chosen already: one that ended the model runner may then be tried again."""
        self._client.call(messages.CHOOSE_MODEL, messages.PathOnly(path), None, self._problem)

    def remove(self, path: str, *, delete: bool) -> None:
        removal = messages.RemoveModel(path, delete)
        self._client.call(messages.REMOVE_MODEL, removal, lambda _: self.look(), self._problem)

    def measure(self) -> None:
        """Takes ten seconds with a model."""
        self._set_measuring(True)
        self._client.call(messages.MEASURE_SPEED, Nothing(), self._measured, self._not_measured)

    def read_sheet(self, path: str) -> None:
        self._client.call(messages.READ_MODEL_DETAILS, messages.PathOnly(path), self._take_sheet, self._problem)

    def change_sheet(self, path: str, details: ModelDetails) -> None:
        change = messages.ChangeModelDetails(path, details)
        self._client.call(messages.CHANGE_MODEL_DETAILS, change, self._take_sheet, self._sheet_refused)

    def _take_offers(self, offers: messages.Offers) -> None:
        self.offers = offers
        self.downloads = messages.Downloads(offers.downloads, offers.free_disk)
        self.offers_changed.emit()
        self.downloads_changed.emit()

    def _take_downloads(self, downloads: messages.Downloads) -> None:
        self.downloads = downloads
        self.downloads_changed.emit()

    def _take_found(self, found: messages.FoundModels) -> None:
        self.found = found
        self.found_changed.emit()

    def _take_sheet(self, sheet: messages.ModelSheet) -> None:
        self.sheet = sheet
        self.sheet_changed.emit()

    def _measured(self, offers: messages.Offers) -> None:
        self._set_measuring(False)
        self._take_offers(offers)

    def _not_measured(self, error: FootnoteError) -> None:
        self._set_measuring(False)
        self._problem(error)

    def _set_measuring(self, on: bool) -> None:
        self.measuring = on
        self.measuring_changed.emit()

    def _sheet_refused(self, error: FootnoteError) -> None:
        self._problem(error)
        self.sheet_changed.emit()  # what is shown goes back to what is kept

    def _problem(self, error: FootnoteError) -> None:
        self._said.say(error.title, error.hint)
