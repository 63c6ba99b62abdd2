"""Landlock, by the kernel's own calls: from here on this process opens no file but those below the places it names.

A domain can be made smaller and never larger. Threads that run already are not held: call it before any is started.
Descriptors that are open stay open. Looking at a file's size and times (`stat`) is not held.
"""

import ctypes
import os
import stat
from collections.abc import Iterable, Sequence
from enum import IntFlag
from pathlib import Path

from desktop.platform_support.system_calls import give_up_new_privileges, numbers_of, system_call, this_machine

_ASK_VERSION = 1
_PATH_BENEATH = 1
_CONNECT_AND_BIND = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


class Right(IntFlag):
    """What can be done with files, as linux/landlock.h numbers it."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


_FIRST = Right(Right.REFER - 1)
# the version of the interface that brought them
_LATER = ((2, Right.REFER), (3, Right.TRUNCATE), (5, Right.IOCTL_DEV))
_READ = Right.READ_FILE | Right.READ_DIR
_WRITE = _READ | Right.WRITE_FILE | Right.TRUNCATE | Right.MAKE_REG | Right.REMOVE_FILE
_RUN = _READ | Right.EXECUTE
# a program that is not ours makes folders, sockets and links of its own
_LIVE_IN = _WRITE | Right.MAKE_DIR | Right.REMOVE_DIR | Right.MAKE_SOCK | Right.MAKE_FIFO | Right.MAKE_SYM | Right.REFER
_OF_A_FILE = Right.READ_FILE | Right.WRITE_FILE | Right.TRUNCATE | Right.EXECUTE


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def landlock_version() -> int:
    """Of the running kernel's interface; 0 where there is no Landlock or it is switched off."""
    machine = this_machine()
    if machine is None:
        return 0
    try:
        return system_call(numbers_of("landlock", machine)["landlock_create_ruleset"], None, 0, _ASK_VERSION)
    except OSError:
        return 0


def restrict_files(readable: Iterable[Path], writable: Iterable[Path]) -> int:
    """Holds this thread, and those it starts, to reading below `readable` and reading and writing below `writable`.

    Nothing may be executed, linked, or moved from folder to folder; from version 4 on TCP is cut, from 6 on signals to
    others. Places that don't exist are passed over. Returns the version of Landlock, 0 where nothing was done.
    """
    return _restrict(((_READ, readable), (_WRITE, writable)))


def restrict_program(runnable: Iterable[Path], readable: Iterable[Path], home: Path, sockets: Path) -> int:
    """As `restrict_files`, and what is below `runnable` may be run; below `home` alone it may make what it likes.

    In `sockets` it may make sockets, and do nothing else.
    """
    own = ((_LIVE_IN, [home]), (_WRITE, [Path("/dev/null")]), (Right.MAKE_SOCK, [sockets]))
    return _restrict(((_RUN, runnable), (_READ, readable), *own))


def _restrict(allowed: Sequence[tuple[Right, Iterable[Path]]]) -> int:
    version, machine = landlock_version(), this_machine()
    if not version or machine is None:
        return 0
    numbers = numbers_of("landlock", machine)
    handled = _FIRST
    for since, right in _LATER:
        if version >= since:
            handled |= right
    try:
        give_up_new_privileges()
        ruleset = _create(numbers["landlock_create_ruleset"], version, handled)
    except OSError:
        return 0
    try:
        for rights, places in allowed:
            for place in places:
                _allow(numbers["landlock_add_rule"], ruleset, place, rights & handled)
        system_call(numbers["landlock_restrict_self"], ruleset, 0)
    except OSError:
        return 0
    finally:
        os.close(ruleset)
    return version


def _create(number: int, version: int, handled: Right) -> int:
    rules = _Ruleset(handled, _CONNECT_AND_BIND, _ABSTRACT_SOCKETS_AND_SIGNALS)
    # an older kernel takes a shorter structure, and refuses what it doesn't know
    size = 8 if version < 4 else 16 if version < 6 else 24
    return system_call(number, ctypes.byref(rules), size, 0)


def _allow(number: int, ruleset: int, place: Path, rights: Right) -> None:
    try:
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_A_FILE
        rule = _PathRule(rights, descriptor)
        system_call(number, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
    except OSError:
        return  # a place of the kernel's own that can't be named: it stays closed
    finally:
        os.close(descriptor)
