"""What the engine is asked by the window and the CLI, and the events it sends to all of them: all messages together.

Those of one subject stand in a module of their own. Lists come in pages; long work answers at once with an id and
goes on in events.
"""

from dataclasses import dataclass

from desktop.protocol.answer_messages import *
from desktop.protocol.common_messages import Nothing
from desktop.protocol.embedder_messages import *
from desktop.protocol.library_messages import *
from desktop.protocol.lines import Method
from desktop.protocol.model_messages import *
from desktop.protocol.source_messages import *
from desktop.protocol.tone_messages import *
from desktop.protocol.voice_messages import *


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting by its name in `settings/schema.py`; the value is JSON text."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SettingValues:
    """All settings, values as JSON text."""

    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class WindowWanted:
    """A second start of the app asked for the first window."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know, once. `severity` is info, warning or error."""

    severity: str
    title: str
    hint: str


READ_SETTINGS = Method("read_settings", Nothing, SettingValues)
CHANGE_SETTING = Method("change_setting", Setting, SettingValues)
RAISE_WINDOW = Method("raise_window", Nothing, Nothing)

EVENTS: tuple[type, ...] = (
    *LIBRARY_EVENTS,
    *ANSWER_EVENTS,
    *MODEL_EVENTS,
    *TONE_EVENTS,
    WindowWanted,
    Notice,
)
