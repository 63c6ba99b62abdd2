"""The settings file: kept, checked, backed up, refused."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from desktop.domain.errors import EngineProblem, UserError
from desktop.settings.store import SettingsFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library" / "settings.json"


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def test_reading_defaults_writes_nothing(path: Path) -> None:
    settings = SettingsFile(path)
    assert settings.get("answer_tokens") == 512
    assert not path.parent.exists()


def test_what_is_set_is_kept(path: Path) -> None:
    SettingsFile(path).set("theme", "dark")
    SettingsFile(path).set("chosen_tones", [{"path": "/t.gguf", "strength": 0.5}])
    kept = SettingsFile(path)
    assert kept.get("theme") == "dark"
    assert kept.get("chosen_tones") == [{"path": "/t.gguf", "strength": 0.5}]
    assert kept.notices == ()


def test_a_save_leaves_one_file(path: Path) -> None:
    settings = SettingsFile(path)
    for tokens in range(100, 110):
        settings.set("answer_tokens", tokens)
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.json"]


def test_a_wrong_value_is_refused_and_the_old_stays(path: Path) -> None:
    settings = SettingsFile(path)
    settings.set("answer_tokens", 100)
    with pytest.raises(UserError, match="Longest answer"):
        settings.set("answer_tokens", 7)
    assert settings.get("answer_tokens") == 100


def test_of_several_all_or_none(path: Path) -> None:
    settings = SettingsFile(path)
    with pytest.raises(UserError):
        settings.set_all({"theme": "dark", "answer_tokens": 7})
    assert settings.get("theme") == "system"


def test_unknown_names(path: Path) -> None:
    settings = SettingsFile(path)
    with pytest.raises(UserError):
        settings.set("colour", "red")
    with pytest.raises(KeyError):
        settings.get("colour")


def test_a_list_handed_out_is_a_copy(path: Path) -> None:
    settings = SettingsFile(path)
    settings.get("chosen_tones").append("x")
    assert settings.get("chosen_tones") == []


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"version": 1}', '{"version": "1", "values": {}}', "[" * 100_000])
def test_a_broken_file_is_backed_up_and_replaced_by_defaults(path: Path, broken: str) -> None:
    write(path, broken)
    settings = SettingsFile(path)
    assert settings.get("theme") == "system"
    assert "damaged" in settings.notices[0]
    assert path.with_name("settings.json.broken.bak").read_text() == broken
    settings.set("theme", "dark")
    assert SettingsFile(path).notices == ()


def test_one_broken_value_costs_only_itself(path: Path) -> None:
    write(path, {"version": 1, "values": {"theme": "pink", "answer_tokens": 100, "colour": 1}})
    settings = SettingsFile(path)
    assert settings.get("theme") == "system"
    assert settings.get("answer_tokens") == 100
    assert len(settings.notices) == 2


def test_a_newer_file_is_refused_and_left_alone(path: Path) -> None:
    newer = {"version": 2, "values": {"theme": "dark"}}
    write(path, newer)
    with pytest.raises(EngineProblem, match="newer"):
        SettingsFile(path)
    assert json.loads(path.read_text()) == newer


def test_an_older_file_is_backed_up_then_upgraded(path: Path) -> None:
    write(path, {"version": 1, "values": {"look": "dark"}})
    upgrades = {1: lambda values: {"theme": values["look"]}, 2: lambda values: {**values, "answer_tokens": 99}}
    settings = SettingsFile(path, version=3, upgrades=upgrades)
    assert (settings.get("theme"), settings.get("answer_tokens")) == ("dark", 99)
    assert json.loads(path.with_name("settings.json.v1.bak").read_text())["values"] == {"look": "dark"}
    assert json.loads(path.read_text())["version"] == 3


def test_a_file_that_is_a_folder_is_an_engine_problem(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(EngineProblem):
        SettingsFile(path)


def test_threads_do_not_lose_each_other(path: Path) -> None:
    settings = SettingsFile(path)
    names = {"threads": 4, "answer_tokens": 100, "context_tokens": 4096, "passages_in_prompt": 7}
    workers = [threading.Thread(target=settings.set, args=item) for item in names.items()]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert {name: SettingsFile(path).get(name) for name in names} == names
