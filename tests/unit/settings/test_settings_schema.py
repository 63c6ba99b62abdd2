"""The settings as data: names, defaults, limits."""

from typing import Any

import pytest

from desktop.domain.errors import UserError
from desktop.settings.schema import SETTINGS, WINDOW_SETTINGS, Section

BY_NAME = {entry.name: entry for entry in SETTINGS + WINDOW_SETTINGS}


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(SETTINGS) + len(WINDOW_SETTINGS)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_default_may_be_stored(name: str) -> None:
    assert BY_NAME[name].check(BY_NAME[name].default) == BY_NAME[name].default


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
