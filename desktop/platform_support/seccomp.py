"""A filter of system calls, written by hand: what no parser needs is refused with EPERM, whatever runs in it.

Refused are new sockets and programs, new processes, signals to and memory of others, mounts, keys, changes of owner,
mode or times, and the kernel's rarer doors. All other calls are let through, so that new libraries go on working.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterable

from desktop.platform_support.system_calls import Machine, give_up_new_privileges, numbers_of, this_machine

_SET_SECCOMP = 22
_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_ERROR = 0x00050000
_LOAD, _EQUALS, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _MACHINE_AT, _FIRST_ARGUMENT_AT, _SECOND_ARGUMENT_AT = 0, 4, 16, 24
_OTHER_NUMBERING = 0x40000000
_CLONE_THREAD = 0x00010000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_FORBIDDEN = ("network", "processes", "files", "system", "shared memory")

Instruction = tuple[int, int, int, int]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def forbid_system_calls() -> bool:
    """Holds this thread and those it starts, for good. False where the kernel or the processor doesn't offer it."""
    machine = this_machine()
    if machine is None:
        return False
    code = filter_code(machine, os.getpid())
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        give_up_new_privileges()
    except OSError:
        return False
    return libc.prctl(_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), ctypes.byref(program), 0, 0) == 0


def filter_code(machine: Machine, own_id: int) -> bytes:
    """The filter as classic BPF, eight bytes an instruction. `own_id` is the one process that may be signalled."""
    numbers = {name: number for table in _FORBIDDEN for name, number in numbers_of(table, machine).items()}
    conditional = {
        "kill": _first_argument_among(own_id),
        "tgkill": _first_argument_among(own_id),
        "prlimit64": _first_argument_among(0, own_id),
        "clone": _threads_alone(),
        # its flags lie in memory, where a filter can't look; the C library then asks `clone`
        "clone3": [_answer(_ERROR | errno.ENOSYS)],
        "ioctl": _no_typing_for_others(),
    }
    code: list[Instruction] = [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_EQUALS, 1, 0, machine),
        _answer(_KILL),  # calls of 32 bits have other numbers
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _OTHER_NUMBERING),
        _refusal(),
    ]
    for name, number in numbers.items():
        block = conditional.get(name, [_refusal()])
        code += [(_EQUALS, 0, len(block), number), *block]
    code.append(_answer(_ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _first_argument_among(*values: int) -> list[Instruction]:
    return [(_LOAD, 0, 0, _FIRST_ARGUMENT_AT), *_allowed_when_equal(values), _refusal()]


def _allowed_when_equal(values: Iterable[int]) -> Iterable[Instruction]:
    for value in values:
        yield (_EQUALS, 0, 1, value)
        yield _answer(_ALLOW)


def _threads_alone() -> list[Instruction]:
    return [(_LOAD, 0, 0, _FIRST_ARGUMENT_AT), (_ANY_BIT, 0, 1, _CLONE_THREAD), _answer(_ALLOW), _refusal()]


def _no_typing_for_others() -> list[Instruction]:
    """Words pushed into a terminal would be run by the shell that reads it."""
    return [
        (_LOAD, 0, 0, _SECOND_ARGUMENT_AT),
        (_EQUALS, 2, 0, _TIOCSTI),
        (_EQUALS, 1, 0, _TIOCLINUX),
        _answer(_ALLOW),
        _refusal(),
    ]


def _answer(value: int) -> Instruction:
    return _RETURN, 0, 0, value


def _refusal() -> Instruction:
    return _answer(_ERROR | errno.EPERM)
