"""Changing the embedder under a real engine: vectors beside each other, never mixed, and nothing done twice."""

import json
import os
import shutil
from pathlib import Path

import pytest

from desktop.embedding.identity import read_identity
from desktop.embedding.prepare import prepare
from desktop.engine.chosen_embedder import DEFAULT_EMBEDDER
from desktop.platform_support.paths import data_folders, project_data
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from desktop.settings.store import SettingsFile
from desktop.storage.database import Database
from tests.support.footnote_command import FootnoteCommand
from tests.support.running_engine import RunningEngine

ROOMY, SMALL = "roomy-embedder", "small-embedder"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three embedders of the same weights: the usual one, one that reads 512 tokens, one that reads 128."""
    installed = data_folders().embedders / DEFAULT_EMBEDDER
    if not (installed / "fast" / "form.json").is_file():
        pytest.skip("no embedder: run the set-up first")
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(installed, home / "embedders" / DEFAULT_EMBEDDER)
    graphs = short_checks(tmp_path_factory.mktemp("graphs"))
    for name, tokens in ((ROOMY, 512), (SMALL, 128)):
        folder = home / "embedders" / name
        shutil.copytree(installed, folder, ignore=shutil.ignore_patterns("fast", ".fast-*"))
        limits = {"max_seq_length": tokens, "do_lower_case": False}
        (folder / "sentence_bert_config.json").write_text(json.dumps(limits), encoding="utf-8")
        prepare(folder, graphs)
    return home


def short_checks(graphs: Path) -> Path:
    """The project's graph, to be checked with the texts that no embedder cuts."""
    source = project_data("resources", "embedders", DEFAULT_EMBEDDER)
    shutil.copy(source / "graph.onnx", graphs)
    record = json.loads((source / "check.json").read_text(encoding="utf-8"))
    record["texts"] = [row for row in record["texts"] if len(row["text"]) < 250]
    assert len(record["texts"]) > 8
    (graphs / "check.json").write_text(json.dumps(record), encoding="utf-8")
    return graphs


