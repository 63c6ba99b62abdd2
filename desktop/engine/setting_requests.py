"""Requests about settings. The engine is the one writer of settings.json."""

import json
from collections.abc import Callable

from desktop.domain.errors import UserError
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import Setting, SettingValues
from desktop.settings.schema import SETTINGS
from desktop.settings.store import SettingsFile


class SettingRequests:
    """`on_change` is told a setting's name after it changed."""

    def __init__(self, settings: SettingsFile, on_change: Callable[[str], None]) -> None:
        self._settings, self._on_change = settings, on_change

    def read_settings(self, _: Nothing) -> SettingValues:
        return SettingValues({entry.name: json.dumps(self._settings.get(entry.name)) for entry in SETTINGS})

    def change_setting(self, asked: Setting) -> SettingValues:
        try:
            value = json.loads(asked.value)
        except ValueError:
            raise UserError("That is not a value a setting can have.") from None
        self._settings.set(asked.name, value)
        self._on_change(asked.name)
        return self.read_settings(Nothing())
