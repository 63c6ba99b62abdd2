"""What was installed is remembered, and forgotten when a lock changes, the stamp is damaged or `.venv` is gone."""

from pathlib import Path

import pytest

from installer.checkout import Checkout
from installer.console import Console
from installer.environment import Environment
from installer.stamp import Stamp, key_of


def test_holds_only_the_key_it_recorded(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "stamp.json"
    Stamp(path).record("app", "one")
    again = Stamp(path)
    assert again.holds("app", "one")
    assert not again.holds("app", "two")
    assert not again.holds("check", "one")
    again.forget("app")
    assert not Stamp(path).has("app")
    assert [file.name for file in path.parent.iterdir()] == ["stamp.json"]


@pytest.mark.parametrize("damage", ["", "{", "[]", '"x"', '{"app": 5}', "\0\0"])
def test_damaged_stamp_is_empty(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "stamp.json"
    path.write_text(damage, encoding="utf-8")
    assert not Stamp(path).has("app")
    Stamp(path).record("app", "one")
    assert Stamp(path).holds("app", "one")


def test_key_follows_contents_and_borders(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("a==1", encoding="utf-8")
    before = key_of(lock, "option")
    assert key_of(lock, "option") == before
    lock.write_text("a==2", encoding="utf-8")
    assert key_of(lock, "option") != before
    assert key_of("ab", "c") != key_of("a", "bc")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    checkout = Checkout(tmp_path / "clone")
    checkout.locks.mkdir(parents=True)
    checkout.lock("app").write_text(f"a==1 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    return checkout


def test_environment_is_made_once_and_a_moved_one_is_not_trusted(
    checkout: Checkout, tmp_path: Path, console: Console
) -> None:
    checkout.python.parent.mkdir(parents=True)
    checkout.python.write_text("", encoding="utf-8")
    Stamp(checkout.stamp).record("place", str(checkout.environment))
    assert Environment(checkout, tmp_path, console).is_made()
    moved = Checkout(tmp_path / "moved")
    checkout.root.rename(moved.root)
    assert not Environment(moved, tmp_path, console).is_made()


def test_changed_lock_means_install_again(checkout: Checkout, tmp_path: Path, console: Console) -> None:
    environment = Environment(checkout, tmp_path, console)
    environment.stamp.record("app", environment.group_key("app"))
    assert environment.has("app")
    checkout.lock("app").write_text(f"a==2 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    assert not environment.has("app")
