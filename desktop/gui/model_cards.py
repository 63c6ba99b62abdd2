"""Cards of models that are on this disk: those in the list, and those that other programs keep."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop.domain.models import FoundModel, MachineFit, Model, ModelPlace
from desktop.gui.controls import Button, ElidedLabel, column, label, row
from desktop.gui.model_state import ModelState
from desktop.gui.model_wording import fit_facts, verdict_look, verdict_text, where_it_runs
from desktop.gui.translation import tr
from desktop.gui.wording import shown, size_text


@dataclass(frozen=True, slots=True)
class CardActions:
    """What an installed model's buttons do."""

    on_use: Callable[[Model], object]
    on_details: Callable[[Model], object]
    on_remove: Callable[[Model], object]


def model_card(
    model: Model, actions: CardActions, place: ModelPlace | None, *, chosen: bool, opened: bool
) -> QVBoxLayout:
    """`place` is where it computes, if it is in memory."""
    lines = column(0.5)
    lines.addWidget(ElidedLabel(shown(model.name), "strong"))
    facts = [size_text(model.size), shown(model.architecture)]
    if model.context:
        facts.append(tr("{n} token of context", "{n} tokens of context", model.context))
    lines.addWidget(label("  ·  ".join(fact for fact in facts if fact), "muted", wrap=True))
    if model.problem:
        lines.addWidget(label(shown(model.problem), "bad", wrap=True))
    elif model.stopped:
        why = tr("Loading it ended the model runner. It is not tried again by itself.")
        lines.addWidget(label(why, "bad", wrap=True))
    elif model.fit is not None:
        lines.addLayout(_fit_line(model.fit))
    if place is not None:
        lines.addWidget(label(where_it_runs(place), "muted", wrap=True))
    across = row(2)
    across.addLayout(lines, 1)
    _add_buttons(across, model, actions, chosen=chosen, opened=opened)
    whole = column(2, (4, 3, 3, 3))
    whole.addLayout(across)
    return whole


def found_card(found: FoundModel, state: ModelState) -> QVBoxLayout:
    lines = column(0.5)
    lines.addWidget(ElidedLabel(shown(found.name), "strong"))
    facts = tr("{program}  ·  {size}", program=found.program, size=size_text(found.size))
    lines.addWidget(label(facts, "muted"))
    lines.addLayout(_fit_line(found.fit))
    across = row(2)
    across.addLayout(lines, 1)
    use = Button(tr("Use it there"), lambda: state.use(found.path))
    use.setAccessibleName(tr("Use {name} where it lies", name=found.name))
    copy = Button(tr("Copy it here"), lambda: state.copy(found.path), look="plain")
    copy.setAccessibleName(tr("Copy {name} into Footnote’s folder", name=found.name))
    across.addWidget(use)
    across.addWidget(copy)
    whole = column(2, (4, 3, 3, 3))
    whole.addLayout(across)
    return whole


def _fit_line(fit: MachineFit) -> QHBoxLayout:
    line = row(2)
    line.addWidget(label(verdict_text(fit), verdict_look(fit)), 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(label(fit_facts(fit), "muted", wrap=True), 1)
    return line


def _add_buttons(across: QHBoxLayout, model: Model, actions: CardActions, *, chosen: bool, opened: bool) -> None:
    if model.stopped and not model.problem:
        again = Button(tr("Try again"), lambda: actions.on_use(model))
        again.setAccessibleName(tr("Try {name} again", name=model.name))
        across.addWidget(again)
    elif chosen:
        across.addWidget(label(tr("✓ In use"), "good"))
    elif not model.problem:
        use = Button(tr("Use"), lambda: actions.on_use(model))
        use.setAccessibleName(tr("Use {name}", name=model.name))
        across.addWidget(use)
    if not model.problem:
        details = Button(tr("Less") if opened else tr("Details"), lambda: actions.on_details(model), look="plain")
        text = tr("Hide details of {name}") if opened else tr("Details of {name}")
        details.setAccessibleName(text.format(name=model.name))
        across.addWidget(details)
    verb = tr("Take off the list") if model.linked else tr("Delete…")
    remove = Button(verb, lambda: actions.on_remove(model), look="plain")
    name = tr("Take {name} off the list") if model.linked else tr("Delete {name}")
    remove.setAccessibleName(name.format(name=model.name))
    across.addWidget(remove)
