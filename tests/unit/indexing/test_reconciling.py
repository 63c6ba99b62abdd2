"""What is on disk against what is known: a rename, a touch, a copy, a swap; folders in folders; folders that vanish."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.files import FileState
from desktop.indexing.reconciling import Reconciler, hash_file
from desktop.indexing.walking import walk
from desktop.storage.database import Database
from desktop.storage.file_table import FileTable, KnownFile


class Library:
    """A table of files beside a real folder; `index_all` stands for reading."""

    def __init__(self, folder: Path) -> None:
        self.home = folder
        self.database = Database(folder / "library.db")
        self.files = FileTable(self.database)
        self.reconciler = Reconciler(self.files, str(folder / "own"))

    def add(self, path: Path) -> int:
        return self.files.add_folder(str(path), path.is_file())

    def scan(self) -> bool:
        return self.reconciler.scan(self.files.folders())

    def hint(self, *paths: Path) -> bool:
        return self.reconciler.look_at(self.files.folders(), [str(path) for path in paths])

    def index_all(self) -> None:
        rows = [(hash_file(file.path), file.id) for file in self.files.next_waiting(10_000)]
        with self.database.transaction() as connection:
            connection.executemany("UPDATE files SET state = 'indexed', sha256 = ? WHERE id = ?", rows)

    def known(self) -> dict[str, KnownFile]:
        rows = [file for folder in self.files.folders() for file in self.files.known_files(folder.id).values()]
        return {os.path.relpath(file.path, self.home): file for file in rows}

    def states(self) -> dict[str, str]:
        return {path: file.state.value for path, file in self.known().items()}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "one.txt").write_text("the first")
    (tmp_path / "a" / "two.txt").write_text("the second, longer")
    library = Library(tmp_path)
    library.add(tmp_path / "a")
    library.add(tmp_path / "b")
    library.scan()
    library.index_all()
    yield library
    library.database.close()


@pytest.fixture(params=["scan", "hint"])
def look(request: pytest.FixtureRequest, library: Library) -> "Look":
    return Look(library, request.param == "hint")


class Look:
    """Both ways to notice a change come to the same."""

    def __init__(self, library: Library, by_hint: bool) -> None:
        self.library, self.by_hint = library, by_hint

    def at(self, *names: str) -> bool:
        return self.library.hint(*(self.library.home / name for name in names)) if self.by_hint else self.library.scan()


def test_nothing_changed(library: Library, look: Look) -> None:
    assert look.at("a/one.txt", "a", "b") is False
    assert library.states() == {"a/one.txt": "indexed", "a/two.txt": "indexed"}


def test_what_is_unchanged_is_not_even_built(library: Library) -> None:
    (library.home / "b" / "new.txt").write_text("new")
    settled = library.files.settled([folder.id for folder in library.files.folders()], kinds=True)
    assert set(settled) == {str(library.home / "a" / name) for name in ("one.txt", "two.txt")}
    (library.home / "a" / "two.txt").unlink()
    here = walk(str(library.home), leave_out=frozenset({str(library.home / "library.db")}), settled=settled)
    assert {os.path.basename(path) for path in here.files} & {"one.txt", "two.txt", "new.txt"} == {"new.txt"}
    assert set(settled) == {str(library.home / "a" / "two.txt")}, "what is left over is gone or another"


def test_a_touched_or_edited_file_waits(library: Library, look: Look) -> None:
    os.utime(library.home / "a/one.txt")
    assert look.at("a/one.txt")
    assert library.states() == {"a/one.txt": "waiting", "a/two.txt": "indexed"}
    assert library.known()["a/one.txt"].sha256  # so that the reader can tell a touch from an edit


@pytest.mark.parametrize("new", ["a/uno.txt", "a/deep/er/uno.txt", "b/uno.txt"])
def test_a_rename_keeps_the_file(library: Library, look: Look, new: str) -> None:
    before = library.known()["a/one.txt"]
    (library.home / new).parent.mkdir(parents=True, exist_ok=True)
    (library.home / "a/one.txt").rename(library.home / new)
    assert look.at("a/one.txt", new)
    after = library.known()[new]
    assert (after.id, after.state, after.sha256) == (before.id, FileState.INDEXED, before.sha256)
    assert set(library.states()) == {new, "a/two.txt"}


def test_a_rename_is_noticed_whichever_end_is_looked_at_first(library: Library) -> None:
    before = library.known()["a/one.txt"].id
    (library.home / "a/one.txt").rename(library.home / "b/uno.txt")
    library.hint(library.home / "b/uno.txt")
    library.hint(library.home / "a/one.txt")
    assert library.known()["b/uno.txt"].id == before
    assert set(library.states()) == {"b/uno.txt", "a/two.txt"}


def test_a_file_moved_by_copy_and_delete_keeps_its_passages(library: Library, look: Look) -> None:
    before = library.known()["a/one.txt"].id
    shutil.copyfile(library.home / "a/one.txt", library.home / "b/one.txt")  # another inode, another time
    (library.home / "a/one.txt").unlink()
    look.at("a/one.txt", "b/one.txt")
    assert library.known()["b/one.txt"].id == before
    assert library.states() == {"b/one.txt": "indexed", "a/two.txt": "indexed"}


def test_two_files_that_swap_names(library: Library, look: Look) -> None:
    before = library.known()
    one, two, away = (library.home / "a" / name for name in ("one.txt", "two.txt", "away"))
    one.rename(away)
    two.rename(one)
    away.rename(two)
    look.at("a/one.txt", "a/two.txt")
    after = library.known()
    assert after["a/one.txt"].id == before["a/two.txt"].id
    assert after["a/two.txt"].id == before["a/one.txt"].id
    assert set(library.states().values()) == {"indexed"}


def test_names_handed_down_in_a_row(library: Library, look: Look) -> None:
    """As logs are rotated: the oldest goes, each takes the next name, and a new one begins."""
    before = library.known()
    one, two = library.home / "a/one.txt", library.home / "a/two.txt"
    one.replace(two)
    one.write_text("a new beginning")
    look.at("a/one.txt", "a/two.txt")
    after = library.known()
    assert after["a/two.txt"].id == before["a/one.txt"].id
    assert after["a/one.txt"].id not in {file.id for file in before.values()}
    assert library.states() == {"a/one.txt": "waiting", "a/two.txt": "indexed"}


def test_a_file_moved_over_another(library: Library, look: Look) -> None:
    before = library.known()["a/one.txt"].id
    (library.home / "a/one.txt").replace(library.home / "a/two.txt")
    look.at("a/one.txt", "a/two.txt")
    assert {name: file.id for name, file in library.known().items()} == {"a/two.txt": before}


def test_a_copy_is_a_file_of_its_own(library: Library, look: Look) -> None:
    shutil.copy2(library.home / "a/one.txt", library.home / "b/one.txt")
    os.link(library.home / "a/two.txt", library.home / "b/two.txt")
    look.at("b/one.txt", "b/two.txt")
    assert library.states() == {
        "a/one.txt": "indexed",
        "a/two.txt": "indexed",
        "b/one.txt": "waiting",
        "b/two.txt": "waiting",
    }


def test_saving_by_rename_is_an_edit(library: Library, look: Look) -> None:
    """Editors write a new file and put it in the old one's place."""
    before = library.known()["a/one.txt"].id
    (library.home / "a/one.new").write_text("the first, edited")
    (library.home / "a/one.new").replace(library.home / "a/one.txt")
    look.at("a/one.new", "a/one.txt")
    assert library.known()["a/one.txt"].id == before
    assert library.states() == {"a/one.txt": "waiting", "a/two.txt": "indexed"}


