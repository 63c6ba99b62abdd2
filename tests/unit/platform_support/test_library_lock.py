"""One holder at a time, across processes, until it dies."""

import subprocess
import sys
from pathlib import Path

from desktop.platform_support.library_lock import LibraryLock

HOLD = """
import sys
from pathlib import Path
from desktop.platform_support.library_lock import LibraryLock
lock = LibraryLock(Path(sys.argv[1]))
print(lock.take("address"), flush=True)
sys.stdin.read()
"""


def test_one_at_a_time_and_a_note_for_the_others(tmp_path: Path) -> None:
    first, second = LibraryLock(tmp_path / "new" / "lock"), LibraryLock(tmp_path / "new" / "lock")
    assert second.note() == ""
    assert first.take("where to find me")
    assert not second.take("never written")
    assert second.note() == "where to find me"
    first.release()
    first.release()
    assert second.take("")
    assert first.note() == ""
    second.release()


def test_a_killed_process_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "True\n"
        lock = LibraryLock(path)
        assert not lock.take()
        assert lock.note() == "address"
        holder.kill()
        holder.wait()
        assert lock.take()
        lock.release()
