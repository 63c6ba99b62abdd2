"""Rules of a folder: seen before they are set, followed at once and by every later change, and taken back again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.errors import UserError
from desktop.domain.files import MOST_MB
from desktop.protocol import engine_messages as m
from tests.support.running_engine import RunningEngine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    (folder / "drafts").mkdir(parents=True)
    (folder / "lease.txt").write_text("The lease of the mill ends on 3 May.")
    (folder / "drafts" / "lease.txt").write_text("The lease of the barn ends on 9 June.")
    return folder


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    with RunningEngine(tmp_path / "library") as engine:
        yield engine


def names(engine: RunningEngine) -> list[str]:
    files = engine.call(m.LIST_FILES, m.ListFiles("indexed", "", 0, 100)).files
    return sorted(f"{Path(file.path).parent.name}/{Path(file.path).name}" for file in files)


def test_rules_are_seen_set_followed_and_taken_back(engine: RunningEngine, folder: Path) -> None:
    (added,) = engine.add(folder).folders
    wanted = m.FolderRulesOf(added.id, "drafts/", 200)
    seen = engine.call(m.PREVIEW_RULES, wanted)
    assert (seen.left_out, seen.leaving, seen.arriving) == (("drafts/",), ("drafts/lease.txt",), ())
    assert (seen.left_out_count, seen.leaving_count, seen.arriving_count, seen.complete) == (1, 1, 0, True)
    assert len(names(engine)) == 2  # it only looked

    engine.call(m.SET_RULES, wanted)
    status = engine.wait_until_indexed()
    assert names(engine) == ["documents/lease.txt"]
    assert status.folders[0].rules == "drafts/"
    assert all("barn" not in p.text for p in engine.search("the lease of the barn"))

    (folder / "drafts" / "late.txt").write_text("The lease of the sty ends on 1 July.")
    (folder / "late.txt").write_text("The lease of the pond ends on 2 July.")
    engine.wait_for(lambda status: status.counts.get("indexed") == 2)
    assert names(engine) == ["documents/late.txt", "documents/lease.txt"]
    (folder / "late.txt").rename(folder / "drafts" / "moved.txt")
    engine.wait_for(lambda status: status.counts.get("indexed") == 1)

    back = m.FolderRulesOf(added.id, "", 200)
    assert engine.call(m.PREVIEW_RULES, back).arriving_count == 3
    engine.call(m.SET_RULES, back)
    engine.wait_for(lambda status: status.counts.get("indexed") == 4)


def test_the_largest_file_is_the_users_choice(engine: RunningEngine, folder: Path) -> None:
    (folder / "long.txt").write_text("A ledger line of the harbour office.\n\n" * 40_000)
    (added,) = engine.add(folder).folders
    engine.call(m.SET_RULES, m.FolderRulesOf(added.id, "", 1))
    engine.wait_for(lambda status: status.counts.get("too_large") == 1)
    (row,) = engine.call(m.LIST_FILES, m.ListFiles("too_large", "", 0, 10)).files
    assert row.reason == "Larger than 1 MB. Raise the limit in the rules of its folder, or split the file."
    assert all(Path(p.file).name != "long.txt" for p in engine.search("harbour office ledger"))
    engine.call(m.RETRY_FILE, m.FileId(row.id))
    engine.wait_until_indexed()
    assert engine.status().counts["too_large"] == 1  # trying again takes no more than the folder allows
    engine.call(m.SET_RULES, m.FolderRulesOf(added.id, "", 2))
    engine.wait_for(lambda status: status.counts.get("indexed") == 3)


def test_bad_rules_are_refused_and_change_nothing(engine: RunningEngine, folder: Path) -> None:
    (added,) = engine.add(folder).folders
    for bad, title in (
        (m.FolderRulesOf(added.id, "ok.txt\n!", 200), "Line 2"),
        (m.FolderRulesOf(added.id, "", 0), "between 1 and"),
        (m.FolderRulesOf(added.id, "", MOST_MB + 1), "between 1 and"),
        (m.FolderRulesOf(added.id, "x" * 30_000, 200), "too many"),
        (m.FolderRulesOf(999, "", 200), "not in the library"),
    ):
        for method in (m.PREVIEW_RULES, m.SET_RULES):
            with pytest.raises(UserError, match=title):
                engine.call(method, bad)
    assert engine.status().folders[0].rules == ""