def test_another_ending_is_read_anew(library: Library, look: Look) -> None:
    (library.home / "a/one.txt").rename(library.home / "a/one.xyz")
    look.at("a/one.txt", "a/one.xyz")
    assert library.states() == {"a/one.xyz": "unsupported", "a/two.txt": "indexed"}
    (library.home / "a/one.xyz").rename(library.home / "a/one.md")
    look.at("a/one.xyz", "a/one.md")
    assert library.states() == {"a/one.md": "waiting", "a/two.txt": "indexed"}


def test_a_folder_of_many_files_is_renamed_at_once(library: Library, look: Look) -> None:
    many = library.home / "a" / "many"
    many.mkdir()
    for n in range(2_000):
        (many / f"{n}.txt").write_text("alike")
    library.scan()
    library.index_all()
    before = {file.id for file in library.known().values()}
    many.rename(library.home / "a" / "more")
    look.at("a/many", "a/more")
    assert {file.id for file in library.known().values()} == before
    assert set(library.states().values()) == {"indexed"}
    shutil.rmtree(library.home / "a" / "more")
    look.at("a/more")
    assert set(library.states()) == {"a/one.txt", "a/two.txt"}


def test_a_folder_that_vanishes_keeps_its_files(library: Library, look: Look) -> None:
    before = library.known()["a/one.txt"].id
    (library.home / "a").rename(library.home / "elsewhere")
    assert look.at("a/one.txt")
    assert set(library.states().values()) == {"missing"}
    assert [folder.online for folder in library.files.folders()] == [False, True]
    (library.home / "elsewhere").rename(library.home / "a")
    (library.home / "a/two.txt").rename(library.home / "b/two.txt")
    assert look.at("a/one.txt", "b/two.txt")
    assert library.states() == {"a/one.txt": "waiting", "b/two.txt": "waiting"}
    assert library.known()["a/one.txt"].id == before


