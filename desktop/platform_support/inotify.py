"""Whether the system watches more folders for this user: Linux has one limit for all of a user's programs.

See inotify(7). Watches nothing itself.
"""

import ctypes
import errno
import os
import sys

_IN_DELETE_SELF = 0x400


def can_watch_more(folder: str) -> bool:
    """False when the limit is reached: a watch of `folder` is tried and taken back. True where there is no limit."""
    if sys.platform != "linux":
        return True
    library = ctypes.CDLL(None, use_errno=True)
    descriptor = library.inotify_init1(os.O_CLOEXEC)
    if descriptor < 0:
        return True  # that says nothing of the watches of an instance that is there already
    try:
        watch = library.inotify_add_watch(descriptor, os.fsencode(folder), ctypes.c_uint32(_IN_DELETE_SELF))
        return watch >= 0 or ctypes.get_errno() != errno.ENOSPC
    finally:
        os.close(descriptor)
