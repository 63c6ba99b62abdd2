"""`1,204 of 1,310 files · 41 need OCR · 6 locked`: the library in one line, each part a way to those files."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.files import FileState
from desktop.gui.controls import Button
from desktop.gui.flow import Flow
from desktop.gui.translation import tr
from desktop.gui.wording import counted_state, indexed_text

# what a person may want to mend comes first
SHOWN = (
    FileState.WAITING,
    FileState.READING,
    FileState.NEEDS_OCR,
    FileState.LOCKED,
    FileState.FAILED,
    FileState.QUARANTINED,
    FileState.TOO_LARGE,
    FileState.UNSUPPORTED,
    FileState.EMPTY,
    FileState.MISSING,
)


def summary_parts(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """(state, text), of which the first counts what is indexed. Empty for an empty library."""
    total = sum(counts.values())
    if not total:
        return []
    parts = [(FileState.INDEXED.value, indexed_text(counts.get(FileState.INDEXED, 0), total))]
    parts += [(state.value, counted_state(state, counts[state])) for state in SHOWN if counts.get(state)]
    return parts


class LibrarySummary(QWidget):
    """Signals: `state_wanted(state)` to list those files alone, or all of them when it is empty."""

    state_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._line = Flow(1.5, 1.5)
        self._buttons: dict[str, Button] = {}
        self._chosen = ""
        self.setLayout(self._line)

    @property
    def texts(self) -> list[str]:
        return [button.text() for button in self._buttons.values() if not button.isHidden()]

    def button(self, state: str) -> Button:
        return self._buttons[state]

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Changes what is there in place, so that the focus stays where it is."""
        parts = summary_parts(counts)
        self.setAccessibleName("; ".join(text for _, text in parts))
        shown = {state for state, _ in parts}
        for state, text in parts:
            if state not in self._buttons:
                self._add(state)
            self._buttons[state].rename(text)
        for state, button in self._buttons.items():
            button.setVisible(state in shown)

    def show_chosen(self, state: str) -> None:
        self._chosen = state
        for name, button in self._buttons.items():
            button.setChecked(name == state)

    def _add(self, state: str) -> None:
        button = Button("", lambda: self._choose(state), look="chip")
        button.setCheckable(True)
        button.setChecked(state == self._chosen)
        button.setToolTip(tr("Lists these files alone; once more lists all"))
        order = [FileState.INDEXED.value, *SHOWN]
        before = sum(order.index(other) < order.index(state) for other in self._buttons)
        self._buttons[state] = button
        self._line.insert(before, button)

    def _choose(self, state: str) -> None:
        self.state_wanted.emit("" if state == self._chosen else state)