def test_a_folder_suddenly_empty_is_not_all_files_deleted(library: Library, look: Look) -> None:
    for name in ("one.txt", "two.txt"):
        (library.home / "a" / name).unlink()
    look.at("a/one.txt", "a/two.txt")
    assert set(library.states().values()) == {"missing"}
    (library.home / "a/.hidden").write_text("as a desktop writes it into an empty mount point")
    look.at("a")
    assert set(library.states().values()) == {"missing"}
    (library.home / "a/new.txt").write_text("a new beginning")
    look.at("a/new.txt")
    assert library.states() == {"a/one.txt": "missing", "a/two.txt": "missing", "a/new.txt": "waiting"}
    assert [(f.online, f.files, f.missing) for f in library.files.folders()] == [(True, 3, 2), (True, 0, 0)]


def test_a_drive_that_is_away_from_a_folder_with_other_files_loses_nothing(library: Library) -> None:
    """Something stands below its mount point already: the folder is never empty."""
    home, before = library.home, library.known()
    (home / "a").rename(home / "drive")
    (home / "a").mkdir()
    (home / "a/stray.txt").write_text("written while the drive was away")
    library.scan()
    assert library.states() == {"a/one.txt": "missing", "a/two.txt": "missing", "a/stray.txt": "waiting"}
    library.index_all()
    library.scan()
    (home / "a/stray.txt").unlink()
    (home / "a/.hidden").touch()
    library.hint(home / "a/stray.txt")
    assert set(library.states().values()) == {"missing"}, "the last of those that were there"
    shutil.rmtree(home / "a")
    (home / "drive").rename(home / "a")
    (home / "a/two.txt").unlink()
    library.scan()
    assert library.states() == {"a/one.txt": "waiting"}, "one is back: the others were deleted"
    assert library.known()["a/one.txt"].sha256 == before["a/one.txt"].sha256, "so that it is not read again"
    assert {folder.missing_since for folder in library.files.folders()} == {0}


def test_a_namesake_does_not_make_a_drive_look_whole(library: Library) -> None:
    (library.home / "a").rename(library.home / "drive")
    (library.home / "a").mkdir()
    (library.home / "a/one.txt").write_text("a log that is written daily, wherever that is")
    library.scan()
    assert library.states() == {"a/one.txt": "waiting", "a/two.txt": "missing"}


class Drives:
    """What is mounted; `unplug` and `plug_in` leave or don't leave the folder behind."""

    def __init__(self, away: Path) -> None:
        self.mounted, self.away = dict[Path, str](), away

    def __call__(self) -> frozenset[tuple[str, str]]:
        return frozenset((name, str(place)) for place, name in self.mounted.items())

    def unplug(self, place: Path, leave_folder: bool = False) -> None:
        del self.mounted[place]
        place.rename(self.away)
        if leave_folder:
            place.mkdir()

    def plug_in(self, place: Path) -> None:
        shutil.rmtree(place, ignore_errors=True)
        self.away.rename(place)
        self.mounted[place] = "stick"


