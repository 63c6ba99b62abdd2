"""Which model answers: the one that was chosen, else the largest that fits. Loads nothing."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from desktop.domain.errors import FootnoteError
from desktop.domain.models import Model
from desktop.engine.stopped_models import StoppedModels
from desktop.gguf.header import GgufHeader
from desktop.gguf.remembered import RememberedHeaders
from desktop.llm.shelf import default_model, list_models
from desktop.platform_support.paths import DataFolders
from desktop.settings.store import SettingsFile


class ChosenModel:
    """`memory` tells the bytes that a model may take in place of the one that is loaded; `in_use` the path of that one,
    or of the one that is being loaded, or nothing.
    """

    def __init__(
        self,
        folders: DataFolders,
        settings: SettingsFile,
        stopped: StoppedModels,
        memory: Callable[[], int],
        in_use: Callable[[], str],
    ) -> None:
        self._folders, self._settings, self._stopped = folders, settings, stopped
        self._memory, self._in_use = memory, in_use
        self._headers = RememberedHeaders()
        self._settled = ""

    def shelf(self) -> tuple[Model, ...]:
        """All models, with those that are not tried by themselves marked."""
        models = list_models(self._folders.models, self._headers.read)
        return tuple(replace(model, stopped=self._stopped.holds(model.path)) for model in models)

    def path(self) -> str:
        """Empty where there is no model that can be used."""
        chosen = str(self._settings.get("chosen_model"))
        if chosen and os.path.isfile(chosen):
            return chosen
        shelf, settled = self.shelf(), self._settled
        # memory comes and goes: what answers stays while it is loaded, or it would be loaded anew with every question
        if settled == self._in_use() and any(m.path == settled and not m.problem and not m.stopped for m in shelf):
            return settled
        best = default_model(shelf, self.room())
        return best.path if best else ""

    def settle(self) -> str:
        """As `path`, for a question: it stays the largest that fits while it is loaded."""
        self._settled = self.path()
        return self._settled

    def room(self) -> int:
        """Bytes that a model may take in place of the one that is loaded."""
        return self._memory()

    def header(self) -> GgufHeader | None:
        """None where there is none that can be read."""
        chosen = self.path()
        try:
            return self.header_of(chosen) if chosen else None
        except FootnoteError:
            return None

    def header_of(self, path: str | Path) -> GgufHeader:
        """Of any model. Raises UserError."""
        return self._headers.read(path)
