"""What a disk, a user and chance do: kills at any moment, moved folders, odd names, damaged indexes, no embedder."""

import contextlib
import os
import random
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.errors import EngineProblem, UserError
from desktop.platform_support.paths import data_folders
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from tests.support.running_engine import RunningEngine

KILLS = 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "lease.md").write_text("# Lease\n\nEither party may end the lease with three months written notice.\n")
    (folder / "boat.txt").write_text("The password of the boathouse is marmalade.")
    return folder


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    with RunningEngine(tmp_path / "library") as engine:
        yield engine


def change_something(folder: Path, chance: random.Random) -> None:
    """An edit, a rename, a deletion or a new file."""
    files = sorted(folder.iterdir())
    one = chance.choice(files)
    number = chance.randrange(1_000_000)
    text = "\n\n".join(f"Line {n} of {number} speaks of item {chance.randrange(99)}. " * 4 for n in range(12))
    match chance.randrange(4):
        case 0:
            one.write_text(text)
        case 1:
            one.rename(folder / f"renamed-{number}.txt")
        case 2 if len(files) > 20:
            one.unlink()
        case _:
            (folder / f"new-{number}.txt").write_text(text)


def test_kills_at_any_moment_lose_nothing(tmp_path: Path) -> None:
    seed = int(os.environ.get("FOOTNOTE_TEST_SEED", "0")) or random.randrange(1 << 30)
    chance = random.Random(seed)
    folder = tmp_path / "documents"
    folder.mkdir()
    for _ in range(60):
        (folder / f"note-{chance.randrange(1 << 40)}.txt").write_text(f"Note {chance.random()} on {chance.random()}.\n")
    for _ in range(KILLS):
        with RunningEngine(tmp_path / "library") as engine:
            engine.call(m.ADD, m.Paths((str(folder),)))
            # loading takes the first second of an engine: most kills fall behind it
            ending = threading.Timer(chance.uniform(0.2, 2.5), engine.kill)
            ending.start()
            for _ in range(5):
                change_something(folder, chance)
            ending.join()
    with RunningEngine(tmp_path / "library") as engine:
        status = engine.wait_until_indexed()
        there = {str(path) for path in folder.iterdir()}
        listed = [file.path for file in engine.call(m.LIST_FILES, m.ListFiles("", "", 0, 1_000)).files]
        assert (sorted(listed), status.counts) == (sorted(there), {"indexed": len(there)}), f"seed {seed}"
        assert engine.call(m.CHECK, Nothing()).problems == (), f"seed {seed}"
        assert status.covered == 1, f"seed {seed}"


def test_a_renamed_folder_is_noticed_and_followed_when_it_is_back(engine: RunningEngine, folder: Path) -> None:
    engine.add(folder)
    folder.rename(folder.with_name("away"))
    engine.wait_for(lambda s: s.counts == {"missing": 2})
    folder.with_name("away").rename(folder)
    engine.wait_for(lambda s: s.counts == {"indexed": 2} and s.progress.phase == "idle")
    (folder / "new.txt").write_text("The lighthouse keeper is called Bramblewick.")
    engine.wait_until_found("Bramblewick")


def test_another_folder_in_its_place_is_followed(engine: RunningEngine, folder: Path) -> None:
    engine.add(folder)
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "other.txt").write_text("The lighthouse keeper is called Bramblewick.")
    engine.wait_until_found("Bramblewick")
    engine.wait_for(lambda s: s.counts == {"indexed": 1, "missing": 2})
    (folder / "later.txt").write_text("His dog is called Quillfeather.")
    engine.wait_until_found("Quillfeather")


def test_odd_names_are_found_and_shown(engine: RunningEngine, folder: Path) -> None:
    odd = [
        b"not \xff utf-8.txt",
        b"two\nlines.txt",
        "\U0001f600.txt".encode(),
        b"x" * 251 + b".txt",
        "e\u0301.txt".encode(),
        "\u05d3\u05d5\u05d7 \u0639\u0642\u062f.txt".encode(),
        b"ends in dots...txt",
        b"ends in a dot.txt.",
        b"ends in a space.txt ",
        b" begins with one.TXT",
    ]
    for number, name in enumerate(odd):
        (folder / os.fsdecode(name)).write_text(f"The secret number {number} is zanzibar{number}.")
    engine.add(folder)
    for number, name in enumerate(odd):
        (found,) = [p for p in engine.search(f"zanzibar{number}") if f"zanzibar{number}" in p.text]
        assert os.fsencode(Path(found.file).name) == name
        text = engine.call(m.OPEN_TEXT, m.OpenText(found.file_id, 0, 1_000, False))
        assert (text.path, text.unchanged) == (found.file, True)


def test_its_own_library_inside_the_folder_is_left_out(tmp_path: Path, folder: Path) -> None:
    with RunningEngine(folder / "library") as engine:
        status = engine.add(folder)
        assert status.counts["indexed"] == 2
        files = engine.call(m.LIST_FILES, m.ListFiles("", "", 0, 100)).files
        assert not [file.path for file in files if str(folder / "library") + os.sep in file.path]
        with pytest.raises(UserError, match="its own data"):
            engine.add(folder / "library" / "logs")


