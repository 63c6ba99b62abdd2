"""The `footnote` command as a program uses it: the JSON contract, exit codes, and the sources it points to."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from desktop import __version__
from tests.support.running_engine import small_model_path

ROOT = Path(__file__).resolve().parents[2]

PASSAGE = {"file", "start", "end", "page", "place", "text", "score", "context", "why"}
WHY = {"words", "word_rank", "word_score", "meaning_rank", "cosine", "name_words", "rerank"}
ANSWER = {"question", "answer", "refused", "sentences", "footnotes", "passages", "seconds"}
ANSWER |= {"format", "problems", "mode", "conversation"}
FOOTNOTE = {"n", "file", "page", "place", "start", "end", "quote"}


class Shell:
    """Runs `footnote` with a data folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def run(self, *words: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "desktop.cli.main", *map(str, words), "--data", str(self.data)]
        return subprocess.run(
            command, cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=240, env=dict(os.environ)
        )

    def objects(self, *words: str | Path, stdin: str = "") -> list[dict[str, Any]]:
        done = self.run(*words, "--json", stdin=stdin)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "lease.md").write_text(
        "# Lease of Mill House\n\n"
        "## 8.2 Notice\n\nEither party may end this lease with three months' written notice.\n\n"
        "## 9 Deposit\n\nThe deposit is 2,400 euros. It is returned within thirty days.\n",
        encoding="utf-8",
    )
    (folder / "windows.txt").write_bytes("\ufeffZeile eins.\r\n\r\nDer Bürgermeister heißt Käthe Öhl.\r\n".encode())
    (folder / "unknown.xyz").write_text("?")
    (folder / "hollow.txt").write_text("")
    return folder


