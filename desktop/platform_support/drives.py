"""Whether a folder lies on a network drive: such drives don't tell what others change on them."""

import os
from collections.abc import Iterable

_REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "webdav", "davfs", "9p", "afs", "ceph", "glusterfs", "ncpfs"}
)
_REMOTE_FUSE = ("fuse.sshfs", "fuse.rclone", "fuse.gvfsd", "fuse.davfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.glusterfs")


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
    """`mounts`: (mount point, type of file system, options). The innermost mount that holds the path decides."""
    inside = [mount for mount in mounts if path == mount[0] or path.startswith(os.path.join(mount[0], ""))]
    if not inside:
        return False
    _, kind, options = max(inside, key=lambda mount: len(mount[0]))
    return kind.lower() in _REMOTE or kind.startswith(_REMOTE_FUSE) or "remote" in options.split(",")