def test_a_folder_and_one_inside_it(engine: RunningEngine, folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "deep.txt").write_text("The lighthouse keeper is called Bramblewick.")
    engine.add(folder / "inner")
    status = engine.add(folder)
    assert {Path(f.path).name: f.indexed for f in status.folders} == {"inner": 1, "documents": 2}
    engine.remove(next(f.id for f in status.folders if f.path == str(folder)))
    assert engine.wait_until_indexed().counts == {"indexed": 1}
    assert engine.search("Bramblewick")
    status = engine.add(folder / "inner", folder)
    engine.remove(next(f.id for f in status.folders if f.path == str(folder / "inner")))
    engine.wait_for(lambda s: s.counts == {"indexed": 3} and s.progress.phase == "idle")


def test_pause_holds_reading_and_remove_works_meanwhile(engine: RunningEngine, folder: Path, tmp_path: Path) -> None:
    status = engine.add(folder)
    engine.call_pause(True)
    engine.wait_for(lambda s: s.progress.phase == "paused")
    (folder / "new.txt").write_text("The lighthouse keeper is called Bramblewick.")
    engine.wait_for(lambda s: s.counts == {"indexed": 2, "waiting": 1})
    assert engine.status().progress.phase == "paused"
    engine.call_pause(False)
    engine.wait_until_found("Bramblewick")
    engine.remove(status.folders[0].id)
    assert engine.wait_until_indexed().counts == {}


def test_strange_questions_are_searched(engine: RunningEngine) -> None:
    for question in ("", " ", "word " * 5_000, "\U0001f600", '"unbalanced (AND OR* ~ \\', "a\x00b", "\udcff"):
        assert engine.search(question) == ()


def test_a_damaged_table_is_made_again(tmp_path: Path, folder: Path) -> None:
    with RunningEngine(tmp_path / "library") as engine:
        engine.add(folder)
    damaged = [path for path in (tmp_path / "library" / "passages.lance").rglob("*.lance") if path.is_file()]
    assert damaged
    for path in damaged:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with RunningEngine(tmp_path / "library") as engine:
        status = engine.wait_for(lambda s: s.progress.phase == "idle" and s.covered == 1)
        with contextlib.suppress(EngineProblem):  # the first look may be what finds the damage
            engine.search("marmalade")
        status = engine.wait_for(lambda s: s.progress.phase == "idle" and s.covered == 1)
        assert status.counts == {"indexed": 2}
        engine.wait_until_found("marmalade")
        assert engine.call(m.CHECK, Nothing()).problems == ()


def test_without_an_embedder_words_are_searched_until_it_comes(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedders = data_folders().embedders
    if not (embedders / "all-MiniLM-L6-v2" / "fast").is_dir():
        pytest.skip("the embedder is not installed: python3 -m installer setup")
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("FOOTNOTE_HOME", str(home))
    with RunningEngine(tmp_path / "library") as engine:
        before = engine.add(folder)
        assert (before.covered, before.counts) == (0, {"indexed": 2})
        assert any("words only" in notice for notice in before.notices)
        assert engine.search("marmalade")
    (home / "embedders").symlink_to(embedders)
    with RunningEngine(tmp_path / "library") as engine:
        after = engine.wait_for(lambda s: s.progress.phase == "idle" and s.covered == 1)
        assert after.counts == {"indexed": 2}
        assert after.files_read == before.files_read + 2  # split again, by the embedder's own tokenizer
        assert engine.search("What opens the place for vessels?")
        assert engine.call(m.CHECK, Nothing()).problems == ()
        read = after.files_read
    with RunningEngine(tmp_path / "library") as engine:
        assert engine.wait_until_indexed().files_read == read


def test_an_engine_that_others_use_outlives_its_parent(tmp_path: Path, folder: Path) -> None:
    first = RunningEngine(tmp_path / "library").__enter__()
    first.add(folder)
    with RunningEngine(tmp_path / "library") as second:
        second.status()
        first.child.close()
        first.child.join(20)
        assert first.child.ended  # it hung up, so that its parent need not wait
        assert first.child.process.poll() is None
        assert second.search("marmalade")
    assert first.child.process.wait(20) == 0
    first.__exit__(None, None, None)


def test_an_engine_whose_parent_is_gone_makes_room_for_the_next(tmp_path: Path, folder: Path) -> None:
    with RunningEngine(tmp_path / "library") as first:
        first.add(folder)
        first.child.close()
        with RunningEngine(tmp_path / "library") as second:
            assert second.wait_until_indexed().counts == {"indexed": 2}


def test_the_ends_of_a_session_folder_are_bridged(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window has XDG_RUNTIME_DIR, a command over ssh has not: they still meet."""
    with RunningEngine(tmp_path / "library") as first:
        first.add(folder)
        monkeypatch.setenv("XDG_RUNTIME_DIR", "")
        started = time.monotonic()
        with RunningEngine(tmp_path / "library") as second:
            assert second.search("marmalade")
        assert time.monotonic() - started < 15
