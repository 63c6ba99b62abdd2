"""A removed folder: after tidy-up its text is in no file of the data folder, and its room is given back."""

import random
from pathlib import Path

import pytest

from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from tests.engine.test_forgetting import holding, rows_with
from tests.support.running_engine import RunningEngine

SECRET = ("quillon", "ferrand", "saltmarsh")


def write(folder: Path, files: int, lines: int, *words: str) -> None:
    chance = random.Random(str(folder.name))
    folder.mkdir()
    for n in range(files):
        text = (f"{' '.join(words)} wrote {chance.getrandbits(96):x} in ledger {i} of {n}." for i in range(lines))
        (folder / f"{n}.txt").write_text("\n\n".join(text), encoding="utf-8")


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_most_of_a_library_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # without an embedder: what is looked at is text, and vectors of so much would take a minute
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    private, kept = tmp_path / "private", tmp_path / "kept"
    write(private, 8, 1_200, *SECRET)
    write(kept, 3, 300, "the baker")
    with RunningEngine(tmp_path / "library") as engine:
        engine.add(kept)
        fresh = size(tmp_path / "library")
        status = engine.add(private)
        engine.remove(next(folder.id for folder in status.folders if folder.path == str(private)))
        engine.wait_until_indexed()
    with RunningEngine(tmp_path / "library") as engine:  # one that has just begun waits for no question's old version
        engine.wait_until_indexed()
        assert engine.search("ledger 7 that the baker wrote")
        assert engine.call(m.CHECK, Nothing()).problems == ()
        left = size(tmp_path / "library")
    assert rows_with(tmp_path / "library", "ferrand") == 0
    assert holding(tmp_path / "library", *SECRET) == set()
    assert left < 2 * fresh, (left, fresh)
