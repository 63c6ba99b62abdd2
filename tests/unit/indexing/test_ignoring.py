"""The rules of a folder: the user's own lines first, then what is left out by default."""

from pathlib import Path

import pytest

from desktop.domain.errors import UserError
from desktop.domain.files import MOST_MB
from desktop.indexing.ignoring import FolderRules, parse_rules
from desktop.indexing.walking import starting_state, walk
from desktop.reading import problems


def below(root: Path, rules: str) -> set[str]:
    seen = walk(str(root), rules=FolderRules(str(root), rules))
    return {Path(path).relative_to(root).as_posix() for path in seen.files}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    names = ("letter.txt", "drafts/one.txt", "old/drafts/two.txt", "old/kept.md", ".notes/a.txt", "x.tmp", "log/b.log")
    for name in (*names, "node_modules/c.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("words")
    return tmp_path


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        ("", {"letter.txt", "drafts/one.txt", "old/drafts/two.txt", "old/kept.md", "log/b.log"}),
        ("# nothing\n\n", {"letter.txt", "drafts/one.txt", "old/drafts/two.txt", "old/kept.md", "log/b.log"}),
        ("drafts/", {"letter.txt", "old/kept.md", "log/b.log"}),
        ("/drafts/", {"letter.txt", "old/drafts/two.txt", "old/kept.md", "log/b.log"}),
        ("*.txt\n!letter.txt", {"letter.txt", "old/kept.md", "log/b.log"}),
        ("*\n!*/\n!*.md", {"old/kept.md"}),
        (
            "!.notes/\n!*.tmp",
            {"letter.txt", "drafts/one.txt", "old/drafts/two.txt", "old/kept.md", "log/b.log", ".notes/a.txt", "x.tmp"},
        ),
    ],
)
def test_rules_are_those_of_gitignore(root: Path, rules: str, left: set[str]) -> None:
    assert below(root, rules) - {"node_modules/c.js"} == left


def test_a_rule_can_take_in_what_is_left_out_by_default(root: Path) -> None:
    assert "node_modules/c.js" not in below(root, "")
    assert "node_modules/c.js" in below(root, "!node_modules/")


def test_what_is_left_out_is_told(root: Path) -> None:
    seen = walk(str(root), rules=FolderRules(str(root), "drafts/\nkept.md"))
    assert {path.removeprefix(f"{root}/") for path in seen.left_out} == {
        "drafts/",
        "old/drafts/",
        "old/kept.md",
        ".notes/",
        "x.tmp",
        "node_modules/",
    }


def test_a_path_stands_in_what_is_left_out(root: Path) -> None:
    rules = FolderRules(str(root), "drafts/\n*.md")
    assert rules.leave_out(str(root / "old" / "drafts" / "two.txt"))
    assert rules.leave_out(str(root / "old" / "drafts"))
    assert rules.leave_out(str(root / "old" / "kept.md"))
    assert rules.leave_out(str(root / ".git" / "index"))
    assert not rules.leave_out(str(root / "letter.txt"))
    assert not rules.leave_out(str(root))


def test_a_line_that_is_no_rule_is_named() -> None:
    with pytest.raises(UserError, match="Line 2"):
        parse_rules("*.txt\n!\n")
    assert parse_rules("\n# a remark\n") == ()
    (folder, letter) = parse_rules("äöü/\n!*.[a-z]\n")
    assert folder.is_about("x/äöü/") and not folder.is_about("äöü") and not folder.is_about("äöü/x.txt")
    assert letter.is_about("b.z") and not letter.leaves_out


def test_the_largest_file_can_be_chosen(root: Path) -> None:
    (root / "big.txt").write_bytes(b"word " * 250_000)
    (big,) = (f for p, f in walk(str(root), rules=FolderRules(str(root), "", 1)).files.items() if p.endswith("big.txt"))
    assert big.stamp.size > big.largest
    assert "Raise the limit" in starting_state(big)[1]


def test_no_limit_is_above_what_the_reader_takes(root: Path) -> None:
    """As a library from before has it."""
    with (root / "big.txt").open("wb") as file:
        file.truncate(problems.MAX_BYTES + 1)
    rules = FolderRules(str(root), "", 2_000)
    (big,) = (found for path, found in walk(str(root), rules=rules).files.items() if path.endswith("big.txt"))
    state, reason = starting_state(big)
    assert (state, f"{MOST_MB} MB" in reason, "Raise" in reason) == ("too_large", True, False)
