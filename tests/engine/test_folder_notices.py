"""What is said of folders that are away, can't be watched or hold what may not be opened."""

from desktop.domain.files import Folder
from desktop.engine.folder_notices import folder_notices

NOTES = Folder(1, "/home/ada/Notes", False, True, 9, 9)
SHARE = Folder(2, "/mnt/share", False, True, 9, 9)
DRIVE = Folder(3, "/media/drive", False, False, 9, 0, missing=9)
EMPTIED = Folder(4, "/media/empty", False, True, 9, 1, missing=8)


def test_nothing_is_said_of_folders_that_are_well() -> None:
    assert folder_notices([NOTES, SHARE], {}, {}) == ()


def test_a_folder_that_can_not_be_watched_is_scanned_every_five_minutes() -> None:
    (notice,) = folder_notices([NOTES, SHARE], {2: "it is on a network drive"}, {})
    assert (
        notice == "“/mnt/share” can't be watched (it is on a network drive); it is scanned every five minutes instead."
    )


def test_what_is_away_or_closed_is_said() -> None:
    away, partly, closed = folder_notices([NOTES, DRIVE, EMPTIED], {}, {1: 2})
    assert away.startswith("“/media/drive” is not there now")
    assert partly.startswith("Missing in “/media/empty”: 8 of 9 files.")
    assert closed.startswith("2 folders in “/home/ada/Notes” may not be opened")
