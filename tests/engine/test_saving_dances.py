"""Editors save by writing aside and renaming: each save is one reading, and leaves no other file in the library."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.running_engine import RunningEngine

Save = Callable[[Path, str], None]


def in_place(file: Path, text: str) -> None:
    with file.open("r+", encoding="utf-8") as opened:
        opened.truncate()
        opened.write(text[:9])
        opened.flush()
        opened.write(text[9:])


def by_rename(file: Path, text: str) -> None:
    """As gedit, Kate and most programs of today."""
    aside = file.with_name(f".goutputstream-{os.getpid()}")
    aside.write_text(text, encoding="utf-8")
    aside.replace(file)


def vim(file: Path, text: str) -> None:
    """Tries whether the folder may be written to, renames the old one away, writes anew, deletes the old one."""
    swap, probe, old = file.with_name(f".{file.name}.swp"), file.with_name("4913"), file.with_name(f"{file.name}~")
    swap.write_bytes(b"swap")
    probe.touch()
    probe.unlink()
    file.rename(old)
    file.write_text(text, encoding="utf-8")
    old.unlink()
    swap.unlink()


def libreoffice(file: Path, text: str) -> None:
    lock, aside = file.with_name(f".~lock.{file.name}#"), file.with_name("lu1234abcd.tmp")
    lock.write_text(",ada,computer,;", encoding="utf-8")
    aside.write_text(text, encoding="utf-8")
    shutil.copymode(file, aside)
    aside.replace(file)
    lock.unlink()


def word(file: Path, text: str) -> None:
    """The new one is written aside, the old one renamed away, the new one renamed into its place."""
    owner, new, old = file.with_name(f"~${file.name}"), file.with_name("~WRD0000.tmp"), file.with_name("~WRL0001.tmp")
    owner.write_bytes(b"ada")
    new.write_text(text, encoding="utf-8")
    file.rename(old)
    new.rename(file)
    old.unlink()
    owner.unlink()


DANCES: tuple[Save, ...] = (in_place, by_rename, vim, libreoffice, word)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dances")


def test_each_way_of_saving_is_one_update(home: Path) -> None:
    folder = home / "documents"
    folder.mkdir()
    file = folder / "letter.txt"
    file.write_text("Dear Ada, the ferry leaves at nine.", encoding="utf-8")
    (folder / "other.txt").write_text("Nothing happens here.", encoding="utf-8")
    with RunningEngine(home / "library") as engine:
        before = engine.add(folder)
        for save in DANCES:
            name = save.__name__.replace("_", "")
            save(file, f"Dear Ada, the ferry of {name} leaves at ten, and the quay is {name}quay now.")
            engine.wait_until_found(f"{name}quay")
            after = engine.wait_for(lambda s: s.covered == 1.0 and s.progress.phase == "idle")
            assert after.counts == {"indexed": 2}, name
            assert after.files_read == before.files_read + 1, name
            assert after.passages_embedded - before.passages_embedded <= 1, name
            before = after