@pytest.fixture
def library(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOOTNOTE_HOME", str(home))
    return tmp_path / "library"


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(4):
        lines = [
            f"Clause {n} of house {number}: the tenant keeps room {n * 3} in order and pays {n * 7 + number} francs."
            for n in range(60)
        ]
        (folder / f"house-{number}.txt").write_text("\n\n".join(lines), encoding="utf-8")
    return folder


def use(library: Path, name: str, kind: str = "embedder") -> None:
    SettingsFile(library / "settings.json").set(f"chosen_{kind}", name)


def indexed(library: Path) -> m.Status:
    """After a start of its own; a question is found by its meaning too."""
    with RunningEngine(library) as engine:
        status = engine.wait_until_indexed()
        (found, *_) = engine.search("Who pays the rent of the rooms?")
        assert found.why is not None and found.why.cosine is not None and status.covered == 1.0
        return status


def test_a_change_of_embedder_reads_no_file_again_and_going_back_costs_nothing(library: Path, documents: Path) -> None:
    with RunningEngine(library) as engine:
        first = engine.add(documents)
    use(library, ROOMY)
    other = indexed(library)
    assert other.files_read == first.files_read
    assert other.passages_embedded == 2 * first.passages_embedded
    (documents / "house-0.txt").unlink()
    (documents / "new.txt").write_text("The password of the boathouse is marmalade.", encoding="utf-8")
    later = indexed(library)
    assert later.passages_embedded == other.passages_embedded + 1
    use(library, "")
    back = indexed(library)
    assert back.passages_embedded == later.passages_embedded + 1, "only the new file is new to it"
    assert back.files_read == later.files_read
    assert tables(library) == {DEFAULT_EMBEDDER, ROOMY}


def test_a_change_shows_its_cost_goes_on_answering_and_can_be_undone(library: Path, documents: Path) -> None:
    with RunningEngine(library) as engine:
        first = engine.add(documents)
        total = first.passages_embedded
        cost = engine.call(m.PREVIEW_EMBEDDER, m.EmbedderName(ROOMY))
        assert (cost.passages, cost.kept, cost.files) == (total, 0, 0) and cost.seconds > 0
        assert engine.call(m.PREVIEW_EMBEDDER, m.EmbedderName(SMALL)).files == 4, "it reads too little at once"
        assert engine.status().passages_embedded == total, "a preview changes nothing"
        engine.call_pause(True)
        changed = engine.call(m.CHOOSE_EMBEDDER, m.EmbedderName(ROOMY))
        assert (changed.chosen, changed.answering) == (ROOMY, DEFAULT_EMBEDDER)
        engine.wait_for(lambda s: s.covered == 0.0)
        (found, *_) = engine.search("Who pays the rent of the rooms?")
        assert found.why is not None and found.why.cosine is not None, "the embedder before finds meanwhile"
        engine.call_pause(False)
        engine.wait_for(lambda s: s.covered == 1.0 and s.progress.phase == "idle")
        (found, *_) = engine.search("Who pays the rent of the rooms?")
        assert found.why is not None and found.why.cosine is not None
        assert engine.call(m.LIST_EMBEDDERS, Nothing()).answering == ROOMY
        assert engine.call(m.PREVIEW_EMBEDDER, m.EmbedderName(DEFAULT_EMBEDDER)).passages == 0
        engine.call(m.CHOOSE_EMBEDDER, m.EmbedderName(DEFAULT_EMBEDDER))
        engine.wait_for(lambda s: s.covered == 1.0 and s.progress.phase == "idle")
        assert engine.status().passages_embedded == 2 * total, "going back embeds nothing"
        assert engine.call(m.CHECK, Nothing()).problems == ()


def test_passages_of_an_older_splitter_serve_until_the_user_wants_new_ones(library: Path, documents: Path) -> None:
    with RunningEngine(library) as engine:
        first = engine.add(documents)
    database = Database(library / "library.db")
    with database.transaction() as connection:
        connection.execute("UPDATE files SET split_by = '1' || substr(split_by, instr(split_by, ' '))")
    database.close()
    (documents / "house-0.txt").touch()
    with RunningEngine(library) as engine:
        status = engine.wait_until_indexed()
        assert (status.files_read, status.passages_embedded) == (first.files_read, first.passages_embedded)
        assert any("4 files are in passages that an older Footnote made" in notice for notice in status.notices)
        assert engine.search("Who pays the rent of the rooms?")
        assert engine.call(m.LIST_EMBEDDERS, Nothing()).outdated == 4
        cost = engine.call(m.PREVIEW_EMBEDDER, m.EmbedderName(DEFAULT_EMBEDDER))
        assert (cost.files, cost.passages, cost.kept) == (4, first.passages_embedded, 0)
        assert engine.call(m.PREVIEW_EMBEDDER, m.EmbedderName(ROOMY)).files == 0
        engine.call(m.CHOOSE_EMBEDDER, m.EmbedderName(DEFAULT_EMBEDDER))
        status = engine.wait_for(lambda s: s.files_read == first.files_read + 4 and s.progress.phase == "idle")
        assert status.passages_embedded == first.passages_embedded, "they came out the same"
        after = engine.call(m.LIST_EMBEDDERS, Nothing())
        assert (status.notices, after.outdated, after.former) == ((), 0, 4)


def test_new_passages_can_be_undone_and_nothing_is_embedded(library: Path, documents: Path) -> None:
    with RunningEngine(library) as engine:
        engine.add(documents)
    cut_as_by_an_older_footnote(library)
    before = in_the_ledger(library)
    with RunningEngine(library) as engine:
        first = engine.wait_until_indexed()
        engine.call(m.CHOOSE_EMBEDDER, m.EmbedderName(DEFAULT_EMBEDDER))
        second = engine.wait_for(lambda s: s.files_read == first.files_read + 4 and s.progress.phase == "idle")
        assert second.passages_embedded > first.passages_embedded
        (documents / "house-0.txt").write_text("Something else now: the lamp is red.", encoding="utf-8")
        third = engine.wait_for(lambda s: s.files_read == second.files_read + 1 and s.progress.phase == "idle")
        assert engine.call(m.LIST_EMBEDDERS, Nothing()).former == 3
    with RunningEngine(library) as engine:
        engine.wait_until_indexed()
        engine.call(m.UNDO_PASSAGES, Nothing())
        last = engine.wait_for(lambda s: s.files_read == third.files_read + 3 and s.progress.phase == "idle")
        assert (last.passages_embedded, last.covered) == (third.passages_embedded, 1.0)
        assert engine.call(m.CHECK, Nothing()).problems == ()
        known = engine.call(m.LIST_EMBEDDERS, Nothing())
        assert (known.outdated, known.former) == (3, 0)
        (found, *_) = engine.search("Which colour is the lamp?")
        assert "red" in found.text
    after = in_the_ledger(library)
    changed = {path for path in before if path.endswith("house-0.txt")}
    assert {path: after[path] for path in before if path not in changed} == {
        path: rows for path, rows in before.items() if path not in changed
    }


def cut_as_by_an_older_footnote(library: Path) -> None:
    """As if another splitter had made the passages: none of them comes out the same."""
    database = Database(library / "library.db")
    with database.transaction() as connection:
        connection.execute("UPDATE files SET split_by = '1' || substr(split_by, instr(split_by, ' '))")
        connection.execute("UPDATE passages SET digest = 'older ' || digest")
    database.close()


def in_the_ledger(library: Path) -> dict[str, list[tuple[object, ...]]]:
    """What stands of each file's passages but their ids."""
    database = Database(library / "library.db")
    found: dict[str, list[tuple[object, ...]]] = {}
    for path, *rest in database.rows(
        'SELECT f.path, f.split_by, p.ordinal, p.start, p."end", p.text, p.digest, p.gap, p.embedded '
        "FROM passages p JOIN files f ON f.id = p.file_id ORDER BY p.file_id, p.ordinal"
    ):
        found.setdefault(os.fsdecode(path), []).append(tuple(rest))
    database.close()
    return found


def tables(library: Path) -> set[str]:
    embedders = data_folders().embedders
    names = {f"vectors_{read_identity(folder).revision[:16]}": folder.name for folder in embedders.iterdir()}
    return {names[path.stem] for path in (library / "passages.lance").glob("vectors_*.lance")}


def test_an_embedder_of_little_room_gets_shorter_passages(library: Path, documents: Path) -> None:
    with RunningEngine(library) as engine:
        first = engine.add(documents)
        before = passages(engine)
    use(library, SMALL)
    assert indexed(library).files_read == 2 * first.files_read
    with RunningEngine(library) as engine:
        engine.wait_until_indexed()
        assert passages(engine) > before


def passages(engine: RunningEngine) -> int:
    return sum(file.passages for file in engine.call(m.LIST_FILES, m.ListFiles("", "", 0, 100)).files)


def test_a_missing_embedder_is_said_and_words_are_searched(library: Path, documents: Path, home: Path) -> None:
    with RunningEngine(library) as engine:
        first = engine.add(documents)
    use(library, "gone-embedder")
    with RunningEngine(library) as engine:
        engine.wait_for(lambda status: bool(status.notices))
        status = engine.wait_until_indexed()
        (notice,) = status.notices
        assert "Searching by words only: The model gone-embedder is not there any more." in notice
        (found, *_) = engine.search("boathouse tenant francs")
        assert found.why is not None and found.why.cosine is None and "tenant" in found.why.words
    use(library, "")
    assert indexed(library).passages_embedded == first.passages_embedded


@pytest.mark.parametrize("name", ["../embedders/all-MiniLM-L6-v2", "..", "."])
def test_a_name_that_leads_elsewhere_is_not_followed(library: Path, name: str) -> None:
    use(library, name)
    with RunningEngine(library) as engine:
        status = engine.wait_for(lambda status: bool(status.notices))
        assert "Searching by words only" in status.notices[0]


def test_a_damaged_embedder_is_said(library: Path, documents: Path, home: Path) -> None:
    broken = home / "embedders" / "broken"
    shutil.copytree(home / "embedders" / ROOMY, broken)
    os.truncate(broken / "fast" / "model.safetensors", 1000)
    try:
        use(library, "broken")
        with RunningEngine(library) as engine:
            status = engine.add(documents)
            assert any("Searching by words only" in notice for notice in status.notices)
            assert engine.search("tenant francs")
    finally:
        shutil.rmtree(broken)


def test_a_missing_reranker_is_said_and_search_goes_on(library: Path, documents: Path) -> None:
    use(library, "gone-reranker", "reranker")
    with RunningEngine(library) as engine:
        status = engine.add(documents)
        assert any("Searching without the reranker" in notice for notice in status.notices)
        assert engine.search("tenant francs")


def test_the_command_lists_chooses_and_removes(library: Path, home: Path) -> None:
    footnote = FootnoteCommand(library)
    shutil.copytree(home / "embedders" / SMALL, home / "embedders" / "spare")
    (home / "embedders" / "empty").mkdir()
    (listed,) = footnote.objects("embedders", "list")
    assert {one["name"]: (one["tokens"], one["chosen"], bool(one["problem"])) for one in listed["embedders"]} == {
        DEFAULT_EMBEDDER: (256, True, False),
        "empty": (0, False, True),
        ROOMY: (512, False, False),
        SMALL: (128, False, False),
        "spare": (128, False, False),
    }
    assert listed["rerankers"] == []
    (used,) = footnote.objects("embedders", "use", "spare")
    assert [one["name"] for one in used["embedders"] if one["chosen"]] == ["spare"]
    for name, said in (("spare", "is in use"), (DEFAULT_EMBEDDER, "can't be removed"), ("../models", "There is no")):
        refused = footnote.run("embedders", "remove", name)
        assert refused.returncode == 2 and said in refused.stderr
    for name, said in (("empty", "can't be used"), ("nothing", "There is no")):
        refused = footnote.run("embedders", "use", name)
        assert refused.returncode == 2 and said in refused.stderr
    footnote.objects("embedders", "use", DEFAULT_EMBEDDER)
    footnote.objects("embedders", "remove", "spare")
    footnote.objects("embedders", "remove", "empty")
    assert "spare" not in footnote.run("embedders", "list").stdout


def test_a_folder_that_is_refused_says_why(library: Path, tmp_path: Path) -> None:
    (tmp_path / "pickled").mkdir()
    (tmp_path / "pickled" / "config.json").write_text("{}", encoding="utf-8")
    (tmp_path / "pickled" / "pytorch_model.bin").write_bytes(b"\x80")
    refused = FootnoteCommand(library).run("embedders", "add", tmp_path / "pickled")
    assert refused.returncode == 1 and "are a pickle" in refused.stderr
    refused = FootnoteCommand(library).run("embedders", "add", tmp_path / "pickled", "--json")
    assert "are a pickle" in json.loads(refused.stdout)["problem"]


def test_vectors_of_an_embedder_not_used_for_a_month_are_dropped(library: Path, documents: Path) -> None:
    with RunningEngine(library) as engine:
        engine.add(documents)
    use(library, ROOMY)
    indexed(library)
    usual = f"used vectors_{read_identity(data_folders().embedders / DEFAULT_EMBEDDER).revision[:16]}"
    database = Database(library / "library.db")
    database.set_note(usual, str(float(database.note(usual)) - 29 * 86_400))
    database.close()
    indexed(library)
    assert tables(library) == {DEFAULT_EMBEDDER, ROOMY}
    database = Database(library / "library.db")
    database.set_note(usual, str(float(database.note(usual)) - 2 * 86_400))
    database.close()
    indexed(library)
    assert tables(library) == {ROOMY}


def test_without_the_usual_embedder_the_set_up_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "empty"))
    with RunningEngine(tmp_path / "library") as engine:
        status = engine.wait_for(lambda status: bool(status.notices))
        assert "Searching by words only" in status.notices[0] and "installer setup" in status.notices[0]
