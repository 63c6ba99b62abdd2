"""Questions begun and not yet sent, one for each conversation, kept through the end of the window."""

import json

from desktop.gui.window_memory import WindowMemory

KEPT = 50  # conversations
LONGEST = 20_000  # characters kept of one draft


class Drafts:
    """`conversation_id` None is the conversation that has not begun."""

    def __init__(self, memory: WindowMemory) -> None:
        self._memory = memory
        try:
            read = json.loads(memory.get("drafts"))
        except ValueError:
            read = {}
        self._texts: dict[str, str] = (
            {k: v for k, v in read.items() if isinstance(v, str)} if isinstance(read, dict) else {}
        )

    def get(self, conversation_id: int | None) -> str:
        return self._texts.get(_key(conversation_id), "")

    def set(self, conversation_id: int | None, text: str) -> None:
        self._texts.pop(_key(conversation_id), None)
        if text.strip():
            self._texts[_key(conversation_id)] = text[:LONGEST]
        for old in list(self._texts)[:-KEPT]:
            del self._texts[old]
        self._memory.set("drafts", json.dumps(self._texts))


def _key(conversation_id: int | None) -> str:
    return str(conversation_id or 0)
