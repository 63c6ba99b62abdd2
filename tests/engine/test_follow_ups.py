"""A conversation in a real engine without a model: a follow-up to a follow-up keeps the thread."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.running_engine import RunningEngine


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningEngine]:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "mill.md").write_text(
        "# The mill\n\nThe lease of the mill was signed by Ada Byron.\n\n"
        "It was signed at the town hall, because the office at the mill was closed.\n"
    )
    (documents / "bees.md").write_text("# Bees\n\nThe hive was closed in winter because of the cold.\n")
    with RunningEngine(tmp_path / "library") as engine:
        engine.add(documents)
        yield engine


def test_a_follow_up_to_a_follow_up_leans_on_what_that_one_meant(engine: RunningEngine) -> None:
    first = engine.ask("Who signed the lease of the mill?")
    second = engine.ask("Where did she do that?", first.conversation_id)
    third = engine.ask("Why?", first.conversation_id)
    assert first.standalone == first.question
    for answer in (second, third):
        assert answer.standalone.startswith(answer.question)
        assert "mill" in answer.standalone
        assert Path(answer.passages[0].file).name == "mill.md"
