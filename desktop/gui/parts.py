"""Builds by hand the objects that live as long as the window and are handed to its pages. Starts nothing yet."""

import sys
from dataclasses import dataclass

from PySide6.QtWidgets import QApplication

from desktop.gui.asking import Asking
from desktop.gui.drafts import Drafts
from desktop.gui.engine_client import EngineClient, EngineCommand
from desktop.gui.library_state import LibraryState
from desktop.gui.messages import Messages
from desktop.gui.restart_rules import RestartRules
from desktop.gui.source_preparing import SourcePreparing
from desktop.gui.theme import Theme
from desktop.gui.window_memory import WindowMemory
from desktop.platform_support.paths import DataFolders


@dataclass(frozen=True, slots=True)
class Parts:
    folders: DataFolders
    theme: Theme
    messages: Messages
    memory: WindowMemory
    drafts: Drafts
    client: EngineClient
    state: LibraryState
    asking: Asking
    sources: SourcePreparing

    def close(self) -> None:
        self.client.close()
        self.memory.close()


def engine_command(folders: DataFolders) -> EngineCommand:
    """The real engine on this library."""
    arguments = ("-m", "desktop.engine", "--data", str(folders.library))
    return EngineCommand(sys.executable, arguments, folders.logs / "engine-output.log")


def build_parts(
    application: QApplication, folders: DataFolders, command: EngineCommand, rules: RestartRules | None = None
) -> Parts:
    memory = WindowMemory(folders.library / "window.json")
    said = Messages()
    if memory.problem:
        said.say(memory.problem)
    client = EngineClient(command, rules)
    return Parts(
        folders=folders,
        theme=Theme(application, memory.get("theme")),
        messages=said,
        memory=memory,
        drafts=Drafts(memory),
        client=client,
        state=LibraryState(client, said),
        asking=Asking(client),
        sources=SourcePreparing(client),
    )
