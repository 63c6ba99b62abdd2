"""What is mounted where, and whether that is a network drive: such drives don't tell what others change on them."""

import os
import sys
from collections.abc import Iterable

Mount = tuple[str, str]  # the drive's name, and the folder it is mounted on

_REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "webdav", "davfs", "9p", "afs", "ceph", "glusterfs", "ncpfs"}
)
_REMOTE_FUSE = ("fuse.sshfs", "fuse.rclone", "fuse.gvfsd", "fuse.davfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.glusterfs")

_AUTOMATIC = "autofs"


def network_drive(path: str) -> bool:
    """Asks the system for its mounts."""
    import psutil

    if path.startswith("\\\\"):
        return True
    try:
        mounts = [(part.mountpoint, part.fstype, part.opts) for part in psutil.disk_partitions(all=True)]
    except (OSError, RuntimeError):
        return False
    return lies_remote(os.path.realpath(path), mounts)


def lies_remote(path: str, mounts: Iterable[tuple[str, str, str]]) -> bool:
    """`mounts`: (mount point, type of file system, options). The innermost mount that holds the path decides.

    Of several in the same place, the last, which covers the others.
    """
    inside = [mount for mount in mounts if path == mount[0] or path.startswith(os.path.join(mount[0], ""))][::-1]
    if not inside:
        return False
    _, kind, options = max(inside, key=lambda mount: len(mount[0]))
    return kind.lower() in _REMOTE or kind.startswith(_REMOTE_FUSE) or "remote" in options.split(",")


def mounts_now() -> frozenset[Mount]:
    """Everything that is mounted; nothing where the system takes long to say (Windows asks every network drive).

    What is mounted by itself when somebody looks, and goes again when nobody does, counts as there all the while.
    """
    if sys.platform == "win32":
        return frozenset()
    import psutil

    try:
        parts = [(part.device, part.mountpoint, part.fstype) for part in psutil.disk_partitions(all=True)]
    except (OSError, RuntimeError):
        return frozenset()
    by_itself = {place for _, place, kind in parts if kind == _AUTOMATIC}
    return frozenset((_AUTOMATIC if place in by_itself else what, place) for what, place, _ in parts)


def mounted_below(folder: str, mounts: Iterable[Mount]) -> frozenset[Mount]:
    """Those in the folder, by paths as its own is written, that end in a separator; `folder` may lead through links."""
    own, real = os.path.join(folder, ""), os.path.join(os.path.realpath(folder), "")
    return frozenset(
        (what, os.path.join(own, where.removeprefix(real), ""))
        for what, where in mounts
        if where.startswith(real) and where != real
    )
