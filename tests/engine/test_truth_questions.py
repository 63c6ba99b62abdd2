"""The questions that tones are tried with: the user's, those asked before, or some made from the files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.engine.truth_questions import MOST, TruthQuestions, made_questions
from desktop.settings.store import SettingsFile
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
from desktop.storage.sampling import SampledPassage, sample_passages


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "library.db")
    with made.transaction() as connection:
        connection.execute("INSERT INTO folders (path, is_file, added_at) VALUES (x'2f66', 0, 0)")
        for number in range(1, 4):
            state = "missing" if number == 3 else "indexed"
            connection.execute(
                "INSERT INTO files (folder_id, path, name, state, size, mtime_ns, inode) VALUES (1, ?, ?, ?, 1, 1, ?)",
                (f"/f/{number}".encode(), f"lease_{number}.docx", state, number),
            )
        for number in range(60):
            connection.execute(
                'INSERT INTO passages (id, file_id, ordinal, start, "end", heading, text, digest, gap) '
                "VALUES (?, ?, ?, 0, 1, ?, 'The rent is due monthly.', '', '')",
                (number + 1, number % 3 + 1, number, f"Lease > {number}. Clause number {number}"),
            )
    yield made
    made.close()


def questions(database: Database, tmp_path: Path) -> tuple[TruthQuestions, SettingsFile, Conversations]:
    settings, conversations = SettingsFile(tmp_path / "settings.json"), Conversations(database)
    return TruthQuestions(settings, conversations, database), settings, conversations


def test_some_are_made_from_the_files(database: Database, tmp_path: Path) -> None:
    asked, _, _ = questions(database, tmp_path)
    made = asked.questions()
    assert len(made) == MOST == len(set(made))
    assert made == asked.questions()
    assert all(question.startswith(("What does lease 1 say about", "What does lease 2 say about")) for question in made)
    assert {question.split()[3] for question in made} == {"1", "2"}


def test_those_asked_before_come_first(database: Database, tmp_path: Path) -> None:
    asked, _, conversations = questions(database, tmp_path)
    for number in range(6):
        answer, conversation = conversations.start_answer(None, f"Question {number // 2}?")
        with database.transaction() as connection:
            connection.execute("UPDATE answers SET state = 'finished' WHERE id = ?", (answer,))
        if number == 5:
            conversations.delete(conversation)
    assert asked.questions()[:3] == ("Question 2?", "Question 1?", "Question 0?")
    assert len(asked.questions()) == MOST


def test_a_list_of_the_users_own_is_the_list(database: Database, tmp_path: Path) -> None:
    asked, settings, _ = questions(database, tmp_path)
    settings.set("truth_questions", "  What is the rent? \n\nWho pays?\nWho pays?\n" + "x" * 900)
    assert asked.questions()[:2] == ("What is the rent?", "Who pays?")
    assert len(asked.questions()) == 3 and len(asked.questions()[2]) == 300
    settings.set("truth_questions", "\n".join(f"Question {number}?" for number in range(40)))
    assert len(asked.questions()) == MOST


def test_those_of_the_first_trial_are_those_of_the_next(database: Database, tmp_path: Path) -> None:
    asked, settings, conversations = questions(database, tmp_path)
    first = asked.kept()
    for number in range(8):
        answer, _ = conversations.start_answer(None, f"Question {number}\nof two lines?")
        with database.transaction() as connection:
            connection.execute("UPDATE answers SET state = 'finished' WHERE id = ?", (answer,))
    assert asked.questions() == asked.own() == asked.kept() == first
    settings.set("truth_questions", "")
    assert asked.kept() == asked.own()
    assert asked.own()[0] == "Question 7 of two lines?"


def test_a_library_with_little_to_ask_about_keeps_no_list(tmp_path: Path) -> None:
    database = Database(tmp_path / "small.db")
    asked, settings, conversations = questions(database, tmp_path)
    answer, _ = conversations.start_answer(None, "What is the rent?")
    with database.transaction() as connection:
        connection.execute("UPDATE answers SET state = 'finished' WHERE id = ?", (answer,))
    assert asked.kept() == ("What is the rent?",)
    assert settings.get("truth_questions") == ""
    database.close()


def test_an_empty_library_has_none(tmp_path: Path) -> None:
    database = Database(tmp_path / "empty.db")
    assert sample_passages(database, 10) == ()
    assert questions(database, tmp_path)[0].questions() == ()
    database.close()


def test_questions_are_in_the_language_of_the_passage() -> None:
    text = "Die Kaution für die Wohnung beträgt zwei Monatsmieten und wird später zurückgezahlt. Kaution, Wohnung."
    made = made_questions((SampledPassage("mietvertrag.pdf", "", text), SampledPassage("x.txt", "", "1 2 3")))
    assert made == ("Was steht in mietvertrag über Kaution & Wohnung?",)
