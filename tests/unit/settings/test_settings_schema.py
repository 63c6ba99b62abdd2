"""The settings as data: names, defaults, limits."""

from typing import Any

import pytest

from desktop.domain.errors import UserError
from desktop.settings.schema import SETTINGS, WINDOW_SETTINGS, Section, SettingEntry

BY_NAME = {entry.name: entry for entry in WINDOW_SETTINGS} | {entry.name: entry for entry in SETTINGS}


@pytest.mark.parametrize("schema", [SETTINGS, WINDOW_SETTINGS], ids=["settings.json", "window.json"])
def test_a_file_has_each_name_once_and_defaults_that_fit(schema: tuple[SettingEntry, ...]) -> None:
    assert len({entry.name for entry in schema}) == len(schema)
    assert all(entry.check(entry.default) == entry.default for entry in schema)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_what_is_shown_is_explained(name: str) -> None:
    entry = BY_NAME[name]
    assert entry.section is Section.HIDDEN or (entry.label and entry.text.endswith("."))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "dark"),
        ("answer_tokens", 64),
        ("answer_tokens", 2048),
        ("threads", 0),
        ("context_tokens", 0),
        ("paused", True),
        ("chosen_tones", [{"path": "/t.gguf", "strength": 1.5}, {"path": "/u.gguf", "strength": 0}]),
        ("place", [0, -20, 1280, 800]),
    ],
)
def test_what_fits(name: str, value: Any) -> None:
    assert BY_NAME[name].check(value) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"),
        ("answer_tokens", 63),
        ("answer_tokens", 2049),
        ("answer_tokens", 100.0),
        ("answer_tokens", True),
        ("threads", -1),
        ("context_tokens", 100),
        ("paused", 1),
        ("chosen_model", None),
        ("chosen_tones", [{"path": "/t.gguf"}]),
        ("chosen_tones", [{"path": "/t.gguf", "strength": 1.6}]),
        ("chosen_tones", [{"path": "/t.gguf", "strength": float("nan")}]),
        ("chosen_tones", "x"),
        ("place", [1.5]),
    ],
)
def test_what_does_not_fit(name: str, value: Any) -> None:
    with pytest.raises(UserError):
        BY_NAME[name].check(value)
