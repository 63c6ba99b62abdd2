"""What rules would change, in a sentence and three lists: files that would leave, that would come, all left out."""

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView

from desktop.gui.controls import Button, column, label
from desktop.gui.flow import Flow
from desktop.gui.theme import grid
from desktop.gui.translation import tr
from desktop.gui.wording import files_text, shown
from desktop.protocol.engine_messages import RulesPreview

LEAVING, ARRIVING, LEFT_OUT = range(3)


def preview_text(preview: RulesPreview) -> str:
    leaving, arriving = preview.leaving_count, preview.arriving_count
    if leaving and arriving:
        text = tr("{files} would leave the library, {more} be added.", files=files_text(leaving), more=f"{arriving:,}")
    elif leaving:
        text = tr("{files} would leave the library.", files=files_text(leaving))
    elif arriving:
        text = tr("{files} would be added to the library.", files=files_text(arriving))
    else:
        text = tr("The library would stay as it is.")
    if preview.complete:
        return text
    return text + " " + tr("This folder is very large: only a part of it was looked at.")


class RulesPreviewCard(QFrame):
    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "note")
        self._preview: RulesPreview | None = None
        self._chosen = LEAVING
        self._by_hand = False
        self._headline = label("", "strong", wrap=True)
        self._choices = [Button("", lambda n=n: self._choose(n), look="chip") for n in (LEAVING, ARRIVING, LEFT_OUT)]
        self.paths = QStringListModel()
        self._list = QListView()
        self._more = label("", "muted")
        self._set_out()
        self.show_looking()

    @property
    def headline(self) -> str:
        return self._headline.text()

    def choice(self, which: int) -> Button:
        return self._choices[which]

    def show_looking(self) -> None:
        """The lists of before stay."""
        self._headline.setText(tr("Looking at the folder…"))

    def show_preview(self, preview: RulesPreview) -> None:
        self._preview = preview
        self._headline.setText(preview_text(preview))
        counts = (preview.leaving_count, preview.arriving_count, preview.left_out_count)
        names = (tr("Would leave"), tr("Would be added"), tr("All that is left out"))
        for choice, name, count in zip(self._choices, names, counts, strict=True):
            choice.rename(f"{name} ({count:,})")
            choice.show()
        if not self._by_hand or not counts[self._chosen]:
            self._chosen = next((n for n, count in enumerate(counts) if count), LEAVING)
        self._list.show()
        self._show_list()

    def show_nothing(self, text: str) -> None:
        """Instead of a preview."""
        self._headline.setText(text)
        for part in (*self._choices, self._list, self._more):
            part.hide()

    def _set_out(self) -> None:
        self._list.setModel(self.paths)
        self._list.setAccessibleName(tr("Files and folders that this is about"))
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setUniformItemSizes(True)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setMinimumHeight(grid(40))
        choices = Flow(1.5, 1.5)
        for choice in self._choices:
            choice.setCheckable(True)
            choice.hide()
            choices.addWidget(choice)
        whole = column(3, (4, 4, 4, 3))
        whole.addWidget(self._headline)
        whole.addLayout(choices)
        whole.addWidget(self._list, 1)
        whole.addWidget(self._more)
        whole.addStretch(0)
        self.setLayout(whole)

    def _choose(self, which: int) -> None:
        self._chosen = which
        self._by_hand = True
        self._show_list()

    def _show_list(self) -> None:
        for n, choice in enumerate(self._choices):
            choice.setChecked(n == self._chosen)
        if self._preview is None:
            return
        preview = self._preview
        lists = (preview.leaving, preview.arriving, preview.left_out)
        counts = (preview.leaving_count, preview.arriving_count, preview.left_out_count)
        self.paths.setStringList([shown(path) for path in lists[self._chosen]])
        left = counts[self._chosen] - len(lists[self._chosen])
        self._more.setText(tr("and {n} more", "", left) if left > 0 else "")
        self._more.setVisible(left > 0)
