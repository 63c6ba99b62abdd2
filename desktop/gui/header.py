"""The line across the top: the app's name, what the library is doing, pause and resume, and standing notices."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.gui.controls import ElidedLabel, IconButton, label, row
from desktop.gui.library_state import LibraryState
from desktop.gui.theme import BAR_HEIGHT, Theme, grid
from desktop.gui.translation import tr
from desktop.gui.wording import files_text, progress_text, shown


class Dot(QWidget):
    """A small disc whose colour repeats what the text beside it says."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._role = "muted"
        self.setFixedSize(QSize(grid(2), grid(2)))
        theme.changed.connect(self.update)

    def show_role(self, role: str) -> None:
        self._role = role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour(self._role))
        painter.drawEllipse(self.rect())


class Header(QWidget):
    def __init__(self, theme: Theme, state: LibraryState) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(BAR_HEIGHT)
        self._state = state
        self._connected = True
        self._notice = ElidedLabel("", "muted", Qt.TextElideMode.ElideRight)
        self._dot = Dot(theme)
        self._text = label(tr("Starting…"), "")
        self._count = label("", "muted")
        self.pause = IconButton(theme, "pause", tr("Pause reading"), self._toggle)
        self.pause.hide()
        across = row(2, (4, 0, 3, 0))
        across.addWidget(label(tr("Footnote"), "brand"))
        across.addSpacing(grid(4))
        across.addWidget(self._notice, 1)
        across.addWidget(self._dot)
        across.addWidget(self._text)
        across.addWidget(self._count)
        across.addWidget(self.pause)
        self.setLayout(across)
        state.status_changed.connect(self._show_status)
        state.progress_changed.connect(self._show_progress)
        state.models_changed.connect(self._show_notices)

    def show_lost(self) -> None:
        """The engine died and is coming back."""
        self._connected = False
        self._say("bad", tr("Starting the engine again…"))
        self.pause.hide()

    def show_stopped(self) -> None:
        self._connected = False
        self._say("bad", tr("The engine has stopped"))
        self.pause.hide()

    def show_back(self) -> None:
        self._connected = True

    def _say(self, role: str, text: str) -> None:
        self._dot.show_role(role)
        self._text.setText(text)
        self._text.setAccessibleName(text)

    def _show_status(self) -> None:
        status = self._state.status
        if status is None:
            return
        self._count.setText(files_text(sum(status.counts.values())) if status.counts else "")
        self._show_notices()

    def _show_notices(self) -> None:
        status, models = self._state.status, self._state.models
        progress = self._state.progress
        notices = [progress.problem] if progress is not None and progress.phase == "hindered" else list[str]()
        notices += status.notices if status is not None else ()
        if models is not None and models.place is not None and models.place.note:
            notices.append(models.place.note)
        self._notice.show_whole(shown("  ·  ".join(notices)))

    def _show_progress(self) -> None:
        progress = self._state.progress
        if progress is None or not self._connected:
            return
        self._show_notices()
        working = progress.phase not in ("idle", "paused", "battery", "hindered")
        self.pause.setVisible(working or self._state.paused)
        if self._state.paused:
            self.pause.show_icon("resume")
            self.pause.name(tr("Go on reading"))
        else:
            self.pause.show_icon("pause")
            self.pause.name(tr("Pause reading"))
        self._count.setVisible(not working)
        if progress.phase == "idle":
            empty = self._state.status is not None and not self._state.status.folders
            self._say("muted" if empty else "good", tr("no files yet") if empty else tr("up to date"))
        else:
            # what is in the way may be long: it stands among the notices, which are cut where there is no room
            said = tr("waiting") if progress.phase == "hindered" else progress_text(progress)
            resting = self._state.paused or progress.phase in ("battery", "hindered")
            self._say("muted" if resting else "accent", said)

    def _toggle(self) -> None:
        self._state.pause(not self._state.paused)
