"""The lines under the table about the chosen file: why it is not used, what to do, and the ways to do it."""

from collections.abc import Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame

from desktop.domain.files import FileRow
from desktop.gui.controls import Button, ElidedLabel, column, label, row
from desktop.gui.translation import tr
from desktop.gui.why_not_used import next_step, why_not_used, why_title
from desktop.gui.wording import files_text, shown_path


class FileDetails(QFrame):
    """Its buttons do what the table's actions do, and are there when those are."""

    def __init__(self, actions: Sequence[QAction]) -> None:
        super().__init__()
        self.setProperty("look", "note")
        self.setAccessibleName(tr("About the chosen file"))
        self._title = label("", "strong")
        self._path = ElidedLabel("", "caption")
        self.why = label("", wrap=True)
        self.next = label("", "muted", wrap=True)
        self.buttons = {action: Button(action.text(), action.trigger, look="link") for action in actions}
        above = row(3)
        above.addWidget(self._title)
        above.addWidget(self._path, 1)
        doing = row(4)
        for button in self.buttons.values():
            doing.addWidget(button)
        doing.addStretch(1)
        whole = column(1, (4, 3, 4, 3))
        whole.addLayout(above)
        whole.addWidget(self.why)
        whole.addWidget(self.next)
        whole.addLayout(doing)
        self.setLayout(whole)
        for action in actions:  # only now: what has no place yet would be shown as a window of its own
            action.changed.connect(lambda a=action: self._follow(a))
            self._follow(action)

    @property
    def title(self) -> str:
        return self._title.text()

    def show_file(self, file: FileRow, *, paused: bool) -> None:
        self._title.setText(why_title(file.state))
        self._path.show_whole(shown_path(file.path))
        self._say(why_not_used(file), next_step(file, paused=paused))
        self._path.show()

    def show_many(self, count: int, *, can_retry: bool) -> None:
        self._title.setText(tr("{files} chosen", files=files_text(count)))
        self._path.hide()
        again = tr("“Try again” reads those of them again that failed, are locked, were too large or need OCR.")
        self._say(again if can_retry else tr("Choose one of them to see whether it is used, and why not."), "")

    def _say(self, why: str, then: str) -> None:
        self.why.setText(why)
        self.next.setText(then)
        self.next.setVisible(bool(then))
        self.setAccessibleDescription(f"{why} {then}".strip())

    def _follow(self, action: QAction) -> None:
        button = self.buttons[action]
        if button.text() != action.text():
            button.rename(action.text())
        button.setVisible(action.isEnabled())
