"""The kernel's calls by number, for those that the C library has no function for or that are forbidden by number.

Linux on x86-64 and on 64-bit ARM; elsewhere nothing here is of use. Calls nothing itself but `system_call`.
"""

import ctypes
import os
import platform
import sys
from collections.abc import Mapping
from enum import IntEnum


class Machine(IntEnum):
    """A processor as the kernel's audit names it in front of every call's number (linux/audit.h)."""

    X86_64 = 0xC000003E
    ARM_64 = 0xC00000B7


# name: number on x86-64, on 64-bit ARM (asm/unistd_64.h, asm-generic/unistd.h); from 424 on they are the same
_LANDLOCK = """
landlock_create_ruleset 444 444  landlock_add_rule 445 445  landlock_restrict_self 446 446
"""
_NETWORK = """
socket 41 198  connect 42 203  bind 49 200  listen 50 201  accept 43 202  accept4 288 242
io_uring_setup 425 425  io_uring_enter 426 426  io_uring_register 427 427
"""
_PROCESSES = """
ptrace 101 117  process_vm_readv 310 270  process_vm_writev 311 271  process_madvise 440 440  kcmp 312 272
pidfd_open 434 434  pidfd_getfd 438 438  pidfd_send_signal 424 424  process_mrelease 448 448
execve 59 221  execveat 322 281  fork 57 -  vfork 58 -  tkill 200 130  rt_sigqueueinfo 129 138
rt_tgsigqueueinfo 297 240  migrate_pages 256 238  move_pages 279 239
kill 62 129  tgkill 234 131  clone 56 220  clone3 435 435  prlimit64 302 261
"""
_FILES = """
mount 165 40  umount2 166 39  pivot_root 155 41  chroot 161 51  move_mount 429 429  fsopen 430 430  fsconfig 431 431
fsmount 432 432  fspick 433 433  open_tree 428 428  mount_setattr 442 442  open_tree_attr 467 467
name_to_handle_at 303 264  open_by_handle_at 304 265  fanotify_init 300 262  fanotify_mark 301 263
chmod 90 -  fchmod 91 52  fchmodat 268 53  fchmodat2 452 452  chown 92 -  lchown 94 -  fchown 93 55  fchownat 260 54
setxattr 188 5  lsetxattr 189 6  fsetxattr 190 7  setxattrat 463 463  removexattr 197 14  lremovexattr 198 15
fremovexattr 199 16  removexattrat 466 466  file_setattr 469 469  utime 132 -  utimes 235 -  futimesat 261 -
utimensat 280 88  mknod 133 -  mknodat 259 33  link 86 -  linkat 265 37  symlink 88 -  symlinkat 266 36
"""
_SYSTEM = """
unshare 272 97  setns 308 268  keyctl 250 219  add_key 248 217  request_key 249 218  bpf 321 280
perf_event_open 298 241  userfaultfd 323 282  init_module 175 105  finit_module 313 273  delete_module 176 106
kexec_load 246 104  kexec_file_load 320 294  reboot 169 142  swapon 167 224  swapoff 168 225  acct 163 89
quotactl 179 60  quotactl_fd 443 443  syslog 103 116  sethostname 170 161  setdomainname 171 162
settimeofday 164 170  clock_settime 227 112  adjtimex 159 171  clock_adjtime 305 266  iopl 172 -  ioperm 173 -
modify_ldt 154 -  personality 135 92  vhangup 153 58  ioctl 16 29
"""
_SHARED_MEMORY = """
shmget 29 194  shmat 30 196  shmctl 31 195  msgget 68 186  msgsnd 69 189  msgrcv 70 188  msgctl 71 187
semget 64 190  semop 65 193  semtimedop 220 192  semctl 66 191  mq_open 240 180  mq_unlink 241 181
"""
TABLES: Mapping[str, str] = {
    "landlock": _LANDLOCK,
    "network": _NETWORK,
    "processes": _PROCESSES,
    "files": _FILES,
    "system": _SYSTEM,
    "shared memory": _SHARED_MEMORY,
}


def this_machine() -> Machine | None:
    """The processor this process runs on, or None where the numbers here don't hold."""
    if sys.platform != "linux" or sys.maxsize < 1 << 32:
        return None
    return {"x86_64": Machine.X86_64, "aarch64": Machine.ARM_64}.get(platform.machine())


def numbers_of(table: str, machine: Machine) -> dict[str, int]:
    """The calls of one table that the machine has, by name."""
    words = TABLES[table].split()
    column = words[1::3] if machine is Machine.X86_64 else words[2::3]
    return {name: int(number) for name, number in zip(words[::3], column, strict=True) if number != "-"}


def system_call(number: int, *arguments: object) -> int:
    """What the kernel returns. Raises OSError. Numbers are passed as C longs, None as a null pointer."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    given = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = int(libc.syscall(ctypes.c_long(number), *given))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def give_up_new_privileges() -> None:
    """No program that is run from here on can gain rights; the walls below ask for it. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    set_no_new_privileges = 38
    if libc.prctl(set_no_new_privileges, *(ctypes.c_ulong(value) for value in (1, 0, 0, 0))):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