@pytest.fixture
def drives(tmp_path: Path, library: Library) -> Drives:
    drives = Drives(tmp_path / "unplugged")
    stick = tmp_path / "a/stick"
    (stick / "deep").mkdir(parents=True)
    (stick / "photo.txt").write_text("of the stick")
    (stick / "deep/letter.txt").write_text("of the stick, further down")
    drives.mounted[stick] = "stick"
    library.reconciler = Reconciler(library.files, str(tmp_path / "own"), mounts=drives)
    library.scan()
    library.index_all()
    return drives


@pytest.mark.parametrize("folder_stays", [True, False])
def test_a_drive_inside_a_folder_is_away_and_comes_back(
    library: Library, drives: Drives, look: Look, folder_stays: bool
) -> None:
    before, stick = library.known(), library.home / "a/stick"
    drives.unplug(stick, folder_stays)
    (library.home / "a/one.txt").unlink()
    # the hints of its folders come one by one
    for name in ("a/one.txt", "a/stick/deep/letter.txt", "a/stick"):
        look.at(name)
    missing = {"a/stick/photo.txt": "missing", "a/stick/deep/letter.txt": "missing"}
    assert library.states() == missing | {"a/two.txt": "indexed"}, "what was deleted beside it is"
    library.scan()
    drives.plug_in(stick)
    (stick / "photo.txt").unlink()
    library.scan()
    assert library.states() == {"a/two.txt": "indexed", "a/stick/deep/letter.txt": "waiting"}
    assert library.known()["a/stick/deep/letter.txt"].sha256 == before["a/stick/deep/letter.txt"].sha256


def test_files_of_another_drive_in_the_same_place_are_no_sign_of_the_first(library: Library, drives: Drives) -> None:
    stick = library.home / "a/stick"
    drives.unplug(stick)
    stick.mkdir()
    (stick / "other.txt").write_text("of another stick")
    drives.mounted[stick] = "another"
    library.scan()
    states = library.states()
    assert states["a/stick/other.txt"] == "waiting" and states["a/stick/photo.txt"] == "missing"


def test_what_is_deleted_on_a_drive_is_deleted(library: Library, drives: Drives, look: Look) -> None:
    (library.home / "a/stick/photo.txt").unlink()
    look.at("a/stick/photo.txt")
    assert "a/stick/photo.txt" not in library.states()


def test_while_a_drive_is_there_so_is_the_folder_around_it(library: Library, drives: Drives, look: Look) -> None:
    for name in ("one.txt", "two.txt"):
        (library.home / "a" / name).unlink()
    look.at("a/one.txt", "a/two.txt")
    assert set(library.states()) == {"a/stick/photo.txt", "a/stick/deep/letter.txt"}


def test_a_folder_that_is_no_drive_any_more_is_a_folder(library: Library, drives: Drives, look: Look) -> None:
    drives.mounted.clear()  # copied, and put in its place
    library.scan()
    shutil.rmtree(library.home / "a/stick")
    look.at("a/stick")
    assert set(library.states()) == {"a/one.txt", "a/two.txt"}
    assert library.files.missing.drives() == {}


def test_a_drive_that_is_plugged_in_later_is_known_by_the_hint(library: Library, drives: Drives) -> None:
    disk = library.home / "b/disk"
    disk.mkdir()
    (disk / "film.txt").write_text("of the disk")
    drives.mounted[disk] = "disk"
    library.hint(disk)
    library.index_all()
    drives.unplug(disk)
    library.hint(disk)
    assert library.states()["b/disk/film.txt"] == "missing"


def test_a_drive_that_is_left_out_is_none_of_ours(library: Library, drives: Drives) -> None:
    drives.mounted[library.home / "a/.portal"] = "portal"
    library.files.set_rules(1, "stick/", 200)
    library.scan()
    assert (set(library.states()), library.files.missing.drives()) == ({"a/one.txt", "a/two.txt"}, {})


def test_a_drive_in_a_drive(library: Library, drives: Drives, look: Look) -> None:
    inner = library.home / "a/stick/deep/inner"
    inner.mkdir()
    (inner / "far.txt").write_text("further in")
    drives.mounted[inner] = "inner"
    library.scan()
    library.index_all()
    drives.unplug(inner)
    (library.home / "a/stick/photo.txt").unlink()
    (library.home / "a/stick/deep/letter.txt").write_text("edited")
    look.at("a/stick/deep/inner/far.txt", "a/stick/photo.txt", "a/stick/deep/letter.txt")
    states = library.states()
    assert (states["a/stick/deep/inner/far.txt"], states["a/stick/deep/letter.txt"]) == ("missing", "waiting")
    assert "a/stick/photo.txt" not in states


