"""What the window and the command line say of folders that are away, or can't be watched or opened. Pure."""

from collections.abc import Mapping, Sequence

from desktop.domain.files import Folder


def folder_notices(
    folders: Sequence[Folder], unwatched: Mapping[int, str], unreadable: Mapping[int, int]
) -> tuple[str, ...]:
    """By the folder's id: why it is `unwatched`, and how many folders in it are `unreadable`."""
    offline = [
        f"“{folder.path}” is not there now; its files are not answered from." for folder in folders if not folder.online
    ]
    vanished = [
        f"Missing in “{folder.path}”: {folder.missing:,} of {folder.files:,} files. They are not answered from."
        for folder in folders
        if folder.online and folder.missing
    ]
    scanned = [
        f"“{folder.path}” can't be watched ({unwatched[folder.id]}); it is scanned every five minutes instead."
        for folder in folders
        if folder.id in unwatched
    ]
    closed = [
        f"{unreadable[folder.id]} folders in “{folder.path}” may not be opened; their files are not read."
        for folder in folders
        if folder.id in unreadable
    ]
    return (*offline, *vanished, *scanned, *closed)
