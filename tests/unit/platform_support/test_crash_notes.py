"""A note outlives its writer and says nothing when nothing was under way."""

from pathlib import Path

from desktop.platform_support.crash_notes import CrashNote


def test_a_note_outlives_its_writer(tmp_path: Path) -> None:
    note = CrashNote(tmp_path / "new" / "note")
    assert note.read() == ""
    note.write("123456")
    note.write("7")
    note.close()
    again = CrashNote(tmp_path / "new" / "note")
    assert again.read() == "7"
    again.clear()
    assert again.read() == ""
    again.close()


def test_a_damaged_note_is_only_a_strange_word(tmp_path: Path) -> None:
    (tmp_path / "note").write_bytes(b"\xff\x00" * 1_000)
    note = CrashNote(tmp_path / "note")
    assert not note.read().isdigit()
    note.write("9" * 1_000)
    assert note.read() == "9" * 64
    note.close()


def test_a_process_that_ends_by_wish_leaves_no_word(tmp_path: Path) -> None:
    note = CrashNote(tmp_path / "note")
    note.write("7")
    note.seal()
    assert note.read() == ""
    note.write("8")
    assert note.read() == ""
    note.unseal()
    note.write("9")
    assert note.read() == "9"
    note.close()
    note.write("10")
    note.clear()
    assert CrashNote(tmp_path / "note").read() == "9"


def test_what_the_process_before_left_stays_until_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "note").write_text("7")
    note = CrashNote(tmp_path / "note")
    note.seal()
    assert note.read() == "7"
    note.clear()
    assert note.read() == ""
    note.close()
