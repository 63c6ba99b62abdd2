"""Paths, memory and the environment of our processes."""

import os
from pathlib import Path

import pytest

from desktop.platform_support.environment import HARDENING, child_environment, harden
from desktop.platform_support.memory import free_memory
from desktop.platform_support.paths import data_folders, project_data, user_cache, user_data


def test_the_library_moves_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path / "cache"))
    usual, moved = data_folders(), data_folders(tmp_path / "moved")
    assert usual.library == tmp_path / "home" / "library"
    assert moved.library == tmp_path / "moved"
    for folders in (usual, moved):
        assert folders.models == tmp_path / "home" / "models"
        assert folders.tones == tmp_path / "home" / "tones"
        assert folders.embedders == tmp_path / "home" / "embedders"
        assert folders.cache == tmp_path / "cache"
        inside = (folders.database, folders.vectors, folders.settings, folders.logs, folders.pages)
        assert all(path.parent == folders.library for path in inside)


def test_without_a_word_of_ours_the_system_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOOTNOTE_HOME", raising=False)
    monkeypatch.delenv("FOOTNOTE_CACHE", raising=False)
    assert "footnote" in str(user_data()).lower()
    assert "footnote" in str(user_cache()).lower()
    assert user_data().is_absolute() and user_cache().is_absolute()


def test_what_was_not_shipped_is_named() -> None:
    assert project_data("resources").is_dir()
    with pytest.raises(FileNotFoundError, match="nothing/of/ours"):
        project_data("nothing", "of", "ours")


def test_memory_is_a_plausible_number() -> None:
    assert 1 << 20 < free_memory() < 1 << 46


def test_children_are_hardened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"PATH": "kept"})
    assert child_environment()["PATH"] == "kept"
    assert child_environment().items() >= dict(HARDENING).items()
    assert "HF_HUB_OFFLINE" not in os.environ
    harden()
    assert os.environ["HF_HUB_OFFLINE"] == "1"