def test_a_drive_that_goes_while_it_is_looked_at_loses_nothing(library: Library, drives: Drives) -> None:
    there_at_first = iter([True])
    (library.home / "a/stick/photo.txt").unlink()  # as if it went away in the middle of the walk
    library.reconciler = Reconciler(
        library.files, mounts=lambda: drives() if next(there_at_first, False) else frozenset()
    )
    library.scan()
    assert library.states()["a/stick/photo.txt"] == "indexed"


def test_a_drive_that_comes_while_files_are_hashed_loses_nothing(
    library: Library, drives: Drives, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is a file moved to where another is known."""
    stick = library.home / "a/stick"
    (library.home / "a/one.txt").write_text("of the stick")
    library.scan()
    library.index_all()
    drives.unplug(stick)
    (library.home / "a/one.txt").rename(library.home / "b/uno.txt")
    shutil.copy(library.home / "b/uno.txt", library.home / "b/copy.txt")
    (library.home / "b/uno.txt").unlink()

    def plugged_in_meanwhile(path: str) -> str:
        if drives.away.exists():
            drives.plug_in(stick)
        return hash_file(path)

    monkeypatch.setattr("desktop.indexing.reconciling.hash_file", plugged_in_meanwhile)
    library.scan()
    assert not drives.away.exists() and library.states()["a/stick/photo.txt"] == "indexed"
    library.scan()
    assert library.states()["a/stick/deep/letter.txt"] == "indexed"


def test_a_drive_in_a_folder_that_can_not_be_listed_is_not_forgotten(
    library: Library, drives: Drives, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = library.home / "a/closed/disk"
    inner.mkdir(parents=True)
    (inner / "film.txt").write_text("of the disk")
    drives.mounted[inner] = "disk"
    library.scan()
    library.index_all()
    drives.unplug(inner, leave_folder=True)
    scandir = os.scandir

    def closed(folder: str) -> object:
        if str(folder).endswith("closed"):
            raise PermissionError(folder)
        return scandir(folder)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", closed)
        library.scan()
    library.scan()
    assert library.states()["a/closed/disk/film.txt"] == "missing"


def test_a_hint_after_a_long_sleep_ends_no_thirty_days(library: Library, drives: Drives) -> None:
    now = 1.7e9
    library.reconciler = Reconciler(library.files, clock=lambda: now, mounts=drives)
    disk = library.home / "a/disk"
    disk.mkdir()
    (disk / "film.txt").write_text("of the disk")
    drives.mounted[disk] = "disk"
    drives.unplug(library.home / "a/stick")
    library.scan()
    now += 40 * 86_400
    drives.away = library.home / "the other"
    drives.unplug(disk)
    library.hint(disk)
    (library.home / "a/one.txt").unlink()
    library.hint(library.home / "a/one.txt")
    library.scan()
    assert library.states()["a/stick/photo.txt"] == library.states()["a/disk/film.txt"] == "missing"


def test_a_folder_that_is_removed_while_it_is_looked_at(library: Library, drives: Drives) -> None:
    """The drives in it, and what is new or was moved there."""
    (library.home / "b/new.txt").write_text("new")
    (library.home / "a/one.txt").rename(library.home / "b/one.txt")
    folders = library.files.folders()
    library.files.remove_folder(folders[1].id)
    drives.mounted[library.home / "b"] = "another"
    library.reconciler.scan(folders)
    assert set(library.states()) == {"a/two.txt", "a/stick/photo.txt", "a/stick/deep/letter.txt"}


def test_each_drive_has_thirty_days_of_its_own(library: Library, drives: Drives) -> None:
    now, day = 1.7e9, 86_400.0
    library.reconciler = Reconciler(library.files, clock=lambda: now, mounts=drives)
    drives.unplug(library.home / "a/stick")
    other = library.home / "a/other"
    other.mkdir()
    drives.mounted[other] = "other"
    (other / "daily.txt").write_text("on a drive that comes and goes")
    library.scan()
    for _ in range(16):
        drives.away = library.home / "the other"
        drives.unplug(other)
        library.scan()
        now += day
        library.scan()
        assert library.states()["a/other/daily.txt"] == "missing"
        drives.plug_in(other)
        library.scan()
        now += day
        library.scan()
    assert "a/stick/photo.txt" not in library.states() and "a/other/daily.txt" in library.states()


def test_while_one_file_is_there_the_others_are_deleted(library: Library, look: Look) -> None:
    (library.home / "a/one.txt").rename(library.home / "a/uno.txt")
    (library.home / "a/two.txt").unlink()
    look.at("a/one.txt", "a/uno.txt", "a/two.txt")
    assert library.states() == {"a/uno.txt": "indexed"}


def test_files_left_out_from_now_on_are_not_missing(library: Library) -> None:
    library.files.set_rules(1, "*.txt", 200)
    library.scan()
    assert library.states() == {}


@pytest.mark.parametrize("first", ["outer", "inner"])
def test_a_folder_inside_another_keeps_its_files(library: Library, first: str) -> None:
    inner = library.home / "a" / "inner"
    inner.mkdir()
    (inner / "three.txt").write_text("the third")
    inner_id = library.add(inner)
    library.scan()
    assert library.known()["a/inner/three.txt"].folder_id == inner_id
    assert library.scan() is False
    assert library.hint(library.home / "a") is False
    removed, left = (1, {"a/inner/three.txt"}) if first == "outer" else (inner_id, {"a/one.txt", "a/two.txt"})
    library.files.remove_folder(removed)
    assert set(library.states()) == left
    library.scan()
    assert set(library.states()) == left | ({"a/inner/three.txt"} if first == "inner" else set())


def test_a_file_added_by_itself_and_in_its_folder(library: Library) -> None:
    single = library.add(library.home / "a" / "one.txt")
    library.files.remove_folder(1)
    library.add(library.home / "a")
    library.scan()
    assert library.known()["a/one.txt"].folder_id == single
    (library.home / "a/one.txt").unlink()
    library.hint(library.home / "a/one.txt")
    assert library.states() == {"a/one.txt": "missing", "a/two.txt": "waiting"}, "it may stand on a drive"


def test_footnotes_own_data_is_left_out(library: Library) -> None:
    library.add(library.home)
    (library.home / "own").mkdir()
    (library.home / "own" / "settings.json").write_text("{}")
    library.scan()
    library.hint(library.home / "own" / "settings.json")
    assert not any("settings.json" in name for name in library.states())


def test_a_passing_failure_is_tried_again(library: Library, look: Look) -> None:
    one, two = library.known()["a/one.txt"], library.known()["a/two.txt"]
    library.files.set_state(one.id, FileState.FAILED, "in use", transient=True)
    library.files.set_state(two.id, FileState.FAILED, "damaged")
    look.at("a/one.txt", "a/two.txt")
    assert library.states() == {"a/one.txt": "waiting", "a/two.txt": "failed"}


def test_a_quarantined_file_is_tried_again_when_it_changes(library: Library, look: Look) -> None:
    one = library.known()["a/one.txt"]
    library.files.set_state(one.id, FileState.QUARANTINED, "twice", deaths=2)
    look.at("a/one.txt")
    assert library.states()["a/one.txt"] == "quarantined"
    (library.home / "a/one.txt").write_text("mended")
    look.at("a/one.txt")
    assert (library.states()["a/one.txt"], library.known()["a/one.txt"].deaths) == ("waiting", 0)


def test_what_the_reader_calls_too_large_is_not_read_at_every_scan(library: Library, look: Look) -> None:
    def refuse() -> None:
        library.files.set_state(library.known()["a/one.txt"].id, FileState.TOO_LARGE, "20 million characters")

    refuse()
    library.files.release("this reader")
    refuse()
    assert look.at("a/one.txt") is False
    assert library.states()["a/one.txt"] == "too_large"
    (library.home / "a/one.txt").write_text("made smaller")
    look.at("a/one.txt")
    assert library.states()["a/one.txt"] == "waiting"
    refuse()
    library.files.release("another reader")
    assert library.states()["a/one.txt"] == "waiting"


def test_a_limit_of_the_folder_counts_at_once(library: Library, look: Look) -> None:
    with (library.home / "b/big.txt").open("wb") as file:
        file.truncate(3 * 1024 * 1024)
    look.at("b/big.txt")
    library.files.set_state(library.known()["b/big.txt"].id, FileState.TOO_LARGE, "20 million characters")
    for limit, state in ((2, "too_large"), (1, "too_large"), (4, "waiting")):
        library.files.set_rules(2, "", limit)
        look.at("b/big.txt")
        assert library.states()["b/big.txt"] == state
        assert look.at("b/big.txt") is False


def test_a_kind_that_can_be_read_now_is_read(library: Library, look: Look) -> None:
    one = library.known()["a/one.txt"]
    with library.database.transaction() as connection:  # as an older version left it
        connection.execute("UPDATE files SET state = 'unsupported', format = '' WHERE id = ?", (one.id,))
    library.reconciler = Reconciler(library.files)
    look.at("a/one.txt")
    assert library.states()["a/one.txt"] == "waiting"
    library.files.set_state(one.id, FileState.UNSUPPORTED, "it is something else")
    look.at("a/one.txt")
    assert library.states()["a/one.txt"] == "unsupported"


def test_names_that_are_no_text(library: Library, look: Look) -> None:
    names = [b"\xff\xfe.txt", "e\u0301.txt".encode(), "é.txt".encode(), "\U0001f600.txt".encode(), b"a\nb.txt"]
    names += [b"x" * 251 + b".txt", b"dot.txt.", b"space.txt "]
    for name in names:
        (library.home / "b" / os.fsdecode(name)).write_text("words")
    look.at(*(f"b/{os.fsdecode(name)}" for name in names))
    assert {name for name in library.states() if name.startswith("b/")} == {f"b/{os.fsdecode(name)}" for name in names}


def test_links_and_pipes_are_listed_and_neither_followed_nor_opened(library: Library, look: Look) -> None:
    b = library.home / "b"
    links = {"link.txt": library.home / "a/one.txt", "linked": library.home / "a", "loop": b, "outside": Path("/usr")}
    for name, target in {**links, "itself.txt": b / "itself.txt", "nowhere.pdf": b / "nothing"}.items():
        (b / name).symlink_to(target)
    os.mkfifo(b / "pipe.txt")
    for name in (".hidden.txt", "node_modules", "lock~"):
        (b / name).symlink_to("/usr")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(b / "socket"))
    listed = ["itself.txt", "link.txt", "linked", "loop", "nowhere.pdf", "outside", "pipe.txt", "socket"]
    look.at(*(f"b/{name}" for name in [*listed, ".hidden.txt", "node_modules", "lock~"]))
    rows, _ = library.files.list_files("unsupported", "", 0, 20)
    assert [os.path.basename(row.path) for row in rows] == listed
    assert {row.reason.split(".")[0] for row in rows} == {
        "A link to another place, which is not followed",
        "This is a pipe between programs, not a file",
        "This is a socket between programs, not a file",
    }
    assert set(library.states()) == {"a/one.txt", "a/two.txt", *(f"b/{name}" for name in listed)}
    os.utime(b / "pipe.txt")  # as something that passes through it does
    library.scan()
    assert look.at(*(f"b/{name}" for name in listed)) is False
    assert len(library.files.settled([2], kinds=True)) == len(listed), "no more work at each scan"


def test_a_link_takes_the_place_of_a_file_and_makes_room_again(library: Library, look: Look) -> None:
    (library.home / "a/one.txt").unlink()
    (library.home / "a/one.txt").symlink_to(library.home / "a/two.txt")
    look.at("a/one.txt")
    assert library.states() == {"a/one.txt": "unsupported", "a/two.txt": "indexed"}
    (library.home / "a/one.txt").unlink()
    (library.home / "a/one.txt").write_text("a file again")
    look.at("a/one.txt")
    assert library.states() == {"a/one.txt": "waiting", "a/two.txt": "indexed"}


def test_a_folder_added_through_a_link_is_read(library: Library) -> None:
    (library.home / "linked").symlink_to(library.home / "a")
    library.add(library.home / "linked")
    library.scan()
    assert set(library.states()) == {f"{place}/{name}.txt" for place in ("a", "linked") for name in ("one", "two")}
    assert library.hint(library.home / "linked") is False
