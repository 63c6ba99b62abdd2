"""The library follows the disk: what changes is read again, what doesn't is not, what is gone is never found."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.mounting import disk, mounted, only_root_may_mount
from tests.support.running_engine import RunningEngine

PARAGRAPHS = [
    f"Chapter note {i}. The {name} survey of {1900 + i} measured {i * 37} metres of {thing} along the coast. "
    f"Its leader wrote that the weather in week {i} had been kind, and that the {thing} held firm in every storm. "
    f"A second visit was planned for the following spring, to see whether {name} would still agree with the first "
    "figures, and the costs were to be shared by both societies in equal parts."
    for i, (name, thing) in enumerate(
        [("Harland", "sea wall"), ("Osprey", "dune"), ("Miller", "shingle"), ("Tanager", "cliff")] * 6
    )
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "survey.txt").write_text("\n\n".join(PARAGRAPHS), encoding="utf-8")
    (folder / "lease.md").write_text(
        "# Lease\n\n## Notice\n\nEither party may end the lease with three months written notice.\n", encoding="utf-8"
    )
    return folder


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    with RunningEngine(tmp_path / "library") as engine:
        yield engine


def test_a_saved_paragraph_is_found_and_only_its_passages_are_embedded(engine: RunningEngine, folder: Path) -> None:
    before = engine.add(folder)
    words = PARAGRAPHS[:]
    words[12] = "The inspector Quillfeather condemned the breakwater at Dunmore after finding seventeen cracks in it."
    (folder / "survey.txt").write_text("\n\n".join(words), encoding="utf-8")
    engine.wait_until_found("Quillfeather")
    after = engine.wait_until_indexed()
    assert after.passages_embedded - before.passages_embedded <= 3
    assert after.passages_kept - before.passages_kept >= 10
    assert not any(PARAGRAPHS[12] in p.text for p in engine.search(PARAGRAPHS[12]))
    (folder / "survey.txt").write_text("\n\n".join(["Zanzibar 2024", *words]), encoding="utf-8")
    engine.wait_until_found("Zanzibar")
    titled = engine.wait_until_indexed()
    assert titled.passages_embedded - after.passages_embedded <= 3, "a title on top"
    assert len(engine.search("Zanzibar", 50)) > 3, "what stands far below the title"


def test_a_new_file_is_found_and_a_deleted_one_is_gone(engine: RunningEngine, folder: Path) -> None:
    engine.add(folder)
    (folder / "new.txt").write_text("The password of the boathouse is marmalade.", encoding="utf-8")
    (found,) = [p for p in engine.wait_until_found("marmalade") if "marmalade" in p.text]
    assert found.file == str(folder / "new.txt")
    (folder / "new.txt").unlink()
    engine.wait_until_found("marmalade", found=False)


def test_a_rename_and_a_touch_read_and_embed_nothing(engine: RunningEngine, folder: Path) -> None:
    before = engine.add(folder)
    os.utime(folder / "survey.txt")
    deeper = folder / "archive"
    deeper.mkdir()
    (folder / "lease.md").rename(deeper / "old lease.md")
    moved = str(deeper / "old lease.md")
    deadline = time.monotonic() + 60
    while not any(p.file == moved for p in engine.search("notice")) and time.monotonic() < deadline:
        time.sleep(0.05)
    after = engine.wait_until_indexed()
    assert [p.file for p in engine.search("three months written notice", 1)] == [moved]
    assert (after.files_read, after.passages_embedded) == (before.files_read, before.passages_embedded)


def test_a_copy_is_embedded_from_its_twin(engine: RunningEngine, folder: Path) -> None:
    before = engine.add(folder)
    shutil.copy(folder / "survey.txt", folder / "survey copy.txt")
    after = engine.wait_for(lambda s: s.counts.get("indexed") == 3 and s.progress.phase == "idle" and s.covered == 1)
    assert after.passages_embedded == before.passages_embedded


def test_a_folder_that_vanishes_loses_nothing(engine: RunningEngine, folder: Path) -> None:
    before = engine.add(folder)
    elsewhere = folder.with_name("elsewhere")
    folder.rename(elsewhere)
    engine.call_rescan()
    gone = engine.wait_for(lambda s: s.counts == {"missing": 2})
    assert not gone.folders[0].online
    assert any("not there" in notice for notice in gone.notices)
    assert engine.search("written notice") == ()
    folder.mkdir()
    (folder / "stray.txt").write_text("A program wrote this into the empty mount point.", encoding="utf-8")
    engine.call_rescan()
    partly = engine.wait_for(lambda s: s.counts == {"indexed": 1, "missing": 2})
    assert any("2 of 3 files" in notice for notice in partly.notices)
    assert {found.file for found in engine.search("written notice")} <= {str(folder / "stray.txt")}
    shutil.rmtree(folder)
    elsewhere.rename(folder)
    engine.call_rescan()
    back = engine.wait_for(lambda s: s.counts == {"indexed": 2} and s.progress.phase == "idle")
    stray = 1
    assert (back.files_read, back.passages_embedded) == (before.files_read + stray, before.passages_embedded + stray)
    assert engine.search("written notice")[0].file != str(folder / "stray.txt")


@pytest.mark.skipif(sys.platform != "linux", reason="disks are mounted as Linux does it")
def test_a_drive_mounted_in_a_folder_may_go_and_come_back(tmp_path: Path, folder: Path) -> None:
    if only_root_may_mount(__file__, "test_a_drive_mounted_in_a_folder_may_go_and_come_back"):
        return
    drive, stick = tmp_path / "drive", folder / "stick"
    stick.mkdir()
    with disk(drive), RunningEngine(tmp_path / "library") as engine:
        (drive / "poem.txt").write_text("A heron waits in the copper reeds.", encoding="utf-8")
        with mounted("--bind", str(drive), str(stick)):
            before = engine.add(folder)
            assert before.counts == {"indexed": 3} and engine.search("copper reeds")
        gone = engine.wait_for(lambda s: s.counts == {"indexed": 2, "missing": 1})
        assert gone.folders[0].online and not any("heron" in found.text for found in engine.search("copper reeds"))
        with mounted("--bind", str(drive), str(stick)):
            back = engine.wait_for(lambda s: s.counts == {"indexed": 3} and s.progress.phase == "idle")
            assert back.passages_embedded == before.passages_embedded and engine.search("copper reeds")
            (stick / "poem.txt").write_text("A bittern booms in the silver fog.", encoding="utf-8")
            engine.wait_for(lambda s: s.passages_embedded > before.passages_embedded and s.progress.phase == "idle")
            assert "bittern" in engine.search("silver fog")[0].text


def test_a_removed_folder_is_out_of_answers_at_once(engine: RunningEngine, folder: Path) -> None:
    status = engine.add(folder)
    engine.remove(status.folders[0].id)
    assert engine.search("written notice") == ()
    assert engine.status().folders == ()


def test_changes_while_nothing_runs_are_found_at_the_next_start(tmp_path: Path, folder: Path) -> None:
    with RunningEngine(tmp_path / "library") as engine:
        engine.add(folder)
    (folder / "lease.md").unlink()
    (folder / "later.txt").write_text("The keeper of the lighthouse is called Bramblewick.", encoding="utf-8")
    with RunningEngine(tmp_path / "library") as engine:
        engine.wait_until_indexed()
        engine.wait_until_found("Bramblewick")
        assert not any("lease.md" in p.file for p in engine.search("written notice"))


def test_a_file_no_longer_readable_is_not_returned(engine: RunningEngine, folder: Path) -> None:
    engine.add(folder)
    engine.call_pause(True)
    engine.wait_for(lambda s: s.progress.phase == "paused")
    (folder / "lease.md").unlink()
    assert not any("lease.md" in p.file for p in engine.search("three months written notice"))
