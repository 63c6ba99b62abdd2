"""Every setting as data: its name, type, default, limits and the words that explain it. Reads and writes nothing.

A new setting is one entry here; the settings page, the CLI and the checks follow from it.
"""

import os
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from desktop.domain.errors import UserError


class SettingKind(StrEnum):
    """What a value may be. TONES: a list of `{"path": str, "strength": 0 to 1.5}`; NUMBERS: a list of whole numbers.

    FOLDERS: a list of absolute paths. MODELS: by a model's path, an object of the fields of
    `domain.models.ModelDetails`.
    """

    BOOL = "bool"
    INT = "int"
    TEXT = "text"
    CHOICE = "choice"
    TONES = "tones"
    NUMBERS = "numbers"
    FOLDERS = "folders"
    MODELS = "models"


class Section(StrEnum):
    """Where the settings page shows it; HIDDEN ones are set elsewhere in the window."""

    GENERAL = "general"
    ADVANCED = "advanced"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class SettingEntry:
    """`default` and values are plain JSON values. `minimum`, `maximum` limit INT, `choices` limits CHOICE.

    `maximum` limits the characters of a TEXT too.

    `label` names it, `text` explains it; `zero` is what 0 means, where it means something of its own.
    """

    name: str
    kind: SettingKind
    default: Any
    section: Section
    label: str = ""
    text: str = ""
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[tuple[str, str], ...] = ()
    zero: str = ""

    def check(self, value: Any) -> Any:
        """The value, when it may be stored. Raises UserError, naming the setting, when not."""
        if not self._fits(value):
            raise UserError(f"“{self.label or self.name}” can't be set to that.", self._allowed())
        return value

    def _fits(self, value: Any) -> bool:
        match self.kind:
            case SettingKind.BOOL:
                return type(value) is bool
            case SettingKind.INT:
                return type(value) is int and self._within(value)
            case SettingKind.TEXT:
                return type(value) is str and len(value) <= (self.maximum or sys.maxsize)
            case SettingKind.CHOICE:
                return value in [name for name, _ in self.choices]
            case SettingKind.TONES:
                return isinstance(value, list) and all(_is_tone(item) for item in cast("list[Any]", value))
            case SettingKind.NUMBERS:
                return isinstance(value, list) and all(type(item) is int for item in cast("list[Any]", value))
            case SettingKind.FOLDERS:
                return isinstance(value, list) and all(_is_folder(item) for item in cast("list[Any]", value))
            case SettingKind.MODELS:
                return isinstance(value, dict) and all(
                    _are_details(item) for item in cast("dict[str, Any]", value).values()
                )

    def _within(self, value: int) -> bool:
        if value == 0 and self.zero:
            return True
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)

    def _allowed(self) -> str:
        if self.kind is SettingKind.CHOICE:
            return "Choose one of: " + ", ".join(name for name, _ in self.choices) + "."
        if self.kind is SettingKind.INT:
            zero = f", or 0 ({self.zero})" if self.zero else ""
            return f"A whole number from {self.minimum} to {self.maximum}{zero}."
        if self.kind is SettingKind.TEXT and self.maximum:
            return f"At most {self.maximum:,} characters."
        return f"The value must be of type {self.kind}."


def _is_folder(item: Any) -> bool:
    return type(item) is str and os.path.isabs(item) and "\0" not in item


