"""Which model answers: the one that was chosen, else the largest that fits. Loads nothing."""

import os
from collections.abc import Callable

from desktop.domain.errors import FootnoteError
from desktop.gguf.header import GgufHeader, read_header
from desktop.llm.shelf import default_model, list_models
from desktop.platform_support.paths import DataFolders
from desktop.settings.store import SettingsFile


class ChosenModel:
    """`memory` tells the bytes that a model may take."""

    def __init__(self, folders: DataFolders, settings: SettingsFile, memory: Callable[[], int]) -> None:
        self._folders, self._settings, self._memory = folders, settings, memory

    def path(self) -> str:
        """Empty where there is no model that can be used."""
        chosen = str(self._settings.get("chosen_model"))
        if chosen and os.path.isfile(chosen):
            return chosen
        best = default_model(list_models(self._folders.models), self._memory())
        return best.path if best else ""

    def header(self) -> GgufHeader | None:
        chosen = self.path()
        try:
            return read_header(chosen) if chosen else None
        except FootnoteError:
            return None
