"""One model on its way: what it is doing, how far it is, and pause, go on, discard. Follows its download in place."""

from typing import Protocol

from PySide6.QtWidgets import QProgressBar, QWidget

from desktop.domain.downloads import Download, DownloadState
from desktop.gui.controls import Button, column, label, look_again, row
from desktop.gui.model_wording import download_text, hash_text, origin_text
from desktop.gui.translation import tr
from desktop.gui.wording import shown

STEPS = 1000
GOING = (DownloadState.CONNECTING, DownloadState.RUNNING, DownloadState.CHECKING)


class DownloadActions(Protocol):
    """What a row's buttons do, by the download's id."""

    def get(self, download_id: str, /) -> None: ...
    def pause(self, download_id: str, /) -> None: ...
    def discard(self, download_id: str, /) -> None: ...


class DownloadRow:
    """`frame_layout` is what stands in a card."""

    def __init__(self, state: DownloadActions, download: Download) -> None:
        self._state, self._download = state, download
        name = shown(download.name)
        self._doing = label("", "muted", wrap=True)
        self._source = label("", "caption", wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Download of {name}", name=name))
        self.go_on = Button("", self._toggle)
        self.discard = Button(tr("Discard"), lambda: self._state.discard(self._download.id), look="plain")
        self.discard.setAccessibleName(tr("Discard {name}", name=name))
        lines = column(1)
        for part in (label(name, "strong"), self.bar, self._doing, self._source):
            lines.addWidget(part)
        self.layout = row(3, (4, 3, 3, 3))
        self.layout.addLayout(lines, 1)
        self.layout.addWidget(self.go_on)
        self.layout.addWidget(self.discard)
        self.follow(download)

    def follow(self, download: Download, doing: str = "") -> None:
        """Shows how far it is now, or what is made of it; the button keeps its focus."""
        self._download = download
        name = shown(download.name)
        self._doing.setText(shown(doing) or download_text(download))
        look = "bad" if download.state is DownloadState.FAILED else "muted"
        if self._doing.property("look") != look:
            self._doing.setProperty("look", look)
            look_again(self._doing)
        origin = download.origin
        self._source.setText(f"{origin_text(origin)}\n{hash_text(origin)}".strip() if origin is not None else "")
        _show(self._source, origin is not None)
        self.bar.setValue(STEPS * download.done // download.total if download.total else 0)
        _show(self.bar, download.state is not DownloadState.FAILED or bool(download.done))
        going = download.state in GOING
        verb = tr("Pause") if going else tr("Try again") if download.state is DownloadState.FAILED else tr("Resume")
        if self.go_on.text() != verb:
            self.go_on.rename(verb)
            self.go_on.setAccessibleName(f"{verb}: {name}")

    def _toggle(self) -> None:
        if self._download.state in GOING:
            self._state.pause(self._download.id)
        else:
            self._state.get(self._download.id)


def _show(widget: QWidget, on: bool) -> None:
    """What has no parent yet is shown with its card; shown before, it would be a window of its own."""
    if not on:
        widget.hide()
    elif widget.parentWidget() is not None:
        widget.show()
