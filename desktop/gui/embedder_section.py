"""A part of the settings: the embedders on this computer, what a change to another would cost, and the change.

Nothing changes before the cost was seen; going back to the one before is a change like any other, and costs nothing.
"""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.domain.errors import FootnoteError
from desktop.gui.controls import Button, ElidedLabel, column, empty, framed, label, row
from desktop.gui.embedder_offers import EmbedderOffersPart
from desktop.gui.parts import Parts
from desktop.gui.translation import tr
from desktop.gui.wording import shown, size_text
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import (
    CHOOSE_EMBEDDER,
    LIST_EMBEDDERS,
    PREVIEW_EMBEDDER,
    UNDO_PASSAGES,
    EmbedderCost,
    EmbedderEntry,
    EmbedderName,
    Embedders,
)

UNDO = "undo"  # the button's key, where no embedder's name can be


class EmbedderSection(QWidget):
    """`cost` is the one on screen, None while none is; `buttons` by the embedder's name, or UNDO."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._parts = parts
        self._known: Embedders | None = None
        self.cost: EmbedderCost | None = None
        self.buttons: dict[str, Button] = {}
        self._cards = column(2)
        lines = column(2)
        lines.addWidget(label(tr("Finding by meaning"), "strong"))
        about = tr("An embedder tells which passages mean what a question asks. Words are searched with any of them.")
        lines.addWidget(label(about, "muted", wrap=True))
        lines.addLayout(self._cards)
        self.offers = EmbedderOffersPart(parts, self._read)
        lines.addWidget(self.offers)
        self.setLayout(lines)
        parts.state.status_changed.connect(self._read)
        self._read()

    def _read(self) -> None:
        self._parts.client.call(LIST_EMBEDDERS, Nothing(), self._take, None)

    def _take(self, known: Embedders) -> None:
        if known != self._known or self._building(known):
            self._known = known
            self._show()

    def _building(self, known: Embedders) -> bool:
        return known.answering != known.chosen

    def _show(self) -> None:
        empty(self._cards)
        self.buttons = {}
        if self._known is None:
            return
        for entry in self._known.embedders:
            self._cards.addWidget(self._card(entry, self._known))

    def _card(self, entry: EmbedderEntry, known: Embedders) -> QFrame:
        lines = column(1)
        lines.addWidget(ElidedLabel(shown(entry.name), "strong"))
        facts = [size_text(entry.size)]
        if entry.tokens:
            facts.append(tr("reads {n} token at once", "reads {n} tokens at once", entry.tokens))
        lines.addWidget(label("  ·  ".join(facts), "muted"))
        if entry.name == known.chosen and known.former:
            lines.addWidget(label(former_text(known.former), "muted", wrap=True))
        if entry.problem:
            lines.addWidget(label(shown(entry.problem), "bad", wrap=True))
        if self.cost is not None and self.cost.name == entry.name:
            said = again_text(self.cost) if entry.name == known.chosen else cost_text(self.cost)
            lines.addWidget(label(said, "", wrap=True))
            lines.addLayout(self._choice(entry.name))
        across = row(3, (4, 3, 3, 3))
        across.addLayout(lines, 1)
        if entry.name == known.chosen:
            across.addWidget(label(self._use_text(known), "good"))
        if entry.name == known.chosen and known.former:
            across.addWidget(self._button(UNDO, tr("Undo new passages"), self._undo))
        offer = tr("New passages…") if entry.name == known.chosen and known.outdated else ""
        offer = tr("Use…") if entry.name != known.chosen and not entry.problem else offer
        if offer and (self.cost is None or self.cost.name != entry.name):
            across.addWidget(self._button(entry.name, offer, lambda: self._ask(entry.name)))
        return framed("card", across)

    def _choice(self, name: str) -> QHBoxLayout:
        across = row(2)
        again = self._known is not None and name == self._known.chosen
        act = tr("Make new passages") if again else tr("Change to it")
        across.addWidget(self._button(name, act, lambda: self._choose(name)))
        across.addWidget(Button(tr("Not now"), self._leave, look="plain"))
        across.addStretch(1)
        return across

    def _button(self, name: str, text: str, act: Callable[[], object]) -> Button:
        made = self.buttons[name] = Button(text, act)
        if name != UNDO:
            made.setAccessibleName(f"{text} {shown(name)}")
        return made

    def _use_text(self, known: Embedders) -> str:
        status = self._parts.state.status
        if not self._building(known) or status is None:
            return tr("✓ In use")
        share = f"{int(100 * status.covered)} %"
        return tr("{share} made; {name} finds until then", share=share, name=shown(known.answering))

    def _ask(self, name: str) -> None:
        self.buttons[name].setEnabled(False)
        self.buttons[name].rename(tr("Measuring…"))
        self._parts.client.call(PREVIEW_EMBEDDER, EmbedderName(name), self._offer, self._refused)

    def _offer(self, cost: EmbedderCost) -> None:
        self.cost = cost
        self._show()
        self.buttons[cost.name].setFocus()

    def _choose(self, name: str) -> None:
        self.cost = None
        self._parts.client.call(CHOOSE_EMBEDDER, EmbedderName(name), self._chosen, self._refused)

    def _chosen(self, known: Embedders) -> None:
        self._known = known
        self._show()

    def _undo(self) -> None:
        self.buttons[UNDO].setEnabled(False)
        self._parts.client.call(UNDO_PASSAGES, Nothing(), self._chosen, self._refused)

    def _leave(self) -> None:
        self.cost = None
        QTimer.singleShot(0, self, self._show)  # the button that was pressed goes away with it

    def _refused(self, error: FootnoteError) -> None:
        self._show()
        self._parts.messages.say(error.title, error.hint)


def cost_text(cost: EmbedderCost) -> str:
    """What a change means, in a sentence or three."""
    if not cost.passages:
        return tr("All its passages are embedded already: the change costs nothing.")
    said = [tr("{n} passage is to be embedded", "{n} passages are to be embedded", cost.passages)]
    if cost.kept:
        said.append(tr("{n} has its vector already", "{n} have their vector already", cost.kept))
    if cost.files:
        said.append(tr("{n} file is read again", "{n} files are read again", cost.files))
    time = _time_text(cost.seconds)
    if cost.files:  # going back, they are read and embedded once more
        after = tr("Questions are answered meanwhile as now.")
    else:
        after = tr("Questions are answered meanwhile as now; for 30 days you can go back at no cost.")
    return f"{'; '.join(said)}: {time}. {after}"


def again_text(cost: EmbedderCost) -> str:
    """What new passages cost, where an older Footnote made those that are there."""
    said = [tr("{n} file is cut into passages anew", "{n} files are cut into passages anew", cost.files)]
    said.append(tr("at most {n} passage is embedded", "at most {n} passages are embedded", cost.passages))
    after = tr("Questions are answered meanwhile; for 30 days you can go back to the passages there are now.")
    return f"{'; '.join(said)}: {_time_text(cost.seconds)}. {after}"


def former_text(files: int) -> str:
    """What can be undone."""
    return tr(
        "{n} file was cut into new passages. For 30 days you can go back to the old ones.",
        "{n} files were cut into new passages. For 30 days you can go back to the old ones.",
        files,
    )


def _time_text(seconds: float) -> str:
    if seconds < 60:
        return tr("under a minute")
    if seconds < 3600:
        return tr("about {n} minute", "about {n} minutes", round(seconds / 60))
    return tr("about {n} hour", "about {n} hours", round(seconds / 3600))
