"""Brings what a model wrote into its form. Where it doesn't keep it, the model is told why and asked once more.

The first time it is free, so that it can say that the sources don't say it; the second time a schema holds it.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from desktop.answering.forms.form import Form
from desktop.answering.refusing import model_refuses
from desktop.protocol.runner_messages import Generated, Turn

NO_FORM = "Without a model this is a quotation, not the form that was asked for."
_CUT_OFF = "It was cut off: it is longer than an answer may be."


@dataclass(frozen=True, slots=True)
class Written:
    """`problems` are empty where the text keeps its form; `refuses`: the model says that the sources don't say it."""

    text: str
    problems: tuple[str, ...]
    refuses: bool
    cancelled: bool


def in_form(
    form: Form, turns: tuple[Turn, ...], first: Generated, again: Callable[[tuple[Turn, ...]], Generated]
) -> Written:
    written = _written(form, first)
    if not written.problems or written.refuses or written.cancelled or first.reason == "length":
        return written
    told = f"{' '.join(written.problems)} Reply again, in the form that was asked for, and nothing else."
    second = _written(form, again((*turns, Turn("assistant", first.text), Turn("user", told))))
    if second.cancelled and not second.text:
        return dataclasses.replace(written, cancelled=True)
    return written if second.problems and not second.cancelled else second


def _written(form: Form, generated: Generated) -> Written:
    text = form.tidy(generated.text)
    problems = form.problems(text)
    refuses = not text or ((bool(problems) or form.prose) and model_refuses(generated.text))
    cut = (_CUT_OFF,) if generated.reason == "length" else ()
    return Written(text, (*cut, *problems), refuses, generated.reason == "cancelled")