def _is_tone(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    tone = cast("dict[str, Any]", item)
    strength = tone.get("strength")
    return (
        set(tone) == {"path", "strength"}
        and type(tone["path"]) is str
        and type(strength) in (int, float)
        and 0 <= cast("float", strength) <= 1.5
    )


def _are_details(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    kinds: dict[str, tuple[type, ...]] = {
        "context": (int,), "threads": (int,), "gpu_layers": (int,), "kv_type": (str,),
        "temperature": (int, float), "seed": (int,),
    }  # fmt: skip
    details = cast("dict[str, Any]", item)
    return all(name in kinds and type(value) in kinds[name] for name, value in details.items())


# One line for each setting; the layout is a table on purpose.
# fmt: off
SETTINGS: tuple[SettingEntry, ...] = (
    SettingEntry(
        "theme", SettingKind.CHOICE, "system", Section.GENERAL, "Appearance",
        "Light, dark, or as the system is.",
        choices=(("system", "As the system"), ("light", "Light"), ("dark", "Dark")),
    ),
    SettingEntry(
        "watch_folders", SettingKind.BOOL, True, Section.GENERAL, "Follow changes in folders",
        "New, changed and deleted files are noticed as they happen. When off, they are noticed at the next start.",
    ),
    SettingEntry(
        "pause_on_battery", SettingKind.BOOL, True, Section.GENERAL, "Wait while on battery",
        "Reading new files waits until the computer is plugged in. Questions are answered all the while.",
    ),
    SettingEntry(
        "recognise_text", SettingKind.BOOL, True, Section.GENERAL, "Recognise text on pictures",
        "Reads scans and photographs, after all other files. Latin letters, Chinese and Japanese are recognised; "
        "Greek, Cyrillic, Arabic, Hebrew, Korean and the scripts of India are not.",
    ),
    SettingEntry(
        "recognised_letters", SettingKind.CHOICE, "all", Section.ADVANCED, "Letters on pictures",
        "Latin letters alone spare mistakes where no picture is in Chinese or Japanese. A change has every picture "
        "recognised again.",
        choices=(("all", "Latin, Chinese and Japanese"), ("latin", "Latin alone")),
    ),
    SettingEntry(
        "answer_tokens", SettingKind.INT, 512, Section.GENERAL, "Longest answer",
        "In tokens; a token is about three quarters of a word.", 64, 2048,
    ),
    SettingEntry(
        "standing_wishes", SettingKind.TEXT, "", Section.GENERAL, "Standing wishes for answers",
        "Said to the model with every question, such as: short, formal, amounts in euros. "
        "They shape how an answer reads; its facts are checked all the same.", maximum=1000,
    ),
    SettingEntry(
        "passages_in_prompt", SettingKind.INT, 0, Section.ADVANCED, "Passages the model reads",
        "How many of the passages found are given to the model for one answer. More is slower.",
        1, 40, zero="the best four",
    ),
    SettingEntry(
        "threads", SettingKind.INT, 0, Section.ADVANCED, "Processor threads",
        "How many threads the model may use.", 1, 256, zero="chosen for this computer",
    ),
    SettingEntry(
        "unload_minutes", SettingKind.INT, 15, Section.ADVANCED, "Minutes until the model is put away",
        "When nothing was asked for so long, the model's memory is given back. The next question loads it again.",
        1, 1440, zero="it stays",
    ),
    SettingEntry(
        "context_tokens", SettingKind.INT, 0, Section.ADVANCED, "Context size",
        "How many tokens the model holds in view. More needs more memory.",
        512, 131072, zero="chosen for this model",
    ),
    SettingEntry("chosen_model", SettingKind.TEXT, "", Section.HIDDEN),
    SettingEntry("model_details", SettingKind.MODELS, {}, Section.HIDDEN),
    SettingEntry("model_folders", SettingKind.FOLDERS, [], Section.HIDDEN),
    SettingEntry("chosen_tones", SettingKind.TONES, [], Section.HIDDEN),
    SettingEntry("truth_questions", SettingKind.TEXT, "", Section.HIDDEN),
    SettingEntry("sql_schema", SettingKind.TEXT, "", Section.HIDDEN),
    SettingEntry("json_schema", SettingKind.TEXT, "", Section.HIDDEN),
    SettingEntry("chosen_embedder", SettingKind.TEXT, "", Section.HIDDEN),
    SettingEntry("chosen_reranker", SettingKind.TEXT, "", Section.HIDDEN),
    SettingEntry("paused", SettingKind.BOOL, False, Section.HIDDEN),
)

WINDOW_SETTINGS: tuple[SettingEntry, ...] = (
    SettingEntry("place", SettingKind.NUMBERS, [], Section.HIDDEN),  # x, y, width, height; empty: centred
    SettingEntry("maximized", SettingKind.BOOL, False, Section.HIDDEN),
    SettingEntry("side_width", SettingKind.INT, 0, Section.HIDDEN),
    SettingEntry("reader_width", SettingKind.INT, 0, Section.HIDDEN),
    SettingEntry("first_steps_done", SettingKind.BOOL, False, Section.HIDDEN),
    SettingEntry("conversation", SettingKind.INT, 0, Section.HIDDEN),  # the one on screen; 0: none
    SettingEntry("theme", SettingKind.TEXT, "system", Section.HIDDEN),  # as the engine last said it
    SettingEntry("drafts", SettingKind.TEXT, "{}", Section.HIDDEN),  # JSON object: conversation id, question begun
)
# fmt: on