@pytest.fixture(scope="module")
def shell(documents: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    shell = Shell(tmp_path_factory.mktemp("data") / "library")
    (status,) = shell.objects("add", "--wait", documents)
    assert status["counts"]["indexed"] == 2
    return shell


def test_status_names_every_file_with_its_state_and_reason(shell: Shell, documents: Path) -> None:
    (status,) = shell.objects("status")
    assert set(status) == {"counts", "files", "files_read", "passages_embedded", "passages_kept"}
    rows = {Path(row["file"]).name: row for row in status["files"]}
    assert {name: row["state"] for name, row in rows.items()} == {
        "lease.md": "indexed",
        "windows.txt": "indexed",
        "unknown.xyz": "unsupported",
        "hollow.txt": "empty",
    }
    assert all(set(row) == {"file", "state", "reason", "passages"} for row in rows.values())
    assert all(row["reason"] for row in rows.values() if row["state"] != "indexed")
    assert status["counts"] == {"empty": 1, "indexed": 2, "unsupported": 1}


def test_search_takes_lines_and_answers_in_order(shell: Shell) -> None:
    questions = ["How long is the notice period?", "Wie heißt der Bürgermeister?", "zzz qqq"]
    found = shell.objects("search", "--limit", "2", stdin="\n".join(questions) + "\n")
    assert [one["question"] for one in found] == questions
    assert all(set(one) == {"question", "scope", "passages"} and len(one["passages"]) <= 2 for one in found)
    assert "three months" in found[0]["passages"][0]["text"]
    assert Path(found[1]["passages"][0]["file"]).name == "windows.txt"


def test_a_passage_is_exactly_the_source_at_its_range(shell: Shell) -> None:
    for one in shell.objects("search", stdin="Bürgermeister\nDeposit\nNotice\n"):
        for passage in one["passages"]:
            assert set(passage) == PASSAGE
            assert set(passage["why"]) == WHY
            source = Path(passage["file"]).read_bytes().decode("utf-8-sig")
            assert source[passage["start"] : passage["end"]] == passage["text"]
            assert len(passage["text"]) <= 1500


def test_search_within_a_scope_says_so_and_why(shell: Shell) -> None:
    (found,) = shell.objects("search", "notice period @windows.txt")
    assert "windows.txt" in found["scope"]
    assert {Path(passage["file"]).name for passage in found["passages"]} <= {"windows.txt"}
    told = shell.run("search", "--why", "notice period @lease.md").stdout
    assert told.startswith("Scope: ") and "lease.md" in told.splitlines()[0]
    assert "Why: words notice (no. 1" in told
    assert "Why:" not in shell.run("search", "notice period").stdout


def test_an_answer_has_footnotes_in_the_source(shell: Shell) -> None:
    if not small_model_path().exists():
        pytest.skip("the small test model is not installed: python3 -m installer setup --model tiny")
    words = ("ask", "--model", small_model_path())
    for answer in shell.objects(*words, stdin="How long is the notice period?\nWhat is the deposit?\n"):
        assert set(answer) == ANSWER
        numbers = {footnote["n"] for footnote in answer["footnotes"]}
        for sentence in answer["sentences"]:
            assert set(sentence) == {"text", "support", "footnotes", "missing"}
            assert sentence["support"] in ("supported", "partly", "unsupported", "none")
            assert set(sentence["footnotes"]) <= numbers
        for footnote in answer["footnotes"]:
            assert set(footnote) == FOOTNOTE
            source = Path(footnote["file"]).read_bytes().decode("utf-8-sig")
            assert source[footnote["start"] : footnote["end"]] == footnote["quote"]
        assert not (answer["refused"] and answer["footnotes"])


def test_a_question_that_the_files_do_not_answer_is_refused(shell: Shell) -> None:
    (answer,) = shell.objects("ask", "Which pianist won the Chopin competition in 1980?")
    assert answer["refused"] is True
    assert answer["footnotes"] == []
    assert "files" in answer["answer"]


def test_chat_answers_from_the_terminal(documents: Path, tmp_path: Path) -> None:
    done = Shell(tmp_path / "library").run("chat", documents, stdin="How long is the notice period?\n")
    assert done.returncode == 0, done.stderr
    assert "lease.md" in done.stdout


def test_check_and_rebuild(shell: Shell) -> None:
    assert shell.objects("check")[0]["problems"] == []
    shell.objects("rebuild")
    assert shell.objects("check")[0]["vectors"] > 0


def test_exit_codes_and_messages(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("--version").stdout.strip() == f"footnote {__version__}"
    assert shell.run("nonsense").returncode == 2
    missing = shell.run("add", tmp_path / "not there")
    assert missing.returncode == 2
    assert "does not exist" in missing.stderr
    blocked = tmp_path / "file"
    blocked.write_text("")
    engine = Shell(blocked / "library").run("status")
    assert engine.returncode == 3
    assert engine.stderr.startswith("footnote: ")


def test_removing_a_folder(documents: Path, tmp_path: Path) -> None:
    shell = Shell(tmp_path / "library")
    shell.objects("add", "--wait", documents)
    assert shell.objects("remove", documents)[0]["files"] == []
    assert shell.objects("search", "deposit")[0]["passages"] == []


def test_a_path_that_is_not_there_is_wrong_usage(shell: Shell, tmp_path: Path) -> None:
    for options in (("--model", tmp_path / "no.gguf"), ("--tone", f"{tmp_path / 'no.gguf'}=0.5")):
        done = shell.run("ask", "--json", *options, "How long?")
        assert (done.returncode, done.stdout) == (2, "")
        assert "no.gguf" in done.stderr
    assert shell.run("ask", "--tone", "tone.gguf=loud", "How long?").returncode == 2
    assert shell.run("search", "--limit", "0", "How long?").returncode == 2
    assert shell.run("remove", tmp_path).returncode == 2
    assert shell.run("ask", "").returncode == 2


def test_a_model_that_is_none_is_a_problem_of_the_engine(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "fake.gguf").write_text("not a model")
    done = shell.run("ask", "--json", "--model", tmp_path / "fake.gguf", "How long is the notice period?")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("footnote: ")
    assert "Traceback" not in done.stderr


def test_questions_need_not_be_good_text(shell: Shell) -> None:
    command = [sys.executable, "-m", "desktop.cli.main", "search", "--json", "--data", str(shell.data)]
    lines = [b"notice \xff period", b"", b"   ", "\U0001f600".encode(), b'"(notice', b"notice " * 5_000]
    done = subprocess.run(command, cwd=ROOT, input=b"\r\n".join(lines), capture_output=True, timeout=240)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [len(one["question"]) for one in found] == [15, 1, 8, 35_000]
    assert found[0]["passages"] and found[2]["passages"]


def test_a_reader_of_the_output_may_leave(shell: Shell) -> None:
    command = [sys.executable, "-m", "desktop.cli.main", "search", "--json", "--data", str(shell.data)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdout.close()
        process.stdin.write(b"notice\n" * 50)
        process.stdin.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for another process")
def test_ctrl_c_ends_a_command_and_loses_nothing(documents: Path, tmp_path: Path) -> None:
    shell = Shell(tmp_path / "library")
    command = [sys.executable, "-m", "desktop.cli.main", "add", "--wait", str(documents), "--data", str(shell.data)]
    # a session of its own, so that the signal goes to a whole terminal's worth of processes, as Ctrl-C does
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        deadline = time.monotonic() + 60
        while not (shell.data / "passages.lance").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr is not None and b"Traceback" not in process.stderr.read()
    (status,) = shell.objects("status", "--wait")
    assert status["counts"] == {"empty": 1, "indexed": 2, "unsupported": 1}


def test_add_without_waiting_says_when_files_are_read(documents: Path, tmp_path: Path) -> None:
    shell = Shell(tmp_path / "library")
    done = shell.run("add", documents)
    assert done.returncode == 0
    assert "footnote add --wait" in done.stdout
    assert shell.objects("status", "--wait")[0]["counts"]["indexed"] == 2


def test_a_name_can_not_draw_on_the_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "red \x1b[31m\nname.xyz").write_text("?")
    shell = Shell(tmp_path / "library")
    shown = shell.run("add", "--wait", folder).stdout + shell.run("status").stdout
    assert "\x1b" not in shown
    assert "red \ufffd[31m name.xyz" in shown


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_library_that_can_not_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir(mode=0o500)
    done = Shell(tmp_path / "library").run("status", "--json")
    assert (done.returncode, done.stdout) == (3, "")
    assert "can't be used" in done.stderr or "could not be opened" in done.stderr
